#include "support/run.hpp"

#include <cojob/operation.hpp>
#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

namespace operation_tests {

using namespace std::chrono_literals;
using cojob::operation;
using cojob::stop_reason;

struct bench {
    boost::asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    operation op{clock, context.get_executor()};
    int stops = 0;

    bench()
    {
        op.slot().assign([this](boost::asio::cancellation_type) { ++stops; });
    }
    [[nodiscard]] cojob::time_point in(cojob::duration d) const { return clock->now() + d; }
};

} // namespace operation_tests

BOOST_AUTO_TEST_SUITE(an_operation)

using namespace operation_tests;

BOOST_AUTO_TEST_CASE(is_stopped_by_the_nearer_of_its_deadline_and_its_limit)
{
    bench limited;
    limited.op.set_deadline(limited.in(10s));
    limited.op.set_limit(limited.in(5s));
    limited.clock->advance(6s);
    BOOST_TEST((limited.op.reason() == stop_reason::limit));
    bench late;
    late.op.set_deadline(late.in(5s));
    late.op.set_limit(late.in(10s));
    late.clock->advance(6s);
    BOOST_TEST((late.op.reason() == stop_reason::deadline));
}

BOOST_AUTO_TEST_CASE(keeps_its_deadline_after_a_limit)
{
    bench b;
    b.op.set_deadline(b.in(10s));
    b.op.set_limit(b.in(5s));
    b.clock->advance(6s);
    b.op.clear_limit();
    BOOST_TEST(!b.op.is_stopped());
    b.clock->advance(5s);
    BOOST_TEST((b.op.reason() == stop_reason::deadline));
    BOOST_TEST(b.stops == 2);
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_moved_out_rings_at_its_new_time_only)
{
    bench b;
    b.op.set_limit(b.in(5s));
    b.op.set_limit(b.in(20s));
    b.clock->advance(19s);
    BOOST_TEST(!b.op.is_stopped());
    b.clock->advance(2s);
    BOOST_TEST((b.op.reason() == stop_reason::limit));
}

BOOST_AUTO_TEST_CASE(the_first_reason_stays_and_a_limit_after_it_rings_once)
{
    bench b;
    b.op.set_limit(b.in(5s));
    b.op.cancel(boost::asio::cancellation_type::partial);
    b.clock->advance(1h);
    BOOST_TEST((b.op.reason() == stop_reason::cancelled));
    BOOST_TEST(b.stops <= 2);
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(refuses_total_cancellation_when_told_so)
{
    using enum boost::asio::cancellation_type;
    bench b;
    b.op.refuse_total_cancellation(true);
    b.op.cancel(total);
    BOOST_TEST(!b.op.is_stopped());
    b.op.cancel(none);
    BOOST_TEST(!b.op.is_stopped());
    b.op.cancel(terminal);
    BOOST_TEST((b.op.reason() == stop_reason::cancelled));
}

BOOST_AUTO_TEST_CASE(has_nothing_pending_when_it_is_over)
{
    bench b;
    b.op.set_deadline(b.in(1h));
    BOOST_TEST(b.clock->pending() == 1U);
    b.op.finish();
    b.context.poll();
    BOOST_TEST(b.clock->pending() == 0U);
}

/// Whose coroutine is gone: nothing of it is told, and nothing that came too late counts.
BOOST_AUTO_TEST_CASE(is_not_stopped_any_more_when_it_is_over)
{
    bench b;
    b.op.finish();
    b.op.stop(stop_reason::closed);
    b.op.cancel(boost::asio::cancellation_type::terminal);
    BOOST_TEST(b.stops == 0);
    BOOST_TEST(!b.op.is_stopped());
}

BOOST_AUTO_TEST_SUITE_END()
