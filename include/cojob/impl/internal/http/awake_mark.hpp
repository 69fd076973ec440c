#ifndef COJOB_IMPL_INTERNAL_HTTP_AWAKE_MARK_HPP
#define COJOB_IMPL_INTERNAL_HTTP_AWAKE_MARK_HPP

#include <cojob/clock.hpp>

#include <chrono>

namespace cojob::detail {

/// Detects that the machine slept: wall-clock time went on while steady time stood still, as it does on Linux. Where
/// steady time includes sleep (Windows, and macOS as far as is known), this detects nothing, and every deadline counts
/// the sleep by itself. Setting the wall clock forward looks like a sleep.
class awake_mark {
  public:
    explicit awake_mark(const clock& time) : lead_(lead(time)) {}

    /// Returns whether the machine slept since the last call.
    [[nodiscard]] bool has_slept(const clock& time)
    {
        constexpr auto tolerance = std::chrono::seconds(2); // for clocks that are slewed
        const auto before = lead_;
        lead_ = lead(time);
        return lead_ - before > tolerance;
    }

  private:
    /// The difference between wall-clock time and steady time.
    static std::chrono::nanoseconds lead(const clock& time)
    {
        return time.wall_now().time_since_epoch() - time.now().time_since_epoch();
    }

    std::chrono::nanoseconds lead_;
};

} // namespace cojob::detail

#endif
