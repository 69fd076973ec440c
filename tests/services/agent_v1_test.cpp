#include "support/scripted_agent.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent_v1.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace agent_v1_tests {

using cojob::errc;
using cojob::mintlify::agent_session;
using cojob::mintlify::agent_v1;
using cojob::mintlify::halt_reason;
using cojob::testing::scripted_reply;

/// As the vendor's document has it, misspellings too.
std::string session_json(const std::string& id, bool halted, const std::string& reason)
{
    return R"({"sessionId":")" + id + R"(","subdomain":"docs","branch":null,"haulted":)" + (halted ? "true" : "false") +
           R"(,"haultReason":")" + reason +
           R"(","todos":[{"content":"Read","status":"pending","priority":"high","id":"1"}]})";
}

std::string list_json(const std::vector<std::string>& sessions)
{
    std::string text;
    for (const auto& s : sessions)
        text += (text.empty() ? "" : ",") + s;
    return R"({"allSessions":[)" + text + "]}";
}

/// A v1 agent in virtual time.
class bench : public tests::scripted_agent {
  public:
    explicit bench(cojob::testing::scripted_transport::script_type script)
        : scripted_agent(std::move(script)), service(agent.get_client(), options())
    {
    }

    agent_v1 service;

  private:
    static cojob::mintlify::agent_options options()
    {
        cojob::mintlify::agent_options o;
        o.project_id = "p";
        o.api_key = cojob::secret("key");
        return o;
    }
};

cojob::testing::scripted_transport::script_type always(const std::string& body)
{
    return [body](const cojob::http::request&) { return scripted_reply(200, body); };
}

} // namespace agent_v1_tests

BOOST_AUTO_TEST_SUITE(an_agent_of_v1)

using namespace agent_v1_tests;

BOOST_AUTO_TEST_CASE(reads_a_session_whole)
{
    bench b(always(
        R"({"sessionId":"s1","subdomain":"docs","branch":"mintlify/x","haulted":true,)"
        R"("haultReason":"github_missconfigured","pullRequestLink":"https://example.org/1",)"
        R"("messageToUser":"Sorry","todos":[{"content":"Read","status":"in_progress","priority":"low","id":"7"}],)"
        R"("userId":"u","title":"T","createdAt":"2026-01-02T03:04:05.000Z","new":1})"));
    const auto got = b.start(b.service.get_job("s1"));
    const agent_session& s = got.get().value();
    BOOST_TEST(b.transport->requests().front().target == "/v1/agent/p/job/s1");
    BOOST_TEST(s.session_id == "s1");
    BOOST_TEST(s.subdomain == "docs");
    BOOST_TEST(s.branch.value() == "mintlify/x");
    BOOST_TEST(s.halted);
    BOOST_TEST((s.reason == halt_reason::github_misconfigured));
    BOOST_TEST(s.reason_text == "github_missconfigured");
    BOOST_TEST(s.pull_request_link.value() == "https://example.org/1");
    BOOST_TEST(s.message_to_user.value() == "Sorry");
    BOOST_TEST(s.user_id.value() == "u");
    BOOST_TEST(s.title.value() == "T");
    BOOST_REQUIRE(s.todos.size() == 1U);
    BOOST_TEST((s.todos.front() == cojob::mintlify::todo{"7", "Read", "in_progress", "low"}));
    BOOST_TEST(cojob::to_string(s.created_at.value()) == "2026-01-02T03:04:05Z");
}

BOOST_AUTO_TEST_CASE(has_every_reason_of_the_vendors_document_and_keeps_any_other_as_text)
{
    const std::vector<std::pair<std::string, halt_reason>> rows{
        {"completed", halt_reason::completed},
        {"github_missconfigured", halt_reason::github_misconfigured},
        {"error", halt_reason::error},
        {"processing", halt_reason::processing},
        {"interrupted", halt_reason::interrupted},
        {"on_hold", halt_reason::unknown}};
    for (const auto& [text, reason] : rows)
        for (const auto halted : {false, true}) {
            bench b(always(session_json("s", halted, text)));
            const auto got = b.start(b.service.get_job("s"));
            const auto& s = got.get().value();
            BOOST_TEST((s.reason == reason));
            BOOST_TEST(status_text(s) == text);
            BOOST_TEST(is_finished(s) == halted);
            BOOST_TEST(is_unknown(s) == (!halted && reason == halt_reason::unknown));
        }
}

BOOST_AUTO_TEST_CASE(needs_the_id_that_was_asked_for_and_whether_it_has_halted)
{
    const std::vector<std::pair<std::string, std::string>> rows{
        {R"({"haulted":true})", "sessionId: missing"},
        {R"({"sessionId":["s"],"haulted":true})", "sessionId: expected an id"},
        {R"({"sessionId":"t","haulted":true})", "sessionId: not the requested job"},
        {R"({"sessionId":"s"})", "haulted: missing"},
        {R"({"sessionId":"s","haulted":null})", "haulted: expected true or false"},
        {R"({"sessionId":"s","haulted":"yes"})", "haulted: expected true or false"}};
    for (const auto& [body, words] : rows) {
        bench b(always(body));
        const auto got = b.start(b.service.get_job("s"));
        BOOST_TEST(got.code() == errc::invalid_response);
        BOOST_TEST(got.error().message == words);
        BOOST_TEST(got.error().attempts.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(reads_everything_else_as_empty_when_it_is_odd_and_keeps_it)
{
    bench b(always(R"({"sessionId":"s","haulted":true,"subdomain":1,"branch":2,"haultReason":3,"pullRequestLink":4,)"
                   R"("messageToUser":5,"todos":[{"id":7,"content":"Read","cost":1.0},"x"],"userId":6,"title":7,)"
                   R"("createdAt":"soon"})"));
    const auto got = b.start(b.service.get_job("s"));
    const auto& s = got.get().value();
    BOOST_TEST(s.halted);
    BOOST_TEST(s.subdomain == "");
    BOOST_TEST(!s.branch);
    BOOST_TEST(!s.reason.has_value());
    BOOST_TEST(status_text(s) == "halted");
    BOOST_TEST(!s.pull_request_link);
    BOOST_TEST(!s.message_to_user);
    BOOST_TEST(!s.user_id);
    BOOST_TEST(!s.title);
    BOOST_TEST(!s.created_at);
    BOOST_REQUIRE(s.todos.size() == 1U);
    BOOST_TEST((s.todos.front() == cojob::mintlify::todo{"", "Read", "", ""}));
    for (const auto& [path, json] : std::vector<std::pair<std::string, std::string>>{{"subdomain", "1"},
                                                                                     {"haultReason", "3"},
                                                                                     {"todos[0].id", "7"},
                                                                                     {"todos[0].cost", "1.0"},
                                                                                     {"todos[1]", "\"x\""},
                                                                                     {"createdAt", "\"soon\""}})
        BOOST_TEST(s.unknown_members.find(path).value_or("none") == json);
    bench none(always(R"({"sessionId":"s","haulted":false,"todos":[null],"title":null})"));
    BOOST_TEST(none.start(none.service.get_job("s")).get().value().todos.empty());
}

BOOST_AUTO_TEST_CASE(leaves_sessions_that_cannot_be_read_out_of_a_list_and_counts_them)
{
    bench b(
        always(list_json({session_json("a", false, "processing"), R"({"sessionId":"b"})", R"({"haulted":true})", "7",
                          R"({"sessionId":"","haulted":true})", R"({"sessionId":8,"haulted":true,"new":1})"})));
    const auto got = b.start(b.service.list_page());
    const auto& page = got.get().value();
    BOOST_TEST(page.skipped == 4U);
    BOOST_REQUIRE(page.items.size() == 2U);
    BOOST_TEST(page.items[0].session_id == "a");
    BOOST_TEST(page.items[1].session_id == "8");
    BOOST_TEST(page.items[1].unknown_members.find("new").value() == "1");
    BOOST_TEST(b.start(b.service.list_jobs()).get().value().size() == 2U);
    BOOST_TEST(b.start(b.service.list_unfinished()).get().value().size() == 2U);
}

BOOST_AUTO_TEST_CASE(lists_a_page_and_refuses_a_query_that_no_server_takes)
{
    bench b(always(list_json({session_json("a", false, "processing"), session_json("b", true, "completed")})));
    const auto got = b.start(b.service.list_jobs({.skip = 3, .take = 2}));
    BOOST_TEST(got.get().value().size() == 2U);
    BOOST_TEST(b.transport->requests().front().target == "/v1/agent/p/jobs?skip=3&take=2");
    for (const cojob::mintlify::session_query query :
         {cojob::mintlify::session_query{-1, 10}, {0, 0}, {0, 101}, {0, -1}}) {
        const auto refused = b.start(b.service.list_jobs(query));
        BOOST_TEST(refused.code() == errc::invalid_argument);
    }
    BOOST_TEST(b.transport->requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(lists_all_sessions_whatever_the_pages)
{
    for (const std::size_t most : {100U, 50U, 7U, 1U}) // what the server gives, whatever it is asked for
        for (const std::size_t sessions : {0U, 1U, 99U, 100U, 101U, 250U})
            BOOST_TEST_CONTEXT(sessions << " sessions, " << most << " a page")
            {
                bench b([&](const cojob::http::request& r) {
                    const auto skip = std::stoul(r.target.substr(r.target.find("skip=") + 5));
                    std::vector<std::string> page;
                    for (auto n = skip; n < std::min(sessions, skip + most); ++n)
                        page.push_back(session_json("s" + std::to_string(n), true, "completed"));
                    return scripted_reply(200, list_json(page));
                });
                auto pages = b.service.all_jobs();
                for (std::size_t n = 0; n < sessions; ++n)
                    BOOST_TEST(b.start(pages.next()).get().value()->session_id == "s" + std::to_string(n));
                BOOST_TEST(!b.start(pages.next()).get().value().has_value());
                BOOST_TEST(!b.start(pages.next()).get().value().has_value());
                BOOST_TEST(b.transport->requests().front().target == "/v1/agent/p/jobs?skip=0&take=100");
            }
}

BOOST_AUTO_TEST_CASE(lists_all_sessions_from_where_the_query_says_on)
{
    bench b(always(list_json({session_json("a", false, "processing")})));
    auto pages = b.service.all_jobs({.skip = 3, .take = 2});
    BOOST_TEST(b.start(pages.next()).get().value()->session_id == "a");
    BOOST_TEST(b.start(pages.next()).code() == errc::no_progress); // this server gives the same page for ever
    BOOST_TEST(b.transport->requests()[0].target == "/v1/agent/p/jobs?skip=3&take=2");
    BOOST_TEST(b.transport->requests()[1].target == "/v1/agent/p/jobs?skip=4&take=2");
    for (const cojob::mintlify::session_query query : {cojob::mintlify::session_query{-1, 10}, {0, 0}, {0, 101}}) {
        auto refused = b.service.all_jobs(query);
        BOOST_TEST(b.start(refused.next()).code() == errc::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(is_waited_for_through_one_list_where_three_are_waited_for)
{
    bench b([polls = 0](const cojob::http::request& r) mutable {
        const auto halted = ++polls > 3;
        if (r.target.ends_with("/d"))
            return scripted_reply(200, session_json("d", true, "error"));
        if (r.target.find("/jobs?") == r.target.npos)
            return scripted_reply(200, session_json(r.target.substr(r.target.rfind('/') + 1), halted,
                                                    halted ? "completed" : "processing"));
        return scripted_reply(200, list_json({session_json("a", halted, halted ? "completed" : "processing"),
                                              session_json("b", halted, halted ? "completed" : "processing"),
                                              session_json("c", true, "interrupted")}));
    });
    auto all = b.start(cojob::wait_for_all(b.service, {"a", "b", "c", "d"}));
    b.until_done(all);
    const auto& ends = all.get().value();
    BOOST_TEST(ends[0].value().reason_text == "completed");
    BOOST_TEST(ends[1].value().reason_text == "completed");
    BOOST_TEST(ends[2].value().reason_text == "interrupted"); // an end on this list has all there is to know
    BOOST_TEST(ends[3].value().reason_text == "error");       // not on the list: asked for by itself
    std::size_t singles = 0;
    for (const auto& r : b.transport->requests())
        singles += r.target.find("/jobs?") == r.target.npos ? 1U : 0U;
    BOOST_TEST(singles >= 1U); // and a and b alone when c and d have ended
    BOOST_TEST(b.clock->pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
