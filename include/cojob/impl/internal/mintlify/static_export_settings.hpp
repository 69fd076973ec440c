#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_STATIC_EXPORT_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_STATIC_EXPORT_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/mintlify/project_settings.hpp>
#include <cojob/mintlify/export_job.hpp>
#include <cojob/mintlify/static_export_options.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::mintlify::detail {

/// The validated options.
class static_export_settings {
  public:
    static_export_settings(const client& c, static_export_options o)
        : service_({"static_export_options::api_key", url_option}, std::move(o.api_key), o.base_url, o.allow_plaintext),
          pool_(cojob::detail::find_quota(c, {scope(), scope(), "static-export"}, o.quota, o.shared_quota)),
          path_(service_.make_path(std::array<std::string_view, 3>{"v1", "static-export", "jobs"}))
    {
        service_.refuse_ends({"v1", "static-export", "jobs"}, url_option);
    }

    /// Null if there is no quota.
    [[nodiscard]] const std::shared_ptr<quota>& pool() const noexcept { return pool_; }
    [[nodiscard]] const http::url& base_url() const noexcept { return service_.base_url(); }
    [[nodiscard]] std::string scope() const { return http::to_string(service_.base_url()); }

    /// A call below the path of the exports.
    [[nodiscard]] call_ptr make_call(const client& c, std::string_view method,
                                     std::initializer_list<std::string_view> below = {}) const
    {
        return service_.make_call(c, method, path_, below);
    }

  private:
    static constexpr std::string_view url_option = "static_export_options::base_url";

    cojob::detail::service_settings service_;
    std::shared_ptr<quota> pool_;
    std::string path_; // the targets' beginning
};

/// \throws api_error invalid_argument
inline std::string export_body(const export_request& request)
{
    check_text(request.domain, "export_request::domain");
    if (request.domain.find_first_of("/:?# \t") != request.domain.npos)
        throw_invalid_argument("export_request::domain", "must be a host name, without scheme, port and path");
    boost::json::object body{{"domain", request.domain}};
    if (!request.version.empty()) {
        check_text(request.version, "export_request::version");
        body["version"] = request.version;
    }
    boost::json::array paths;
    for (const auto& path : request.paths) {
        check_text(path, "export_request::paths");
        paths.emplace_back(path);
    }
    if (!paths.empty())
        body["paths"] = std::move(paths);
    return boost::json::serialize(body);
}

} // namespace cojob::mintlify::detail

#endif
