#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_LINE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_LINE_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/quota_queue.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace cojob::detail {

/// Callers in line for the slots of a window. Neither I/O nor a clock nor a lock; the times it is told must not go
/// back.
///
/// A slot that was granted may be lost again until it is committed: a pause takes all slots back that nothing was sent
/// with, and their callers queue again, in the places they had.
class quota_line {
  public:
    /// How long a caller may queue: the sum of all its times in the queue, and until when. `no_timeout`: for ever.
    struct patience {
        duration in_all = no_timeout;
        time_point until = time_point::max();
    };

    /// One caller. Stays where it is, and leaves before it goes.
    class caller : public quota_queue::entry {
      public:
        enum class state_type {
            outside,
            queued,
            granted,   ///< has a slot and does not know
            holding,   ///< and knows
            committed, ///< and may have sent a request
            refused    ///< and does not know
        };

        /// `wake` is called when asking again is worth it: granted, refused, or moved up.
        explicit caller(std::function<void()> wake) : wake_(std::move(wake)) {}

        [[nodiscard]] state_type state() const noexcept { return state_; }
        [[nodiscard]] bool has_slot() const noexcept
        {
            return state_ == state_type::granted || state_ == state_type::holding || state_ == state_type::committed;
        }
        /// When it gives up.
        [[nodiscard]] time_point limit() const noexcept { return limit_; }
        /// When time alone brings a slot, as it was last told.
        [[nodiscard]] time_point next() const noexcept { return next_; }

        /// For how long it may queue in one more go.
        [[nodiscard]] duration queueing_left(patience p, time_point now) const noexcept
        {
            const auto most = p.in_all == no_timeout ? no_timeout : std::max(p.in_all - queued_for_, duration::zero());
            return p.until == time_point::max() ? most : std::min(most, std::max(p.until - now, duration::zero()));
        }

      private:
        friend class quota_line;

        std::function<void()> wake_;
        state_type state_ = state_type::outside;
        bool has_number_ = false; // it stays, for the return to the same place
        patience patience_{};
        duration queued_for_{}; // so far, without the present go
        time_point queued_since_{}, limit_{}, next_{};
        quota_window::slot slot_{};
    };

    explicit quota_line(quota_window window) : window_(std::move(window)) {}

    [[nodiscard]] const quota_window& window() const noexcept { return window_; }

    /// In the child of a fork.
    void use_up(time_point now) { window_.use_up(now); }
    [[nodiscard]] std::uint64_t queued() const noexcept { return queue_.size(); }
    /// Entries of the queues looked at so far: what the work is measured by.
    [[nodiscard]] std::uint64_t steps() const noexcept { return queue_.steps() + uncommitted_.steps(); }

    /// Joins the queue unless it is in it or has a slot. At the front: where it was before, ahead of all who had no
    /// slot yet. What has become of it since; a refusal is told once.
    caller::state_type ask(caller& c, patience p, bool at_front, time_point now)
    {
        if (c.state_ == caller::state_type::outside) {
            window_.prepare(now, queue_.size() + 1); // may throw; nothing has happened yet
            c.patience_ = p;
            if (!at_front || !c.has_number_)
                c.set_number(at_front ? --first_number_ : ++last_number_);
            c.has_number_ = true;
            enqueue(c, now);
        }
        if (c.state_ == caller::state_type::queued)
            serve(now, &c);
        if (c.state_ == caller::state_type::granted)
            c.state_ = caller::state_type::holding;
        const auto told = c.state_;
        if (told == caller::state_type::refused)
            c.state_ = caller::state_type::outside;
        return told;
    }

    /// Whether it has a slot still, or again, and keeps it.
    [[nodiscard]] bool commit(caller& c, time_point now)
    {
        if (c.state_ == caller::state_type::queued)
            serve(now, &c);
        if (c.state_ == caller::state_type::granted || c.state_ == caller::state_type::holding) {
            uncommitted_.erase(c);
            c.state_ = caller::state_type::committed;
        }
        return c.state_ == caller::state_type::committed;
    }

    /// Gives up waiting, or gives the slot back: the server has provably not counted it.
    void leave(caller& c, time_point now)
    {
        if (c.has_slot())
            return release(c, now, [&] { window_.give_back(c.slot_); });
        if (std::exchange(c.state_, caller::state_type::outside) != caller::state_type::queued)
            return;
        queue_.erase(c);
        c.queued_for_ += now - c.queued_since_;
        serve(now, nullptr);
    }

    /// The exchange of a caller with a slot has ended, and the server may have counted it.
    void stamp(caller& c, time_point now, bool is_success, bool was_answered = true)
    {
        release(c, now, [&] {
            window_.stamp(c.slot_, now, is_success, was_answered);
            queue_.shift_all(-1); // they were counting on a slot that would be given back
        });
    }

    /// A 429 to a caller with a slot, which it gives back: the pool pauses. When the pause ends.
    time_point throttled(caller& c, time_point now, std::optional<duration> hint, double uniform)
    {
        auto until = now;
        release(c, now, [&] { until = pause(c.slot_, now, hint, uniform); });
        return until;
    }

  private:
    [[nodiscard]] static caller& caller_of(quota_queue::entry& e) noexcept { return static_cast<caller&>(e); }

    [[nodiscard]] quota_queue::outlook outlook_at(std::uint64_t position, time_point limit, time_point now) const
    {
        if (limit == time_point::max())
            return {};
        if (limit <= now)
            return {-quota_queue::endless, limit};
        const auto [callers, holds_until] = window_.served_by(limit, now);
        const auto served = static_cast<std::int64_t>(std::min<std::uint64_t>(callers, quota_queue::endless));
        return {served - static_cast<std::int64_t>(position), holds_until};
    }

    void enqueue(caller& c, time_point now)
    {
        c.queued_since_ = now;
        c.limit_ = after(now, c.queueing_left(c.patience_, now));
        c.state_ = caller::state_type::queued;
        queue_.insert(c, outlook_at(queue_.position(c), c.limit_, now));
    }

    template <class Function>
    void release(caller& c, time_point now, const Function& how)
    {
        if (std::exchange(c.state_, caller::state_type::committed) != caller::state_type::committed)
            uncommitted_.erase(c);
        how();
        c.state_ = caller::state_type::outside;
        serve(now, nullptr);
    }

    /// To be called whenever a slot may have come free or gone for longer, and before anybody is told to wait: so
    /// nobody overtakes.
    void serve(time_point now, caller* asking)
    {
        grant(now, asking);
        refuse(now, asking);
        if (asking && asking->state_ == caller::state_type::queued)
            asking->next_ = window_.expected(now, queue_.position(*asking));
        if (auto* const head = queue_.front(); head && head != asking)
            come_sooner(caller_of(*head), now);
    }

    /// Gives what is free to the first of the queue.
    void grant(time_point now, const caller* asking)
    {
        while (auto* const head = queue_.front()) {
            const auto slot = window_.try_hold(now);
            if (!slot)
                return;
            queue_.erase(*head);
            uncommitted_.insert(*head, {});
            caller_of(*head).slot_ = *slot;
            decide(caller_of(*head), caller::state_type::granted, now, asking);
        }
    }

    /// Ends the wait of those it cannot help: who could have no slot in time even if all that are held were given back.
    void refuse(time_point now, const caller* asking)
    {
        const auto look = [&](quota_queue::entry& e, std::uint64_t position) {
            return outlook_at(position, caller_of(e).limit_, now);
        };
        queue_.review_doubtful(now, look);
        while (auto* const late = queue_.first_in_doubt(now)) {
            auto& c = caller_of(*late);
            c.next_ = window_.expected(now, queue_.position(c));
            queue_.erase(c); // those behind gain a place: some are not late any more
            decide(c, caller::state_type::refused, now, asking);
        }
    }

    /// The first of the queue may have moved up, and sleep until what it was told when it was further behind.
    void come_sooner(caller& first, time_point now)
    {
        const auto then = window_.expected(now, 0);
        if (then >= first.next_)
            return;
        first.next_ = then;
        first.wake_();
    }

    /// Out of the queue.
    static void decide(caller& c, caller::state_type decision, time_point now, const caller* asking)
    {
        c.queued_for_ += now - c.queued_since_;
        c.state_ = decision;
        if (&c != asking)
            c.wake_();
    }

    time_point pause(quota_window::slot s, time_point now, std::optional<duration> hint, double uniform)
    {
        const auto before = window_.paused_until();
        if (before <= now)
            revoke_all(now);
        const auto until = window_.throttled(s, now, hint, uniform);
        if (until != before)
            queue_.review_all([&](quota_queue::entry& e, std::uint64_t position) {
                return outlook_at(position, caller_of(e).limit_, now);
            });
        return until;
    }

    /// Before the length of the pause is decided: slots that nothing was sent with do not use the quota up.
    void revoke_all(time_point now)
    {
        while (auto* const first = uncommitted_.front()) {
            uncommitted_.erase(*first);
            window_.give_back(caller_of(*first).slot_);
            enqueue(caller_of(*first), now);
        }
    }

    quota_window window_;
    quota_queue queue_;
    quota_queue uncommitted_; // those with a slot who have not sent anything
    std::int64_t last_number_ = 0, first_number_ = 0;
};

} // namespace cojob::detail

#endif
