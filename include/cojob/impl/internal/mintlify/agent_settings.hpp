#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/client/quota_pools.hpp>
#include <cojob/impl/internal/client/service_settings.hpp>
#include <cojob/mintlify/agent_options.hpp>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::mintlify::detail {

using cojob::detail::call_ptr;
using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The validated options.
class agent_settings {
  public:
    agent_settings(const client& c, agent_options o)
        : project_id_(checked(std::move(o.project_id))), service_({"agent_options::api_key", "agent_options::base_url"},
                                                                  std::move(o.api_key), o.base_url, o.allow_plaintext),
          pool_(cojob::detail::find_quota(c, scope(), o.quota, o.shared_quota))
    {
        const auto project = '/' + http::encode_segment(project_id_);
        for (const std::string_view version : {"/v1", "/v2"}) {
            std::string path;
            for (const auto part :
                 {version, std::string_view("/agent"), std::string_view(project), std::string_view("/job")})
                service_.refuse_end(path += part, "agent_options::base_url");
        }
        v1_ = service_.make_path(std::array<std::string_view, 3>{"v1", "agent", project_id_});
        v2_ = service_.make_path(std::array<std::string_view, 3>{"v2", "agent", project_id_});
    }

    /// Null if there is no quota.
    [[nodiscard]] const std::shared_ptr<quota>& pool() const noexcept { return pool_; }

    [[nodiscard]] const http::url& base_url() const noexcept { return service_.base_url(); }

    [[nodiscard]] std::string scope() const
    {
        return http::to_string(service_.base_url()) + '/' + http::encode_segment(project_id_);
    }

    /// A call below the project in the API of version 1.
    [[nodiscard]] call_ptr v1_call(const client& c, std::string_view method,
                                   std::initializer_list<std::string_view> below) const
    {
        return service_.make_call(c, method, v1_, below);
    }
    /// The same for version 2.
    [[nodiscard]] call_ptr v2_call(const client& c, std::string_view method,
                                   std::initializer_list<std::string_view> below) const
    {
        return service_.make_call(c, method, v2_, below);
    }

  private:
    static std::string checked(std::string project)
    {
        check_segment(project, "agent_options::project_id");
        return project;
    }

    std::string project_id_;
    cojob::detail::service_settings service_;
    std::shared_ptr<quota> pool_;
    std::string v1_, v2_; // the targets' beginnings
};

/// Checks a text for a JSON body.
inline void check_text(const std::string& text, const char* what)
{
    if (text.empty())
        throw_invalid_argument(what, "must not be empty");
    if (!is_valid_utf8(text))
        throw_invalid_argument(what, "must be valid UTF-8");
}

using settings_ptr = std::shared_ptr<const agent_settings>;

} // namespace cojob::mintlify::detail

#endif
