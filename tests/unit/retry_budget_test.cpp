#include <cojob/impl/internal/policy/retry_plan.hpp>

#include "support/planned_call.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>

namespace retry_budget_tests {

using namespace tests::retries;
using cojob::effect;

struct named_failure {
    const char* name;
    attempt_outcome failure;
};

const named_failure repeatable[] = {
    {"connect", unsent(errc::connect_failed)},
    {"timeout", stopped(cojob::stop_reason::limit, true)},
    {"lost", lost(errc::connection_lost)},
    {"500", answered(500)},
    {"408", answered(408)},
    {"429", answered(429)},
};

/// How many of these calls, each of which fails once, are told to try again.
std::size_t retried(retry_budget& budget, const attempt_outcome& failure, std::size_t calls, purpose p = purpose::call,
                    effect e = effect::none)
{
    std::size_t again = 0;
    for (std::size_t i = 0; i < calls; ++i)
        again += planned_call(budget, p, e).after(failure).is_again ? 1U : 0U;
    return again;
}

void succeed(retry_budget& budget, int calls, purpose p = purpose::call)
{
    for (int i = 0; i < calls; ++i)
        BOOST_TEST(!planned_call(budget, p).after(answered(200)).is_again);
}

} // namespace retry_budget_tests

BOOST_AUTO_TEST_SUITE(a_retry_budget)

using namespace retry_budget_tests;

BOOST_AUTO_TEST_CASE(is_drained_by_failures_that_could_be_repeated)
{
    for (const auto& f : repeatable) {
        retry_budget budget;
        const auto is_throttling = f.failure.status == 429;
        BOOST_TEST_CONTEXT(f.name) BOOST_TEST(retried(budget, f.failure, 100) == (is_throttling ? 100U : 4U));
    }
    for (const auto& other : {answered(404), answered(501), lost(errc::malformed_response), answered(429, true),
                              stopped(cojob::stop_reason::deadline, true), answered(401),
                              stale(lost(errc::connection_lost)), unsent(errc::certificate_rejected)}) {
        retry_budget budget;
        retried(budget, other, 100);
        BOOST_TEST(retried(budget, answered(500), 1) == 1U);
    }
    retry_budget budget;
    retried(budget, answered(500), 100, purpose::call, effect::once); // nobody knows what it did
    BOOST_TEST(retried(budget, answered(500), 1) == 1U);
}

BOOST_AUTO_TEST_CASE(is_drained_by_every_attempt_of_a_call)
{
    retry_budget budget;
    planned_call call(budget);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(call.after(answered(500)).is_again);
    BOOST_TEST(call.after(answered(500)).why_not == "max_attempts reached");
    BOOST_TEST(planned_call(budget).after(answered(500)).why_not == "the retry budget is empty");
}

BOOST_AUTO_TEST_CASE(is_filled_by_successes)
{
    retry_budget budget;
    BOOST_TEST(retried(budget, answered(500), 5) == 4U); // 5 are left
    succeed(budget, 10);
    BOOST_TEST(retried(budget, answered(500), 1) == 0U); // 5 again, and no more
    succeed(budget, 11);
    BOOST_TEST(retried(budget, answered(500), 1) == 1U);
}

BOOST_AUTO_TEST_CASE(is_neither_empty_for_ever_nor_full_without_bounds)
{
    retry_budget budget;
    retried(budget, answered(500), 1000);
    succeed(budget, 61);
    BOOST_TEST(retried(budget, answered(500), 100) == 1U);
    succeed(budget, 10000);
    BOOST_TEST(retried(budget, answered(500), 100) == 4U);
}

BOOST_AUTO_TEST_CASE(is_filled_by_a_delete_that_found_its_work_done)
{
    retry_budget budget;
    const auto remove_in_two = [&] {
        planned_call call(budget, purpose::call, effect::idempotent);
        call.after(answered(500));
        auto gone = answered(404);
        gone.removes = true;
        BOOST_TEST(call.after(gone).is_success);
    };
    for (int i = 0; i < 5; ++i)
        remove_in_two();
    BOOST_TEST(retried(budget, answered(500), 1) == 0U); // 4.5 are left
    succeed(budget, 16);                                 // with half of one they would not do
    BOOST_TEST(retried(budget, answered(500), 1) == 1U);
}

BOOST_AUTO_TEST_CASE(is_no_matter_of_polls)
{
    retry_budget budget;
    for (const auto& f : repeatable) {
        BOOST_TEST(retried(budget, f.failure, 100, purpose::poll) == 0U); // the next poll is the retry
        BOOST_TEST(planned_call(budget, purpose::poll).after(f.failure).why_not == "");
    }
    for (const auto& free : {stale(lost(errc::connection_lost)), answered(401)})
        BOOST_TEST(retried(budget, free, 10, purpose::poll) == 10U);
    BOOST_TEST(retried(budget, answered(500), 5) == 4U);
    succeed(budget, 1000, purpose::poll);
    BOOST_TEST(retried(budget, answered(500), 1) == 0U);
}

BOOST_AUTO_TEST_CASE(comes_after_the_count_and_before_the_servers_word)
{
    retry_budget empty;
    retried(empty, answered(500), 10);
    const auto hint = with(0, 1h, some_moment.now);
    BOOST_TEST(planned_call(effect::none, attempts(1)).after(answered(500), hint).why_not == "");
    BOOST_TEST(planned_call(empty).after(answered(500), hint).why_not == "the retry budget is empty");
    BOOST_TEST(planned_call().after(answered(500), hint).why_not ==
               "the server's delay is longer than max_server_delay");
    BOOST_TEST(planned_call().after(answered(500), with(0, 1s, some_moment.now)).why_not ==
               "the deadline would pass first");
    BOOST_TEST(planned_call().after(answered(404), hint).why_not == "");
}

BOOST_AUTO_TEST_SUITE_END()
