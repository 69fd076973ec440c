#ifndef COJOB_IMPL_OPERATION_IPP
#define COJOB_IMPL_OPERATION_IPP

#include <cojob/detail/body.hpp>
#include <cojob/operation.hpp>

#include <algorithm>

namespace cojob {

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
        signal_.emit(asio::cancellation_type::terminal);
}

void operation::begin()
{
    is_held_ = false;
    if (is_stopped())
        signal_.emit(asio::cancellation_type::terminal);
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

/// Sets the alarm only if it would ring too late. If it rings too early, ring() calls arm() again.
void operation::arm()
{
    auto next = std::min(deadline_, limit_);
    if (next >= armed_)
        return;
    if (usual_step_ != no_timeout)
        next = std::min(next, detail::after(clock_->now(), usual_step_));
    if (!alarm_)
        alarm_ = clock_->make_alarm(executor_);
    armed_ = time_point::max(); // if set() throws, the alarm is not armed
    alarm_->set(next, [this] { ring(); });
    armed_ = next;
}

void operation::ring()
{
    armed_ = time_point::max();
    const auto now = clock_->now();
    const bool is_over = now >= deadline_;
    bool step_is_over = now >= limit_;
    if (step_is_over)
        limit_ = time_point::max();
    try {
        if (!is_over)
            arm();
    } catch (...) { // without an alarm, nothing would stop this step
        step_is_over = true;
    }
    // Must be last: stopping may end the operation and destroy this object.
    if (is_over || step_is_over)
        stop(is_over ? stop_reason::deadline : stop_reason::limit);
}

} // namespace cojob

#endif
