#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_WAITER_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_WAITER_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/linked_list.hpp>
#include <cojob/impl/internal/base/timer_queue.hpp>
#include <cojob/job/detail/polled_api.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace cojob::detail {

struct polled_job;

/// What a poll brought, for all who wait for its job.
struct poll_answer {
    time_point begun{};
    duration queued{};             ///< of the time since then, how long it only queued for a connection
    bool is_list = false;          ///< of a list, which is for many jobs
    bool is_slept_through = false; ///< it completed so late that the machine must have slept meanwhile
    job_view view{};               ///< where nothing failed
    error_info failure{};
    std::exception_ptr thrown{};           ///< by a service, not one of this library's errors
    std::optional<duration> retry_after{}; ///< the server's word on when to come back
    std::optional<phase> reached{};        ///< how far its request came, where that is known
    time_point paused_until{};             ///< after a 429: no poll of this scope before then
    time_point asked_until{};              ///< after a 429: what the server asked for, which may be longer
};

/// For how long a server's word on when to come back is believed. One in trouble is left alone for as long as it asks,
/// which is for the wait to judge; one at work that says days is asked before.
inline duration believed_delay(const poll_answer& answer)
{
    const auto asked = answer.retry_after.value_or(duration::zero());
    return answer.failure.code() ? asked : std::min<duration>(asked, std::chrono::minutes(2));
}

/// A poll that never had a connection, or a key, before its time was up has asked nobody.
inline bool is_unsent(const poll_answer& answer)
{
    return answer.reached == phase::queued && answer.failure.code() == errc::deadline_exceeded;
}

/// A wait, as the poll scheduler sees it. It must not move while it is in the scheduler, whose queue of deadlines links
/// it. None of the functions may throw: others wait for the same answer.
class poll_waiter : public timer_queue_hook {
  public:
    poll_waiter() = default;
    poll_waiter(const poll_waiter&) = delete;
    poll_waiter& operator=(const poll_waiter&) = delete;

    /// An answer to a poll that began after the waiter came. When it wants the next; nothing: it leaves.
    [[nodiscard]] virtual std::optional<time_point> answered(const poll_answer&) noexcept = 0;

    /// Its deadline has passed, and it has left the scheduler. `reached`: of the poll that is in flight for it.
    virtual void timed_out(std::optional<phase> reached, bool is_under_way) noexcept = 0;

    /// No poll will be made before its deadline, because of a 429; it has left the scheduler.
    virtual void fail_throttled(time_point asked_until) noexcept = 0;

    /// The scheduler failed, mostly for lack of memory; the wait has left it.
    virtual void failed(std::exception_ptr thrown) noexcept = 0;

    struct terms {
        time_point due{};
        time_point deadline = time_point::max();
        time_point last = time_point::max(); ///< a poll is made by then, however long others may wait for one
        duration min_interval{};
        bool needs_whole_jobs = false; ///< an item of a list that lacks details will not do
    };

  protected:
    ~poll_waiter() = default;

    /// The service of all who wait for jobs of equal services. While it is in the scheduler.
    [[nodiscard]] const std::shared_ptr<const polled_api>& shared_api() const noexcept;

    /// Its deadline has not moved, but polls take longer than it knew.
    void polls_last_at(time_point when) noexcept { terms_.last = when; }

    /// Whether none of those who wait for the job has reported it as it is now. Within `answered`.
    [[nodiscard]] bool is_first_to_report(const job_view& seen);

  private:
    friend class poll_roster;
    friend struct polled_job;
    friend linked_list<poll_waiter>;

    terms terms_;
    polled_job* job_ = nullptr;     ///< set while it is in the scheduler
    list_links<poll_waiter> links_; ///< among those who wait for the job
    bool is_expecting_ = false;     ///< the poll under way is for it too
    bool is_leaving_ = false;       ///< the answer was the last it wanted
};

} // namespace cojob::detail

#endif
