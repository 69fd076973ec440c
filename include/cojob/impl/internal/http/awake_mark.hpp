#ifndef COJOB_IMPL_INTERNAL_HTTP_AWAKE_MARK_HPP
#define COJOB_IMPL_INTERNAL_HTTP_AWAKE_MARK_HPP

#include <cojob/clock.hpp>

#include <chrono>

namespace cojob::detail {

/// Notices that the machine slept: civil time went on while steady time, as Linux has it, stood still. Where steady
/// time goes on in a sleep (Windows; macOS as far as is known) nothing is noticed, and every limit counts the sleep by
/// itself. Civil time that is set forward looks like a sleep.
class awake_mark {
  public:
    explicit awake_mark(const clock& time) : lead_(lead(time)) {}

    /// Whether it slept since the last call.
    [[nodiscard]] bool has_slept(const clock& time)
    {
        constexpr auto tolerance = std::chrono::seconds(2); // for clocks that are slewed
        const auto before = lead_;
        lead_ = lead(time);
        return lead_ - before > tolerance;
    }

  private:
    /// By how much civil time leads.
    static std::chrono::nanoseconds lead(const clock& time)
    {
        return time.wall_now().time_since_epoch() - time.now().time_since_epoch();
    }

    std::chrono::nanoseconds lead_;
};

} // namespace cojob::detail

#endif
