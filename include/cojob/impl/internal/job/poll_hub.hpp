#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_HUB_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_HUB_HPP

#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/job/poll_scheduler.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// What all waits of a client share: one poll scheduler for each server.
class poll_hub {
  public:
    poll_scheduler& scheduler_of(client_state& state, std::string_view scope)
    {
        const std::string server(server_of(scope));
        if (const auto found = schedulers_.find(server))
            return *found;
        if (schedulers_.size() >= clean_at_) {
            schedulers_.erase_unused_if([](const poll_scheduler& scheduler) { return scheduler.is_idle(); });
            clean_at_ = std::max<std::size_t>(16, 2 * schedulers_.size());
        }
        const auto made = share<poll_scheduler>(state);
        schedulers_.put(server, made);
        return *made;
    }

  private:
    /// `https://host:port` of a scope that begins with a base URL; any other scope is a server of its own.
    static std::string_view server_of(std::string_view scope)
    {
        const auto scheme = scope.find("://");
        return scheme == scope.npos ? scope : scope.substr(0, scope.find('/', scheme + 3));
    }

    name_map<poll_scheduler> schedulers_;
    std::size_t clean_at_ = 16;
};

} // namespace cojob::detail

#endif
