#ifndef COJOB_POLICY_RETRY_HPP
#define COJOB_POLICY_RETRY_HPP

#include <cojob/clock.hpp>

#include <chrono>

namespace cojob {

/// When a failed call is tried again by itself. A request that creates something is repeated only after a failure that
/// proves the server did nothing: it was never sent, or it was refused. Each class of failures has a switch;
/// `max_attempts = 1` turns all of it off, but for the one new
/// connection a GET or DELETE gets, free of charge, when a kept one ends without a word.
///
/// A 429 to a use of a quota is the quota's affair: the call queues until the pool goes on, for
/// `quota_options::max_wait` in all, and that counts against neither `max_attempts` nor `max_server_delay`.
struct retry_options {
    unsigned max_attempts = 4;                            ///< of one call, the first included; at least 1
    duration base_delay = std::chrono::milliseconds(500); ///< before the first retry; doubles with each further one
    duration max_delay = std::chrono::seconds(8);         ///< what it doubles to
    duration max_server_delay = std::chrono::minutes(2);  ///< a server that asks for more ends the call at once
    bool on_connect_failure = true; ///< nothing was sent: no address, no connection, no TLS, no answer of a proxy
    bool on_lost_answer = true;     ///< reset, early end or timeout after it was sent; GET and DELETE only
    bool on_server_error = true;    ///< 5xx but 501, 505 and 503 with `Retry-After`; GET and DELETE only
    bool on_unavailable = true;     ///< 503 with `Retry-After`
    bool on_throttled = true;       ///< 429, also to a use of a quota
    bool on_not_ready = true;       ///< 425, 421 once, and 408 unless it may have done a POST
    bool on_new_credential = true;  ///< 401, once, where a credential's provider then gives another secret
};

} // namespace cojob

#endif
