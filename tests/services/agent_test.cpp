#include <cojob/impl/internal/http/render.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/version.hpp>

#include "support/environment.hpp"
#include "support/scripted_agent.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent_tests {

using cojob::errc;
using cojob::mintlify::agent;
using cojob::mintlify::agent_options;

const std::string text_id = "job_1", text_prompt = "Document the /users endpoint";

agent_options options()
{
    agent_options o;
    o.project_id = "docs";
    o.api_key = cojob::secret("mint_key_of_the_tests");
    return o;
}

/// An agent whose every request is answered with a job, and what it sent.
class bench {
  public:
    explicit bench(agent_options o = options())
        : scripted_([](const cojob::http::request&) { return tests::job_reply("active"); }),
          service_(scripted_.agent.get_client(), std::move(o))
    {
    }

    cojob::http::request sent_by(auto call)
    {
        const auto ended = scripted_.start(call(service_));
        BOOST_TEST((!ended.code() || ended.code() == cojob::errc::invalid_response)); // it is about job_1
        BOOST_REQUIRE_EQUAL(scripted_.transport->requests().size(), 1U);
        return scripted_.transport->requests().front();
    }

  private:
    tests::scripted_agent scripted_;
    agent service_;
};

const auto create = [](const agent& a) { return a.create_job(text_prompt); };
const auto get = [](const agent& a) { return a.get_job(text_id); };
const auto message = [](const agent& a) { return a.send_message(text_id, text_prompt); };

std::string encoded_id(const std::string& id)
{
    const auto target = bench().sent_by([&](const agent& a) { return a.get_job(id); }).target;
    const std::string before = "/v2/agent/docs/job/";
    BOOST_TEST(target.starts_with(before));
    return target.substr(before.size());
}

using variables = std::map<std::string, const char*>;

/// Sets environment variables, or with nullptr takes them out, and puts things back in the end.
class environment_guard {
  public:
    explicit environment_guard(const variables& values)
    {
        for (const auto& [name, value] : values) {
            const char* before = std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): tests run in one thread
            before_.emplace(name, before ? std::optional<std::string>(before) : std::nullopt);
            tests::set_variable(name, value);
        }
    }
    environment_guard(const environment_guard&) = delete;
    environment_guard& operator=(const environment_guard&) = delete;
    ~environment_guard()
    {
        for (const auto& [name, value] : before_)
            tests::set_variable(name, value ? value->c_str() : nullptr);
    }

  private:
    std::map<std::string, std::optional<std::string>> before_;
};

const char* const project = "MINTLIFY_PROJECT_ID";
const char* const key = "MINTLIFY_API_KEY";
const char* const url = "MINTLIFY_BASE_URL";

} // namespace agent_tests

BOOST_AUTO_TEST_SUITE(an_agent)

using namespace agent_tests;

BOOST_AUTO_TEST_CASE(sends_a_prompt_as_one_post)
{
    BOOST_TEST(cojob::detail::render(bench().sent_by(create)) == "POST /v2/agent/docs/job HTTP/1.1\r\n"
                                                                 "Host: api.mintlify.com\r\n"
                                                                 "Authorization: Bearer mint_key_of_the_tests\r\n"
                                                                 "User-Agent: cojob/" +
                                                                     std::string(cojob::version()) +
                                                                     "\r\n"
                                                                     "Accept: application/json\r\n"
                                                                     "Accept-Encoding: identity\r\n"
                                                                     "Content-Type: application/json\r\n"
                                                                     "Content-Length: 41\r\n"
                                                                     "\r\n"
                                                                     R"({"prompt":"Document the /users endpoint"})");
}

BOOST_AUTO_TEST_CASE(asks_for_a_job_with_one_get)
{
    BOOST_TEST(cojob::detail::render(bench().sent_by(get)) == "GET /v2/agent/docs/job/job_1 HTTP/1.1\r\n"
                                                              "Host: api.mintlify.com\r\n"
                                                              "Authorization: Bearer mint_key_of_the_tests\r\n"
                                                              "User-Agent: cojob/" +
                                                                  std::string(cojob::version()) +
                                                                  "\r\n"
                                                                  "Accept: application/json\r\n"
                                                                  "Accept-Encoding: identity\r\n"
                                                                  "\r\n");
}

BOOST_AUTO_TEST_CASE(sends_a_message_to_a_job_as_one_post)
{
    const auto request = bench().sent_by(message);
    BOOST_TEST(request.method == "POST");
    BOOST_TEST(request.target == "/v2/agent/docs/job/job_1/message");
    BOOST_TEST(request.body == R"({"prompt":"Document the /users endpoint"})");
}

BOOST_AUTO_TEST_CASE(makes_one_path_segment_of_any_id)
{
    const std::map<std::string, std::string> table{{"job_1", "job_1"},
                                                   {"a-b.c_d~e", "a-b.c_d~e"},
                                                   {"a/b", "a%2Fb"},
                                                   {"../../admin", "..%2F..%2Fadmin"},
                                                   {"...", "..."},
                                                   {"%2e%2e", "%252e%252e"},
                                                   {"a b?c#d&e=f+g;h", "a%20b%3Fc%23d%26e%3Df%2Bg%3Bh"},
                                                   {"\\", "%5C"},
                                                   {"Grüße", "Gr%C3%BC%C3%9Fe"},
                                                   {"仕事", "%E4%BB%95%E4%BA%8B"},
                                                   {std::string(1024, 'x'), std::string(1024, 'x')}};
    for (const auto& [id, encoded] : table)
        BOOST_TEST_CONTEXT(id) BOOST_TEST(encoded_id(id) == encoded);
}

BOOST_AUTO_TEST_CASE(makes_one_path_segment_of_the_project)
{
    auto o = options();
    o.project_id = "team/docs ü";
    BOOST_TEST(bench(o).sent_by(create).target == "/v2/agent/team%2Fdocs%20%C3%BC/job");
}

BOOST_AUTO_TEST_CASE(goes_where_the_base_url_says)
{
    struct row {
        const char *base, *host, *target;
    };
    const auto* const plain = "/v2/agent/docs/job/job_1";
    for (const auto& [base, host, target] :
         {row{"https://api.mintlify.com", "api.mintlify.com", plain},
          row{"https://API.Mintlify.com:443/", "api.mintlify.com", plain},
          row{"https://proxy.example:8443/mintlify//", "proxy.example:8443", "/mintlify/v2/agent/docs/job/job_1"},
          row{"http://127.0.0.1:8080", "127.0.0.1:8080", plain}, row{"http://localhost", "localhost", plain},
          row{"http://[::1]:8080/x", "[::1]:8080", "/x/v2/agent/docs/job/job_1"}}) {
        auto o = options();
        o.base_url = base;
        const auto request = bench(o).sent_by(get);
        BOOST_TEST(host_header(request.origin) == host);
        BOOST_TEST(request.target == target);
    }
}

BOOST_AUTO_TEST_CASE(escapes_a_prompt_so_that_it_arrives_as_it_was)
{
    for (const std::string prompt : {"say \"hi\"", "C:\\docs\\new", "two\nlines\r\n\tand a tab", "</script>",
                                     "Grüße, 仕事 🚀", "{\"prompt\":\"nested\"}", "\x01\x1f\x7f", " "}) {
        const auto request = bench().sent_by([&](const agent& a) { return a.create_job(prompt); });
        const auto body = boost::json::parse(request.body).as_object();
        BOOST_TEST(body.size() == 1U);
        BOOST_TEST(body.at("prompt").as_string() == prompt);
        BOOST_TEST(std::all_of(request.body.begin(), request.body.end(), [](unsigned char c) { return c >= 0x20; }));
    }
    const std::string with_nul("a\0b", 3);
    BOOST_TEST(bench().sent_by([&](const agent& a) { return a.create_job(with_nul); }).body ==
               R"({"prompt":"a\u0000b"})");
}

BOOST_AUTO_TEST_CASE(sends_a_prompt_of_megabytes_whole)
{
    const std::string prompt(std::size_t{3} << 20U, 'x');
    const auto request = bench().sent_by([&](const agent& a) { return a.create_job(prompt); });
    BOOST_TEST(request.body.size() == prompt.size() + std::string_view(R"({"prompt":""})").size());
}

BOOST_AUTO_TEST_CASE(with_another_client_keeps_its_options)
{
    tests::scripted_agent first([](const auto&) { return tests::job_reply("active"); });
    tests::scripted_agent second([](const auto&) { return tests::job_reply("active"); });
    const auto moved = agent(first.agent.get_client(), options()).with(second.agent.get_client());
    BOOST_CHECK(moved.get_client() == second.agent.get_client());
    BOOST_TEST(second.start(moved.get_job("job_1")).get().value().id == "job_1");
    BOOST_TEST(first.transport->requests().empty());
    BOOST_TEST(second.transport->requests().front().target == "/v2/agent/docs/job/job_1");
}

BOOST_AUTO_TEST_CASE(has_a_scope_of_base_url_and_project)
{
    const auto scope = [](const char* base, const char* project_id) {
        tests::scripted_agent bench([](const auto&) { return tests::job_reply("active"); });
        auto o = options();
        o.base_url = base;
        o.project_id = project_id;
        return agent(bench.agent.get_client(), o).scope();
    };
    BOOST_TEST(scope("https://api.mintlify.com", "docs") == "https://api.mintlify.com/docs");
    BOOST_TEST(scope("https://API.mintlify.com:443/", "docs") == scope("https://api.mintlify.com", "docs"));
    BOOST_TEST(scope("https://api.mintlify.com", "a") != scope("https://api.mintlify.com", "b"));
    BOOST_TEST(scope("https://x.example/a", "b") != scope("https://x.example", "a/b"));
}

BOOST_AUTO_TEST_CASE(takes_its_options_from_the_environment)
{
    const environment_guard set(variables{{project, "docs"}, {key, "mint_key"}, {url, nullptr}});
    const auto o = cojob::mintlify::agent_options_from_environment();
    BOOST_TEST(o.project_id == "docs");
    BOOST_TEST(o.api_key.fixed().reveal() == "mint_key");
    BOOST_TEST(o.base_url == "https://api.mintlify.com");
    BOOST_TEST(!o.allow_plaintext);
    const environment_guard elsewhere(variables{{url, "http://127.0.0.1:4010"}});
    BOOST_TEST(cojob::mintlify::agent_options_from_environment().base_url == "http://127.0.0.1:4010");
    const environment_guard empty(variables{{url, ""}});
    BOOST_TEST(cojob::mintlify::agent_options_from_environment().base_url == "https://api.mintlify.com");
}

BOOST_AUTO_TEST_CASE(takes_its_options_without_the_white_space_around_them)
{
    const environment_guard set(
        variables{{project, "docs\r\n"}, {key, " mint_key\n"}, {url, "http://127.0.0.1:4010 "}});
    const auto o = cojob::mintlify::agent_options_from_environment();
    BOOST_TEST(o.project_id == "docs");
    BOOST_TEST(o.api_key.fixed().reveal() == "mint_key");
    BOOST_TEST(o.base_url == "http://127.0.0.1:4010");
}

BOOST_AUTO_TEST_CASE(says_which_environment_variable_is_missing)
{
    struct row {
        const char *project_id, *api_key;
        std::string complaint;
    };
    const std::string no_project =
        "MINTLIFY_PROJECT_ID: the environment variable is not set; it must hold the project id";
    const std::string no_key = "MINTLIFY_API_KEY: the environment variable is not set; it must hold an admin API key";
    const std::string blank_project =
        "MINTLIFY_PROJECT_ID: the environment variable is blank; it must hold the project id";
    const std::string blank_key = "MINTLIFY_API_KEY: the environment variable is blank; it must hold an admin API key";
    const std::string bearer_key = "MINTLIFY_API_KEY: must be the key alone, without Bearer in front";
    for (const auto& [project_id, api_key, complaint] : std::vector<row>{{nullptr, "mint_key", no_project},
                                                                         {"", "mint_key", no_project},
                                                                         {nullptr, nullptr, no_project},
                                                                         {"docs", nullptr, no_key},
                                                                         {"docs", "", no_key},
                                                                         {"docs", " \n", blank_key},
                                                                         {" ", "mint_key", blank_project},
                                                                         {"docs", "Bearer mint_key", bearer_key}}) {
        const environment_guard set(variables{{project, project_id}, {key, api_key}});
        BOOST_CHECK_EXCEPTION((void)cojob::mintlify::agent_options_from_environment(), cojob::api_error,
                              [&](const cojob::api_error& e) {
                                  BOOST_TEST(e.info().message == complaint);
                                  return e.code() == errc::invalid_argument;
                              });
    }
}

BOOST_AUTO_TEST_SUITE_END()
