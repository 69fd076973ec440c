#ifndef COJOB_IMPL_INTERNAL_BASE_SHARED_ALARM_HPP
#define COJOB_IMPL_INTERNAL_BASE_SHARED_ALARM_HPP

#include <cojob/clock.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/base/serial_executor.hpp>
#include <cojob/impl/internal/base/timer_queue.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/relationship.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace cojob::detail {

/// One alarm for the deadlines of all operations of a client. It is set again only if it would ring too late: at first
/// for the usual length of a step, which most operations do not reach. Used on the executor, except where noted.
class shared_alarm : public std::enable_shared_from_this<shared_alarm> {
  public:
    shared_alarm(clock_ptr clock, asio::any_io_executor executor, duration usual_step)
        : clock_(std::move(clock)), executor_(std::move(executor)), later_(continuation_of(executor_)),
          usual_step_(usual_step)
    {
    }

    /// Null for operations without deadlines.
    [[nodiscard]] clock* time() const noexcept { return clock_.get(); }
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// Calls `operation::ring` at `due` at the latest.
    void put(operation& op, time_point due)
    {
        if (op.due_at() <= due)
            return;
        queue_.put(op, due);
        is_in_use_ = true;
        try {
            arm();
        } catch (...) {
            queue_.remove(op);
            stop_all();
            throw;
        }
    }

    /// The same from within `operation::ring`: the alarm is set afterwards.
    void put_back(operation& op, time_point due) noexcept
    {
        if (due != time_point::max())
            queue_.put(op, due);
    }

    /// The operation needs the alarm no more. A pending alarm would keep `run()` of an idle context from returning, so
    /// it is cleared soon if no other operation begins. In a sequence of calls, the next one begins before the posted
    /// handler runs, and finds the alarm set. The handler also keeps this object until then: the client's last owner
    /// may be on another thread, which must not cancel a pending alarm.
    void remove(operation& op) noexcept
    {
        queue_.remove(op);
        if (!queue_.empty())
            return;
        is_in_use_ = false;
        if (armed_ != time_point::max() && !look_soon())
            clear();
    }

    /// Thread-safe. An operation is about to begin.
    void expect_one() noexcept { ++expected_; }
    /// It has begun.
    void has_begun() noexcept { --expected_; }
    /// Thread-safe. It never will.
    void never_began() noexcept
    {
        if (--expected_ == 0)
            (void)look_soon(); // if it cannot, the alarm rings within the usual step, and finds nothing
    }

  private:
    /// Posts without the strand: usually there is nothing to do.
    static asio::any_io_executor continuation_of(const asio::any_io_executor& executor)
    {
        return asio::prefer(asio::require(unserialized(executor), asio::execution::blocking.never),
                            asio::execution::relationship.continuation);
    }

    /// Returns false if memory runs out.
    bool look_soon() noexcept
    {
        if (is_clearing_.exchange(true))
            return true;
        try {
            later_.execute([self = shared_from_this()] { self->clear_if_idle(); });
            return true;
        } catch (...) {
            is_clearing_ = false;
            return false;
        }
    }

    void arm()
    {
        auto next = queue_.next();
        if (next >= armed_)
            return;
        if (usual_step_ != no_timeout)
            next = std::min(next, after(clock_->now(), usual_step_));
        if (!alarm_)
            alarm_ = clock_->make_alarm(executor_);
        armed_ = time_point::max(); // if set() throws, the alarm is not armed
        alarm_->set(next, [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->ring();
        });
        armed_ = next;
    }

    void ring()
    {
        armed_ = time_point::max();
        const auto now = clock_->now();
        while (queue_.next() <= now) { // stopping an operation may end others
            auto& op = queue_.front();
            queue_.remove(op);
            op.ring(now);
        }
        is_in_use_ = !queue_.empty();
        try {
            arm();
        } catch (...) {
            stop_all();
        }
    }

    /// The alarm cannot be set, and its old setting may be lost: nothing else would stop them.
    void stop_all() noexcept
    {
        while (!queue_.empty()) {
            auto& op = queue_.front();
            queue_.remove(op);
            op.stop(stop_reason::limit);
        }
        is_in_use_ = false;
    }

    /// Not on the strand. The order matters: an operation that ends after the check finds the flag cleared.
    void clear_if_idle()
    {
        is_clearing_ = false;
        if (expected_ != 0 || is_in_use_)
            return;
        try {
            run_soon(executor_, [self = shared_from_this()] {
                if (self->expected_ == 0 && !self->is_in_use_)
                    self->clear();
            });
        } catch (...) { // it rings within the usual step, and finds nothing
        }
    }

    void clear() noexcept
    {
        if (armed_ != time_point::max())
            alarm_->clear();
        armed_ = time_point::max();
    }

    clock_ptr clock_;
    asio::any_io_executor executor_, later_;
    duration usual_step_;
    timer_queue<operation> queue_;
    std::unique_ptr<alarm> alarm_;
    time_point armed_ = time_point::max();
    std::atomic<unsigned> expected_{0};
    std::atomic<bool> is_in_use_{false}; // the queue is not empty
    std::atomic<bool> is_clearing_{false};
};

} // namespace cojob::detail

#endif
