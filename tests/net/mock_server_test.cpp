#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/raw_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>

namespace mock_server_tests {

namespace json = boost::json;
using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::tests::raw_client;
using namespace std::chrono_literals;

const std::string jobs_path = "/v2/agent/test-project/job";
const std::string prompt = R"({"prompt":"Document it"})";

json::object object_of(const raw_client::response_type& response)
{
    return json::parse(response.body()).as_object();
}

std::string text(const raw_client::response_type& response, std::string_view member)
{
    return std::string(object_of(response).at(member).as_string());
}

mock_server_options plain()
{
    mock_server_options options;
    options.use_tls = false;
    return options;
}

/// A request that is refused, and how.
struct refusal {
    const char* what;
    std::string method, target, body, token;
    unsigned status;

    friend std::ostream& operator<<(std::ostream& out, const refusal& r) { return out << r.what; }
};

const refusal refusals[] = {
    {"no token", "POST", jobs_path, prompt, "", 401},
    {"another token", "GET", jobs_path + "/job_1", "", "mint_other", 401},
    {"a longer token", "GET", jobs_path + "/job_1", "", "mint_test_key2", 401},
    {"no token comes before a bad body", "POST", jobs_path, "{", "", 401},
    {"malformed JSON", "POST", jobs_path, "{", "mint_test_key", 400},
    {"no body", "POST", jobs_path, "", "mint_test_key", 400},
    {"no object", "POST", jobs_path, "[]", "mint_test_key", 400},
    {"no prompt", "POST", jobs_path, R"({"text":"x"})", "mint_test_key", 400},
    {"an empty prompt", "POST", jobs_path, R"({"prompt":""})", "mint_test_key", 400},
    {"a prompt that is no string", "POST", jobs_path, R"({"prompt":7})", "mint_test_key", 400},
    {"an empty prompt in a message", "POST", jobs_path + "/job_1/message", R"({"prompt":""})", "mint_test_key", 400},
    {"an unknown job", "GET", jobs_path + "/job_9", "", "mint_test_key", 404},
    {"a message to an unknown job", "POST", jobs_path + "/job_9/message", prompt, "mint_test_key", 404},
    {"another project", "POST", "/v2/agent/other/job", prompt, "mint_test_key", 404},
    {"a job of another project", "GET", "/v2/agent/other/job/job_1", "", "mint_test_key", 404},
    {"an unknown path", "GET", "/v2/agent", "", "mint_test_key", 404},
    {"an unknown path without a token", "GET", "/", "", "", 404},
    {"a broken escape", "GET", jobs_path + "/%4", "", "mint_test_key", 404},
    {"the wrong method", "DELETE", jobs_path + "/job_1", "", "mint_test_key", 405},
};

} // namespace mock_server_tests

BOOST_AUTO_TEST_SUITE(mock_server_test)

using namespace mock_server_tests;

BOOST_AUTO_TEST_CASE(a_created_job_has_the_vendors_shape)
{
    mock_server server;
    const auto response = raw_client(server).call("POST", jobs_path, prompt);
    BOOST_TEST(response.result_int() == 201U);
    BOOST_TEST(response["Content-Type"] == "application/json");
    BOOST_TEST(response["Date"].ends_with(" GMT"));
    auto job = object_of(response);
    const auto created = std::string(job.at("createdAt").as_string());
    BOOST_TEST(created.size() >= std::string_view("2026-01-01T00:00:00Z").size());
    job.erase("createdAt");
    const auto expected =
        json::parse(R"({"id": "job_1", "status": "active", "model": "sonnet", "prLink": null, "archivedAt": null,
        "source": {"repository": "https://github.com/example/docs", "ref": "mintlify/job-1"}})");
    BOOST_TEST(json::value(job) == expected);
}

BOOST_AUTO_TEST_CASE(polls_move_a_job_through_its_life)
{
    mock_server server(plain());
    raw_client client(server);
    const auto id = server.add_job({{"queued", 1}, {"skipped", 0}, {"active", 2}, {"completed"}});
    std::string seen;
    for (int i = 0; i < 5; ++i)
        seen += text(client.call("GET", jobs_path + "/" + id), "status") + ' ';
    BOOST_TEST(seen == "queued active active completed completed ");
    BOOST_TEST(text(client.call("GET", jobs_path + "/" + id), "prLink") == "https://github.com/example/docs/pull/1");
    server.set_life(id, {{"archived"}});
    BOOST_TEST(object_of(client.call("GET", jobs_path + "/" + id)).at("archivedAt").is_string());
    BOOST_CHECK_THROW(server.set_life("job_9", {{"active"}}), std::out_of_range);
    BOOST_CHECK_THROW(server.set_lifecycle({}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_message_begins_the_configured_life_which_may_show_the_old_end_first)
{
    mock_server server(plain());
    raw_client client(server);
    const auto path = jobs_path + "/" + server.add_job({{"completed"}});
    server.set_lifecycle({{"active", 1}, {"failed"}});
    BOOST_TEST(text(client.call("POST", path + "/message", prompt), "status") == "active");
    BOOST_TEST(text(client.call("GET", path), "status") == "active");
    BOOST_TEST(text(client.call("GET", path), "status") == "failed");
    server.set_lifecycle({{"completed", 1}, {"active"}});
    BOOST_TEST(client.call("POST", path + "/message", prompt).result_int() == 200U);
    BOOST_TEST(text(client.call("GET", path), "status") == "completed");
    BOOST_TEST(text(client.call("GET", path), "status") == "active");
}

BOOST_DATA_TEST_CASE(what_the_vendor_refuses_is_refused, boost::unit_test::data::make(refusals), refused)
{
    mock_server server(plain());
    server.add_job({{"active"}});
    const auto response = raw_client(server).call(refused.method, refused.target, refused.body, refused.token);
    BOOST_TEST(response.result_int() == refused.status);
    BOOST_TEST(!text(response, "error").empty());
    BOOST_TEST(response["Allow"] == (refused.status == 405 ? "GET" : ""));
    BOOST_TEST(server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(path_segments_are_decoded)
{
    auto options = plain();
    options.project_id = "my docs/v2";
    mock_server server(options);
    server.add_job({{"active"}});
    const auto response = raw_client(server).call("GET", "/v2/agent/my%20docs%2fv2/job/%6Aob_1?x=1");
    BOOST_TEST(text(response, "id") == "job_1");
}

BOOST_AUTO_TEST_CASE(the_rate_limit_counts_uses_in_an_exact_rolling_window)
{
    boost::asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    auto options = plain();
    options.rate_limit = 2;
    options.clock = clock;
    mock_server server(options);
    raw_client client(server);
    BOOST_TEST(client.call("POST", jobs_path, prompt).result_int() == 201U);
    clock->advance(10min);
    BOOST_TEST(client.call("POST", jobs_path, R"({"prompt":""})").result_int() == 400U); // is no use
    BOOST_TEST(client.call("POST", jobs_path + "/job_1/message", prompt).result_int() == 200U);
    clock->advance(10min + 1ms);
    const auto throttled = client.call("POST", jobs_path, prompt);
    BOOST_TEST(throttled.result_int() == 429U);
    BOOST_TEST(throttled["Retry-After"] == "2400"); // 39 min 59.999 s
    BOOST_TEST(client.call("GET", jobs_path + "/job_1").result_int() == 200U);
    clock->advance(40min - 1ms - 1ns);
    BOOST_TEST(client.call("POST", jobs_path, prompt)["Retry-After"] == "1");
    clock->advance(1ns);
    BOOST_TEST(client.call("POST", jobs_path, prompt).result_int() == 201U);
    BOOST_TEST(client.call("POST", jobs_path, prompt)["Retry-After"] == "600");
    BOOST_TEST(server.throttled() == 3U);
}

BOOST_AUTO_TEST_CASE(time_stamps_are_of_the_given_clock)
{
    boost::asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    auto options = plain();
    options.clock = clock;
    mock_server server(options);
    clock->advance(1h + 2min + 3s);
    const auto response = raw_client(server).call("POST", jobs_path, prompt);
    BOOST_TEST(response["Date"] == "Thu, 01 Jan 2026 01:02:03 GMT");
    BOOST_TEST(text(response, "createdAt") == "2026-01-01T01:02:03Z");
}

BOOST_AUTO_TEST_CASE(requests_are_recorded_as_they_came)
{
    mock_server server;
    raw_client first(server), second(server);
    const auto one = first.call("POST", jobs_path, prompt);
    const auto two = second.call("GET", jobs_path + "/job_1?a=b", "", "mint_test_key", "X-Odd: yes\r\n");
    BOOST_TEST(one["X-Request-Id"] != two["X-Request-Id"]);
    const auto requests = server.requests();
    BOOST_REQUIRE_EQUAL(requests.size(), 2U);
    BOOST_TEST(requests[0].method == "POST");
    BOOST_TEST(requests[0].body == prompt);
    BOOST_TEST(requests[0].connection != requests[1].connection);
    BOOST_TEST(requests[1].target == jobs_path + "/job_1?a=b");
    BOOST_TEST((requests[1].headers.back() == std::pair<std::string, std::string>("X-Odd", "yes")));
    BOOST_TEST(server.connections() == 2U);
    BOOST_TEST(server.open_connections() == 2U);
}

BOOST_AUTO_TEST_CASE(requests_that_come_in_pieces_or_together_are_told_apart)
{
    mock_server server(plain());
    raw_client client(server);
    const std::string head = "Host: x\r\nAuthorization: Bearer mint_test_key\r\n";
    client.write("POST " + jobs_path + " HTTP/1.1\r\n" + head + "Content-Le");
    client.write("ngth: 24\r\n\r\n" + prompt.substr(0, 7));
    client.write(prompt.substr(7) + "GET " + jobs_path + "/job_1 HTTP/1.1\r\n" + head + "\r\n");
    BOOST_TEST(client.receive().result_int() == 201U);
    BOOST_TEST(client.receive().result_int() == 200U);
    client.write("not HTTP\r\n\r\n");
    BOOST_TEST(client.receive().result_int() == 400U);
    client.read_to_end();
    BOOST_CHECK(client.end() == raw_client::end_kind::closed);
}

BOOST_AUTO_TEST_CASE(a_client_that_wants_to_close_is_told_so)
{
    mock_server server;
    raw_client client(server);
    const auto response = client.call("GET", "/", "", "", "Connection: close\r\n");
    BOOST_TEST(response["Connection"] == "close");
    client.read_to_end();
    BOOST_CHECK(client.end() == raw_client::end_kind::closed);
}

BOOST_AUTO_TEST_CASE(ordered_answers_replace_right_ones_in_order_and_by_method)
{
    mock_server server(plain());
    raw_client client(server);
    server.answer_next(503, R"({"error":"busy"})", {{"Retry-After", "7"}}, 2, "POST");
    server.answer_next(204, "", {{"Date", "yesterday"}});
    const auto empty = client.call("GET", "/");
    BOOST_TEST(empty.result_int() == 204U);
    BOOST_TEST(empty["Date"] == "yesterday");
    BOOST_TEST(empty["Content-Type"] == "");
    BOOST_TEST(client.call("POST", jobs_path, prompt)["Retry-After"] == "7");
    BOOST_TEST(text(client.call("POST", jobs_path, prompt), "error") == "busy");
    BOOST_TEST(text(client.call("POST", jobs_path, prompt), "id") == "job_1"); // the first that was made
}

BOOST_AUTO_TEST_CASE(bytes_are_sent_as_they_are)
{
    mock_server server;
    raw_client client(server);
    server.send_next("HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\n{}", false);
    server.send_next("anything\n");
    BOOST_TEST(client.call("GET", "/").reason() == "Fine");
    client.send("GET", "/");
    BOOST_TEST(client.read_to_end() == "anything\n");
    BOOST_CHECK(client.end() == raw_client::end_kind::closed);
}

BOOST_AUTO_TEST_SUITE_END()
