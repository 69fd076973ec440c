#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_STATIC_EXPORT_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_STATIC_EXPORT_IPP

#include <cojob/impl/internal/testing/mock_input.ipp>
#include <cojob/impl/internal/testing/mock_life.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// Mintlify's static exports. Vendor's pages: api/static-export.
class mock_static_export {
  public:
    explicit mock_static_export(const mock_server_options& options)
        : lifecycle_(require_steps(options.export_lifecycle))
    {
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v1/static-export/jobs", [this](const routed_request& r) { return create(r); });
        router.add("GET", "/v1/static-export/jobs/*", [this](const routed_request& r) { return show(r); });
        router.add("POST", "/v1/static-export/jobs/*/bundle", [this](const routed_request& r) { return bundle(r); });
    }

    std::string add_export(std::vector<lifecycle_step> life, timestamp created)
    {
        auto id = "export_" + std::to_string(exports_.size() + 1);
        exports_.emplace(id, export_type{job_life(std::move(life)), created});
        return id;
    }

    [[nodiscard]] bool has(std::string_view id) const { return exports_.contains(id); }

    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        exports_.at(id).life = job_life(std::move(life));
    }

  private:
    struct export_type {
        job_life life;
        timestamp created;
    };

    http::response create(const routed_request& routed)
    {
        if (auto refused = refuse_body(routed.request))
            return *refused;
        const auto id = add_export(lifecycle_, routed.wall);
        return json_response(202, describe(id, exports_.at(id), routed.wall));
    }

    http::response show(const routed_request& routed)
    {
        const auto& id = routed.arguments[0];
        const auto found = exports_.find(id);
        if (found == exports_.end())
            return error_response(404, "Job not found");
        auto answer = json_response(200, describe(id, found->second, routed.wall));
        found->second.life.count_poll();
        return answer;
    }

    http::response bundle(const routed_request& routed)
    {
        const auto& id = routed.arguments[0];
        const auto found = exports_.find(id);
        if (found == exports_.end())
            return error_response(404, "Job not found");
        if (found->second.life.status() != "completed")
            return error_response(409, "The job has not finished yet");
        return json_response(200, {{"jobId", id},
                                   {"bundleUrl", "https://exports.example.com/" + id + "/bundle.tar.gz?signature=1"},
                                   {"sizeBytes", 18432000},
                                   {"expiresAt", cojob::to_string(routed.wall + std::chrono::hours(1))}});
    }

    /// The error response to an invalid request; nothing for a valid one.
    [[nodiscard]] static std::optional<http::response> refuse_body(const recorded_request& request)
    {
        if (auto refused = read_text(request, "domain").refusal)
            return refused;
        const auto body = parse_body(request)->as_object();
        const auto* version = body.if_contains("version");
        if (version && !version->is_string())
            return error_response(400, "version must be a string");
        const auto is_text = [](const boost::json::value& v) { return v.is_string(); };
        const auto* paths = body.if_contains("paths");
        if (paths && !(paths->is_array() && std::all_of(paths->get_array().begin(), paths->get_array().end(), is_text)))
            return error_response(400, "paths must be an array of strings");
        return std::nullopt;
    }

    /// The export as JSON, schema StaticExportJob.
    [[nodiscard]] static boost::json::object describe(const std::string& id, const export_type& shown, timestamp now)
    {
        const auto& status = shown.life.status();
        const auto progress = status == "queued" ? 0 : status == "completed" ? 100 : 42;
        boost::json::object body{{"jobId", id},
                                 {"status", status},
                                 {"progress", progress},
                                 {"pageCount", 3 * progress},
                                 {"createdAt", cojob::to_string(shown.created)},
                                 {"updatedAt", cojob::to_string(now)}};
        if (status == "failed")
            body["error"] = "A page could not be rendered";
        return body;
    }

    std::vector<lifecycle_step> lifecycle_;
    std::map<std::string, export_type, std::less<>> exports_;
};

} // namespace cojob::testing::detail

#endif
