#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_DEPLOYMENTS_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_DEPLOYMENTS_IPP

#include <cojob/impl/internal/testing/mock_input.ipp>
#include <cojob/impl/internal/testing/mock_life.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/impl/internal/testing/mock_uses.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// Mintlify's updates, previews and workflow triggers. Vendor's pages: api/update, api/preview, api/workflows.
class mock_deployments {
  public:
    explicit mock_deployments(const mock_server_options& options)
        : project_id_(options.project_id), workflow_id_(options.workflow_id),
          lifecycle_(require_steps(options.deployment_lifecycle)),
          updates_(options.update_rate_limit, std::chrono::seconds(10), options),
          previews_(options.preview_rate_limit, std::chrono::minutes(1), options)
    {
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v1/project/update/*", [this](const routed_request& r) { return update(r); });
        router.add("POST", "/v1/project/preview/*", [this](const routed_request& r) { return preview(r); });
        router.add("GET", "/v1/project/update-status/*", [this](const routed_request& r) { return show(r); });
        router.add("POST", "/v1/workflow/*/*/trigger", [this](const routed_request& r) { return trigger(r); });
    }

    std::string add_deployment(std::vector<lifecycle_step> life, timestamp created, std::string branch = "main")
    {
        auto id = "deployment_" + std::to_string(deployments_.size() + 1);
        deployments_.emplace(id, deployment{job_life(std::move(life)), std::move(branch), created});
        return id;
    }

    [[nodiscard]] bool has(std::string_view id) const { return deployments_.contains(id); }

    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        deployments_.at(id).life = job_life(std::move(life));
    }

  private:
    struct deployment {
        job_life life;
        std::string branch;
        timestamp created;
        std::optional<timestamp> ended{};
    };

    http::response update(const routed_request& routed)
    {
        if (routed.arguments[0] != project_id_)
            return project_not_found();
        if (auto refused = updates_.refuse(routed.now))
            return *refused;
        return json_response(202, {{"statusId", add_deployment(lifecycle_, routed.wall)}});
    }

    http::response preview(const routed_request& routed)
    {
        if (routed.arguments[0] != project_id_)
            return project_not_found();
        auto branch = read_text(routed.request, "branch");
        if (branch.refusal)
            return *branch.refusal;
        if (auto refused = previews_.refuse(routed.now))
            return *refused;
        const auto id = add_deployment(lifecycle_, routed.wall, std::move(branch.value));
        return json_response(202, {{"statusId", id}, {"previewUrl", "https://docs-" + id + ".example.com"}});
    }

    http::response show(const routed_request& routed)
    {
        const auto& id = routed.arguments[0];
        const auto found = deployments_.find(id);
        if (found == deployments_.end())
            return error_response(404, "Deployment not found");
        auto answer = json_response(200, describe(id, found->second, routed.wall));
        found->second.life.count_poll();
        return answer;
    }

    http::response trigger(const routed_request& routed)
    {
        if (routed.arguments[0] != project_id_ || routed.arguments[1] != workflow_id_)
            return error_response(404, "Automation not found");
        if (auto refused = updates_.refuse(routed.now))
            return *refused;
        const auto number = std::to_string(++runs_);
        return json_response(
            202, {{"schemaId", workflow_id_}, {"instanceId", "run_" + number}, {"jobId", "background_" + number}});
    }

    /// The deployment as JSON.
    [[nodiscard]] boost::json::object describe(const std::string& id, deployment& shown, timestamp now) const
    {
        const auto& status = shown.life.status();
        const auto has_ended = status == "success" || status == "failure";
        if (!has_ended)
            shown.ended.reset();
        else if (!shown.ended)
            shown.ended = now;
        boost::json::object body{{"_id", id},
                                 {"projectId", project_id_},
                                 {"createdAt", cojob::to_string(shown.created)},
                                 {"status", status},
                                 {"summary", "The deployment is " + status},
                                 {"logs", boost::json::array{"Read the branch", "Built 12 pages"}},
                                 {"subdomain", "docs"},
                                 {"author", nullptr},
                                 {"source", "api"}};
        if (shown.ended)
            body["endedAt"] = cojob::to_string(*shown.ended);
        body["commit"] = {{"sha", "0123456789abcdef0123456789abcdef01234567"},
                          {"ref", shown.branch},
                          {"message", "Describe the endpoint"},
                          {"filesChanged",
                           {{"added", boost::json::array{"users.mdx"}},
                            {"modified", boost::json::array{"index.mdx"}},
                            {"removed", boost::json::array()}}}};
        return body;
    }

    std::string project_id_, workflow_id_;
    std::vector<lifecycle_step> lifecycle_;
    std::map<std::string, deployment, std::less<>> deployments_;
    mock_uses updates_, previews_;
    std::size_t runs_ = 0;
};

} // namespace cojob::testing::detail

#endif
