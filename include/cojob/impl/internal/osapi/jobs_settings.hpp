#ifndef COJOB_IMPL_INTERNAL_OSAPI_JOBS_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_JOBS_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>
#include <cojob/impl/internal/request.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::osapi::detail {

using cojob::detail::check_header_value;
using cojob::detail::check_plaintext;
using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The options, checked.
class jobs_settings {
  public:
    explicit jobs_settings(jobs_options o) : options(std::move(o))
    {
        if (options.token.empty())
            throw_invalid_argument("jobs_options::token: must not be empty");
        if (options.token.is_fixed())
            check_header_value(options.token.fixed().reveal(), "jobs_options::token");
        base_url = http::parse_url(options.base_url, "jobs_options::base_url");
        check_plaintext(base_url, options.allow_plaintext, "jobs_options::base_url");
        split_path();
    }

    jobs_options options;
    http::url base_url;
    std::vector<std::string> path;

    [[nodiscard]] std::string scope() const
    {
        auto text = http::to_string(base_url);
        for (const auto& segment : path)
            text.append("/").append(http::encode_segment(segment));
        return text;
    }

    [[nodiscard]] api_request request(std::string method, std::vector<std::string> below = {}) const
    {
        api_request r;
        r.base_url = base_url;
        r.authorization = options.token;
        r.allow_plaintext = options.allow_plaintext;
        r.method = std::move(method);
        r.segments = path;
        r.segments.insert(r.segments.end(), std::make_move_iterator(below.begin()),
                          std::make_move_iterator(below.end()));
        return r;
    }

  private:
    void split_path()
    {
        std::string_view rest = options.base_path;
        if (!rest.starts_with('/'))
            throw_invalid_argument("jobs_options::base_path: must begin with a slash");
        while (!rest.empty()) {
            rest.remove_prefix(1);
            auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            if (segment.empty() && rest.empty() && !path.empty()) // a slash at the end
                break;
            check_segment(segment, "jobs_options::base_path");
            path.emplace_back(segment);
        }
    }
};

using settings_ptr = std::shared_ptr<const jobs_settings>;

/// What a list can be filtered by: the server refuses `skipped`.
/// \throws api_error invalid_argument
inline std::string filter_name(job_status wanted)
{
    for (const auto& [name, status] : statuses)
        if (status == wanted && status != job_status::skipped)
            return std::string(name);
    throw_invalid_argument("list_query::status: no server lists these");
}

/// \throws api_error invalid_argument
inline api_request list_request(const jobs_settings& settings, const list_query& query)
{
    if (query.limit < 1 || query.limit > 100)
        throw_invalid_argument("list_query::limit: must be from 1 to 100");
    if (query.offset < 0)
        throw_invalid_argument("list_query::offset: must not be negative");
    auto r = settings.request("GET");
    if (query.status)
        r.query.emplace_back("status", filter_name(*query.status));
    r.query.emplace_back("limit", std::to_string(query.limit));
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
            throw_invalid_argument("target_hostname: not valid UTF-8");
        r.json = boost::json::serialize(boost::json::object{{"target_hostname", target}});
    }
    return r;
}

} // namespace cojob::osapi::detail

#endif
