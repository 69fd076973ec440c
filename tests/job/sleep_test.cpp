#include "support/poll_bench.hpp"

#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace wait_over_a_sleep_tests {

using namespace std::chrono_literals;
using cojob::errc;
using tests::job_of;

cojob::wait_options for_a_minute()
{
    cojob::wait_options options;
    options.timeout = 60s;
    return options;
}

/// A server whose job goes on while its client sleeps.
struct sleeping_bench {
    std::string status = "active";
    cojob::duration round_trip{};
    tests::poll_bench bench{[this](const std::string& id, std::size_t) { return job_of(id, status, round_trip); }};
    tests::started<cojob::mintlify::agent_job> wait =
        bench.start(cojob::wait_for_job(bench.agent, std::string("job_1"), for_a_minute()));

    sleeping_bench() { bench.clock->advance(12s); }
};

} // namespace wait_over_a_sleep_tests

BOOST_AUTO_TEST_SUITE(a_wait_over_a_sleep)

using namespace wait_over_a_sleep_tests;

BOOST_AUTO_TEST_CASE(counts_waking_time_where_steady_time_stands_still)
{
    sleeping_bench b;
    b.bench.clock->suspend(8h);
    b.status = "completed";
    b.bench.clock->advance(10s);
    BOOST_TEST_REQUIRE(b.wait.is_done());
    BOOST_TEST(b.wait.get().value().status_text == "completed");
}

BOOST_AUTO_TEST_CASE(makes_one_more_poll_before_a_deadline_that_was_slept_through)
{
    for (const std::string status : {"completed", "active"}) {
        sleeping_bench b;
        const auto before = b.bench.polls.size();
        b.status = status;
        b.bench.clock->jump(8h);
        BOOST_TEST_REQUIRE(b.wait.is_done());
        BOOST_TEST(b.bench.polls.size() == before + 1);
        BOOST_TEST((b.wait.code() == (status == "active" ? make_error_code(errc::wait_timeout) : cojob::error_code())));
    }
}

BOOST_AUTO_TEST_CASE(gives_that_poll_ten_seconds)
{
    sleeping_bench b;
    b.round_trip = 1h;
    b.bench.clock->jump(8h);
    BOOST_TEST(!b.wait.is_done());
    b.bench.clock->advance(10s);
    BOOST_TEST_REQUIRE(b.wait.is_done());
    BOOST_TEST(b.wait.code() == errc::wait_timeout);
}

BOOST_AUTO_TEST_CASE(makes_no_poll_after_a_deadline_that_came_in_time)
{
    sleeping_bench b;
    b.bench.clock->advance(48s);
    BOOST_TEST_REQUIRE(b.wait.is_done());
    const auto polls = b.bench.polls.size();
    b.bench.clock->advance(1min);
    BOOST_TEST(b.bench.polls.size() == polls);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_quota_over_a_sleep)

using namespace wait_over_a_sleep_tests;

BOOST_AUTO_TEST_CASE(frees_no_slot_early)
{
    tests::poll_bench b([](const std::string& id, std::size_t) { return job_of(id, "active"); });
    cojob::quota_options options;
    options.limit = 1;
    options.window = 1h;
    const auto shared = std::make_shared<cojob::quota>(options, b.clock);
    cojob::mintlify::agent_options o;
    o.project_id = "p";
    o.api_key = cojob::secret("key");
    o.shared_quota = shared;
    const cojob::mintlify::agent agent(b.client, o);
    BOOST_TEST(b.start(agent.create_job("x")).is_done());
    BOOST_TEST(shared->remaining() == 0U);
    b.clock->suspend(8h);
    BOOST_TEST(shared->remaining() == 0U);
    b.clock->jump(1h + 1s);
    BOOST_TEST(shared->remaining() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
