#ifndef COJOB_IMPL_INTERNAL_HTTP_PLAIN_HEAD_HPP
#define COJOB_IMPL_INTERNAL_HTTP_PLAIN_HEAD_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/message.hpp>
#include <cojob/impl/internal/http/header_lines.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

namespace cojob::detail {

/// Reads the head that nearly every response has: `HTTP/1.1 200`, one `Content-Length`, a connection that stays open,
/// and only ASCII. Beast's parser takes longer, because it looks up every field's name. A head with anything else is
/// left to that parser, which decides whether it is valid.
class plain_head {
  public:
    /// `head` is whole, as `head_scan` finds it. Returns the length of the body, or nothing if the head is not plain.
    std::optional<std::uint64_t> parse(std::string_view head, std::size_t most_headers)
    {
        if (!take(head, "HTTP/1.1 200 "))
            return std::nullopt;
        static_cast<void>(take_text(head)); // the reason
        headers.reserve(std::min<std::size_t>(16, most_headers));
        while (take(head, "\r\n") && !head.empty()) {
            if (head == "\r\n")
                return length_;
            const auto name = take_all(head, name_char);
            if (name.empty() || !take(head, ':') || headers.size() == most_headers)
                return std::nullopt;
            static_cast<void>(take_all(head, blank));
            auto value = take_text(head);
            while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
                value.remove_suffix(1);
            if (!allows(name, value))
                return std::nullopt;
            add_header(headers, name, value);
        }
        return std::nullopt;
    }

    http::header_list headers;

  private:
    enum kind : unsigned char { name_char = 1, text = 2, blank = 4 };

    static constexpr std::array<unsigned char, 256> kinds = [] {
        std::array<unsigned char, 256> table{};
        for (std::size_t i = 0; i < 128; ++i) {
            const auto c = static_cast<char>(i);
            const auto is_blank = c == ' ' || c == '\t';
            table[i] = static_cast<unsigned char>((is_alpha(c) || is_digit(c) || c == '-' || c == '_' ? name_char : 0) |
                                                  (!is_control(c) || is_blank ? text : 0) | (is_blank ? blank : 0));
        }
        return table;
    }();

    static std::string_view take_all(std::string_view& head, kind wanted)
    {
        const auto* at = head.data();
        for (const auto* const end = at + head.size(); at != end; ++at)
            if ((kinds[static_cast<unsigned char>(*at)] & wanted) == 0)
                break;
        const auto taken = head.substr(0, static_cast<std::size_t>(at - head.data()));
        head.remove_prefix(taken.size());
        return taken;
    }

    /// Takes what `text` allows. Eight characters at a time, as long as they are visible ASCII or spaces.
    static std::string_view take_text(std::string_view& head)
    {
        constexpr std::uint64_t each = 0x0101'0101'0101'0101, high = each * 0x80;
        const auto all = head;
        for (std::uint64_t word = 0; head.size() >= sizeof word; head.remove_prefix(sizeof word)) {
            std::memcpy(&word, head.data(), sizeof word);
            if (((word | (word - each * ' ') | (word + each)) & high) != 0)
                break;
        }
        static_cast<void>(take_all(head, text));
        return all.substr(0, all.size() - head.size());
    }

    /// Returns whether the field leaves the end of the message and of the connection clear.
    bool allows(std::string_view name, std::string_view value)
    {
        const auto is = [&](std::string_view other) { // most names differ in length, which takes no call to see
            return name.size() == other.size() && equal_ignoring_case(name, other);
        };
        if (is("Content-Length")) {
            const auto* const end = value.data() + value.size();
            std::uint64_t length = 0;
            const auto [stop, error] = std::from_chars(value.data(), end, length);
            const auto is_first = !length_;
            length_ = length;
            return is_first && stop == end && error == std::errc();
        }
        if (is("Connection"))
            return equal_ignoring_case(value, "keep-alive");
        return !is("Transfer-Encoding") && !is("Proxy-Connection") && !is("Upgrade");
    }

    std::optional<std::uint64_t> length_;
};

} // namespace cojob::detail

#endif
