#ifndef COJOB_DETAIL_HTTP_DATE_HPP
#define COJOB_DETAIL_HTTP_DATE_HPP

#include <cojob/detail/config.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace cojob::detail {

/// Parses an HTTP-date (RFC 9110, 5.6.7) in any of its three forms, independent of the locale. Accepts letters in any
/// case, and `UTC`, `UT`, `Z` or `+0000` in place of `GMT`. `now` chooses the century of a two-digit year. The day of
/// the week must be valid, but need not match the date.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view,
                                                                                 std::chrono::sys_seconds now) noexcept;

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http_date.ipp>
#endif

#endif
