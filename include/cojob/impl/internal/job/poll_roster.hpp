#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_ROSTER_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_ROSTER_HPP

#include <cojob/impl/internal/base/timer_queue.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>
#include <cojob/impl/internal/job/poll_pause.hpp>
#include <cojob/impl/internal/job/poll_queue.hpp>
#include <cojob/impl/internal/job/poll_request.hpp>
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

/// Who waits for which poll of a scheduler, which polls are in flight, and who gets which answer. It starts none and
/// has no timer. Only its queue takes memory, for a job that is new to it: an answer always reaches those who wait.
class poll_roster {
  public:
    poll_roster() = default;
    poll_roster(const poll_roster&) = delete;
    poll_roster& operator=(const poll_roster&) = delete;

    poll_queue queue;

    [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }
    [[nodiscard]] time_point next_deadline() const noexcept { return deadlines_.next(); }

    /// A job that is polled already gives the newcomer its next answer, one interval after the last.
    void join(poll_waiter& waiter, polled_job& job, poll_waiter::terms terms, time_point now) noexcept
    {
        auto& group = *job.group;
        job.add(waiter);
        if (job.last_answer)
            terms.due = job.next_for(terms);
        waiter.terms_ = terms;
        deadlines_.put(waiter, terms.deadline);
        if (group.pause->is_on(now) && is_in_vain(group.pause->asked_until(), terms.deadline, now))
            fail_throttled(waiter);
        else if (!job.request)
            queue.hasten(job, terms.due);
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
    void take_off(const std::shared_ptr<poll_request>& request) noexcept
    {
        auto& group = request->group;
        request->is_probe = group.pause->begin();
        ++under_way_;
        ++group.requests;
        if (auto* const job = request->job) {
            group.queue.remove(*job);
            request->yield_for(job->put_on(request));
        } else {
            request->yield_for(group.put_on(request));
        }
        if (request->is_probe) // the others have to wait for it
            queue.reorder(*group.pause);
        else
            queue.reorder(group);
    }

    void end(poll_request& request) noexcept
    {
        --under_way_;
        queue.ended(request.group);
        request.group.pause->ended(request.is_probe);
        if (!request.job)
            request.group.list.reset();
    }

    void deliver(polled_job& job, const poll_answer& answer, time_point now) noexcept
    {
        job.request.reset();
        job.space_out(now);
        for (auto* waiter = job.waiters.first(); waiter;
             waiter = job.waiters.after(*waiter)) { // an observer may start waits, which come last
            if (!std::exchange(waiter->is_expecting_, false))
                continue;
            const auto next = waiter->answered(answer);
            waiter->is_leaving_ = !next;
            waiter->terms_.due = next.value_or(time_point::max());
        }
        for (auto* waiter = job.waiters.first(); waiter;) {
            auto* const next = job.waiters.after(*waiter);
            const auto is_alone = job.waiters.first() == job.waiters.last();
            if (std::exchange(waiter->is_leaving_, false)) {
                drop(*waiter);
                if (is_alone) // and the job is gone
                    return;
            }
            waiter = next;
        }
        if (answer.is_list && answer.failure.code() && job.due() <= now)
            job.must_be_fetched = true; // there is no time for another list
        queue.enqueue(job);
    }

    void deliver_list(poll_request& request, poll_answer& answer, std::vector<listed_job> listed,
                      time_point now) noexcept
    {
        auto& group = request.group;
        const auto has_failed = answer.failure.code() || answer.thrown;
        // A list is an offer: where it fails for good, or twice in a row, each job is asked for by itself. That would
        // repeat what must not be repeated.
        const auto has_passed = !has_failed || answer.failure.code() == errc::rate_limited;
        group.failed_lists = has_passed ? 0 : group.failed_lists + 1;
        group.can_list = has_passed || (!answer.thrown && may_pass(answer.failure) && group.failed_lists < 2);
        for (auto* served = group.take(request, listed); served;) {
            auto& job = *std::exchange(served, served->next_served);
            auto* const seen = std::exchange(job.listed, nullptr);
            answer.view = seen ? std::move(*seen) : job_view();
            if (has_failed ? group.can_list || answer.failure.is_final : answer.view.job != nullptr) {
                ++request.served;
                deliver(job, answer, now);
                continue;
            }
            job.request.reset(); // it says neither how a job ended nor that one does not exist
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
            waiter->terms_.due = now;
            waiter->terms_.deadline = now + time_to_answer;
            deadlines_.put(*waiter, waiter->terms_.deadline);
            if (!waiter->job_->request) // else when that has completed
                queue.hasten(*waiter->job_, now);
            waiter = next;
        }
    }

    void time_out(time_point now) noexcept
    {
        while (!deadlines_.empty() && deadlines_.next() <= now) {
            auto& waiter = deadlines_.front();
            const auto request = waiter.is_expecting_ ? waiter.job_->request : nullptr;
            const auto reached = request ? request->progress() : std::nullopt;
            drop(waiter);
            waiter.timed_out(reached, request != nullptr);
        }
    }

    void fail_throttled_waiters(const poll_scope& paused, time_point now) noexcept
    {
        const auto asked_until = paused.asked_until();
        const auto is_for_the_endless = is_in_vain(asked_until, time_point::max(), now); // who stand at the end
        auto* waiter = deadlines_.first();
        while (waiter && (is_for_the_endless || waiter->due_at() <= asked_until)) {
            auto* const next = deadlines_.next_of(*waiter);
            if (waiter->job_->group->pause.get() == &paused && !waiter->is_expecting_ &&
                is_in_vain(asked_until, waiter->terms_.deadline, now))
                fail_throttled(*waiter);
            waiter = next;
        }
    }

    void fail(polled_job& job, const std::exception_ptr& why) noexcept
    {
        for (auto* waiter = job.waiters.last(); waiter;) { // the job goes with the one who came first
            auto* const before = job.waiters.before(*waiter);
            fail(*waiter, why);
            waiter = before;
        }
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
        if (job.waiters.first())
            return;
        if (job.request && --job.request->expected == 0) {
            const auto request = job.request;
            request->abandon();
            end(*request);
            if (!request->job)
                group.enqueue_all();
            if (request->is_probe)
                queue.reorder(*group.pause);
        }
        queue.remove(job);
    }

    void fail(poll_waiter& waiter, const std::exception_ptr& why) noexcept
    {
        drop(waiter);
        waiter.failed(why);
    }

    void fail_throttled(poll_waiter& waiter) noexcept
    {
        const auto asked_until = waiter.job_->group->pause->asked_until();
        drop(waiter);
        waiter.fail_throttled(asked_until);
    }

    std::size_t under_way_ = 0;
    timer_queue<poll_waiter> deadlines_;
};

} // namespace cojob::detail

#endif
