#include <cojob/impl/internal/job/poll_plan.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <limits>
#include <optional>
#include <vector>

namespace poll_plan_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::poll_schedule;
using cojob::time_point;
using cojob::detail::merge;
using cojob::detail::poll_plan;

const poll_schedule mintlify{5s, 5s, 10s, 1.25};
const time_point start{100h};

double seconds(duration d)
{
    return std::chrono::duration<double>(d).count();
}

/// The gaps between polls that are answered at once.
std::vector<double> gaps(poll_plan plan, int count, double uniform)
{
    std::vector<double> found;
    auto now = start;
    for (int i = 0; i < count; ++i) {
        plan.poll_begins(now);
        const auto next = plan.answered(now, {}, uniform);
        if (!next)
            break;
        found.push_back(seconds(*next - now));
        now = *next;
    }
    return found;
}

struct merged_row {
    poll_schedule own, expected;
};

const std::vector<merged_row> merged_rows{
    {{}, {5s, 5s, 10s, 1.25}},          {{1s}, {1s, 5s, 10s, 1.25}},        {{{}, 30s}, {5s, 30s, 30s, 1.25}},
    {{{}, {}, 2s}, {5s, 2s, 2s, 1.25}}, {{1s, 2s, 3s, 4}, {1s, 2s, 3s, 4}},
};

const std::vector<poll_schedule> refused_rows{
    {-1s},        {{}, -1s},         {{}, {}, -1s},
    {{}, 3s, 2s}, {{}, {}, {}, 0.5}, {{}, {}, {}, std::numeric_limits<double>::quiet_NaN()}};

} // namespace poll_plan_tests

BOOST_AUTO_TEST_SUITE(a_poll_plan)

using namespace poll_plan_tests;

BOOST_AUTO_TEST_CASE(polls_an_unknown_job_at_once_and_a_new_one_after_first)
{
    const poll_plan plan(mintlify, 30min, start);
    BOOST_TEST((plan.first(start, std::nullopt) == start));
    BOOST_TEST((plan.first(start, start) == start + 5s));
    BOOST_TEST((plan.first(start, start - 3s) == start + 2s));
    BOOST_TEST((plan.first(start, start - 1h) == start));
}

BOOST_AUTO_TEST_CASE(makes_a_first_poll_whenever_any_time_is_left)
{
    const poll_plan plan(mintlify, 2s, start);
    BOOST_TEST((plan.first(start, start) == start + 1500ms)); // the deadline less a quarter of the timeout
    BOOST_TEST((plan.first(start + 1900ms, start) == start + 1900ms));
}

BOOST_AUTO_TEST_CASE(grows_from_min_to_max_and_stays_in_the_band)
{
    const auto low = gaps(poll_plan(mintlify, cojob::no_timeout, start), 8, 0.0);
    const auto high = gaps(poll_plan(mintlify, cojob::no_timeout, start), 8, 0.999999);
    const std::vector<double> expect_low{5, 5.625, 7.03125, 8.7890625, 9, 9, 9, 9};
    const std::vector<double> expect_high{5.5, 6.875, 8.59375, 10, 10, 10, 10, 10};
    for (std::size_t i = 0; i < 8; ++i) {
        BOOST_TEST(low.at(i) == expect_low[i], boost::test_tools::tolerance(1e-6));
        BOOST_TEST(high.at(i) == expect_high[i], boost::test_tools::tolerance(1e-5));
    }
}

BOOST_AUTO_TEST_CASE(a_retry_after_raises_the_next_delay_only)
{
    poll_plan plan(mintlify, 30min, start);
    plan.poll_begins(start);
    BOOST_TEST((*plan.answered(start, 60s, 0) == start + 60s));
    plan.poll_begins(start + 60s);
    BOOST_TEST((*plan.answered(start + 60s, 1s, 0) < start + 71s));
}

BOOST_AUTO_TEST_CASE(the_last_poll_leaves_time_for_an_answer)
{
    poll_plan plan(mintlify, 12s, start);
    plan.poll_begins(start);
    const auto second = *plan.answered(start, {}, 0.5);
    plan.poll_begins(second);
    const auto third = *plan.answered(second, {}, 0.5);
    BOOST_TEST((third == start + 11s)); // the deadline less 1 s
    plan.poll_begins(third);
    BOOST_TEST(!plan.answered(third + 10ms, {}, 0.5).has_value());
    BOOST_TEST(!plan.is_server_silent());
}

BOOST_AUTO_TEST_CASE(a_slow_server_gets_twice_its_slowest_answer)
{
    poll_plan plan(mintlify, 60s, start);
    plan.poll_begins(start);
    auto next = *plan.answered(start + 4s, {}, 0);
    while (next < start + 52s) {
        plan.poll_begins(next);
        next = *plan.answered(next, {}, 0);
    }
    BOOST_TEST((next == start + 52s)); // the deadline less twice 4 s
}

BOOST_AUTO_TEST_CASE(a_server_that_never_answers_has_two_minutes)
{
    poll_plan plan(mintlify, 30min, start);
    auto now = start;
    int polls = 0;
    for (std::optional next = start; next; ++polls) {
        now = *next;
        plan.poll_begins(now);
        next = plan.failed(now, {}, 0.5);
    }
    BOOST_TEST((now == start + 2min));
    BOOST_TEST(polls > 10);
    BOOST_TEST(plan.is_server_silent());
}

BOOST_AUTO_TEST_CASE(is_never_sooner_than_a_failing_server_asks)
{
    poll_plan patient(mintlify, 30min, start);
    patient.poll_begins(start);
    BOOST_TEST((*patient.failed(start, 90s, 0.5) == start + 90s));
    poll_plan long_pause(mintlify, 30min, start); // longer than the two minutes a silent server has: this one is not
    long_pause.poll_begins(start);
    BOOST_TEST((*long_pause.failed(start, 10min, 0.5) == start + 10min));
    long_pause.poll_begins(start + 10min);
    BOOST_TEST((*long_pause.failed(start + 10min, {}, 0) < start + 12min));
    long_pause.poll_begins(start + 12min);
    BOOST_TEST(!long_pause.failed(start + 12min, {}, 0).has_value());
}

BOOST_AUTO_TEST_CASE(knows_when_a_servers_pause_is_longer_than_there_is_time)
{
    const struct {
        duration timeout, asked;
        bool is_in_vain;
    } rows[] = {{30min, 30min - 1ns, false},
                {30min, 30min, true},
                {100h, 99h, false},
                {cojob::no_timeout, 24h, false},
                {cojob::no_timeout, 24h + 1ns, true},
                {cojob::no_timeout, cojob::no_timeout, true}};
    for (const auto& row : rows)
        BOOST_TEST(poll_plan(mintlify, row.timeout, start).is_in_vain(start, cojob::detail::after(start, row.asked)) ==
                   row.is_in_vain);
}

BOOST_AUTO_TEST_CASE(gives_up_on_a_server_that_is_silent_for_as_long_as_the_wait_is_patient)
{
    for (const bool responds_once : {false, true}) {
        poll_plan plan(mintlify, cojob::no_timeout, start, 10min);
        plan.poll_begins(start);
        auto next = plan.answered(start, {}, 0);
        auto now = start, first = *next;
        for (int polls = 1; next; ++polls) {
            now = *next;
            plan.poll_begins(now);
            const auto is_response = responds_once && polls == 5;
            next = plan.failed(now, {}, 0, !is_response);
            if (is_response)
                first = *next;
        }
        BOOST_TEST((now == first + 10min));
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_answered_once_has_until_the_deadline)
{
    poll_plan plan(mintlify, 10min, start);
    plan.poll_begins(start);
    auto next = plan.answered(start, {}, 0.5);
    auto now = start;
    while (next) {
        now = *next;
        plan.poll_begins(now);
        next = plan.failed(now, {}, 0.5);
    }
    BOOST_TEST((now == start + 10min - 1s));
    BOOST_TEST(plan.is_server_silent());
}

BOOST_AUTO_TEST_CASE(no_timeout_never_gives_up_on_a_server_that_answers)
{
    poll_plan plan(mintlify, cojob::no_timeout, start);
    auto now = start;
    for (int i = 0; i < 10'000; ++i) {
        plan.poll_begins(now);
        const auto next = plan.answered(now, {}, 0.5);
        BOOST_REQUIRE(next.has_value());
        now = *next;
    }
    BOOST_TEST((now > start + 24h));
}

BOOST_AUTO_TEST_CASE(a_server_that_asks_for_a_pause_gets_it_while_there_is_time)
{
    const struct {
        cojob::duration now, pause;
        std::optional<cojob::duration> next; ///< none: it gives up
    } rows[] = {
        {0s, 36s, 36s},           {0s, 0s, 5s},     {10s, -1s, 15s}, // over already: an interval all the same
        {0s, 599s, 599s},                                            // later than the last poll would be
        {0s, 600s, std::nullopt}, {598s, 1s, 599s}, {599s, 0s, std::nullopt}, {0s, 24h, std::nullopt},
    };
    for (const auto& row : rows) {
        poll_plan plan(mintlify, 10min, start);
        plan.poll_begins(start + row.now);
        const auto next = plan.throttled(start + row.now, start + row.now + row.pause, 0);
        BOOST_TEST(next.has_value() == row.next.has_value());
        BOOST_TEST((!next || *next == start + *row.next));
        BOOST_TEST(plan.is_server_silent());
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_asks_for_a_pause_is_alive)
{
    poll_plan plan(mintlify, 1h, start);
    plan.poll_begins(start);
    BOOST_TEST(plan.throttled(start, start + 15min, 0).has_value());
    plan.poll_begins(start + 15min);
    BOOST_TEST(plan.failed(start + 15min, {}, 0.5).has_value()); // no two minutes any more
    plan.poll_begins(start + 16min);
    BOOST_TEST(plan.answered(start + 16min, {}, 0.5).has_value());
    BOOST_TEST(!plan.is_server_silent());
}

BOOST_AUTO_TEST_CASE(a_pause_does_not_stretch_the_intervals)
{
    poll_plan plan(mintlify, 1h, start);
    plan.poll_begins(start);
    BOOST_TEST(plan.throttled(start, start + 1min, 0).has_value());
    plan.poll_begins(start + 1min);
    BOOST_TEST((*plan.answered(start + 1min, {}, 0) == start + 1min + 5s));
}

BOOST_AUTO_TEST_CASE(without_an_end_a_pause_of_any_length_is_kept)
{
    poll_plan plan(mintlify, cojob::no_timeout, start);
    plan.poll_begins(start);
    BOOST_TEST((plan.throttled(start, start + 1000h, 0) == start + 1000h));
}

BOOST_AUTO_TEST_CASE(a_zero_member_is_the_services_own)
{
    for (const auto& [own, expected] : merged_rows) {
        const auto merged = merge(own, mintlify);
        BOOST_TEST((merged.first == expected.first && merged.min_interval == expected.min_interval));
        BOOST_TEST((merged.max_interval == expected.max_interval && merged.growth == expected.growth));
    }
}

BOOST_AUTO_TEST_CASE(a_schedule_that_cannot_work_is_refused)
{
    for (const auto& own : refused_rows)
        BOOST_CHECK_THROW(merge(own, mintlify), cojob::api_error);
}

BOOST_AUTO_TEST_SUITE_END()
