#include "support/quota_bench.hpp"

#include <cojob/impl/internal/base/event.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// A pause of the pool, and the calls that own a slot and have not sent anything yet.
namespace quota_revoke_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::no_timeout;
using cojob::phase;
using cojob::when_exhausted;
using cojob::mintlify::agent_job;
using tests::all_succeeded;
using tests::delayed;
using tests::job_reply;
using tests::quota_bench;
using tests::throttling;
using reply = cojob::testing::scripted_reply;

const cojob::quota_options hundred{.limit = 100, .max_wait = no_timeout};

/// A server that says when requests arrive, which is not when the transport gets them.
struct bench : quota_bench {
    using quota_bench::quota_bench;

    std::vector<double> arrivals;

    /// Takes that long to connect.
    reply arriving(cojob::duration connecting, int status = 201)
    {
        auto r = job_reply("active", status);
        r.delay = r.commit_after = connecting;
        r.on_arrival = [this, response = r.result.response] {
            arrivals.push_back(elapsed());
            return response;
        };
        return r;
    }

    /// A key that takes that long the first time.
    [[nodiscard]] cojob::mintlify::agent with_slow_key(cojob::duration length)
    {
        auto options = project();
        options.shared_quota = pool;
        options.api_key = [this, length, is_first = std::make_shared<bool>(true)]() -> asio::awaitable<cojob::secret> {
            if (std::exchange(*is_first, false))
                co_await sleep(co_await asio::this_coro::executor, length);
            co_return cojob::secret("key");
        };
        return {agent.get_client(), options};
    }

    asio::awaitable<void> sleep(asio::any_io_executor executor, cojob::duration length) const
    {
        cojob::operation op(clock, executor);
        co_await cojob::detail::sleep_until(op, clock->now() + length);
    }
};

/// A 429 after five seconds; the pause takes 20 s or a little more.
reply a_pause_after_5s()
{
    return delayed(5s, throttling("20"));
}

/// Where a call is when the pause begins, after five seconds.
struct phase_row {
    const char* what;
    std::function<tests::started<agent_job>(bench&)> start;
};

const phase_row phases[] = {
    {"asks for its key",
     [](bench& b) {
         b.next.push_back(b.arriving(0s));
         return b.start(b.with_slow_key(8s).create_job("held"));
     }},
    {"connects",
     [](bench& b) {
         b.next.push_back(b.arriving(8s));
         return b.create("held");
     }},
    {"is about to send",
     [](bench& b) {
         b.next.push_back(b.arriving(5s));
         return b.create("held");
     }},
};

} // namespace quota_revoke_tests

BOOST_AUTO_TEST_SUITE(a_pause_of_the_pool)

using namespace quota_revoke_tests;

BOOST_AUTO_TEST_CASE(reaches_a_call_in_every_phase_before_its_commit)
{
    for (const auto& row : phases)
        BOOST_TEST_CONTEXT(row.what)
        {
            bench b(hundred, {a_pause_after_5s()});
            auto refused = b.create("refused");
            auto held = row.start(b);
            b.clock->advance(20s);
            BOOST_TEST(b.arrivals.empty());
            BOOST_TEST(b.used() == 0U);
            b.next = {b.arriving(0s), b.arriving(0s)};
            b.clock->advance(10s);
            BOOST_TEST(b.arrivals.size() == 2U);
            BOOST_TEST(b.arrivals.front() >= 25.);
            BOOST_TEST(refused.code() == error_code());
            BOOST_TEST(held.code() == error_code());
            BOOST_TEST(b.used() == 2U);
        }
}

BOOST_AUTO_TEST_CASE(is_no_failed_attempt_and_no_retry_and_told_once)
{
    bench b(hundred, {a_pause_after_5s()});
    b.create("refused");
    b.next.push_back(b.arriving(8s));
    auto held = b.create("held");
    b.clock->advance(8s);
    b.next = {delayed(3s, throttling("20")), b.arriving(0s), b.arriving(0s)}; // a second pause, in the queue
    b.clock->advance(1min);
    BOOST_TEST(held.code() == error_code());
    const std::string post = "POST /v2/agent/p/job";
    BOOST_TEST(b.count_seen("attempt 1 " + post) == 2);
    BOOST_TEST(b.count_seen("attempt ") == 4); // 1, 2 and 3 of the refused one
    BOOST_TEST(b.count_seen("response ") == 4);
    BOOST_TEST(b.count_seen("retry ") == 2);
    BOOST_TEST(b.count_seen("throttled " + post + " rate limited") == 2);
    BOOST_TEST(b.count_seen("throttled " + post + " quota exhausted") == 1);
    const auto stats = b.agent.get_client().stats();
    BOOST_TEST(stats.requests == 4U);
    BOOST_TEST(stats.retries == 2U);
}

BOOST_AUTO_TEST_CASE(that_is_over_before_the_commit_costs_a_call_nothing)
{
    bench b(hundred, {a_pause_after_5s()});
    b.create("refused");
    b.next.push_back(b.arriving(28s));
    auto held = b.create("held");
    b.next.push_back(b.arriving(0s));
    b.clock->advance(28s);
    BOOST_TEST(held.code() == error_code());
    BOOST_TEST(b.count_seen("throttled POST /v2/agent/p/job quota exhausted") == 0);
}

BOOST_AUTO_TEST_CASE(keeps_the_order)
{
    bench b(hundred, {a_pause_after_5s()});
    b.create("0");
    std::vector<tests::started<agent_job>> calls;
    for (int i = 1; i < 6; ++i) { // the first connects the slowest
        b.next.push_back(b.arriving(1s * (12 - i)));
        calls.push_back(b.create(std::to_string(i)));
    }
    b.clock->advance(15s);
    b.prompts.clear();
    b.clock->advance(15s);
    BOOST_TEST(all_succeeded(calls));
    BOOST_TEST((b.prompts == std::vector<std::string>{"0", "1", "2", "3", "4", "5"}));
}

BOOST_AUTO_TEST_CASE(for_longer_than_a_held_call_may_queue_ends_it)
{
    for (const bool may_queue : {true, false}) {
        auto quota = hundred;
        quota.max_wait = 15s;
        quota.on_exhausted = may_queue ? when_exhausted::wait : when_exhausted::fail;
        bench b(quota, {a_pause_after_5s()});
        auto refused = b.create("refused");
        b.next.push_back(b.arriving(8s));
        auto held = b.create("held");
        b.clock->advance(8s);
        BOOST_TEST(refused.code() == errc::rate_limited);
        BOOST_TEST(held.code() == errc::quota_exhausted);
        BOOST_TEST(held.error().attempts.empty());
        BOOST_TEST(b.until(held.error().retry_at) == b.pause());
        BOOST_TEST(b.count_seen("attempt ") == 2);
        BOOST_TEST(b.count_seen("response ") == 2);
        BOOST_TEST(b.arrivals.empty());
        BOOST_TEST(b.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(lets_a_held_call_be_cancelled)
{
    for (const auto type : {asio::cancellation_type::terminal, asio::cancellation_type::total})
        for (const auto when : {6s, 10s}) { // while it connects; while it queues
            bench b(hundred, {a_pause_after_5s()});
            b.create("refused");
            b.next.push_back(b.arriving(8s));
            auto held = b.create("held");
            b.clock->advance(when);
            held.cancel(type);
            b.clock->settle();
            BOOST_TEST(held.code() == asio::error::operation_aborted);
            BOOST_TEST(b.count_seen("response ") == 2);
            b.next = {b.arriving(0s)};
            b.clock->advance(1min);
            BOOST_TEST(b.arrivals.size() == 1U);
            BOOST_TEST(b.used() == 1U);
        }
}

BOOST_AUTO_TEST_CASE(hands_the_probe_on_when_it_is_cancelled_or_fails)
{
    for (const bool is_cancelled : {true, false}) {
        cojob::client_options options;
        options.retry.on_connect_failure = false;
        bench b(hundred, {a_pause_after_5s(), delayed(6s, {errc::connect_failed, phase::connecting})}, options);
        auto probe = b.create("probe");
        b.clock->advance(5s);
        const auto queued = b.create_many(3);
        b.clock->advance(22s);
        b.next = {b.arriving(0s), b.arriving(0s), b.arriving(0s)};
        BOOST_TEST(b.arrivals.empty());
        if (is_cancelled)
            probe.cancel(asio::cancellation_type::total);
        b.clock->advance(is_cancelled ? 0s : 6s);
        BOOST_TEST(probe.is_done());
        BOOST_TEST(b.arrivals.size() == 3U);
        BOOST_TEST(all_succeeded(queued));
    }
}

BOOST_AUTO_TEST_CASE(stops_a_call_of_another_client_too)
{
    bench b(hundred, {a_pause_after_5s()});
    b.create("refused");
    b.next.push_back(b.arriving(8s));
    auto held = b.start(b.agent_on(b.make_client({})).create_job("held"));
    b.clock->advance(20s);
    BOOST_TEST(b.arrivals.empty());
    b.next = {b.arriving(0s), b.arriving(0s)};
    b.clock->advance(10s);
    BOOST_TEST(held.code() == error_code());
}

BOOST_AUTO_TEST_CASE(asks_for_the_key_and_the_headers_anew)
{
    int keys = 0, hooks = 0;
    cojob::client_options options;
    options.header_hook = [&](const cojob::attempt_event& e) -> cojob::http::header_list {
        ++hooks;
        return {{"X-Attempt", std::to_string(e.number)}};
    };
    bench b(hundred, {a_pause_after_5s()}, options);
    b.create("refused");
    b.next.push_back(b.arriving(8s));
    auto with_provider = quota_bench::project();
    with_provider.shared_quota = b.pool;
    with_provider.api_key = [&]() -> asio::awaitable<cojob::secret> {
        ++keys;
        co_return cojob::secret("key-" + std::to_string(keys));
    };
    auto held = b.start(cojob::mintlify::agent(b.agent.get_client(), with_provider).create_job("held"));
    b.clock->advance(1min);
    BOOST_TEST(held.code() == error_code());
    BOOST_TEST(keys == 2);
    BOOST_TEST(hooks == 4);
    for (const auto& request : b.transport->requests())
        if (request.body.find("held") != std::string::npos)
            BOOST_TEST(cojob::http::find_header(request.headers, "X-Attempt").value_or("") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
