#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_CALLER_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_CALLER_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/quota_leases.hpp>
#include <cojob/impl/internal/policy/quota_queue.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

/// How long a caller may queue: in total, and until when. `no_timeout`: no limit.
struct quota_patience {
    duration in_all = no_timeout;
    time_point until = time_point::max();
};

/// One caller of a quota_scheduler. Not movable. Must leave the queue or release its slot before it is destroyed.
class quota_caller : public quota_queue::entry {
  public:
    enum class state_type {
        outside,
        queued,
        granted,   ///< has a slot that `request` has not reported
        holding,   ///< has a slot that `request` has reported
        committed, ///< has a slot and may have sent a request
        refused    ///< was refused, which `request` has not reported
    };

    /// \param wake called when the caller should repeat its request: granted, refused, or moved forward
    explicit quota_caller(std::function<void()> wake) : wake_(std::move(wake)) {}

    [[nodiscard]] state_type state() const noexcept { return state_; }
    [[nodiscard]] bool has_slot() const noexcept
    {
        return state_ == state_type::granted || state_ == state_type::holding || state_ == state_type::committed;
    }
    /// When its time in the queue ends.
    [[nodiscard]] time_point limit() const noexcept { return limit_; }
    /// When the caller must repeat its request if no event wakes it, as last reported to it.
    [[nodiscard]] time_point next() const noexcept { return next_; }

    /// Why the ledger could not answer, if the caller was refused for that; otherwise null.
    [[nodiscard]] const std::shared_ptr<const std::string>& failure() const noexcept { return failure_; }

    /// How much longer the caller may queue.
    [[nodiscard]] duration queueing_left(quota_patience p, time_point now) const noexcept
    {
        const auto most = p.in_all == no_timeout ? no_timeout : std::max(p.in_all - queued_for_, duration::zero());
        return p.until == time_point::max() ? most : std::min(most, std::max(p.until - now, duration::zero()));
    }

    /// The longest that one of its attempts takes: its lease must cover it.
    duration attempt = no_timeout;
    /// Of the client, for the ledger's I/O; outlives the caller. May be null.
    const asio::any_io_executor* executor = nullptr;

  private:
    friend class quota_scheduler;

    std::function<void()> wake_;
    state_type state_ = state_type::outside;
    bool has_number_ = false;   // kept for the return to the same position
    bool is_impatient_ = false; // waits for the ledger's answer only
    quota_patience patience_{};
    duration queued_for_{}; // in total, without the current time in the queue
    time_point queued_since_{}, limit_{}, next_{};
    quota_window::slot slot_{};
    quota_leases::lease lease_{};
    std::shared_ptr<const std::string> failure_;
};

} // namespace cojob::detail

#endif
