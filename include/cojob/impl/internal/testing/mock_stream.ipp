#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_STREAM_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_STREAM_IPP

#include <cojob/impl/internal/testing/mock_certificate.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace cojob::testing::detail {

inline void restrict_versions(asio::ssl::context& context, tls_versions versions)
{
    auto* native = context.native_handle();
    const auto oldest = versions == tls_versions::only_1_1 ? TLS1_1_VERSION : TLS1_2_VERSION;
    const auto newest = versions == tls_versions::modern ? 0 : oldest;
    require_openssl(SSL_CTX_set_min_proto_version(native, oldest) == 1);
    require_openssl(SSL_CTX_set_max_proto_version(native, newest) == 1);
    // OpenSSL 3 has no signature for TLS 1.1 above level 0.
    if (versions == tls_versions::only_1_1)
        require_openssl(SSL_CTX_set_cipher_list(native, "DEFAULT:@SECLEVEL=0") == 1);
}

inline asio::ssl::context make_server_context(const server_identity& identity, tls_versions versions)
{
    asio::ssl::context context(asio::ssl::context::tls_server);
    restrict_versions(context, versions);
    context.use_certificate_chain(asio::buffer(identity.certificate_pem));
    context.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
    return context;
}

/// A socket, with or without TLS. To a mock server, any error means that the client has disconnected.
class mock_stream {
  public:
    /// \param context null: without TLS
    mock_stream(asio::ip::tcp::socket socket, asio::ssl::context* context) : socket_(std::move(socket))
    {
        if (context)
            tls_.emplace(socket_, *context);
        error_code ec;
        socket_.set_option(asio::ip::tcp::no_delay(true), ec);
    }

    [[nodiscard]] asio::any_io_executor get_executor() { return socket_.get_executor(); }

    /// Returns whether the handshake succeeded.
    [[nodiscard]] asio::awaitable<bool> handshake()
    {
        error_code ec;
        if (tls_)
            co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                           asio::redirect_error(asio::use_awaitable, ec));
        co_return !ec;
    }

    /// Returns zero if the client has disconnected or the read was cancelled.
    [[nodiscard]] asio::awaitable<std::size_t> read_some(asio::mutable_buffer into)
    {
        error_code ec;
        std::size_t size = 0;
        if (tls_)
            size = co_await tls_->async_read_some(into, asio::redirect_error(asio::use_awaitable, ec));
        else
            size = co_await socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, ec));
        co_return ec ? 0 : size;
    }

    /// Returns false if the client has disconnected.
    [[nodiscard]] asio::awaitable<bool> write(std::string_view bytes)
    {
        error_code ec;
        if (tls_)
            co_await asio::async_write(*tls_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
        else
            co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
        co_return !ec;
    }

    /// Writes to the socket directly, bypassing TLS.
    [[nodiscard]] asio::awaitable<void> write_raw(std::string_view bytes)
    {
        error_code ec;
        co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ec));
    }

    /// Sends nothing and ignores everything, including TLS, until the client closes its socket.
    [[nodiscard]] asio::awaitable<void> wait_for_end()
    {
        error_code ec;
        std::array<char, 4096> ignored;
        while (!ec)
            co_await socket_.async_read_some(asio::buffer(ignored), asio::redirect_error(asio::use_awaitable, ec));
    }

    /// Cancels a pending read.
    void cancel() noexcept
    {
        error_code ec;
        socket_.cancel(ec);
    }

    /// Closes the connection normally.
    [[nodiscard]] asio::awaitable<void> close()
    {
        error_code ec;
        if (tls_) {
            // Pretend that the client's close_notify has arrived, so that the engine does not wait for it: an idle
            // client does not respond.
            SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
            co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
        }
        drop();
    }

    /// Closes the socket without close_notify.
    void drop() noexcept
    {
        error_code ec;
        socket_.close(ec);
    }

    void reset() noexcept
    {
        error_code ec;
        socket_.set_option(asio::socket_base::linger(true, 0), ec);
        drop();
    }

  private:
    asio::ip::tcp::socket socket_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
};

} // namespace cojob::testing::detail

#endif
