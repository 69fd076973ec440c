#include <cojob/impl/internal/policy/quota_line.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace quota_line_tests {

using namespace std::chrono_literals;
using cojob::time_point;
using cojob::detail::quota_line;
using cojob::detail::quota_window;
using caller = quota_line::caller;
using state = caller::state_type;

const time_point start{1000h};

/// So many callers in line behind a window of a hundred that is used up.
struct long_line {
    explicit long_line(std::size_t count, quota_line::patience p = {})
    {
        for (int i = 0; i < 100; ++i) {
            users.emplace_back([] {});
            line.ask(users.back(), {}, false, now);
            BOOST_REQUIRE(line.commit(users.back(), now));
        }
        for (std::size_t i = 0; i < count; ++i) {
            queue.emplace_back([this] { ++wakes; });
            if (line.ask(queue.back(), p, false, now) != state::queued)
                ++refused;
        }
    }

    /// Steps since the last time.
    std::uint64_t take_steps() { return line.steps() - std::exchange(seen, line.steps()); }

    quota_line line{quota_window(100, 1h)};
    time_point now = start;
    std::deque<caller> users, queue;
    std::uint64_t seen = 0;
    int wakes = 0, refused = 0;
};

} // namespace quota_line_tests

BOOST_AUTO_TEST_SUITE(the_line_of_a_quota)

using namespace quota_line_tests;

BOOST_AUTO_TEST_CASE(takes_few_steps_for_each_of_100000_callers_who_join_leave_and_end)
{
    constexpr std::size_t count = 100'000;
    constexpr std::uint64_t few = 200; // the tree is some 40 deep
    const quota_line::patience p{.in_all = 2000h};
    long_line l(count, p);
    BOOST_TEST(l.refused == 0);
    BOOST_TEST(l.take_steps() < count * few);
    for (auto& user : l.users) {
        l.now += 1s;
        l.line.stamp(user, l.now, true);
    }
    BOOST_TEST(l.take_steps() < 100 * few);
    for (std::size_t i = 1; i < count; i += 2) {
        l.now += 1ms;
        l.line.leave(l.queue[i], l.now);
    }
    BOOST_TEST(l.take_steps() < count / 2 * few);
    l.now += 2h;
    for (std::size_t i = 0; i < 200; i += 2) // time has freed a hundred
        BOOST_TEST((l.line.ask(l.queue[i], p, true, l.now) == state::holding));
    BOOST_TEST(l.take_steps() < count + 200 * few); // whose turn comes later the longer slots lie idle: once a window
    for (auto& c : l.queue)
        l.line.leave(c, l.now);
    BOOST_TEST(l.take_steps() < count * few);
}

BOOST_AUTO_TEST_CASE(takes_few_steps_where_every_wait_is_only_just_worth_while)
{
    long_line l(20'000, {.in_all = 199h + 10min}); // who comes last has its slot in the last hour
    for (std::size_t i = 0; i < l.users.size(); ++i) {
        l.now += 1s;
        l.line.leave(l.queue[i], l.now);
        l.line.stamp(l.users[i], l.now, true);
    }
    BOOST_TEST(l.take_steps() < 21'000 * 200U);
    for (auto& c : l.queue)
        l.line.leave(c, l.now);
}

BOOST_AUTO_TEST_CASE(is_walked_once_for_a_pause)
{
    constexpr std::size_t count = 100'000;
    long_line l(count, {.in_all = 2000h});
    l.take_steps();
    l.line.throttled(l.users[0], l.now, 30s, 0);
    BOOST_TEST(l.take_steps() < count + 1'000);
    for (std::size_t i = 1; i < 50; ++i) // they were on the wire
        l.line.throttled(l.users[i], l.now, 30s, 0);
    for (std::size_t i = 50; i < 100; ++i)
        l.line.stamp(l.users[i], l.now, true);
    BOOST_TEST(l.take_steps() < 100 * 200U);
    for (auto& c : l.queue)
        l.line.leave(c, l.now);
}

BOOST_AUTO_TEST_SUITE_END()
