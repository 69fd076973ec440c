#ifndef COJOB_POLICY_RETRY_AFTER_HPP
#define COJOB_POLICY_RETRY_AFTER_HPP

#include <cojob/clock.hpp>
#include <cojob/http/message.hpp>

#include <optional>

namespace cojob {

/// How long a response asks the client to wait. The first valid one of these counts:
///
/// 1. `retry-after-ms`: milliseconds;
/// 2. `Retry-After`: seconds, or a date (RFC 9110, 10.2.3);
/// 3. `RateLimit`, otherwise `RateLimit-Reset` (drafts of the IETF's httpapi group): seconds;
/// 4. `X-RateLimit-Reset`: seconds, or a Unix time, which any number of more than a year is taken for.
///
/// Numbers may have decimals. Dates are relative to the response's `Date`, or to `wall_now` without one. A reset counts
/// only if no uses are left, or if the response does not report how many are left. A hint is ignored if it is
/// malformed, in the past, or more than a year away, as a Unix time in milliseconds is. Of several headers with the
/// same name the longest delay counts, so that none is violated.
[[nodiscard]] COJOB_DECL std::optional<duration> retry_hint(const http::header_list&, timestamp wall_now) noexcept;

/// The same from the first two headers only. A server sends these on purpose, but a `RateLimit` may be in every
/// response.
[[nodiscard]] COJOB_DECL std::optional<duration> retry_after_hint(const http::header_list&,
                                                                  timestamp wall_now) noexcept;

/// Whether the response has one of these two headers, well-formed, with any value: 0, the past and the year 9999 count.
[[nodiscard]] COJOB_DECL bool has_retry_after(const http::header_list&) noexcept;

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/policy/retry_after.ipp>
#endif

#endif
