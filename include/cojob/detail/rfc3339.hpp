#ifndef COJOB_DETAIL_RFC3339_HPP
#define COJOB_DETAIL_RFC3339_HPP

#include <cojob/detail/config.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The bodies of clock.hpp need this header, so it cannot take `timestamp` from there and writes the type out.
namespace cojob::detail {

/// UTC with `Z`, and no, three, six or nine decimals, as many as are needed.
[[nodiscard]] COJOB_DECL std::string format_rfc3339(std::chrono::sys_time<std::chrono::nanoseconds>);

/// A date-time of RFC 3339, 5.6, and nothing else; `nullopt` for a date that no calendar has. Decimals after the ninth
/// are dropped. A leap second is the first second after it, as POSIX counts. Years that nanoseconds in 64 bits do not
/// reach (before 1678, after 2261; Go's zero time is one) become the first or last moment that they do.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
    parse_rfc3339(std::string_view) noexcept;

/// What servers write for a time: the above, or with a space for the `T`; an offset as `+00:00`, `+0000` or `+00`,
/// after a space too; `UTC` for it, or none at all, which is UTC.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
    parse_time(std::string_view) noexcept;

/// A time as a number: seconds since 1970, or milliseconds where the seconds would be after the year 5000. `nullopt`
/// for what is neither.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
time_of_number(std::int64_t) noexcept;
/// The same with a fraction, to the microsecond.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(double) noexcept;

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/rfc3339.ipp>
#endif

#endif
