#include "support/quota_bench.hpp"
#include "support/scripted_ledger.hpp"

#include <cojob/mintlify/agent.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace quota_ledger_call_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;

/// A client whose quota has a ledger.
struct bench : tests::quota_bench {
    explicit bench(const cojob::quota_options& quota, cojob::client_options options = {})
        : quota_bench(quota, {}, std::move(options))
    {
        pool = std::make_shared<cojob::quota>(quota, clock, ledger);
        agent = agent_on(agent.get_client());
    }

    std::shared_ptr<tests::scripted_ledger> ledger = std::make_shared<tests::scripted_ledger>();
};

} // namespace quota_ledger_call_tests

BOOST_AUTO_TEST_SUITE(a_call_of_a_quota_with_a_ledger)

using namespace quota_ledger_call_tests;

BOOST_AUTO_TEST_CASE(is_sent_when_the_ledger_has_granted_it_a_slot)
{
    bench b({.limit = 3});
    auto calls = b.create_many(2);
    BOOST_TEST(b.sent_at.empty());
    BOOST_TEST(b.count_seen("throttled") == 0);
    b.clock->advance(2s);
    b.ledger->grant();
    b.clock->advance(1s);
    BOOST_TEST(b.sent_at.size() == 1U);
    BOOST_TEST(b.ledger->events == "used1 ");
    b.ledger->grant();
    b.clock->advance(1s);
    BOOST_TEST(tests::all_succeeded(calls));
    BOOST_TEST((b.ledger->asked_for == cojob::timeout_options{}.attempt));
}

BOOST_AUTO_TEST_CASE(asks_again_and_tells_its_observer_once)
{
    bench b({.limit = 3});
    auto call = b.create();
    for (int i = 0; i < 20; ++i) {
        b.ledger->refuse(40s, 50ms);
        b.clock->advance(50ms);
        BOOST_TEST_REQUIRE(b.ledger->is_asked());
    }
    BOOST_TEST(b.count_seen("throttled") == 1);
    b.ledger->grant();
    b.clock->advance(1s);
    BOOST_TEST(call.code() == error_code());
}

BOOST_AUTO_TEST_CASE(can_be_cancelled_while_the_ledger_is_asked)
{
    bench b({.limit = 3});
    auto call = b.create();
    call.cancel();
    b.clock->advance(0s);
    BOOST_TEST(call.is_done());
    BOOST_TEST(b.ledger->take_events() == "stop ");
    b.ledger->grant();
    BOOST_TEST(b.ledger->take_events() == "unused1 ");
    BOOST_TEST(b.sent_at.empty());
}

BOOST_AUTO_TEST_CASE(ends_with_the_ledgers_reason_if_it_fails)
{
    bench b({.limit = 3});
    auto call = b.create();
    b.ledger->fail("quota file: /var/quota: damaged");
    b.clock->advance(1s);
    BOOST_TEST(call.code() == errc::quota_exhausted);
    BOOST_TEST(call.error().message.find("/var/quota: damaged") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(that_may_not_queue_ends_with_the_answer)
{
    bench b({.limit = 3, .on_exhausted = cojob::when_exhausted::fail});
    auto refused = b.create();
    BOOST_TEST(!refused.is_done());
    b.ledger->refuse(20min, 50ms);
    b.clock->advance(1ms);
    BOOST_TEST(refused.code() == errc::quota_exhausted);
    b.clock->advance(1s);
    auto granted = b.create();
    b.ledger->grant();
    b.clock->advance(1s);
    BOOST_TEST(granted.code() == error_code());
}

BOOST_AUTO_TEST_CASE(queues_again_if_its_lease_ran_out_before_the_commit)
{
    bench b({.limit = 3});
    auto call = b.create();
    b.ledger->is_covered = false;
    b.ledger->grant();
    b.clock->advance(1s);
    BOOST_TEST(b.ledger->take_events() == "unused1 ");
    BOOST_TEST(!call.is_done());
    BOOST_TEST_REQUIRE(b.ledger->is_asked());
    b.ledger->is_covered = true;
    b.ledger->grant();
    b.clock->advance(1s);
    BOOST_TEST(call.code() == error_code());
    BOOST_TEST(b.ledger->take_events() == "used2 ");
}

BOOST_AUTO_TEST_SUITE_END()
