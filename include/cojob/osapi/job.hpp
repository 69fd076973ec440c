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

using cojob::operator<<; // found by the namespace of what is printed

/// What a job is doing.
enum class job_status {
    submitted,       ///< no agent has it yet
    processing,      ///< an agent works on it
    completed,       ///< done
    failed,          ///< may be delivered again after about 30 s, and then end otherwise: `wait_options::settle`
    partial_failure, ///< some agents did it, others failed
    skipped,         ///< not for the agents it went to: another system, for instance. No list can be filtered by it
    unknown,         ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(job_status value) noexcept
{
    return cojob::detail::enumerator_name(
        value, {"submitted", "processing", "completed", "failed", "partial_failure", "skipped", "unknown"});
}

/// What one agent answered.
struct agent_response {
    std::string status{};          ///< as the agent wrote it
    boost::json::value data{};     ///< the operation's result on this agent; null: none
    std::optional<bool> changed{}; ///< whether the machine was changed; empty: not told
    std::string error{},           ///< the agent's words; empty: none
        hostname{};                ///< of the agent

    /// Whether both are the same in everything.
    friend bool operator==(const agent_response&, const agent_response&) = default;
};

/// How far one agent is.
struct agent_state {
    std::string status{},                      ///< as the server wrote it
        error{};                               ///< the agent's words; empty: none
    std::optional<cojob::duration> duration{}; ///< how long the agent took; empty: it has not ended

    /// Whether both are the same in everything.
    friend bool operator==(const agent_state&, const agent_state&) = default;
};

/// One entry of a job's history.
struct timeline_event {
    std::optional<timestamp> time{}; ///< by the server's clock; empty: it does not say
    std::string event{},             ///< what happened, `submitted` or `retried` for instance; an open set
        hostname{},                  ///< of the agent it happened on; empty: of none
        message{},                   ///< more about it, for people
        error{};                     ///< what went wrong; empty: nothing

    /// Whether both are the same in everything.
    friend bool operator==(const timeline_event&, const timeline_event&) = default;
};

/// A job of the OSAPI job API. Texts are the server's: escape them before they are printed. On a list, jobs have no
/// responses, agent states or timeline.
struct job {
    job() = default; // no aggregate: g++ 12 would free one twice that is made in a co_await expression

    std::string id{};                        ///< unique on its server
    job_status status = job_status::unknown; ///< `is_finished` says whether it is an end
    std::string status_text{};               ///< as the server wrote it
    std::optional<timestamp> created{};      ///< empty: not told, by a server that signs its jobs for instance
    std::optional<timestamp> updated_at{};   ///< of its last change, where the server tells
    boost::json::object operation{};         ///< what is to be done, as it was submitted
    boost::json::value result{};             ///< of a job for one agent; null: none
    std::optional<bool> changed{};           ///< whether a machine was changed; empty: not told
    std::string error{},                     ///< why it failed; empty: it did not
        hostname{};                          ///< of the agent that processed it; empty: not told
    std::map<std::string, agent_response> responses{}; ///< of a job for many agents, by the agent's name
    std::map<std::string, agent_state> agent_states{}; ///< how far each agent is, by its name
    std::vector<timeline_event> timeline{};            ///< its history, oldest first
    cojob::unknown_members unknown_members{};          ///< what else the server wrote; not compared

    /// Whether nothing has changed between two looks: what `watch_job` compares.
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
    std::int64_t total_items = 0;                        ///< that match the filter
    std::map<std::string, std::int64_t> status_counts{}; ///< of all jobs, those that were deleted too
    std::vector<job> items{};                            ///< without responses, agent states and timeline
    std::size_t skipped = 0; ///< items without an id or a status, left out; each had a place in the list
};

/// The job that a retry made.
struct retry_receipt {
    std::string job_id{};                   ///< of the new job: what to wait for
    std::string status{};                   ///< as the server wrote it, `created` as a rule; empty: not told
    std::optional<std::int64_t> revision{}; ///< of the server's store; empty: not told
    std::optional<timestamp> created{};     ///< by the server's clock; empty: not told
};

/// What `job_api` asks a job: its id.
[[nodiscard]] inline const std::string& job_id(const job& j) noexcept
{
    return j.id;
}

/// What `job_api` asks a job: its status as the server wrote it.
[[nodiscard]] inline const std::string& status_text(const job& j) noexcept
{
    return j.status_text;
}

/// Whether it has ended: completed, failed, partially failed or skipped.
[[nodiscard]] inline bool is_finished(const job& j) noexcept
{
    return j.status != job_status::submitted && j.status != job_status::processing && j.status != job_status::unknown;
}

/// Whether its status is one that this version does not know. That is no end.
[[nodiscard]] inline bool is_unknown(const job& j) noexcept
{
    return j.status == job_status::unknown;
}

} // namespace cojob::osapi

#endif
