#ifndef COJOB_POLICY_RETRY_HPP
#define COJOB_POLICY_RETRY_HPP

#include <cojob/clock.hpp>

#include <chrono>

namespace cojob {

/// When a failed call is retried automatically. A request that creates something is repeated only after a failure that
/// proves that the server did not process it: it was never sent, or it was refused. Each class of failures has a
/// switch. `max_attempts = 1` turns retries off, with one exception: if a kept-alive connection was closed without a
/// response, a GET or DELETE is sent once more on a new connection. That does not count as an attempt.
///
/// The delay is the server's, or doubles from `base_delay` to `max_delay` (after a 429: from 1 s to 60 s), with jitter.
///
/// After a 429 to a request with a quota, the call queues until the pool continues, for `quota_options::max_wait` in
/// total. This counts neither as an attempt nor against `max_server_delay`.
struct retry_options {
    unsigned max_attempts = 4;                            ///< attempts of one call, the first included; at least 1
    duration base_delay = std::chrono::milliseconds(500); ///< delay of the first retry; doubles with each further one
    duration max_delay = std::chrono::seconds(8);         ///< largest delay
    duration max_server_delay = std::chrono::minutes(2);  ///< if the server asks for more, the call fails immediately
    bool on_connect_failure = true; ///< nothing was sent: name lookup, connection, TLS or proxy failed
    bool on_lost_answer = true;     ///< connection reset, closed early or timed out after sending; GET and DELETE only
    bool on_server_error = true;    ///< 5xx except 501, 505 and 503 with `Retry-After`; GET and DELETE only
    bool on_unavailable = true;     ///< 503 with `Retry-After`
    bool on_throttled = true;       ///< 429, with a quota or without
    bool on_not_ready = true;       ///< 425, 421 (once), and 408 unless a POST may have been processed
    bool on_new_credential = true;  ///< 401, once, if the credential has a provider and it then returns another secret
};

} // namespace cojob

#endif
