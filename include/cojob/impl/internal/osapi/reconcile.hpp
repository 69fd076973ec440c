#ifndef COJOB_IMPL_INTERNAL_OSAPI_RECONCILE_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_RECONCILE_HPP

#include <cojob/error.hpp>
#include <cojob/osapi/job.hpp>

#include <boost/asio/error.hpp>

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

/// The one retry that a job's timeline shows at or after that time, by the server's clock; nothing where there is none
/// or several.
inline std::optional<retry_receipt> find_retry(const job& original, timestamp since)
{
    constexpr std::string_view prefix = "Job retried as ";
    std::optional<retry_receipt> found;
    for (const auto& event : original.timeline) {
        if (event.event != "retried" || event.time < since)
            continue;
        if (found || !event.message.starts_with(prefix) || event.message.size() == prefix.size())
            return std::nullopt;
        found.emplace();
        found->job_id = event.message.substr(prefix.size());
        found->status = "created";
        found->created = event.time;
    }
    return found;
}

/// A moment of this client's civil time in the server's: both clocks are compared by the `Date` of an answer. One second
/// less, for a date has whole seconds.
inline timestamp at_server(timestamp here, timestamp date, timestamp received)
{
    return here + (date - received) - std::chrono::seconds(1);
}

} // namespace cojob::osapi::detail

#endif
