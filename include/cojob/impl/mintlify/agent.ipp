#ifndef COJOB_IMPL_MINTLIFY_AGENT_IPP
#define COJOB_IMPL_MINTLIFY_AGENT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/job/job_memory.hpp>
#include <cojob/impl/internal/job/service.hpp>
#include <cojob/impl/internal/mintlify/agent_decode.hpp>
#include <cojob/impl/internal/mintlify/agent_settings.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace cojob::mintlify {

namespace detail {

using cojob::detail::client_state;
using cojob::detail::decode_creation;
using cojob::detail::decode_response;
using cojob::detail::job_memory;
using cojob::detail::send;

inline call_ptr post(const client& c, const agent_settings& settings, std::initializer_list<std::string_view> below,
                     const std::string& prompt)
{
    check_text(prompt, "prompt");
    auto call = settings.v2_call(c, "POST", below);
    call->request.quota_pool = settings.pool();
    cojob::detail::set_json(call->request.wire, boost::json::serialize(boost::json::object{{"prompt", prompt}}));
    return call;
}

/// The arguments are checked when the operation is awaited: a call expression does not throw.
inline asio::awaitable<agent_job> create_job(client c, settings_ptr settings, std::string prompt)
{
    const auto call = post(c, *settings, {"job"}, prompt);
    co_await send(call);
    co_return decode_creation(c, *call, agent::api_name, settings->scope(), decode_created_job, "id");
}

inline asio::awaitable<agent_job> get_job(client c, settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->v2_call(c, "GET", {"job", id});
    call->request.job_id = std::move(id);
    co_await send(call);
    co_return decode_response(*call, agent::api_name, decode_agent_job, "id");
}

inline asio::awaitable<agent_job> send_message(client c, settings_ptr settings, std::string id, std::string prompt)
{
    check_segment(id, "id");
    const auto call = post(c, *settings, {"job", id, "message"}, prompt);
    call->request.job_id = id;
    const auto& state = client_state::of(c);
    const auto note = [&] {
        state->extension<job_memory>()->messaged({std::string(agent::api_name), settings->scope(), id},
                                                 state->time().now());
    };
    try {
        co_await send(call);
    } catch (const api_error& failure) {
        if (failure.code() == errc::outcome_unknown) // the server may have received the message
            note();
        throw;
    }
    note();
    co_return decode_response(*call, agent::api_name, decode_created_job, "id");
}

} // namespace detail

agent::agent(asio::any_io_executor executor, agent_options options)
    : agent(client(std::move(executor)), std::move(options))
{
}

agent::agent(client c, agent_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::agent_settings>(client_, std::move(options)))
{
}

agent::agent(client c, std::shared_ptr<const detail::agent_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

agent agent::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> agent::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string agent::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle agent::handle(const agent_job& job) const
{
    return cojob::detail::make_handle(client_, api_name, cojob::detail::in_use(settings_)->scope(), job.id);
}

asio::awaitable<agent_job> agent::create_job(std::string_view prompt) const
{
    return detail::create_job(client_, cojob::detail::in_use(settings_), std::string(prompt));
}

asio::awaitable<agent_job> agent::get_job(std::string_view id) const
{
    return detail::get_job(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<agent_job> agent::send_message(std::string_view id, std::string_view prompt) const
{
    return detail::send_message(client_, cojob::detail::in_use(settings_), std::string(id), std::string(prompt));
}

} // namespace cojob::mintlify

#endif
