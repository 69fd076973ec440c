#include <cojob/detail/json_document.hpp>
#include <cojob/error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace json_document_tests {

using namespace cojob::detail;

/// What is wrong with the text; empty: nothing.
std::string fault_of(std::string_view text, std::size_t max_depth = 32)
{
    try {
        const json_document document(text, max_depth);
        return {};
    } catch (const cojob::api_error& failure) {
        return failure.info().message;
    }
}

/// How the members of the outermost object are written, in their order: `name=text`.
std::vector<std::string> members_of(const json_document& document)
{
    std::vector<std::string> found;
    for (json_members members(document, document.root()); members.next();)
        found.push_back(std::string(members.name()).append("=").append(document.text_of(members.value())));
    return found;
}

std::vector<std::string> members_of(std::string_view text)
{
    const json_document document(text, 32);
    return members_of(document);
}

/// A member with a number for a name, many times.
std::string object_with(std::size_t members, std::size_t names)
{
    std::string text = "{";
    for (std::size_t i = 0; i < members; ++i)
        text.append(i == 0 ? "\"" : ",\"").append(std::to_string(i % names)).append("\":").append(std::to_string(i));
    return text + '}';
}

using texts = std::vector<std::string>;

} // namespace json_document_tests

BOOST_AUTO_TEST_SUITE(a_json_document)

using namespace json_document_tests;

BOOST_AUTO_TEST_CASE(is_as_strict_as_the_grammar)
{
    for (const std::string_view broken : {"]",
                                          "}",
                                          "[",
                                          "[1",
                                          "[1 2]",
                                          "[,1]",
                                          "[1,,2]",
                                          "[1}",
                                          "{]",
                                          "{\"a\"}",
                                          "{\"a\":}",
                                          "{\"a\" 1}",
                                          "{1:2}",
                                          "{,}",
                                          "{\"a\":1 \"b\":2}",
                                          "{\"a\":1,,\"b\":2}",
                                          "[] []",
                                          "1 2",
                                          "\"a\"b",
                                          "tru",
                                          "True",
                                          "truefalse",
                                          "nulll",
                                          "-",
                                          "--1",
                                          "-a",
                                          ".5",
                                          "5.",
                                          "5.e1",
                                          "1e+",
                                          "1e-",
                                          "1E",
                                          "00",
                                          "-01",
                                          "1.2.3",
                                          "1e5.0",
                                          "0x10",
                                          "1_000",
                                          "\"",
                                          "\"\\\"",
                                          "\"\\u12\"",
                                          "\"\\u12g4\"",
                                          "\"\\u-123\"",
                                          "\"\\U0041\"",
                                          "\"\\'\"",
                                          "\"\t\"",
                                          "\"\x1F\"",
                                          "\v1",
                                          "\f1",
                                          "\xC2\xA0"
                                          "1",
                                          "\xEF\xBB\xBF\xEF\xBB\xBF"
                                          "1",
                                          "1\xEF\xBB\xBF"})
        BOOST_TEST_CONTEXT(broken) BOOST_TEST(fault_of(broken) == "body: not JSON");
    for (const std::string_view valid : {"-0", "-0.0e-0", "1E+05", "1.5e300", "1e400", "\"\x7F\"", "\"\\/\\b\\f\"",
                                         "\"\\u0000\"", "\r\n\t {\r} ", "{\"\":0}",
                                         "\xEF\xBB\xBF"
                                         "1"})
        BOOST_TEST_CONTEXT(valid) BOOST_TEST(fault_of(valid) == "");
    for (const std::string_view with_zero :
         {std::string_view("1\0", 2), std::string_view("\"a\0b\"", 5), std::string_view("\0", 1),
          std::string_view("[1,\0"
                           "2]",
                           6)})
        BOOST_TEST(fault_of(with_zero) == "body: not JSON");
}

BOOST_AUTO_TEST_CASE(has_only_characters_of_valid_utf8_wherever_they_are)
{
    for (const std::string character : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                                        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        for (std::size_t before = 0; before < 17; ++before) // the scan of plain characters has steps of eight
            BOOST_TEST(fault_of('"' + std::string(before, 'x') + character + "\"") == "");
    for (const std::string broken :
         {"\x80", "\xBF", "\xC0\xAF", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
          "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\n", "\x1F"})
        for (std::size_t before = 0; before < 17; ++before) {
            BOOST_TEST(fault_of('"' + std::string(before, 'x') + broken + "\"") == "body: not JSON");
            BOOST_TEST(fault_of('"' + std::string(before, 'x') + broken + "xxxxxxxxx\"") == "body: not JSON");
            BOOST_TEST(fault_of("{\"" + std::string(before, 'x') + broken + "\":1}") == "body: not JSON");
        }
}

BOOST_AUTO_TEST_CASE(may_end_anywhere_and_is_then_invalid)
{
    const std::string whole = R"( {"a":[1,-0.5e+3,true,false,null,[],{}],"b\u00e9\ud83d\ude00":{"c":"d\\"},"e":"é"} )";
    BOOST_TEST(fault_of(whole) == "");
    for (std::size_t size = whole.find('{') + 1; size < whole.size() - 1; ++size) {
        const std::vector<char> exactly(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        BOOST_TEST(fault_of({exactly.data(), exactly.size()}) == "body: not JSON"); // nothing is read behind the end
    }
}

BOOST_AUTO_TEST_CASE(is_nested_as_deeply_as_is_allowed_without_recursion)
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    BOOST_TEST(fault_of(nested(1'000'000), 1'000'000) == "");
    BOOST_TEST(fault_of(nested(1'000'001), 1'000'000) == "body: nested deeper than 1000000");
    BOOST_TEST(fault_of("[[[]],[[]],[[1]]]", 3) == "");
    BOOST_TEST(fault_of("[[[]],[[]],[[{}]]]", 3) == "body: nested deeper than 3");
    BOOST_TEST(fault_of("[x[[[", 2) == "body: not JSON"); // what is wrong first counts
}

BOOST_AUTO_TEST_CASE(tells_how_each_value_is_written)
{
    const json_document document(R"( { "n" : 1.50 , "a" : [ 18446744073709551616 , { "x" : "\u00e9" } , [ ] ] ,)"
                                 R"( "dup" : { "k" : 1 } , "\u0064up" : { "k" : 0.10 } , "last" : { } } )",
                                 32);
    BOOST_TEST(members_of(document) == (texts{"n=1.50", R"(a=[ 18446744073709551616 , { "x" : "\u00e9" } , [ ] ])",
                                              R"(dup={ "k" : 0.10 })", "last={ }"}));
    const json_document mended(R"({"a":"\ud83d","b":2.0})", 32);
    BOOST_TEST(members_of(mended) == (texts{R"(a="\ufffd")", "b=2.0"}));
}

BOOST_AUTO_TEST_CASE(has_the_last_of_the_members_with_one_name)
{
    BOOST_TEST(members_of(R"({"a":1,"b":2,"a":3})") == (texts{"b=2", "a=3"}));
    BOOST_TEST(members_of(R"({"a":1,"\u0061":2})") == texts{"a=2"});
    BOOST_TEST(members_of(R"({"\u0061":1,"a":2})") == texts{"a=2"});
    BOOST_TEST(members_of(R"({"":1,"\ud83d\ude00":0,"":2,"\uD83D\uDE00":3})") == (texts{"=2", "\xF0\x9F\x98\x80=3"}));
    BOOST_TEST(members_of(R"({"a":{"a":1},"b":{"a":2,"a":3}})") == (texts{R"(a={"a":1})", R"(b={"a":2,"a":3})"}));
    for (const std::size_t names : {1U, 15U, 16U, 17U, 18U, 64U, 1000U})
        BOOST_TEST_CONTEXT(names)
        {
            const auto found = members_of(object_with(3000, names));
            BOOST_REQUIRE_EQUAL(found.size(), names);
            for (std::size_t i = 0; i < names; ++i)
                BOOST_TEST(found[i] ==
                           std::to_string((3000 - names + i) % names).append("=") + std::to_string(3000 - names + i));
        }
}

BOOST_AUTO_TEST_CASE(has_the_numbers_of_its_literals)
{
    const auto number = [](const char* text) {
        const json_document document(text, 32);
        return document.to_int64(document.root());
    };
    BOOST_TEST(number("-9223372036854775808").value() == INT64_MIN);
    BOOST_TEST(number("9223372036854775807").value() == INT64_MAX);
    BOOST_TEST(number("-0").value() == 0);
    for (const auto* other : {"9223372036854775808", "-9223372036854775809", "1.0", "1e2"})
        BOOST_TEST(!number(other).has_value());
    for (const auto* text :
         {"0", "-7", "18446744073709551615", "18446744073709551616", "-1.25", "0.1", "1e22", "1e400"})
        BOOST_CHECK(parse_json(text, 32) == boost::json::parse(text));
}

BOOST_AUTO_TEST_CASE(takes_a_time_that_grows_with_its_size_only, *boost::unit_test::label("long"))
{
    // Were it quadratic, it would take hours, and the program's time limit would end it.
    const auto grows_with_size = [](auto make) { BOOST_TEST(fault_of(make(1'000'000)) == ""); };
    grows_with_size([](std::size_t n) { return object_with(n, n); });
    grows_with_size([](std::size_t n) { return object_with(n, 1); });
    grows_with_size([](std::size_t n) { return '[' + std::string(n, ' ') + '"' + std::string(n, 'x') + "\"]"; });
    grows_with_size([](std::size_t n) { return '1' + std::string(n, '0'); });
    grows_with_size([](std::size_t n) {
        std::string escapes;
        while (escapes.size() < 6 * n)
            escapes += R"(\ud800)";
        return '"' + escapes + '"';
    });
}

BOOST_AUTO_TEST_SUITE_END()
