#include <cojob/impl/internal/http/no_proxy.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

namespace no_proxy_tests {

constexpr bool direct = true, proxied = false;

/// A value of NO_PROXY and a server. The fourth column is what curl 7.88 did with them when it was run: rows where it
/// differs are Go's rules or our own, as docs/guide/networks.md says.
const struct {
    const char *no_proxy, *host;
    bool expected, curl;
    std::uint16_t port = 443;
} rows[] = {
    {"", "example.test", proxied, proxied},
    {"example.test", "example.test", direct, direct},
    {"example.test", "a.example.test", direct, direct},
    {"example.test", "a.b.example.test", direct, direct},
    {"example.test", "badexample.test", proxied, proxied},
    {"example.test", "example.test.org", proxied, proxied},
    {"a.example.test", "example.test", proxied, proxied},
    {"test", "example.test", direct, direct},
    {".example.test", "example.test", direct, direct},
    {".example.test", "a.example.test", direct, direct},
    {".example.test", "badexample.test", proxied, proxied},
    {"*.example.test", "a.example.test", direct, proxied},
    {"*.example.test", "example.test", proxied, proxied},
    {"*.example.test", "badexample.test", proxied, proxied},
    {"*example.test", "a.example.test", proxied, proxied},
    {"*", "example.test", direct, direct},
    {"*", "10.1.2.3", direct, direct},
    {"other.test,*", "example.test", direct, proxied},
    {"example.test:443", "example.test", direct, proxied},
    {"example.test:443", "a.example.test", direct, proxied},
    {"example.test:443", "example.test", proxied, proxied, 8443},
    {"example.test:8443", "example.test", direct, proxied, 8443},
    {"example.test:x", "example.test", proxied, proxied},
    {"example.test:", "example.test", proxied, proxied},
    {"example.test:70000", "example.test", proxied, proxied},
    {"10.1.2.3", "10.1.2.3", direct, direct},
    {"10.1.2.3", "10.1.2.30", proxied, proxied},
    {"2.3", "10.1.2.3", proxied, proxied},
    {".2.3", "10.1.2.3", proxied, proxied},
    {"10.1.2.3:443", "10.1.2.3", direct, proxied},
    {"10.1.2.3:443", "10.1.2.3", proxied, proxied, 80},
    {"10.0.0.0/8", "10.1.2.3", direct, direct},
    {"10.0.0.0/8", "11.1.2.3", proxied, proxied},
    {"10.1.2.0/23", "10.1.3.4", direct, direct},
    {"10.1.2.0/23", "10.1.4.4", proxied, proxied},
    {"10.1.2.3/32", "10.1.2.3", direct, direct},
    {"0.0.0.0/0", "10.1.2.3", direct, proxied},
    {"10.1.2.3/33", "10.1.2.3", proxied, proxied},
    {"10.1.2.3/", "10.1.2.3", direct, direct},
    {"10.1.2.3/-1", "10.1.2.3", proxied, proxied},
    {"10.0.0.0/8", "ten.example.test", proxied, proxied}, // names are not looked up for it
    {"2001:db8::1", "2001:db8::1", direct, direct},
    {"2001:db8:0:0::1", "2001:db8::1", direct, proxied},
    {"[2001:db8::1]", "2001:db8::1", direct, proxied},
    {"[2001:db8::1]:443", "2001:db8::1", direct, proxied},
    {"[2001:db8::1]:443", "2001:db8::1", proxied, proxied, 8443},
    {"[2001:db8::1", "2001:db8::1", proxied, proxied},
    {"[2001:db8::/32]", "2001:db8::1", proxied, proxied},
    {"[2001:db8::1]x", "2001:db8::1", proxied, proxied},
    {"[example.test]", "example.test", direct, proxied},
    {"2001:db8::/32", "2001:db8::1", direct, proxied},
    {"2001:db8::/32", "2001:db9::1", proxied, proxied},
    {"2001:db8::/129", "2001:db8::1", proxied, proxied},
    {"10.0.0.0/8", "::ffff:10.1.2.3", direct, proxied},
    {"10.0.0.0/8", "2001:db8::1", proxied, proxied},
    {"2001:db8::/32", "10.1.2.3", proxied, proxied},
    {"other.test,example.test", "example.test", direct, direct},
    {"other.test, example.test", "example.test", direct, direct},
    {"other.test example.test", "example.test", direct, direct},
    {"other.test\texample.test", "example.test", direct, direct},
    {" example.test ", "example.test", direct, direct},
    {",,example.test,", "example.test", direct, direct},
    {"other.test;example.test", "example.test", proxied, proxied},
    {"EXAMPLE.Test", "example.test", direct, direct},
    {"example.test.", "example.test", direct, direct},
    {"example.test", "example.test.", direct, direct},
    {".", "example.test", proxied, proxied},
    {"*.", "example.test", proxied, proxied},
    {":443", "example.test", proxied, proxied},
    {"/8", "10.1.2.3", proxied, proxied},
};

} // namespace no_proxy_tests

BOOST_AUTO_TEST_SUITE(no_proxy)

using namespace no_proxy_tests;

BOOST_AUTO_TEST_CASE(exempts_names_below_a_domain_addresses_networks_and_ports)
{
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.no_proxy << " and " << row.host << ':' << row.port)
    BOOST_TEST(cojob::detail::is_exempt(row.no_proxy, {row.host, row.port, true}) == row.expected);
}

BOOST_AUTO_TEST_CASE(exempts_whatever_curl_exempts)
{
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.no_proxy << " and " << row.host)
    BOOST_TEST((row.expected || !row.curl));
}

BOOST_AUTO_TEST_SUITE_END()
