#ifndef COJOB_DETAIL_RFC3339_HPP
#define COJOB_DETAIL_RFC3339_HPP

#include <cojob/detail/config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The bodies of clock.hpp need this header, so it cannot take `timestamp` from there and writes the type out.
namespace cojob::detail {

/// A number that is not negative, with zeros in front of it up to this width.
COJOB_DECL void append_padded(std::string&, std::int64_t number, std::size_t width);

/// Formats a time in UTC with `Z`, and with no, three, six or nine decimals, as many as needed.
[[nodiscard]] COJOB_DECL std::string format_rfc3339(std::chrono::sys_time<std::chrono::nanoseconds>);

/// Parses exactly a date-time of RFC 3339, 5.6; `nullopt` for an impossible date. Decimals after the ninth are dropped.
/// A leap second becomes the first second after it, as in POSIX. Years out of the range of nanoseconds in 64 bits
/// (before 1678, after 2261; Go's zero time is one) become the first or last time in it.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
    parse_rfc3339(std::string_view) noexcept;

/// Parses the formats that servers use: RFC 3339, also with a space for the `T`, with an offset as `+00:00`, `+0000` or
/// `+00` (also after a space), with `UTC` in place of an offset, or without one, which means UTC.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
    parse_time(std::string_view) noexcept;

/// Converts a number to a time: seconds since 1970, or milliseconds if seconds would be after the year 5000. `nullopt`
/// for any other number.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
time_of_number(std::int64_t) noexcept;
/// The same with a fraction, to the microsecond.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(double) noexcept;

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/rfc3339.ipp>
#endif

#endif
