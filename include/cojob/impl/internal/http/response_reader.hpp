#ifndef COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RESPONSE_READER_HPP

#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <optional>
#include <utility>

namespace cojob::detail {

/// Beast's parser, filling plain strings and counting what the limits count.
class response_parser final : public boost::beast::http::basic_parser<false> {
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;

  public:
    explicit response_parser(const limit_options& limits) : limits_(limits)
    {
        header_limit(static_cast<std::uint32_t>(std::min<std::size_t>(limits.header_bytes, UINT32_MAX)));
        body_limit(limits.body_bytes);
        eager(true);
    }

    http::response message;

  private:
    void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override { message.status = code; }
    void on_field_impl(field, string_view name, string_view value, error_code& ec) override
    {
        if (message.headers.size() == limits_.header_count)
            ec = boost::beast::http::error::header_limit;
        else
            message.headers.emplace_back(name, value);
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& ec) override
    {
        if (length && *length > limits_.body_bytes)
            ec = boost::beast::http::error::body_limit;
        else if (length)
            message.body.reserve(static_cast<std::size_t>(*length));
    }
    std::size_t on_body_impl(string_view part, error_code&) override
    {
        message.body.append(part.data(), part.size());
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& ec) override
    {
        if (extensions.size() > limits_.chunk_extension)
            ec = boost::beast::http::error::header_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& ec) override
    {
        return on_body_impl(part, ec);
    }
    void on_finish_impl(error_code&) override {}

    const limit_options& limits_;
};

/// Reads one response out of the bytes of a connection, interim (1xx) ones skipped. No I/O: bytes go in, an end comes out.
class response_reader {
  public:
    /// Bytes that were read too far stay in the buffer: they are somebody's mistake, see `has_surplus`.
    response_reader(const limit_options& limits, boost::beast::flat_buffer& buffer) : limits_(limits), buffer_(buffer)
    {
        parser_.emplace(limits_);
    }

    /// Where the next bytes go. A header and a chunk's first line must fit in whole, so the room is what they may have.
    [[nodiscard]] asio::mutable_buffer prepare()
    {
        return buffer_.prepare(read_size);
    }

    /// Takes n bytes that were read. Whether the response is done, or has failed.
    bool commit(std::size_t n)
    {
        buffer_.commit(n);
        has_begun_ = has_begun_ || n != 0;
        while (!is_over() && buffer_.size() != 0) {
            error_code ec;
            buffer_.consume(parser_->put(buffer_.cdata(), ec));
            if (ec == boost::beast::http::error::need_more) {
                check_room();
                break;
            }
            if (ec)
                fail(ec);
            else if (parser_->is_done())
                finish_message();
        }
        return is_over();
    }

    /// The connection has ended, in good order or not. An answer that ends by closing is whole only in good order.
    void end_of_input(bool in_good_order)
    {
        error_code ec;
        if (has_begun_ && in_good_order)
            parser_->put_eof(ec);
        else
            ec = boost::beast::http::error::partial_message;
        if (!ec && parser_->is_done() && !is_interim())
            is_done_ = true;
        else
            failure_ = errc::connection_lost;
    }

    [[nodiscard]] bool is_over() const noexcept { return is_done_ || failure_.has_value(); }
    [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }
    [[nodiscard]] bool is_header_done() const { return parser_->is_header_done(); }
    [[nodiscard]] std::optional<errc> failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    /// More than one answer to one request: the connection is in an unknown state.
    [[nodiscard]] bool has_surplus() const noexcept { return buffer_.size() != 0; }
    [[nodiscard]] bool allows_reuse() const { return is_done_ && !has_surplus() && parser_->keep_alive(); }

    [[nodiscard]] http::response& message() noexcept { return parser_->message; }

  private:
    static constexpr std::size_t read_size = std::size_t{16} * 1024;

    [[nodiscard]] bool is_interim() const noexcept
    {
        const auto status = parser_->message.status;
        return status >= 100 && status < 200 && status != 101; // 101 is the end of HTTP, and nobody asked for it
    }

    void finish_message()
    {
        if (!is_interim())
            is_done_ = true;
        else if (++interim_ > limits_.informational)
            fail_with(errc::response_too_large, "more than limits.informational 1xx responses");
        else
            parser_.emplace(limits_);
    }

    /// What is left in the buffer is one line or one header that is not complete yet.
    void check_room()
    {
        constexpr std::size_t size_line = 64;
        const auto room = parser_->is_header_done() ? limits_.chunk_extension + size_line : limits_.header_bytes;
        if (buffer_.size() > room)
            fail_with(errc::response_too_large,
                      parser_->is_header_done() ? "a chunk's header over limits.chunk_extension" : "over limits.header_bytes");
    }

    void fail(error_code ec)
    {
        using beast_error = boost::beast::http::error;
        if (ec == beast_error::body_limit)
            fail_with(errc::response_too_large, "over limits.body_bytes");
        else if (ec == beast_error::header_limit || ec == beast_error::buffer_overflow)
            fail_with(errc::response_too_large, "over limits.header_bytes, limits.header_count or limits.chunk_extension");
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
    std::optional<response_parser> parser_; // one a message: a parser cannot be used twice
    std::size_t interim_ = 0;
    std::optional<errc> failure_;
    std::string why_;
    bool has_begun_ = false;
    bool is_done_ = false;
};

} // namespace cojob::detail

#endif
