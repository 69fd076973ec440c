#include <cojob/clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <thread>

namespace asio = boost::asio;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(the_machine_clock)

BOOST_AUTO_TEST_CASE(rings_as_set_last_and_never_after_a_clear)
{
    asio::io_context context;
    const auto clock = cojob::machine_clock();
    const auto once = clock->make_alarm(context.get_executor()), cleared = clock->make_alarm(context.get_executor());
    int before = 0, rung = 0;
    once->set(clock->now() + 1h, [&] { ++before; });
    once->set(clock->now(), [&] {
        cleared->clear(); // due as well
        ++rung;
    });
    cleared->set(clock->now(), [&] { ++before; });
    context.run();
    BOOST_TEST(before == 0);
    BOOST_TEST(rung == 1);
}

BOOST_AUTO_TEST_CASE(an_alarm_may_be_set_or_destroyed_by_what_it_calls)
{
    asio::io_context context;
    const auto clock = cojob::machine_clock();
    auto alarm = clock->make_alarm(context.get_executor());
    int rung = 0;
    alarm->set(clock->now(), [&] {
        alarm->set(clock->now(), [&] {
            alarm.reset();
            ++rung;
        });
        ++rung;
    });
    context.run();
    BOOST_TEST(rung == 2);
}

/// As with a client: what its strand is done with goes with the last owner, who may be on any thread.
BOOST_AUTO_TEST_CASE(an_alarm_at_rest_may_be_destroyed_on_another_thread, *boost::unit_test::label("threads"))
{
    asio::thread_pool pool(2);
    const auto strand = asio::make_strand(pool);
    const auto clock = cojob::machine_clock();
    for (int i = 0; i < 20; ++i) {
        std::promise<std::unique_ptr<cojob::alarm>> cleared;
        auto at_rest = cleared.get_future();
        asio::post(strand, [&clock, &strand, cleared = std::move(cleared)]() mutable {
            auto alarm = clock->make_alarm(strand);
            alarm->set(clock->now(), [] { BOOST_ERROR("it was cleared"); });
            std::this_thread::sleep_for(2ms); // the other thread sees that it is due, and its wait ends behind this
            alarm->clear();
            cleared.set_value(std::move(alarm));
        });
        at_rest.get().reset();
    }
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
