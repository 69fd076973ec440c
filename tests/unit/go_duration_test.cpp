#include <cojob/impl/internal/osapi/go_duration.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string_view>

namespace go_duration_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::osapi::detail::parse_go_duration;

} // namespace go_duration_tests

BOOST_AUTO_TEST_SUITE(a_duration_of_go)

using namespace go_duration_tests;

BOOST_AUTO_TEST_CASE(is_read_to_the_nanosecond)
{
    struct row {
        std::string_view text;
        duration length;
    };
    for (const auto& [text, length] : {row{"0s", 0s},
                                       row{"0", 0s},
                                       row{"-0", 0s},
                                       row{"+0", 0s},
                                       row{"2.748032ms", 2748032ns},
                                       row{"4.876836ms", 4876836ns},
                                       row{"1.002363931s", 1002363931ns},
                                       row{"1h2m3.5s", 1h + 2min + 3500ms},
                                       row{"1h0m43.09119669s", 1h + 43091196690ns},
                                       row{"100ns", 100ns},
                                       row{"1.5\xC2\xB5s", 1500ns},
                                       row{"1.5\xCE\xBCs", 1500ns},
                                       row{"1.5us", 1500ns},
                                       row{"-4\xC2\xB5s", -4us},
                                       row{"-1m0.000000001s", -60000000001ns},
                                       row{"+5m", 5min},
                                       row{"1.s", 1s},
                                       row{".5s", 500ms},
                                       row{"3s2h", 2h + 3s},
                                       row{"1.5h", 90min},
                                       row{"0.1234567890000000000000000000001s", 123456789ns},
                                       row{"59.999999999s", 59999999999ns},
                                       row{"876000h0m0.000000001s", 876000h + 1ns},
                                       row{"2562047h47m16.854775807s", duration(9223372036854775807)}})
        BOOST_TEST_CONTEXT(text) BOOST_CHECK(parse_go_duration(text) == length);
}

BOOST_AUTO_TEST_CASE(that_is_too_long_for_a_clock_is_as_long_as_can_be)
{
    for (const std::string_view text : {"2562047h47m16.854775808s", "99999999999999999999999h", "9999999999999h",
                                        "2562047h9999999999m", "18446744073709551617ns"})
        BOOST_TEST_CONTEXT(text) BOOST_CHECK(parse_go_duration(text) == duration::max());
    BOOST_CHECK(parse_go_duration("-99999999h") == -duration::max());
}

BOOST_AUTO_TEST_CASE(is_nothing_else)
{
    for (const std::string_view text : {"",     "-",    "+",   "s",         "3",      "3.5",    ".s",    "-.s",  "1x",
                                        "1S",   "1 s",  " 1s", "1s ",       "1..5s",  "1.2.3s", "1h-2m", "--1s", "1e3s",
                                        "1,5s", "PT1S", "1s2", "\xC2\xB5s", "1\xC2s", "00",     "0x1s",  "1d",   "1hm"})
        BOOST_TEST_CONTEXT(text) BOOST_CHECK(!parse_go_duration(text));
}

BOOST_AUTO_TEST_SUITE_END()
