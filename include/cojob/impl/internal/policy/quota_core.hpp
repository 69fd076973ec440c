#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_CORE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/forks.hpp>
#include <cojob/impl/internal/policy/quota_question.hpp>
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
#include <string>
#include <utility>

namespace cojob::detail {

struct quota_reply {
    enum kind_type { granted, queued, refused, asking }; ///< asking: queued, and only the ledger's answer is missing

    kind_type kind = granted;
    /// Queued: the time until the next request, unless `wake` is called earlier; at least a millisecond. Refused: the
    /// time until a slot may be free.
    duration wait{};
    duration expected{}; ///< the time until a slot is expected
};

/// A quota that many callers share: a quota_scheduler with a mutex and a clock. All times are steady.
class quota_core final : public quota_asker, public std::enable_shared_from_this<quota_core> {
  public:
    class ticket;

    /// \pre The options are valid.
    quota_core(const quota_options& options, clock_ptr time, std::shared_ptr<quota_ledger> ledger = {})
        : options_(options), clock_(std::move(time)), ledger_(std::move(ledger)),
          scheduler_(quota_window(options.limit, options.window), ledger_)
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
    [[nodiscard]] bool has_ledger() const noexcept { return ledger_ != nullptr; }

    /// The free slots, minus those that queued callers will get.
    [[nodiscard]] std::uint32_t remaining() const
    {
        const auto lock = enter();
        const auto now = clock_->now();
        const std::uint64_t free = scheduler_.leases().said_no(now) ? 0 : scheduler_.window().remaining(now);
        return static_cast<std::uint32_t>(free - std::min<std::uint64_t>(free, scheduler_.queued()));
    }

    /// How long a new caller would queue.
    [[nodiscard]] duration expected_wait() const
    {
        const auto lock = enter();
        const auto now = clock_->now();
        const auto then = scheduler_.window().expected(now, scheduler_.queued());
        return wait_between(now, std::max(then, scheduler_.leases().expected_at()));
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

    void answered(std::uint64_t question, quota_answer) override;
    void abandoned(std::uint64_t question) override;

  private:
    class visit;

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

    /// Asks the ledger, if a caller waits for that. The ledger is called without the lock.
    void ask(std::unique_lock<std::mutex> lock) noexcept;

    mutable std::mutex mutex_;
    const quota_options options_;
    const clock_ptr clock_;
    const std::shared_ptr<quota_ledger> ledger_; // null: the window is the ledger
    mutable quota_scheduler scheduler_;
    mutable fork_mark made_in_;
};

/// Locks the mutex, and afterwards asks the ledger if the visit left something to ask. Without a ledger only locks.
class quota_core::visit {
  public:
    explicit visit(quota_core& core) : core_(core), lock_(core.enter()) {}
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit()
    {
        if (core_.ledger_)
            core_.ask(std::move(lock_));
    }

  private:
    quota_core& core_;
    std::unique_lock<std::mutex> lock_;
};

inline void quota_core::answered(std::uint64_t question, quota_answer answer)
{
    const visit inside(*this);
    scheduler_.answered(question, std::move(answer), clock_->now());
}

inline void quota_core::abandoned(std::uint64_t question)
{
    const visit inside(*this);
    scheduler_.abandoned(question);
}

inline void quota_core::ask(std::unique_lock<std::mutex> lock) noexcept
{
    const auto* const first = scheduler_.must_ask(clock_->now());
    if (!first)
        return;
    const auto number = scheduler_.ask();
    const auto attempt = first->attempt;
    const auto executor = first->executor ? *first->executor : asio::any_io_executor();
    lock.unlock();
    try {
        ask_ledger(ledger_, executor, attempt, std::weak_ptr<quota_asker>(weak_from_this()), number);
    } catch (...) { // no memory: the first caller asks again when its wait ends
        lock.lock();
        scheduler_.abandoned(number);
    }
}

/// One caller's place in the queue and its slot. Not movable; used by one thread at a time.
class quota_core::ticket {
  public:
    /// \param wake called when the caller should repeat its request, because a slot was granted or refused or its wait
    /// became shorter; from any thread, with the mutex locked, so it must only post
    /// \param executor of the caller's client, for the ledger's I/O; outlives the ticket
    /// \param attempt the longest that an attempt takes, which the ledger's lease must cover
    ticket(std::shared_ptr<quota_core> core, std::function<void()> wake,
           const asio::any_io_executor* executor = nullptr, duration attempt = no_timeout)
        : core_(std::move(core)), caller_(std::move(wake))
    {
        caller_.executor = executor;
        caller_.attempt = attempt;
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    /// Leaves the queue. A committed slot counts as used: the server may have counted the request.
    ~ticket()
    {
        const visit inside(*core_);
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
        const visit inside(*core_);
        const auto at = now();
        switch (core_->scheduler_.request(caller_, {at_most, until}, at_front, at)) {
        case state_type::queued: return queued(at);
        case state_type::refused: {
            const auto left = wait_between(at, caller_.next());
            return {quota_reply::refused, left, left};
        }
        default: return {};
        }
    }

    /// Called just before the first write. Returns whether the caller still has a slot, or has one again, and commits
    /// it. Otherwise nothing may be sent: the caller is queued or refused, as the next `request` reports.
    [[nodiscard]] bool commit()
    {
        const visit inside(*core_);
        return core_->scheduler_.commit(caller_, now());
    }

    /// Leaves the queue. A granted slot that the caller does not know of goes to the next caller.
    void leave()
    {
        const visit inside(*core_);
        if (caller_.state() != state_type::holding && caller_.state() != state_type::committed)
            core_->scheduler_.leave(caller_, now());
    }

    /// The exchange has ended, and the server may have counted the request. A probe without a response has no result.
    void stamp(bool is_success, bool was_answered = true)
    {
        const visit inside(*core_);
        if (caller_.has_slot())
            core_->scheduler_.stamp(caller_, now(), is_success, was_answered);
    }

    /// Returns the slot: the server has certainly not counted the request. Without a slot, leaves the queue.
    void give_back()
    {
        const visit inside(*core_);
        core_->scheduler_.leave(caller_, now());
    }

    /// Reports a 429: returns the slot and pauses the pool. Returns the remaining length of the pause.
    duration throttled(std::optional<duration> hint, double uniform)
    {
        const visit inside(*core_);
        if (!caller_.has_slot())
            return {};
        const auto at = now();
        return wait_between(at, core_->scheduler_.throttled(caller_, at, hint, uniform));
    }

    /// The ledger's reason if the last request was refused because it could not answer; otherwise empty.
    [[nodiscard]] std::string failure() const
    {
        const auto lock = core_->enter();
        return caller_.failure() ? *caller_.failure() : std::string();
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

    [[nodiscard]] quota_reply queued(time_point at) const
    {
        const auto& leases = core_->scheduler_.leases();
        const auto kind = core_->scheduler_.waits_for_answer(caller_, at) ? quota_reply::asking : quota_reply::queued;
        const auto left = wait(at);
        // An answer whose wake-up found no memory is seen by a repeated request.
        const auto again = kind == quota_reply::asking ? std::min(left, quota_leases::answer_limit) : left;
        return {kind, again, leases.said_no(at) ? std::max(left, wait_between(at, leases.expected_at())) : left};
    }

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
