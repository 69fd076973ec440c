// Many jobs on one client: how many polls are under way, in which order, and what one job's trouble does to the others.
#include "support/poll_bench.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace poll_scheduler_tests {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using cojob::errc;
using cojob::wait_for_job;
using cojob::mintlify::agent_job;
using tests::job_of;
using tests::make_ids;
using tests::poll_bench;
using tests::wait_for_each;
using wait = tests::started<agent_job>;

poll_bench::script_type always(const std::string& status, cojob::duration round_trip = {})
{
    return [=](const std::string& id, std::size_t) { return job_of(id, status, round_trip); };
}

void cancel_all(poll_bench& s, std::vector<wait>& all)
{
    for (auto& w : all)
        w.cancel();
    s.clock->settle();
    BOOST_TEST(s.seen->in_flight == 0U);
    BOOST_TEST(s.clock->pending() == 0U);
}

struct task {
    std::string id{}, status{};

    friend bool operator==(const task&, const task&) = default;
};

std::string job_id(const task& t)
{
    return t.id;
}
std::string status_text(const task& t)
{
    return t.status;
}
bool is_finished(const task& t)
{
    return t.status == "done";
}
bool is_unknown(const task&)
{
    return false;
}

/// A user's API: a function answers. Copies are one service.
class task_api {
  public:
    using job_type = task;
    using function = std::function<asio::awaitable<task>(std::string id)>;
    static constexpr std::string_view api_name = "tasks";

    task_api(cojob::client c, function f)
        : client_(std::move(c)), function_(std::make_shared<const function>(std::move(f)))
    {
    }

    [[nodiscard]] asio::awaitable<task> get_job(std::string id) const { return (*function_)(std::move(id)); }
    [[nodiscard]] cojob::client get_client() const { return client_; }
    [[nodiscard]] static std::string scope() { return "https://tasks.example"; }
    [[nodiscard]] static cojob::poll_schedule default_schedule() { return {5s, 5s, 10s, 1.25}; }

    friend bool operator==(const task_api& a, const task_api& b) { return a.function_ == b.function_; }

  private:
    cojob::client client_;
    std::shared_ptr<const function> function_;
};

/// Ids that begin so behave so; the others are done at the second poll.
asio::awaitable<task> behave(std::string id, std::shared_ptr<std::map<std::string, int>> polls)
{
    if (id.starts_with("faulty"))
        throw std::logic_error("a bug of the service");
    if (id.starts_with("stubborn")) {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    }
    co_return task{id, ++(*polls)[id] < 2 ? "running" : "done"};
}

task_api make_tasks(poll_bench& s)
{
    return {s.client, [polls = std::make_shared<std::map<std::string, int>>()](std::string id) {
                return behave(std::move(id), polls);
            }};
}

} // namespace poll_scheduler_tests

BOOST_AUTO_TEST_SUITE(waits_for_many_jobs)

using namespace poll_scheduler_tests;

BOOST_AUTO_TEST_CASE(leave_half_of_the_connections_to_other_calls)
{
    const std::vector<std::pair<std::size_t, std::size_t>> rows{{1, 1}, {2, 1}, {3, 1}, {8, 4}};
    for (const auto& [connections, expected] : rows) {
        poll_bench s(always("active", 1s), connections);
        auto all = wait_for_each(s, 20);
        s.clock->advance(2min);
        BOOST_TEST(s.seen->most_in_flight == expected);
        cancel_all(s, all);
    }
}

BOOST_AUTO_TEST_CASE(are_polled_the_most_overdue_first)
{
    poll_bench s(always("active", 10s), 1);
    const std::vector<std::string> ids{"first", "z", "m", "a", "q"};
    std::vector<wait> all;
    for (const auto& id : ids) {
        all.push_back(s.start(wait_for_job(s.agent, id)));
        s.clock->advance(1s);
    }
    s.clock->advance(45s);
    for (std::size_t i = 0; i < ids.size(); ++i)
        BOOST_TEST(s.polls[i].id == ids[i]);
    cancel_all(s, all);
}

BOOST_AUTO_TEST_CASE(keep_to_the_band_while_the_server_is_quick_enough)
{
    poll_bench s(always("active", 100ms));
    auto all = wait_for_each(s, 350);
    s.clock->advance(3min);
    double least = 1e9, most = 0;
    for (const auto& id : make_ids(350)) {
        const auto times = s.times_of(id);
        BOOST_REQUIRE(times.size() > 15U);
        for (std::size_t i = 1; i < times.size(); ++i) {
            const auto gap = times[i] - times[i - 1];
            least = std::min(least, gap);
            if (times[i] > 60) // until then more is due than the server can answer
                most = std::max(most, gap);
        }
    }
    BOOST_TEST_MESSAGE("between two polls of a job: " << least << " to " << most << " s");
    BOOST_TEST(least >= 5.1 - 1e-9);
    BOOST_TEST(most <= 10.1 + 0.5);
    BOOST_TEST(s.seen->most_in_flight == 4U);
    cancel_all(s, all);
}

BOOST_AUTO_TEST_CASE(tell_once_that_the_server_is_too_slow_and_again_after_catching_up)
{
    const auto round_trip = std::make_shared<cojob::duration>(1s);
    poll_bench s([=](const std::string& id, std::size_t) { return job_of(id, "active", *round_trip); });
    auto all = wait_for_each(s, 100);
    for (std::size_t told = 1; told <= 2; ++told) {
        *round_trip = 1s;
        s.clock->advance(5min);
        BOOST_TEST(s.seen->stretched.size() == told);
        const auto& event = s.seen->stretched.back();
        BOOST_TEST(event.in_flight == 4U);
        BOOST_TEST(event.overdue > 0U);
        BOOST_TEST(std::chrono::duration<double>(event.late).count() >= 5.0);
        *round_trip = 10ms;
        s.clock->advance(2min);
    }
    cancel_all(s, all);
}

BOOST_AUTO_TEST_CASE(go_on_when_one_is_to_wait_for_an_unwell_server)
{
    poll_bench s([](const std::string& id, std::size_t before) {
        if (id == "job_0" && before == 1)
            return poll_bench::reply{503, "", {{"Retry-After", "60"}}};
        return job_of(id, "active");
    });
    auto all = wait_for_each(s, 5);
    s.clock->advance(20s);
    auto late = s.start(wait_for_job(s.agent, "job_0")); // nor does one who comes now hurry it
    s.clock->advance(2min);
    const auto times = s.times_of("job_0");
    BOOST_REQUIRE(times.size() > 2U);
    BOOST_TEST(times[2] - times[1] >= 60.0 - 1e-6);
    BOOST_TEST(times[2] - times[1] <= 61.0);
    for (const auto* const id : {"job_1", "job_2", "job_3", "job_4"})
        BOOST_TEST(s.times_of(id).size() >= 15U);
    BOOST_TEST(s.seen->pauses.empty());
    late.cancel();
    cancel_all(s, all);
}

BOOST_AUTO_TEST_CASE(get_what_a_service_throws_when_it_is_theirs_and_else_go_on)
{
    poll_bench s(always("active"));
    const auto api = make_tasks(s);
    auto first = s.start_later(wait_for_job(api, "faulty"));
    auto second = s.start_later(wait_for_job(api, "faulty"));
    auto well = s.start_later(wait_for_job(api, "well"));
    s.clock->advance(1s);
    BOOST_TEST(first.is_done());
    BOOST_TEST(second.is_done());
    BOOST_TEST(!well.is_done());
    BOOST_CHECK_THROW((void)first.get(), std::logic_error);
    BOOST_CHECK_THROW((void)second.get(), std::logic_error);
    s.clock->advance(10s);
    BOOST_TEST(well.get().value().status == "done");
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(go_on_when_a_service_hangs_and_cannot_be_cancelled)
{
    for (const std::size_t connections : {1U, 8U}) {
        poll_bench s(always("active"), connections);
        const auto api = make_tasks(s);
        std::vector<tests::started<task>> stuck;
        for (const auto* const id : {"stubborn", "stubborn too", "stubborn as well", "stubborn again"})
            stuck.push_back(s.start(wait_for_job(api, id, {.timeout = 1min})));
        auto for_long = s.start(wait_for_job(api, "stubborn", {.timeout = 30min}));
        auto well = s.start(wait_for_job(api, "well"));
        auto elsewhere = s.start(wait_for_job(s.agent, "job_1"));
        s.clock->advance(59s);
        BOOST_TEST(!stuck[0].is_done());
        s.clock->advance(1s);
        for (const auto& w : stuck) // some were under way, some never had their turn
            BOOST_TEST((w.code() == errc::request_timeout || w.code() == errc::wait_timeout));
        BOOST_TEST(s.times_of("job_1").size() >= 7U); // a line of its own
        s.clock->advance(6min);                       // a place is held for as long as a call may take
        BOOST_TEST(well.get().value().status == "done");
        BOOST_TEST(for_long.code() == errc::request_timeout);
        elsewhere.cancel();
        s.clock->settle();
        BOOST_TEST(s.clock->pending() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(leave_nothing_of_a_client_at_work_when_they_have_ended)
{
    poll_bench s([](const std::string& id, std::size_t before) {
        return job_of(id, before < 3 ? "active" : "completed", 300ms);
    });
    auto all = wait_for_each(s, 30);
    s.clock->advance(2min);
    for (const auto& w : all)
        BOOST_TEST(w.get().has_value());
    BOOST_TEST(s.polls.size() == 120U);
    BOOST_TEST(s.clock->pending() == 0U);
    s.context.restart();
    s.context.run(); // returns
}

BOOST_AUTO_TEST_SUITE_END()
