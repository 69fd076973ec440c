#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_SESSION_DECODE_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_SESSION_DECODE_HPP

#include <cojob/impl/internal/base/json_reader.hpp>
#include <cojob/mintlify/agent_session.hpp>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::mintlify::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

/// The vendor's spelling.
inline halt_reason parse_halt_reason(std::string_view text)
{
    using enum halt_reason;
    static constexpr std::array<std::pair<std::string_view, halt_reason>, 5> known{
        {{"completed", completed},
         {"github_missconfigured", github_misconfigured},
         {"error", error},
         {"processing", processing},
         {"interrupted", interrupted}}};
    for (const auto& [name, reason] : known)
        if (name == text)
            return reason;
    return unknown;
}

inline bool read_todo(const json_reader& json, todo& step)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "id")
            return member.read(step.id);
        if (name == "content")
            return member.read(step.content);
        if (name == "status")
            return member.read(step.status);
        return name == "priority" && member.read(step.priority);
    });
}

inline bool read_todos(const json_reader& json, std::vector<todo>& todos)
{
    return json.for_each_element([&](const json_reader& element) {
        todo step;
        const bool is_read = read_todo(element, step);
        if (is_read)
            todos.push_back(std::move(step));
        return is_read;
    });
}

inline bool read_reason(const json_reader& json, agent_session& s)
{
    if (!json.read(s.reason_text))
        return false;
    if (!json.is_null())
        s.reason = parse_halt_reason(s.reason_text);
    return true;
}

/// Returns whether `haulted` is present. The id is empty if it is missing.
inline bool read_session(const json_reader& json, agent_session& s)
{
    bool has_state = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "sessionId")
            return member.read_id(s.session_id);
        if (name == "subdomain")
            return member.read(s.subdomain);
        if (name == "branch")
            return member.read(s.branch);
        if (name == "haulted")
            return has_state = member.read_present(s.halted);
        if (name == "haultReason")
            return read_reason(member, s);
        if (name == "pullRequestLink")
            return member.read(s.pull_request_link);
        if (name == "messageToUser")
            return member.read(s.message_to_user);
        if (name == "userId")
            return member.read(s.user_id);
        if (name == "title")
            return member.read(s.title);
        if (name == "todos")
            return read_todos(member, s.todos);
        return name == "createdAt" && member.read(s.created_at);
    });
    s.unknown_members = json.end_job();
    return has_state;
}

inline agent_session decode_session(const json_reader& json)
{
    agent_session s;
    const bool has_state = read_session(json, s);
    if (s.session_id.empty())
        json.member("sessionId").fail("expected an id");
    if (!has_state)
        json.member("haulted").fail("expected true or false");
    return s;
}

inline session_page decode_sessions(const json_reader& json)
{
    session_page page;
    const auto all = json.member("allSessions");
    if (!all.is_array())
        all.fail("expected an array");
    all.for_each_element([&](const json_reader& item) {
        agent_session s;
        if (read_session(item, s) && !s.session_id.empty())
            page.items.push_back(std::move(s));
        else
            ++page.skipped;
        return true;
    });
    return page;
}

} // namespace cojob::mintlify::detail

#endif
