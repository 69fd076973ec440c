#include <cojob/client.hpp>

#include "support/retrying_client.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace retry_end_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::cancellation_type;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using tests::make_request;
using tests::retrying_client;
using reply = cojob::testing::scripted_reply;

const error_code aborted = asio::error::operation_aborted;
const error_code unknown = errc::outcome_unknown;
const error_code goes_on;

const reply ok(200, "{}"), no_connection(errc::connect_failed, phase::connecting),
    lost(errc::connection_lost, phase::awaiting_response), broken(500, ""), throttled(429, ""),
    busy(503, "", {{"Retry-After", "2"}});

reply slowly(reply r, cojob::duration commit_after = 0s)
{
    r.delay = 20s;
    r.commit_after = commit_after;
    return r;
}

/// What may end a call: a cancellation, or for `none` that the client is closed.
struct row {
    const char* name;
    const char* method;
    std::vector<reply> before; ///< attempts that failed; the next one is answered, and committed after 5 s
    error_code terminal, partial, total, closed;
};

const row rows[] = {
    {"GET", "GET", {broken}, aborted, aborted, aborted, aborted},
    {"a lost GET", "GET", {lost}, aborted, aborted, aborted, aborted},
    {"an unsent POST", "POST", {no_connection}, aborted, aborted, aborted, aborted},
    {"a refused POST", "POST", {busy}, aborted, aborted, aborted, aborted},
    {"a POST refused twice", "POST", {throttled, busy}, aborted, aborted, aborted, aborted},
    {"a refused DELETE", "DELETE", {throttled}, aborted, aborted, aborted, aborted},
    {"a lost DELETE", "DELETE", {lost}, unknown, unknown, goes_on, aborted},
    {"a DELETE that may be done", "DELETE", {broken}, unknown, unknown, goes_on, aborted},
    {"a DELETE lost, then refused", "DELETE", {lost, busy}, unknown, unknown, goes_on, aborted},
    {"a DELETE lost, then unsent", "DELETE", {broken, no_connection}, unknown, unknown, goes_on, aborted},
};

/// Stopped when so much time has passed since the last failure, that it ends as it should, and now.
void stop_after(const row& r, cojob::duration pause, cancellation_type type, const error_code& code)
{
    auto replies = r.before;
    replies.push_back(slowly(ok, 5s));
    retrying_client c(replies);
    auto call = c.start(r.method);
    while (c.sent().size() < r.before.size() + (pause == 0s ? 0U : 1U))
        c.bench.clock->advance(10ms);
    c.bench.clock->advance(pause);
    BOOST_TEST_REQUIRE(!call.is_done());
    if (type == cancellation_type::none)
        c.client.close();
    else
        call.cancel(type);
    c.bench.clock->settle();
    BOOST_TEST(call.is_done() == (code != goes_on));
    c.bench.until_done(call);
    BOOST_TEST(call.code() == code);
    BOOST_TEST(c.bench.clock->pending() == 0U);
    const auto has_gone_on = pause > 0s || code == goes_on;
    BOOST_TEST(c.sent().size() == r.before.size() + (has_gone_on ? 1U : 0U));
    BOOST_TEST(c.client.stats().retries == c.sent().size() - 1);
}

void stop_in_every_way(const row& r, cojob::duration pause)
{
    for (const auto& [type, code] :
         {std::pair{cancellation_type::terminal, r.terminal}, std::pair{cancellation_type::partial, r.partial},
          std::pair{cancellation_type::total, r.total}, std::pair{cancellation_type::none, r.closed}})
        BOOST_TEST_CONTEXT(r.name << ", type " << static_cast<unsigned>(type)) stop_after(r, pause, type, code);
}

} // namespace retry_end_tests

BOOST_AUTO_TEST_SUITE(a_call_that_is_to_be_repeated)

using namespace retry_end_tests;

BOOST_AUTO_TEST_CASE(ends_at_once_when_it_is_stopped_before_its_next_attempt)
{
    for (const auto& r : rows)
        stop_in_every_way(r, 0s);
}

BOOST_AUTO_TEST_CASE(keeps_in_mind_what_an_attempt_may_have_done_while_the_next_one_connects)
{
    for (const auto& r : rows)
        stop_in_every_way(r, 1s);
}

BOOST_AUTO_TEST_CASE(does_not_begin_again_after_its_client_was_closed)
{
    retrying_client c({broken, ok});
    const auto call = c.start("GET");
    c.client.close();
    c.bench.clock->advance(1h);
    BOOST_TEST(call.code() == aborted);
    BOOST_TEST(c.run("GET").code() == aborted);
    BOOST_TEST(c.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(obeys_a_total_cancellation_that_came_too_early_once_nothing_has_been_done)
{
    struct total_row {
        const char* method;
        reply answer;
        error_code code;
        std::size_t requests;
    };
    for (const auto& r : {total_row{"POST", busy, aborted, 1}, total_row{"POST", throttled, aborted, 1},
                          total_row{"POST", {408, ""}, unknown, 1}, total_row{"POST", {425, ""}, aborted, 1},
                          total_row{"POST", ok, goes_on, 1}, total_row{"POST", {404, ""}, errc::not_found, 1},
                          total_row{"POST", broken, unknown, 1}, total_row{"DELETE", busy, aborted, 1},
                          total_row{"DELETE", broken, goes_on, 2}, total_row{"DELETE", lost, goes_on, 2}})
        BOOST_TEST_CONTEXT(r.method << ' ' << r.answer.result.response.status)
        {
            retrying_client c({slowly(r.answer), ok});
            auto call = c.start(r.method);
            c.bench.clock->advance(10s);
            call.cancel(cancellation_type::total);
            c.bench.clock->settle();
            BOOST_TEST(!call.is_done());
            c.bench.clock->advance(10s);
            BOOST_TEST(call.is_done() == (r.requests == 1));
            c.bench.until_done(call);
            BOOST_TEST(call.code() == r.code);
            BOOST_TEST(c.sent().size() == r.requests);
        }
}

BOOST_AUTO_TEST_CASE(accepts_a_total_cancellation_until_its_next_attempt_is_committed)
{
    retrying_client c({busy, slowly(ok, 5s)});
    auto connecting = c.start("POST");
    c.bench.clock->advance(5s);
    BOOST_TEST(c.sent().size() == 2U);
    connecting.cancel(cancellation_type::total);
    c.bench.clock->settle();
    BOOST_TEST(connecting.code() == aborted);

    retrying_client d({busy, slowly(ok, 5s)});
    auto committed = d.start("POST");
    d.bench.clock->advance(12s);
    committed.cancel(cancellation_type::total);
    d.bench.until_done(committed);
    BOOST_TEST(committed.code() == goes_on);
}

BOOST_AUTO_TEST_CASE(ends_at_once_where_its_deadline_comes_before_the_next_attempt)
{
    struct deadline_row {
        const char* method;
        reply failure;
        errc code;
    };
    for (const auto& r :
         {deadline_row{"GET", busy, errc::server_error}, deadline_row{"POST", busy, errc::server_error},
          deadline_row{"POST", throttled, errc::rate_limited}, deadline_row{"GET", broken, errc::server_error},
          deadline_row{"POST", no_connection, errc::connect_failed},
          deadline_row{"DELETE", lost, errc::connection_lost}}) {
        retrying_client c({r.failure});
        const auto call = c.run(c.client.with_timeout(1200ms).send(make_request(r.method)));
        const auto error = call.error();
        BOOST_TEST(error.code() == make_error_code(r.code));
        BOOST_TEST(error.attempts.back().why == "not retried: the deadline would pass first");
        BOOST_TEST(error.attempts.size() == c.sent().size());
        BOOST_TEST(c.sent_at.back() < 1.2);
        BOOST_TEST(c.bench.elapsed() <= c.sent_at.back() + 0.1);
        BOOST_TEST(error.retry_at.has_value() == (r.failure.result.response.status == 503));
        if (error.retry_at)
            BOOST_CHECK(*error.retry_at == cojob::testing::manual_clock::default_start() + 2s);
    }
}

BOOST_AUTO_TEST_CASE(has_one_deadline_for_all_attempts)
{
    for (const auto& [method, code] : {std::pair{"GET", errc::deadline_exceeded},
                                       {"POST", errc::outcome_unknown},
                                       std::pair{"DELETE", errc::deadline_exceeded}}) {
        auto never = ok;
        never.delay = cojob::no_timeout;
        retrying_client c({busy, never});
        auto call = c.run(c.client.with_timeout(30s).send(make_request(method)));
        BOOST_TEST(call.code() == code);
        BOOST_TEST(c.bench.elapsed() == 30, boost::test_tools::tolerance(1e-9));
        const auto error = call.error();
        BOOST_TEST_REQUIRE(error.attempts.size() == 2U);
        BOOST_TEST(error.attempts[1].ended == make_error_code(errc::deadline_exceeded));
        BOOST_TEST(error.attempts[1].why == "");
    }
}

BOOST_AUTO_TEST_SUITE_END()
