#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>

#include "support/mock_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace connection_age_tests {

using namespace std::chrono_literals;
using cojob::errc;
using numbers = std::vector<std::size_t>;
const auto per_element = boost::test_tools::per_element();

cojob::client_options at_most(cojob::duration age)
{
    auto o = tests::one_attempt();
    o.pool.max_age = age;
    o.pool.idle = 1h;
    return o;
}

/// Calls one after the other.
struct bench {
    explicit bench(cojob::duration age) : mock(tests::plain_http(), at_most(age)) {}

    void get() { BOOST_TEST(!mock.run(mock.agent.get_job(id)).code()); }

    tests::mock_agent mock;
    const std::string id = mock.server.add_job({{"active"}});
};

} // namespace connection_age_tests

BOOST_AUTO_TEST_SUITE(the_age_of_a_connection)

using namespace connection_age_tests;

BOOST_AUTO_TEST_CASE(counts_from_its_beginning_however_busy_it_is)
{
    bench b(100s);
    for (int i = 0; i < 10; ++i) {
        b.get(); // at 0, 10, … 90 s
        b.mock.clock->jump(i == 8 ? 9999ms : 10s);
    }
    b.get(); // at 99.999 s: it may be its time already, 90 s were too early
    const auto used = b.mock.connections_used();
    BOOST_TEST(numbers(used.begin(), used.begin() + 9) == numbers(9, 0), per_element);
    b.mock.clock->jump(2ms);
    b.get();
    BOOST_TEST(b.mock.connections_used().back() == 1U);
    BOOST_TEST(b.mock.server.wait_for_open_connections(1));
}

BOOST_AUTO_TEST_CASE(leaves_a_request_in_flight_alone_and_ends_the_connection_after_it)
{
    bench b(10s);
    b.get();
    b.mock.server.inject(cojob::testing::fault::slow_drip);
    const auto call = b.mock.start(b.mock.agent.get_job(b.id));
    BOOST_TEST(b.mock.until_requests(2));
    b.mock.clock->jump(10s);
    BOOST_TEST(b.mock.finish(call));
    BOOST_TEST(!call.code());
    BOOST_TEST(b.mock.server.wait_for_open_connections(0)); // without waiting for the next call
    b.get();
    BOOST_TEST(b.mock.connections_used() == (numbers{0, 0, 1}), per_element);
}

BOOST_AUTO_TEST_CASE(has_no_limit_by_default)
{
    bench b(cojob::no_timeout);
    for (int i = 0; i < 30; ++i) {
        b.get();
        b.mock.clock->jump(59min);
    }
    BOOST_TEST(b.mock.server.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(has_a_limit_of_more_than_zero)
{
    for (const auto age : {cojob::duration(0s), cojob::duration(-1s)})
        BOOST_CHECK_EXCEPTION(bench{age}, cojob::api_error, [](const cojob::api_error& e) {
            return e.code() == errc::invalid_argument &&
                   std::string(e.what()).find("pool.max_age") != std::string::npos;
        });
}

BOOST_AUTO_TEST_SUITE_END()
