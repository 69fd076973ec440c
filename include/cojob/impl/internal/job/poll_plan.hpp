#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_PLAN_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_PLAN_HPP

#include <cojob/clock.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/job/poll_pause.hpp>
#include <cojob/impl/internal/job/wait_patience.hpp>
#include <cojob/job/concepts.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace cojob::detail {

/// A wait's schedule: the user's where it says something, else the service's.
/// \throws api_error invalid_argument
inline poll_schedule merge(const poll_schedule& own, const poll_schedule& service)
{
    if (own.first < duration::zero() || own.min_interval < duration::zero() || own.max_interval < duration::zero())
        throw_invalid_argument("schedule: a time must not be negative");
    if (own.growth != 0 && !(own.growth >= 1 && own.growth <= 1000))
        throw_invalid_argument("schedule.growth: must be between 1 and 1000");
    if (own.max_interval != duration::zero() && own.max_interval < own.min_interval)
        throw_invalid_argument("schedule.max_interval: must not be less than min_interval");
    const auto pick = [](duration mine, duration theirs) { return mine == duration::zero() ? theirs : mine; };
    poll_schedule merged{pick(own.first, service.first), pick(own.min_interval, service.min_interval),
                         pick(own.max_interval, service.max_interval), own.growth == 0 ? service.growth : own.growth};
    if (own.max_interval == duration::zero()) // whoever gives one interval only means the other to make room
        merged.max_interval = std::max(merged.max_interval, merged.min_interval);
    else
        merged.min_interval = std::min(merged.min_interval, merged.max_interval);
    if (merged.min_interval <= duration::zero() || merged.max_interval < merged.min_interval || !(merged.growth >= 1))
        throw_invalid_argument("default_schedule: intervals must be more than zero and grow by at least 1");
    return merged;
}

/// When a wait polls, and when it gives up. Pure: events and times in, the time of the next poll out.
class poll_plan {
  public:
    poll_plan(const poll_schedule& schedule, duration timeout, time_point start, duration patience = no_timeout)
        : schedule_(schedule), timeout_(timeout), deadline_(after(start, timeout)), interval_(schedule.min_interval),
          patience_(patience)
    {
    }

    [[nodiscard]] const poll_schedule& schedule() const noexcept { return schedule_; }
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }

    /// Early enough for one more answer before the deadline.
    [[nodiscard]] time_point last_poll_at() const
    {
        if (deadline_ == time_point::max())
            return deadline_;
        const auto margin = std::max<duration>(std::chrono::seconds(1), 2 * slowest_);
        return deadline_ - std::min(margin, timeout_ / 4);
    }

    /// `touched`: when this client created the job or sent it a message, if it knows. A first poll is made whenever any
    /// time is left.
    [[nodiscard]] time_point first(time_point now, std::optional<time_point> touched) const
    {
        const auto wanted = touched ? std::max(now, after(*touched, schedule_.first)) : now;
        return std::max(now, std::min(wanted, last_poll_at()));
    }

    /// Whether a server wants to be left alone for longer than there is time: nobody waits for that.
    [[nodiscard]] bool is_in_vain(time_point now, time_point asked_until) const
    {
        return detail::is_in_vain(asked_until, deadline_, now);
    }

    /// A poll was sent then. What it queued here before is no part of the server's slowness.
    void poll_begins(time_point sent)
    {
        begun_ = sent;
        patience_.poll_was_sent(sent);
    }
    [[nodiscard]] bool has_sent() const noexcept { return patience_.has_sent(); }

    /// Time that does not count against the server.
    void excuse(duration time) { patience_.excuse(time); }

    /// After an answer: the next poll, or nothing when the answer was the last. `at_least`: a server's Retry-After.
    /// `uniform`: from [0, 1).
    [[nodiscard]] std::optional<time_point> answered(time_point now, duration at_least, double uniform)
    {
        is_answered_ = true;
        failures_ = 0;
        patience_.answered();
        slowest_ = std::max(slowest_, now - begun_);
        return next(now, at_least, uniform);
    }

    /// After a failure that may pass: the next poll, or nothing when it is time to give up. `at_least`: what the server
    /// asks for, which is nobody's impatience. `is_silence`: no HTTP response came.
    [[nodiscard]] std::optional<time_point> failed(time_point now, duration at_least, double uniform,
                                                   bool is_silence = false)
    {
        ++failures_;
        if (!is_silence)
            patience_.responded();
        patience_.excuse(at_least);
        const auto planned = next(now, at_least, uniform);
        if (!planned || now >= patience_.end())
            return std::nullopt;
        return std::max(after(now, at_least), std::min(*planned, patience_.end()));
    }

    /// After a poll that tells nothing, neither of the job nor of the server: the next one, or nothing when the time is
    /// up.
    [[nodiscard]] std::optional<time_point> postponed(time_point now, duration at_least, double uniform)
    {
        return next(now, at_least, uniform);
    }

    /// After a server's "too many requests": not before then. A server that says so is alive, however long it takes.
    [[nodiscard]] std::optional<time_point> throttled(time_point now, time_point paused_until, double uniform)
    {
        ++failures_;
        patience_.answered();
        if (now >= last_poll_at() || paused_until >= deadline_)
            return std::nullopt;
        return std::max(paused_until, std::min(after(now, draw(uniform)), last_poll_at()));
    }

    /// Whether giving up is the fault of a server that does not answer, not of a job that does not end.
    [[nodiscard]] bool is_server_silent() const noexcept { return !is_answered_ || failures_ != 0; }

  private:
    [[nodiscard]] std::optional<time_point> next(time_point now, duration at_least, double uniform)
    {
        if (now >= last_poll_at())
            return std::nullopt;
        const auto when = after(now, std::max(draw(uniform), at_least));
        interval_ = std::min(schedule_.max_interval, scaled(interval_, schedule_.growth));
        return std::min(when, last_poll_at());
    }

    /// Somewhere around the interval, so that waits that began together do not poll together.
    [[nodiscard]] duration draw(double uniform) const
    {
        const auto low = std::max(schedule_.min_interval, scaled(interval_, 0.9));
        const auto high = std::min(schedule_.max_interval, scaled(interval_, 1.1));
        return high <= low ? low : low + scaled(high - low, uniform);
    }

    static duration scaled(duration d, double factor)
    {
        const auto scaled = std::chrono::duration<double, duration::period>(d) * factor;
        constexpr auto most = std::chrono::duration<double, duration::period>(std::chrono::hours(24 * 365));
        return std::chrono::duration_cast<duration>(std::min(scaled, most));
    }

    poll_schedule schedule_;
    duration timeout_;
    time_point deadline_;
    duration interval_;
    duration slowest_{};
    time_point begun_{};
    wait_patience patience_;
    bool is_answered_ = false;
    unsigned failures_ = 0;
};

} // namespace cojob::detail

#endif
