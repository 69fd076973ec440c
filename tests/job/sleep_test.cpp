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

/// A server whose job goes on while its client sleeps.
struct sleeping_bench {
    cojob::wait_options options;
    std::string status = "active";
    cojob::duration round_trip{};
    tests::poll_bench bench{[this](const std::string& id, std::size_t) { return job_of(id, status, round_trip); }};
    tests::started<cojob::mintlify::agent_job> wait =
        bench.start(cojob::wait_for_job(bench.agent, std::string("job_1"), options));

    explicit sleeping_bench(cojob::duration timeout = 60s) : options{.timeout = timeout} { bench.clock->advance(12s); }

    /// Leaves a poll under way whose answer takes so long.
    void send_a_poll(cojob::duration takes)
    {
        round_trip = takes;
        for (const auto before = bench.polls.size(); bench.polls.size() == before;)
            bench.clock->advance(100ms);
        round_trip = {};
    }
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

BOOST_AUTO_TEST_CASE(makes_it_where_the_poll_before_was_slept_through_too)
{
    for (const auto timeout : {cojob::duration(60s), cojob::duration(30min)}) // the line notices first, or the poll
        for (const auto takes : {cojob::duration(5s), cojob::no_timeout})
            for (const std::string status : {"completed", "active"}) {
                BOOST_TEST_CONTEXT(timeout.count() << " " << takes.count() << " " << status)
                {
                    sleeping_bench b(timeout);
                    b.send_a_poll(takes);
                    const auto before = b.bench.polls.size();
                    b.status = status;
                    b.bench.clock->jump(8h);
                    BOOST_TEST_REQUIRE(b.wait.is_done());
                    BOOST_TEST(b.bench.polls.size() == before + 1);
                    BOOST_TEST((b.wait.code() ==
                                (status == "active" ? make_error_code(errc::wait_timeout) : cojob::error_code())));
                }
            }
}

BOOST_AUTO_TEST_CASE(does_not_take_its_sleep_for_the_servers_silence)
{
    for (const auto timeout : {cojob::no_timeout, cojob::duration(100h)}) {
        sleeping_bench b(timeout);
        b.send_a_poll(cojob::no_timeout);
        b.bench.clock->jump(8h);
        BOOST_TEST(!b.wait.is_done());
        b.bench.clock->advance(11s);
        BOOST_TEST(!b.wait.is_done());
        b.status = "completed";
        b.bench.clock->advance(11s);
        BOOST_TEST_REQUIRE(b.wait.is_done());
        BOOST_TEST(b.wait.get().has_value());
    }
    tests::poll_bench never([](const std::string& id, std::size_t before) {
        return job_of(id, "completed", before == 0 ? cojob::no_timeout : cojob::duration());
    });
    const auto first =
        never.start(cojob::wait_for_job(never.agent, std::string("job_1"), {.timeout = cojob::no_timeout}));
    never.clock->jump(8h);
    never.clock->advance(11s);
    BOOST_TEST_REQUIRE(first.is_done());
    BOOST_TEST(first.get().has_value());
}

BOOST_AUTO_TEST_CASE(is_as_patient_after_it_as_before)
{
    sleeping_bench b(cojob::no_timeout);
    b.send_a_poll(cojob::no_timeout);
    b.bench.clock->jump(8h);
    b.round_trip = cojob::no_timeout; // the next polls too: dead for good
    b.bench.clock->advance(9min);
    BOOST_TEST(!b.wait.is_done());
    b.bench.clock->advance(4min);
    BOOST_TEST_REQUIRE(b.wait.is_done());
    BOOST_CHECK(b.wait.code() == cojob::condition::timeout);
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
