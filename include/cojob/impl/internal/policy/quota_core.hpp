#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/forks.hpp>
#include <cojob/impl/internal/policy/quota_line.hpp>
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
    /// Queued: ask again after that if nobody wakes you; at least a millisecond. Refused: a slot may be had then.
    duration wait{};
};

/// A window that many draw on, and the line in front of it, with a lock and a clock. Times are the clock's steady ones.
class quota_core {
  public:
    class ticket;

    /// The options have been checked.
    quota_core(const quota_options& options, clock_ptr time)
        : options_(options), clock_(std::move(time)), line_(quota_window(options.limit, options.window))
    {
    }

    /// Goes on with what was saved so long ago.
    quota_core(const quota_options& options, clock_ptr time, const quota_state& saved, duration elapsed)
        : options_(options), clock_(std::move(time)),
          line_(quota_window(options.limit, options.window, saved, elapsed, clock_->now()))
    {
    }

    [[nodiscard]] const quota_options& options() const noexcept { return options_; }
    [[nodiscard]] const clock& time() const noexcept { return *clock_; }

    /// What is left for one who does not queue yet.
    [[nodiscard]] std::uint32_t remaining() const
    {
        const auto lock = enter();
        const std::uint64_t free = line_.window().remaining(clock_->now());
        return static_cast<std::uint32_t>(free - std::min<std::uint64_t>(free, line_.queued()));
    }

    /// How long it would queue.
    [[nodiscard]] duration expected_wait() const
    {
        const auto lock = enter();
        const auto now = clock_->now();
        return wait_between(now, line_.window().expected(now, line_.queued()));
    }

    [[nodiscard]] quota_state state() const
    {
        const auto lock = enter();
        return line_.window().state(clock_->now());
    }

    /// What the work under the lock is measured by.
    [[nodiscard]] std::uint64_t steps() const
    {
        const auto lock = enter();
        return line_.steps();
    }

  private:
    [[nodiscard]] static duration wait_between(time_point now, time_point then) noexcept
    {
        return then == time_point::max() ? no_timeout : std::max(then - now, duration::zero());
    }

    /// How everything begins: alone, and in the child of a fork with nothing free that its parent may use.
    [[nodiscard]] std::unique_lock<std::mutex> enter() const
    {
        std::unique_lock lock(mutex_);
        if (made_in_.is_of_a_parent()) {
            line_.use_up(clock_->now());
            made_in_.renew();
        }
        return lock;
    }

    mutable std::mutex mutex_;
    const quota_options options_;
    const clock_ptr clock_;
    mutable quota_line line_;
    mutable fork_mark made_in_;
};

/// One caller. Stays where it is, and is used from one thread at a time.
class quota_core::ticket {
  public:
    /// `wake` is called, from any thread, when asking again is worth it: granted, or refused. The core is locked then:
    /// `wake` only posts.
    ticket(std::shared_ptr<quota_core> core, std::function<void()> wake)
        : core_(std::move(core)), caller_(std::move(wake))
    {
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    /// Leaves the queue. A slot that was committed is stamped: the server may have counted the request.
    ~ticket()
    {
        const auto lock = core_->enter();
        if (caller_.state() == state_type::committed)
            core_->line_.stamp(caller_, now(), false, false);
        else
            core_->line_.leave(caller_, now());
    }

    /// Joins the queue unless it is in it. It may queue for `at_most`, the sum of all its times in the queue, and until
    /// `until`. `no_timeout`: for ever; zero: refused unless a slot is free. At the front: where it was when it got its
    /// last slot, ahead of all who had none yet.
    quota_reply ask(duration at_most, bool at_front, time_point until = time_point::max())
    {
        const auto lock = core_->enter();
        const auto at = now();
        switch (core_->line_.ask(caller_, {at_most, until}, at_front, at)) {
        case state_type::queued: return {quota_reply::queued, wait(at)};
        case state_type::refused: return {quota_reply::refused, wait_between(at, caller_.next())};
        default: return {};
        }
    }

    /// The last moment before the first write. Whether it has a slot still, or again, and keeps it; if not, nothing may
    /// be sent, and it is in the queue or refused: `ask` tells.
    [[nodiscard]] bool commit()
    {
        const auto lock = core_->enter();
        return core_->line_.commit(caller_, now());
    }

    /// Gives up waiting. A grant that nobody asked about goes to the next.
    void leave()
    {
        const auto lock = core_->enter();
        if (caller_.state() != state_type::holding && caller_.state() != state_type::committed)
            core_->line_.leave(caller_, now());
    }

    /// The exchange has ended, and the server may have counted it. Without an answer a probe has found nothing out.
    void stamp(bool is_success, bool was_answered = true)
    {
        const auto lock = core_->enter();
        if (caller_.has_slot())
            core_->line_.stamp(caller_, now(), is_success, was_answered);
    }

    /// The server has provably not counted it. Without a slot: gives up waiting.
    void give_back()
    {
        const auto lock = core_->enter();
        core_->line_.leave(caller_, now());
    }

    /// A 429: gives the slot back, and the pool pauses. For how long from now.
    duration throttled(std::optional<duration> hint, double uniform)
    {
        const auto lock = core_->enter();
        if (!caller_.has_slot())
            return {};
        const auto at = now();
        return wait_between(at, core_->line_.throttled(caller_, at, hint, uniform));
    }

    /// For how long it may queue in one more go.
    [[nodiscard]] duration queueing_left(duration at_most, time_point until) const
    {
        const auto lock = core_->enter();
        return caller_.queueing_left({at_most, until}, now());
    }

  private:
    using state_type = quota_line::caller::state_type;

    [[nodiscard]] time_point now() const { return core_->clock_->now(); }

    /// Until time alone brings a slot. Where only a probe is in the way, its end wakes, not time.
    [[nodiscard]] duration wait(time_point at) const
    {
        const auto then = caller_.next() > at ? caller_.next() : after(at, core_->options_.window);
        return std::max<duration>(wait_between(at, std::min(then, caller_.limit())), std::chrono::milliseconds(1));
    }

    const std::shared_ptr<quota_core> core_;
    quota_line::caller caller_;
};

} // namespace cojob::detail

#endif
