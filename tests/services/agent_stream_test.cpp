#include "support/scripted_agent.hpp"
#include "support/stream_bench.hpp"

#include <cojob/job/wait.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace agent_stream_tests {

namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::mintlify::agent_stream;
using cojob::mintlify::create_session_request;
using cojob::mintlify::message_role;
using cojob::testing::fault;
using tests::numbered_events;
using tests::stream_bench;
using tests::stream_headers;

boost::json::value body_of(const cojob::http::request& r)
{
    return boost::json::parse(r.body);
}

/// An agent of v1 whose requests are only recorded.
class recorded : public tests::scripted_agent {
  public:
    recorded()
        : scripted_agent([](const cojob::http::request&) {
              return cojob::testing::scripted_reply(200, tests::numbered_events(2), stream_headers());
          }),
          service(agent.get_client(), project())
    {
    }

    cojob::mintlify::agent_v1 service;
};

/// How the end of a body is told.
struct framing {
    const char* name;
    fault told_by;

    friend std::ostream& operator<<(std::ostream& out, const framing& f) { return out << f.name; }
};

const framing framings[] = {{"in chunks", fault::chunked},
                            {"by closing", fault::until_close},
                            {"in small pieces", fault::slow_drip},
                            {"with an announced close", fault::announce_close},
                            {"closed after it", fault::close_after_answer}};

struct bad_request {
    const char* name;
    std::function<void(create_session_request&)> spoil;
    const char* message;

    friend std::ostream& operator<<(std::ostream& out, const bad_request& b) { return out << b.name; }
};

const bad_request bad_requests[] = {
    {"no message", [](auto& r) { r.messages.clear(); }, "create_session_request::messages: must not be empty"},
    {"an empty message", [](auto& r) { r.add(message_role::system, ""); },
     "create_session_request::messages: must not be empty"},
    {"a message that is no text", [](auto& r) { r.add(message_role::user, "\xff"); },
     "create_session_request::messages: must be valid UTF-8"},
    {"a role that is none", [](auto& r) { r.add(static_cast<message_role>(7), "x"); },
     "create_session_request::messages: unknown role"},
    {"an empty branch", [](auto& r) { r.branch.emplace(); }, "create_session_request::branch: must not be empty"},
    {"a branch that is no text", [](auto& r) { r.branch = "\xc0\x80"; },
     "create_session_request::branch: must be valid UTF-8"},
    {"a model that is no text", [](auto& r) { r.model = "\xff"; },
     "create_session_request::model: must be valid UTF-8"},
};

struct bad_answer {
    const char* name;
    cojob::http::header_list headers;
    const char* message;
    const char* job_id;

    friend std::ostream& operator<<(std::ostream& out, const bad_answer& b) { return out << b.name; }
};

const bad_answer bad_answers[] = {
    {"no id", {{"Content-Type", "text/event-stream"}}, "header X-Session-Id: missing, or not an id", ""},
    {"an empty id",
     {{"Content-Type", "text/event-stream"}, {"X-Session-Id", ""}},
     "header X-Session-Id: missing, or not an id",
     ""},
    {"an id that leads elsewhere",
     {{"Content-Type", "text/event-stream"}, {"X-Session-Id", ".."}},
     "header X-Session-Id: missing, or not an id",
     ""},
    {"JSON", {{"X-Session-Id", "s1"}}, "header Content-Type: expected text/event-stream", "s1"},
    {"a coding that was not asked for",
     {{"Content-Type", "text/event-stream"}, {"Content-Encoding", "gzip"}, {"X-Session-Id", "s1"}},
     "header Content-Encoding: gzip, which was not asked for",
     "s1"},
    {"a type that begins like it",
     {{"Content-Type", "text/event-streams"}, {"X-Session-Id", "s1"}},
     "header Content-Type: expected text/event-stream",
     "s1"},
};

} // namespace agent_stream_tests

BOOST_AUTO_TEST_SUITE(an_agent_stream)

using namespace agent_stream_tests;

BOOST_AUTO_TEST_CASE(tells_its_session_first_and_its_events_after)
{
    stream_bench b;
    auto s = b.open(numbered_events(3));
    BOOST_TEST(s.session_id() == "s1");
    BOOST_TEST(s.branch().value() == "mintlify/s1");
    const auto first = b.run(s.next()).get().value().value();
    BOOST_TEST((first == stream_bench::event{"message", "event 1", "1"}));
    const auto rest = b.read_all(s);
    BOOST_TEST(!rest.failure.code());
    BOOST_TEST((rest.texts == std::vector<std::string>{"event 2", "event 3"}));
    BOOST_TEST((!b.run(s.next()).get().value())); // and no more
}

BOOST_DATA_TEST_CASE(does_not_mind_how_its_end_is_told, data::make(framings), f)
{
    stream_bench b;
    b.server.inject(f.told_by, 1, "POST");
    const auto told = b.read_all(b.open(numbered_events(5)));
    BOOST_TEST(!told.failure.code());
    BOOST_TEST(told.texts.size() == 5U);
    BOOST_TEST(b.server.wait_for_open_connections(0)); // nothing is left of it, although the handle is there
}

BOOST_AUTO_TEST_CASE(is_made_by_a_server_and_its_session_waited_for)
{
    stream_bench b;
    const auto s = b.create().get().value();
    BOOST_TEST(!s.session_id().empty());
    const auto told = b.read_all(s);
    BOOST_TEST(!told.failure.code());
    BOOST_TEST(!told.texts.empty());
    auto waiting = b.start(cojob::wait_for_job(b.service, s.handle()));
    b.clock->advance(std::chrono::minutes(1));
    BOOST_TEST_REQUIRE(waiting.is_done());
    BOOST_TEST(waiting.get().value().session_id == s.session_id());
    BOOST_TEST(waiting.get().value().halted);
    BOOST_TEST(b.run(b.service.list_jobs()).get().value().size() == 1U);
}

BOOST_AUTO_TEST_CASE(asks_as_the_vendor_documents_it)
{
    recorded b;
    create_session_request r("Document it");
    r.messages.insert(r.messages.begin(), {message_role::system, "Be brief"});
    r.add(message_role::assistant, "Done");
    r.branch = "docs/x";
    r.as_draft = true;
    r.model = "opus";
    const auto s = b.start(b.service.create_job(r)).get().value();
    const auto& sent = b.transport->requests().front();
    BOOST_TEST(sent.method == "POST");
    BOOST_TEST(sent.target == "/v1/agent/p/job");
    BOOST_TEST(cojob::http::find_header(sent.headers, "Accept").value() == "text/event-stream");
    BOOST_TEST(body_of(sent) ==
               boost::json::parse(
                   R"({"messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Document it"},)"
                   R"({"role":"assistant","content":"Done"}],"branch":"docs/x","asDraft":true,"model":"opus"})"));
}

BOOST_AUTO_TEST_CASE(leaves_out_what_is_the_default_and_sends_a_false_that_was_set)
{
    recorded b;
    create_session_request r("Document it");
    b.start(b.service.create_job(r));
    r.as_draft = false;
    b.start(b.service.create_job(r));
    BOOST_TEST(body_of(b.transport->requests().front()) ==
               boost::json::parse(R"({"messages":[{"role":"user","content":"Document it"}]})"));
    BOOST_TEST(body_of(b.transport->requests().back()) ==
               boost::json::parse(R"({"messages":[{"role":"user","content":"Document it"}],"asDraft":false})"));
}

BOOST_AUTO_TEST_CASE(comes_whole_from_a_transport_that_knows_no_streams)
{
    recorded b;
    const auto s = b.start(b.service.create_job(create_session_request("Document it"))).get().value();
    BOOST_TEST(s.session_id() == "s1");
    BOOST_TEST(b.start(s.next()).get().value()->data == "event 1");
    BOOST_TEST(b.start(s.next()).get().value()->data == "event 2");
    BOOST_TEST(!b.start(s.next()).get().value());
}

BOOST_DATA_TEST_CASE(is_not_asked_for_with_a_bad_request, data::make(bad_requests), bad)
{
    recorded b;
    create_session_request r("Document it");
    bad.spoil(r);
    const auto failure = b.start(b.service.create_job(r)).error();
    BOOST_TEST(failure.code() == errc::invalid_argument);
    BOOST_TEST(failure.message == bad.message);
    BOOST_TEST(b.transport->requests().empty());
}

BOOST_DATA_TEST_CASE(is_not_made_of_another_answer, data::make(bad_answers), bad)
{
    stream_bench b;
    b.answer(numbered_events(1), bad.headers);
    const auto failure = b.create().error();
    BOOST_TEST(failure.code() == errc::invalid_response);
    BOOST_TEST(failure.message == bad.message);
    BOOST_TEST(failure.job_id == bad.job_id); // the session is there
    BOOST_TEST(failure.http_status == 200);
    BOOST_TEST(failure.path == "/v1/agent/test-project/job");
    BOOST_TEST(failure.attempts.size() == 1U);
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_CASE(of_an_error_is_that_error)
{
    stream_bench b;
    b.server.answer_next(403, R"({"error":"no agent in this plan"})", {}, 1, "POST");
    const auto failure = b.create().error();
    BOOST_TEST(failure.code() == errc::forbidden);
    BOOST_TEST(failure.server_message == "no agent in this plan");
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_CASE(is_a_use_of_the_quota_that_ends_with_its_head)
{
    stream_bench b;
    cojob::mintlify::agent_options o;
    o.project_id = "test-project";
    o.api_key = cojob::secret("mint_test_key");
    o.base_url = b.server.base_url();
    o.quota = {.limit = 1, .window = std::chrono::hours(1), .on_exhausted = cojob::when_exhausted::fail};
    const cojob::mintlify::agent_v1 limited(b.client(), o);
    b.answer(numbered_events(1));
    b.server.inject(fault::stall_in_body, 1, "POST");
    const auto s = b.run(limited.create_job(create_session_request("one"))).get().value();
    BOOST_TEST(b.run(limited.create_job(create_session_request("two"))).code() == errc::quota_exhausted);
    b.clock->jump(std::chrono::hours(1) + std::chrono::seconds(1)); // the stream is still open
    b.answer(numbered_events(1));
    BOOST_TEST(!b.run(limited.create_job(create_session_request("three"))).code());
    BOOST_TEST(b.server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(is_asked_for_again_after_a_refusal_only)
{
    stream_bench b({}, cojob::client_options());
    b.server.answer_next(429, "{}", {{"Retry-After", "1"}}, 1, "POST");
    b.server.answer_next(503, "{}", {{"Retry-After", "1"}}, 1, "POST");
    b.answer(numbered_events(2));
    b.server.inject(fault::chunked, 3, "POST");
    const auto creation = b.start(b.service.create_job(create_session_request("Document it")));
    b.clock->advance(std::chrono::seconds(10));
    BOOST_TEST_REQUIRE(b.finish(creation));
    BOOST_TEST(b.read_all(creation.get().value()).texts.size() == 2U);
    BOOST_TEST(b.server.requests().size() == 3U);
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_CASE(with_a_refused_key_is_asked_for_with_another)
{
    stream_bench b({}, cojob::client_options());
    cojob::mintlify::agent_options o;
    o.project_id = "test-project";
    o.base_url = b.server.base_url();
    o.quota.limit = 0;
    o.api_key = cojob::credential([n = 0]() mutable -> cojob::asio::awaitable<cojob::secret> {
        const auto key = ++n == 1 ? "mint_old_key" : "mint_test_key";
        co_return cojob::secret(key);
    });
    const cojob::mintlify::agent_v1 agent(b.client(), o);
    const auto s = b.run(agent.create_job(create_session_request("Document it")));
    BOOST_TEST_REQUIRE(!s.code());
    BOOST_TEST(b.read_all(s.get().value()).texts.size() == 3U);
    BOOST_TEST(b.server.requests().size() == 2U);
}

BOOST_AUTO_TEST_CASE(of_nothing_says_so)
{
    stream_bench b;
    const auto failure = b.run(agent_stream().next()).error();
    BOOST_TEST(failure.code() == errc::invalid_argument);
    BOOST_TEST(failure.message == "agent_stream::next: the object has no stream");
}

BOOST_AUTO_TEST_SUITE_END()
