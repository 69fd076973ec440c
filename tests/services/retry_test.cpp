#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>

#include "support/recording_observer.hpp"
#include "support/retrying_client.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace retry_tests {

using namespace std::chrono_literals;
using cojob::client_options;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using tests::make_request;
using tests::retrying_client;
using reply = cojob::testing::scripted_reply;

const error_code success;
const auto per_element = boost::test_tools::per_element();

const reply ok(200, "{}"), no_connection(errc::connect_failed, phase::connecting),
    lost(errc::connection_lost, phase::awaiting_response), broken(500, R"({"error":"out of order"})"),
    throttled(429, ""), busy(503, "", {{"Retry-After", "2"}}), gone(404, "");

client_options after_retries(std::function<void(cojob::retry_options&)> set)
{
    client_options o;
    set(o.retry);
    return o;
}

/// Whether a wait is one of half that many seconds to all of them.
bool is_drawn_from(double wait, double whole)
{
    return wait >= whole / 2 && wait < whole;
}

cojob::api_request with_effect(const char* method, cojob::effect e)
{
    auto r = make_request(method);
    r.effect = e;
    return r;
}

} // namespace retry_tests

BOOST_AUTO_TEST_SUITE(a_call_that_fails)

using namespace retry_tests;

BOOST_AUTO_TEST_CASE(is_repeated_until_it_succeeds)
{
    struct row {
        const char* method;
        reply failure;
        std::size_t requests;
        error_code code;
    };
    const error_code unknown = errc::outcome_unknown;
    for (const auto& r : std::vector<row>{
             {"GET", no_connection, 4, success},
             {"GET", lost, 4, success},
             {"GET", broken, 4, success},
             {"GET", busy, 4, success},
             {"GET", throttled, 4, success},
             {"GET", gone, 1, errc::not_found},
             {"DELETE", lost, 4, success},
             {"DELETE", broken, 4, success},
             {"POST", no_connection, 4, success},
             {"POST", busy, 4, success},
             {"POST", throttled, 4, success},
             {"POST", lost, 1, unknown},
             {"POST", broken, 1, unknown},
             {"POST", {errc::malformed_response, phase::receiving}, 1, unknown},
         })
        BOOST_TEST_CONTEXT(r.method << ' ' << r.failure.result.response.status << r.failure.result.error.message())
        {
            retrying_client c({r.failure, r.failure, r.failure, ok});
            BOOST_TEST(c.run(r.method).code() == r.code);
            BOOST_TEST(c.sent().size() == r.requests);
            BOOST_TEST(c.client.stats().requests == r.requests);
            BOOST_TEST(c.client.stats().retries == r.requests - 1);
            BOOST_TEST(c.bench.clock->pending() == 0U);
        }
}

BOOST_AUTO_TEST_CASE(is_repeated_a_little_later_each_time)
{
    retrying_client c({no_connection, broken, lost, broken});
    const auto error = c.run("GET").error();
    BOOST_TEST(error.code() == make_error_code(errc::server_error));
    BOOST_TEST(error.server_message == "out of order");
    BOOST_TEST_REQUIRE(c.sent_at.size() == 4U);
    BOOST_TEST(is_drawn_from(c.sent_at[1] - c.sent_at[0], 0.5));
    BOOST_TEST(is_drawn_from(c.sent_at[2] - c.sent_at[1], 1));
    BOOST_TEST(is_drawn_from(c.sent_at[3] - c.sent_at[2], 2));
}

BOOST_AUTO_TEST_CASE(tells_of_each_attempt)
{
    auto refused = no_connection;
    refused.result.why = "nobody listens";
    retrying_client c({refused, busy, lost, broken});
    const auto error = c.run("GET").error();
    struct row {
        error_code ended;
        phase reached;
        int status;
        const char* why;
    };
    const row expected[] = {{errc::connect_failed, phase::connecting, 0, "nobody listens"},
                            {errc::server_error, phase::done, 503, ""},
                            {errc::connection_lost, phase::awaiting_response, 0, ""},
                            {errc::server_error, phase::done, 500, "not retried: max_attempts reached"}};
    BOOST_TEST_REQUIRE(error.attempts.size() == std::size(expected));
    auto started = cojob::testing::manual_clock::default_start();
    for (std::size_t i = 0; i < std::size(expected); ++i) {
        const auto& a = error.attempts[i];
        started += a.wait;
        BOOST_TEST(a.ended == expected[i].ended);
        BOOST_CHECK(a.reached == expected[i].reached);
        BOOST_TEST(a.status == expected[i].status);
        BOOST_TEST(a.why == expected[i].why);
        BOOST_CHECK(a.started == started);
        BOOST_TEST((a.wait > 0s) == (i > 0));
    }
    BOOST_CHECK(error.attempts[2].wait >= 2s);
    BOOST_CHECK(error.attempts[2].wait <= 2200ms);
}

BOOST_AUTO_TEST_CASE(and_is_answered_at_last_with_what_does_not_decode_tells_of_each_attempt_too)
{
    retrying_client c({broken, ok});
    const auto error = c.run(c.bench.agent.get_job("job_1")).error();
    BOOST_TEST(error.code() == make_error_code(errc::invalid_response));
    BOOST_TEST_REQUIRE(error.attempts.size() == 2U);
    BOOST_TEST(error.attempts[0].ended == make_error_code(errc::server_error));
    BOOST_TEST(error.attempts[1].ended == success);
    BOOST_TEST(error.attempts[1].status == 200);
    BOOST_CHECK(error.attempts[1].wait > 0s);
}

BOOST_AUTO_TEST_CASE(says_why_it_is_not_repeated)
{
    struct row {
        const char* method;
        reply failure;
        std::function<void(cojob::retry_options&)> set;
        std::string why;
    };
    const auto usual = [](cojob::retry_options&) {};
    for (const auto& r : std::vector<row>{
             {"GET", broken, usual, "not retried: max_attempts reached"},
             {"GET", broken, [](auto& o) { o.max_attempts = 1; }, ""},
             {"GET", broken, [](auto& o) { o.on_server_error = false; }, "not retried: disabled in retry_options"},
             {"POST", busy, [](auto& o) { o.max_server_delay = 1s; },
              "not retried: the server's delay is longer than max_server_delay"},
             {"POST", {503, "", {{"Retry-After", "119"}}}, usual, "not retried: the deadline would pass first"},
             {"POST", broken, usual, ""},
             {"GET", gone, usual, ""},
         }) {
        retrying_client c({r.failure}, after_retries(r.set));
        BOOST_TEST(c.run(r.method).error().attempts.back().why == r.why);
    }
    auto refused = no_connection;
    refused.result.why = "nobody listens";
    retrying_client c({refused}, after_retries([](auto& o) { o.on_connect_failure = false; }));
    BOOST_TEST(c.run("GET").error().attempts.back().why == "nobody listens; not retried: disabled in retry_options");
}

BOOST_AUTO_TEST_CASE(is_not_repeated_while_most_others_fail)
{
    retrying_client c({broken, broken, broken, broken, broken, ok});
    BOOST_TEST(c.run("GET").code() == errc::server_error);
    const auto second = c.start("GET");
    BOOST_TEST(second.error().attempts.back().why == "not retried: the retry budget is empty");
    for (int i = 0; i < 11; ++i)
        BOOST_TEST(c.run("GET").code() == success);
    BOOST_TEST(c.sent().size() == 16U);
    const auto copy = c.client;
    BOOST_TEST(copy.stats().retries == 3U);
}

BOOST_AUTO_TEST_CASE(is_told_to_the_observer)
{
    client_options o;
    const auto observer = std::make_shared<tests::recording_observer>();
    o.observer = observer;
    retrying_client c({{503, "", {{"retry-after-ms", "0.000001"}}}, throttled, ok}, o);
    BOOST_TEST(c.run("POST").code() == success);
    auto lines = observer->lines;
    const auto unavailable_line = lines.at(2), throttled_line = lines.at(5), later = lines.at(6);
    lines.erase(lines.begin() + 5, lines.begin() + 7);
    lines.erase(lines.begin() + 2);
    BOOST_TEST(
        lines == (std::vector<std::string>{"attempt 1 POST /api", "response POST /api 503 server error, done after 0 s",
                                           "attempt 2 POST /api", "response POST /api 429 rate limited, done after 0 s",
                                           "attempt 3 POST /api", "response POST /api 200 ok, done after 0 s"}),
        per_element);
    BOOST_TEST(unavailable_line.starts_with("retry 1 POST /api server error in 1.")); // a second at least
    BOOST_TEST(throttled_line.starts_with("throttled POST /api rate limited for 1."));
    BOOST_TEST(later.starts_with("retry 2 POST /api rate limited in 1."));
    BOOST_TEST(c.client.stats().throttles == 1U);
}

BOOST_AUTO_TEST_CASE(as_a_delete_has_done_its_work_when_it_then_finds_nothing)
{
    struct row {
        const char* name;
        cojob::api_request request;
        reply first;
        error_code code;
    };
    for (const auto& r : std::vector<row>{
             {"DELETE", make_request("DELETE"), lost, success},
             {"DELETE", make_request("DELETE"), broken, success},
             {"DELETE that was refused", make_request("DELETE"), busy, errc::not_found},
             {"DELETE that was not sent", make_request("DELETE"), no_connection, errc::not_found},
             {"PUT", make_request("PUT"), lost, errc::not_found},
             {"POST", with_effect("POST", cojob::effect::idempotent), lost, errc::not_found},
             {"GET", make_request("GET"), lost, errc::not_found},
         })
        BOOST_TEST_CONTEXT(r.name)
        {
            retrying_client c({r.first, gone});
            BOOST_TEST(c.run(r.request).code() == r.code);
            BOOST_TEST(c.sent().size() == 2U);
        }
}

BOOST_AUTO_TEST_SUITE_END()
