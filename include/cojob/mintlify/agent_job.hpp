#ifndef COJOB_MINTLIFY_AGENT_JOB_HPP
#define COJOB_MINTLIFY_AGENT_JOB_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/unknown_members.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace cojob::mintlify {

using cojob::operator<<; // for argument-dependent lookup

/// The status of a job.
enum class agent_job_status {
    active,    ///< the agent works on the prompt
    completed, ///< done; `pr_link` is set if files were changed
    failed,    ///< an error the agent could not recover from
    archived,  ///< archived by the service; final, whatever the status was before
    unknown,   ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(agent_job_status value) noexcept
{
    return cojob::detail::enumerator_name(value, {"active", "completed", "failed", "archived", "unknown"});
}

/// The repository that a job works on.
struct job_source {
    std::string repository{};         ///< URL of the repository; empty: not reported
    std::optional<std::string> ref{}; ///< the branch the agent works on

    /// Whether both are the same repository and branch.
    friend bool operator==(const job_source&, const job_source&) = default;
};

/// A job of the Mintlify agent API, v2. The texts are the server's: escape them before you print them.
struct agent_job {
    std::string id{};                                    ///< unique in its project
    agent_job_status status = agent_job_status::unknown; ///< see `is_finished`
    std::string status_text{};                           ///< as the server wrote it
    job_source source{};                                 ///< what the job works on
    std::string model{};                                 ///< the language model; empty: not reported
    std::optional<std::string> pr_link{};                ///< URL of the pull request; empty until there is one
    std::optional<timestamp> created_at{};               ///< by the server's clock; empty: not reported
    std::optional<timestamp> archived_at{};              ///< set once the job is archived
    cojob::unknown_members unknown_members{};            ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const agent_job& a, const agent_job& b)
    {
        return a.id == b.id && a.status == b.status && a.status_text == b.status_text && a.source == b.source &&
               a.model == b.model && a.pr_link == b.pr_link && a.created_at == b.created_at &&
               a.archived_at == b.archived_at;
    }
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const agent_job& job) noexcept
{
    return job.id;
}

/// The status as the server wrote it, for `job_api`.
[[nodiscard]] inline const std::string& status_text(const agent_job& job) noexcept
{
    return job.status_text;
}

/// Whether the job has ended: completed, failed or archived.
[[nodiscard]] inline bool is_finished(const agent_job& job) noexcept
{
    return job.status != agent_job_status::active && job.status != agent_job_status::unknown;
}

/// Whether this version does not know the status. An unknown status is not final.
[[nodiscard]] inline bool is_unknown(const agent_job& job) noexcept
{
    return job.status == agent_job_status::unknown;
}

} // namespace cojob::mintlify

#endif
