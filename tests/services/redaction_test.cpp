#include <cojob/job/wait.hpp>
#include <cojob/log.hpp>
#include <cojob/mintlify/agent_v1.hpp>

#include "support/recording_observer.hpp"
#include "support/scripted_jobs.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace redaction_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::credential;
using cojob::errc;
using cojob::phase;
using cojob::secret;
using cojob::testing::scripted_reply;

/// Gives another key each time it is asked.
class key_ring {
  public:
    [[nodiscard]] credential fixed() { return secret(next()); }
    [[nodiscard]] credential provider()
    {
        return credential([this]() -> asio::awaitable<secret> { co_return secret(next()); });
    }
    [[nodiscard]] const std::vector<std::string>& used() const { return used_; }

  private:
    std::string next()
    {
        used_.push_back("mint_dsc_4f2a9b17_" + std::to_string(1000 + used_.size()));
        return used_.back();
    }

    std::vector<std::string> used_;
};

/// The same key for the next thousand calls, however it comes.
credential same_key(const std::string& key, bool is_fixed)
{
    return is_fixed ? credential(secret(key))
                    : credential([key]() -> asio::awaitable<secret> { co_return secret(key); });
}

/// A server that repeats the key wherever it can.
scripted_reply repeat(const cojob::http::request& request, int status, const std::string& body)
{
    auto key = std::string(request.authorization.reveal());
    key.erase(0, key.find(' ') + 1);
    auto text = body;
    for (auto at = text.find('%'); at != text.npos; at = text.find('%'))
        text.replace(at, 1, key);
    scripted_reply reply(status, text,
                         {{"X-Request-Id", "got " + key},
                          {"Location", "https://" + key + "@h.example/" + key + "?" + key},
                          {"Retry-After", key},
                          {"Content-Type", "application/json; key=" + key}});
    return reply;
}

const int statuses[] = {200, 201, 204, 301, 302, 400, 401, 403, 404, 408, 409, 421, 425, 429, 500, 501, 502, 503, 999};
const char* const bodies[] = {"", "%", "{\"status\":\"%\"}",
                              R"({"error":"bad token %","message":["%",{"msg":"%"}],"errors":{"%":"%"},"detail":"%"})",
                              R"("%")"};

void add(std::ostream& out, const cojob::error_info& e)
{
    out << to_string(e) << explain(e) << e.method << e.path << e.message << e.server_message << e.server_detail
        << e.request_id << e.location << e.retry_after << e.job_id << e.job_status;
    for (const auto& a : e.attempts)
        out << a.why << a.ended.message();
}

/// Everything that calls of all services for a job print with this credential, and the log. A wait says the id before
/// anything has asked for the key, where a debug log is.
std::string output(credential key, int status, const std::string& body, const std::string& id = "7",
                   cojob::log_level level = cojob::log_level::debug)
{
    std::ostringstream out;
    auto options = tests::one_attempt();
    options.retry.max_attempts = 2;
    options.observer = cojob::log_to(out, level);
    const auto script = [&](const cojob::http::request& r) { return repeat(r, status, body); };
    auto token = tests::osapi_options();
    token.token = key;
    tests::scripted_jobs bench(script, options, token);
    auto project = tests::scripted_agent::project();
    project.api_key = key;
    const auto& client = bench.agent.get_client();
    const cojob::mintlify::agent v2(client, project);
    const cojob::mintlify::agent_v1 v1(client, project);
    const auto run = [&](auto operation) {
        const auto call = bench.start(std::move(operation));
        bench.until_done(call, 1h);
        add(out, call.error());
    };
    run(v2.get_job(id));
    run(v2.create_job("Document it"));
    run(v1.get_job(id));
    run(v1.create_job(cojob::mintlify::create_session_request("Document it")));
    run(bench.service.get_job(id));
    run(bench.service.retry_job(id));
    run(cojob::wait_for_job(v2, id, {.timeout = 1min}));
    return out.str();
}

} // namespace redaction_tests

BOOST_AUTO_TEST_SUITE(a_key_that_a_server_repeats)

using namespace redaction_tests;

BOOST_AUTO_TEST_CASE(is_in_nothing_that_any_error_or_log_says)
{
    for (const auto status : statuses)
        for (const std::string body : bodies)
            for (const auto is_fixed : {true, false}) {
                key_ring keys;
                const auto printed = output(is_fixed ? keys.fixed() : keys.provider(), status, body);
                BOOST_TEST_CONTEXT(status << ' ' << body << ' ' << printed)
                {
                    BOOST_TEST(!printed.empty());
                    BOOST_TEST(!keys.used().empty());
                    for (const auto& key : keys.used())
                        BOOST_TEST(printed.find(key) == std::string::npos);
                }
            }
}

BOOST_AUTO_TEST_CASE(is_in_nothing_that_is_said_of_a_job_whose_id_it_is)
{
    for (const std::string key : {"mint_dsc_4f2a9b17", "mint/dsc+4f2a9b17=="})
        for (const auto status : {200, 404, 429, 503})
            for (const std::string body : {R"({"id":"%","job_id":"%"})", ""})
                for (const auto is_fixed : {true, false}) {
                    const auto printed = output(same_key(key, is_fixed), status, body, key, cojob::log_level::info);
                    BOOST_TEST_CONTEXT(status << ' ' << body << ' ' << printed)
                    {
                        BOOST_TEST(printed.find("***") != std::string::npos);
                        BOOST_TEST(printed.find("4f2a9b17") == std::string::npos);
                    }
                }
}

BOOST_AUTO_TEST_CASE(is_in_no_event_of_a_call_for_a_job_whose_id_it_is)
{
    const std::string key = "mint/dsc+4f2a9b17==";
    for (const auto is_fixed : {true, false}) {
        const auto observer = std::make_shared<tests::recording_observer>();
        auto options = tests::one_attempt();
        options.retry.max_attempts = 2;
        options.observer = observer;
        auto token = tests::osapi_options();
        token.token = same_key(key, is_fixed);
        tests::scripted_jobs bench(tests::always({503, "", {}}), options, token);
        const auto call = bench.start(bench.service.get_job(key));
        bench.until_done(call, 1h);
        BOOST_TEST(call.error().job_id == "***");
        BOOST_TEST(observer->lines.size() >= 5U); // two attempts, two responses, a retry
        for (const auto& line : observer->lines)
            BOOST_TEST_CONTEXT(line)
            {
                BOOST_TEST(line.find("4f2a9b17") == std::string::npos);
                BOOST_TEST((line.starts_with("connection") || line.find("***") != std::string::npos));
            }
    }
}

BOOST_AUTO_TEST_CASE(is_not_in_the_servers_words_however_they_write_it)
{
    const std::string key = "mint/dsc/4f2a9b17";
    for (const std::string words :
         {R"({"other":"mint\/dsc\/4f2a9b17"})", R"({"other":"mint\u002fdsc\u002F4f2a9b17"})",
          R"({"other":"\u006dint/dsc/\u0034f2a9b17"})", R"({"other":"{\"k\":\"mint\\\/dsc\\\/4f2a9b17\"}"})",
          R"({"message":"no job /mint%2Fdsc%2f4f2a9b17"})", R"({"message":"{\"k\":\"mint\\/dsc\\/4f2a9b17\"}"})",
          R"({"other":"mint\/dsc\/4f2a9b17)", R"({"other":"mint\/dsc\/4f2a9b1)", R"({"other":"mint\/dsc\u002)",
          "\xEF\xBB\xBF{\"other\":\"mint\\/dsc\\/4f2a9b17\"}", "<a href=mint%2Fdsc%2F4f2a9b17>"}) {
        auto token = tests::osapi_options();
        token.token = secret(key);
        tests::scripted_jobs bench(tests::always({400, words, {}}), tests::one_attempt(), token);
        const auto error = bench.start(bench.service.get_job("7")).error();
        BOOST_TEST_CONTEXT(words << "\n" << error.server_message)
        {
            BOOST_TEST(error.server_message.find("***") != std::string::npos);
            BOOST_TEST(error.server_message.find("dsc") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
