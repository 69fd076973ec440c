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

/// A call that has succeeded: the response and the attempts.
using completed_call_ptr = std::shared_ptr<const call_record>;

/// Sends a request, with retries. Completes on the caller's executor.
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

/// Adds the request and the response to the error of a success that cannot be decoded.
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

/// Sends a service's request. Returns the attempts too: an error in decoding contains them.
inline asio::awaitable<call_ptr> send(const client& c, api_request request)
{
    return send_call(client_state::of(c), std::move(request), client_state::settings_of(c));
}

/// Like send(), but a success completes when the headers have arrived. The body is in `rest`, or in the response if the
/// transport does not stream.
inline asio::awaitable<call_ptr> send_streamed(const client& c, api_request request)
{
    return send_call(client_state::of(c), std::move(request), client_state::settings_of(c), true);
}

} // namespace cojob::detail

#endif
