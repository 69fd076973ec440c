#ifndef COJOB_OPERATION_HPP
#define COJOB_OPERATION_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/detail/forks.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>

#include <memory>
#include <string_view>

namespace cojob {

/// Why a running call or wait has to stop.
enum class stop_reason {
    none,      ///< it has not to stop
    cancelled, ///< by the caller
    closed,    ///< by `client::close()`
    deadline,  ///< the whole operation's time is up
    limit,     ///< the current step's time is up
    forked,    ///< this process was forked from the one it began in, which goes on with it
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(stop_reason value) noexcept
{
    return detail::enumerator_name(value, {"none", "cancelled", "closed", "deadline", "limit", "forked"});
}

/// One running call or wait, from the inside: everything that can stop it comes together here, on the client's strand,
/// and reaches what is being awaited as a terminal cancellation. The first reason stays. A step that was not suspended
/// when the reason came learns it from `is_stopped()`, so it is asked after every suspension.
class operation {
  public:
    /// An operation without deadline. The executor is the one it runs on, the client's strand; `usual_step` is about
    /// how long the limit of a step is: the alarm first rings then, and is seldom set again.
    operation(clock_ptr clock, const asio::any_io_executor& executor, duration usual_step = no_timeout)
        : clock_(std::move(clock)), executor_(executor), usual_step_(usual_step)
    {
    }

    /// Whether there is a reason to stop. To be asked after every suspension.
    [[nodiscard]] bool is_stopped() const noexcept { return reason_ != stop_reason::none || has_forked(); }
    /// The first reason; a limit gives way to a later one of the others.
    [[nodiscard]] stop_reason reason() const noexcept
    {
        const auto is_for_good = reason_ != stop_reason::none && reason_ != stop_reason::limit;
        return !is_for_good && has_forked() ? stop_reason::forked : reason_;
    }
    /// Whether it began in a process from which this one was forked since.
    [[nodiscard]] bool has_forked() const noexcept { return made_in_.is_of_a_parent(); }
    /// The client's clock.
    [[nodiscard]] clock& time() const noexcept { return *clock_; }
    /// What it runs on, the client's strand.
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// The end of the whole operation.
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }
    /// Moves the end of the whole operation. `time_point::max()`: none.
    COJOB_DECL void set_deadline(time_point);

    /// The end of the step that begins; replaces the step's before. `time_point::max()`: none.
    COJOB_DECL void set_limit(time_point);

    /// After a step that was stopped by its limit, the operation may begin another.
    COJOB_DECL void clear_limit();

    /// Stops it: the reason is kept if it is the first, and what is awaited is cancelled.
    COJOB_DECL void stop(stop_reason);

    /// A cancellation by the caller. Total cancellation is refused while an effect hangs on the outcome.
    COJOB_DECL void cancel(asio::cancellation_type);

    /// From now on total cancellation has come too late: part of the effect may be there. Or not any more: then one
    /// that was refused meanwhile counts after all.
    COJOB_DECL void refuse_total_cancellation(bool refuse);

    /// Until `begin`, a reason to stop is kept and cancels nothing. For whoever starts the coroutine: a cancellation
    /// that overtakes its first step would end it before it could tell anybody.
    void hold_cancellation() noexcept { is_held_ = true; }

    /// The coroutine runs: what came before reaches it now.
    COJOB_DECL void begin();

    /// What the operation's own coroutine is bound to.
    [[nodiscard]] asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    /// Ends the timer; the operation is over, and nothing is there any more that a stop could reach.
    void finish() noexcept
    {
        alarm_.reset();
        is_finished_ = true;
    }

  private:
    COJOB_DECL void arm();
    COJOB_DECL void ring();

    clock_ptr clock_;
    asio::any_io_executor executor_;
    duration usual_step_;
    asio::cancellation_signal signal_;
    std::unique_ptr<alarm> alarm_;
    time_point deadline_ = time_point::max();
    time_point limit_ = time_point::max();
    time_point armed_ = time_point::max();
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
