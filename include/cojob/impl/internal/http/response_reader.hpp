#ifndef COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP

#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/body_decoder.hpp>
#include <cojob/impl/internal/http/head_parser.hpp>
#include <cojob/impl/internal/http/head_scan.hpp>
#include <cojob/impl/internal/http/plain_head.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// Reads one response from the bytes of a connection, and skips interim (1xx) responses. No I/O: the caller passes the
/// bytes in.
class response_reader {
  public:
    /// Bytes after the response stay in the buffer. They are an error of the server; see `has_surplus`.
    response_reader(const limit_options& limits, boost::beast::flat_buffer& buffer, body_mode mode = body_mode::whole)
        : limits_(limits), buffer_(buffer), mode_(mode)
    {
    }

    /// The buffer for the next read.
    [[nodiscard]] asio::mutable_buffer prepare() { return buffer_.prepare(read_size); }

    /// Processes `n` bytes that were read. Returns whether the response is complete or has failed.
    bool commit(std::size_t n)
    {
        buffer_.commit(n);
        has_begun_ = has_begun_ || n != 0;
        while (!is_over() && buffer_.size() != 0 && (body_ ? take_body() : take_head())) {
        }
        return is_over();
    }

    /// Call this when the connection has ended. A response that is delimited by the end of the connection is complete
    /// only if the end was orderly.
    void end_of_input(error_code how)
    {
        if (how == asio::error::eof && body_ && body_->may_end())
            is_done_ = true;
        else
            fail_with(errc::connection_lost, how.message());
    }

    [[nodiscard]] bool is_over() const noexcept { return is_done_ || failure_.has_value(); }
    [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }
    [[nodiscard]] std::optional<errc> failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    /// The status of the final response; 0 until its head is complete. Never the status of an interim response.
    [[nodiscard]] int status() const noexcept { return message_.status; }

    /// Returns whether bytes followed the response. The state of the connection is unknown then.
    [[nodiscard]] bool has_surplus() const noexcept { return buffer_.size() != 0; }
    [[nodiscard]] bool allows_reuse() const
    {
        return is_done_ && is_trusted_ && !has_surplus() && keeps_alive_ && message_.status != switching_protocols;
    }

    /// Makes `allows_reuse` return false, for a reason that the response does not show.
    void forbid_reuse() noexcept { is_trusted_ = false; }

    /// Takes the response as far as it was received, without a body that streams.
    [[nodiscard]] http::response take_message()
    {
        auto& m = message_;
        return is_streaming() ? http::response{m.status, std::move(m.headers), {}} : std::move(m);
    }

    /// Returns whether the head of a successful response is complete and its body is streamed.
    [[nodiscard]] bool is_streaming() const
    {
        return mode_ == body_mode::streamed && body_ && message_.status / 100 == 2;
    }
    /// Takes the part of the body that was received since the last call.
    [[nodiscard]] std::string take_body_text() { return std::exchange(message_.body, {}); }

  private:
    static constexpr std::size_t read_size = std::size_t{16} * 1024;
    static constexpr int switching_protocols = 101; // ends HTTP on the connection; no request asks for it

    static bool is_interim(int status) noexcept
    {
        return status >= 100 && status < 200 && status != switching_protocols;
    }

    [[nodiscard]] std::string_view received() const
    {
        return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()};
    }

    /// Returns false if the response has failed or the head is incomplete.
    bool take_head()
    {
        const auto found = head_.look(received().substr(0, limits_.header_bytes));
        if (found == head_scan::verdict::whole)
            return parse_head(received().substr(0, head_.size()));
        if (found == head_scan::verdict::malformed)
            fail_with(errc::malformed_response, "no status line of HTTP/1, or a line that does not end with CRLF");
        else if (buffer_.size() > limits_.header_bytes)
            fail_with(errc::response_too_large, "over limits.header_bytes");
        return false;
    }

    bool parse_head(std::string_view head)
    {
        plain_head plain;
        const auto length = plain.parse(head, limits_.header_count);
        if (!length)
            return parse_any_head(head);
        message_ = {200, std::move(plain.headers), {}};
        buffer_.consume(std::exchange(head_, {}).size());
        begin_body(true,
                   mode_ == body_mode::absent ? body_framing{} : body_framing{body_framing::kind::length, *length});
        return !is_over();
    }

    bool parse_any_head(std::string_view head)
    {
        head_parser parser(limits_);
        const bool is_read = head_.ends_with_status()
                                 ? parser.parse(std::string(head).insert(head_scan::status_end, " "))
                                 : parser.parse(head);
        buffer_.consume(head_.size());
        head_ = {};
        const bool is_interim_one = is_interim(parser.message.status);
        if (!is_interim_one)
            message_ = std::move(parser.message);
        if (!is_read)
            fail_with(parser.failure(), parser.why());
        else if (!is_interim_one)
            begin_body(parser.keep_alive(), framing_of(parser));
        else if (++interim_ > limits_.informational)
            fail_with(errc::response_too_large, "over limits.informational");
        return !is_over();
    }

    void begin_body(bool keeps_alive, body_framing framing)
    {
        keeps_alive_ = keeps_alive && framing.ends != body_framing::kind::until_close;
        const bool is_bounded = mode_ != body_mode::streamed || message_.status / 100 != 2;
        body_.emplace(limits_, framing, is_bounded);
        if (!body_->begin(message_.body))
            fail_with(*body_->failure(), body_->why());
        is_done_ = body_->is_done();
    }

    [[nodiscard]] body_framing framing_of(const head_parser& parser) const
    {
        using kind = body_framing::kind;
        const auto status = message_.status;
        if (mode_ == body_mode::absent || status / 100 == 1 || status == 204 || status == 304)
            return {};
        if (parser.chunked())
            return {kind::chunks};
        const auto length = parser.content_length();
        return length ? body_framing{kind::length, *length} : body_framing{kind::until_close};
    }

    bool take_body()
    {
        auto rest = received();
        body_->take(rest, message_.body);
        buffer_.consume(buffer_.size() - rest.size());
        if (body_->failure())
            fail_with(*body_->failure(), body_->why());
        is_done_ = body_->is_done();
        return false; // the whole input was consumed or the body is over
    }

    void fail_with(errc code, std::string why)
    {
        failure_ = code;
        why_ = std::move(why);
    }

    const limit_options& limits_;
    boost::beast::flat_buffer& buffer_;
    body_mode mode_;
    head_scan head_;
    http::response message_;
    std::optional<body_decoder> body_; // set once the head is complete
    std::size_t interim_ = 0;
    std::optional<errc> failure_;
    std::string why_;
    bool has_begun_ = false;
    bool keeps_alive_ = false;
    bool is_done_ = false;
    bool is_trusted_ = true;
};

} // namespace cojob::detail

#endif
