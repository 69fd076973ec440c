#ifndef COJOB_IMPL_INTERNAL_REDIS_OUTAGE_PLAN_HPP
#define COJOB_IMPL_INTERNAL_REDIS_OUTAGE_PLAN_HPP

#include <cojob/impl/internal/policy/ledger_record.hpp>
#include <cojob/redis/when_unreachable.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace cojob::detail {

/// Decides how many slots a process may use while it cannot reach its ledger. All times are in microseconds of a clock
/// of the process.
class outage_plan {
  public:
    static constexpr std::int64_t margin = 1'000'000; ///< as the ledger's

    /// \param window of the quota
    /// \param now when the process starts
    outage_plan(std::uint32_t limit, std::int64_t window, when_unreachable how, std::int64_t now)
        : limit_(limit), window_(window), how_(how), started_(now)
    {
    }

    /// The slots of this process in a window while the processes divide the limit.
    [[nodiscard]] std::uint64_t share() const noexcept
    {
        return how_.kind() == when_unreachable::kind_divide ? limit_ / how_.processes() : limit_;
    }

    /// How many of its share the process may have used. *All for a window after its start:* nobody knows what it used
    /// alone before it was killed. Only counts while the limit is divided.
    /// \param own its leases, and its uses of the last window
    /// \param lease the longest lease that it takes
    [[nodiscard]] std::uint64_t has(std::uint64_t own, std::int64_t lease, std::int64_t now) const noexcept
    {
        const bool is_known = now >= add_time(add_time(started_, lease), window_ + margin);
        return is_known || how_.kind() != when_unreachable::kind_divide ? own : std::max(own, share());
    }

    [[nodiscard]] bool is_away() const noexcept { return away_since_.has_value(); }
    /// The number of leases and uses that the ledger had last.
    [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }

    /// The ledger has answered.
    /// \param taken its leases and uses
    /// \param lasts until the last lease of any process runs out
    void answered(std::uint64_t taken, std::int64_t lasts, std::int64_t now) noexcept
    {
        seen_ = taken;
        leased_until_ = add_time(now, lasts);
        reached();
    }
    void reached() noexcept { away_since_.reset(); }

    /// The ledger could not be reached.
    /// \param lease the longest lease that this process takes; others are like it
    void failed(std::int64_t lease, std::int64_t now)
    {
        if (away_since_)
            return;
        away_since_ = now;
        divided_from_ = add_time(std::max(add_time(now, lease), leased_until_), window_ + margin);
    }

    /// Whether the process may use a slot. *If the limit is divided, nothing until all uses from before the outage have
    /// left the window:* others may have used what was free when the process saw the ledger last. Nor if it has never
    /// seen it: what it did before it was started anew is not known.
    /// \param own its leases, and its uses of the last window
    [[nodiscard]] bool grant(std::uint64_t own, std::int64_t now) const noexcept
    {
        switch (how_.kind()) {
        case when_unreachable::kind_local: return own < limit_;
        case when_unreachable::kind_divide: return has_seen() && now >= divided_from_ && own < share();
        default: return false;
        }
    }

    /// Whether calls wait for a slot while the ledger is away.
    [[nodiscard]] bool may_wait() const noexcept { return how_.kind() != when_unreachable::kind_fail; }

    /// How long a call waits for a slot that was refused here.
    [[nodiscard]] std::int64_t wait(std::int64_t now) const noexcept
    {
        return std::max<std::int64_t>(now < divided_from_ ? divided_from_ - now : window_, 0);
    }

    /// For how long what was seen in a ledger counts that lost its data.
    [[nodiscard]] std::int64_t counts_for(std::int64_t now) const noexcept
    {
        return std::max<std::int64_t>(subtract_time(add_time(leased_until_, window_ + margin), now), 0);
    }

  private:
    [[nodiscard]] bool has_seen() const noexcept { return leased_until_ != std::numeric_limits<std::int64_t>::min(); }

    std::uint32_t limit_;
    std::int64_t window_;
    when_unreachable how_;
    std::int64_t started_;
    std::uint64_t seen_ = 0;
    std::int64_t leased_until_ = std::numeric_limits<std::int64_t>::min();
    std::optional<std::int64_t> away_since_;
    std::int64_t divided_from_ = 0; // all uses from before the outage have left the window
};

} // namespace cojob::detail

#endif
