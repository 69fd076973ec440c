#ifndef COJOB_TESTS_SUPPORT_TLS_PEER_HPP
#define COJOB_TESTS_SUPPORT_TLS_PEER_HPP

#include <cojob/impl/internal/testing/mock_certificate.ipp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tests {

namespace asio = boost::asio;

/// TLS messages that a server may send after the handshake, besides data.
enum class tls_message { ticket, key_update, hello_request };

inline std::ostream& operator<<(std::ostream& out, tls_message m)
{
    return out << (m == tls_message::ticket       ? "tickets"
                   : m == tls_message::key_update ? "key updates"
                                                  : "hello requests");
}

/// The TLS version that has this message.
inline int version_of(tls_message m)
{
    return m == tls_message::hello_request ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// A server context for one TLS version.
inline asio::ssl::context tls_server_context(const cojob::testing::detail::server_identity& identity, int version)
{
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.use_certificate_chain(asio::buffer(identity.certificate_pem));
    context.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
    SSL_CTX_set_min_proto_version(context.native_handle(), version);
    SSL_CTX_set_max_proto_version(context.native_handle(), version);
    return context;
}

/// The server side of TLS without a socket. It consumes and produces bytes, so that a test can send what no server
/// would send.
class tls_peer {
  public:
    explicit tls_peer(SSL_CTX* context) : ssl_(SSL_new(context))
    {
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(ssl_.get());
    }

    [[nodiscard]] SSL* native_handle() const { return ssl_.get(); }

    /// Consumes bytes from the client. Returns the data decrypted so far.
    std::string take(std::string_view sent)
    {
        BIO_write(SSL_get_rbio(ssl_.get()), sent.data(), static_cast<int>(sent.size()));
        if (!SSL_is_init_finished(ssl_.get()))
            SSL_do_handshake(ssl_.get());
        std::string text(16384, '\0');
        const auto n = SSL_read(ssl_.get(), text.data(), static_cast<int>(text.size()));
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return text;
    }

    void say(std::string_view text) { must(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0); }

    void send(tls_message m)
    {
        auto* const ssl = ssl_.get();
        must((m == tls_message::ticket       ? SSL_new_session_ticket(ssl)
              : m == tls_message::key_update ? SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED)
                                             : SSL_renegotiate(ssl)) == 1);
        must(SSL_do_handshake(ssl) == 1);
    }

    /// The bytes for the client that were not taken yet.
    std::string output()
    {
        auto* const out = SSL_get_wbio(ssl_.get());
        std::string bytes(BIO_ctrl_pending(out), '\0');
        if (!bytes.empty())
            BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
        return bytes;
    }

  private:
    struct ssl_free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    static void must(bool succeeded)
    {
        if (!succeeded)
            throw std::runtime_error("a TLS peer's message could not be made");
    }

    std::unique_ptr<SSL, ssl_free> ssl_;
};

} // namespace tests

#endif
