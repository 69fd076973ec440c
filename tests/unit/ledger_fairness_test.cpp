#include "support/ledger_bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <random>
#include <vector>

namespace ledger_fairness_tests {

using tests::hour;
using tests::ledger_bench;
using tests::ledger_layout;
using tests::second;

/// Processes that wait for slots of one ledger. The first always has calls, as one with a thousand has; each of the
/// others has one now and then. All ask each 50 ms, in any order, and one slot at a time is returned.
class crowd {
  public:
    crowd(std::size_t processes, std::uint64_t seed) : random_(seed), waits_(processes), since_(processes)
    {
        ledger_.disk = ledger_layout::make(limit, hour, ledger_.here.time);
        while (held_.size() < limit) // no question that is refused, whose asker would wait too
            held_.push_back(ledger_.acquire(processes + 1));
    }

    /// \param busy how many of a hundred calls of the others come in one round
    void live(int rounds, int busy)
    {
        std::uniform_int_distribution<int> percent(0, 99);
        std::vector<std::size_t> order(waits_.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        for (int round = 0; round < rounds; ++round) {
            ledger_.unused(held_.front());
            held_.pop_front();
            std::shuffle(order.begin(), order.end(), random_);
            for (const auto process : order) {
                if (!waits_[process] && process > 0 && percent(random_) >= busy)
                    continue;
                ask(process);
            }
            ledger_.here.advance(second / 20);
        }
    }

    std::uint64_t longest = 0, served = 0; ///< of a process's one call: grants to others while it waited

  private:
    static constexpr std::uint64_t limit = 5;

    void ask(std::size_t process)
    {
        if (!waits_[process])
            since_[process] = grants_;
        waits_[process] = true;
        const auto lease = ledger_.acquire(process + 1);
        if (lease == 0)
            return;
        waits_[process] = false;
        held_.push_back(lease);
        if (process > 0) {
            longest = std::max(longest, grants_ - since_[process]);
            ++served;
        }
        ++grants_;
    }

    std::mt19937_64 random_;
    ledger_bench ledger_;
    std::deque<std::uint64_t> held_;
    std::vector<bool> waits_;
    std::vector<std::uint64_t> since_;
    std::uint64_t grants_ = 0;
};

} // namespace ledger_fairness_tests

BOOST_AUTO_TEST_SUITE(a_ledger_that_is_asked_by_many_processes)

using namespace ledger_fairness_tests;

BOOST_AUTO_TEST_CASE(lets_a_call_wait_for_one_grant_of_each_other_process_at_most)
{
    for (const std::size_t processes : {2U, 5U, 20U})
        for (const int busy : {2, 30, 100}) {
            crowd c(processes, processes);
            c.live(400, busy);
            BOOST_TEST_MESSAGE(processes << " processes, busy " << busy << " %: " << c.served << " calls, the longest "
                                         << "waited for " << c.longest << " grants");
            BOOST_TEST(c.served > 0U);
            BOOST_TEST(c.longest < processes);
        }
}

BOOST_AUTO_TEST_SUITE_END()
