#ifndef COJOB_IMPL_INTERNAL_HTTP_STREAM_HPP
#define COJOB_IMPL_INTERNAL_HTTP_STREAM_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/http/buffered_socket.hpp>
#include <cojob/impl/internal/http/keep_alive.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/tls_session.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// A connection to one origin: a socket, or TLS over it. Reads and writes never block; `ready` waits until one can
/// continue. The read buffer belongs to the connection, so reusing the connection reuses the buffer.
class stream {
  public:
    explicit stream(asio::ip::tcp::socket socket, const asio::ip::tcp::endpoint& address = {})
        : socket_(std::move(socket)), address_(address)
    {
    }
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream()
    {
        if (made_in_.is_of_a_parent()) // the parent process still uses the connection
            return;
        if (tls_)
            tls_->say_goodbye();
        if (proxy_tls_)
            proxy_tls_->say_goodbye();
    }

    [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_.socket(); }
    /// The remote endpoint. A failed socket does not report it any more.
    [[nodiscard]] const asio::ip::tcp::endpoint& address() const noexcept { return address_; }
    [[nodiscard]] boost::beast::flat_buffer& buffer() noexcept { return buffer_; }
    [[nodiscard]] keep_alive& terms() noexcept { return terms_; }

    /// Memory for the text of a request, from the one before. Wiped, and not much.
    [[nodiscard]] std::string take_spare_text() noexcept { return std::exchange(spare_text_, {}); }
    void keep_spare_text(std::string wiped) noexcept
    {
        if (wiped.capacity() <= most_spare_text)
            spare_text_ = std::move(wiped);
    }

    /// Begins to read a response with the connection's own reader, so that the exchange needs no room for one. The
    /// limits must outlive the response.
    response_reader& expect(const limit_options& limits, body_mode mode)
    {
        return response_.emplace(limits, buffer_, mode);
    }
    /// Ends that response. Returns whether the connection may be used again.
    bool finish()
    {
        const auto allows_reuse = response_ && response_->allows_reuse();
        response_.reset();
        return allows_reuse;
    }

    /// Encrypts everything from here on, beginning with a handshake. `settings` keeps the owner of the context alive.
    tls_session& start_tls(SSL_CTX* context, std::shared_ptr<const void> settings = {})
    {
        tls_settings_ = std::move(settings);
        return tls_.emplace(socket_, context, proxy_tls_.get());
    }

    /// Starts TLS with a proxy. A TLS session with the server may then run inside it, with the same settings.
    tls_session& start_proxy_tls(SSL_CTX* context, std::shared_ptr<const void> settings)
    {
        tls_settings_ = std::move(settings);
        proxy_tls_ = std::make_unique<tls_session>(socket_, context);
        return *proxy_tls_;
    }

    /// Identifies the TLS settings of the connection; null without TLS.
    [[nodiscard]] const void* tls_settings() const noexcept { return tls_settings_.get(); }

    io_result write_some(asio::const_buffer bytes)
    {
        if (auto* const tls = innermost())
            return tls->write_some(bytes);
        lacks_ = asio::socket_base::wait_write;
        return socket_.write_some(bytes);
    }

    io_result read_some(asio::mutable_buffer room)
    {
        io_result got;
        if (auto* const tls = innermost())
            got = tls->read_some(room);
        else
            got = socket_.was_drained() ? io_result{asio::error::would_block} : socket_.read_some(room);
        lacks_ = asio::socket_base::wait_read;
        in_a_row_ = would_block(got.error) ? 0 : in_a_row_ + 1;
        return got;
    }

    /// Returns whether to let other handlers run before the next read. A server that sends continuously must not
    /// monopolize a thread.
    [[nodiscard]] bool yields()
    {
        const auto is_time = in_a_row_ >= most_in_a_row;
        if (is_time)
            in_a_row_ = 0;
        return is_time;
    }

    /// After an operation that would have blocked: what to wait for on the socket.
    [[nodiscard]] asio::socket_base::wait_type lacks() const noexcept
    {
        const auto* const tls = innermost();
        return tls ? tls->lacks() : lacks_;
    }

    /// The common case of `ready` below, without a coroutine of its own: waits for data after a read that would have
    /// blocked, if that is what it lacks. Pass the result to `received`.
    [[nodiscard]] auto receive(operation& op)
    {
        return as_step<void(error_code, std::size_t)>(op.step_slot(),
                                                      [this](auto handler) { socket_.receive(std::move(handler)); });
    }
    void received(const error_code& error, std::size_t bytes) noexcept { socket_.received(error, bytes); }

    /// After an operation that would have blocked: waits until it can be tried again. The stream may be gone when the
    /// operation has been stopped meanwhile.
    asio::awaitable<error_code> ready(operation& op)
    {
        if (lacks() == asio::socket_base::wait_write) {
            const auto first = share<first_wait>(socket().get_executor());
            watch(asio::socket_base::wait_write, first);
            co_await first->happened.wait(op);
            if (op.is_stopped())
                co_return asio::error::operation_aborted;
            co_return first->error;
        }
        const auto [error, bytes] = co_await receive(op);
        op.step_slot().clear();
        if (op.is_stopped())
            co_return asio::error::operation_aborted;
        socket_.received(error, bytes);
        co_return error_code();
    }

    /// After a read and a write that would have blocked: waits until one of them can be tried again.
    asio::awaitable<error_code> readable_or_writable(operation& op)
    {
        const auto first = share<first_wait>(socket().get_executor());
        watch(asio::socket_base::wait_read, first);
        watch(asio::socket_base::wait_write, first);
        co_await first->happened.wait(op);
        error_code ignored;
        socket().cancel(ignored); // cancels the other wait
        co_return first->error;
    }

    /// Returns whether an idle connection may be reused: nothing was received, not even an end of stream. What was
    /// received is read to see whether it is a session ticket; a limited number is consumed. A part of a record may be
    /// anything, so it counts as a response. `SSL_peek` would report a connection as alive after the server's
    /// close_notify.
    [[nodiscard]] bool is_reusable()
    {
        const auto* const tls = innermost();
        if (!(tls && tls->has_pending()) && would_block(socket_.peek()))
            return true;
        char byte = 0;
        return would_block(read_some(asio::buffer(&byte, 1)).error) &&
               !(tls && (tls->was_cut_short() || tls->has_pending()));
    }

    /// Returns whether the first read failed because the server rejected the handshake.
    [[nodiscard]] bool was_refused(const error_code& read) const { return tls_ && tls_->was_refused(read); }

    [[nodiscard]] static bool would_block(const error_code& error) noexcept { return detail::would_block(error); }

  private:
    [[nodiscard]] tls_session* innermost() noexcept { return tls_ ? &*tls_ : proxy_tls_.get(); }
    [[nodiscard]] const tls_session* innermost() const noexcept { return tls_ ? &*tls_ : proxy_tls_.get(); }

    /// The result of the first of two waits. Both handlers may outlive the waiting coroutine.
    struct first_wait {
        explicit first_wait(const asio::any_io_executor& executor) : happened(executor) {}

        void set(const error_code& ec)
        {
            if (!happened.is_set())
                error = ec;
            happened.set();
        }

        event happened;
        error_code error;
    };

    void watch(asio::socket_base::wait_type type, const std::shared_ptr<first_wait>& first)
    {
        socket().async_wait(type, [first](const error_code& ec) { first->set(ec); });
    }

    static constexpr int most_in_a_row = 16;
    static constexpr std::size_t most_spare_text = 4096;

    fork_mark made_in_;
    buffered_socket socket_;
    asio::ip::tcp::endpoint address_;
    std::shared_ptr<const void> tls_settings_;
    std::unique_ptr<tls_session> proxy_tls_; // uses the socket and the settings
    std::optional<tls_session> tls_;         // uses the proxy's, or the socket, and the settings
    asio::socket_base::wait_type lacks_ = asio::socket_base::wait_read;
    int in_a_row_ = 0; // successive reads that did not block
    boost::beast::flat_buffer buffer_;
    std::optional<response_reader> response_; // uses the buffer
    std::string spare_text_;
    keep_alive terms_;
};

} // namespace cojob::detail

#endif
