#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_CLOCK_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_CLOCK_HPP

#include <cojob/impl/internal/policy/ledger_clock.hpp>

#include <chrono>
#include <cstdint>

namespace cojob::detail {

/// Microseconds of a clock that cannot be set and, but for Windows, counts the machine's sleep.
[[nodiscard]] inline std::int64_t redis_now()
{
#ifdef _WIN32
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
#else
    return machine_ledger_time().steady / 1'000;
#endif
}

} // namespace cojob::detail

#endif
