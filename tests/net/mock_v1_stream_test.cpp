#include <cojob/testing/mock_server.hpp>

#include "support/raw_client.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace mock_v1_stream_tests {

namespace data = boost::unit_test::data;
using cojob::testing::fault;
using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::tests::raw_client;
using namespace std::chrono_literals;

const std::string job_path = "/v1/agent/test-project/job";
const std::string creation = R"({"messages":[{"role":"user","content":"Document it"}]})";

mock_server_options with_events(std::vector<std::string> events, cojob::duration gap = {})
{
    mock_server_options options;
    options.use_tls = false;
    options.session_events = std::move(events);
    options.session_event_gap = gap;
    return options;
}

} // namespace mock_v1_stream_tests

BOOST_AUTO_TEST_SUITE(mock_v1_stream_test)

using namespace mock_v1_stream_tests;

BOOST_AUTO_TEST_CASE(a_creation_streams_an_event_a_chunk)
{
    mock_server server(with_events({"data: 1\n\n", "", "event: end\ndata: 22\n\n"}));
    raw_client client(server);
    client.send("POST", job_path, creation, "mint_test_key", "Connection: close\r\n");
    const auto head = client.read_through("\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 200 OK\r\n"));
    for (const auto* line : {"Content-Type: text/event-stream", "X-Session-Id: session_1",
                             "X-Branch-Name: mintlify/session-1", "Transfer-Encoding: chunked", "Connection: close"})
        BOOST_TEST(head.find(std::string("\r\n") + line + "\r\n") != std::string::npos, line << " in " << head);
    BOOST_TEST(head.find("Content-Length") == std::string::npos);
    BOOST_TEST(client.read_to_end() == "9\r\ndata: 1\n\n\r\n15\r\nevent: end\ndata: 22\n\n\r\n0\r\n\r\n");
    BOOST_CHECK(client.end() == raw_client::end_kind::closed);
}

BOOST_AUTO_TEST_CASE(streams_follow_each_other_on_a_kept_connection)
{
    mock_server server;
    raw_client client(server);
    std::string expected;
    for (const auto& event : mock_server_options().session_events)
        expected += event;
    BOOST_TEST(expected.ends_with("\n\n"));
    BOOST_TEST(client.call("POST", job_path, creation).body() == expected);
    const auto second = client.call("POST", job_path,
                                    R"({"messages":[{"role":"system","content":""}],"model":"opus",)"
                                    R"("asDraft":true,"branch":"docs/new-page"})");
    BOOST_TEST(second.body() == expected);
    BOOST_TEST(second["X-Session-Id"] == "session_2");
    BOOST_TEST(second["X-Branch-Name"] == "docs/new-page");
    BOOST_TEST(server.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(events_come_after_the_headers_and_one_by_one_when_there_is_a_gap)
{
    mock_server server(with_events({"data: 1\n\n", "data: 2\n\n"}, 5ms));
    raw_client client(server);
    client.send("POST", job_path, creation);
    client.send("GET", job_path + "/session_1"); // is kept for later
    client.read_through("\r\n\r\n");
    BOOST_TEST(client.read_through("0\r\n\r\n") == "9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n");
    BOOST_TEST(client.receive().result_int() == 200U);
}

BOOST_DATA_TEST_CASE(a_client_that_goes_ends_a_long_gap, data::make({false, true}), use_tls)
{
    auto options = with_events({"data: 1\n\n"}, 1h);
    options.use_tls = use_tls;
    mock_server server(options);
    raw_client client(server), another(server);
    for (auto* each : {&client, &another}) {
        each->send("POST", job_path, creation);
        each->read_through("\r\n\r\n");
        BOOST_TEST(each->hears_nothing());
    }
    client.drop();
    BOOST_TEST(server.wait_for_open_connections(1));
    server.close_idle_connections(); // does not wait for `another`; nor does the server's end
    BOOST_TEST(server.open_connections() == 1U);
}

BOOST_AUTO_TEST_CASE(faults_spoil_a_stream_as_any_other_answer)
{
    mock_server server(with_events({"data: 1\n\n", "data: 2\n\n"}, 1h)); // which no broken answer waits for
    const std::string body = "data: 1\n\ndata: 2\n\n";
    for (const auto broken : {fault::slow_drip, fault::chunked, fault::until_close}) {
        server.inject(broken);
        const auto response = raw_client(server).call("POST", job_path, creation);
        BOOST_TEST(response.body() == body);
        BOOST_TEST(response["Content-Type"] == "text/event-stream");
    }
    for (const auto broken : {fault::truncate_body, fault::until_close}) {
        server.inject(broken);
        raw_client client(server);
        client.send("POST", job_path, creation);
        client.read_through("\r\n\r\n");
        BOOST_TEST(client.read_to_end() == (broken == fault::until_close ? body : body.substr(0, 9)));
    }
    server.inject(fault::stall_in_body);
    raw_client client(server);
    client.send("POST", job_path, creation);
    client.read_through("\r\n\r\n");
    BOOST_TEST(client.read_bytes(9) == "data: 1\n\n");
    BOOST_TEST(client.hears_nothing());
    BOOST_TEST(raw_client(server).call("GET", job_path + "/session_6").result_int() == 200U); // all were made
}

BOOST_AUTO_TEST_SUITE_END()
