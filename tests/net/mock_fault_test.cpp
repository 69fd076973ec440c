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
#include <string>
#include <string_view>

namespace mock_fault_tests {

namespace data = boost::unit_test::data;
using cojob::testing::fault;
using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::tests::raw_client;
using end_kind = raw_client::end_kind;

const std::string job_path = "/v2/agent/test-project/job/job_1";

/// A server with one job whose answers are the same bytes each time: its clock stands still.
struct still_server {
    explicit still_server(bool use_tls) : server(options(use_tls)) { server.add_job({{"active"}}); }

    static mock_server_options options(bool use_tls)
    {
        static boost::asio::io_context context;
        mock_server_options wanted;
        wanted.use_tls = use_tls;
        wanted.clock = std::make_shared<cojob::testing::manual_clock>(context);
        return wanted;
    }

    mock_server server;
};

/// The right answer to the first request, in two pieces.
struct right_answer {
    std::string head, body;

    right_answer()
    {
        still_server twin(false);
        raw_client client(twin.server);
        client.send("GET", job_path, "", "mint_test_key", "Connection: close\r\n");
        const auto bytes = client.read_to_end();
        const auto end = bytes.find("\r\n\r\n") + 4;
        head = bytes.substr(0, end);
        head.erase(head.find("Connection: close\r\n"), std::string_view("Connection: close\r\n").size());
        body = bytes.substr(end);
    }

    [[nodiscard]] std::string whole() const { return head + body; }

    [[nodiscard]] std::string head_without_length() const
    {
        auto text = head;
        const auto at = text.find("Content-Length");
        return text.erase(at, text.find("\r\n", at) + 2 - at);
    }
};

enum class end_style { clean, cut, reset, silent };

struct byte_case {
    const char* name;
    fault broken;
    std::string (*bytes)(const right_answer&);
    end_style end;

    friend std::ostream& operator<<(std::ostream& out, const byte_case& c) { return out << c.name; }
};

std::string nothing(const right_answer&)
{
    return {};
}

std::string half_body(const right_answer& r)
{
    return r.head + r.body.substr(0, r.body.size() / 2);
}

/// Faults whose every byte is known, and that end or silence the connection.
const byte_case byte_cases[] = {
    {"drop_after_request", fault::drop_after_request, nothing, end_style::cut},
    {"reset_after_request", fault::reset_after_request, nothing, end_style::reset},
    {"stall", fault::stall, nothing, end_style::silent},
    {"truncate_head", fault::truncate_head, [](const right_answer& r) { return r.head.substr(0, r.head.size() / 2); },
     end_style::cut},
    {"truncate_body", fault::truncate_body, half_body, end_style::cut},
    {"stall_in_body", fault::stall_in_body, half_body, end_style::silent},
    {"garbage", fault::garbage,
     [](const right_answer&) { return std::string("\x01\x02\x7f garbage \xfe\xff\r\n\r\n"); }, end_style::cut},
    {"garbage_first", fault::garbage_first,
     [](const right_answer& r) { return "\x01\x02\x7f garbage \xfe\xff\r\n\r\n" + r.whole(); }, end_style::silent},
    {"slow_drip", fault::slow_drip, [](const right_answer& r) { return r.whole(); }, end_style::silent},
    {"close_after_answer", fault::close_after_answer, [](const right_answer& r) { return r.whole(); },
     end_style::clean},
    {"until_close", fault::until_close, [](const right_answer& r) { return r.head_without_length() + r.body; },
     end_style::clean},
    {"huge_content_length", fault::huge_content_length,
     [](const right_answer& r) {
         auto head = r.head_without_length();
         return head.insert(head.size() - 2, "Content-Length: 2147483648\r\n") + r.body;
     },
     end_style::silent},
};

struct endless_case {
    const char* name;
    fault broken;
    const char* unit;

    friend std::ostream& operator<<(std::ostream& out, const endless_case& c) { return out << c.name; }
};

const endless_case endless_cases[] = {
    {"endless_headers", fault::endless_headers, "\r\nX-Endless: xxx"},
    {"endless_informational", fault::endless_informational, "HTTP/1.1 102 Processing\r\n\r\n"},
    {"endless_chunks", fault::endless_chunks, "\r\n400\r\nxxx"},
};

std::size_t count(std::string_view text, std::string_view what)
{
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
        ++found;
    return found;
}

/// One request, answered with a fault that leaves well-formed HTTP.
raw_client::response_type response_with(fault broken, bool use_tls)
{
    still_server still(use_tls);
    still.server.inject(broken);
    return raw_client(still.server).call("GET", job_path);
}

} // namespace mock_fault_tests

BOOST_AUTO_TEST_SUITE(mock_fault_test)

using namespace mock_fault_tests;

BOOST_DATA_TEST_CASE(a_fault_sends_what_it_says_to_the_byte, data::make({false, true}) * data::make(byte_cases),
                     use_tls, c)
{
    const right_answer right;
    still_server still(use_tls);
    still.server.inject(c.broken);
    raw_client client(still.server);
    client.send("GET", job_path);
    if (c.end == end_style::silent) {
        const auto expected = c.bytes(right);
        BOOST_TEST(client.read_bytes(expected.size()) == expected);
        BOOST_TEST(still.server.wait_for_requests(1));
        BOOST_TEST(client.hears_nothing());
        BOOST_TEST(still.server.open_connections() == 1U);
        return;
    }
    BOOST_TEST(client.read_to_end() == c.bytes(right));
    const auto cut = use_tls ? end_kind::cut_tls : end_kind::closed;
    BOOST_CHECK(client.end() == (c.end == end_style::clean ? end_kind::closed
                                 : c.end == end_style::cut ? cut
                                                           : end_kind::reset));
    BOOST_TEST(still.server.wait_for_open_connections(0));
}

BOOST_DATA_TEST_CASE(an_endless_answer_goes_on_until_the_client_goes,
                     data::make({false, true}) * data::make(endless_cases), use_tls, c)
{
    still_server still(use_tls);
    still.server.inject(c.broken);
    raw_client client(still.server);
    client.send("GET", job_path);
    const auto bytes = client.read_bytes(300'000);
    BOOST_TEST(bytes.starts_with("HTTP/1.1 "));
    BOOST_TEST(count(bytes, c.unit) > 250U);
    BOOST_TEST(still.server.open_connections() == 1U);
    client.drop();
    BOOST_TEST(still.server.wait_for_open_connections(0));
}

BOOST_DATA_TEST_CASE(oddly_framed_answers_are_still_right, data::make({false, true}), use_tls)
{
    const right_answer right;
    const auto chunked = response_with(fault::chunked, use_tls);
    BOOST_TEST(chunked["Transfer-Encoding"] == "chunked");
    BOOST_TEST(chunked.body() == right.body);
    const auto crowded = response_with(fault::many_headers, use_tls);
    BOOST_TEST(crowded["X-Many-999"] == "1");
    BOOST_TEST(crowded.body() == right.body);
    const auto announced = response_with(fault::announce_close, use_tls);
    BOOST_TEST(announced["Connection"] == "close");
    BOOST_TEST(announced.body() == right.body);
    const auto odd = response_with(fault::status_999, use_tls);
    BOOST_TEST(odd.result_int() == 999U);
    BOOST_TEST(odd.body() == right.body);
}

BOOST_AUTO_TEST_CASE(a_right_status_may_come_with_a_wrong_body)
{
    BOOST_TEST(response_with(fault::empty_body, false).body() == "");
    const auto page = response_with(fault::html, false);
    BOOST_TEST(page["Content-Type"] == "text/html");
    BOOST_TEST(page.body().starts_with("<!doctype html>"));
    const auto deep = response_with(fault::deep_json, false).body();
    BOOST_TEST(count(deep, "[") == 10'000U);
    boost::system::error_code ec;
    boost::json::parse(response_with(fault::invalid_utf8, false).body(), ec);
    BOOST_TEST(ec == boost::json::error::syntax);
}

BOOST_AUTO_TEST_CASE(a_chunk_extension_may_be_a_mebibyte)
{
    const right_answer right;
    still_server still(false);
    still.server.inject(fault::long_chunk_extension);
    raw_client client(still.server);
    client.send("GET", job_path);
    const auto bytes = client.read_bytes(1024 * 1024 + right.whole().size());
    BOOST_TEST(count(bytes, ";x=xxxx") == 1U);
    BOOST_TEST(bytes.find("\r\n" + right.body) > 1024U * 1024U);
}

BOOST_AUTO_TEST_CASE(a_second_answer_comes_with_the_first)
{
    const right_answer right;
    still_server still(true);
    still.server.inject(fault::two_answers);
    raw_client client(still.server);
    BOOST_TEST(client.call("GET", job_path).body() == right.body);
    BOOST_TEST(client.receive().body() == R"({"error":"a second answer to one request"})");
}

BOOST_AUTO_TEST_CASE(faults_queue_up_by_method_and_count)
{
    still_server still(false);
    still.server.inject(fault::empty_body, 2, "POST");
    still.server.inject(fault::html);
    raw_client client(still.server);
    BOOST_TEST(client.call("GET", job_path)["Content-Type"] == "text/html");
    BOOST_TEST(client.call("GET", job_path)["Content-Type"] == "application/json");
    BOOST_TEST(client.call("POST", "/").body() == "");
    BOOST_TEST(client.call("POST", "/").body() == "");
    BOOST_TEST(client.call("POST", "/").body() != "");
}

BOOST_AUTO_TEST_CASE(the_work_behind_a_lost_answer_is_done)
{
    still_server still(false);
    still.server.inject(fault::drop_after_request);
    raw_client client(still.server);
    client.send("POST", "/v2/agent/test-project/job", R"({"prompt":"x"})");
    client.read_to_end();
    const auto made = raw_client(still.server).call("GET", "/v2/agent/test-project/job/job_2");
    BOOST_TEST(made.result_int() == 200U);
}

BOOST_AUTO_TEST_SUITE_END()
