#include <cojob/impl/internal/job/poll_roster.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace poll_roster_tests {

using namespace std::chrono_literals;
using namespace cojob::detail;
using cojob::duration;
using cojob::time_point;

const time_point start{};

/// A service that counts how often it is compared. Those of one name are equal.
class counted_api final : public polled_api {
  public:
    counted_api(std::string scope, std::size_t name, std::size_t& comparisons)
        : scope_(std::move(scope)), name_(name), comparisons_(comparisons)
    {
    }

    cojob::asio::awaitable<job_view> poll(std::string, std::shared_ptr<poll_trace>, duration) const override
    {
        throw std::logic_error("no poll is made");
    }
    cojob::asio::awaitable<std::vector<listed_job>> list(std::shared_ptr<poll_trace>, duration,
                                                         std::size_t) const override
    {
        throw std::logic_error("no list is made");
    }
    [[nodiscard]] listing lists() const override { return listing::none; }
    [[nodiscard]] bool is_same(const void*, const void*) const override { return false; }
    [[nodiscard]] bool is_same_service(const polled_api& other) const override
    {
        ++comparisons_;
        return static_cast<const counted_api&>(other).name_ == name_;
    }
    [[nodiscard]] std::size_t hash() const override { return name_; }
    [[nodiscard]] std::type_index type() const override { return typeid(counted_api); }
    [[nodiscard]] cojob::poll_schedule default_schedule() const override { return {}; }
    [[nodiscard]] cojob::client get_client() const override { throw std::logic_error("no client"); }
    [[nodiscard]] std::string_view api() const override { return "counted"; }
    [[nodiscard]] const std::string& scope() const override { return scope_; }

  private:
    std::string scope_;
    std::size_t name_;
    std::size_t& comparisons_;
};

class idle_waiter final : public poll_waiter {
  public:
    std::optional<time_point> answered(const poll_answer&) noexcept override { return {}; }
    void timed_out(std::optional<cojob::phase>, bool) noexcept override { has_timed_out = true; }
    void fail_throttled(time_point) noexcept override {}
    void failed(std::exception_ptr) noexcept override { has_failed = true; }

    bool has_timed_out = false, has_failed = false;
};

/// Waits on one roster, for what services they are told.
class roster_bench {
  public:
    void wait(const std::string& scope, std::size_t service, const std::string& id, duration due = {},
              time_point deadline = time_point::max())
    {
        const auto api = std::make_shared<counted_api>(scope, service, comparisons);
        waiters.emplace_back();
        poll_waiter::terms terms;
        terms.due = start + due;
        terms.deadline = deadline;
        roster.join(waiters.back(), roster.queue.group_of(api, start).job_of(id), terms, start);
    }

    std::size_t comparisons = 0;
    std::deque<idle_waiter> waiters; // outlives the roster
    poll_roster roster;
};

} // namespace poll_roster_tests

BOOST_AUTO_TEST_SUITE(a_roster_of_polls)

using namespace poll_roster_tests;

BOOST_AUTO_TEST_CASE(compares_each_of_a_hundred_thousand_waits_with_few_services, *boost::unit_test::label("long"))
{
    struct row {
        std::string_view what;
        std::size_t waits, scopes, services;
    };
    for (const auto& [what, waits, scopes, services] :
         {row{"unequal services", 16'000, 1, 16'000}, row{"a thousand scopes", 100'000, 1'000, 1},
          row{"one job", 100'000, 1, 1}}) {
        BOOST_TEST_CONTEXT(what)
        {
            roster_bench b;
            for (std::size_t i = 0; i < waits; ++i)
                b.wait("scope " + std::to_string(i % scopes), i % services,
                       services == 1 && scopes == 1 ? "job" : "job " + std::to_string(i));
            BOOST_TEST(b.comparisons <= waits);
            for (auto& waiter : b.waiters)
                b.roster.leave(waiter);
            b.roster.queue.forget_idle();
            BOOST_TEST(b.roster.queue.is_idle(start));
        }
    }
}

BOOST_AUTO_TEST_CASE(has_the_poll_in_front_that_is_wanted_first_whoever_comes_later)
{
    roster_bench b;
    b.wait("s", 1, "late", 9s);
    b.wait("s", 2, "early", 3s);
    BOOST_TEST((b.roster.queue.next() == start + 3s));
    b.wait("s", 1, "late", 1s);
    BOOST_TEST((b.roster.queue.next() == start + 1s));
    BOOST_TEST(*b.roster.queue.front().queue.front().id == "late");
    b.roster.leave(b.waiters[0]);
    b.roster.leave(b.waiters[2]);
    BOOST_TEST((b.roster.queue.next() == start + 3s));
}

BOOST_AUTO_TEST_CASE(lets_go_of_those_whose_time_is_up)
{
    roster_bench b;
    b.wait("s", 1, "a", 1s, start + 5s);
    b.wait("s", 1, "a", 1s, start + 9s);
    b.roster.time_out(start + 5s);
    BOOST_TEST(b.waiters[0].has_timed_out);
    BOOST_TEST(!b.waiters[1].has_timed_out);
    BOOST_TEST((b.roster.next_deadline() == start + 9s));
}

BOOST_AUTO_TEST_CASE(that_cannot_go_on_tells_everybody)
{
    roster_bench b;
    for (std::size_t i = 0; i < 9; ++i)
        b.wait("s", i % 2, "job " + std::to_string(i % 3));
    b.roster.fail_all(std::make_exception_ptr(std::bad_alloc()));
    for (const auto& waiter : b.waiters)
        BOOST_TEST(waiter.has_failed);
    BOOST_TEST((b.roster.queue.next() == time_point::max()));
}

BOOST_AUTO_TEST_SUITE_END()
