#include "support/mock_jobs.hpp"
#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <cojob/impl/internal/http/render.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/version.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace osapi_tests {

using cojob::errc;
using cojob::osapi::job_status;
using cojob::osapi::jobs;
using cojob::osapi::list_query;
using cojob::testing::scripted_reply;
using tests::mock_jobs;
using tests::osapi_options;
using tests::scripted_jobs;
namespace recorded = tests::recorded;

const std::string id = "5d2abc12-3f3e-4ac2-9908-07247d2be599";

cojob::http::request sent_by(const recorded::answer& answer, auto call,
                             const cojob::osapi::jobs_options& options = osapi_options())
{
    scripted_jobs bench(tests::always(answer.reply()), tests::one_attempt(), options);
    const auto ended = bench.start(call(bench.service));
    BOOST_TEST((!ended.code() || ended.code() == errc::invalid_response)); // it is about one job, whoever is asked for
    BOOST_REQUIRE_EQUAL(bench.sent().size(), 1U + bench.count("POST"));    // a retry looks at the old job first
    return bench.sent().back();
}

const auto get = [](const jobs& j) { return j.get_job(id); };

/// All operations; what they end with.
using call_type = std::function<cojob::error_info(scripted_jobs&)>;

const std::vector<std::pair<std::string, call_type>> calls{
    {"list_jobs", [](scripted_jobs& b) { return b.start(b.service.list_jobs()).error(); }},
    {"all_jobs",
     [](scripted_jobs& b) {
         auto pages = b.service.all_jobs();
         return b.start(pages.next()).error();
     }},
    {"list_unfinished", [](scripted_jobs& b) { return b.start(b.service.list_unfinished()).error(); }},
    {"get_job", [](scripted_jobs& b) { return b.start(b.service.get_job(id)).error(); }},
    {"delete_job", [](scripted_jobs& b) { return b.start(b.service.delete_job(id)).error(); }},
    {"retry_job", [](scripted_jobs& b) { return b.start(b.service.retry_job(id)).error(); }}};

std::string head(const std::string& first_line)
{
    return first_line + " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer osapi_token_of_the_tests\r\n" +
           "User-Agent: cojob/" + std::string(cojob::version()) +
           "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n";
}

} // namespace osapi_tests

BOOST_AUTO_TEST_SUITE(osapi_jobs)

using namespace osapi_tests;

BOOST_AUTO_TEST_CASE(are_asked_for_page_by_page)
{
    const std::vector<std::pair<list_query, std::string>> rows{
        {{}, "?limit=10&offset=0"},
        {{.limit = 1}, "?limit=1&offset=0"},
        {{.limit = 100, .offset = 2147483647}, "?limit=100&offset=2147483647"},
        {{.status = job_status::submitted}, "?status=submitted&limit=10&offset=0"},
        {{.status = job_status::processing, .limit = 3, .offset = 4}, "?status=processing&limit=3&offset=4"},
        {{.status = job_status::completed}, "?status=completed&limit=10&offset=0"},
        {{.status = job_status::failed}, "?status=failed&limit=10&offset=0"},
        {{.status = job_status::partial_failure}, "?status=partial_failure&limit=10&offset=0"}};
    for (const auto& [query, target] : rows) {
        const auto request = sent_by(recorded::list, [q = query](const jobs& j) { return j.list_jobs(q); });
        BOOST_TEST(request.method == "GET");
        BOOST_TEST(request.target == "/api/job" + target);
    }
    BOOST_TEST(sent_by(recorded::list, [](const jobs& j) { return j.list_unfinished(); }).target ==
               "/api/job?status=processing&limit=100&offset=0");
}

BOOST_AUTO_TEST_CASE(are_asked_for_deleted_and_retried_with_one_request)
{
    BOOST_TEST(cojob::detail::render(sent_by(recorded::job_completed, get)) == head("GET /api/job/" + id) + "\r\n");
    const recorded::answer deleted{204, "r", "Sun, 22 Nov 2026 00:28:16 GMT", ""};
    BOOST_TEST(cojob::detail::render(sent_by(deleted, [](const jobs& j) { return j.delete_job(id); })) ==
               head("DELETE /api/job/" + id) + "\r\n");
    BOOST_TEST(cojob::detail::render(sent_by(recorded::retry_nobody, [](const jobs& j) { return j.retry_job(id); })) ==
               head("POST /api/job/" + id + "/retry") + "Content-Length: 0\r\n\r\n");
    BOOST_TEST(cojob::detail::render(
                   sent_by(recorded::retry_nobody, [](const jobs& j) { return j.retry_job(id, "web \"1\""); })) ==
               head("POST /api/job/" + id + "/retry") + "Content-Type: application/json\r\nContent-Length: 31\r\n\r\n" +
                   R"({"target_hostname":"web \"1\""})");
}

BOOST_AUTO_TEST_CASE(are_where_base_url_and_base_path_say)
{
    struct row {
        const char *url, *path, *target, *scope;
    };
    for (const auto& [url, path, target, scope] :
         {row{"http://127.0.0.1:8080", "/job", "/job/", "http://127.0.0.1:8080/job"},
          row{"http://127.0.0.1:8080/", "/api/job/", "/api/job/", "http://127.0.0.1:8080/api/job"},
          row{"https://OSAPI.example:443/gate", "/api/job", "/gate/api/job/", "https://osapi.example/gate/api/job"},
          row{"https://osapi.example", "/gate/api/job", "/gate/api/job/", "https://osapi.example/gate/api/job"},
          row{"https://osapi.example", "/a b/ü", "/a%20b/%C3%BC/", "https://osapi.example/a%20b/%C3%BC"}}) {
        BOOST_TEST_CONTEXT(url << path)
        {
            auto o = osapi_options();
            o.base_url = url;
            o.base_path = path;
            BOOST_TEST(sent_by(recorded::job_completed, get, o).target == target + id);
            scripted_jobs bench(tests::always(recorded::job_completed.reply()), tests::one_attempt(), o);
            BOOST_TEST(bench.service.scope() == scope);
        }
    }
}

BOOST_AUTO_TEST_CASE(make_one_path_segment_of_any_id)
{
    const std::vector<std::pair<std::string, std::string>> rows{
        {"a/b", "a%2Fb"}, {"../../admin", "..%2F..%2Fadmin"}, {"a?b#c", "a%3Fb%23c"}, {"%2e", "%252e"}};
    for (const auto& [odd, encoded] : rows) {
        const auto one = [o = odd](const jobs& j) { return j.get_job(o); };
        const auto again = [o = odd](const jobs& j) { return j.retry_job(o); };
        BOOST_TEST(sent_by(recorded::job_completed, one).target == "/api/job/" + encoded);
        BOOST_TEST(sent_by(recorded::retry_nobody, again).target == "/api/job/" + encoded + "/retry");
    }
}

BOOST_AUTO_TEST_CASE(tell_what_was_refused_whichever_shape_the_error_has)
{
    struct row {
        recorded::answer answer;
        errc code;
        std::string words;
    };
    const std::vector<row> rows{
        {recorded::bad_limit_str, errc::rejected,
         "Invalid format for parameter limit: error binding string parameter: strconv.ParseInt: parsing \"abc\": "
         "invalid syntax"},
        {recorded::bad_limit0, errc::rejected,
         "Key: 'GetJobsParams.Limit' Error:Field validation for 'Limit' failed on the 'min' tag"},
        {recorded::bad_limit101, errc::rejected,
         "Key: 'GetJobsParams.Limit' Error:Field validation for 'Limit' failed on the 'max' tag"},
        {recorded::bad_status, errc::rejected,
         "Key: 'GetJobsParams.Status' Error:Field validation for 'Status' failed on the 'oneof' tag"},
        {recorded::bad_uuid, errc::rejected,
         "Invalid format for parameter id: error unmarshaling 'not-a-uuid' text as *uuid.UUID: invalid UUID length: "
         "10"},
        {recorded::del_404, errc::not_found, "job not found: 00000000-0000-4000-8000-000000000000"},
        {recorded::noauth, errc::unauthorized, "Bearer token required"},
        {recorded::expired, errc::unauthorized, "Invalid token: token is expired by 1h0m43.09119669s"},
        {recorded::oldpath, errc::not_found, "Not Found"}};
    for (const auto& [name, call] : calls)
        for (const auto& [answer, code, words] : rows)
            BOOST_TEST_CONTEXT(name << ' ' << words)
            {
                scripted_jobs bench(tests::always(answer.reply()));
                const auto failure = call(bench);
                BOOST_TEST(failure.code() == make_error_code(code));
                BOOST_TEST(failure.http_status == answer.status);
                BOOST_TEST(failure.server_message == words);
                BOOST_TEST(failure.request_id == answer.request_id);
                BOOST_TEST(failure.job_id == (name.ends_with("_job") ? id : ""));
                BOOST_TEST(bench.sent().size() == (name == "retry_job" ? 2U : 1U));
            }
    scripted_jobs bench(tests::always(recorded::read_delete.reply()));
    const auto forbidden = bench.start(bench.service.delete_job(id)).error();
    BOOST_TEST(forbidden.code() == make_error_code(errc::forbidden));
    BOOST_TEST(forbidden.server_message.starts_with("Insufficient permissions. Required: [job:write], resolved: map["));
}

BOOST_AUTO_TEST_CASE(tell_the_request_id_of_an_answer_that_does_not_decode)
{
    for (const auto& [name, call] : calls) {
        if (name == "delete_job") // its answer has nothing to decode
            continue;
        BOOST_TEST_CONTEXT(name)
        {
            scripted_jobs bench(tests::always({200, "[]", {{"X-Request-Id", "r-7"}}}));
            const auto failure = call(bench);
            BOOST_TEST(failure.code() == make_error_code(errc::invalid_response));
            BOOST_TEST(failure.message == "body: expected an object");
            BOOST_TEST(failure.request_id == "r-7");
            BOOST_TEST(failure.http_status == 200);
            BOOST_TEST(failure.attempts.size() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(of_a_service_with_another_client_are_the_same)
{
    scripted_jobs first(tests::always(recorded::job_completed.reply()));
    scripted_jobs second(tests::always(recorded::job_completed.reply()));
    const auto moved = first.service.with(second.agent.get_client());
    BOOST_CHECK(moved.get_client() == second.agent.get_client());
    BOOST_CHECK(!(moved == first.service));
    BOOST_CHECK(first.service.with(first.service.get_client().with_timeout(std::chrono::seconds(1))) == first.service);
    BOOST_TEST(second.start(moved.get_job(id)).get().value().id == id);
    BOOST_TEST(first.sent().empty());
    const jobs twin(first.agent.get_client(), osapi_options());
    BOOST_CHECK(!(twin == first.service)); // its token may be another
}

BOOST_AUTO_TEST_CASE(may_outlive_their_service_while_a_call_runs)
{
    scripted_jobs bench(tests::always(recorded::job_completed.reply()));
    std::optional<jobs> passing(bench.service);
    auto pending = passing->get_job(id);
    auto pages = passing->all_jobs();
    passing.reset();
    BOOST_TEST(bench.start(std::move(pending)).get().value().id == id);
    BOOST_TEST(bench.start(pages.next()).code() == make_error_code(errc::invalid_response)); // a job is no page
}

BOOST_AUTO_TEST_CASE(of_a_server_of_today_are_listed_shown_retried_and_deleted)
{
    mock_jobs host;
    const auto done = host.server.add_osapi_job({{"completed"}});
    const auto busy = host.server.add_osapi_job({{"processing"}});
    const auto page = host.run(host.service.list_jobs());
    BOOST_TEST(page.get().value().total_items == 2);
    BOOST_TEST(page.get().value().items.size() == 2U);
    BOOST_TEST(page.get().value().status_counts.at("processing") == 1);
    const auto shown = host.run(host.service.get_job(done));
    BOOST_CHECK(shown.get().value().status == job_status::completed);
    BOOST_TEST(shown.get().value().responses.at("osapi-test").changed.value());
    const auto again = host.run(host.service.retry_job(done, "osapi-test"));
    BOOST_TEST(again.get().value().status == "created");
    BOOST_CHECK(host.run(host.service.get_job(again.get().value().job_id)).get().value().status ==
                job_status::submitted);
    BOOST_TEST(!host.run(host.service.delete_job(busy)).code());
    BOOST_TEST(host.run(host.service.delete_job(busy)).code() == make_error_code(errc::not_found));
    BOOST_TEST(host.run(host.service.get_job(busy)).code() == make_error_code(errc::not_found));
}

BOOST_AUTO_TEST_CASE(of_an_older_server_are_found_by_its_path_only)
{
    auto older = tests::plain_http();
    older.osapi_path = "/job";
    mock_jobs host(older);
    const auto made = host.server.add_osapi_job({{"completed"}});
    BOOST_TEST(host.run(host.service.get_job(made)).get().value().id == made);
    auto o = host.server.jobs_options();
    o.base_path = "/api/job";
    const auto missed = host.run(jobs(host.client(), o).get_job(made)).error();
    BOOST_TEST(missed.code() == make_error_code(errc::not_found));
    BOOST_TEST(missed.server_message == "Not Found");
}

BOOST_AUTO_TEST_CASE(tell_the_callers_own_request_id)
{
    auto options = tests::one_attempt();
    options.header_hook = [](const cojob::attempt_event&) {
        return cojob::http::header_list{{"X-Request-Id", "mine-1"}};
    };
    mock_jobs host(tests::plain_http(), options);
    BOOST_TEST(host.run(host.service.get_job(id)).error().request_id == "mine-1");
}

BOOST_AUTO_TEST_SUITE_END()
