#ifndef COJOB_IMPL_INTERNAL_SERVICE_HPP
#define COJOB_IMPL_INTERNAL_SERVICE_HPP

#include <cojob/detail/json_reader.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/call.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/job/handle.hpp>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// The id of a job that a request has made, where the answer tells it although it is not what it should be.
inline std::string created_id(const api_request& request, const boost::json::value& body)
{
    const auto* const object = request.method == "POST" ? body.if_object() : nullptr;
    // Where the request was about a job, `id` is that one.
    const auto* const id = !object ? nullptr : object->if_contains(request.job_id.empty() ? "id" : "job_id");
    return id && id->is_string() ? std::string(cut_at_character(id->get_string(), 1024)) : std::string();
}

/// Decodes the body of a success. A failure tells which request it was, and which job where that can be read.
template <class Decode>
auto decode_response(const call_record& call, Decode decode)
{
    std::array<unsigned char, 4096> room; // for most bodies all there is to allocate
    boost::json::monotonic_resource memory(room.data(), room.size());
    boost::json::value body(&memory);
    try {
        if (auto objection = coding_objection(call.asked.wire, call.response); !objection.empty())
            throw_error({errc::invalid_response, std::move(objection)});
        body = parse_json(call.response.body, call.client->options.limits.json_depth, &memory);
        return decode(json_reader(body));
    } catch (const api_error& failure) {
        auto info = describe_undecodable(call, failure.info());
        if (auto id = created_id(call.asked.api, body); !id.empty())
            info.job_id = std::move(id);
        throw_error(std::move(info));
    }
}

/// A job was made now: a wait for it by plain id knows.
inline void note_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    const auto& state = client_state::of(c);
    state->extension<job_memory>()->created({std::string(api), std::move(scope), std::move(id)}, state->time().now());
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
