#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/raw_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>

namespace mock_v1_tests {

namespace data = boost::unit_test::data;
namespace json = boost::json;
using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::tests::raw_client;

const std::string job_path = "/v1/agent/test-project/job";
const std::string list_path = "/v1/agent/test-project/jobs";
const std::string creation = R"({"messages":[{"role":"user","content":"Document it"}]})";

json::object object_of(const raw_client::response_type& response)
{
    return json::parse(response.body()).as_object();
}

std::string text(const json::object& object, std::string_view member)
{
    return std::string(object.at(member).as_string());
}

mock_server_options plain()
{
    mock_server_options options;
    options.use_tls = false;
    return options;
}

/// The ids of a list, each with its reason.
std::string listed(raw_client& client, const std::string& query = {})
{
    const auto page = object_of(client.call("GET", list_path + query));
    std::string all;
    for (const auto& session : page.at("allSessions").as_array())
        all += text(session.as_object(), "sessionId") + ' ' + text(session.as_object(), "haultReason") + "; ";
    return all;
}

/// A request that is refused, and how.
struct refusal {
    const char* what;
    std::string method, target, body;
    unsigned status = 400;

    friend std::ostream& operator<<(std::ostream& out, const refusal& r) { return out << r.what; }
};

/// A creation with one more member.
refusal creation_with(const char* what, const std::string& member)
{
    return {what, "POST", job_path, R"({"messages":[{"role":"user","content":"x"}],)" + member + '}'};
}

refusal messages_of(const char* what, const std::string& messages)
{
    return {what, "POST", job_path, R"({"messages":)" + messages + '}'};
}

const refusal refusals[] = {
    {"malformed JSON", "POST", job_path, "{"},
    {"no body", "POST", job_path, ""},
    {"no object", "POST", job_path, "[]"},
    {"no messages", "POST", job_path, R"({"prompt":"x"})"},
    messages_of("messages that are no array", R"({"role":"user","content":"x"})"),
    messages_of("an empty array", "[]"),
    messages_of("a message that is no object", R"(["x"])"),
    messages_of("a message without a role", R"([{"content":"x"}])"),
    messages_of("a role that does not exist", R"([{"role":"tool","content":"x"}])"),
    messages_of("a role that is no string", R"([{"role":1,"content":"x"}])"),
    messages_of("a message without content", R"([{"role":"user"}])"),
    messages_of("content that is no string", R"([{"role":"user","content":["x"]}])"),
    messages_of("a second message that is wrong", R"([{"role":"user","content":"x"},{}])"),
    creation_with("a branch that is no string", R"("branch":null)"),
    creation_with("an empty branch", R"("branch":"")"),
    creation_with("a branch that would end a header line", R"("branch":"a\r\nX-Odd: yes")"),
    creation_with("a draft that is neither true nor false", R"("asDraft":"yes")"),
    creation_with("a model that does not exist", R"("model":"haiku")"),
    creation_with("a model that is no string", R"("model":1)"),
    {"a list from before its begin", "GET", list_path + "?skip=-1", ""},
    {"a list from nowhere", "GET", list_path + "?skip=x", ""},
    {"a list from an empty place", "GET", list_path + "?skip=", ""},
    {"a list from far before its begin", "GET", list_path + "?skip=-99999999999999999999", ""},
    {"a list of more than a number holds", "GET", list_path + "?take=99999999999999999999", ""},
    {"a list of nothing", "GET", list_path + "?take=0", ""},
    {"a list of more than a hundred", "GET", list_path + "?take=101", ""},
    {"a list of a part", "GET", list_path + "?skip=1&take=1.5", ""},
    {"another project's creation, malformed", "POST", "/v1/agent/other/job", "{", 404},
    {"another project's session", "GET", "/v1/agent/other/job/session_1", "", 404},
    {"another project's list", "GET", "/v1/agent/other/jobs?take=0", "", 404},
    {"an unknown session", "GET", job_path + "/session_9", "", 404},
    {"a job of v2", "GET", job_path + "/job_1", "", 404},
    {"the wrong method", "DELETE", job_path + "/session_1", "", 405},
};

} // namespace mock_v1_tests

BOOST_AUTO_TEST_SUITE(mock_v1_test)

using namespace mock_v1_tests;

BOOST_AUTO_TEST_CASE(a_session_has_the_vendors_shape)
{
    boost::asio::io_context context;
    auto options = plain();
    options.clock = std::make_shared<cojob::testing::manual_clock>(context);
    mock_server server(options);
    raw_client client(server);
    client.call("POST", job_path, creation);
    const auto expected = json::parse(R"({"sessionId": "session_1", "subdomain": "test-project",
        "branch": "mintlify/session-1", "haulted": false, "haultReason": "processing",
        "todos": [{"content": "Read the pages", "status": "completed", "priority": "high", "id": "1"},
                  {"content": "Edit the pages", "status": "in_progress", "priority": "high", "id": "2"}],
        "userId": "user_1", "title": "Session 1", "createdAt": "2026-01-01T00:00:00Z"})");
    BOOST_TEST(json::parse(client.call("GET", job_path + "/session_1").body()) == expected);
}

BOOST_AUTO_TEST_CASE(polls_move_a_session_through_its_life)
{
    mock_server server(plain());
    raw_client client(server);
    client.call("POST", job_path, creation);
    std::string seen;
    for (int i = 0; i < 4; ++i)
        seen += text(object_of(client.call("GET", job_path + "/session_1")), "haultReason") + ' ';
    BOOST_TEST(seen == "processing processing completed completed ");
    server.set_life("session_1", {{"interrupted"}});
    BOOST_TEST(text(object_of(client.call("GET", job_path + "/session_1")), "haultReason") == "interrupted");
    BOOST_CHECK_THROW(server.set_life("session_2", {{"completed"}}), std::out_of_range);
    BOOST_CHECK_THROW(server.add_session({}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_a_session_has_depends_on_why_it_halted)
{
    mock_server server(plain());
    raw_client client(server);
    for (const auto* reason : {"processing", "completed", "error", "interrupted", "github_missconfigured"}) {
        const auto shown = object_of(client.call("GET", job_path + "/" + server.add_session({{reason}})));
        const std::string name = reason;
        BOOST_TEST_CONTEXT(name)
        {
            BOOST_TEST(shown.at("haulted").as_bool() == (name != "processing"));
            BOOST_TEST(shown.contains("messageToUser") == (name != "processing"));
            BOOST_TEST(shown.contains("pullRequestLink") == (name == "completed"));
            BOOST_TEST(shown.at("branch").is_null() == (name == "github_missconfigured"));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_list_has_the_newest_first_and_is_a_poll_of_each_session_on_it)
{
    mock_server server(plain());
    raw_client client(server);
    BOOST_TEST(listed(client).empty());
    server.add_session({{"processing", 2}, {"error"}});
    server.add_session({{"completed"}});
    server.add_session({{"processing", 1}, {"interrupted"}});
    BOOST_TEST(listed(client) == "session_3 processing; session_2 completed; session_1 processing; ");
    BOOST_TEST(listed(client, "?take=2") == "session_3 interrupted; session_2 completed; ");
    BOOST_TEST(listed(client, "?skip=2&take=100") == "session_1 processing; ");
    BOOST_TEST(listed(client, "?skip=2") == "session_1 error; ");
    BOOST_TEST(listed(client, "?skip=3").empty());
    BOOST_TEST(listed(client, "?skip=99999999999999999999").empty());
    for (int i = 3; i < 13; ++i)
        server.add_session({{"completed"}});
    BOOST_TEST(listed(client).starts_with("session_13 completed; session_12 completed; "));
    BOOST_TEST(listed(client).ends_with("session_2 completed; ")); // twelve of thirteen
}

BOOST_DATA_TEST_CASE(what_a_strict_server_refuses_is_refused, data::make(refusals), refused)
{
    mock_server server(plain());
    server.add_session({{"processing"}});
    server.add_job({{"active"}});
    raw_client client(server);
    const auto response = client.call(refused.method, refused.target, refused.body);
    BOOST_TEST(response.result_int() == refused.status);
    BOOST_TEST(!text(object_of(response), "error").empty());
    BOOST_TEST(listed(client) == "session_1 processing; ");
    BOOST_TEST(raw_client(server).call(refused.method, refused.target, refused.body, "mint_other").result_int() ==
               (refused.status == 405 ? 405U : 401U));
}

BOOST_AUTO_TEST_CASE(creations_of_both_versions_and_messages_share_one_limit)
{
    auto options = plain();
    options.rate_limit = 3;
    mock_server server(options);
    raw_client client(server);
    const std::string v2 = "/v2/agent/test-project/job", prompt = R"({"prompt":"Document it"})";
    BOOST_TEST(client.call("POST", job_path, creation).result_int() == 200U);
    BOOST_TEST(client.call("POST", v2, prompt).result_int() == 201U);
    BOOST_TEST(client.call("POST", job_path, "{}").result_int() == 400U); // is no use
    BOOST_TEST(client.call("POST", v2 + "/job_1/message", prompt).result_int() == 200U);
    const auto throttled = client.call("POST", job_path, creation);
    BOOST_TEST(throttled.result_int() == 429U);
    BOOST_TEST(throttled["Retry-After"] == "3600");
    BOOST_TEST(throttled["Content-Type"] == "application/json");
    BOOST_TEST(client.call("POST", v2, prompt).result_int() == 429U);
    BOOST_TEST(listed(client) == "session_1 processing; ");
    BOOST_TEST(server.throttled() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
