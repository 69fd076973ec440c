// What a quota does while its Redis is away, or has lost what it knew.
#include "redis/redis_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace redis_outage_tests {

using namespace std::chrono_literals;
using cojob::quota_options;
using cojob::when_unreachable;
using tests::at;
using tests::redis_process;
using tests::redis_prompt;
using tests::redis_server;
using call = redis_process::call;

} // namespace redis_outage_tests

BOOST_AUTO_TEST_SUITE(a_quota_whose_redis_is_away)

using namespace redis_outage_tests;

BOOST_AUTO_TEST_CASE(fails_with_the_reason_if_there_is_no_server)
{
    redis_server server;
    redis_process process(at(server, {}), {.limit = 2});
    server.kill();
    call lost(process);
    BOOST_TEST(!lost.take());
    BOOST_TEST(lost.failure() == "Redis at 127.0.0.1:" + server.port() + ": Connection refused");
    BOOST_TEST(process.finish(2s));
    server.start();
    BOOST_TEST(call(process).use());
}

BOOST_AUTO_TEST_CASE(waits_for_a_server_that_does_not_answer_no_longer_than_it_may)
{
    const redis_server server;
    redis_process process(tests::impatient_at(server), {.limit = 2});
    BOOST_TEST(call(process).take_in_the_end());
    server.stop();
    const auto begin = std::chrono::steady_clock::now();
    call held(process);
    BOOST_TEST(!held.take());
    BOOST_TEST(held.failure().find("no reply within redis_ledger_options::timeout") != std::string::npos);
    BOOST_TEST((std::chrono::steady_clock::now() - begin < 3s));
    BOOST_TEST(process.finish(2s));
    server.go_on();
}

BOOST_AUTO_TEST_CASE(forgets_nothing_if_the_server_restarts_empty)
{
    redis_server server;
    redis_process one(at(server, {}), {.limit = 6}), other(at(server, {}), {.limit = 6});
    BOOST_TEST(call(one).use());
    BOOST_TEST(call(one).use());
    BOOST_TEST(call(other).use());
    BOOST_TEST(one.finish());
    BOOST_TEST(other.finish());
    call running(one);
    BOOST_TEST(running.take());
    server.kill();
    server.start();
    const auto more = one.use_all();
    BOOST_TEST(more >= 1);
    BOOST_TEST(more + other.use_all() + 4 == 6); // three uses and a lease
    BOOST_TEST(running.ticket.commit());
    running.ticket.stamp(true);
    BOOST_TEST(one.finish());
    BOOST_TEST(other.use_all() == 0);
}

BOOST_AUTO_TEST_CASE(forgets_nothing_if_the_server_comes_back_empty_from_an_outage)
{
    redis_server server;
    const auto where = at(server, when_unreachable::divide(2));
    redis_process one(where, {.limit = 6}), other(where, {.limit = 6});
    BOOST_TEST(call(one).use());
    BOOST_TEST(call(one).use());
    BOOST_TEST(call(other).use()); // it has seen all three
    BOOST_TEST(one.finish());
    BOOST_TEST(other.finish());
    server.kill();
    BOOST_TEST(one.use_all() == 0); // begins the outage
    BOOST_TEST(other.use_all() == 0);
    server.start();
    std::this_thread::sleep_for(1100ms); // they try again each second
    BOOST_TEST(other.use_all() == 3);
    BOOST_TEST(one.use_all() == 0);
}

BOOST_AUTO_TEST_CASE(forgets_nothing_if_its_keys_are_deleted)
{
    const redis_server server;
    redis_process one(at(server, {}), {.limit = 6}), other(at(server, {}), {.limit = 6});
    BOOST_TEST(call(one).use());
    BOOST_TEST(call(other).use());
    BOOST_TEST(one.finish());
    BOOST_TEST(other.finish());
    redis_prompt redis(server.port());
    redis({"FLUSHALL"});
    redis({"SCRIPT", "FLUSH"});
    // The last total that this process knows is 1, so it and the other one's write-back add up.
    const auto first = other.use_all();
    BOOST_TEST(first == 4);
    BOOST_TEST(one.use_all() == 0);
}

BOOST_AUTO_TEST_CASE(grants_its_part_without_a_server_and_reports_it_afterwards)
{
    redis_server server;
    const quota_options options{.limit = 10, .window = 1s};
    const cojob::detail::redis_terms short_lease{.grace = 100'000};
    const auto where = at(server, when_unreachable::divide(2));
    redis_process one(where, options, short_lease), other(where, options, short_lease);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(call(one).use());
    server.kill();
    BOOST_TEST(one.use_all() == 0); // begins the outage
    BOOST_TEST(other.use_all() == 0);
    std::this_thread::sleep_for(1s + 1s + 1100ms + 100ms); // the window, the margin and a lease
    BOOST_TEST(one.use_all() == 5);
    BOOST_TEST(other.use_all() == 0); // it has never seen the ledger
    server.start();
    std::this_thread::sleep_for(1s); // it tries again each second
    BOOST_TEST(one.use_all() <= 5);  // some of its own may have left the window
    BOOST_TEST(one.finish());
}

BOOST_AUTO_TEST_CASE(grants_its_whole_limit_without_a_server_if_it_may)
{
    redis_server server;
    server.kill();
    redis_process one(at(server, when_unreachable::local()), {.limit = 3});
    BOOST_TEST(one.use_all() == 3);
    BOOST_TEST(one.finish());
}

BOOST_AUTO_TEST_SUITE_END()
