// The least that a file of a program with coroutines on Asio costs: an awaitable, a co_spawn, a timer.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;

namespace {

asio::awaitable<int> wait()
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
    co_return 0;
}

} // namespace

int main()
{
    asio::io_context context;
    asio::co_spawn(context, wait(), [](std::exception_ptr e, int result) {
        if (e)
            std::rethrow_exception(e);
        std::cout << result << '\n';
    });
    context.run();
}
