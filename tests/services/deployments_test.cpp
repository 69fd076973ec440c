#include "support/deployments_bench.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace deployments_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::mintlify::deployment_receipt;
using cojob::mintlify::deployment_status;
using cojob::mintlify::deployments;
using cojob::mintlify::deployments_options;
using tests::deployments_bench;
using reply = cojob::testing::scripted_reply;

static_assert(cojob::job_api<deployments>);

const reply queued{202, R"({"statusId":"d1"})"};

reply status(const std::string& text)
{
    return {200, R"({"_id":"d1","status":")" + text + "\"}"};
}

/// Queues a deployment, which then has these statuses at the polls.
deployments_bench life(std::vector<std::string> statuses)
{
    return deployments_bench([statuses = std::move(statuses), n = 0U](const cojob::http::request& r) mutable {
        return r.method == "POST" ? queued : status(statuses[std::min<std::size_t>(n++, statuses.size() - 1)]);
    });
}

/// Options with something wrong in them, and how the complaint begins.
struct bad_option {
    const char* complaint;
    std::function<void(deployments_options&)> spoil;
};

const bad_option bad_options[] = {
    {"deployments_options::project_id: ", [](auto& o) { o.project_id.clear(); }},
    {"deployments_options::project_id: ", [](auto& o) { o.project_id = ".."; }},
    {"deployments_options::api_key: ", [](auto& o) { o.api_key = {}; }},
    {"deployments_options::api_key: ", [](auto& o) { o.api_key = cojob::secret("mint_key\n"); }},
    {"deployments_options::base_url: ", [](auto& o) { o.base_url = "http://api.mintlify.com"; }},
    {"deployments_options::base_url: ", [](auto& o) { o.base_url = "https://api.mintlify.com/v1"; }},
    {"deployments_options::base_url: ", [](auto& o) { o.base_url = "https://api.mintlify.com/v1/project"; }},
    {"deployments_options::base_url: ", [](auto& o) { o.base_url = "https://x.example/v1/project/update/docs"; }},
    {"deployments_options::base_url: ", [](auto& o) { o.base_url = "https://x.example/v1/project/preview"; }},
    {"quota_options::window: ", [](auto& o) { o.update_quota.window = 0s; }},
    {"quota_options::max_wait: ", [](auto& o) { o.preview_quota.max_wait = 0s; }},
};

} // namespace deployments_tests

BOOST_AUTO_TEST_SUITE(a_service_of_deployments)

using namespace deployments_tests;

BOOST_AUTO_TEST_CASE(queues_an_update_with_one_post_without_a_body)
{
    deployments_bench b(queued);
    const auto receipt = b.start(b.service.update()).get().value();
    BOOST_TEST(receipt.id == "d1");
    BOOST_TEST(receipt.preview_url.empty());
    BOOST_TEST(b.last() == "POST /v1/project/update/docs");
    const auto& sent = b.transport->requests().front();
    BOOST_TEST(cojob::http::find_header(sent.headers, "Content-Type").has_value() == false);
}

BOOST_AUTO_TEST_CASE(queues_a_preview_of_a_branch)
{
    deployments_bench b({202, R"({"statusId":"d2","previewUrl":"https://docs-fix.example.com"})"});
    const auto receipt = b.start(b.service.preview("docs/fix \"1\"")).get().value();
    BOOST_TEST(receipt.id == "d2");
    BOOST_TEST(receipt.preview_url == "https://docs-fix.example.com");
    BOOST_TEST(b.last() == R"(POST /v1/project/preview/docs {"branch":"docs/fix \"1\""})");
}

BOOST_AUTO_TEST_CASE(asks_for_a_deployment_with_one_get)
{
    deployments_bench b({200, R"({"_id":"a/b","status":"queued"})"});
    BOOST_TEST(b.start(b.service.get_job("a/b")).get().value().id == "a/b");
    BOOST_TEST(b.last() == "GET /v1/project/update-status/a%2Fb");
}

BOOST_AUTO_TEST_CASE(triggers_a_workflow_and_returns_what_the_vendor_tells_of_its_run)
{
    deployments_bench b({202, R"({"schemaId":"w 1","instanceId":"r1","jobId":"j1"})"});
    const auto run = b.start(b.service.trigger_workflow("w 1")).get().value();
    BOOST_TEST(run.instance_id == "r1");
    BOOST_TEST(run.workflow_id == "w 1");
    BOOST_TEST(run.job_id == "j1");
    BOOST_TEST(b.last() == "POST /v1/workflow/docs/w%201/trigger");

    for (const auto* body : {"{}", ""}) {
        deployments_bench silent({202, body});
        BOOST_TEST(silent.start(silent.service.trigger_workflow("w1")).get().value().instance_id == "");
    }
}

BOOST_AUTO_TEST_CASE(waits_from_the_receipt_to_the_end_at_its_pace)
{
    auto b = life({"queued", "in_progress", "success"});
    const auto receipt = b.start(b.service.update()).get().value();
    const auto wait = b.start(cojob::wait_for_job(b.service, receipt.id));
    BOOST_TEST(b.until_done(wait) >= 15.0); // the first poll after five seconds: the client remembers
    BOOST_TEST(wait.get().value().status == deployment_status::success);
    BOOST_TEST(b.transport->requests().size() == 4U);
}

BOOST_AUTO_TEST_CASE(returns_a_deployment_that_failed)
{
    auto b = life({"failure"});
    const auto wait = b.start(cojob::wait_for_job(b.service, "d1"));
    BOOST_TEST(wait.get().value().status == deployment_status::failure);
}

BOOST_AUTO_TEST_CASE(is_watched_from_change_to_change)
{
    auto b = life({"queued", "queued", "in_progress", "success"});
    auto watch = cojob::watch_job(b.service, "d1");
    std::string seen;
    for (int changes = 0; changes < 3; ++changes) {
        const auto next = b.start(watch.next());
        b.until_done(next);
        seen += next.get().value()->status_text + ' ';
    }
    BOOST_TEST(seen == "queued in_progress success ");
}

BOOST_AUTO_TEST_CASE(gives_a_handle_with_which_another_process_waits)
{
    auto b = life({"success"});
    const auto receipt = b.start(b.service.update()).get().value();
    const auto handle = b.service.handle(receipt);
    BOOST_TEST(handle.api == "mintlify.deployments");
    BOOST_TEST(handle.scope == "https://api.mintlify.com/docs");
    BOOST_TEST(handle.created_at.has_value());
    const auto wait = b.start(cojob::wait_for_job(b.service, cojob::parse_job_handle(cojob::to_string(handle))));
    BOOST_CHECK(b.service.handle(wait.get().value()) == handle);
    auto other = tests::deployments_options("other");
    const auto refused = b.start(cojob::wait_for_job(deployments(b.agent.get_client(), other), handle));
    BOOST_TEST(refused.code() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(keeps_the_id_of_a_deployment_whose_receipt_is_not_what_it_should_be)
{
    for (const std::string body : {R"({"statusId":"d1","previewUrl":)", R"({"statusId":"d1"}})"}) {
        BOOST_TEST_CONTEXT(body)
        {
            deployments_bench b({202, body});
            const auto failure = b.start(b.service.update()).error();
            BOOST_TEST(failure.code() == errc::invalid_response);
            BOOST_TEST(failure.job_id == "d1");
            BOOST_TEST(b.service.handle(deployment_receipt{"d1"}).created_at.has_value());
        }
    }
    deployments_bench nameless({202, R"({"id":"d1","statusId":""})"});
    const auto failure = nameless.start(nameless.service.update()).error();
    BOOST_TEST(failure.message == "statusId: expected an id");
    BOOST_TEST(failure.job_id.empty());
}

BOOST_AUTO_TEST_CASE(is_told_of_a_plan_without_previews_by_the_servers_words)
{
    deployments_bench b({403, R"({"error":"Preview deployments are not available on your current plan."})"});
    const auto failure = b.start(b.service.preview("fix")).error();
    BOOST_TEST(failure.code() == errc::forbidden);
    BOOST_TEST(failure.server_message == "Preview deployments are not available on your current plan.");
}

BOOST_AUTO_TEST_CASE(never_sends_a_post_twice_that_may_have_arrived)
{
    deployments_bench b([](const auto&) { return reply(errc::connection_lost, cojob::phase::awaiting_response); },
                        cojob::client_options());
    BOOST_TEST(b.start(b.service.update()).code() == errc::outcome_unknown);
    BOOST_TEST(b.start(b.service.preview("fix")).code() == errc::outcome_unknown);
    BOOST_TEST(b.start(b.service.trigger_workflow("w1")).code() == errc::outcome_unknown);
    BOOST_TEST(b.transport->requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(refuses_bad_options_and_names_them)
{
    deployments_bench b(queued);
    for (const auto& [complaint, spoil] : bad_options) {
        auto o = tests::deployments_options();
        spoil(o);
        const auto is_expected = [&, expected = complaint](const cojob::api_error& e) {
            return e.info().message.starts_with(expected) && e.info().code() == errc::invalid_argument;
        };
        BOOST_TEST_CONTEXT(complaint << o.base_url)
        {
            BOOST_CHECK_EXCEPTION(deployments(b.make_client({}), o), cojob::api_error, is_expected);
        }
    }
    BOOST_TEST(b.transport->requests().empty());
}

BOOST_AUTO_TEST_CASE(refuses_bad_arguments_when_awaited_and_before_any_request)
{
    deployments_bench b(queued);
    const auto refuses = [&](auto operation, std::string_view complaint) {
        const auto failure = b.start(std::move(operation)).error();
        BOOST_TEST(failure.code() == errc::invalid_argument);
        BOOST_TEST(failure.message.starts_with(complaint));
    };
    for (const std::string id : {"", ".", "..", "a\nb", "\x80"}) {
        refuses(b.service.get_job(id), "id: ");
        refuses(b.service.trigger_workflow(id), "workflow_id: ");
    }
    for (const std::string branch : {"", "\x80"})
        refuses(b.service.preview(branch), "branch: ");
    BOOST_TEST(b.transport->requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()
