#ifndef COJOB_IMPL_INTERNAL_POLICY_VERDICT_HPP
#define COJOB_IMPL_INTERNAL_POLICY_VERDICT_HPP

#include <cojob/error.hpp>
#include <cojob/operation.hpp>
#include <cojob/policy/effect.hpp>

#include <boost/asio/error.hpp>

namespace cojob::detail {

/// The facts about an attempt's end that determine its error.
struct attempt_outcome {
    error_code error{}; ///< from the transport; no error: there is a status
    int status = 0;
    bool has_retry_hint = false;
    bool was_committed = false;
    stop_reason stopped = stop_reason::none;
    cojob::effect effect = cojob::effect::none;
    bool was_stale = false;    ///< a reused connection ended before the first byte of a response
    bool removes = false;      ///< a DELETE
    bool is_cut_short = false; ///< the response arrived before the request was written completely
    bool is_at_proxy = false;  ///< the request reached the proxy but not the server
    bool is_final = false;     ///< the transport knows that a retry would fail the same way
};

/// The error code of a status; no error for a success.
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

/// Why the attempt ended, regardless of whether the server did the work.
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

/// Whether a server may have done the work although it responded with this status. 501 and 505 are refusals, and so is
/// a 503 with a retry hint. A 408 is not: gateways send it when their upstream timed out, which may have done the work.
/// It is a refusal if the request was not written completely.
[[nodiscard]] inline bool is_ambiguous(const attempt_outcome& a) noexcept
{
    if (a.status == 408)
        return !a.is_cut_short;
    return a.status >= 500 && a.status < 600 && a.status != 501 && a.status != 505 &&
           !(a.status == 503 && a.has_retry_hint);
}

/// Whether the server certainly did not read the request: it rejected the TLS handshake after the request was written
/// (in TLS 1.3 the server can do so after the client has finished).
[[nodiscard]] inline bool was_never_read(const attempt_outcome& a) noexcept
{
    return a.stopped == stop_reason::none && a.error == errc::tls_failed;
}

/// The error of a call that ends with this attempt. Once a request that must not be repeated has been sent, only a
/// response shows whether the server did the work.
[[nodiscard]] inline error_code final_error(const attempt_outcome& a) noexcept
{
    const auto own = attempt_error(a);
    if (!own || !a.was_committed || a.effect == effect::none || was_never_read(a))
        return own;
    if (a.stopped == stop_reason::forked) // the parent continues it and gets the response
        return own;
    // Its other errors can be retried. A cancellation becomes outcome_unknown: operation_aborted would mean that
    // nothing happened.
    if (a.effect == effect::idempotent)
        return a.stopped == stop_reason::cancelled ? make_error_code(errc::outcome_unknown) : own;
    const auto has_answer = a.stopped == stop_reason::none && !a.error;
    const auto is_unknown = has_answer ? is_ambiguous(a) : true;
    return is_unknown ? make_error_code(errc::outcome_unknown) : own;
}

} // namespace cojob::detail

#endif
