#ifndef COJOB_IMPL_INTERNAL_OSAPI_GO_DURATION_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_GO_DURATION_HPP

#include <cojob/clock.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>

namespace cojob::osapi::detail {

/// A length of time as Go writes it: `1h2m3.5s`, `2.748032ms`, `-4µs`, `0s`. What is too long for a clock is as long as
/// can be.
inline std::optional<duration> parse_go_duration(std::string_view text)
{
    struct unit {
        std::string_view name;
        double nanoseconds;
    };
    static constexpr std::array<unit, 8> units{{{"ns", 1},
                                                {"us", 1e3},
                                                {"\xC2\xB5s", 1e3}, // micro sign
                                                {"\xCE\xBCs", 1e3}, // Greek mu
                                                {"ms", 1e6},
                                                {"s", 1e9},
                                                {"m", 6e10},
                                                {"h", 3.6e12}}};
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+'))
        text.remove_prefix(1);
    if (text == "0")
        return duration::zero();
    double total = 0;
    for (bool is_first = true; is_first || !text.empty(); is_first = false) {
        double number = 0, place = 1;
        std::size_t digits = 0;
        bool is_fraction = false;
        while (!text.empty() && ((text[0] >= '0' && text[0] <= '9') || (text[0] == '.' && !is_fraction))) {
            if (text[0] == '.') {
                is_fraction = true;
            } else {
                ++digits;
                number = number * 10 + (text[0] - '0');
                place *= is_fraction ? 10 : 1;
            }
            text.remove_prefix(1);
        }
        const auto is_before_unit = [&](const unit& u) {
            const auto rest = text.substr(std::min(text.size(), u.name.size()));
            return text.starts_with(u.name) && (rest.empty() || rest[0] == '.' || (rest[0] >= '0' && rest[0] <= '9'));
        };
        const auto found = std::find_if(units.begin(), units.end(), is_before_unit);
        if (digits == 0 || found == units.end())
            return std::nullopt;
        text.remove_prefix(found->name.size());
        total += number / place * found->nanoseconds;
    }
    const auto most = std::chrono::duration<double, std::nano>(std::chrono::hours(24 * 36500)).count();
    const std::chrono::duration<double, std::nano> length(std::round(std::min(total, most)) * (is_negative ? -1 : 1));
    return std::chrono::duration_cast<duration>(length);
}

} // namespace cojob::osapi::detail

#endif
