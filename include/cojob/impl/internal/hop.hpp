#ifndef COJOB_IMPL_INTERNAL_HOP_HPP
#define COJOB_IMPL_INTERNAL_HOP_HPP

#include <cojob/operation.hpp>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace cojob::detail {

/// How every public operation begins. A coroutine answers to terminal cancellation only unless it says otherwise, and
/// saying so forgets a cancellation that has been delivered already.
inline asio::awaitable<void> accept_every_cancellation()
{
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
}

/// How a coroutine on the other side has ended.
template <class T>
struct crossing {
    std::exception_ptr failure{};
    T result{};

    /// Throws what it threw.
    T value()
    {
        if (failure)
            std::rethrow_exception(failure);
        return std::move(result);
    }
};

/// Brings the end of the inner coroutine to the caller: on the caller's executor, which it keeps at work until then,
/// and never from inside the client's strand. It has no executor of its own: with one, `co_spawn` would dispatch
/// cancellations with a raw pointer to what may be gone by then.
template <class T, class Handler>
class landing {
  public:
    landing(std::shared_ptr<operation> op, Handler handler)
        : operation_(std::move(op)),
          executor_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler))
    {
    }

    void operator()(std::exception_ptr failure, T value)
    {
        asio::require(executor_, asio::execution::blocking.never)
            .execute([handler = std::move(handler_), result = crossing<T>{failure, std::move(value)}]() mutable {
                auto slot = asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected())
                    slot.clear();
                std::move(handler)(std::move(result));
            });
    }

  private:
    using caller_executor = std::decay_t<decltype(asio::prefer(
        asio::get_associated_executor(std::declval<const Handler&>()), asio::execution::outstanding_work.tracked))>;

    std::shared_ptr<operation> operation_; // its slot is what inner is bound to
    caller_executor executor_;
    Handler handler_;
};

/// To be awaited: runs a coroutine on the operation's executor and returns to the caller's with a `crossing` of its
/// result. A cancellation by the caller is dispatched to the operation's executor and decided there.
///
/// Why not `co_await co_spawn(strand, inner, use_awaitable)`: before Asio 1.28 its cancellation handler keeps a raw
/// pointer, and a cancellation that meets the end of `inner` uses it after it is gone (Asio issue 1332).
template <class T>
[[nodiscard]] auto cross(std::shared_ptr<operation> op, asio::awaitable<T> inner)
{
    auto initiation = [](auto handler, std::shared_ptr<operation> run, asio::awaitable<T> body) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            // Not an owner: the caller's signal may outlive the context, and the operation's executor must not.
            slot.assign([weak = std::weak_ptr(run)](asio::cancellation_type type) {
                if (const auto live = weak.lock())
                    asio::dispatch(live->executor(), [live, type] { live->cancel(type); });
            });
        const auto executor = run->executor();
        const auto body_slot = run->slot();
        asio::co_spawn(
            executor, std::move(body),
            asio::bind_cancellation_slot(body_slot, landing<T, decltype(handler)>(std::move(run), std::move(handler))));
    };
    return asio::async_initiate<const asio::deferred_t, void(crossing<T>)>(initiation, asio::deferred, std::move(op),
                                                                           std::move(inner));
}

/// The same for all that is not called often: one coroutine more.
template <class T>
asio::awaitable<T> hop(std::shared_ptr<operation> op, asio::awaitable<T> inner)
{
    auto landed = co_await cross(std::move(op), std::move(inner));
    co_return landed.value();
}

} // namespace cojob::detail

#endif
