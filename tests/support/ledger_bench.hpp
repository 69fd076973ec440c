#ifndef COJOB_TESTS_SUPPORT_LEDGER_BENCH_HPP
#define COJOB_TESTS_SUPPORT_LEDGER_BENCH_HPP

#include <cojob/impl/internal/policy/ledger_book.hpp>
#include <cojob/impl/internal/policy/ledger_layout.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <vector>

namespace tests {

using cojob::detail::ledger_book;
using cojob::detail::ledger_layout;
using cojob::detail::ledger_record;
using cojob::detail::ledger_time;

inline constexpr std::int64_t second = 1'000'000'000, hour = 3600 * second;

/// The clocks of a machine, which tests set.
struct machine {
    ledger_time time{1000 * hour, 500'000 * hour, 7};

    void advance(std::int64_t length)
    {
        time.steady += length;
        time.wall += length;
    }
    void reboot(std::int64_t off) { time = {second, time.wall + off, time.boot + 2}; }
};

/// A ledger of two uses an hour, and what is on its disk.
struct ledger_bench {
    machine here;
    std::vector<ledger_record> disk = ledger_layout::make(2, hour, here.time);
    std::uint64_t last = 0;

    /// Returns the lease, or zero.
    std::uint64_t acquire(std::uint64_t process = 1, std::int64_t length = 60 * second)
    {
        ledger_book::answer given;
        change([&](ledger_book& book) { given = book.acquire(process, ++last, length, here.time); });
        wait = given.wait;
        return given.is_granted ? last : 0;
    }
    void used(std::uint64_t id, bool was_answered = true)
    {
        change([&](ledger_book& book) { book.used(id, was_answered, here.time); });
    }
    void unused(std::uint64_t id)
    {
        change([&](ledger_book& book) { book.unused(id, here.time); });
    }
    void throttled(std::uint64_t id, std::int64_t length, bool is_hinted)
    {
        change([&](ledger_book& book) { book.throttled(id, length, is_hinted, here.time); });
    }
    template <class Change>
    void change(const Change& make)
    {
        ledger_book book(disk);
        book.adopt(here.time);
        make(book);
        for (const auto& [i, record] : book.take_writes())
            disk[i] = ledger_record::decode(record.encode().data());
        BOOST_TEST(ledger_layout::is_complete(disk));
    }
    std::int64_t wait = 0;
};

} // namespace tests

#endif
