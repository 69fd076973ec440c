#include "support/ledger_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <random>
#include <vector>

namespace ledger_book_tests {

using cojob::detail::ledger_book;
using cojob::detail::ledger_layout;
using cojob::detail::ledger_record;
using cojob::detail::ledger_time;
using tests::hour;
using tests::second;
using bench = tests::ledger_bench;

void exhaust(bench& b)
{
    b.used(b.acquire());
    b.used(b.acquire());
    BOOST_TEST_REQUIRE(b.acquire() == 0U);
}

} // namespace ledger_book_tests

BOOST_AUTO_TEST_SUITE(a_ledger_of_several_processes)

using namespace ledger_book_tests;

BOOST_AUTO_TEST_CASE(grants_its_limit_and_frees_a_slot_a_window_and_a_second_after_its_end)
{
    bench b;
    const auto first = b.acquire();
    b.here.advance(10 * second);
    b.used(first);
    const auto second_one = b.acquire(2);
    BOOST_TEST(second_one != 0U);
    BOOST_TEST(b.acquire(3) == 0U);
    b.unused(second_one);
    BOOST_TEST(b.acquire(3) != 0U);
    b.here.advance(hour);
    BOOST_TEST(b.acquire(4) == 0U);
    BOOST_TEST(b.wait == second);
    b.here.advance(second);
    BOOST_TEST(b.acquire(4) != 0U);
}

BOOST_AUTO_TEST_CASE(counts_a_lease_that_nobody_ended_from_when_it_ran_out)
{
    bench b;
    BOOST_TEST(b.acquire() != 0U);
    BOOST_TEST(b.acquire() != 0U);
    b.here.advance(hour + 60 * second);
    BOOST_TEST(b.acquire() == 0U);
    b.here.advance(second);
    BOOST_TEST(b.acquire() != 0U);
}

BOOST_AUTO_TEST_CASE(renews_a_lease_until_it_has_run_out)
{
    bench b;
    const auto lease = b.acquire();
    bool was_renewed = false;
    const auto renew = [&](ledger_book& book) { was_renewed = book.renew(lease, 60 * second, b.here.time); };
    b.here.advance(59 * second);
    b.change(renew);
    BOOST_TEST(was_renewed);
    b.here.advance(60 * second);
    b.change(renew);
    BOOST_TEST(!was_renewed);
}

BOOST_AUTO_TEST_CASE(frees_nothing_early_because_the_wall_clock_was_set)
{
    for (const auto off : {48 * hour, -48 * hour}) {
        bench b;
        exhaust(b);
        b.here.time.wall += off;
        BOOST_TEST(b.acquire() == 0U);
        b.here.advance(hour + second);
        BOOST_TEST(b.acquire() != 0U);
    }
}

BOOST_AUTO_TEST_CASE(counts_by_the_wall_clock_after_a_reboot)
{
    bench b;
    exhaust(b);
    b.here.advance(10 * second);
    b.here.reboot(hour / 2);
    BOOST_TEST(b.acquire() == 0U);
    b.here.advance(hour / 2);
    BOOST_TEST(b.acquire() != 0U);
}

BOOST_AUTO_TEST_CASE(frees_nothing_for_a_window_if_the_wall_clock_is_behind_after_a_reboot)
{
    bench b;
    b.used(b.acquire());
    b.here.advance(hour);
    b.used(b.acquire());
    b.here.reboot(-second); // later than the first use, earlier than the last
    BOOST_TEST(b.acquire() == 0U);
    b.here.advance(hour);
    BOOST_TEST(b.acquire() == 0U);
    b.here.advance(second);
    BOOST_TEST(b.acquire() != 0U);
    BOOST_TEST(b.acquire() != 0U);
}

BOOST_AUTO_TEST_CASE(counts_by_the_clock_that_frees_later_if_the_boot_is_unknown)
{
    bench b;
    b.here.time.boot = 0;
    exhaust(b);
    b.here.advance(60 * second);
    b.here.time.wall += 48 * hour;
    BOOST_TEST(b.acquire() == 0U);
    b.here.advance(hour);
    b.here.time.wall -= 96 * hour;
    BOOST_TEST(b.acquire() == 0U);
    b.here.time.wall += 48 * hour;
    BOOST_TEST(b.acquire() != 0U);
}

BOOST_AUTO_TEST_CASE(lets_the_process_that_waits_longest_be_first)
{
    bench b;
    const auto lease = b.acquire(1);
    b.used(b.acquire(1));
    BOOST_TEST(b.acquire(1) == 0U);
    BOOST_TEST(b.acquire(2) == 0U);
    b.here.advance(second / 2);
    BOOST_TEST(b.acquire(1) == 0U);
    BOOST_TEST(b.acquire(2) == 0U);
    b.unused(lease);
    BOOST_TEST(b.acquire(2) == 0U);
    const auto next = b.acquire(1);
    BOOST_TEST(next != 0U);
    BOOST_TEST(b.acquire(1) == 0U); // behind the other now
    b.unused(next);
    BOOST_TEST(b.acquire(1) == 0U);
    BOOST_TEST(b.acquire(2) != 0U);
}

BOOST_AUTO_TEST_CASE(forgets_a_process_that_waits_no_more)
{
    bench b;
    const auto lease = b.acquire(1);
    b.used(b.acquire(1));
    BOOST_TEST(b.acquire(2) == 0U);
    BOOST_TEST(b.acquire(3) == 0U);
    b.unused(lease);
    BOOST_TEST(b.acquire(3) == 0U);
    b.here.advance(second); // the second process was killed
    BOOST_TEST(b.acquire(3) != 0U);
}

BOOST_AUTO_TEST_CASE(pauses_all_processes_and_grants_one_probe)
{
    bench b;
    b.throttled(b.acquire(1), 10 * second, true);
    BOOST_TEST(b.acquire(2) == 0U);
    BOOST_TEST(b.wait == 10 * second);
    b.here.advance(10 * second);
    const auto probe = b.acquire(2);
    BOOST_TEST(probe != 0U);
    BOOST_TEST(b.acquire(3) == 0U);
    b.unused(probe); // nothing is known
    const auto next = b.acquire(3);
    BOOST_TEST(next != 0U);
    BOOST_TEST(b.acquire(4) == 0U);
    b.used(next);
    BOOST_TEST(b.acquire(4) != 0U);
}

BOOST_AUTO_TEST_CASE(grants_another_probe_if_the_first_runs_out)
{
    bench b;
    b.throttled(b.acquire(1), 10 * second, true);
    b.here.advance(10 * second);
    BOOST_TEST(b.acquire(2) != 0U);
    b.here.advance(60 * second);
    BOOST_TEST(b.acquire(3) != 0U);
}

BOOST_AUTO_TEST_CASE(doubles_a_pause_that_is_a_guess_whichever_process_is_refused)
{
    bench b;
    b.throttled(b.acquire(1), 30 * second, false);
    b.here.advance(30 * second);
    b.throttled(b.acquire(2), 30 * second, false);
    b.here.advance(59 * second);
    BOOST_TEST(b.acquire(3) == 0U);
    BOOST_TEST(b.wait == second);
    b.here.advance(second);
    b.used(b.acquire(3));
    b.throttled(b.acquire(1), 30 * second, false);
    BOOST_TEST(b.acquire(3) == 0U);
    BOOST_TEST(b.wait >= 30 * second);
}

BOOST_AUTO_TEST_CASE(does_not_take_requests_in_flight_for_a_full_log)
{
    bench b;
    BOOST_TEST((b.acquire(1) != 0U && b.acquire(2) != 0U));
    b.throttled(1, 36 * second, false);
    BOOST_TEST(b.acquire(3) == 0U);
    BOOST_TEST(b.wait == 36 * second);
}

BOOST_AUTO_TEST_CASE(pauses_with_a_full_log_until_its_oldest_use_leaves_it)
{
    bench b;
    b.used(b.acquire(1));
    b.here.advance(second);
    b.throttled(b.acquire(2), 36 * second, false);
    BOOST_TEST(b.acquire(3) == 0U);
    BOOST_TEST(b.wait == hour);
}

BOOST_AUTO_TEST_CASE(takes_another_slot_for_a_use_whose_own_was_granted_anew)
{
    bench b;
    b.acquire(1);
    b.here.advance(hour + 61 * second);
    BOOST_TEST(b.acquire(2) == 2U);
    b.used(1);
    BOOST_TEST(b.acquire(3) == 0U);
}

/// A process is killed after each write of random histories: what is on the disk then never allows more than what would
/// have been there.
BOOST_AUTO_TEST_CASE(allows_no_more_if_its_writer_is_killed_at_any_write)
{
    std::minstd_rand random(1);
    const auto free_slots = [](const std::vector<ledger_record>& disk, const ledger_time& now) {
        ledger_book book(disk);
        book.adopt(now);
        int count = 0;
        for (std::uint64_t i = 1; i <= 3; ++i)
            count += book.acquire(99, 1'000'000 + i, second, now).is_granted ? 1 : 0;
        return count;
    };
    for (int history = 0; history < 300; ++history) {
        bench b;
        std::vector<std::uint64_t> leases;
        for (int step = 0; step < 30; ++step) {
            const auto before = b.disk;
            ledger_book book(b.disk);
            if (random() % 10 == 0)
                b.here.reboot((static_cast<std::int64_t>(random() % 5) - 2) * hour / 2);
            else
                b.here.advance(static_cast<std::int64_t>(random() % 600) * second);
            book.adopt(b.here.time);
            const auto id = leases.empty() ? 0 : leases[random() % leases.size()];
            switch (random() % 5) {
            case 0: book.used(id, random() % 2 == 0, b.here.time); break;
            case 1: book.unused(id, b.here.time); break;
            case 2: book.throttled(id, 60 * second, random() % 2 == 0, b.here.time); break;
            default:
                if (book.acquire(random() % 3, ++b.last, 60 * second, b.here.time).is_granted)
                    leases.push_back(b.last);
            }
            const auto writes = book.take_writes();
            const auto at_last = free_slots(book.records(), b.here.time);
            auto killed = before;
            for (const auto& [i, record] : writes) {
                // An end may be lost, so less is free; a grant is in the first write.
                const auto now_free = free_slots(killed, b.here.time);
                BOOST_TEST(now_free <= std::max(at_last, free_slots(before, b.here.time)));
                killed[i] = record;
                BOOST_TEST_REQUIRE(ledger_layout::is_complete(killed));
            }
            b.disk = killed;
        }
    }
}

BOOST_AUTO_TEST_CASE(is_damaged_if_any_byte_of_it_is_changed)
{
    bench b;
    b.used(b.acquire());
    for (const auto& record : b.disk) {
        auto text = record.encode();
        BOOST_TEST((ledger_record::decode(text.data()).kind == record.kind));
        for (auto& byte : text) {
            byte ^= 0x20U;
            BOOST_TEST((ledger_record::decode(text.data()).kind == ledger_record::unknown));
            byte ^= 0x20U;
        }
    }
    auto less = b.disk;
    less.pop_back();
    BOOST_TEST(!ledger_layout::is_complete(less));
    BOOST_TEST(!ledger_layout::is_complete({}));
}

BOOST_AUTO_TEST_SUITE_END()
