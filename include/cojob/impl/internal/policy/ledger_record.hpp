#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_RECORD_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_RECORD_HPP

#include <boost/crc.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

// A quota's ledger in a file is a row of records of 64 bytes: one of the quota, one of its pause, `limit` slots, and
// the waiting processes. A record is seven numbers, a kind and a checksum, least significant byte first. All times are
// in nanoseconds.
namespace cojob::detail {

/// A reading of the clocks of one machine.
struct ledger_time {
    std::int64_t steady = 0; ///< counts the machine's sleep; restarts with the machine
    std::int64_t wall = 0;   ///< since 1970
    std::uint64_t boot = 0;  ///< identifies the clock that `steady` was read from; zero: unknown
};

/// A sum that stops at the greatest value.
[[nodiscard]] constexpr std::int64_t add_time(std::int64_t a, std::int64_t b) noexcept
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return b > 0 && a > most - b ? most : a + b;
}

/// A difference that does not overflow.
[[nodiscard]] constexpr std::int64_t subtract_time(std::int64_t a, std::int64_t b) noexcept
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
    if (b < 0 && a > most + b)
        return most;
    return b > 0 && a < least + b ? least : a - b;
}

/// The least time that has passed from one reading to another; never negative. The steady clock cannot be set, but
/// tells something only while the machine runs. Without a boot id the shorter of both differences counts.
[[nodiscard]] constexpr std::int64_t time_between(const ledger_time& then, const ledger_time& now) noexcept
{
    const auto by_steady = subtract_time(now.steady, then.steady), by_wall = subtract_time(now.wall, then.wall);
    const bool is_known = then.boot != 0 && now.boot != 0;
    auto passed = by_wall;
    if (is_known && then.boot == now.boot)
        passed = by_steady;
    else if (!is_known && by_steady >= 0)
        passed = std::min(by_steady, by_wall);
    return std::max<std::int64_t>(passed, 0);
}

struct ledger_record {
    static constexpr std::size_t size = 64;
    using text = std::array<unsigned char, size>;

    enum kind_type : std::uint32_t { unknown, quota, pause, slot_free, slot_leased, slot_stamped, waiting, nobody };

    kind_type kind = unknown;
    ledger_time at{}; ///< when it was written
    /// slot: length of the lease · waiting: until the process is forgotten · pause: its length · quota: the window
    std::int64_t length = 0;
    std::uint64_t id = 0;     ///< slot: of the lease · waiting: of the process · quota: the limit
    std::uint64_t number = 0; ///< slot: pauses so far when it was granted · pause: pauses so far · waiting: its place
    std::int64_t guess = 0;   ///< pause: the last one without a hint; zero: none since a response

    /// A lease that has not run out.
    [[nodiscard]] bool is_running(const ledger_time& now) const { return kind == slot_leased && lasts(now); }
    /// A process that is not forgotten.
    [[nodiscard]] bool is_waiting(const ledger_time& now) const { return kind == waiting && lasts(now); }

    [[nodiscard]] text encode() const
    {
        text out{};
        std::size_t to = 0;
        const auto put = [&](std::uint64_t value, std::size_t bytes) {
            for (std::size_t i = 0; i < bytes; ++i)
                out[to++] = static_cast<unsigned char>(value >> (8 * i));
        };
        for (const auto value : {static_cast<std::uint64_t>(at.steady), static_cast<std::uint64_t>(at.wall), at.boot,
                                 static_cast<std::uint64_t>(length), id, number, static_cast<std::uint64_t>(guess)})
            put(value, 8);
        put(kind, 4);
        put(checksum(out), 4);
        return out;
    }

    /// Returns a record of kind `unknown` if the text is damaged.
    [[nodiscard]] static ledger_record decode(const unsigned char* from)
    {
        text in{};
        std::copy_n(from, size, in.begin());
        const auto take = [&](std::size_t at_byte, std::size_t bytes) {
            std::uint64_t value = 0;
            for (std::size_t i = bytes; i > 0; --i)
                value = value << 8U | in[at_byte + i - 1];
            return value;
        };
        ledger_record r;
        if (take(60, 4) != checksum(in) || take(56, 4) > nobody)
            return r;
        r.kind = static_cast<kind_type>(take(56, 4));
        r.at = {static_cast<std::int64_t>(take(0, 8)), static_cast<std::int64_t>(take(8, 8)), take(16, 8)};
        r.length = static_cast<std::int64_t>(take(24, 8));
        r.id = take(32, 8);
        r.number = take(40, 8);
        r.guess = static_cast<std::int64_t>(take(48, 8));
        return r;
    }

  private:
    [[nodiscard]] bool lasts(const ledger_time& now) const { return time_between(at, now) < length; }

    [[nodiscard]] static std::uint32_t checksum(const text& of)
    {
        boost::crc_32_type crc;
        crc.process_bytes(of.data(), size - 4);
        return crc.checksum();
    }
};

} // namespace cojob::detail

#endif
