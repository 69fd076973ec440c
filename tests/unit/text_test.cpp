#include <cojob/detail/text.hpp>

#include <cojob/error.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace text_tests {

using namespace std::string_view_literals;
using namespace cojob::detail;

/// What a check says, or nothing when it is content.
template <class Check>
std::string complaint(Check check, std::string_view value)
{
    try {
        check(value, "id");
        return {};
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_argument));
        return failure.info().message;
    }
}

/// RFC 3629's own words as slow code: decode, then look.
bool is_utf8_by_decoding(std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xC0 ? 0
                                   : lead < 0xE0 ? 2
                                   : lead < 0xF0 ? 3
                                   : lead < 0xF8 ? 4
                                                 : 0;
        if (length == 0 || i + length > text.size())
            return false;
        std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            if ((byte & 0xC0U) != 0x80)
                return false;
            code = code << 6U | (byte & 0x3FU);
        }
        constexpr std::uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < lowest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        i += length;
    }
    return true;
}

} // namespace text_tests

BOOST_AUTO_TEST_SUITE(text)

using namespace text_tests;

BOOST_AUTO_TEST_CASE(utf8_is_recognized)
{
    for (const auto valid :
         {""sv, "ascii"sv, "\0"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv,
          "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv, "a\xC3\xA9z\xF0\x9F\x98\x80"sv})
        BOOST_TEST_CONTEXT(escape_control(valid)) BOOST_TEST(is_valid_utf8(valid));
    for (const auto invalid :
         {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xC2z"sv, "\xE0\x9F\xBF"sv, "\xE0\xA0"sv,
          "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF0\x90\x80"sv, "\xF4\x90\x80\x80"sv,
          "\xF5\x80\x80\x80"sv, "\xF8\x88\x80\x80\x80"sv, "\xFE"sv, "\xFF"sv, "ok\xFF"sv, "\xC3\xA9\xC3"sv})
        BOOST_TEST_CONTEXT(escape_control(invalid)) BOOST_TEST(!is_valid_utf8(invalid));
}

BOOST_AUTO_TEST_CASE(utf8_is_judged_as_by_decoding_it)
{
    constexpr unsigned char edges[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
                                       0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF};
    constexpr unsigned char tail_edges[] = {0x00, 0x7F, 0x80, 0xBF, 0xC0};
    std::size_t wrong = 0;
    for (int a = 0; a < 256; ++a)
        for (const auto b : edges)
            for (const auto c : tail_edges)
                for (const auto d : tail_edges) {
                    const char bytes[] = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                                          static_cast<char>(d)};
                    for (std::size_t length = 1; length <= 4; ++length)
                        wrong += is_valid_utf8({bytes, length}) != is_utf8_by_decoding({bytes, length});
                }
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(what_could_act_on_a_terminal_is_escaped)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"plain, \"quoted\" and \\ stay", "plain, \"quoted\" and \\ stay"},
        {"line\r\nbreak\t", "line\\x0D\\x0Abreak\\x09"},
        {"\0"sv, "\\x00"},
        {"\x1b[31mred\x7f", "\\x1B[31mred\\x7F"},
        {"caf\xC3\xA9 \xF0\x9F\x98\x80", "caf\xC3\xA9 \xF0\x9F\x98\x80"},
        {"\xC2\x9B"
         "31m",
         "\\xC2\\x9B31m"}, // CSI in one character
        {"\xC2\xA0", "\xC2\xA0"},
        {"\xFF\xC3", "\\xFF\\xC3"},
        {"\xE2\x82", "\\xE2\\x82"},
        {"\xED\xA0\x80", "\\xED\\xA0\\x80"},
    };
    for (const auto& [text, expected] : rows)
        BOOST_TEST(escape_control(text) == expected);
}

BOOST_AUTO_TEST_CASE(what_is_escaped_is_utf8_without_control_characters)
{
    for (int a = 0; a < 256; ++a)
        for (int b = 0; b < 256; ++b) {
            const auto escaped = escape_control(std::string{static_cast<char>(a), static_cast<char>(b)});
            if (!is_valid_utf8(escaped) || escape_control(escaped) != escaped)
                BOOST_ERROR("bytes " << a << ' ' << b);
        }
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_between_two_characters)
{
    struct row {
        std::string_view text;
        std::size_t most;
        std::string_view kept;
    };
    const row rows[] = {
        {"", 0, ""},
        {"", 9, ""},
        {"abc", 0, ""},
        {"abc", 2, "ab"},
        {"abc", 3, "abc"},
        {"abc", 4, "abc"},
        {"a\xC3\xA9z", 1, "a"},
        {"a\xC3\xA9z", 2, "a"},
        {"a\xC3\xA9z", 3, "a\xC3\xA9"},
        {"\xE2\x82\xACz", 1, ""},
        {"\xE2\x82\xACz", 2, ""},
        {"\xE2\x82\xACz", 3, "\xE2\x82\xAC"},
        {"\xF0\x9F\x98\x80", 3, ""},
        {"\xF0\x9F\x98\x80", 4, "\xF0\x9F\x98\x80"},
        {"\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 7, "\xF0\x9F\x98\x80"},
        // no characters, and so nothing to keep together
        {"\x80\x80\x80\x80\x80", 4, "\x80\x80\x80\x80"},
        {"a\xC3z", 2, "a\xC3"},
        {"\xED\xA0\x80z", 2, "\xED\xA0"},
        {"\xE2\x82", 2, "\xE2\x82"},
        {"\xE2\x82z", 1, "\xE2"},
    };
    for (const auto& [text, most, kept] : rows)
        BOOST_TEST(escape_control(cut_at_character(text, most)) == escape_control(kept));
}

BOOST_AUTO_TEST_CASE(what_is_cut_is_as_long_as_it_can_be)
{
    constexpr auto text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF\xC2\x80z"sv;
    for (std::size_t most = 0; most <= text.size() + 1; ++most) {
        std::size_t longest = std::min(most, text.size());
        while (!is_utf8_by_decoding(text.substr(0, longest)))
            --longest;
        BOOST_TEST(escape_control(cut_at_character(text, most)) == escape_control(text.substr(0, longest)));
    }
}

BOOST_AUTO_TEST_CASE(ids_and_project_names_are_checked)
{
    for (const auto fine : {"a"sv, "6f9619ff-8b86-d011-b42d-00cf4fc964ff"sv, "a/b"sv, "..."sv, ".a"sv, "a b"sv,
                            "%2e%2e"sv, "?#"sv, "\xC3\xA9"sv})
        BOOST_TEST_CONTEXT(fine) BOOST_TEST(complaint(check_segment, fine) == "");
    BOOST_TEST(complaint(check_segment, std::string(1024, 'a')) == "");

    BOOST_TEST(complaint(check_segment, "") == "id: must not be empty");
    BOOST_TEST(complaint(check_segment, ".") == "id: must not be . or ..");
    BOOST_TEST(complaint(check_segment, "..") == "id: must not be . or ..");
    BOOST_TEST(complaint(check_segment, std::string(1025, 'a')) == "id: must not be longer than 1 KiB");
    for (const auto control : {"\0"sv, "a\rb"sv, "a\nb"sv, "a\tb"sv, "\x1f"sv, "\x7f"sv})
        BOOST_TEST(complaint(check_segment, control) == "id: must not have control characters");
    for (const auto broken : {"\xFF"sv, "a\xC3"sv, "\xED\xA0\x80"sv})
        BOOST_TEST(complaint(check_segment, broken) == "id: must be UTF-8");
}

BOOST_AUTO_TEST_CASE(header_values_are_one_line)
{
    for (const auto fine : {""sv, "text/html; q=0.5"sv, "a\tb"sv, "\xC3\xA9\xFF"sv})
        BOOST_TEST(complaint(check_header_value, fine) == "");
    for (const auto bad : {"a\r\nX: y"sv, "a\nb"sv, "a\r"sv, "\0"sv, "\x1b"sv, "\x7f"sv})
        BOOST_TEST(complaint(check_header_value, bad) == "id: must not have line breaks or other control characters");
}

BOOST_AUTO_TEST_CASE(header_names_are_tokens)
{
    for (const auto fine : {"a"sv, "X-Request-Id"sv, "!#$%&'*+-.^_`|~09AZaz"sv})
        BOOST_TEST(complaint(check_header_name, fine) == "");
    for (const auto bad : {""sv, "a b"sv, "a:"sv, "a\r\n"sv, "a\0"sv, "(a)"sv, "a/b"sv, "\xC3\xA9"sv, "\x7f"sv})
        BOOST_TEST(complaint(check_header_name, bad) == "id: is not a header name");
}

BOOST_AUTO_TEST_SUITE_END()
