// What takes no memory of its own: a time that may be missing, and the list of those who wait for one job.
#include <cojob/impl/internal/base/optional_time.hpp>
#include <cojob/impl/internal/job/poll_group.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <optional>
#include <vector>

namespace waiters_of_a_job_tests {

using namespace std::chrono_literals;
using namespace cojob::detail;
using cojob::time_point;

class idle_waiter final : public poll_waiter {
  public:
    std::optional<time_point> answered(const poll_answer&) noexcept override { return {}; }
    void timed_out(std::optional<cojob::phase>, bool) noexcept override {}
    void fail_throttled(time_point) noexcept override {}
    void failed(std::exception_ptr) noexcept override {}
};

} // namespace waiters_of_a_job_tests

BOOST_AUTO_TEST_SUITE(those_who_wait_for_a_job)

using namespace waiters_of_a_job_tests;

BOOST_AUTO_TEST_CASE(leave_in_any_order)
{
    std::vector<std::size_t> order{0, 1, 2, 3};
    do {
        std::deque<idle_waiter> waiters(order.size());
        polled_job job;
        for (auto& waiter : waiters)
            job.add(waiter);
        std::vector<bool> is_there(order.size(), true);
        for (const auto leaving : order) {
            const auto first = static_cast<std::size_t>(std::ranges::find(is_there, true) - is_there.begin());
            BOOST_TEST(job.waiters.first() == &waiters[first]);
            const auto behind = std::find(is_there.rbegin(), is_there.rend(), true);
            BOOST_TEST(job.waiters.last() == &waiters[static_cast<std::size_t>(is_there.rend() - behind) - 1]);
            job.remove(waiters[leaving]);
            is_there[leaving] = false;
        }
        BOOST_TEST(job.waiters.first() == nullptr);
        BOOST_TEST(job.waiters.last() == nullptr);
    } while (std::ranges::next_permutation(order).found);
}

BOOST_AUTO_TEST_CASE(may_come_back)
{
    std::deque<idle_waiter> waiters(3);
    polled_job job;
    for (auto& waiter : waiters)
        job.add(waiter);
    job.remove(waiters[1]);
    job.remove(waiters[0]);
    job.add(waiters[0]);
    BOOST_TEST(job.waiters.first() == &waiters[2]);
    BOOST_TEST(job.waiters.last() == &waiters[0]);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_optional_time)

using namespace waiters_of_a_job_tests;

BOOST_AUTO_TEST_CASE(is_what_a_standard_one_is)
{
    const std::optional<time_point> some[] = {{}, time_point(), time_point(1s), time_point::max()};
    for (const auto& a : some)
        for (const auto& b : some) {
            const optional_time x = a, y = b;
            BOOST_TEST(x.has_value() == a.has_value());
            BOOST_TEST((std::optional<time_point>(x) == a));
            BOOST_TEST((x < y) == (a < b));
            BOOST_TEST((x == y) == (a == b));
        }
    optional_time reset = time_point(1s);
    BOOST_TEST((*reset == time_point(1s)));
    reset.reset();
    BOOST_TEST(!reset);
}

BOOST_AUTO_TEST_SUITE_END()
