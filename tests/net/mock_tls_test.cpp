#include <cojob/testing/mock_server.hpp>

#include "support/raw_client.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <chrono>
#include <string>

namespace mock_tls_tests {

using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::testing::tls_versions;
using cojob::tests::raw_client;
using namespace std::chrono_literals;

/// X509_V_OK, or why the client did not accept the server.
long verdict(raw_client& client)
{
    const auto ec = client.handshake();
    const auto result = SSL_get_verify_result(client.tls().native_handle());
    BOOST_TEST((result == X509_V_OK) == !ec);
    return result;
}

std::string version_spoken_with(tls_versions versions)
{
    mock_server_options options;
    options.versions = versions;
    const mock_server server(options);
    raw_client client(server);
    SSL_set_security_level(client.tls().native_handle(), 0);
    SSL_set_min_proto_version(client.tls().native_handle(), TLS1_VERSION);
    BOOST_TEST(!client.handshake());
    return SSL_get_version(client.tls().native_handle());
}

} // namespace mock_tls_tests

BOOST_AUTO_TEST_SUITE(mock_tls_test)

using namespace mock_tls_tests;

BOOST_AUTO_TEST_CASE(the_certificate_is_for_the_names_and_addresses_asked_for)
{
    mock_server_options options;
    options.certificate.names = {"docs.example.com", "localhost"};
    options.certificate.addresses = {"127.0.0.1"};
    const mock_server server(options);
    for (const auto* name : {"localhost", "docs.example.com", "127.0.0.1"}) {
        raw_client client(server, "127.0.0.1", name);
        BOOST_TEST(verdict(client) == X509_V_OK, name);
    }
    for (const auto* name : {"example.com", "127.0.0.2", "::1"}) {
        raw_client client(server, "127.0.0.1", name);
        BOOST_TEST(!!client.handshake(), name);
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_may_be_expired_or_not_valid_yet)
{
    mock_server_options options;
    options.certificate.valid_until = -1min;
    const mock_server expired(options);
    raw_client late(expired);
    BOOST_TEST(verdict(late) == X509_V_ERR_CERT_HAS_EXPIRED);
    options.certificate.valid_from = 24h * 40 + 1h;
    options.certificate.valid_until = 24h * 80;
    const mock_server premature(options);
    raw_client early(premature);
    BOOST_TEST(verdict(early) == X509_V_ERR_CERT_NOT_YET_VALID);
}

BOOST_AUTO_TEST_CASE(every_server_has_an_authority_of_its_own)
{
    const mock_server one, other;
    BOOST_TEST(one.ca_pem() != other.ca_pem());
    raw_client client(one);
    SSL_set0_verify_cert_store(client.tls().native_handle(), X509_STORE_new());
    BOOST_TEST(verdict(client) != X509_V_OK);
}

BOOST_AUTO_TEST_CASE(the_versions_asked_for_are_spoken)
{
    BOOST_TEST(version_spoken_with(tls_versions::modern) == "TLSv1.3");
    BOOST_TEST(version_spoken_with(tls_versions::only_1_2) == "TLSv1.2");
    BOOST_TEST(version_spoken_with(tls_versions::only_1_1) == "TLSv1.1");
}

BOOST_AUTO_TEST_CASE(a_client_that_keeps_to_new_versions_is_not_served_an_old_one)
{
    mock_server_options options;
    options.versions = tls_versions::only_1_1;
    const mock_server server(options);
    BOOST_TEST(!!raw_client(server).handshake());
}

BOOST_AUTO_TEST_CASE(the_base_url_is_one_that_the_certificate_is_for)
{
    mock_server_options options;
    const mock_server by_name(options);
    BOOST_TEST(by_name.base_url() == "https://localhost:" + std::to_string(by_name.port()));
    options.certificate.names = {"docs.example.com"};
    const mock_server by_address(options);
    BOOST_TEST(by_address.base_url() == "https://127.0.0.1:" + std::to_string(by_address.port()));
    options.use_tls = false;
    const mock_server plain(options);
    BOOST_TEST(plain.base_url() == "http://localhost:" + std::to_string(plain.port()));
    BOOST_TEST(plain.ca_pem() == "");
}

BOOST_AUTO_TEST_CASE(a_server_listens_on_the_loopback_only)
{
    mock_server_options options;
    for (const auto* address : {"0.0.0.0", "192.0.2.1", "localhost", ""}) {
        options.address = address;
        BOOST_CHECK_THROW(mock_server{options}, boost::system::system_error);
    }
}

BOOST_AUTO_TEST_CASE(a_server_may_listen_on_ipv6)
{
    mock_server_options options;
    options.address = "::1";
    try {
        const mock_server server(options);
        BOOST_TEST(server.base_url() == "https://[::1]:" + std::to_string(server.port()));
        raw_client client(server, "::1", "::1");
        BOOST_TEST(client.call("GET", "/").result_int() == 404U);
    } catch (const boost::system::system_error& failure) {
        BOOST_TEST_MESSAGE("this machine has no IPv6 loopback: " << failure.what());
    }
}

BOOST_AUTO_TEST_SUITE_END()
