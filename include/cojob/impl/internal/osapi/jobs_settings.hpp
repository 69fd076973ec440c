#ifndef COJOB_IMPL_INTERNAL_OSAPI_JOBS_SETTINGS_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_JOBS_SETTINGS_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/client/service_settings.hpp>
#include <cojob/impl/internal/osapi/decode.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/osapi/node_operation.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::osapi::detail {

using cojob::detail::append_query;
using cojob::detail::call_ptr;
using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The validated options.
class jobs_settings {
  public:
    explicit jobs_settings(jobs_options o)
        : service_({"jobs_options::token", "jobs_options::base_url"}, std::move(o.token), o.base_url, o.allow_plaintext)
    {
        path_ = encoded_path(o.base_path, "jobs_options::base_path");
        const auto nodes = encoded_path(o.node_path, "jobs_options::node_path");
        for (const auto& path : {path_, nodes})
            service_.refuse_end(path, "jobs_options::base_url");
        target_ = service_.base_url().base_path() + path_;
        node_target_ = service_.base_url().base_path() + nodes;
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return service_.base_url(); }

    [[nodiscard]] std::string scope() const { return http::to_string(service_.base_url()) + path_; }

    /// A call below the path of the jobs.
    [[nodiscard]] call_ptr make_call(const client& c, std::string_view method,
                                     std::initializer_list<std::string_view> below = {}) const
    {
        return service_.make_call(c, method, target_, below);
    }

    /// A call below the path of the nodes.
    [[nodiscard]] call_ptr make_node_call(const client& c, std::string_view method, std::string_view node) const
    {
        return service_.make_call(c, method, node_target_, {node});
    }

  private:
    static std::string encoded_path(std::string_view rest, std::string_view option)
    {
        std::string path;
        if (!rest.starts_with('/'))
            throw_invalid_argument(option, "must begin with a slash");
        while (!rest.empty()) {
            rest.remove_prefix(1);
            auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            if (segment.empty() && rest.empty() && !path.empty()) // a slash at the end
                break;
            check_segment(segment, option);
            path.append("/").append(http::encode_segment(segment));
        }
        return path;
    }

    cojob::detail::service_settings service_;
    std::string path_, target_; // the options' path, encoded; the same below the base URL's
    std::string node_target_;   // the path of the nodes, below the base URL's
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
inline call_ptr list_call(const client& c, const jobs_settings& settings, const list_query& query)
{
    const auto limit = query.limit.value_or(10);
    if (limit < 1 || limit > 100)
        throw_invalid_argument("list_query::limit: must be from 1 to 100");
    if (query.offset < 0)
        throw_invalid_argument("list_query::offset: must not be negative");
    auto call = settings.make_call(c, "GET");
    auto& target = call->request.wire.target;
    if (query.status)
        append_query(target, "status", filter_name(*query.status));
    append_query(target, "limit", std::to_string(limit));
    append_query(target, "offset", std::to_string(query.offset));
    return call;
}

/// \throws api_error invalid_argument
inline call_ptr job_call(const client& c, const jobs_settings& settings, std::string_view method, std::string id)
{
    check_segment(id, "id");
    auto call = settings.make_call(c, method, {id});
    call->request.job_id = std::move(id);
    return call;
}

/// \throws api_error invalid_argument
inline call_ptr retry_call(const client& c, const jobs_settings& settings, std::string id, const std::string& target)
{
    auto call = job_call(c, settings, "POST", std::move(id));
    call->request.wire.target += "/retry";
    if (!target.empty()) {
        if (!is_valid_utf8(target))
            throw_invalid_argument("target_hostname: must be valid UTF-8");
        cojob::detail::set_json(call->request.wire,
                                boost::json::serialize(boost::json::object{{"target_hostname", target}}));
    }
    return call;
}

/// \throws api_error invalid_argument
inline call_ptr node_call(const client& c, const jobs_settings& settings, const node_operation& operation)
{
    constexpr std::array<std::string_view, 4> methods{"GET", "POST", "PUT", "DELETE"};
    if (std::find(methods.begin(), methods.end(), operation.method) == methods.end())
        throw_invalid_argument("node_operation::method", "must be GET, POST, PUT or DELETE");
    check_segment(operation.target, "node_operation::target");
    if (operation.path.empty())
        throw_invalid_argument("node_operation::path", "must not be empty");
    for (const auto& segment : operation.path)
        check_segment(segment, "node_operation::path");
    auto call = settings.make_node_call(c, operation.method, operation.target);
    auto& request = call->request;
    cojob::detail::append_segments(request.wire.target, operation.path);
    if (!operation.body.empty())
        cojob::detail::set_json(request.wire, boost::json::serialize(operation.body));
    if (operation.method != "GET")
        request.effect = effect::once;       // a second request is a second job
    constexpr std::chrono::seconds most(45); // the server waits 30 s for its agents
    request.attempt_timeout = std::max<duration>(call->client->options.timeouts.attempt, most);
    return call;
}

} // namespace cojob::osapi::detail

#endif
