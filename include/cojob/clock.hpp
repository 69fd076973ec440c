#ifndef COJOB_CLOCK_HPP
#define COJOB_CLOCK_HPP

#include <cojob/detail/config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace cojob {

/// A length of time. Every option that is one names what zero means; "no limit" is `no_timeout`.
using duration = std::chrono::steady_clock::duration;

/// A moment of a client's steady clock, for deadlines. Means nothing to another process.
using time_point = std::chrono::steady_clock::time_point;

/// "No limit", written out. It is never added to a time point.
inline constexpr duration no_timeout = duration::max();

/// A moment in civil time, UTC.
using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// RFC 3339 with as many decimals as are needed: `2026-01-02T03:04:05.678Z`.
[[nodiscard]] COJOB_DECL std::string to_string(timestamp);

/// One alarm of a clock. Not thread-safe; it rings on the executor it was made for.
class BOOST_SYMBOL_VISIBLE alarm {
  public:
    alarm() = default;
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    virtual ~alarm() = default;

    /// Calls `ring` once, at `when` or as soon after it as the executor is free. Replaces what was set before.
    virtual void set(time_point when, std::function<void()> ring) = 0;

    /// After this nothing rings.
    virtual void clear() noexcept = 0;
};

/// Where time comes from. The default is the machine's; `testing::manual_clock` stands still until it is told.
/// `now`, `wall_now` and the two counters may be called from any thread.
class BOOST_SYMBOL_VISIBLE clock {
  public:
    clock() = default;
    clock(const clock&) = delete;
    clock& operator=(const clock&) = delete;
    virtual ~clock() = default;

    /// Steady time, for everything that is waited for.
    [[nodiscard]] virtual time_point now() const = 0;

    /// Civil time, for what is shown or stored.
    [[nodiscard]] virtual timestamp wall_now() const = 0;

    /// A new alarm, not set, that rings on this executor, from which this is called.
    [[nodiscard]] virtual std::unique_ptr<alarm> make_alarm(const asio::any_io_executor&) = 0;

    /// A transport tells that it begins to wait for real sockets. A clock that is moved by hand holds until the end.
    virtual void exchange_began() noexcept {}
    /// The end of what `exchange_began` told of. Exchanges overlap: they are counted.
    virtual void exchange_ended() noexcept {}
};

/// Shared by everything that must agree on the time: clients, and a `quota` they draw on.
using clock_ptr = std::shared_ptr<clock>;

/// The machine's clocks; what a client uses unless it is given another.
[[nodiscard]] COJOB_DECL clock_ptr machine_clock();

namespace detail {

/// `from + length`, where `no_timeout` and anything else that would overflow is the end of time.
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
