#include <cojob/impl/internal/base/shared_alarm.hpp>
#include <cojob/operation.hpp>
#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace shared_alarm_tests {

using namespace std::chrono_literals;
using cojob::operation;
using cojob::stop_reason;
using cojob::detail::shared_alarm;

/// Counts how often its alarms are set, and can fail to.
class counting_clock final : public cojob::clock {
  public:
    explicit counting_clock(boost::asio::io_context& context) : inner_(context) {}

    [[nodiscard]] cojob::time_point now() const override { return inner_.now(); }
    [[nodiscard]] cojob::timestamp wall_now() const override { return inner_.wall_now(); }
    [[nodiscard]] std::unique_ptr<cojob::alarm> make_alarm(const boost::asio::any_io_executor& executor) override
    {
        ++made;
        return std::make_unique<counted>(*this, inner_.make_alarm(executor));
    }
    [[nodiscard]] std::size_t pending() const { return inner_.pending(); }
    void advance(cojob::duration length) { inner_.advance(length); }

    int made = 0, settings = 0;
    bool fails = false;

  private:
    class counted final : public cojob::alarm {
      public:
        counted(counting_clock& owner, std::unique_ptr<cojob::alarm> inner) : owner_(owner), inner_(std::move(inner)) {}

        void set(cojob::time_point when, std::function<void()> ring) override
        {
            if (owner_.fails)
                throw std::bad_alloc();
            ++owner_.settings;
            inner_->set(when, std::move(ring));
        }
        void clear() noexcept override { inner_->clear(); }

      private:
        counting_clock& owner_;
        std::unique_ptr<cojob::alarm> inner_;
    };

    cojob::testing::manual_clock inner_;
};

struct bench {
    boost::asio::io_context context;
    std::shared_ptr<counting_clock> clock = std::make_shared<counting_clock>(context);
    std::shared_ptr<shared_alarm> alarm = std::make_shared<shared_alarm>(clock, context.get_executor(), 30s);

    [[nodiscard]] cojob::time_point in(cojob::duration d) const { return clock->now() + d; }
    [[nodiscard]] std::unique_ptr<operation> make(cojob::duration limit) const
    {
        auto op = std::make_unique<operation>(alarm);
        op->set_limit(in(limit));
        return op;
    }
};

} // namespace shared_alarm_tests

BOOST_AUTO_TEST_SUITE(an_alarm_of_all_operations)

using namespace shared_alarm_tests;

BOOST_AUTO_TEST_CASE(stops_each_at_its_own_time)
{
    bench b;
    const auto late = b.make(20s), early = b.make(5s), middle = b.make(10s);
    b.clock->advance(5s);
    BOOST_TEST((early->reason() == stop_reason::limit));
    BOOST_TEST(!middle->is_stopped());
    b.clock->advance(5s);
    BOOST_TEST((middle->reason() == stop_reason::limit));
    BOOST_TEST(!late->is_stopped());
    b.clock->advance(10s);
    BOOST_TEST((late->reason() == stop_reason::limit));
    BOOST_TEST(b.clock->made == 1);
}

BOOST_AUTO_TEST_CASE(is_set_once_for_a_sequence_of_operations_and_for_many_at_a_time)
{
    bench b;
    auto last = b.make(20s);
    for (int i = 0; i < 100; ++i) {
        last->finish();
        last = b.make(20s);
        b.context.poll();
        b.context.restart();
    }
    std::vector<std::unique_ptr<operation>> all;
    for (int i = 0; i < 100; ++i)
        all.push_back(b.make(20s));
    BOOST_TEST(b.clock->settings == 1);
}

BOOST_AUTO_TEST_CASE(is_cleared_when_the_last_operation_has_ended)
{
    bench b;
    const auto one = b.make(20s), other = b.make(20s);
    one->finish();
    b.context.poll();
    BOOST_TEST(b.clock->pending() == 1U);
    other->finish();
    b.context.restart();
    b.context.poll();
    BOOST_TEST(b.clock->pending() == 0U);
    b.context.restart();
    BOOST_TEST(b.context.run() == 0U);
}

BOOST_AUTO_TEST_CASE(is_cleared_after_operations_that_were_destroyed_before_their_end)
{
    bench b;
    b.make(20s).reset();
    const auto other = b.make(20s);
    other->finish();
    b.context.poll();
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(rings_for_one_that_moved_its_limit_only_at_the_new_time)
{
    bench b;
    const auto moved = b.make(5s), other = b.make(60s);
    moved->set_limit(b.in(50s));
    b.clock->advance(49s);
    BOOST_TEST(!moved->is_stopped());
    b.clock->advance(1s);
    BOOST_TEST((moved->reason() == stop_reason::limit));
    BOOST_TEST(!other->is_stopped());
    BOOST_TEST(b.clock->settings <= 4);
}

BOOST_AUTO_TEST_CASE(survives_that_stopping_one_operation_ends_the_others)
{
    bench b;
    auto first = b.make(5s), second = b.make(5s), third = b.make(5s);
    first->slot().assign([&](boost::asio::cancellation_type) {
        second->finish();
        second.reset();
        third.reset();
        b.alarm.reset();
    });
    b.clock->advance(6s);
    BOOST_TEST((first->reason() == stop_reason::limit));
    first->finish();
    first.reset();
    b.context.poll();
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_set_leaves_nobody_without_a_limit)
{
    bench b;
    const auto early = b.make(5s), late = b.make(60s);
    b.clock->fails = true;
    b.clock->advance(6s);
    BOOST_TEST((early->reason() == stop_reason::limit));
    BOOST_TEST((late->reason() == stop_reason::limit));
    BOOST_CHECK_THROW(static_cast<void>(b.make(1s)), std::bad_alloc);
}

BOOST_AUTO_TEST_CASE(that_could_not_be_moved_for_one_stops_the_others_too)
{
    bench b;
    const auto other = b.make(20s);
    b.clock->fails = true;
    BOOST_CHECK_THROW(static_cast<void>(b.make(5s)), std::bad_alloc); // the alarm may be cleared by then
    BOOST_TEST((other->reason() == stop_reason::limit));
}

BOOST_AUTO_TEST_CASE(is_cleared_after_an_operation_that_never_began)
{
    bench b;
    const auto one = b.make(20s);
    auto never = std::make_unique<operation>(b.alarm);
    never->hold_cancellation();
    one->finish();
    b.context.poll();
    never.reset();
    b.context.restart();
    b.context.poll();
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(outlives_the_handles_of_its_client_until_it_is_cleared)
{
    bench b;
    auto op = b.make(20s);
    op->finish();
    op.reset();
    const std::weak_ptr<shared_alarm> alive = b.alarm;
    b.alarm.reset();
    BOOST_TEST(!alive.expired());
    b.context.poll();
    BOOST_TEST(alive.expired());
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
