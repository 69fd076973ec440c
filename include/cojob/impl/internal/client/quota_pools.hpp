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
            throw_invalid_argument("quota: another service of this client and scope has different quota_options");
        return pool;
    }

  private:
    std::mutex mutex_;
    name_map<quota> pools_;
};

/// What a quota counts: the uses of this kind at one server, or in one project there.
struct quota_subject {
    std::string server, project{};
    std::string_view use{}; ///< empty: the only kind

    /// The name of the pool: no URL contains a line break.
    [[nodiscard]] std::string pool(quota_scope scope) const
    {
        auto name = scope == quota_scope::organization ? server : project;
        return name.append("\n").append(use);
    }
};

/// The quota of a service: the given one, or else the client's for its scope. Null if the limit is zero.
inline std::shared_ptr<quota> find_quota(const client& c, const quota_subject& counted, const quota_options& options,
                                         const std::shared_ptr<quota>& shared)
{
    if (shared || options.limit == 0)
        return shared;
    const auto& state = client_state::of(c);
    return state->extension<quota_pools>()->get(counted.pool(options.scope), options, state->options.clock);
}

} // namespace cojob::detail

#endif
