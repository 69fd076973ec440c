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
    void begin() noexcept { ++untold_; }
    /// One of them knows the id of its new job, and has noted it. One that never learns it says nothing.
    void tell() noexcept { --untold_; }
    /// Whether only the one that asks does not know its id.
    [[nodiscard]] bool is_last_untold() const noexcept { return untold_ == 1; }

  private:
    std::atomic<int> untold_{0};
};

/// What a client retries at the moment. A new entry in a job's timeline may be of any of them. Thread-safe.
class running_retries {
  public:
    /// The retry runs as long as what this returns is kept.
    /// \param job its scope and id
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
