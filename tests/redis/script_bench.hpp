#ifndef COJOB_TESTS_REDIS_SCRIPT_BENCH_HPP
#define COJOB_TESTS_REDIS_SCRIPT_BENCH_HPP

#include "redis/redis_bench.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/redis/ignore.hpp>
#include <boost/redis/request.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// The scripts on a real server, by a clock that tests set.
class script_bench {
  public:
    using ledger_operation = cojob::detail::ledger_operation;
    using ledger_reply = cojob::detail::ledger_reply;
    using ledger_request = cojob::detail::ledger_request;
    using ledger_scripts = cojob::detail::ledger_scripts;
    using redis_exchange = cojob::detail::redis_exchange;
    using redis_link = cojob::detail::redis_link;

    static constexpr std::int64_t second = 1'000'000, window = 3600 * second;
    static constexpr std::uint32_t limit = 4;

    script_bench()
    {
        scripts.reset(new ledger_scripts(cojob::detail::ledger_key_names("t:", "u", "p")));
        for (auto& one : scripts->all) {
            const std::string real = "redis.call('TIME')";
            const auto at = one.text.find(real);
            BOOST_TEST_REQUIRE(at != std::string::npos);
            one.text.replace(at, real.size(), "{0, tonumber(redis.call('GET', 'time'))}");
            one.hash = ledger_scripts::sha1(one.text);
        }
        exchange = std::make_shared<redis_exchange>(link, scripts, io.get_executor());
        exchange->start();
    }
    ~script_bench()
    {
        exchange->stop();
        io.restart();
        io.run();
    }

    ledger_reply call(ledger_operation what, std::vector<std::string> own, std::uint64_t process = 1)
    {
        std::optional<redis_exchange::result> got;
        ledger_request r;
        r.what = what;
        r.arguments = {std::to_string(limit),
                       std::to_string(window),
                       epoch,
                       std::to_string(revisions[process]),
                       "epoch" + std::to_string(++epochs),
                       std::to_string(process)};
        r.arguments.insert(r.arguments.end(), own.begin(), own.end());
        set_time();
        boost::asio::co_spawn(io, exchange->call(r), [&](std::exception_ptr, redis_exchange::result all) {
            got = std::move(all);
            io.stop();
        });
        io.restart();
        io.run_for(20s);
        BOOST_TEST_REQUIRE(got.has_value());
        BOOST_TEST_REQUIRE(got->failure == "");
        BOOST_TEST_REQUIRE(got->reply.has_value());
        if (got->reply->kind == ledger_reply::lost)
            return *got->reply;
        epoch = got->reply->epoch;
        revisions[process] = got->reply->revision;
        return *got->reply;
    }

    ledger_reply acquire(std::uint64_t process, std::uint64_t id, std::int64_t length = 60 * second,
                         std::uint64_t share = limit, std::uint64_t has = 0, bool is_again = false)
    {
        return call(ledger_operation::acquire,
                    {std::to_string(id), std::to_string(length), std::to_string(share), std::to_string(has),
                     is_again ? "1" : "0"},
                    process);
    }
    /// The same question once more.
    ledger_reply ask_again(std::uint64_t process, std::uint64_t id)
    {
        return acquire(process, id, 60 * second, limit, 0, true);
    }

    std::int64_t now = 1'000'000 * second;
    redis_server server;
    redis_prompt prompt{server.port()};
    boost::asio::io_context io;
    std::shared_ptr<redis_link> link = std::make_shared<redis_link>(ledger_at(server.port()));
    std::shared_ptr<ledger_scripts> scripts;
    std::shared_ptr<redis_exchange> exchange;
    std::string epoch;
    std::map<std::uint64_t, std::int64_t> revisions; // that each process has seen
    int epochs = 0;

  private:
    void set_time()
    {
        ledger_request none;
        boost::redis::request r;
        r.push("SET", "time", std::to_string(now));
        bool is_set = false;
        connection()->async_exec(r, boost::redis::ignore, [&](cojob::error_code ec, std::size_t) {
            is_set = !ec;
            io.stop();
        });
        io.restart();
        io.run_for(20s);
        BOOST_TEST_REQUIRE(is_set);
    }
    [[nodiscard]] const std::shared_ptr<boost::redis::connection>& connection() const { return exchange->connection(); }
};

} // namespace tests

#endif
