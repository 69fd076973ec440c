#include <cojob/impl/internal/policy/quota_window.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace quota_window_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::time_point;
using cojob::detail::quota_window;
using hint_type = std::optional<duration>;

const time_point start{1000h};

/// A window whose slots are told apart by their order.
struct bench {
    explicit bench(std::uint32_t limit, duration length = 1h) : window(limit, length) {}

    quota_window window;
    time_point now = start;

    quota_window::slot take()
    {
        const auto slot = window.try_hold(now);
        BOOST_REQUIRE(slot.has_value());
        return *slot;
    }
    void use(int times, bool is_success = true)
    {
        for (int i = 0; i < times; ++i)
            window.stamp(take(), now, is_success);
    }
    duration refuse(quota_window::slot slot, hint_type hint, double uniform = 0)
    {
        return window.throttled(slot, now, hint, uniform) - now;
    }
    /// A 429 to the next request, when the pause that may be there has ended.
    duration refuse_next(hint_type hint = {}, double uniform = 0)
    {
        now = std::max(now, window.earliest(now, 0));
        return refuse(take(), hint, uniform);
    }
    [[nodiscard]] std::uint32_t remaining() const { return window.remaining(now); }
    [[nodiscard]] duration earliest(std::uint64_t position) const { return window.earliest(now, position) - now; }
    [[nodiscard]] duration expected(std::uint64_t position) const { return window.expected(now, position) - now; }
};

} // namespace quota_window_tests

BOOST_AUTO_TEST_SUITE(a_quota_window)

using namespace quota_window_tests;

BOOST_AUTO_TEST_CASE(has_as_many_slots_as_its_limit)
{
    bench b(2);
    const auto first = b.take();
    BOOST_TEST(b.remaining() == 1U);
    b.take();
    BOOST_TEST(b.remaining() == 0U);
    BOOST_TEST(!b.window.try_hold(b.now).has_value());
    b.window.give_back(first);
    BOOST_TEST(b.remaining() == 1U);
}

BOOST_AUTO_TEST_CASE(frees_a_slot_a_window_and_a_second_after_the_end_of_the_exchange)
{
    bench b(1);
    const auto slot = b.take();
    b.now += 30s;
    b.window.stamp(slot, b.now, true);
    b.now += 1h + 1s - 1ns;
    BOOST_TEST(!b.window.try_hold(b.now).has_value());
    b.now += 1ns;
    BOOST_TEST(b.window.try_hold(b.now).has_value());
}

BOOST_AUTO_TEST_CASE(knows_when_a_place_of_the_queue_gets_a_slot)
{
    bench b(3);
    b.use(1); // free in 1 h 1 s
    b.now += 10min;
    b.use(1); // and 10 min later
    b.now += 10min;
    const auto held = b.take();

    const auto first = 40min + 1s, second = 50min + 1s, round = 1h + 1s;
    const std::pair<duration, duration> rows[] = {
        // at best, and when what is held is stamped now
        {0s, first},
        {first, second},
        {second, round},
        {round, first + round},
        {first + round, second + round},
        {second + round, 2 * round},
        {2 * round, first + 2 * round},
    };
    for (std::uint64_t position = 0; position < std::size(rows); ++position)
        BOOST_TEST_CONTEXT("position " << position)
        {
            BOOST_TEST((b.earliest(position) == rows[position].first));
            BOOST_TEST((b.expected(position) == rows[position].second));
        }

    b.refuse(held, 45min);
    BOOST_TEST((b.earliest(0) == 45min));
    BOOST_TEST((b.earliest(1) == 45min));
    BOOST_TEST((b.earliest(2) == second));
}

BOOST_AUTO_TEST_CASE(says_the_end_of_time_for_what_lies_beyond_it)
{
    bench b(1, duration::max() - 1ns);
    b.use(1);
    BOOST_TEST((b.window.earliest(b.now, 0) == time_point::max()));
    BOOST_TEST((bench(1).window.earliest(start, UINT64_MAX) == time_point::max()));
}

BOOST_AUTO_TEST_CASE(pauses_for_as_long_as_a_429_says_and_up_to_a_tenth_and_a_second_more)
{
    struct row {
        duration hint;
        double uniform;
        duration pause;
    };
    const row rows[] = {{30s, 0, 30s},           {30s, 0.5, 30s + 500ms}, {5s, 0.5, 5s + 250ms},
                        {100ms, 0.99, 109900us}, {0s, 0.9, 0s},           {24h, 0.25, 24h + 250ms}};
    for (const auto& r : rows)
        BOOST_TEST_CONTEXT(r.pause.count())
        {
            bench b(100);
            BOOST_TEST((b.refuse_next(r.hint, r.uniform) == r.pause));
            BOOST_TEST(b.remaining() == (r.pause > 0s ? 0U : 1U));
            b.now += r.pause;
            BOOST_TEST(b.remaining() == 1U);
        }
}

BOOST_AUTO_TEST_CASE(without_a_hint_waits_for_its_oldest_use_to_leave_a_full_log)
{
    bench b(3);
    b.use(1);
    b.now += 10min;
    const auto held = b.take();
    BOOST_TEST((b.refuse_next() == 50min + 1s)); // one stamped, one held, one refused
    b.window.give_back(held);
}

BOOST_AUTO_TEST_CASE(without_a_hint_and_with_slots_left_doubles_its_guess_to_a_quarter_of_an_hour)
{
    struct row {
        std::uint32_t limit;
        duration window;
        std::vector<duration> pauses;
    };
    const row rows[] = {
        {100, 1h, {36s, 72s, 144s, 288s, 576s, 15min, 15min}},
        {1, 1h, {15min, 15min}},
        {1, 1min, {1min, 2min, 4min, 8min, 15min}},
        {1000, 1us, {1ms, 2ms, 4ms}},
    };
    for (const auto& r : rows) {
        bench b(r.limit, r.window);
        for (const auto pause : r.pauses)
            BOOST_TEST_CONTEXT(r.limit << ": " << pause.count()) BOOST_TEST((b.refuse_next() == pause));
    }
}

BOOST_AUTO_TEST_CASE(begins_to_guess_anew_after_a_success_only)
{
    bench b(100);
    BOOST_TEST((b.refuse_next() == 36s));
    b.now += 36s;
    b.use(1, false);
    BOOST_TEST((b.refuse_next() == 72s));
    BOOST_TEST((b.refuse_next(10s) == 10s)); // told, not guessed
    BOOST_TEST((b.refuse_next() == 144s));
    b.now += 144s;
    b.use(1, true);
    BOOST_TEST((b.refuse_next() == 36s));
}

BOOST_AUTO_TEST_CASE(takes_429s_of_requests_under_way_together_for_one)
{
    bench b(100);
    std::array<quota_window::slot, 6> storm;
    for (auto& slot : storm)
        slot = b.take();
    BOOST_TEST((b.refuse(storm[0], {}) == 36s));
    b.now += 1s;
    BOOST_TEST((b.refuse(storm[1], {}) == 35s)); // neither later nor doubled
    BOOST_TEST((b.refuse(storm[2], 20s) == 35s));
    BOOST_TEST((b.refuse(storm[3], 50s, 0.5) == 50s + 500ms));
    b.now += 51s;
    BOOST_TEST(b.remaining() == 1U);
    BOOST_TEST((b.refuse(storm[4], {}) == 36s)); // a straggler: the pause again, not the next one
    b.now += 36s;
    b.window.stamp(storm[5], b.now, true);
    BOOST_TEST((b.refuse_next() == 72s));
}

BOOST_AUTO_TEST_CASE(probes_after_a_pause_until_something_was_not_refused)
{
    bench b(100);
    b.refuse_next(10s);
    b.now += 10s;
    BOOST_TEST(b.remaining() == 1U);
    const auto unsent = b.take();
    BOOST_TEST(b.remaining() == 0U);
    BOOST_TEST(!b.window.try_hold(b.now).has_value());
    b.window.give_back(unsent);
    BOOST_TEST(b.remaining() == 1U);
    b.refuse_next(10s);
    b.now += 10s;
    b.window.stamp(b.take(), b.now, false, false); // lost, or cancelled: it found nothing out
    BOOST_TEST(b.remaining() == 1U);
    b.use(1, false);
    BOOST_TEST(b.remaining() == 98U);
}

BOOST_AUTO_TEST_CASE(learns_nothing_from_what_was_sent_before_the_pause)
{
    bench b(100);
    const auto earlier = b.take(), late = b.take(), unsent = b.take();
    b.refuse_next(10s);
    b.window.stamp(earlier, b.now, true);
    b.now += 10s;
    BOOST_TEST(b.remaining() == 1U); // those still under way are not in the probe's way
    const auto probe = b.take();
    b.window.stamp(late, b.now, true);
    b.window.give_back(unsent);
    BOOST_TEST(b.remaining() == 0U);
    b.window.stamp(probe, b.now, true);
    BOOST_TEST(b.remaining() == 97U);
}

BOOST_AUTO_TEST_CASE(goes_on_after_a_restart)
{
    bench b(4);
    b.use(1);
    b.now += 10min;
    b.use(1);
    b.take();
    b.now += 5min;
    b.refuse_next(20min);
    b.now += 1min;
    const auto saved = b.window.state(b.now);
    BOOST_TEST(saved.held == 1U);
    BOOST_TEST((saved.ages == std::vector<duration>{16min, 6min}));
    BOOST_TEST((saved.pause_left == 19min));

    struct row {
        std::uint32_t limit;
        duration elapsed;
        std::uint32_t remaining;
        duration earliest;
    };
    const row rows[] = {
        {4, 0s, 0, 19min},      {4, 2min, 0, 17min},       {4, 19min, 1, 0s},   {4, 45min, 1, 0s},
        {3, 0s, 0, 44min + 1s}, {2, 10min, 0, 44min + 1s}, {1, 0s, 0, 1h + 1s}, // more uses than are allowed now
        {2, 54min + 1s, 1, 0s}, {1, 200h, 0, 1h + 1s},
    };
    for (const auto& r : rows)
        BOOST_TEST_CONTEXT("limit " << r.limit << ", after " << r.elapsed.count())
        {
            const quota_window again(r.limit, 1h, saved, r.elapsed, start);
            BOOST_TEST(again.remaining(start) == r.remaining);
            BOOST_TEST((again.earliest(start, 0) - start == r.earliest));
        }
}

BOOST_AUTO_TEST_CASE(goes_on_probing_and_guessing_after_a_restart)
{
    bench b(100);
    b.refuse_next();
    b.now += 36s;
    const auto saved = b.window.state(b.now);
    b.window = quota_window(100, 1h, saved, 1h, start);
    b.now = start;
    BOOST_TEST(b.remaining() == 1U);
    BOOST_TEST((b.refuse_next() == 72s));
}

BOOST_AUTO_TEST_SUITE_END()
