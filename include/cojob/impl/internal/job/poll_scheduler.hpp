#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_SCHEDULER_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_SCHEDULER_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>
#include <cojob/impl/internal/job/poll_request.hpp>
#include <cojob/impl/internal/job/poll_roster.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// Schedules all polls of a client to one server, on the client's strand, with one timer. The most overdue goes first,
/// and no more are under way than leave half of the connections to other calls, so that polls need not queue for one.
class poll_scheduler final : public poll_sender {
  public:
    explicit poll_scheduler(client_state& state)
        : state_(state), most_(std::max<std::size_t>(1, state.options.pool.max_connections / 2))
    {
    }
    poll_scheduler(const poll_scheduler&) = delete;
    poll_scheduler& operator=(const poll_scheduler&) = delete;

    /// \throws what prevents it, std::bad_alloc mostly; nothing has changed then
    void join(poll_waiter& waiter, const std::shared_ptr<const polled_api>& api, const std::string& id,
              const poll_waiter::terms& terms)
    {
        try {
            roster_.join(waiter, roster_.queue.group_of(api, now()).job_of(id), terms, now());
        } catch (...) {
            if (!is_at_work())
                roster_.queue.forget_idle(); // a group that was made for it holds its client, and this scheduler
            throw;
        }
        arm(); // cannot fail: every waiter that has joined gets its end
    }

    /// The others are not disturbed.
    void leave(poll_waiter& waiter) noexcept
    {
        if (roster_.leave(waiter))
            arm();
    }

    void completed(poll_request& request, poll_answer answer, std::vector<listed_job> listed) noexcept override
    {
        is_delivering_ = true;
        deliver(request, std::move(answer), std::move(listed));
        is_delivering_ = false;
        start_due();
    }

    [[nodiscard]] bool is_idle() const { return roster_.queue.is_idle(now()); }

  private:
    [[nodiscard]] time_point now() const { return state_.time().now(); }

    /// Waiters or queues are being gone through. An observer or a service may start waits meanwhile: they must neither
    /// end others nor have groups forgotten. In the end `start_due` arms.
    [[nodiscard]] bool is_at_work() const noexcept { return is_delivering_ || is_starting_; }

    void deliver(poll_request& request, poll_answer answer, std::vector<listed_job> listed) noexcept
    {
        notice_a_sleep();
        answer.is_slept_through = has_slept_since(request.completes_by);
        auto& paused = *request.group.pause;
        roster_.end(request);
        const auto has_failed = answer.failure.code() || answer.thrown;
        const auto is_throttled = answer.failure.code() == errc::rate_limited;
        if (is_throttled)
            pause(request.group, answer);
        else if (!has_failed)
            paused.succeeded(request.begun);
        auto& not_before = request.job ? request.job->not_before : request.group.no_list_before;
        not_before = after(now(), believed_delay(answer));
        if (request.job)
            roster_.deliver(*request.job, answer, now());
        else
            roster_.deliver_list(request, answer, std::move(listed), now());
        if (!has_failed && !answer.is_slept_through)
            note_time(request, now() - answer.begun - answer.queued);
        if (is_throttled || request.is_probe)
            roster_.queue.reorder(paused);
        else
            roster_.queue.reorder(request.group);
        if (paused.is_on(now()))
            roster_.fail_throttled_waiters(paused, now());
    }

    /// Leaves lists out for a while if single polls are faster, or lists show other jobs than those. If that is
    /// unknown, the next poll of one job is single.
    void note_time(const poll_request& request, duration took) noexcept
    {
        auto& group = request.group;
        if (request.job)
            return group.times.single_took(took);
        const auto verdict = group.times.judge(took, request.served, most_, group.min_interval);
        group.times.list_took(took, now());
        const auto shows_few = request.served * poll_request::fewest_for_a_list < request.expected;
        group.vain_lists = shows_few ? group.vain_lists + 1 : 0;
        constexpr unsigned most_vain = 2; // jobs that are still queued are on no list before one was seen
        if (verdict == poll_times::verdict::slow || group.vain_lists >= most_vain)
            group.no_list_before = std::max(group.no_list_before, now() + poll_times::rest);
        else if (auto* const first = group.queue.first(); first && verdict == poll_times::verdict::unknown)
            first->must_be_fetched = true;
    }

    /// If the alarm cannot be set, all waits end with the reason.
    void arm() noexcept
    {
        if (is_at_work())
            return;
        roster_.queue.forget_idle();
        auto next = roster_.next_deadline();
        if (roster_.under_way() < most_)
            next = std::min(next, roster_.queue.next());
        if (next == armed_)
            return;
        armed_ = time_point::max(); // until it is set
        try {
            set_alarm(next);
            armed_ = next;
            rings_at_ = std::max(next, now());
        } catch (...) {
            roster_.fail_all(std::current_exception());
            roster_.queue.forget_idle();
        }
    }

    void set_alarm(time_point next)
    {
        if (!alarm_)
            alarm_ = state_.time().make_alarm(state_.executor);
        if (next == time_point::max()) // an idle client has nothing pending
            alarm_->clear();
        else
            alarm_->set(next, [this] { ring(); });
    }

    void ring() noexcept
    {
        armed_ = time_point::max();
        notice_a_sleep();
        is_delivering_ = true;
        roster_.time_out(now());
        is_delivering_ = false;
        start_due();
    }

    /// Before any wait times out: after a sleep, the last answer may be hours old.
    void notice_a_sleep() noexcept
    {
        if (has_slept_since(rings_at_))
            roster_.grant_last_polls(now());
    }

    /// Whether what was to happen then is later than any load makes it.
    [[nodiscard]] bool has_slept_since(time_point when) const { return now() >= after(when, std::chrono::seconds(5)); }

    /// Last, whoever calls it: what it launches may complete at once, and change everything.
    void start_due() noexcept
    {
        if (std::exchange(is_starting_, true)) // it did complete at once: the loop below goes on, however many do
            return;
        while (roster_.under_way() < most_ && roster_.queue.next() <= now()) {
            auto& group = roster_.queue.front();
            auto& job = group.queue.front();
            if (job.due() > now()) // who wanted it so soon has left
                roster_.queue.enqueue(job);
            else
                start(group, job);
        }
        is_starting_ = false;
        report_lateness();
        arm();
    }

    /// What keeps the poll from being made ends the waits that it was for.
    void start(poll_group& group, polled_job& job) noexcept
    {
        try {
            const auto cannot_wait = group.list && job.last_poll_at() <= now();
            if (cannot_wait || !group.is_listed(job, now())) {
                auto id = *job.id;
                const auto until = job.latest_deadline();
                take_off(group, &job)->launch(state_, group.api, std::move(id), until);
            } else if (!group.list) {
                take_off(group, nullptr)->launch(state_, group.api, {}, group.latest_deadline());
            } else { // the next will do, if it comes in time
                group.queue.put(job, job.last_poll_at());
                roster_.queue.reorder(group);
            }
        } catch (...) {
            roster_.fail(job, std::current_exception());
        }
    }

    void report_lateness() noexcept
    {
        const auto is_late = roster_.queue.next() <= now();
        const auto was_told = std::exchange(is_stretched_, is_stretched_ && is_late);
        if (!is_late || was_told)
            return;
        auto& group = roster_.queue.front();
        const auto late = now() - group.due_at();
        is_stretched_ = late >= group.min_interval;
        auto* const observer = state_.options.observer.get();
        if (!observer || !is_stretched_)
            return;
        std::size_t waiting = 0;
        for (auto* job = group.queue.first(); job && job->due_at() <= now(); job = group.queue.next_of(*job))
            ++waiting;
        observer->on_polls_stretched({waiting, roster_.under_way(), late});
    }

    std::shared_ptr<poll_request> take_off(poll_group& group, polled_job* job)
    {
        auto request = share<poll_request>(state_, *this, group, job);
        roster_.take_off(request);
        return request;
    }

    void pause(poll_group& group, poll_answer& answer)
    {
        group.pause->throttled(now(), answer.retry_after, state_.random());
        answer.paused_until = group.pause->until();
        answer.asked_until = group.pause->asked_until();
        if (auto* const observer = state_.options.observer.get())
            observer->on_throttled({{}, {}, group.api->scope(), errc::rate_limited, answer.paused_until - now()});
    }

    client_state& state_;
    const std::size_t most_;
    poll_roster roster_;
    std::unique_ptr<alarm> alarm_;
    time_point armed_ = time_point::max();
    time_point rings_at_ = time_point::max(); // the same, or when it was set, where it was due by then
    bool is_delivering_ = false, is_starting_ = false, is_stretched_ = false;
};

} // namespace cojob::detail

#endif
