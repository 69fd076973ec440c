#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_LINE_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_LINE_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/job/poll_flight.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>
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

/// All polls of a client to one server, on the client's strand: one line, one timer. The most overdue goes first, and
/// no more are under way than leave half of the connections to other calls, so that polls need not queue for one.
class poll_line final : public poll_sender {
  public:
    explicit poll_line(client_state& state)
        : state_(state), most_(std::max<std::size_t>(1, state.options.pool.max_connections / 2))
    {
    }
    poll_line(const poll_line&) = delete;
    poll_line& operator=(const poll_line&) = delete;

    /// \throws what keeps the waiter out of the line, std::bad_alloc mostly
    void join(poll_waiter& waiter, const std::shared_ptr<const polled_api>& api, const std::string& id,
              const poll_waiter::wishes& wishes)
    {
        try {
            roster_.join(waiter, roster_.order.group_of(api, now()).job_of(id), wishes, now());
        } catch (...) {
            if (!is_at_work())
                roster_.order.forget_idle(); // a group that was made for it holds its client, and this line
            throw;
        }
        arm(); // cannot fail: who has a place in the line is told of everything
    }

    /// The others are not disturbed.
    void leave(poll_waiter& waiter) noexcept
    {
        if (roster_.leave(waiter))
            arm();
    }

    void landed(poll_flight& flight, poll_answer answer, std::vector<listed_job> listed) noexcept override
    {
        is_telling_ = true;
        tell(flight, std::move(answer), std::move(listed));
        is_telling_ = false;
        start_due();
    }

    [[nodiscard]] bool is_idle() const { return roster_.order.is_idle(now()); }

  private:
    [[nodiscard]] time_point now() const { return state_.time().now(); }

    /// Waiters or queues are being gone through. An observer or a service may start waits meanwhile: they must neither
    /// end others nor have groups forgotten. In the end `start_due` arms.
    [[nodiscard]] bool is_at_work() const noexcept { return is_telling_ || is_starting_; }

    void tell(poll_flight& flight, poll_answer answer, std::vector<listed_job> listed) noexcept
    {
        notice_a_sleep();
        answer.is_slept_through = has_slept_since(flight.lands_by);
        auto& paused = *flight.group.pause;
        roster_.end(flight);
        const auto has_failed = answer.failure.code() || answer.thrown;
        const auto is_throttled = answer.failure.code() == errc::rate_limited;
        if (is_throttled)
            pause(flight.group, answer);
        else if (!has_failed)
            paused.succeeded(flight.begun);
        auto& not_before = flight.job ? flight.job->not_before : flight.group.no_list_before;
        not_before = after(now(), believed_delay(answer));
        if (flight.job)
            roster_.deliver(*flight.job, answer, now());
        else
            roster_.deliver_list(flight, answer, std::move(listed), now());
        if (is_throttled || flight.is_probe)
            roster_.order.reorder(paused);
        else
            roster_.order.reorder(flight.group);
        if (paused.is_on(now()))
            roster_.shut_out_hopeless(paused, now());
    }

    /// A line that cannot set its alarm has nobody wait for it: its waits end with the reason.
    void arm() noexcept
    {
        if (is_at_work())
            return;
        roster_.order.forget_idle();
        auto next = roster_.next_deadline();
        if (roster_.under_way() < most_)
            next = std::min(next, roster_.order.next());
        if (next == armed_)
            return;
        armed_ = time_point::max(); // until it is set
        try {
            set_alarm(next);
            armed_ = next;
            rings_at_ = std::max(next, now());
        } catch (...) {
            roster_.fail_all(std::current_exception());
            roster_.order.forget_idle();
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
        is_telling_ = true;
        roster_.time_out(now());
        is_telling_ = false;
        start_due();
    }

    /// Before anybody is told that his time is up: after a sleep, what was seen last is no answer.
    void notice_a_sleep() noexcept
    {
        if (has_slept_since(rings_at_))
            roster_.grant_last_polls(now());
    }

    /// Whether what was to happen then is later than any load makes it.
    [[nodiscard]] bool has_slept_since(time_point when) const { return now() >= after(when, std::chrono::seconds(5)); }

    /// Last, whoever calls it: what it launches may land at once, and change everything.
    void start_due() noexcept
    {
        if (std::exchange(is_starting_, true)) // it did land at once: the loop below goes on, however many do
            return;
        while (roster_.under_way() < most_ && roster_.order.next() <= now()) {
            auto& group = roster_.order.front();
            auto& job = group.queue.front();
            if (job.due() > now()) // who wanted it so soon has left
                roster_.order.enqueue(job);
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
            if (!group.is_listed(job, now())) {
                auto id = *job.id;
                const auto until = job.latest_deadline();
                take_off(group, &job)->launch(state_, group.api, std::move(id), until);
            } else if (!group.list) {
                take_off(group, nullptr)->launch(state_, group.api, {}, group.latest_deadline());
            } else { // the next will do
                group.queue.remove(job);
                roster_.order.reorder(group);
            }
        } catch (...) {
            roster_.fail(job, std::current_exception());
        }
    }

    void report_lateness() noexcept
    {
        const auto is_late = roster_.order.next() <= now();
        const auto was_told = std::exchange(is_stretched_, is_stretched_ && is_late);
        if (!is_late || was_told)
            return;
        auto& group = roster_.order.front();
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

    std::shared_ptr<poll_flight> take_off(poll_group& group, polled_job* job)
    {
        auto flight = share<poll_flight>(state_, *this, group, job);
        roster_.take_off(flight);
        return flight;
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
    bool is_telling_ = false, is_starting_ = false, is_stretched_ = false;
};

} // namespace cojob::detail

#endif
