#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_FAILURE_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_FAILURE_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/job/poll_plan.hpp>

#include <optional>

namespace cojob::detail {

/// What a failed poll means for a wait.
enum class poll_failure {
    throttled, ///< polls pause as the server asks
    passing,   ///< the next poll is its retry
    odd,       ///< passes for a job that is known to exist, unless it goes on
    final,     ///< ends the wait
};

/// Whether a failed poll may be followed by one that succeeds: what repeating a GET is good for, and a poll that took
/// longer than its call may.
inline bool may_pass(const error_info& failure)
{
    const auto status = failure.http_status;
    return !failure.is_final && ((failure.code() == condition::retryable && status != 501 && status != 505) ||
                                 failure.code() == errc::deadline_exceeded || status == 408 || status == 425);
}

/// Whether no HTTP response of the server arrived. Own APIs' failures may have a code and no status: who says 404 has
/// heard a server. A proxy's status is none of the server's.
inline bool is_silence(const error_info& failure)
{
    return (failure.http_status == 0 || failure.code() == errc::proxy_failed) &&
           (failure.code() == condition::transport || failure.code() == condition::timeout);
}

/// The table of docs/design/waiting.md, with its reasons.
inline poll_failure kind_of(const error_info& failure)
{
    const auto status = failure.http_status;
    const auto& code = failure.code();
    if (failure.is_final)
        return poll_failure::final;
    if (code == errc::rate_limited)
        return poll_failure::throttled;
    if (code == errc::not_found || code == errc::invalid_response || code == errc::malformed_response ||
        code == errc::response_too_large || code == errc::unexpected_status || status == 421)
        return poll_failure::odd;
    if (code == errc::server_error && !may_pass(failure)) // 501, 505
        return poll_failure::odd;
    if (status != 0 && (code == errc::connection_lost || code == errc::request_timeout)) // an answer that was cut
        return poll_failure::odd;
    return may_pass(failure) ? poll_failure::passing : poll_failure::final;
}

/// Why a wait failed whose time is up. `reached`: of a poll that is still under way. `last`: its last failure, or null.
inline error_info late_wait(const poll_plan& plan, std::optional<phase> reached, const error_info* last)
{
    if (!plan.is_server_silent())
        return {errc::wait_timeout, "the job had not ended when last seen"};
    if (!plan.has_sent() && reached == phase::queued)
        return {errc::wait_timeout,
                "no poll was sent before the wait's time was up: no connection was free, or no key was provided"};
    if (last)
        return *last;
    const auto was_sent = !reached || *reached >= phase::sending;
    return {was_sent ? errc::request_timeout : errc::connect_timeout,
            "no poll got a response before the wait's time was up"};
}

} // namespace cojob::detail

#endif
