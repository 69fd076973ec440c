#ifndef COJOB_TESTING_MANUAL_CLOCK_HPP
#define COJOB_TESTING_MANUAL_CLOCK_HPP

#include <cojob/clock.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace cojob::testing {

/// A clock that stands still until a test moves it: an hour of polling takes milliseconds. It runs the context itself,
/// so the context must have no other thread running it.
///
///     asio::io_context context;
///     auto clock = std::make_shared<cojob::testing::manual_clock>(context);
///     // … client_options::clock = clock; co_spawn a wait …
///     clock->advance(1h);
class manual_clock final : public clock {
  public:
    /// A clock that stands at `start`, by civil time; its steady time is its own. The context outlives it.
    COJOB_DECL explicit manual_clock(asio::io_context&, timestamp start = default_start());
    /// Alarms that have not rung never will.
    COJOB_DECL ~manual_clock() override;

    /// Runs what is ready, then moves from alarm to alarm up to now + `length`, running what becomes ready at each.
    /// While an exchange waits for a real socket, time stands still and the context is run until it has ended.
    COJOB_DECL void advance(duration length);

    /// Moves at once, exchanges in flight or not: what was to ring until then rings now, in order, and what is ready
    /// runs.
    COJOB_DECL void jump(duration length);

    /// The machine sleeps for so long: civil time goes on, steady time stands still, nothing rings and nothing runs. On
    /// a system whose steady time goes on in a sleep, that is `jump`.
    COJOB_DECL void suspend(duration length);

    /// Runs what is ready, and exchanges in flight to their end, without moving.
    COJOB_DECL void settle();

    /// Runs the context, without moving, until the condition holds: how a test brings an exchange to where time is to
    /// pass it. Whether it came to hold within the patience.
    COJOB_DECL bool run_until(const std::function<bool()>& holds);

    /// How long, in real time, an exchange may take until `advance` and `settle` throw `std::runtime_error`. 30
    /// seconds.
    COJOB_DECL void set_patience(duration real);

    /// Alarms that are set and not due.
    [[nodiscard]] COJOB_DECL std::size_t pending() const;

    /// Steady time, as far as it was moved.
    [[nodiscard]] COJOB_DECL time_point now() const override;
    /// Civil time: the start, and how far it was moved.
    [[nodiscard]] COJOB_DECL timestamp wall_now() const override;
    /// An alarm that rings when time is moved to it.
    [[nodiscard]] COJOB_DECL std::unique_ptr<alarm> make_alarm(const asio::any_io_executor&) override;
    /// Called by transports: time stands still from now on.
    COJOB_DECL void exchange_began() noexcept override;
    /// Called by transports: time may move again when every exchange has ended.
    COJOB_DECL void exchange_ended() noexcept override;

    /// The civil time a clock starts at unless it is given another: 2026-01-01T00:00:00Z.
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
