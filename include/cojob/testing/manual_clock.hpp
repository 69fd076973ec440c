#ifndef COJOB_TESTING_MANUAL_CLOCK_HPP
#define COJOB_TESTING_MANUAL_CLOCK_HPP

#include <cojob/clock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace cojob::testing {

/// A clock that advances only when a test moves it: an hour of polling takes milliseconds. It runs the context itself,
/// so no other thread may run that context.
///
///     asio::io_context context;
///     auto clock = std::make_shared<cojob::testing::manual_clock>(context);
///     // … client_options::clock = clock; co_spawn a wait …
///     clock->advance(1h);
class manual_clock final : public clock {
  public:
    /// Creates a clock with the civil time `start`; its steady time is independent of that. The context must outlive
    /// the clock.
    COJOB_DECL explicit manual_clock(asio::io_context&, timestamp start = default_start());
    /// Alarms that have not rung never ring.
    COJOB_DECL ~manual_clock() override;

    /// Runs all ready handlers, then moves from alarm to alarm up to now + `length`, and runs the ready handlers at
    /// each. While an exchange waits for a real socket, time does not advance, and the context runs until the exchange
    /// has ended.
    COJOB_DECL void advance(duration length);

    /// Moves time immediately, even with exchanges in flight. All alarms until then ring at the new time, in order, and
    /// the ready handlers run.
    COJOB_DECL void jump(duration length);

    /// Simulates a suspended machine: advances civil time only. Steady time does not advance, and no alarm rings and no
    /// handler runs. On systems whose steady clock includes suspended time, the equivalent is `jump`.
    COJOB_DECL void suspend(duration length);

    /// Runs all ready handlers, and exchanges in flight to their end, without moving time.
    COJOB_DECL void settle();

    /// Runs the context, without moving time, until the condition holds. A test uses it to bring an exchange to the
    /// point at which time should pass. Returns whether the condition came to hold before `set_patience` ran out.
    COJOB_DECL bool run_until(const std::function<bool()>& holds);

    /// Limit, in real time, for an exchange: after it `advance` and `settle` throw `std::runtime_error`. Default: 30
    /// seconds.
    COJOB_DECL void set_patience(duration real);

    /// Number of alarms that are set and not due.
    [[nodiscard]] COJOB_DECL std::size_t pending() const;

    /// The steady time.
    [[nodiscard]] COJOB_DECL time_point now() const override;
    /// The civil time: the start, plus the time moved since then.
    [[nodiscard]] COJOB_DECL timestamp wall_now() const override;
    /// Returns an alarm that rings when time is moved to it.
    [[nodiscard]] COJOB_DECL std::unique_ptr<alarm> make_alarm(const asio::any_io_executor&) override;
    /// Called by transports: time does not advance from now on.
    COJOB_DECL void exchange_began() noexcept override;
    /// Called by transports: time may advance once all exchanges have ended.
    COJOB_DECL void exchange_ended() noexcept override;

    /// The default start: 2026-01-01T00:00:00Z.
    [[nodiscard]] static constexpr timestamp default_start() noexcept
    {
        return timestamp(std::chrono::seconds(1767225600));
    }

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

} // namespace cojob::testing

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/testing/manual_clock.ipp>
#endif

#endif
