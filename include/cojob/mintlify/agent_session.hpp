#ifndef COJOB_MINTLIFY_AGENT_SESSION_HPP
#define COJOB_MINTLIFY_AGENT_SESSION_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/unknown_members.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cojob::mintlify {

using cojob::operator<<; // found by the namespace of what is printed

/// Why a session has halted.
enum class halt_reason {
    completed,            ///< done
    github_misconfigured, ///< the service cannot work on the repository; spelled `github_missconfigured` on the wire
    error,                ///< it could not go on
    processing,           ///< it has not halted
    interrupted,          ///< it was stopped
    unknown,              ///< a reason this version does not know: see `reason_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(halt_reason value) noexcept
{
    return cojob::detail::enumerator_name(
        value, {"completed", "github_misconfigured", "error", "processing", "interrupted", "unknown"});
}

/// A step of a session, as the agent planned it.
struct todo {
    std::string id{}, ///< unique in its session
        content{},    ///< what is to be done
        status{},     ///< an open set
        priority{};   ///< an open set

    /// Whether both are the same in everything.
    friend bool operator==(const todo&, const todo&) = default;
};

/// A job of the Mintlify agent API, v1. Texts are the server's: escape them before they are printed.
struct agent_session {
    agent_session() = default;

    std::string session_id{},                       ///< unique in its project: the job's id
        subdomain{};                                ///< of the documentation it works on; empty: not told
    std::optional<std::string> branch{};            ///< the Git branch; empty until there is one
    bool halted = false;                            ///< it has ended, for whatever reason; `haulted` on the wire
    std::optional<halt_reason> reason{};            ///< empty: not told
    std::string reason_text{};                      ///< as the server wrote it
    std::optional<std::string> pull_request_link{}, ///< set when files were changed
        message_to_user{},                          ///< the agent's own words at the end
        user_id{},                                  ///< of the user who created it
        title{};                                    ///< that the service gave it
    std::vector<todo> todos{};                      ///< its plan, in order
    std::optional<timestamp> created_at{};          ///< by the server's clock
    cojob::unknown_members unknown_members{};       ///< what else the server wrote; not compared

    /// Whether nothing has changed between two looks: what `watch_job` compares.
    friend bool operator==(const agent_session& a, const agent_session& b)
    {
        return a.session_id == b.session_id && a.subdomain == b.subdomain && a.branch == b.branch &&
               a.halted == b.halted && a.reason == b.reason && a.reason_text == b.reason_text &&
               a.pull_request_link == b.pull_request_link && a.message_to_user == b.message_to_user &&
               a.user_id == b.user_id && a.title == b.title && a.todos == b.todos && a.created_at == b.created_at;
    }
};

/// A page of a list.
struct session_page {
    std::vector<agent_session> items{}; ///< those that could be read
    std::size_t skipped = 0;            ///< those without an id, or without `haulted`; each had a place in the list
};

/// What `job_api` asks a job: its id.
[[nodiscard]] inline const std::string& job_id(const agent_session& s) noexcept
{
    return s.session_id;
}

/// What `job_api` asks a job. This API has no states: the reason, where there is one, else `halted` or `processing`.
[[nodiscard]] inline std::string status_text(const agent_session& s)
{
    return !s.reason_text.empty() ? s.reason_text : s.halted ? "halted" : "processing";
}

/// Whether it has ended: it has halted, for whatever reason.
[[nodiscard]] inline bool is_finished(const agent_session& s) noexcept
{
    return s.halted;
}

/// Whether it goes on for a reason that nobody knows.
[[nodiscard]] inline bool is_unknown(const agent_session& s) noexcept
{
    return !s.halted && s.reason == halt_reason::unknown;
}

} // namespace cojob::mintlify

#endif
