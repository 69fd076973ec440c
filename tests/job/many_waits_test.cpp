// A thousand waits at a time.
#include "support/poll_bench.hpp"

#include <cojob/job/many.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace many_waits_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::wait_for_job;
using cojob::mintlify::agent_job;
using tests::job_of;
using tests::make_ids;
using tests::poll_bench;

constexpr std::size_t many = 1000;

/// How often a job is polled in that many seconds: at once, then after 5 s, 6.25 s, 7.8 s and 9.8 s, then each 9.5 s on
/// the average.
double polls_in(double seconds)
{
    return 5 + (seconds - 28.8) / 9.5;
}

} // namespace many_waits_tests

BOOST_AUTO_TEST_SUITE(a_thousand_waits)

using namespace many_waits_tests;

BOOST_AUTO_TEST_CASE(are_polled_as_often_as_they_want)
{
    poll_bench s([](const std::string& id, std::size_t) { return job_of(id, "active"); });
    std::vector<tests::started<agent_job>> all;
    for (const auto& id : make_ids(many))
        all.push_back(s.start_later(wait_for_job(s.agent, id)));
    s.clock->advance(5min);
    const auto per_job = static_cast<double>(s.polls.size()) / many;
    BOOST_TEST_MESSAGE("polls of a job in 5 minutes: " << per_job << ", by the schedule: " << polls_in(300));
    BOOST_TEST(per_job == polls_in(300), boost::test_tools::tolerance(0.03));
    BOOST_TEST(s.client.stats().polls == s.polls.size());
    BOOST_TEST(s.seen->stretched.empty());
    for (auto& w : all)
        w.cancel();
    s.clock->settle();
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(for_all_of_a_thousand_jobs_end_each_as_its_job_does)
{
    poll_bench s([](const std::string& id, std::size_t before) -> poll_bench::reply {
        if (id.ends_with("13"))
            return {404, "", {}};
        return job_of(id, before < id.size() - 4 ? "active" : "completed", 10ms);
    });
    const auto ids = make_ids(many);
    auto waiting = s.start(cojob::wait_for_all(s.agent, ids));
    s.clock->advance(1min);
    BOOST_REQUIRE(waiting.is_done());
    const auto ends = waiting.get().value();
    BOOST_REQUIRE(ends.size() == many);
    std::size_t polls = 0;
    for (std::size_t i = 0; i < many; ++i) {
        const auto is_missing = ids[i].ends_with("13");
        polls += is_missing ? 1 : ids[i].size() - 3;
        BOOST_REQUIRE(ends[i].has_error() == is_missing);
        if (is_missing)
            BOOST_TEST((ends[i].error().code() == errc::not_found && ends[i].error().job_id == ids[i]));
        else
            BOOST_TEST((ends[i]->id == ids[i] && ends[i]->status_text == "completed"));
    }
    BOOST_TEST(s.polls.size() == polls);
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(for_all_of_a_thousand_jobs_can_be_given_up_at_once)
{
    poll_bench s([](const std::string& id, std::size_t) { return job_of(id, id == "job_7" ? "completed" : "active"); });
    auto waiting = s.start(cojob::wait_for_all(s.agent, make_ids(many)));
    s.clock->advance(2s);
    waiting.cancel(cojob::asio::cancellation_type::total);
    s.clock->settle();
    BOOST_TEST(s.clock->pending() == 0U);
    const auto ends = waiting.get().value();
    for (std::size_t i = 0; i < many; ++i)
        BOOST_TEST((ends[i].has_value() ? i == 7 : ends[i].error().code() == cojob::asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()
