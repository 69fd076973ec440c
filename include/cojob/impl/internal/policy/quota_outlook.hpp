#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_OUTLOOK_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_OUTLOOK_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/quota_leases.hpp>
#include <cojob/impl/internal/policy/quota_queue.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>

#include <algorithm>
#include <cstdint>

namespace cojob::detail {

/// What queued callers can expect of the window and of the ledger.
class quota_outlook {
  public:
    quota_outlook(const quota_window& window, const quota_leases& leases, time_point now)
        : window_(window), leases_(leases), now_(now)
    {
    }

    /// Of a caller at this position that may queue until `limit`.
    [[nodiscard]] quota_queue::outlook at(std::uint64_t position, time_point limit) const
    {
        if (limit == time_point::max())
            return {};
        if (limit <= now_)
            return {-quota_queue::endless, limit};
        const auto [callers, holds_until] = window_.served_by(limit, now_);
        const auto served = static_cast<std::int64_t>(std::min<std::uint64_t>(callers, quota_queue::endless));
        return {served - static_cast<std::int64_t>(position), holds_until};
    }

    /// When the caller at this position must repeat its request if no event wakes it.
    [[nodiscard]] time_point next(std::uint64_t position) const
    {
        return leases_.next(position, window_.expected(now_, position), now_);
    }

    /// When the caller at this position can expect a slot.
    [[nodiscard]] time_point expected(std::uint64_t position) const
    {
        return std::max(window_.expected(now_, position), leases_.expected_at());
    }

    /// Whether only the ledger's answer is missing for a slot.
    [[nodiscard]] bool waits_for_answer(std::uint64_t position) const
    {
        return leases_.has_ledger() && !leases_.said_no(now_) && window_.expected(now_, position) <= now_;
    }

    /// Whether callers that wait for the ledger's answer only need not wait any longer.
    [[nodiscard]] bool has_said_no() const
    {
        return leases_.has_ledger() && (window_.remaining(now_) == 0 || leases_.said_no(now_));
    }

  private:
    const quota_window& window_;
    const quota_leases& leases_;
    const time_point now_;
};

} // namespace cojob::detail

#endif
