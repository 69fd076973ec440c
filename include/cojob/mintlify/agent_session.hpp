#ifndef COJOB_MINTLIFY_AGENT_SESSION_HPP
#define COJOB_MINTLIFY_AGENT_SESSION_HPP

#include <cojob/clock.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cojob::mintlify {

/// Why a session has halted.
enum class halt_reason {
    completed,
    github_misconfigured,
    error,
    processing, ///< it has not
    interrupted,
    unknown, ///< a reason this version does not know: see `reason_text`
};

/// A step of a session. Priority and status are open sets.
struct todo {
    std::string id{}, content{}, status{}, priority{};

    friend bool operator==(const todo&, const todo&) = default;
};

/// A job of the Mintlify agent API, v1. Texts are the server's: escape them before they are printed.
struct agent_session {
    agent_session() = default;

    std::string session_id{}, subdomain{};
    std::optional<std::string> branch{};
    bool halted = false;
    std::optional<halt_reason> reason{};
    std::string reason_text{}; ///< as the server wrote it
    std::optional<std::string> pull_request_link{}, message_to_user{}, user_id{}, title{};
    std::vector<todo> todos{};
    std::optional<timestamp> created_at{};

    friend bool operator==(const agent_session&, const agent_session&) = default;
};

[[nodiscard]] inline const std::string& job_id(const agent_session& s) noexcept
{
    return s.session_id;
}

/// This API has no states: the reason, where there is one.
[[nodiscard]] inline std::string status_text(const agent_session& s)
{
    return !s.reason_text.empty() ? s.reason_text : s.halted ? "halted" : "processing";
}

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
