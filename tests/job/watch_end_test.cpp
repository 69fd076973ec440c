// A watch whose calls are cut off, and one whose handle goes.
#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace watch_end_tests {

using namespace std::chrono_literals;
using enum cojob::asio::cancellation_type;
using cojob::job_watch;
using cojob::watch_job;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_reply;
using tests::life;
using wait_tests::after;

using told_job = std::optional<agent_job>;

const cojob::error_code aborted = cojob::asio::error::operation_aborted;

/// A job all of whose answers take a second, and that is done after a minute.
const life slow{{0, after(1s, job_reply("active"))}, {60, after(1s, job_reply("completed"))}};

/// Whether it told of the job in this state.
bool has_told(const tests::started<told_job>& call, const std::string& status)
{
    return call.is_done() && call.get().has_value() && call.get().value() && call.get().value()->status_text == status;
}

bool is_over(const tests::started<told_job>& call)
{
    return call.is_done() && call.get().has_value() && !call.get().value();
}

/// Cancels a call as soon as its job has changed, before the call can tell.
class cancelling final : public cojob::observer {
  public:
    void on_job_changed(const cojob::poll_event&) noexcept override
    {
        if (call)
            call->cancel();
    }

    std::optional<tests::started<told_job>> call;
};

} // namespace watch_end_tests

BOOST_AUTO_TEST_SUITE(a_job_watch_that_is_cut_off)

using namespace watch_end_tests;

BOOST_AUTO_TEST_CASE(ends_its_call_at_once_leaves_nothing_pending_and_goes_on_with_the_next)
{
    for (const auto type : {terminal, partial, total}) {
        for (const auto at : {0ms, 500ms}) { // in the first poll
            job_bench b(slow);
            auto watch = watch_job(b.host.agent, "job_1");
            auto cut = b.start(watch.next());
            b.host.clock->advance(at);
            cut.cancel(type);
            BOOST_TEST(b.is_idle());
            BOOST_TEST(cut.code() == aborted);
            b.host.clock->advance(5s);
            auto first = b.start(watch.next());
            BOOST_TEST(b.host.until_done(first) == 1.0, boost::test_tools::tolerance(0.01)); // polls at once
            BOOST_TEST(has_told(first, "active"));
        }
        for (const auto at : {2000ms, 5500ms, 30000ms}) { // between polls; in the second; later
            job_bench b(slow);
            auto watch = watch_job(b.host.agent, "job_1");
            auto first = b.start(watch.next());
            b.host.until_done(first);
            for (int i = 0; i < 3; ++i) {
                auto cut = b.start(watch.next());
                b.host.clock->advance(at);
                cut.cancel(type);
                BOOST_TEST(b.is_idle());
                BOOST_TEST((cut.code() == aborted || has_told(cut, "completed")));
                if (!cut.code())
                    break;
            }
            auto last = b.start(watch.next());
            b.host.until_done(last);
            BOOST_TEST((has_told(last, "completed") || is_over(last)));
            auto over = b.start(watch.next());
            BOOST_TEST(is_over(over));
        }
    }
}

BOOST_AUTO_TEST_CASE(loses_no_change_that_came_with_the_cancellation)
{
    const auto canceller = std::make_shared<cancelling>();
    auto options = tests::one_attempt();
    options.observer = canceller;
    job_bench b({{0, "active"}, {60, "completed"}}, options);
    auto watch = watch_job(b.host.agent, "job_1");
    std::vector<std::string> told;
    while (told.size() < 5) {
        canceller->call = tests::start(b.host.context, watch.next());
        b.host.until_done(*canceller->call);
        const auto& end = canceller->call->get();
        if (end.has_error())
            BOOST_TEST(end.error().code() == aborted);
        else if (end.value())
            told.push_back(end.value()->status_text);
        else
            break;
    }
    BOOST_TEST(told == (std::vector<std::string>{"active", "completed"}), boost::test_tools::per_element());
}

/// Another job's 429 ends the watch in the moment in which its own job has changed.
BOOST_AUTO_TEST_CASE(with_a_change_and_an_end_at_one_time_tells_one_after_the_other)
{
    const auto refused = after(1s, {429, "", {{"Retry-After", "600"}}});
    job_bench b(tests::job_script({{"job_1", {{0, after(1s, job_reply("active"))}}}, {"other", {{0, refused}}}}));
    auto watch = watch_job(b.host.agent, "job_1", {.timeout = 5min});
    auto first = b.start(watch.next());
    auto other = b.start(cojob::wait_for_job(b.host.agent, "other"));
    b.host.clock->jump(1s);
    BOOST_TEST(has_told(first, "active"));
    auto second = b.start(watch.next());
    BOOST_REQUIRE(second.is_done());
    BOOST_TEST(second.code() == cojob::errc::rate_limited);
    BOOST_TEST(second.error().retry_at.has_value());
    BOOST_TEST(is_over(b.start(watch.next())));
    other.cancel();
    b.host.clock->settle();
}

BOOST_AUTO_TEST_CASE(by_close_is_not_heard_of_again)
{
    job_bench b(slow);
    auto watch = watch_job(b.host.agent, "job_1");
    auto first = b.start(watch.next());
    b.host.until_done(first);
    auto running = b.start(watch.next());
    b.host.clock->advance(2s);
    b.host.agent.get_client().close();
    BOOST_TEST(b.is_idle());
    BOOST_TEST(running.code() == aborted);
    BOOST_TEST(b.start(watch.next()).code() == aborted);
    BOOST_TEST(b.start(watch_job(b.host.agent, "job_1").next()).code() == aborted);
    BOOST_TEST(b.is_idle());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_job_watch_that_goes)

using namespace watch_end_tests;

BOOST_AUTO_TEST_CASE(leaves_a_call_that_runs_to_its_end)
{
    for (const auto at : {0ms, 500ms, 2000ms}) {
        job_bench b(slow);
        std::optional watch(watch_job(b.host.agent, "job_1"));
        if (at >= 1s) {
            auto first = b.start(watch->next());
            b.host.until_done(first);
        }
        auto call = b.start(watch->next());
        b.host.clock->advance(at);
        watch.reset();
        b.host.until_done(call);
        BOOST_TEST(has_told(call, at >= 1s ? "completed" : "active"));
        BOOST_TEST(b.is_idle());
    }
}

BOOST_AUTO_TEST_CASE(before_its_call_is_awaited_is_not_missed)
{
    job_bench b({{0, "active"}});
    auto call = watch_job(b.host.agent, "job_1").next();
    BOOST_TEST(b.host.transport->requests().empty());
    BOOST_TEST(has_told(b.start(std::move(call)), "active"));
}

BOOST_AUTO_TEST_CASE(between_two_calls_leaves_nothing_pending)
{
    job_bench b({{0, "active"}});
    std::optional watch(watch_job(b.host.agent, "job_1"));
    BOOST_TEST(has_told(b.start(watch->next()), "active"));
    BOOST_TEST(b.is_idle());
    watch.reset();
    BOOST_TEST(b.is_idle());
    b.host.clock->advance(1h);
    BOOST_TEST(b.script.asked().size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_ever_being_asked_has_sent_nothing)
{
    job_bench b({{0, "active"}});
    {
        const auto watch = watch_job(b.host.agent, "job_1");
        b.host.clock->advance(1h);
    }
    BOOST_TEST(b.host.transport->requests().empty());
    BOOST_TEST(b.is_idle());
}

/// For the sanitizers.
BOOST_AUTO_TEST_CASE(with_its_context_leaves_nothing_behind)
{
    for (const auto at : {500ms, 3000ms}) { // in a poll, between two
        job_bench b(slow);
        auto watch = watch_job(b.host.agent, "job_1");
        auto call = b.start(watch.next());
        if (at >= 1s) {
            b.host.until_done(call);
            call = b.start(watch.next());
        }
        b.host.clock->advance(at);
        BOOST_TEST(!call.is_done());
    }
}

BOOST_AUTO_TEST_SUITE_END()
