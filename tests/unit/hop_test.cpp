#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/hop.hpp>

#include "support/cancel_after.hpp"
#include "support/hop_and_return.hpp"
#include "support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace hop_tests {

namespace asio = boost::asio;
using cojob::operation;
using std::chrono::microseconds;

std::shared_ptr<operation> make_operation(const asio::any_io_executor& executor)
{
    return std::make_shared<operation>(cojob::machine_clock(), executor);
}

asio::awaitable<int> sleep_and_return(std::shared_ptr<operation> op, cojob::duration length)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await cojob::detail::sleep_until(*op, std::chrono::steady_clock::now() + length);
    co_return op->is_stopped() ? -1 : 1;
}

asio::awaitable<int> cross(asio::any_io_executor strand, cojob::duration length)
{
    co_await cojob::detail::accept_every_cancellation();
    auto op = make_operation(strand);
    auto inner = sleep_and_return(op, length);
    co_return co_await tests::hop_and_return(op, std::move(inner));
}

asio::awaitable<int> throw_inside(std::shared_ptr<operation>)
{
    throw std::runtime_error("from inside");
    co_return 0;
}

asio::awaitable<bool> lands_on_caller(asio::any_io_executor strand)
{
    const auto caller = co_await asio::this_coro::executor;
    const auto before = std::this_thread::get_id();
    co_await cross(strand, {});
    co_return co_await asio::this_coro::executor == caller&& before == std::this_thread::get_id();
}

struct tally {
    static constexpr int rounds = 20'000;
    std::atomic<int> begun{0}, finished{0}, stopped{0}, aborted{0};
};

/// Cancels crossings around their end, from the caller's own strand, until the rounds are done.
asio::awaitable<void> cancel_at_random(asio::any_io_executor client, unsigned seed, tally& count)
{
    std::mt19937 random(seed);
    tests::cancel_times times(seed);
    while (count.begun++ < tally::rounds) {
        const auto end = co_await tests::cancel_after(times.next(), cross(client, microseconds(random() % 200)));
        times.was_in_time(!end || *end != 1);
        ++(!end ? count.aborted : *end == 1 ? count.finished : count.stopped);
    }
}

} // namespace hop_tests

BOOST_AUTO_TEST_SUITE(the_hop, *boost::unit_test::label("threads"))

using namespace hop_tests;

BOOST_AUTO_TEST_CASE(returns_the_value_on_the_callers_executor)
{
    asio::thread_pool pool(1);
    asio::io_context context;
    auto landed = tests::run(context, lands_on_caller(asio::make_strand(pool.get_executor())));
    BOOST_TEST(landed.get().value());
    pool.join();
}

BOOST_AUTO_TEST_CASE(passes_exceptions_on)
{
    asio::io_context context;
    auto op = make_operation(context.get_executor());
    auto ended = tests::run(context, tests::hop_and_return(op, throw_inside(op)));
    BOOST_CHECK_THROW((void)ended.get(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(every_type_of_cancellation_reaches_the_inside)
{
    using enum asio::cancellation_type;
    for (const auto type : {terminal, partial, total}) {
        asio::io_context context;
        auto waiting = tests::start(context, cross(asio::make_strand(context), std::chrono::hours(1)));
        context.poll();
        waiting.cancel(type);
        context.run();
        BOOST_TEST(waiting.get().value() == -1);
    }
}

BOOST_AUTO_TEST_CASE(a_cancellation_before_the_first_step_is_not_lost)
{
    asio::io_context context;
    auto waiting = tests::start(context, cross(asio::make_strand(context), std::chrono::hours(1)));
    waiting.cancel();
    context.run();
    const auto ended_early = waiting.code() == asio::error::operation_aborted || waiting.get().value() == -1;
    BOOST_TEST(ended_early);
}

BOOST_AUTO_TEST_CASE(a_caller_on_another_context_is_kept_at_work_until_the_end)
{
    asio::io_context client_context, caller_context;
    auto work = asio::make_work_guard(client_context);
    std::thread client_thread([&] { client_context.run(); });
    auto waiting = tests::start(caller_context, cross(asio::make_strand(client_context), std::chrono::milliseconds(5)));
    caller_context.run();
    BOOST_TEST(waiting.is_done());
    work.reset();
    client_thread.join();
}

BOOST_AUTO_TEST_CASE(twenty_thousand_cancels_around_the_end, *boost::unit_test::label("long"))
{
    asio::thread_pool pool(3);
    tally count;
    std::vector<std::future<void>> lanes;
    for (unsigned seed = 1; seed <= 50; ++seed)
        lanes.push_back(asio::co_spawn(asio::make_strand(pool.get_executor()),
                                       cancel_at_random(asio::make_strand(pool.get_executor()), seed, count),
                                       asio::use_future));
    for (auto& lane : lanes)
        lane.get();
    pool.join();
    BOOST_TEST(count.finished + count.stopped + count.aborted == tally::rounds);
    BOOST_TEST(count.finished > 1000);
    BOOST_TEST(count.stopped > 1000);
    BOOST_TEST_MESSAGE("finished " << count.finished << ", stopped " << count.stopped << ", aborted " << count.aborted);
}

BOOST_AUTO_TEST_SUITE_END()
