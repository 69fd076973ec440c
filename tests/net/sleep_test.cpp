#include "support/mock_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

namespace sleep_tests {

using namespace std::chrono_literals;
using tests::mock_agent;

} // namespace sleep_tests

BOOST_AUTO_TEST_SUITE(a_machine_that_slept)

using namespace sleep_tests;

BOOST_AUTO_TEST_CASE(uses_no_connection_from_before_although_its_steady_clock_stood_still)
{
    mock_agent mock(tests::plain_http());
    const auto id = mock.server.add_job({{"active"}});
    for (const auto sleeps : {0s, 1s, 3600s, 0s, 5s}) {
        mock.clock->suspend(sleeps);
        BOOST_TEST(mock.run(mock.agent.get_job(id)).get().has_value());
    }
    BOOST_TEST(mock.connections_used() == (std::vector<std::size_t>{0, 0, 1, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
