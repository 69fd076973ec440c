// What a 429 to one poll does to the others.
#include "support/poll_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace poll_pause_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::wait_for_job;
using cojob::mintlify::agent_job;
using tests::job_of;
using tests::make_ids;
using tests::poll_bench;
using wait = tests::started<agent_job>;
using agent_place = poll_bench::agent_place;

poll_bench::reply too_many(const std::string& hint = {})
{
    if (hint.empty())
        return {429, "", {}};
    return {429, "", {{"Retry-After", hint}}};
}

/// A server that refuses for a while.
struct throttling_server {
    bool refuses = false;
    std::string hint{};
    cojob::duration round_trip{};
};
using server_ptr = std::shared_ptr<throttling_server>;

poll_bench::script_type answers_of(server_ptr server)
{
    return [server = std::move(server)](const std::string& id, std::size_t) {
        auto r = server->refuses ? too_many(server->hint) : job_of(id, "active");
        r.delay = server->round_trip;
        return r;
    };
}

std::vector<wait> wait_for_each(poll_bench& s, std::size_t jobs, cojob::wait_options options)
{
    std::vector<wait> all;
    for (const auto& id : make_ids(jobs))
        all.push_back(s.start_later(wait_for_job(s.agent, id, options)));
    return all;
}

/// When polls were refused.
std::vector<double> refusals(const poll_bench& s)
{
    std::vector<double> times;
    for (const auto& p : s.polls)
        if (p.status == 429)
            times.push_back(p.at);
    return times;
}

/// After the last refusal: when the polls were made.
std::vector<double> after_refusals(const poll_bench& s)
{
    std::vector<double> times;
    for (auto p = s.polls.rbegin(); p != s.polls.rend() && p->status != 429; ++p)
        times.insert(times.begin(), p->at);
    return times;
}

constexpr auto forever = cojob::no_timeout;

} // namespace poll_pause_tests

BOOST_AUTO_TEST_SUITE(a_429_to_a_poll)

using namespace poll_pause_tests;

BOOST_AUTO_TEST_CASE(pauses_all_polls_of_the_scope_for_longer_each_time_until_one_succeeds)
{
    const auto server = std::make_shared<throttling_server>();
    poll_bench s(answers_of(server));
    auto all = wait_for_each(s, 20, {.timeout = forever});
    s.clock->advance(1s);
    std::size_t counted = 0;
    for (const int storm : {1, 2}) { // the second begins anew: a success has ended the first
        BOOST_TEST_CONTEXT("storm " << storm)
        {
            server->refuses = true;
            s.clock->advance(50min);
            const auto times = refusals(s);
            const std::vector<double> expected{36, 72, 144, 288, 576, 900};
            BOOST_REQUIRE(times.size() >= counted + expected.size() + 1); // one for each pause, whoever waits
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const auto pause = times[counted + i + 1] - times[counted + i];
                BOOST_TEST(pause >= expected[i]);
                BOOST_TEST(pause <= expected[i] + (expected[i] < 900 ? 1.0 : 1e-9));
            }
            server->refuses = false;
            s.clock->advance(16min);
            counted = refusals(s).size();
        }
    }
    BOOST_TEST(s.seen->pauses.size() == counted);
    BOOST_TEST(s.seen->throttled_scope == s.agent.scope());
    BOOST_TEST(s.client.stats().throttles == counted);
    for (auto& w : all)
        w.cancel();
    s.clock->settle();
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(with_a_hint_pauses_until_then_and_one_goes_ahead)
{
    const auto server = std::make_shared<throttling_server>();
    server->hint = "60";
    poll_bench s(answers_of(server));
    auto all = wait_for_each(s, 20, {});
    s.clock->advance(1s);
    server->refuses = true;
    s.clock->advance(10s);
    server->refuses = false;
    server->round_trip = 2s;
    s.clock->advance(2min);
    BOOST_REQUIRE(refusals(s).size() == 1U);
    const auto begun = refusals(s).front();
    const auto times = after_refusals(s);
    BOOST_REQUIRE(times.size() > 20U);
    BOOST_TEST(times[0] >= begun + 60.0);
    BOOST_TEST(times[0] <= begun + 61.0);
    BOOST_TEST(times[1] == times[0] + 2.0, boost::test_tools::tolerance(1e-9)); // when the first was answered
    BOOST_TEST(times[4] == times[1]);                                          // then as many as may
    BOOST_TEST(times[5] == times[1] + 2.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(s.seen->pauses.size() == 1U);
    BOOST_TEST(s.seen->pauses.front() >= 60.0);
    for (auto& w : all)
        w.cancel();
    s.clock->settle();
}

BOOST_AUTO_TEST_CASE(that_meets_polls_under_way_is_one_pause)
{
    const auto server = std::make_shared<throttling_server>();
    server->refuses = true;
    server->round_trip = 1s;
    poll_bench s(answers_of(server));
    auto all = wait_for_each(s, 20, {});
    s.clock->advance(36s);
    BOOST_TEST(refusals(s).size() == 4U);
    s.clock->advance(2s);
    BOOST_TEST(refusals(s).size() == 5U); // who goes ahead goes alone
    s.clock->advance(71s);
    BOOST_TEST(refusals(s).size() == 5U);
    for (auto& w : all)
        w.cancel();
    s.clock->settle();
}

BOOST_AUTO_TEST_CASE(lets_one_go_ahead_of_all_services_of_the_scope)
{
    const auto server = std::make_shared<throttling_server>();
    server->refuses = true;
    poll_bench s(answers_of(server));
    std::vector<wait> all;
    for (int i = 0; i < 6; ++i)
        all.push_back(s.start(wait_for_job(s.make_agent({.key = "key " + std::to_string(i)}), "job_1")));
    BOOST_TEST(refusals(s).size() == 1U);
    server->round_trip = 1s;
    s.clock->advance(40s);
    BOOST_TEST(refusals(s).size() == 2U);
    for (auto& w : all)
        w.cancel();
    s.clock->settle();
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(pauses_no_other_scope)
{
    const struct {
        const char* what;
        agent_place place;
        bool pauses;
    } rows[] = {{"another key", {.key = "other"}, true},
                {"another project", {.project = "q"}, false},
                {"another server", {.base_url = "https://other.example"}, false}};
    for (const auto& row : rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            poll_bench s([](const std::string& id, std::size_t) {
                return id == "refused" ? too_many("600") : job_of(id, "active");
            });
            auto refused = s.start(wait_for_job(s.agent, "refused"));
            auto other = s.start(wait_for_job(s.make_agent(row.place), "other"));
            s.clock->advance(5min);
            BOOST_TEST(s.times_of("other").empty() == row.pauses);
            refused.cancel();
            other.cancel();
            s.clock->settle();
        }
    }
}

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

BOOST_AUTO_TEST_SUITE_END()
