#ifndef COJOB_IMPL_TESTING_SCRIPTED_TRANSPORT_IPP
#define COJOB_IMPL_TESTING_SCRIPTED_TRANSPORT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>

namespace cojob::testing {

asio::awaitable<http::exchange_result> scripted_transport::send(const http::request& request, http::exchange& exchange)
{
    auto& op = exchange.operation;
    const http::exchange_result aborted{asio::error::operation_aborted};
    if (op.is_stopped())
        co_return aborted;
    requests_.push_back(request);
    auto reply = script_(request);
    const auto is_to_commit = reply.reached >= phase::sending;
    const auto before_commit = is_to_commit ? std::min(reply.commit_after, reply.delay) : reply.delay;
    exchange.reached = std::min(reply.reached, phase::connecting);
    if (before_commit > duration::zero())
        co_await cojob::detail::sleep_until(op, cojob::detail::after(op.time().now(), before_commit));
    if (op.is_stopped())
        co_return aborted;
    if (is_to_commit) {
        if (!exchange.commit())
            co_return aborted;
        exchange.reached = std::min(reply.reached, phase::awaiting_response);
        if (reply.on_arrival)
            reply.result.response = reply.on_arrival();
        const auto rest = reply.delay == no_timeout ? no_timeout : reply.delay - before_commit;
        if (rest > duration::zero())
            co_await cojob::detail::sleep_until(op, cojob::detail::after(op.time().now(), rest));
        if (op.is_stopped())
            co_return aborted;
    }
    exchange.reached = reply.reached;
    co_return std::move(reply.result);
}

} // namespace cojob::testing

#endif
