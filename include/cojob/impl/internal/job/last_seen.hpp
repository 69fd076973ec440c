#ifndef COJOB_IMPL_INTERNAL_JOB_LAST_SEEN_HPP
#define COJOB_IMPL_INTERNAL_JOB_LAST_SEEN_HPP

#include <cojob/job/detail/polled_api.hpp>

#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

/// A job as a wait saw it last. The job itself is kept only for those who compare or return it: it would be a good part
/// of what a wait takes.
class last_seen {
  public:
    explicit last_seen(bool keeps_job) : keeps_job_(keeps_job) {}

    /// Whether the job has changed, where it is kept.
    bool note(const job_view& seen, const polled_api& api)
    {
        status_ = seen.status;
        if (!keeps_job_)
            return false;
        const auto before = std::exchange(job_, seen.job);
        return !before || !api.is_same(before.get(), seen.job.get());
    }

    [[nodiscard]] const std::string& status() const noexcept { return status_; }
    [[nodiscard]] const std::shared_ptr<const void>& job() const noexcept { return job_; }

  private:
    const bool keeps_job_;
    std::string status_;
    std::shared_ptr<const void> job_;
};

} // namespace cojob::detail

#endif
