#include <cojob/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace error_words_tests {

using cojob::api_error;
using cojob::errc;
using cojob::error_info;

/// Every member has something in it that must not be in `what()`, but for the first four.
error_info full_info()
{
    error_info info(errc::rejected, "prompt: too long");
    info.http_status = 413;
    info.method = "POST";
    info.path = "/v2/agent/acme/job?token=path-secret";
    info.server_message = "server-secret";
    info.request_id = "request-secret";
    info.job_id = "job-secret";
    info.job_status = "status-secret";
    info.attempts.resize(1);
    info.attempts[0].why = "why-secret";
    return info;
}

} // namespace error_words_tests

BOOST_AUTO_TEST_SUITE(words_of_an_error)

using namespace error_words_tests;

BOOST_AUTO_TEST_CASE(what_says_which_call_why_and_when_to_come_back)
{
    const auto failed = [](errc code, int status, const char* method, const char* path, const char* words) {
        error_info info(code, words);
        info.http_status = status;
        info.method = method;
        info.path = path;
        return info;
    };
    auto throttled = failed(errc::rate_limited, 429, "POST", "/v2/agent/p/job", "");
    throttled.retry_at = cojob::timestamp(std::chrono::seconds(784111777));
    auto later = failed(errc::quota_exhausted, 0, "POST", "/v2/agent/p/job", "no slot");
    later.retry_at = throttled.retry_at;
    auto unknown = failed(errc::outcome_unknown, 503, "POST", "/v2/agent/p/job", "");
    unknown.retry_at = throttled.retry_at;
    error_info late(errc::wait_timeout, "no connection was free");
    late.job_id = "job\n7";
    const std::pair<error_info, const char*> rows[] = {
        {full_info(), "rejected (HTTP 413): POST /v2/agent/acme/job: prompt: too long"},
        {failed(errc::not_found, 404, "GET", "/v2/agent/p/job/x", ""), "not found (HTTP 404): GET /v2/agent/p/job/x"},
        {failed(errc::outcome_unknown, 0, "POST", "/v2/agent/p/job", "no response within 30 s"),
         "outcome unknown: POST /v2/agent/p/job: no response within 30 s"},
        {throttled, "rate limited (HTTP 429): POST /v2/agent/p/job: try again at 1994-11-06T08:49:37Z"},
        {unknown, "outcome unknown (HTTP 503): POST /v2/agent/p/job: the server asks for no requests until "
                  "1994-11-06T08:49:37Z"},
        {later, "quota exhausted: POST /v2/agent/p/job: no slot; try again at 1994-11-06T08:49:37Z"},
        {failed(errc::unexpected_status, 301, "GET", "/a?b", "redirects are not followed"),
         "unexpected status (HTTP 301): GET /a: redirects are not followed"},
        {errc::wait_timeout, "wait timeout"},
        {late, "wait timeout: job job\\x0A7: no connection was free"},
        {{errc::invalid_argument, "id: must not be empty"}, "invalid argument: id: must not be empty"}};
    for (const auto& [info, line] : rows) {
        BOOST_TEST(to_string(info) == line);
        BOOST_TEST(api_error(info).what() == std::string(line));
    }
    const auto endless = failed(errc::rejected, 414, "GET", "/", "");
    auto info = endless;
    info.path += std::string(9000, 'x');
    BOOST_TEST(to_string(info).size() < 300U);
}

BOOST_AUTO_TEST_CASE(what_has_nothing_of_the_server_and_no_query)
{
    const std::string what = api_error(full_info()).what();
    BOOST_TEST(what.find("secret") == std::string::npos);
    BOOST_TEST(what.find('?') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_explanation_is_what_and_the_servers_words_escaped)
{
    auto info = full_info();
    info.server_message = "too\r\n\x1b[31mlong";
    info.server_detail = "Payload Too Large";
    info.request_id = "r-1";
    info.location = "https://h/";
    info.retry_after = "soon\x07";
    const std::string words =
        "; the server said: too\\x0D\\x0A\\x1B[31mlong; and: Payload Too Large; Location: https://h/; "
        "Retry-After: soon\\x07; request r-1; job job-secret";
    BOOST_TEST(explain(info) == to_string(info) + words);
    BOOST_TEST(explain(api_error(info)) == explain(info));
    BOOST_TEST(explain(error_info(errc::wait_timeout)) == "wait timeout");

    info.server_message.assign(5000, 'x');
    BOOST_TEST(explain(info).size() < 1000U);
    error_info wait(errc::wait_timeout);
    wait.job_id = "7";
    BOOST_TEST(explain(wait) == "wait timeout: job 7"); // said once
    wait.job_id = "/operations/7?signature=1";          // a URL that the server chose
    BOOST_TEST(explain(wait) == "wait timeout: job /operations/7");
    wait.method = "GET";
    wait.path = "/operations/7";
    BOOST_TEST(explain(wait) == "wait timeout: GET /operations/7; job /operations/7");
}

BOOST_AUTO_TEST_SUITE_END()
