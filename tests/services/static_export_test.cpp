#include "support/export_bench.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <utility>

namespace static_export_tests {

namespace json = boost::json;
using cojob::errc;
using cojob::mintlify::export_job;
using cojob::mintlify::export_job_status;
using cojob::mintlify::export_request;
using cojob::mintlify::static_export;
using cojob::mintlify::static_export_options;
using tests::export_answer;
using tests::export_bench;
using tests::export_sample;
using reply = cojob::testing::scripted_reply;

static_assert(cojob::creating_job_api<static_export>);

/// A request with something wrong in it, and how the complaint begins.
struct bad_request {
    const char* complaint;
    std::function<void(export_request&)> spoil;
};

const bad_request bad_requests[] = {
    {"export_request::domain: must not be empty", [](auto& r) { r.domain.clear(); }},
    {"export_request::domain: must be valid UTF-8", [](auto& r) { r.domain = "\x80"; }},
    {"export_request::domain: must be a host name", [](auto& r) { r.domain = "https://docs.example.com"; }},
    {"export_request::domain: must be a host name", [](auto& r) { r.domain = "docs.example.com/"; }},
    {"export_request::domain: must be a host name", [](auto& r) { r.domain = "example.com/docs"; }},
    {"export_request::version: must be valid UTF-8", [](auto& r) { r.version = "\x80"; }},
    {"export_request::paths: must not be empty", [](auto& r) { r.paths = {"index", ""}; }},
    {"export_request::paths: must be valid UTF-8", [](auto& r) { r.paths = {"\x80"}; }},
};

} // namespace static_export_tests

BOOST_AUTO_TEST_SUITE(a_service_of_static_exports)

using namespace static_export_tests;

BOOST_AUTO_TEST_CASE(creates_an_export_with_one_post)
{
    export_bench b(export_answer(export_sample("queued"), 202));
    BOOST_TEST(b.start(b.service.create_job("docs.example.com")).get().value().id == "se_1");
    BOOST_TEST(b.last() == R"(POST /v1/static-export/jobs {"domain":"docs.example.com"})");
    export_request some("docs.example.com");
    some.version = "2026-01";
    some.paths = {"index", "guides/start"};
    b.start(b.service.create_job(some)).get().value();
    BOOST_TEST(b.last() == R"(POST /v1/static-export/jobs {"domain":"docs.example.com","version":"2026-01",)"
                           R"("paths":["index","guides/start"]})");
}

BOOST_AUTO_TEST_CASE(runs_an_export_from_its_creation_to_its_end)
{
    export_bench b([n = 0](const cojob::http::request& r) mutable {
        const char* statuses[] = {"queued", "running", "running", "completed"};
        return export_answer(export_sample(statuses[n++]), r.method == "POST" ? 202 : 200);
    });
    const auto run = b.start(cojob::run_job(b.service, "docs.example.com"));
    BOOST_TEST(b.until_done(run) >= 15.0);
    BOOST_TEST(run.get().value().status == export_job_status::completed);
    BOOST_TEST(b.service.handle(run.get().value()).created_at.has_value());
}

BOOST_AUTO_TEST_CASE(is_watched_by_its_progress)
{
    export_bench b([n = 0](const cojob::http::request&) mutable {
        auto body = export_sample(n < 2 ? "running" : "completed");
        body["progress"] = 50 * n++;
        return export_answer(body);
    });
    auto watch = cojob::watch_job(b.service, "se_1");
    double seen = 0;
    for (int changes = 0; changes < 3; ++changes) {
        const auto next = b.start(watch.next());
        b.until_done(next);
        seen += *next.get().value()->progress;
    }
    BOOST_TEST(seen == 150.0);
}

BOOST_AUTO_TEST_CASE(packs_an_export_and_repeats_that_when_the_answer_is_lost)
{
    export_bench b(
        [n = 0](const cojob::http::request&) mutable {
            return n++ == 0 ? reply(errc::connection_lost, cojob::phase::awaiting_response)
                            : export_answer({{"jobId", "se_1"},
                                             {"bundleUrl", "https://s3.example/se_1?signature=1"},
                                             {"sizeBytes", 18432000},
                                             {"expiresAt", "2026-01-02T04:00:00Z"}});
        },
        cojob::client_options());
    const auto call = b.start(b.service.create_bundle("se_1"));
    b.until_done(call);
    const auto bundle = call.get().value();
    BOOST_TEST(b.last() == "POST /v1/static-export/jobs/se_1/bundle");
    BOOST_TEST(b.transport->requests().size() == 2U);
    BOOST_TEST(bundle.job_id == "se_1");
    BOOST_TEST(bundle.url == "https://s3.example/se_1?signature=1");
    BOOST_TEST(bundle.size_bytes.value() == 18432000);
    BOOST_TEST(cojob::to_string(bundle.expires_at.value()) == "2026-01-02T04:00:00Z");
}

BOOST_AUTO_TEST_CASE(does_not_take_what_is_no_bundle_of_this_export)
{
    const std::pair<const char*, json::object> table[] = {
        {"bundleUrl: missing", {{"jobId", "se_1"}}},
        {"bundleUrl: expected a URL", {{"jobId", "se_1"}, {"bundleUrl", ""}}},
        {"jobId: missing", {{"bundleUrl", "https://s3.example"}}},
        {"jobId: not the requested job", {{"jobId", "se_2"}, {"bundleUrl", "https://s3.example"}}}};
    for (const auto& [complaint, body] : table) {
        export_bench b(export_answer(body));
        const auto failure = b.start(b.service.create_bundle("se_1")).error();
        BOOST_TEST(failure.code() == errc::invalid_response);
        BOOST_TEST(failure.message == complaint);
        BOOST_TEST(failure.job_id == "se_1");
    }
}

BOOST_AUTO_TEST_CASE(says_conflict_when_an_export_is_packed_too_early)
{
    export_bench b(export_answer({{"error", "The job has not finished yet"}}, 409), cojob::client_options());
    const auto failure = b.start(b.service.create_bundle("se_1")).error();
    BOOST_TEST(failure.code() == errc::conflict);
    BOOST_TEST(failure.server_message == "The job has not finished yet");
    BOOST_TEST(b.transport->requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(keeps_the_id_of_an_export_whose_answer_is_not_what_it_should_be)
{
    export_bench b({202, R"({"jobId":"se_1","status":)"});
    const auto failure = b.start(b.service.create_job("docs.example.com")).error();
    BOOST_TEST(failure.code() == errc::invalid_response);
    BOOST_TEST(failure.job_id == "se_1");
    export_job made;
    made.id = "se_1";
    BOOST_TEST(b.service.handle(made).created_at.has_value());
    export_bench only_id({202, R"({"jobId":"se_2"})"});
    BOOST_TEST(only_id.start(only_id.service.create_job("docs.example.com")).get().value().id == "se_2");
}

BOOST_AUTO_TEST_CASE(has_a_quota_only_if_it_is_given_one)
{
    export_bench b(export_answer(export_sample(), 202));
    for (int n = 0; n < 200; ++n)
        b.start(b.service.create_job("docs.example.com")).get().value();
    auto o = tests::static_export_options();
    o.quota.limit = 2;
    o.quota.on_exhausted = cojob::when_exhausted::fail;
    const static_export limited(b.agent.get_client(), o);
    for (int n = 0; n < 2; ++n)
        b.start(limited.create_job("docs.example.com")).get().value();
    BOOST_TEST(b.start(limited.create_job("docs.example.com")).code() == errc::quota_exhausted);
}

BOOST_AUTO_TEST_CASE(refuses_bad_arguments_when_awaited_and_before_any_request)
{
    export_bench b(export_answer(export_sample()));
    for (const auto& [complaint, spoil] : bad_requests) {
        export_request request("docs.example.com");
        spoil(request);
        const auto failure = b.start(b.service.create_job(request)).error();
        BOOST_TEST(failure.code() == errc::invalid_argument);
        BOOST_TEST(failure.message.starts_with(complaint));
    }
    for (const std::string id : {"", "..", "a\nb"}) {
        BOOST_TEST(b.start(b.service.get_job(id)).error().message.starts_with("id: "));
        BOOST_TEST(b.start(b.service.create_bundle(id)).error().message.starts_with("id: "));
    }
    BOOST_TEST(b.transport->requests().empty());
    for (const auto* url :
         {"http://api.mintlify.com", "https://api.mintlify.com/v1", "https://x/v1/static-export/jobs"}) {
        auto o = tests::static_export_options();
        o.base_url = url;
        BOOST_CHECK_EXCEPTION(static_export(b.agent.get_client(), o), cojob::api_error, [](const auto& e) {
            return e.info().message.starts_with("static_export_options::base_url: ");
        });
    }
    BOOST_CHECK_THROW(static_export(b.agent.get_client(), static_export_options()), cojob::api_error);
}

BOOST_AUTO_TEST_SUITE_END()
