#ifndef COJOB_RESULT_HPP
#define COJOB_RESULT_HPP

#include <cojob/error.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/result.hpp>

#include <utility>

namespace cojob {

/// A value, or the details of a failure.
template <class T>
using result = boost::system::result<T, error_info>;

/// Awaits an operation and returns its failure instead of throwing. The `code()` of a cancellation is
/// `asio::error::operation_aborted`. An exception that is not a `system_error`, such as `std::bad_alloc`, propagates.
///
/// Cancellation: forwarded to the operation. Example:
/// `auto job = co_await cojob::as_result(agent.get_job(id))`.
template <class T>
asio::awaitable<result<T>> as_result(asio::awaitable<T> operation)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            co_return result<T>(boost::system::in_place_value);
        } else {
            co_return result<T>(boost::system::in_place_value, co_await std::move(operation));
        }
    } catch (const api_error& failure) {
        co_return result<T>(boost::system::in_place_error, failure.info());
    } catch (const boost::system::system_error& failure) {
        co_return result<T>(boost::system::in_place_error, error_info(failure.code()));
    }
}

} // namespace cojob

#endif
