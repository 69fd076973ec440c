// How many polls several waits cost.
#include "support/poll_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poll_sharing_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::wait_for_job;
using cojob::wait_options;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using tests::job_of;
using tests::poll_bench;
using wait = tests::started<agent_job>;

poll_bench::script_type always(const std::string& status, cojob::duration round_trip = {})
{
    return [=](const std::string& id, std::size_t) { return job_of(id, status, round_trip); };
}

/// Active for that many polls, then completed.
poll_bench::script_type ends_after(std::size_t polls, cojob::duration round_trip = {})
{
    return [=](const std::string& id, std::size_t before) {
        return job_of(id, before < polls ? "active" : "completed", round_trip);
    };
}

/// A user's API on an agent: what makes two of them one service is up to it.
class bare_api {
  public:
    using job_type = agent_job;
    static constexpr std::string_view api_name = "bare";

    explicit bare_api(agent a) : agent_(std::move(a)) {}

    [[nodiscard]] cojob::asio::awaitable<agent_job> get_job(std::string id) const
    {
        return agent_.get_job(std::move(id));
    }
    [[nodiscard]] cojob::client get_client() const { return agent_.get_client(); }
    [[nodiscard]] std::string scope() const { return agent_.scope(); }
    [[nodiscard]] cojob::poll_schedule default_schedule() const { return agent_.default_schedule(); }

  private:
    agent agent_;
};

struct equal_api : bare_api {
    using bare_api::bare_api;
    friend bool operator==(const equal_api&, const equal_api&) { return true; }
};

struct pair_row {
    const char* what;
    std::function<std::pair<wait, wait>(poll_bench&)> start;
    bool shares;
};

template <class Api>
std::pair<wait, wait> wait_on(poll_bench& s, Api first, Api second)
{
    auto a = s.start_later(wait_for_job(std::move(first), "job_1"));
    auto b = s.start_later(wait_for_job(std::move(second), "job_1"));
    return {a, b};
}

const std::vector<pair_row> pairs{
    {"one agent", [](poll_bench& s) { return wait_on(s, s.agent, s.agent); }, true},
    {"an agent with another limit for a call",
     [](poll_bench& s) { return wait_on(s, s.agent, s.agent.with(s.client.with_timeout(20s))); }, true},
    {"agents with different keys", [](poll_bench& s) { return wait_on(s, s.agent, s.make_agent({.key = "other"})); },
     false},
    {"agents that were given the same key", [](poll_bench& s) { return wait_on(s, s.agent, s.make_agent()); }, false},
    {"another project", [](poll_bench& s) { return wait_on(s, s.agent, s.make_agent({.project = "q"})); }, false},
    {"another server",
     [](poll_bench& s) { return wait_on(s, s.agent, s.make_agent({.base_url = "https://other.example"})); }, false},
    {"another client", [](poll_bench& s) { return wait_on(s, s.agent, s.agent.with(s.make_client())); }, false},
    {"an API without ==", [](poll_bench& s) { return wait_on(s, bare_api(s.agent), bare_api(s.agent)); }, false},
    {"an API with ==", [](poll_bench& s) { return wait_on(s, equal_api(s.agent), equal_api(s.agent)); }, true},
};

} // namespace poll_sharing_tests

BOOST_AUTO_TEST_SUITE(waits_for_one_job)

using namespace poll_sharing_tests;

BOOST_AUTO_TEST_CASE(cost_the_polls_of_one)
{
    std::vector<std::size_t> counts;
    for (const std::size_t waits : {1U, 50U}) {
        auto status = std::make_shared<std::string>("active");
        poll_bench s([=](const std::string& id, std::size_t) { return job_of(id, *status, 200ms); });
        std::vector<wait> all;
        for (std::size_t i = 0; i < waits; ++i)
            all.push_back(s.start_later(wait_for_job(s.agent, "job_1")));
        s.clock->advance(20min);
        counts.push_back(s.polls.size());
        BOOST_TEST(s.seen->most_in_flight == 1U);
        *status = "completed";
        s.clock->advance(11s);
        BOOST_TEST(s.polls.size() == counts.back() + 1);
        for (const auto& w : all)
            BOOST_TEST(w.get().value().status_text == "completed");
        BOOST_TEST(s.clock->pending() == 0U);
    }
    BOOST_TEST_MESSAGE("polls in 20 minutes, of 1 wait and of 50: " << counts[0] << ", " << counts[1]);
    BOOST_TEST(static_cast<double>(counts[1]) <= 1.15 * static_cast<double>(counts[0]));
    BOOST_TEST(static_cast<double>(counts[1]) >= 0.85 * static_cast<double>(counts[0]));
}

BOOST_AUTO_TEST_CASE(share_them_when_they_are_of_one_service_and_else_not)
{
    for (const auto& row : pairs) {
        BOOST_TEST_CONTEXT(row.what)
        {
            poll_bench s(ends_after(row.shares ? 1 : 2, 200ms));
            const auto [first, second] = row.start(s);
            s.clock->advance(1s);
            BOOST_TEST(s.polls.size() == (row.shares ? 1U : 2U));
            s.clock->advance(10s);
            BOOST_TEST(s.polls.size() == (row.shares ? 2U : 4U));
            BOOST_TEST(first.get().has_value());
            BOOST_TEST(second.get().has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(never_get_an_answer_that_was_asked_for_with_another_key)
{
    poll_bench s(always("active"));
    const auto other = s.make_agent({.key = "other"});
    std::vector<wait> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(s.start(wait_for_job(s.agent, "job_1")));
        all.push_back(s.start(wait_for_job(other, "job_1")));
    }
    s.script = [](const std::string& id, std::size_t) { return job_of(id, "completed"); };
    s.clock->advance(6s);
    std::vector<std::string> keys;
    for (const auto& p : s.polls)
        keys.push_back(p.authorization);
    std::sort(keys.begin(), keys.end());
    BOOST_TEST(keys == (std::vector<std::string>{"Bearer key", "Bearer key", "Bearer other", "Bearer other"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(get_no_answer_to_a_poll_that_was_under_way_when_they_came)
{
    for (const std::string first_answer : {"active", "completed"}) {
        poll_bench s([=](const std::string& id, std::size_t before) {
            return job_of(id, before == 0 ? first_answer : "completed", 1s);
        });
        auto early = s.start(wait_for_job(s.agent, "job_1"));
        s.clock->advance(500ms);
        auto late = s.start(wait_for_job(s.agent, "job_1"));
        s.clock->advance(600ms);
        BOOST_TEST(early.is_done() == (first_answer == "completed"));
        BOOST_TEST(!late.is_done());
        BOOST_TEST(s.polls.size() == 1U);
        s.clock->advance(10s);
        BOOST_TEST(late.get().has_value());
        BOOST_REQUIRE(s.polls.size() == 2U);
        BOOST_TEST(s.polls[1].at >= 6.0); // min_interval after the answer
        BOOST_TEST(s.polls[1].at <= 6.5);
    }
}

BOOST_AUTO_TEST_CASE(get_the_next_answer_when_they_come_between_two_polls)
{
    poll_bench s(ends_after(1));
    auto early = s.start(wait_for_job(s.agent, "job_1"));
    s.clock->advance(2s);
    auto late = s.start(wait_for_job(s.agent, "job_1"));
    BOOST_TEST(s.polls.size() == 1U);
    s.clock->advance(4s);
    BOOST_TEST(early.get().has_value());
    BOOST_TEST(late.get().has_value());
    BOOST_REQUIRE(s.polls.size() == 2U);
    BOOST_TEST(s.polls[1].at >= 5.0);
}

BOOST_AUTO_TEST_CASE(that_come_late_and_have_little_time_are_polled_for_all_the_same)
{
    poll_bench s(always("active", 100ms));
    auto patient = s.start(wait_for_job(s.agent, "job_1"));
    for (const cojob::duration at : {50ms, 1000ms}) { // during a poll, and after one
        s.clock->advance(at);
        auto hasty = s.start(wait_for_job(s.agent, "job_1", {.timeout = 3s}));
        s.clock->advance(3s);
        BOOST_TEST(hasty.code() == errc::wait_timeout); // the server is well, and the job has not ended
        BOOST_TEST(hasty.error().job_status == "active");
        s.clock->advance(30s);
    }
    BOOST_TEST(!patient.is_done());
    patient.cancel();
    s.clock->settle();
}

BOOST_AUTO_TEST_CASE(do_not_notice_that_another_is_cancelled)
{
    using enum cojob::asio::cancellation_type;
    for (const auto type : {terminal, partial, total})
        for (const auto at : {500ms, 3000ms}) // in the middle of a poll, between two
            for (const bool is_first : {true, false}) {
                poll_bench s(ends_after(2, 1s));
                auto first = s.start_later(wait_for_job(s.agent, "job_1"));
                auto second = s.start_later(wait_for_job(s.agent, "job_1"));
                s.clock->advance(at);
                auto& goes = is_first ? first : second;
                auto& stays = is_first ? second : first;
                goes.cancel(type);
                s.clock->settle();
                BOOST_TEST(goes.code() == cojob::asio::error::operation_aborted);
                BOOST_TEST(!stays.is_done());
                BOOST_TEST(s.seen->in_flight == (at < 1s ? 1U : 0U));
                s.clock->advance(20s);
                BOOST_TEST(stays.get().has_value());
                BOOST_TEST(s.polls.size() == 3U);
                BOOST_TEST(s.clock->pending() == 0U);
            }
}

BOOST_AUTO_TEST_CASE(leave_nothing_behind_when_the_last_is_cancelled)
{
    for (const auto at : {500ms, 3000ms}) {
        poll_bench s(always("active", 1s));
        std::vector<wait> all;
        for (int i = 0; i < 3; ++i)
            all.push_back(s.start_later(wait_for_job(s.agent, "job_1")));
        s.clock->advance(at);
        for (auto& w : all) {
            BOOST_TEST(s.clock->pending() != 0U);
            w.cancel();
            s.clock->settle();
        }
        BOOST_TEST(s.seen->in_flight == 0U);
        BOOST_TEST(s.clock->pending() == 0U);
        s.clock->advance(1min);
        BOOST_TEST(s.polls.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(are_polled_for_as_the_quickest_wants_while_it_is_there)
{
    poll_bench s(always("active"));
    auto slow = s.start_later(wait_for_job(s.agent, "job_1"));
    auto quick = s.start_later(wait_for_job(s.agent, "job_1", {.schedule = {.min_interval = 1s, .max_interval = 2s}}));
    s.clock->advance(1min);
    const auto with_both = s.polls.size();
    BOOST_TEST(with_both >= 28U);
    BOOST_TEST(with_both <= 60U);
    quick.cancel();
    s.clock->advance(1min);
    const auto alone = s.polls.size() - with_both;
    BOOST_TEST(alone >= 5U);
    BOOST_TEST(alone <= 8U);
    for (std::size_t i = with_both + 1; i < s.polls.size(); ++i)
        BOOST_TEST(s.polls[i].at - s.polls[i - 1].at >= 5.0 - 1e-9);
    slow.cancel();
    s.clock->settle();
}

BOOST_AUTO_TEST_SUITE_END()
