#include <cojob/impl/internal/redis/outage_plan.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <numeric>

namespace outage_plan_tests {

using cojob::when_unreachable;
using cojob::detail::outage_plan;

constexpr std::int64_t second = 1'000'000, hour = 3600 * second, lease = 60 * second;

/// How many slots the plan grants at this time.
std::uint64_t granted(outage_plan& plan, std::int64_t now, std::uint64_t own = 0)
{
    std::uint64_t count = 0;
    while (count < 1'000 && plan.grant(own + count, now))
        ++count;
    return count;
}

} // namespace outage_plan_tests

BOOST_AUTO_TEST_SUITE(a_process_whose_ledger_is_away)

using namespace outage_plan_tests;

BOOST_AUTO_TEST_CASE(grants_nothing_by_default)
{
    outage_plan plan(100, hour, {}, 0);
    plan.answered(20, 0, 0);
    plan.failed(lease, second);
    BOOST_TEST(granted(plan, second) == 0U);
    BOOST_TEST(granted(plan, 10 * hour) == 0U);
    BOOST_TEST(!plan.may_wait());
}

BOOST_AUTO_TEST_CASE(grants_as_if_it_were_alone_if_it_may)
{
    outage_plan plan(100, hour, when_unreachable::local(), 0);
    plan.failed(lease, 0);
    BOOST_TEST(granted(plan, 0, 30) == 70U);
}

BOOST_AUTO_TEST_CASE(grants_its_part_when_earlier_uses_have_left_the_window)
{
    outage_plan plan(100, hour, when_unreachable::divide(4), 0);
    plan.answered(20, 5 * second, 0);
    plan.failed(lease, second);
    const auto later = second + lease + hour + outage_plan::margin;
    BOOST_TEST(plan.wait(second) == later - second);
    BOOST_TEST(granted(plan, later - 1) == 0U);
    BOOST_TEST(granted(plan, later, 20) == 5U);
    BOOST_TEST(granted(plan, later, 0) == 25U);
    plan.answered(25, 0, later);
    BOOST_TEST(!plan.is_away());
}

BOOST_AUTO_TEST_CASE(grants_no_part_if_it_has_never_seen_the_ledger)
{
    outage_plan plan(100, hour, when_unreachable::divide(4), 0);
    plan.failed(lease, 0);
    BOOST_TEST(granted(plan, 10 * hour) == 0U);
}

BOOST_AUTO_TEST_CASE(may_have_used_its_part_before_it_was_started_again)
{
    const outage_plan plan(100, hour, when_unreachable::divide(4), second);
    const auto known = second + lease + hour + outage_plan::margin;
    BOOST_TEST(plan.has(3, lease, second) == 25U);
    BOOST_TEST(plan.has(30, lease, second) == 30U);
    BOOST_TEST(plan.has(3, lease, known - 1) == 25U);
    BOOST_TEST(plan.has(3, lease, known) == 3U);
    for (const auto how : {when_unreachable::fail(), when_unreachable::local()})
        BOOST_TEST(outage_plan(100, hour, how, 0).has(3, lease, 0) == 3U);
}

BOOST_AUTO_TEST_CASE(grants_no_part_before_its_earlier_uses_have_left_the_window)
{
    outage_plan plan(100, hour, when_unreachable::divide(4), second);
    plan.answered(0, 0, second); // started in an outage that was just over
    plan.failed(lease, second);
    const auto known = second + lease + hour + outage_plan::margin;
    BOOST_TEST(granted(plan, known - 1) == 0U);
    BOOST_TEST(granted(plan, known) == 25U);
}

BOOST_AUTO_TEST_CASE(waits_for_leases_of_others_that_last_longer_than_its_own)
{
    outage_plan plan(100, hour, when_unreachable::divide(4), 0);
    plan.answered(100, 10 * lease, 0);
    plan.failed(lease, second);
    const auto later = 10 * lease + hour + outage_plan::margin;
    BOOST_TEST(granted(plan, later - 1) == 0U);
    BOOST_TEST(granted(plan, later) == 25U);
    BOOST_TEST(plan.wait(later - 5) == 5);
}

BOOST_AUTO_TEST_CASE(remembers_for_how_long_what_it_saw_counts)
{
    outage_plan plan(100, hour, {}, 0);
    BOOST_TEST(plan.counts_for(0) == 0);
    plan.answered(42, lease, 10 * second);
    BOOST_TEST(plan.seen() == 42U);
    BOOST_TEST(plan.counts_for(10 * second) == lease + hour + outage_plan::margin);
    BOOST_TEST(plan.counts_for(10 * hour) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
