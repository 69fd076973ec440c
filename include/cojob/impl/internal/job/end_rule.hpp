#ifndef COJOB_IMPL_INTERNAL_JOB_END_RULE_HPP
#define COJOB_IMPL_INTERNAL_JOB_END_RULE_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/base/optional_time.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Whether an end that a poll shows is the one waited for. After a message to a job, an end may be the one from before
/// it: what counts then is an end after a poll that was not ended, or a second one an interval after the first. Where
/// ends are known to be taken back, an end has to stand for a while.
class end_rule {
  public:
    /// \param interval how far apart two ends must be
    /// \param settle how long an end must stand; zero: it counts at once
    explicit end_rule(duration interval, duration settle = {}) : interval_(interval), settle_(settle) {}

    /// The last message to the job that is known of, told before each judgement.
    void message_sent(optional_time when)
    {
        if (when <= std::max(message_, settled_)) // none, or one that is no news: a handle's times are not quite exact
            return;
        message_ = when;
        first_end_.reset();
    }

    /// The answer of a poll that began then. Whether the wait is over.
    [[nodiscard]] bool accepts(bool is_finished, std::string_view status, time_point begun, time_point now)
    {
        if (!is_new_end(is_finished, begun, now)) {
            standing_.reset();
            return false;
        }
        if (settle_ == duration::zero())
            return true;
        if (!standing_ || standing_->status != status) {
            standing_ = std::make_unique<standing>(standing{now, std::string(status)});
            return false;
        }
        return begun - standing_->since >= settle_;
    }

    /// When the end that was seen last will have stood long enough.
    [[nodiscard]] std::optional<time_point> settles_at() const noexcept
    {
        return standing_ ? std::optional(cojob::detail::after(standing_->since, settle_)) : std::nullopt;
    }

    /// The message that no longer casts doubt on an end.
    [[nodiscard]] std::optional<time_point> settled_message() const noexcept { return settled_; }

  private:
    [[nodiscard]] bool is_new_end(bool is_finished, time_point begun, time_point now)
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

    void settle()
    {
        settled_ = message_;
        message_.reset();
    }

    /// An end that has to stand for a while.
    struct standing {
        time_point since;
        std::string status;
    };

    duration interval_, settle_;
    optional_time message_, settled_, first_end_;
    std::unique_ptr<standing> standing_; ///< null in most waits
};

} // namespace cojob::detail

#endif
