#include "support/redis_desk_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace redis_desk_tests {

using namespace std::chrono_literals;
using cojob::no_timeout;
using cojob::quota_answer;
using cojob::quota_outcome;
using cojob::when_unreachable;
using cojob::detail::ledger_operation;
using cojob::detail::ledger_reply;
using cojob::detail::redis_step;
using bench = tests::redis_desk_bench;

constexpr std::int64_t second = 1'000'000;

const quota_outcome used{quota_outcome::used, true, {}, false}, unused{};

} // namespace redis_desk_tests

BOOST_AUTO_TEST_SUITE(a_process_with_a_ledger_in_redis)

using namespace redis_desk_tests;

BOOST_AUTO_TEST_CASE(asks_keeps_its_session_while_it_has_a_lease_and_ends_it)
{
    bench b;
    const auto lease = b.acquire();
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::sleep));
    const auto before = b.wakes;
    b.desk.end(lease, used);
    BOOST_TEST(b.wakes > before);
    const auto end = b.sends(ledger_operation::used);
    BOOST_TEST(end.arguments.at(6) == "0:" + std::to_string(lease));
    BOOST_TEST(end.arguments.at(2) == "first");
    b.reply(end, ledger_reply::done);
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::stop));
    std::function<void(quota_answer)> none;
    BOOST_TEST(!b.desk.ask(b.session, 1s, none));
}

BOOST_AUTO_TEST_CASE(returns_a_lease_that_comes_when_its_quota_has_ended)
{
    bench b;
    b.ask();
    const auto question = b.sends(ledger_operation::acquire);
    b.desk.close();
    b.reply(question, ledger_reply::granted);
    b.reply(b.sends(ledger_operation::unused), ledger_reply::done);
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::stop));
}

BOOST_AUTO_TEST_CASE(leaves_the_queue_of_processes_when_no_call_waits)
{
    bench b;
    b.ask();
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::wait);
    BOOST_TEST(!b.answers.back().is_granted);
    BOOST_TEST((b.answers.back().ask_again == 100ms));
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::sleep));
    b.desk.stop_waiting();
    b.reply(b.sends(ledger_operation::leave), ledger_reply::done);
    BOOST_TEST((b.desk.next(b.session).kind == redis_step::act::stop));
}

BOOST_AUTO_TEST_CASE(covers_an_attempt_until_the_lease_or_the_machine_s_time_is_over)
{
    bench b;
    const auto lease = b.acquire(10s);
    BOOST_TEST(b.desk.covers(lease, 10s));
    b.now += 30 * second;
    BOOST_TEST(b.desk.covers(lease, 10s));
    b.now += 1;
    BOOST_TEST(!b.desk.covers(lease, 10s));
    BOOST_TEST(!b.desk.covers(lease + 1, 1s));
}

BOOST_AUTO_TEST_CASE(covers_nothing_that_was_granted_before_a_pause)
{
    bench b;
    const auto before = b.acquire();
    b.pauses = 1;
    const auto after = b.acquire();
    BOOST_TEST(!b.desk.covers(before, 1s));
    BOOST_TEST(b.desk.covers(after, 1s));
}

BOOST_AUTO_TEST_CASE(renews_leases_of_attempts_without_a_limit)
{
    bench b;
    const auto lease = b.acquire(no_timeout);
    BOOST_TEST(b.desk.covers(lease, no_timeout));
    b.now += 20 * second;
    const auto renewal = b.sends(ledger_operation::renew);
    b.now += 25 * second;
    b.reply(renewal, ledger_reply::done);
    BOOST_TEST(b.desk.covers(lease, no_timeout));
    b.reply(b.sends(ledger_operation::renew), ledger_reply::gone);
    BOOST_TEST(!b.desk.covers(lease, no_timeout));
}

BOOST_AUTO_TEST_CASE(grants_nothing_alone_if_redis_refuses_it)
{
    bench b(when_unreachable::local());
    b.ask();
    b.fail(b.sends(ledger_operation::acquire), true);
    BOOST_TEST(b.answers.back().failure == "gone");
    b.ask();
    b.fail(b.sends(ledger_operation::acquire), false);
    BOOST_TEST(b.answers.back().is_granted);
}

BOOST_AUTO_TEST_CASE(fails_if_the_quota_has_other_options_in_redis)
{
    bench b(when_unreachable::local());
    b.ask();
    ledger_reply r;
    r.kind = ledger_reply::options;
    r.limit = 5;
    r.window = 6;
    b.take(b.desk.replied(b.session, b.sends(ledger_operation::acquire), r));
    BOOST_TEST(b.answers.back().failure ==
               "Redis: the quota has another limit (5) or window (6 us) there: all processes need the same options");
}

BOOST_AUTO_TEST_CASE(goes_on_in_another_context_if_one_is_destroyed)
{
    bench b;
    const auto lease = b.acquire();
    b.desk.end(lease, unused);
    (void)b.sends(ledger_operation::unused);
    b.ask();
    b.desk.close_session(b.session); // the request is on its way
    BOOST_TEST(b.answers.size() == 1U);
    b.session = b.desk.open_session([] {});
    b.ask();
    b.reply(b.sends(ledger_operation::unused), ledger_reply::done);
    b.reply(b.sends(ledger_operation::acquire), ledger_reply::granted);
    BOOST_TEST(b.answers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(keeps_nothing_of_a_session_that_a_child_forgets)
{
    bench b;
    const auto context = std::make_shared<int>(); // which may be destroyed before the desk
    b.desk.forget_session(b.desk.open_session([context] {}));
    BOOST_TEST(context.use_count() == 1);
    b.desk.forget_session(0);
}

BOOST_AUTO_TEST_CASE(reads_replies_of_its_scripts_only)
{
    using texts = std::vector<std::string>;
    const auto granted = ledger_reply::parse(texts{"granted", "e", "7", "1", "3", "60", "5"});
    BOOST_TEST_REQUIRE(granted.has_value());
    BOOST_TEST((granted->kind == ledger_reply::granted && granted->epoch == "e" && granted->revision == 7));
    BOOST_TEST((granted->pauses == 1 && granted->taken == 3 && granted->lasts == 60 && granted->wait_for == 5));
    const auto options = ledger_reply::parse(texts{"options", "100", "3600000000"});
    BOOST_TEST((options && options->limit == 100 && options->window == 3600 * second));
    for (const auto& wrong : {texts{}, texts{"OK"}, texts{"done"}, texts{"granted", "e", "7", "1", "3", "60"},
                              texts{"done", "", "7", "1", "3", "60"}, texts{"done", "e", "7", "-1", "3", "60"},
                              texts{"done", "e", "7x", "1", "3", "60"}, texts{"options", "1"}})
        BOOST_TEST(!ledger_reply::parse(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(names_its_keys_with_one_hash_tag)
{
    using cojob::detail::ledger_key_names;
    const auto names = ledger_key_names("cojob:", "https://api.mintlify.com", "a{b}|c\n");
    BOOST_TEST(names.at(0) == "cojob:{https://api.mintlify.com|a%7Bb%7D%7Cc%0A}:state");
    BOOST_TEST(names.at(5) == "cojob:{https://api.mintlify.com|a%7Bb%7D%7Cc%0A}:asked");
    BOOST_TEST((ledger_key_names("", "a|b", "c") != ledger_key_names("", "a", "b|c")));
}

BOOST_AUTO_TEST_SUITE_END()
