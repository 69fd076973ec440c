#include "redis/redis_bench.hpp"
#include "support/forked_child.hpp"

#include <cojob/error.hpp>

#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace redis_quota_tests {

using namespace std::chrono_literals;
using cojob::quota_options;
using cojob::redis_ledger_options;
using cojob::when_unreachable;
using tests::at;
using tests::ledger_at;
using tests::redis_process;
using tests::redis_prompt;
using tests::redis_server;
using call = redis_process::call;

/// What `open_redis_quota` says of these options.
std::string refusal(const std::function<void(redis_ledger_options&)>& change, quota_options options = {.limit = 2})
{
    auto where = ledger_at("6379");
    change(where);
    try {
        (void)cojob::open_redis_quota(where, options);
    } catch (const cojob::api_error& e) {
        BOOST_TEST((e.code() == cojob::errc::invalid_argument));
        return e.info().message;
    }
    return "";
}

} // namespace redis_quota_tests

BOOST_AUTO_TEST_SUITE(a_quota_in_redis)

using namespace redis_quota_tests;

BOOST_AUTO_TEST_CASE(needs_no_more_than_the_server_and_the_project)
{
    const redis_server server;
    const std::string host = "127.0.0.1", port = server.port();
    const cojob::secret password;
    cojob::redis_ledger_options ledger;
    ledger.base_url = "https://api.mintlify.com"; // the API, and
    ledger.project = "docs";                      // what it counts for
    ledger.host = host;
    ledger.port = port;
    ledger.password = password;
    const auto quota = cojob::open_redis_quota(ledger, {.limit = 100, .window = 1h});
    BOOST_TEST(quota->remaining() == 100U);
    redis_process process(quota);
    BOOST_TEST(call(process).use());
    BOOST_TEST(process.finish());
}

BOOST_AUTO_TEST_CASE(refuses_options_that_cannot_work)
{
    const auto says = [](const std::string& words, const std::function<void(redis_ledger_options&)>& change) {
        const auto said = refusal(change);
        BOOST_TEST(said.find(words) != std::string::npos, "not \"" << words << "\": " << said);
    };
    says("base_url: must not be empty", [](auto& o) { o.base_url = ""; });
    says("project: must not be empty", [](auto& o) { o.project = ""; });
    says("key_prefix: must have no braces", [](auto& o) { o.key_prefix = "{a}"; });
    says("host: must be a name or an address", [](auto& o) { o.host = "redis://here"; });
    for (const auto* const port : {"", "0", "65536", "12a", "-1"})
        says("port: must be a number", [&](auto& o) { o.port = port; });
    says("database: must not be negative", [](auto& o) { o.database = -1; });
    says("password: must not be empty for a user", [](auto& o) { o.user = "somebody"; });
    for (const auto timeout : {cojob::duration(0), cojob::duration(-1s), cojob::no_timeout})
        says("timeout: must be positive", [&](auto& o) { o.timeout = timeout; });
    says("divide needs at least one process", [](auto& o) { o.unreachable = when_unreachable::divide(0); });
    says("tls_options::ca_file", [](auto& o) { o.use_tls = true, o.tls.ca_file = "/nowhere.pem"; });
    BOOST_TEST(refusal([](auto&) {}, {.limit = 2, .window = std::chrono::hours(24 * 366 * 11)}).find("ten years") !=
               std::string::npos);
    BOOST_TEST(refusal([](auto&) {}, {.limit = 0}).find("limit") != std::string::npos);
    BOOST_TEST(refusal([](auto&) {}) == "");
}

BOOST_AUTO_TEST_CASE(is_shared_and_keeps_no_context_busy)
{
    const redis_server server;
    redis_process one(ledger_at(server.port()), {.limit = 5}), other(ledger_at(server.port()), {.limit = 5});
    BOOST_TEST(call(one).use());
    BOOST_TEST(call(one).use());
    BOOST_TEST(one.finish());
    BOOST_TEST(other.use_all(2s) == 3);
    BOOST_TEST(other.finish());
    BOOST_TEST(one.use_all() == 0);
    BOOST_TEST(one.finish());
    redis_prompt redis(server.port());
    const auto keys = redis({"KEYS", "*"});
    BOOST_TEST(keys.size() >= 2U);
    for (const auto& key : keys)
        BOOST_TEST(redis({"TTL", key}).at(0).size() >= 4U); // it expires, in an hour or more
}

BOOST_AUTO_TEST_CASE(returns_a_slot_to_others_and_is_told_within_a_second)
{
    const redis_server server;
    redis_process one(ledger_at(server.port()), {.limit = 1}), other(ledger_at(server.port()), {.limit = 1});
    auto first = std::make_unique<call>(one);
    BOOST_TEST(first->take());
    std::chrono::steady_clock::time_point returned;
    std::thread returns([&] {
        std::this_thread::sleep_for(300ms);
        first->ticket.give_back();
        returned = std::chrono::steady_clock::now();
        one.finish();
    });
    call second(other);
    BOOST_TEST(second.take());
    const auto after = std::chrono::steady_clock::now();
    returns.join();
    BOOST_TEST((after - returned < 1s));
    BOOST_TEST(second.ticket.commit());
    second.ticket.stamp(true);
    BOOST_TEST(other.finish());
}

BOOST_AUTO_TEST_CASE(pauses_all_processes_after_a_429_and_grants_one_probe)
{
    const redis_server server;
    redis_process one(ledger_at(server.port()), {.limit = 5}), other(ledger_at(server.port()), {.limit = 5}),
        third(ledger_at(server.port()), {.limit = 5});
    const auto begin = std::chrono::steady_clock::now();
    {
        call refused(one);
        BOOST_TEST(refused.take());
        BOOST_TEST(refused.ticket.commit());
        refused.ticket.throttled(1s, 0);
    }
    BOOST_TEST(one.finish());
    call probe(other);
    BOOST_TEST(probe.take());
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 1s));
    BOOST_TEST(probe.ticket.commit());
    call held(third);
    BOOST_TEST(!held.take(300ms));
    probe.ticket.stamp(true);
    BOOST_TEST(other.finish());
    BOOST_TEST(held.take());
}

BOOST_AUTO_TEST_CASE(never_shows_its_password)
{
    const redis_server server(
        {"--requirepass", "open-sesame", "--user", "jobs", "on", ">pass-of-jobs", "~cojob:*", "+@all"});
    auto where = at(server, when_unreachable::local());
    for (const auto* const password : {"", "wrong-pass"}) {
        where.password = cojob::secret(std::string(password));
        redis_process process(where, {.limit = 3});
        call refused(process);
        BOOST_TEST(!refused.take());
        BOOST_TEST(refused.failure() != "");
        BOOST_TEST(refused.failure().find("pass-") == std::string::npos);
        BOOST_TEST(refused.failure().find("-pass") == std::string::npos);
    }
    where.user = "jobs";
    where.password = cojob::secret(std::string("pass-of-jobs"));
    where.database = 3;
    redis_process process(where, {.limit = 3});
    call granted(process);
    BOOST_TEST(granted.take(), granted.failure());
    where.key_prefix = "other:";
    redis_process forbidden(where, {.limit = 3});
    call refused(forbidden);
    BOOST_TEST(!refused.take());
    BOOST_TEST(refused.failure().find("NOPERM") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refuses_another_limit)
{
    const redis_server server;
    redis_process one(ledger_at(server.port()), {.limit = 5}), other(ledger_at(server.port()), {.limit = 6});
    BOOST_TEST(call(one).use());
    call wrong(other);
    BOOST_TEST(!wrong.take());
    BOOST_TEST(wrong.failure().find("another limit (5)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(uses_a_connection_of_the_program)
{
    const redis_server server;
    boost::asio::io_context io;
    auto where = ledger_at("1");
    where.connection = cojob::detail::redis_link(ledger_at(server.port())).connect(io.get_executor());
    boost::redis::config config;
    config.addr.port = server.port();
    tests::run(*where.connection, config);
    std::thread runs([&] { io.run(); });
    {
        redis_process process(where, {.limit = 2});
        BOOST_TEST(process.use_all(2s) == 2);
    }
    boost::asio::post(io, [&] { where.connection->cancel(); });
    runs.join();
}

BOOST_AUTO_TEST_CASE(survives_the_end_of_a_context_that_asks)
{
    const redis_server server;
    const auto pool = cojob::open_redis_quota(ledger_at(server.port()), {.limit = 2});
    {
        redis_process gone(pool);
        auto waits = std::make_unique<call>(gone);
        (void)waits->ticket.request(5s, false);
        gone.io.poll();
        waits.reset();
    }
    redis_process next(pool);
    BOOST_TEST(next.use_all(2s) == 2);
}

BOOST_AUTO_TEST_CASE(does_not_use_what_a_parent_opened)
{
    const redis_server server;
    const auto pool = cojob::open_redis_quota(ledger_at(server.port()), {.limit = 5});
    redis_process parent(pool);
    BOOST_TEST(call(parent).use());
    BOOST_TEST(tests::result_of_child([&] {
                   redis_process child(pool), own(cojob::open_redis_quota(ledger_at(server.port()), {.limit = 5}));
                   return !call(child).take(0s) && call(own).use() ? 0 : 1;
               }) == 0);
    BOOST_TEST(call(parent).use());
}

BOOST_AUTO_TEST_CASE(leaves_the_connection_to_the_parent_if_a_child_runs_the_same_context)
{
    const redis_server server;
    redis_process parent(ledger_at(server.port()), {.limit = 5});
    call held(parent), asks(parent);
    BOOST_TEST(held.take());
    server.stop();
    (void)asks.ticket.request(5s, false);
    for (int i = 0; i < 20; ++i) { // until the question is in the connection
        parent.io.restart();
        parent.io.poll();
    }
    server.go_on();
    BOOST_TEST(tests::result_of_child([&] {
                   parent.io.notify_fork(boost::asio::execution_context::fork_child);
                   return parent.finish(5s) ? 0 : 1; // and has read nothing
               }) == 0);
    BOOST_TEST(asks.take(), asks.failure());
    BOOST_TEST(held.ticket.commit());
    held.ticket.stamp(true);
    BOOST_TEST(call(parent).use());
}

BOOST_AUTO_TEST_SUITE_END()
