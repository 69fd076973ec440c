#ifndef COJOB_LOG_HPP
#define COJOB_LOG_HPP

#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/observer.hpp>

#include <functional>
#include <iosfwd>
#include <string_view>

namespace cojob {

/// How much a log shows; each level shows what those above it do as well.
enum class log_level {
    error,   ///< a wait that ended because a poll failed; a certificate that was not accepted
    warning, ///< every other attempt that failed, a POST that was cut off and may have worked, states and members that
             ///< are not as documented, polls that come late
    info,    ///< POSTs that succeeded, jobs that changed, attempts that will be repeated, limits that hold something up
    debug,   ///< every attempt, response, poll and connection; also what else the caller cut off
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(log_level value) noexcept
{
    return detail::enumerator_name(value, {"error", "warning", "info", "debug"});
}

/// Whether lines begin with the time.
enum class time_stamps {
    none, ///< what collects the lines adds one
    utc   ///< `2026-11-29T07:05:54.120Z`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(time_stamps value) noexcept
{
    return detail::enumerator_name(value, {"none", "utc"});
}

/// An observer that writes one line for each event: the level, what happened, and the particulars as `key=value`:
///
///     cojob info    POST /v2/agent/p/job retry in 480 ms attempt=1 error="server error"
///
/// With time stamps, the time comes first. Methods, paths, hosts, ids and states are shown with their control
/// characters escaped, in quotes where they would not be one word, and at most 256 bytes of each. Of a path's query
/// only `status`, `limit`, `offset`, `skip`, `take` and `page` keep their values. Keys, headers and bodies are in no
/// event.
///
/// Thread-safe: one observer may be given to several clients. Each line is one `write`; the stream is not flushed, and
/// its formatting does not matter. A stream that fails or throws loses lines and harms nothing else. It must outlive
/// the observer, and so every client that has it, and every call of such a client.
[[nodiscard]] COJOB_DECL observer_ptr log_to(std::ostream&, log_level = log_level::info,
                                             time_stamps = time_stamps::none);

/// Takes one line: its level, and the text without level and line break.
using log_sink = std::function<void(log_level, std::string_view)>;

/// The same for a logger such as spdlog or syslog: the function gets each line. It is called on the strands of the
/// clients that have the observer, so with several of them at the same time on several threads. It must not block; what
/// it throws is swallowed. \throws api_error `invalid_argument` for an empty function
[[nodiscard]] COJOB_DECL observer_ptr log_to(log_sink, log_level = log_level::info);

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/log.ipp>
#endif

#endif
