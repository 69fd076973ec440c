#ifndef COJOB_LOG_HPP
#define COJOB_LOG_HPP

#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/observer.hpp>

#include <functional>
#include <iosfwd>
#include <string_view>

namespace cojob {

/// How much a log shows. Each level includes those above it.
enum class log_level {
    error,   ///< waits that ended because a poll failed, certificates that were not accepted
    warning, ///< other failed attempts, cancelled POSTs that may have been processed, unknown statuses, odd members,
             ///< late polls
    info,    ///< successful POSTs, changes of jobs, retries, delays by rate limits
    debug,   ///< every attempt, response, poll and connection, and other cancelled requests
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(log_level value) noexcept
{
    return detail::enumerator_name(value, {"error", "warning", "info", "debug"});
}

/// Whether lines begin with a time stamp.
enum class time_stamps {
    none, ///< no time stamp, for log collectors that add their own
    utc   ///< `2026-11-29T07:05:54.120Z`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(time_stamps value) noexcept
{
    return detail::enumerator_name(value, {"none", "utc"});
}

/// Returns an observer that writes one line for each event: the level, what happened, and details as `key=value`:
///
///     cojob info    POST /v2/agent/p/job retry in 480 ms attempt=1 error="server error"
///
/// A time stamp, if enabled, comes first. Methods, paths, hosts, ids and states have their control characters escaped,
/// are quoted unless they are single words, and are truncated to 256 bytes. In a path's query only `status`, `limit`,
/// `offset`, `skip`, `take` and `page` keep their values. Events contain no keys, headers or bodies.
///
/// Thread-safe: several clients may share one observer. Writes each line by one `write`, ignores the stream's
/// formatting, and does not flush. If the stream fails or throws, lines are lost, with no other effect. The stream must
/// outlive the observer, and so every client that has it and every call of such a client.
[[nodiscard]] COJOB_DECL observer_ptr log_to(std::ostream&, log_level = log_level::info,
                                             time_stamps = time_stamps::none);

/// Receives one line: its level, and the text without level and line break.
using log_sink = std::function<void(log_level, std::string_view)>;

/// The same for a logger such as spdlog or syslog: calls the function for each line. The calls run on the strands of
/// the clients, so with several clients on several threads at the same time. The function must not block; its
/// exceptions are ignored. \throws api_error `invalid_argument` for an empty function
[[nodiscard]] COJOB_DECL observer_ptr log_to(log_sink, log_level = log_level::info);

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/log.ipp>
#endif

#endif
