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

/// Which limit stopped an attempt, and how long it was.
inline std::string words_of_limit(phase reached, bool was_committed, const timeout_options& limits)
{
    const auto within = [&](std::string_view what, duration limit) {
        return std::string(what) + " within " + in_units(std::min(limit, limits.attempt));
    };
    if (was_committed)
        return within("no answer", limits.attempt);
    switch (reached) {
    case phase::resolving: return within("no address", limits.resolve);
    case phase::connecting: return within("no connection", limits.connect);
    case phase::proxying: return within("no tunnel from the proxy", limits.proxy);
    case phase::handshaking: return within("no TLS handshake", limits.handshake);
    default: return within("not sent", limits.attempt);
    }
}

/// Why an attempt ended, in this library's words, where neither its code nor the transport says enough.
inline std::string reason_of(const attempt_outcome& a, phase reached, const timeout_options& limits)
{
    switch (a.stopped) {
    case stop_reason::limit: return words_of_limit(reached, a.was_committed, limits);
    case stop_reason::deadline:
        return a.was_committed ? "no answer before the call's time was up" : "not sent before the call's time was up";
    case stop_reason::cancelled:
        return a.was_committed ? "cancelled before there was an answer" : "cancelled before it was sent";
    case stop_reason::closed:
        return a.was_committed ? "the client was closed before there was an answer"
                               : "the client was closed before it was sent";
    case stop_reason::forked: return "begun before the process was forked: its parent goes on with it";
    case stop_reason::none: break;
    }
    if (!a.error && a.status >= 300 && a.status < 400)
        return "redirects are not followed";
    if (!a.error && final_error(a) == errc::outcome_unknown)
        return "the answer leaves open whether it was done";
    const auto own = attempt_error(a);
    return final_error(a) == own ? std::string() : own.message();
}

} // namespace cojob::detail

#endif
