#ifndef COJOB_IMPL_TESTING_SCRIPTED_TRANSPORT_IPP
#define COJOB_IMPL_TESTING_SCRIPTED_TRANSPORT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace cojob::testing {

namespace detail {

/// Waits on the operation's clock (`no_timeout`: without limit). Returns early when the operation is stopped.
inline asio::awaitable<void> wait_for(operation& op, duration length)
{
    if (length <= duration::zero() || op.is_stopped())
        co_return;
    asio::steady_timer until_rung(op.executor(), asio::steady_timer::time_point::max());
    const auto bell = op.time().make_alarm(op.executor());
    if (length != no_timeout)
        bell->set(cojob::detail::after(op.time().now(), length), [&until_rung] { until_rung.cancel(); });
    error_code ec; // the alarm and a cancellation give the same error; the caller checks the operation
    co_await until_rung.async_wait(asio::redirect_error(asio::use_awaitable, ec));
}

} // namespace detail

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
    co_await detail::wait_for(op, before_commit);
    if (op.is_stopped())
        co_return aborted;
    if (is_to_commit) {
        if (!exchange.commit())
            co_return aborted;
        exchange.reached = std::min(reply.reached, phase::awaiting_response);
        if (reply.on_arrival)
            reply.result.response = reply.on_arrival();
        const auto rest = reply.delay == no_timeout ? no_timeout : reply.delay - before_commit;
        co_await detail::wait_for(op, rest);
        if (op.is_stopped())
            co_return aborted;
    }
    exchange.reached = reply.reached;
    co_return std::move(reply.result);
}

} // namespace cojob::testing

#endif
