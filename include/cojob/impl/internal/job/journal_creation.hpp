#ifndef COJOB_IMPL_INTERNAL_JOB_JOURNAL_CREATION_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOURNAL_CREATION_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/job/detail/journaled.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

/// Whether the server has certainly created nothing by this attempt.
[[nodiscard]] inline bool created_nothing(const attempt& made)
{
    if (made.reached < phase::sending)
        return true;
    const auto& code = made.ended;
    if (code == errc::server_error) // these ask for a later attempt, or say that there is no such request
        return made.status == 501 || made.status == 503 || made.status == 505;
    return code == errc::tls_failed || code == errc::rate_limited || code == errc::unauthorized ||
           code == errc::forbidden || code == errc::not_found || code == errc::conflict || code == errc::rejected;
}

/// Whether a call that failed so has certainly created nothing. Judges the attempts too: a service's own request may be
/// one that is repeated whatever its first attempt did.
[[nodiscard]] inline bool created_nothing(const error_info& failure)
{
    const auto& code = failure.code();
    if (!failure.method.empty() && failure.method != "POST")
        return false; // the service's second request, perhaps
    const auto says_so =
        code == asio::error::operation_aborted || code == errc::invalid_argument || code == errc::quota_exhausted ||
        code == errc::rate_limited || code == errc::unauthorized || code == errc::forbidden ||
        code == errc::not_found || code == errc::conflict || code == errc::rejected || code == errc::server_error ||
        code == errc::connect_failed || code == errc::connect_timeout || code == errc::tls_failed ||
        code == errc::certificate_rejected || code == errc::proxy_failed || code == errc::deadline_exceeded;
    return says_so && (code != errc::server_error || !failure.attempts.empty()) &&
           std::all_of(failure.attempts.begin(), failure.attempts.end(),
                       [](const attempt& made) { return created_nothing(made); });
}

/// What a failed creation leaves behind.
struct creation_failure {
    bool is_cancellation = false, created_nothing = false;
    std::string job_id{}; ///< the job exists, but its description could not be read
};

/// Errors have at most 1 KiB of an id, cut at a character.
inline constexpr std::size_t shortest_cut_id = 1021;

[[nodiscard]] inline creation_failure judge_creation(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const api_error& failure) {
        const auto& info = failure.info();
        const bool has_id = failure.code() == errc::invalid_response && info.job_id.size() < shortest_cut_id;
        return {.created_nothing = detail::created_nothing(info), .job_id = has_id ? info.job_id : std::string()};
    } catch (const boost::system::system_error& failure) {
        const auto is_cancellation = failure.code() == asio::error::operation_aborted;
        return {is_cancellation, is_cancellation, {}};
    } catch (...) { // of the service's own: nobody knows
        return {};
    }
}

/// A creation that runs in this process, and those who wait for it because they came with the same tag. Thread-safe.
class journal_creation {
  public:
    /// Somebody who waits, on an executor of his own.
    class waiter {
      public:
        waiter(journal_creation& of, asio::any_io_executor executor, std::shared_ptr<event> over)
            : of_(of), executor_(std::move(executor)), over_(std::move(over))
        {
            const std::lock_guard lock(of_.mutex_);
            if (of_.is_over_)
                over_->set();
            else
                of_.waiting_.push_back(this);
        }
        waiter(const waiter&) = delete;
        waiter& operator=(const waiter&) = delete;
        ~waiter()
        {
            const std::lock_guard lock(of_.mutex_);
            std::erase(of_.waiting_, this);
        }

      private:
        friend class journal_creation;

        journal_creation& of_;
        asio::any_io_executor executor_;
        std::shared_ptr<event> over_;
    };

    /// The outcome: a job, a failure, or neither, and then another has to create it.
    void end(std::optional<journaled_job> made, std::exception_ptr failure)
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_over_, true))
            return;
        made_ = std::move(made);
        failure_ = std::move(failure);
        // Under the lock: while it is listed, its executor lives.
        for (const auto* one : std::exchange(waiting_, {}))
            run_later(one->executor_, [weak = std::weak_ptr(one->over_)] {
                if (const auto over = weak.lock())
                    over->set();
            });
    }

    [[nodiscard]] bool is_over() const
    {
        const std::lock_guard lock(mutex_);
        return is_over_;
    }
    /// Preconditions of both: it is over.
    [[nodiscard]] const std::optional<journaled_job>& made() const noexcept { return made_; }
    [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

  private:
    mutable std::mutex mutex_;
    bool is_over_ = false;
    std::vector<waiter*> waiting_;
    std::optional<journaled_job> made_;
    std::exception_ptr failure_;
};

} // namespace cojob::detail

#endif
