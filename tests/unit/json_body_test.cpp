#include <cojob/detail/json_document.hpp>

#include <cojob/error.hpp>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace json_body_tests {

using cojob::detail::parse_json;

/// What the error says, or nothing.
std::string parse_complaint(std::string_view body, std::size_t max_depth = 32)
{
    try {
        (void)parse_json(body, max_depth);
        return {};
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_response));
        return failure.info().message;
    }
}

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace json_body_tests

BOOST_AUTO_TEST_SUITE(json)

using namespace json_body_tests;

BOOST_AUTO_TEST_CASE(a_body_is_one_json_text)
{
    BOOST_TEST(boost::json::serialize(parse_json(" {\"a\": [1, true, null]}\r\n\t", 32)) == "{\"a\":[1,true,null]}");
    BOOST_TEST(parse_complaint("3") == "");
    for (const auto* blank : {"", " ", "\r\n\t "})
        BOOST_TEST(parse_complaint(blank) == "body: empty");
    for (const std::string_view broken :
         {"{", "{\"a\":1} x", "{}{}", "[1,]", "{'a':1}", "{\"a\":1,}", "// comment\n1", "nul", "NaN", "Infinity", "01",
          "+1", "1e", "\"a", "\"\n\"", "\"\\x\"", "<!DOCTYPE html>"})
        BOOST_TEST_CONTEXT(broken) BOOST_TEST(parse_complaint(broken) == "body: not JSON");
    BOOST_TEST(parse_complaint(std::string_view("{}\0", 3)) == "body: not JSON");
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_utf8_is_not_json)
{
    BOOST_TEST(parse_complaint("\"caf\xC3\xA9\"") == "");
    for (const auto* broken :
         {"\"\xFF\"", "\"\xC3\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF5\x80\x80\x80\"", "{\"\xFF\": 1}"})
        BOOST_TEST(parse_complaint(broken) == "body: not JSON");
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded)
{
    BOOST_TEST(parse_complaint(nested(32)) == "");
    BOOST_TEST(parse_complaint(nested(33)) == "body: nested deeper than 32");
    BOOST_TEST(parse_complaint(std::string(1'000'000, '[')) == "body: nested deeper than 32");
    BOOST_TEST(parse_complaint("[[]]", 2) == "");
    BOOST_TEST(parse_complaint("[{\"a\":{}}]", 2) == "body: nested deeper than 2");
}

BOOST_AUTO_TEST_SUITE_END()
