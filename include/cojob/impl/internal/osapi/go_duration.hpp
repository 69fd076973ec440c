#ifndef COJOB_IMPL_INTERNAL_OSAPI_GO_DURATION_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_GO_DURATION_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/ascii.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace cojob::osapi::detail {

/// A decimal number: `whole` + `part` / `scale`.
struct go_number {
    std::int64_t whole = 0, part = 0, scale = 1;
};

inline constexpr std::int64_t most_nanoseconds = std::numeric_limits<std::int64_t>::max();

inline std::int64_t add_or_most(std::int64_t a, std::int64_t b)
{
    return a > most_nanoseconds - b ? most_nanoseconds : a + b;
}

inline std::int64_t multiply_or_most(std::int64_t a, std::int64_t b)
{
    return a > most_nanoseconds / b ? most_nanoseconds : a * b;
}

/// Removes a decimal number from the front of the text.
inline std::optional<go_number> take_go_number(std::string_view& text)
{
    constexpr std::int64_t finest = 1'000'000'000'000; // of an hour, less than four nanoseconds
    go_number n;
    std::size_t digits = 0;
    for (; !text.empty() && cojob::detail::is_digit(text.front()); text.remove_prefix(1), ++digits)
        n.whole = add_or_most(multiply_or_most(n.whole, 10), text.front() - '0');
    if (text.starts_with('.'))
        text.remove_prefix(1);
    else
        return digits == 0 ? std::nullopt : std::optional(n);
    for (; !text.empty() && cojob::detail::is_digit(text.front()); text.remove_prefix(1), ++digits)
        if (n.scale < finest) {
            n.part = n.part * 10 + (text.front() - '0');
            n.scale *= 10;
        }
    return digits == 0 ? std::nullopt : std::optional(n);
}

/// Removes the name of a unit from the front of the text. Returns the unit in nanoseconds.
inline std::optional<std::int64_t> take_go_unit(std::string_view& text)
{
    struct unit {
        std::string_view name;
        std::int64_t nanoseconds;
    };
    static constexpr std::array<unit, 8> units{{{"ns", 1},
                                                {"us", 1'000},
                                                {"\xC2\xB5s", 1'000}, // micro sign
                                                {"\xCE\xBCs", 1'000}, // Greek mu
                                                {"ms", 1'000'000},
                                                {"s", 1'000'000'000},
                                                {"m", 60'000'000'000},
                                                {"h", 3'600'000'000'000}}};
    const auto name = text.substr(0, text.find_first_of(".0123456789"));
    text.remove_prefix(name.size());
    for (const auto& u : units)
        if (u.name == name)
            return u.nanoseconds;
    return std::nullopt;
}

/// Parses a Go duration: `1h2m3.5s`, `2.748032ms`, `-4µs`, `0s`. Saturates.
inline std::optional<duration> parse_go_duration(std::string_view text)
{
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+'))
        text.remove_prefix(1);
    if (text == "0")
        return duration::zero();
    if (text.empty())
        return std::nullopt;
    std::int64_t total = 0;
    while (!text.empty()) {
        const auto number = take_go_number(text);
        const auto unit = number ? take_go_unit(text) : std::nullopt;
        if (!unit)
            return std::nullopt;
        const auto part = static_cast<double>(number->part) * static_cast<double>(*unit);
        total = add_or_most(total, multiply_or_most(number->whole, *unit));
        total = add_or_most(total, static_cast<std::int64_t>(part / static_cast<double>(number->scale)));
    }
    return std::chrono::duration_cast<duration>(std::chrono::nanoseconds(is_negative ? -total : total));
}

} // namespace cojob::osapi::detail

#endif
