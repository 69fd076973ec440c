#include <cojob/error.hpp>
#include <cojob/impl/internal/http/proxy_choice.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace proxy_choice_tests {

using cojob::detail::parse_proxy_url;
using cojob::detail::proxy_choice;
using cojob::detail::proxy_kind;

std::map<std::string, std::string> variables;

using environment = std::initializer_list<std::pair<const std::string, std::string>>;

std::string read(const std::string& variable)
{
    const auto found = variables.find(variable);
    return found == variables.end() ? std::string() : found->second;
}

/// The proxy's host, or `direct`, or why the client cannot be made.
std::string choose(const environment& set, const std::string& server, const cojob::proxy_options& options = {})
{
    variables = set;
    try {
        const proxy_choice choice(options, &read);
        const auto* const proxy = choice.of(cojob::http::parse_url(server, "server").origin());
        return proxy ? proxy->address.host : "direct";
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_argument));
        return failure.info().message;
    }
}

std::string objection_to(std::string_view url)
{
    try {
        (void)parse_proxy_url(url, "proxy");
        return "none";
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_argument));
        BOOST_TEST(std::string_view(failure.what()).find("hunter2") == std::string_view::npos);
        return failure.info().message.substr(7);
    }
}

const std::string https = "https://api.example.test", http = "http://api.example.test";

} // namespace proxy_choice_tests

BOOST_AUTO_TEST_SUITE(proxy_selection)

using namespace proxy_choice_tests;

BOOST_AUTO_TEST_CASE(follows_the_variables_of_the_environment)
{
    const struct {
        environment set;
        std::string server, expected;
    } rows[] = {
        {{}, https, "direct"},
        {{{"https_proxy", "http://a"}}, https, "a"},
        {{{"HTTPS_PROXY", "http://a"}}, https, "a"},
        {{{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}, https, "b"},
        {{{"HTTPS_PROXY", "http://a"}}, http, "direct"},
        {{{"http_proxy", "http://a"}}, http, "a"},
        {{{"http_proxy", "http://a"}}, https, "direct"},
        {{{"HTTP_PROXY", "http://a"}}, http, "a"},
        {{{"HTTP_PROXY", "http://a"}, {"REQUEST_METHOD", "GET"}}, http, "direct"},
        {{{"HTTP_PROXY", "no url"}, {"REQUEST_METHOD", "GET"}}, http, "direct"},
#if !defined(_WIN32) // where it is the same variable as HTTP_PROXY
        {{{"http_proxy", "http://a"}, {"REQUEST_METHOD", "GET"}}, http, "a"},
#endif
        {{{"ALL_PROXY", "http://a"}}, https, "a"},
        {{{"all_proxy", "http://a"}}, http, "a"},
        {{{"ALL_PROXY", "http://a"}, {"all_proxy", "http://b"}}, https, "b"},
        {{{"ALL_PROXY", "http://a"}, {"HTTPS_PROXY", "http://b"}}, https, "b"},
        {{{"https_proxy", ""}, {"HTTPS_PROXY", "http://a"}}, https, "a"},
        {{{"https_proxy", "a:3128"}}, https, "a"},
        {{{"https_proxy", "http://a"}, {"no_proxy", "example.test"}}, https, "direct"},
        {{{"https_proxy", "http://a"}, {"NO_PROXY", "example.test"}}, https, "direct"},
        {{{"https_proxy", "http://a"}, {"NO_PROXY", "example.test"}, {"no_proxy", "other"}}, https, "a"},
        {{{"https_proxy", "http://a"}}, "https://localhost", "direct"},
        {{{"https_proxy", "http://a"}}, "https://127.1.2.3", "direct"},
        {{{"https_proxy", "http://a"}}, "https://[::1]", "direct"},
        {{{"http_proxy", "http://a"}}, "http://localhost.:8080", "direct"},
        {{{"https_proxy", "socks4://u:hunter2@a"}},
         https,
         "https_proxy: SOCKS 4 has neither passwords nor IPv6 and is not supported; use socks5h://"},
        {{{"ALL_PROXY", "http://u:hunter2@a:x"}}, https, "ALL_PROXY: the port is not a number from 1 to 65535"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.expected << " for " << row.server)
    BOOST_TEST(choose(row.set, row.server) == row.expected);
}

BOOST_AUTO_TEST_CASE(takes_an_explicit_url_for_every_server_and_then_ignores_the_environment)
{
    cojob::proxy_options options;
    options.url = "socks5h://b";
    const environment set{{"https_proxy", "http://a"}, {"no_proxy", "*"}, {"ALL_PROXY", "no url"}};
    for (const auto& server : {https, http, std::string("https://localhost"), std::string("https://127.0.0.1:8443")})
        BOOST_TEST(choose(set, server, options) == "b");
}

BOOST_AUTO_TEST_CASE(ignores_the_environment_if_it_is_told_to)
{
    cojob::proxy_options options;
    options.from_environment = false;
    BOOST_TEST(choose({{"https_proxy", "http://a"}, {"ALL_PROXY", "no url"}}, https, options) == "direct");
}

BOOST_AUTO_TEST_CASE(understands_the_url_of_a_proxy)
{
    const struct {
        const char* url;
        proxy_kind kind;
        const char *name, *login;
    } rows[] = {
        {"http://a", proxy_kind::http, "proxy a", ""},
        {"a:3128", proxy_kind::http, "proxy a:3128", ""},
        {"HTTP://A:3128/", proxy_kind::http, "proxy a:3128", ""},
        {"https://a", proxy_kind::https, "proxy a", ""},
        {"https://a:80", proxy_kind::https, "proxy a:80", ""},
        {"http://[::1]:3128", proxy_kind::http, "proxy [::1]:3128", ""},
        {"socks5://a", proxy_kind::socks5, "proxy a:1080", ""},
        {"socks5h://a:9050", proxy_kind::socks5h, "proxy a:9050", ""},
        {"http://@a", proxy_kind::http, "proxy a", ""},
        {"http://Aladdin:open%20sesame@a", proxy_kind::http, "proxy a", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {"http://u@a", proxy_kind::http, "proxy a", "Basic dTo="},
        {"u:p%40%3A%2f@a:1", proxy_kind::http, "proxy a:1", "Basic dTpwQDov"},
        {"http://u:p@q@a", proxy_kind::http, "proxy a", "Basic dTpwQHE="},
        {"socks5h://u:pw@a", proxy_kind::socks5h, "proxy a:1080", "\x01\x01u\x02pw"},
        {"socks5h://u:a:b@a", proxy_kind::socks5h, "proxy a:1080",
         "\x01\x01u\x03"
         "a:b"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.url)
        {
            const auto proxy = parse_proxy_url(row.url, "proxy");
            BOOST_TEST((proxy.kind == row.kind));
            BOOST_TEST(proxy.name() == row.name);
            BOOST_TEST(proxy.login.reveal() == row.login);
        }
}

BOOST_AUTO_TEST_CASE(refuses_other_urls_without_repeating_them)
{
    const struct {
        std::string url, objection;
    } rows[] = {
        {"", "must not be empty"},
        {"http://", "has no host"},
        {"http://u:hunter2@", "has no host"},
        {"ftp://a", "the scheme is not http, https, socks5h or socks5"},
        {"hunter2://a", "the scheme is not http, https, socks5h or socks5"},
        {"socks4a://a", "SOCKS 4 has neither passwords nor IPv6 and is not supported; use socks5h://"},
        {"SOCKS://a", "socks:// is ambiguous; use socks5h://"},
        {"http://u:hun/ter2@a", "must have no path; a slash in a password is %2F"},
        {"http://a/path", "must have no path; a slash in a password is %2F"},
        {"http://a?hunter2", "must not have a query or a fragment"},
        {"http://u:hunter2@a:0", "the port is not a number from 1 to 65535"},
        {"http://u:hunter2%@a", "user or password has a percent sign without two hexadecimal digits"},
        {"http://u:hunter2%4@a", "user or password has a percent sign without two hexadecimal digits"},
        {"http://u:hunter2%zz@a", "user or password has a percent sign without two hexadecimal digits"},
        {"http://u:hunter2%0a@a", "user or password has a control character"},
        {"http://u:hunter2 @a", "has a space, a control character or one that is not ASCII"},
        {"http://u%3a:hunter2@a", "the user must not have a colon"},
        {"http://u:hunter2@300.1.1.1", "the host is neither a DNS name nor an IP address"},
        {"socks5h://:hunter2@a", "SOCKS takes a user of 1 to 255 bytes, and a password of at most 255"},
        {"socks5://u:" + std::string(256, 'x') + "@a",
         "SOCKS takes a user of 1 to 255 bytes, and a password of at most 255"},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.url)
    BOOST_TEST(objection_to(row.url) == row.objection);
}

BOOST_AUTO_TEST_SUITE_END()
