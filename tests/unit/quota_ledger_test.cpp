#include "support/hand_clock.hpp"
#include "support/scripted_ledger.hpp"

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace quota_ledger_tests {

using namespace std::chrono_literals;
using cojob::no_timeout;
using cojob::detail::quota_core;
using cojob::detail::quota_reply;

/// Callers of one quota with a ledger; who was woken, in order.
struct bench {
    std::shared_ptr<tests::hand_clock> clock = std::make_shared<tests::hand_clock>();
    std::shared_ptr<tests::scripted_ledger> ledger = std::make_shared<tests::scripted_ledger>();
    cojob::quota pool{cojob::quota_options{.limit = 3}, clock, ledger};
    std::string woken;

    std::unique_ptr<quota_core::ticket> caller(char name)
    {
        return std::make_unique<quota_core::ticket>(
            cojob::detail::quota_access::core(pool), [this, name] { woken += name; }, nullptr, 30s);
    }
    std::string take_woken() { return std::exchange(woken, {}); }
};

quota_reply ask(const std::unique_ptr<quota_core::ticket>& caller, cojob::duration at_most = no_timeout)
{
    return caller->request(at_most, false);
}

} // namespace quota_ledger_tests

BOOST_AUTO_TEST_SUITE(a_quota_with_a_ledger)

using namespace quota_ledger_tests;

BOOST_AUTO_TEST_CASE(asks_for_its_first_caller_only)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2');
    BOOST_TEST(ask(first).kind == quota_reply::asking);
    BOOST_TEST(ask(second).kind == quota_reply::asking);
    BOOST_TEST(b.ledger->asked == 1);
    BOOST_TEST(b.ledger->asked_for.count() == cojob::duration(30s).count());
    b.ledger->grant();
    BOOST_TEST(b.take_woken() == "1");
    BOOST_TEST(b.ledger->asked == 2);
    BOOST_TEST(ask(first).kind == quota_reply::granted);
    b.ledger->grant();
    BOOST_TEST(b.take_woken() == "2");
    BOOST_TEST(b.ledger->asked == 2);
    BOOST_TEST(first->commit());
    first->stamp(true);
    second->give_back();
    BOOST_TEST(b.ledger->take_events() == "used1 unused2 ");
}

BOOST_AUTO_TEST_CASE(asks_again_when_the_ledger_said)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2');
    (void)ask(first);
    (void)ask(second);
    b.ledger->refuse(40min, 100ms);
    BOOST_TEST(b.take_woken() == "1");
    const auto reply = ask(first);
    BOOST_TEST(reply.kind == quota_reply::queued);
    BOOST_TEST(reply.wait.count() == cojob::duration(100ms).count());
    BOOST_TEST(reply.expected.count() == cojob::duration(40min).count());
    BOOST_TEST(b.pool.remaining() == 0U);
    BOOST_TEST((b.pool.next_slot_at() == b.clock->wall + 40min));
    b.clock->advance(100ms);
    BOOST_TEST(b.ledger->asked == 1);
    BOOST_TEST(ask(first).kind == quota_reply::asking);
    BOOST_TEST(b.ledger->asked == 2);
    b.ledger->refuse(40min, 100ms);
    first->leave(); // the second must not sleep for ever
    b.take_woken();
    BOOST_TEST(ask(second).wait.count() == cojob::duration(100ms).count());
}

BOOST_AUTO_TEST_CASE(gives_a_late_grant_to_the_next_caller_or_back)
{
    bench b;
    auto first = b.caller('1');
    const auto second = b.caller('2');
    (void)ask(first);
    (void)ask(second);
    first.reset();
    b.ledger->grant();
    BOOST_TEST(ask(second).kind == quota_reply::granted);
    second->give_back();
    b.ledger->take_events();
    (void)ask(second);
    second->leave();
    BOOST_TEST(b.ledger->take_events() == "stop ");
    b.ledger->grant();
    BOOST_TEST(b.ledger->take_events() == "unused2 ");
    BOOST_TEST(b.pool.remaining() == 3U);
}

BOOST_AUTO_TEST_CASE(sends_nothing_on_a_lease_that_ran_out)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2');
    (void)ask(first);
    b.ledger->grant();
    BOOST_TEST(ask(first).kind == quota_reply::granted);
    (void)ask(second);
    b.ledger->is_covered = false;
    BOOST_TEST(!first->commit());
    BOOST_TEST(b.ledger->events.ends_with("unused1 "));
    b.ledger->is_covered = true;
    b.ledger->grant(); // asked for the second: but the first has its place again
    BOOST_TEST(first->commit());
    b.ledger->grant();
    BOOST_TEST(second->commit());
}

BOOST_AUTO_TEST_CASE(refuses_callers_that_may_not_queue_after_the_answer_only)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2');
    BOOST_TEST(ask(first, 0s).kind == quota_reply::asking);
    BOOST_TEST(ask(second, 0s).kind == quota_reply::asking);
    b.ledger->refuse(20min, 100ms);
    BOOST_TEST(b.take_woken() == "12");
    BOOST_TEST(ask(first, 0s).kind == quota_reply::refused);
    b.clock->advance(1s);
    BOOST_TEST(ask(second, 0s).kind == quota_reply::refused);
    BOOST_TEST(ask(second, 0s).kind == quota_reply::asking);
    b.ledger->grant();
    BOOST_TEST(ask(second, 0s).kind == quota_reply::granted);
}

BOOST_AUTO_TEST_CASE(refuses_all_callers_if_the_ledger_fails_or_throws)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2');
    (void)ask(first);
    (void)ask(second);
    b.ledger->fail("quota.lock: locked by another process for 2 s");
    BOOST_TEST(ask(first).kind == quota_reply::refused);
    BOOST_TEST(first->failure() == "quota.lock: locked by another process for 2 s");
    BOOST_TEST(ask(second).kind == quota_reply::refused);
    b.ledger->throws = true;
    (void)ask(first);
    BOOST_TEST(ask(first).kind == quota_reply::refused);
    BOOST_TEST(first->failure() == "the ledger is on fire");
    b.ledger->throws = false;
    (void)ask(first);
    b.ledger->grant();
    BOOST_TEST(ask(first).kind == quota_reply::granted);
    BOOST_TEST(first->failure().empty());
}

BOOST_AUTO_TEST_CASE(tells_each_caller_why_it_was_refused_itself)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2'), third = b.caller('3');
    (void)ask(first);
    b.ledger->fail("the disk is full");
    (void)ask(second);
    b.ledger->fail("no connection");
    BOOST_TEST(ask(first).kind == quota_reply::refused);
    BOOST_TEST(ask(second).kind == quota_reply::refused);
    BOOST_TEST(first->failure() == "the disk is full");
    BOOST_TEST(second->failure() == "no connection");
    (void)ask(third, 0s);
    b.ledger->refuse(20min, 100ms);
    BOOST_TEST(ask(third, 0s).kind == quota_reply::refused);
    BOOST_TEST(third->failure().empty());
    BOOST_TEST(first->failure() == "the disk is full");
}

BOOST_AUTO_TEST_CASE(asks_again_if_the_question_was_dropped)
{
    bench b;
    const auto first = b.caller('1');
    (void)ask(first);
    b.ledger->drop();
    BOOST_TEST(b.ledger->asked == 2);
    b.ledger->grant();
    BOOST_TEST(ask(first).kind == quota_reply::granted);
}

BOOST_AUTO_TEST_CASE(returns_what_was_not_sent_when_the_pool_pauses_and_reports_the_pause)
{
    bench b;
    const auto first = b.caller('1'), second = b.caller('2');
    (void)ask(first);
    b.ledger->grant();
    (void)ask(second);
    b.ledger->grant();
    BOOST_TEST(first->commit());
    b.ledger->take_events();
    first->throttled(10s, 0);
    BOOST_TEST(b.ledger->take_events() == "unused2 throttled1 ");
    BOOST_TEST(b.ledger->last.is_hinted);
    BOOST_TEST(b.ledger->last.pause.count() == cojob::duration(10s).count());
    BOOST_TEST(!second->commit());
    BOOST_TEST(!b.ledger->is_asked());
    b.clock->advance(11s);
    (void)ask(second);
    b.ledger->grant();
    BOOST_TEST(second->commit());
}

BOOST_AUTO_TEST_CASE(gives_no_more_than_its_own_window_allows)
{
    bench b;
    const auto caller = b.caller('1');
    for (int i = 0; i < 3; ++i) {
        (void)ask(caller);
        b.ledger->grant();
        BOOST_TEST(caller->commit());
        caller->stamp(true);
    }
    BOOST_TEST(ask(caller).kind == quota_reply::queued);
    BOOST_TEST(!b.ledger->is_asked());
}

BOOST_AUTO_TEST_CASE(cannot_be_saved)
{
    bench b;
    BOOST_CHECK_THROW(b.pool.save("unused"), cojob::api_error);
}

BOOST_AUTO_TEST_CASE(may_end_while_a_question_is_open)
{
    auto b = std::make_unique<bench>();
    const auto ledger = b->ledger;
    (void)ask(b->caller('1'));
    b.reset();
    ledger->grant();
    BOOST_TEST(ledger->take_events() == "stop unused1 ");
}

BOOST_AUTO_TEST_SUITE_END()
