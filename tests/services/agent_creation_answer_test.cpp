#include "support/stream_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace agent_creation_answer_tests {

using cojob::errc;
using cojob::testing::fault;
using tests::stream_bench;

struct row {
    const char* type;
    std::string body;
    const char *id_header, *job_id;
    std::string words;
};

cojob::http::header_list headers(const row& r)
{
    cojob::http::header_list all{{"Content-Type", r.type}};
    if (*r.id_header)
        all.emplace_back("X-Session-Id", r.id_header);
    return all;
}

const std::string session = R"({"sessionId":"s7","haulted":true,"haultReason":"completed"})";

const std::vector<row> rows{
    {"application/json", R"({"error":"Agent is not enabled"})", "", "", "Agent is not enabled"},
    {"application/json", R"({"message":"Agent is not enabled"})", "s1", "s1", "Agent is not enabled"},
    {"application/json", session, "", "s7", session},
    {"application/json", session, "s1", "s1", session}, // the header is what the vendor documents
    {"application/json", session, "..", "s7", session},
    {"application/json", R"({"sessionId":12345678901234567890})", "", "12345678901234567890",
     R"({"sessionId":12345678901234567890})"},
    {"application/json", R"({"sessionId":1.5,"error":"no"})", "", "", "no"},
    {"application/json", R"({"sessionId":"..","error":"no"})", "", "", "no"},
    {"application/json", R"({"sessionId":null,"error":"no"})", "", "", "no"},
    {"application/json", R"([{"sessionId":"s7"}])", "", "", R"([{"sessionId":"s7"}])"},
    {"application/json", R"({"sessionId":)", "", "", R"({"sessionId":)"},
    {"application/problem+json; charset=utf-8", R"({"sessionId":"s7","message":"later"})", "", "s7", "later"},
    {"text/plain", "Queued behind 3 others", "s1", "s1", "Queued behind 3 others"},
    {"text/html", "<html>Just a moment</html>", "", "", "<html>Just a moment</html>"},
    {"text/html", "key mint_test_key", "", "", "key ***"},
    {"application/json", "", "s1", "s1", ""}};

const cojob::testing::fault forms[] = {fault::chunked, fault::until_close, fault::slow_drip};

} // namespace agent_creation_answer_tests

BOOST_AUTO_TEST_SUITE(a_creation_that_is_not_answered_with_a_stream)

using namespace agent_creation_answer_tests;

BOOST_AUTO_TEST_CASE(keeps_the_id_and_the_servers_words)
{
    stream_bench b(tests::plain_http());
    for (std::size_t n = 0; n < rows.size(); ++n)
        BOOST_TEST_CONTEXT(rows[n].body)
        {
            b.answer(rows[n].body, headers(rows[n]));
            b.server.inject(forms[n % 3], 1, "POST");
            const auto failure = b.create().error();
            BOOST_TEST(failure.code() == errc::invalid_response);
            BOOST_TEST(failure.message == "header Content-Type: expected text/event-stream");
            BOOST_TEST(failure.job_id == rows[n].job_id);
            BOOST_TEST(failure.server_message == rows[n].words);
            BOOST_TEST(failure.http_status == 200);
            cojob::mintlify::agent_session made;
            made.session_id = failure.job_id;
            BOOST_TEST(b.service.handle(made).created_at.has_value() == (*rows[n].job_id != '\0'));
        }
    BOOST_TEST(b.server.requests().size() == rows.size());
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_CASE(keeps_what_came_before_it_broke_off)
{
    stream_bench b;
    b.answer("Queued behind others", {{"Content-Type", "text/plain"}, {"X-Session-Id", "s1"}});
    b.server.inject(fault::truncate_body, 1, "POST");
    const auto failure = b.create().error();
    BOOST_TEST(failure.code() == errc::invalid_response);
    BOOST_TEST(failure.job_id == "s1");
    BOOST_TEST(failure.server_message == "Queued beh");
}

BOOST_AUTO_TEST_CASE(is_read_no_longer_than_an_attempt_may_take)
{
    for (const bool is_cancelled : {true, false}) {
        stream_bench b;
        b.answer("Queued behind others", {{"Content-Type", "text/plain"}, {"X-Session-Id", "s1"}});
        b.server.inject(fault::stall_in_body, 1, "POST");
        auto creation = b.start(b.service.create_job(cojob::mintlify::create_session_request("Document it")));
        BOOST_TEST_REQUIRE(b.until([&] { return b.client().stats().bytes_received > 0; })); // its head is there
        BOOST_TEST(!creation.is_done());
        if (is_cancelled)
            creation.cancel();
        else
            b.clock->jump(std::chrono::seconds(30));
        BOOST_TEST_REQUIRE(b.finish(creation));
        BOOST_TEST(creation.error().code() == errc::invalid_response); // what is known is told
        BOOST_TEST(creation.error().job_id == "s1");
        BOOST_TEST(b.server.wait_for_open_connections(0));
    }
}

BOOST_AUTO_TEST_CASE(is_not_read_where_it_is_coded)
{
    stream_bench b;
    b.answer("a live stream",
             {{"Content-Type", "text/event-stream"}, {"Content-Encoding", "gzip"}, {"X-Session-Id", "s1"}});
    b.server.inject(fault::stall_in_body, 1, "POST");
    auto creation = b.start(b.service.create_job(cojob::mintlify::create_session_request("Document it")));
    BOOST_TEST_REQUIRE(b.until([&] { return creation.is_done(); })); // no time passes
    BOOST_TEST(creation.error().code() == errc::invalid_response);
    BOOST_TEST(creation.error().message == "header Content-Encoding: gzip, which was not asked for");
    BOOST_TEST(creation.error().job_id == "s1");
    BOOST_TEST(creation.error().server_message.empty());
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_SUITE_END()
