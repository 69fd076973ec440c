#ifndef COJOB_IMPL_INTERNAL_HTTP_BODY_DECODER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_BODY_DECODER_HPP

#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/chunk_scan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::detail {

/// How the body of a response is read.
enum class body_mode {
    whole,
    absent,  ///< the response to a HEAD request, whose Content-Length describes a body that is not sent
    streamed ///< the body of a success is passed on in parts, without a limit; that of a failure is read whole
};

/// Where a body ends (RFC 9112, section 6.3).
struct body_framing {
    enum class kind { none, length, chunks, until_close };

    kind ends = kind::none;
    std::uint64_t length = 0;
};

/// Decodes one body from the bytes that follow a head, and enforces the limits. Announced sizes count as well as
/// received bytes.
class body_decoder {
  public:
    /// `is_bounded`: whether `limits.body_bytes` applies.
    body_decoder(const limit_options& limits, body_framing framing, bool is_bounded)
        : limits_(limits), ends_(framing.ends), left_(framing.length), is_bounded_(is_bounded),
          chunks_(limits.chunk_extension), is_done_(ends_ == kind::none || (ends_ == kind::length && left_ == 0))
    {
    }

    /// Call this before the first byte. Returns false if the announced length exceeds the limit.
    bool begin(std::string& body)
    {
        if (ends_ != kind::length || !is_bounded_)
            return true;
        if (!check_room(body, left_))
            return false;
        make_room(body);
        return true;
    }

    /// Consumes bytes from the front of the input and appends their content to the body. Stops when the input is used
    /// up, the body is complete, or decoding fails.
    void take(std::string_view& input, std::string& body)
    {
        if (ends_ == kind::chunks)
            return take_chunks(input, body);
        auto part = input;
        if (ends_ == kind::length) {
            part = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
            if (is_bounded_ && part.size() > body.capacity() - body.size())
                make_room(body);
            left_ -= part.size();
            is_done_ = left_ == 0;
        }
        input.remove_prefix(part.size());
        add(part, body);
    }

    /// Returns whether an orderly end of the connection at this point completes the body.
    [[nodiscard]] bool may_end() const noexcept { return is_done_ || ends_ == kind::until_close; }

    [[nodiscard]] bool is_done() const noexcept { return is_done_; }
    [[nodiscard]] std::optional<errc> failure() const noexcept { return failure_; }
    [[nodiscard]] const char* why() const noexcept { return why_; }

  private:
    using kind = body_framing::kind;

    /// Memory is reserved for the announced length, up to `most_ahead` bytes or a multiple of what has been received.
    /// Growing a 3 MB body by doubling would take four times as long.
    static constexpr std::size_t most_ahead = std::size_t{64} * 1024, growth = 16;

    void make_room(std::string& body) const
    {
        const auto ahead = std::max(most_ahead, (growth - 1) * body.size());
        body.reserve(body.size() + static_cast<std::size_t>(std::min<std::uint64_t>(left_, ahead)));
    }

    void take_chunks(std::string_view& input, std::string& body)
    {
        using found = chunk_scan::event;
        while (!is_done_ && !failure_) {
            std::string_view data;
            switch (chunks_.next(input, data)) {
            case found::needs_more: return;
            case found::chunk: check_room(body, chunks_.size()); break;
            case found::data: add(data, body); break;
            case found::end: is_done_ = true; break;
            case found::malformed: fail(errc::malformed_response, "malformed chunks"); break;
            case found::too_long:
                fail(errc::response_too_large, "over limits.chunk_extension, which bounds trailers too");
                break;
            }
        }
    }

    void add(std::string_view part, std::string& body)
    {
        if (check_room(body, part.size()))
            body.append(part);
    }

    bool check_room(const std::string& body, std::uint64_t more)
    {
        if (!is_bounded_ || more <= std::min(limits_.body_bytes, body.max_size()) - body.size())
            return true;
        fail(errc::response_too_large, "over limits.body_bytes");
        return false;
    }

    void fail(errc code, const char* why)
    {
        failure_ = code;
        why_ = why;
    }

    const limit_options& limits_;
    kind ends_;
    std::uint64_t left_; // bytes of an announced length that are still to come
    bool is_bounded_;
    chunk_scan chunks_;
    bool is_done_;
    std::optional<errc> failure_;
    const char* why_ = "";
};

} // namespace cojob::detail

#endif
