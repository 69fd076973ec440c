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

/// Runs an operation from code that is not a coroutine, and completes as the completion token says: a callback,
/// `asio::use_future`, `asio::deferred`, `asio::detached` and others.
///
/// The completion signature is that of `asio::co_spawn`: `void(std::exception_ptr, T)`, without the value for
/// `awaitable<void>`. After a failure the exception is set, and the value is `T()`; so `T` needs a default constructor.
/// `use_future` and `use_awaitable` throw the exception. For a value instead of an exception start
/// `as_result(operation)`: `asio::redirect_error` does not act on an exception, and an `error_code` would lose
/// `error_info`. There is no default token: `deferred` would do nothing where it is forgotten, `detached` would lose
/// every failure.
///
/// The operation is moved, and runs on a strand of the executor. The completion handler is posted to the executor, and
/// runs on its associated executor; by default, that is the executor. It never runs inside `start`, nor on the strand
/// of the operation or of a client. Its context is kept at work until then. Its associated allocator is used to hand it
/// to an executor that takes one; an `any_io_executor` does not.
///
/// Errors: those of the operation, as exceptions, whatever their type. Cancellation: through the handler's cancellation
/// slot, all types, passed on to the operation as they are; unlike with `co_spawn`, total and partial cancellation are
/// enabled. Emit the signal on the handler's executor. An operation that is cancelled before its first step never
/// begins. A cancellation that meets the end of the operation is harmless; with `co_spawn` of Asio before 1.28 it is
/// not where an executor is bound. Preconditions: the executor is not empty; a context must not be destroyed while a
/// handler that runs on it is pending elsewhere. Thread safety: may be called from any thread. Throws only what the
/// allocation of its own state throws.
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

/// The same, on the executor of an execution context, such as an `io_context`.
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
