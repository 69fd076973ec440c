#ifndef COJOB_IMPL_INTERNAL_CLIENT_QUOTA_POOLS_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_QUOTA_POOLS_HPP

#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/policy/quota.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace cojob::detail {

/// The quotas of a client. All services of one scope share a quota.
class quota_pools {
  public:
    /// \throws api_error invalid_argument if another service of this scope has different options, or the options are
    /// invalid
    std::shared_ptr<quota> get(const std::string& scope, const quota_options& options, const clock_ptr& time)
    {
        const std::lock_guard lock(mutex_);
        auto pool = pools_.find(scope);
        if (!pool)
            pools_.put(scope, pool = share<quota>(options, time));
        else if (!(pool->options() == options))
            throw_invalid_argument("quota: another service of this client and project has different quota_options");
        return pool;
    }

  private:
    std::mutex mutex_;
    name_map<quota> pools_;
};

/// The quota of a service: the given one, or else the client's for this scope. Null if the limit is zero.
inline std::shared_ptr<quota> find_quota(const client& c, const std::string& scope, const quota_options& options,
                                         const std::shared_ptr<quota>& shared)
{
    if (shared || options.limit == 0)
        return shared;
    const auto& state = client_state::of(c);
    return state->extension<quota_pools>()->get(scope, options, state->options.clock);
}

} // namespace cojob::detail

#endif
