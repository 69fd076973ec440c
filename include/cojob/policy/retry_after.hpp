#ifndef COJOB_POLICY_RETRY_AFTER_HPP
#define COJOB_POLICY_RETRY_AFTER_HPP

#include <cojob/clock.hpp>
#include <cojob/http/message.hpp>

#include <optional>

namespace cojob {

/// For how long a response asks to be left alone. The first of these that says something sensible counts:
///
/// 1. `retry-after-ms`: milliseconds;
/// 2. `Retry-After`: seconds, or a date (RFC 9110, 10.2.3);
/// 3. `RateLimit`, else `RateLimit-Reset` (drafts of the IETF's httpapi group): seconds;
/// 4. `X-RateLimit-Reset`: seconds, or a unix time, which is what any number of more than a year is taken for.
///
/// Numbers may have decimals. Dates are measured from the response's own `Date`, else from `wall_now`. A reset counts
/// only where no use is left, or where the server does not say how many are. A hint that is malformed, in the past or
/// more than a year away (no limit is counted over more; a unix time in milliseconds ends up here) is passed over. Of
/// several headers of one name the longest counts, so that none is disobeyed.
[[nodiscard]] COJOB_DECL std::optional<duration> retry_hint(const http::header_list&, timestamp wall_now) noexcept;

/// The first two only: what a server says on purpose, where a `RateLimit` may come with every answer.
[[nodiscard]] COJOB_DECL std::optional<duration> retry_after_hint(const http::header_list&,
                                                                  timestamp wall_now) noexcept;

/// Whether one of these two is there and well-formed, whatever time it names: 0, the past and the year 9999 count.
[[nodiscard]] COJOB_DECL bool has_retry_after(const http::header_list&) noexcept;

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/policy/retry_after.ipp>
#endif

#endif
