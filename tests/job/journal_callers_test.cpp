#include "support/journaled_agent.hpp"
#include "support/own_api.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

BOOST_AUTO_TEST_SUITE(a_journal, *boost::unit_test::label("threads"))

using namespace journal_tests;

BOOST_AUTO_TEST_CASE(makes_one_request_for_a_tag_that_two_use_at_once)
{
    auto slow = created;
    slow.delay = 2s;
    bench b({slow});
    auto first = b.host.start(b.journal->create_once(b.host.agent, "tag", "Document it"));
    auto second = b.host.start(b.journal->create_once(b.host.agent, "tag", "Document it"));
    BOOST_TEST(b.finish(first).get()->status_text == "active");
    BOOST_TEST(b.finish(second).get()->status_text == "active"); // the same response: it was not asked for again
    BOOST_TEST(b.host.transport->requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(gives_both_the_failure_of_their_one_request)
{
    auto slow = status(400);
    slow.delay = 2s;
    bench b({slow});
    auto first = b.host.start(b.journal->create_once(b.host.agent, "tag", "Document it"));
    auto second = b.host.start(b.journal->create_once(b.host.agent, "tag", "Document it"));
    BOOST_TEST(b.finish(first).code() == errc::rejected);
    BOOST_TEST(b.finish(second).code() == errc::rejected);
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(cancelled_before_the_request_leaves_the_creation_to_the_next)
{
    auto options = tests::scripted_agent::project();
    options.quota = {.limit = 1, .window = 1h};
    options.quota.max_wait = 2h;
    bench b({created});
    const cojob::mintlify::agent limited(b.host.agent.get_client(), options);
    BOOST_TEST(b.run(b.journal->create_once(limited, "a", "Document it")).get().has_value());
    auto first = b.host.start(b.journal->create_once(limited, "b", "Document it"));
    auto second = b.host.start(b.journal->create_once(limited, "b", "Document it"));
    for (int i = 0; i < 50; ++i) { // both queue for a slot
        b.host.context.restart();
        b.host.context.run_for(1ms);
    }
    BOOST_TEST(!first.is_done());
    first.cancel(asio::cancellation_type::total);
    BOOST_TEST(b.finish(first).code() == asio::error::operation_aborted);
    b.host.clock->advance(1h + 2s);
    BOOST_TEST(b.finish(second).get().has_value());
    BOOST_TEST(b.posts == 2U);
}

BOOST_AUTO_TEST_CASE(cancelled_in_flight_keeps_the_tag_until_it_is_resolved)
{
    auto never = created;
    never.delay = cojob::no_timeout;
    bench b({never});
    auto run = b.host.start(b.journal->create_once(b.host.agent, "tag", "Document it"));
    for (int i = 0; i < 1000 && b.posts == 0; ++i) {
        b.host.context.restart();
        b.host.context.run_for(1ms);
    }
    run.cancel();
    BOOST_TEST(b.finish(run).code() == errc::outcome_unknown);
    BOOST_TEST(b.create().code() == errc::outcome_unknown);
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(gives_the_jobs_to_wait_for_after_a_restart_and_forgets_none_until_its_end_is_seen)
{
    bench b({created});
    BOOST_TEST(b.create().get().has_value());
    b.restart();
    const auto jobs = b.journal->unfinished(b.host.agent).jobs;
    BOOST_TEST_REQUIRE(jobs.size() == 1U);
    BOOST_TEST(jobs[0].id == "job_1");
    BOOST_TEST(jobs[0].created_at.has_value());
    const auto ends = b.run(b.journal->wait_for_all(b.host.agent, jobs));
    BOOST_TEST(ends.get()->at(0)->status_text == "completed");
    b.restart();
    BOOST_TEST(b.journal->unfinished().jobs.empty());
    BOOST_TEST(b.journal->find("tag")->is_ended);
    BOOST_TEST(b.create().get()->id == "job_1"); // none is created again
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(runs_a_job_to_its_end_and_records_it)
{
    bench b({created});
    BOOST_TEST(b.run(b.journal->run_job(b.host.agent, "tag", "Document it")).get()->status_text == "completed");
    BOOST_TEST(b.journal->unfinished().jobs.empty());
    BOOST_TEST(b.run(b.journal->run_job(b.host.agent, "tag", "Document it")).get()->id == "job_1");
    BOOST_TEST(b.posts == 1U);
}

BOOST_AUTO_TEST_CASE(works_with_a_service_that_has_no_more_than_the_concept_asks_for)
{
    bench b({created});
    int creations = 0;
    const auto create = [&]() -> std::string {
        if (++creations == 1)
            throw std::runtime_error("of its own");
        return "new";
    };
    const tests::own_api api(b.host.agent.get_client(), create, [] { return "done"; });
    const auto run = [&](const std::string& tag) {
        return b.run(b.journal->run_job(api, tag, "Document it", {.timeout = 1min}));
    };
    BOOST_CHECK_THROW(static_cast<void>(run("a").get()), std::runtime_error);
    BOOST_TEST(run("a").code() == errc::outcome_unknown); // what the service did before it threw is not known
    BOOST_TEST(run("b").get()->status == "done");
    BOOST_TEST(run("b").get()->status == "done");
    BOOST_TEST(creations == 2);
    BOOST_TEST(b.journal->unfinished(api).jobs.empty());
    BOOST_TEST(b.journal->unfinished(api).unresolved.size() == 1U);
    BOOST_TEST(b.journal->unfinished(b.host.agent).unresolved.empty());
}

BOOST_AUTO_TEST_SUITE_END()
