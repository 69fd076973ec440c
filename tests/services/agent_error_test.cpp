#include <cojob/mintlify/agent.hpp>

#include "support/agent_calls.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent_error_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_info;
using cojob::phase;
using cojob::testing::scripted_reply;
using tests::create_job;
using tests::get_job;
using tests::send_message;

error_info failure(tests::agent_call call, const scripted_reply& reply)
{
    tests::scripted_agent bench([&](const cojob::http::request&) { return reply; }, tests::one_attempt());
    return call(bench).error();
}

scripted_reply refusal(int status, cojob::http::header_list headers = {})
{
    return {status, R"({"error":"no"})", std::move(headers)};
}

/// A status, and what a GET and a POST make of it.
struct status_row {
    int status;
    errc get, post;
};

const status_row statuses[] = {
    {400, errc::rejected, errc::rejected},
    {401, errc::unauthorized, errc::unauthorized},
    {402, errc::rejected, errc::rejected},
    {403, errc::forbidden, errc::forbidden},
    {404, errc::not_found, errc::not_found},
    {405, errc::rejected, errc::rejected},
    {408, errc::rejected, errc::outcome_unknown},
    {409, errc::conflict, errc::conflict},
    {413, errc::rejected, errc::rejected},
    {415, errc::rejected, errc::rejected},
    {421, errc::rejected, errc::rejected},
    {422, errc::rejected, errc::rejected},
    {425, errc::rejected, errc::rejected},
    {429, errc::rate_limited, errc::rate_limited},
    {499, errc::rejected, errc::rejected},
    {500, errc::server_error, errc::outcome_unknown},
    {501, errc::server_error, errc::server_error},
    {502, errc::server_error, errc::outcome_unknown},
    {503, errc::server_error, errc::outcome_unknown},
    {504, errc::server_error, errc::outcome_unknown},
    {599, errc::server_error, errc::outcome_unknown},
    {101, errc::unexpected_status, errc::unexpected_status},
    {301, errc::unexpected_status, errc::unexpected_status},
    {304, errc::unexpected_status, errc::unexpected_status},
    {999, errc::unexpected_status, errc::unexpected_status},
};

const cojob::timestamp start = cojob::testing::manual_clock::default_start();

} // namespace agent_error_tests

BOOST_AUTO_TEST_SUITE(an_agents_error)

using namespace agent_error_tests;

BOOST_AUTO_TEST_CASE(has_the_code_of_the_status_and_says_which_request_it_was)
{
    for (const auto& row : statuses)
        BOOST_TEST_CONTEXT(row.status)
        {
            const auto got = failure(get_job, refusal(row.status, {{"x-request-id", "r-7"}}));
            BOOST_TEST(got.code() == make_error_code(row.get));
            BOOST_TEST(got.http_status == row.status);
            BOOST_TEST(got.method == "GET");
            BOOST_TEST(got.path == "/v2/agent/p/job/job_1");
            BOOST_TEST(got.job_id == "job_1");
            BOOST_TEST(got.request_id == "r-7");

            const auto created = failure(create_job, refusal(row.status));
            BOOST_TEST(created.code() == make_error_code(row.post));
            BOOST_TEST(created.http_status == row.status);
            BOOST_TEST(created.method == "POST");
            BOOST_TEST(created.path == "/v2/agent/p/job");
            BOOST_TEST(created.job_id == "");
            BOOST_TEST(created.request_id == "");

            const auto messaged = failure(send_message, refusal(row.status));
            BOOST_TEST(messaged.code() == make_error_code(row.post));
            BOOST_TEST(messaged.path == "/v2/agent/p/job/job_1/message");
            BOOST_TEST(messaged.job_id == "job_1");
        }
}

BOOST_AUTO_TEST_CASE(has_the_attempt_with_its_own_reason)
{
    const auto error = failure(create_job, refusal(502));
    BOOST_REQUIRE_EQUAL(error.attempts.size(), 1U);
    const auto& tried = error.attempts.front();
    BOOST_TEST(tried.ended == make_error_code(errc::server_error));
    BOOST_TEST(tried.status == 502);
    BOOST_CHECK(tried.reached == phase::done);
    BOOST_CHECK(tried.started == start);
}

BOOST_AUTO_TEST_CASE(of_the_transport_is_passed_on_unless_a_post_was_on_its_way)
{
    struct row {
        errc error;
        phase reached;
        bool is_ambiguous;
    };
    for (const auto& [error, reached, is_ambiguous] :
         {row{errc::connect_failed, phase::resolving, false}, row{errc::connect_failed, phase::connecting, false},
          row{errc::tls_failed, phase::handshaking, false}, row{errc::certificate_rejected, phase::handshaking, false},
          row{errc::connection_lost, phase::sending, true}, row{errc::connection_lost, phase::awaiting_response, true},
          row{errc::malformed_response, phase::receiving, true},
          row{errc::response_too_large, phase::receiving, true}}) {
        const auto posted = is_ambiguous ? errc::outcome_unknown : error;
        BOOST_TEST_CONTEXT(make_error_code(error).message() << " while " << to_string(reached))
        {
            BOOST_TEST(failure(get_job, {error, reached}).code() == make_error_code(error));
            BOOST_TEST(failure(create_job, {error, reached}).code() == make_error_code(posted));
            const auto messaged = failure(send_message, {error, reached});
            BOOST_TEST(messaged.code() == make_error_code(posted));
            BOOST_TEST(messaged.http_status == 0);
            BOOST_TEST(messaged.job_id == "job_1");
            BOOST_REQUIRE_EQUAL(messaged.attempts.size(), 1U);
            BOOST_TEST(messaged.attempts.front().ended == make_error_code(error));
        }
    }
}

BOOST_AUTO_TEST_CASE(keeps_the_servers_words_apart_from_its_own)
{
    struct row {
        std::string body, words;
    };
    for (const auto& [body, words] :
         std::vector<row>{{R"({"error":"Rate limit exceeded"})", "Rate limit exceeded"},
                          {R"({"error":{"code":7}})", R"({"error":{"code":7}})"},
                          {R"({"other":"words"})", R"({"other":"words"})"},
                          {"\xEF\xBB\xBF{\"error\":\"words\"}", "words"},
                          {"\xEF\xBB\xBFwords", "words"},
                          {R"({"error":"cut \ud83d"})", "cut \xEF\xBF\xBD"},
                          {R"({"other":"a\/b","number":0.10})", R"({"other":"a\/b","number":0.10})"},
                          {"Bad Gateway\r\n", "Bad Gateway\r\n"},
                          {"<html>503</html>", "<html>503</html>"},
                          {"\x1b[31mred\x01\xff", "\x1b[31mred\x01\xff"},
                          {"", ""},
                          {std::string(5000, 'x'), std::string(4096, 'x')},
                          {R"({"error":")" + std::string(5000, 'y') + R"("})", std::string(4096, 'y')}}) {
        const auto error = failure(get_job, {400, body, {}});
        BOOST_TEST(error.server_message == words);
        BOOST_TEST(std::string_view(cojob::api_error(error).what()) ==
                   "rejected (HTTP 400): GET /v2/agent/p/job/job_1");
    }
}

BOOST_AUTO_TEST_CASE(says_why_in_its_own_words_where_code_and_transport_do_not)
{
    using cojob::api_error;
    BOOST_TEST(api_error(failure(get_job, {301, "", {}})).what() ==
               std::string("unexpected status (HTTP 301): GET /v2/agent/p/job/job_1: redirects are not followed"));
    BOOST_TEST(api_error(failure(create_job, {502, "", {}})).what() ==
               std::string("outcome unknown (HTTP 502): POST /v2/agent/p/job: the response does not show whether the "
                           "server did the work"));
    BOOST_TEST(api_error(failure(create_job, {429, "", {{"Retry-After", "90"}}})).what() ==
               std::string("rate limited (HTTP 429): POST /v2/agent/p/job: try again at 2026-01-01T00:01:30Z"));
    BOOST_TEST(api_error(failure(create_job, {errc::connection_lost, phase::receiving})).what() ==
               std::string("outcome unknown: POST /v2/agent/p/job: connection lost"));
}

BOOST_AUTO_TEST_CASE(has_where_the_answer_pointed_and_when_it_said_to_come_back_but_not_in_what)
{
    const auto error = failure(get_job, {307,
                                         "",
                                         {{"Location", "https://me:pw@other.example/a?token=t#f"},
                                          {"Retry-After", "Thu, 01 Jan 2026 00:00:30 UTC"}}});
    BOOST_TEST(error.location == "https://other.example/a");
    BOOST_TEST(error.retry_after == "Thu, 01 Jan 2026 00:00:30 UTC");
    BOOST_TEST(to_string(error).find("example") == std::string::npos);
    BOOST_TEST(explain(error).find("; Location: https://other.example/a; Retry-After: Thu, 01 Jan") !=
               std::string::npos);
    const auto long_one = failure(get_job, {302, "", {{"Location", "/\x01" + std::string(9000, 'x')}}});
    BOOST_TEST(long_one.location.size() == 512U);
    BOOST_TEST(long_one.location.starts_with("/\\x01xx"));
}

BOOST_AUTO_TEST_CASE(keeps_no_more_of_the_servers_words_than_the_option_says)
{
    const auto answer = [](const cojob::http::request&) { return scripted_reply(500, "0123456789", {}); };
    auto options = tests::one_attempt();
    options.limits.error_text = 4;
    tests::scripted_agent bench(answer, options);
    BOOST_TEST(get_job(bench).error().server_message == "0123");
}

BOOST_AUTO_TEST_CASE(cuts_the_servers_words_between_two_characters)
{
    for (const auto& [limit, words] :
         {std::pair<std::size_t, std::string>{1, "a"}, {3, "a"}, {4, "a\xE2\x82\xAC"}, {5, "a\xE2\x82\xAC"}}) {
        const auto answer = [](const cojob::http::request&) {
            return scripted_reply(400, "a\xE2\x82\xAC\xC3\xA9", {});
        };
        auto options = tests::one_attempt();
        options.limits.error_text = limit;
        tests::scripted_agent bench(answer, options);
        BOOST_TEST(get_job(bench).error().server_message == words);
    }
}

BOOST_AUTO_TEST_CASE(bounds_the_request_id)
{
    BOOST_TEST(failure(get_job, refusal(500, {{"X-Request-Id", std::string(9000, 'r')}})).request_id.size() == 256U);
}

BOOST_AUTO_TEST_CASE(says_when_to_come_back)
{
    using cojob::http::header_list;
    struct row {
        header_list headers;
        std::optional<cojob::duration> hint;
    };
    for (const auto status : {429, 503})
        for (const auto& [headers, hint] : std::vector<row>{
                 {{{"Retry-After", "30"}}, 30s},
                 {{{"retry-after", "1.5"}}, 1500ms},
                 {{{"retry-after-ms", "250"}}, 250ms},
                 {{{"Date", "Fri, 02 Jan 2026 00:00:00 GMT"}, {"Retry-After", "Fri, 02 Jan 2026 00:01:00 GMT"}}, 60s},
                 {{{"RateLimit-Reset", "12"}}, 12s},
                 {{{"Retry-After", "soon"}}, std::nullopt},
                 {{{"Retry-After", "-5"}}, std::nullopt},
                 {{}, std::nullopt}}) {
            const auto expected = hint ? std::optional(start + *hint) : std::nullopt;
            BOOST_CHECK(failure(get_job, refusal(status, headers)).retry_at == expected);
            BOOST_CHECK(failure(create_job, refusal(status, headers)).retry_at == expected);
        }
}

BOOST_AUTO_TEST_CASE(after_a_503_is_unknown_unless_the_server_says_on_purpose_when_to_come_back)
{
    struct row {
        cojob::http::header_list headers;
        errc code;
    };
    for (const auto& [headers, code] : std::vector<row>{{{}, errc::outcome_unknown},
                                                        {{{"Retry-After", "1"}}, errc::server_error},
                                                        {{{"retry-after-ms", "1"}}, errc::server_error},
                                                        {{{"Retry-After", "soon"}}, errc::outcome_unknown},
                                                        {{{"RateLimit-Reset", "12"}}, errc::outcome_unknown}}) {
        BOOST_TEST(failure(create_job, refusal(503, headers)).code() == make_error_code(code));
        BOOST_TEST(failure(send_message, refusal(503, headers)).code() == make_error_code(code));
        BOOST_TEST(failure(get_job, refusal(503, headers)).code() == make_error_code(errc::server_error));
    }
}

BOOST_AUTO_TEST_CASE(of_the_calls_deadline_is_unknown_for_a_post_that_was_on_its_way)
{
    scripted_reply never(200, "{}");
    never.delay = cojob::no_timeout;
    struct row {
        cojob::duration commit_after;
        errc get, post;
    };
    for (const auto& [commit_after, get, post] : {row{1h, errc::deadline_exceeded, errc::deadline_exceeded},
                                                  row{5s, errc::deadline_exceeded, errc::outcome_unknown}}) {
        never.commit_after = commit_after;
        for (const auto& [call, code] :
             {std::make_pair(get_job, get), std::make_pair(create_job, post), std::make_pair(send_message, post)}) {
            tests::scripted_agent bench([&](const cojob::http::request&) { return never; });
            auto running = call(bench);
            bench.clock->advance(2min - 1ns);
            BOOST_TEST(!running.is_done());
            bench.clock->advance(1ns);
            BOOST_TEST(running.code() == make_error_code(code));
            BOOST_TEST(running.error().attempts.front().ended == make_error_code(errc::deadline_exceeded));
            BOOST_TEST(bench.clock->pending() == 0U);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
