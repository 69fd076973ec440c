#ifndef COJOB_IMPL_INTERNAL_JOB_JOURNAL_LINE_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOURNAL_LINE_HPP

#include <boost/crc.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// A line of a journal: the length of its text and a CRC-32 of it, a CRC-32 of these two, the text, a line break.
//
//     000f 3b6ac9d0 7d0c4af1 cojob-journal 1
//
// The head has a checksum of its own, so a line that ends too early and one whose length is damaged are told apart.
namespace cojob::detail {

inline constexpr std::size_t longest_journal_text = 0xffff;
inline constexpr std::size_t journal_head_size = 23; // "llll cccccccc hhhhhhhh "

[[nodiscard]] inline std::string hex_text(std::uint32_t number, int digits)
{
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        text += "0123456789abcdef"[(number >> shift) & 0xfU];
    return text;
}

[[nodiscard]] inline std::string journal_checksum(std::string_view text)
{
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return hex_text(crc.checksum(), 8);
}

/// Precondition: the text is not longer than `longest_journal_text`.
[[nodiscard]] inline std::string format_journal_line(std::string_view text)
{
    auto line = hex_text(static_cast<std::uint32_t>(text.size()), 4) + ' ' + journal_checksum(text) + ' ';
    line += journal_checksum(line) + ' ';
    return line.append(text) += '\n';
}

/// What the next line of a journal is.
struct journal_line {
    enum class kind { whole, without_end, damaged };

    kind is = kind::damaged;
    std::string_view text{};
    std::size_t size = 0; ///< of the line, if it is whole
};

/// Reads the first line of a text that is not empty.
[[nodiscard]] inline journal_line read_journal_line(std::string_view from)
{
    using kind = journal_line::kind;
    if (from.size() < journal_head_size)
        return {.is = kind::without_end};
    const auto head = from.substr(0, journal_head_size);
    if (journal_checksum(head.substr(0, 14)) != head.substr(14, 8) || head[22] != ' ')
        return {};
    std::size_t size = 0;
    if (std::from_chars(head.data(), head.data() + 4, size, 16).ptr != head.data() + 4)
        return {};
    const auto whole = journal_head_size + size + 1;
    if (from.size() < whole)
        return {.is = kind::without_end};
    const auto text = from.substr(journal_head_size, size);
    if (journal_checksum(text) != head.substr(5, 8) || from[whole - 1] != '\n')
        return {};
    return {kind::whole, text, whole};
}

} // namespace cojob::detail

#endif
