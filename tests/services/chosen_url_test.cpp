#include "support/own_api.hpp"
#include "support/recording_observer.hpp"
#include "support/scripted_client.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/log.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>

namespace chosen_url_tests {

using cojob::errc;

/// A URL that a server chose, and the target of the request; empty: it is refused.
struct row {
    std::string chosen, target;
};

const row rows[] = {
    {"https://jobs.example/v1/operations/7", "/v1/operations/7"},
    {"https://JOBS.example:443/v1/operations/7?api-version=1#part", "/v1/operations/7?api-version=1"},
    {"https://jobs.example?x=https://evil.example", "/?x=https://evil.example"},
    {"https://jobs.example", "/"},
    {"/v1/operations/a%2Fb", "/v1/operations/a%2Fb"},
    {"/?next=//evil.example/", "/?next=//evil.example/"},
    {"https://evil.example/v1/operations/7", ""},
    {"https://jobs.example.evil.example/v1", ""},
    {"https://jobs.example@evil.example/v1", ""},
    {"https://user@jobs.example/v1", ""},
    {"https://evil.example#@jobs.example/v1", ""},
    {"https://jobs.example:444/v1", ""},
    {"https://jobs.example\\@evil.example/v1", ""},
    {"http://jobs.example/v1", ""},
    {"https://127.0.0.1/v1", ""},
    {"file:///etc/passwd", ""},
    {"//evil.example/v1", ""},
    {"operations/7", ""},
    {"?x=1", ""},
    {"https://", ""},
    {"/v1\r\nX-Evil: 1", ""},
    {"/v1 HTTP/1.1", ""},
    {"/v1\x80", ""},
    {"/" + std::string(8192, 'x'), ""},
};

} // namespace chosen_url_tests

BOOST_AUTO_TEST_SUITE(a_url_that_a_server_chose)

using namespace chosen_url_tests;

BOOST_AUTO_TEST_CASE(is_followed_at_the_servers_origin_only)
{
    for (const auto& [chosen, target] : rows)
        BOOST_TEST_CONTEXT(chosen.substr(0, 60))
        {
            tests::scripted_client b;
            const cojob::api_base base(cojob::http::parse_url("https://jobs.example/api", "url"), {});
            auto request = tests::make_request();
            request.segments = {"not", "used"};
            request.authorization = cojob::secret("key_of_the_tests");
            request.location = chosen;
            const auto call = b.send(request);
            if (target.empty()) {
                BOOST_TEST(call.code() == errc::invalid_response);
                BOOST_TEST(call.error().message.starts_with("the URL that the server chose is "));
                BOOST_TEST(b.sent().empty());
                BOOST_CHECK_THROW((void)base.target_of(chosen), cojob::api_error);
                continue;
            }
            BOOST_TEST(!call.code());
            BOOST_TEST(base.target_of(chosen) == target);
            BOOST_TEST(b.sent().at(0).target == target);
            BOOST_TEST(b.sent().at(0).origin.host == "jobs.example");
        }
}

BOOST_AUTO_TEST_CASE(is_short_enough_for_an_id)
{
    const cojob::api_base base(cojob::http::parse_url("https://jobs.example", "url"), {});
    const std::string longest = "/" + std::string(1023, 'x');
    BOOST_TEST(base.target_of(longest) == longest);
    BOOST_CHECK_EXCEPTION((void)base.target_of(longest + 'x'), cojob::api_error, [](const auto& e) {
        return e.code() == errc::invalid_response &&
               e.info().message == "the URL that the server chose is too long for an id";
    });
}

BOOST_AUTO_TEST_CASE(is_observed_without_its_query)
{
    auto options = tests::one_attempt();
    const auto observer = std::make_shared<tests::recording_observer>();
    options.observer = observer;
    tests::scripted_client b({200, "{}"}, options);
    auto request = tests::make_request();
    request.location = "/v1/operations/7?signature=1";
    BOOST_TEST(!b.send(request).code());
    BOOST_TEST(b.sent().at(0).target == "/v1/operations/7?signature=1");
    BOOST_TEST(observer->lines.at(0) == "attempt 1 GET /v1/operations/7");
    for (const auto& line : observer->lines)
        BOOST_TEST(line.find("signature") == std::string::npos);
    b.reply = {404, "{}"};
    BOOST_TEST(b.send(request).error().path == "/v1/operations/7");
    b.reply = {200, "{}"};
    observer->lines.clear();
    request.location.clear();
    request.query = {{"page", "2"}};
    BOOST_TEST(!b.send(request).code());
    BOOST_TEST(observer->lines.at(0) == "attempt 1 GET /api?page=2");
}

BOOST_AUTO_TEST_CASE(is_waited_for_as_an_id_and_its_query_is_in_no_text)
{
    const std::string id = "/v1/operations/7?signature=1";
    std::ostringstream log;
    auto options = tests::one_attempt();
    options.observer = cojob::log_to(log, cojob::log_level::debug);
    tests::scripted_client b({200, "{}"}, options);
    const tests::own_api own(b.client, [] { return "new"; }, [] { return "active"; });
    cojob::wait_options short_one;
    short_one.timeout = std::chrono::minutes(1);
    auto wait = b.start(cojob::wait_for_job(own, id, short_one));
    b.clock->advance(std::chrono::minutes(2));
    BOOST_TEST(wait.code() == errc::wait_timeout);
    BOOST_TEST(wait.error().job_id == id);
    for (const auto& text : {log.str(), to_string(wait.error()), explain(wait.error())}) {
        BOOST_TEST(text.find("/v1/operations/7") != std::string::npos);
        BOOST_TEST(text.find("signature=1") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
