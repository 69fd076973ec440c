#ifndef COJOB_IMPL_OPERATION_IPP
#define COJOB_IMPL_OPERATION_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/shared_alarm.hpp>
#include <cojob/operation.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace cojob {

operation::operation(clock_ptr clock, const asio::any_io_executor& executor)
    : operation(detail::share<detail::shared_alarm>(std::move(clock), executor, no_timeout))
{
}

operation::operation(std::shared_ptr<detail::shared_alarm> alarm)
    : alarm_(std::move(alarm)), clock_(alarm_->time()), executor_(&alarm_->executor())
{
}

operation::~operation()
{
    if (is_linked())
        alarm_->remove(*this);
    if (is_held_)
        alarm_->never_began();
}

void operation::hold_cancellation() noexcept
{
    if (!std::exchange(is_held_, true))
        alarm_->expect_one();
}

void operation::finish() noexcept
{
    is_finished_ = true;
    alarm_->remove(*this);
}

void operation::set_deadline(time_point when)
{
    deadline_ = when;
    arm();
}

void operation::set_limit(time_point when)
{
    limit_ = when;
    arm();
}

void operation::clear_limit()
{
    limit_ = time_point::max();
    if (reason_ == stop_reason::limit)
        reason_ = stop_reason::none;
    arm();
}

void operation::stop(stop_reason why)
{
    if (is_finished_)
        return;
    if (reason_ == stop_reason::none || reason_ == stop_reason::limit)
        reason_ = why;
    if (!is_held_)
        emit();
}

/// The coroutine's signal comes last: its handler may end the operation and destroy this object.
void operation::emit()
{
    step_signal_.emit(asio::cancellation_type::terminal);
    signal_.emit(asio::cancellation_type::terminal);
}

void operation::begin()
{
    if (std::exchange(is_held_, false))
        alarm_->has_begun();
    if (is_stopped())
        emit();
}

void operation::cancel(asio::cancellation_type type)
{
    const auto too_late = refuses_total_ && type == asio::cancellation_type::total;
    was_refused_ = was_refused_ || too_late;
    if (type != asio::cancellation_type::none && !too_late)
        stop(stop_reason::cancelled);
}

void operation::refuse_total_cancellation(bool refuse)
{
    refuses_total_ = refuse;
    if (!refuse && was_refused_)
        stop(stop_reason::cancelled);
}

void operation::arm()
{
    const auto next = std::min(deadline_, limit_);
    if (next == time_point::max() || is_finished_)
        return;
    alarm_->put(*this, next);
}

/// The alarm rings, perhaps too early: it is not moved when a deadline is.
void operation::ring(time_point now)
{
    const bool is_over = now >= deadline_, step_is_over = now >= limit_;
    if (step_is_over)
        limit_ = time_point::max();
    if (!is_over)
        alarm_->put_back(*this, std::min(deadline_, limit_));
    // Must be last: stopping may end the operation and destroy this object.
    if (is_over || step_is_over)
        stop(is_over ? stop_reason::deadline : stop_reason::limit);
}

} // namespace cojob

#endif
