#ifndef COJOB_IMPL_INTERNAL_BASE_HOP_HPP
#define COJOB_IMPL_INTERNAL_BASE_HOP_HPP

#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/serial_executor.hpp>
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

/// \throws boost::system::system_error `operation_aborted` if a cancellation has been delivered
inline void throw_if_cancelled(const asio::cancellation_state& state)
{
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

/// How every public operation begins. A coroutine answers to terminal cancellation only unless it says otherwise, and
/// saying so forgets a cancellation that has been delivered already.
inline asio::awaitable<void> accept_every_cancellation()
{
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
}

/// Is called when a coroutine has ended, on its strand; not at all if the context is destroyed before.
class completion {
  public:
    completion() = default;
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;
    virtual ~completion() = default;

    virtual void complete(std::exception_ptr thrown) = 0;
};

/// Begins a coroutine on a strand, which it keeps at work, to be cancelled through a slot that somebody owns. There is
/// one `co_spawn` for all of them, and results go through what both sides share: each type that it completes with costs
/// half a second to compile. A cancellation before the first step of the body has to be held back: Asio throws it out
/// of `run()`, and no completion is called.
inline void spawn(const asio::any_io_executor& executor, asio::cancellation_slot slot,
                  std::shared_ptr<void> owner_of_slot, asio::awaitable<void> body, std::shared_ptr<completion> to)
{
    struct ended {
        asio::any_io_executor work;
        std::shared_ptr<void> owner_of_slot;
        std::shared_ptr<completion> to;

        void operator()(std::exception_ptr thrown) const
        {
            if (to)
                to->complete(std::move(thrown));
        }
    };
    asio::co_spawn(
        executor, std::move(body),
        asio::bind_cancellation_slot(slot, ended{at_work(executor), std::move(owner_of_slot), std::move(to)}));
}

/// What a cancellation through an operation reaches.
enum class reach {
    coroutine, ///< whatever its coroutine awaits
    steps      ///< what is bound to `operation::step_slot`; costs less
};

/// The same on the operation's executor, to be cancelled through the operation. The body calls `operation::begin` in
/// its first step.
inline void spawn(std::shared_ptr<operation> op, asio::awaitable<void> body, std::shared_ptr<completion> to,
                  reach cancelled = reach::coroutine)
{
    op->hold_cancellation();
    const auto slot = cancelled == reach::steps ? asio::cancellation_slot() : op->slot();
    detail::spawn(op->executor(), slot, op, std::move(body), std::move(to));
}

/// The end of a coroutine comes to the one who awaits it: on the caller's executor, which it keeps at work until then,
/// and never from inside the client's strand. It is no handler with that executor: with one, `co_spawn` would dispatch
/// cancellations with a raw pointer to what may be gone by then.
template <class Handler>
class return_to_caller final : public completion {
  public:
    explicit return_to_caller(Handler handler)
        : executor_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler))
    {
    }

    /// The caller's context is kept at work until this returns, so that it is there until then.
    void complete(std::exception_ptr thrown) override
    {
        if (std::exchange(is_completed_, true))
            return;
        asio::require(executor_, asio::execution::blocking.never)
            .execute([handler = std::move(handler_), thrown = std::move(thrown)]() mutable {
                auto slot = asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected())
                    slot.clear();
                std::move(handler)(std::move(thrown));
            });
    }

  private:
    using caller_executor = std::decay_t<decltype(asio::prefer(
        asio::get_associated_executor(std::declval<const Handler&>()), asio::execution::outstanding_work.tracked))>;

    caller_executor executor_;
    Handler handler_;
    bool is_completed_ = false;
};

/// Starts an operation whose end comes back to its caller. `start` gets it and the completion; `cancel` gets it, on any
/// thread, with the caller's cancellation.
template <class Handler, class Operation, class Cancel, class Start>
void enter(Handler handler, const std::shared_ptr<Operation>& op, Cancel cancel, const Start& start)
{
    using back_type = return_to_caller<Handler>;
    std::shared_ptr<back_type> back;
    try {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            // Not an owner: the caller's signal may outlive the context, and what the operation runs on must not.
            slot.assign([weak = std::weak_ptr(op), cancel](asio::cancellation_type type) {
                if (const auto live = weak.lock())
                    cancel(live, type);
            });
        back = std::make_shared<back_type>(std::move(handler));
        start(op, back);
    } catch (...) { // out of here it would end in `run()`, and the caller would never go on
        if (!back)
            back_type(std::move(handler)).complete(std::current_exception());
        else
            back->complete(std::current_exception());
    }
}

/// To be awaited: runs a coroutine on the operation's executor and returns to the caller's, with what it threw. A
/// cancellation by the caller is dispatched to the operation's executor and decided there.
///
/// Why not `co_await co_spawn(strand, inner, use_awaitable)`: before Asio 1.28 its cancellation handler keeps a raw
/// pointer, and a cancellation that meets the end of `inner` uses it after it is gone (Asio issue 1332).
[[nodiscard]] inline auto hop(std::shared_ptr<operation> op, asio::awaitable<void> inner,
                              reach cancelled = reach::coroutine)
{
    auto initiation = [cancelled](auto handler, const std::shared_ptr<operation>& run, asio::awaitable<void> body) {
        const auto cancel = [](const std::shared_ptr<operation>& live, asio::cancellation_type type) {
            asio::dispatch(live->executor(), [live, type] { live->cancel(type); });
        };
        detail::enter(std::move(handler), run, cancel,
                      [&](const std::shared_ptr<operation>& begun, std::shared_ptr<completion> back) {
                          spawn(begun, std::move(body), std::move(back), cancelled);
                      });
    };
    return asio::async_initiate<const asio::deferred_t, void(std::exception_ptr)>(initiation, asio::deferred,
                                                                                  std::move(op), std::move(inner));
}

/// What becomes of a cancellation of the caller's coroutine while an operation runs in it. The filter stays there until
/// the next one replaces it, perhaps after the operation has ended.
class cancel_operation {
  public:
    explicit cancel_operation(std::weak_ptr<operation> op) : operation_(std::move(op)) {}

    asio::cancellation_type operator()(asio::cancellation_type type) const
    {
        if (const auto op = operation_.lock())
            op->cancel(type);
        return type;
    }

  private:
    std::weak_ptr<operation> operation_;
};

} // namespace cojob::detail

#endif
