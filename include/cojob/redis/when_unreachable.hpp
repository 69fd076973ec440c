#ifndef COJOB_REDIS_WHEN_UNREACHABLE_HPP
#define COJOB_REDIS_WHEN_UNREACHABLE_HPP

#include <cstdint>

namespace cojob {

/// What a process does while it cannot reach the ledger of its quota.
class when_unreachable {
  public:
    /// What the process does.
    enum kind_type {
        kind_fail,   ///< see `fail`
        kind_divide, ///< see `divide`
        kind_local   ///< see `local`
    };

    /// As `fail`.
    constexpr when_unreachable() = default;

    /// Calls end with `quota_exhausted` and the reason.
    [[nodiscard]] static constexpr when_unreachable fail() noexcept { return {}; }

    /// Calls wait. When all uses from before the outage have left the window, each of at most `processes` processes, at
    /// least 1, may use `limit / processes` in any window. A process that has never reached the ledger waits until it
    /// does. For one window after a long outage, or a window in which nobody asked, the ledger grants no process more
    /// than that either, and none to those that were started less than a window and a lease ago: what they used before
    /// is not known.
    ///
    /// *The processes together may exceed the limit* if only some cannot reach the ledger, or if there are more of
    /// them.
    [[nodiscard]] static constexpr when_unreachable divide(std::uint32_t processes) noexcept
    {
        return {kind_divide, processes};
    }

    /// Each process grants as if it were alone, within the limit. *All together may exceed it.*
    [[nodiscard]] static constexpr when_unreachable local() noexcept { return {kind_local, 0}; }

    /// What the process does.
    [[nodiscard]] constexpr kind_type kind() const noexcept { return kind_; }
    /// The argument of `divide`.
    [[nodiscard]] constexpr std::uint32_t processes() const noexcept { return processes_; }

    /// Whether both are the same.
    friend constexpr bool operator==(const when_unreachable&, const when_unreachable&) = default;

  private:
    constexpr when_unreachable(kind_type kind, std::uint32_t processes) noexcept : kind_(kind), processes_(processes) {}

    kind_type kind_ = kind_fail;
    std::uint32_t processes_ = 0;
};

} // namespace cojob

#endif
