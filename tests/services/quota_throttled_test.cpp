#include "support/quota_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace quota_throttled_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using tests::all_succeeded;
using tests::delayed;
using tests::job_reply;
using tests::one_attempt;
using tests::quota_bench;
using tests::throttling;
using reply = cojob::testing::scripted_reply;
using texts = std::vector<std::string>;

/// The vendor's, and nobody gives up.
const cojob::quota_options hundred{.limit = 100, .max_wait = no_timeout};

/// Why a call's 429 is not followed by another attempt.
struct final_row {
    const char* what;
    std::string hint;
    double at_least, at_most; ///< the pause of the pool
    void (*change)(cojob::client_options&, cojob::quota_options&);
};

const final_row finals[] = {
    {"one attempt", "20", 20, 21, [](auto& o, auto&) { o.retry.max_attempts = 1; }},
    {"one attempt, no hint", "", 36, 36, [](auto& o, auto&) { o.retry.max_attempts = 1; }},
    {"disabled in retry_options", "20", 20, 21, [](auto& o, auto&) { o.retry.on_throttled = false; }},
    {"max_wait", "20", 20, 21, [](auto&, auto& q) { q.max_wait = 19s; }},
    {"max_wait, no hint", "", 36, 36, [](auto&, auto& q) { q.max_wait = 35s; }},
    {"max_wait, days", "200000", 200000, 200001, [](auto&, auto& q) { q.max_wait = 199999s; }},
};

} // namespace quota_throttled_tests

BOOST_AUTO_TEST_SUITE(a_429_despite_free_slots)

using namespace quota_throttled_tests;

BOOST_AUTO_TEST_CASE(pauses_the_pool_and_the_one_that_got_it_goes_first)
{
    quota_bench b(hundred, {throttling("20")});
    auto refused = b.create("refused");
    const auto queued = b.create_many(10);
    auto look = b.start(b.agent.get_job("job_1")); // draws on nothing
    BOOST_TEST(look.code() == error_code());
    BOOST_TEST(b.pause() >= 20);
    BOOST_TEST(b.pause() <= 21);
    b.clock->advance(20s - 1ms);
    BOOST_TEST((b.prompts == texts{"refused"}));
    b.clock->advance(1s + 1ms);
    BOOST_TEST(b.prompts.size() == 12U);
    BOOST_TEST(b.prompts.at(1) == "refused");
    BOOST_TEST(b.prompts.at(2) == "queued 0");
    BOOST_TEST(b.prompts.at(11) == "queued 9");
    BOOST_TEST(refused.code() == error_code());
    BOOST_TEST(all_succeeded(queued));
    BOOST_TEST(b.used() == 11U);
}

BOOST_AUTO_TEST_CASE(is_one_for_each_pause_and_nobody_elses)
{
    const std::deque<reply> long_day(3, delayed(1s, throttling("10")));
    quota_bench b(hundred, long_day);
    auto refused = b.create("refused");
    b.clock->advance(1s);
    const auto queued = b.create_many(10);
    for (int pauses = 1; pauses <= 3; ++pauses) {
        BOOST_TEST(b.prompts.size() == static_cast<std::size_t>(pauses));
        b.clock->advance(12s); // the pause, a moment more, and the next answer
    }
    b.clock->advance(1s);
    BOOST_TEST(std::count(b.prompts.begin(), b.prompts.end(), "refused") == 4);
    BOOST_TEST(b.prompts.size() == 14U);
    BOOST_TEST(refused.code() == error_code());
    BOOST_TEST(all_succeeded(queued));
}

BOOST_AUTO_TEST_CASE(again_and_again_costs_one_call_after_the_other_and_not_all)
{
    quota_bench b(hundred, std::deque<reply>(6, throttling("10")), one_attempt());
    auto queued = b.create_many(10);
    b.clock->advance(5 * 11s);
    BOOST_TEST(std::count_if(queued.begin(), queued.end(), [](const auto& c) { return c.is_done(); }) == 6);
    b.clock->advance(11s);
    for (std::size_t i = 0; i < queued.size(); ++i)
        BOOST_TEST(queued[i].code() == (i < 6 ? make_error_code(errc::rate_limited) : error_code()));
    BOOST_TEST(b.prompts.size() == 10U);
}

BOOST_AUTO_TEST_CASE(of_many_under_way_is_one_pause)
{
    quota_bench b(hundred, std::deque<reply>(10, delayed(5s, throttling())));
    const auto together = b.create_many(10, "");
    b.clock->advance(5s);
    BOOST_TEST(b.pause() == 36.0);
    b.next.push_back(delayed(3s, job_reply("active", 201))); // one goes ahead, and the others wait for what it finds
    b.clock->advance(36s);
    BOOST_TEST(b.prompts.size() == 11U);
    BOOST_TEST(b.prompts.back() == "0");
    b.clock->advance(3s);
    const texts after(b.prompts.begin() + 10, b.prompts.end());
    BOOST_TEST((after == texts{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
    BOOST_TEST(all_succeeded(together));
}

BOOST_AUTO_TEST_CASE(without_a_hint_pauses_for_longer_each_time)
{
    quota_bench b(hundred, {}, one_attempt());
    for (int day = 0; day < 2; ++day) {
        for (const auto seconds : {36, 72, 144, 288, 576, 900, 900}) {
            b.next = {throttling()};
            BOOST_TEST(b.create().code() == errc::rate_limited);
            BOOST_TEST(b.pause() == seconds);
            b.clock->advance(std::chrono::seconds(seconds));
        }
        BOOST_TEST(b.create().code() == error_code()); // and that begins anew
    }
}

BOOST_AUTO_TEST_CASE(without_a_hint_and_with_all_slots_used_waits_for_the_oldest)
{
    quota_bench b({.limit = 3, .max_wait = no_timeout}, {}, one_attempt());
    b.use(1);
    b.clock->advance(10min);
    b.use(1);
    b.clock->advance(10min);
    b.next = {throttling()};
    BOOST_TEST(b.create("refused").code() == errc::rate_limited);
    BOOST_TEST(b.pause() == 40 * 60 + 1);
    const auto queued = b.create_many(3);
    b.clock->advance(40min + 1s - 1ms);
    BOOST_TEST((b.prompts == texts{"refused"}));
    b.clock->advance(1ms);
    BOOST_TEST((b.prompts == texts{"refused", "queued 0", "queued 1"}));
}

BOOST_AUTO_TEST_CASE(with_a_hint_of_nothing_pauses_for_a_second)
{
    quota_bench b(hundred, {throttling("0")});
    auto refused = b.create();
    BOOST_TEST(b.pause() >= 1);
    BOOST_TEST(b.pause() <= 1.1);
    b.clock->advance(1100ms);
    BOOST_TEST(refused.code() == error_code());
}

BOOST_AUTO_TEST_CASE(that_cannot_be_waited_for_ends_its_call_at_once_and_pauses_the_pool_all_the_same)
{
    for (const auto& row : finals)
        BOOST_TEST_CONTEXT(row.what)
        {
            cojob::client_options options;
            auto quota = hundred;
            row.change(options, quota);
            quota_bench b(quota, {throttling(row.hint)}, options);
            auto refused = b.create("refused");
            BOOST_REQUIRE(refused.is_done());
            BOOST_TEST(refused.code() == errc::rate_limited);
            BOOST_TEST(refused.error().http_status == 429);
            BOOST_TEST(refused.error().attempts.size() == 1U);
            BOOST_TEST(b.until(refused.error().retry_at) == b.pause());
            BOOST_TEST(b.pause() >= row.at_least);
            BOOST_TEST(b.pause() <= row.at_most);
            BOOST_TEST(b.count_seen("retry ") == 0);
            b.clock->advance(2s); // now the rest can be waited for
            auto queued = b.create("queued");
            b.clock->advance(
                std::chrono::duration_cast<cojob::duration>(std::chrono::duration<double>(row.at_least - 2.001)));
            BOOST_TEST((b.prompts == texts{"refused"}));
            b.clock->advance(1s + 1ms);
            BOOST_TEST((b.prompts == texts{"refused", "queued"}));
            BOOST_TEST(queued.code() == error_code());
        }
}

BOOST_AUTO_TEST_CASE(counts_neither_as_an_attempt_nor_against_max_server_delay_nor_on_the_calls_clock)
{
    cojob::client_options options;
    options.retry.max_attempts = 2;
    options.timeouts.call = 15s;
    quota_bench b(hundred,
                  {throttling("20"), throttling("121"), throttling("7200"), throttling(), throttling("20"),
                   delayed(14s, job_reply("active", 201))},
                  options);
    auto call = b.create();
    b.clock->advance(4h);
    BOOST_TEST(call.code() == error_code());
    BOOST_TEST(b.prompts.size() == 6U);
    BOOST_TEST(b.agent.get_client().stats().retries == 5U);
}

BOOST_AUTO_TEST_CASE(uses_up_the_calls_clock_only_while_it_is_under_way)
{
    cojob::client_options options;
    options.timeouts.call = 15s;
    quota_bench b(hundred,
                  {delayed(6s, throttling("20")), delayed(6s, throttling("20")), delayed(6s, throttling("20"))},
                  options);
    auto call = b.create();
    b.clock->advance(2min);
    BOOST_TEST(call.code() == errc::outcome_unknown); // the third attempt had 3 s
    BOOST_TEST(b.prompts.size() == 3U);
}

BOOST_AUTO_TEST_CASE(without_end_ends_its_call_when_all_its_waits_together_are_max_wait)
{
    for (const bool has_wait_before : {false, true}) {
        quota_bench b({.limit = 100, .max_wait = 5min}, std::deque<reply>(100, throttling("20")));
        if (has_wait_before) { // the same, by the pause of another's 429
            b.create("other").cancel();
            b.clock->settle();
        }
        auto call = b.create("call");
        const auto seconds = b.until_done(call);
        BOOST_TEST(call.code() == errc::rate_limited);
        BOOST_TEST(seconds > 5 * 60 - 21.1);
        BOOST_TEST(seconds <= 5 * 60 + 0.1);
        BOOST_TEST(b.until(call.error().retry_at) == b.pause());
        BOOST_TEST(b.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(of_another_that_makes_the_pause_too_long_ends_the_one_that_waits)
{
    quota_bench b({.limit = 100, .max_wait = 1min}, {delayed(1s, throttling("30")), delayed(10s, throttling("300"))});
    auto waits = b.create("waits"), straggler = b.create("straggler");
    b.clock->advance(10s);
    for (const auto& call : {waits, straggler}) {
        BOOST_TEST(call.code() == errc::rate_limited);
        BOOST_TEST(b.until(call.error().retry_at) == b.pause());
    }
    BOOST_TEST(b.pause() >= 300);
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(ends_its_call_after_max_wait_when_it_gets_no_further)
{
    quota_bench b({.limit = 100, .max_wait = 119s},
                  {delayed(1s, throttling("10")), delayed(1s, throttling("10")), delayed(no_timeout, {})});
    const auto longer = b.agent.with(b.agent.get_client().with_timeout(5min));
    auto first = b.start(longer.create_job("first"));
    auto second = b.create("second"); // waits for what becomes of the first
    b.clock->advance(2min - 1ms);
    BOOST_TEST((b.prompts == texts{"first", "second", "first"}));
    BOOST_TEST(!second.is_done());
    b.clock->advance(1ms);
    BOOST_TEST(!first.is_done());
    BOOST_TEST(second.code() == errc::rate_limited);
    BOOST_TEST(second.error().attempts.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
