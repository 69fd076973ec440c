#ifndef COJOB_JOB_WAIT_OPTIONS_HPP
#define COJOB_JOB_WAIT_OPTIONS_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/job/concepts.hpp>

#include <chrono>
#include <string_view>

namespace cojob {

/// What a wait does about a status that the service does not know.
enum class unknown_status {
    keep_waiting, ///< treats the status as not final
    stop,         ///< returns the job as it is
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(unknown_status value) noexcept
{
    return detail::enumerator_name(value, {"keep_waiting", "stop"});
}

/// Options of a wait or a watch.
struct wait_options {
    duration timeout = std::chrono::minutes(30); ///< limit for the whole wait; `no_timeout`: none; zero is refused
    poll_schedule schedule = {};                 ///< when to poll; a zero member keeps the service's default
    /// How long a final status must last: the wait ends when a poll that much later still shows it. Zero: the first one
    /// ends the wait. For APIs in which a job that has ended may run again. If the wait fails meanwhile, it returns the
    /// job with that status.
    duration settle = {};
    unknown_status on_unknown = unknown_status::keep_waiting; ///< what to do about an unknown status
    /// Longest time without any HTTP response (no connection, no handshake, or no answer in time), even if `timeout` is
    /// `no_timeout`. Then the wait ends with the last failure. `no_timeout`: no limit; zero is refused.
    duration patience = std::chrono::minutes(10);
};

} // namespace cojob

#endif
