#include "support/scripted_jobs.hpp"

#include <cojob/job/wait.hpp>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace osapi_create_tests {

namespace json = boost::json;
using cojob::errc;
using cojob::osapi::job_status;
using cojob::osapi::jobs;
using cojob::osapi::node_operation;
using tests::always;
using tests::scripted_jobs;
using reply = cojob::testing::scripted_reply;

const std::string receipt =
    R"({"job_id":"new","results":[{"hostname":"web-1","status":"ok","stdout":"up 3 days\n","exit_code":0}]})";

node_operation uptime(const std::string& target = "web-1")
{
    return {target, {"command", "exec"}, {{"command", "uptime"}}};
}

/// An operation with something wrong in it, and how the complaint begins.
struct bad_operation {
    const char* complaint;
    std::function<void(node_operation&)> spoil;
};

const bad_operation bad_operations[] = {
    {"node_operation::target: ", [](auto& o) { o.target.clear(); }},
    {"node_operation::target: ", [](auto& o) { o.target = ".."; }},
    {"node_operation::path: must not be empty", [](auto& o) { o.path.clear(); }},
    {"node_operation::path: ", [](auto& o) { o.path = {"command", "a\nb"}; }},
    {"node_operation::path: ", [](auto& o) { o.path = {"..", "job"}; }},
    {"node_operation::method: ", [](auto& o) { o.method = "PATCH"; }},
    {"node_operation::method: ", [](auto& o) { o.method = "post"; }},
};

} // namespace osapi_create_tests

BOOST_AUTO_TEST_SUITE(an_operation_on_osapi_nodes)

using namespace osapi_create_tests;

BOOST_AUTO_TEST_CASE(is_one_request_that_returns_the_jobs_id_and_what_the_agents_answered)
{
    scripted_jobs b(always({202, receipt}));
    const auto made = b.start(b.service.create_job(uptime("group:web/1"))).get().value();
    BOOST_TEST(made.job_id == "new");
    BOOST_TEST(made.results.at(0).at("stdout").as_string() == "up 3 days\n");
    const auto& sent = b.sent().back();
    BOOST_TEST(sent.method == "POST");
    BOOST_TEST(sent.target == "/api/node/group%3Aweb%2F1/command/exec");
    BOOST_TEST(sent.body == R"({"command":"uptime"})");
}

BOOST_AUTO_TEST_CASE(may_have_another_method_another_path_and_no_body)
{
    auto options = tests::osapi_options();
    options.node_path = "/node/";
    scripted_jobs b(always({200, receipt}), tests::one_attempt(), options);
    node_operation operation("_all", {"network", "dns", "eth0"});
    operation.method = "GET";
    b.start(b.service.create_job(operation)).get().value();
    BOOST_TEST(b.sent().back().method == "GET");
    BOOST_TEST(b.sent().back().target == "/node/_all/network/dns/eth0");
    BOOST_TEST(b.sent().back().body.empty());
}

BOOST_AUTO_TEST_CASE(is_waited_for_in_the_same_coroutine)
{
    scripted_jobs b([n = 0](const cojob::http::request& r) mutable {
        return r.method == "POST"
                   ? reply(202, receipt)
                   : reply(200, tests::osapi_job_json("new", ++n < 3 ? "processing" : "completed", R"(,"result":7)"));
    });
    const auto run = [](jobs service) -> boost::asio::awaitable<cojob::osapi::job> {
        const auto operation = uptime();
        const auto made = co_await service.create_job(operation);
        co_return co_await cojob::wait_for_job(service, made.job_id);
    };
    const auto ended = b.start(run(b.service));
    b.until_done(ended);
    BOOST_TEST(ended.get().value().status == job_status::completed);
    BOOST_TEST(ended.get().value().result == 7);
    BOOST_TEST(b.count("POST") == 1U);
    BOOST_TEST(b.service.handle(ended.get().value()).created_at.has_value());
}

BOOST_AUTO_TEST_CASE(is_sent_once_unless_it_only_reads)
{
    for (const auto& [method, code, attempts] :
         {std::tuple("POST", errc::outcome_unknown, 1U), std::tuple("PUT", errc::outcome_unknown, 1U),
          std::tuple("DELETE", errc::outcome_unknown, 1U), std::tuple("GET", errc::connection_lost, 4U)}) {
        BOOST_TEST_CONTEXT(method)
        {
            scripted_jobs b(always(reply(errc::connection_lost, cojob::phase::awaiting_response)),
                            cojob::client_options());
            auto operation = uptime();
            operation.method = method;
            const auto call = b.start(b.service.create_job(operation));
            b.until_done(call);
            BOOST_TEST(call.code() == code);
            BOOST_TEST(b.sent().size() == attempts);
        }
    }
}

BOOST_AUTO_TEST_CASE(whose_agents_take_too_long_may_have_been_created)
{
    scripted_jobs b(always({500, R"({"error":"timeout waiting for job response"})"}), cojob::client_options());
    const auto failure = b.start(b.service.create_job(uptime())).error();
    BOOST_TEST(failure.code() == errc::outcome_unknown);
    BOOST_TEST(failure.server_message == "timeout waiting for job response");
    BOOST_TEST(b.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(keeps_the_id_of_a_job_whose_receipt_is_not_what_it_should_be)
{
    scripted_jobs b(always({202, R"({"job_id":"new","results":[)"}));
    const auto failure = b.start(b.service.create_job(uptime())).error();
    BOOST_TEST(failure.code() == errc::invalid_response);
    BOOST_TEST(failure.job_id == "new");
    cojob::osapi::job made;
    made.id = "new";
    BOOST_TEST(b.service.handle(made).created_at.has_value());
    scripted_jobs without(always({202, R"({"results":[]})"}));
    BOOST_TEST(without.start(without.service.create_job(uptime())).error().message == "job_id: missing");
    scripted_jobs only_id(always({202, R"({"job_id":"new","results":7})"}));
    BOOST_TEST(only_id.start(only_id.service.create_job(uptime())).get().value().job_id == "new");
}

BOOST_AUTO_TEST_CASE(is_refused_when_awaited_and_before_any_request_if_it_is_invalid)
{
    scripted_jobs b(always({202, receipt}));
    for (const auto& [complaint, spoil] : bad_operations) {
        auto operation = uptime();
        spoil(operation);
        const auto failure = b.start(b.service.create_job(operation)).error();
        BOOST_TEST(failure.code() == errc::invalid_argument);
        BOOST_TEST(failure.message.starts_with(complaint));
    }
    BOOST_TEST(b.sent().empty());
    for (const auto& [path, url] : {std::pair("node", ""), std::pair("", ""), std::pair("/api/../node", ""),
                                    std::pair("/api/node", "http://127.0.0.1:8080/api/node")}) {
        auto options = tests::osapi_options();
        options.node_path = path;
        if (*url)
            options.base_url = url;
        BOOST_CHECK_THROW(jobs(b.agent.get_client(), options), cojob::api_error);
    }
}

BOOST_AUTO_TEST_SUITE_END()
