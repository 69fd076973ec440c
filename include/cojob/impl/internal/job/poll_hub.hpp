#ifndef COJOB_IMPL_INTERNAL_JOB_POLL_HUB_HPP
#define COJOB_IMPL_INTERNAL_JOB_POLL_HUB_HPP

#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/job/poll_line.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace cojob::detail {

/// What all waits of a client share: one poll line for each server.
class poll_hub {
  public:
    poll_line& line_of(client_state& state, std::string_view scope)
    {
        const auto server = server_of(scope);
        if (const auto found = lines_.find(server); found != lines_.end())
            return *found->second;
        std::erase_if(lines_, [](const auto& line) { return line.second->is_idle(); });
        return *lines_.emplace(server, std::make_unique<poll_line>(state)).first->second;
    }

  private:
    /// `https://host:port` of a scope that begins with a base URL; any other scope is a server of its own.
    static std::string_view server_of(std::string_view scope)
    {
        const auto scheme = scope.find("://");
        return scheme == scope.npos ? scope : scope.substr(0, scope.find('/', scheme + 3));
    }

    std::map<std::string, std::unique_ptr<poll_line>, std::less<>> lines_;
};

} // namespace cojob::detail

#endif
