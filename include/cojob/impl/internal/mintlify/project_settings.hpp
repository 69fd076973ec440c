#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_PROJECT_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_PROJECT_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/client/quota_pools.hpp>
#include <cojob/impl/internal/client/service_settings.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace cojob::mintlify::detail {

using cojob::detail::call_ptr;
using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The options that all services of a project have, validated.
class project_settings {
  public:
    /// The options' names, for error messages.
    struct names {
        std::string_view project, key, url;
    };

    template <class Options>
    project_settings(const names& called, Options& o)
        : id_(checked(std::move(o.project_id), called.project)),
          service_({called.key, called.url}, std::move(o.api_key), o.base_url, o.allow_plaintext)
    {
    }

    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    [[nodiscard]] const cojob::detail::service_settings& service() const noexcept { return service_; }
    [[nodiscard]] std::string scope() const { return server() + '/' + http::encode_segment(id_); }

    /// What a quota of the project counts.
    [[nodiscard]] cojob::detail::quota_subject counted(std::string_view use = {}) const
    {
        return {server(), scope(), use};
    }

  private:
    [[nodiscard]] std::string server() const { return http::to_string(service_.base_url()); }

    static std::string checked(std::string project, std::string_view name)
    {
        check_segment(project, name);
        return project;
    }

    std::string id_;
    cojob::detail::service_settings service_;
};

/// Checks a text for a JSON body.
inline void check_text(const std::string& text, const char* what)
{
    if (text.empty())
        throw_invalid_argument(what, "must not be empty");
    if (!is_valid_utf8(text))
        throw_invalid_argument(what, "must be valid UTF-8");
}

} // namespace cojob::mintlify::detail

#endif
