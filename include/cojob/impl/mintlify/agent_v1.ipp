#ifndef COJOB_IMPL_MINTLIFY_AGENT_V1_IPP
#define COJOB_IMPL_MINTLIFY_AGENT_V1_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/client/event_source.hpp>
#include <cojob/impl/internal/client/rest_of_body.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/mintlify/agent_settings.hpp>
#include <cojob/impl/internal/mintlify/session_creation.hpp>
#include <cojob/impl/internal/mintlify/session_decode.hpp>
#include <cojob/mintlify/agent_v1.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::mintlify {

namespace detail {

using cojob::detail::append_query;
using cojob::detail::decode_response;
using cojob::detail::send;

inline asio::awaitable<agent_session> get_session(client c, settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->v1_call(c, "GET", {"job", id});
    call->request.job_id = std::move(id);
    co_await send(call);
    co_return decode_response(*call, agent_v1::api_name, decode_session, "sessionId");
}

inline asio::awaitable<session_page> list_sessions(client c, settings_ptr settings, session_query query)
{
    if (query.skip < 0)
        throw_invalid_argument("session_query::skip: must not be negative");
    const auto take = query.take.value_or(12);
    if (take < 1 || take > 100)
        throw_invalid_argument("session_query::take: must be from 1 to 100");
    const auto call = settings->v1_call(c, "GET", {"jobs"});
    append_query(call->request.wire.target, "skip", std::to_string(query.skip));
    append_query(call->request.wire.target, "take", std::to_string(take));
    co_await send(call);
    co_return decode_response(*call, agent_v1::api_name, decode_sessions);
}

inline asio::awaitable<std::vector<agent_session>> list_items(client c, settings_ptr settings, session_query query)
{
    auto page = co_await list_sessions(std::move(c), std::move(settings), query);
    co_return std::move(page.items);
}

/// Reads the page that begins `place` entries after the query's first.
inline asio::awaitable<cojob::detail::list_part<agent_session>> sessions_from(client c, settings_ptr settings,
                                                                              session_query query, std::size_t place)
{
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (place > 0)
        query.skip = static_cast<int>(std::min(most, query.skip + static_cast<std::int64_t>(place)));
    auto page = co_await list_sessions(std::move(c), std::move(settings), query);
    cojob::detail::list_part<agent_session> part;
    part.items = std::move(page.items);
    part.skipped = page.skipped;
    co_return part;
}

} // namespace detail

agent_v1::agent_v1(asio::any_io_executor executor, agent_options options)
    : agent_v1(client(std::move(executor)), std::move(options))
{
}

agent_v1::agent_v1(client c, agent_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::agent_settings>(client_, std::move(options)))
{
}

agent_v1::agent_v1(client c, settings_ptr settings) : client_(std::move(c)), settings_(std::move(settings)) {}

agent_v1 agent_v1::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> agent_v1::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string agent_v1::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle agent_v1::handle(const agent_session& session) const
{
    return cojob::detail::make_handle(client_, api_name, cojob::detail::in_use(settings_)->scope(), session.session_id);
}

asio::awaitable<agent_stream> agent_v1::create(client c, settings_ptr settings, create_session_request session)
{
    using cojob::detail::event_source;
    const auto call = detail::make_creation(c, *settings, session);
    co_await detail::send(call);
    auto objection = detail::objection_to(*call);
    if (!objection.empty() && cojob::detail::content_coding(call->response).empty())
        co_await cojob::detail::read_rest(call); // the body may contain the id and the reason
    const auto id = detail::session_id_of(*call);
    if (id) // the session exists, even if the response is invalid
        cojob::detail::note_created(c, api_name, settings->scope(), *id);
    else if (objection.empty())
        objection = "header X-Session-Id: missing, or not an id";
    if (!objection.empty())
        cojob::detail::throw_error(
            detail::describe_creation(*call, id, {errc::invalid_response, std::move(objection)}));
    auto broken = detail::describe_creation(
        *call, id, {errc::outcome_unknown, "the event stream ended early; the session continues"});
    auto handle = cojob::detail::make_handle(c, api_name, settings->scope(), *id);
    std::optional<std::string> branch(call->response.header("X-Branch-Name"));
    auto source = cojob::detail::share<event_source>(*call, std::move(broken));
    co_return agent_stream(std::move(source), std::move(handle), std::move(branch));
}

asio::awaitable<agent_stream> agent_v1::create_job(create_session_request session) const
{
    return create(client_, cojob::detail::in_use(settings_), std::move(session));
}

asio::awaitable<agent_session> agent_v1::get_job(std::string_view id) const
{
    return detail::get_session(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<std::vector<agent_session>> agent_v1::list_jobs(session_query query) const
{
    return detail::list_items(client_, cojob::detail::in_use(settings_), query);
}

asio::awaitable<session_page> agent_v1::list_page(session_query query) const
{
    return detail::list_sessions(client_, cojob::detail::in_use(settings_), query);
}

pager<agent_session> agent_v1::all_jobs(session_query query) const
{
    query.take = query.take.value_or(100);
    const auto size = static_cast<std::size_t>(std::max(1, *query.take));
    const auto first = static_cast<std::size_t>(std::max(0, query.skip));
    auto fetch = [c = client_, settings = cojob::detail::in_use(settings_), query, size](std::size_t place,
                                                                                         std::size_t smaller) {
        auto next = query;
        if (smaller < size)
            next.take = static_cast<int>(smaller);
        return detail::sessions_from(c, settings, next, place);
    };
    return pager<agent_session>(
        cojob::detail::share<cojob::detail::pager_state<agent_session>>(std::move(fetch), size, first));
}

asio::awaitable<std::vector<agent_session>> agent_v1::list_unfinished() const
{
    return detail::list_items(client_, cojob::detail::in_use(settings_), {.skip = 0, .take = 100});
}

} // namespace cojob::mintlify

#endif
