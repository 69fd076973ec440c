#include "redis/redis_bench.hpp"

#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>

namespace lost_replies_tests {

using namespace std::chrono_literals;
using cojob::quota_answer;
using cojob::when_unreachable;
using tests::at;
using tests::ledger_at;
using tests::redis_process;
using tests::redis_server;
using call = redis_process::call;

/// A process whose request gets a 429 with a pause of one millisecond.
void get_429(const cojob::redis_ledger_options& where)
{
    redis_process process(where, {.limit = 2});
    {
        call refused(process);
        BOOST_TEST(refused.take_in_the_end());
        BOOST_TEST(refused.ticket.commit());
        refused.ticket.throttled(1ms, 0);
    }
    BOOST_TEST(process.finish());
}

} // namespace lost_replies_tests

BOOST_AUTO_TEST_SUITE(a_process_that_hears_nothing_from_redis)

using namespace lost_replies_tests;

BOOST_AUTO_TEST_CASE(returns_the_slot_that_it_was_granted_nevertheless)
{
    for (const bool is_probe : {false, true}) {
        const redis_server server;
        tests::redis_prompt redis(server.port());
        redis_process process(tests::impatient_at(server), {.limit = 2});
        call held(process); // its session keeps the connection
        BOOST_TEST(held.take_in_the_end());
        if (is_probe)
            get_429(ledger_at(server.port())); // of which `process` has not heard
        server.stop();
        call unheard(process);
        BOOST_TEST(!unheard.take());
        server.go_on();
        const auto leases = [&] { return redis({"ZRANGE", "cojob:{https://api.example.com|docs}:leases", "0", "-1"}); };
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (leases().size() != 2 && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(10ms);
        const auto before = leases();
        BOOST_TEST_REQUIRE(before.size() == 2U); // the script ran when nobody waited for it any more
        BOOST_TEST(before.at(1).starts_with(is_probe ? "1:" : "0:"));
        call other(process);
        BOOST_TEST(other.take_in_the_end());
        BOOST_TEST(leases().size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(may_ask_again_from_within_an_answer)
{
    redis_server server;
    cojob::detail::redis_ledger ledger(at(server, when_unreachable::local()), {.limit = 3});
    server.kill();
    boost::asio::io_context io;
    const boost::asio::any_io_executor here = io.get_executor();
    int granted = 0;
    const auto take = [&](const quota_answer& given) {
        granted += given.is_granted ? 1 : 0;
        ledger.end(given.lease, {});
    };
    const auto take_twice = [&](const quota_answer& given) {
        take(given);
        ledger.acquire(here, 1s, take);
    };
    ledger.acquire(here, 1s, [&](const quota_answer& given) {
        take(given); // the outage has begun, and the session ends: the next one answers as soon as it is started
        boost::asio::post(io, [&] { ledger.acquire(here, 1s, take_twice); });
    });
    io.run_for(20s);
    BOOST_TEST(granted == 3);
}

BOOST_AUTO_TEST_SUITE_END()
