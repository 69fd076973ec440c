#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_SESSION_CREATION_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_SESSION_CREATION_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/client/call.hpp>
#include <cojob/impl/internal/client/server_message.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/impl/internal/mintlify/agent_settings.hpp>
#include <cojob/mintlify/agent_stream.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

// The creation of a session of API v1: its request and its response.
namespace cojob::mintlify::detail {

using cojob::detail::call_record;

inline std::string_view name_of(message_role role)
{
    switch (role) {
    case message_role::system: return "system";
    case message_role::user: return "user";
    case message_role::assistant: return "assistant";
    }
    throw_invalid_argument("create_session_request::messages: unknown role");
}

inline call_ptr make_creation(const client& c, const agent_settings& settings, const create_session_request& session)
{
    if (session.messages.empty())
        throw_invalid_argument("create_session_request::messages: must not be empty");
    boost::json::array messages;
    for (const auto& m : session.messages) {
        check_text(m.content, "create_session_request::messages");
        messages.push_back(boost::json::object{{"role", name_of(m.role)}, {"content", m.content}});
    }
    boost::json::object body{{"messages", std::move(messages)}};
    if (session.branch) {
        check_text(*session.branch, "create_session_request::branch");
        body["branch"] = *session.branch;
    }
    if (session.as_draft)
        body["asDraft"] = *session.as_draft;
    if (!session.model.empty()) {
        check_text(session.model, "create_session_request::model");
        body["model"] = session.model;
    }
    auto call = settings.v1_call(c, "POST", {"job"});
    auto& request = call->request;
    request.quota_pool = settings.pool();
    request.wire.headers = {{"Accept", "text/event-stream"}};
    cojob::detail::replace_common_headers(request.wire, request.wire.headers);
    cojob::detail::set_json(request.wire, boost::json::serialize(body));
    request.streams_body = true;
    return call;
}

/// The id, if calls accept it.
inline std::optional<std::string> usable_id(std::string_view id)
{
    try {
        check_segment(id, "session id");
        return std::string(id);
    } catch (const api_error&) {
        return std::nullopt;
    }
}

/// The id of the created session, from the header or a JSON body.
inline std::optional<std::string> session_id_of(const call_record& call)
{
    const auto& response = call.response;
    if (const auto header = response.header("X-Session-Id"))
        if (auto id = usable_id(*header))
            return id;
    return usable_id(cojob::detail::find_json_id(response.body, "sessionId")); // also if the rest is not valid JSON
}

/// Why the response is not an event stream; empty if it is.
inline std::string objection_to(const call_record& call)
{
    auto coding = cojob::detail::coding_objection(call.request.wire, call.response);
    if (!coding.empty())
        return coding;
    const auto type = call.response.header("Content-Type").value_or(std::string_view());
    const auto is_stream =
        cojob::detail::equal_ignoring_case(type.substr(0, type.find_first_of("; \t")), "text/event-stream");
    return is_stream ? std::string() : "header Content-Type: expected text/event-stream";
}

inline error_info describe_creation(const call_record& call, const std::optional<std::string>& session_id,
                                    error_info info)
{
    auto described = cojob::detail::describe_undecodable(call, std::move(info));
    described.job_id = cojob::detail::without_key(session_id.value_or(std::string()), call.request.wire.authorization);
    if (described.code() == errc::invalid_response)
        cojob::detail::add_words_of(described, call.response, call.client->options.limits,
                                    call.request.wire.authorization);
    return described;
}

} // namespace cojob::mintlify::detail

#endif
