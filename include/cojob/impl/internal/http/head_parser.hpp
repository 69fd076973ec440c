#ifndef COJOB_IMPL_INTERNAL_HTTP_HEAD_PARSER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_HEAD_PARSER_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/header_lines.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Beast's parser, used only for one whole head. `body_decoder` decodes the body.
class head_parser final : public boost::beast::http::basic_parser<false> {
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;

  public:
    explicit head_parser(const limit_options& limits) : limits_(limits)
    {
        skip(true);                                              // the message ends with its head
        header_limit(std::numeric_limits<std::uint32_t>::max()); // `response_reader` enforces the limit
        message.headers.reserve(std::min<std::size_t>(usual_headers, limits.header_count));
    }

    /// Parses a whole head. Returns whether it is well formed and within the limits.
    bool parse(std::string_view head) { return put(asio::buffer(head), error_) == head.size() && !error_; }

    http::response message;

    /// The error, if `parse` returned false.
    [[nodiscard]] errc failure() const noexcept
    {
        return is_over_limit_ ? errc::response_too_large : errc::malformed_response;
    }
    [[nodiscard]] std::string why() const
    {
        if (is_over_limit_)
            return "over limits.header_count";
        return has_unknown_coding_ ? "a transfer coding other than chunked" : error_.message();
    }

  private:
    static constexpr std::size_t usual_headers = 16;

    void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override { message.status = code; }
    void on_field_impl(field name_code, string_view name, string_view value, error_code& ec) override
    {
        if (name_code == field::transfer_encoding && !is_known_coding({value.data(), value.size()})) {
            has_unknown_coding_ = true;
            ec = boost::beast::http::error::bad_transfer_encoding;
        } else if (message.headers.size() == limits_.header_count) {
            is_over_limit_ = true;
            ec = boost::beast::http::error::header_limit;
        } else {
            add(std::string_view(name.data(), name.size()), std::string_view(value.data(), value.size()));
        }
    }
    void add(std::string_view name, std::string_view value) { add_header(message.headers, name, value); }

    /// Beast ignores an unknown transfer coding, which would misread the body. `identity` is a leftover of RFC 2616 and
    /// changes nothing.
    static bool is_known_coding(std::string_view value)
    {
        return equal_ignoring_case(value, "chunked") || equal_ignoring_case(value, "identity");
    }

#if BOOST_VERSION >= 109000 // Trailers are not part of a head. Older Beasts treat them as other fields.
    void on_trailer_field_impl(field, string_view, string_view, error_code&) override {}
#endif
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    const limit_options& limits_;
    error_code error_;
    bool is_over_limit_ = false;
    bool has_unknown_coding_ = false;
};

} // namespace cojob::detail

#endif
