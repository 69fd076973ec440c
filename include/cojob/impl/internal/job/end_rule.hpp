#ifndef COJOB_IMPL_INTERNAL_JOB_END_RULE_HPP
#define COJOB_IMPL_INTERNAL_JOB_END_RULE_HPP

#include <cojob/clock.hpp>

#include <optional>

namespace cojob::detail {

/// Whether an end that a poll shows is the one waited for. After a message to a job, an end may be the one from before
/// it: what counts then is an end after a poll that was not ended, or a second one an interval after the first.
class end_rule {
  public:
    /// \param interval how far apart two ends must be
    explicit end_rule(duration interval) : interval_(interval) {}

    /// The last message to the job that is known of, told before each judgement.
    void message_sent(std::optional<time_point> when)
    {
        if (!when || when == message_ || when == settled_)
            return;
        message_ = when;
        first_end_.reset();
    }

    /// The answer of a poll that began then. Whether the wait is over.
    [[nodiscard]] bool accepts(bool is_finished, time_point begun, time_point now)
    {
        if (!message_)
            return is_finished;
        if (begun < *message_) // the server may not have had the message yet
            return false;
        if (!is_finished) {
            settle();
            return false;
        }
        if (!first_end_) {
            first_end_ = now;
            return false;
        }
        if (now - *first_end_ < interval_)
            return false;
        settle();
        return true;
    }

    /// The message that no longer casts doubt on an end.
    [[nodiscard]] std::optional<time_point> settled_message() const noexcept { return settled_; }

  private:
    void settle()
    {
        settled_ = message_;
        message_.reset();
    }

    duration interval_;
    std::optional<time_point> message_, settled_, first_end_;
};

} // namespace cojob::detail

#endif
