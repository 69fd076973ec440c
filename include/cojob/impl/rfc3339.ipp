#ifndef COJOB_IMPL_RFC3339_IPP
#define COJOB_IMPL_RFC3339_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/rfc3339.hpp>

#include <cmath>
#include <cstdint>

namespace cojob::detail {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

void append_padded(std::string& out, std::int64_t number, std::size_t width)
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
    // Not std::chrono::floor: the second that contains timestamp::min() begins before the range of nanoseconds.
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
    if (!year || !take(text, '-'))
        return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-'))
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

/// Hours and minutes, of the time or of the offset.
inline std::optional<std::chrono::minutes> take_minutes(std::string_view& text) noexcept
{
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':'))
        return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59)
        return std::nullopt;
    return std::chrono::minutes(*hours * 60 + *minutes);
}

inline std::optional<std::int64_t> take_decimals(std::string_view& text) noexcept
{
    if (!take(text, '.'))
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

/// How far local time is ahead of UTC.
inline std::optional<std::chrono::minutes> take_offset(std::string_view& text) noexcept
{
    if (take(text, 'Z') || take(text, 'z'))
        return std::chrono::minutes(0);
    const bool is_behind = take(text, '-');
    if (!is_behind && !take(text, '+'))
        return std::nullopt;
    const auto offset = take_minutes(text);
    return offset && is_behind ? -*offset : offset;
}

inline std::chrono::sys_time<std::chrono::nanoseconds> clamp_to_nanoseconds(std::chrono::sys_seconds whole,
                                                                            std::int64_t nanoseconds) noexcept
{
    using limits = std::chrono::sys_time<std::chrono::nanoseconds>;
    // The first and the last second of the range are incomplete. Times in them are clamped to the end of the range.
    constexpr std::int64_t last = limits::max().time_since_epoch().count() / nanoseconds_per_second;
    const auto seconds = whole.time_since_epoch().count();
    if (seconds >= last)
        return limits::max();
    if (seconds < -last)
        return limits::min();
    return limits(std::chrono::nanoseconds(seconds * nanoseconds_per_second + nanoseconds));
}

/// How far local time is ahead of UTC. Accepts forms that RFC 3339 does not have, too.
inline std::optional<std::chrono::minutes> take_any_offset(std::string_view& text) noexcept
{
    if (text.empty() || text == "Z") { // the common case
        text = {};
        return std::chrono::minutes(0);
    }
    (void)take(text, ' ');
    if (take(text, "UTC"))
        return std::chrono::minutes(0);
    if (const auto sign = text.substr(0, 1); (sign == "+" || sign == "-") && text.find(':') == text.npos) {
        text.remove_prefix(1);
        const auto hours = take_number(text, 2);
        const auto minutes = text.empty() ? std::optional(0) : take_number(text, 2);
        if (!hours || *hours > 23 || !minutes || *minutes > 59)
            return std::nullopt;
        return std::chrono::minutes((sign == "-" ? -1 : 1) * (*hours * 60 + *minutes));
    }
    return take_offset(text);
}

enum class time_form { rfc3339, any };

inline std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_time(std::string_view text,
                                                                                 time_form form) noexcept
{
    const auto day = take_date(text);
    if (!day || !(take(text, 'T') || take(text, 't') || (form == time_form::any && take(text, ' '))))
        return std::nullopt;
    const auto minutes = take_minutes(text);
    if (!minutes || !take(text, ':'))
        return std::nullopt;
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 60)
        return std::nullopt;
    const auto nanoseconds = take_decimals(text);
    if (!nanoseconds)
        return std::nullopt;
    const auto offset = form == time_form::any ? take_any_offset(text) : take_offset(text);
    if (!offset || !text.empty())
        return std::nullopt;

    const auto utc = *day + *minutes - *offset;
    constexpr std::chrono::minutes last_of_day = std::chrono::hours(24) - std::chrono::minutes(1);
    if (*seconds == 60 && utc - std::chrono::floor<std::chrono::days>(utc) != last_of_day)
        return std::nullopt; // RFC 3339, 5.7: leap seconds come at the end of a UTC day
    return clamp_to_nanoseconds(utc + std::chrono::seconds(*seconds), *nanoseconds);
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_rfc3339(std::string_view text) noexcept
{
    return parse_time(text, time_form::rfc3339);
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_time(std::string_view text) noexcept
{
    return parse_time(text, time_form::any);
}

// As milliseconds this is in 1973, before any job was created; as seconds it is in the year 5138.
inline constexpr std::int64_t first_milliseconds = 100'000'000'000;

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(std::int64_t number) noexcept
{
    constexpr std::int64_t past_milliseconds = first_milliseconds * 1000; // microseconds, or not a time
    if (number <= -past_milliseconds || number >= past_milliseconds)
        return std::nullopt;
    const bool is_seconds = number > -first_milliseconds && number < first_milliseconds;
    const auto units = is_seconds ? std::int64_t(1) : std::int64_t(1000);
    const auto part = (number % units + units) % units; // decimals count forwards, also before 1970
    const std::chrono::sys_seconds whole{std::chrono::seconds((number - part) / units)};
    return clamp_to_nanoseconds(whole, part * (nanoseconds_per_second / units));
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(double number) noexcept
{
    const auto whole = std::floor(number);
    constexpr auto reach = static_cast<double>(first_milliseconds);
    if (!(whole > -reach * 1000 && whole < reach * 1000))
        return std::nullopt;
    const bool is_seconds = whole > -reach && whole < reach;
    const auto from = time_of_number(static_cast<std::int64_t>(whole));
    const auto microseconds = std::llround((number - whole) * (is_seconds ? 1e6 : 1e3));
    if (!from || *from > std::chrono::sys_time<std::chrono::nanoseconds>::max() - std::chrono::seconds(1))
        return from;
    return *from + std::chrono::microseconds(microseconds);
}

} // namespace cojob::detail

#endif
