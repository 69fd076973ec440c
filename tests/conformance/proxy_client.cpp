// proxy_client: the whole life of jobs through `prism proxy`, which compares every request and every answer of the mock
// server with the vendors' documents. Prints the mock's URL, reads those of the proxies before it from one line,
// Mintlify's and OSAPI's, and does its work. tests/conformance/prism_proxy starts the proxies.
// Exit status: 0 all was right and nothing violated a document, 1 otherwise.

#include "same_as_json.hpp"
#include "support.hpp"
#include "witness.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace mintlify = cojob::mintlify;
namespace osapi = cojob::osapi;
using cojob::errc;
using namespace std::chrono_literals;

namespace {

constexpr auto nobody = "00000000-0000-4000-8000-000000000000";

/// A violation that is no fault of the client or the mock.
struct excuse {
    std::string_view path; ///< what the target begins with
    int status;
    std::string_view where, message; ///< the latter begins so
};

constexpr std::array<excuse, 8> excuses{{
    // The document knows no 404 of v1, and not every id is a session's.
    {"/v1/agent/", 404, "response", "Unable to match the returned status code"},
    // The document knows no 401, and no service accepts every key.
    {"/v2/agent/", 401, "response", "Unable to match the returned status code"},
    // Before the first job the real server was seen to answer null.
    {"/api/job?", 200, "response.body.status_counts", "Response body property status_counts must be object"},
    // Requests that are wrong on purpose, and refused for it.
    {"/v2/agent/", 400, "request.body.prompt", "Request body property prompt must NOT have fewer"},
    {"/api/job?limit=", 400, "request.query.limit", "Request query parameter limit must be"},
    {"/api/job?offset=-1", 400, "request.query.offset", "Request query parameter offset must be >= 0"},
    {"/api/job?status=bogus", 400, "request.query.status", "Request query parameter status must be equal to one"},
    {"/api/job/not-a-uuid", 400, "request.path.id", "Request path parameter id must match format"},
}};

class proxy_client {
  public:
    explicit proxy_client(cojob::testing::mock_server& mock, std::string mintlify_url, std::string osapi_url)
        : mock_(mock), seen_(std::make_shared<conformance::witness>(conformance::one_attempt())),
          client_(context_.get_executor(), conformance::one_attempt(), seen_)
    {
        project_.base_url = std::move(mintlify_url);
        project_.project_id = "test-project";
        project_.api_key = cojob::secret("mint_test_key");
        jobs_.base_url = std::move(osapi_url);
        jobs_.token = cojob::secret("mint_test_key");
    }

    int run()
    {
        mintlify_lives();
        session_lives();
        mintlify_refusals();
        osapi_lists();
        osapi_lives();
        osapi_refusals();
        judge();
        return report_.exit_status();
    }

  private:
    template <class T>
    cojob::result<T> outcome(asio::awaitable<T> operation)
    {
        return conformance::outcome(context_, std::move(operation));
    }

    /// What was decoded is what the last answer says.
    template <class T>
    void same(const cojob::result<T>& result, const std::string& what)
    {
        if (!report_.succeeds(result, what))
            return;
        const auto differences = conformance::differences(*result, boost::json::parse(seen_->last().body));
        report_.expect(differences.empty(), what + ": not as in the JSON: " + differences);
    }

    void mintlify_lives()
    {
        const mintlify::agent agent(client_, project_);
        for (const std::string end : {"completed", "failed", "archived"}) {
            mock_.set_lifecycle({{"active", 2}, {end}});
            const auto created = outcome(agent.create_job("Document the /users endpoint"));
            same(created, "create_job");
            if (!created)
                continue;
            same(outcome(cojob::wait_for_job(agent, created->id, quick)), "wait_for_job");
            mock_.set_lifecycle({{"active", 1}, {"completed"}});
            same(outcome(agent.send_message(created->id, "And the /teams endpoint")), "send_message after " + end);
            const auto again = outcome(cojob::wait_for_job(agent, created->id, quick));
            same(again, "wait_for_job after a message");
            report_.expect(again && again->status == mintlify::agent_job_status::completed, "it runs again");
        }
    }

    void session_lives()
    {
        const mintlify::agent_v1 agent(client_, project_);
        same(outcome(agent.list_jobs()), "v1 list before the first session");
        const mintlify::create_session_request request("Document the /users endpoint");
        const auto stream = outcome(agent.create_job(request));
        if (!report_.succeeds(stream, "v1 create_job"))
            return;
        const auto events = outcome(conformance::count_events(*stream));
        report_.expect(events && *events > 1, "v1 events");
        same(outcome(cojob::wait_for_job(agent, stream->handle(), quick)), "v1 wait_for_job");
        for (const std::string reason : {"processing", "github_missconfigured", "error", "interrupted"})
            same(outcome(agent.get_job(mock_.add_session({{reason}}))), "v1 get_job");
        same(outcome(agent.list_jobs({.skip = 1, .take = 100})), "v1 list");
        report_.fails(outcome(agent.get_job("session_999")), errc::not_found, "v1 get_job of no session");
    }

    void mintlify_refusals()
    {
        const mintlify::agent agent(client_, project_);
        report_.fails(outcome(agent.get_job("job_999")), errc::not_found, "get of no job");
        report_.fails(outcome(agent.send_message("job_999", "x")), errc::not_found, "message to no job");
        cojob::api_request empty("POST", cojob::http::parse_url(project_.base_url, "URL"),
                                 {"v2", "agent", project_.project_id, "job"}, project_.api_key);
        empty.json = R"({"prompt":""})";
        report_.fails(outcome(client_.send(empty)), errc::rejected, "create with an empty prompt");
        empty.segments.insert(empty.segments.end(), {"job_1", "message"});
        report_.fails(outcome(client_.send(empty)), errc::rejected, "message with an empty prompt");
        auto wrong = project_;
        wrong.api_key = cojob::secret("not-a-key");
        report_.fails(outcome(mintlify::agent(client_, wrong).get_job("job_1")), errc::unauthorized, "wrong key");
        for (const auto* const method : {"GET", "POST"})
            mock_.answer_next(503, R"({"error":"Unavailable"})", {{"Retry-After", "30"}}, 1, method);
        report_.fails(outcome(agent.get_job("job_1")), errc::server_error, "get, unavailable");
        report_.fails(outcome(agent.create_job("x")), errc::server_error, "create, unavailable");
        const auto limited = outcome(agent.create_job("One more than the mock allows"));
        report_.fails(limited, errc::rate_limited, "create beyond the limit");
        report_.expect(limited.has_error() && limited.error().retry_at.has_value(), "it says when to come back");
    }

    void osapi_lists()
    {
        const osapi::jobs jobs(client_, jobs_);
        same(outcome(jobs.list_jobs()), "list before the first job");
        for (const std::string status :
             {"submitted", "processing", "completed", "failed", "partial_failure", "skipped"})
            for (int i = 0; i < 25; ++i)
                ids_.insert(mock_.add_osapi_job({{status}}));
        using enum osapi::job_status;
        for (const auto status : {submitted, processing, completed, failed, partial_failure}) {
            const auto page = outcome(jobs.list_jobs({.status = status, .limit = 7, .offset = 14}));
            same(page, "list of one status");
            report_.expect(page && page->items.size() == 7 && page->total_items == 25, "seven of 25");
        }
        same(outcome(jobs.list_jobs({.offset = 1000})), "list past the end");
        std::set<std::string> listed;
        auto all = jobs.all_jobs();
        for (auto next = outcome(all.next()); report_.succeeds(next, "all_jobs") && *next; next = outcome(all.next()))
            listed.insert((*next)->id);
        report_.expect(listed == ids_, "all_jobs has all of them");
    }

    void osapi_lives()
    {
        const osapi::jobs jobs(client_, jobs_);
        for (const auto& id : ids_)
            same(outcome(jobs.get_job(id)), "get_job");
        for (const std::string target : {"", "_any", "osapi-test"}) {
            const auto receipt = outcome(jobs.retry_job(*ids_.begin(), target));
            same(receipt, "retry_job");
            if (!receipt)
                continue;
            auto watch = cojob::watch_job(jobs, receipt->job_id, quick);
            std::size_t changes = 0;
            for (auto next = outcome(watch.next()); report_.succeeds(next, "watch_job") && *next;
                 next = outcome(watch.next()))
                ++changes;
            report_.expect(changes == 3, "submitted, processing and completed were seen");
            same(outcome(jobs.get_job(*ids_.begin())), "get_job of what was retried");
            report_.succeeds(outcome(jobs.delete_job(receipt->job_id)), "delete_job");
            report_.fails(outcome(jobs.get_job(receipt->job_id)), errc::not_found, "get_job after that");
        }
    }

    void osapi_refusals()
    {
        const osapi::jobs jobs(client_, jobs_);
        for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
                 {"limit", "0"}, {"limit", "101"}, {"limit", "abc"}, {"offset", "-1"}, {"status", "bogus"}}) {
            auto raw = conformance::osapi_request(jobs_, "GET");
            raw.query = {{name, value}};
            report_.fails(outcome(client_.send(raw)), errc::rejected, name + "=" + value);
        }
        report_.fails(outcome(jobs.get_job("not-a-uuid")), errc::rejected, "get_job of an id that is none");
        report_.fails(outcome(jobs.get_job(nobody)), errc::not_found, "get_job of no job");
        report_.fails(outcome(jobs.delete_job(nobody)), errc::not_found, "delete_job of no job");
        report_.fails(outcome(jobs.retry_job(nobody)), errc::not_found, "retry_job of no job");
        report_.fails(outcome(jobs.retry_job(*ids_.begin(), "nobody")), errc::rejected, "retry_job for no host");
        auto wrong = jobs_;
        wrong.token = cojob::secret("not-a-token");
        const osapi::jobs stranger(client_, wrong);
        report_.fails(outcome(stranger.list_jobs()), errc::unauthorized, "list with a wrong token");
        report_.fails(outcome(stranger.delete_job(*ids_.begin())), errc::unauthorized, "delete_job with a wrong token");
        mock_.answer_next(403, R"({"error":"Insufficient permissions"})");
        report_.fails(outcome(jobs.delete_job(*ids_.begin())), errc::forbidden, "delete_job by a reader");
        mock_.answer_next(500, R"({"error":"failed to list jobs"})");
        report_.fails(outcome(jobs.list_jobs()), errc::server_error, "list, failed");
    }

    /// Nothing violated a document but what is excused, and every excuse was needed.
    void judge()
    {
        std::vector<std::size_t> used(excuses.size());
        for (const auto& found : seen_->take_violations()) {
            auto is_excused = false;
            for (std::size_t i = 0; i < excuses.size(); ++i) {
                const auto& e = excuses[i];
                if (found.target.starts_with(e.path) && found.status == e.status && found.where == e.where &&
                    found.message.starts_with(e.message)) {
                    is_excused = true;
                    ++used[i];
                }
            }
            report_.expect(is_excused, describe(found));
        }
        for (std::size_t i = 0; i < excuses.size(); ++i)
            report_.expect(used[i] != 0, "nothing needed the excuse for " + std::string(excuses[i].message));
        report_.say(std::to_string(seen_->exchanges()) + " exchanges");
    }

    static constexpr cojob::wait_options quick{.timeout = 30s, .schedule = {1ms, 1ms, 10ms, 1.5}};

    cojob::testing::mock_server& mock_;
    asio::io_context context_;
    std::shared_ptr<conformance::witness> seen_;
    cojob::client client_;
    mintlify::agent_options project_;
    osapi::jobs_options jobs_;
    std::set<std::string> ids_;
    conformance::report report_{false};
};

} // namespace

int main()
{
    return conformance::run_program([] {
        cojob::testing::mock_server_options options;
        options.use_tls = false;
        options.rate_limit = 7; // what the lives use
        cojob::testing::mock_server mock(options);
        std::cout << mock.base_url() << '\n';
        std::string mintlify_url, osapi_url;
        if (!(std::cin >> mintlify_url >> osapi_url))
            throw std::runtime_error("no URLs came");
        return proxy_client(mock, mintlify_url, osapi_url).run();
    });
}
