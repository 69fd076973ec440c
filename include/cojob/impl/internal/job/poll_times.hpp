#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_TIMES_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_TIMES_HPP

#include <cojob/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace cojob::detail {

/// Compares how long a list takes with the single polls that it replaces. Pure.
class poll_times {
  public:
    enum class verdict { fast, slow, unknown };

    /// For how long a slow list is left out.
    static constexpr duration rest = std::chrono::minutes(1);

    /// A single poll returned a job.
    void single_took(duration time) noexcept { single_ = single_ ? (3 * *single_ + time) / 4 : time; }

    /// A list took that long.
    void list_took(duration time, time_point now) noexcept { list_ = time, list_ended_ = now; }

    /// How long a list is expected to take, as the last one did. Zero if there was none, or if that was long ago: else
    /// one slow list could keep waits that are shorter from ever trying another.
    [[nodiscard]] duration next_list(time_point now) const noexcept
    {
        return now - list_ended_ < rest ? list_ : duration::zero();
    }

    /// A list that showed `jobs` jobs took that long. Single polls have `at_once` in flight. A list that takes less
    /// than half an interval is fast in any case: it delays nobody and saves requests. `unknown`: there was no single
    /// poll.
    [[nodiscard]] verdict judge(duration list, std::size_t jobs, std::size_t at_once, duration interval) const noexcept
    {
        if (list < interval / 2)
            return verdict::fast;
        if (!single_)
            return verdict::unknown;
        const auto rounds = static_cast<duration::rep>((std::max<std::size_t>(1, jobs) + at_once - 1) / at_once);
        return list / rounds > *single_ ? verdict::slow : verdict::fast;
    }

  private:
    std::optional<duration> single_; // smoothed
    duration list_{};
    time_point list_ended_{};
};

} // namespace cojob::detail

#endif
