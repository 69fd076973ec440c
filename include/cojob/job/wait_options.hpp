#ifndef COJOB_JOB_WAIT_OPTIONS_HPP
#define COJOB_JOB_WAIT_OPTIONS_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/job/concepts.hpp>

#include <chrono>
#include <string_view>

namespace cojob {

/// What a wait does with a status it does not know.
enum class unknown_status {
    keep_waiting, ///< it is not an end
    stop,         ///< the wait returns the job as it is
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(unknown_status value) noexcept
{
    return detail::enumerator_name(value, {"keep_waiting", "stop"});
}

/// Of a wait or a watch.
struct wait_options {
    duration timeout = std::chrono::minutes(30); ///< of the whole wait; zero is refused, `no_timeout` for none
    poll_schedule schedule = {};                 ///< zero members: the service's own
    /// An end counts when a poll that much later agrees; zero: at once. For APIs that take ends back.
    duration settle = {};
    unknown_status on_unknown = unknown_status::keep_waiting; ///< what a status that nobody knows does
    /// How long no HTTP response may arrive (nobody answers the connection, the handshake, or in time), also without a
    /// `timeout`: then the wait ends with the last failure. Zero is refused, `no_timeout` for ever.
    duration patience = std::chrono::minutes(10);
};

} // namespace cojob

#endif
