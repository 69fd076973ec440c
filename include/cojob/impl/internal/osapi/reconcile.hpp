#ifndef COJOB_IMPL_INTERNAL_OSAPI_RECONCILE_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_RECONCILE_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>
#include <cojob/osapi/job.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>
#include <chrono>
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

/// The one retry that a job's timeline shows at or after that time, by the server's clock; nothing where there is none
/// or several.
inline std::optional<retry_receipt> find_retry(const job& original, timestamp since)
{
    std::optional<retry_receipt> found;
    for (const auto& event : original.timeline) {
        if (event.event != "retried" || event.time < since)
            continue;
        const auto id = id_in_message(event.message);
        if (found || !id)
            return std::nullopt;
        found.emplace();
        found->job_id = *id;
        found->status = "created";
        found->created = event.time;
    }
    return found;
}

/// A moment of this client's civil time in the server's. Both clocks are compared by an answer: when the server sent
/// it, and when it was here. One second less, for a date and a timeline have whole seconds. Nothing for a date that is
/// no clock's.
inline std::optional<timestamp> at_server(timestamp here, std::chrono::sys_seconds date, timestamp received)
{
    constexpr std::chrono::seconds century = std::chrono::hours(24 * 36525);
    const auto ahead = date - std::chrono::floor<std::chrono::seconds>(received);
    if (std::chrono::abs(ahead) > century)
        return std::nullopt;
    return here + (timestamp(date) - received) - std::chrono::seconds(1);
}

} // namespace cojob::osapi::detail

#endif
