#ifndef COJOB_IMPL_INTERNAL_POLICY_VERDICT_HPP
#define COJOB_IMPL_INTERNAL_POLICY_VERDICT_HPP

#include <cojob/error.hpp>
#include <cojob/operation.hpp>
#include <cojob/policy/effect.hpp>

#include <boost/asio/error.hpp>

namespace cojob::detail {

/// How an attempt ended, as far as its meaning depends on it.
struct attempt_outcome {
    error_code error{}; ///< of the transport; none: there is a status
    int status = 0;
    bool has_retry_hint = false;
    bool was_committed = false;
    stop_reason stopped = stop_reason::none;
    cojob::effect effect = cojob::effect::none;
    bool was_stale = false;    ///< a kept connection ended without a byte of an answer
    bool removes = false;      ///< a DELETE
    bool is_cut_short = false; ///< the answer came before the request was written whole
    bool is_at_proxy = false;  ///< it reached the proxy and not the server
    bool is_final = false;     ///< the transport knows that the same would come again
};

/// The code a status has, taken by itself. Success has none.
[[nodiscard]] inline error_code status_error(int status) noexcept
{
    if (status >= 200 && status < 300)
        return {};
    if (status >= 400 && status < 500) {
        switch (status) {
        case 401: return errc::unauthorized;
        case 403: return errc::forbidden;
        case 404: return errc::not_found;
        case 409: return errc::conflict;
        case 429: return errc::rate_limited;
        default: return errc::rejected;
        }
    }
    return status >= 500 && status < 600 ? errc::server_error : errc::unexpected_status;
}

/// Why the attempt itself ended, whatever that means for the work.
[[nodiscard]] inline error_code attempt_error(const attempt_outcome& a) noexcept
{
    switch (a.stopped) {
    case stop_reason::cancelled:
    case stop_reason::forked:
    case stop_reason::closed: return asio::error::operation_aborted;
    case stop_reason::deadline: return errc::deadline_exceeded;
    case stop_reason::limit:
        if (a.is_at_proxy)
            return errc::proxy_failed;
        return a.was_committed ? errc::request_timeout : errc::connect_timeout;
    case stop_reason::none: break;
    }
    return a.error ? a.error : status_error(a.status);
}

/// Whether a server that answers so may have done the work all the same. 501 and 505 are refusals, and so is a 503 that
/// says when to come back. 408 is none: gateways answer it when time was up for their upstream, which may have been at
/// work. But nobody acts on a part of a request.
[[nodiscard]] inline bool is_ambiguous(const attempt_outcome& a) noexcept
{
    if (a.status == 408)
        return !a.is_cut_short;
    return a.status >= 500 && a.status < 600 && a.status != 501 && a.status != 505 &&
           !(a.status == 503 && a.has_retry_hint);
}

/// Whether the server said that it never looked: a request that was written after a handshake in which the server had
/// the last word.
[[nodiscard]] inline bool was_never_read(const attempt_outcome& a) noexcept
{
    return a.stopped == stop_reason::none && a.error == errc::tls_failed;
}

/// What a call that ends with this attempt ends with. Once a request that must not be done twice is on its way, only an
/// answer tells whether the server did it.
[[nodiscard]] inline error_code final_error(const attempt_outcome& a) noexcept
{
    const auto own = attempt_error(a);
    if (!own || !a.was_committed || a.effect == effect::none || was_never_read(a))
        return own;
    if (a.stopped == stop_reason::forked) // the parent goes on with it, and learns the outcome
        return own;
    if (a.effect ==
        effect::idempotent) // its own code may be repeated; a bare cancellation would say that nothing happened
        return a.stopped == stop_reason::cancelled ? make_error_code(errc::outcome_unknown) : own;
    const auto has_answer = a.stopped == stop_reason::none && !a.error;
    const auto is_unknown = has_answer ? is_ambiguous(a) : true;
    return is_unknown ? make_error_code(errc::outcome_unknown) : own;
}

} // namespace cojob::detail

#endif
