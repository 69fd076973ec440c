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

/// Throws the error of a call that has failed.
inline void throw_failure(call_record& call)
{
    if (call.thrown)
        std::rethrow_exception(call.thrown);
    if (call.failure.code())
        throw_error(std::move(call.failure));
}

/// Sends a request, with retries. Completes on the caller's executor once the response, or the head of a streamed one,
/// is in the record.
inline asio::awaitable<void> send(call_ptr call)
{
    co_await accept_every_cancellation();
    if (call->client->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    const auto is_in_place = call->may_run_in_place() && co_await asio::this_coro::executor == call->client->executor;
    auto inner = call_run::run(call);
    if (is_in_place)
        co_await run_in_place(operation_of(call), std::move(inner), call->client->is_time_to_let_others_run());
    else
        co_await hop(operation_of(call), std::move(inner));
    throw_failure(*call);
}

/// Adds the request and the response to the error of a success that cannot be decoded.
inline error_info describe_undecodable(const call_record& call, error_info info)
{
    const auto& request = call.request;
    info.method = request.wire.method;
    info.path = without_key(request.wire.target, request.wire.authorization);
    info.http_status = call.response.status;
    info.attempts = call.all_attempts();
    add_server_headers(info, call.response, request.wire.authorization); // a provider's key too
    info.job_id = without_key(request.job_id, request.wire.authorization);
    return info;
}

inline asio::awaitable<http::response> send_request(std::shared_ptr<client_state> state, api_request request,
                                                    call_settings settings)
{
    co_await accept_every_cancellation();
    const auto call = std::make_shared<call_record>(std::move(state), settings);
    prepare(call->request, std::move(request));
    co_await send(call);
    auto objection = call->response.body.empty() ? std::string() : coding_objection(call->request.wire, call->response);
    if (!objection.empty())
        throw_error(describe_undecodable(*call, {errc::invalid_response, std::move(objection)}));
    co_return std::move(call->response);
}

} // namespace cojob::detail

#endif
