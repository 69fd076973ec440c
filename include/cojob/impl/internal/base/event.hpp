#ifndef COJOB_IMPL_INTERNAL_BASE_EVENT_HPP
#define COJOB_IMPL_INTERNAL_BASE_EVENT_HPP

#include <cojob/error.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace cojob::detail {

/// To be awaited: an asynchronous operation of Asio's that is bound to the slot, and gives a tuple. `start` gets the
/// handler. An operation's `step_slot` has to be cleared afterwards.
template <class Signature, class Start>
[[nodiscard]] auto as_step(const asio::cancellation_slot& step_slot, Start start)
{
    return asio::async_initiate<const asio::as_tuple_t<asio::deferred_t>, Signature>(
        [](auto handler, const asio::cancellation_slot& slot, const Start& begin) {
            begin(asio::bind_cancellation_slot(slot, std::move(handler)));
        },
        asio::as_tuple(asio::deferred), step_slot, std::move(start));
}

/// To be awaited: the end of a timer. All coroutines wait by this one type, which compiles fastest.
[[nodiscard]] inline auto end_of(asio::steady_timer& timer, const asio::cancellation_slot& step_slot)
{
    return as_step<void(error_code)>(step_slot, [&timer](auto handler) { timer.async_wait(std::move(handler)); });
}

/// Something that happens: set by one side, awaited by the other, both on one strand. A timer without end is what
/// the waiting coroutine hangs on, so the context owns it and destroys it with the rest when it goes.
class event {
  public:
    explicit event(const asio::any_io_executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

    void set()
    {
        is_set_ = true;
        timer_.cancel();
    }
    void reset() noexcept { is_set_ = false; }
    [[nodiscard]] bool is_set() const noexcept { return is_set_; }

    /// Returns when it is set, or when the operation is stopped meanwhile.
    asio::awaitable<void> wait(operation& op)
    {
        if (is_set_)
            co_return;
        co_await end_of(timer_, op.step_slot());
        op.step_slot().clear();
    }

  private:
    asio::steady_timer timer_;
    bool is_set_ = false;
};

/// Suspends until it happens, until then, by the operation's clock, or until the operation is stopped.
inline asio::awaitable<void> wait_until(operation& op, event& happening, time_point when)
{
    if (op.is_stopped() || happening.is_set())
        co_return;
    const auto alarm = op.time().make_alarm(op.executor());
    if (when != time_point::max())
        alarm->set(when, [&happening] { happening.set(); });
    co_await happening.wait(op);
}

/// Suspends until then, or until the operation is stopped.
inline asio::awaitable<void> sleep_until(operation& op, time_point when)
{
    event over(op.executor());
    co_await wait_until(op, over, when);
}

/// Suspends until other handlers of the executor have had their turn. A timer, because events have the same: to await a
/// `post` costs a user's compiler twenty functions more.
inline asio::awaitable<void> let_others_run(const asio::any_io_executor& executor)
{
    asio::steady_timer over(executor, asio::steady_timer::time_point());
    co_await end_of(over, asio::cancellation_slot());
}

} // namespace cojob::detail

#endif
