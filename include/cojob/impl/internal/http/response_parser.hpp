#ifndef COJOB_IMPL_INTERNAL_HTTP_RESPONSE_PARSER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_RESPONSE_PARSER_HPP

#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

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
        if (line_begin_ == 0 && received.substr(0, begin.size()) != begin.substr(0, received.size()))
            return verdict::malformed;
        for (; (at_ = received.find('\n', at_)) != received.npos; line_begin_ = ++at_) {
            if (at_ == 0 || received[at_ - 1] != '\r')
                return verdict::malformed;
            if (at_ == line_begin_ + 1)
                return verdict::whole;
        }
        at_ = received.size();
        return verdict::incomplete;
    }

  private:
    std::size_t at_ = 0;
    std::size_t line_begin_ = 0;
};

/// What becomes of a response's body.
enum class body_mode {
    whole,
    absent,  ///< the answer to a HEAD: its length is that of a body that does not come
    streamed ///< of a success: taken away as it comes, without a limit; of a failure: whole
};

/// Beast's parser, filling plain strings and counting what the limits count.
class response_parser final : public boost::beast::http::basic_parser<false> {
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;

  public:
    response_parser(const limit_options& limits, body_mode mode) : limits_(limits), mode_(mode)
    {
        skip(mode == body_mode::absent);
        header_limit(std::numeric_limits<std::uint32_t>::max()); // the reader counts: this would count each piece anew
        body_limit(boost::none);                                 // counted below
        message.headers.reserve(std::min<std::size_t>(usual_headers, limits.header_count));
    }

    http::response message;

    /// The body goes as it comes.
    [[nodiscard]] bool is_streaming() const
    {
        return mode_ == body_mode::streamed && is_past_head_ && message.status / 100 == 2;
    }

    /// Beast 1.81 asserts that it never has four bytes of `0 CRLF CRLF`, which nothing can be shorter than.
    [[nodiscard]] std::size_t least_input() const { return chunked() && !has_chunk_ ? 5 : 1; }

    /// The option that the message is over, when that is what is wrong with it.
    [[nodiscard]] const char* exceeded() const noexcept { return exceeded_; }

  private:
    static constexpr std::size_t usual_headers = 16;

    void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override { message.status = code; }
    void on_field_impl(field, string_view name, string_view value, error_code& ec) override
    {
        if (is_past_head_)
            drop_trailer(name.size() + value.size(), ec);
        else if (message.headers.size() == limits_.header_count)
            ec = over("limits.header_count");
        else
            add(std::string_view(name.data(), name.size()), std::string_view(value.data(), value.size()));
    }
    void add(std::string_view name, std::string_view value) { message.headers.emplace_back(name, value); }
    // Not `override`: Beast has it, pure, from Boost 1.90 on; before, trailers come as fields.
    // And before, Beast itself refused what would frame the message anew.
    virtual void on_trailer_field_impl(field kind, string_view name, string_view value, error_code& ec)
    {
        if (kind == field::content_length || kind == field::transfer_encoding)
            ec = boost::beast::http::error::bad_field;
        else
            drop_trailer(name.size() + value.size(), ec);
    }
    void on_header_impl(error_code& ec) override
    {
        is_past_head_ = true;
        const auto length = content_length();
        if (length && has_body() && !is_streaming() && check_room(*length, ec))
            message.body.reserve(static_cast<std::size_t>(*length));
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view part, error_code& ec) override
    {
        if (is_streaming() || check_room(part.size(), ec))
            message.body.append(part.data(), part.size());
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override
    {
        has_chunk_ = true;
        if (extensions.size() > limits_.chunk_extension)
            ec = over("limits.chunk_extension");
        else if (!is_streaming())
            check_room(size, ec);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code& ec) override
    {
        return on_body_impl(part, ec);
    }
    void on_finish_impl(error_code&) override {}

    /// Whatever length is announced (RFC 9110, 6.4.1).
    [[nodiscard]] bool has_body() const
    {
        return mode_ != body_mode::absent && message.status / 100 != 1 && message.status != 204 &&
               message.status != 304;
    }

    /// What is announced counts as well as what comes.
    bool check_room(std::uint64_t more, error_code& ec)
    {
        if (more <= limits_.body_bytes - message.body.size())
            return true;
        ec = over("limits.body_bytes");
        return false;
    }

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
    body_mode mode_;
    std::size_t trailer_bytes_ = 0;
    const char* exceeded_ = "";
    bool is_past_head_ = false;
    bool has_chunk_ = false;
};

} // namespace cojob::detail

#endif
