#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include <cojob/impl/internal/testing/mock_certificate.ipp>
#include <cojob/impl/internal/testing/mock_stream.ipp>

#include "support/mock_agent.hpp"
#include "support/scratch_file.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>

namespace tls_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::error_code;
using cojob::tls_options;
using cojob::testing::mock_certificate;
using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::testing::tls_versions;
using namespace std::chrono_literals;
using tests::scratch_file;

const std::string& foreign_ca()
{
    static const auto identity = cojob::testing::detail::make_identity({});
    return identity.ca_pem;
}

enum class trust { server, foreign, system };

/// A server, whom the client trusts, where it goes and for whom it takes it, and what comes of it.
struct tls_case {
    const char* name;
    void (*set_up)(mock_server_options&);
    const char* url;
    error_code code;
    const char* words = ""; ///< in the message, OpenSSL's own
    trust trusted = trust::server;
    const char* server_name = "";
    bool skips_verification = false;

    friend std::ostream& operator<<(std::ostream& out, const tls_case& c) { return out << c.name; }
};

const char* const by_name = "https://localhost:PORT";
const char* const by_address = "https://127.0.0.1:PORT";
const error_code success;
constexpr auto rejected = errc::certificate_rejected;
constexpr auto failed = errc::tls_failed;

void usual(mock_server_options&) {}

void for_docs_only(mock_server_options& o)
{
    o.certificate.names = {"docs.example.com"};
    o.certificate.addresses = {};
}

void expired(mock_server_options& o)
{
    o.certificate.valid_from = -2h;
    o.certificate.valid_until = -1h;
}

const tls_case tls_cases[] = {
    {"trusted, by name", usual, by_name, success},
    {"trusted, by address", usual, by_address, success},
    {"TLS 1.2", [](mock_server_options& o) { o.versions = tls_versions::only_1_2; }, by_name, success},
    {"a wildcard", [](mock_server_options& o) { o.certificate.names = {"*.example.com"}; }, by_address, success, "",
     trust::server, "docs.example.com"},
    {"another authority", usual, by_name, rejected, "issuer certificate", trust::foreign},
    {"an authority the system does not know", usual, by_name, rejected, "certificate", trust::system},
    {"another name", for_docs_only, by_name, rejected, "hostname mismatch"},
    {"another address", for_docs_only, by_address, rejected, "IP address mismatch"},
    {"an address as a name",
     [](mock_server_options& o) {
         o.certificate.names = {"127.0.0.1"};
         o.certificate.addresses = {};
     },
     by_address, rejected, "IP address mismatch"},
    {"part of a name", [](mock_server_options& o) { o.certificate.names = {"d*.example.com"}; }, by_address, rejected,
     "hostname mismatch", trust::server, "docs.example.com"},
    {"expired", expired, by_name, rejected, "expired"},
    {"not valid yet", [](mock_server_options& o) { o.certificate.valid_from = 12h; }, by_name, rejected,
     "not yet valid"},
    {"TLS 1.1", [](mock_server_options& o) { o.versions = tls_versions::only_1_1; }, by_name, failed},
    {"no TLS", [](mock_server_options& o) { o.use_tls = false; }, by_name, failed},

    {"server_name", for_docs_only, by_address, success, "", trust::server, "docs.example.com"},
    {"server_name that is another", usual, by_name, rejected, "hostname mismatch", trust::server, "docs.example.com"},
    {"server_name that is an address", usual, by_name, success, "", trust::server, "127.0.0.1"},
    {"another authority, unchecked", usual, by_name, success, "", trust::foreign, "", true},
    {"another name, unchecked", for_docs_only, by_name, success, "", trust::server, "", true},
    {"expired, unchecked", expired, by_name, success, "", trust::server, "", true},
};

cojob::client_options client_for(const tls_case& c)
{
    auto options = tests::one_attempt();
    options.tls.server_name = c.server_name;
    options.tls.insecure_skip_verify = c.skips_verification;
    if (c.trusted == trust::foreign)
        options.tls.ca_pem = foreign_ca();
    return options;
}

/// Takes one connection and notes the name it was asked for.
asio::awaitable<void> accept_one(asio::ip::tcp::acceptor& acceptor, asio::ssl::context& context, std::string& name)
{
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(socket), context);
    co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
    const auto* sni = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    name = sni ? sni : "none";
}

std::string sni_for(const std::string& host, const std::string& server_name = {})
{
    mock_certificate wanted;
    wanted.names.emplace_back("docs.example.com");
    const auto identity = cojob::testing::detail::make_identity(wanted);
    auto tls = cojob::testing::detail::make_server_context(identity, tls_versions::modern);
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::string name;
    asio::co_spawn(context, accept_one(acceptor, tls, name), asio::detached);

    auto options = tests::one_attempt();
    options.tls.ca_pem = identity.ca_pem;
    options.tls.server_name = server_name;
    cojob::api_request request;
    request.base_url =
        cojob::http::parse_url("https://" + host + ":" + std::to_string(acceptor.local_endpoint().port()), "url");
    const auto call = tests::run(context, cojob::client(context.get_executor(), options).send(request));
    BOOST_TEST(call.code() == errc::connection_lost); // nobody answers
    return name;
}

/// The words of the refusal.
std::string refusal(const tls_options& tls)
{
    asio::io_context context;
    auto options = tests::one_attempt();
    options.tls = tls;
    try {
        const cojob::client made(context.get_executor(), options);
    } catch (const cojob::api_error& failure) {
        BOOST_TEST(failure.code() == errc::invalid_argument);
        return failure.what();
    }
    return "accepted";
}

} // namespace tls_tests

BOOST_AUTO_TEST_SUITE(tls)

using namespace tls_tests;

BOOST_DATA_TEST_CASE(takes_the_right_server_and_no_other, data::make(tls_cases), c)
{
    mock_server_options server;
    c.set_up(server);
    tests::mock_agent mock(server, client_for(c), c.url,
                           c.trusted == trust::system ? tests::trust_server::no : tests::trust_server::yes);
    const auto id = mock.server.add_job({{"active"}});
    const auto get = mock.run(mock.agent.get_job(id)), post = mock.run(mock.agent.create_job("Document it"));
    for (const auto& call : {get.error(), post.error()}) {
        BOOST_TEST(call.code() == c.code);
        BOOST_TEST(call.message.find(c.words) != std::string::npos, call.message);
        if (!c.code)
            continue;
        BOOST_TEST_REQUIRE(call.attempts.size() == 1U);
        BOOST_CHECK(call.attempts.front().reached == cojob::phase::handshaking);
    }
    if (c.code)
        BOOST_TEST(mock.server.requests().empty());
}

BOOST_AUTO_TEST_CASE(trusts_a_file_a_text_and_both)
{
    const scratch_file foreign(foreign_ca());
    auto options = tests::one_attempt();
    options.tls.ca_file = foreign.path();
    tests::mock_agent stranger({}, options);
    BOOST_TEST(stranger.run(stranger.agent.create_job("Document it")).code() == rejected);
    const mock_server server;
    const scratch_file own(server.ca_pem());
    for (const auto& [file, text] : {std::pair(own.path(), std::string()), std::pair(own.path(), foreign_ca()),
                                     std::pair(foreign.path(), server.ca_pem())}) {
        options.tls.ca_file = file;
        options.tls.ca_pem = text;
        asio::io_context context;
        cojob::api_request request;
        request.base_url = cojob::http::parse_url(server.base_url(), "url");
        const auto call = tests::run(context, cojob::client(context.get_executor(), options).send(request));
        BOOST_TEST(call.error().http_status == 404);
    }
}

BOOST_AUTO_TEST_CASE(names_the_server_but_no_address)
{
    BOOST_TEST((sni_for("localhost") == "localhost" && sni_for("localhost.") == "localhost"));
    BOOST_TEST(sni_for("127.0.0.1") == "none");
    BOOST_TEST(sni_for("127.0.0.1", "docs.example.com") == "docs.example.com");
}

BOOST_AUTO_TEST_CASE(refuses_authorities_that_cannot_be_read)
{
    const scratch_file empty(""), garbage("no certificate"), key(cojob::testing::detail::make_identity({}).key_pem);
    const auto directory = std::filesystem::temp_directory_path().string();
    for (const auto& path : {directory + "/cojob-no-such-file", directory, empty.path(), garbage.path(), key.path()}) {
        tls_options options;
        options.ca_file = path;
        const auto words = refusal(options);
        BOOST_TEST(words.find("tls_options::ca_file: " + path) != std::string::npos, path << ": " << words);
    }
    const auto half = foreign_ca().substr(0, foreign_ca().size() / 2);
    for (const auto& text : {std::string("no certificate"), half, foreign_ca() + half}) {
        tls_options options;
        options.ca_pem = text;
        const auto words = refusal(options);
        BOOST_TEST(words.find("tls_options::ca_pem") != std::string::npos, words);
    }
}

BOOST_AUTO_TEST_CASE(may_be_done_without_on_the_loopback_only)
{
    tests::mock_agent mock(tests::plain_http());
    BOOST_TEST(mock.run(mock.agent.create_job("Document it")).code() == success);

    cojob::mintlify::agent_options elsewhere;
    elsewhere.project_id = "p";
    elsewhere.api_key = cojob::secret("key");
    elsewhere.base_url = "http://docs.example.com";
    BOOST_CHECK_EXCEPTION(cojob::mintlify::agent(mock.client(), elsewhere), cojob::api_error, [](const auto& failure) {
        return failure.code() == errc::invalid_argument &&
               std::string(failure.what()).find("agent_options::base_url") != std::string::npos;
    });

    cojob::api_request request;
    request.base_url = cojob::http::parse_url("http://docs.example.com", "url");
    const auto call = mock.start(mock.client().send(request));
    BOOST_TEST_REQUIRE(call.is_done());
    BOOST_TEST(call.code() == errc::invalid_argument);
    BOOST_TEST(mock.client().stats().requests == 1U);
}

BOOST_AUTO_TEST_CASE(of_a_server_is_nobodys_answer_to_plain_http)
{
    tests::mock_agent mock({}, tests::one_attempt(), "http://localhost:PORT");
    const auto code = mock.run(mock.agent.get_job("job_1")).code();
    BOOST_TEST((code == errc::malformed_response || code == errc::connection_lost), code);
    BOOST_TEST(mock.run(mock.agent.create_job("Document it")).code() == errc::outcome_unknown);
}

BOOST_AUTO_TEST_SUITE_END()
