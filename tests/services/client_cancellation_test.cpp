#include <cojob/client.hpp>

#include "support/agent_calls.hpp"
#include "support/scripted_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace client_cancellation_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::cancellation_type;
using cojob::errc;
using cojob::error_code;
using cojob::threading;
using cojob::testing::scripted_reply;
using tests::make_request;
using tests::scripted_client;

const error_code aborted = asio::error::operation_aborted;
const error_code unknown = errc::outcome_unknown;
const error_code answered; // it goes on to its answer

/// Where a call is suspended when it is cancelled; it is committed after 5 s and answered after 20.
enum class place { connecting, awaiting_response };

struct row {
    const char* method;
    place where;
    error_code terminal, partial, total, closed;
};

const row table[] = {
    {"GET", place::connecting, aborted, aborted, aborted, aborted},
    {"DELETE", place::connecting, aborted, aborted, aborted, aborted},
    {"POST", place::connecting, aborted, aborted, aborted, aborted},
    {"GET", place::awaiting_response, aborted, aborted, aborted, aborted},
    {"DELETE", place::awaiting_response, unknown, unknown, answered, aborted},
    {"POST", place::awaiting_response, unknown, unknown, answered, unknown},
};

scripted_reply slow_reply()
{
    scripted_reply reply(200, "{}");
    reply.delay = 20s;
    reply.commit_after = 5s;
    return reply;
}

cojob::client_options with(threading threads)
{
    auto o = tests::one_attempt();
    o.threads = threads;
    return o;
}

/// What a cancellation ends is the wait; the call begins with it already there.
asio::awaitable<cojob::http::response> send_after_a_wait(cojob::client client, cojob::api_request request)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return co_await client.send(std::move(request));
}

/// A call that has come to its suspension point.
struct suspended_call {
    suspended_call(threading threads, const row& r)
        : bench(slow_reply(), with(threads)), call(bench.send(make_request(r.method)))
    {
        bench.clock->advance(r.where == place::connecting ? 1s : 10s);
        BOOST_TEST(!call.is_done());
        BOOST_TEST(bench.sent().size() == 1U);
    }

    scripted_client bench;
    tests::started<cojob::http::response> call;

    /// That it ends with the code, and ends now; or is answered in its time.
    void expect(const error_code& code)
    {
        const auto before = bench.clock->now();
        bench.clock->settle();
        BOOST_TEST(call.is_done() == (code != answered));
        BOOST_CHECK(bench.clock->now() == before);
        bench.clock->advance(1h);
        BOOST_TEST(call.code() == code);
        BOOST_TEST(bench.clock->pending() == 0U);
    }
};

std::string describe(const row& r)
{
    return r.method + std::string(r.where == place::connecting ? " connecting" : " awaiting its response");
}

} // namespace client_cancellation_tests

BOOST_AUTO_TEST_SUITE(a_cancelled_call)

using namespace client_cancellation_tests;

BOOST_AUTO_TEST_CASE(ends_at_once_with_what_is_known_of_its_effect)
{
    for (const auto threads : {threading::safe, threading::single})
        for (const auto& r : table)
            for (const auto& [type, code] : {std::pair{cancellation_type::terminal, r.terminal},
                                             {cancellation_type::partial, r.partial},
                                             {cancellation_type::total, r.total},
                                             {cancellation_type::all, r.terminal},
                                             {cancellation_type::partial | cancellation_type::total, r.partial},
                                             {cancellation_type::none, answered}}) {
                BOOST_TEST_CONTEXT(describe(r) << ", type " << static_cast<unsigned>(type))
                {
                    suspended_call s(threads, r);
                    s.call.cancel(type);
                    s.expect(code);
                }
            }
}

BOOST_AUTO_TEST_CASE(by_close_ends_at_once_as_well)
{
    for (const auto threads : {threading::safe, threading::single})
        for (const auto& r : table)
            BOOST_TEST_CONTEXT(describe(r))
            {
                suspended_call s(threads, r);
                s.bench.client.close();
                s.expect(r.closed);
            }
}

BOOST_AUTO_TEST_CASE(that_refused_total_cancellation_still_listens_to_terminal)
{
    for (const auto* method : {"POST", "DELETE"}) {
        suspended_call s(threading::safe, {method, place::awaiting_response, {}, {}, {}, {}});
        s.call.cancel(cancellation_type::total);
        s.bench.clock->settle();
        BOOST_TEST(!s.call.is_done());
        s.call.cancel(cancellation_type::terminal);
        s.expect(unknown);
    }
}

BOOST_AUTO_TEST_CASE(twice_ends_once_and_after_its_end_not_again)
{
    suspended_call s(threading::safe, table[0]);
    s.call.cancel();
    s.call.cancel();
    s.expect(aborted);
    s.call.cancel();
    s.bench.client.close();
    s.expect(aborted);
}

BOOST_AUTO_TEST_CASE(whose_cancellation_came_before_it_sends_nothing)
{
    for (const auto threads : {threading::safe, threading::single})
        for (const auto* method : {"GET", "DELETE", "POST"}) {
            scripted_client bench(slow_reply(), with(threads));
            auto call = bench.start(send_after_a_wait(bench.client, make_request(method)));
            call.cancel();
            bench.clock->settle();
            BOOST_TEST(call.code() == aborted);
            BOOST_TEST(bench.sent().empty());
        }
}

BOOST_AUTO_TEST_CASE(leaves_its_neighbours_alone)
{
    scripted_client bench(slow_reply());
    std::vector<tests::started<cojob::http::response>> calls;
    for (int i = 0; i < 20; ++i)
        calls.push_back(bench.send(make_request()));
    for (std::size_t i = 0; i < calls.size(); i += 2)
        calls[i].cancel();
    bench.clock->advance(20s);
    for (std::size_t i = 0; i < calls.size(); ++i)
        BOOST_TEST(calls[i].code() == (i % 2 == 0 ? aborted : answered));
}

BOOST_AUTO_TEST_CASE(says_how_far_it_had_come)
{
    suspended_call s(threading::safe, table[5]);
    s.call.cancel();
    s.bench.clock->settle();
    const auto error = s.call.error();
    BOOST_TEST(error.method == "POST");
    BOOST_REQUIRE_EQUAL(error.attempts.size(), 1U);
    BOOST_TEST(error.attempts.front().ended == aborted);
    BOOST_CHECK(error.attempts.front().reached == cojob::phase::awaiting_response);
}

BOOST_AUTO_TEST_CASE(of_an_agent_is_told_the_same)
{
    for (const auto& [call, code] :
         {std::pair{&tests::get_job, aborted}, {&tests::create_job, unknown}, {&tests::send_message, unknown}})
        for (const auto type : {cancellation_type::terminal, cancellation_type::partial}) {
            tests::scripted_agent bench([](const cojob::http::request&) { return slow_reply(); });
            auto running = call(bench);
            bench.clock->advance(10s);
            running.cancel(type);
            bench.clock->settle();
            BOOST_REQUIRE(running.is_done());
            BOOST_TEST(running.code() == code);
            BOOST_TEST(bench.clock->pending() == 0U);
        }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_closed_client)

using namespace client_cancellation_tests;

BOOST_AUTO_TEST_CASE(begins_no_call_and_may_be_closed_again)
{
    scripted_client bench;
    bench.client.close();
    bench.client.with_timeout(5s).close();
    bench.client.close();
    for (const auto* method : {"GET", "DELETE", "POST"})
        BOOST_TEST(bench.send(make_request(method)).code() == aborted);
    BOOST_TEST(bench.sent().empty());
    BOOST_TEST(bench.client.stats().requests == 0U);
}

BOOST_AUTO_TEST_CASE(ends_the_calls_of_all_its_copies)
{
    scripted_client bench(slow_reply());
    const auto other = bench.make({});
    auto first = bench.send(make_request());
    auto second = bench.start(bench.client.with_timeout(30s).send(make_request()));
    auto of_another_client = bench.start(other.send(make_request()));
    bench.client.close();
    bench.clock->settle();
    BOOST_TEST(first.code() == aborted);
    BOOST_TEST(second.code() == aborted);
    BOOST_TEST(!of_another_client.is_done());
    bench.clock->advance(20s);
    BOOST_TEST(of_another_client.code() == answered);
}

BOOST_AUTO_TEST_CASE(ends_a_call_that_was_made_and_not_begun)
{
    scripted_client bench(slow_reply());
    auto pending = bench.client.send(make_request("POST"));
    auto begun = tests::start(bench.context, bench.client.send(make_request("POST")));
    bench.client.close();
    BOOST_TEST(bench.start(std::move(pending)).code() == aborted);
    BOOST_TEST(begun.code() == aborted);
    BOOST_TEST(bench.sent().empty());
}

BOOST_AUTO_TEST_SUITE_END()
