#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_SETTINGS_HPP

#include <cojob/http/url.hpp>
#include <cojob/impl/internal/mintlify/project_settings.hpp>
#include <cojob/mintlify/agent_options.hpp>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::mintlify::detail {

/// The validated options.
class agent_settings {
  public:
    agent_settings(const client& c, agent_options o)
        : project_({"agent_options::project_id", "agent_options::api_key", "agent_options::base_url"}, o),
          pool_(cojob::detail::find_quota(c, project_.counted(), o.quota, o.shared_quota)), v1_(path_of("v1")),
          v2_(path_of("v2"))
    {
    }

    /// Null if there is no quota.
    [[nodiscard]] const std::shared_ptr<quota>& pool() const noexcept { return pool_; }

    [[nodiscard]] const http::url& base_url() const noexcept { return project_.service().base_url(); }

    [[nodiscard]] std::string scope() const { return project_.scope(); }

    /// A call below the project in the API of version 1.
    [[nodiscard]] call_ptr v1_call(const client& c, std::string_view method,
                                   std::initializer_list<std::string_view> below) const
    {
        return project_.service().make_call(c, method, v1_, below);
    }
    /// The same for version 2.
    [[nodiscard]] call_ptr v2_call(const client& c, std::string_view method,
                                   std::initializer_list<std::string_view> below) const
    {
        return project_.service().make_call(c, method, v2_, below);
    }

  private:
    /// The beginning of the targets of a version.
    [[nodiscard]] std::string path_of(std::string_view version) const
    {
        project_.service().refuse_ends({version, "agent", project_.id(), "job"}, "agent_options::base_url");
        return project_.service().make_path(std::array<std::string_view, 3>{version, "agent", project_.id()});
    }

    project_settings project_;
    std::shared_ptr<quota> pool_;
    std::string v1_, v2_;
};

using settings_ptr = std::shared_ptr<const agent_settings>;

} // namespace cojob::mintlify::detail

#endif
