#ifndef COJOB_IMPL_INTERNAL_OSAPI_JOBS_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_JOBS_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/client/service_settings.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::osapi::detail {

using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The validated options.
class jobs_settings {
  public:
    explicit jobs_settings(jobs_options o)
        : service_({"jobs_options::token", "jobs_options::base_url"}, std::move(o.token), o.base_url, o.allow_plaintext)
    {
        split(o.base_path);
        std::string added;
        for (const auto& segment : path_)
            added.append("/").append(http::encode_segment(segment));
        service_.refuse_end(added, "jobs_options::base_url");
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return service_.base_url(); }

    [[nodiscard]] std::string scope() const
    {
        auto text = http::to_string(service_.base_url());
        for (const auto& segment : path_)
            text.append("/").append(http::encode_segment(segment));
        return text;
    }

    [[nodiscard]] api_request request(std::string method, std::initializer_list<std::string_view> below = {}) const
    {
        const std::vector<std::string_view> path(path_.begin(), path_.end());
        return service_.request(std::move(method), path, below);
    }

  private:
    void split(std::string_view rest)
    {
        if (!rest.starts_with('/'))
            throw_invalid_argument("jobs_options::base_path: must begin with a slash");
        while (!rest.empty()) {
            rest.remove_prefix(1);
            auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            if (segment.empty() && rest.empty() && !path_.empty()) // a slash at the end
                break;
            check_segment(segment, "jobs_options::base_path");
            path_.emplace_back(segment);
        }
    }

    cojob::detail::service_settings service_;
    std::vector<std::string> path_;
};

using settings_ptr = std::shared_ptr<const jobs_settings>;

/// The name of a status as a filter. The server rejects `skipped`.
/// \throws api_error invalid_argument
inline std::string filter_name(job_status wanted)
{
    for (const auto& [name, status] : statuses)
        if (status == wanted && status != job_status::skipped)
            return std::string(name);
    throw_invalid_argument("list_query::status: the server has no filter for this status");
}

/// \throws api_error invalid_argument
inline api_request list_request(const jobs_settings& settings, const list_query& query)
{
    const auto limit = query.limit.value_or(10);
    if (limit < 1 || limit > 100)
        throw_invalid_argument("list_query::limit: must be from 1 to 100");
    if (query.offset < 0)
        throw_invalid_argument("list_query::offset: must not be negative");
    auto r = settings.request("GET");
    if (query.status)
        r.query.emplace_back("status", filter_name(*query.status));
    r.query.emplace_back("limit", std::to_string(limit));
    r.query.emplace_back("offset", std::to_string(query.offset));
    return r;
}

/// \throws api_error invalid_argument
inline api_request job_request(const jobs_settings& settings, std::string method, std::string id)
{
    check_segment(id, "id");
    auto r = settings.request(std::move(method), {id});
    r.job_id = std::move(id);
    return r;
}

/// \throws api_error invalid_argument
inline api_request retry_request(const jobs_settings& settings, std::string id, const std::string& target)
{
    auto r = job_request(settings, "POST", std::move(id));
    r.segments.emplace_back("retry");
    if (!target.empty()) {
        if (!is_valid_utf8(target))
            throw_invalid_argument("target_hostname: must be valid UTF-8");
        r.json = boost::json::serialize(boost::json::object{{"target_hostname", target}});
    }
    return r;
}

} // namespace cojob::osapi::detail

#endif
