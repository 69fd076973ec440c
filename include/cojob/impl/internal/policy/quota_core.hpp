#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>
#include <cojob/policy/quota_options.hpp>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace cojob::detail {

struct quota_reply {
    enum kind_type { granted, queued, refused };

    kind_type kind = granted;
    /// Queued: ask again after that if nobody wakes you; at least a millisecond. Refused: a slot may be had then.
    duration wait{};
};

/// A window that many draw on: the queue for its slots, in order. Thread-safe. Times are the clock's steady ones.
class quota_core {
  public:
    class ticket;

    /// The options have been checked.
    quota_core(const quota_options& options, clock_ptr time)
        : options_(options), clock_(std::move(time)), window_(options.limit, options.window)
    {
    }

    /// Goes on with what was saved so long ago.
    quota_core(const quota_options& options, clock_ptr time, const quota_state& saved, duration elapsed)
        : options_(options), clock_(std::move(time)),
          window_(options.limit, options.window, saved, elapsed, clock_->now())
    {
    }

    [[nodiscard]] const quota_options& options() const noexcept { return options_; }
    [[nodiscard]] const clock& time() const noexcept { return *clock_; }

    /// What is left for one who does not queue yet.
    [[nodiscard]] std::uint32_t remaining() const
    {
        const std::lock_guard lock(mutex_);
        const std::uint64_t free = window_.remaining(clock_->now());
        return static_cast<std::uint32_t>(free - std::min<std::uint64_t>(free, queue_.size()));
    }

    /// How long it would queue.
    [[nodiscard]] duration expected_wait() const
    {
        const std::lock_guard lock(mutex_);
        const auto now = clock_->now();
        return wait_between(now, window_.expected(now, queue_.size()));
    }

    [[nodiscard]] quota_state state() const
    {
        const std::lock_guard lock(mutex_);
        return window_.state(clock_->now());
    }

  private:
    [[nodiscard]] static duration wait_between(time_point now, time_point then) noexcept
    {
        return then == time_point::max() ? no_timeout : std::max(then - now, duration::zero());
    }

    void join(ticket&, bool at_front);
    void serve(time_point now, const ticket* asking);

    mutable std::mutex mutex_;
    const quota_options options_;
    const clock_ptr clock_;
    quota_window window_;
    std::map<std::int64_t, ticket*> queue_; // by the tickets' numbers
    std::int64_t last_number_ = 0, first_number_ = 0;
};

/// One caller. Stays where it is, and is used from one thread at a time.
class quota_core::ticket {
  public:
    /// `wake` is called, from any thread, when asking again is worth it: granted, or refused. The core is locked then:
    /// `wake` only posts.
    ticket(std::shared_ptr<quota_core> core, std::function<void()> wake)
        : core_(std::move(core)), wake_(std::move(wake))
    {
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    /// Leaves the queue. A slot that is still held is stamped: the server may have counted the request.
    ~ticket()
    {
        const std::lock_guard lock(core_->mutex_);
        if (state_ == state_type::holding)
            release([&](quota_window& window, time_point now) { window.stamp(slot_, now, false); });
        else
            withdraw();
    }

    /// Joins the queue unless it is in it; `at_most` counts from then on. `no_timeout`: for ever; zero: refused unless
    /// a slot is free. At the front: where it was when it got its last slot, ahead of all who had none yet.
    quota_reply ask(duration at_most, bool at_front)
    {
        const std::lock_guard lock(core_->mutex_);
        const auto now = core_->clock_->now();
        if (state_ == state_type::outside) {
            limit_ = after(now, std::max(at_most, duration::zero()));
            core_->join(*this, at_front);
            state_ = state_type::queued;
        }
        if (state_ == state_type::queued)
            core_->serve(now, this);
        switch (state_) {
        case state_type::queued: return {quota_reply::queued, wait(now)};
        case state_type::refused: state_ = state_type::outside; return {quota_reply::refused, wait_between(now, next_)};
        default: state_ = state_type::holding; return {};
        }
    }

    /// Gives up waiting. A grant that nobody asked about goes to the next.
    void leave()
    {
        const std::lock_guard lock(core_->mutex_);
        if (state_ != state_type::holding)
            withdraw();
    }

    /// The exchange has ended, and the server may have counted it.
    void stamp(bool is_success)
    {
        end([&](quota_window& window, time_point now) { window.stamp(slot_, now, is_success); });
    }

    /// The server has provably not counted it.
    void give_back()
    {
        end([&](quota_window& window, time_point) { window.give_back(slot_); });
    }

    /// A 429: gives the slot back, and the pool pauses. For how long from now.
    duration throttled(std::optional<duration> hint, double uniform)
    {
        duration pause{};
        end([&](quota_window& window, time_point now) {
            pause = wait_between(now, window.throttled(slot_, now, hint, uniform));
        });
        return pause;
    }

  private:
    friend class quota_core;

    enum class state_type { outside, queued, granted, refused, holding };

    template <class Function>
    void end(Function how)
    {
        const std::lock_guard lock(core_->mutex_);
        assert(state_ == state_type::holding);
        if (state_ == state_type::holding)
            release(how);
    }

    template <class Function>
    void release(Function how)
    {
        const auto now = core_->clock_->now();
        how(core_->window_, now);
        state_ = state_type::outside;
        core_->serve(now, nullptr);
    }

    void withdraw()
    {
        const auto was = std::exchange(state_, state_type::outside);
        if (was == state_type::granted)
            core_->window_.give_back(slot_);
        else if (was == state_type::queued)
            core_->queue_.erase(*number_);
        else
            return;
        core_->serve(core_->clock_->now(), nullptr);
    }

    /// Until time alone brings a slot. Where only a probe is in the way, its end wakes, not time.
    [[nodiscard]] duration wait(time_point now) const
    {
        const auto then = next_ > now ? next_ : after(now, core_->options_.window);
        return std::max<duration>(wait_between(now, std::min(then, limit_)), std::chrono::milliseconds(1));
    }

    /// The first of the queue may have moved up, and sleep until what it was told when it was further behind.
    void come_sooner(std::uint64_t position, time_point now)
    {
        const auto then = position == 0 ? core_->window_.expected(now, 0) : next_;
        if (then >= next_)
            return;
        next_ = then;
        wake_();
    }

    void decide(state_type decision, const ticket* asking)
    {
        state_ = decision;
        if (this != asking)
            wake_();
    }

    const std::shared_ptr<quota_core> core_;
    const std::function<void()> wake_;
    state_type state_ = state_type::outside;
    std::optional<std::int64_t> number_; // stays with the ticket, for its return to the front
    time_point limit_{};
    time_point next_{}; // when time alone brings a slot
    quota_window::slot slot_{};
};

inline void quota_core::join(ticket& t, bool at_front)
{
    if (!at_front)
        t.number_ = ++last_number_;
    else if (!t.number_)
        t.number_ = --first_number_;
    queue_.emplace(*t.number_, &t);
}

/// Grants what is free to the first of the queue, and refuses whom waiting cannot help. To be called whenever a slot
/// may have come free or gone for longer, and before anybody is told to wait: so nobody overtakes.
inline void quota_core::serve(time_point now, const ticket* asking)
{
    std::uint64_t position = 0;
    for (auto place = queue_.begin(); place != queue_.end();) {
        auto& t = *place->second;
        if (const auto slot = position == 0 ? window_.try_hold(now) : std::nullopt) {
            t.slot_ = *slot;
            place = queue_.erase(place);
            t.decide(ticket::state_type::granted, asking);
            continue;
        }
        const bool is_late =
            t.limit_ != time_point::max() && (t.limit_ <= now || t.limit_ < window_.earliest(now, position));
        if (is_late || &t == asking)
            t.next_ = window_.expected(now, position);
        if (is_late) {
            place = queue_.erase(place);
            t.decide(ticket::state_type::refused, asking);
            continue;
        }
        if (&t != asking)
            t.come_sooner(position, now);
        ++position;
        ++place;
    }
}

} // namespace cojob::detail

#endif
