#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent_v1.hpp>

#include "support/scripted_jobs.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

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

/// Everything that calls of all services print with this credential, and the log.
std::string output(credential key, int status, const std::string& body)
{
    std::ostringstream out;
    auto options = tests::one_attempt();
    options.retry.max_attempts = 2;
    options.observer = cojob::log_to(out, cojob::log_level::debug);
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
    run(v2.get_job("7"));
    run(v2.create_job("Document it"));
    run(v1.get_job("7"));
    run(v1.create_job(cojob::mintlify::create_session_request("Document it")));
    run(bench.service.get_job("7"));
    run(bench.service.retry_job("7"));
    run(cojob::wait_for_job(v2, "7", {.timeout = 1min}));
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

BOOST_AUTO_TEST_SUITE_END()
