#include <cojob/policy/retry_after.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <clocale>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace retry_after_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::retry_hint;
using cojob::http::header_list;

/// 1994-11-06T08:49:37.25Z: what the dates in RFC 9110 say, and a quarter of a second.
constexpr cojob::timestamp now = cojob::timestamp(784111777s) + 250ms;

/// In milliseconds; -1 without a hint.
std::int64_t hint(const header_list& headers)
{
    const auto found = retry_hint(headers, now);
    return found ? std::chrono::duration_cast<std::chrono::milliseconds>(*found).count() : -1;
}

std::int64_t retry_after(std::string value)
{
    return hint({{"Retry-After", std::move(value)}});
}

} // namespace retry_after_tests

BOOST_AUTO_TEST_SUITE(retry_after_hints)

using namespace retry_after_tests;

BOOST_AUTO_TEST_CASE(without_a_hint_there_is_none)
{
    BOOST_TEST(hint({}) == -1);
    BOOST_TEST(hint({{"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"Content-Type", "text/html"}, {"Retry", "5"}}) == -1);
}

BOOST_AUTO_TEST_CASE(seconds_may_have_decimals)
{
    const std::pair<const char*, std::int64_t> rows[] = {
        {"0", 0},
        {"1", 1000},
        {"120", 120'000},
        {" 7\t", 7000},
        {"007", 7000},
        {"1.5", 1500},
        {"0.001", 1},
        {"0.000000001", 0},
        {"2.0", 2000},
        {"1.9999999999999", 1999},
        {"31622400", 31'622'400'000},
        {"0.25", 250},
    };
    for (const auto& [text, expected] : rows)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(retry_after(text) == expected);
    BOOST_TEST((retry_hint({{"Retry-After", "0.000000001"}}, now) == std::optional<duration>(1ns)));
}

BOOST_AUTO_TEST_CASE(malformed_negative_and_absurd_hints_are_passed_over)
{
    for (const auto* text : {"",
                             " ",
                             "-1",
                             "-0",
                             "+1",
                             "1e3",
                             "0x10",
                             "NaN",
                             "nan",
                             "inf",
                             "Infinity",
                             "1,5",
                             "1.",
                             ".5",
                             ".",
                             "1.5.",
                             "1..5",
                             "1.-5",
                             "1 2",
                             "5s",
                             "5, 6",
                             "\"5\"",
                             "soon",
                             "31622401",
                             "99999999999",
                             "999999999999999",
                             "1000000000000000",
                             "9223372036854775807",
                             "9223372036854775808",
                             "99999999999999999999999999999999999999999",
                             "\xEF\xBC\x95",
                             "1\xA0"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(retry_after(text) == -1);
    BOOST_TEST(retry_after(std::string(100'000, '9')) == -1);
    BOOST_TEST(retry_after("1." + std::string(100'000, '9')) == 1999);
    BOOST_TEST(retry_after(std::string("5\0", 2)) == -1);
}

BOOST_AUTO_TEST_CASE(milliseconds_are_stronger_than_seconds)
{
    BOOST_TEST(hint({{"retry-after-ms", "1500"}}) == 1500);
    BOOST_TEST(hint({{"Retry-After-Ms", "0.5"}}) == 0);
    BOOST_TEST((retry_hint({{"retry-after-ms", "0.5"}}, now) == std::optional<duration>(500us)));
    BOOST_TEST(hint({{"Retry-After", "9"}, {"retry-after-ms", "250"}}) == 250);
    BOOST_TEST(hint({{"retry-after-ms", "31622400000"}}) == 31'622'400'000);
    BOOST_TEST(hint({{"retry-after-ms", "31622400001"}}) == -1);
    BOOST_TEST(hint({{"retry-after-ms", "Sun, 06 Nov 1994 08:49:40 GMT"}}) == -1);
}

BOOST_AUTO_TEST_CASE(a_date_is_measured_from_the_responses_own)
{
    // a server whose clock is an hour off means the same three seconds
    BOOST_TEST(hint({{"Date", "Sun, 06 Nov 1994 09:49:37 GMT"}, {"Retry-After", "Sun, 06 Nov 1994 09:49:40 GMT"}}) ==
               3000);
    BOOST_TEST(hint({{"date", "Sunday, 06-Nov-94 07:49:37 GMT"}, {"Retry-After", "Sun Nov  6 07:49:40 1994"}}) == 3000);
    // without its Date by our clock, rounded down, so that the wait is rounded up
    BOOST_TEST(retry_after("Sun, 06 Nov 1994 08:49:40 GMT") == 3000);
    BOOST_TEST(hint({{"Date", "yesterday"}, {"Retry-After", "Sun, 06 Nov 1994 08:49:40 GMT"}}) == 3000);
}

BOOST_AUTO_TEST_CASE(a_date_counts_from_now_to_a_year_ahead)
{
    BOOST_TEST(retry_after("Sun, 06 Nov 1994 08:49:37 GMT") == 0);
    BOOST_TEST(retry_after("Sun, 06 Nov 1994 08:49:36 GMT") == -1);
    BOOST_TEST(retry_after("Thu, 01 Jan 1970 00:00:00 GMT") == -1);
    BOOST_TEST(retry_after("Tue, 07 Nov 1995 08:49:37 GMT") == 31'622'400'000);
    BOOST_TEST(retry_after("Tue, 07 Nov 1995 08:49:38 GMT") == -1);
    BOOST_TEST(retry_after("Fri, 31 Dec 9999 23:59:59 GMT") == -1);
    BOOST_TEST(retry_after("Sat, 01 Jan 0000 00:00:00 GMT") == -1);
    BOOST_TEST(hint({{"Date", "Sat, 01 Jan 0000 00:00:00 GMT"}, {"Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"}}) ==
               -1);
}

BOOST_AUTO_TEST_CASE(a_rate_limits_reset_is_read_in_every_form)
{
    const std::pair<const char*, std::int64_t> rows[] = {
        {"\"default\";r=0;t=30", 30'000},
        {"default;r=0;t=30", 30'000},
        {"\"default\"; r=0; t=30", 30'000},
        {"\"default\";t=30", 30'000},
        {"\"default\";r=7;t=30", -1},
        {"\"burst\";r=0;t=3, \"daily\";r=0;t=900", 900'000},
        {"\"burst\";r=0;t=3, \"daily\";r=9;t=900", 3000},
        {"\"a;t=9\";r=0;t=3", 3000},
        {"\"a, \\\"b;t=9\";r=0;t=3", 3000},
        {"limit=100, remaining=0, reset=30", 30'000},
        {"limit=100,remaining=0,reset=30", 30'000},
        {"limit=100, remaining=5, reset=30", -1},
        {"limit=100, reset=30", 30'000},
        {"reset=30", 30'000},
        {"limit=100;w=60, remaining=0, reset=30", 30'000},
        {"\"default\";r=0;t=-1", -1},
        {"\"default\";r=0;t", -1},
        {"\"default\";r=0;t=", -1},
        {"\"default\";r=0", -1},
        {"\"default;r=0;t=30", -1},
        {"\"\\", -1},
        {";;,,;=;=,", -1},
        {",", -1},
        {"30", -1},
        {"", -1},
    };
    for (const auto& [text, expected] : rows)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(hint({{"RateLimit", text}}) == expected);
    BOOST_TEST(hint({{"RateLimit-Reset", "30"}}) == 30'000);
    BOOST_TEST(hint({{"ratelimit-reset", "30"}, {"ratelimit-remaining", "0"}}) == 30'000);
    BOOST_TEST(hint({{"RateLimit-Reset", "784111877"}}) == -1);
}

BOOST_AUTO_TEST_CASE(an_x_rate_limit_reset_of_more_than_a_year_is_a_unix_time)
{
    BOOST_TEST(hint({{"X-RateLimit-Reset", "30"}}) == 30'000);
    BOOST_TEST(hint({{"x-ratelimit-reset", "31622400"}}) == 31'622'400'000);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "784111877"}}) == 100'000);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "784111877.5"}}) == 100'500);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "784111877"}, {"Date", "Sun, 06 Nov 1994 08:51:07 GMT"}}) == 10'000);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "784111776"}}) == -1);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "784111877000"}}) == -1);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "999999999999999"}}) == -1);
    BOOST_TEST(hint({{"X-RateLimit-Reset", "Sun, 06 Nov 1994 08:49:40 GMT"}}) == -1);
}

BOOST_AUTO_TEST_CASE(a_reset_is_no_hint_while_uses_are_left)
{
    for (const std::string prefix : {"", "X-"}) {
        const auto with = [&](std::string remaining) {
            return hint({{prefix + "RateLimit-Remaining", std::move(remaining)}, {prefix + "RateLimit-Reset", "30"}});
        };
        BOOST_TEST(with("0") == 30'000);
        BOOST_TEST(with("1") == -1);
        BOOST_TEST(with("4999") == -1);
        BOOST_TEST(with("-1") == 30'000);
        BOOST_TEST(with("many") == 30'000);
    }
}

BOOST_AUTO_TEST_CASE(the_strongest_hint_that_can_be_used_counts)
{
    const header_list strongest_first = {
        {"retry-after-ms", "1000"}, {"Retry-After", "2"},       {"RateLimit", "\"default\";r=0;t=3"},
        {"RateLimit-Reset", "4"},   {"X-RateLimit-Reset", "5"},
    };
    for (std::size_t broken = 0; broken < strongest_first.size(); ++broken) {
        auto headers = strongest_first;
        for (std::size_t i = 0; i < broken; ++i)
            headers[i].second = "-1";
        BOOST_TEST(hint(headers) == static_cast<std::int64_t>(broken + 1) * 1000);
        std::reverse(headers.begin(), headers.end());
        BOOST_TEST(hint(headers) == static_cast<std::int64_t>(broken + 1) * 1000);
    }
}

BOOST_AUTO_TEST_CASE(of_several_headers_the_longest_hint_counts)
{
    BOOST_TEST(hint({{"Retry-After", "3"}, {"retry-after", "8"}, {"Retry-After", "5"}}) == 8000);
    BOOST_TEST(hint({{"Retry-After", "soon"}, {"Retry-After", "5"}}) == 5000);
    BOOST_TEST(hint({{"Retry-After", "5"}, {"Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"}}) == 10'000);
}

BOOST_AUTO_TEST_CASE(retry_after_alone_can_be_asked_for)
{
    const header_list all = {{"Retry-After", "2"}, {"RateLimit-Reset", "4"}};
    BOOST_TEST((cojob::retry_after_hint(all, now) == std::optional<duration>(2s)));
    BOOST_TEST((cojob::retry_after_hint({{"retry-after-ms", "2"}}, now) == std::optional<duration>(2ms)));
    BOOST_TEST(!cojob::retry_after_hint({{"RateLimit-Reset", "4"}, {"X-RateLimit-Reset", "4"}}, now));
}

BOOST_AUTO_TEST_CASE(a_retry_after_is_there_whatever_time_it_names)
{
    for (const auto* text :
         {"0", "5", " 7\t", "1.5", "31622401", "99999999999999999999999999", "0.000", "1.99999999999999999999",
          "Sun, 06 Nov 1994 08:49:37 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
          "Sunday, 06-Nov-94 08:49:37 UTC", "Sun Nov  6 08:49:37 1994", "sun, 06 nov 1994 08:49:37 gmt"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(cojob::has_retry_after({{"X", "y"}, {"retry-after", text}}));
    for (const auto* text : {"", " ", "-1", "+1", "1e3", "1.", ".5", "5s", "5, 6", "soon", "\"5\"", "1 2", "NaN",
                             "tomorrow", "Sun, 06 Nov 1994", "Sun, 31 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!cojob::has_retry_after({{"Retry-After", text}}));
    BOOST_TEST(cojob::has_retry_after({{"Retry-After", "soon"}, {"Retry-After", "5"}}));
    BOOST_TEST(cojob::has_retry_after({{"retry-after-ms", "0"}}));
    BOOST_TEST(
        !cojob::has_retry_after({{"retry-after-ms", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"RateLimit-Reset", "5"}}));
    BOOST_TEST(!cojob::has_retry_after({}));
}

BOOST_AUTO_TEST_CASE(no_clock_is_too_far_off)
{
    for (const auto wall_now : {cojob::timestamp::min(), cojob::timestamp(), cojob::timestamp::max()})
        for (const auto* text :
             {"5", "Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 0000 00:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"})
            for (const auto* name : {"Retry-After", "X-RateLimit-Reset"}) {
                const auto found = retry_hint({{name, text}, {"X-RateLimit-Reset", "999999999999999"}}, wall_now);
                BOOST_TEST((!found || (*found >= duration::zero() && *found <= 366 * 24h + 1s)));
            }
}

BOOST_AUTO_TEST_CASE(a_locale_changes_nothing)
{
    const std::string before = std::setlocale(LC_ALL, nullptr);
    for (const auto* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"})
        if (std::setlocale(LC_ALL, name)) {
            BOOST_TEST(retry_after("1.5") == 1500);
            BOOST_TEST(retry_after("1,5") == -1);
            BOOST_TEST(retry_after("Sun, 06 Nov 1994 08:49:40 GMT") == 3000);
        }
    std::setlocale(LC_ALL, before.c_str());
}

BOOST_AUTO_TEST_CASE(any_text_is_survived, *boost::unit_test::label("long"))
{
    // pieces that lead far into the parsers, in any order
    const std::vector<std::string> pieces = {"Sun",  "Sunday",   ", ", " ",      "06",
                                             "-",    "Nov",      "94", "1994",   "08:49:37",
                                             " GMT", "\"",       "\\", ";",      ",",
                                             "=",    "r=0",      "t=", "reset=", "remaining=0",
                                             "9",    "99999999", ".",  "\xFF",   std::string(1, '\0')};
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto left = random() % 10; left > 0; --left)
            text += pieces[random() % pieces.size()];
        for (const auto* name : {"retry-after-ms", "Retry-After", "RateLimit", "RateLimit-Reset", "X-RateLimit-Reset"})
            if (const auto found = retry_hint({{name, text}, {"Date", text}}, now);
                found && (*found < 0s || *found > 366 * 24h + 1s))
                BOOST_ERROR(name << ": " << text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
