#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/json_document.hpp>
#include <cojob/error.hpp>

#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace json_text_tests {

using namespace cojob::detail;

std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace json_text_tests

BOOST_AUTO_TEST_SUITE(a_json_text)

using namespace json_text_tests;

BOOST_AUTO_TEST_CASE(has_u_fffd_for_each_surrogate_without_a_partner)
{
    const std::pair<const char*, const char*> rows[] = {
        {R"("\ud83d")", R"("\ufffd")"},
        {R"("\uD83D x")", R"("\ufffd x")"},
        {R"("\udc00")", R"("\ufffd")"},
        {R"("\ud83d\ud83d\ude00")", R"("\ufffd\ud83d\ude00")"},
        {R"("\ude00\ud83d")", R"("\ufffd\ufffd")"},
        {R"("\ud83d\u0041")", R"("\ufffd\u0041")"},
        {R"("\ud83d\n")", R"("\ufffd\n")"},
        {R"({"\udfff":"\\ud83d","b":"\\\ud83d"})", R"({"\ufffd":"\\ud83d","b":"\\\ufffd"})"},
    };
    for (const auto& [text, expected] : rows)
        BOOST_TEST_CONTEXT(text)
        {
            BOOST_TEST(replace_lone_surrogates(text).value_or("none") == expected);
            BOOST_CHECK(parse_json(text, 32) == parse_json(expected, 32));
        }
    for (const auto* text : {R"("\ud83d\ude00")", R"("\\ud83d")", R"("ud83d")", R"("\u0041")", R"("\ud8)", "\"\\", ""})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!replace_lone_surrogates(text));
}

BOOST_AUTO_TEST_CASE(may_have_a_byte_order_mark)
{
    BOOST_CHECK(parse_json("\xEF\xBB\xBF [1]", 32) == parse_json("[1]", 32));
    BOOST_CHECK_THROW((void)parse_json("\xEF\xBB\xBF\xEF\xBB\xBF[1]", 32), cojob::api_error);
    BOOST_CHECK_THROW((void)parse_json("\xEF\xBB\xBF", 32), cojob::api_error);
}

BOOST_AUTO_TEST_CASE(has_an_integer_without_fraction_and_exponent)
{
    for (const auto* text : {"0", "-0", "7", "-12", "18446744073709551616", "123456789012345678901234567890"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(is_json_integer(text));
    for (const auto* text : {"", "-", "7.0", "1e3", "1E3", "01", "+1", "\"7\"", "true", "7 "})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!is_json_integer(text));
}

BOOST_AUTO_TEST_CASE(tells_an_id_although_it_is_broken_behind_it)
{
    const std::pair<std::string, std::string> rows[] = {
        {R"({"id":"job_7"})", "job_7"},
        {R"({"id":"job_7",)", "job_7"},
        {R"({"id":"job_7","title":"\ud83d","x":)", "job_7"},
        {"\xEF\xBB\xBF {\"x\": {\"id\": \"other\"}, \"\\u0069d\" : \"a\\u0062\"", "ab"},
        {R"({"a":[1,{"id":"no"},"]}"],"id":184467440737095516160,"b)", "184467440737095516160"},
        {R"({"id":7,"id":8})", "8"},
        {R"({"deep":)" + nested(100'000) + R"(,"id":"job_7"})", "job_7"},
        {R"({"id":"x\ud83d"})", "x\xEF\xBF\xBD"},
        {R"({"id":7)", ""}, // more digits may have been cut off
        {R"({"id":"job_)", ""},
        {R"({"id":7.0})", ""},
        {R"({"id":1e3})", ""},
        {R"({"id":null})", ""},
        {R"({"id":{"id":"x"}})", ""},
        {"{\"id\":\"\xFF\"}", ""},
        {R"(["id","x"])", ""},
        {R"("id")", ""},
        {"<html>", ""},
        {"{", ""},
        {"", ""},
    };
    for (const auto& [text, id] : rows)
        BOOST_TEST_CONTEXT(text.substr(0, 60)) BOOST_TEST(find_json_id(text, "id") == id);
}

BOOST_AUTO_TEST_CASE(cut_anywhere_is_survived)
{
    const std::string whole = R"( {"a":[1,"\ud83d\\",{"b":null}],"id":"job_7","c":-1.5e3,"d":"\u00e9"} )";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        const auto id = find_json_id(whole.substr(0, length), "id");
        BOOST_TEST(id == (length > whole.find("job_7\"") + 5 ? "job_7" : ""));
        (void)replace_lone_surrogates(whole.substr(0, length));
    }
}

BOOST_AUTO_TEST_SUITE_END()
