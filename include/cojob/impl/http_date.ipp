#ifndef COJOB_IMPL_HTTP_DATE_IPP
#define COJOB_IMPL_HTTP_DATE_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/http_date.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace cojob::detail {

/// Removes a word from the front of the text, ignoring case.
[[nodiscard]] inline bool take_word(std::string_view& text, std::string_view word) noexcept
{
    if (!equal_ignoring_case(text.substr(0, word.size()), word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

/// Removes one of the names, or its first `letters` letters, from the front of the text. Returns its number, from 1.
template <std::size_t Count>
[[nodiscard]] std::optional<unsigned> take_name(std::string_view& text,
                                                const std::array<std::string_view, Count>& names,
                                                std::size_t letters = std::string_view::npos) noexcept
{
    for (unsigned i = 0; i < Count; ++i)
        if (take_word(text, names[i].substr(0, letters)))
            return i + 1;
    return std::nullopt;
}

/// GMT, as the standard requires, or another name for it that servers send.
inline bool is_zone(std::string_view text) noexcept
{
    constexpr std::array<std::string_view, 5> names{"GMT", "UTC", "UT", "Z", "+0000"};
    return std::any_of(names.begin(), names.end(), [&](auto name) { return equal_ignoring_case(text, name); });
}

inline constexpr std::array<std::string_view, 7> day_names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                           "Friday", "Saturday", "Sunday"};
inline constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Hours, minutes and seconds. A leap second counts as the second after it.
inline std::optional<std::chrono::seconds> take_time(std::string_view& text) noexcept
{
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':'))
        return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59 || !take(text, ':'))
        return std::nullopt;
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 60)
        return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

inline std::optional<std::chrono::sys_seconds> make_time(std::optional<int> year, std::optional<unsigned> month,
                                                         std::optional<int> day,
                                                         std::optional<std::chrono::seconds> time) noexcept
{
    if (!year || !month || !day || !time)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(*month),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date) + *time;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, and with the old form's dashes and two digits `Sunday, 06-Nov-94 08:49:37 GMT`. The
/// day's name has been removed already.
inline std::optional<std::chrono::sys_seconds> parse_day_first(std::string_view text, std::string_view separator,
                                                               std::size_t year_digits, int now_year) noexcept
{
    const auto day = take_number(text, 2);
    if (!take(text, separator))
        return std::nullopt;
    const auto month = take_name(text, month_names);
    if (!take(text, separator))
        return std::nullopt;
    auto year = take_number(text, year_digits);
    if (year && year_digits == 2) {
        *year += now_year - now_year % 100;
        if (*year > now_year + 50) // RFC 9110, 5.6.7
            *year -= 100;
        else if (*year <= now_year - 50) // the reverse, for the last days of a century
            *year += 100;
    }
    if (!take(text, ' '))
        return std::nullopt;
    const auto time = take_time(text);
    return take(text, ' ') && is_zone(text) ? make_time(year, month, day, time) : std::nullopt;
}

/// asctime: `Sun Nov  6 08:49:37 1994`. The day's name has been removed already.
inline std::optional<std::chrono::sys_seconds> parse_month_first(std::string_view text) noexcept
{
    const auto month = take_name(text, month_names);
    if (!take(text, ' '))
        return std::nullopt;
    const auto day = take(text, ' ') ? take_number(text, 1) : take_number(text, 2);
    if (!take(text, ' '))
        return std::nullopt;
    const auto time = take_time(text);
    if (!take(text, ' '))
        return std::nullopt;
    const auto year = take_number(text, 4);
    return text.empty() ? make_time(year, month, day, time) : std::nullopt;
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int now_year = static_cast<int>(today.year());
    if (auto rest = text; take_name(rest, day_names) && take(rest, ", "))
        return parse_day_first(rest, "-", 2, now_year);
    if (!take_name(text, day_names, 3))
        return std::nullopt;
    if (take(text, ", "))
        return parse_day_first(text, " ", 4, now_year);
    return take(text, ' ') ? parse_month_first(text) : std::nullopt;
}

} // namespace cojob::detail

#endif
