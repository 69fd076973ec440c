#include "support/run.hpp"

#include <cojob/impl/internal/base/blocking.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace blocking_tests {

namespace asio = boost::asio;
using cojob::detail::run_blocking;

inline asio::awaitable<std::thread::id> thread_of_call()
{
    std::thread::id seen;
    co_await run_blocking([&seen] { seen = std::this_thread::get_id(); });
    BOOST_TEST((seen != std::this_thread::get_id()));
    co_return std::this_thread::get_id();
}

inline asio::awaitable<int> call_that_throws()
{
    try {
        co_await run_blocking([] { throw std::runtime_error("full"); });
    } catch (const std::runtime_error&) {
        co_return 1;
    }
    co_return 0;
}

/// Inline, as all: g++ warns of lambdas in the frames of other coroutines in a unity build. Begins a call that lasts
/// until it is let go.
inline asio::awaitable<bool> held_call(std::shared_future<void> let_go, std::promise<void>& begun)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    bool has_returned = false;
    co_await run_blocking([&] { // owns nothing: g++ 12 would destroy it twice
        begun.set_value();
        let_go.wait();
        has_returned = true;
    });
    co_return has_returned;
}

/// How many calls run, and how many ran at once.
struct call_count {
    std::atomic<std::size_t> begun{0}, running{0}, most{0}, ended{0};
};

inline asio::awaitable<void> counted_call(std::shared_future<void> let_go, call_count& count)
{
    co_await run_blocking([&] {
        const auto now = ++count.running;
        auto most = count.most.load();
        while (most < now && !count.most.compare_exchange_weak(most, now)) {
        }
        ++count.begun;
        let_go.wait();
        --count.running;
    });
    ++count.ended;
}

} // namespace blocking_tests

BOOST_AUTO_TEST_SUITE(a_blocking_call, *boost::unit_test::label("threads"))

using namespace blocking_tests;

BOOST_AUTO_TEST_CASE(runs_on_a_thread_of_its_own_and_returns_to_the_callers)
{
    asio::io_context context;
    const auto run = tests::start(context, thread_of_call());
    context.run();
    BOOST_TEST((run.get().value() == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(returns_what_the_function_threw)
{
    asio::io_context context;
    const auto run = tests::start(context, call_that_throws());
    context.run();
    BOOST_TEST(run.get().value() == 1);
}

BOOST_AUTO_TEST_CASE(ends_after_its_function_although_it_is_cancelled)
{
    asio::io_context context;
    std::promise<void> let_go, begun;
    auto run = tests::start(context, held_call(let_go.get_future().share(), begun));
    context.poll();
    begun.get_future().wait();
    run.cancel(asio::cancellation_type::terminal);
    context.poll();
    BOOST_TEST(!run.is_done());
    let_go.set_value();
    context.run();
    BOOST_TEST(run.get().value());
}

BOOST_AUTO_TEST_CASE(takes_its_turn_where_there_are_many)
{
    asio::io_context context;
    std::promise<void> let_go;
    const auto later = let_go.get_future().share();
    call_count count;
    for (int i = 0; i < 100; ++i)
        static_cast<void>(tests::start(context, counted_call(later, count)));
    context.poll();
    while (count.begun < cojob::detail::blocking_calls::most_threads)
        std::this_thread::yield();
    let_go.set_value();
    context.run();
    BOOST_TEST(count.ended == 100U);
    BOOST_TEST(count.most == cojob::detail::blocking_calls::most_threads);
}

BOOST_AUTO_TEST_CASE(is_waited_for_by_a_context_that_goes)
{
    std::promise<void> let_go, begun;
    std::atomic<bool> has_returned = false;
    std::thread letting_go;
    {
        asio::io_context context;
        const auto run = tests::start(context, [](auto later, auto& first, auto& end) -> asio::awaitable<void> {
            const auto held = [&first, &end, later] { // a variable: g++ 12 would destroy a temporary twice
                first.set_value();
                later.wait();
                end = true;
            };
            co_await run_blocking(held);
        }(let_go.get_future().share(), begun, has_returned));
        context.poll();
        begun.get_future().wait();
        letting_go = std::thread([&] {
            std::this_thread::yield();
            let_go.set_value();
        });
    }
    BOOST_TEST(has_returned);
    letting_go.join();
}

BOOST_AUTO_TEST_SUITE_END()
