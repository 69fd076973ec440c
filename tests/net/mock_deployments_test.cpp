#include "support/mock_agent.hpp"
#include "support/raw_client.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/deployments.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace mock_deployments_tests {

using cojob::errc;
using cojob::mintlify::deployment_status;
using cojob::mintlify::deployments;
using cojob::testing::mock_server;
using cojob::tests::raw_client;

struct bench : tests::mock_agent {
    explicit bench(const cojob::testing::mock_server_options& options = {}) : mock_agent(options) {}

    deployments service{client(), server.deployments_options()};

    cojob::mintlify::deployment end_of(const std::string& id)
    {
        const auto wait = start(cojob::wait_for_job(service, id));
        while (!wait.is_done())
            clock->advance(std::chrono::seconds(5));
        return wait.get().value();
    }
};

/// A request that is refused, and how.
struct refusal {
    const char *method, *target, *body;
    unsigned status;
    const char* words;
};

const refusal refusals[] = {
    {"POST", "/v1/project/update/other", "", 404, R"({"error":"Project not found"})"},
    {"POST", "/v1/project/preview/other", R"({"branch":"fix"})", 404, R"({"error":"Project not found"})"},
    {"POST", "/v1/project/preview/test-project", "", 400, R"({"error":"Malformed JSON"})"},
    {"POST", "/v1/project/preview/test-project", "[]", 400, R"({"error":"branch must be a string that is not empty"})"},
    {"POST", "/v1/project/preview/test-project", R"({"branch":""})", 400,
     R"({"error":"branch must be a string that is not empty"})"},
    {"GET", "/v1/project/update-status/deployment_9", "", 404, R"({"error":"Deployment not found"})"},
    {"POST", "/v1/workflow/test-project/other/trigger", "", 404, R"({"error":"Automation not found"})"},
    {"POST", "/v1/workflow/other/test-workflow/trigger", "", 404, R"({"error":"Automation not found"})"},
    {"GET", "/v1/project/update/test-project", "", 405, R"({"error":"Method not allowed"})"},
};

} // namespace mock_deployments_tests

BOOST_AUTO_TEST_SUITE(a_mock_server_of_deployments)

using namespace mock_deployments_tests;

BOOST_AUTO_TEST_CASE(deploys_an_update_and_a_preview)
{
    bench b;
    const auto update = b.run(b.service.update()).get().value();
    const auto deployed = b.end_of(update.id);
    BOOST_CHECK(deployed.status == deployment_status::success);
    BOOST_TEST(deployed.unknown_members.empty());
    BOOST_TEST(deployed.ended_at.has_value());
    BOOST_TEST(deployed.commit.ref == "main");
    const auto preview = b.run(b.service.preview("docs/fix")).get().value();
    BOOST_TEST(preview.preview_url == "https://docs-" + preview.id + ".example.com");
    BOOST_TEST(b.run(b.service.get_job(preview.id)).get().value().commit.ref == "docs/fix");
    BOOST_TEST(b.run(b.service.trigger_workflow("test-workflow")).get().value().instance_id == "run_1");
}

BOOST_AUTO_TEST_CASE(gives_a_deployment_the_life_that_a_test_wants)
{
    bench b;
    const auto id = b.server.add_deployment({{"in_progress", 3}, {"failure"}});
    BOOST_CHECK(b.end_of(id).status == deployment_status::failure);
    b.server.set_life(id, {{"queued"}});
    const auto again = b.run(b.service.get_job(id)).get().value();
    BOOST_CHECK(again.status == deployment_status::queued);
    BOOST_TEST(!again.ended_at.has_value());
    BOOST_TEST(b.server.requests().size() == 5U);
}

BOOST_AUTO_TEST_CASE(enforces_the_limits_of_updates_and_previews_apart)
{
    cojob::testing::mock_server_options options;
    options.use_tls = false;
    options.update_rate_limit = 2;
    options.preview_rate_limit = 1;
    mock_server server(options);
    raw_client client(server);
    const std::string trigger = "/v1/workflow/test-project/test-workflow/trigger",
                      update = "/v1/project/update/test-project", preview = "/v1/project/preview/test-project",
                      body = R"({"branch":"fix"})";
    BOOST_TEST(client.call("POST", trigger).result_int() == 202U);
    BOOST_TEST(client.call("POST", update).result_int() == 202U);
    const auto refused = client.call("POST", update);
    BOOST_TEST(refused.result_int() == 429U);
    BOOST_TEST(std::stoi(std::string(refused["Retry-After"])) <= 10);
    BOOST_TEST(client.call("POST", trigger).result_int() == 429U);
    BOOST_TEST(client.call("POST", preview, body).result_int() == 202U);
    BOOST_TEST(std::stoi(std::string(client.call("POST", preview, body)["Retry-After"])) > 10);
    BOOST_TEST(server.deployments_options().update_quota.limit == 2U);
    BOOST_TEST(server.deployments_options().preview_quota.limit == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_what_the_vendor_refuses)
{
    cojob::testing::mock_server_options options;
    options.use_tls = false;
    mock_server server(options);
    raw_client client(server);
    for (const auto& r : refusals)
        BOOST_TEST_CONTEXT(r.method << ' ' << r.target << ' ' << r.body)
        {
            const auto response = client.call(r.method, r.target, r.body);
            BOOST_TEST(response.result_int() == r.status);
            BOOST_TEST(response.body() == r.words);
        }
}

BOOST_AUTO_TEST_SUITE_END()
