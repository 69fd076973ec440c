#ifndef COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP

#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/response_parser.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Reads one response out of the bytes of a connection, interim (1xx) ones skipped. No I/O: bytes go in, an end comes
/// out.
class response_reader {
  public:
    /// Bytes that were read too far stay in the buffer: they are somebody's mistake, see `has_surplus`.
    response_reader(const limit_options& limits, boost::beast::flat_buffer& buffer, body_mode mode = body_mode::whole)
        : limits_(limits), buffer_(buffer), mode_(mode)
    {
        parser_.emplace(limits_, mode_);
    }

    /// Where the next bytes go.
    [[nodiscard]] asio::mutable_buffer prepare() { return buffer_.prepare(read_size); }

    /// Takes n bytes that were read. Whether the response is done, or has failed.
    bool commit(std::size_t n)
    {
        buffer_.commit(n);
        has_begun_ = has_begun_ || n != 0;
        while (!is_over() && buffer_.size() != 0) {
            const auto advanced = parser_->is_header_done() ? take_body() : take_head();
            if (!advanced)
                break;
        }
        return is_over();
    }

    /// The connection has ended, in good order or not. An answer that ends by closing is whole only in good order.
    void end_of_input(error_code how)
    {
        error_code ec = boost::beast::http::error::partial_message;
        if (how == asio::error::eof && parser_->is_header_done())
            parser_->put_eof(ec);
        if (ec)
            fail_with(errc::connection_lost, how.message());
        else
            is_done_ = true;
    }

    [[nodiscard]] bool is_over() const noexcept { return is_done_ || failure_.has_value(); }
    [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }
    [[nodiscard]] std::optional<errc> failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    /// More than one answer to one request: the connection is in an unknown state.
    [[nodiscard]] bool has_surplus() const noexcept { return buffer_.size() != 0; }
    [[nodiscard]] bool allows_reuse() const
    {
        return is_done_ && is_trusted_ && !has_surplus() && parser_->keep_alive() &&
               parser_->message.status != switching_protocols;
    }

    /// For a reason that the response does not show.
    void forbid_reuse() noexcept { is_trusted_ = false; }

    /// What has come; a body that streams is left behind.
    [[nodiscard]] http::response take_message()
    {
        auto& m = parser_->message;
        return is_streaming() ? http::response{m.status, std::move(m.headers), {}} : std::move(m);
    }

    /// The head of a success is whole whose body is to be taken away as it comes.
    [[nodiscard]] bool is_streaming() const { return parser_->is_streaming(); }
    /// What has come of the body since the last time.
    [[nodiscard]] std::string take_body_text() { return std::exchange(parser_->message.body, {}); }

  private:
    static constexpr std::size_t read_size = std::size_t{16} * 1024;
    static constexpr int switching_protocols = 101; // the end of HTTP on a connection, and nobody asked for it

    [[nodiscard]] bool is_interim() const noexcept
    {
        const auto status = parser_->message.status;
        return status >= 100 && status < 200 && status != switching_protocols;
    }

    /// False: it has failed, or waits for more.
    bool take_head()
    {
        const std::string_view received(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
        const auto found = head_.look(received.substr(0, limits_.header_bytes));
        if (found == head_scan::verdict::malformed)
            fail_with(errc::malformed_response, "no status line of HTTP/1, or a line that does not end with CRLF");
        else if (found == head_scan::verdict::whole)
            return put();
        else if (received.size() > limits_.header_bytes)
            fail_with(errc::response_too_large, "over limits.header_bytes");
        return false;
    }

    bool take_body()
    {
        if (buffer_.size() < parser_->least_input())
            return false;
        parser_->eager(true); // not before: the head is to be judged by itself
        return put();
    }

    bool put()
    {
        error_code ec;
        buffer_.consume(parser_->put(buffer_.cdata(), ec));
        if (ec == boost::beast::http::error::need_more)
            check_room();
        else if (ec)
            fail(ec);
        else if (parser_->is_done())
            finish_message();
        return !ec;
    }

    void finish_message()
    {
        if (!is_interim()) {
            is_done_ = true;
        } else if (++interim_ > limits_.informational) {
            fail_with(errc::response_too_large, "over limits.informational");
        } else {
            parser_.emplace(limits_, mode_);
            head_ = {};
        }
    }

    /// Of a chunk's first line, with the end of the chunk before it.
    [[nodiscard]] std::size_t longest_line() const noexcept { return limits_.chunk_extension + 64; }

    /// What is left in the buffer is a chunk's first line, or what follows the last chunk, and is not complete yet.
    void check_room()
    {
        if (buffer_.size() > longest_line())
            fail_with(errc::response_too_large, "over limits.chunk_extension");
    }

    /// Newer Beasts end a line that has no end themselves, and call it a bad extension.
    [[nodiscard]] bool is_endless_line() const
    {
        constexpr std::size_t end_of_chunk = 2;
        const std::string_view line(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
        return line.size() > longest_line() && line.substr(end_of_chunk, longest_line()).find('\n') == line.npos;
    }

    void fail(error_code ec)
    {
        using beast_error = boost::beast::http::error;
        if (ec == beast_error::header_limit)
            fail_with(errc::response_too_large, std::string("over ") + parser_->exceeded());
        else if (ec == beast_error::bad_chunk_extension && is_endless_line())
            fail_with(errc::response_too_large, "over limits.chunk_extension");
        else
            fail_with(errc::malformed_response, ec.message());
    }

    void fail_with(errc code, std::string why)
    {
        failure_ = code;
        why_ = std::move(why);
    }

    const limit_options& limits_;
    boost::beast::flat_buffer& buffer_;
    body_mode mode_;
    std::optional<response_parser> parser_; // one a message: a parser cannot be used twice
    head_scan head_;
    std::size_t interim_ = 0;
    std::optional<errc> failure_;
    std::string why_;
    bool has_begun_ = false;
    bool is_done_ = false;
    bool is_trusted_ = true;
};

} // namespace cojob::detail

#endif
