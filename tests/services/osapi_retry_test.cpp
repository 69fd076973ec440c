// A retry whose answer is lost is looked for in the timeline of the job that was retried.
#include "support/mock_jobs.hpp"
#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <cojob/impl/internal/testing/mock_state.ipp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace osapi_retry_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::errc;
using cojob::phase;
using cojob::osapi::retry_receipt;
using tests::mock_jobs;
using tests::scripted_jobs;
using reply = cojob::testing::scripted_reply;
using cojob::testing::detail::format_http_date;

/// An event of the timeline, so long after the retry was sent, by the server's clock.
struct event {
    duration after{};
    std::string message{};
    std::string kind = "retried";
};

const reply lost(errc::connection_lost, phase::awaiting_response);

reply after(duration delay, reply r)
{
    r.delay = delay;
    return r;
}

/// A server with another idea of what time it is, that has such a timeline to show after a POST.
class retry_bench : public scripted_jobs {
  public:
    explicit retry_bench(reply to_post = lost, std::vector<event> events = {}, duration skew = {},
                         cojob::client_options options = tests::one_attempt())
        : scripted_jobs([this](const cojob::http::request& r) { return answer(r); }, std::move(options)),
          to_post_(std::move(to_post)), events_(std::move(events)), skew_(skew)
    {
    }

    std::vector<reply> to_get{}; ///< instead of the timeline, one after the other

    tests::started<retry_receipt> retry()
    {
        auto s = start(service.retry_job("old"));
        until_done(s);
        return s;
    }

    [[nodiscard]] reply timeline() const { return {200, job(), {{"Date", format_http_date(server_time())}}}; }
    [[nodiscard]] std::string job() const
    {
        std::string text;
        for (const auto& e : events_)
            text += (text.empty() ? "" : ",") + (R"({"event":")" + e.kind + R"(","hostname":"_api","message":")") +
                    e.message + R"(","timestamp":")" +
                    cojob::to_string(cojob::timestamp(std::chrono::floor<std::chrono::seconds>(posted_ + e.after))) +
                    "\"}";
        return tests::osapi_job_json("old", "completed", R"(,"timeline":[)" + text + "]");
    }

  private:
    reply answer(const cojob::http::request& r)
    {
        if (r.method == "POST") {
            posted_ = server_time();
            return to_post_;
        }
        if (to_get.empty())
            return timeline();
        auto next = to_get.front();
        to_get.erase(to_get.begin());
        return next;
    }

    [[nodiscard]] cojob::timestamp server_time() const { return clock->wall_now() + skew_; }

    reply to_post_;
    std::vector<event> events_;
    duration skew_;
    cojob::timestamp posted_{};
};

/// What a lost answer comes to by that timeline; empty: outcome_unknown.
std::string found(const std::vector<event>& events, duration skew, duration begin = {})
{
    retry_bench bench(after(100ms, lost), events, skew);
    bench.clock->advance(begin);
    const auto got = bench.retry();
    BOOST_TEST(bench.sent().size() == 2U);
    BOOST_TEST(bench.sent().back().target == "/api/job/old");
    if (got.get())
        return got.get()->job_id;
    BOOST_TEST(got.code() == make_error_code(errc::outcome_unknown));
    return {};
}

const std::vector<std::pair<std::string, reply>> ambiguous{
    {"lost", lost},
    {"lost while it was sent", {errc::connection_lost, phase::sending}},
    {"lost in the answer", {errc::connection_lost, phase::receiving}},
    {"not HTTP", {errc::malformed_response, phase::receiving}},
    {"too large", {errc::response_too_large, phase::receiving}},
    {"500", {500, ""}},
    {"502", {502, ""}},
    {"503", {503, ""}},
    {"504", {504, R"({"message":"no"})"}},
    {"slow", after(30s, {errc::request_timeout, phase::awaiting_response})}};

} // namespace osapi_retry_tests

BOOST_AUTO_TEST_SUITE(an_osapi_retry)

using namespace osapi_retry_tests;

BOOST_AUTO_TEST_CASE(that_is_answered_is_not_looked_for)
{
    retry_bench bench(tests::recorded::retry_nobody.reply());
    const auto got = bench.retry();
    BOOST_TEST(got.get().value().job_id == "fc5ae9f3-f757-499f-8794-d9f401e5a68a");
    BOOST_TEST(bench.sent().size() == 1U);
}

BOOST_AUTO_TEST_CASE(whose_answer_is_lost_is_the_one_that_the_timeline_shows_since)
{
    const struct {
        const char* what;
        std::vector<event> events;
        const char* id;
    } rows[] = {{"none", {}, ""},
                {"one", {{0s, "Job retried as new"}}, "new"},
                {"one a little later", {{90s, "Job retried as new"}}, "new"},
                {"an old one", {{-3s, "Job retried as old"}}, ""},
                {"an old one and one", {{-1h, "Job retried as old"}, {0s, "Job retried as new"}}, "new"},
                {"two", {{0s, "Job retried as new"}, {1s, "Job retried as newer"}}, ""},
                {"two of one id", {{0s, "Job retried as new"}, {1s, "Job retried as new"}}, ""},
                {"one without an id", {{0s, "Job retried"}}, ""}, // where the server could not read its own event
                {"one with an empty id", {{0s, "Job retried as "}}, ""},
                {"one with more than an id", {{0s, "Job retried as new by somebody"}}, ""},
                {"one in other words", {{0s, "Retried: new"}}, ""},
                {"one in other words and one", {{0s, "Retried: new"}, {0s, "Job retried as new"}}, ""},
                {"old other words and one", {{-5s, "Retried: old"}, {0s, "Job retried as new"}}, "new"},
                {"another event with these words", {{0s, "Job retried as new", "completed"}}, ""},
                {"other events and one",
                 {{0s, "Job submitted to queue", "submitted"}, {0s, "Job retried as new"}, {1s, "", "failed"}},
                 "new"}};
    for (const auto& row : rows)
        for (const duration skew :
             {duration(0s), duration(5h), duration(-7h), duration(90s), duration(-400ms), duration(24h * 365 * 20)})
            for (const duration begin : {duration(0s), duration(1ms), duration(500ms), duration(999ms)})
                BOOST_TEST_CONTEXT(row.what << ", server ahead by " << skew.count() << ", begun at " << begin.count())
    BOOST_TEST(found(row.events, skew, begin) == row.id);
}

BOOST_AUTO_TEST_CASE(is_looked_for_whatever_made_it_ambiguous)
{
    for (const auto& [what, answer] : ambiguous)
        BOOST_TEST_CONTEXT(what)
        {
            retry_bench bench(answer, {{0s, "Job retried as new"}}, -3h);
            const auto got = bench.retry();
            BOOST_REQUIRE(!got.code());
            BOOST_TEST(got.get().value().job_id == "new");
            BOOST_TEST(got.get().value().status == "created");
            BOOST_CHECK(got.get().value().created == cojob::testing::manual_clock::default_start() - 3h);
            BOOST_CHECK(!got.get().value().revision);
            BOOST_TEST(bench.count("POST") == 1U); // never twice
            BOOST_TEST(bench.count("GET") == 1U);
        }
}

BOOST_AUTO_TEST_CASE(that_was_refused_or_never_sent_is_not_looked_for)
{
    const std::vector<std::pair<reply, errc>> rows{{tests::recorded::del_404.reply(), errc::not_found},
                                                   {tests::recorded::noauth.reply(), errc::unauthorized},
                                                   {tests::recorded::read_delete.reply(), errc::forbidden},
                                                   {tests::recorded::bad_uuid.reply(), errc::rejected},
                                                   {{409, ""}, errc::conflict},
                                                   {{429, ""}, errc::rate_limited},
                                                   {{501, ""}, errc::server_error},
                                                   {{503, "", {{"Retry-After", "1"}}}, errc::server_error},
                                                   {{302, ""}, errc::unexpected_status},
                                                   {{errc::connect_failed, phase::connecting}, errc::connect_failed},
                                                   {{errc::tls_failed, phase::handshaking}, errc::tls_failed}};
    for (const auto& [answer, code] : rows)
        BOOST_TEST_CONTEXT(make_error_code(code).message())
        {
            retry_bench bench(answer, {{0s, "Job retried as new"}});
            BOOST_TEST(bench.retry().code() == make_error_code(code));
            BOOST_TEST(bench.sent().size() == 1U);
        }
}

BOOST_AUTO_TEST_CASE(that_was_cut_by_its_caller_is_not_looked_for)
{
    const struct {
        const char* what;
        void (*cut)(retry_bench&, tests::started<retry_receipt>&);
        duration call;
    } rows[] = {
        {"cancelled", [](retry_bench&, auto& s) { s.cancel(); }, 2min},
        {"cancelled, partial", [](retry_bench&, auto& s) { s.cancel(boost::asio::cancellation_type::partial); }, 2min},
        {"closed", [](retry_bench& b, auto&) { b.service.get_client().close(); }, 2min},
        {"out of time", [](retry_bench& b, auto&) { b.clock->advance(5s); }, 5s}};
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.what)
        {
            retry_bench bench(after(cojob::no_timeout, lost), {{0s, "Job retried as new"}});
            const auto limited = bench.service.with(bench.service.get_client().with_timeout(row.call));
            auto s = bench.start(limited.retry_job("old"));
            BOOST_TEST(!s.is_done());
            row.cut(bench, s);
            bench.clock->settle();
            BOOST_TEST(s.code() == make_error_code(errc::outcome_unknown));
            BOOST_TEST(bench.sent().size() == 1U);
        }
}

BOOST_AUTO_TEST_CASE(that_cannot_be_looked_for_has_an_unknown_outcome)
{
    retry_bench sample(lost, {{0s, "Job retried as new"}});
    const auto good = sample.job();
    const auto today = format_http_date(cojob::testing::manual_clock::default_start());
    const std::vector<std::pair<std::string, reply>> rows{
        {"gone", tests::recorded::del_404.reply()},
        {"forbidden", {403, ""}},
        {"broken", {500, ""}},
        {"lost", lost},
        {"unreachable", {errc::connect_failed, phase::connecting}},
        {"not JSON", {200, "<html>", {{"Date", today}}}},
        {"no job", {200, R"({"id":7})", {{"Date", today}}}},
        {"no Date", {200, good}},
        {"a Date that is none", {200, good, {{"Date", "today"}}}},
        {"a Date of no clock", {200, good, {{"Date", "Fri, 31 Dec 9999 23:59:59 GMT"}}}},
        {"a Date of no clock either", {200, good, {{"Date", "Mon, 01 Jan 0001 00:00:00 GMT"}}}},
        {"silence", after(cojob::no_timeout, lost)}};
    for (const auto& [what, answer] : rows)
        BOOST_TEST_CONTEXT(what)
        {
            retry_bench bench({502, R"({"message":"Bad Gateway"})", {{"X-Request-Id", "r-1"}}});
            bench.to_get = {answer};
            const auto failure = bench.retry().error();
            BOOST_TEST(failure.code() == make_error_code(errc::outcome_unknown));
            BOOST_TEST(bench.sent().size() == 2U);
            BOOST_TEST(failure.method == "POST"); // of the retry, not of the look
            BOOST_TEST(failure.path == "/api/job/old/retry");
            BOOST_TEST(failure.job_id == "old");
            BOOST_TEST(failure.http_status == 502);
            BOOST_TEST(failure.request_id == "r-1");
            BOOST_TEST(failure.server_message == "Bad Gateway");
            BOOST_TEST(failure.attempts.size() == 1U);
            const auto was_answered = answer.result.response.status == 200;
            BOOST_TEST(failure.message.ends_with(was_answered ? "the old job does not tell"
                                                              : "the old job could not be looked at"));
        }
}

BOOST_AUTO_TEST_CASE(is_looked_for_again_when_the_look_fails_in_passing)
{
    retry_bench bench(lost, {{0s, "Job retried as new"}}, 2h, {});
    bench.to_get = {lost, {503, ""}, {429, "", {{"Retry-After", "3"}}}};
    BOOST_TEST(bench.retry().get().value().job_id == "new");
    BOOST_TEST(bench.count("POST") == 1U);
    BOOST_TEST(bench.count("GET") == 4U);
}

BOOST_AUTO_TEST_CASE(is_looked_for_since_its_last_try)
{
    int posts = 0;
    const auto begun = cojob::testing::manual_clock::default_start();
    scripted_jobs bench(
        [&](const cojob::http::request& r) {
            if (r.method == "POST")
                return posts++ == 0 ? reply(503, "", {{"Retry-After", "60"}}) : lost;
            // Somebody else's, while this one was told to wait.
            return reply(200,
                         tests::osapi_job_json("old", "completed",
                                               R"(,"timeline":[{"event":"retried","message":"Job retried as other",)"
                                               R"("timestamp":"2026-01-01T00:00:30Z"}])"),
                         {{"Date", format_http_date(begun + 61s)}});
        },
        {});
    const auto got = bench.start(bench.service.retry_job("old"));
    bench.until_done(got);
    BOOST_TEST(posts == 2);
    BOOST_TEST(got.code() == make_error_code(errc::outcome_unknown));
}

BOOST_AUTO_TEST_CASE(and_its_look_have_the_time_of_one_call)
{
    retry_bench bench(after(20s, lost));
    bench.to_get = {after(cojob::no_timeout, lost)};
    const auto limited = bench.service.with(bench.service.get_client().with_timeout(25s));
    const auto s = bench.start(limited.retry_job("old"));
    BOOST_TEST(bench.until_done(s) == 25.0, boost::test_tools::tolerance(0.01));
    BOOST_TEST(s.code() == make_error_code(errc::outcome_unknown));
    BOOST_TEST(bench.sent().size() == 2U);
}

BOOST_AUTO_TEST_CASE(is_given_up_at_once_when_its_look_is_cancelled)
{
    for (const auto type : {boost::asio::cancellation_type::terminal, boost::asio::cancellation_type::partial,
                            boost::asio::cancellation_type::total}) {
        retry_bench bench;
        bench.to_get = {after(cojob::no_timeout, lost)};
        auto s = bench.start(bench.service.retry_job("old"));
        BOOST_TEST(bench.sent().size() == 2U);
        s.cancel(type);
        bench.clock->settle();
        BOOST_TEST(s.code() == make_error_code(errc::outcome_unknown)); // not a bare cancellation: it may be made
        BOOST_TEST(bench.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(whose_answer_does_not_decode_tells_the_id_where_there_is_one)
{
    for (const auto& [body, told] : std::vector<std::pair<std::string, std::string>>{
             {R"({"job_id":"new"})", "new"}, {R"({"job_id":7,"status":"created"})", "old"}, {"", "old"}}) {
        retry_bench bench({201, body});
        const auto failure = bench.retry().error();
        BOOST_TEST(failure.code() == make_error_code(errc::invalid_response));
        BOOST_TEST(failure.job_id == told);
        BOOST_TEST(bench.sent().size() == 1U);
        const auto known = bench.service.handle([&] {
            cojob::osapi::job j;
            j.id = "new";
            return j;
        }());
        BOOST_TEST(known.created_at.has_value() == (told == "new"));
    }
}

BOOST_AUTO_TEST_CASE(is_remembered_as_created_now_however_its_id_was_learnt)
{
    for (const auto& answer : {tests::recorded::retry_nobody.reply(), lost}) {
        const std::string id = "fc5ae9f3-f757-499f-8794-d9f401e5a68a";
        retry_bench bench(answer, {{0s, "Job retried as " + id}});
        cojob::osapi::job made;
        made.id = bench.retry().get().value().job_id;
        BOOST_TEST(made.id == id);
        const auto handle = bench.service.handle(made);
        BOOST_TEST(handle.api == "osapi.job");
        BOOST_TEST(handle.scope == bench.service.scope());
        BOOST_CHECK(handle.created_at == bench.clock->wall_now());
        BOOST_CHECK(!handle.messaged_at);
        made.id = "old";
        BOOST_CHECK(!bench.service.handle(made).created_at);
    }
}

BOOST_AUTO_TEST_CASE(of_a_server_in_another_year_is_found_by_its_own_clock)
{
    boost::asio::io_context elsewhere;
    auto mock = tests::plain_http();
    mock.clock = std::make_shared<cojob::testing::manual_clock>(
        elsewhere, cojob::timestamp(std::chrono::sys_days(std::chrono::year(2031) / 5 / 6)));
    mock_jobs host(mock);
    const auto old = host.server.add_osapi_job({{"failed"}});
    for (const auto broken : {cojob::testing::fault::drop_after_request, cojob::testing::fault::reset_after_request,
                              cojob::testing::fault::truncate_body, cojob::testing::fault::garbage}) {
        host.server.inject(broken, 1, "POST");
        const auto got = host.run(host.service.retry_job(old));
        BOOST_REQUIRE(!got.code());
        const auto made = host.run(host.service.get_job(got.get().value().job_id));
        BOOST_TEST(made.get().value().id == got.get().value().job_id);
        static_cast<cojob::testing::manual_clock&>(*mock.clock).advance(10s); // the next is a retry of its own
        host.clock->advance(10s);
    }
    host.server.inject(cojob::testing::fault::drop_after_request, 2, "POST");
    BOOST_TEST(!host.run(host.service.retry_job(old)).code());
    BOOST_TEST(host.run(host.service.retry_job(old)).code() == make_error_code(errc::outcome_unknown)); // which one?
}

BOOST_AUTO_TEST_SUITE_END()
