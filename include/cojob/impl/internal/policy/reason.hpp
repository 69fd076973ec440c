#ifndef COJOB_IMPL_INTERNAL_POLICY_REASON_HPP
#define COJOB_IMPL_INTERNAL_POLICY_REASON_HPP

#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/base/in_units.hpp>
#include <cojob/impl/internal/policy/verdict.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Which timeout stopped an attempt, with its length.
inline std::string words_of_limit(phase reached, bool was_committed, const timeout_options& limits)
{
    const auto within = [&](std::string_view what, duration limit) {
        return std::string(what) + " within " + in_units(std::min(limit, limits.attempt));
    };
    if (was_committed)
        return within("no response", limits.attempt);
    switch (reached) {
    case phase::resolving: return within("host name not resolved", limits.resolve);
    case phase::connecting: return within("no connection", limits.connect);
    case phase::proxying: return within("no tunnel from the proxy", limits.proxy);
    case phase::handshaking: return within("no TLS handshake", limits.handshake);
    default: return within("request not sent", limits.attempt);
    }
}

/// Why an attempt ended, for error_info::message; empty if the error code says enough.
inline std::string reason_of(const attempt_outcome& a, phase reached, const timeout_options& limits)
{
    switch (a.stopped) {
    case stop_reason::limit: return words_of_limit(reached, a.was_committed, limits);
    case stop_reason::deadline:
        return a.was_committed ? "no response before the call's deadline"
                               : "request not sent before the call's deadline";
    case stop_reason::cancelled:
        return a.was_committed ? "cancelled before a response arrived" : "cancelled before the request was sent";
    case stop_reason::closed:
        return a.was_committed ? "the client was closed before a response arrived"
                               : "the client was closed before the request was sent";
    case stop_reason::forked: return "begun before the process forked: the parent process continues it";
    case stop_reason::none: break;
    }
    if (!a.error && a.status >= 300 && a.status < 400)
        return "redirects are not followed";
    if (!a.error && final_error(a) == errc::outcome_unknown)
        return "the response does not show whether the server did the work";
    const auto own = attempt_error(a);
    return final_error(a) == own ? std::string() : own.message();
}

} // namespace cojob::detail

#endif
