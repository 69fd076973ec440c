// What a process does if its ledger in Redis was lost, and what late replies of another session change.
#include "support/redis_desk_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace redis_loss_tests {

using namespace std::chrono_literals;
using cojob::quota_outcome;
using cojob::when_unreachable;
using cojob::detail::ledger_operation;
using cojob::detail::ledger_reply;
using cojob::detail::redis_step;
using bench = tests::redis_desk_bench;

constexpr std::int64_t second = 1'000'000;

const quota_outcome used{quota_outcome::used, true, {}, false};

/// Uses a slot, and reports it.
std::uint64_t use(bench& b)
{
    const auto lease = b.acquire();
    b.desk.end(lease, used);
    b.reply(b.sends(ledger_operation::used), ledger_reply::done);
    return lease;
}

/// A second session of the same process gets the reply to something that it sent before.
void reply_to_another_session(bench& b, ledger_reply::kind_type kind)
{
    const auto first = std::exchange(b.session, b.desk.open_session([] {}));
    b.reply({.what = ledger_operation::leave}, kind);
    b.session = first;
}

} // namespace redis_loss_tests

BOOST_AUTO_TEST_SUITE(a_process_whose_ledger_in_redis_is_lost)

using namespace redis_loss_tests;

BOOST_AUTO_TEST_CASE(writes_back_all_that_it_knows_even_if_it_finds_out_while_it_reports_an_outage)
{
    bench b(when_unreachable::divide(2));
    const auto lease = use(b);
    b.ask();
    b.fail(b.sends(ledger_operation::acquire));
    b.now += 5 * second;
    b.ask();
    const auto report = b.sends(ledger_operation::restore);
    BOOST_TEST(report.arguments.at(2) == "first"); // by which a new ledger recognises that it lacks something
    BOOST_TEST(report.restored.empty());
    b.epoch = "second", b.revision = 0, b.taken = 0;
    b.reply(report, ledger_reply::lost);
    const auto back = b.sends(ledger_operation::restore);
    BOOST_TEST(back.arguments.at(2) == "second");
    BOOST_TEST(back.arguments.at(6) == "1");       // what was taken
    BOOST_TEST(back.arguments.at(9) == "5000000"); // the time out of contact
    const std::vector<std::string> wanted{"0:" + std::to_string(lease)};
    BOOST_TEST(back.restored == wanted, boost::test_tools::per_element());
    b.reply(back, ledger_reply::done);
    b.reply(b.sends(ledger_operation::unused), ledger_reply::done); // of the question that failed
    (void)b.sends(ledger_operation::acquire);
}

BOOST_AUTO_TEST_CASE(is_not_taken_for_restored_by_an_earlier_report)
{
    bench b(when_unreachable::local());
    b.ask();
    b.fail(b.sends(ledger_operation::acquire));
    b.desk.end(b.answers.back().lease, used); // granted alone
    b.now += 2 * second;
    b.ask();
    const auto report = b.sends(ledger_operation::restore);
    BOOST_TEST(report.restored.size() == 1U);
    b.epoch = "second";
    reply_to_another_session(b, ledger_reply::lost);
    b.epoch = "first";
    b.reply(report, ledger_reply::done); // it was sent to the lost one
    b.epoch = "second";
    b.reply(b.sends(ledger_operation::restore), ledger_reply::lost);
    const auto back = b.sends(ledger_operation::restore);
    BOOST_TEST(back.restored.size() == 1U);
    BOOST_TEST(back.arguments.at(10) == "0"); // nobody counted it in the lost ledger
    b.reply(back, ledger_reply::done);
    (void)b.sends(ledger_operation::unused);
}

BOOST_AUTO_TEST_CASE(writes_back_once_if_two_sessions_hear_of_the_loss)
{
    bench b;
    use(b);
    b.ask();
    b.epoch = "second";
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::lost);
    b.reply(b.sends(ledger_operation::restore), ledger_reply::done);
    reply_to_another_session(b, ledger_reply::lost); // to what it had sent before
    (void)b.sends(ledger_operation::acquire);
}

BOOST_AUTO_TEST_CASE(keeps_the_newest_reply_whatever_comes_after_it)
{
    bench b;
    b.revision = 5, b.pauses = 3;
    const auto lease = b.acquire();
    BOOST_TEST(b.desk.covers(lease, 1s));
    b.revision -= 2, b.pauses = 1;
    reply_to_another_session(b, ledger_reply::done);
    BOOST_TEST(b.desk.covers(lease, 1s));
    b.revision += 1, b.pauses = 4;
    reply_to_another_session(b, ledger_reply::done);
    BOOST_TEST(!b.desk.covers(lease, 1s));
}

BOOST_AUTO_TEST_CASE(keeps_its_pauses_if_the_new_ledger_has_none)
{
    bench b;
    b.pauses = 3;
    b.acquire();
    b.ask();
    b.epoch = "second", b.revision = 0, b.pauses = 0;
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::lost);
    BOOST_TEST(b.sends(ledger_operation::restore).arguments.at(8) == "3");
}

BOOST_AUTO_TEST_CASE(reports_and_renews_what_a_destroyed_context_leaves)
{
    bench b;
    const auto lease = b.acquire(), renewed = b.acquire(cojob::no_timeout);
    int wakes = 0;
    const auto left = b.session;
    b.session = b.desk.open_session([&] { ++wakes; });
    b.ask();
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::wait);
    b.desk.close_session(left);
    wakes = 0;
    b.desk.end(lease, used);
    BOOST_TEST(wakes == 1);
    b.reply(b.sends(ledger_operation::used), ledger_reply::done);
    b.desk.stop_waiting();
    b.reply(b.sends(ledger_operation::leave), ledger_reply::done);
    const auto step = b.desk.next(b.session);
    BOOST_TEST_REQUIRE((step.kind == redis_step::act::sleep)); // it does not stop
    BOOST_TEST(step.until == b.now + 20 * second);
    b.now = step.until;
    BOOST_TEST(b.sends(ledger_operation::renew).lease == renewed);
}

BOOST_AUTO_TEST_SUITE_END()
