// What a vendor adds to a job, as waits and watches see it.

#include "support/scripted_agent.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

namespace unknown_members_wait_tests {

/// A job that has ended at the third poll, with a member that nobody knows and that every answer changes.
struct growing_job {
    cojob::testing::scripted_reply operator()(const cojob::http::request&)
    {
        auto json = tests::job_json("job_1", ++polls < 3 ? "active" : "completed");
        json.back() = ',';
        return {200, json + "\"tokens\":" + std::to_string(polls) + ".50}"};
    }

    int polls = 0;
};

} // namespace unknown_members_wait_tests

BOOST_AUTO_TEST_SUITE(a_member_that_a_vendor_adds)

using namespace unknown_members_wait_tests;

BOOST_AUTO_TEST_CASE(is_reachable_through_a_wait)
{
    tests::scripted_agent s(growing_job{});
    auto waiting = s.start(cojob::wait_for_job(s.agent, "job_1"));
    s.until_done(waiting);
    BOOST_TEST(waiting.get().value().unknown_members.find("tokens").value() == "3.50");
}

BOOST_AUTO_TEST_CASE(is_no_change_to_a_watch)
{
    tests::scripted_agent s(growing_job{});
    auto watch = cojob::watch_job(s.agent, "job_1");
    std::string seen;
    for (std::size_t i = 0; i < 2; ++i) {
        auto next = s.start(watch.next());
        s.until_done(next);
        const auto job = next.get().value();
        seen += job->status_text + ' ' + std::string(job->unknown_members.find("tokens").value()) + ' ';
    }
    BOOST_TEST(seen == "active 1.50 completed 3.50 ");
}

BOOST_AUTO_TEST_SUITE_END()
