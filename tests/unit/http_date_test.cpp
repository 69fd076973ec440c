#include <cojob/detail/http_date.hpp>

#include <cojob/detail/rfc3339.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace http_date_tests {

using namespace std::chrono_literals;

std::string read_date(std::string_view text, std::chrono::sys_seconds today = std::chrono::sys_seconds(784111777s))
{
    const auto date = cojob::detail::parse_http_date(text, today);
    return date ? cojob::detail::format_rfc3339(*date) : "refused";
}

} // namespace http_date_tests

BOOST_AUTO_TEST_SUITE(http_date)

using namespace http_date_tests;

BOOST_AUTO_TEST_CASE(all_three_forms_of_a_date_are_read)
{
    // RFC 9110, 5.6.7
    BOOST_TEST(read_date("Sun, 06 Nov 1994 08:49:37 GMT") == "1994-11-06T08:49:37Z");
    BOOST_TEST(read_date("Sunday, 06-Nov-94 08:49:37 GMT") == "1994-11-06T08:49:37Z");
    BOOST_TEST(read_date("Sun Nov  6 08:49:37 1994") == "1994-11-06T08:49:37Z");
    BOOST_TEST(read_date("Wed Nov 16 08:49:37 1994") == "1994-11-16T08:49:37Z");
    BOOST_TEST(read_date("Thu, 29 Feb 2024 23:59:59 GMT") == "2024-02-29T23:59:59Z");
    BOOST_TEST(read_date("Sat, 31 Dec 2016 23:59:60 GMT") == "2017-01-01T00:00:00Z");
    BOOST_TEST(read_date("Mon, 06 Nov 1994 08:49:37 GMT") == "1994-11-06T08:49:37Z"); // it was a Sunday
}

BOOST_AUTO_TEST_CASE(letters_and_zones_are_read_as_servers_send_them)
{
    for (const auto* zone : {"GMT", "gmt", "Gmt", "UTC", "utc", "UT", "Z", "z", "+0000"})
        for (const std::string before : {"Sun, 06 Nov 1994 08:49:37 ", "Sunday, 06-Nov-94 08:49:37 ",
                                         "sun, 06 NOV 1994 08:49:37 ", "SUNDAY, 06-nov-94 08:49:37 "})
            BOOST_TEST_CONTEXT(before << zone) BOOST_TEST(read_date(before + zone) == "1994-11-06T08:49:37Z");
    BOOST_TEST(read_date("sun nov  6 08:49:37 1994") == "1994-11-06T08:49:37Z");
}

BOOST_AUTO_TEST_CASE(a_year_of_two_digits_is_near_the_present)
{
    const auto in = [](int year) {
        return std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(year) / 7 / 1));
    };
    BOOST_TEST(read_date("Sunday, 01-Jan-44 00:00:00 GMT", in(1994)) == "2044-01-01T00:00:00Z");
    BOOST_TEST(read_date("Sunday, 01-Jan-45 00:00:00 GMT", in(1994)) == "1945-01-01T00:00:00Z");
    BOOST_TEST(read_date("Sunday, 01-Jan-26 00:00:00 GMT", in(2026)) == "2026-01-01T00:00:00Z");
    BOOST_TEST(read_date("Sunday, 01-Jan-77 00:00:00 GMT", in(2026)) == "1977-01-01T00:00:00Z");
    BOOST_TEST(read_date("Sunday, 01-Jan-00 00:00:00 GMT", in(2099)) == "2100-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(what_is_not_an_http_date_is_refused)
{
    for (const auto* text : {
             "Sun, 06 Nov 1994 08:49:37",
             "Sun, 06 Nov 1994 08:49:37 GMT+1",
             "Sun, 06 Nov 1994 08:49:37 UTC+0",
             "Sun, 06 Nov 1994 08:49:37 CET",
             "Sun, 06 Nov 1994 08:49:37 +0100",
             "Sun, 06 Nov 1994 08:49:37UTC",
             "Sun, 06 Nov 1994 08:49:37 GMT ",
             "Sun,06 Nov 1994 08:49:37 GMT",
             "Sun, 6 Nov 1994 08:49:37 GMT",
             "Sun, 06 Nov 94 08:49:37 GMT",
             "Sun, 06-Nov-94 08:49:37 GMT",
             "Sunday, 06 Nov 1994 08:49:37 GMT",
             "06 Nov 1994 08:49:37 GMT",
             "Son, 06 Nov 1994 08:49:37 GMT",
             "Sun, 06 Dez 1994 08:49:37 GMT",
             "Sun, 06 November 1994 08:49:37 GMT",
             "Sun, 00 Nov 1994 08:49:37 GMT",
             "Sun, 31 Nov 1994 08:49:37 GMT",
             "Sun, 29 Feb 2023 08:49:37 GMT",
             "Sun, 06 Nov 1994 24:49:37 GMT",
             "Sun, 06 Nov 1994 08:60:37 GMT",
             "Sun, 06 Nov 1994 08:49:61 GMT",
             "Sun, 06 Nov 1994 8:49:37 GMT",
             "Sun, 06 Nov 1994 08:49 GMT",
             "Sun Nov 6 08:49:37 1994",
             "Sun Nov  6 08:49:37 94",
             "Sun Nov  6 08:49:37 1994 GMT",
             "Sunday Nov  6 08:49:37 1994",
             "1994-11-06T08:49:37Z",
         })
        BOOST_TEST_CONTEXT(text) BOOST_TEST(read_date(text) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
