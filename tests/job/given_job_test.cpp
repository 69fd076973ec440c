// Jobs as their callers have them: ids, handles, jobs, and a limit as a plain duration.
#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/handle.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/progress.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace given_job_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::job_handle;
using cojob::wait_for_all;
using cojob::wait_for_any;
using cojob::wait_for_job;
using cojob::watch_job;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_script;

const wait_tests::reply missing{404, ""};

/// A job that this client neither made nor asked for.
agent_job whole(const std::string& id = "job_1")
{
    agent_job job;
    job.id = id;
    return job;
}

job_handle handle_of(const job_bench& b, const std::string& id, const std::string& scope = {})
{
    return {std::string(agent::api_name), scope.empty() ? b.host.agent.scope() : scope, id};
}

job_bench two_jobs()
{
    return job_bench(job_script({{"job_1", {{0, "active"}, {30, "completed"}}}, {"job_2", {{0, "failed"}}}}));
}

} // namespace given_job_tests

BOOST_AUTO_TEST_SUITE(a_job_that_is_given)

using namespace given_job_tests;

BOOST_AUTO_TEST_CASE(whole_is_known_to_exist)
{
    for (const bool is_watched : {false, true}) {
        job_bench b({{0, missing}, {25, "completed"}});
        auto watch = watch_job(b.host.agent, whole());
        if (is_watched) {
            const auto seen = b.start(watch.next());
            b.host.until_done(seen);
            BOOST_TEST(seen.get().value()->status_text == "completed");
        } else {
            const auto waiting = b.start(wait_for_job(b.host.agent, whole()));
            b.host.until_done(waiting);
            BOOST_TEST(waiting.get().value().status_text == "completed");
        }
    }
    job_bench by_id({{0, missing}, {25, "completed"}});
    BOOST_TEST(by_id.start(wait_for_job(by_id.host.agent, whole().id)).code() == errc::not_found);
    job_bench gone({{0, missing}});
    const auto waiting = gone.start(wait_for_job(gone.host.agent, whole()));
    BOOST_TEST(gone.host.until_done(waiting) >= 30.0);
    BOOST_TEST(waiting.code() == errc::not_found);
}

BOOST_AUTO_TEST_CASE(whole_without_an_id_is_refused_before_anything_is_sent)
{
    job_bench b({{0, "active"}});
    BOOST_TEST(b.start(wait_for_job(b.host.agent, whole(""))).code() == errc::invalid_argument);
    auto watch = watch_job(b.host.agent, whole(".."));
    BOOST_TEST(b.start(watch.next()).code() == errc::invalid_argument);
    BOOST_TEST(b.script.asked().empty());
}

BOOST_AUTO_TEST_CASE(by_its_handle_is_watched_from_where_it_is)
{
    job_bench b({{0, "completed"}, {3, "active"}, {20, "failed"}});
    auto handle = handle_of(b, "job_1");
    handle.messaged_at = b.host.clock->wall_now() - 1s; // the end that is there is the one before the message
    auto watch = watch_job(b.host.agent, handle);
    std::string seen;
    for (int i = 0; i < 4; ++i) {
        const auto next = b.start(watch.next());
        b.host.until_done(next);
        if (const auto& job = next.get().value())
            seen += job->status_text + ' ';
    }
    BOOST_TEST(seen == "completed active failed ");
    auto other = watch_job(b.host.agent, handle_of(b, "job_1", "https://example.com/v2/p"));
    BOOST_TEST(b.start(other.next()).code() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(is_one_of_several_by_its_handle_or_whole)
{
    for (const bool is_whole : {false, true}) {
        auto b = two_jobs();
        const auto all =
            is_whole ? b.start(wait_for_all(b.host.agent, std::vector{whole("job_1"), whole("job_2")}))
                     : b.start(wait_for_all(b.host.agent, std::vector{handle_of(b, "job_1"), handle_of(b, "job_2")}));
        b.host.until_done(all);
        const auto& results = all.get().value();
        BOOST_REQUIRE(results.size() == 2U);
        BOOST_TEST(results[0]->status_text == "completed");
        BOOST_TEST(results[1]->status_text == "failed");
    }
    auto b = two_jobs();
    const auto first = b.start(wait_for_any(b.host.agent, std::vector{whole("job_1"), whole("job_2")}));
    b.host.until_done(first);
    BOOST_TEST(first.get().value().first == 1U);
    const auto resumed = b.start(wait_for_any(b.host.agent, std::vector{handle_of(b, "job_2")}));
    BOOST_TEST(resumed.get().value().second.status_text == "failed");
}

BOOST_AUTO_TEST_CASE(by_a_handle_of_another_service_fails_alone)
{
    auto b = two_jobs();
    const std::vector<job_handle> handles{handle_of(b, "job_1", "https://example.com/v2/p"), handle_of(b, "job_2")};
    const auto all = b.start(wait_for_all(b.host.agent, handles));
    BOOST_REQUIRE(all.is_done());
    const auto& results = all.get().value();
    BOOST_TEST((results[0].error().code() == errc::invalid_argument));
    BOOST_TEST(results[0].error().job_id == "job_1");
    BOOST_TEST(results[1]->status_text == "failed");
    BOOST_TEST(b.start(wait_for_any(b.host.agent, handles)).code() == errc::invalid_argument);
    BOOST_TEST(b.script.asked("job_1").empty());
}

BOOST_AUTO_TEST_CASE(may_come_with_nothing_but_a_time_limit)
{
    const auto expect_timeout = [](auto start) {
        job_bench b({{0, "active"}});
        const auto waiting = b.start(start(b));
        BOOST_TEST(b.host.until_done(waiting) == 59.5, boost::test_tools::tolerance(0.01));
        BOOST_TEST(waiting.code() == errc::wait_timeout);
    };
    expect_timeout([](job_bench& b) { return wait_for_job(b.host.agent, "job_1", 1min); });
    expect_timeout([](job_bench& b) { return wait_for_job(b.host.agent, std::string("job_1"), 60s); });
    expect_timeout([](job_bench& b) { return wait_for_job(b.host.agent, whole(), 60'000ms); });
    expect_timeout([](job_bench& b) { return wait_for_job(b.host.agent, handle_of(b, "job_1"), 1min); });
}

BOOST_AUTO_TEST_CASE(and_its_prompt_may_be_views_that_are_gone_when_the_operation_runs)
{
    job_bench b({{0, "completed"}});
    const auto& agent = b.host.agent;
    const auto later = [&](auto make) {
        std::string text = "job_1, and more than fits into a string itself";
        auto operation = make(std::string_view(text).substr(0, 5), std::string_view(text));
        text.assign(text.size(), '?');
        return operation;
    };
    BOOST_TEST(b.start(later([&](auto id, auto) { return agent.get_job(id); })).get().value().id == "job_1");
    BOOST_TEST(b.start(later([&](auto id, auto) { return wait_for_job(agent, id); })).get().value().id == "job_1");
    BOOST_TEST(b.start(later([&](auto id, auto) { return wait_for_job(agent, id, 1min); })).get().has_value());
    BOOST_TEST(b.start(later([&](auto id, auto text) { return agent.send_message(id, text); })).get().has_value());
    BOOST_TEST(b.start(later([&](auto, auto text) { return agent.create_job(text); })).get().has_value());
    BOOST_TEST(b.host.transport->requests().back().body.find("and more than fits") != std::string::npos);
    const auto ran = b.start(later([&](auto, auto text) { return cojob::run_job(agent, text, 1min); }));
    b.host.until_done(ran);
    BOOST_TEST(ran.get().value().status_text == "completed");
}

/// As callers write them today: none of these may have become ambiguous.
BOOST_AUTO_TEST_CASE(leaves_calls_of_all_shapes_as_they_were)
{
    job_bench b({{0, "completed"}});
    const auto& agent = b.host.agent;
    const std::string id = "job_1";
    const auto handle = handle_of(b, id);
    std::vector<cojob::asio::awaitable<agent_job>> waits;
    waits.push_back(wait_for_job(agent, "job_1"));
    waits.push_back(wait_for_job(agent, id, {}));
    waits.push_back(wait_for_job(agent, id, {.timeout = 5min}));
    waits.push_back(wait_for_job(agent, std::string("job_1"), cojob::wait_options()));
    waits.push_back(wait_for_job(agent, handle, {}));
    waits.push_back(wait_for_job(agent, job_handle(handle), {.timeout = cojob::no_timeout}));
    for (auto& wait : waits) { // stored first, awaited afterwards
        const auto waiting = b.start(std::move(wait));
        b.host.until_done(waiting);
        BOOST_TEST(waiting.get().has_value());
    }
    BOOST_TEST(b.start(wait_for_all(agent, {})).get().value().empty());
    BOOST_TEST(b.start(wait_for_all(agent, {"job_1"}, {})).get().value().size() == 1U);
    BOOST_TEST(b.start(wait_for_all(agent, {"job_1", id}, {.timeout = 5min})).get().value().size() == 2U);
    BOOST_TEST(b.start(wait_for_all(agent, std::vector<std::string>{id})).get().value().size() == 1U);
    BOOST_TEST(b.start(wait_for_any(agent, {id})).get().value().first == 0U);
    BOOST_TEST(b.start(wait_for_any(agent, {})).code() == errc::invalid_argument);
    auto watch = watch_job(agent, "job_1", {});
    BOOST_TEST(b.start(watch.next()).get().value()->status_text == "completed");
}

BOOST_AUTO_TEST_SUITE_END()
