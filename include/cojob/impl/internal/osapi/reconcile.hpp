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

/// Whether it makes sense to look what became of a retry: not when the caller, or its time, is gone.
inline bool is_worth_a_look(const error_info& failure)
{
    if (failure.code() != errc::outcome_unknown || failure.attempts.empty())
        return false;
    const auto& why = failure.attempts.back().ended;
    return why != boost::asio::error::operation_aborted && why != errc::deadline_exceeded;
}

/// The new id in `Job retried as ID`. A server that says anything else has not told it.
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

/// Between which two moments of a server's clock something happened here.
struct server_span {
    timestamp earliest, latest;
};

/// A moment of this client's civil time in the server's. Both clocks are compared by an answer: the server wrote its
/// date, which has whole seconds, after it was asked and before the answer was here. Nothing for a date that is no
/// clock's.
inline std::optional<server_span> at_server(timestamp here, std::chrono::sys_seconds date, timestamp asked,
                                            timestamp received)
{
    constexpr std::chrono::seconds century = std::chrono::hours(24 * 36525);
    const auto ahead = date - std::chrono::floor<std::chrono::seconds>(received);
    if (std::chrono::abs(ahead) > century)
        return std::nullopt;
    const timestamp written(date);
    return server_span{here + (written - received), here + (written - asked) + std::chrono::seconds(1)};
}

/// What is known of a job's retries, to tell one whose answer was lost from others.
struct known_retries {
    server_span began{};         ///< when the attempt began
    const job* before = nullptr; ///< the job as it was just before the attempt; null: it was not looked at
    std::function<bool(const std::string& id)> is_known{}; ///< the client has this id from another answer
};

/// The one retry that a job's timeline shows since the attempt began; nothing where there is none or several, or where
/// it may be an earlier one.
///
/// A timeline has whole seconds. In the second in which the attempt began, an earlier retry looks like this one unless
/// the timeline was read before.
inline std::optional<retry_receipt> find_retry(const job& original, const known_retries& known)
{
    std::optional<retry_receipt> found;
    for (const auto& event : original.timeline) {
        // An event without a time may be of any.
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
