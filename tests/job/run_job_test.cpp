#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace run_job_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::phase;
using cojob::run_job;
using cojob::wait_options;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_reply;
using tests::job_script;
using tests::life;
using wait_tests::after;
using wait_tests::reply;

constexpr auto never = cojob::no_timeout;

const reply missing{404, R"({"error":"not found"})", {}};
const reply refused{errc::connect_failed, phase::connecting};
const reply no_answer = after(never, job_reply("active", 201));

tests::started<agent_job> start(job_bench& b, const wait_options& options = {})
{
    return b.start(run_job(b.host.agent, "Document it", options));
}

/// A job of which only the creation's answer matters, or one that was created and then lives so.
job_bench bench(reply created, life polled = {{0, "completed"}})
{
    return job_bench(job_script({{"job_1", std::move(polled)}}, std::move(created)));
}

struct failed_row {
    const char* what;
    reply created;
    life polled;
    wait_options options;
    errc expected;
    const char* status; ///< as last seen
};

const std::vector<failed_row> failed_rows{
    {"a job that does not end",
     job_reply("active", 201),
     {{0, "active"}},
     {.timeout = 1min},
     errc::wait_timeout,
     "active"},
    {"a job that is never to be seen", job_reply("active", 201), {{0, missing}}, {}, errc::not_found, ""},
    {"a job that is gone", job_reply("active", 201), {{0, "active"}, {60, missing}}, {}, errc::not_found, "active"},
    {"a key that is not accepted any more",
     job_reply("active", 201),
     {{0, reply(401, "")}},
     {},
     errc::unauthorized,
     ""},
    {"a server that is gone", job_reply("active", 201), {{0, refused}}, {}, errc::connect_failed, ""},
    {"a server that wants to be left alone",
     job_reply("active", 201),
     {{0, reply(429, "", {{"Retry-After", "9999"}})}},
     {},
     errc::rate_limited,
     ""},
    {"polls that cannot be read",
     job_reply("active", 201),
     {{0, reply(200, "<html>")}},
     {},
     errc::invalid_response,
     ""},
    {"a creation that cannot be read", {201, R"({"id":"job_1","status":)", {}}, {}, {}, errc::invalid_response, ""},
    {"time for the creation only",
     after(10s - 1ms, job_reply("active", 201)),
     {{0, "active"}},
     {.timeout = 10s},
     errc::wait_timeout,
     "active"},
};

struct early_row {
    const char* what;
    reply created;
    wait_options options;
    errc expected;
    double took;
};

const std::vector<early_row> early_rows{
    {"no connection", after(never, refused), {.timeout = 20s}, errc::deadline_exceeded, 20},
    {"no answer", no_answer, {.timeout = 20s}, errc::outcome_unknown, 20},
    {"no connection, and more time than a call has", after(never, refused), {}, errc::deadline_exceeded, 120},
    {"no answer, and time without end", no_answer, {.timeout = never}, errc::outcome_unknown, 120},
    {"refused", {403, "", {}}, {}, errc::forbidden, 0},
    {"nothing that can be read", {201, "<html>", {}}, {}, errc::invalid_response, 0},
};

/// An agent whose project has used the only slot of its quota.
class exhausted {
  public:
    explicit exhausted(const cojob::quota_options& quota) : bench({{0, "active"}}), agent_(make(bench, quota))
    {
        bench.start(agent_.create_job("Use it up"));
    }

    job_bench bench;

    tests::started<agent_job> start(const wait_options& options)
    {
        return bench.start(run_job(agent_, "Document it", options));
    }
    [[nodiscard]] std::size_t sent() const { return bench.host.transport->requests().size() - 1; }

  private:
    static cojob::mintlify::agent make(const job_bench& bench, const cojob::quota_options& quota)
    {
        cojob::mintlify::agent_options o;
        o.project_id = "p";
        o.api_key = cojob::secret("key");
        o.shared_quota = std::make_shared<cojob::quota>(quota, bench.host.clock);
        return {bench.host.agent.get_client(), o};
    }

    cojob::mintlify::agent agent_;
};

} // namespace run_job_tests

BOOST_AUTO_TEST_SUITE(running_a_job)

using namespace run_job_tests;

BOOST_AUTO_TEST_CASE(creates_it_and_waits_for_its_end)
{
    job_bench b({{0, "active"}, {12, "failed"}});
    auto running = start(b);
    b.host.until_done(running);
    BOOST_TEST(running.get().value().status_text == "failed");
    BOOST_TEST(b.host.transport->requests().front().body == R"({"prompt":"Document it"})");
    BOOST_TEST(b.script.asked().front() == 5.0);
    BOOST_TEST(b.script.asked().size() == 3U);
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_CASE(tells_the_id_in_every_error_once_it_is_known)
{
    for (const auto& row : failed_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            auto b = bench(row.created, row.polled);
            auto running = start(b, row.options);
            b.host.until_done(running);
            BOOST_TEST(running.code() == row.expected);
            BOOST_TEST(running.error().job_id == "job_1");
            BOOST_TEST(running.error().job_status == row.status);
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(that_never_got_an_id_ends_as_its_creation_does)
{
    for (const auto& row : early_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            auto b = bench(row.created);
            auto running = start(b, row.options);
            BOOST_TEST(b.host.until_done(running) == row.took, boost::test_tools::tolerance(0.01));
            BOOST_TEST(running.code() == row.expected);
            BOOST_TEST(running.error().job_id == "");
            BOOST_TEST(b.script.asked().empty());
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(that_has_ended_when_it_is_created_is_not_polled_unless_its_end_has_to_settle)
{
    for (const auto settle : {0s, 30s}) {
        auto b = bench(job_reply("completed", 201));
        auto running = start(b, {.settle = settle});
        const auto took = b.host.until_done(running);
        BOOST_TEST(running.get().value().status_text == "completed");
        BOOST_TEST(took >= std::chrono::duration<double>(settle).count());
        BOOST_TEST(b.script.asked().empty() == (settle == 0s));
    }
}

BOOST_AUTO_TEST_CASE(is_refused_before_anything_is_sent_where_it_cannot_work)
{
    const std::vector<std::pair<std::string, wait_options>> rows{{"", {}},
                                                                 {"\xff", {}},
                                                                 {"It", {.timeout = 0s}},
                                                                 {"It", {.timeout = -1s}},
                                                                 {"It", {.settle = -1s}},
                                                                 {"It", {.schedule = {.first = -1s}}},
                                                                 {"It", {.schedule = {.growth = 0.5}}}};
    for (const auto& [prompt, options] : rows) {
        job_bench b({{0, "active"}});
        auto call = run_job(b.host.agent, prompt, options); // does not throw
        BOOST_TEST(b.start(std::move(call)).code() == errc::invalid_argument);
        BOOST_TEST(b.host.transport->requests().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(running_a_job_without_a_slot_of_the_quota)

using namespace run_job_tests;

BOOST_AUTO_TEST_CASE(fails_at_once_where_none_comes_free_in_time)
{
    const struct {
        wait_options options;
        cojob::quota_options quota;
    } rows[] = {{{.timeout = 10min}, {.limit = 1, .window = 1h, .max_wait = never}},
                {{.timeout = never}, {.limit = 1, .window = 1h}},
                {{}, {.limit = 1, .window = 1h, .on_exhausted = cojob::when_exhausted::fail}}};
    for (const auto& row : rows) {
        exhausted e(row.quota);
        auto running = e.start(row.options);
        BOOST_REQUIRE(running.is_done());
        BOOST_TEST(running.code() == errc::quota_exhausted);
        BOOST_TEST((running.error().retry_at == e.bench.host.clock->wall_now() + 1h + 1s));
        BOOST_TEST(e.sent() == 0U);
        BOOST_TEST(e.bench.is_idle());
    }
}

BOOST_AUTO_TEST_CASE(waits_for_one_and_that_is_part_of_its_time)
{
    exhausted e({.limit = 1, .window = 4min});
    auto running = e.start({.timeout = 10min});
    const auto took = e.bench.host.until_done(running);
    BOOST_TEST(running.code() == errc::wait_timeout);
    BOOST_TEST(e.bench.script.asked().front() == 246.0);
    BOOST_TEST(took == 599.0, boost::test_tools::tolerance(0.001)); // not 599 s from the creation on
}

BOOST_AUTO_TEST_SUITE_END()
