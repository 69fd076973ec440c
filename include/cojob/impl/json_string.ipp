#ifndef COJOB_IMPL_JSON_STRING_IPP
#define COJOB_IMPL_JSON_STRING_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/json_string.hpp>
#include <cojob/detail/text.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace cojob::detail {

inline constexpr std::size_t unit_escape = 6; // the length of \uXXXX

/// The code unit of the `\uXXXX` at the front of the text; -1 if there is none.
inline int escaped_unit(std::string_view text) noexcept
{
    if (text.size() < unit_escape || text[0] != '\\' || text[1] != 'u')
        return -1;
    int unit = 0;
    for (const char c : text.substr(2, 4)) {
        if (!is_hex_digit(c))
            return -1;
        unit = unit * 16 + (is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
    }
    return unit;
}

constexpr bool is_high_surrogate(int unit) noexcept
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

constexpr bool is_low_surrogate(int unit) noexcept
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// An escape in a string.
struct json_escape {
    std::size_t size; ///< as it is written; 0: invalid
    int character;    ///< the code point
};

/// The escape at the front of a text that begins with a backslash.
inline json_escape read_json_escape(std::string_view text) noexcept
{
    constexpr std::string_view letters = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
    if (const auto found = text.size() > 1 ? letters.find(text[1]) : letters.npos; found != letters.npos)
        return {2, characters[found]};
    const auto unit = escaped_unit(text);
    if (unit < 0 || is_low_surrogate(unit))
        return {0, 0};
    if (!is_high_surrogate(unit))
        return {unit_escape, unit};
    const auto low = escaped_unit(text.substr(unit_escape));
    if (!is_low_surrogate(low))
        return {0, 0};
    return {2 * unit_escape, 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00)};
}

inline void append_utf8(std::string& to, int character)
{
    const auto tail = [&](int shift) { to += static_cast<char>(0x80 | ((character >> shift) & 0x3F)); };
    if (character < 0x80) {
        to += static_cast<char>(character);
    } else if (character < 0x800) {
        to += static_cast<char>(0xC0 | (character >> 6));
        tail(0);
    } else if (character < 0x10000) {
        to += static_cast<char>(0xE0 | (character >> 12));
        tail(6);
        tail(0);
    } else {
        to += static_cast<char>(0xF0 | (character >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// The characters that a string has as they are: ASCII but for control characters, quotes and backslashes.
inline constexpr auto plain_characters = [] {
    std::array<bool, 256> is_plain{};
    for (std::size_t c = ' '; c < 0x80; ++c)
        is_plain[c] = c != '"' && c != '\\';
    return is_plain;
}();

/// Counts the plain characters at the front of the text, eight at a time.
inline std::size_t count_plain(const char* text, std::size_t size) noexcept
{
    std::size_t count = 0;
    if constexpr (std::endian::native == std::endian::little)
        for (std::uint64_t c = 0; size - count >= sizeof c; count += sizeof c) {
            std::memcpy(&c, text + count, sizeof c);
            constexpr std::uint64_t each = 0x0101'0101'0101'0101;
            // The top bit of the byte of a character that is not plain. A borrow may set it for characters behind that.
            const auto special =
                (c | (c - each * ' ') | ((c ^ each * '"') - each) | ((c ^ each * '\\') - each)) & each * 0x80;
            if (special != 0)
                return count + static_cast<std::size_t>(std::countr_zero(special)) / 8;
        }
    while (count < size && plain_characters[static_cast<unsigned char>(text[count])])
        ++count;
    return count;
}

/// Goes on where the string at the front of the text has a character at `at` that is not plain.
inline json_string_extent measure_any_string(std::string_view text, std::size_t at) noexcept
{
    bool has_escapes = false;
    while (at < text.size() && text[at] != '"') {
        const bool is_escape = text[at] == '\\';
        const auto size = is_escape ? read_json_escape(text.substr(at)).size : character_length(text.substr(at));
        if (size < 2) // invalid, or a control character
            return {0, false};
        has_escapes = has_escapes || is_escape;
        at += size;
        at += count_plain(text.data() + at, text.size() - at);
    }
    return {at < text.size() ? at + 1 : 0, has_escapes};
}

json_string_extent measure_json_string(std::string_view text) noexcept
{
    if (!text.starts_with('"'))
        return {0, false};
    const auto size = 1 + count_plain(text.data() + 1, text.size() - 1);
    if (size < text.size() && text[size] == '"')
        return {size + 1, false};
    return measure_any_string(text, size);
}

void append_json_string(std::string& to, std::string_view token)
{
    token = token.substr(1, token.size() - 2);
    for (;;) {
        const auto plain = token.substr(0, token.find('\\'));
        to.append(plain);
        token.remove_prefix(plain.size());
        const auto escape = read_json_escape(token);
        if (escape.size == 0) // the end
            return;
        append_utf8(to, escape.character);
        token.remove_prefix(escape.size);
    }
}

std::optional<std::string> decode_json_string(std::string_view token)
{
    if (token.size() < 2 || (token.find('\\') != token.npos && measure_json_string(token).size != token.size()))
        return std::nullopt;
    std::string text;
    append_json_string(text, token);
    return text;
}

std::optional<std::string> replace_lone_surrogates(std::string_view text)
{
    std::optional<std::string> replaced;
    for (auto at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
        const auto unit = escaped_unit(text.substr(at));
        if (!is_high_surrogate(unit) && !is_low_surrogate(unit)) {
            at += 2;
            continue;
        }
        if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(text.substr(at + unit_escape)))) {
            at += 2 * unit_escape;
            continue;
        }
        if (!replaced)
            replaced.emplace(text);
        replaced->replace(at, unit_escape, "\\ufffd");
        at += unit_escape;
    }
    return replaced;
}

} // namespace cojob::detail

#endif
