#ifndef COJOB_IMPL_INTERNAL_BASE_RUN_LATER_HPP
#define COJOB_IMPL_INTERNAL_BASE_RUN_LATER_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <utility>

namespace cojob::detail {

/// Posts a function, whatever it is, as one type: each that is posted by itself costs a user's compiler ten functions.
/// For what does not happen with every request.
inline void run_later(const asio::any_io_executor& executor, std::function<void()> function)
{
    asio::post(executor, std::move(function));
}

/// The same, but at once if this thread is running the executor.
inline void run_soon(const asio::any_io_executor& executor, std::function<void()> function)
{
    asio::dispatch(executor, std::move(function));
}

} // namespace cojob::detail

#endif
