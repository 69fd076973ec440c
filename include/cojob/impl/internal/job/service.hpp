#ifndef COJOB_IMPL_INTERNAL_JOB_SERVICE_HPP
#define COJOB_IMPL_INTERNAL_JOB_SERVICE_HPP

#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/base/decode_context.hpp>
#include <cojob/impl/internal/base/json_reader.hpp>
#include <cojob/impl/internal/base/same_id.hpp>
#include <cojob/impl/internal/base/without_key.hpp>
#include <cojob/impl/internal/client/call.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/odd_members.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/job/handle.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// The id of a job that a request has made, where the answer tells it although it is not what it should be.
inline std::string created_id(const prepared_call& request, std::string_view body, std::string_view id_member)
{
    if (request.effect != effect::once)
        return {};
    if (!request.job_id.empty())
        id_member = "job_id"; // the other would be the job asked about
    return std::string(cut_at_character(find_json_id(body, id_member.empty() ? "id" : id_member), 1024));
}

/// An answer that is not what it should be: which request it was to, and which job where that can be read.
[[noreturn]] inline void throw_undecodable(const call_record& call, const api_error& failure,
                                           std::string_view id_member)
{
    auto info = describe_undecodable(call, failure.info());
    if (const auto id = created_id(call.request, call.response.body, id_member); !id.empty())
        info.job_id = without_key(id, call.request.wire.authorization);
    throw_error(std::move(info));
}

/// Decodes the body of a success; what was odd in it is told to the observer.
/// \param id_member Of an answer about one job the member that has its id. A proxy or a cache that mixes answers up
/// would end the wait for another job. Of a creation the member that has the new id.
template <class T>
T decode_response(const call_record& call, std::string_view api, T (*decode)(const json_reader&),
                  std::string_view id_member = {})
{
    try {
        if (auto objection = coding_objection(call.request.wire, call.response); !objection.empty())
            throw_error({errc::invalid_response, std::move(objection)});
        const json_document document(call.response.body, call.client->options.limits.json_depth);
        decode_context context(document, key_of(call.request.wire.authorization));
        const json_reader root(context);
        auto decoded = decode(root);
        if constexpr (requires { job_id(decoded); })
            if (!id_member.empty() && !call.request.job_id.empty() && !is_same_id(job_id(decoded), call.request.job_id))
                root.member(id_member).fail("not the requested job");
        if (!context.odd().empty())
            report_odd_members(*call.client, api, context.odd());
        return decoded;
    } catch (const api_error& failure) {
        throw_undecodable(call, failure, id_member);
    }
}

/// A job was made now: a wait for it by plain id knows.
inline void note_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    const auto& state = client_state::of(c);
    state->extension<job_memory>()->created({std::string(api), std::move(scope), std::move(id)}, state->time().now());
}

/// Decodes the answer to a creation. The client remembers the job, even if only its id can be read.
/// \param id_member as for `decode_response`; empty for a job that is made from another one
template <class Created>
Created decode_creation(const client& c, const call_record& call, std::string_view api, const std::string& scope,
                        Created (*decode)(const json_reader&), std::string_view id_member)
{
    try {
        auto created = decode_response(call, api, decode, id_member);
        note_created(c, api, scope, job_id(created));
        return created;
    } catch (const api_error& failure) {
        if (const auto& id = failure.info().job_id; id != call.request.job_id)
            note_created(c, api, scope, id);
        throw;
    }
}

/// Whether this client has created that job, and was told so.
inline bool is_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    const auto& state = client_state::of(c);
    const auto known =
        state->extension<job_memory>()->find({std::string(api), std::move(scope), std::move(id)}, state->time().now());
    return known.created.has_value();
}

/// A job, and what this client did to it.
inline job_handle make_handle(const client& c, std::string_view api, std::string scope, std::string id)
{
    job_handle handle(std::string(api), std::move(scope), std::move(id));
    const auto& state = client_state::of(c);
    const auto now = state->time().now();
    const auto wall_now = state->time().wall_now();
    const auto known = state->extension<job_memory>()->find({handle.api, handle.scope, handle.id}, now);
    if (known.created)
        handle.created_at = wall_now - (now - *known.created);
    if (known.messaged)
        handle.messaged_at = wall_now - (now - *known.messaged);
    return handle;
}

} // namespace cojob::detail

#endif
