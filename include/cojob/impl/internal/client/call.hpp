#ifndef COJOB_IMPL_INTERNAL_CLIENT_CALL_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_CALL_HPP

#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/base/without_key.hpp>
#include <cojob/impl/internal/client/call_record.hpp>
#include <cojob/impl/internal/client/call_run.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace cojob::detail {

/// A success, and what it took.
using answer_ptr = std::shared_ptr<const call_record>;

/// A whole call, on the caller's executor.
inline asio::awaitable<call_ptr> send_call(std::shared_ptr<client_state> state, api_request request,
                                           call_settings settings, bool streams_body = false)
{
    co_await accept_every_cancellation();
    auto call = std::make_shared<call_record>(std::move(state), std::move(request), std::move(settings));
    call->request.streams_body = streams_body;
    if (call->client->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    auto inner = call_run::run(call);
    co_await hop(operation_of(call), std::move(inner));
    if (call->thrown)
        std::rethrow_exception(call->thrown);
    if (call->failure.code())
        throw_error(std::move(call->failure));
    co_return call;
}

/// For a success that is not what it should be: tells which request and which answer it was.
inline error_info describe_undecodable(const call_record& call, error_info info)
{
    const auto& request = call.request.api;
    info.method = request.method;
    info.path = without_key(call.request.wire.target, call.request.wire.authorization);
    info.http_status = call.response.status;
    info.attempts = call.attempts;
    add_server_headers(info, call.response, call.request.wire.authorization); // a provider's key too
    info.job_id = without_key(request.job_id, call.request.wire.authorization);
    return info;
}

inline asio::awaitable<http::response> send_response(std::shared_ptr<client_state> state, api_request request,
                                                     call_settings settings)
{
    const auto call = co_await send_call(std::move(state), std::move(request), std::move(settings));
    auto objection = call->response.body.empty() ? std::string() : coding_objection(call->request.wire, call->response);
    if (!objection.empty())
        throw_error(describe_undecodable(*call, {errc::invalid_response, std::move(objection)}));
    co_return std::move(call->response);
}

/// For services: the answer with the attempts it took, for the error when it does not decode.
inline asio::awaitable<call_ptr> send(const client& c, api_request request)
{
    return send_call(client_state::of(c), std::move(request), client_state::settings_of(c));
}

/// The same, ended by the head of a success; its body is in `rest`, or in the response where the transport knows no
/// streams.
inline asio::awaitable<call_ptr> send_streamed(const client& c, api_request request)
{
    return send_call(client_state::of(c), std::move(request), client_state::settings_of(c), true);
}

} // namespace cojob::detail

#endif
