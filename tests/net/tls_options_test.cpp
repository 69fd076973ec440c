#include <cojob/client.hpp>

#include "support/environment.hpp"
#include "support/run.hpp"
#include "support/scratch_file.hpp"
#include "support/tls_identity.hpp"
#include "support/tls_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>

namespace tls_options_tests {

namespace data = boost::unit_test::data;
namespace made = cojob::testing::detail;
using cojob::errc;
using cojob::secret;
using cojob::tls_options;
using cojob::tls_version;
using tests::authority_directory;
using tests::client_identity;
using tests::scratch_file;

const auto versions = data::make({TLS1_2_VERSION, TLS1_3_VERSION});

struct bench {
    explicit bench(int version = TLS1_3_VERSION) : server(context, identity, version) { tls.ca_pem = identity.ca_pem; }

    /// The server wants a certificate of this authority.
    void require(const client_identity& who) { tests::require_certificate_of(server.tls(), who.authority); }

    cojob::error_info call()
    {
        cojob::client_options options;
        options.retry.max_attempts = 1;
        options.tls = tls;
        return tests::run(context, cojob::client(context.get_executor(), options).send(server.request())).error();
    }

    boost::asio::io_context context;
    made::server_identity identity = made::make_identity({});
    tests::tls_server server;
    tls_options tls;
};

/// The words of the refusal.
std::string refusal(const tls_options& tls)
{
    boost::asio::io_context context;
    cojob::client_options options;
    options.tls = tls;
    try {
        const cojob::client made(context.get_executor(), options);
    } catch (const cojob::api_error& failure) {
        BOOST_TEST(failure.code() == errc::invalid_argument);
        return failure.what();
    }
    return "accepted";
}

void expect_refusal(const std::function<void(tls_options&)>& change, const std::string& words)
{
    tls_options tls;
    tls.insecure_skip_verify = true; // saves reading the system's authorities
    change(tls);
    const auto refused = refusal(tls);
    BOOST_TEST(refused.find(words) != std::string::npos, refused << " lacks " << words);
}

std::string pin_of(const std::string& pem)
{
    return tests::pin_of(*tests::read_certificate(pem));
}

} // namespace tls_options_tests

BOOST_AUTO_TEST_SUITE(tls_options_of_a_client)

using namespace tls_options_tests;

BOOST_DATA_TEST_CASE(show_its_certificate_from_files_and_texts, versions, version)
{
    const client_identity who;
    const scratch_file certificate(who.certificate_pem), key(who.key_pem), locked(who.encrypted_key_pem("pass phrase"));
    for (int i = 0; i < 3; ++i) {
        bench b(version);
        b.require(who);
        if (i == 0) {
            b.tls.client_certificate_file = certificate.path();
            b.tls.client_key_file = key.path();
        } else if (i == 1) {
            b.tls.client_certificate_pem = who.certificate_pem;
            b.tls.client_key_pem = secret(who.key_pem);
        } else {
            b.tls.client_certificate_pem = who.certificate_pem;
            b.tls.client_key_file = locked.path();
            b.tls.client_key_passphrase = [] { return secret("pass phrase"); };
        }
        BOOST_TEST(!b.call().code());
        BOOST_TEST(b.server.client_certificates == 1U);
    }
}

BOOST_DATA_TEST_CASE(show_none_or_a_wrong_one_in_vain, versions, version)
{
    const client_identity wanted, other;
    bench b(version);
    b.require(wanted);
    BOOST_TEST(b.call().code() == errc::tls_failed);
    b.tls.client_certificate_pem = other.certificate_pem;
    b.tls.client_key_pem = secret(other.key_pem);
    BOOST_TEST(b.call().code() == errc::tls_failed);
    BOOST_TEST(b.server.heard == "");
}

BOOST_AUTO_TEST_CASE(are_refused_when_a_client_certificate_cannot_work)
{
    const client_identity who, other;
    const auto with = [&](const std::string& certificate, const std::string& key) {
        return [=](tls_options& tls) {
            tls.client_certificate_pem = certificate;
            tls.client_key_pem = secret(key);
        };
    };
    expect_refusal(with(who.certificate_pem, other.key_pem), "tls_options::client_key_pem: is not the key of");
    expect_refusal(with(who.certificate_pem, ""), "tls_options::client_key_file: must be set");
    expect_refusal(with("", who.key_pem), "tls_options::client_certificate_file: must be set");
    expect_refusal(with("nothing", who.key_pem), "tls_options::client_certificate_pem: ");
    expect_refusal(with(who.certificate_pem, "nothing"), "tls_options::client_key_pem: ");
    expect_refusal(with(who.certificate_pem, who.encrypted_key_pem("right")),
                   "tls_options::client_key_passphrase: must be set");
    expect_refusal([&](tls_options& tls) { tls.client_key_file = "/cojob-no-such-file"; },
                   "tls_options::client_certificate_file: must be set");
    expect_refusal(
        [&](tls_options& tls) {
            with(who.certificate_pem, "")(tls);
            tls.client_key_file = "/cojob-no-such-file";
        },
        "tls_options::client_key_file: /cojob-no-such-file: ");
    expect_refusal(
        [&](tls_options& tls) {
            with(who.certificate_pem, who.key_pem)(tls);
            tls.client_key_file = "/cojob-no-such-file";
        },
        "tls_options::client_key_pem: must be empty if the file is set");
}

BOOST_AUTO_TEST_CASE(never_show_a_wrong_passphrase_or_a_key)
{
    const client_identity who;
    tls_options tls;
    tls.client_certificate_pem = who.certificate_pem;
    tls.client_key_pem = secret(who.encrypted_key_pem("right"));
    tls.client_key_passphrase = [] { return secret("wrong-passphrase"); };
    const auto words = refusal(tls);
    BOOST_TEST(words.find("tls_options::client_key_passphrase: does not decrypt the key") != std::string::npos, words);
    BOOST_TEST(words.find("wrong-passphrase") == std::string::npos);
    BOOST_TEST(words.find("PRIVATE") == std::string::npos);
    tls.client_key_passphrase = []() -> secret { throw std::runtime_error("the vault is closed"); };
    boost::asio::io_context context;
    cojob::client_options options;
    options.tls = tls;
    BOOST_CHECK_EXCEPTION(cojob::client(context.get_executor(), options), std::runtime_error,
                          [](const auto& e) { return std::string(e.what()) == "the vault is closed"; });
}

BOOST_DATA_TEST_CASE(pin_the_key_of_a_server, versions, version)
{
    bench b(version);
    const auto right = pin_of(b.identity.certificate_pem), wrong = pin_of(b.identity.ca_pem);
    for (const auto is_checked : {true, false}) {
        b.tls.insecure_skip_verify = !is_checked;
        b.tls.pins = {wrong, right};
        BOOST_TEST(!b.call().code());
        b.server.heard.clear();
        b.tls.pins = {wrong};
        const auto error = b.call();
        BOOST_TEST(error.code() == errc::certificate_rejected);
        BOOST_TEST(error.attempts.front().why.find("tls_options::pins") != std::string::npos);
        BOOST_TEST(b.server.heard == "");
    }
    b.tls.insecure_skip_verify = false;
    b.tls.pins = {right};
    b.tls.ca_pem = made::make_identity({}).ca_pem;
    BOOST_TEST(b.call().code() == errc::certificate_rejected);
    BOOST_TEST(b.server.heard == "");
}

BOOST_AUTO_TEST_CASE(refuse_pins_that_are_none)
{
    const std::string hash(43, 'A');
    for (const auto& pin :
         {std::string(), hash + "=", "sha1//" + hash + "=", "sha256//" + hash, "sha256//" + hash + "A",
          "sha256//" + hash.substr(1) + "B=", "sha256//" + hash.substr(1) + " ="})
        expect_refusal([&](tls_options& tls) { tls.pins = {pin}; }, "tls_options::pins: must be sha256//");
    tls_options good;
    good.insecure_skip_verify = true;
    good.pins = {"sha256//" + hash + "="};
    BOOST_TEST(refusal(good) == "accepted");
}

BOOST_AUTO_TEST_CASE(bound_the_versions)
{
    for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        bench b(version);
        b.tls.min_version = b.tls.max_version = tls_version::tls_1_2;
        BOOST_TEST(b.call().code() == (version == TLS1_2_VERSION ? cojob::error_code() : errc::tls_failed));
        b.tls.min_version = b.tls.max_version = tls_version::tls_1_3;
        BOOST_TEST(b.call().code() == (version == TLS1_3_VERSION ? cojob::error_code() : errc::tls_failed));
    }
    expect_refusal(
        [](tls_options& tls) {
            tls.min_version = tls_version::tls_1_3;
            tls.max_version = tls_version::tls_1_2;
        },
        "tls_options::min_version: must not be above max_version");
}

BOOST_DATA_TEST_CASE(refuse_a_server_that_speaks_another_protocol, versions, version)
{
    for (const auto* chosen : {"\x08http/1.1", "\x02h2", "\x08http/1.0"}) {
        bench b(version);
        SSL_CTX_set_alpn_select_cb(
            b.server.tls(),
            [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char*, unsigned, void* choice) {
                const auto* const text = static_cast<const unsigned char*>(choice);
                *out = text + 1;
                *size = text[0];
                return SSL_TLSEXT_ERR_OK;
            },
            const_cast<char*>(chosen));
        const auto error = b.call();
        const auto is_offered = std::string(chosen + 1) == "http/1.1";
        BOOST_TEST(error.code() == (is_offered ? cojob::error_code() : errc::tls_failed), chosen + 1);
        BOOST_TEST(b.server.heard.empty() == !is_offered);
    }
}

BOOST_AUTO_TEST_CASE(refuse_files_and_directories_that_are_not_there)
{
    const scratch_file garbage("nothing");
    expect_refusal([](tls_options& tls) { tls.ca_directory = "/cojob-no-such-directory"; },
                   "tls_options::ca_directory: /cojob-no-such-directory: is no directory");
    expect_refusal([&](tls_options& tls) { tls.ca_directory = garbage.path(); }, "is no directory");
    expect_refusal([](tls_options& tls) { tls.crl_file = "/cojob-no-such-file"; },
                   "tls_options::crl_file: /cojob-no-such-file: ");
    expect_refusal([&](tls_options& tls) { tls.crl_file = garbage.path(); },
                   "tls_options::crl_file: " + garbage.path());
    const scratch_file empty("");
    expect_refusal([&](tls_options& tls) { tls.crl_file = empty.path(); }, "the file is empty");
}

BOOST_AUTO_TEST_CASE(trust_a_directory)
{
    bench b;
    const authority_directory directory;
    b.tls.ca_pem.clear();
    b.tls.ca_directory = directory.path;
    BOOST_TEST(b.call().code() == errc::certificate_rejected);
    directory.add(b.identity.ca_pem);
    BOOST_TEST(!b.call().code());
}

BOOST_AUTO_TEST_CASE(trust_what_ssl_cert_file_names)
{
    bench b;
    const scratch_file authority(b.identity.ca_pem);
    b.tls.ca_pem.clear();
    tests::set_variable("SSL_CERT_FILE", authority.path().c_str());
    BOOST_TEST(!b.call().code());
    tests::set_variable("SSL_CERT_FILE", nullptr);
    BOOST_TEST(b.call().code() == errc::certificate_rejected);
}

BOOST_AUTO_TEST_CASE(trust_what_ssl_cert_dir_names)
{
    bench b;
    const authority_directory directory;
    directory.add(b.identity.ca_pem);
    b.tls.ca_pem.clear();
    tests::set_variable("SSL_CERT_DIR", directory.path.string().c_str());
    BOOST_TEST(!b.call().code());
    tests::set_variable("SSL_CERT_DIR", nullptr);
    BOOST_TEST(b.call().code() == errc::certificate_rejected);
}

BOOST_AUTO_TEST_SUITE_END()
