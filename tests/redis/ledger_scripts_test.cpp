#include "redis/script_bench.hpp"
#include "support/ledger_bench.hpp"

#include <boost/asio/detached.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace ledger_scripts_tests {

using cojob::detail::ledger_book;
using cojob::detail::ledger_layout;
using cojob::detail::ledger_operation;
using cojob::detail::ledger_reply;
using cojob::detail::ledger_time;
using tests::script_bench;

constexpr std::int64_t second = script_bench::second, window = script_bench::window;
constexpr std::uint32_t limit = script_bench::limit;

} // namespace ledger_scripts_tests

BOOST_AUTO_TEST_SUITE(the_scripts_of_a_ledger)

using namespace ledger_scripts_tests;
/// Random histories of four processes give the same with the scripts as with the ledger in a file.
BOOST_AUTO_TEST_CASE(decide_as_the_ledger_in_a_file_does)
{
    script_bench b;
    std::minstd_rand random(7);
    struct lease {
        std::uint64_t id;
        std::int64_t pauses, until;
    };
    int grants = 0, waits = 0;
    for (int history = 0; history < 12; ++history) {
        b.prompt({"FLUSHALL"});
        b.epoch = "", b.revisions.clear();
        const auto time = [&] { return ledger_time{b.now * 1'000, b.now * 1'000, 7}; };
        ledger_book book(ledger_layout::make(limit, window * 1'000, time()));
        std::vector<lease> leases;
        for (int step = 0; step < 120; ++step) {
            b.now += random() % 4 == 0 ? static_cast<std::int64_t>(random() % 900) * second
                                       : static_cast<std::int64_t>(random() % 400'000);
            std::erase_if(leases, [&](const lease& l) { return b.now >= l.until + window + second; });
            const auto at = time();
            const auto action = random() % 8;
            if (leases.empty() || action < 4) {
                const auto process = 1 + random() % 4, id = std::uint64_t(history) * 1'000 + std::uint64_t(step) + 1;
                const auto expected = book.acquire(process, id, 60'000 * second, at);
                const auto got = b.acquire(process, id);
                BOOST_TEST_CONTEXT("history " << history << ", step " << step)
                BOOST_TEST_REQUIRE((got.kind == ledger_reply::granted) == expected.is_granted);
                BOOST_TEST(got.wait_for * 1'000 == expected.wait);
                if (expected.is_granted)
                    leases.push_back({id, got.pauses, b.now + 60 * second});
                ++(expected.is_granted ? grants : waits);
                continue;
            }
            const auto chosen = random() % leases.size();
            const auto one = leases[chosen];
            const auto name = std::to_string(one.pauses) + ":" + std::to_string(one.id);
            const bool flag = random() % 2 == 0;
            if (action == 4) {
                book.used(one.id, flag, at);
                b.call(ledger_operation::used, {name, flag ? "1" : "0", "0"});
                leases[chosen].until = b.now;
            } else if (action == 5) {
                book.unused(one.id, at);
                b.call(ledger_operation::unused, {name});
                leases.erase(leases.begin() + static_cast<std::ptrdiff_t>(chosen));
            } else if (action == 6) {
                const auto length = static_cast<std::int64_t>(1 + random() % 60) * second;
                book.throttled(one.id, length * 1'000, flag, at);
                b.call(ledger_operation::throttled, {name, std::to_string(length), flag ? "1" : "0"});
                leases.erase(leases.begin() + static_cast<std::ptrdiff_t>(chosen));
            } else if (flag) {
                const bool is_renewed = book.renew(one.id, 60'000 * second, at);
                const auto got = b.call(ledger_operation::renew, {name, std::to_string(60 * second)});
                BOOST_TEST((got.kind == ledger_reply::done) == is_renewed);
                if (is_renewed)
                    leases[chosen].until = b.now + 60 * second;
            } else {
                const auto process = 1 + random() % 4;
                book.stop_waiting(process, at);
                b.call(ledger_operation::leave, {}, process);
            }
        }
    }
    BOOST_TEST_MESSAGE(grants << " grants, " << waits << " waits");
    BOOST_TEST(grants > 100);
    BOOST_TEST(waits > 100);
}

/// After a time in which processes may have divided the limit.
BOOST_AUTO_TEST_CASE(grant_each_process_its_share_for_a_window_after_nobody_has_asked_for_one)
{
    script_bench b;
    const auto share = [&](std::uint64_t process, std::uint64_t id, std::uint64_t has) {
        return b.acquire(process, id, second, 2, has).kind == ledger_reply::granted;
    };
    BOOST_TEST(share(1, 1, 3)); // it has its share, but nothing is divided
    b.now += window + second;
    BOOST_TEST(share(1, 2, 1));
    BOOST_TEST(!share(1, 3, 2));
    BOOST_TEST(share(2, 4, 0)); // the other does not wait behind it
    b.now += window;
    BOOST_TEST(!share(1, 5, 2));
    b.now += second;
    BOOST_TEST(share(1, 6, 2));
}

BOOST_AUTO_TEST_CASE(divide_the_limit_if_a_process_was_out_of_contact_for_a_window)
{
    script_bench b;
    b.call(ledger_operation::restore, {"0", "0", "0", std::to_string(window + second)});
    BOOST_TEST((b.acquire(1, 1, second, 2, 2).kind == ledger_reply::wait));
    BOOST_TEST((b.acquire(1, 2, second, 2, 1).kind == ledger_reply::granted));
}

BOOST_AUTO_TEST_CASE(tell_a_process_that_uses_are_missing)
{
    script_bench b;
    BOOST_TEST(b.acquire(1, 1).taken == 1);
    const auto epoch = b.epoch;
    b.prompt({"FLUSHALL"});
    BOOST_TEST((b.acquire(1, 2).kind == ledger_reply::lost));
    BOOST_TEST((b.call(ledger_operation::restore, {"0", "0", "0", "0"}).kind == ledger_reply::lost));
    b.epoch = ""; // another process, which knows nothing
    BOOST_TEST((b.acquire(2, 3).kind == ledger_reply::granted));
    BOOST_TEST(b.epoch != epoch);
    b.revisions[2] += 5; // it has seen more than there is: an older copy
    const auto second_epoch = b.epoch;
    BOOST_TEST((b.acquire(2, 4).kind == ledger_reply::lost));
    b.epoch = "";
    BOOST_TEST(b.acquire(2, 5).taken == 2); // what the copy had is not lost
    BOOST_TEST(b.epoch != second_epoch);
}

BOOST_AUTO_TEST_CASE(tell_a_process_whose_own_uses_are_missing_although_others_have_used_the_older_copy)
{
    for (const bool was_known : {false, true}) {
        script_bench b;
        b.acquire(1, 1);
        if (was_known)
            b.call(ledger_operation::leave, {}, 2);
        const auto copy = [&](const std::string& from, const std::string& to) {
            for (const std::string key : {"state", "leases", "seen"})
                b.prompt({"COPY", from + key, to + key, "REPLACE"});
        };
        copy("t:{u|p}:", "replica:");
        BOOST_TEST((b.acquire(2, 2).kind == ledger_reply::granted));
        copy("replica:", "t:{u|p}:");
        BOOST_TEST((b.acquire(1, 3).kind == ledger_reply::granted)); // all that it knows is there
        BOOST_TEST((b.acquire(1, 4).kind == ledger_reply::granted));
        BOOST_TEST((b.acquire(2, 5).kind == ledger_reply::lost));
        BOOST_TEST((b.acquire(1, 6).kind == ledger_reply::lost)); // so it writes back too
    }
}

BOOST_AUTO_TEST_CASE(remember_a_thousand_processes_and_do_not_take_others_for_forgotten)
{
    script_bench b;
    b.acquire(1, 1);
    for (std::uint64_t process = 2; process <= 1'001; ++process)
        b.call(ledger_operation::leave, {}, process);
    BOOST_TEST(b.prompt({"ZCARD", "t:{u|p}:seen"}).at(0) == "1000");
    BOOST_TEST(b.prompt({"ZSCORE", "t:{u|p}:seen", "1"}).empty());
    BOOST_TEST((b.acquire(1, 2).kind == ledger_reply::granted));
}

BOOST_AUTO_TEST_CASE(grant_only_what_the_last_total_leaves_after_a_loss)
{
    script_bench b;
    b.acquire(9, 1);
    b.call(ledger_operation::unused, {"0:1"});
    b.call(ledger_operation::restore, {"3", std::to_string(window), "0", "0", "1", "0:7", std::to_string(100 * second)},
           1);
    BOOST_TEST(b.acquire(1, 8).taken == 4); // the one that was written back is among the three
    BOOST_TEST((b.acquire(1, 9).kind == ledger_reply::wait));
    b.now += window;
    BOOST_TEST((b.acquire(1, 10).kind == ledger_reply::granted));
}

BOOST_AUTO_TEST_SUITE_END()
