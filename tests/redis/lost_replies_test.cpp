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
using tests::redis_process;
using tests::redis_server;
using call = redis_process::call;

} // namespace lost_replies_tests

BOOST_AUTO_TEST_SUITE(a_process_that_hears_nothing_from_redis)

using namespace lost_replies_tests;

BOOST_AUTO_TEST_CASE(returns_the_slot_that_it_was_granted_nevertheless)
{
    const redis_server server;
    redis_process process(at(server), {.limit = 2});
    call held(process); // its session keeps the connection
    BOOST_TEST(held.take());
    server.stop();
    call unheard(process);
    BOOST_TEST(!unheard.take());
    server.go_on();
    tests::redis_prompt redis(server.port());
    const auto leases = [&] { return redis({"ZCARD", "cojob:{https://api.example.com|docs}:leases"}).at(0); };
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (leases() != "2" && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(10ms);
    BOOST_TEST(leases() == "2"); // the script ran when nobody waited for it any more
    call other(process);
    BOOST_TEST(other.take(5s));
    BOOST_TEST(leases() == "2");
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
