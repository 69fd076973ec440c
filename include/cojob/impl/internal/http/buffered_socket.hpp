#ifndef COJOB_IMPL_INTERNAL_HTTP_BUFFERED_SOCKET_HPP
#define COJOB_IMPL_INTERNAL_HTTP_BUFFERED_SOCKET_HPP

#include <cojob/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace cojob::detail {

/// The result of a non-blocking operation. The error is `would_block` if the operation would have blocked.
struct io_result {
    error_code error{};
    std::size_t bytes = 0;
};

[[nodiscard]] inline bool would_block(const error_code& error) noexcept
{
    return error && (error == asio::error::would_block || error == asio::error::try_again);
}

/// A non-blocking socket with a small buffer. Waiting for data receives it: Asio tries the receive first, and its
/// reactor needs no system call to register a receive, but one for each `async_wait`. A read takes the bytes that were
/// received first. More than the buffer holds is read from the socket directly, so large bodies are not copied.
class buffered_socket {
  public:
    explicit buffered_socket(asio::ip::tcp::socket socket) : socket_(std::move(socket))
    {
        error_code ignored; // the first read or write reports it
        socket_.non_blocking(true, ignored);
    }

    [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_; }

    io_result write_some(asio::const_buffer bytes)
    {
        io_result wrote;
        wrote.bytes = socket_.write_some(bytes, wrote.error);
        return wrote;
    }

    io_result read_some(asio::mutable_buffer room)
    {
        if (begin_ != end_ || error_)
            return take(room);
        io_result got;
        got.bytes = socket_.read_some(room, got.error);
        is_drained_ = got.bytes < room.size();
        return got;
    }

    /// Receives what is there, without waiting. Returns `would_block` if there is nothing.
    [[nodiscard]] error_code peek()
    {
        if (begin_ == end_ && !error_) {
            const auto got = read_some(asio::buffer(bytes_));
            if (would_block(got.error))
                return got.error;
            received(got.error, got.bytes);
        }
        return error_;
    }

    /// Starts a receive. Pass its result to `received`. If bytes are left, it only lets other handlers run.
    template <class Handler>
    void receive(Handler handler)
    {
        const auto room = begin_ == end_ && !error_ ? asio::buffer(bytes_) : asio::mutable_buffer();
        socket_.async_receive(room, std::move(handler));
    }

    /// Keeps the error for the read that follows: a reset is reported by the system only once.
    void received(const error_code& error, std::size_t bytes) noexcept
    {
        if (begin_ != end_ || error_)
            return;
        error_ = error;
        begin_ = 0;
        end_ = bytes;
        is_drained_ = bytes < bytes_.size();
    }

    /// Whether the next read takes bytes that were received before.
    [[nodiscard]] bool has_bytes() const noexcept { return begin_ != end_; }

    /// Returns whether the last read or receive took all there was. The answer is given once, so that a caller who does
    /// not wait in between gets to try.
    [[nodiscard]] bool was_drained() noexcept { return begin_ == end_ && !error_ && std::exchange(is_drained_, false); }

  private:
    io_result take(asio::mutable_buffer room) noexcept
    {
        if (begin_ == end_)
            return {error_, 0};
        const auto n = asio::buffer_copy(room, asio::buffer(bytes_.data() + begin_, end_ - begin_));
        begin_ += n;
        return {{}, n};
    }

    static constexpr std::size_t size = 4096; // most responses, with their session tickets and frames

    asio::ip::tcp::socket socket_;
    std::size_t begin_ = 0, end_ = 0; // of what was received and not yet read
    error_code error_;                // follows it
    bool is_drained_ = false;
    std::array<char, size> bytes_;
};

} // namespace cojob::detail

#endif
