#ifndef COJOB_DETAIL_ASCII_HPP
#define COJOB_DETAIL_ASCII_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>

// As in <cctype>, but independent of the locale and for any char: protocol text is always ASCII.
namespace cojob::detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_alpha(char c) noexcept
{
    return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

[[nodiscard]] constexpr bool is_hex_digit(char c) noexcept
{
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

[[nodiscard]] constexpr bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Returns the text without the blanks (RFC 9110, 5.6.3) around it.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept
{
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// Removes `expected` from the front of the text. Returns whether it was there.
[[nodiscard]] constexpr bool take(std::string_view& text, std::string_view expected) noexcept
{
    if (text.substr(0, expected.size()) != expected)
        return false;
    text.remove_prefix(expected.size());
    return true;
}

[[nodiscard]] constexpr bool take(std::string_view& text, char expected) noexcept
{
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(1);
    return true;
}

/// Removes a number of exactly that many digits, at most nine, from the front of the text, and returns it.
[[nodiscard]] constexpr std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept
{
    if (text.size() < digits)
        return std::nullopt;
    int number = 0;
    for (const char c : std::string_view(text.data(), digits)) {
        if (!is_digit(c))
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return number;
}

} // namespace cojob::detail

#endif
