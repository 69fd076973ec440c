#include "support/job_script.hpp"
#include "support/reported_changes.hpp"
#include "support/waits.hpp"

#include <cojob/job/handle.hpp>
#include <cojob/job/progress.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace progress_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::run_job;
using cojob::wait_for_job;
using cojob::wait_options;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::life;
using tests::strings;
using wait_tests::reply;

agent_job whole()
{
    agent_job job;
    job.id = "job_1";
    return job;
}

/// The calls of the function, and the result of the wait.
struct reporting_wait {
    explicit reporting_wait(life of_job, const wait_options& options = {}) : bench(std::move(of_job))
    {
        auto report = [this](const agent_job& job) { reported.push_back(tests::text_of(job)); };
        const auto waiting = bench.start(wait_for_job(bench.host.agent, "job_1", report, options));
        bench.host.until_done(waiting);
        error = waiting.error();
        if (waiting.get())
            end = tests::text_of(*waiting.get());
    }

    job_bench bench;
    strings reported;
    cojob::error_info error;
    std::string end;
};

} // namespace progress_tests

BOOST_AUTO_TEST_SUITE(a_wait_with_a_function)

using namespace progress_tests;

BOOST_AUTO_TEST_CASE(is_told_what_a_watch_is_told_and_then_returns_the_end)
{
    for (const auto& row : tests::reported_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            reporting_wait w(row.polled, row.options);
            BOOST_TEST(w.reported == row.reported, boost::test_tools::per_element());
            BOOST_TEST(w.end == row.reported.back());
            BOOST_TEST(w.bench.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(fails_as_any_wait_does)
{
    const reporting_wait gone({{0, "active"}, {60, reply(410, "")}});
    BOOST_TEST(gone.error.code() == errc::rejected);
    BOOST_TEST(gone.error.job_status == "active");
    BOOST_TEST(gone.reported == strings{"active"}, boost::test_tools::per_element());
    const reporting_wait late({{0, "active"}}, {.timeout = 1min});
    BOOST_TEST(late.error.code() == errc::wait_timeout);
    BOOST_TEST(reporting_wait({{0, "active"}}, {.timeout = 0s}).error.code() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(ends_with_what_the_function_throws_and_polls_no_more)
{
    job_bench b({{0, "active"}, {60, "completed"}});
    auto fail = [](const agent_job&) { throw std::runtime_error("the screen is gone"); };
    const auto waiting = b.start(wait_for_job(b.host.agent, "job_1", fail));
    BOOST_REQUIRE(waiting.is_done());
    BOOST_CHECK_THROW((void)waiting.get(), std::runtime_error);
    b.host.clock->advance(10min);
    BOOST_TEST(b.script.asked().size() == 1U);
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_CASE(is_cancelled_as_any_wait_is)
{
    using enum cojob::asio::cancellation_type;
    for (const auto type : {terminal, partial, total}) {
        job_bench b({{0, "active"}, {60, "completed"}});
        int reported = 0;
        auto waiting = b.start(wait_for_job(b.host.agent, "job_1", [&reported](const agent_job&) { ++reported; }));
        waiting.cancel(type);
        b.host.clock->settle();
        BOOST_TEST((waiting.code() == cojob::asio::error::operation_aborted));
        BOOST_TEST(reported == 1);
    }
}

BOOST_AUTO_TEST_CASE(calls_it_on_the_callers_executor)
{
    job_bench b({{0, "active"}, {10, "completed"}});
    const auto caller = cojob::asio::make_strand(b.host.context);
    bool was_here = true;
    auto report = [&](const agent_job&) { was_here = was_here && caller.running_in_this_thread(); };
    bool is_over = false;
    cojob::asio::co_spawn(caller, wait_for_job(b.host.agent, "job_1", report),
                          [&](std::exception_ptr, const agent_job&) { is_over = true; });
    b.host.clock->advance(1min);
    BOOST_TEST(is_over);
    BOOST_TEST(was_here);
}

BOOST_AUTO_TEST_CASE(takes_a_job_as_all_waits_do_and_functions_of_all_kinds)
{
    job_bench b({{0, "completed"}});
    const auto& agent = b.host.agent;
    const std::string id = "job_1";
    const cojob::job_handle handle{std::string(agent.api_name), agent.scope(), id};
    int reported = 0;
    const auto count = [&reported](const auto&) { ++reported; };
    const std::function<void(const agent_job&)> function = count;
    const auto owner = std::make_shared<int>(0);
    auto counts_for_itself = [owner, &reported](const agent_job&) mutable { reported += ++*owner; };
    const auto unique = [&reported, o = std::make_unique<int>(1)](const agent_job&) { reported += *o; };
    std::vector<cojob::asio::awaitable<agent_job>> waits;
    waits.push_back(wait_for_job(agent, "job_1", count));
    waits.push_back(wait_for_job(agent, id, function, {}));
    waits.push_back(wait_for_job(agent, std::string("job_1"), std::function<void(agent_job)>(count)));
    waits.push_back(wait_for_job(agent, std::string_view(id), count, {.timeout = 5min}));
    waits.push_back(wait_for_job(agent, handle, count, wait_options()));
    waits.push_back(wait_for_job(agent, whole(), std::ref(count), 15min));
    waits.push_back(wait_for_job(agent, id, counts_for_itself, 1h));
    waits.push_back(wait_for_job(agent, id, std::ref(unique), {}));
    for (auto& wait : waits) { // stored first, awaited afterwards
        const auto waiting = b.start(std::move(wait));
        b.host.until_done(waiting);
        BOOST_TEST(waiting.get().has_value());
    }
    BOOST_TEST(reported == 8);
}

BOOST_AUTO_TEST_CASE(of_a_job_that_it_creates_is_told_that_first)
{
    job_bench b({{0, "active"}, {60, "completed"}});
    strings reported;
    std::vector<double> when;
    const auto report = [&](const agent_job& job) {
        reported.push_back(job.id + " " + job.status_text);
        when.push_back(b.host.elapsed());
    };
    const auto running = b.start(run_job(b.host.agent, "Document it", report, {.timeout = 20min}));
    b.host.until_done(running);
    BOOST_TEST(reported == (strings{"job_1 active", "job_1 completed"}), boost::test_tools::per_element());
    BOOST_TEST(when.front() == 0.0);
    BOOST_TEST(running.get()->status_text == "completed");
    const auto short_one = b.start(run_job(b.host.agent, "Document it", report, 15min));
    b.host.until_done(short_one);
    BOOST_TEST(short_one.get().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
