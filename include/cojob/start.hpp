#ifndef COJOB_START_HPP
#define COJOB_START_HPP

#include <cojob/client.hpp>
#include <cojob/detail/started_operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>

#include <exception>
#include <utility>

namespace cojob {

/// Runs an operation from code that is not a coroutine, and completes through a completion token: a callback,
/// `asio::use_future`, `asio::deferred`, `asio::detached` and others.
///
/// The completion signature is that of `asio::co_spawn`: `void(std::exception_ptr, T)`, without the value for
/// `awaitable<void>`. After a failure the exception is set and the value is `T()`, so `T` must be default
/// constructible. `use_future` and `use_awaitable` throw the exception. For a value instead of an exception, start
/// `as_result(operation)`: `asio::redirect_error` does not affect exceptions, and an `error_code` would lose
/// `error_info`. There is no default token, because a forgotten `deferred` does nothing and `detached` loses every
/// failure.
///
/// The operation is moved, and runs on a strand of the executor. The completion handler is posted, and invoked on its
/// associated executor, by default the given executor. It is never invoked within `start`, nor on the strand of the
/// operation or of a client. Until then its execution context has outstanding work. Its associated allocator is used
/// where the executor accepts one; an `any_io_executor` does not.
///
/// Errors: those of the operation, as exceptions of any type. Cancellation: all types, through the handler's
/// cancellation slot, forwarded to the operation unchanged. Unlike with `co_spawn`, total and partial cancellation are
/// enabled. Emit the signal on the handler's executor. An operation that is cancelled before its first step never
/// starts. A cancellation that coincides with the end of the operation is harmless; with `co_spawn` of Asio before 1.28
/// it is not if an executor is bound. Preconditions: the executor is not empty; no execution context is destroyed while
/// a handler that runs on it is pending elsewhere. Thread safety: any thread may call it. Throws only if the allocation
/// of its own state throws.
///
/// \code
/// std::future<agent_job> made = cojob::start(context, agent.create_job("Document it"), asio::use_future);
/// cojob::start(context, cojob::wait_for_job(agent, id), [](std::exception_ptr failure, agent_job job) { … });
/// \endcode
template <class T, BOOST_ASIO_COMPLETION_TOKEN_FOR(detail::start_signature_t<T>) CompletionToken>
    requires detail::startable<T>
auto start(asio::any_io_executor executor, asio::awaitable<T> operation, CompletionToken&& token)
{
    return asio::async_initiate<CompletionToken, detail::start_signature_t<T>>(
        detail::start_initiation<T>(), token, std::move(executor), std::move(operation));
}

/// The same, on the executor of an execution context such as an `io_context`.
template <detail::execution_context Context, class T,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(detail::start_signature_t<T>) CompletionToken>
    requires detail::startable<T>
auto start(Context& context, asio::awaitable<T> operation, CompletionToken&& token)
{
    return cojob::start(asio::any_io_executor(context.get_executor()), std::move(operation),
                        std::forward<CompletionToken>(token));
}

} // namespace cojob

#endif
