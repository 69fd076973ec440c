#ifndef COJOB_IMPL_INTERNAL_HTTP_CHUNK_SCAN_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CHUNK_SCAN_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Decodes the chunked coding (RFC 9112, section 7.1) byte by byte, so the result does not depend on how the input is
/// split, and an error shows at its first byte. Every line must end with CRLF. The scan tolerates only blanks after a
/// chunk size, which some servers pad to a fixed width, and folded trailer lines. No two readers can then disagree on
/// where the message ends.
class chunk_scan {
  public:
    /// `most`: the limit in bytes of one chunk's extensions, and of all trailers together.
    explicit chunk_scan(std::size_t most) : most_(most) {}

    enum class event {
        needs_more, ///< the input is used up
        chunk,      ///< a chunk of `size()` bytes begins
        data,       ///< some bytes of the chunk
        end,        ///< the body is complete
        malformed,
        too_long ///< the extensions or the trailers exceed the limit
    };

    /// Consumes the bytes of one event from the front of the input. `data` refers into the input.
    [[nodiscard]] event next(std::string_view& input, std::string_view& data)
    {
        while (!input.empty()) {
            if (state_ == state::data)
                return take_data(input, data);
            const char c = input.front();
            input.remove_prefix(1);
            const auto found = state_ < state::trailer_begin ? take_size_line(c) : take_trailer(c);
            if (found != event::needs_more)
                return found;
        }
        return event::needs_more;
    }

    /// The bytes of the chunk that are still to come.
    [[nodiscard]] std::uint64_t size() const noexcept { return left_; }

  private:
    enum class state {
        size,
        blanks, ///< after the size
        extension,
        size_line_feed, ///< the CR has been received
        data,
        data_return, ///< CR LF after the data
        data_line_feed,
        trailer_begin, ///< of a trailer line, or of the empty line that ends the body
        trailer_name,
        trailer_value,
        trailer_line_feed,
        last_line_feed
    };

    static constexpr std::size_t most_digits = 32, most_blanks = 16;

    event take_data(std::string_view& input, std::string_view& data)
    {
        data = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
        input.remove_prefix(data.size());
        left_ -= data.size();
        if (left_ == 0)
            state_ = state::data_return;
        return event::data;
    }

    event go(state next) noexcept
    {
        state_ = next;
        return event::needs_more;
    }

    event take_size_line(char c)
    {
        switch (state_) {
        case state::size: return take_digit(c);
        case state::blanks: return is_blank(c) && ++count_ <= most_blanks ? event::needs_more : after_size(c);
        case state::extension: return take_extension(c);
        case state::size_line_feed: return c == '\n' ? begin_chunk() : event::malformed;
        case state::data_return: return c == '\r' ? go(state::data_line_feed) : event::malformed;
        default: // data_line_feed
            count_ = 0;
            return c == '\n' ? go(state::size) : event::malformed;
        }
    }

    event take_digit(char c)
    {
        if (!is_hex_digit(c)) {
            const bool has_size = count_ != 0;
            count_ = is_blank(c) ? 1 : 0;
            if (!has_size)
                return event::malformed;
            return is_blank(c) ? go(state::blanks) : after_size(c);
        }
        if (++count_ > most_digits || left_ >> 60U != 0)
            return event::malformed;
        left_ = left_ * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
        return event::needs_more;
    }

    event after_size(char c)
    {
        if (c == '\r')
            return go(state::size_line_feed);
        if (c != ';')
            return event::malformed;
        count_ = 0;
        state_ = state::extension;
        return take_extension(c);
    }

    event take_extension(char c)
    {
        if (c == '\r')
            return go(state::size_line_feed);
        if (is_control(c) && c != '\t')
            return event::malformed;
        return ++count_ > most_ ? event::too_long : event::needs_more;
    }

    event begin_chunk()
    {
        count_ = 0;
        if (left_ == 0)
            return go(state::trailer_begin);
        state_ = state::data;
        return event::chunk;
    }

    event take_trailer(char c)
    {
        switch (state_) {
        case state::trailer_begin:
            if (c == '\r')
                return go(state::last_line_feed);
            if (is_blank(c) && has_trailer_) // a folded line (RFC 9112, section 5.2)
                return count_trailer(state::trailer_value);
            name_.clear();
            state_ = state::trailer_name;
            return take_name(c);
        case state::trailer_name: return take_name(c);
        case state::trailer_value:
            if (c == '\r')
                return go(state::trailer_line_feed);
            return is_control(c) && c != '\t' ? event::malformed : count_trailer(state_);
        case state::trailer_line_feed:
            has_trailer_ = true;
            return c == '\n' ? go(state::trailer_begin) : event::malformed;
        default: // last_line_feed
            return c == '\n' ? event::end : event::malformed;
        }
    }

    /// Trailers are dropped: they must not be merged into the headers (RFC 9110, section 6.5.1), and nothing uses them.
    /// A trailer that would change the message framing is an error.
    event take_name(char c)
    {
        if (c == ':')
            return name_.empty() || name_ == "content-length" || name_ == "transfer-encoding"
                       ? event::malformed
                       : go(state::trailer_value);
        if (!is_token({&c, 1}))
            return event::malformed;
        constexpr std::size_t enough = std::string_view("transfer-encoding").size() + 1;
        if (name_.size() < enough)
            name_ += to_lower(c);
        return count_trailer(state_);
    }

    event count_trailer(state next)
    {
        state_ = next;
        return ++count_ > most_ ? event::too_long : event::needs_more;
    }

    static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

    std::size_t most_;
    state state_ = state::size;
    std::uint64_t left_ = 0;
    std::size_t count_ = 0; // of digits, blanks, or bytes of extensions or trailers
    std::string name_;      // of the current trailer, in lower case
    bool has_trailer_ = false;
};

} // namespace cojob::detail

#endif
