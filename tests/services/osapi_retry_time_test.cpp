#include "support/osapi_retries.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(an_osapi_retry)

using namespace osapi_retry_tests;

BOOST_AUTO_TEST_CASE(is_looked_for_since_its_last_try)
{
    int posts = 0;
    const auto begun = cojob::testing::manual_clock::default_start();
    scripted_jobs bench(
        [&](const cojob::http::request& r) {
            if (r.method == "POST")
                return posts++ == 0 ? reply(503, "", {{"Retry-After", "60"}}) : lost;
            if (posts == 0)
                return reply(200, tests::osapi_job_json("old", "completed"));
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
    BOOST_TEST(bench.sent().size() == 3U);
}

BOOST_AUTO_TEST_CASE(is_given_up_at_once_when_its_look_is_cancelled)
{
    for (const auto type : {boost::asio::cancellation_type::terminal, boost::asio::cancellation_type::partial,
                            boost::asio::cancellation_type::total}) {
        retry_bench bench;
        bench.to_get = {after(cojob::no_timeout, lost)};
        auto s = bench.start(bench.service.retry_job("old"));
        BOOST_TEST(bench.sent().size() == 3U);
        s.cancel(type);
        bench.clock->settle();
        BOOST_TEST(s.code() == make_error_code(errc::outcome_unknown)); // not a bare cancellation: it may be made
        BOOST_TEST(bench.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(whose_answer_does_not_decode_tells_the_id_where_there_is_one)
{
    for (const auto& [body, told] : std::vector<std::pair<std::string, std::string>>{
             {R"({"job_id":"new","status":)", "new"}, {R"({"job_id":7.5,"status":"created"})", "old"}, {"", "old"}}) {
        retry_bench bench({201, body});
        const auto failure = bench.retry().error();
        BOOST_TEST(failure.code() == make_error_code(errc::invalid_response));
        BOOST_TEST(failure.job_id == told);
        BOOST_TEST(bench.sent().size() == 2U);
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
    const auto one = host.run(host.service.retry_job(old)), another = host.run(host.service.retry_job(old));
    BOOST_TEST(one.get().value().job_id != another.get().value().job_id); // two of one second
}

BOOST_AUTO_TEST_CASE(that_did_not_arrive_is_no_earlier_one_of_the_same_second)
{
    const reply unread(403, "");
    for (const duration begin : {duration(0s), duration(1ms), duration(500ms), duration(999ms)})
        for (const duration ago : {duration(1ns), duration(400ms), duration(1200ms)}) {
            BOOST_TEST(found({{-ago, "Job retried as earlier"}}, 0s, begin).empty());
            BOOST_TEST(found({{-ago, "Job retried as earlier"}}, 0s, begin, unread).empty());
        }
}

BOOST_AUTO_TEST_CASE(counts_without_a_look_before_it_only_from_the_next_second_on)
{
    const reply unread(403, "");
    for (const duration skew : {duration(0s), duration(5h), duration(-400ms)}) {
        BOOST_TEST(found({{0s, "Job retried as new"}}, skew, 0s, unread).empty());
        BOOST_TEST(found({{3s, "Job retried as new"}}, skew, 0s, unread) == "new");
        BOOST_TEST(found({{0s, "Job retried as new"}}, skew, 0s) == "new");
    }
}

BOOST_AUTO_TEST_CASE(is_none_that_this_client_was_given)
{
    const reply unread(403, "");
    for (const bool is_there : {false, true}) {
        std::vector<reply> answers; // one after the other
        scripted_jobs bench([&](const cojob::http::request&) {
            auto next = answers.front();
            answers.erase(answers.begin());
            return next;
        });
        const auto now = bench.clock->wall_now();
        const auto event_of = [&](const std::string& id) {
            return R"({"event":"retried","message":"Job retried as )" + id + R"(","timestamp":")" +
                   cojob::to_string(now + 3s) + R"("})";
        };
        const auto timeline = event_of("given") + (is_there ? "," + event_of("new") : "");
        answers = {unread, reply(201, R"({"job_id":"given","status":"created"})"), unread, lost,
                   reply(200, tests::osapi_job_json("old", "completed", R"(,"timeline":[)" + timeline + "]"),
                         {{"Date", format_http_date(now)}})};
        BOOST_TEST(bench.start(bench.service.retry_job("old")).get().value().job_id == "given");
        const auto got = bench.start(bench.service.retry_job("old"));
        BOOST_TEST(answers.empty());
        BOOST_TEST((got.get() ? got.get()->job_id : "") == (is_there ? "new" : ""));
        BOOST_TEST(got.code() == (is_there ? cojob::error_code() : make_error_code(errc::outcome_unknown)));
    }
}

BOOST_AUTO_TEST_CASE(is_not_taken_for_another_that_runs_at_the_same_time)
{
    // What the first is answered, and when; what the timeline shows; what the second, whose answer is lost, comes to.
    struct {
        duration answered;
        std::vector<std::string> shown;
        std::string second;
    } const rows[]{{5s, {"one"}, ""}, {5s, {"one", "two"}, ""}, {1s, {"one"}, ""}, {1s, {"one", "two"}, "two"}};
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT("answered after " << row.answered.count() << ", shown " << row.shown.size())
        {
            int posts = 0;
            cojob::timestamp posted;
            scripted_jobs bench(
                [&](const cojob::http::request& r) {
                    if (r.method == "POST" && posts++ == 0)
                        return after(row.answered, reply(201, R"({"job_id":"one","status":"created"})"));
                    posted = r.method == "POST" ? bench.clock->wall_now() : posted;
                    if (r.method == "POST")
                        return after(2s, lost);
                    std::string events;
                    for (const auto& id : posts == 2 ? row.shown : std::vector<std::string>())
                        events +=
                            (events.empty() ? "" : ",") + (R"({"event":"retried","message":"Job retried as )" + id +
                                                           R"(","timestamp":")" + cojob::to_string(posted) + R"("})");
                    return reply(200, tests::osapi_job_json("old", "completed", R"(,"timeline":[)" + events + "]"),
                                 {{"Date", format_http_date(bench.clock->wall_now())}});
                },
                tests::one_attempt());
            const auto first = bench.start(bench.service.retry_job("old"));
            const auto second = bench.start(bench.service.retry_job("old"));
            bench.until_done(second);
            bench.until_done(first);
            BOOST_TEST(first.get().value().job_id == "one");
            BOOST_TEST((second.get() ? second.get()->job_id : "") == row.second);
            BOOST_TEST(second.code() ==
                       (row.second.empty() ? make_error_code(errc::outcome_unknown) : cojob::error_code()));
        }
}

BOOST_AUTO_TEST_CASE(is_not_made_when_the_look_before_it_is_cut)
{
    retry_bench cancelled;
    cancelled.before = after(cojob::no_timeout, lost);
    auto s = cancelled.start(cancelled.service.retry_job("old"));
    s.cancel();
    cancelled.clock->settle();
    BOOST_TEST(s.code() == boost::asio::error::operation_aborted);
    retry_bench late;
    late.before = after(cojob::no_timeout, lost);
    const auto limited = late.service.with(late.service.get_client().with_timeout(5s));
    const auto t = late.start(limited.retry_job("old"));
    late.until_done(t);
    BOOST_TEST(t.code() == make_error_code(errc::deadline_exceeded));
    BOOST_TEST(cancelled.count("POST") + late.count("POST") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
