#include "support/job_script.hpp"
#include "support/own_api.hpp"
#include "support/waits.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace run_job_cancellation_tests {

using namespace std::chrono_literals;
using enum cojob::asio::cancellation_type;
using cojob::errc;
using cojob::phase;
using cojob::run_job;
using cojob::wait_options;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_reply;
using tests::job_script;
using tests::own_api;
using tests::own_job;
using wait_tests::after;
using wait_tests::reply;

const cojob::error_code aborted = cojob::asio::error::operation_aborted;

const reply active = job_reply("active", 201);

struct point_row {
    const char* what;
    reply created, polled;
    cojob::duration at; ///< when it is cancelled
    cojob::error_code ends_with, after_total;
    std::size_t sent;
};

const std::vector<point_row> points{
    {"connecting", after(1min, {errc::connect_failed, phase::connecting}), {}, 5s, aborted, aborted, 1},
    {"the creation is on its way", after(1min, active), {}, 5s, errc::outcome_unknown, {}, 1},
    {"before the first poll", active, {}, 3s, aborted, aborted, 1},
    {"in a poll", active, after(10s, job_reply("active")), 7s, aborted, aborted, 2},
    {"between polls", active, job_reply("active"), 7s, aborted, aborted, 2},
};

job_bench bench(const point_row& row)
{
    return job_bench(job_script({{"job_1", {{0, row.polled}}}}, row.created));
}

/// An agent that has to queue for a slot of its quota.
cojob::mintlify::agent queueing(const tests::scripted_agent& host)
{
    cojob::mintlify::agent_options o;
    o.project_id = "p";
    o.api_key = cojob::secret("key");
    o.shared_quota = std::make_shared<cojob::quota>(cojob::quota_options{.limit = 1, .window = 4min}, host.clock);
    return {host.agent.get_client(), o};
}

/// An own API: the nth answer, the creation's first, has the nth of these states, and the last one from then on.
class own_bench {
  public:
    explicit own_bench(std::vector<std::string> states)
        : host([](const cojob::http::request&) { return reply(404, ""); }), states_(std::move(states))
    {
    }

    tests::scripted_agent host;

    tests::started<own_job> start(const wait_options& options = {})
    {
        const auto next = [this] { return states_[std::min(answers_++, states_.size() - 1)]; };
        return host.start(run_job(own_api(host.agent.get_client(), next, next), "Do it", options));
    }
    [[nodiscard]] std::size_t answers() const { return answers_; }

  private:
    std::vector<std::string> states_;
    std::size_t answers_ = 0;
};

} // namespace run_job_cancellation_tests

BOOST_AUTO_TEST_SUITE(running_a_job_and_ending_it)

using namespace run_job_cancellation_tests;

BOOST_AUTO_TEST_CASE(by_a_cancellation_is_over_at_once_wherever_it_is)
{
    for (const auto& row : points) {
        for (const auto type : {terminal, partial, total}) {
            const auto expected = type == total ? row.after_total : row.ends_with;
            if (!expected) // the creation runs on
                continue;
            BOOST_TEST_CONTEXT(row.what << ", type " << static_cast<int>(type))
            {
                auto b = bench(row);
                auto running = b.start(run_job(b.host.agent, "Document it"));
                b.host.clock->advance(row.at);
                running.cancel(type);
                BOOST_TEST(b.is_idle());
                BOOST_TEST(running.code() == expected);
                BOOST_TEST(b.host.transport->requests().size() == row.sent);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(by_a_cancellation_while_it_queues_for_a_slot_sends_nothing)
{
    for (const auto type : {terminal, partial, total}) {
        job_bench b({{0, "active"}});
        const auto agent = queueing(b.host);
        b.start(agent.create_job("Use it up"));
        auto running = b.start(run_job(agent, "Document it"));
        b.host.clock->advance(1min);
        BOOST_TEST(!running.is_done());
        running.cancel(type);
        BOOST_TEST(b.is_idle());
        BOOST_TEST(running.code() == aborted);
        b.host.clock->advance(1h);
        BOOST_TEST(b.host.transport->requests().size() == 1U);
    }
}

/// The creation runs on to its answer, as that of a call does, and then nobody waits for the job.
BOOST_AUTO_TEST_CASE(by_a_total_cancellation_that_comes_too_late_for_the_creation_is_over_with_its_answer)
{
    job_bench b(job_script({{"job_1", {{0, "active"}}}}, after(1min, active)));
    auto running = b.start(run_job(b.host.agent, "Document it"));
    b.host.clock->advance(5s);
    running.cancel(total);
    b.host.clock->advance(50s);
    BOOST_TEST(!running.is_done());
    b.host.clock->advance(10s);
    BOOST_TEST(running.code() == aborted);
    BOOST_TEST(b.script.asked().empty());
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_CASE(by_close_is_over_at_once_wherever_it_is)
{
    for (const auto& row : points) {
        BOOST_TEST_CONTEXT(row.what)
        {
            auto b = bench(row);
            auto running = b.start(run_job(b.host.agent, "Document it"));
            b.host.clock->advance(row.at);
            b.host.agent.get_client().close();
            BOOST_TEST(b.is_idle());
            BOOST_TEST(running.code() == row.ends_with);
            BOOST_TEST(b.host.transport->requests().size() == row.sent);
        }
    }
}

BOOST_AUTO_TEST_CASE(in_its_time_with_an_error_keeps_what_is_known)
{
    job_bench b(job_script({{"job_1", {{0, after(cojob::no_timeout, job_reply("active"))}}}}, active));
    auto running = b.start(run_job(b.host.agent, "Document it", {.timeout = 30s}));
    BOOST_TEST(b.host.until_done(running) == 30.0, boost::test_tools::tolerance(0.01));
    BOOST_TEST(running.code() == errc::request_timeout); // no poll was answered
    BOOST_TEST(running.error().job_id == "job_1");
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(running_a_job_of_an_own_api)

using namespace run_job_cancellation_tests;

BOOST_AUTO_TEST_CASE(creates_it_and_waits)
{
    const std::vector<std::pair<std::vector<std::string>, double>> rows{
        {{"done"}, 0}, {{"new", "done"}, 5}, {{"new", "new", "done"}, 10}};
    for (const auto& [states, took] : rows) {
        own_bench b(states);
        auto running = b.start();
        BOOST_TEST(b.host.until_done(running) == took, boost::test_tools::tolerance(0.01));
        BOOST_TEST(running.get().value().status == "done");
        BOOST_TEST(running.get().value().id == "own_1");
        BOOST_TEST(b.host.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(that_hangs_ends_in_its_time_before_and_after_the_id_is_known)
{
    const struct {
        std::vector<std::string> states;
        errc expected;
        const char* id;
    } rows[] = {{{"hangs"}, errc::deadline_exceeded, ""},
                {{"new", "hangs"}, errc::request_timeout, "own_1"},
                {{"new", "new", "hangs"}, errc::wait_timeout, "own_1"}};
    for (const auto& row : rows) {
        own_bench b(row.states);
        auto running = b.start({.timeout = 30s});
        BOOST_TEST(b.host.until_done(running) == 30.0, boost::test_tools::tolerance(0.01));
        BOOST_TEST(running.code() == row.expected);
        BOOST_TEST(running.error().job_id == row.id);
        BOOST_TEST(b.host.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(is_over_at_once_when_it_is_cancelled_or_closed)
{
    const std::vector<std::vector<std::string>> rows{{"hangs"}, {"new"}, {"new", "hangs"}};
    for (const auto& states : rows) {
        for (const auto type : {terminal, partial, total, none}) {
            own_bench b(states);
            auto running = b.start();
            b.host.clock->advance(7s);
            if (type == none)
                b.host.agent.get_client().close();
            else
                running.cancel(type);
            b.host.clock->settle();
            BOOST_TEST(running.code() == aborted);
            BOOST_TEST(b.host.clock->pending() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_not_created_with_options_that_cannot_work_nor_on_a_closed_client)
{
    own_bench b({"new"});
    BOOST_TEST(b.start({.timeout = 0s}).code() == errc::invalid_argument);
    BOOST_TEST(b.answers() == 0U);
    b.host.agent.get_client().close();
    BOOST_TEST(b.start().code() == aborted);
    BOOST_TEST(b.answers() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
