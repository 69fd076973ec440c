#include <cojob/detail/rfc3339.hpp>

#include <cojob/clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace rfc3339_tests {

using cojob::timestamp;
using cojob::detail::format_rfc3339;
using cojob::detail::parse_rfc3339;

timestamp at(std::int64_t seconds, std::int64_t nanoseconds = 0)
{
    return timestamp(std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds));
}

std::string read(std::string_view text)
{
    const auto parsed = parse_rfc3339(text);
    return parsed ? format_rfc3339(*parsed) : "refused";
}

} // namespace rfc3339_tests

BOOST_AUTO_TEST_SUITE(rfc3339)

using namespace rfc3339_tests;

BOOST_AUTO_TEST_CASE(decimals_are_written_in_groups_of_three_as_needed)
{
    BOOST_TEST(format_rfc3339(at(0)) == "1970-01-01T00:00:00Z");
    BOOST_TEST(format_rfc3339(at(1767323045, 678'000'000)) == "2026-01-02T03:04:05.678Z");
    BOOST_TEST(format_rfc3339(at(1767323045, 100'000'000)) == "2026-01-02T03:04:05.100Z");
    BOOST_TEST(format_rfc3339(at(1767323045, 1'000)) == "2026-01-02T03:04:05.000001Z");
    BOOST_TEST(format_rfc3339(at(1767323045, 123'456'000)) == "2026-01-02T03:04:05.123456Z");
    BOOST_TEST(format_rfc3339(at(1767323045, 123'456'789)) == "2026-01-02T03:04:05.123456789Z");
    BOOST_TEST(format_rfc3339(at(1767323045, 1)) == "2026-01-02T03:04:05.000000001Z");
}

BOOST_AUTO_TEST_CASE(times_before_1970_are_written)
{
    BOOST_TEST(format_rfc3339(at(0, -1)) == "1969-12-31T23:59:59.999999999Z");
    BOOST_TEST(format_rfc3339(at(-1)) == "1969-12-31T23:59:59Z");
    BOOST_TEST(format_rfc3339(at(-86400)) == "1969-12-31T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(the_first_and_the_last_moment_are_written_and_read)
{
    BOOST_TEST(format_rfc3339(timestamp::max()) == "2262-04-11T23:47:16.854775807Z");
    BOOST_TEST((parse_rfc3339("2262-04-11T23:47:16.854775807Z") == timestamp::max()));
    BOOST_TEST((parse_rfc3339(format_rfc3339(timestamp::min())) == timestamp::min()));
}

BOOST_AUTO_TEST_CASE(to_string_of_a_timestamp_is_rfc_3339)
{
    BOOST_TEST(cojob::to_string(at(1767323045)) == "2026-01-02T03:04:05Z");
}

BOOST_AUTO_TEST_CASE(what_is_valid_is_read)
{
    const struct {
        const char *text, *expected;
    } rows[] = {
        {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"},
        {"2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123456789Z"},
        {"2026-01-02T03:04:05.1234567899999Z", "2026-01-02T03:04:05.123456789Z"},
        {"2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05-00:00", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05+01:30", "2026-01-02T01:34:05Z"},
        {"2026-01-02T03:04:05-08:00", "2026-01-02T11:04:05Z"},
        {"2026-01-01T00:00:00+00:01", "2025-12-31T23:59:00Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"},
        // RFC 3339, 5.8
        {"1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z"},
        {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"},
        {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"},
        // as the real OSAPI service answered
        {"2026-11-22T00:28:16Z", "2026-11-22T00:28:16Z"},
        {"2026-11-22T00:28:16.460427823Z", "2026-11-22T00:28:16.460427823Z"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text) BOOST_TEST(read(row.text) == row.expected);
}

BOOST_AUTO_TEST_CASE(a_leap_second_is_the_first_second_after_it)
{
    BOOST_TEST(read("1990-12-31T23:59:60Z") == "1991-01-01T00:00:00Z");
    BOOST_TEST(read("1990-12-31T23:59:60.5Z") == "1991-01-01T00:00:00.500Z");
    BOOST_TEST(read("1990-12-31T15:59:60-08:00") == "1991-01-01T00:00:00Z");
    BOOST_TEST(read("1990-12-31T23:59:60-08:00") == "refused");
    BOOST_TEST(read("1990-12-31T12:00:60Z") == "refused");
    BOOST_TEST(read("1990-12-31T23:59:61Z") == "refused");
}

BOOST_AUTO_TEST_CASE(times_out_of_reach_are_clamped)
{
    for (const auto* text : {"0001-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "1677-09-21T00:12:43Z",
                             "1677-09-21T00:12:43.145224191Z", "1677-01-01T00:00:00.999999999+23:59"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST((parse_rfc3339(text) == timestamp::min()));
    for (const auto* text : {"9999-12-31T23:59:59.999999999Z", "2262-04-11T23:47:17Z", "2262-04-11T23:47:16.854775808Z",
                             "9999-12-31T23:59:59-23:59"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST((parse_rfc3339(text) == timestamp::max()));
    BOOST_TEST(read("1678-01-01T00:00:00Z") == "1678-01-01T00:00:00Z");
    BOOST_TEST(read("2261-12-31T23:59:59.999999999Z") == "2261-12-31T23:59:59.999999999Z");
    BOOST_TEST(read("1677-09-21T00:12:44Z") == "1677-09-21T00:12:44Z");
    BOOST_TEST(read("2262-04-11T23:47:15.999Z") == "2262-04-11T23:47:15.999Z");
}

BOOST_AUTO_TEST_CASE(what_is_not_rfc_3339_is_refused)
{
    for (const auto* text : {
             "",
             "2026",
             "2026-01-02",
             "2026-01-02T03:04Z",
             "2026-01-02T03:04:05",
             "2026-01-02 03:04:05Z",
             " 2026-01-02T03:04:05Z",
             "2026-01-02T03:04:05Z ",
             "2026-01-02T03:04:05ZZ",
             "2026-01-02T03:04:05.Z",
             "2026-01-02T03:04:05,5Z",
             "2026-01-02T03:04:05.5",
             "2026-1-02T03:04:05Z",
             "26-01-02T03:04:05Z",
             "+2026-01-02T03:04:05Z",
             "-026-01-02T03:04:05Z",
             "12026-01-02T03:04:05Z",
             "2026-00-02T03:04:05Z",
             "2026-13-02T03:04:05Z",
             "2026-01-00T03:04:05Z",
             "2026-01-32T03:04:05Z",
             "2026-04-31T03:04:05Z",
             "2026-02-29T03:04:05Z",
             "1900-02-29T03:04:05Z",
             "2026-01-02T24:00:00Z",
             "2026-01-02T03:60:05Z",
             "2026-01-02T03:04:61Z",
             "2026-01-02T03:04:05+0100",
             "2026-01-02T03:04:05+24:00",
             "2026-01-02T03:04:05+01:60",
             "2026-01-02T03:04:05+1:00",
             "2026-01-02T03:04:05+",
             "2026-01-02T0x:04:05Z",
         })
        BOOST_TEST_CONTEXT('"' << text << '"') BOOST_TEST(!parse_rfc3339(text));
}

BOOST_AUTO_TEST_CASE(other_forms_that_servers_write_are_read_leniently)
{
    using cojob::detail::parse_time;
    const struct {
        const char *text, *expected;
    } rows[] = {
        {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05+01:30", "2026-01-02T01:34:05Z"},
        {"2026-01-02T03:04:05+0000", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05-0830", "2026-01-02T11:34:05Z"},
        {"2026-01-02T03:04:05+00", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05-08", "2026-01-02T11:04:05Z"},
        {"2026-01-02T03:04:05", "2026-01-02T03:04:05Z"},
        {"2026-01-02 03:04:05", "2026-01-02T03:04:05Z"},
        {"2026-01-02 03:04:05.5+00", "2026-01-02T03:04:05.500Z"},
        {"2026-01-02 03:04:05 +0200", "2026-01-02T01:04:05Z"},
        {"2026-01-02 03:04:05 UTC", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05UTC", "2026-01-02T03:04:05Z"},
        {"2026-01-02T03:04:05.123456789012", "2026-01-02T03:04:05.123456789Z"},
        {"0001-01-01 00:00:00", "1677-09-21T00:12:43.145224192Z"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            const auto parsed = parse_time(row.text);
            BOOST_TEST((parsed ? format_rfc3339(*parsed) : "refused") == row.expected);
        }
    for (const auto* text : {"", "2026-01-02", "2026-01-02T03:04", "2026-01-02T03:04:05+", "2026-01-02T03:04:05+1",
                             "2026-01-02T03:04:05+010", "2026-01-02T03:04:05+01000", "2026-01-02T03:04:05+2400",
                             "2026-01-02T03:04:05+0060", "2026-01-02T03:04:05 ", "2026-01-02  03:04:05",
                             "2026-01-02T03:04:05 CET", "2026-02-30T03:04:05", "1767355200"})
        BOOST_TEST_CONTEXT('"' << text << '"') BOOST_TEST(!parse_time(text));
}

BOOST_AUTO_TEST_CASE(numbers_are_seconds_or_milliseconds)
{
    using cojob::detail::time_of_number;
    BOOST_CHECK(time_of_number(std::int64_t(0)) == at(0));
    BOOST_CHECK(time_of_number(std::int64_t(1767323045)) == at(1767323045));
    BOOST_CHECK(time_of_number(std::int64_t(1767323045678)) == at(1767323045, 678'000'000));
    BOOST_CHECK(time_of_number(std::int64_t(-1)) == at(-1));
    BOOST_CHECK(time_of_number(std::int64_t(-100'000'000'001)) == at(-100'000'001, 999'000'000));
    BOOST_CHECK(time_of_number(std::int64_t(99'999'999'999)) == timestamp::max()); // the year 5138
    BOOST_CHECK(time_of_number(std::int64_t(-99'999'999'999'999)) == timestamp::min());
    BOOST_CHECK(!time_of_number(std::int64_t(1767323045678901))); // microseconds
    BOOST_CHECK(!time_of_number(std::numeric_limits<std::int64_t>::min()));
    BOOST_CHECK(time_of_number(1767323045.25) == at(1767323045, 250'000'000));
    BOOST_CHECK(time_of_number(1767323045678.5) == at(1767323045, 678'500'000));
    BOOST_CHECK(time_of_number(-0.5) == at(-1, 500'000'000));
    BOOST_CHECK(time_of_number(99'999'999'999.5) == timestamp::max());
    for (const auto no_time : {1e18, -1e18, std::numeric_limits<double>::infinity(), std::nan("")})
        BOOST_CHECK(!time_of_number(no_time));
}

BOOST_AUTO_TEST_CASE(every_prefix_and_every_broken_byte_is_survived)
{
    const std::string whole = "2026-01-02T03:04:05.678+01:30";
    for (std::size_t length = 0; length < whole.size(); ++length)
        BOOST_TEST(!parse_rfc3339(whole.substr(0, length)));
    for (std::size_t place = 0; place < whole.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            auto broken = whole;
            broken[place] = static_cast<char>(byte);
            if (const auto parsed = parse_rfc3339(broken))
                BOOST_TEST((parse_rfc3339(format_rfc3339(*parsed)) == parsed));
        }
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back)
{
    std::mt19937_64 random(3339);
    for (int round = 0; round < 2000; ++round) {
        const timestamp t(std::chrono::nanoseconds(static_cast<std::int64_t>(random())));
        BOOST_TEST((parse_rfc3339(format_rfc3339(t)) == t));
    }
}

BOOST_AUTO_TEST_SUITE_END()
