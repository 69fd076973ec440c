#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_SESSIONS_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_SESSIONS_IPP

#include <cojob/impl/internal/testing/mock_life.ipp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/impl/internal/testing/mock_session_input.ipp>
#include <cojob/impl/internal/testing/mock_uses.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// The Mintlify agent API v1: sessions, whose creation responds with an event stream. Vendor's page: api/agent.
class mock_sessions {
  public:
    mock_sessions(const mock_server_options& options, mock_uses& uses)
        : project_id_(options.project_id), lifecycle_(require_steps(options.session_lifecycle)),
          events_(options.session_events), gap_(options.session_event_gap), uses_(uses)
    {
        std::erase(events_, ""); // an empty chunk would end the body
    }

    void add_routes(mock_router& router)
    {
        router.add("POST", "/v1/agent/*/job", [this](const routed_request& r) { return create(r); });
        router.add("GET", "/v1/agent/*/job/*", [this](const routed_request& r) { return show(r); });
        router.add("GET", "/v1/agent/*/jobs", [this](const routed_request& r) { return list(r); });
    }

    std::string add_session(std::vector<lifecycle_step> life, timestamp created)
    {
        return add({}, std::move(life), created).id;
    }

    [[nodiscard]] bool has_session(std::string_view id) const
    {
        return std::any_of(sessions_.begin(), sessions_.end(), [&](const session& s) { return s.id == id; });
    }

    void set_life(std::string_view id, std::vector<lifecycle_step> life)
    {
        if (auto* found = find(id))
            found->life = job_life(std::move(life));
    }

  private:
    struct session {
        std::string id, number, branch;
        job_life life;
        timestamp created;
    };

    session& add(std::optional<std::string> branch, std::vector<lifecycle_step> life, timestamp created)
    {
        auto number = std::to_string(sessions_.size() + 1);
        auto on = std::move(branch).value_or("mintlify/session-" + number);
        sessions_.push_back({"session_" + number, number, std::move(on), job_life(std::move(life)), created});
        return sessions_.back();
    }

    mock_response create(const routed_request& routed)
    {
        if (auto refused = refuse_project(routed))
            return *refused;
        auto branch = read_session(routed.request);
        if (branch.refusal)
            return *branch.refusal;
        if (auto refused = uses_.refuse(routed.now))
            return *refused;
        const auto& created = add(std::move(branch.value), lifecycle_, routed.wall);
        mock_response answer(http::response{
            200,
            {{"Content-Type", "text/event-stream"}, {"X-Session-Id", created.id}, {"X-Branch-Name", created.branch}}});
        for (const auto& event : events_)
            answer.response.body += event;
        answer.events = events_;
        answer.gap = gap_;
        return answer;
    }

    http::response show(const routed_request& routed)
    {
        if (auto refused = refuse_project(routed))
            return *refused;
        auto* found = find(routed.arguments[1]);
        return found ? json_response(200, poll(*found)) : error_response(404, "Job not found");
    }

    /// Returns a page, newest first. It counts as a poll of each session on it.
    http::response list(const routed_request& routed)
    {
        if (auto refused = refuse_project(routed))
            return *refused;
        const auto skip = read_bounded(routed.query, "skip", 0, 0);
        const auto take = read_bounded(routed.query, "take", 12, 1, 100);
        if (skip.refusal || take.refusal)
            return skip.refusal ? *skip.refusal : *take.refusal;
        boost::json::array page;
        for (auto at = sessions_.rbegin(); at != sessions_.rend(); ++at)
            if (const auto place = at - sessions_.rbegin(); place >= skip.value && place - skip.value < take.value)
                page.push_back(poll(*at));
        return json_response(200, {{"allSessions", std::move(page)}});
    }

    [[nodiscard]] std::optional<http::response> refuse_project(const routed_request& routed) const
    {
        return routed.arguments[0] == project_id_ ? std::nullopt : std::optional(project_not_found());
    }

    [[nodiscard]] session* find(std::string_view id)
    {
        const auto found =
            std::find_if(sessions_.begin(), sessions_.end(), [&](const session& s) { return s.id == id; });
        return found == sessions_.end() ? nullptr : &*found;
    }

    [[nodiscard]] boost::json::object poll(session& polled) const
    {
        auto shown = describe(polled);
        polled.life.count_poll();
        return shown;
    }

    /// The session as JSON, with the API's misspellings. Empty members are absent, except that `branch` may be null.
    [[nodiscard]] boost::json::object describe(const session& shown) const
    {
        const auto& reason = shown.life.status();
        const auto has_halted = reason != "processing";
        boost::json::object members{{"sessionId", shown.id},
                                    {"subdomain", project_id_},
                                    {"branch", nullptr},
                                    {"haulted", has_halted},
                                    {"haultReason", reason}};
        if (reason != "github_missconfigured") // without access to the repository there is no branch
            members["branch"] = shown.branch;
        if (reason == "completed")
            members["pullRequestLink"] = "https://github.com/example/docs/pull/" + shown.number;
        if (has_halted)
            members["messageToUser"] = "The session has ended: " + reason;
        members["todos"] = describe_todos(reason);
        members["userId"] = "user_1";
        members["title"] = "Session " + shown.number;
        members["createdAt"] = cojob::to_string(shown.created);
        return members;
    }

    [[nodiscard]] static boost::json::array describe_todos(std::string_view reason)
    {
        const auto* last = reason == "processing" ? "in_progress" : reason == "completed" ? "completed" : "cancelled";
        const auto todo = [](std::string_view id, std::string_view content, std::string_view status) {
            return boost::json::object{{"content", content}, {"status", status}, {"priority", "high"}, {"id", id}};
        };
        return {todo("1", "Read the pages", "completed"), todo("2", "Edit the pages", last)};
    }

    std::string project_id_;
    std::vector<lifecycle_step> lifecycle_; ///< for sessions that are created
    std::vector<std::string> events_;
    duration gap_;
    mock_uses& uses_;
    std::vector<session> sessions_; ///< in the order of creation
};

} // namespace cojob::testing::detail

#endif
