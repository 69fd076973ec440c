#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_WAITER_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_WAITER_HPP

#include <cojob/detail/polled_api.hpp>
#include <cojob/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>

namespace cojob::detail {

struct polled_job;

/// What a poll brought, for all who wait for its job.
struct poll_answer {
    time_point begun{};
    job_view view{}; ///< where nothing failed
    error_info failure{};
    std::exception_ptr thrown{};           ///< by a service, not one of this library's errors
    std::optional<duration> retry_after{}; ///< the server's word on when to come back
    std::optional<phase> reached{};        ///< how far its request came, where that is known
    time_point paused_until{};             ///< after a 429: no poll of this scope before then
    time_point asked_until{};              ///< after a 429: what the server asked for, which may be longer
};

/// For how long a server's word on when to come back is believed.
inline duration believed_delay(const poll_answer& answer)
{
    using std::chrono::minutes;
    const duration most = answer.failure.code() ? minutes(15) : minutes(2); // a server that says days is asked before
    return std::min(answer.retry_after.value_or(duration::zero()), most);
}

/// One who waits for a job, from the poll line's side. It stays where it is while it is in the line, where its place is
/// among the deadlines. None of the functions throws: the line has others to tell.
class poll_waiter : public due_link {
  public:
    poll_waiter() = default;
    poll_waiter(const poll_waiter&) = delete;
    poll_waiter& operator=(const poll_waiter&) = delete;

    /// An answer to a poll that began after the waiter came. When it wants the next; nothing: it leaves.
    [[nodiscard]] virtual std::optional<time_point> answered(const poll_answer&) noexcept = 0;

    /// Its deadline has come, and it is out of the line. `reached`: of the poll that is under way for it.
    virtual void timed_out(std::optional<phase> reached, bool is_under_way) noexcept = 0;

    /// No poll will be made before its deadline, because of somebody's 429; it is out of the line.
    virtual void shut_out(time_point asked_until) noexcept = 0;

    /// The line could not do its part, for want of memory mostly; it is out of the line.
    virtual void failed(std::exception_ptr thrown) noexcept = 0;

    struct wishes {
        time_point due{};
        time_point deadline = time_point::max();
        time_point last = time_point::max(); ///< a poll is made by then, however long others may wait for one
        duration min_interval{};
        bool needs_whole_jobs = false; ///< an item of a list that lacks details will not do
    };

  protected:
    ~poll_waiter() = default;

  private:
    friend class poll_roster;
    friend struct polled_job;

    wishes wishes_;
    polled_job* job_ = nullptr; ///< set while it is in the line
    std::size_t place_ = 0;     ///< among the job's waiters
    bool is_expecting_ = false; ///< the poll under way is for it too
    bool is_leaving_ = false;   ///< the answer was the last it wanted
};

/// Whether a failed poll may be followed by one that succeeds: what repeating a GET is good for, and a poll that took
/// longer than its call may.
inline bool may_pass(const error_info& failure)
{
    const auto status = failure.http_status;
    return (failure.code() == condition::retryable && status != 501 && status != 505) ||
           failure.code() == errc::deadline_exceeded || status == 408 || status == 425;
}

} // namespace cojob::detail

#endif
