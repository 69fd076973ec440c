// Scripts whose reply was lost, so that their process sends them again or returns what it may have been granted.
#include "redis/script_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

namespace repeated_scripts_tests {

using cojob::detail::ledger_operation;
using cojob::detail::ledger_reply;
using tests::script_bench;

constexpr std::int64_t second = script_bench::second, window = script_bench::window;

/// The lease got a 429 with a pause of this length.
ledger_reply throttle(script_bench& b, const std::string& lease, std::int64_t length)
{
    return b.call(ledger_operation::throttled, {lease, std::to_string(length), "1"});
}

} // namespace repeated_scripts_tests

BOOST_AUTO_TEST_SUITE(scripts_whose_reply_was_lost)

using namespace repeated_scripts_tests;

BOOST_AUTO_TEST_CASE(give_the_same_when_a_question_is_repeated_whose_reply_was_lost)
{
    script_bench b;
    for (std::uint64_t id = 1; id <= b.limit; ++id)
        BOOST_TEST((b.acquire(1, id).kind == ledger_reply::granted));
    const auto again = b.ask_again(1, b.limit);
    BOOST_TEST((again.kind == ledger_reply::granted));
    BOOST_TEST(again.taken == b.limit);
    BOOST_TEST((b.ask_again(1, b.limit + 1).kind == ledger_reply::wait));
    throttle(b, "0:1", second);
    b.now += second;
    BOOST_TEST((b.acquire(1, 7).kind == ledger_reply::granted)); // the probe
    BOOST_TEST((b.acquire(1, 8).kind == ledger_reply::wait));
    BOOST_TEST((b.ask_again(1, 7).kind == ledger_reply::granted));
}

BOOST_AUTO_TEST_CASE(replace_a_lease_from_before_a_pause_when_its_question_is_repeated)
{
    script_bench b;
    b.acquire(1, 1);
    b.acquire(1, 2);
    BOOST_TEST(throttle(b, "0:1", second).taken == 1);
    auto again = b.ask_again(1, 2);
    BOOST_TEST((again.kind == ledger_reply::wait)); // the pause
    BOOST_TEST(again.taken == 0);
    b.now += second;
    BOOST_TEST((b.ask_again(1, 2).kind == ledger_reply::granted));
    BOOST_TEST((b.prompt({"ZSCORE", "t:{u|p}:leases", "1:2"}).size() == 1U));
}

BOOST_AUTO_TEST_CASE(return_by_its_number_what_was_granted_after_any_pause)
{
    script_bench b;
    b.acquire(1, 1);
    throttle(b, "0:1", second);
    b.now += second;
    b.acquire(1, 7); // the probe, but nobody heard of it
    BOOST_TEST((b.acquire(2, 8).kind == ledger_reply::wait));
    BOOST_TEST(b.call(ledger_operation::unused, {"7"}).taken == 0);
    BOOST_TEST((b.acquire(2, 8).kind == ledger_reply::granted));
    b.now += 60 * second; // it has run out
    BOOST_TEST(b.call(ledger_operation::unused, {"8"}).taken == 0);
}

BOOST_AUTO_TEST_CASE(grant_nothing_to_a_question_that_comes_after_its_return)
{
    script_bench b;
    b.call(ledger_operation::unused, {"5"});
    const auto late = b.acquire(1, 5);
    BOOST_TEST((late.kind == ledger_reply::done));
    BOOST_TEST(late.taken == 0);
    BOOST_TEST((b.acquire(1, 6).kind == ledger_reply::granted));
    b.now += window + 60 * second;
    BOOST_TEST((b.acquire(1, 5).kind == ledger_reply::done));
    b.now += second + 1; // by then it is forgotten
    BOOST_TEST((b.acquire(1, 5).kind == ledger_reply::granted));
}

BOOST_AUTO_TEST_CASE(pause_once_for_a_429_that_is_reported_again)
{
    script_bench b;
    b.acquire(1, 1);
    BOOST_TEST(throttle(b, "0:1", 0).pauses == 1);
    BOOST_TEST((b.acquire(2, 2).kind == ledger_reply::granted)); // the probe
    BOOST_TEST(throttle(b, "0:1", 0).pauses == 1);
    BOOST_TEST((b.acquire(3, 3).kind == ledger_reply::wait));
    BOOST_TEST(throttle(b, "1:2", 0).pauses == 3); // of the probe
}

BOOST_AUTO_TEST_SUITE_END()
