// What a server asks for, and how long it may say nothing.
#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/wait.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wait_hint_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::phase;
using cojob::wait_for_job;
using cojob::wait_options;
using tests::job_bench;
using tests::life;
using wait_tests::after;
using wait_tests::reply;

reply unavailable(int seconds)
{
    return {503, "", {{"Retry-After", std::to_string(seconds)}}};
}

const reply refused{errc::connect_failed, phase::connecting};
const reply hangs = after(30s, {errc::request_timeout, phase::awaiting_response});

/// A credential provider that answers, or never does.
cojob::asio::awaitable<cojob::secret> hang(bool for_ever)
{
    if (for_ever) {
        cojob::asio::steady_timer never(co_await cojob::asio::this_coro::executor, std::chrono::hours(1000));
        co_await never.async_wait(cojob::asio::use_awaitable);
    }
    co_return cojob::secret("key");
}

struct hint_row {
    int seconds;
    cojob::duration timeout;
    bool is_waited_for;
};

const std::vector<hint_row> hint_rows{{1, 30min, true},
                                      {119, 30min, true},
                                      {121, 30min, true},
                                      {900, 30min, true},
                                      {1790, 30min, true},
                                      {1800, 30min, false},
                                      {7200, 30min, false},
                                      {3600, 100h, true},
                                      {100'000, 100h, true},
                                      {3600, cojob::no_timeout, true},
                                      {86'400, cojob::no_timeout, true},
                                      {86'401, cojob::no_timeout, false}};

struct silence_row {
    const char* what;
    life polled;
    wait_options options;
    bool ends;
    double at_least, at_most;
};

const std::vector<silence_row> silence_rows{
    {"connections", {{0, "active"}, {5, refused}}, {.timeout = cojob::no_timeout}, true, 605, 612},
    {"connections, within a timeout", {{0, "active"}, {5, refused}}, {.timeout = 1h}, true, 605, 612},
    {"requests", {{0, "active"}, {5, hangs}}, {.timeout = cojob::no_timeout}, true, 605, 650},
    {"of another length", {{0, "active"}, {5, refused}}, {.timeout = 1h, .patience = 1min}, true, 65, 72},
    {"that may be as long as it likes",
     {{0, "active"}, {5, refused}},
     {.timeout = 1h, .patience = cojob::no_timeout},
     true,
     3599,
     3600},
    {"broken by a response",
     {{0, "active"}, {5, refused}, {590, reply(500, "")}, {610, refused}},
     {.timeout = cojob::no_timeout},
     true,
     1210,
     1222},
    {"5xx are responses", {{0, "active"}, {5, reply(502, "")}}, {.timeout = cojob::no_timeout}, false, 7200, 7201},
    {"429 is one",
     {{0, "active"}, {5, reply(429, "", {{"Retry-After", "60"}})}},
     {.timeout = cojob::no_timeout},
     false,
     7200,
     7201},
    {"shorter than that of a first answer", {{0, refused}}, {.patience = 20s}, true, 20, 26},
};

} // namespace wait_hint_tests

BOOST_AUTO_TEST_SUITE(a_servers_hint_to_a_wait)

using namespace wait_hint_tests;

BOOST_AUTO_TEST_CASE(is_waited_for_up_to_the_deadline_whenever_it_comes)
{
    for (const auto& row : hint_rows) {
        for (const double seen : {0.0, 5.0}) { // at the first poll, and when the job has been seen
            BOOST_TEST_CONTEXT(row.seconds << " s, " << (seen > 0 ? "in the middle" : "at first"))
            {
                life polled{{seen, unavailable(row.seconds)}, {seen + row.seconds, "completed"}};
                if (seen > 0)
                    polled.insert(polled.begin(), {0, "active"});
                job_bench b(polled);
                auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = row.timeout}));
                b.host.clock->advance(6s);
                BOOST_TEST(waiting.is_done() == (!row.is_waited_for || (row.seconds == 1 && seen == 0.0)));
                if (row.is_waited_for && row.seconds > 60) { // asked once more, and not before
                    b.host.clock->advance(std::chrono::seconds(row.seconds - 7));
                    BOOST_TEST(!waiting.is_done());
                }
                b.host.clock->advance(20s);
                BOOST_TEST(waiting.get().has_value() == row.is_waited_for);
                BOOST_TEST(b.script.asked().size() <= (seen > 0 ? 3U : 2U));
                if (!row.is_waited_for) {
                    BOOST_TEST(waiting.code() == errc::server_error);
                    BOOST_TEST(waiting.error().retry_at.has_value());
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(does_not_cost_the_patience_that_a_server_has)
{
    job_bench b({{0, unavailable(300)}, {300, reply(500, "")}, {390, "completed"}}); // 300 s, and less than two minutes
    auto waiting = b.start(wait_for_job(b.host.agent, "job_1"));
    BOOST_TEST(b.host.until_done(waiting) >= 390.0);
    BOOST_TEST(waiting.get().has_value());
    job_bench dead({{0, unavailable(300)}, {300, reply(500, "")}});
    auto lost = dead.start(wait_for_job(dead.host.agent, "job_1"));
    BOOST_TEST(dead.host.until_done(lost) == 420.0, boost::test_tools::tolerance(0.01));
    BOOST_TEST(lost.code() == errc::server_error);
}

BOOST_AUTO_TEST_CASE(comes_before_the_last_poll_which_is_made)
{
    job_bench b({{0, "active"}, {5, unavailable(91)}, {96, "completed"}});
    auto waiting = b.start(wait_for_job(b.host.agent, "job_1", {.timeout = 97s}));
    b.host.until_done(waiting);
    BOOST_TEST(waiting.get().has_value());
    BOOST_TEST(b.script.asked().back() >= 96.0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(silence_of_a_server)

using namespace wait_hint_tests;

BOOST_AUTO_TEST_CASE(ends_a_wait_after_ten_minutes_without_any_response)
{
    for (const auto& row : silence_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            job_bench b(row.polled);
            auto waiting = b.start(wait_for_job(b.host.agent, "job_1", row.options));
            const auto took = b.host.until_done(waiting);
            BOOST_TEST(waiting.is_done() == row.ends);
            BOOST_TEST(took >= row.at_least);
            BOOST_TEST(took <= row.at_most);
            if (row.ends)
                BOOST_CHECK(waiting.code() == cojob::condition::transport);
            waiting.cancel();
            BOOST_TEST(b.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(is_not_that_of_a_client_whose_polls_queue)
{
    const auto unsent =
        after(cojob::no_timeout, {errc::connect_failed, phase::queued}); // until its call is over: 2 min
    job_bench never({{0, unsent}});
    auto waiting = never.start(wait_for_job(never.host.agent, "job_1", {.timeout = 10min}));
    BOOST_TEST(never.host.until_done(waiting) == 600.0, boost::test_tools::tolerance(0.01));
    BOOST_TEST(waiting.code() == errc::wait_timeout);
    BOOST_TEST(waiting.error().message.find("no connection was free") != std::string::npos);

    job_bench late({{0, unsent}, {1, refused}}); // sent from the second poll on
    auto lost = late.start(wait_for_job(late.host.agent, "job_1"));
    BOOST_TEST(late.host.until_done(lost) >= 240.0);
    BOOST_TEST(lost.code() == errc::connect_failed);

    job_bench seen({{0, "active"}, {5, unsent}});
    auto timed_out = seen.start(wait_for_job(seen.host.agent, "job_1", {.timeout = 20min}));
    seen.host.until_done(timed_out);
    BOOST_TEST(timed_out.code() == errc::wait_timeout);
    BOOST_TEST(timed_out.error().job_status == "active");
}

BOOST_AUTO_TEST_CASE(is_not_that_of_a_credential_provider_that_hangs)
{
    for (const bool is_seen : {false, true}) {
        job_bench b({{0, "active"}});
        auto project = tests::scripted_agent::project();
        project.api_key =
            cojob::credential([hangs = std::make_shared<bool>(!is_seen)] { return hang(std::exchange(*hangs, true)); });
        const cojob::mintlify::agent agent(b.host.agent.get_client(), project);
        auto waiting = b.start(wait_for_job(agent, "job_1", {.timeout = 15min, .patience = 1min}));
        BOOST_TEST(b.host.until_done(waiting) == 900.0, boost::test_tools::tolerance(0.01));
        BOOST_TEST(waiting.code() == errc::wait_timeout);
        BOOST_TEST(b.script.asked().size() == (is_seen ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(of_no_length_at_all_is_refused)
{
    for (const auto patience : {0s, -1s}) {
        job_bench b({{0, "active"}});
        BOOST_TEST(b.start(wait_for_job(b.host.agent, "job_1", {.patience = patience})).code() ==
                   errc::invalid_argument);
        BOOST_TEST(b.script.asked().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
