#include <cojob/impl/internal/policy/quota_core.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace quota_threads_tests {

using namespace std::chrono_literals;
using cojob::no_timeout;
using cojob::quota_options;
using cojob::detail::quota_core;
using cojob::detail::quota_reply;

/// Every look at it takes a millisecond.
class ticking_clock final : public cojob::clock {
  public:
    [[nodiscard]] cojob::time_point now() const override { return cojob::time_point(1000h + 1ms * ++ticks_); }
    [[nodiscard]] cojob::timestamp wall_now() const override { return {}; }
    [[nodiscard]] std::unique_ptr<cojob::alarm> make_alarm(const cojob::asio::any_io_executor&) override { return {}; }

  private:
    mutable std::atomic<int> ticks_ = 0;
};

/// Calls that end in all ways there are, and some that give up waiting.
void draw(const std::shared_ptr<quota_core>& core, unsigned seed, int calls, std::atomic<int>& held,
          std::atomic<int>& most_held)
{
    std::minstd_rand random(seed);
    std::atomic<int> wakes = 0;
    for (int i = 0; i < calls; ++i) {
        quota_core::ticket ticket(core, [&] { ++wakes; });
        auto reply = ticket.request(no_timeout, false);
        for (; reply.kind == quota_reply::queued && random() % 50 != 0; reply = ticket.request(no_timeout, false))
            std::this_thread::yield();
        if (reply.kind != quota_reply::granted)
            continue; // gives up, perhaps with a grant on its way
        if (!ticket.commit())
            continue; // revoked
        const int now_held = ++held;
        for (int most = most_held; now_held > most && !most_held.compare_exchange_weak(most, now_held);) {
        }
        std::this_thread::yield();
        --held;
        switch (random() % 8) {
        case 0: ticket.stamp(true); break;
        case 1: ticket.stamp(false); break;
        case 2: ticket.throttled(2ms, 0.5); break;
        case 3: break; // its end stamps
        default: ticket.give_back(); break;
        }
    }
}

} // namespace quota_threads_tests

BOOST_AUTO_TEST_SUITE(one_quota_from_many_threads, *boost::unit_test::label("threads"))

using namespace quota_threads_tests;

BOOST_AUTO_TEST_CASE(never_lets_threads_hold_more_than_there_is)
{
    constexpr int limit = 3;
    const quota_options options{.limit = limit, .window = 100ms};
    const auto core = std::make_shared<quota_core>(options, std::make_shared<ticking_clock>());
    std::atomic<int> held = 0, most_held = 0;
    std::vector<std::thread> threads;
    for (unsigned seed = 1; seed <= 4; ++seed)
        threads.emplace_back([&, seed] { draw(core, seed, 500, held, most_held); });
    for (auto& thread : threads)
        thread.join();
    BOOST_TEST(most_held <= limit);
    BOOST_TEST(most_held >= 1);
    BOOST_TEST(core->state().held == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
