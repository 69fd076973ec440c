#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_ORDER_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_ORDER_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/job/due_set.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>
#include <cojob/impl/internal/job/poll_pause.hpp>
#include <cojob/impl/internal/named.hpp>

#include <list>
#include <memory>
#include <utility>

namespace cojob::detail {

/// Which poll of a line is the next: groups by when the first of their jobs may be polled, jobs in their groups.
class poll_order {
  public:
    poll_group& group_of(const std::shared_ptr<const polled_api>& api, time_point now)
    {
        for (auto& group : groups_)
            if (group.is_for(*api))
                return group;
        pauses_.erase_unused_if([&](const poll_pause& pause) { return !pause.is_on(now); });
        const auto scope = api->scope();
        auto pause = pauses_.find(scope);
        if (!pause)
            pauses_.put(scope, pause = share<poll_pause>());
        return groups_.emplace_back(api, pause);
    }

    void enqueue(polled_job& job)
    {
        job.group->enqueue(job);
        reorder(*job.group);
    }

    /// A job that nobody waits for.
    void remove(polled_job& job)
    {
        auto& group = *job.group;
        group.unqueue(job);
        group.jobs.erase(group.jobs.find(*job.id));
        has_idle_ = has_idle_ || group.jobs.empty();
        reorder(group);
    }

    void reorder(poll_group& group)
    {
        order_.erase(group.ready, group);
        group.ready = group.next();
        if (group.ready != time_point::max())
            order_.insert(group.ready, group);
    }

    /// After a change that concerns all services of a scope.
    void reorder(const poll_pause& changed)
    {
        for (auto& group : groups_)
            if (group.pause.get() == &changed)
                reorder(group);
    }

    /// When the next poll may be made; the end of time for none.
    [[nodiscard]] time_point next() const { return order_.next(); }

    /// Whose poll that is, when there is one.
    [[nodiscard]] poll_group& front() const { return order_.front(); }

    /// A service holds its client, and the client this: nothing of a service stays when nobody waits.
    void forget_idle()
    {
        if (std::exchange(has_idle_, false))
            groups_.remove_if([](const poll_group& group) { return group.is_idle(); });
    }

    [[nodiscard]] bool is_idle(time_point now) const
    {
        auto is_paused = false;
        pauses_.each([&](const poll_pause& pause) { is_paused = is_paused || pause.is_on(now); });
        return groups_.empty() && !is_paused;
    }

  private:
    named<poll_pause> pauses_;     // of scopes
    std::list<poll_group> groups_; // a list: all refer to them
    due_set<poll_group> order_;
    bool has_idle_ = false;
};

} // namespace cojob::detail

#endif
