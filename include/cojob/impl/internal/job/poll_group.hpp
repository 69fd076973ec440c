#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_GROUP_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_GROUP_HPP

#include <cojob/impl/internal/base/linked_list.hpp>
#include <cojob/impl/internal/base/optional_time.hpp>
#include <cojob/impl/internal/base/timer_queue.hpp>
#include <cojob/impl/internal/job/poll_failure.hpp>
#include <cojob/impl/internal/job/poll_pause.hpp>
#include <cojob/impl/internal/job/poll_request.hpp>
#include <cojob/impl/internal/job/poll_times.hpp>
#include <cojob/impl/internal/job/poll_waiter.hpp>
#include <cojob/job/detail/polled_api.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace cojob::detail {

/// A job that somebody waits for. However many they are, it is polled once. It is in the queue of its group.
struct polled_job : timer_queue_hook {
    poll_group* group = nullptr;
    const std::string* id = nullptr;         ///< its key in the group
    linked_list<poll_waiter> waiters{};      ///< in the order in which they came
    std::shared_ptr<poll_request> request{}; ///< the poll in flight that includes it
    job_view* listed = nullptr;              ///< what a list says of it, while that is delivered
    optional_time last_answer{};
    time_point not_before = time_point::min(); ///< as its server wants, which concerns no list
    bool must_be_fetched = false;              ///< a list lacked details
    polled_job* next_served = nullptr;         ///< of those that one list serves
    std::shared_ptr<const void> reported{};    ///< as an observer knows it

    void add(poll_waiter& w) noexcept
    {
        w.job_ = this;
        waiters.add(w);
    }

    void remove(poll_waiter& w) noexcept
    {
        waiters.remove(w);
        w.job_ = nullptr;
        w.is_expecting_ = false;
    }

    [[nodiscard]] time_point due() const
    {
        auto soonest = time_point::max();
        for (const auto* w = waiters.first(); w; w = waiters.after(*w))
            soonest = std::min(soonest, w->terms_.due);
        return soonest;
    }

    /// When one who came too late for the last answer is to have the next.
    [[nodiscard]] time_point next_for(const poll_waiter::terms& terms) const
    {
        const auto spaced = std::max(after(*last_answer, terms.min_interval), not_before);
        return std::max(terms.due, std::min(spaced, terms.last));
    }

    [[nodiscard]] time_point latest_deadline() const
    {
        auto latest = time_point::min();
        for (const auto* w = waiters.first(); w; w = waiters.after(*w))
            latest = std::max(latest, w->terms_.deadline);
        return latest;
    }

    [[nodiscard]] time_point first_deadline() const
    {
        auto soonest = time_point::max();
        for (const auto* w = waiters.first(); w; w = waiters.after(*w))
            soonest = std::min(soonest, w->terms_.deadline);
        return soonest;
    }

    /// When the first of those who wait wants a poll at the latest.
    [[nodiscard]] time_point last_poll_at() const
    {
        auto soonest = time_point::max();
        for (const auto* w = waiters.first(); w; w = waiters.after(*w))
            soonest = std::min(soonest, w->terms_.last);
        return soonest;
    }

    [[nodiscard]] bool needs_whole() const
    {
        const auto* w = waiters.first();
        while (w && !w->terms_.needs_whole_jobs)
            w = waiters.after(*w);
        return w != nullptr;
    }

    /// A poll begins. It is for those who are here; who comes later gets the next answer. Returns for how long it may
    /// let calls go first: for no more than an interval, and not for all that is left of anybody's time.
    duration put_on(const std::shared_ptr<poll_request>& f) noexcept
    {
        request = f;
        ++f->expected;
        must_be_fetched = false;
        auto yields = no_timeout;
        for (auto* w = waiters.first(); w; w = waiters.after(*w)) {
            w->is_expecting_ = true;
            yields = std::min({yields, w->terms_.min_interval, (w->terms_.deadline - f->begun) / 4});
        }
        return yields;
    }

    /// To be asked for at once.
    void hurry(time_point now)
    {
        must_be_fetched = true;
        for (auto* w = waiters.first(); w; w = waiters.after(*w)) {
            w->terms_.due = std::min(w->terms_.due, now);
            w->is_expecting_ = false;
        }
    }

    /// A poll is answered, also for those who came too late for it: not at once the next.
    void space_out(time_point now)
    {
        last_answer = now;
        for (auto* w = waiters.first(); w; w = waiters.after(*w))
            if (!w->is_expecting_)
                w->terms_.due = next_for(w->terms_);
    }
};

/// What the groups of one scope have in common.
struct poll_scope : poll_pause {
    std::vector<poll_group*> groups{};
};

/// The jobs of one service that are waited for. The group is in the queue of its scheduler.
struct poll_group : timer_queue_hook {
    poll_group(std::size_t h, std::shared_ptr<const polled_api> a, std::shared_ptr<poll_scope> s)
        : hash(h), api(std::move(a)), pause(std::move(s)), min_interval(api->default_schedule().min_interval),
          can_list(api->lists() != listing::none), place_in_scope_(pause->groups.size())
    {
        pause->groups.push_back(this);
    }
    poll_group(const poll_group&) = delete;
    poll_group& operator=(const poll_group&) = delete;
    ~poll_group()
    {
        auto& all = pause->groups;
        all[place_in_scope_] = all.back();
        all[place_in_scope_]->place_in_scope_ = place_in_scope_;
        all.pop_back();
    }

    const std::size_t hash;
    std::shared_ptr<const polled_api> api;
    std::shared_ptr<poll_scope> pause; ///< shared by the groups of a scope
    duration min_interval;             ///< the service's own
    std::unordered_map<std::string, polled_job> jobs{};
    timer_queue<polled_job> queue{};
    std::shared_ptr<poll_request> list{};          ///< under way
    time_point no_list_before = time_point::min(); ///< as the server wants, or because lists are slow
    poll_times times{};
    std::size_t requests = 0;  ///< that one included
    unsigned failed_lists = 0; ///< in a row
    unsigned vain_lists = 0;   ///< in a row that showed few of the jobs that they were for
    bool can_list;
    bool is_noted_idle = false; ///< it is among those that the scheduler may forget
    poll_group* next_idle = nullptr;

    /// \throws std::bad_alloc, and nothing has changed
    polled_job& job_of(const std::string& id)
    {
        const auto place = jobs.try_emplace(id).first;
        auto& job = place->second;
        job.group = this;
        job.id = &place->first;
        return job;
    }

    [[nodiscard]] bool is_for(const polled_api& other) const
    {
        return other.api() == api->api() && other.scope() == api->scope() && api->is_same_service(other);
    }

    /// Whether one list is cheaper than asking for each job, and includes this one. A wait that would be over before
    /// the list is gets a poll of its own.
    [[nodiscard]] bool is_listed(const polled_job& job, time_point now) const
    {
        return can_list && jobs.size() >= poll_request::fewest_for_a_list && now >= no_list_before &&
               now >= job.not_before && !job.must_be_fetched &&
               (api->lists() == listing::whole || !job.needs_whole()) &&
               after(now, times.next_list(now)) < job.first_deadline();
    }

    /// A list request begins, for all jobs that it can include. Returns for how long it may let calls go first.
    duration put_on(const std::shared_ptr<poll_request>& f) noexcept
    {
        list = f;
        auto yields = no_timeout;
        for (auto& [id, job] : jobs)
            if (!job.request && is_listed(job, f->begun)) {
                queue.remove(job);
                yields = std::min(yields, job.put_on(f));
            }
        return yields;
    }

    void enqueue(polled_job& job) noexcept { queue.put(job, job.due()); }

    /// A list is over, or given up: who came meanwhile has not been asked for.
    void enqueue_all() noexcept
    {
        for (auto& [id, job] : jobs)
            if (!job.request)
                enqueue(job);
    }

    /// When the next poll may be made: never while the one that goes ahead is under way.
    [[nodiscard]] time_point next() const
    {
        if (queue.empty() || pause->is_probing())
            return time_point::max();
        return std::max(queue.next(), pause->until());
    }

    [[nodiscard]] bool is_idle() const { return jobs.empty() && requests == 0; }

    [[nodiscard]] time_point latest_deadline() const
    {
        auto last = time_point::min();
        for (const auto& [id, job] : jobs)
            last = std::max(last, job.latest_deadline());
        return last;
    }

    /// Notes what a list says of each job that it was for, and returns the first of them. An end without details does
    /// not count.
    [[nodiscard]] polled_job* take(const poll_request& from, std::vector<listed_job>& items) noexcept
    {
        for (auto& item : items) {
            const auto found = jobs.find(item.id);
            const auto tells = api->lists() == listing::whole || !item.view.is_finished;
            if (found != jobs.end() && found->second.request.get() == &from && tells)
                found->second.listed = &item.view;
        }
        polled_job* first = nullptr;
        for (auto& [id, job] : jobs)
            if (job.request.get() == &from)
                job.next_served = std::exchange(first, &job);
        return first;
    }

  private:
    std::size_t place_in_scope_;
};

inline const std::shared_ptr<const polled_api>& poll_waiter::shared_api() const noexcept
{
    return job_->group->api;
}

inline bool poll_waiter::is_first_to_report(const job_view& seen)
{
    auto& reported = job_->reported;
    if (reported && job_->group->api->is_same(reported.get(), seen.job.get()))
        return false;
    reported = seen.job;
    return true;
}

} // namespace cojob::detail

#endif
