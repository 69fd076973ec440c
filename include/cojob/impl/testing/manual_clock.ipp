#ifndef COJOB_IMPL_TESTING_MANUAL_CLOCK_IPP
#define COJOB_IMPL_TESTING_MANUAL_CLOCK_IPP

#include <cojob/detail/body.hpp>
#include <cojob/testing/manual_clock.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace cojob::testing {

namespace detail {

/// An alarm's callback and executor. Owned by the alarm, so that weak pointers to it expire when the alarm is cleared
/// or destroyed.
struct ring_type {
    std::function<void()> call;
    asio::any_io_executor executor;
};

/// Posts `call` to the alarm's executor; never calls it directly.
inline void post_ring(const std::weak_ptr<ring_type>& weak)
{
    const auto ring = weak.lock();
    if (!ring)
        return;
    asio::post(ring->executor, [weak] {
        if (const auto still_set = weak.lock())
            still_set->call();
    });
}

/// The current time and the alarms that are set.
class manual_timeline {
  public:
    using entry_map = std::multimap<time_point, std::weak_ptr<ring_type>>;

    [[nodiscard]] time_point now() const
    {
        const std::lock_guard lock(mutex_);
        return now_;
    }

    [[nodiscard]] std::size_t size() const
    {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

    /// Adds an alarm, or rings it at once if it is due.
    void enter(time_point when, const std::shared_ptr<ring_type>& ring)
    {
        {
            const std::lock_guard lock(mutex_);
            if (when > now_) {
                entries_.emplace(when, ring);
                return;
            }
        }
        post_ring(ring);
    }

    void remove(time_point when, const std::shared_ptr<ring_type>& ring) noexcept
    {
        const std::lock_guard lock(mutex_);
        const auto [first, last] = entries_.equal_range(when);
        const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.lock() == ring; });
        if (found != last)
            entries_.erase(found);
    }

    /// Advances to the next alarm and rings it, if there is one at or before `target`.
    bool ring_next(time_point target)
    {
        const auto next = take_next(target);
        if (next)
            post_ring(*next);
        return next.has_value();
    }

    void move_to(time_point target)
    {
        const std::lock_guard lock(mutex_);
        now_ = std::max(now_, target);
    }

  private:
    [[nodiscard]] std::optional<std::weak_ptr<ring_type>> take_next(time_point target)
    {
        const std::lock_guard lock(mutex_);
        if (entries_.empty() || entries_.begin()->first > target)
            return std::nullopt;
        auto next = entries_.extract(entries_.begin());
        now_ = std::max(now_, next.key());
        return std::move(next.mapped());
    }

    mutable std::mutex mutex_;
    // Far from the epoch, so that a default-constructed time point does not look like a real one.
    time_point now_ = time_point(std::chrono::hours(1000));
    entry_map entries_;
};

class manual_alarm final : public alarm {
  public:
    manual_alarm(std::shared_ptr<manual_timeline> timeline, asio::any_io_executor executor)
        : timeline_(std::move(timeline)), executor_(std::move(executor))
    {
    }
    ~manual_alarm() override { clear(); }

    void set(time_point when, std::function<void()> ring) override
    {
        clear();
        ring_ = std::make_shared<ring_type>(ring_type{std::move(ring), executor_});
        when_ = when;
        timeline_->enter(when, ring_);
    }

    void clear() noexcept override
    {
        if (ring_)
            timeline_->remove(when_, ring_);
        ring_.reset();
    }

  private:
    std::shared_ptr<manual_timeline> timeline_;
    asio::any_io_executor executor_;
    std::shared_ptr<ring_type> ring_;
    time_point when_;
};

} // namespace detail

class manual_clock::impl {
  public:
    impl(asio::io_context& context, timestamp start)
        : context_(context), wall_start_((start - timeline->now().time_since_epoch()).time_since_epoch().count())
    {
    }

    [[nodiscard]] timestamp wall_now() const
    {
        return timestamp(std::chrono::nanoseconds(wall_start_)) + timeline->now().time_since_epoch();
    }

    void move_civil_time(duration length) { wall_start_ += std::chrono::nanoseconds(length).count(); }

    void run_ready()
    {
        do
            restart_if_stopped();
        while (context_.poll() != 0);
    }

    /// Runs the handlers that become ready within a few milliseconds of real time.
    void run_a_moment()
    {
        restart_if_stopped();
        constexpr std::chrono::milliseconds moment(5);
        // A context without work returns at once, while another thread may be about to post work.
        if (context_.run_one_for(moment) == 0 && context_.stopped())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

    void settle()
    {
        run_ready();
        auto ended = exchanges_ended.load();
        auto since = std::chrono::steady_clock::now();
        while (exchanges_in_flight.load() > 0) {
            run_a_moment();
            run_ready();
            if (exchanges_ended.load() != ended) {
                ended = exchanges_ended.load();
                since = std::chrono::steady_clock::now();
            } else if (std::chrono::steady_clock::now() - since > patience) {
                throw std::runtime_error("manual_clock: an exchange with a real socket does not end; "
                                         "move time past it with jump(), or raise set_patience()");
            }
        }
    }

    const std::shared_ptr<detail::manual_timeline> timeline = std::make_shared<detail::manual_timeline>();
    std::atomic<long> exchanges_in_flight = 0;
    std::atomic<unsigned long> exchanges_ended = 0;
    duration patience = std::chrono::seconds(30);

  private:
    void restart_if_stopped()
    {
        if (context_.stopped())
            context_.restart();
    }

    asio::io_context& context_;
    std::atomic<std::chrono::nanoseconds::rep> wall_start_; // civil time at steady time zero
};

manual_clock::manual_clock(asio::io_context& context, timestamp start) : impl_(std::make_unique<impl>(context, start))
{
}

manual_clock::~manual_clock() = default;

void manual_clock::advance(duration length)
{
    const auto target = cojob::detail::after(now(), length);
    settle();
    while (impl_->timeline->ring_next(target))
        settle();
    impl_->timeline->move_to(target);
}

void manual_clock::jump(duration length)
{
    const auto target = cojob::detail::after(now(), length);
    impl_->timeline->move_to(target);
    while (impl_->timeline->ring_next(target)) {
    }
    impl_->run_ready();
}

void manual_clock::suspend(duration length)
{
    impl_->move_civil_time(length);
}

void manual_clock::settle()
{
    impl_->settle();
}

bool manual_clock::run_until(const std::function<bool()>& holds)
{
    const auto since = std::chrono::steady_clock::now();
    impl_->run_ready();
    while (!holds()) {
        if (std::chrono::steady_clock::now() - since > impl_->patience)
            return false;
        impl_->run_a_moment();
    }
    return true;
}

void manual_clock::set_patience(duration real)
{
    impl_->patience = real;
}

std::size_t manual_clock::pending() const
{
    return impl_->timeline->size();
}

time_point manual_clock::now() const
{
    return impl_->timeline->now();
}

timestamp manual_clock::wall_now() const
{
    return impl_->wall_now();
}

std::unique_ptr<alarm> manual_clock::make_alarm(const asio::any_io_executor& executor)
{
    return std::make_unique<detail::manual_alarm>(impl_->timeline, executor);
}

void manual_clock::exchange_began() noexcept
{
    ++impl_->exchanges_in_flight;
}

void manual_clock::exchange_ended() noexcept
{
    --impl_->exchanges_in_flight;
    ++impl_->exchanges_ended;
}

} // namespace cojob::testing

#endif
