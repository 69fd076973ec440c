#ifndef TESTS_SUPPORT_CANCEL_AFTER_HPP
#define TESTS_SUPPORT_CANCEL_AFTER_HPP

#include <cojob/result.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace tests {

namespace asio = boost::asio;

/// Runs an operation on the caller's executor, a strand, and emits a cancellation after this real time, even if the
/// operation has ended.
template <class T>
asio::awaitable<cojob::result<T>> cancel_after(std::chrono::microseconds delay, asio::awaitable<T> operation)
{
    const auto here = co_await asio::this_coro::executor;
    asio::cancellation_signal signal;
    asio::steady_timer over(here, asio::steady_timer::time_point::max()), timer(here, delay);
    bool is_over = false;
    cojob::result<T> end;
    auto guarded = cojob::as_result(std::move(operation));
    asio::co_spawn(here, std::move(guarded),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, cojob::result<T> r) {
                       end = std::move(r);
                       is_over = true;
                       over.cancel();
                   }));
    co_await timer.async_wait(asio::as_tuple(asio::deferred));
    signal.emit(asio::cancellation_type::terminal);
    if (!is_over)
        co_await over.async_wait(asio::as_tuple(asio::deferred));
    co_return end;
}

/// Random delays around the end of an operation. Adapts: the delay grows after a cancellation in time and shrinks after
/// one that came too late.
class cancel_times {
  public:
    explicit cancel_times(unsigned seed) : random_(seed) {}

    [[nodiscard]] std::chrono::microseconds next()
    {
        return std::chrono::microseconds(random_() % static_cast<unsigned>(window_));
    }
    void was_in_time(bool in_time) { window_ = in_time ? std::min(window_ * 1.1, 1e6) : std::max(window_ / 1.1, 10.0); }

  private:
    std::mt19937 random_;
    double window_ = 200;
};

} // namespace tests

#endif
