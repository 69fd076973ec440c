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

/// Enables all types of cancellation. A cancellation that arrived before this first step cancels the operation at once.
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
    // Otherwise the last step of co_spawn would throw out of `run()` after an operation that was cancelled and never
    // suspended.
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
    asked_ |= static_cast<unsigned>(type); // the first step may run before the function that is dispatched here
    asio::dispatch(strand_, [self = shared_from_this(), type] { self->emit(type); });
}

void started_operation::emit(asio::cancellation_type type)
{
    if (type != asio::cancellation_type::none && has_begun_ && !is_over_)
        signal_.emit(type);
}

} // namespace cojob::detail

#endif
