#ifndef COJOB_IMPL_POLICY_RETRY_AFTER_IPP
#define COJOB_IMPL_POLICY_RETRY_AFTER_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/http_date.hpp>
#include <cojob/policy/retry_after.hpp>

#include <algorithm>
#include <cstdint>

namespace cojob {

namespace detail {

inline constexpr std::chrono::seconds longest_hint = std::chrono::days(366);

/// A decimal number, exact: a double would round it and could be infinite.
struct decimal {
    std::int64_t whole = 0;
    std::int64_t billionths = 0;
};

/// Removes the decimal digits from the front of the text. Returns billionths; digits after the ninth are ignored.
inline std::int64_t take_billionths(std::string_view& text) noexcept
{
    std::int64_t billionths = 0;
    std::int64_t unit = 1'000'000'000;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        unit /= 10;
        billionths += unit * (text.front() - '0');
    }
    return billionths;
}

/// Parses digits, optionally with a point and more digits; no sign and no exponent.
inline std::optional<decimal> parse_decimal(std::string_view text) noexcept
{
    constexpr std::size_t longest = 15; // more digits than any time needs, too few to overflow
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits < 1 || digits > longest)
        return std::nullopt;
    decimal number;
    for (const char c : text.substr(0, digits))
        number.whole = number.whole * 10 + (c - '0');
    text.remove_prefix(digits);
    if (!take(text, '.'))
        return text.empty() ? std::optional(number) : std::nullopt;
    if (text.empty())
        return std::nullopt;
    number.billionths = take_billionths(text);
    return text.empty() ? std::optional(number) : std::nullopt;
}

/// Whether the text matches this grammar, of any length.
inline bool is_decimal(std::string_view text) noexcept
{
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    auto rest = text.substr(digits);
    if (digits == 0 || rest.empty())
        return digits != 0;
    return take(rest, '.') && !rest.empty() && rest.find_first_not_of("0123456789") == rest.npos;
}

/// Converts a number of units to a duration, rounded up, if it is from zero to a year.
template <class Unit>
std::optional<duration> make_hint(const decimal& number) noexcept
{
    if (number.whole < 0 || number.whole > Unit(longest_hint).count())
        return std::nullopt;
    constexpr std::int64_t part = 1'000'000'000 / std::chrono::nanoseconds(Unit(1)).count();
    return std::chrono::ceil<duration>(Unit(number.whole) + std::chrono::nanoseconds(number.billionths / part));
}

inline std::optional<duration> make_hint_until(const decimal& unix_time, std::chrono::sys_seconds now) noexcept
{
    return make_hint<std::chrono::seconds>({unix_time.whole - now.time_since_epoch().count(), unix_time.billionths});
}

/// Parses one header; nothing if it is not understood. `now` is the server's time.
using parse_hint = std::optional<duration>(std::string_view text, std::chrono::sys_seconds now);

inline std::optional<duration> parse_milliseconds(std::string_view text, std::chrono::sys_seconds /*now*/) noexcept
{
    const auto number = parse_decimal(text);
    return number ? make_hint<std::chrono::milliseconds>(*number) : std::nullopt;
}

inline std::optional<duration> parse_seconds(std::string_view text, std::chrono::sys_seconds /*now*/) noexcept
{
    const auto number = parse_decimal(text);
    return number ? make_hint<std::chrono::seconds>(*number) : std::nullopt;
}

inline std::optional<duration> parse_seconds_or_date(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    if (const auto hint = parse_seconds(text, now))
        return hint;
    const auto date = parse_http_date(text, now);
    return date ? make_hint_until({date->time_since_epoch().count(), 0}, now) : std::nullopt;
}

inline std::optional<duration> parse_seconds_or_unix_time(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    if (const auto hint = parse_seconds(text, now))
        return hint;
    const auto unix_time = parse_decimal(text);
    return unix_time ? make_hint_until(*unix_time, now) : std::nullopt;
}

/// Removes and returns the text up to the separator. Ignores separators inside quotes.
inline std::string_view take_part(std::string_view& text, char separator) noexcept
{
    bool is_quoted = false;
    std::size_t end = 0;
    for (; end < text.size() && (is_quoted || text[end] != separator); ++end) {
        if (text[end] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && text[end] == '\\')
            ++end;
    }
    end = std::min(end, text.size());
    const auto part = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

/// One rate limit of a server.
struct rate_window {
    std::string_view remaining{}, reset{};

    [[nodiscard]] std::optional<duration> hint(std::chrono::sys_seconds now) const noexcept
    {
        const auto left = parse_decimal(remaining);
        return left && left->whole > 0 ? std::nullopt : parse_seconds(reset, now);
    }
};

/// Later drafts have several windows, `"burst";r=0;t=30, "daily";r=9;t=900`. Earlier drafts have a single window,
/// `limit=100, remaining=0, reset=30`.
inline std::optional<duration> parse_rate_limit(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    std::optional<duration> longest;
    rate_window single;
    while (!text.empty()) {
        rate_window window;
        for (auto item = take_part(text, ','); !item.empty();) {
            auto value = take_part(item, ';');
            const auto key = take_part(value, '=');
            if (key == "r")
                window.remaining = value;
            else if (key == "t")
                window.reset = value;
            else if (key == "remaining")
                single.remaining = value;
            else if (key == "reset")
                single.reset = value;
        }
        longest = std::max(longest, window.hint(now));
    }
    return std::max(longest, single.hint(now));
}

/// The server's time from its `Date` header, or else the local time. The difference of two server times does not depend
/// on the error of the local clock.
inline std::chrono::sys_seconds server_time(const http::header_list& headers, timestamp wall_now) noexcept
{
    const auto now = std::chrono::floor<std::chrono::seconds>(wall_now);
    return parse_http_date(trim(http::find_header(headers, "Date").value_or("")), now).value_or(now);
}

/// The longest hint of all headers with this name.
inline std::optional<duration> longest_of(const http::header_list& headers, std::string_view name, parse_hint* parse,
                                          timestamp wall_now) noexcept
{
    std::optional<duration> longest;
    for (const auto& [key, value] : headers)
        if (key.size() == name.size() && equal_ignoring_case(key, name))
            longest = std::max(longest, parse(trim(value), server_time(headers, wall_now)));
    return longest;
}

inline bool has_uses_left(const http::header_list& headers, std::string_view name) noexcept
{
    const auto remaining = parse_decimal(trim(http::find_header(headers, name).value_or("")));
    return remaining && remaining->whole > 0;
}

} // namespace detail

std::optional<duration> retry_after_hint(const http::header_list& headers, timestamp wall_now) noexcept
{
    const auto hint = detail::longest_of(headers, "retry-after-ms", detail::parse_milliseconds, wall_now);
    return hint ? hint : detail::longest_of(headers, "Retry-After", detail::parse_seconds_or_date, wall_now);
}

bool has_retry_after(const http::header_list& headers) noexcept
{
    using detail::equal_ignoring_case;
    return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
        const auto value = detail::trim(header.second);
        if (equal_ignoring_case(header.first, "retry-after-ms"))
            return detail::is_decimal(value);
        return equal_ignoring_case(header.first, "Retry-After") &&
               (detail::is_decimal(value) || detail::parse_http_date(value, {}).has_value());
    });
}

std::optional<duration> retry_hint(const http::header_list& headers, timestamp wall_now) noexcept
{
    auto hint = retry_after_hint(headers, wall_now);
    if (!hint)
        hint = detail::longest_of(headers, "RateLimit", detail::parse_rate_limit, wall_now);
    if (!hint && !detail::has_uses_left(headers, "RateLimit-Remaining"))
        hint = detail::longest_of(headers, "RateLimit-Reset", detail::parse_seconds, wall_now);
    if (!hint && !detail::has_uses_left(headers, "X-RateLimit-Remaining"))
        hint = detail::longest_of(headers, "X-RateLimit-Reset", detail::parse_seconds_or_unix_time, wall_now);
    return hint;
}

} // namespace cojob

#endif
