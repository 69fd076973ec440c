#ifndef TESTS_SUPPORT_HOP_AND_RETURN_HPP
#define TESTS_SUPPORT_HOP_AND_RETURN_HPP

#include <cojob/impl/internal/base/hop.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace tests {

namespace asio = boost::asio;

template <class T>
asio::awaitable<void> keep(std::shared_ptr<cojob::operation> op, asio::awaitable<T> inner,
                           std::shared_ptr<std::optional<T>> result)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    op->begin();
    *result = co_await std::move(inner);
}

/// Runs a coroutine on the operation's executor and brings its result to the caller's.
template <class T>
asio::awaitable<T> hop_and_return(std::shared_ptr<cojob::operation> op, asio::awaitable<T> inner)
{
    const auto result = std::make_shared<std::optional<T>>();
    auto kept = keep(op, std::move(inner), result);
    co_await cojob::detail::hop(std::move(op), std::move(kept));
    co_return std::move(**result);
}

} // namespace tests

#endif
