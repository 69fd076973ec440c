#ifndef COJOB_IMPL_INTERNAL_OSAPI_RUNNING_RETRIES_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_RUNNING_RETRIES_HPP

#include <cojob/detail/share.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace cojob::osapi::detail {

/// Retries of one job that overlap each other in time.
class overlapping_retries {
  public:
    void begin() noexcept { ++unidentified_; }
    /// Called when a retry knows the id of its new job and has noted it; never for a retry that does not learn it.
    void note_identified() noexcept { --unidentified_; }
    /// Whether the caller is the only retry without a known id.
    [[nodiscard]] bool is_last_unidentified() const noexcept { return unidentified_ == 1; }

  private:
    std::atomic<int> unidentified_{0};
};

/// The retries that a client runs at the moment. A new entry in a job's timeline may belong to any of them.
/// Thread-safe.
class running_retries {
  public:
    /// Registers a retry, which runs as long as the returned object is kept.
    /// \param job the job's scope and id
    std::shared_ptr<overlapping_retries> begin(const std::string& job)
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
        auto running = jobs_[job].lock();
        if (!running)
            jobs_[job] = running = cojob::detail::share<overlapping_retries>();
        running->begin();
        return running;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<overlapping_retries>> jobs_;
};

} // namespace cojob::osapi::detail

#endif
