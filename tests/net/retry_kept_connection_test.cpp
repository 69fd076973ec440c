#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/retrying_agent.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <ostream>
#include <vector>

namespace retry_kept_connection_tests {

namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using cojob::client_options;
using cojob::errc;
using cojob::error_code;
using cojob::testing::fault;
using tests::method;
using tests::retrying_agent;

/// How a server ends a connection on which it has read a request.
struct silent_end {
    const char* name;
    fault broken;

    friend std::ostream& operator<<(std::ostream& out, const silent_end& e) { return out << e.name; }
};

const silent_end silent_ends[] = {{"close", fault::drop_after_request}, {"reset", fault::reset_after_request}};

constexpr auto lost = errc::connection_lost;
constexpr auto unknown = errc::outcome_unknown;
const error_code success;
using numbers = std::vector<std::size_t>;
const auto per_element = boost::test_tools::per_element();

} // namespace retry_kept_connection_tests

BOOST_AUTO_TEST_SUITE(a_kept_connection)

using namespace retry_kept_connection_tests;

BOOST_DATA_TEST_CASE(that_ends_without_a_word_costs_a_get_no_time_and_no_attempt,
                     data::make(silent_ends) * data::make({true, false}), end, use_tls)
{
    for (const unsigned attempts : {1U, 4U}) {
        client_options o;
        o.retry.max_attempts = attempts;
        retrying_agent b(use_tls, o);
        BOOST_TEST(b.run(b.operation(method::get)).code() == success);
        b.mock.server.inject(end.broken);
        BOOST_TEST(b.run(b.operation(method::get)).code() == success);
        BOOST_TEST(b.mock.connections_used() == (numbers{0, 0, 1}), per_element);
        BOOST_CHECK(b.paused() == 0ms);

        b.mock.server.inject(end.broken, 100);
        const auto error = b.run(b.operation(method::get)).error();
        BOOST_TEST(error.code() == make_error_code(lost));
        BOOST_TEST(error.attempts.size() == attempts + 1);
        BOOST_CHECK(error.attempts[1].wait == 0s);
        BOOST_TEST(b.requests() == 4 + attempts);
    }
}

BOOST_DATA_TEST_CASE(that_ends_without_a_word_leaves_a_post_unknown, data::make({true, false}), use_tls)
{
    retrying_agent b(use_tls);
    BOOST_TEST(b.run(b.mock.agent.warm(1)).get().value() == 1U); // of another kind a POST uses none
    b.mock.server.inject(fault::drop_after_request);
    const auto error = b.run(b.operation(method::post)).error();
    BOOST_TEST(error.code() == make_error_code(unknown));
    BOOST_TEST(error.attempts.size() == 1U);
    BOOST_TEST(b.mock.connections_used() == (numbers{0}), per_element);
}

BOOST_DATA_TEST_CASE(that_ends_is_not_followed_by_another_kept_one, data::make({true, false}), use_tls)
{
    retrying_agent b(use_tls);
    // Both begin before either can be answered.
    const auto first = tests::start(b.mock.context, b.operation(method::get));
    const auto second = tests::start(b.mock.context, b.operation(method::get));
    b.finish(first);
    b.finish(second);
    BOOST_TEST(b.mock.server.connections() == 2U);
    b.mock.server.inject(fault::drop_after_request);
    BOOST_TEST(b.run(b.operation(method::get)).code() == success);
    BOOST_TEST(b.mock.connections_used().back() == 2U);
    BOOST_CHECK(b.paused() == 0ms);
}

BOOST_AUTO_TEST_CASE(that_ends_in_the_middle_or_falls_silent_costs_an_attempt)
{
    for (const auto broken : {fault::truncate_head, fault::truncate_body, fault::stall}) {
        retrying_agent b(false);
        BOOST_TEST(b.run(b.operation(method::get)).code() == success);
        b.mock.server.inject(broken);
        const auto call = b.mock.start(b.operation(method::get));
        BOOST_TEST(b.mock.until_requests(2));
        if (broken == fault::stall)
            b.let_time_pass(false);
        b.finish(call);
        BOOST_TEST(call.code() == success);
        BOOST_TEST(b.mock.connections_used() == (numbers{0, 0, 1}), per_element);
        BOOST_CHECK(b.paused() >= 250ms);
    }
}

BOOST_AUTO_TEST_CASE(that_was_closed_while_it_was_idle_is_not_used_and_that_is_no_retry)
{
    for (const auto m : {method::get, method::post}) {
        retrying_agent b;
        BOOST_TEST(b.run(b.operation(method::get)).code() == success);
        b.mock.server.close_idle_connections();
        BOOST_TEST(b.run(b.operation(m)).code() == success);
        BOOST_TEST(b.mock.connections_used() == (numbers{0, 1}), per_element);
        BOOST_TEST(b.mock.client().stats().retries == 0U);
    }
}

BOOST_AUTO_TEST_CASE(that_ends_under_a_delete_may_have_brought_it_about)
{
    for (const auto is_kept : {true, false}) {
        retrying_agent b;
        if (is_kept)
            BOOST_TEST(b.run(b.operation(method::get)).code() == success);
        b.mock.server.inject(fault::drop_after_request);
        b.mock.server.answer_next(404, "", {}, 2); // the first of them is lost
        BOOST_TEST(b.run(b.mock.client().send(b.request("DELETE"))).code() == success);
        b.mock.server.answer_next(404, "");
        BOOST_TEST(b.run(b.mock.client().send(b.request("DELETE"))).code() == make_error_code(errc::not_found));
        BOOST_TEST((b.paused() == 0ms) == is_kept);
    }
}

BOOST_AUTO_TEST_SUITE_END()
