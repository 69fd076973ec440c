#ifndef COJOB_IMPL_STARTED_OPERATION_IPP
#define COJOB_IMPL_STARTED_OPERATION_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/started_operation.hpp>
#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/base/serial_executor.hpp>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace cojob::detail {

started_operation::started_operation(asio::any_io_executor executor)
    : executor_(std::move(executor)), strand_(serial_executor::on(executor_).for_users())
{
}

/// Every type of cancellation reaches the operation. One that came before this first step keeps it from beginning.
asio::awaitable<void> started_operation::run_all(std::shared_ptr<started_operation> self,
                                                 asio::awaitable<void> operation)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    self->has_begun_ = true;
    self->emit(static_cast<asio::cancellation_type>(self->asked_.load()));
    std::exception_ptr thrown;
    try {
        co_await std::move(operation);
    } catch (...) {
        thrown = std::current_exception();
    }
    self->is_over_ = true;
    // Or the last step of co_spawn, after an operation that was cancelled and never suspended, would throw, out of
    // `run()`.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (thrown)
        std::rethrow_exception(thrown);
}

void started_operation::run(asio::awaitable<void> operation)
{
    struct ended final : completion {
        explicit ended(std::shared_ptr<started_operation> s) : started(std::move(s)) {}
        void complete(std::exception_ptr thrown) override { started->complete(std::move(thrown)); }

        std::shared_ptr<started_operation> started;
    };
    const auto self = shared_from_this();
    detail::spawn(strand_, signal_.slot(), self, run_all(self, std::move(operation)), share<ended>(self));
}

void started_operation::cancel(asio::cancellation_type type)
{
    asked_ |= static_cast<unsigned>(type); // the first step may be about to run, before what is dispatched now
    asio::dispatch(strand_, [self = shared_from_this(), type] { self->emit(type); });
}

void started_operation::emit(asio::cancellation_type type)
{
    if (type != asio::cancellation_type::none && has_begun_ && !is_over_)
        signal_.emit(type);
}

} // namespace cojob::detail

#endif
