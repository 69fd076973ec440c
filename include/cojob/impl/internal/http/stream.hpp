#ifndef COJOB_IMPL_INTERNAL_HTTP_STREAM_HPP
#define COJOB_IMPL_INTERNAL_HTTP_STREAM_HPP

#include <cojob/error.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <memory>
#include <utility>

namespace cojob::detail {

struct io_result {
    error_code error{};
    std::size_t bytes = 0;
};

/// A connection to one origin: a socket, or TLS over it. What a response was read into stays with it, so that keeping a
/// connection keeps the buffer.
class stream {
  public:
    explicit stream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return tls_ ? tls_->next_layer() : socket_; }
    [[nodiscard]] boost::beast::flat_buffer& buffer() noexcept { return buffer_; }

    /// From here on everything is encrypted.
    asio::ssl::stream<asio::ip::tcp::socket>& start_tls(asio::ssl::context& context)
    {
        tls_ = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket>>(std::move(socket_), context);
        return *tls_;
    }

    asio::awaitable<io_result> write(asio::const_buffer bytes)
    {
        if (tls_)
            co_return to_result(co_await asio::async_write(*tls_, bytes, asio::as_tuple(asio::deferred)));
        co_return to_result(co_await asio::async_write(socket_, bytes, asio::as_tuple(asio::deferred)));
    }

    asio::awaitable<io_result> read_some(asio::mutable_buffer room)
    {
        if (tls_)
            co_return to_result(co_await tls_->async_read_some(room, asio::as_tuple(asio::deferred)));
        co_return to_result(co_await socket_.async_read_some(room, asio::as_tuple(asio::deferred)));
    }

    /// Whether an idle connection may be used again: nothing has come, not even an end. The read swallows TLS session
    /// tickets; `SSL_peek` would call a connection alive after the server's close_notify.
    [[nodiscard]] bool is_quiet()
    {
        error_code ec;
        socket().non_blocking(true, ec);
        char byte = 0;
        if (!ec && tls_)
            tls_->read_some(asio::buffer(&byte, 1), ec);
        else if (!ec)
            socket_.read_some(asio::buffer(&byte, 1), ec);
        return ec == asio::error::would_block || ec == asio::error::try_again;
    }

  private:
    static io_result to_result(const std::tuple<error_code, std::size_t>& t)
    {
        return {std::get<0>(t), std::get<1>(t)};
    }

    asio::ip::tcp::socket socket_;
    std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> tls_;
    boost::beast::flat_buffer buffer_;
};

} // namespace cojob::detail

#endif
