#ifndef COJOB_OPERATION_HPP
#define COJOB_OPERATION_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/detail/forks.hpp>
#include <cojob/detail/timer_queue_hook.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <memory>
#include <string_view>

namespace cojob {

namespace detail {
class shared_alarm;
} // namespace detail

/// Why a running call or wait must stop.
enum class stop_reason {
    none,      ///< no reason to stop
    cancelled, ///< by the caller
    closed,    ///< by `client::close()`
    deadline,  ///< the deadline of the operation expired
    limit,     ///< the limit of the current step expired
    forked,    ///< this process is a forked child; the operation continues in the parent
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(stop_reason value) noexcept
{
    return detail::enumerator_name(value, {"none", "cancelled", "closed", "deadline", "limit", "forked"});
}

/// A running call or wait, as its implementation sees it. Everything that can stop it is combined here, on the client's
/// strand, and emitted as a terminal cancellation of the current asynchronous operation, through two slots: that of the
/// operation's coroutine, and that of a step, for what is bound to it explicitly. The first reason is kept. A step that
/// was not suspended when the reason came does not see the cancellation, so check `is_stopped()` after every
/// suspension.
class operation : private detail::timer_queue_hook {
  public:
    /// Creates an operation without a deadline and with an alarm of its own. The executor is the strand on which it
    /// runs.
    COJOB_DECL operation(clock_ptr clock, const asio::any_io_executor& executor);
    /// Creates an operation of a client, whose operations share one alarm.
    COJOB_DECL explicit operation(std::shared_ptr<detail::shared_alarm>);
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;
    /// Takes it off the alarm.
    COJOB_DECL ~operation();

    /// Whether the operation must stop. Check it after every suspension.
    [[nodiscard]] bool is_stopped() const noexcept { return reason_ != stop_reason::none || has_forked(); }
    /// The first reason. `limit` is replaced by any later reason.
    [[nodiscard]] stop_reason reason() const noexcept
    {
        const auto is_for_good = reason_ != stop_reason::none && reason_ != stop_reason::limit;
        return !is_for_good && has_forked() ? stop_reason::forked : reason_;
    }
    /// Whether this process was forked after the operation began.
    [[nodiscard]] bool has_forked() const noexcept { return made_in_.is_of_a_parent(); }
    /// The client's clock.
    [[nodiscard]] clock& time() const noexcept { return *clock_; }
    /// The executor that it runs on, the client's strand.
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return *executor_; }

    /// The deadline of the whole operation.
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }
    /// Sets the deadline of the whole operation. `time_point::max()`: none.
    COJOB_DECL void set_deadline(time_point);

    /// Sets the deadline of the step that begins now, in place of the previous one. `time_point::max()`: none.
    COJOB_DECL void set_limit(time_point);

    /// Removes the limit of the step. If the limit had expired, the operation may continue with another step.
    COJOB_DECL void clear_limit();

    /// Stops the operation: keeps the reason if it is the first, and cancels the current asynchronous operation.
    COJOB_DECL void stop(stop_reason);

    /// Handles a cancellation by the caller. Ignores total cancellation while `refuse_total_cancellation` is in force.
    COJOB_DECL void cancel(asio::cancellation_type);

    /// Refuses total cancellation from now on, because part of the effect may have happened. With `false`, accepts it
    /// again; one that was refused meanwhile then takes effect.
    COJOB_DECL void refuse_total_cancellation(bool refuse);

    /// Until `begin`, keeps a reason to stop without cancelling anything. For the code that starts the coroutine: a
    /// cancellation before its first step would end the coroutine before it could report its end.
    COJOB_DECL void hold_cancellation() noexcept;

    /// The coroutine has started: applies a cancellation that came before.
    COJOB_DECL void begin();

    /// The cancellation slot for the operation's own coroutine.
    [[nodiscard]] asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    /// The cancellation slot for one asynchronous operation at a time, whatever coroutine awaits it. Clear it after
    /// each.
    [[nodiscard]] asio::cancellation_slot step_slot() noexcept { return step_signal_.slot(); }

    /// Ends the operation: it has no deadline any more, and ignores any later `stop`.
    COJOB_DECL void finish() noexcept;

  private:
    friend class detail::shared_alarm;
    friend class detail::timer_queue<operation>;

    COJOB_DECL void arm();
    COJOB_DECL void ring(time_point now);
    COJOB_DECL void emit();

    std::shared_ptr<detail::shared_alarm> alarm_;
    clock* clock_;
    const asio::any_io_executor* executor_;
    asio::cancellation_signal signal_, step_signal_;
    time_point deadline_ = time_point::max();
    time_point limit_ = time_point::max();
    stop_reason reason_ = stop_reason::none;
    bool refuses_total_ = false;
    bool was_refused_ = false;
    bool is_finished_ = false;
    bool is_held_ = false;
    detail::fork_mark made_in_;
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/operation.ipp>
#endif

#endif
