#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_SCHEDULER_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_SCHEDULER_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/quota_caller.hpp>
#include <cojob/impl/internal/policy/quota_leases.hpp>
#include <cojob/impl/internal/policy/quota_outlook.hpp>
#include <cojob/impl/internal/policy/quota_queue.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace cojob::detail {

/// Grants the slots of a window to queued callers, in order. Has no I/O, clock or lock. The times that it gets must not
/// decrease. A granted slot can be revoked until it is committed: a pause revokes all slots with which nothing was
/// sent, and their callers queue again in their earlier positions.
class quota_scheduler {
  public:
    using caller = quota_caller;
    using patience = quota_patience;

    explicit quota_scheduler(quota_window window, std::shared_ptr<quota_ledger> ledger = {})
        : window_(std::move(window)), leases_(std::move(ledger))
    {
    }

    [[nodiscard]] const quota_window& window() const noexcept { return window_; }
    [[nodiscard]] const quota_leases& leases() const noexcept { return leases_; }

    /// Called in a child process after a fork.
    void use_up(time_point now)
    {
        leases_.forget();
        window_.use_up(now);
    }
    [[nodiscard]] std::uint64_t queued() const noexcept { return queue_.size(); }
    /// The number of queue entries visited so far, a measure of the work.
    [[nodiscard]] std::uint64_t steps() const noexcept { return queue_.steps() + uncommitted_.steps(); }

    /// Joins the queue, unless the caller is queued or has a slot. With `at_front` it returns to its earlier position,
    /// ahead of all callers that had no slot yet. Returns the caller's state; a refusal is reported once.
    caller::state_type request(caller& c, patience p, bool at_front, time_point now)
    {
        if (c.state_ == caller::state_type::outside) {
            window_.prepare(now, queue_.size() + 1); // may throw: nothing has changed yet
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
        const auto result = c.state_;
        if (result == caller::state_type::refused)
            c.state_ = caller::state_type::outside;
        return result;
    }

    /// Commits the slot. Returns false if the caller has none.
    [[nodiscard]] bool commit(caller& c, time_point now)
    {
        if (c.state_ == caller::state_type::queued)
            serve(now, &c);
        if (c.state_ == caller::state_type::granted || c.state_ == caller::state_type::holding) {
            if (!leases_.cover(c.lease_, c.attempt)) {
                revoke(c, now);
                serve(now, &c);
                return false;
            }
            uncommitted_.erase(c);
            c.state_ = caller::state_type::committed;
        }
        return c.state_ == caller::state_type::committed;
    }

    /// Whether the ledger should be asked for the first caller now. Returns that caller.
    [[nodiscard]] caller* must_ask(time_point now)
    {
        auto* const head = leases_.may_ask(now) ? queue_.front() : nullptr;
        return head && window_.remaining(now) > 0 ? &caller_of(*head) : nullptr;
    }
    /// Returns the number of the question.
    [[nodiscard]] std::uint64_t ask() noexcept { return leases_.ask(); }

    void answered(std::uint64_t question, quota_answer answer, time_point now)
    {
        if (!leases_.answered(question, std::move(answer), now))
            return;
        serve(now, nullptr);
        if (!leases_.failure())
            return;
        while (auto* const waiting = queue_.front()) { // each would fail after the other
            caller_of(*waiting).failure_ = leases_.failure();
            refuse_one(caller_of(*waiting), now, nullptr);
        }
        leases_.stop_waiting();
    }
    void abandoned(std::uint64_t question) { leases_.abandoned(question); }

    /// Whether only the ledger's answer is missing for a slot.
    [[nodiscard]] bool waits_for_answer(const caller& c, time_point now) const
    {
        return outlook(now).waits_for_answer(queue_.position(c));
    }

    /// Leaves the queue, or returns the slot: the server has certainly not counted the request.
    void leave(caller& c, time_point now)
    {
        if (c.has_slot())
            return release(c, now, [&] {
                window_.give_back(c.slot_);
                leases_.end(c.lease_, {});
            });
        if (std::exchange(c.state_, caller::state_type::outside) != caller::state_type::queued)
            return;
        queue_.erase(c);
        c.queued_for_ += now - c.queued_since_;
        serve(now, nullptr);
    }

    /// The exchange has ended, and the server may have counted the request. The caller must have a slot.
    void stamp(caller& c, time_point now, bool is_success, bool was_answered = true)
    {
        release(c, now, [&] {
            window_.stamp(c.slot_, now, is_success, was_answered);
            leases_.end(c.lease_, {quota_outcome::used, was_answered, {}, false});
            queue_.shift_all(-1); // their rooms assumed that the slot would be returned
        });
    }

    /// Reports a 429: returns the slot and pauses the pool. Returns the end of the pause. The caller must have a slot.
    time_point throttled(caller& c, time_point now, std::optional<duration> hint, double uniform)
    {
        auto until = now;
        release(c, now, [&] {
            until = pause(c.slot_, now, hint, uniform);
            leases_.end(c.lease_, {quota_outcome::throttled, true, until - now, hint.has_value()});
        });
        return until;
    }

  private:
    [[nodiscard]] static caller& caller_of(quota_queue::entry& e) noexcept { return static_cast<caller&>(e); }

    [[nodiscard]] quota_outlook outlook(time_point now) const { return {window_, leases_, now}; }

    void enqueue(caller& c, time_point now)
    {
        c.queued_since_ = now;
        const auto left = c.queueing_left(c.patience_, now);
        c.is_impatient_ = leases_.has_ledger() && left == duration::zero();
        c.limit_ = after(now, c.is_impatient_ ? quota_leases::answer_limit : left);
        c.state_ = caller::state_type::queued;
        c.failure_.reset();
        queue_.insert(c, outlook(now).at(queue_.position(c), c.limit_));
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

    /// Grants and refuses what can be decided now. Called whenever slots may have become free or been delayed, and
    /// before a caller starts to wait, so that no caller overtakes another.
    void serve(time_point now, caller* requesting)
    {
        grant(now, requesting);
        refuse(now, requesting);
        if (requesting && requesting->state_ == caller::state_type::queued)
            requesting->next_ = outlook(now).next(queue_.position(*requesting));
        auto* const head = queue_.front();
        if (head && head != requesting)
            wake_if_earlier(caller_of(*head), now);
        if (leases_.has_ledger() && (!head || window_.remaining(now) == 0))
            leases_.stop_waiting();
    }

    /// Grants free slots to the first callers of the queue.
    void grant(time_point now, const caller* requesting)
    {
        while (auto* const head = queue_.front()) {
            const auto slot = leases_.has_lease() ? window_.try_hold(now) : std::nullopt;
            if (!slot)
                return;
            caller_of(*head).lease_ = leases_.take();
            queue_.erase(*head);
            uncommitted_.insert(*head, {});
            caller_of(*head).slot_ = *slot;
            decide(caller_of(*head), caller::state_type::granted, now, requesting);
        }
    }

    /// Refuses the callers that could not get a slot in time even if all held slots were returned now.
    void refuse(time_point now, const caller* requesting)
    {
        const auto look = [&](quota_queue::entry& e, std::uint64_t position) {
            return outlook(now).at(position, caller_of(e).limit_);
        };
        queue_.review_doubtful(now, look);
        while (auto* const late = queue_.first_in_doubt(now)) {
            refuse_one(caller_of(*late), now, requesting); // those behind move forward: some may not be late any more
        }
        if (!outlook(now).has_said_no())
            return;
        for (auto* head = queue_.front(); head && caller_of(*head).is_impatient_; head = queue_.front())
            refuse_one(caller_of(*head), now, requesting);
    }

    void refuse_one(caller& c, time_point now, const caller* requesting)
    {
        c.next_ = outlook(now).expected(queue_.position(c));
        queue_.erase(c);
        decide(c, caller::state_type::refused, now, requesting);
    }

    /// Wakes the first caller if its slot comes earlier than last reported, because it has moved forward.
    void wake_if_earlier(caller& first, time_point now)
    {
        const auto then = outlook(now).next(0);
        if (then >= first.next_)
            return;
        first.next_ = then;
        first.wake_();
    }

    /// Reports a decision on a caller that has left the queue.
    static void decide(caller& c, caller::state_type decision, time_point now, const caller* requesting)
    {
        c.queued_for_ += now - c.queued_since_;
        c.state_ = decision;
        if (&c != requesting)
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
                return outlook(now).at(position, caller_of(e).limit_);
            });
        return until;
    }

    /// Revokes the slots with which nothing was sent. Called before the length of the pause is decided, because these
    /// slots do not count as used.
    void revoke_all(time_point now)
    {
        while (auto* const first = uncommitted_.front())
            revoke(caller_of(*first), now);
        leases_.put_back();
    }

    /// The caller queues again in its earlier position.
    void revoke(caller& c, time_point now)
    {
        uncommitted_.erase(c);
        window_.give_back(c.slot_);
        leases_.end(c.lease_, {});
        enqueue(c, now);
    }

    quota_window window_;
    quota_leases leases_;
    quota_queue queue_;
    quota_queue uncommitted_; // callers with a slot that is not committed
    std::int64_t last_number_ = 0, first_number_ = 0;
};

} // namespace cojob::detail

#endif
