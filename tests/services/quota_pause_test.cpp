#include "support/quota_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace quota_pause_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::when_exhausted;
using tests::all_succeeded;
using tests::delayed;
using tests::quota_bench;
using tests::throttling;
using texts = std::vector<std::string>;

/// The vendor's, and nobody gives up.
const cojob::quota_options hundred{.limit = 100, .max_wait = no_timeout};

} // namespace quota_pause_tests

BOOST_AUTO_TEST_SUITE(a_pool_that_pauses)

using namespace quota_pause_tests;

BOOST_AUTO_TEST_CASE(for_longer_than_a_call_may_queue_refuses_it_at_once)
{
    quota_bench b({.limit = 100}, {throttling("310")});
    auto before = b.create("before");
    BOOST_TEST(before.code() == errc::rate_limited);
    auto too_long = b.create("too long");
    BOOST_TEST(too_long.code() == errc::quota_exhausted);
    BOOST_TEST(b.until(too_long.error().retry_at) == b.pause());
    b.clock->advance(12s);
    auto in_time = b.create("in time");
    b.clock->advance(5min);
    BOOST_TEST(in_time.code() == error_code());
    BOOST_TEST((b.prompts == texts{"before", "in time"}));
}

BOOST_AUTO_TEST_CASE(refuses_those_who_queue_when_it_turns_out_to_be_too_long)
{
    quota_bench b({.limit = 100}, {throttling("30"), throttling("400")});
    auto first = b.create("first"), queued = b.create("queued");
    b.clock->advance(31s);
    BOOST_TEST(first.code() == errc::rate_limited);
    BOOST_TEST(queued.code() == errc::quota_exhausted);
    BOOST_TEST(b.until(queued.error().retry_at) == b.pause());
    BOOST_TEST((b.prompts == texts{"first", "first"}));
}

BOOST_AUTO_TEST_CASE(does_so_for_all_clients)
{
    quota_bench b(hundred, {throttling("20")});
    const auto other = b.agent_on(b.make_client({}));
    auto refused = b.create("refused");
    auto queued = b.start(other.create_job("queued"));
    b.clock->advance(20s - 1ms);
    BOOST_TEST((b.prompts == texts{"refused"}));
    b.clock->advance(1s + 1ms);
    BOOST_TEST((b.prompts == texts{"refused", "refused", "queued"}));
    BOOST_TEST(queued.code() == error_code());
}

BOOST_AUTO_TEST_CASE(is_not_waited_for_by_those_who_do_not_queue)
{
    quota_bench b({.limit = 100, .on_exhausted = when_exhausted::fail}, {throttling("20")});
    auto refused = b.create("refused"), next = b.create("next");
    BOOST_TEST(refused.code() == errc::rate_limited);
    BOOST_TEST(refused.error().attempts.back().why == "not retried: quota_options::on_exhausted does not wait");
    BOOST_TEST(next.code() == errc::quota_exhausted);
    for (const auto& call : {refused, next})
        BOOST_TEST(b.until(call.error().retry_at) == b.pause());
    BOOST_TEST(b.agent.get_client().stats().retries == 0U);
    BOOST_TEST(b.count_seen("retry ") == 0);
}

BOOST_AUTO_TEST_CASE(is_told_of_once_by_each_that_it_holds_up)
{
    quota_bench b(hundred, {throttling()});
    b.create("refused");
    const auto queued = b.create_many(3);
    b.clock->advance(1min);
    BOOST_TEST(all_succeeded(queued));
    const std::string post = "POST /v2/agent/p/job";
    BOOST_TEST(b.count_seen("throttled " + post + " rate limited for 36 s") == 1);
    BOOST_TEST(b.count_seen("retry 1 " + post + " rate limited in 36 s") == 1);
    BOOST_TEST(b.count_seen("throttled " + post + " quota exhausted for 36 s") == 3);
    BOOST_TEST(b.count_seen("throttled ") == 4);
    BOOST_TEST(b.agent.get_client().stats().throttles == 4U);
    BOOST_TEST(b.agent.get_client().stats().retries == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
