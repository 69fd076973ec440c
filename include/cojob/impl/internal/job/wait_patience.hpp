#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_PATIENCE_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_PATIENCE_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/base/optional_time.hpp>

#include <algorithm>
#include <chrono>

namespace cojob::detail {

/// For how long a wait goes on polling a server that does not answer. Pure. The table is in docs/design/waiting.md.
class wait_patience {
  public:
    /// From the first poll that was sent to an answer that tells of the job.
    static constexpr duration first_answer = std::chrono::minutes(2);

    /// \param silence for how long no HTTP response may arrive, whatever was answered before
    explicit wait_patience(duration silence) : silence_(silence) {}

    /// A poll has ended that was sent then.
    void poll_was_sent(time_point when)
    {
        if (!is_answered_ && !unanswered_since_)
            unanswered_since_ = when;
        if (!silent_since_)
            silent_since_ = when;
    }
    [[nodiscard]] bool has_sent() const noexcept { return is_answered_ || silent_since_ || unanswered_since_; }

    /// Time that is not the server's fault: a poll that queued here, or a time that the server itself asked for.
    void excuse(duration time)
    {
        if (unanswered_since_)
            unanswered_since_ = after(*unanswered_since_, time);
        if (silent_since_)
            silent_since_ = after(*silent_since_, time);
    }

    /// Any HTTP response.
    void responded() noexcept { silent_since_.reset(); }

    /// An answer that tells of the job, or one that names a rate limit: whoever says so is at work.
    void answered() noexcept
    {
        is_answered_ = true;
        unanswered_since_.reset();
        silent_since_.reset();
    }

    /// When it is over, as things stand; the end of time where nothing is amiss.
    [[nodiscard]] time_point end() const
    {
        const auto first = unanswered_since_ ? after(*unanswered_since_, first_answer) : time_point::max();
        const auto silent = silent_since_ ? after(*silent_since_, silence_) : time_point::max();
        return std::min(first, silent);
    }

  private:
    duration silence_;
    optional_time unanswered_since_, silent_since_;
    bool is_answered_ = false;
};

} // namespace cojob::detail

#endif
