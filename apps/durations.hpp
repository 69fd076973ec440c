#ifndef COJOB_APPS_DURATIONS_HPP
#define COJOB_APPS_DURATIONS_HPP

#include <cojob/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cli {

/// Reads a length of time: `90` and `90s` are seconds, also `250ms`, `15m`, `2h`, `1h30m`, `none`. Empty for anything
/// else, for zero and for more than a year.
[[nodiscard]] std::optional<cojob::duration> parse_duration(std::string_view);

/// The same, short: `0 s`, `59 s`, `1 m 05 s`, `2 h 03 m`, `3 d 04 h`. Rounds down; negative is zero.
[[nodiscard]] std::string short_text(cojob::duration);

/// As `parse_duration` reads it: `none`, `250ms`, `90s`.
[[nodiscard]] std::string option_text(cojob::duration);

} // namespace cli

#endif
