#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_CLOCK_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_CLOCK_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>
#include <cojob/impl/internal/policy/ledger_record.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>

#ifndef _WIN32
#include <time.h>

namespace cojob::detail {

/// Identifies what the steady clock counts from: the machine's start, and in a container the namespace of its clocks.
/// Zero if the system has no such thing.
[[nodiscard]] inline std::uint64_t boot_key()
{
    std::string id;
    try {
        id = read_file({"boot id", "/proc/sys/kernel/random/boot_id"}).value_or("");
    } catch (const api_error&) { // not readable here
    }
    if (id.empty())
        return 0;
    std::error_code none;
    id += std::filesystem::read_symlink("/proc/self/ns/time", none).native();
    std::uint64_t key = 0xcbf29ce484222325U; // FNV-1a
    for (const auto c : id)
        key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return key | 1U;
}

[[nodiscard]] inline std::int64_t read_clock(clockid_t which)
{
    struct timespec t{};
    ::clock_gettime(which, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// The machine's clocks. Steady time counts its sleep: on Linux that is a clock of its own.
[[nodiscard]] inline ledger_time machine_ledger_time()
{
    static std::atomic<std::uint64_t> boot{boot_key()};
    static std::atomic<unsigned> read_in{fork_count().load()};
    if (const unsigned forks = fork_count().load(); read_in != forks) { // a child may be in a container of its own
        boot = boot_key();
        read_in = forks;
    }
#ifdef CLOCK_BOOTTIME
    constexpr auto steady = CLOCK_BOOTTIME;
#else
    constexpr auto steady = CLOCK_MONOTONIC;
#endif
    return {read_clock(steady), read_clock(CLOCK_REALTIME), boot};
}

} // namespace cojob::detail
#endif

#endif
