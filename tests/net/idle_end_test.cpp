#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/retrying_agent.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace idle_end_tests {

namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using cojob::error_code;
using cojob::threading;
using cojob::testing::idle_end;
using tests::method;
using tests::retrying_agent;
using numbers = std::vector<std::size_t>;
const auto per_element = boost::test_tools::per_element();
const error_code success;

} // namespace idle_end_tests

BOOST_AUTO_TEST_SUITE(an_end_of_an_idle_connection)

using namespace idle_end_tests;

BOOST_DATA_TEST_CASE(is_seen_before_a_request_is_written,
                     data::make({idle_end::close, idle_end::cut, idle_end::reset, idle_end::request_timeout}) *
                         data::make({method::get, method::post}) * data::make({true, false}) *
                         data::make({threading::safe, threading::single}),
                     how, m, use_tls, threads)
{
    auto options = retrying_agent::small_body();
    options.threads = threads;
    retrying_agent b(use_tls, options);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(b.run(b.operation(m)).code() == success);
        b.mock.server.close_idle_connections(how);
    }
    BOOST_TEST(b.mock.connections_used() == (numbers{0, 1, 2}), per_element); // each request was sent once
    BOOST_TEST(b.mock.client().stats().retries == 0U);
    BOOST_CHECK(b.paused() == 0ms);
}

BOOST_DATA_TEST_CASE(is_seen_on_one_that_was_opened_ahead,
                     data::make({idle_end::close, idle_end::cut, idle_end::reset, idle_end::request_timeout}) *
                         data::make({true, false}),
                     how, use_tls)
{
    retrying_agent b(use_tls);
    BOOST_TEST(b.run(b.mock.agent.warm(2)).get().value() == 2U);
    BOOST_TEST(b.mock.until_connections(2));
    BOOST_TEST(b.mock.until([&] { // the last handshake may not be over on the server's side
        b.mock.server.close_idle_connections(how);
        return b.mock.server.open_connections() == 0;
    }));
    BOOST_TEST(b.run(b.operation(method::post)).code() == success);
    BOOST_TEST(b.mock.connections_used() == (numbers{2}), per_element);
}

BOOST_AUTO_TEST_SUITE_END()
