#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_DEPLOYMENTS_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_DEPLOYMENTS_SETTINGS_HPP

#include <cojob/http/url.hpp>
#include <cojob/impl/internal/mintlify/project_settings.hpp>
#include <cojob/mintlify/deployments_options.hpp>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace cojob::mintlify::detail {

/// The validated options.
class deployments_settings {
  public:
    deployments_settings(const client& c, deployments_options o)
        : project_({"deployments_options::project_id", "deployments_options::api_key", url_option}, o),
          updates_(cojob::detail::find_quota(c, project_.counted("update"), o.update_quota, o.shared_update_quota)),
          previews_(cojob::detail::find_quota(c, project_.counted("preview"), o.preview_quota, o.shared_preview_quota)),
          path_(project_.service().make_path(std::array<std::string_view, 1>{"v1"}))
    {
        for (const std::string_view operation : {"update", "preview", "update-status"})
            project_.service().refuse_ends({"v1", "project", operation, project_.id()}, url_option);
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return project_.service().base_url(); }
    [[nodiscard]] const std::string& project() const noexcept { return project_.id(); }
    [[nodiscard]] std::string scope() const { return project_.scope(); }

    [[nodiscard]] call_ptr get(const client& c, std::initializer_list<std::string_view> below) const
    {
        return project_.service().make_call(c, "GET", path_, below);
    }
    /// A use of the quota of updates.
    [[nodiscard]] call_ptr post_update(const client& c, std::initializer_list<std::string_view> below) const
    {
        return post(c, below, updates_);
    }
    /// A use of the quota of previews.
    [[nodiscard]] call_ptr post_preview(const client& c, std::initializer_list<std::string_view> below) const
    {
        return post(c, below, previews_);
    }

  private:
    static constexpr std::string_view url_option = "deployments_options::base_url";

    [[nodiscard]] call_ptr post(const client& c, std::initializer_list<std::string_view> below,
                                const std::shared_ptr<quota>& pool) const
    {
        auto call = project_.service().make_call(c, "POST", path_, below);
        call->request.quota_pool = pool;
        return call;
    }

    project_settings project_;
    std::shared_ptr<quota> updates_, previews_; // null: no quota
    std::string path_;                          // the targets' beginning
};

} // namespace cojob::mintlify::detail

#endif
