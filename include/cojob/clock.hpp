#ifndef COJOB_CLOCK_HPP
#define COJOB_CLOCK_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace cojob {

/// A length of time. Each option of this type documents what zero means; `no_timeout` is no limit.
using duration = std::chrono::steady_clock::duration;

/// A point in time of a client's steady clock, for deadlines. Meaningless to another process.
using time_point = std::chrono::steady_clock::time_point;

/// No limit. Never added to a time point.
inline constexpr duration no_timeout = duration::max();

/// A point in civil time (wall clock), UTC.
using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Formats a time as RFC 3339, with as many decimals as needed: `2026-01-02T03:04:05.678Z`.
[[nodiscard]] COJOB_DECL std::string to_string(timestamp);

/// A timer of a clock. Not thread-safe. Its callback runs on the executor that it was made for.
class BOOST_SYMBOL_VISIBLE alarm {
  public:
    alarm() = default;
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    virtual ~alarm() = default;

    /// Calls `ring` once, at `when` or as soon after it as the executor is free. Replaces an earlier setting.
    virtual void set(time_point when, std::function<void()> ring) = 0;

    /// Disarms the alarm: `ring` is not called after this.
    virtual void clear() noexcept = 0;
};

/// The source of time. The default is the machine's clock; a `testing::manual_clock` advances only when a test moves
/// it. Any thread may call `now`, `wall_now` and the two notifications of exchanges.
class BOOST_SYMBOL_VISIBLE clock {
  public:
    clock() = default;
    clock(const clock&) = delete;
    clock& operator=(const clock&) = delete;
    virtual ~clock() = default;

    /// Steady time, for deadlines and waits.
    [[nodiscard]] virtual time_point now() const = 0;

    /// Civil time, for display and storage.
    [[nodiscard]] virtual timestamp wall_now() const = 0;

    /// Returns a new alarm, not set, for this executor. Called from this executor.
    [[nodiscard]] virtual std::unique_ptr<alarm> make_alarm(const asio::any_io_executor&) = 0;

    /// A transport starts to wait for real sockets. A clock that is moved by hand does not advance until the exchange
    /// has ended.
    virtual void exchange_began() noexcept {}
    /// The exchange has ended. Exchanges may overlap, so they are counted.
    virtual void exchange_ended() noexcept {}
};

/// A clock, shared by all that must agree on the time: clients, and a `quota` that they share.
using clock_ptr = std::shared_ptr<clock>;

/// The machine's clocks, the default of a client.
[[nodiscard]] COJOB_DECL clock_ptr machine_clock();

namespace detail {

/// A length of time of one's own; zero: the general one.
[[nodiscard]] constexpr duration own_or(duration own, duration general) noexcept
{
    return own > duration::zero() ? own : general;
}

/// Returns `from + length`, or the latest time point if that overflows, as with `no_timeout`.
[[nodiscard]] constexpr time_point after(time_point from, duration length) noexcept
{
    return length > time_point::max() - from ? time_point::max() : from + length;
}

} // namespace detail

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/clock.ipp>
#endif

#endif
