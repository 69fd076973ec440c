#ifndef COJOB_OSAPI_JOB_HPP
#define COJOB_OSAPI_JOB_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/unknown_members.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cojob::osapi {

using cojob::operator<<; // for argument-dependent lookup

/// The status of a job.
enum class job_status {
    submitted,  ///< no agent has taken it yet
    processing, ///< an agent works on it
    completed,  ///< done
    failed,     ///< failed; may be delivered again after about 30 s and then end otherwise: see `wait_options::settle`
    partial_failure, ///< some agents completed it, others failed
    skipped, ///< not applicable to its agents, for instance another operating system; no list can be filtered by it
    unknown, ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(job_status value) noexcept
{
    return cojob::detail::enumerator_name(
        value, {"submitted", "processing", "completed", "failed", "partial_failure", "skipped", "unknown"});
}

/// The response of one agent.
struct agent_response {
    std::string status{};          ///< as the agent wrote it
    boost::json::value data{};     ///< the operation's result on this agent; null: none
    std::optional<bool> changed{}; ///< whether the machine was changed; empty: not reported
    std::string error{},           ///< the agent's error text; empty: none
        hostname{};                ///< of the agent

    /// Whether all members are equal.
    friend bool operator==(const agent_response&, const agent_response&) = default;
};

/// The progress of one agent.
struct agent_state {
    std::string status{},                      ///< as the server wrote it
        error{};                               ///< the agent's error text; empty: none
    std::optional<cojob::duration> duration{}; ///< how long the agent took; empty: it has not finished

    /// Whether all members are equal.
    friend bool operator==(const agent_state&, const agent_state&) = default;
};

/// One entry of a job's history.
struct timeline_event {
    std::optional<timestamp> time{}; ///< by the server's clock; empty: not reported
    std::string event{},             ///< what happened, for instance `submitted` or `retried`; an open set
        hostname{},                  ///< hostname of the agent concerned; empty: none
        message{},                   ///< a description for people
        error{};                     ///< the error text; empty: no error

    /// Whether all members are equal.
    friend bool operator==(const timeline_event&, const timeline_event&) = default;
};

/// A job of the OSAPI job API. The texts are the server's: escape them before you print them. Jobs in a list have no
/// responses, agent states or timeline.
struct job {
    job() = default; // no aggregate: g++ 12 destroys an aggregate twice that is created in a co_await expression

    std::string id{};                        ///< unique on its server
    job_status status = job_status::unknown; ///< see `is_finished`
    std::string status_text{};               ///< as the server wrote it
    std::optional<timestamp> created{};      ///< empty: not reported, for instance by a server that signs its jobs
    std::optional<timestamp> updated_at{};   ///< time of the last change, if the server reports it
    boost::json::object operation{};         ///< the operation, as it was submitted
    boost::json::value result{};             ///< the result of a job for one agent; null: none
    std::optional<bool> changed{};           ///< whether a machine was changed; empty: not reported
    std::string error{},                     ///< why the job failed; empty: it did not
        hostname{};                          ///< hostname of the agent that processed it; empty: not reported
    std::map<std::string, agent_response> responses{}; ///< the responses to a job for many agents, by agent name
    std::map<std::string, agent_state> agent_states{}; ///< the progress of each agent, by agent name
    std::vector<timeline_event> timeline{};            ///< its history, oldest first
    cojob::unknown_members unknown_members{};          ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const job& a, const job& b)
    {
        return a.id == b.id && a.status == b.status && a.status_text == b.status_text && a.created == b.created &&
               a.updated_at == b.updated_at && a.operation == b.operation && a.result == b.result &&
               a.changed == b.changed && a.error == b.error && a.hostname == b.hostname && a.responses == b.responses &&
               a.agent_states == b.agent_states && a.timeline == b.timeline;
    }
};

/// A page of a list.
struct job_page {
    std::int64_t total_items = 0;                        ///< number of jobs that match the filter
    std::map<std::string, std::int64_t> status_counts{}; ///< number of all jobs by status, deleted ones included
    std::vector<job> items{};                            ///< the jobs, without responses, agent states and timeline
    std::size_t skipped = 0;                             ///< items without an id or a status; they count in offsets
};

/// The job that a retry created.
struct retry_receipt {
    retry_receipt() = default; // no aggregate, as above

    std::string job_id{};                   ///< id of the new job: wait for this one
    std::string status{};                   ///< as the server wrote it, usually `created`; empty: not reported
    std::optional<std::int64_t> revision{}; ///< revision in the server's store; empty: not reported
    std::optional<timestamp> created{};     ///< by the server's clock; empty: not reported
};

/// The id of the job that a retry created.
[[nodiscard]] inline const std::string& job_id(const retry_receipt& receipt) noexcept
{
    return receipt.job_id;
}

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const job& j) noexcept
{
    return j.id;
}

/// The status as the server wrote it, for `job_api`.
[[nodiscard]] inline const std::string& status_text(const job& j) noexcept
{
    return j.status_text;
}

/// Whether the job has ended: completed, failed, partially failed or skipped.
[[nodiscard]] inline bool is_finished(const job& j) noexcept
{
    return j.status != job_status::submitted && j.status != job_status::processing && j.status != job_status::unknown;
}

/// Whether this version does not know the status. An unknown status is not final.
[[nodiscard]] inline bool is_unknown(const job& j) noexcept
{
    return j.status == job_status::unknown;
}

} // namespace cojob::osapi

#endif
