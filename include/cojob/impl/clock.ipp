#ifndef COJOB_IMPL_CLOCK_IPP
#define COJOB_IMPL_CLOCK_IPP

#include <cojob/clock.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/share.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace cojob {

std::string to_string(timestamp t)
{
    return detail::format_rfc3339(t);
}

namespace detail {

/// The pending wait outlives the alarm by a moment, and a time that was set by more.
class steady_alarm final : public alarm {
  public:
    explicit steady_alarm(const asio::any_io_executor& executor) : timer_(executor) {}
    ~steady_alarm() override { clear(); }

    void set(time_point when, std::function<void()> ring) override
    {
        clear();
        ring_ = std::move(ring);
        timer_.expires_at(when);
        timer_.async_wait([this, alive = std::weak_ptr(alive_), number = number_](const boost::system::error_code& ec) {
            if (ec || alive.expired() || number != number_)
                return;
            const auto callback = std::exchange(ring_, nullptr); // which may set the alarm, or end it
            callback();
        });
    }

    void clear() noexcept override
    {
        ++number_;
        if (!ring_)
            return;
        ring_ = nullptr;
        try {
            timer_.cancel();
        } catch (const boost::system::system_error&) { // the wait stays and will find nothing to ring
        }
    }

  private:
    asio::steady_timer timer_;
    std::function<void()> ring_;
    std::uint64_t number_ = 0; // of times set, to tell the last from those before
    std::shared_ptr<void> alive_ = own(this, [](void*) {});
};

class machine_clock_type final : public clock {
  public:
    [[nodiscard]] time_point now() const override { return std::chrono::steady_clock::now(); }

    [[nodiscard]] timestamp wall_now() const override
    {
        return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
    }

    [[nodiscard]] std::unique_ptr<alarm> make_alarm(const asio::any_io_executor& executor) override
    {
        return std::make_unique<steady_alarm>(executor);
    }
};

} // namespace detail

clock_ptr machine_clock()
{
    static const auto shared = detail::share<detail::machine_clock_type>();
    return shared;
}

} // namespace cojob

#endif
