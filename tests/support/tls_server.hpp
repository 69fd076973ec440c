#ifndef COJOB_TESTS_SUPPORT_TLS_SERVER_HPP
#define COJOB_TESTS_SUPPORT_TLS_SERVER_HPP

#include <cojob/client.hpp>

#include "support/tls_peer.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

/// How a connection ends.
enum class farewell {
    none,   ///< it does not
    polite, ///< with TLS's close_notify
    abrupt  ///< without
};

inline std::ostream& operator<<(std::ostream& out, farewell f)
{
    return out << (f == farewell::none ? "not at all" : f == farewell::polite ? "politely" : "abruptly");
}

/// An HTTPS server on the test's own context whose TLS can be changed at any time, and which answers every request.
class tls_server {
  public:
    tls_server(asio::io_context& context, const cojob::testing::detail::server_identity& identity, int version)
        : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), ca_pem(identity.ca_pem)
    {
        use(identity, version);
        asio::co_spawn(context, accept_all(), asio::detached);
    }
    tls_server(const tls_server&) = delete;
    tls_server& operator=(const tls_server&) = delete;
    ~tls_server() = default;

    /// Later connections use another certificate, and no session of earlier ones.
    void use(const cojob::testing::detail::server_identity& identity, int version)
    {
        contexts_.push_back(std::make_unique<asio::ssl::context>(tls_server_context(identity, version)));
        SSL_CTX_set_session_id_context(tls(), reinterpret_cast<const unsigned char*>("cojob"), 5);
    }
    [[nodiscard]] SSL_CTX* tls() const { return contexts_.back()->native_handle(); }

    /// Handshakes that begin with a session end with an alert.
    void refuse_sessions() { SSL_CTX_set_client_hello_cb(tls(), &refuse_session, nullptr); }

    void close_connections(farewell how)
    {
        for (const auto& weak : std::exchange(open_, {}))
            if (const auto c = weak.lock())
                close(*c, how);
    }

    /// A request to it.
    [[nodiscard]] cojob::api_request request(const char* method = "GET") const
    {
        cojob::api_request made;
        made.method = method;
        made.base_url =
            cojob::http::parse_url("https://localhost:" + std::to_string(acceptor_.local_endpoint().port()), "url");
        return made;
    }

  private:
    struct connection {
        connection(asio::ip::tcp::socket s, SSL_CTX* tls) : socket(std::move(s)), peer(tls) {}
        asio::ip::tcp::socket socket;
        tls_peer peer;
    };

    asio::ip::tcp::acceptor acceptor_;
    std::vector<std::unique_ptr<asio::ssl::context>> contexts_;
    std::vector<std::weak_ptr<connection>> open_;

  public:
    const std::string ca_pem;
    farewell after_answer = farewell::none;
    std::size_t handshakes = 0, resumed = 0, client_certificates = 0; ///< that succeeded
    bool saw_early_data = false;
    std::string heard; ///< all requests

  private:
    static int refuse_session(SSL* ssl, int* alert, void*)
    {
        const unsigned char* bytes = nullptr;
        std::size_t size = 0;
        for (const auto type : {unsigned{TLSEXT_TYPE_psk}, unsigned{TLSEXT_TYPE_session_ticket}})
            if (SSL_client_hello_get0_ext(ssl, type, &bytes, &size) == 1 && size != 0) {
                *alert = SSL_AD_DECRYPT_ERROR;
                return SSL_CLIENT_HELLO_ERROR;
            }
        return SSL_CLIENT_HELLO_SUCCESS;
    }

    static asio::awaitable<void> flush(connection& c)
    {
        const auto bytes = c.peer.output();
        cojob::error_code ignored;
        co_await asio::async_write(c.socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ignored));
    }

    static void close(connection& c, farewell how)
    {
        cojob::error_code ignored;
        if (how == farewell::polite) {
            SSL_shutdown(c.peer.native_handle());
            asio::write(c.socket, asio::buffer(c.peer.output()), ignored);
        }
        c.socket.close(ignored);
    }

    asio::awaitable<void> accept_all()
    {
        for (;;) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            const auto made = std::make_shared<connection>(std::move(socket), tls());
            open_.push_back(made);
            asio::co_spawn(acceptor_.get_executor(), serve(*this, made), asio::detached);
        }
    }

    static asio::awaitable<void> serve(tls_server& self, std::shared_ptr<connection> c)
    {
        cojob::error_code ec;
        std::string bytes(16384, '\0'), request;
        bool is_counted = false;
        while (!ec) {
            const auto n =
                co_await c->socket.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
            request += c->peer.take(std::string_view(bytes).substr(0, n));
            if (!std::exchange(is_counted, is_counted || SSL_is_init_finished(c->peer.native_handle()) != 0) &&
                is_counted)
                self.count(c->peer.native_handle());
            const auto is_whole = request.find("\r\n\r\n") != std::string::npos;
            if (is_whole) {
                self.heard += std::exchange(request, {});
                c->peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            }
            co_await flush(*c);
            if (is_whole && self.after_answer != farewell::none)
                co_return close(*c, self.after_answer);
            if (ERR_peek_error() != 0) { // it has refused
                ERR_clear_error();
                co_return close(*c, farewell::abrupt);
            }
        }
    }

    void count(SSL* ssl)
    {
        ++handshakes;
        resumed += SSL_session_reused(ssl) != 0 ? 1U : 0U;
        client_certificates += SSL_get0_peer_certificate(ssl) != nullptr ? 1U : 0U;
        saw_early_data = saw_early_data || SSL_get_early_data_status(ssl) != SSL_EARLY_DATA_NOT_SENT;
    }
};

} // namespace tests

#endif
