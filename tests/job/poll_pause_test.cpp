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
using tests::answers_of;
using tests::job_of;
using tests::poll_bench;
using tests::throttling_server;
using tests::too_many;
using tests::wait_for_each;
using wait = tests::started<agent_job>;
using agent_place = poll_bench::agent_place;

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
    BOOST_TEST(times[4] == times[1]);                                           // then as many as may
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
        all.push_back(s.start(wait_for_job(s.make_agent({.key = "key_" + std::to_string(i)}), "job_1")));
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

BOOST_AUTO_TEST_SUITE_END()
