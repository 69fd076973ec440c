// A wait that goes on in another process.
#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/handle.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace resume_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::job_handle;
using cojob::timestamp;
using cojob::wait_for_job;
using cojob::wait_options;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using cojob::testing::manual_clock;
using tests::job_script;
using tests::life;
using wait_tests::reply;

const reply missing{404, R"({"error":"not found"})", {}};

/// One process: it knows nothing of the one before, its steady clock begins anew, civil time goes on.
class process {
  public:
    explicit process(life of_job, timestamp begin = manual_clock::default_start(),
                     const std::string& base_url = "https://api.mintlify.com", const std::string& project = "p")
        : clock(std::make_shared<manual_clock>(context, begin)), script({{"job_1", std::move(of_job)}}),
          transport(std::make_shared<cojob::testing::scripted_transport>(script)), service(make(base_url, project))
    {
        script.attach(clock);
    }

    cojob::asio::io_context context;
    std::shared_ptr<manual_clock> clock;
    job_script script;
    std::shared_ptr<cojob::testing::scripted_transport> transport;
    agent service;

    template <class T>
    tests::started<T> start(cojob::asio::awaitable<T> operation)
    {
        auto s = tests::start(context, std::move(operation));
        clock->settle();
        return s;
    }
    tests::started<agent_job> start(const job_handle& handle, const wait_options& options = {})
    {
        return start(wait_for_job(service, handle, options));
    }

    /// How many seconds it took until it has ended.
    double until_done(const tests::started<agent_job>& s) const
    {
        const auto from = clock->now();
        while (!s.is_done() && clock->now() - from < 2h)
            clock->advance(100ms);
        return std::chrono::duration<double>(clock->now() - from).count();
    }

    /// A process that begins so long after now.
    [[nodiscard]] std::unique_ptr<process> next(cojob::duration later, life of_job) const
    {
        return std::make_unique<process>(std::move(of_job), clock->wall_now() + later);
    }

  private:
    agent make(const std::string& base_url, const std::string& project)
    {
        auto options = tests::one_attempt();
        options.clock = clock;
        options.seed = 1;
        cojob::mintlify::agent_options o;
        o.project_id = project;
        o.api_key = cojob::secret("key");
        o.base_url = base_url;
        return {cojob::client(context.get_executor(), options, transport), o};
    }
};

/// What a process that did this leaves behind for the next one.
struct left_behind {
    process first{{{0, "active"}}};
    job_handle handle;

    explicit left_behind(bool messages = false)
    {
        const auto job = first.start(first.service.create_job("Document it")).get().value();
        if (messages)
            first.start(first.service.send_message(job.id, "More"));
        handle = cojob::parse_job_handle(to_string(first.service.handle(job)));
    }
};

/// A handle of the service whose process begins, with its times so long ago.
job_handle aged(const process& p, std::optional<cojob::duration> created, std::optional<cojob::duration> messaged = {})
{
    job_handle handle(std::string(agent::api_name), p.service.scope(), "job_1");
    if (created)
        handle.created_at = p.clock->wall_now() - *created;
    if (messaged)
        handle.messaged_at = p.clock->wall_now() - *messaged;
    return handle;
}

} // namespace resume_tests

BOOST_AUTO_TEST_SUITE(a_resumed_wait)

using namespace resume_tests;

BOOST_AUTO_TEST_CASE(polls_at_once_whatever_its_age)
{
    for (const auto later : {cojob::duration(0s), cojob::duration(1s), cojob::duration(24h)}) {
        for (const auto timeout : {cojob::duration(1ms), cojob::duration(30min)}) {
            const left_behind from;
            const auto second = from.first.next(later, {{0, "completed"}});
            const auto waiting = second->start(from.handle, {.timeout = timeout});
            BOOST_REQUIRE(waiting.is_done());
            BOOST_TEST(waiting.get().value().status_text == "completed");
        }
    }
}

BOOST_AUTO_TEST_CASE(goes_on_until_the_end)
{
    const left_behind from;
    const auto second = from.first.next(1min, {{0, "active"}, {60, "failed"}});
    const auto waiting = second->start(from.handle);
    BOOST_TEST(second->until_done(waiting) >= 60.0);
    BOOST_TEST(waiting.get().value().status_text == "failed");
    BOOST_TEST(second->clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(does_not_take_an_end_from_before_the_message_for_the_end)
{
    const struct {
        life polled;
        bool is_messaged;
        std::string ends_with;
        double at_least, at_most;
    } rows[] = {
        {{{0, "completed"}}, false, "completed", 0, 0},
        {{{0, "completed"}}, true, "completed", 5, 6}, // two ends an interval apart
        {{{0, "completed"}, {3, "active"}, {20, "failed"}}, true, "failed", 20, 31},
        {{{0, "active"}, {3, "failed"}}, true, "failed", 5, 6}, // one that is not ended
    };
    for (const auto& row : rows) {
        const left_behind from(row.is_messaged);
        const auto second = from.first.next(10s, row.polled);
        const auto waiting = second->start(from.handle);
        const auto took = second->until_done(waiting);
        BOOST_TEST(waiting.get().value().status_text == row.ends_with);
        BOOST_TEST(took >= row.at_least);
        BOOST_TEST(took <= row.at_most);
    }
}

BOOST_AUTO_TEST_CASE(is_a_wait_timeout_when_only_the_end_from_before_the_message_was_seen)
{
    const left_behind from(true);
    const auto second = from.first.next(10s, {{0, "completed"}});
    const auto waiting = second->start(from.handle, {.timeout = 3s});
    second->until_done(waiting);
    BOOST_TEST(waiting.code() == errc::wait_timeout);
    BOOST_TEST(waiting.error().job_status == "completed");
}

BOOST_AUTO_TEST_CASE(forgives_a_404_for_thirty_seconds_where_its_handle_vouches_for_the_job)
{
    const struct {
        std::optional<cojob::duration> created;
        double at_least, at_most; ///< until a job that is not there ends the wait
    } rows[] = {{0s, 30, 41}, {30s, 30, 41}, {1h, 30, 41}, {std::nullopt, 0, 0}};
    for (const auto& row : rows) {
        process p({{0, missing}});
        const auto waiting = p.start(aged(p, row.created));
        const auto took = p.until_done(waiting);
        BOOST_TEST(waiting.code() == errc::not_found);
        BOOST_TEST(waiting.error().job_id == "job_1");
        BOOST_TEST(took >= row.at_least);
        BOOST_TEST(took <= row.at_most);
    }
}

BOOST_AUTO_TEST_CASE(takes_no_handle_of_another_service_and_sends_nothing)
{
    const left_behind from;
    process other_server({{0, "completed"}}, manual_clock::default_start(), "https://api.example.com");
    process other_project({{0, "completed"}}, manual_clock::default_start(), "https://api.mintlify.com", "q");
    process same({{0, "completed"}});
    auto other_api = from.handle, no_id = from.handle;
    other_api.api = "mintlify.agent.v1";
    no_id.id = "..";
    const std::vector<std::pair<process*, job_handle>> rows{
        {&other_server, from.handle}, {&other_project, from.handle}, {&same, other_api}, {&same, no_id}, {&same, {}}};
    for (const auto& [where, handle] : rows) {
        auto call = wait_for_job(where->service, handle); // does not throw
        BOOST_TEST(where->start(std::move(call)).code() == errc::invalid_argument);
        BOOST_TEST(where->transport->requests().empty());
    }
    BOOST_TEST(same.start(from.handle, {.timeout = 0s}).code() == errc::invalid_argument);
    BOOST_TEST(same.start(from.handle).get().has_value());
}

BOOST_AUTO_TEST_CASE(takes_times_that_are_to_come_for_now)
{
    for (const auto ahead : {cojob::duration(1min), cojob::duration(24h)}) { // the wall clock was set back
        process unseen({{0, missing}});
        const auto lost = unseen.start(aged(unseen, -ahead));
        const auto took = unseen.until_done(lost);
        BOOST_TEST(lost.code() == errc::not_found);
        BOOST_TEST(took >= 30.0);
        BOOST_TEST(took <= 41.0);

        process ended({{0, "completed"}});
        const auto waiting = ended.start(aged(ended, {}, -ahead));
        BOOST_TEST(ended.until_done(waiting) == 5.0, boost::test_tools::tolerance(0.1));
        BOOST_TEST(waiting.get().value().status_text == "completed");
    }
}

BOOST_AUTO_TEST_CASE(bears_the_first_and_the_last_times_there_are)
{
    for (const auto when : {timestamp::min(), timestamp::max()}) {
        process p({{0, "active"}, {20, "completed"}});
        auto handle = aged(p, {});
        handle.created_at = handle.messaged_at = when;
        const auto waiting = p.start(handle);
        p.until_done(waiting);
        BOOST_TEST(waiting.get().value().status_text == "completed");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_handle_of_an_agent)

using namespace resume_tests;

BOOST_AUTO_TEST_CASE(tells_what_its_client_did_to_the_job_and_when)
{
    process p({{0, "active"}});
    const auto began = p.clock->wall_now();
    const auto job = p.start(p.service.create_job("Document it")).get().value();
    p.clock->advance(1min);
    const auto created = p.service.handle(job);
    BOOST_TEST((created.created_at == began));
    BOOST_TEST(!created.messaged_at.has_value());
    p.start(p.service.send_message(job.id, "More"));
    p.clock->advance(1min);
    BOOST_TEST((p.service.handle(job).created_at == began));
    BOOST_TEST((p.service.handle(job).messaged_at == began + 1min));
    p.clock->advance(10min);
    BOOST_TEST(!p.service.handle(job).created_at.has_value());
    BOOST_TEST(!p.service.handle(job).messaged_at.has_value());
}

BOOST_AUTO_TEST_CASE(does_not_tell_of_a_message_that_has_taken_effect)
{
    process p({{0, "active"}});
    const auto job = p.start(p.service.send_message("job_1", "More")).get().value();
    auto waiting = p.start(wait_for_job(p.service, job.id));
    BOOST_TEST(p.service.handle(job).messaged_at.has_value());
    p.clock->advance(6s); // the first poll sees it run
    BOOST_TEST(!p.service.handle(job).messaged_at.has_value());
    waiting.cancel();
    p.clock->settle();
}

BOOST_AUTO_TEST_CASE(serves_its_own_process_as_well)
{
    for (const auto skew : {-1us, 0us, 1us}) { // civil and steady time are not read in one moment
        process p({{0, "active"}, {3, "completed"}});
        const auto job = p.start(p.service.send_message("job_1", "More")).get().value();
        p.clock->advance(1s);
        auto handle = p.service.handle(job);
        *handle.messaged_at += skew;
        const auto waiting = p.start(handle);
        BOOST_TEST(p.until_done(waiting) <= 6.0);
        BOOST_TEST(waiting.get().value().status_text == "completed");
    }
}

BOOST_AUTO_TEST_SUITE_END()
