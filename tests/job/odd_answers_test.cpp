// Answers that say nothing of a job that is known to exist.
#include "support/job_script.hpp"
#include "support/list_bench.hpp"
#include "support/waits.hpp"

#include <cojob/job/handle.hpp>
#include <cojob/job/many.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace odd_answer_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using cojob::wait_for_job;
using cojob::wait_options;
using tests::job_bench;
using tests::life;
using wait_tests::reply;

/// An answer whose body is cut off.
reply cut()
{
    reply r(errc::connection_lost, phase::receiving);
    r.result.response.status = 200;
    return r;
}

struct odd_row {
    const char* what;
    reply answer;
    errc code;
    bool passes_at_first; ///< for a job that nobody has seen too
};

const std::vector<odd_row> odd_rows{
    {"404", {404, R"({"error":"job not found: job_1"})"}, errc::not_found, false},
    {"HTML", {200, "<html>Just a moment...</html>"}, errc::invalid_response, false},
    {"empty", {200, ""}, errc::invalid_response, false},
    {"half a job", {200, R"({"id":"job_1","sta)"}, errc::invalid_response, false},
    {"another document", {200, R"({"ok":true})"}, errc::invalid_response, false},
    {"cut off", cut(), errc::connection_lost, true},
    {"not HTTP", {errc::malformed_response, phase::receiving}, errc::malformed_response, false},
    {"too large", {errc::response_too_large, phase::receiving}, errc::response_too_large, false},
    {"a redirect to a login", {302, "", {{"Location", "/login"}}}, errc::unexpected_status, false},
    {"no status", {999, ""}, errc::unexpected_status, false},
    {"501", {501, ""}, errc::server_error, false},
    {"421", {421, ""}, errc::rejected, false},
};

const reply missing{404, ""}, broken{503, ""}, refused{errc::connect_failed, phase::connecting};

struct mixed_row {
    const char* what;
    life polled;
    wait_options options;
    error_code ends_with; ///< none: with the job
    double at_least, at_most;
};

const std::vector<mixed_row> mixed_rows{
    {"an answer in between begins anew",
     {{0, "active"}, {10, missing}, {35, "active"}, {50, missing}, {75, "completed"}},
     {},
     {},
     75,
     86},
    {"5xx and failed connections do not",
     {{0, "active"}, {8, missing}, {15, broken}, {25, refused}, {38, missing}},
     {},
     errc::not_found,
     38,
     49},
    {"one odd answer after an outage is one",
     {{0, "active"}, {10, broken}, {100, missing}, {105, "completed"}},
     {},
     {},
     105,
     126},
    {"an outage after one odd answer is an outage",
     {{0, "active"}, {10, missing}, {15, refused}, {200, "completed"}},
     {},
     {},
     200,
     211},
    {"5xx alone last until the deadline",
     {{0, "active"}, {10, broken}},
     {.timeout = 5min},
     errc::server_error,
     299,
     300},
    {"at the deadline, with the last code", {{0, "active"}, {10, missing}}, {.timeout = 30s}, errc::not_found, 29, 30},
    {"two answers a minute apart are too few",
     {{0, "active"}, {30, missing}, {150, "completed"}},
     {.schedule = {.min_interval = 1min}},
     {},
     170,
     200},
    {"its hint is no reason to end or to miss the job",
     {{0, "active"}, {10, reply(404, "", {{"Retry-After", "7200"}})}, {20, "completed"}},
     {},
     {},
     20,
     31},
    {"nor to miss the last poll",
     {{0, "active"}, {20, reply(404, "", {{"Retry-After", "7200"}})}, {29, "completed"}},
     {.timeout = 30s},
     {},
     29,
     30},
    {"not even one of days without a deadline",
     {{0, "active"}, {10, reply(404, "", {{"Retry-After", "172800"}})}, {25, "completed"}},
     {.timeout = cojob::no_timeout},
     {},
     25,
     36},
    {"410 is the server's word", {{0, "active"}, {10, reply(410, "")}}, {}, errc::rejected, 10, 21},
    {"so is 403", {{0, "active"}, {10, reply(403, "")}}, {}, errc::forbidden, 10, 21},
    {"so is 400", {{0, "active"}, {10, reply(400, "")}}, {}, errc::rejected, 10, 21},
};

} // namespace odd_answer_tests

BOOST_AUTO_TEST_SUITE(an_odd_answer)

using namespace odd_answer_tests;

BOOST_AUTO_TEST_CASE(does_not_end_a_wait_that_has_seen_its_job)
{
    for (const auto& row : odd_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b({{0, "active"}, {10, row.answer}, {30, "completed"}});
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1"));
            BOOST_TEST(b.host.until_done(waiting) >= 30.0);
            BOOST_TEST(waiting.get().has_value());
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(that_goes_on_for_thirty_seconds_ends_it_with_its_code)
{
    for (const auto& row : odd_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            for (const auto timeout : {cojob::duration(30min), cojob::no_timeout}) {
                job_bench b({{0, "active"}, {10, row.answer}});
                auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = timeout}));
                const auto took = b.host.until_done(waiting);
                BOOST_TEST(waiting.code() == row.code);
                BOOST_TEST(waiting.error().job_status == "active");
                BOOST_TEST(took >= 40.0);
                BOOST_TEST(took <= 60.1);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(ends_a_wait_that_has_never_seen_its_job_as_ever)
{
    for (const auto& row : odd_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b({{0, row.answer}, {20, "completed"}});
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1"));
            BOOST_TEST(waiting.is_done() == !row.passes_at_first);
            b.host.until_done(waiting);
            BOOST_TEST(waiting.code() == (row.passes_at_first ? error_code() : row.code));
        }
    }
}

BOOST_AUTO_TEST_CASE(is_borne_where_somebody_vouches_for_the_job)
{
    for (const auto& row : odd_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            const life polled{{0, row.answer}, {25, "completed"}};
            job_bench created(polled);
            auto of_created = created.start(wait_tests::create_and_wait(created.host.agent, {}));
            created.host.until_done(of_created);
            BOOST_TEST(of_created.get().has_value());

            for (const bool is_messaged : {false, true}) {
                job_bench b(polled);
                const auto& agent = b.host.agent;
                cojob::job_handle handle(std::string(cojob::mintlify::agent::api_name), agent.scope(), "job_1");
                (is_messaged ? handle.messaged_at : handle.created_at) = b.host.clock->wall_now() - 24h;
                auto resumed = b.start(wait_for_job(agent, handle));
                b.host.until_done(resumed);
                BOOST_TEST(resumed.get().has_value());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(is_one_of_a_series)
{
    for (const auto& row : mixed_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b(row.polled);
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1", row.options));
            const auto took = b.host.until_done(waiting);
            BOOST_TEST(waiting.code() == row.ends_with);
            BOOST_TEST(took >= row.at_least);
            BOOST_TEST(took <= row.at_most);
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_list_that_fails)

using namespace odd_answer_tests;
using tests::list_bench;
using tests::make_ids;
using works = tests::work_api<false>;

BOOST_AUTO_TEST_CASE(ends_no_wait_whatever_it_says)
{
    const std::vector<std::pair<const char*, tests::poll_bench::reply>> rows{
        {"404", {404, ""}},
        {"410", {410, ""}},
        {"HTML", {200, "<html>"}},
        {"503 for two hours", {503, "", {{"Retry-After", "7200"}}}},
        {"503 for two days", {503, "", {{"Retry-After", "172800"}}}},
        {"refused", {errc::connect_failed, phase::connecting}},
        {"no certificate", {errc::certificate_rejected, phase::handshaking}},
    };
    for (const auto& [what, failure] : rows) {
        BOOST_TEST_CONTEXT(what)
        {
            list_bench s(4);
            s.server.list_failures = {failure};
            s.server.fails = true;
            auto all = s.wait_for_each<works>(make_ids(4));
            s.bench.clock->advance(5min); // waits of 30 min
            for (auto& [id, status] : s.server.status)
                status = "done";
            s.bench.clock->advance(11s);
            for (const auto& w : all)
                BOOST_TEST(w.get().value().result == "result");
        }
    }
}

BOOST_AUTO_TEST_CASE(is_not_the_last_word_before_the_deadline)
{
    list_bench s(4);
    s.bench.script = [&s](const std::string& id, std::size_t before) -> tests::poll_bench::reply {
        return id == "list" && before > 0 ? tests::poll_bench::reply(500, "") : s.server.answer(id, before);
    };
    auto all = s.bench.start(cojob::wait_for_all(works(s.bench.client), make_ids(4), {.timeout = 4s}));
    for (auto& [id, status] : s.server.status)
        status = "done";
    s.bench.clock->advance(4s);
    BOOST_TEST(s.lists() == 2U);
    for (const auto& end : all.get().value())
        BOOST_TEST(end.value().result == "result");
}

BOOST_AUTO_TEST_SUITE_END()
