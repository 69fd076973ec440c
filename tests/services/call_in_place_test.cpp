#include "support/scripted_agent.hpp"

#include <cojob/http/transport.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>

namespace call_in_place_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::threading;
using cojob::mintlify::agent;

const auto both = boost::unit_test::data::make({threading::safe, threading::single});

cojob::client_options with(threading threads)
{
    auto options = tests::one_attempt();
    options.threads = threads;
    return options;
}

/// Each reply takes a second.
cojob::testing::scripted_reply slow(const cojob::http::request& r)
{
    auto reply = tests::job_reply("active", r.method == "POST" ? 201 : 200);
    reply.delay = 1s;
    return reply;
}

struct state_after {
    bool was_cancelled = false, throws = false;
    bool is_timer_cancelled = false;
};

/// What the cancellation state of the caller is after a call, and whether it still works.
asio::awaitable<state_after> call_and_wait(agent service, bool throws)
{
    co_await asio::this_coro::throw_if_cancelled(throws);
    (void)co_await service.create_job("Document it");
    state_after seen;
    seen.was_cancelled = (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
    seen.throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    const auto [error] = co_await never.async_wait(asio::as_tuple(asio::deferred));
    seen.is_timer_cancelled = error == asio::error::operation_aborted;
    co_return seen;
}

/// A transport of somebody else, which knows of no `step_slot`.
class foreign_transport final : public cojob::http::transport {
  public:
    asio::awaitable<cojob::http::exchange_result> send(const cojob::http::request&, cojob::http::exchange& x) override
    {
        (void)x.commit();
        x.reached = cojob::phase::awaiting_response;
        asio::steady_timer never(x.operation.executor(), asio::steady_timer::time_point::max());
        co_await never.async_wait(asio::as_tuple(asio::deferred));
        co_return cojob::http::exchange_result{asio::error::operation_aborted};
    }
    void close() noexcept override {}
    void shutdown() noexcept override {}
};

} // namespace call_in_place_tests

BOOST_AUTO_TEST_SUITE(a_call_on_the_clients_executor)

using namespace call_in_place_tests;

BOOST_DATA_TEST_CASE(leaves_its_caller_as_cancellable_as_any_call, both, threads)
{
    for (const auto throws : {true, false}) {
        tests::scripted_agent bench(slow, with(threads));
        auto running = bench.start(call_and_wait(bench.agent, throws));
        bench.clock->advance(2s);
        BOOST_REQUIRE(!running.is_done());
        running.cancel(asio::cancellation_type::total);
        bench.clock->settle();
        BOOST_REQUIRE(running.is_done());
        const auto seen = running.get();
        BOOST_TEST(!seen->was_cancelled);
        BOOST_TEST(seen->throws == throws);
        BOOST_TEST(seen->is_timer_cancelled);
    }
}

BOOST_DATA_TEST_CASE(leaves_a_cancellation_that_it_refused_to_its_caller, both, threads)
{
    tests::scripted_agent bench(slow, with(threads));
    auto running = bench.start(call_and_wait(bench.agent, false));
    running.cancel(asio::cancellation_type::total); // the POST has been sent
    bench.clock->advance(2s);
    BOOST_REQUIRE(!running.is_done());
    running.cancel(asio::cancellation_type::terminal);
    bench.clock->settle();
    BOOST_REQUIRE(running.is_done());
    BOOST_TEST(running.get()->was_cancelled);
}

BOOST_AUTO_TEST_CASE(lets_others_run_now_and_then_if_it_never_suspends)
{
    tests::scripted_agent bench([](const auto&) { return tests::job_reply("active"); }, with(threading::single));
    int turns = 0;
    bool is_over = false;
    std::function<void()> take_turn = [&] {
        ++turns;
        if (!is_over)
            asio::post(bench.context, take_turn);
    };
    asio::post(bench.context, take_turn);
    const auto many = [](agent service, bool& over) -> asio::awaitable<int> {
        for (int i = 0; i < 1000; ++i)
            (void)co_await service.get_job("job_1");
        over = true;
        co_return 0;
    };
    const auto running = bench.start(many(bench.agent, is_over));
    BOOST_TEST(running.is_done());
    BOOST_TEST(turns >= 10);
    BOOST_TEST(turns <= 100);
}

BOOST_DATA_TEST_CASE(is_stopped_in_a_transport_that_binds_nothing_too, both, threads)
{
    tests::scripted_agent bench(slow);
    auto options = with(threads);
    options.clock = bench.clock;
    const agent service(cojob::client(bench.context.get_executor(), options, std::make_shared<foreign_transport>()),
                        tests::scripted_agent::project());
    auto cancelled = bench.start(service.get_job("job_1"));
    cancelled.cancel(asio::cancellation_type::terminal);
    bench.clock->settle();
    BOOST_REQUIRE(cancelled.is_done());
    BOOST_TEST(cancelled.code() == asio::error::operation_aborted);
    auto late = bench.start(service.get_job("job_1"));
    bench.clock->advance(10min);
    BOOST_REQUIRE(late.is_done());
    BOOST_TEST(late.code() == cojob::errc::deadline_exceeded);
}

BOOST_AUTO_TEST_SUITE_END()
