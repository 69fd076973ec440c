// Operations that are started from code that is not a coroutine. What each completion token does is in
// start_tokens_test.cpp.
#include "support/scripted_agent.hpp"

#include <cojob/start.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace start_tests {

namespace asio = boost::asio;
using cojob::errc;
using tests::scripted_agent;

asio::awaitable<int> one(int& begun)
{
    ++begun;
    co_return 1;
}

asio::awaitable<void> nothing(int& begun)
{
    ++begun;
    co_return;
}

asio::awaitable<int> failing()
{
    throw std::runtime_error("no error of cojob's");
    co_return 0;
}

asio::awaitable<int> endless(std::shared_ptr<int> kept)
{
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
    co_return *kept;
}

/// Counts what is allocated with it.
template <class T>
struct counting_allocator {
    using value_type = T;

    counting_allocator(std::ptrdiff_t* of_live, int* of_made) : live(of_live), made(of_made) {}
    template <class U>
    counting_allocator(const counting_allocator<U>& other) : live(other.live), made(other.made)
    {
    }
    T* allocate(std::size_t n)
    {
        ++*live;
        ++*made;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n)
    {
        --*live;
        std::allocator<T>().deallocate(p, n);
    }
    template <class U>
    bool operator==(const counting_allocator<U>& other) const
    {
        return live == other.live;
    }

    std::ptrdiff_t* live;
    int* made;
};

/// A creation that is answered after ten seconds, and may have been received after one.
scripted_agent slow_creation()
{
    auto reply = tests::job_reply("active", 201);
    reply.delay = std::chrono::seconds(10);
    reply.commit_after = std::chrono::seconds(1);
    return scripted_agent([reply](const cojob::http::request&) { return reply; });
}

/// How a creation ends that is cancelled that long after its start; nothing while it goes on.
std::optional<boost::system::error_code> cancelled(asio::cancellation_type type, cojob::duration after)
{
    auto host = slow_creation();
    asio::cancellation_signal signal;
    std::optional<boost::system::error_code> end;
    cojob::start(host.context, cojob::as_result(host.agent.create_job("Document it")),
                 asio::bind_cancellation_slot(
                     signal.slot(), [&](std::exception_ptr, const cojob::result<cojob::mintlify::agent_job>& job) {
                         end = job ? boost::system::error_code() : job.error().code();
                     }));
    host.clock->advance(after);
    signal.emit(type);
    host.clock->settle();
    return end;
}

} // namespace start_tests

BOOST_AUTO_TEST_SUITE(an_operation_that_is_started)

using namespace start_tests;

BOOST_AUTO_TEST_CASE(completes_on_the_executor_and_not_within_start)
{
    asio::io_context context;
    int begun = 0, result = 0;
    const auto start = [&](auto&& where) {
        cojob::start(where, one(begun), [&](std::exception_ptr failure, int value) {
            BOOST_TEST(!failure);
            BOOST_TEST(context.get_executor().running_in_this_thread());
            result += value;
        });
    };
    asio::post(context, [&] {
        start(context);
        start(context.get_executor());
        start(asio::any_io_executor(context.get_executor()));
        BOOST_TEST(result == 0);
    });
    context.run();
    BOOST_TEST(begun == 3);
    BOOST_TEST(result == 3);
}

BOOST_AUTO_TEST_CASE(completes_on_the_executor_of_its_handler_and_keeps_that_at_work)
{
    asio::thread_pool pool(1);
    asio::io_context callers;
    std::optional<std::thread::id> completed_in;
    auto slow = [](asio::any_io_executor executor) -> asio::awaitable<void> {
        asio::steady_timer timer(executor, std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
    };
    cojob::start(pool, slow(pool.get_executor()),
                 asio::bind_executor(callers, [&](std::exception_ptr) { completed_in = std::this_thread::get_id(); }));
    callers.run();
    BOOST_TEST((completed_in == std::this_thread::get_id()));
    pool.join();
}

BOOST_AUTO_TEST_CASE(may_have_no_result)
{
    asio::io_context context;
    int begun = 0;
    auto done = cojob::start(context, nothing(begun), asio::use_future);
    context.run();
    done.get();
    BOOST_TEST(begun == 1);
}

BOOST_AUTO_TEST_CASE(may_throw_what_it_likes)
{
    asio::io_context context;
    auto failed = cojob::start(context, failing(), asio::use_future);
    context.run();
    BOOST_CHECK_THROW(failed.get(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(begins_when_a_deferred_start_is_called_and_not_before)
{
    asio::io_context context;
    int begun = 0;
    auto later = cojob::start(context, one(begun), asio::deferred);
    context.run();
    BOOST_TEST(begun == 0);
    context.restart();
    auto result = std::move(later)(asio::use_future);
    context.run();
    BOOST_TEST(result.get() == 1);
    BOOST_TEST(begun == 1);
}

BOOST_AUTO_TEST_CASE(never_begins_when_it_is_cancelled_before_its_first_step)
{
    using enum asio::cancellation_type;
    for (const auto type : {terminal, partial, total}) {
        asio::io_context context;
        asio::cancellation_signal signal;
        int begun = 0;
        auto result = cojob::start(context, one(begun), asio::bind_cancellation_slot(signal.slot(), asio::use_future));
        signal.emit(type);
        context.run();
        BOOST_CHECK_EXCEPTION(result.get(), boost::system::system_error, [](const boost::system::system_error& e) {
            return e.code() == asio::error::operation_aborted;
        });
        BOOST_TEST(begun == 0);
    }
}

BOOST_AUTO_TEST_CASE(gets_the_type_of_cancellation_that_was_emitted)
{
    using enum asio::cancellation_type;
    using namespace std::chrono_literals;
    for (const auto type : {terminal, partial, total})
        BOOST_TEST((cancelled(type, 500ms) == asio::error::operation_aborted));
    BOOST_TEST((cancelled(terminal, 2s) == errc::outcome_unknown));
    BOOST_TEST((cancelled(partial, 2s) == errc::outcome_unknown));
    BOOST_TEST(!cancelled(total, 2s)); // goes on: the job may be there
}

BOOST_AUTO_TEST_CASE(goes_with_its_context_and_leaves_a_signal_that_does_no_harm)
{
    asio::cancellation_signal signal;
    const auto kept = std::make_shared<int>(1);
    {
        asio::io_context context;
        cojob::start(context, endless(kept),
                     asio::bind_cancellation_slot(signal.slot(), [kept](std::exception_ptr, int) {}));
        context.poll();
        BOOST_TEST(kept.use_count() == 3);
    }
    BOOST_TEST(kept.use_count() == 1);
    signal.emit(asio::cancellation_type::terminal);
}

BOOST_AUTO_TEST_CASE(has_given_everything_back_before_its_handler_runs)
{
    asio::io_context context, callers;
    std::ptrdiff_t live = 0;
    int made = 0;
    const auto kept = std::make_shared<int>(1);
    std::optional<std::pair<std::ptrdiff_t, long>> seen;
    auto small = [](std::shared_ptr<int> k) -> asio::awaitable<int> { co_return *k; };
    cojob::start(context, small(kept),
                 asio::bind_executor(
                     callers, asio::bind_allocator(counting_allocator<void>(&live, &made),
                                                   [&](std::exception_ptr, int) { seen = {live, kept.use_count()}; })));
    context.run();
    callers.run();
    BOOST_REQUIRE(seen);
    BOOST_TEST(seen->first == 0);
    BOOST_TEST(seen->second == 1);
    BOOST_TEST(made > 0);
}

BOOST_AUTO_TEST_SUITE_END()
