#ifndef COJOB_IMPL_INTERNAL_OSAPI_RECONCILE_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_RECONCILE_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>
#include <cojob/osapi/job.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::osapi::detail {

/// Whether to check what happened to a failed retry: not after a cancellation or at the deadline.
inline bool is_worth_a_look(const error_info& failure)
{
    if (failure.code() != errc::outcome_unknown || failure.attempts.empty())
        return false;
    const auto& why = failure.attempts.back().ended;
    return why != boost::asio::error::operation_aborted && why != errc::deadline_exceeded;
}

/// The new job's id in `Job retried as ID`; nothing for any other message.
inline std::optional<std::string> id_in_message(std::string_view message)
{
    constexpr std::string_view before_id = "Job retried as ";
    if (!message.starts_with(before_id))
        return std::nullopt;
    message.remove_prefix(before_id.size());
    const auto is_word =
        std::none_of(message.begin(), message.end(), [](char c) { return c == ' ' || cojob::detail::is_control(c); });
    return !message.empty() && is_word ? std::optional<std::string>(message) : std::nullopt;
}

/// A range of the server's time in which a local event happened.
struct server_span {
    timestamp earliest, latest;
};

/// Converts a local time to the server's time. The clocks are compared by a response: the server wrote its date, in
/// whole seconds, after the request was sent and before the response was received. Returns nothing if the date is not
/// plausible.
inline std::optional<server_span> at_server(timestamp here, std::chrono::sys_seconds date, timestamp requested,
                                            timestamp received)
{
    constexpr std::chrono::seconds century = std::chrono::hours(24 * 36525);
    const auto ahead = date - std::chrono::floor<std::chrono::seconds>(received);
    if (std::chrono::abs(ahead) > century)
        return std::nullopt;
    const timestamp written(date);
    return server_span{here + (written - received), here + (written - requested) + std::chrono::seconds(1)};
}

/// What is known about a job's retries, to distinguish one whose response was lost from others.
struct known_retries {
    server_span began{};                                   ///< when the attempt began
    const job* before = nullptr;                           ///< the job just before the attempt; null if it was not read
    std::function<bool(const std::string& id)> is_known{}; ///< whether the client knows this id from another response
};

/// The only retry that the job's timeline shows since the attempt began. Nothing if there is none, if there are
/// several, or if it may be an earlier one. A timeline has whole seconds. Within the second in which the attempt began,
/// an earlier retry can be distinguished only if the job was read before the attempt.
inline std::optional<retry_receipt> find_retry(const job& original, const known_retries& known)
{
    std::optional<retry_receipt> found;
    for (const auto& event : original.timeline) {
        // An event without a time may have happened at any time.
        const bool is_earlier = event.time && *event.time + std::chrono::seconds(1) < known.began.earliest;
        if (event.event != "retried" || is_earlier)
            continue;
        const auto* const old = known.before ? &known.before->timeline : nullptr;
        if (old && std::find(old->begin(), old->end(), event) != old->end())
            continue;
        const auto id = id_in_message(event.message);
        if (id && known.is_known(*id))
            continue;
        if (found || !id || (!old && (!event.time || *event.time < known.began.latest)))
            return std::nullopt;
        found.emplace();
        found->job_id = *id;
        found->status = "created";
        found->created = event.time;
    }
    return found;
}

} // namespace cojob::osapi::detail

#endif
