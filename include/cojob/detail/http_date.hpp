#ifndef COJOB_DETAIL_HTTP_DATE_HPP
#define COJOB_DETAIL_HTTP_DATE_HPP

#include <cojob/detail/config.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace cojob::detail {

/// An HTTP-date of RFC 9110, 5.6.7, in any of its three forms and in no locale; letters in any case, and `UTC`, `UT`,
/// `Z` or `+0000` for `GMT`. `now` chooses the century of a year that has two digits. The day of the week has to be
/// one, but not the right one.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view,
                                                                                 std::chrono::sys_seconds now) noexcept;

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http_date.ipp>
#endif

#endif
