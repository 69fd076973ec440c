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
    if (call.failure)
        throw_error(std::move(*call.failure));
}

/// Sends a request, with retries. Completes on the caller's executor once the response, or the head of a streamed one,
/// is in the record. A caller on the client's executor runs the call within its own coroutine, if all that the call
/// awaits is bound to its steps. This is one coroutine, because each frame of each request counts.
inline asio::awaitable<void> send(call_ptr call)
{
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (call->client->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    const auto binds_steps = call->binds_steps();
    auto inner = call_run::run(call);
    if (!binds_steps || co_await asio::this_coro::executor != call->client->executor) {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        co_await hop(operation_of(call), std::move(inner), binds_steps ? reach::steps : reach::coroutine);
        throw_failure(*call);
        co_return;
    }
    co_await asio::this_coro::reset_cancellation_state(cancel_operation(operation_of(call)),
                                                       asio::enable_total_cancellation());
    const auto throws = co_await asio::this_coro::throw_if_cancelled();
    try {
        call->op.hold_cancellation(); // until the call has begun
        co_await std::move(inner);
    } catch (...) {
        call->thrown = std::current_exception();
    }
    try {
        if (call->client->is_time_to_let_others_run()) // calls that never suspend must not keep the thread
            co_await let_others_run(call->op.executor());
    } catch (...) { // the outcome matters more than the courtesy
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    throw_failure(*call);
}

/// Adds the request and the response to the error of a success that cannot be decoded.
inline error_info describe_undecodable(const call_record& call, error_info info)
{
    const auto& request = call.request;
    info.method = request.wire.method;
    info.path = without_key(request.visible_target(), request.wire.authorization);
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
