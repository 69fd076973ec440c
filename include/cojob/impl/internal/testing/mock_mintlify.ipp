#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_MINTLIFY_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_MINTLIFY_IPP

#include <cojob/impl/internal/testing/mock_input.ipp>
#include <cojob/impl/internal/testing/mock_life.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/impl/internal/testing/mock_uses.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// The Mintlify agent API v2. Vendor's page: api/agent/v2.
class mock_mintlify {
  public:
    mock_mintlify(const mock_server_options& options, mock_uses& uses)
        : project_id_(options.project_id), lifecycle_(require_steps(options.lifecycle)), uses_(uses)
    {
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v2/agent/*/job", [this](const routed_request& r) { return create(r); });
        router.add("GET", "/v2/agent/*/job/*", [this](const routed_request& r) { return show(r); });
        router.add("POST", "/v2/agent/*/job/*/message", [this](const routed_request& r) { return message(r); });
    }

    std::string add_job(std::vector<lifecycle_step> life, timestamp created)
    {
        const auto number = jobs_.size() + 1;
        auto id = "job_" + std::to_string(number);
        jobs_.emplace(id, job{job_life(std::move(life)), number, created});
        return id;
    }

    void set_life(const std::string& id, std::vector<lifecycle_step> life)
    {
        jobs_.at(id).life = job_life(std::move(life));
    }

    void set_lifecycle(std::vector<lifecycle_step> life) { lifecycle_ = require_steps(std::move(life)); }

  private:
    struct job {
        job_life life;
        std::size_t number;
        timestamp created;
        std::optional<timestamp> archived{};
    };

    http::response create(const routed_request& routed)
    {
        if (auto refused = refuse_prompt(routed))
            return *refused;
        if (auto refused = uses_.refuse(routed.now))
            return *refused;
        const auto id = add_job(lifecycle_, routed.wall);
        return json_response(201, describe(id, jobs_.at(id), routed.wall));
    }

    http::response show(const routed_request& routed)
    {
        auto* found = find(routed);
        if (!found)
            return error_response(404, "Job not found");
        auto answer = json_response(200, describe(routed.arguments[1], *found, routed.wall));
        found->life.count_poll();
        return answer;
    }

    http::response message(const routed_request& routed)
    {
        auto* found = find(routed);
        if (!found)
            return error_response(404, "Job not found");
        if (auto refused = refuse_prompt(routed))
            return *refused;
        if (auto refused = uses_.refuse(routed.now))
            return *refused;
        found->life = job_life(lifecycle_);
        return json_response(200, describe(routed.arguments[1], *found, routed.wall));
    }

    [[nodiscard]] job* find(const routed_request& routed)
    {
        const auto found = jobs_.find(routed.arguments[1]);
        return routed.arguments[0] == project_id_ && found != jobs_.end() ? &found->second : nullptr;
    }

    /// The error response to an invalid request, which does not count as a use; nothing for a valid one.
    [[nodiscard]] std::optional<http::response> refuse_prompt(const routed_request& routed) const
    {
        if (routed.arguments[0] != project_id_)
            return project_not_found();
        return read_text(routed.request, "prompt").refusal;
    }

    /// The job as JSON, schema AgentJob.
    [[nodiscard]] static boost::json::object describe(const std::string& id, job& shown, timestamp now)
    {
        const auto& status = shown.life.status();
        if (status != "archived")
            shown.archived.reset();
        else if (!shown.archived)
            shown.archived = now;
        const auto number = std::to_string(shown.number);
        boost::json::object source{{"repository", "https://github.com/example/docs"},
                                   {"ref", "mintlify/job-" + number}};
        boost::json::value link, archived;
        if (status == "completed")
            link = "https://github.com/example/docs/pull/" + number;
        if (shown.archived)
            archived = cojob::to_string(*shown.archived);
        return {{"id", id},
                {"status", status},
                {"source", std::move(source)},
                {"model", "sonnet"},
                {"prLink", std::move(link)},
                {"createdAt", cojob::to_string(shown.created)},
                {"archivedAt", std::move(archived)}};
    }

    std::string project_id_;
    std::vector<lifecycle_step> lifecycle_;
    std::map<std::string, job, std::less<>> jobs_;
    mock_uses& uses_;
};

} // namespace cojob::testing::detail

#endif
