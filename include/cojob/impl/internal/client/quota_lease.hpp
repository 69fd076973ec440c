#ifndef COJOB_IMPL_INTERNAL_CLIENT_QUOTA_LEASE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_QUOTA_LEASE_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/client/attempt.hpp>
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/policy/quota.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace cojob::detail {

/// A call's lease on the quota: queues for a slot, checks at the commit whether the slot is still valid, and reports
/// how each attempt ended. Empty if there is no quota.
class quota_lease final : public http::commit_gate {
  public:
    /// \param executor outlives the lease
    /// \param attempt the longest that an attempt takes
    quota_lease(const std::shared_ptr<quota>& pool, const asio::any_io_executor& executor, duration attempt)
    {
        if (!pool)
            return;
        options_ = &pool->options();
        wake_ = share<event>(executor);
        const auto set_later = [executor, weak = std::weak_ptr(wake_)] {
            run_later(executor, [weak] {
                if (const auto wake = weak.lock())
                    wake->set();
            });
        };
        ticket_.emplace(quota_access::core(*pool), set_later, &executor, attempt);
    }

    explicit operator bool() const noexcept { return ticket_.has_value(); }

    // These require a quota.

    [[nodiscard]] bool may_queue() const { return options_->on_exhausted == when_exhausted::wait; }

    /// Requests a slot: granted, queued with the time until the next request, or refused because no slot becomes free
    /// in time. All waits together take no longer than `max_wait`.
    [[nodiscard]] quota_reply request(time_point until, bool had_slot_before)
    {
        wake_->reset();
        return ticket_->request(max_wait(), had_slot_before, until);
    }
    [[nodiscard]] duration queueing_left(time_point until) const { return ticket_->queueing_left(max_wait(), until); }
    [[nodiscard]] bool may_commit() override { return ticket_->commit(); }
    asio::awaitable<void> wait(operation& op, time_point until) { return wait_until(op, *wake_, until); }
    void leave() { ticket_->leave(); }
    /// Why the last request was refused.
    [[nodiscard]] std::string why_refused() const
    {
        auto failure = ticket_->failure();
        return failure.empty() ? "no quota slot becomes free in time" : failure;
    }

    // These do nothing without a quota.

    /// Returns an unused slot.
    void give_back()
    {
        if (ticket_)
            ticket_->give_back();
    }

    /// Reports the end of an attempt. Returns how long the quota pauses if it was a 429.
    std::optional<duration> ended(const attempt_result& result, double uniform)
    {
        if (ticket_ && result.outcome.status == 429)
            return ticket_->throttled(at_least_a_second(result.hint), uniform);
        if (ticket_ && result.outcome.was_committed && !was_never_read(result.outcome))
            ticket_->stamp(!result.record.ended, !result.outcome.error && result.outcome.stopped == stop_reason::none);
        else
            give_back();
        return std::nullopt;
    }

  private:
    [[nodiscard]] duration max_wait() const { return may_queue() ? options_->max_wait : duration::zero(); }

    /// With a hint of zero, all callers of the pool would retry at once.
    static std::optional<duration> at_least_a_second(std::optional<duration> hint)
    {
        return hint ? std::optional(std::max<duration>(*hint, std::chrono::seconds(1))) : std::nullopt;
    }

    const quota_options* options_ = nullptr;
    std::shared_ptr<event> wake_;
    std::optional<quota_core::ticket> ticket_;
};

} // namespace cojob::detail

#endif
