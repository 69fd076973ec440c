// Waiting for jobs of OSAPI, whose ends may be taken back and which can be listed.
#include "support/live_jobs.hpp"
#include "support/mock_jobs.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace osapi_wait_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::wait_for_all;
using cojob::wait_for_job;
using cojob::wait_options;
using cojob::osapi::job_status;
using tests::ids_of;
using tests::live_bench;
using tests::many;
using tests::mock_jobs;
using tests::status_steps;

constexpr wait_options settled{.settle = 35s};

} // namespace osapi_wait_tests

BOOST_AUTO_TEST_SUITE(waits_for_osapi_jobs)

using namespace osapi_wait_tests;

BOOST_AUTO_TEST_CASE(end_with_every_end_and_with_nothing_else)
{
    for (const auto& [status, is_end] : std::vector<std::pair<std::string, bool>>{{"completed", true},
                                                                                  {"failed", true},
                                                                                  {"partial_failure", true},
                                                                                  {"skipped", true},
                                                                                  {"submitted", false},
                                                                                  {"processing", false},
                                                                                  {"unprocessed", false}})
        BOOST_TEST_CONTEXT(status)
        {
            live_bench b(status_steps{{0, "processing"}, {3, status}});
            const auto s = b.start(wait_for_job(b.service, "j", {.timeout = 1min}));
            const auto took = b.until_done(s);
            BOOST_TEST(s.code() == (is_end ? cojob::error_code() : make_error_code(errc::wait_timeout)));
            BOOST_TEST(took <= (is_end ? 9.0 : 60.0));
            if (is_end)
                BOOST_TEST(s.get()->status_text == status);
            else
                BOOST_TEST(s.error().job_status == status);
        }
}

BOOST_AUTO_TEST_CASE(poll_at_once_and_then_every_half_second_to_five_seconds)
{
    live_bench b(status_steps{{0, "processing"}, {60, "completed"}});
    b.run(wait_for_job(b.service, "j"));
    const auto& asked = b.asked["j"];
    BOOST_TEST(asked[0] == 0.0);
    auto interval = 0.5;
    for (std::size_t i = 1; i < asked.size(); ++i, interval = std::min(interval * 1.5, 5.0)) {
        const auto gap = asked[i] - asked[i - 1];
        BOOST_TEST(gap >= std::max(0.5, 0.9 * interval) - 1e-6);
        BOOST_TEST(gap <= std::min(5.0, 1.1 * interval) + 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(take_a_failed_that_is_delivered_again_for_an_end_only_without_settle)
{
    const status_steps redelivered{{0, "processing"}, {2, "failed"}, {32, "processing"}, {34, "completed"}};
    live_bench hasty(redelivered);
    BOOST_CHECK(hasty.run(wait_for_job(hasty.service, "j")).second.status == job_status::failed);
    live_bench patient(redelivered);
    const auto [took, job] = patient.run(wait_for_job(patient.service, "j", settled));
    BOOST_CHECK(job.status == job_status::completed);
    BOOST_TEST(took >= 34.0 + 35.0);
    BOOST_TEST(took <= 34.0 + 35.0 + 11.0);
}

BOOST_AUTO_TEST_CASE(take_a_failed_that_stands_for_an_end)
{
    live_bench b(status_steps{{0, "failed"}});
    const auto [took, job] = b.run(wait_for_job(b.service, "j", settled));
    BOOST_CHECK(job.status == job_status::failed);
    BOOST_TEST(took >= 35.0);
    BOOST_TEST(took <= 41.0);
    live_bench changing(status_steps{{0, "failed"}, {20, "completed"}}); // redelivered, and never seen processing
    const auto [longer, other] = changing.run(wait_for_job(changing.service, "j", settled));
    BOOST_CHECK(other.status == job_status::completed);
    BOOST_TEST(longer >= 55.0);
}

BOOST_AUTO_TEST_CASE(see_a_broadcast_through_while_agents_come_in)
{
    status_steps flapping;
    for (int agent = 0; agent < 6; ++agent) { // each comes late, and works longer than from one poll to the next
        flapping.emplace_back(15 * agent, "processing");
        flapping.emplace_back(15 * agent + 6, agent < 5 ? "completed" : "partial_failure");
    }
    live_bench hasty(flapping);
    BOOST_TEST(hasty.run(wait_for_job(hasty.service, "j")).first < 12.0);
    live_bench patient(flapping);
    const auto [took, job] = patient.run(wait_for_job(patient.service, "j", settled));
    BOOST_CHECK(job.status == job_status::partial_failure);
    BOOST_TEST(took >= 81.0 + 35.0);
    BOOST_TEST(took <= 81.0 + 35.0 + 11.0);
}

BOOST_AUTO_TEST_CASE(of_a_retry_poll_after_half_a_second)
{
    for (const bool is_late : {false, true}) {
        const std::string id = "fc5ae9f3-f757-499f-8794-d9f401e5a68a"; // of the recorded receipt
        live_bench b({{id, {{0, "submitted"}, {1, "processing"}, {4, "completed"}}}});
        b.not_found = 2; // a job may take a moment to be seen everywhere
        const auto retried = b.start(b.service.retry_job("old"));
        if (is_late)
            b.clock->advance(300ms);
        const auto [took, job] = b.run(wait_for_job(b.service, retried.get()->job_id));
        BOOST_CHECK(job.status == job_status::completed);
        BOOST_TEST(b.asked[id].front() == 0.5, boost::test_tools::tolerance(1e-6));
        BOOST_TEST(took <= 10.0);
    }
    live_bench b(std::map<std::string, status_steps>{});
    const auto s = b.start(wait_for_job(b.service, "mistyped"));
    BOOST_TEST(s.code() == make_error_code(errc::not_found)); // at once
    BOOST_TEST(s.error().job_id == "mistyped");
}

BOOST_AUTO_TEST_CASE(cost_little_more_than_one_when_they_are_many)
{
    std::size_t alone = 0;
    for (const std::size_t n : {1U, 50U}) {
        live_bench b(many(n, {{0, "processing"}, {1200, "completed"}}));
        const auto [took, ends] = b.run(wait_for_all(b.service, ids_of(b.lives)));
        for (const auto& end : ends) {
            BOOST_CHECK(end.value().status == job_status::completed);
            BOOST_TEST(end.value().hostname == "whole"); // lists have no details
        }
        for (const auto& id : ids_of(b.lives))
            BOOST_TEST((n == 1 || b.asked[id].size() == 1U));
        BOOST_TEST(b.asked["list"].empty() == (n == 1));
        if (n == 1)
            alone = b.sent().size();
        BOOST_TEST(static_cast<double>(b.sent().size()) <= 1.3 * static_cast<double>(alone) + 50.0);
    }
}

BOOST_AUTO_TEST_CASE(are_served_by_a_list_from_three_on)
{
    for (const std::size_t n : {2U, 3U}) {
        live_bench b(many(n, {{0, "processing"}, {20, "skipped"}}));
        b.run(wait_for_all(b.service, ids_of(b.lives)));
        BOOST_TEST((b.asked["list"].size() > 3) == (n == 3));
    }
}

BOOST_AUTO_TEST_CASE(are_served_by_a_list_while_they_are_queued_too)
{
    live_bench b(many(5, {{0, "submitted"}, {60, "processing"}, {120, "completed"}}));
    b.run(wait_for_all(b.service, ids_of(b.lives)));
    BOOST_TEST(b.asked["job-0"].size() == 2U); // to find it queued, and at its end
    const auto& lists = b.asked["submitted"];  // no more once one of them is empty
    BOOST_TEST((lists.size() > 5U && lists.back() <= 60.0 + 5.5));
}

BOOST_AUTO_TEST_CASE(settle_one_by_one_when_a_list_serves_them)
{
    auto lives = many(4, {{0, "processing"}, {10, "completed"}});
    lives["redelivered"] = {{0, "failed"}, {31, "processing"}, {33, "completed"}};
    lives["failed"] = {{0, "processing"}, {5, "failed"}};
    live_bench b(lives);
    const auto [took, ends] = b.run(wait_for_all(b.service, ids_of(lives), settled));
    for (std::size_t i = 0; i < ends.size(); ++i)
        BOOST_TEST(ends[i].value().status_text == (ids_of(lives)[i] == "failed" ? "failed" : "completed"));
    BOOST_TEST(took >= 33.0 + 35.0);
    BOOST_TEST(took <= 33.0 + 35.0 + 11.0);
}

BOOST_AUTO_TEST_CASE(see_through_the_traps_of_a_real_server)
{
    mock_jobs host;
    std::vector<std::string> ids{host.server.add_osapi_job({{"failed", 4}, {"processing", 2}, {"completed"}}),
                                 host.server.add_osapi_job({{"processing", 2},
                                                            {"completed", 2},
                                                            {"processing", 2},
                                                            {"completed", 2},
                                                            {"processing", 2},
                                                            {"partial_failure"}}),
                                 host.server.add_osapi_job({{"submitted", 2}, {"processing", 3}, {"skipped"}})};
    auto s = host.start(wait_for_all(host.service, ids, settled));
    for (int i = 0; i < 150 && !s.is_done(); ++i)
        host.clock->advance(1s);
    const auto& ends = s.get().value();
    BOOST_TEST(ends[0].value().status_text == "completed");
    BOOST_TEST(ends[1].value().status_text == "partial_failure");
    BOOST_TEST(ends[2].value().status_text == "skipped");
    BOOST_TEST(ends[0].value().timeline.size() == 7U); // submitted, and twice acknowledged, started and ended
    auto hasty = host.start(wait_for_job(host.service, host.server.add_osapi_job({{"failed", 1}, {"completed"}})));
    host.finish(hasty);
    BOOST_TEST(hasty.get().value().status_text == "failed");
}

BOOST_AUTO_TEST_SUITE_END()
