#include <cojob/impl/internal/policy/quota_window.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

namespace quota_fork_tests {

using namespace std::chrono_literals;
using cojob::detail::quota_window;

const cojob::time_point start{};

} // namespace quota_fork_tests

BOOST_AUTO_TEST_SUITE(a_quota_window_in_a_child)

using namespace quota_fork_tests;

BOOST_AUTO_TEST_CASE(has_nothing_free_but_what_its_parent_used_before_it)
{
    quota_window window(3, 1h);
    const auto used = window.try_hold(start);
    window.stamp(*used, start, true);
    window.use_up(start + 10min);
    BOOST_TEST(window.remaining(start + 10min) == 0U);
    BOOST_TEST(window.remaining(start + 1h + 1s) == 1U);
    BOOST_TEST(window.remaining(start + 1h + 10min + 1s) == 3U);
}

BOOST_AUTO_TEST_CASE(gets_no_slot_back_that_its_parent_holds)
{
    quota_window window(2, 1h);
    const auto parents = window.try_hold(start);
    window.use_up(start + 1min);
    window.give_back(*parents);
    BOOST_TEST(window.remaining(start + 1min) == 0U);
    BOOST_TEST(window.remaining(start + 1h) == 0U);
    BOOST_TEST(window.remaining(start + 1h + 1min + 1s) == 2U);
    const auto own = window.try_hold(start + 2h);
    window.give_back(*own);
    BOOST_TEST(window.remaining(start + 2h) == 2U);
}

BOOST_AUTO_TEST_CASE(does_not_wait_for_a_probe_of_its_parents)
{
    quota_window window(2, 1h);
    const auto refused = window.try_hold(start);
    window.throttled(*refused, start, 10s, 0);
    const auto probe = window.try_hold(start + 20s);
    BOOST_TEST_REQUIRE(probe.has_value());
    window.use_up(start + 20s);
    BOOST_TEST(window.try_hold(start + 2h).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
