#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace osapi_delete_tests {

using cojob::errc;
using cojob::phase;
using tests::scripted_jobs;
using reply = cojob::testing::scripted_reply;
namespace recorded = tests::recorded;

const reply lost(errc::connection_lost, phase::awaiting_response);
const reply gone = recorded::del_404.reply();
const reply page(200, tests::osapi_page_json({}, 0));
const reply job(200, tests::osapi_job_json("a", "completed"));

/// A server whose DELETEs are answered one after the other, then found nothing, with such a job and list.
class bench : public scripted_jobs {
  public:
    bench(std::vector<reply> to_delete, reply to_get, reply to_list, cojob::client_options options = {})
        : scripted_jobs(
              [this](const cojob::http::request& r) {
                  if (r.method != "DELETE")
                      return r.target.find('?') == std::string::npos ? to_get_ : to_list_;
                  return tries_ < to_delete_.size() ? to_delete_[tries_++] : gone;
              },
              std::move(options)),
          to_delete_(std::move(to_delete)), to_get_(std::move(to_get)), to_list_(std::move(to_list))
    {
    }

    tests::started<void> remove()
    {
        auto s = start(service.delete_job("a"));
        until_done(s);
        return s;
    }

  private:
    std::vector<reply> to_delete_;
    reply to_get_, to_list_;
    std::size_t tries_ = 0;
};

reply never()
{
    auto silence = lost;
    silence.delay = cojob::no_timeout;
    return silence;
}

} // namespace osapi_delete_tests

BOOST_AUTO_TEST_SUITE(an_osapi_deletion)

using namespace osapi_delete_tests;

BOOST_AUTO_TEST_CASE(whose_first_answer_was_lost_and_that_then_finds_nothing_is_looked_at)
{
    const std::vector<std::vector<reply>> firsts{{lost}, {{502, ""}}, {{500, ""}, lost}, {{503, ""}}};
    for (const auto& first : firsts) {
        bench b(first, gone, page);
        BOOST_TEST(!b.remove().code());
        BOOST_TEST(b.count("DELETE") == first.size() + 1);
        BOOST_TEST(b.count("GET") == 2U);
        BOOST_TEST(b.sent().back().target == "/api/job?limit=1&offset=0");
    }
}

BOOST_AUTO_TEST_CASE(has_an_unknown_outcome_where_the_server_cannot_tell)
{
    struct row {
        reply to_get, to_list;
        std::string words;
    };
    const std::vector<row> rows{
        {gone,
         {404, R"({"error":"job not found: a"})"},
         "the server does not find the job, but cannot list jobs either"},
        {gone, {500, R"({"error":"nats: timeout"})"}, "the server does not find the job, but cannot list jobs either"},
        {gone, {403, ""}, "the server does not find the job, but cannot list jobs either"},
        {gone, {200, "<html>"}, "the server does not find the job, but cannot list jobs either"},
        {gone, lost, "the server does not find the job, but cannot list jobs either"},
        {job, page, "the job still exists"},
        {{500, ""}, page, "the job could not be read"},
        {{403, ""}, page, "the job could not be read"},
        {{200, "<html>"}, page, "the job could not be read"},
        {lost, page, "the job could not be read"}};
    for (const auto& r : rows)
        BOOST_TEST_CONTEXT(r.words)
        {
            bench b({{500, R"({"error":"failed to delete job: nats: timeout"})"}}, r.to_get, r.to_list);
            const auto failure = b.remove().error();
            BOOST_TEST(failure.code() == make_error_code(errc::outcome_unknown));
            BOOST_TEST(failure.message == r.words);
            BOOST_TEST(failure.method == "DELETE"); // of the deletion, not of the look
            BOOST_TEST(failure.path == "/api/job/a");
            BOOST_TEST(failure.job_id == "a");
            BOOST_TEST(failure.http_status == 404);
            BOOST_TEST(failure.attempts.size() == 2U);
            BOOST_TEST(b.count("DELETE") == 2U);
        }
}

BOOST_AUTO_TEST_CASE(that_is_answered_is_not_looked_at)
{
    const std::vector<std::pair<std::vector<reply>, cojob::error_code>> rows{
        {{{204, ""}}, {}},
        {{lost, {204, ""}}, {}},
        {{gone}, errc::not_found},
        {{{errc::connect_failed, phase::connecting}, gone}, errc::not_found}, // nothing was sent before
        {{{429, "", {{"Retry-After", "1"}}}, gone}, errc::not_found},
        {{{403, ""}}, errc::forbidden},
        {{{500, ""}, {500, ""}, {500, ""}, {500, ""}}, errc::server_error}};
    for (const auto& [answers, code] : rows)
        BOOST_TEST_CONTEXT(code.message())
        {
            bench b(answers, job, page);
            BOOST_TEST(b.remove().code() == code);
            BOOST_TEST(b.count("GET") == 0U);
            BOOST_TEST(b.sent().size() == answers.size());
        }
}

BOOST_AUTO_TEST_CASE(and_its_looks_have_the_time_of_one_call)
{
    bench b({lost}, gone, never());
    const auto s =
        b.start(b.service.with(b.service.get_client().with_timeout(std::chrono::seconds(25))).delete_job("a"));
    BOOST_TEST(b.until_done(s) == 25.0, boost::test_tools::tolerance(0.01));
    BOOST_TEST(s.code() == make_error_code(errc::outcome_unknown));
}

BOOST_AUTO_TEST_CASE(whose_look_is_cancelled_ends_at_once_and_may_be_done)
{
    for (const auto& [to_get, to_list] : std::vector<std::pair<reply, reply>>{{never(), page}, {gone, never()}}) {
        bench b({{503, ""}}, to_get, to_list);
        auto s = b.start(b.service.delete_job("a"));
        b.clock->advance(std::chrono::seconds(1));
        BOOST_TEST(!s.is_done());
        s.cancel();
        b.clock->settle();
        BOOST_TEST(s.code() == make_error_code(errc::outcome_unknown));
        BOOST_TEST(b.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
