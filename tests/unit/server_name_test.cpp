#include <cojob/client.hpp>
#include <cojob/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace server_name_tests {

/// Why a client does not take the name; empty when it does.
std::string objection_to(const std::string& name)
{
    boost::asio::io_context context;
    cojob::client_options options;
    options.tls.server_name = name;
    try {
        const cojob::client made(context.get_executor(), options);
    } catch (const cojob::api_error& failure) {
        BOOST_TEST((failure.code() == cojob::errc::invalid_argument));
        return failure.info().message;
    }
    return {};
}

} // namespace server_name_tests

BOOST_AUTO_TEST_SUITE(a_server_name)

BOOST_AUTO_TEST_CASE(is_checked_like_the_host_of_a_url)
{
    using server_name_tests::objection_to;
    for (const auto* const good : {"", "docs.example.com", "docs.example.com.", "Docs_1.example", "127.0.0.1", "::1"})
        BOOST_TEST_CONTEXT(good) BOOST_TEST(objection_to(good) == "");
    const std::string bad[] = {" ",
                               ".",
                               "a..b",
                               "*.example.com",
                               "a b",
                               "a\r\nb",
                               std::string("a\0b", 3),
                               "h:80",
                               "https://h",
                               "h/a",
                               "127.1",
                               "127.0.0.1.",
                               "[::1]",
                               "::1%lo",
                               "-a",
                               "b\xC3\xBC"
                               "cher.example",
                               std::string(64, 'a'),
                               "0x7f.1",
                               "user@h"};
    for (const auto& name : bad)
        BOOST_TEST_CONTEXT(name)
    BOOST_TEST(objection_to(name) == "tls_options::server_name: neither a DNS name nor an IP address");
}

BOOST_AUTO_TEST_SUITE_END()
