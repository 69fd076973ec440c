#ifndef COJOB_MINTLIFY_AGENT_JOB_HPP
#define COJOB_MINTLIFY_AGENT_JOB_HPP

#include <cojob/clock.hpp>

#include <optional>
#include <string>

namespace cojob::mintlify {

enum class agent_job_status {
    active,    ///< the agent works on the prompt
    completed, ///< done; `pr_link` is set when files were changed
    failed,    ///< an error the agent could not recover from
    archived,
    unknown, ///< a status this version does not know: see `status_text`
};

struct job_source {
    std::string repository{};         ///< URL of the repository
    std::optional<std::string> ref{}; ///< the branch the agent works on

    friend bool operator==(const job_source&, const job_source&) = default;
};

/// A job of the Mintlify agent API, v2. Texts are the server's: escape them before they are printed.
struct agent_job {
    std::string id{};
    agent_job_status status = agent_job_status::unknown;
    std::string status_text{}; ///< as the server wrote it
    job_source source{};
    std::string model{};
    std::optional<std::string> pr_link{};
    timestamp created_at{};
    std::optional<timestamp> archived_at{};

    friend bool operator==(const agent_job&, const agent_job&) = default;
};

[[nodiscard]] inline const std::string& job_id(const agent_job& job) noexcept
{
    return job.id;
}

[[nodiscard]] inline const std::string& status_text(const agent_job& job) noexcept
{
    return job.status_text;
}

/// Completed, failed or archived.
[[nodiscard]] inline bool is_finished(const agent_job& job) noexcept
{
    return job.status != agent_job_status::active && job.status != agent_job_status::unknown;
}

[[nodiscard]] inline bool is_unknown(const agent_job& job) noexcept
{
    return job.status == agent_job_status::unknown;
}

} // namespace cojob::mintlify

#endif
