#ifndef TESTS_SUPPORT_HAND_CLOCK_HPP
#define TESTS_SUPPORT_HAND_CLOCK_HPP

#include <cojob/clock.hpp>

#include <chrono>
#include <memory>

namespace tests {

/// A clock whose steady and civil times a test sets independently. Has no alarms: for code that only reads the time.
class hand_clock final : public cojob::clock {
  public:
    cojob::time_point steady = cojob::time_point(std::chrono::hours(1000));
    cojob::timestamp wall = cojob::timestamp(std::chrono::seconds(1767225600)); // 2026-01-01T00:00:00Z

    void advance(cojob::duration length)
    {
        steady += length;
        wall += length;
    }

    [[nodiscard]] cojob::time_point now() const override { return steady; }
    [[nodiscard]] cojob::timestamp wall_now() const override { return wall; }
    [[nodiscard]] std::unique_ptr<cojob::alarm> make_alarm(const cojob::asio::any_io_executor&) override { return {}; }
};

} // namespace tests

#endif
