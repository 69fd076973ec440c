#include "support/osapi_retries.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(an_osapi_retry)

using namespace osapi_retry_tests;

BOOST_AUTO_TEST_CASE(that_is_answered_is_not_looked_for)
{
    retry_bench bench(tests::recorded::retry_nobody.reply());
    const auto got = bench.retry();
    BOOST_TEST(got.get().value().job_id == "fc5ae9f3-f757-499f-8794-d9f401e5a68a");
    BOOST_TEST(bench.sent().size() == 2U);
    BOOST_TEST(bench.sent().front().method == "GET"); // what is there before
    BOOST_TEST(bench.sent().front().target == "/api/job/old");
}

BOOST_AUTO_TEST_CASE(whose_answer_is_lost_is_the_one_that_the_timeline_shows_since)
{
    const struct {
        const char* what;
        std::vector<event> events;
        const char* id;
    } rows[] = {
        {"none", {}, ""},
        {"one", {{0s, "Job retried as new"}}, "new"},
        {"one a little later", {{90s, "Job retried as new"}}, "new"},
        {"an old one", {{-3s, "Job retried as old"}}, ""},
        {"an old one of this very second", {{-1ns, "Job retried as old"}}, ""},
        {"an old one of this second and one", {{-1ns, "Job retried as old"}, {0s, "Job retried as new"}}, "new"},
        {"an old one without an id, and one", {{-1ns, "Job retried"}, {0s, "Job retried as new"}}, "new"},
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
            BOOST_TEST(bench.count("GET") == 2U);
        }
}

BOOST_AUTO_TEST_CASE(that_was_refused_or_never_sent_is_not_looked_for)
{
    const std::vector<std::pair<reply, errc>> rows{{tests::recorded::del_404.reply(), errc::not_found},
                                                   {tests::recorded::noauth.reply(), errc::unauthorized},
                                                   {tests::recorded::read_delete.reply(), errc::forbidden},
                                                   {tests::recorded::bad_uuid.reply(), errc::rejected},
                                                   {{409, ""}, errc::conflict},
                                                   {{421, ""}, errc::rejected},
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
            BOOST_TEST(bench.sent().size() == 2U);
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
            BOOST_TEST(bench.sent().size() == 2U);
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
            BOOST_TEST(bench.sent().size() == 3U);
            BOOST_TEST(failure.method == "POST"); // of the retry, not of the look
            BOOST_TEST(failure.path == "/api/job/old/retry");
            BOOST_TEST(failure.job_id == "old");
            BOOST_TEST(failure.http_status == 502);
            BOOST_TEST(failure.request_id == "r-1");
            BOOST_TEST(failure.server_message == "Bad Gateway");
            BOOST_TEST(failure.attempts.size() == 1U);
            const auto was_answered = answer.result.response.status == 200;
            BOOST_TEST(failure.message.ends_with(was_answered ? "the original job does not show the retry"
                                                              : "the original job could not be read"));
        }
}

BOOST_AUTO_TEST_CASE(is_looked_for_again_when_the_look_fails_in_passing)
{
    retry_bench bench(lost, {{0s, "Job retried as new"}}, 2h, {});
    bench.to_get = {lost, {503, ""}, {429, "", {{"Retry-After", "3"}}}};
    BOOST_TEST(bench.retry().get().value().job_id == "new");
    BOOST_TEST(bench.count("POST") == 1U);
    BOOST_TEST(bench.count("GET") == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
