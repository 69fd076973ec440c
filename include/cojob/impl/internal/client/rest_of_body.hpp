#ifndef COJOB_IMPL_INTERNAL_CLIENT_REST_OF_BODY_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_REST_OF_BODY_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/client/call_record.hpp>
#include <cojob/impl/internal/client/client_state.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace cojob::detail {

inline asio::awaitable<void> run_read_rest(call_ptr call, std::shared_ptr<operation> op)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto& client = *call->client;
    const client_state::running_guard running(client, op);
    op->set_deadline(std::min(call->op.deadline(), after(op->time().now(), client.options.timeouts.attempt)));
    auto& body = call->response.body;
    while (body.size() < client.options.limits.body_bytes && !op->is_stopped()) {
        const auto part = co_await call->rest->read(*op);
        client.counters.received += part.bytes_received;
        body.append(part.text, 0, client.options.limits.body_bytes - body.size());
        if (part.error || part.is_last)
            break;
    }
    call->rest.reset();
}

/// Reads the rest of a streamed body into the response, within the limits of a response that is not streamed. Completes
/// on the caller's executor. If the body ends early, that is no error: the call has succeeded, and the beginning may be
/// enough.
inline asio::awaitable<void> read_rest(call_ptr call)
{
    if (!call->rest)
        co_return;
    auto op = share<operation>(call->client->alarm);
    auto inner = run_read_rest(std::move(call), op);
    co_await hop(std::move(op), std::move(inner));
}

} // namespace cojob::detail

#endif
