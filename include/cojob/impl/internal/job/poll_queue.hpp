#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_QUEUE_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_QUEUE_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/base/timer_queue.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace cojob::detail {

/// Which poll of a scheduler is the next: groups by when the first of their jobs may be polled, jobs in their groups.
/// Only `group_of` takes memory: what has found its group is ordered, moved and removed without a failure.
class poll_queue {
  public:
    /// Found by a hash: a client may wait on as many services as it has tenants.
    poll_group& group_of(const std::shared_ptr<const polled_api>& api, time_point now)
    {
        const auto hash = api->hash() ^ std::hash<std::string>()(api->scope());
        auto [found, end] = groups_.equal_range(hash);
        for (; found != end; ++found)
            if (found->second.is_for(*api))
                return found->second;
        auto& made = groups_
                         .emplace(std::piecewise_construct, std::forward_as_tuple(hash),
                                  std::forward_as_tuple(hash, api, scope_of(*api, now)))
                         ->second;
        note_idle(made); // until a job is in it
        return made;
    }

    void enqueue(polled_job& job) noexcept
    {
        job.group->enqueue(job);
        reorder(*job.group);
    }

    /// Somebody wants it then, or sooner.
    void hasten(polled_job& job, time_point due) noexcept
    {
        if (job.due_at() <= due)
            return;
        job.group->queue.put(job, due);
        reorder(*job.group);
    }

    /// A job that nobody waits for.
    void remove(polled_job& job) noexcept
    {
        auto& group = *job.group;
        group.queue.remove(job);
        group.jobs.erase(group.jobs.find(*job.id));
        note_idle(group);
        reorder(group);
    }

    /// A poll of the group is over.
    void ended(poll_group& group) noexcept
    {
        --group.requests;
        note_idle(group);
    }

    void reorder(poll_group& group) noexcept
    {
        const auto ready = group.next();
        if (ready == time_point::max())
            order_.remove(group);
        else
            order_.put(group, ready);
    }

    /// After a change that concerns all services of a scope.
    void reorder(const poll_scope& changed) noexcept
    {
        for (auto* const group : changed.groups)
            reorder(*group);
    }

    /// When the next poll may be made; the end of time for none.
    [[nodiscard]] time_point next() const noexcept { return order_.next(); }

    /// Whose poll that is, when there is one.
    [[nodiscard]] poll_group& front() noexcept { return order_.front(); }

    /// A service holds its client, and the client this: nothing of a service stays when nobody waits.
    void forget_idle() noexcept
    {
        while (auto* const group = idle_) {
            idle_ = group->next_idle;
            group->is_noted_idle = false;
            if (!group->is_idle())
                continue;
            auto place = groups_.lower_bound(group->hash);
            while (&place->second != group)
                ++place;
            groups_.erase(place);
        }
    }

    [[nodiscard]] bool is_idle(time_point now) const
    {
        auto is_paused = false;
        scopes_.each([&](const poll_scope& scope) { is_paused = is_paused || scope.is_on(now); });
        return groups_.empty() && !is_paused;
    }

  private:
    void note_idle(poll_group& group) noexcept
    {
        if (!group.is_idle() || std::exchange(group.is_noted_idle, true))
            return;
        group.next_idle = std::exchange(idle_, &group);
    }

    /// A scope that nobody used for longer than its last pause is as if it were new.
    std::shared_ptr<poll_scope> scope_of(const polled_api& api, time_point now)
    {
        const auto is_over = [now](const poll_scope& scope) { return scope.groups.empty() && !scope.is_on(now); };
        if (auto known = scopes_.find(api.scope()); known && !is_over(*known))
            return known;
        if (scopes_.size() >= clean_at_) {
            scopes_.erase_unused_if(is_over);
            clean_at_ = std::max<std::size_t>(16, 2 * scopes_.size());
        }
        auto made = share<poll_scope>();
        scopes_.put(api.scope(), made);
        return made;
    }

    name_map<poll_scope> scopes_;
    std::size_t clean_at_ = 16;
    std::multimap<std::size_t, poll_group> groups_; // by what is equal for equal services; all refer to them
    timer_queue<poll_group> order_;
    poll_group* idle_ = nullptr; // the first of those that may be
};

} // namespace cojob::detail

#endif
