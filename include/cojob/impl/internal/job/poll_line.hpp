#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_LINE_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_LINE_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/job/due_set.hpp>
#include <cojob/impl/internal/job/poll_flight.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>
#include <cojob/impl/internal/job/poll_order.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>

#include <algorithm>
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

    /// A job that is polled already gives the newcomer its next answer, one interval after the last.
    void join(poll_waiter& waiter, const std::shared_ptr<const polled_api>& api, const std::string& id,
              poll_waiter::wishes wishes)
    {
        auto& group = order_.group_of(api, now());
        const auto found = group.jobs.try_emplace(id).first;
        auto& job = found->second;
        job.group = &group;
        job.id = &found->first;
        if (job.last_answer)
            wishes.due = job.next_for(wishes);
        waiter.wishes_ = wishes;
        job.add(waiter);
        deadlines_.insert(wishes.deadline, waiter);
        if (group.pause->is_on(now()) && wishes.deadline <= group.pause->asked_until())
            shut_out(waiter);
        else if (!job.flight)
            order_.enqueue(job);
        arm();
    }

    /// The others are not disturbed. A poll that nobody waits for any more is ended.
    void leave(poll_waiter& waiter)
    {
        if (!waiter.job_)
            return;
        drop(waiter);
        arm();
    }

    void landed(poll_flight& flight, poll_answer answer, std::vector<listed_job> listed) override
    {
        const auto paused = flight.group.pause; // an observer may start waits, and the group go meanwhile
        end(flight);
        const auto has_failed = answer.failure.code() || answer.thrown;
        const auto is_throttled = answer.failure.code() == errc::rate_limited;
        if (is_throttled)
            pause(flight.group, answer);
        else if (!has_failed)
            paused->succeeded(flight.begun);
        auto& not_before = flight.job ? flight.job->not_before : flight.group.no_list_before;
        not_before = after(now(), believed_delay(answer));
        if (flight.job)
            deliver(*flight.job, answer);
        else
            deliver_list(flight, answer, std::move(listed));
        if (is_throttled || flight.is_probe)
            order_.reorder(*paused);
        else
            order_.reorder(flight.group);
        if (paused->is_on(now()))
            shut_out_hopeless(*paused);
        start_due();
    }

    [[nodiscard]] bool is_idle() const { return order_.is_idle(now()); }

  private:
    [[nodiscard]] time_point now() const { return state_.time().now(); }

    void drop(poll_waiter& waiter)
    {
        auto& job = *waiter.job_;
        auto& group = *job.group;
        deadlines_.erase(waiter.wishes_.deadline, waiter);
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
                order_.reorder(*group.pause);
        }
        order_.remove(job);
    }

    // When something is due

    void arm()
    {
        order_.forget_idle();
        auto next = deadlines_.next();
        if (under_way_ < most_)
            next = std::min(next, order_.next());
        if (next == armed_)
            return;
        armed_ = next;
        if (!alarm_)
            alarm_ = state_.time().make_alarm(state_.executor);
        if (next == time_point::max()) // an idle client has nothing pending
            alarm_->clear();
        else
            alarm_->set(next, [this] { ring(); });
    }

    void ring()
    {
        armed_ = time_point::max();
        while (!deadlines_.empty() && deadlines_.next() <= now()) {
            auto& waiter = deadlines_.front();
            const auto flight = waiter.is_expecting_ ? waiter.job_->flight : nullptr;
            const auto reached = flight ? flight->progress() : std::nullopt;
            drop(waiter);
            waiter.timed_out(reached, flight != nullptr);
        }
        start_due();
    }

    struct launch {
        std::shared_ptr<poll_flight> flight;
        std::shared_ptr<const polled_api> api;
        std::string id;
        time_point until;
    };

    /// Last, whoever calls it: what it launches may land at once, and change everything.
    void start_due()
    {
        if (std::exchange(is_starting_, true)) // it did land at once: the loop below goes on, however many do
            return;
        for (auto launches = take_due(); !launches.empty(); launches = take_due())
            for (auto& l : launches)
                l.flight->launch(state_, std::move(l.api), std::move(l.id), l.until);
        is_starting_ = false;
        report_lateness();
        arm();
    }

    std::vector<launch> take_due()
    {
        std::vector<launch> launches;
        while (under_way_ < most_ && order_.next() <= now()) {
            auto& group = order_.front();
            auto& job = group.queue.front();
            group.unqueue(job);
            if (job.due() > now()) // who wanted it so soon has left
                group.enqueue(job);
            else if (!group.is_listed(job, now()))
                launches.push_back({take_off(group, &job), group.api, *job.id, job.latest_deadline()});
            else if (!group.list) // where one is under way, the next will do
                launches.push_back({take_off(group, nullptr), group.api, {}, group.latest_deadline()});
            if (group.pause->is_probing()) // the others have to wait for the one that goes ahead after a pause
                order_.reorder(*group.pause);
            else
                order_.reorder(group);
        }
        return launches;
    }

    void report_lateness()
    {
        const auto is_late = order_.next() <= now();
        const auto was_told = std::exchange(is_stretched_, is_stretched_ && is_late);
        if (!is_late || was_told)
            return;
        const auto& group = order_.front();
        const auto late = now() - group.ready;
        is_stretched_ = late >= group.api->default_schedule().min_interval;
        if (auto* const observer = state_.options.observer.get(); observer && is_stretched_)
            observer->on_polls_stretched({group.queue.until(now()).size(), under_way_, late});
    }

    std::shared_ptr<poll_flight> take_off(poll_group& group, polled_job* job)
    {
        auto flight = share<poll_flight>(state_, *this, group, job, group.pause->begin());
        ++under_way_;
        ++group.flights;
        if (job) {
            job->put_on(flight);
            return flight;
        }
        group.list = flight;
        for (auto& [id, listed] : group.jobs)
            if (!listed.flight && group.is_listed(listed, now())) {
                group.unqueue(listed);
                listed.put_on(flight);
            }
        return flight;
    }

    void end(poll_flight& flight)
    {
        --under_way_;
        --flight.group.flights;
        flight.group.pause->ended(flight.is_probe);
        if (!flight.job)
            flight.group.list.reset();
    }

    void pause(poll_group& group, poll_answer& answer)
    {
        group.pause->throttled(now(), answer.retry_after, state_.random());
        answer.paused_until = group.pause->until();
        answer.asked_until = group.pause->asked_until();
        if (auto* const observer = state_.options.observer.get())
            observer->on_throttled({{}, {}, group.api->scope(), errc::rate_limited, answer.paused_until - now()});
    }

    void shut_out_hopeless(const poll_pause& paused)
    {
        std::vector<poll_waiter*> hopeless;
        for (auto* const waiter : deadlines_.until(paused.asked_until()))
            if (waiter->job_->group->pause.get() == &paused && !waiter->is_expecting_)
                hopeless.push_back(waiter);
        for (auto* const waiter : hopeless)
            shut_out(*waiter);
    }

    void shut_out(poll_waiter& waiter)
    {
        const auto asked_until = waiter.job_->group->pause->asked_until();
        drop(waiter);
        waiter.shut_out(asked_until);
    }

    void deliver(polled_job& job, const poll_answer& answer)
    {
        job.flight.reset();
        job.space_out(now());
        std::vector<poll_waiter*> leaving;
        for (auto* const waiter : job.take_expecting())
            if (const auto next = waiter->answered(answer))
                waiter->wishes_.due = *next;
            else
                leaving.push_back(waiter);
        const auto is_last = leaving.size() == job.waiters.size();
        for (auto* const waiter : leaving)
            drop(*waiter);
        if (!is_last)
            order_.enqueue(job);
    }

    void deliver_list(poll_flight& flight, poll_answer& answer, std::vector<listed_job> listed)
    {
        auto& group = flight.group;
        const auto has_failed = answer.failure.code() || answer.thrown;
        // A list is an offer: where it fails for good, or twice in a row, each job is asked for by itself.
        const auto has_passed = !has_failed || answer.failure.code() == errc::rate_limited;
        group.failed_lists = has_passed ? 0 : group.failed_lists + 1;
        group.can_list = has_passed || (!answer.thrown && may_pass(answer.failure) && group.failed_lists < 2);
        const auto served = group.take(flight, std::move(listed));
        for (auto* const job : served) {
            answer.view = std::exchange(job->listed, {});
            if (has_failed ? group.can_list : answer.view.job != nullptr) {
                deliver(*job, answer);
                continue;
            }
            job->flight.reset(); // it says neither how a job ended nor that one does not exist
            job->hurry(now());
        }
        group.enqueue_all();
    }

    client_state& state_;
    std::size_t most_, under_way_ = 0;
    poll_order order_;
    due_set<poll_waiter> deadlines_;
    std::unique_ptr<alarm> alarm_;
    time_point armed_ = time_point::max();
    bool is_starting_ = false, is_stretched_ = false;
};

} // namespace cojob::detail

#endif
