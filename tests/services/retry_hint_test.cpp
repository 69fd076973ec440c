#include <cojob/client.hpp>

#include "support/recording_observer.hpp"
#include "support/retrying_client.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace retry_hint_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::http::header_list;
using tests::make_request;
using tests::retrying_client;

const error_code success;
const auto start = cojob::testing::manual_clock::default_start(); // 2026-01-01T00:00:00Z, a Thursday

/// What headers of an answer come to.
enum class sense {
    none,    ///< as if they were not there
    limit,   ///< a time to wait for, but not a server that takes leave, as `Retry-After` is
    leave,   ///< a time to wait for
    at_once, ///< a server that takes leave, and names no time that could be waited for
};

struct row {
    header_list headers;
    sense meaning;
    double seconds = 0;
};

const row rows[] = {
    {{}, sense::none},
    {{{"Retry-After", "200000"}}, sense::leave, 200000},
    {{{"Retry-After", "121"}}, sense::leave, 121},
    {{{"Retry-After", "120"}}, sense::leave, 120},
    {{{"Retry-After", "7"}}, sense::leave, 7},
    {{{"Retry-After", "1.5"}}, sense::leave, 1.5},
    {{{"retry-after", "0.001"}}, sense::leave, 0.001},
    {{{"retry-after-ms", "5"}}, sense::leave, 0.005},
    {{{"Retry-After", "0"}}, sense::at_once},
    {{{"Retry-After", "Thu, 01 Jan 2026 00:00:30 GMT"}}, sense::leave, 30},
    {{{"Retry-After", "Thursday, 01-Jan-26 00:00:30 GMT"}}, sense::leave, 30},
    {{{"Retry-After", "Thu Jan  1 00:00:30 2026"}}, sense::leave, 30},
    {{{"Retry-After", "Fri, 02 Jan 2026 00:00:00 GMT"}}, sense::leave, 86400},
    {{{"Date", "Tue, 01 Jan 2030 00:00:00 GMT"}, {"Retry-After", "Tue, 01 Jan 2030 00:00:20 GMT"}}, sense::leave, 20},
    {{{"Retry-After", "Thu, 01 Jan 2026 00:00:00 GMT"}}, sense::at_once},
    {{{"Date", "Tue, 01 Jan 2030 00:00:00 GMT"}, {"Retry-After", "Tue, 01 Jan 2030 00:00:00 GMT"}}, sense::at_once},
    {{{"Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"}}, sense::at_once},
    {{{"Retry-After", "Sun, 06 Nov 1994 08:49:37 utc"}}, sense::at_once},
    {{{"Retry-After", "Sun, 06 Nov 2094 08:49:37 GMT"}}, sense::at_once},
    {{{"Retry-After", "Thu, 01 Jan 2026 00:00:30 UTC"}}, sense::leave, 30},
    {{{"Retry-After", "-1"}}, sense::none},
    {{{"Retry-After", "+1"}}, sense::none},
    {{{"Retry-After", "NaN"}}, sense::none},
    {{{"Retry-After", "inf"}}, sense::none},
    {{{"Retry-After", "1e3"}}, sense::none},
    {{{"Retry-After", "99999999999999999999"}}, sense::at_once},
    {{{"Retry-After", ""}}, sense::none},
    {{{"Retry-After", "soon"}}, sense::none},
    {{{"X-RateLimit-Reset", "90"}, {"Retry-After", "60"}, {"retry-after-ms", "2500"}}, sense::leave, 2.5},
    {{{"retry-after-ms", "NaN"}, {"Retry-After", "4"}, {"RateLimit", "\"a\";r=0;t=90"}}, sense::leave, 4},
    {{{"retry-after-ms", "-5"}, {"Retry-After", "-1"}, {"RateLimit", "\"a\";r=0;t=9"}}, sense::limit, 9},
    {{{"Retry-After", "2"}, {"Retry-After", "5"}, {"Retry-After", "3"}}, sense::leave, 5},
    {{{"X-RateLimit-Reset", "12"}}, sense::limit, 12},
    {{{"X-RateLimit-Reset", "12"}, {"X-RateLimit-Remaining", "3"}}, sense::none},
    {{{"RateLimit-Reset", "3600"}}, sense::limit, 3600},
};

/// How the call must end, and after how long it is repeated: from `least` on, before `most`.
struct expectation {
    error_code code;
    std::optional<double> retry_at{};
    double least = 0, most = 0;
};

expectation expect(const row& r, const std::string& method, int status)
{
    const auto is_told = r.meaning == sense::leave || r.meaning == sense::limit;
    const auto retry_at = is_told ? std::optional(r.seconds) : std::nullopt;
    if (method == "POST" && status == 503 && (r.meaning == sense::none || r.meaning == sense::limit))
        return {errc::outcome_unknown, retry_at};
    if (is_told && r.seconds > 120)
        return {status == 429 ? errc::rate_limited : errc::server_error, retry_at};
    if (is_told) { // "in a moment" is no time for a server that took leave
        const auto least = status == 503 && r.meaning == sense::leave ? std::max(1.0, r.seconds) : r.seconds;
        return {success, {}, least, least + std::min(1.0, least / 10)};
    }
    if (r.meaning == sense::at_once)
        return {success, {}, 1, 1.000001};
    return status == 429 ? expectation{success, {}, 0.5, 1} : expectation{success, {}, 0.25, 0.5};
}

std::string print(const header_list& headers)
{
    std::string text;
    for (const auto& [name, value] : headers)
        text += name + ": " + value + "; ";
    return text;
}

void check(const row& r, const std::string& method, int status)
{
    retrying_client c({{status, "", r.headers}, {200, "{}"}});
    const auto call = c.run(c.client.with_timeout(cojob::no_timeout).send(make_request(method)));
    const auto expected = expect(r, method, status);
    BOOST_TEST(call.code() == expected.code);
    if (expected.code) {
        BOOST_TEST(c.sent().size() == 1U);
        BOOST_TEST(c.bench.elapsed() == 0);
        const auto error = call.error();
        BOOST_TEST_REQUIRE(error.retry_at.has_value() == expected.retry_at.has_value());
        if (expected.retry_at)
            BOOST_TEST(std::chrono::duration<double>(*error.retry_at - start).count() == *expected.retry_at,
                       boost::test_tools::tolerance(1e-9));
        return;
    }
    BOOST_TEST_REQUIRE(c.sent().size() == 2U);
    BOOST_TEST(c.sent_at[1] >= expected.least);
    BOOST_TEST(c.sent_at[1] < expected.most);
}

} // namespace retry_hint_tests

BOOST_AUTO_TEST_SUITE(a_servers_hint)

using namespace retry_hint_tests;

BOOST_AUTO_TEST_CASE(decides_when_a_call_is_repeated_or_that_it_ends_now)
{
    for (const auto& r : rows)
        for (const auto* method : {"GET", "POST"})
            for (const auto status : {429, 503})
                BOOST_TEST_CONTEXT(method << ' ' << status << ' ' << print(r.headers)) check(r, method, status);
}

BOOST_AUTO_TEST_CASE(with_an_answer_that_is_not_repeated_says_when_to_come_back)
{
    retrying_client c({{422, "", {{"Retry-After", "9"}}}});
    const auto error = c.run("POST").error();
    BOOST_TEST(error.code() == make_error_code(errc::rejected));
    BOOST_CHECK(error.retry_at == start + 9s);
    BOOST_TEST(error.attempts.back().why == "");
}

BOOST_AUTO_TEST_CASE(does_not_bring_all_who_got_it_back_at_the_same_time)
{
    std::vector<cojob::testing::scripted_reply> replies(4, {503, "", {{"Retry-After", "30"}}});
    replies.emplace_back(200, "{}");
    cojob::client_options o;
    o.timeouts.call = cojob::no_timeout;
    retrying_client c(replies, o);
    std::vector<tests::started<cojob::http::response>> calls;
    for (int i = 0; i < 4; ++i) // four failures are what the budget allows
        calls.push_back(c.start("POST"));
    c.bench.clock->advance(1min);
    BOOST_TEST_REQUIRE(c.sent_at.size() == 8U);
    std::vector<double> times(c.sent_at.begin() + 4, c.sent_at.end());
    BOOST_TEST((std::adjacent_find(times.begin(), times.end()) == times.end()));
    BOOST_TEST(times.front() >= 30);
    BOOST_TEST(times.back() < 31);
}

BOOST_AUTO_TEST_CASE(that_says_how_long_is_told_to_the_observer)
{
    for (const auto is_hinted : {true, false}) {
        cojob::client_options o;
        const auto observer = std::make_shared<tests::recording_observer>();
        o.observer = observer;
        retrying_client c({{503, "", {{"Retry-After", is_hinted ? "8" : "x"}}}, {200, "{}"}}, o);
        BOOST_TEST(c.run("GET").code() == success);
        const auto is_retry = [](const std::string& line) { return line.starts_with("retry 1 GET /api server error"); };
        const auto found = std::find_if(observer->lines.begin(), observer->lines.end(), is_retry);
        BOOST_TEST_REQUIRE((found != observer->lines.end()));
        BOOST_TEST(found->ends_with(" as told") == is_hinted);
    }
}

BOOST_AUTO_TEST_SUITE_END()
