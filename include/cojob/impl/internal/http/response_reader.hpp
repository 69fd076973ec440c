#ifndef COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP

#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Finds the end of a message's head, whatever pieces it comes in. Beast's parser judges a head by what is there when
/// it is called: the same bytes may be an error in one piece, and a wait for more or over a limit in others.
class head_scan {
  public:
    enum class verdict { incomplete, whole, malformed };

    /// Takes all that is there of the message; goes on where it stopped.
    verdict look(std::string_view received)
    {
        constexpr std::string_view begin = "HTTP/1.";
        for (; at_ < received.size(); ++at_) {
            const auto c = received[at_];
            if (at_ < begin.size() ? c != begin[at_] : c == '\n' && received[at_ - 1] != '\r')
                return verdict::malformed;
            if (c != '\n')
                continue;
            const auto is_empty_line = at_ == line_begin_ + 1;
            line_begin_ = at_ + 1;
            if (is_empty_line)
                return verdict::whole;
        }
        return verdict::incomplete;
    }

  private:
    std::size_t at_ = 0;
    std::size_t line_begin_ = 0;
};

/// Beast's parser, filling plain strings and counting what the limits count.
class response_parser final : public boost::beast::http::basic_parser<false> {
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;

  public:
    response_parser(const limit_options& limits, bool expects_body) : limits_(limits)
    {
        skip(!expects_body);
        header_limit(std::numeric_limits<std::uint32_t>::max()); // the reader counts: this would count each piece anew
        body_limit(limits.body_bytes);
    }

    http::response message;

    /// Beast 1.81 asserts that it never has four bytes of `0 CRLF CRLF`, which nothing can be shorter than.
    [[nodiscard]] std::size_t least_input() const { return chunked() && !has_chunk_ ? 5 : 1; }

    /// The option that the message is over, when that is what is wrong with it.
    [[nodiscard]] const char* exceeded() const noexcept { return exceeded_; }

  private:
    void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override { message.status = code; }
    void on_field_impl(field, string_view name, string_view value, error_code& ec) override
    {
        if (is_past_head_)
            drop_trailer(name.size() + value.size(), ec);
        else if (message.headers.size() == limits_.header_count)
            ec = over("limits.header_count");
        else
            message.headers.emplace_back(name, value);
    }
    // Not `override`: Beast has it, pure, from Boost 1.90 on; before, trailers come as fields.
    virtual void on_trailer_field_impl(field, string_view name, string_view value, error_code& ec)
    {
        drop_trailer(name.size() + value.size(), ec);
    }
    void on_header_impl(error_code&) override { is_past_head_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override
    {
        if (length) // within the limit, or Beast would have failed
            message.body.reserve(static_cast<std::size_t>(*length));
    }
    std::size_t on_body_impl(string_view part, error_code&) override
    {
        message.body.append(part.data(), part.size());
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& ec) override
    {
        has_chunk_ = true;
        if (extensions.size() > limits_.chunk_extension)
            ec = over("limits.chunk_extension");
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& ec) override
    {
        return on_body_impl(part, ec);
    }
    void on_finish_impl(error_code&) override {}

    /// Trailers are no headers (RFC 9110, section 6.5.1), and nothing here wants one.
    void drop_trailer(std::size_t size, error_code& ec)
    {
        trailer_bytes_ += size;
        if (trailer_bytes_ > limits_.chunk_extension)
            ec = over("limits.chunk_extension, which bounds trailers too");
    }

    error_code over(const char* option)
    {
        exceeded_ = option;
        return boost::beast::http::error::header_limit;
    }

    const limit_options& limits_;
    std::size_t trailer_bytes_ = 0;
    const char* exceeded_ = "limits.body_bytes";
    bool is_past_head_ = false;
    bool has_chunk_ = false;
};

/// Reads one response out of the bytes of a connection, interim (1xx) ones skipped. No I/O: bytes go in, an end comes
/// out.
class response_reader {
  public:
    /// Bytes that were read too far stay in the buffer: they are somebody's mistake, see `has_surplus`.
    /// `expects_body`: false for the answer to a HEAD, whose length is that of a body that does not come.
    response_reader(const limit_options& limits, boost::beast::flat_buffer& buffer, bool expects_body = true)
        : limits_(limits), buffer_(buffer), expects_body_(expects_body)
    {
        parser_.emplace(limits_, expects_body_);
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
    void end_of_input(bool in_good_order)
    {
        error_code ec = boost::beast::http::error::partial_message;
        if (in_good_order && parser_->is_header_done())
            parser_->put_eof(ec);
        if (ec)
            failure_ = errc::connection_lost;
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
        return is_done_ && !has_surplus() && parser_->keep_alive() && parser_->message.status != switching_protocols;
    }

    [[nodiscard]] http::response& message() noexcept { return parser_->message; }

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
            parser_.emplace(limits_, expects_body_);
            head_ = {};
        }
    }

    /// What is left in the buffer is a chunk's first line, or what follows the last chunk, and is not complete yet.
    void check_room()
    {
        constexpr std::size_t size_line = 64;
        if (buffer_.size() > limits_.chunk_extension + size_line)
            fail_with(errc::response_too_large, "over limits.chunk_extension");
    }

    void fail(error_code ec)
    {
        using beast_error = boost::beast::http::error;
        if (ec == beast_error::body_limit || ec == beast_error::header_limit)
            fail_with(errc::response_too_large, std::string("over ") + parser_->exceeded());
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
    bool expects_body_;
    std::optional<response_parser> parser_; // one a message: a parser cannot be used twice
    head_scan head_;
    std::size_t interim_ = 0;
    std::optional<errc> failure_;
    std::string why_;
    bool has_begun_ = false;
    bool is_done_ = false;
};

} // namespace cojob::detail

#endif
