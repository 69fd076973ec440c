// Waits that a 429 to a poll leaves too little time.
#include "support/poll_bench.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace poll_pause_end_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::wait_for_job;
using tests::answers_of;
using tests::job_of;
using tests::make_ids;
using tests::poll_bench;
using tests::throttling_server;
using tests::too_many;
using tests::wait_for_each;

} // namespace poll_pause_end_tests

BOOST_AUTO_TEST_SUITE(a_429_to_a_poll_with_little_time_left)

using namespace poll_pause_end_tests;

BOOST_AUTO_TEST_CASE(ends_waits_that_have_less_time_at_once_and_no_others)
{
    for (const std::string hint : {"", "600"}) {
        const auto server = std::make_shared<throttling_server>();
        server->hint = hint;
        poll_bench s(answers_of(server));
        const cojob::duration less = hint.empty() ? 35s : 9min, more = hint.empty() ? 2min : 30min;
        auto hurried = wait_for_each(s, 10, {.timeout = less});
        auto patient = wait_for_each(s, 10, {.timeout = more});
        auto alone = s.start_later(wait_for_job(s.agent, "alone", {.timeout = less}));
        server->refuses = true;
        s.clock->settle();
        const auto now = s.clock->wall_now();
        hurried.push_back(alone);
        for (std::size_t i = 0; i < hurried.size(); ++i) {
            BOOST_REQUIRE(hurried[i].is_done());
            BOOST_TEST(hurried[i].code() == errc::rate_limited);
            const auto failure = hurried[i].error();
            BOOST_TEST(failure.job_id == (i < 10 ? make_ids(10)[i] : "alone"));
            BOOST_REQUIRE(failure.retry_at.has_value());
            BOOST_TEST((*failure.retry_at >= now + (hint.empty() ? 36s : 600s)));
            BOOST_TEST((*failure.retry_at <= now + (hint.empty() ? 37s : 600s)));
        }
        for (auto& w : patient) {
            BOOST_TEST(!w.is_done());
            w.cancel();
        }
        s.clock->settle();
        BOOST_TEST(s.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(to_the_last_poll_of_a_wait_says_when_to_come_back)
{
    const auto server = std::make_shared<throttling_server>();
    poll_bench s(answers_of(server));
    auto waiting = s.start(wait_for_job(s.agent, "job_1", {.timeout = 4s, .schedule = {.min_interval = 1s}}));
    s.clock->advance(2900ms);
    server->refuses = true;
    s.clock->advance(1s);
    BOOST_TEST(waiting.code() == errc::rate_limited);
    BOOST_TEST(waiting.error().job_status == "active");
    BOOST_TEST(waiting.error().retry_at.has_value());
}

BOOST_AUTO_TEST_CASE(ends_a_wait_with_too_little_time_when_its_poll_under_way_was_answered)
{
    poll_bench s([](const std::string& id, std::size_t) {
        return id == "refused" ? too_many("600") : job_of(id, "active", 3s);
    });
    auto other = s.start_later(wait_for_job(s.agent, "job_1", {.timeout = 5min}));
    auto refused = s.start_later(wait_for_job(s.agent, "refused"));
    s.clock->advance(2s);
    BOOST_TEST(!other.is_done());
    s.clock->advance(2s);
    BOOST_TEST(other.code() == errc::rate_limited);
    BOOST_TEST(other.error().job_status == "active");
    BOOST_TEST(other.error().retry_at.has_value());
    refused.cancel();
    s.clock->settle();
}

BOOST_AUTO_TEST_CASE(returns_an_end_that_settles_whoever_got_the_429)
{
    poll_bench s(
        [](const std::string& id, std::size_t before) { return before == 0 ? job_of(id, "failed") : too_many("600"); });
    const cojob::wait_options options{.timeout = 5min, .settle = 35s};
    const auto first = s.start(wait_for_job(s.agent, "job_1", options));
    const auto second = s.start(wait_for_job(s.agent, "job_2", options));
    s.clock->advance(10s);
    BOOST_TEST(s.count_status(429) == 1U);
    for (const auto* w : {&first, &second}) {
        BOOST_REQUIRE(w->is_done());
        BOOST_TEST(w->get().value().status_text == "failed");
    }
}

BOOST_AUTO_TEST_CASE(holds_for_waits_that_begin_during_the_pause)
{
    const auto server = std::make_shared<throttling_server>();
    server->refuses = true;
    server->hint = "300";
    poll_bench s(answers_of(server));
    auto first = s.start(wait_for_job(s.agent, "first"));
    s.clock->advance(1min);
    for (const bool is_alone : {false, true}) { // the pause outlives the waits
        auto hurried = s.start(wait_for_job(s.agent, "hurried", {.timeout = 1min}));
        BOOST_TEST(hurried.code() == errc::rate_limited);
        BOOST_TEST(hurried.error().job_id == "hurried");
        BOOST_TEST(hurried.error().http_status == 429);
        BOOST_TEST(hurried.error().path == ""); // no request of its own was refused
        BOOST_TEST(hurried.error().attempts.empty());
        BOOST_TEST((hurried.error().retry_at == s.clock->wall_now() + 240s));
        if (!is_alone) {
            first.cancel();
            s.clock->settle();
            BOOST_TEST(s.clock->pending() == 0U);
        }
    }
    server->refuses = false;
    auto patient = s.start(wait_for_job(s.agent, "patient"));
    s.clock->advance(239s);
    BOOST_TEST(s.times_of("patient").empty());
    s.clock->advance(3s);
    BOOST_TEST(s.times_of("patient").size() == 1U);
    patient.cancel();
    s.clock->settle();
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(ends_no_wait_for_what_an_earlier_pause_asked)
{
    const auto server = std::make_shared<throttling_server>();
    server->refuses = true;
    server->hint = "3600";
    poll_bench s(answers_of(server));
    auto first = s.start(wait_for_job(s.agent, "first", {.timeout = 24h}));
    server->refuses = false;
    s.clock->advance(16min); // asked again before, and answered
    BOOST_TEST(s.count_status(200) >= 1U);
    auto later = s.start(wait_for_job(s.agent, "later", {.timeout = 30min}));
    server->refuses = true;
    server->hint = "30";
    s.clock->advance(12s);
    server->refuses = false;
    auto joined = s.start(wait_for_job(s.agent, "joined", {.timeout = 30min}));
    s.clock->advance(10min);
    for (auto* w : {&first, &later, &joined}) {
        BOOST_TEST(!w->is_done());
        w->cancel();
    }
    s.clock->settle();
}

BOOST_AUTO_TEST_CASE(means_more_than_a_day_for_all_waits_without_a_deadline)
{
    for (const std::string hint : {"86400", "172800"}) {
        const auto is_too_long = hint == "172800";
        const auto server = std::make_shared<throttling_server>();
        server->hint = hint;
        poll_bench s(answers_of(server));
        auto endless = wait_for_each(s, 3, {.timeout = cojob::no_timeout});
        auto longer = s.start_later(wait_for_job(s.agent, "longer", {.timeout = 100h}));
        s.clock->settle();
        server->refuses = true;
        s.clock->advance(12s);
        BOOST_TEST(s.count_status(429) == 1U);
        if (is_too_long)
            endless.push_back(s.start(wait_for_job(s.agent, "late", {.timeout = cojob::no_timeout})));
        for (auto& w : endless) {
            BOOST_TEST_REQUIRE(w.is_done() == is_too_long);
            if (is_too_long) {
                BOOST_TEST(w.code() == errc::rate_limited);
                BOOST_TEST((w.error().retry_at > s.clock->wall_now() + 47h));
            }
            w.cancel();
        }
        BOOST_TEST(!longer.is_done());
        longer.cancel();
        s.clock->settle();
        BOOST_TEST(s.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_a_client_whose_wait_it_ended_before_its_first_poll)
{
    poll_bench s([](const std::string&, std::size_t) { return too_many("300"); });
    const auto uses = s.seen.use_count(); // a client holds its observer
    {
        auto agent = s.agent.with(s.make_client());
        auto first = s.start(wait_for_job(agent, "first"));
        first.cancel();
        s.clock->settle();
        auto second = s.start(wait_for_job(agent, "second", {.timeout = 1min}));
        BOOST_TEST(second.code() == errc::rate_limited);
    }
    s.clock->settle();
    BOOST_TEST(s.seen.use_count() == uses);
}

BOOST_AUTO_TEST_CASE(lets_an_observer_start_waits_when_it_hears_of_it)
{
    // On the client's own executor a coroutine begins inside of the event.
    poll_bench s([](const std::string& id, std::size_t) {
        auto r = id == "refused" ? too_many() : job_of(id, "completed");
        r.delay = 1s;
        return r;
    });
    const auto other = s.make_agent({.key = "other"});
    auto first = s.start(wait_for_job(s.agent, "refused", {.timeout = 10s}));
    s.clock->advance(500ms);
    auto late = s.start(wait_for_job(s.agent, "refused", {.timeout = 10s})); // the last of its service to be told
    std::size_t begun = 0, ended = 0;
    bool is_beginning = false;
    s.seen->heard = [&] {
        if (begun == 20 || std::exchange(is_beginning, true))
            return;
        cojob::asio::co_spawn(s.client.get_executor(), wait_for_job(other, "job_" + std::to_string(++begun)),
                              [&](std::exception_ptr, const cojob::mintlify::agent_job&) { ++ended; });
        is_beginning = false;
    };
    s.clock->advance(10min);
    BOOST_TEST(first.code() == errc::rate_limited);
    BOOST_TEST(late.code() == errc::rate_limited);
    BOOST_TEST(ended == 20U);
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
