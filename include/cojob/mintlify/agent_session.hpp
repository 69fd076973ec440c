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

using cojob::operator<<; // for argument-dependent lookup

/// Why a session has halted.
enum class halt_reason {
    completed,            ///< done
    github_misconfigured, ///< the service cannot work on the repository; `github_missconfigured` on the wire
    error,                ///< the session failed
    processing,           ///< the session has not halted
    interrupted,          ///< the session was stopped
    unknown,              ///< a reason this version does not know: see `reason_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(halt_reason value) noexcept
{
    return cojob::detail::enumerator_name(
        value, {"completed", "github_misconfigured", "error", "processing", "interrupted", "unknown"});
}

/// A step of the plan that the agent made for a session.
struct todo {
    std::string id{}, ///< unique in its session
        content{},    ///< what to do
        status{},     ///< an open set
        priority{};   ///< an open set

    /// Whether all members are equal.
    friend bool operator==(const todo&, const todo&) = default;
};

/// A job of the Mintlify agent API, v1. The texts are the server's: escape them before you print them.
struct agent_session {
    agent_session() = default;

    std::string session_id{},                       ///< unique in its project: the job's id
        subdomain{};                                ///< subdomain of the documentation; empty: not reported
    std::optional<std::string> branch{};            ///< the Git branch; empty until there is one
    bool halted = false;                            ///< whether the session has ended; `haulted` on the wire
    std::optional<halt_reason> reason{};            ///< empty: not reported
    std::string reason_text{};                      ///< as the server wrote it
    std::optional<std::string> pull_request_link{}, ///< URL; set if files were changed
        message_to_user{},                          ///< the agent's closing message
        user_id{},                                  ///< id of the user who created the session
        title{};                                    ///< chosen by the service
    std::vector<todo> todos{};                      ///< the agent's plan, in order
    std::optional<timestamp> created_at{};          ///< by the server's clock
    cojob::unknown_members unknown_members{};       ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
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
    std::vector<agent_session> items{}; ///< the sessions that could be decoded
    std::size_t skipped = 0;            ///< sessions without an id or without `haulted`; they count in offsets
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const agent_session& s) noexcept
{
    return s.session_id;
}

/// The status, for `job_api`. This API has none: the reason if there is one, otherwise `halted` or `processing`.
[[nodiscard]] inline std::string status_text(const agent_session& s)
{
    return !s.reason_text.empty() ? s.reason_text : s.halted ? "halted" : "processing";
}

/// Whether the session has halted.
[[nodiscard]] inline bool is_finished(const agent_session& s) noexcept
{
    return s.halted;
}

/// Whether the session has not halted and this version does not know its reason.
[[nodiscard]] inline bool is_unknown(const agent_session& s) noexcept
{
    return !s.halted && s.reason == halt_reason::unknown;
}

} // namespace cojob::mintlify

#endif
