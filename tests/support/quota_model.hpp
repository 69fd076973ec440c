#ifndef TESTS_SUPPORT_QUOTA_MODEL_HPP
#define TESTS_SUPPORT_QUOTA_MODEL_HPP

#include <cojob/impl/internal/policy/quota_scheduler.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace tests {

/// The simplest implementation of `quota_scheduler`: it walks the whole queue at each event. Both must behave the same.
class quota_model {
  public:
    using state_type = cojob::detail::quota_scheduler::caller::state_type;
    using patience = cojob::detail::quota_scheduler::patience;
    using time_point = cojob::time_point;

    struct caller {
        state_type state = state_type::outside;
        std::optional<std::int64_t> number{};
        patience may_queue{};
        cojob::duration queued_for{};
        time_point since{}, limit{}, next{};
        cojob::detail::quota_window::slot slot{};
        int wakes = 0;

        [[nodiscard]] bool has_slot() const
        {
            return state == state_type::granted || state == state_type::holding || state == state_type::committed;
        }
    };

    explicit quota_model(cojob::detail::quota_window w) : window(std::move(w)) {}

    cojob::detail::quota_window window;

    state_type request(caller& c, patience p, bool at_front, time_point now)
    {
        if (c.state == state_type::outside) {
            c.may_queue = p;
            if (!at_front)
                c.number = ++last_number_;
            else if (!c.number)
                c.number = --first_number_;
            enqueue(c, now);
        }
        if (c.state == state_type::queued)
            serve(now, &c);
        if (c.state == state_type::granted)
            c.state = state_type::holding;
        return c.state == state_type::refused ? std::exchange(c.state, state_type::outside) : c.state;
    }

    bool commit(caller& c, time_point now)
    {
        if (c.state == state_type::queued)
            serve(now, &c);
        if (!c.has_slot())
            return false;
        uncommitted_.erase(*c.number);
        c.state = state_type::committed;
        return true;
    }

    void leave(caller& c, time_point now)
    {
        if (c.has_slot()) {
            window.give_back(c.slot);
            uncommitted_.erase(*c.number);
        } else if (c.state == state_type::queued) {
            queue_.erase(*c.number);
            c.queued_for += now - c.since;
        }
        if (std::exchange(c.state, state_type::outside) != state_type::refused)
            serve(now, nullptr);
    }

    void stamp(caller& c, time_point now, bool is_success, bool was_answered)
    {
        window.stamp(c.slot, now, is_success, was_answered);
        uncommitted_.erase(*c.number);
        c.state = state_type::outside;
        serve(now, nullptr);
    }

    time_point throttled(caller& c, time_point now, std::optional<cojob::duration> hint, double uniform)
    {
        uncommitted_.erase(*c.number);
        if (window.paused_until() <= now)
            for (const auto& [number, revoked] : std::exchange(uncommitted_, {})) {
                window.give_back(revoked->slot);
                enqueue(*revoked, now);
            }
        const auto until = window.throttled(c.slot, now, hint, uniform);
        c.state = state_type::outside;
        serve(now, nullptr);
        return until;
    }

  private:
    void enqueue(caller& c, time_point now)
    {
        const auto& p = c.may_queue;
        c.since = now;
        c.limit = p.in_all == cojob::no_timeout ? time_point::max()
                                                : now + std::max(p.in_all - c.queued_for, cojob::duration::zero());
        c.limit = std::min(c.limit, std::max(p.until, now));
        c.state = state_type::queued;
        queue_.emplace(*c.number, &c);
    }

    void decide(caller& c, state_type decision, time_point now, const caller* requesting)
    {
        c.queued_for += now - c.since;
        c.state = decision;
        if (&c != requesting)
            ++c.wakes;
    }

    /// As the first version of `quota_core` did it.
    void serve(time_point now, const caller* requesting)
    {
        std::uint64_t position = 0;
        for (auto place = queue_.begin(); place != queue_.end();) {
            auto& c = *place->second;
            if (const auto slot = position == 0 ? window.try_hold(now) : std::nullopt) {
                c.slot = *slot;
                uncommitted_.insert(queue_.extract(place++));
                decide(c, state_type::granted, now, requesting);
                continue;
            }
            const bool is_late =
                c.limit != time_point::max() && (c.limit <= now || c.limit < window.earliest(now, position));
            if (is_late || &c == requesting)
                c.next = window.expected(now, position);
            if (is_late) {
                place = queue_.erase(place);
                decide(c, state_type::refused, now, requesting);
                continue;
            }
            if (&c != requesting && position == 0 && window.expected(now, 0) < c.next) {
                c.next = window.expected(now, 0);
                ++c.wakes;
            }
            ++position;
            ++place;
        }
    }

    std::map<std::int64_t, caller*> queue_, uncommitted_;
    std::int64_t last_number_ = 0, first_number_ = 0;
};

} // namespace tests

#endif
