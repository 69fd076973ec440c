#include <cojob/impl/internal/policy/quota_scheduler.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace quota_scheduler_tests {

using namespace std::chrono_literals;
using cojob::time_point;
using cojob::detail::quota_scheduler;
using cojob::detail::quota_window;
using caller = quota_scheduler::caller;
using state = caller::state_type;

const time_point start{1000h};

/// So many callers in line behind a window of a hundred that is used up.
struct long_queue {
    explicit long_queue(std::size_t count, quota_scheduler::patience p = {})
    {
        for (int i = 0; i < 100; ++i) {
            users.emplace_back([] {});
            scheduler.request(users.back(), {}, false, now);
            BOOST_REQUIRE(scheduler.commit(users.back(), now));
        }
        for (std::size_t i = 0; i < count; ++i) {
            queue.emplace_back([this] { ++wakes; });
            if (scheduler.request(queue.back(), p, false, now) != state::queued)
                ++refused;
        }
    }

    /// Steps since the last time.
    std::uint64_t take_steps() { return scheduler.steps() - std::exchange(seen, scheduler.steps()); }

    quota_scheduler scheduler{quota_window(100, 1h)};
    time_point now = start;
    std::deque<caller> users, queue;
    std::uint64_t seen = 0;
    int wakes = 0, refused = 0;
};

} // namespace quota_scheduler_tests

BOOST_AUTO_TEST_SUITE(a_quota_scheduler)

using namespace quota_scheduler_tests;

BOOST_AUTO_TEST_CASE(takes_few_steps_for_each_of_100000_callers_who_join_leave_and_end,
                     *boost::unit_test::label("long"))
{
    constexpr std::size_t count = 100'000;
    constexpr std::uint64_t few = 200; // the tree is some 40 deep
    const quota_scheduler::patience p{.in_all = 2000h};
    long_queue l(count, p);
    BOOST_TEST(l.refused == 0);
    BOOST_TEST(l.take_steps() < count * few);
    for (auto& user : l.users) {
        l.now += 1s;
        l.scheduler.stamp(user, l.now, true);
    }
    BOOST_TEST(l.take_steps() < 100 * few);
    for (std::size_t i = 1; i < count; i += 2) {
        l.now += 1ms;
        l.scheduler.leave(l.queue[i], l.now);
    }
    BOOST_TEST(l.take_steps() < count / 2 * few);
    l.now += 2h;
    for (std::size_t i = 0; i < 200; i += 2) // time has freed a hundred
        BOOST_TEST((l.scheduler.request(l.queue[i], p, true, l.now) == state::holding));
    BOOST_TEST(l.take_steps() < count + 200 * few); // whose turn comes later the longer slots lie idle: once a window
    for (auto& c : l.queue)
        l.scheduler.leave(c, l.now);
    BOOST_TEST(l.take_steps() < count * few);
}

BOOST_AUTO_TEST_CASE(takes_few_steps_where_every_wait_is_only_just_worth_while)
{
    long_queue l(20'000, {.in_all = 199h + 10min}); // who comes last has its slot in the last hour
    for (std::size_t i = 0; i < l.users.size(); ++i) {
        l.now += 1s;
        l.scheduler.leave(l.queue[i], l.now);
        l.scheduler.stamp(l.users[i], l.now, true);
    }
    BOOST_TEST(l.take_steps() < 21'000 * 200U);
    for (auto& c : l.queue)
        l.scheduler.leave(c, l.now);
}

BOOST_AUTO_TEST_CASE(is_walked_once_for_a_pause, *boost::unit_test::label("long"))
{
    constexpr std::size_t count = 100'000;
    long_queue l(count, {.in_all = 2000h});
    l.take_steps();
    l.scheduler.throttled(l.users[0], l.now, 30s, 0);
    BOOST_TEST(l.take_steps() < count + 1'000);
    for (std::size_t i = 1; i < 50; ++i) // they were on the wire
        l.scheduler.throttled(l.users[i], l.now, 30s, 0);
    for (std::size_t i = 50; i < 100; ++i)
        l.scheduler.stamp(l.users[i], l.now, true);
    BOOST_TEST(l.take_steps() < 100 * 200U);
    for (auto& c : l.queue)
        l.scheduler.leave(c, l.now);
}

BOOST_AUTO_TEST_SUITE_END()
