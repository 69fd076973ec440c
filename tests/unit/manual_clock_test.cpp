#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace manual_clock_tests {

namespace asio = boost::asio;
using cojob::testing::manual_clock;
using namespace std::chrono_literals;

/// A clock, and what rang on it: a letter and how long after the start it was.
struct bench {
    asio::io_context context;
    manual_clock clock{context};
    cojob::time_point start = clock.now();
    std::string rung;
    std::vector<cojob::duration> times;

    std::unique_ptr<cojob::alarm> alarm() { return clock.make_alarm(context.get_executor()); }

    std::function<void()> note(char letter)
    {
        return [this, letter] {
            rung += letter;
            times.push_back(clock.now() - start);
        };
    }
};

} // namespace manual_clock_tests

BOOST_AUTO_TEST_SUITE(manual_clock_test)

using namespace manual_clock_tests;

BOOST_FIXTURE_TEST_CASE(time_stands_still_until_it_is_told, bench)
{
    clock.settle();
    BOOST_CHECK(clock.now() == start);
    BOOST_CHECK(clock.wall_now() == manual_clock::default_start());
    clock.advance(90s);
    BOOST_CHECK(clock.now() == start + 90s);
    BOOST_CHECK(clock.wall_now() == manual_clock::default_start() + 90s);
}

BOOST_FIXTURE_TEST_CASE(an_alarm_rings_at_its_time_and_only_once, bench)
{
    const auto a = alarm();
    a->set(start + 10s, note('a'));
    BOOST_TEST(clock.pending() == 1U);
    clock.advance(10s - 1ns);
    BOOST_TEST(rung == "");
    clock.advance(1ns);
    clock.settle();
    BOOST_TEST(rung == "a");
    clock.advance(1h);
    BOOST_TEST(rung == "a");
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_advance_walks_from_alarm_to_alarm_in_order, bench)
{
    const auto a = alarm(), b = alarm(), c = alarm(), d = alarm();
    a->set(start + 3s, note('a'));
    b->set(start + 1s, note('b'));
    c->set(start + 1s, note('c'));
    d->set(start + 6s, note('d'));
    clock.advance(5s);
    BOOST_TEST(rung == "bca");
    BOOST_CHECK((times == std::vector<cojob::duration>{1s, 1s, 3s}));
    BOOST_CHECK(clock.now() == start + 5s);
}

BOOST_FIXTURE_TEST_CASE(what_an_alarm_sets_rings_in_the_same_advance, bench)
{
    const auto tick = alarm();
    std::function<void()> again = [&] {
        note('t')();
        tick->set(clock.now() + 10min, again);
    };
    tick->set(start + 10min, again);
    clock.advance(1h);
    BOOST_TEST(rung == "tttttt");
}

BOOST_FIXTURE_TEST_CASE(an_alarm_that_is_due_already_rings_on_settle_but_never_inside_set, bench)
{
    const auto a = alarm();
    a->set(start - 1s, note('a'));
    BOOST_TEST(rung == "");
    BOOST_TEST(clock.pending() == 0U);
    clock.settle();
    BOOST_TEST(rung == "a");
    BOOST_CHECK(clock.now() == start);
}

BOOST_FIXTURE_TEST_CASE(an_alarm_that_was_set_anew_rings_as_set_last, bench)
{
    const auto a = alarm();
    a->set(start + 1s, note('x'));
    a->set(start + 2s, note('a'));
    BOOST_TEST(clock.pending() == 1U);
    clock.advance(1min);
    BOOST_TEST(rung == "a");
}

BOOST_FIXTURE_TEST_CASE(a_cleared_alarm_does_not_ring_even_when_it_was_due, bench)
{
    const auto a = alarm(), b = alarm();
    auto gone = alarm();
    a->set(start + 1s, note('a'));
    a->clear();
    b->set(start, note('b')); // on its way to the executor
    b->clear();
    gone->set(start, note('g'));
    gone.reset();
    clock.advance(1min);
    BOOST_TEST(rung == "");
    BOOST_TEST(clock.pending() == 0U);
}

BOOST_FIXTURE_TEST_CASE(an_alarm_clears_another_of_the_same_moment, bench)
{
    const auto a = alarm(), b = alarm();
    a->set(start + 1s, [&] {
        note('a')();
        b->clear();
    });
    b->set(start + 1s, note('b'));
    clock.advance(1s);
    BOOST_TEST(rung == "a");
}

BOOST_FIXTURE_TEST_CASE(an_alarm_may_destroy_itself_while_it_rings, bench)
{
    auto a = alarm();
    a->set(start + 1s, [&, kept = std::make_shared<std::string>("still here")] {
        a.reset();
        rung = *kept;
    });
    clock.advance(1s);
    BOOST_TEST(rung == "still here");
}

BOOST_FIXTURE_TEST_CASE(an_alarm_outlives_its_clock, bench)
{
    std::unique_ptr<cojob::alarm> a;
    {
        manual_clock short_lived(context);
        a = short_lived.make_alarm(context.get_executor());
        a->set(short_lived.now() + 1s, note('a'));
    }
    a->set(start + 1s, note('b'));
    a.reset();
    BOOST_TEST(rung == "");
}

BOOST_FIXTURE_TEST_CASE(an_alarm_rings_on_the_executor_it_was_made_for, bench)
{
    const auto strand = asio::make_strand(context);
    const auto a = clock.make_alarm(strand);
    bool was_inside = false;
    a->set(start + 1s, [&] { was_inside = strand.running_in_this_thread(); });
    clock.advance(1s);
    BOOST_TEST(was_inside);
}

BOOST_FIXTURE_TEST_CASE(a_context_that_ran_out_of_work_runs_again, bench)
{
    context.run();
    BOOST_TEST(context.stopped());
    asio::post(context, note('p'));
    clock.settle();
    BOOST_TEST(rung == "p");
}

BOOST_FIXTURE_TEST_CASE(a_jump_rings_everything_at_its_end_and_in_order, bench)
{
    const auto a = alarm(), b = alarm();
    a->set(start + 2s, note('a'));
    b->set(start + 1s, [&] {
        note('b')();
        a->set(start + 3s, note('c'));
    });
    clock.jump(1min);
    BOOST_TEST(rung == "bc");
    BOOST_CHECK((times == std::vector<cojob::duration>{1min, 1min}));
}

BOOST_FIXTURE_TEST_CASE(time_stands_still_while_an_exchange_is_in_flight, bench)
{
    const auto a = alarm();
    a->set(start + 1s, note('a'));
    clock.exchange_began();
    const auto work = asio::make_work_guard(context);
    std::thread network([&] {
        asio::post(context, [&] {
            note('x')();
            clock.exchange_ended();
        });
    });
    clock.advance(1h);
    network.join();
    BOOST_TEST(rung == "xa");
    BOOST_CHECK((times == std::vector<cojob::duration>{0s, 1s}));
}

BOOST_FIXTURE_TEST_CASE(a_jump_does_not_wait_for_an_exchange, bench)
{
    const auto a = alarm();
    a->set(start + 1s, note('a'));
    clock.exchange_began();
    clock.jump(1s);
    BOOST_TEST(rung == "a");
    clock.exchange_ended();
}

BOOST_FIXTURE_TEST_CASE(an_exchange_that_never_ends_is_given_up, bench)
{
    clock.set_patience(20ms);
    clock.exchange_began();
    BOOST_CHECK_THROW(clock.settle(), std::runtime_error);
    BOOST_CHECK_THROW(clock.advance(1h), std::runtime_error);
    BOOST_CHECK(clock.now() == start);
    clock.exchange_ended();
    clock.advance(1h);
}

BOOST_FIXTURE_TEST_CASE(the_context_is_run_until_a_condition_holds, bench)
{
    const auto work = asio::make_work_guard(context);
    std::thread network([&] { asio::post(context, note('x')); });
    BOOST_TEST(clock.run_until([&] { return rung == "x"; }));
    network.join();
    clock.set_patience(20ms);
    BOOST_TEST(!clock.run_until([] { return false; }));
    BOOST_CHECK(clock.now() == start);
}

BOOST_AUTO_TEST_SUITE_END()
