#include "durations.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>

namespace cli {

using namespace std::chrono_literals;

namespace {

constexpr auto longest = std::chrono::hours(24 * 366);

/// The unit at the front of the text, which is removed; zero: none.
std::chrono::milliseconds take_unit(std::string_view& text)
{
    struct named_unit {
        std::string_view name;
        std::chrono::milliseconds length;
    };
    for (const auto& unit : {named_unit{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}})
        if (text.starts_with(unit.name)) {
            text.remove_prefix(unit.name.size());
            return unit.length;
        }
    return 0ms;
}

} // namespace

std::optional<cojob::duration> parse_duration(std::string_view text)
{
    if (text == "none")
        return cojob::no_timeout;
    std::chrono::milliseconds sum{};
    for (bool is_first = true; !text.empty(); is_first = false) {
        std::uint32_t number = 0; // times a day is within the range of milliseconds
        const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (ec != std::errc())
            return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        auto unit = take_unit(text);
        if (unit == 0ms && is_first && text.empty())
            unit = 1s;
        if (unit == 0ms)
            return std::nullopt;
        sum += number * unit;
        if (sum > longest)
            return std::nullopt;
    }
    return sum == 0ms ? std::nullopt : std::optional<cojob::duration>(sum);
}

std::string short_text(cojob::duration length)
{
    const auto seconds = length < 0s ? 0 : std::chrono::duration_cast<std::chrono::seconds>(length).count();
    const auto minutes = seconds / 60, hours = minutes / 60;
    if (seconds < 60)
        return fmt::format("{} s", seconds);
    if (minutes < 60)
        return fmt::format("{} m {:02} s", minutes, seconds % 60);
    if (hours < 24)
        return fmt::format("{} h {:02} m", hours, minutes % 60);
    return fmt::format("{} d {:02} h", hours / 24, hours % 24);
}

std::string option_text(cojob::duration length)
{
    if (length == cojob::no_timeout)
        return "none";
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(length).count();
    return milliseconds % 1000 == 0 ? fmt::format("{}s", milliseconds / 1000) : fmt::format("{}ms", milliseconds);
}

} // namespace cli
