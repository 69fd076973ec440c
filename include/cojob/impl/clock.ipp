#ifndef COJOB_IMPL_CLOCK_IPP
#define COJOB_IMPL_CLOCK_IPP

#include <cojob/clock.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/rfc3339.hpp>
#include <cojob/detail/share.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <utility>

namespace cojob {

std::string to_string(timestamp t)
{
    return detail::format_rfc3339(t);
}

namespace detail {

/// The pending wait can outlive the alarm for a moment. It shares only the callback with the alarm, because the last
/// owner of a client, and of an alarm that is not set, may be on another thread.
class steady_alarm final : public alarm {
  public:
    explicit steady_alarm(const asio::any_io_executor& executor) : timer_(executor) {}
    ~steady_alarm() override { clear(); }

    void set(time_point when, std::function<void()> ring) override
    {
        clear();
        ring_ = std::make_shared<std::function<void()>>(std::move(ring)); // one allocation per request
        timer_.expires_at(when);
        timer_.async_wait([weak = std::weak_ptr(ring_)](const boost::system::error_code& ec) {
            const auto callback = weak.lock();
            if (!ec && callback)
                (*callback)();
        });
    }

    void clear() noexcept override
    {
        if (!ring_)
            return;
        ring_.reset();
        try {
            timer_.cancel();
        } catch (const boost::system::system_error&) { // the wait stays pending and finds no callback
        }
    }

  private:
    asio::steady_timer timer_;
    std::shared_ptr<std::function<void()>> ring_;
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
