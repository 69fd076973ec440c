#ifndef COJOB_IMPL_INTERNAL_BASE_IN_UNITS_HPP
#define COJOB_IMPL_INTERNAL_BASE_IN_UNITS_HPP

#include <cojob/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cojob::detail {

/// 480 ms, 6.2 s, 2 min 5 s, 1 h 40 min: rounded down.
inline std::string in_units(duration length)
{
    const auto in = [](std::int64_t n, std::string_view unit) { return std::to_string(n).append(unit); };
    const std::int64_t ms = std::max<std::int64_t>(std::chrono::floor<std::chrono::milliseconds>(length).count(), 0);
    if (ms < 1000)
        return in(ms, " ms");
    const auto s = ms / 1000, tenths = ms / 100 % 10, min = s / 60;
    if (min == 0)
        return tenths == 0 ? in(s, " s") : in(s, ".") + in(tenths, " s");
    if (min < 60)
        return s % 60 == 0 ? in(min, " min") : in(min, " min ") + in(s % 60, " s");
    return min % 60 == 0 ? in(min / 60, " h") : in(min / 60, " h ") + in(min % 60, " min");
}

} // namespace cojob::detail

#endif
