#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/url.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace url_tests {

using cojob::http::parse_url;

/// The URL as it is understood, or why it is not.
std::string read(std::string_view text)
{
    try {
        return to_string(parse_url(text, "base_url"));
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_argument));
        BOOST_TEST(failure.info().message.starts_with("base_url: "));
        return failure.info().message.substr(10);
    }
}

} // namespace url_tests

BOOST_AUTO_TEST_SUITE(url)

using namespace url_tests;

BOOST_AUTO_TEST_CASE(a_url_is_understood_and_written_as_short_as_can_be)
{
    const struct {
        const char *text, *expected;
    } rows[] = {
        {"https://api.mintlify.com", "https://api.mintlify.com"},
        {"HTTPS://API.Mintlify.COM/", "https://api.mintlify.com"},
        {"https://api.mintlify.com:443", "https://api.mintlify.com"},
        {"http://localhost:80///", "http://localhost"},
        {"http://localhost:443", "http://localhost:443"},
        {"https://localhost:80", "https://localhost:80"},
        {"http://127.0.0.1:8080/api/job/", "http://127.0.0.1:8080/api/job"},
        {"https://[::1]:8443/x", "https://[::1]:8443/x"},
        {"https://[0:0:0:0:0:0:0:1]", "https://[::1]"},
        {"https://[2001:DB8::A]", "https://[2001:db8::a]"},
        {"https://a_b.example-1.com:65535", "https://a_b.example-1.com:65535"},
        {"https://1password.com", "https://1password.com"},
        {"https://4.example", "https://4.example"},
        {"https://host:00443", "https://host"},
        {"https://h:", "https://h"},
        {"http://h:/a", "http://h/a"},
        {"https://[::1]:", "https://[::1]"},
        {"https://h.", "https://h"},
        {"https://Api.Example.com.:8443/a", "https://api.example.com:8443/a"},
        {"https://h/a%20b/C%2Fd", "https://h/a%20b/C%2Fd"},
        {"https://h/a//b", "https://h/a//b"},
        {"https://h/...", "https://h/..."},
        {"https://h/.well-known/x~y!$&'()*+,;=:@z", "https://h/.well-known/x~y!$&'()*+,;=:@z"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.text) BOOST_TEST(read(row.text) == row.expected);
}

BOOST_AUTO_TEST_CASE(the_parts_are_kept)
{
    const auto address = parse_url("https://[::1]:8443/v2/", "base_url");
    BOOST_TEST(address.origin().host == "::1");
    BOOST_TEST(address.origin().port == 8443);
    BOOST_TEST(address.origin().is_secure);
    BOOST_TEST(address.base_path() == "/v2");
    BOOST_TEST(parse_url("http://h/", "base_url").base_path() == "");
    BOOST_TEST(parse_url("http://h", "base_url").origin().port == 80);
    BOOST_TEST(parse_url("https://h.", "base_url").origin().host == "h."); // for the lookup
    BOOST_TEST(parse_url("https://h:", "base_url").origin().port == 443);
    BOOST_TEST((parse_url("https://H/a/", "base_url") == parse_url("https://h:443/a", "base_url")));
    BOOST_TEST((parse_url("https://h", "base_url") != parse_url("http://h:443", "base_url")));
}

BOOST_AUTO_TEST_CASE(a_bad_url_is_refused_with_the_reason)
{
    const std::string no_scheme = "does not begin with https:// or http://";
    const std::string bad_host = "the host is neither a DNS name nor an IP address";
    const std::string bad_v6 = "the host is not an IPv6 address";
    const std::string bad_port = "the port is not a number from 1 to 65535";
    const std::string bad_character = "has a space, a control character or one that is not ASCII";
    const std::string unencoded = "the path has a character that must be percent-encoded";
    const std::string bad_escape = "the path has a percent sign without two hexadecimal digits";
    const std::string bad_decoded = "the path has a percent-encoded dot or control character";
    const std::string dots = "the path must not have the segments . and ..";
    const std::string query = "must not have a query or a fragment";
    const std::string user = "must not have a user name or password";
    const std::string label(63, 'a');
    const std::string name_of_254 = label + '.' + label + '.' + label + '.' + std::string(62, 'a');

    const std::pair<std::string, std::string> rows[] = {
        {"", "must not be empty"},
        {"api.mintlify.com", no_scheme},
        {"//api.mintlify.com", no_scheme},
        {"://h", no_scheme},
        {"https:/h", no_scheme},
        {"h:80", no_scheme},
        {"ftp://h", "\"ftp\" is not http or https"},
        {"wss://h", "\"wss\" is not http or https"},
        {"https://", "has no host"},
        {"https:///v2", "has no host"},
        {"https://:443", "has no host"},
        {"https://h ", bad_character},
        {" https://h", bad_character},
        {"https://h\n", bad_character},
        {"https://h/a\tb", bad_character},
        {"https://h\x7f", bad_character},
        {std::string("https://h\0.example", 18), bad_character},
        {"https://b\xC3\xBC"
         "cher.example",
         bad_character},
        {"https://h?x=1", query},
        {"https://h/a?", query},
        {"https://h/#top", query},
        {"https://u@h", user},
        {"https://u:p@h", user},
        {"https://@h", user},
        {"https://h..", bad_host},
        {"https://.", bad_host},
        {"https://.h", bad_host},
        {"https://a..b", bad_host},
        {"https://-a.b", bad_host},
        {"https://a-.b", bad_host},
        {"https://a%2eb", bad_host},
        {"https://a,b", bad_host},
        {"https://a\\b", bad_host},
        {"https://h]", bad_host},
        {"https://" + label + "a.com", bad_host},
        {"https://" + name_of_254, bad_host},
        {"https://127.1", bad_host},
        {"https://0x7f.1", bad_host},
        {"https://127.0.0.0x1", bad_host},
        {"https://0x7f000001", bad_host},
        {"https://a.0X", bad_host},
        {"https://2130706433", bad_host},
        {"https://017700000001", bad_host},
        {"https://127.0.0.01", bad_host},
        {"https://127.0.0.256", bad_host},
        {"https://127.0.0.1.1", bad_host},
        {"https://127.0.0.1234567890123", bad_host},
        {"https://127.0.0.1.", bad_host},
        {"https://1.", bad_host},
        {"https://0x7f.", bad_host},
        {"https://127..0.1", bad_host},
        {"https://a.b.c.1", bad_host},
        {"https://[", bad_v6},
        {"https://[]", bad_v6},
        {"https://[::1", bad_v6},
        {"https://[::1%lo]", bad_v6},
        {"https://[::1%25lo]", bad_v6},
        {"https://[127.0.0.1]", bad_v6},
        {"https://[::g]", bad_v6},
        {"https://[1:2:3:4:5:6:7:8:9]", bad_v6},
        {"https://[::1]x", bad_port},
        {"https://[::1]]", bad_port},
        {"https://::1", "has no host"},
        {"https://h::", bad_port},
        {"https://h:0", bad_port},
        {"https://h:65536", bad_port},
        {"https://h:-1", bad_port},
        {"https://h:+1", bad_port},
        {"https://h:0x50", bad_port},
        {"https://h:80:80", bad_port},
        {"https://h:99999999999999999999", bad_port},
        {"https://h/.", dots},
        {"https://h/./", dots},
        {"https://h/a/../b", dots},
        {"https://h/a/..", dots},
        {"https://h/%2e%2e/a", bad_decoded},
        {"https://h/a%2Eb", bad_decoded},
        {"https://h/%00", bad_decoded},
        {"https://h/%0d%0a", bad_decoded},
        {"https://h/%7f", bad_decoded},
        {"https://h/%", bad_escape},
        {"https://h/%2", bad_escape},
        {"https://h/%/2", bad_escape},
        {"https://h/%zz", bad_escape},
        {"https://h/%+1", bad_escape},
        {"https://h/a\\b", unencoded},
        {"https://h/a|b", unencoded},
        {"https://h/{id}", unencoded},
        {"https://h/\"", unencoded},
    };
    for (const auto& [text, expected] : rows)
        BOOST_TEST_CONTEXT(text) BOOST_TEST(read(text) == expected);
}

BOOST_AUTO_TEST_CASE(names_of_full_length_are_accepted)
{
    const std::string label(63, 'a');
    const std::string name_of_253 = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
    BOOST_TEST(read("https://" + name_of_253) == "https://" + name_of_253);
}

BOOST_AUTO_TEST_CASE(a_password_is_never_shown)
{
    // also where it makes the URL fall apart in another place
    for (const auto* text :
         {"https://u:hunter2@h", "https://u:hunter2/x@h", "https://u:hunter2?x@h", "https://u:hunter2#x@h",
          "u:hunter2@h", "u:hunter2://h", "https://u:hunter2 @h", "https://hunter2\\@h", "https://[hunter2@h"})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(read(text).find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_this_machine_is_loopback)
{
    for (const auto* host :
         {"localhost", "localhost.", "127.0.0.1", "127.255.255.254", "127.0.0.0", "::1", "0:0:0:0:0:0:0:1"})
        BOOST_TEST_CONTEXT(host) BOOST_TEST(is_loopback(cojob::http::origin{host, 80, false}));
    for (const auto* host : {"", ".", "localhost..", "localhost.example", "xlocalhost", "a.localhost",
                             "127.evil.example", "127.0.0.1.example", "127.1", "128.0.0.1", "0.0.0.0", "10.0.0.1",
                             "::", "::2", "::ffff:127.0.0.1", "::1%lo", "ip6-localhost"})
        BOOST_TEST_CONTEXT(host) BOOST_TEST(!is_loopback(cojob::http::origin{host, 80, false}));
}

BOOST_AUTO_TEST_CASE(the_host_header_has_the_port_where_it_is_not_the_schemes)
{
    BOOST_TEST(cojob::http::host_header({"h", 443, true}) == "h");
    BOOST_TEST(cojob::http::host_header({"h", 80, true}) == "h:80");
    BOOST_TEST(cojob::http::host_header({"h", 80, false}) == "h");
    BOOST_TEST(cojob::http::host_header({"h", 443, false}) == "h:443");
    BOOST_TEST(cojob::http::host_header({"h.", 8443, true}) == "h:8443");
    BOOST_TEST(cojob::http::host_header({"::1", 443, true}) == "[::1]");
    BOOST_TEST(cojob::http::host_header({"::1", 8443, true}) == "[::1]:8443");
}

BOOST_AUTO_TEST_CASE(a_segment_is_encoded_but_for_unreserved_characters)
{
    using cojob::http::encode_segment;
    BOOST_TEST(encode_segment("") == "");
    BOOST_TEST(encode_segment("AZaz09-._~") == "AZaz09-._~");
    BOOST_TEST(encode_segment("a/b?c#d%e f+g&h=i:j@k") == "a%2Fb%3Fc%23d%25e%20f%2Bg%26h%3Di%3Aj%40k");
    BOOST_TEST(encode_segment("\xC3\xA9\xFF\x01") == "%C3%A9%FF%01");
}

BOOST_AUTO_TEST_CASE(every_byte_in_every_place_is_survived)
{
    const std::string whole = "https://[::1]:84/a%20b";
    for (std::size_t place = 0; place < whole.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            auto broken = whole;
            broken[place] = static_cast<char>(byte);
            const auto understood = read(broken);
            if (understood.starts_with("http"))
                BOOST_TEST(read(understood) == understood);
        }
}

BOOST_AUTO_TEST_CASE(a_header_is_found_whatever_its_case)
{
    using cojob::http::find_header;
    const cojob::http::header_list headers = {
        {"X-Request-Id", "1"}, {"Retry-After", "2"}, {"retry-after", "3"}, {"Empty", ""}};
    BOOST_TEST((find_header(headers, "x-request-ID") == "1"));
    BOOST_TEST((find_header(headers, "RETRY-AFTER") == "2"));
    BOOST_TEST((find_header(headers, "empty") == ""));
    BOOST_TEST(!find_header(headers, "Retry"));
    BOOST_TEST(!find_header(headers, "Retry-After-Ms"));
    BOOST_TEST(!find_header({}, "Retry-After"));
    BOOST_TEST((cojob::http::response{200, headers, {}}.header("x-request-id") == "1"));
}

BOOST_AUTO_TEST_SUITE_END()
