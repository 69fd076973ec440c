#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_ROSTER_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_ROSTER_HPP

#include <cojob/impl/internal/job/due_set.hpp>
#include <cojob/impl/internal/job/poll_flight.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>
#include <cojob/impl/internal/job/poll_order.hpp>
#include <cojob/impl/internal/job/poll_pause.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// Who waits for which poll of a line, which polls are under way, and who is told what. It starts none and has no
/// timer. Only `join` and `take_off` take memory, before they change anything: an answer always reaches those who wait.
class poll_roster {
  public:
    poll_roster() = default;
    poll_roster(const poll_roster&) = delete;
    poll_roster& operator=(const poll_roster&) = delete;

    poll_order order;

    [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }
    [[nodiscard]] time_point next_deadline() const noexcept { return deadlines_.next(); }

    /// A job that is polled already gives the newcomer its next answer, one interval after the last.
    /// \throws what keeps the waiter out, std::bad_alloc mostly
    void join(poll_waiter& waiter, polled_job& job, poll_waiter::wishes wishes, time_point now)
    {
        auto& group = *job.group;
        try {
            job.add(waiter);
        } catch (...) {
            if (job.waiters.empty())
                order.remove(job);
            throw;
        }
        if (job.last_answer)
            wishes.due = job.next_for(wishes);
        waiter.wishes_ = wishes;
        deadlines_.put(waiter, wishes.deadline);
        if (group.pause->is_on(now) && is_in_vain(group.pause->asked_until(), wishes.deadline, now))
            shut_out(waiter);
        else if (!job.flight)
            order.hasten(job, wishes.due);
    }

    /// Whether it was there. A poll that nobody waits for any more is ended.
    bool leave(poll_waiter& waiter) noexcept
    {
        if (!waiter.job_)
            return false;
        drop(waiter);
        return true;
    }

    /// A poll of a job begins, or, without one, of a list that stands for those that may be listed.
    void take_off(const std::shared_ptr<poll_flight>& flight) noexcept
    {
        auto& group = flight->group;
        flight->is_probe = group.pause->begin();
        ++under_way_;
        ++group.flights;
        if (auto* const job = flight->job) {
            group.queue.remove(*job);
            flight->yield_for(job->put_on(flight));
        } else {
            flight->yield_for(group.put_on(flight));
        }
        if (flight->is_probe) // the others have to wait for it
            order.reorder(*group.pause);
        else
            order.reorder(group);
    }

    void end(poll_flight& flight) noexcept
    {
        --under_way_;
        order.ended(flight.group);
        flight.group.pause->ended(flight.is_probe);
        if (!flight.job)
            flight.group.list.reset();
    }

    void deliver(polled_job& job, const poll_answer& answer, time_point now) noexcept
    {
        job.flight.reset();
        job.space_out(now);
        const auto told = job.waiters.size(); // an observer may start waits, which get the next answer
        for (std::size_t i = 0; i < told; ++i) {
            auto& waiter = *job.waiters[i];
            if (!std::exchange(waiter.is_expecting_, false))
                continue;
            const auto next = waiter.answered(answer);
            waiter.is_leaving_ = !next;
            waiter.wishes_.due = next.value_or(time_point::max());
        }
        for (auto i = told; i-- > 0;) // from the back: the last takes the place of the one who leaves
            if (auto& waiter = *job.waiters[i]; std::exchange(waiter.is_leaving_, false)) {
                const auto is_last = job.waiters.size() == 1;
                drop(waiter);
                if (is_last)
                    return;
            }
        if (answer.is_list && answer.failure.code() && job.due() <= now)
            job.must_be_fetched = true; // there is no time for another list
        order.enqueue(job);
    }

    void deliver_list(poll_flight& flight, poll_answer& answer, std::vector<listed_job> listed, time_point now) noexcept
    {
        auto& group = flight.group;
        const auto has_failed = answer.failure.code() || answer.thrown;
        // A list is an offer: where it fails for good, or twice in a row, each job is asked for by itself.
        const auto has_passed = !has_failed || answer.failure.code() == errc::rate_limited;
        group.failed_lists = has_passed ? 0 : group.failed_lists + 1;
        group.can_list = has_passed || (!answer.thrown && may_pass(answer.failure) && group.failed_lists < 2);
        for (auto* served = group.take(flight, std::move(listed)); served;) {
            auto& job = *std::exchange(served, served->next_served);
            answer.view = std::exchange(job.listed, {});
            if (has_failed ? group.can_list : answer.view.job != nullptr) {
                deliver(job, answer, now);
                continue;
            }
            job.flight.reset(); // it says neither how a job ended nor that one does not exist
            job.hurry(now);
        }
        group.enqueue_all();
    }

    /// The machine slept, or the process stood still, over polls and deadlines: who would be told now that his time is
    /// up gets one poll more, since what was seen last may be hours old. A poll that was slept through is none: it is
    /// as old, or dead.
    void grant_last_polls(time_point now) noexcept
    {
        constexpr auto time_to_answer = std::chrono::seconds(10);
        auto* waiter = deadlines_.first();
        while (waiter && waiter->due_at() <= now) {
            auto* const next = deadlines_.next_of(*waiter);
            waiter->is_expecting_ = false;
            waiter->wishes_.due = now;
            waiter->wishes_.deadline = now + time_to_answer;
            deadlines_.put(*waiter, waiter->wishes_.deadline);
            if (!waiter->job_->flight) // else when that has landed
                order.hasten(*waiter->job_, now);
            waiter = next;
        }
    }

    void time_out(time_point now) noexcept
    {
        while (!deadlines_.empty() && deadlines_.next() <= now) {
            auto& waiter = deadlines_.front();
            const auto flight = waiter.is_expecting_ ? waiter.job_->flight : nullptr;
            const auto reached = flight ? flight->progress() : std::nullopt;
            drop(waiter);
            waiter.timed_out(reached, flight != nullptr);
        }
    }

    void shut_out_hopeless(const poll_scope& paused, time_point now) noexcept
    {
        const auto asked_until = paused.asked_until();
        const auto is_for_the_endless = is_in_vain(asked_until, time_point::max(), now); // who stand at the end
        auto* waiter = deadlines_.first();
        while (waiter && (is_for_the_endless || waiter->due_at() <= asked_until)) {
            auto* const next = deadlines_.next_of(*waiter);
            if (waiter->job_->group->pause.get() == &paused && !waiter->is_expecting_ &&
                is_in_vain(asked_until, waiter->wishes_.deadline, now))
                shut_out(*waiter);
            waiter = next;
        }
    }

    void fail(polled_job& job, const std::exception_ptr& why) noexcept
    {
        for (auto left = job.waiters.size(); left > 0; --left) // the job goes with the last
            fail(*job.waiters.back(), why);
    }

    void fail_all(const std::exception_ptr& why) noexcept
    {
        while (!deadlines_.empty())
            fail(deadlines_.front(), why);
    }

  private:
    void drop(poll_waiter& waiter) noexcept
    {
        auto& job = *waiter.job_;
        auto& group = *job.group;
        deadlines_.remove(waiter);
        job.remove(waiter);
        if (!job.waiters.empty())
            return;
        if (job.flight && --job.flight->expected == 0) {
            const auto flight = job.flight;
            flight->abandon();
            end(*flight);
            if (!flight->job)
                group.enqueue_all();
            if (flight->is_probe)
                order.reorder(*group.pause);
        }
        order.remove(job);
    }

    void fail(poll_waiter& waiter, const std::exception_ptr& why) noexcept
    {
        drop(waiter);
        waiter.failed(why);
    }

    void shut_out(poll_waiter& waiter) noexcept
    {
        const auto asked_until = waiter.job_->group->pause->asked_until();
        drop(waiter);
        waiter.shut_out(asked_until);
    }

    std::size_t under_way_ = 0;
    due_set<poll_waiter> deadlines_;
};

} // namespace cojob::detail

#endif
