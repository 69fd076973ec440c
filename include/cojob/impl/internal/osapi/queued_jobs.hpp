#ifndef COJOB_IMPL_INTERNAL_OSAPI_QUEUED_JOBS_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_QUEUED_JOBS_HPP

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace cojob::osapi::detail {

/// The servers on which a client has seen queued jobs. A list of queued jobs is requested only for these. Thread-safe.
class queued_jobs {
  public:
    /// Whether a queued job was seen since the last list of queued jobs that was empty.
    [[nodiscard]] bool are_at(const std::string& scope)
    {
        const std::lock_guard lock(mutex_);
        return std::find(scopes_.begin(), scopes_.end(), scope) != scopes_.end();
    }

    void note(std::string scope, bool has_queued)
    {
        const std::lock_guard lock(mutex_);
        const auto known = std::find(scopes_.begin(), scopes_.end(), scope);
        if (has_queued && known == scopes_.end())
            scopes_.push_back(std::move(scope));
        else if (!has_queued && known != scopes_.end())
            scopes_.erase(known);
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> scopes_;
};

} // namespace cojob::osapi::detail

#endif
