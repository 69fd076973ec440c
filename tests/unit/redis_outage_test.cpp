#include "support/redis_desk_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace redis_outage_tests {

using namespace std::chrono_literals;
using cojob::quota_outcome;
using cojob::when_unreachable;
using cojob::detail::ledger_operation;
using cojob::detail::ledger_reply;
using cojob::detail::redis_step;
using bench = tests::redis_desk_bench;

constexpr std::int64_t second = 1'000'000;

const quota_outcome used{quota_outcome::used, true, {}, false};

} // namespace redis_outage_tests

BOOST_AUTO_TEST_SUITE(a_process_in_an_outage_of_redis)

using namespace redis_outage_tests;

BOOST_AUTO_TEST_CASE(fails_with_the_reason_and_sends_ends_again_when_redis_is_back)
{
    bench b;
    const auto lease = b.acquire();
    b.desk.end(lease, {quota_outcome::throttled, true, 3s, true});
    b.fail(b.sends(ledger_operation::throttled));
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::stop)); // does not keep its context busy
    const auto other = b.desk.open_session([] {});
    b.session = other;
    b.ask();
    const auto again = b.sends(ledger_operation::throttled);
    BOOST_TEST(again.arguments.at(7) == "3000000");
    b.fail(again);
    BOOST_TEST(b.answers.back().failure == "gone");
    b.ask();
    b.reply(b.sends(ledger_operation::throttled), ledger_reply::done);
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::granted);
    BOOST_TEST(b.answers.back().is_granted);
}

BOOST_AUTO_TEST_CASE(returns_a_lease_that_may_have_been_granted_although_no_reply_came)
{
    bench b;
    b.ask();
    const auto lost = b.sends(ledger_operation::acquire);
    b.fail(lost);
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::stop)); // does not keep its context busy
    b.session = b.desk.open_session([] {});
    b.ask();
    const auto back = b.sends(ledger_operation::unused);
    BOOST_TEST(back.arguments.at(6) == lost.arguments.at(6)); // its number: the rest of its name is not known
    b.reply(back, ledger_reply::done);
    const auto dropped = b.sends(ledger_operation::acquire);
    b.desk.close_session(b.session); // its context was destroyed
    b.session = b.desk.open_session([] {});
    b.ask();
    const auto other = b.sends(ledger_operation::unused);
    BOOST_TEST(other.arguments.at(6) == dropped.arguments.at(6));
    b.reply(other, ledger_reply::done);
    b.fail(b.sends(ledger_operation::acquire), true); // refused: it did not run
    b.ask();
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::granted);
}

BOOST_AUTO_TEST_CASE(does_not_write_back_what_it_returns)
{
    bench b;
    b.acquire();
    b.ask();
    b.fail(b.sends(ledger_operation::acquire));
    b.ask();
    b.epoch = "second";
    b.reply(b.sends(ledger_operation::unused), ledger_reply::lost);
    BOOST_TEST(b.sends(ledger_operation::restore).restored.size() == 1U);
}

BOOST_AUTO_TEST_CASE(reports_what_is_left_of_a_pause)
{
    bench b;
    b.desk.end(b.acquire(), {quota_outcome::throttled, true, 3s, true});
    b.now += 2 * second;
    const auto late = b.sends(ledger_operation::throttled);
    BOOST_TEST(late.arguments.at(7) == "1000000");
    b.fail(late);
    b.now += second;
    b.ask();
    b.reply(b.sends(ledger_operation::unused), ledger_reply::done); // it is over
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::granted);
    b.desk.end(b.answers.back().lease, {quota_outcome::throttled, true, 0s, true});
    b.now += second / 10;
    BOOST_TEST(b.sends(ledger_operation::throttled).arguments.at(7) == "0"); // one probe goes first
}

BOOST_AUTO_TEST_CASE(counts_an_outage_from_when_it_was_in_contact_last)
{
    bench b(when_unreachable::divide(2));
    b.acquire();
    b.ask();
    b.fail(b.sends(ledger_operation::acquire));
    b.now += 3641 * second;
    b.ask();
    const auto back = b.sends(ledger_operation::restore);
    BOOST_TEST(back.arguments.at(9) == "3641000000");
    b.reply(back, ledger_reply::done);
    b.fail(b.sends(ledger_operation::unused)); // a second outage at once
    b.now += 2 * second;
    BOOST_TEST(b.sends(ledger_operation::restore).arguments.at(9) == "2000000");
}

BOOST_AUTO_TEST_CASE(says_that_it_has_its_share_until_a_window_after_its_start)
{
    const auto has = [](when_unreachable away, std::int64_t age) {
        bench b(away);
        b.now += age;
        b.ask();
        return b.sends(ledger_operation::acquire).arguments.at(9);
    };
    const auto known = (3600 + 1 + 40) * second; // window, margin and lease
    BOOST_TEST(has(when_unreachable::divide(2), known - 1) == "2");
    BOOST_TEST(has(when_unreachable::divide(2), known) == "0");
    BOOST_TEST(has(when_unreachable::fail(), 0) == "0");
}

BOOST_AUTO_TEST_CASE(writes_back_what_it_used_without_redis)
{
    bench b(when_unreachable::divide(2));
    b.desk.end(b.acquire(), used);
    b.reply(b.sends(ledger_operation::used), ledger_reply::done);
    b.ask();
    b.fail(b.sends(ledger_operation::acquire));
    BOOST_TEST(!b.answers.back().is_granted); // others may have used what was free
    BOOST_TEST((b.answers.back().wait == 1h + 41s));
    b.now += 3641 * second;
    b.ask();
    b.fail(b.sends(ledger_operation::restore));
    const auto first = b.answered_alone().lease, second_one = b.acquire_alone().lease;
    BOOST_TEST(!b.acquire_alone().is_granted); // two of four are the other process's
    b.desk.end(first, used);
    b.now += 2 * second;
    const auto back = b.sends(ledger_operation::restore);
    BOOST_TEST(back.arguments.at(6) == "0");          // nothing was lost
    BOOST_TEST(back.arguments.at(9) == "3643000000"); // since the last contact
    const std::vector<std::string> written(back.arguments.begin() + 10, back.arguments.end());
    const std::vector<std::string> wanted{"0", "0:" + std::to_string(first),      "2000000",
                                          "0", "0:" + std::to_string(second_one), "-38000000"};
    BOOST_TEST(written == wanted, boost::test_tools::per_element());
    b.reply(back, ledger_reply::done);
    b.reply(b.sends(ledger_operation::unused), ledger_reply::done); // of the question that failed
    b.desk.end(second_one, used);
    b.reply(b.sends(ledger_operation::used), ledger_reply::done);
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::stop));
}

BOOST_AUTO_TEST_CASE(reports_when_a_use_ended_and_does_not_count_it_for_longer_than_a_window)
{
    bench b(when_unreachable::divide(4)); // one each
    const auto lease = b.acquire();
    b.desk.end(lease, used);
    b.fail(b.sends(ledger_operation::used));
    b.now += 3641 * second;
    b.session = b.desk.open_session([] {});
    b.ask();
    b.fail(b.sends(ledger_operation::restore));
    BOOST_TEST(b.answered_alone().is_granted);
    b.now += second;
    b.reply(b.sends(ledger_operation::restore), ledger_reply::done);
    const auto end = b.sends(ledger_operation::used);
    BOOST_TEST(end.arguments.at(8) == "3642000000");
}

BOOST_AUTO_TEST_CASE(writes_back_all_that_it_knows_if_redis_has_lost_its_data)
{
    bench b;
    const auto ended = b.acquire(), running = b.acquire();
    b.desk.end(ended, used);
    b.taken = 3;
    b.reply(b.sends(ledger_operation::used), ledger_reply::done);
    b.now += 5 * second;
    b.ask();
    b.epoch = "second";
    b.taken = 0;
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::lost);
    BOOST_TEST(b.answers.size() == 2U);
    const auto back = b.sends(ledger_operation::restore);
    const std::vector<std::string> written(back.arguments.begin() + 6, back.arguments.end());
    const std::vector<std::string> wanted{"3",
                                          std::to_string(3596 * second),
                                          "0",
                                          "0",
                                          "1",
                                          "0:" + std::to_string(ended),
                                          std::to_string(5 * second),
                                          "1",
                                          "0:" + std::to_string(running),
                                          std::to_string(-35 * second)};
    BOOST_TEST(written == wanted, boost::test_tools::per_element());
    b.reply(back, ledger_reply::done);
    BOOST_TEST(b.sends(ledger_operation::acquire).arguments.at(2) == "second");
}

BOOST_AUTO_TEST_SUITE_END()
