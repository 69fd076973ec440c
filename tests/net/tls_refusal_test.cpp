#include <cojob/client.hpp>
#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/impl/internal/http/tls.hpp>

#include "support/run.hpp"
#include "support/tls_peer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace tls_refusal_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
namespace made = cojob::testing::detail;
using asio::ip::tcp;
using cojob::errc;
using cojob::error_code;
using cojob::detail::refuses_handshake;

/// A chain of a root, an intermediate and a server, and what a server shows of it.
struct chain {
    made::key_pair root = made::make_authority();
    made::key_pair intermediate = made::begin_certificate("cojob intermediate", -std::chrono::hours(1), one_day);
    made::key_pair leaf = made::begin_certificate("localhost", -std::chrono::hours(1), one_day);

    explicit chain(const char* alternative_names)
    {
        auto& middle = *intermediate.certificate;
        made::add_extension(middle, *root.certificate, NID_basic_constraints, "critical,CA:TRUE");
        made::add_extension(middle, *root.certificate, NID_key_usage, "critical,keyCertSign");
        made::add_extension(middle, *root.certificate, NID_subject_key_identifier, "hash");
        made::sign(middle, root);
        auto& end = *leaf.certificate;
        made::add_extension(end, middle, NID_basic_constraints, "critical,CA:FALSE");
        made::add_extension(end, middle, NID_authority_key_identifier, "keyid:always");
        if (*alternative_names != 0)
            made::add_extension(end, middle, NID_subject_alt_name, alternative_names);
        made::sign(end, intermediate);
    }

    static std::string pem(const made::key_pair& pair)
    {
        return made::to_pem([&](BIO* out) { return PEM_write_bio_X509(out, pair.certificate.get()); });
    }

    /// The server shows its own certificate and the intermediate one.
    [[nodiscard]] made::server_identity identity() const
    {
        return {pem(root), pem(leaf) + pem(intermediate), made::to_pem([&](BIO* out) {
                    return PEM_write_bio_PrivateKey(out, leaf.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                })};
    }

  private:
    static constexpr auto one_day = std::chrono::hours(24);
};

/// Serves one TLS connection: reads until the client goes, and notes what it was sent.
asio::awaitable<void> serve(tcp::acceptor& acceptor, SSL_CTX* tls, std::string& heard)
{
    error_code ec;
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    tests::tls_peer peer(tls);
    std::string bytes(16384, '\0');
    while (!ec) {
        const auto n =
            co_await socket.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
        heard += peer.take(std::string_view(bytes).substr(0, n));
        const auto answer = peer.output();
        error_code ignored;
        co_await asio::async_write(socket, asio::buffer(answer), asio::redirect_error(asio::use_awaitable, ignored));
        if (SSL_get_shutdown(peer.native_handle()) != 0 || !heard.empty())
            co_return;
        if (ERR_peek_error() != 0) // it has refused: no more is read, and the client may still send
            ERR_clear_error();
    }
}

struct bench {
    explicit bench(const made::server_identity& identity, int version = TLS1_3_VERSION)
        : tls(tests::tls_server_context(identity, version))
    {
        options.tls.ca_pem = identity.ca_pem;
    }

    cojob::client_options options;
    asio::ssl::context tls;
    std::string heard;

    tests::started<cojob::http::response> call(const char* method, bool is_opened_ahead = false)
    {
        asio::io_context context;
        tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
        asio::co_spawn(context, serve(acceptor, tls.native_handle(), heard), asio::detached);
        cojob::api_request request;
        request.method = method;
        request.base_url =
            cojob::http::parse_url("https://localhost:" + std::to_string(acceptor.local_endpoint().port()), "url");
        const cojob::client client(context.get_executor(), options);
        return tests::run(context, is_opened_ahead ? warm_and_send(client, request) : client.send(request));
    }

  private:
    static asio::awaitable<cojob::http::response> warm_and_send(cojob::client client, cojob::api_request request)
    {
        const auto idle = co_await client.warm(request.base_url, 1);
        BOOST_TEST(idle == 1U);
        co_return co_await client.send(std::move(request));
    }
};

/// As the client reads it.
error_code alert(int number)
{
    return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + number)), asio::error::get_ssl_category()};
}

} // namespace tls_refusal_tests

BOOST_AUTO_TEST_SUITE(a_tls_server)

using namespace tls_refusal_tests;

BOOST_DATA_TEST_CASE(that_refuses_after_the_clients_last_message_has_read_no_request,
                     data::make({"GET", "DELETE", "POST"}) * data::make({false, true}), method, is_opened_ahead)
{
    bench b(chain("DNS:localhost").identity());
    SSL_CTX_set_verify(b.tls.native_handle(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    const auto error = b.call(method, is_opened_ahead).error();
    BOOST_TEST(error.code() == make_error_code(errc::tls_failed));
    BOOST_TEST_REQUIRE(error.attempts.size() == 1U); // final
    BOOST_TEST(error.attempts.front().why.find("certificate required") != std::string::npos,
               error.attempts.front().why);
    BOOST_CHECK(error.attempts.front().reached == cojob::phase::handshaking);
    BOOST_TEST(b.heard == "");
}

BOOST_AUTO_TEST_CASE(refuses_a_handshake_with_nine_alerts_and_no_other)
{
    constexpr std::array refusals{40, 42, 43, 44, 45, 46, 48, 49, 116};
    for (int number = 0; number < 256; ++number)
        BOOST_TEST_CONTEXT(number)
    BOOST_TEST(refuses_handshake(alert(number)) == (std::ranges::count(refusals, number) != 0));
    BOOST_TEST(!refuses_handshake(asio::error::eof));
    BOOST_TEST(!refuses_handshake({1116, asio::error::get_ssl_category()}));
    BOOST_TEST(!refuses_handshake({}));
}

BOOST_AUTO_TEST_CASE(is_known_by_its_chain_or_any_part_of_it)
{
    const chain served("DNS:localhost"), other("DNS:localhost");
    using chains = const made::key_pair& (*)(const chain&);
    const chains parts[] = {[](const chain& c) -> const made::key_pair& { return c.root; },
                            [](const chain& c) -> const made::key_pair& { return c.intermediate; },
                            [](const chain& c) -> const made::key_pair& { return c.leaf; }};
    for (const auto part : parts) {
        bench known(served.identity()), unknown(served.identity());
        known.options.retry.max_attempts = unknown.options.retry.max_attempts = 1;
        known.options.tls.ca_pem = chain::pem(part(served));
        BOOST_TEST(known.call("GET").code() == make_error_code(errc::connection_lost)); // nobody answers
        BOOST_TEST(known.heard.starts_with("GET / HTTP/1.1"), known.heard);
        unknown.options.tls.ca_pem = chain::pem(part(other));
        BOOST_TEST(unknown.call("GET").code() == make_error_code(errc::certificate_rejected));
    }
}

BOOST_AUTO_TEST_CASE(that_is_named_by_its_common_name_only_is_not_accepted)
{
    for (const auto* names : {"", "IP:127.0.0.1", "DNS:docs.example.com", "email:x@localhost"}) {
        bench b(chain(names).identity());
        const auto error = b.call("GET").error();
        BOOST_TEST(error.code() == make_error_code(errc::certificate_rejected), names);
        BOOST_TEST(error.attempts.front().why.find("ostname mismatch") != std::string::npos,
                   error.attempts.front().why);
    }
}

BOOST_AUTO_TEST_SUITE_END()
