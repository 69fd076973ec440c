#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/forks.hpp>
#include <cojob/impl/internal/policy/quota_scheduler.hpp>
#include <cojob/impl/internal/policy/quota_window.hpp>
#include <cojob/policy/quota_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace cojob::detail {

struct quota_reply {
    enum kind_type { granted, queued, refused };

    kind_type kind = granted;
    /// Queued: the time until the next request, unless `wake` is called earlier; at least a millisecond. Refused: the
    /// time until a slot may be free.
    duration wait{};
};

/// A quota that many callers share: a quota_scheduler with a mutex and a clock. All times are steady.
class quota_core {
  public:
    class ticket;

    /// \pre The options are valid.
    quota_core(const quota_options& options, clock_ptr time)
        : options_(options), clock_(std::move(time)), scheduler_(quota_window(options.limit, options.window))
    {
    }

    /// Continues from a saved state of age `elapsed`.
    quota_core(const quota_options& options, clock_ptr time, const quota_state& saved, duration elapsed)
        : options_(options), clock_(std::move(time)),
          scheduler_(quota_window(options.limit, options.window, saved, elapsed, clock_->now()))
    {
    }

    [[nodiscard]] const quota_options& options() const noexcept { return options_; }
    [[nodiscard]] const clock& time() const noexcept { return *clock_; }

    /// The free slots, minus those that queued callers will get.
    [[nodiscard]] std::uint32_t remaining() const
    {
        const auto lock = enter();
        const std::uint64_t free = scheduler_.window().remaining(clock_->now());
        return static_cast<std::uint32_t>(free - std::min<std::uint64_t>(free, scheduler_.queued()));
    }

    /// How long a new caller would queue.
    [[nodiscard]] duration expected_wait() const
    {
        const auto lock = enter();
        const auto now = clock_->now();
        return wait_between(now, scheduler_.window().expected(now, scheduler_.queued()));
    }

    [[nodiscard]] quota_state state() const
    {
        const auto lock = enter();
        return scheduler_.window().state(clock_->now());
    }

    /// The number of queue entries visited so far, a measure of the work under the mutex.
    [[nodiscard]] std::uint64_t steps() const
    {
        const auto lock = enter();
        return scheduler_.steps();
    }

  private:
    [[nodiscard]] static duration wait_between(time_point now, time_point then) noexcept
    {
        return then == time_point::max() ? no_timeout : std::max(then - now, duration::zero());
    }

    /// Locks the mutex; each public function begins with it. In a child process, marks all slots as used: the parent
    /// goes on to use them.
    [[nodiscard]] std::unique_lock<std::mutex> enter() const
    {
        std::unique_lock lock(mutex_);
        if (made_in_.is_of_a_parent()) {
            scheduler_.use_up(clock_->now());
            made_in_.renew();
        }
        return lock;
    }

    mutable std::mutex mutex_;
    const quota_options options_;
    const clock_ptr clock_;
    mutable quota_scheduler scheduler_;
    mutable fork_mark made_in_;
};

/// One caller's place in the queue and its slot. Not movable; used by one thread at a time.
class quota_core::ticket {
  public:
    /// \param wake called when the caller should repeat its request, because a slot was granted or refused or its wait
    /// became shorter; from any thread, with the mutex locked, so it must only post
    ticket(std::shared_ptr<quota_core> core, std::function<void()> wake)
        : core_(std::move(core)), caller_(std::move(wake))
    {
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    /// Leaves the queue. A committed slot counts as used: the server may have counted the request.
    ~ticket()
    {
        const auto lock = core_->enter();
        if (caller_.state() == state_type::committed)
            core_->scheduler_.stamp(caller_, now(), false, false);
        else
            core_->scheduler_.leave(caller_, now());
    }

    /// Requests a slot; joins the queue unless it is there already. All its times in the queue may add up to `at_most`
    /// (`no_timeout`: no limit; zero: refused unless a slot is free), and end at `until`. With `at_front` it returns to
    /// its earlier position, ahead of all callers that had no slot yet.
    quota_reply request(duration at_most, bool at_front, time_point until = time_point::max())
    {
        const auto lock = core_->enter();
        const auto at = now();
        switch (core_->scheduler_.request(caller_, {at_most, until}, at_front, at)) {
        case state_type::queued: return {quota_reply::queued, wait(at)};
        case state_type::refused: return {quota_reply::refused, wait_between(at, caller_.next())};
        default: return {};
        }
    }

    /// Called just before the first write. Returns whether the caller still has a slot, or has one again, and commits
    /// it. Otherwise nothing may be sent: the caller is queued or refused, as the next `request` reports.
    [[nodiscard]] bool commit()
    {
        const auto lock = core_->enter();
        return core_->scheduler_.commit(caller_, now());
    }

    /// Leaves the queue. A granted slot that the caller does not know of goes to the next caller.
    void leave()
    {
        const auto lock = core_->enter();
        if (caller_.state() != state_type::holding && caller_.state() != state_type::committed)
            core_->scheduler_.leave(caller_, now());
    }

    /// The exchange has ended, and the server may have counted the request. A probe without a response has no result.
    void stamp(bool is_success, bool was_answered = true)
    {
        const auto lock = core_->enter();
        if (caller_.has_slot())
            core_->scheduler_.stamp(caller_, now(), is_success, was_answered);
    }

    /// Returns the slot: the server has certainly not counted the request. Without a slot, leaves the queue.
    void give_back()
    {
        const auto lock = core_->enter();
        core_->scheduler_.leave(caller_, now());
    }

    /// Reports a 429: returns the slot and pauses the pool. Returns the remaining length of the pause.
    duration throttled(std::optional<duration> hint, double uniform)
    {
        const auto lock = core_->enter();
        if (!caller_.has_slot())
            return {};
        const auto at = now();
        return wait_between(at, core_->scheduler_.throttled(caller_, at, hint, uniform));
    }

    /// How much longer the caller may queue.
    [[nodiscard]] duration queueing_left(duration at_most, time_point until) const
    {
        const auto lock = core_->enter();
        return caller_.queueing_left({at_most, until}, now());
    }

  private:
    using state_type = quota_scheduler::caller::state_type;

    [[nodiscard]] time_point now() const { return core_->clock_->now(); }

    /// The time until a slot becomes free without any event. If the caller waits only for a probe, the end of the probe
    /// calls `wake`.
    [[nodiscard]] duration wait(time_point at) const
    {
        const auto then = caller_.next() > at ? caller_.next() : after(at, core_->options_.window);
        return std::max<duration>(wait_between(at, std::min(then, caller_.limit())), std::chrono::milliseconds(1));
    }

    const std::shared_ptr<quota_core> core_;
    quota_scheduler::caller caller_;
};

} // namespace cojob::detail

#endif
