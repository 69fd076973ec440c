#ifndef COJOB_IMPL_INTERNAL_JOB_ANSWER_SERIES_HPP
#define COJOB_IMPL_INTERNAL_JOB_ANSWER_SERIES_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/base/optional_time.hpp>

#include <chrono>

namespace cojob::detail {

/// Odd answers one after another, about a job that is known to exist: a store that fails answers 404, a proxy answers
/// HTML. One of them says nothing of the job; only a series that goes on does. Pure.
class answer_series {
  public:
    /// Both are needed: three answers of a fast poller take less than a restart, and a slow one's first two say as
    /// little as one.
    static constexpr duration longest = std::chrono::seconds(30);
    static constexpr unsigned fewest = 3;

    /// An answer that tells of the job ends the series.
    void answered() noexcept
    {
        begun_.reset();
        polls_ = 0;
    }

    /// A failure that passes, as a broken server's do, neither begins a series nor ends it, nor is it the last word: a
    /// wait bears those by its patience.
    void failed() noexcept { polls_ += begun_ ? 1U : 0U; }

    /// One more odd answer. Whether there have been enough.
    [[nodiscard]] bool goes_on_too_long(time_point now) noexcept
    {
        if (!begun_)
            begun_ = now;
        ++polls_;
        return polls_ >= fewest && now - *begun_ >= longest;
    }

  private:
    optional_time begun_; ///< with the first odd answer
    unsigned polls_ = 0;  ///< since then
};

} // namespace cojob::detail

#endif
