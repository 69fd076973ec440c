#ifndef COJOB_IMPL_RFC3339_IPP
#define COJOB_IMPL_RFC3339_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/rfc3339.hpp>

#include <cstdint>

namespace cojob::detail {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

inline void append_padded(std::string& out, std::int64_t number, std::size_t width)
{
    const auto digits = std::to_string(number);
    out.append(width > digits.size() ? width - digits.size() : 0, '0');
    out += digits;
}

inline void append_decimals(std::string& out, std::int64_t nanoseconds)
{
    if (nanoseconds == 0)
        return;
    std::size_t width = 9;
    for (; nanoseconds % 1000 == 0; width -= 3)
        nanoseconds /= 1000;
    out += '.';
    append_padded(out, nanoseconds, width);
}

std::string format_rfc3339(std::chrono::sys_time<std::chrono::nanoseconds> t)
{
    // Not std::chrono::floor: the second that holds timestamp::min() begins before anything nanoseconds can say.
    auto seconds = t.time_since_epoch().count() / nanoseconds_per_second;
    auto nanoseconds = t.time_since_epoch().count() % nanoseconds_per_second;
    if (nanoseconds < 0) {
        nanoseconds += nanoseconds_per_second;
        --seconds;
    }
    const std::chrono::sys_seconds whole{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(whole);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<std::chrono::seconds> time(whole - day);

    std::string out;
    append_padded(out, static_cast<int>(date.year()), 4);
    append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
    append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
    append_padded(out += 'T', time.hours().count(), 2);
    append_padded(out += ':', time.minutes().count(), 2);
    append_padded(out += ':', time.seconds().count(), 2);
    append_decimals(out, nanoseconds);
    out += 'Z';
    return out;
}

inline std::optional<std::chrono::sys_days> take_date(std::string_view& text) noexcept
{
    const auto year = take_number(text, 4);
    if (!year || !take(text, "-"))
        return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, "-"))
        return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date);
}

/// Hours and minutes: of the time, and of the offset.
inline std::optional<std::chrono::minutes> take_minutes(std::string_view& text) noexcept
{
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ":"))
        return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59)
        return std::nullopt;
    return std::chrono::minutes(*hours * 60 + *minutes);
}

inline std::optional<std::int64_t> take_decimals(std::string_view& text) noexcept
{
    if (!take(text, "."))
        return 0;
    if (text.empty() || !is_digit(text.front()))
        return std::nullopt;
    std::int64_t nanoseconds = 0;
    auto unit = nanoseconds_per_second;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        unit /= 10; // zero after the ninth
        nanoseconds += unit * (text.front() - '0');
    }
    return nanoseconds;
}

/// What local time is ahead of UTC.
inline std::optional<std::chrono::minutes> take_offset(std::string_view& text) noexcept
{
    if (take(text, "Z") || take(text, "z"))
        return std::chrono::minutes(0);
    const bool is_behind = take(text, "-");
    if (!is_behind && !take(text, "+"))
        return std::nullopt;
    const auto offset = take_minutes(text);
    return offset && is_behind ? -*offset : offset;
}

inline std::chrono::sys_time<std::chrono::nanoseconds> clamp_to_nanoseconds(std::chrono::sys_seconds whole,
                                                                            std::int64_t nanoseconds) noexcept
{
    using limits = std::chrono::sys_time<std::chrono::nanoseconds>;
    // The outermost second of either side is cut short; all of it counts as its outer end, which is exact for that end.
    constexpr std::int64_t last = limits::max().time_since_epoch().count() / nanoseconds_per_second;
    const auto seconds = whole.time_since_epoch().count();
    if (seconds >= last)
        return limits::max();
    if (seconds < -last)
        return limits::min();
    return limits(std::chrono::nanoseconds(seconds * nanoseconds_per_second + nanoseconds));
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_rfc3339(std::string_view text) noexcept
{
    const auto day = take_date(text);
    if (!day || !(take(text, "T") || take(text, "t")))
        return std::nullopt;
    const auto minutes = take_minutes(text);
    if (!minutes || !take(text, ":"))
        return std::nullopt;
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 60)
        return std::nullopt;
    const auto nanoseconds = take_decimals(text);
    const auto offset = nanoseconds ? take_offset(text) : std::nullopt;
    if (!offset || !text.empty())
        return std::nullopt;

    const auto utc = *day + *minutes - *offset;
    constexpr std::chrono::minutes last_of_day = std::chrono::hours(24) - std::chrono::minutes(1);
    if (*seconds == 60 && utc - std::chrono::floor<std::chrono::days>(utc) != last_of_day)
        return std::nullopt; // RFC 3339, 5.7: leap seconds come at the end of a UTC day
    return clamp_to_nanoseconds(utc + std::chrono::seconds(*seconds), *nanoseconds);
}

} // namespace cojob::detail

#endif
