#ifndef COJOB_IMPL_INTERNAL_CLIENT_QUOTA_USE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_QUOTA_USE_HPP

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

namespace cojob::detail {

/// A call's share of the quota: queues for a slot, decides at the commit whether the slot still counts, and reports how
/// each attempt ended. Empty where no quota is kept.
class quota_use final : public http::commit_gate {
  public:
    quota_use(const std::shared_ptr<quota>& pool, const asio::any_io_executor& executor)
    {
        if (!pool)
            return;
        options_ = &pool->options();
        wake_ = share<event>(executor);
        ticket_.emplace(quota_access::core(*pool), [executor, weak = std::weak_ptr(wake_)] {
            run_later(executor, [weak] {
                if (const auto wake = weak.lock())
                    wake->set();
            });
        });
    }

    explicit operator bool() const noexcept { return ticket_.has_value(); }

    // For a quota that is kept.

    [[nodiscard]] bool may_queue() const { return options_->on_exhausted == when_exhausted::wait; }

    /// A slot, or how long one is to be waited for, or that it would be in vain. All waits together take no longer than
    /// `max_wait`.
    [[nodiscard]] quota_reply ask(time_point until, bool had_slot_before)
    {
        wake_->reset();
        return ticket_->ask(max_wait(), had_slot_before, until);
    }
    [[nodiscard]] duration queueing_left(time_point until) const { return ticket_->queueing_left(max_wait(), until); }
    [[nodiscard]] bool may_commit() override { return ticket_->commit(); }
    asio::awaitable<void> wait(operation& op, time_point until) { return wait_until(op, *wake_, until); }
    void leave() { ticket_->leave(); }

    // For any.

    /// The slot was not used.
    void give_back()
    {
        if (ticket_)
            ticket_->give_back();
    }

    /// For how long the quota pauses after an attempt that was refused with 429.
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

    /// Of a pool that all share, "at once" would make a storm.
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
