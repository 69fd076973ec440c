#ifndef COJOB_MINTLIFY_DEPLOYMENT_HPP
#define COJOB_MINTLIFY_DEPLOYMENT_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/unknown_members.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cojob::mintlify {

using cojob::operator<<; // for argument-dependent lookup

/// The status of a deployment.
enum class deployment_status {
    queued,      ///< it has not begun
    in_progress, ///< the site is being built
    success,     ///< deployed
    failure,     ///< not deployed: see `summary` and `logs`
    unknown,     ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(deployment_status value) noexcept
{
    return cojob::detail::enumerator_name(value, {"queued", "in_progress", "success", "failure", "unknown"});
}

/// The person whose change is deployed.
struct deployment_author {
    std::string name{},                           ///< empty: not reported
        avatar_url{};                             ///< URL of a picture; empty: not reported
    std::optional<std::int64_t> github_user_id{}; ///< empty: not reported

    /// Whether all members are equal.
    friend bool operator==(const deployment_author&, const deployment_author&) = default;
};

/// The commit that is deployed.
struct deployment_commit {
    std::string sha{},                ///< its hash; empty: not reported
        ref{},                        ///< the branch; empty: not reported
        message{};                    ///< its message; empty: not reported
    std::vector<std::string> added{}, ///< paths of new files
        modified{},                   ///< paths of changed files
        removed{};                    ///< paths of removed files

    /// Whether all members are equal.
    friend bool operator==(const deployment_commit&, const deployment_commit&) = default;
};

/// A deployment of a documentation site: an update or a preview. The texts are the server's: escape them before you
/// print them.
struct deployment {
    deployment() = default; // no aggregate: g++ 12 destroys an aggregate twice that is created in a co_await expression

    std::string id{};                                      ///< the vendor calls it status id
    deployment_status status = deployment_status::unknown; ///< see `is_finished`
    std::string status_text{},                             ///< as the server wrote it
        project_id{},                                      ///< empty: not reported
        subdomain{},                                       ///< subdomain of the site; empty: not reported
        summary{},                                         ///< the status in words; empty: not reported
        source{};                              ///< what triggered it, for instance `api` or `github`; an open set
    std::vector<std::string> logs{};           ///< lines of the build's log, in order
    deployment_commit commit{};                ///< what is deployed
    std::optional<deployment_author> author{}; ///< empty: not reported
    std::string screenshot{},                  ///< URL of a picture of the site; empty: none
        screenshot_light{},                    ///< the same in light colours
        screenshot_dark{};                     ///< the same in dark colours
    std::optional<timestamp> created_at{};     ///< by the server's clock; empty: not reported
    std::optional<timestamp> ended_at{};       ///< by the server's clock; empty: it has not ended
    cojob::unknown_members unknown_members{};  ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const deployment& a, const deployment& b)
    {
        return a.id == b.id && a.status == b.status && a.status_text == b.status_text && a.project_id == b.project_id &&
               a.subdomain == b.subdomain && a.summary == b.summary && a.source == b.source && a.logs == b.logs &&
               a.commit == b.commit && a.author == b.author && a.screenshot == b.screenshot &&
               a.screenshot_light == b.screenshot_light && a.screenshot_dark == b.screenshot_dark &&
               a.created_at == b.created_at && a.ended_at == b.ended_at;
    }
};

/// A deployment that was just queued: all that the service tells about it then.
struct deployment_receipt {
    std::string id{};          ///< id of the deployment: wait for this one
    std::string preview_url{}; ///< where a preview will be; empty for an update
};

/// A run of a workflow that was just queued. The API has no status of it: the dashboard shows how it ends.
struct workflow_run {
    std::string instance_id{}, ///< id of the run, as the dashboard shows it; empty: not reported
        workflow_id{},         ///< id of the workflow; empty: not reported
        job_id{};              ///< id of the background job, which no operation accepts; empty: not reported
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const deployment& d) noexcept
{
    return d.id;
}

/// The id of the deployment that was queued.
[[nodiscard]] inline const std::string& job_id(const deployment_receipt& r) noexcept
{
    return r.id;
}

/// The status as the server wrote it, for `job_api`.
[[nodiscard]] inline const std::string& status_text(const deployment& d) noexcept
{
    return d.status_text;
}

/// Whether the deployment has ended: success or failure.
[[nodiscard]] inline bool is_finished(const deployment& d) noexcept
{
    return d.status == deployment_status::success || d.status == deployment_status::failure;
}

/// Whether this version does not know the status. An unknown status is not final.
[[nodiscard]] inline bool is_unknown(const deployment& d) noexcept
{
    return d.status == deployment_status::unknown;
}

} // namespace cojob::mintlify

#endif
