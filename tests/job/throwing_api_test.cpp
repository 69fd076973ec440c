// What a service of the user's throws is an end of the wait that asked, and of nothing else.
#include "support/list_bench.hpp"
#include "support/waits.hpp"

#include <cojob/job/many.hpp>
#include <cojob/job/watch.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace throwing_api_tests {

using namespace std::chrono_literals;
namespace asio = boost::asio;

/// Which of a service's functions throw, and from the how-manieth call on.
struct faults {
    int schedule = 0, service_comparison = 0, job_comparison = 0, get = 0, list = 0, status = 0;
    bool throws_no_error = false; ///< an `api_error` without a code, from `get_job`
    cojob::duration takes{};
    int polls = 0;

    static void count(int& left)
    {
        if (left > 0 && --left == 0) {
            left = 1;
            throw std::runtime_error("of the service");
        }
    }
};

struct task {
    std::string id{}, status{};
    std::shared_ptr<faults> what{};

    friend bool operator==(const task& a, const task& b)
    {
        if (a.what)
            faults::count(a.what->job_comparison);
        return a.status == b.status;
    }
};

std::string job_id(const task& t)
{
    return t.id;
}
std::string status_text(const task& t)
{
    if (t.what)
        faults::count(t.what->status);
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

class task_api {
  public:
    using job_type = task;
    static constexpr std::string_view api_name = "tasks";

    task_api(cojob::client c, std::shared_ptr<faults> f) : client_(std::move(c)), faults_(std::move(f)) {}

    asio::awaitable<task> get_job(std::string id) { return answer(std::move(id), faults_, client_); }
    asio::awaitable<std::vector<task>> list_unfinished() { return answer_list(faults_); }
    [[nodiscard]] cojob::client get_client() const { return client_; }
    [[nodiscard]] static std::string scope() { return "https://tasks.example"; }
    [[nodiscard]] cojob::poll_schedule default_schedule() const
    {
        faults::count(faults_->schedule);
        return {5s, 5s, 5s, 1};
    }

    friend bool operator==(const task_api& a, const task_api& b)
    {
        faults::count(a.faults_->service_comparison);
        return a.faults_ == b.faults_;
    }

  private:
    static asio::awaitable<task> answer(std::string id, std::shared_ptr<faults> f, cojob::client c)
    {
        ++f->polls;
        if (f->throws_no_error)
            throw cojob::api_error(cojob::error_info());
        faults::count(f->get);
        if (f->takes != cojob::duration::zero()) {
            cojob::api_request slow;
            slow.base_url = cojob::http::parse_url("https://tasks.example", "base_url");
            co_await c.send(slow);
        }
        co_return task{std::move(id), f->polls > 3 ? "done" : "runs " + std::to_string(f->polls), f};
    }
    static asio::awaitable<std::vector<task>> answer_list(std::shared_ptr<faults> f)
    {
        faults::count(f->list);
        co_return std::vector<task>();
    }

    cojob::client client_;
    std::shared_ptr<faults> faults_;
};

static_assert(cojob::job_api<task_api>);

struct fault_row {
    const char* what;
    faults throwing;
};

const std::vector<fault_row> fault_rows{
    {"default_schedule, when the wait begins", {.schedule = 1}},
    {"default_schedule, on the strand", {.schedule = 2}},
    {"default_schedule, where polls are put in order", {.schedule = 3}},
    {"comparison of jobs", {.job_comparison = 1}},
    {"get_job", {.get = 1}},
    {"get_job, later", {.get = 3}},
    {"status_text", {.status = 2}},
    {"get_job, an error that is none", {.throws_no_error = true}},
};

template <class T>
bool has_thrown(const tests::started<T>& s)
{
    try {
        return s.is_done() && !s.get().has_value() && !s.code();
    } catch (const std::runtime_error& e) { // an api_error without a code is one too
        return std::string(e.what()) == "of the service" || dynamic_cast<const cojob::api_error*>(&e) != nullptr;
    }
}

} // namespace throwing_api_tests

BOOST_AUTO_TEST_SUITE(what_a_service_throws)

using namespace throwing_api_tests;

BOOST_AUTO_TEST_CASE(ends_the_wait_that_asked_and_no_other)
{
    for (const auto& row : fault_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            tests::scripted_agent s(wait_tests::sequence({wait_tests::job_reply("active")}));
            const task_api good(s.agent.get_client(), std::make_shared<faults>());
            auto other = s.start(cojob::wait_for_job(good, "good"));
            const task_api bad(s.agent.get_client(), std::make_shared<faults>(row.throwing));
            auto waiting = s.start(cojob::wait_for_job(bad, "bad"));
            s.clock->advance(1min); // an exception would come out of this
            BOOST_TEST(has_thrown(waiting) == (row.throwing.job_comparison == 0)); // only a watch compares
            BOOST_TEST(other.get().value().status == "done");
            BOOST_TEST(s.clock->pending() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(is_thrown_by_a_watch_and_by_a_wait_for_all)
{
    for (const auto& row : fault_rows) {
        BOOST_TEST_CONTEXT(row.what)
        {
            tests::scripted_agent s(wait_tests::sequence({wait_tests::job_reply("active")}));
            auto all = s.start(cojob::wait_for_all(
                task_api(s.agent.get_client(), std::make_shared<faults>(row.throwing)), {"a", "b"}));
            auto watch =
                cojob::watch_job(task_api(s.agent.get_client(), std::make_shared<faults>(row.throwing)), "watched");
            bool has_watch_thrown = false;
            for (int i = 0; i < 5 && !has_watch_thrown; ++i) {
                auto next = s.start(watch.next());
                s.clock->advance(20s);
                has_watch_thrown = has_thrown(next);
            }
            s.clock->advance(1min);
            BOOST_TEST(has_watch_thrown);
            BOOST_TEST(has_thrown(all) == (row.throwing.job_comparison == 0));
            BOOST_TEST(s.clock->pending() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_services_are_compared_ends_the_wait_that_came)
{
    tests::scripted_agent s(wait_tests::sequence({wait_tests::job_reply("active")}));
    const auto throwing = std::make_shared<faults>();
    auto first = s.start(cojob::wait_for_job(task_api(s.agent.get_client(), throwing), "first"));
    throwing->service_comparison = 1;
    auto second = s.start(cojob::wait_for_job(task_api(s.agent.get_client(), throwing), "second"));
    BOOST_TEST(has_thrown(second));
    s.clock->advance(1min);
    BOOST_TEST(first.get().value().status == "done");
    BOOST_TEST(s.clock->pending() == 0U);
}

BOOST_AUTO_TEST_CASE(does_not_come_out_of_run_when_polls_are_late)
{
    auto options = tests::one_attempt();
    options.pool.max_connections = 1;
    tests::scripted_agent s(wait_tests::sequence({wait_tests::after(20s, wait_tests::job_reply("active"))}), options);
    const auto slow = std::make_shared<faults>();
    slow->takes = 20s;
    const task_api api(s.agent.get_client(), slow);
    auto first = s.start(cojob::wait_for_job(api, "first")), second = s.start(cojob::wait_for_job(api, "second"));
    slow->schedule = 1; // whoever asks for it from now on
    s.clock->advance(5min);
    BOOST_TEST(first.get().value().status == "done");
    BOOST_TEST(second.get().value().status == "done");
}

BOOST_AUTO_TEST_CASE(from_a_list_ends_no_wait)
{
    tests::scripted_agent s(wait_tests::sequence({wait_tests::job_reply("active")}));
    const auto throwing = std::make_shared<faults>();
    throwing->list = 1;
    auto all = s.start(cojob::wait_for_all(task_api(s.agent.get_client(), throwing), {"a", "b", "c"}));
    s.clock->advance(1min);
    BOOST_TEST(all.get().value().size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
