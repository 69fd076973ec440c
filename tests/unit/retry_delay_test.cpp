#include <cojob/impl/internal/policy/retry_plan.hpp>

#include "support/planned_call.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace retry_delay_tests {

using namespace tests::retries;
using cojob::duration;
using cojob::effect;
using cojob::retry_options;
using cojob::time_point;

using moment = retry_plan::moment;

constexpr double nearly_one = 0.999;

double seconds(duration d)
{
    return std::chrono::duration<double>(d).count();
}

/// What is waited before each of so many retries, in seconds.
std::vector<double> waits(const attempt_outcome& failure, std::size_t count, double uniform, retry_options o = {})
{
    o.max_attempts = std::numeric_limits<unsigned>::max();
    planned_call call(effect::none, o);
    std::vector<double> all;
    while (all.size() < count) {
        call.fill_budget();
        const auto step = call.after(failure, with(uniform));
        BOOST_TEST_REQUIRE(step.is_again);
        all.push_back(seconds(step.wait));
    }
    return all;
}

/// What the waits of a row of retries are drawn from: half of each of these to the whole.
struct backoff {
    const char* name;
    attempt_outcome failure;
    std::vector<double> wholes;
};

const std::vector<double> usual{0.5, 1, 2, 4, 8, 8, 8}, throttled{1, 2, 4, 8, 16, 32, 60, 60};

const backoff backoffs[] = {
    {"connect", unsent(errc::connect_failed), usual},
    {"timeout", stopped(cojob::stop_reason::limit, true), usual},
    {"lost", lost(errc::connection_lost), usual},
    {"500", answered(500), usual},
    {"408", answered(408), usual},
    {"429", answered(429), throttled},
};

const attempt_outcome hinted[] = {answered(429, true), answered(503, true), answered(500, true), answered(425, true)};

void expect_waits(const backoff& b, const retry_options& o)
{
    BOOST_TEST_CONTEXT(b.name)
    {
        const auto least = waits(b.failure, b.wholes.size(), 0, o), most = waits(b.failure, b.wholes.size(), 0.999, o);
        for (std::size_t n = 0; n < b.wholes.size(); ++n) {
            BOOST_TEST(least[n] == b.wholes[n] / 2, boost::test_tools::tolerance(1e-9));
            BOOST_TEST(most[n] == b.wholes[n] / 2 * (1 + nearly_one), boost::test_tools::tolerance(1e-9));
        }
    }
}

} // namespace retry_delay_tests

BOOST_AUTO_TEST_SUITE(a_retrys_delay)

using namespace retry_delay_tests;

BOOST_AUTO_TEST_CASE(doubles_up_to_its_cap_and_is_half_random)
{
    for (const auto& b : backoffs)
        expect_waits(b, {});
}

BOOST_AUTO_TEST_CASE(follows_the_options_unless_the_server_throttles)
{
    retry_options o;
    o.base_delay = 3s;
    o.max_delay = 10s;
    expect_waits({"500", answered(500), {3, 6, 10, 10}}, o);
    expect_waits({"429", answered(429), throttled}, o);
    o.max_delay = 2s;
    expect_waits({"a base over the cap", answered(500), {2, 2}}, o);
    o.base_delay = o.max_delay = cojob::no_timeout;
    BOOST_TEST(waits(answered(500), 3, 0, o).back() > 1e9);
}

BOOST_AUTO_TEST_CASE(begins_anew_with_each_call_and_does_not_grow_by_what_is_free)
{
    planned_call call;
    BOOST_TEST(call.after(stale(lost(errc::connection_lost)), with(0)).is_again);
    BOOST_TEST(call.after(answered(401), with(0)).is_again);
    BOOST_TEST(seconds(call.after(answered(500), with(0)).wait) == 0.25);
    BOOST_TEST(seconds(planned_call().after(answered(500), with(0)).wait) == 0.25);
}

BOOST_AUTO_TEST_CASE(is_never_less_than_the_server_asks_for_and_little_more)
{
    struct row {
        duration hint, most_jitter;
    };
    for (const auto& r : {row{1ns, 0ns}, {1ms, 100us}, {100ms, 10ms}, {5s, 500ms}, {10s, 1s}, {11s, 1s}, {2min, 1s}})
        for (const auto& failure : hinted)
            for (const auto uniform : {0.0, 0.5, nearly_one}) {
                const auto step = planned_call().after(failure, with(uniform, r.hint));
                BOOST_TEST(step.is_again);
                const bool takes_leave = failure.status == 503 && failure.has_retry_hint && r.hint < 1s;
                const auto least = takes_leave ? duration(1s) : r.hint; // and "in a moment" is no time
                const auto most_jitter = takes_leave ? duration(100ms) : r.most_jitter;
                BOOST_CHECK(step.wait >= least);
                BOOST_TEST(std::abs(seconds(step.wait - least) - uniform * seconds(most_jitter)) < 2e-9);
            }
}

BOOST_AUTO_TEST_CASE(is_not_longer_than_patience)
{
    for (const auto& failure : hinted) {
        const auto step = planned_call().after(failure, with(0.5, 2min + 1ns));
        BOOST_TEST(!step.is_again);
        BOOST_TEST(step.why_not == "the server's delay is longer than max_server_delay");
    }
    retry_options o;
    o.max_server_delay = 3s;
    BOOST_TEST(planned_call(effect::none, o).after(answered(429), with(0.5, 3s)).is_again);
    BOOST_TEST(!planned_call(effect::none, o).after(answered(429), with(0.5, 3s + 1ns)).is_again);
    BOOST_TEST(planned_call(effect::none, o).after(answered(429), with(0.5)).is_again); // a matter of hints
}

BOOST_AUTO_TEST_CASE(ends_before_the_deadline_or_there_is_no_retry)
{
    struct row {
        const char* name;
        attempt_outcome failure;
        std::optional<duration> hint;
        duration wait;
    };
    for (const auto& r : {row{"backoff", answered(500), {}, 250ms}, row{"throttled", answered(429), {}, 500ms},
                          row{"hint", answered(503, true), 30s, 30s}})
        for (const auto early : {1ns, 0ns, -1ns, -1000000000ns}) {
            const auto m = with(0, r.hint, some_moment.now + r.wait + early);
            const auto step = planned_call().after(r.failure, m);
            BOOST_TEST_CONTEXT(r.name)
            {
                BOOST_TEST(step.is_again == (early > 0ns));
                BOOST_TEST(step.why_not == (early > 0ns ? "" : "the deadline would pass first"));
                BOOST_CHECK(step.wait == (early > 0ns ? r.wait : 0ns));
            }
        }
}

BOOST_AUTO_TEST_CASE(is_the_quotas_affair_where_a_pool_pauses)
{
    retry_options o;
    o.max_attempts = 2;
    for (const std::optional<duration> hint : {std::optional<duration>(), std::optional<duration>(5h)}) {
        planned_call call(effect::once, o);
        auto m = with(0, hint, some_moment.now + 1s); // neither the deadline nor max_server_delay is in the way
        m.quota_pause = 5h;
        for (int i = 0; i < 100; ++i) {
            const auto step = call.after(answered(429), m);
            BOOST_TEST(step.is_again);
            BOOST_CHECK(step.wait == 0ns); // a pool makes its own wait
        }
        BOOST_TEST(call.after({.error = cojob::errc::connect_failed}, with(0)).is_again); // the first that counts
        BOOST_TEST(!call.after({.error = cojob::errc::connect_failed}, with(0)).is_again);
        o.max_attempts = 1; // no retry of whatever kind
        BOOST_TEST(!planned_call(effect::once, o).after(answered(429), m).is_again);
        o.max_attempts = 2;
    }
}

BOOST_AUTO_TEST_SUITE_END()
