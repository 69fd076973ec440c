#include "support/job_script.hpp"
#include "support/reported_changes.hpp"
#include "support/waits.hpp"

#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace watch_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::job_watch;
using cojob::wait_options;
using cojob::watch_job;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using tests::job_bench;
using tests::job_reply;
using tests::life;
using tests::reported_rows;
using tests::with_link;
using wait_tests::reply;

using tests::strings;
using changed_job = std::optional<agent_job>;

/// How a call of `next` came out.
std::string text_of(const tests::started<changed_job>& call)
{
    if (!call.is_done())
        return "nothing yet";
    if (call.get().has_error())
        return call.code().message();
    const auto& job = call.get().value();
    if (!job)
        return "over";
    return tests::text_of(*job);
}

/// Watches `job_1` of a bench.
class watcher {
  public:
    explicit watcher(life of_job, const wait_options& options = {})
        : bench(std::move(of_job)), watch(watch_job(bench.host.agent, "job_1", options))
    {
    }

    job_bench bench;
    std::optional<job_watch<agent>> watch;

    tests::started<changed_job> start() { return bench.start(watch->next()); }

    /// What the next call tells.
    std::string next()
    {
        const auto call = start();
        bench.host.until_done(call);
        return text_of(call);
    }
    strings next(std::size_t count)
    {
        strings reported;
        while (reported.size() < count)
            reported.push_back(next());
        return reported;
    }
    void advance(cojob::duration d) { bench.host.clock->advance(d); }
    [[nodiscard]] std::size_t polls() const { return bench.script.asked().size(); }
};

} // namespace watch_tests

BOOST_AUTO_TEST_SUITE(a_job_watch)

using namespace watch_tests;

BOOST_AUTO_TEST_CASE(tells_each_change_once_and_the_end_last_and_then_nothing)
{
    for (const auto& row : reported_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            watcher w(row.polled, row.options);
            BOOST_TEST(w.next(row.reported.size()) == row.reported, boost::test_tools::per_element());
            BOOST_TEST(w.next() == "over");
            const auto polls = w.polls();
            BOOST_TEST(w.next() == "over");
            BOOST_TEST(w.next() == "over");
            BOOST_TEST(w.polls() == polls);
            BOOST_TEST(w.bench.is_idle());
        }
    }
}

BOOST_AUTO_TEST_CASE(tells_a_slow_reader_the_latest_and_does_not_poll_meanwhile)
{
    watcher w({{0, "active"}, {60, "paused"}, {120, with_link()}, {700, "completed"}});
    BOOST_TEST(w.next() == "active");
    BOOST_TEST(w.bench.is_idle());
    w.advance(10min);
    BOOST_TEST(w.polls() == 1U);
    BOOST_TEST(text_of(w.start()) == "active with link"); // at once
    BOOST_TEST(w.next() == "completed");
}

BOOST_AUTO_TEST_CASE(does_not_poll_more_often_for_an_eager_reader)
{
    watcher w({{0, "active"}, {6, with_link()}, {12, "completed"}});
    BOOST_TEST(w.next(3) == (strings{"active", "active with link", "completed"}), boost::test_tools::per_element());
    const auto& asked = w.bench.script.asked();
    for (std::size_t i = 1; i < asked.size(); ++i)
        BOOST_TEST(asked[i] - asked[i - 1] >= 5.0);
}

BOOST_AUTO_TEST_CASE(throws_a_failure_and_then_there_is_nothing_more)
{
    watcher w({{0, "active"}, {60, reply(410, "")}, {70, "completed"}});
    BOOST_TEST(w.next() == "active");
    const auto failed = w.start();
    w.bench.host.until_done(failed);
    BOOST_TEST(failed.code() == errc::rejected);
    BOOST_TEST(failed.error().job_id == "job_1");
    BOOST_TEST(failed.error().job_status == "active");
    const auto polls = w.polls();
    w.advance(30s);
    BOOST_TEST(w.next() == "over");
    BOOST_TEST(w.next() == "over");
    BOOST_TEST(w.polls() == polls);
}

BOOST_AUTO_TEST_CASE(counts_its_time_from_the_first_call_on)
{
    watcher w({{0, "active"}}, {.timeout = 1min});
    w.advance(10min);
    BOOST_TEST(w.next() == "active");
    w.advance(30s);
    const auto late = w.start();
    BOOST_TEST(w.bench.host.until_done(late) == 29.0, boost::test_tools::tolerance(0.01));
    BOOST_TEST(late.code() == errc::wait_timeout);
    BOOST_TEST(late.error().job_status == "active");
    BOOST_TEST(w.next() == "over");
}

BOOST_AUTO_TEST_CASE(whose_time_is_up_between_two_calls_says_so_at_the_next)
{
    watcher w({{0, "active"}, {60, "completed"}}, {.timeout = 1min});
    BOOST_TEST(w.next() == "active");
    w.advance(1h);
    const auto late = w.start();
    BOOST_TEST(late.code() == errc::wait_timeout);
    BOOST_TEST(w.next() == "over");
    BOOST_TEST(w.polls() == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_a_second_call_while_the_first_runs)
{
    watcher w({{0, wait_tests::after(2s, job_reply("active"))}});
    const auto first = w.start();
    BOOST_TEST(w.start().code() == errc::invalid_argument);
    BOOST_TEST(w.start().code() == errc::invalid_argument);
    w.bench.host.until_done(first);
    BOOST_TEST(text_of(first) == "active");
    const auto second = w.start();
    BOOST_TEST(!second.is_done());
    BOOST_TEST(w.start().code() == errc::invalid_argument);
}

BOOST_AUTO_TEST_CASE(checks_its_arguments_when_it_is_awaited)
{
    const std::vector<std::pair<std::string, wait_options>> rows{{"", {}},
                                                                 {"..", {}},
                                                                 {"a\r\nb", {}},
                                                                 {"job_1", {.timeout = 0s}},
                                                                 {"job_1", {.settle = -1s}},
                                                                 {"job_1", {.schedule = {.growth = 0.1}}}};
    for (const auto& [id, options] : rows) {
        job_bench b({{0, "active"}});
        auto watch = watch_job(b.host.agent, id, options); // does not throw
        auto call = watch.next();                          // nor does this
        BOOST_TEST(b.start(std::move(call)).code() == errc::invalid_argument);
        BOOST_TEST(b.host.transport->requests().empty());
    }
}

BOOST_AUTO_TEST_CASE(does_not_take_an_end_from_before_a_message_for_the_end)
{
    watcher w({{0, "completed"}, {8, "active"}, {30, "failed"}});
    w.bench.start(w.bench.host.agent.send_message("job_1", "More"));
    BOOST_TEST(w.next(4) == (strings{"completed", "active", "failed", "over"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
