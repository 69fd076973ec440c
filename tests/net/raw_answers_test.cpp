#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>

namespace raw_answers_tests {

namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::error_code;

enum class server { keeps, closes };
enum class connection { kept, dropped };

/// What a server may put on the wire, and what a GET makes of it.
struct raw_answer {
    const char* name;
    std::string bytes;
    error_code get;
    connection after = connection::dropped;
    server then = server::keeps;

    friend std::ostream& operator<<(std::ostream& out, const raw_answer& r) { return out << r.name; }
};

const std::string job = R"({"id":"job_1","status":"active","source":{"repository":"https://github.com/org/repo"},)"
                        R"("model":"sonnet","prLink":null,"createdAt":"2026-01-02T03:04:05Z","archivedAt":null})";
const std::string length = "Content-Length: " + std::to_string(job.size()) + "\r\n";
const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

cojob::client_options small_limits()
{
    auto options = tests::one_attempt();
    options.limits.header_bytes = 512;
    options.limits.header_count = 4;
    options.limits.body_bytes = job.size() + 1;
    options.limits.chunk_extension = 32;
    return options;
}

std::string repeat(std::string_view text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

std::string answer(const std::string& status_line)
{
    return status_line + "\r\n" + length + "\r\n" + job;
}

/// A right answer whose head has that size.
std::string with_head_of(std::size_t size)
{
    const auto begin = ok + length + "X: ", end = std::string("\r\n\r\n");
    return begin + std::string(size - begin.size() - end.size(), 'x') + end + job;
}

std::string with_headers(int count)
{
    return ok + repeat("X: y\r\n", count - 1) + length + "\r\n" + job;
}

/// A right answer, its body filled up with spaces to that size.
std::string with_body_of(std::size_t size)
{
    return ok + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + job + std::string(size - job.size(), ' ');
}

std::string in_one_chunk(const std::string& extension)
{
    char size[8];
    std::snprintf(size, sizeof size, "%zx", job.size());
    return chunked + size + extension + "\r\n" + job + "\r\n0\r\n\r\n";
}

const error_code success;
constexpr auto malformed = errc::malformed_response;
constexpr auto too_large = errc::response_too_large;
constexpr auto unexpected = errc::unexpected_status;
constexpr auto kept = connection::kept;
constexpr auto dropped = connection::dropped;

const raw_answer raw_answers[] = {
    {"a right answer", answer("HTTP/1.1 200 OK"), success, kept},
    {"no status line", length + "\r\n" + job, malformed},
    {"an empty line first", "\r\n" + answer("HTTP/1.1 200 OK"), malformed},
    {"status 099", answer("HTTP/1.1 099 Low"), unexpected, kept},
    {"status 600", answer("HTTP/1.1 600 High"), unexpected, kept},
    {"status 999", answer("HTTP/1.1 999 High"), unexpected, kept},
    {"status 299", answer("HTTP/1.1 299 Odd"), success, kept},
    {"status 20", answer("HTTP/1.1 20 Short"), malformed},
    {"HTTP/2", std::string("\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64", 15), malformed},
    {"HTTP/2 in words", answer("HTTP/2 200"), malformed},
    {"lines without CR", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", malformed},
    {"a header without colon", ok + "Content-Length 0\r\n\r\n", malformed},
    {"length and chunks", ok + length + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", malformed},
    {"two lengths", ok + length + "Content-Length: 5\r\n\r\n" + job, malformed},
    {"one length twice", ok + length + length + "\r\n" + job, success, kept},
    {"a negative length", ok + "Content-Length: -1\r\n\r\n", malformed},
    {"a chunk size that is no number", chunked + "hi\r\n" + job, malformed},
    {"101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", unexpected},
    {"100, then 200", "HTTP/1.1 100 Continue\r\n\r\n" + answer("HTTP/1.1 200 OK"), success, kept},
    {"eight times 100", repeat("HTTP/1.1 100 Continue\r\n\r\n", 8) + answer("HTTP/1.1 200 OK"), success, kept},
    {"nine times 100", repeat("HTTP/1.1 100 Continue\r\n\r\n", 9) + answer("HTTP/1.1 200 OK"), too_large},
    {"100, then the end", "HTTP/1.1 100 Continue\r\n\r\n", errc::connection_lost, dropped, server::closes},
    {"204", "HTTP/1.1 204 No Content\r\n\r\n", errc::invalid_response, kept},
    {"304", "HTTP/1.1 304 Not Modified\r\n\r\n", unexpected, kept},
    {"gzip", ok + "Content-Encoding: gzip\r\n" + length + "\r\n" + job, errc::invalid_response, kept},
    {"HTTP/1.0", answer("HTTP/1.0 200 OK"), success},
    {"HTTP/1.0 that keeps the connection",
     ok.substr(0, 7) + "0 200 OK\r\nConnection: keep-alive\r\n" + length + "\r\n" + job, success, kept},
    {"no reason", answer("HTTP/1.1 200 "), success, kept},
    {"no space before no reason", answer("HTTP/1.1 200"), success, kept},
    {"a long reason", answer("HTTP/1.1 200 " + std::string(400, 'x')), success, kept},
    {"a huge reason", answer("HTTP/1.1 200 " + std::string(600, 'x')), too_large},
    {"a head at the limit", with_head_of(512), success, kept},
    {"a head over the limit", with_head_of(513), too_large},
    {"headers at the limit", with_headers(4), success, kept},
    {"headers over the limit", with_headers(5), too_large},
    {"a body at the limit", with_body_of(job.size() + 1), success, kept},
    {"a body over the limit", with_body_of(job.size() + 2), too_large},
    {"until close, at the limit", ok + "\r\n" + job + " ", success, dropped, server::closes},
    {"until close, over the limit", ok + "\r\n" + job + "  ", too_large},
    {"one chunk", in_one_chunk(""), success, kept},
    {"blanks after a chunk's size", in_one_chunk("        "), success, kept},
    {"a bare LF after a chunk's size", chunked + "5\nhello\r\n0\r\n\r\n", malformed},
    {"an unknown transfer coding", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n", malformed},
    {"an extension at the limit", in_one_chunk(";" + std::string(31, 'x')), success, kept},
    {"an extension over the limit", in_one_chunk(";" + std::string(32, 'x')), too_large},
    {"nothing, then the end", "", errc::connection_lost, dropped, server::closes},
    {"half a chunk, then the end", chunked + "5\r\nhe", errc::connection_lost, dropped, server::closes},
};

/// Without an answer that can be read nobody knows what a POST did.
error_code of_post(error_code of_get)
{
    const auto is_answer = of_get != malformed && of_get != too_large && of_get != errc::connection_lost;
    return is_answer ? of_get : errc::outcome_unknown;
}

void check(tests::mock_agent& mock, const raw_answer& sent, tests::started<cojob::mintlify::agent_job> call,
           error_code code)
{
    BOOST_TEST(call.code() == code);
    if (code && code != errc::invalid_response) {
        BOOST_TEST_REQUIRE(call.error().attempts.size() == 1U);
        const auto tried = call.error().attempts.front();
        BOOST_TEST(tried.ended == sent.get);
        BOOST_TEST((tried.reached == cojob::phase::done) == (sent.get == unexpected));
        BOOST_TEST(tried.why.empty() == (sent.get == unexpected));
    }
    BOOST_TEST(mock.server.wait_for_open_connections(sent.after == kept ? 1 : 0));
}

} // namespace raw_answers_tests

BOOST_AUTO_TEST_SUITE(raw_answers_of_a_server)

using namespace raw_answers_tests;

BOOST_DATA_TEST_CASE(are_read_or_refused, data::make(raw_answers), sent)
{
    tests::mock_agent mock(tests::plain_http(), small_limits());
    mock.server.send_next(sent.bytes, sent.then == server::closes);
    check(mock, sent, mock.run(mock.agent.create_job("Document it")), of_post(sent.get));
    mock.server.send_next(sent.bytes, sent.then == server::closes);
    check(mock, sent, mock.run(mock.agent.get_job("job_1")), sent.get);
    BOOST_TEST(mock.server.connections() == (sent.after == kept ? 1U : 2U));
    BOOST_TEST(mock.server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(that_come_unasked_are_nobodys_answer)
{
    tests::mock_agent mock(tests::plain_http());
    const auto id = mock.server.add_job({{"active"}});
    mock.server.send_next(answer("HTTP/1.1 200 OK") + answer("HTTP/1.1 500 Late"), false);
    BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    BOOST_TEST(mock.server.connections() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
