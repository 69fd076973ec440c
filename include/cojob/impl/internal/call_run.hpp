#ifndef COJOB_IMPL_INTERNAL_CALL_RUN_HPP
#define COJOB_IMPL_INTERNAL_CALL_RUN_HPP

#include <cojob/impl/internal/attempt.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/event.hpp>
#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/impl/internal/policy/retry_plan.hpp>
#include <cojob/impl/internal/request.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::detail {

struct call_end {
    error_info failure{}; ///< no code: success
    http::response response{};
    std::shared_ptr<http::body_stream> rest{}; ///< of the response, where its body is streamed
    std::vector<attempt> attempts{};           ///< of a success
    std::exception_ptr thrown{};               ///< by a credential provider or a header hook
};

/// A whole call, on the client's strand: slot of the quota, key, attempt; and again while that makes sense.
class call_run {
  public:
    call_run(client_state& state, operation& op, prepared_call& call, const call_settings& settings)
        : state_(state), operation_(op), call_(call), settings_(settings),
          plan_(state.options.retry, state.budget, settings.poll != nullptr)
    {
        if (call.api.quota_pool) {
            wake_ = std::make_shared<event>(op.executor());
            ticket_.emplace(quota_access::core(*call.api.quota_pool),
                            [executor = op.executor(), weak = std::weak_ptr(wake_)] {
                                asio::post(executor, [weak] {
                                    if (const auto wake = weak.lock())
                                        wake->set();
                                });
                            });
        }
    }

    asio::awaitable<call_end> run()
    {
        operation_.set_deadline(settings_.until);
        while (!end_) {
            if (ticket_ && !co_await take_slot())
                break;
            if (!is_begun_)
                operation_.set_deadline(std::min(settings_.until, after(now(), settings_.timeout)));
            is_begun_ = true;
            if (!call_.api.authorization.is_fixed() && !co_await authorize())
                break;
            auto made = co_await attempt_once();
            if (end_)
                break;
            const auto step = judge(made);
            if (!step.is_again) {
                finish(std::move(made), step);
                break;
            }
            co_await back_off(made, step);
        }
        co_return std::move(*end_);
    }

  private:
    [[nodiscard]] time_point now() const { return state_.time().now(); }

    /// Queues for a slot of the quota. Whether it has one; else the call has ended.
    asio::awaitable<bool> take_slot()
    {
        const auto at_most = most_in_queue();
        for (bool is_told = throttled_.has_value(); !operation_.is_stopped(); is_told = true) {
            wake_->reset();
            const auto reply = ticket_->ask(at_most, is_begun_);
            if (reply.kind == quota_reply::granted)
                co_return true;
            if (reply.kind == quota_reply::refused) {
                no_slot(reply.wait);
                co_return false;
            }
            if (!is_told)
                report_throttled(errc::quota_exhausted, reply.wait);
            co_await wait_until(operation_, *wake_, after(now(), reply.wait));
        }
        ticket_->leave();
        if (throttled_ && operation_.reason() == stop_reason::deadline)
            fail(std::move(*throttled_));
        else
            stopped("while it waited for a slot of the quota");
        co_return false;
    }

    /// A call that was granted a slot before goes on within its own time.
    [[nodiscard]] duration most_in_queue() const
    {
        const auto& options = call_.api.quota_pool->options();
        if (options.on_exhausted == when_exhausted::fail)
            return duration::zero();
        return is_begun_ ? time_left(operation_.deadline()) : std::min(options.max_wait, time_left(settings_.until));
    }

    [[nodiscard]] duration time_left(time_point until) const
    {
        return until == time_point::max() ? no_timeout : std::max(until - now(), duration::zero());
    }

    /// A window may be longer than civil time has left.
    [[nodiscard]] timestamp civil_time_in(duration wait) const
    {
        const auto time = state_.time().wall_now();
        return wait > timestamp::max() - time ? timestamp::max() : time + wait;
    }

    void no_slot(duration wait)
    {
        auto failure = throttled_
                           ? std::move(*throttled_)
                           : describe_failure(call_, errc::quota_exhausted, "no slot of the quota is free in time");
        failure.retry_at = civil_time_in(wait);
        fail(std::move(failure));
    }

    /// Asks a provider for the key. What it throws ends the call. Whether there is a key, and the call goes on.
    asio::awaitable<bool> authorize()
    {
        const auto before = call_.wire.authorization;
        std::exception_ptr thrown;
        // A limit of an attempt before is over. What else this forgets, the operation knows.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        try {
            if (operation_.is_stopped())
                throw boost::system::system_error(asio::error::operation_aborted);
            co_await asio::this_coro::throw_if_cancelled(true);
            const auto key = co_await call_.api.authorization.provider()();
            if (key.empty())
                throw_invalid_argument("credential: the provider gave an empty one");
            call_.wire.authorization = bearer(key);
        } catch (...) {
            thrown = std::current_exception();
        }
        // The provider may have changed what the coroutine answers to.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_await asio::this_coro::throw_if_cancelled(false);
        if (operation_.is_stopped())
            stopped("while the credential was asked for");
        else if (thrown)
            end_ = call_end{.thrown = thrown};
        else if (unauthorized_ && call_.wire.authorization == before)
            fail(std::move(*unauthorized_));
        else if (unauthorized_)
            report_retry(unauthorized_->code(), duration::zero(), false);
        if (end_ && ticket_)
            ticket_->give_back();
        unauthorized_.reset();
        co_return !end_;
    }

    asio::awaitable<made_attempt> attempt_once()
    {
        const attempt_event event{call_.wire.method, call_.wire.target, ++number_, settings_.poll != nullptr};
        auto wire = call_.wire;
        try {
            add_hooked_headers(state_.options.header_hook, event, wire.headers);
        } catch (...) {
            end_ = call_end{.thrown = std::current_exception()};
            if (ticket_)
                ticket_->give_back();
            co_return made_attempt();
        }
        state_.counters.retries += number_ > 1 ? 1U : 0U;
        auto made = co_await make_attempt(state_, operation_, call_, wire, event,
                                          {settings_.poll.get(), waited_, needs_new_connection_});
        operation_.clear_limit();
        co_return made;
    }

    /// Tells the quota how it ended, and asks the plan what comes next.
    retry_step judge(const made_attempt& made)
    {
        const auto is_throttled = made.outcome.status == 429;
        std::optional<duration> pause;
        if (is_throttled)
            ++state_.counters.throttles;
        if (ticket_) {
            if (is_throttled)
                pause = ticket_->throttled(at_least_a_second(made.hint), state_.random());
            else if (!made.outcome.was_committed)
                ticket_->give_back();
            else
                ticket_->stamp(!made.tried.ended);
        }
        pool_pause_ = pause;
        const auto step = plan_.after(made.outcome, {now(), operation_.deadline(), state_.random(), made.hint, pause,
                                                     !call_.api.authorization.is_fixed()});
        const auto may_queue = !pause || call_.api.quota_pool->options().on_exhausted == when_exhausted::wait;
        return step.is_again && !may_queue ? retry_step{.why_not = "the quota is not waited for"} : step;
    }

    /// Of a pool that all share, "at once" would make a storm.
    static std::optional<duration> at_least_a_second(std::optional<duration> hint)
    {
        return hint ? std::optional(std::max<duration>(*hint, std::chrono::seconds(1))) : std::nullopt;
    }

    void finish(made_attempt made, const retry_step& step)
    {
        if (!made.tried.ended || step.is_success) {
            made.tried.ended = {};
            trail_.push_back(std::move(made.tried));
            end_ = call_end{.response = std::move(made.result.response),
                            .rest = std::move(made.result.rest),
                            .attempts = std::move(trail_)};
            return;
        }
        // A cancellation that meets a connecting attempt does not undo what the one before may have done.
        if (made.outcome.stopped == stop_reason::cancelled && plan_.may_be_done())
            made.outcome.was_committed = true;
        add_words(made.tried.why, step.why_not.empty() ? "" : "not tried again: " + std::string(step.why_not));
        auto failure = describe_failure(state_, call_, made);
        if (pool_pause_)
            failure.retry_at = civil_time_in(*pool_pause_);
        trail_.push_back(std::move(made.tried));
        fail(std::move(failure));
    }

    /// Between two attempts.
    asio::awaitable<void> back_off(made_attempt& made, const retry_step& step)
    {
        const auto until = after(now(), step.wait);
        auto failure = describe_failure(state_, call_, made);
        if (made.outcome.status == 429)
            report_throttled(errc::rate_limited, pool_pause_.value_or(step.wait));
        if (!step.needs_new_credential) // else there may be none
            report_retry(made.tried.ended, pool_pause_.value_or(step.wait), made.hint.has_value());
        waited_ = pool_pause_.value_or(step.wait);
        trail_.push_back(std::move(made.tried));
        needs_new_connection_ = step.needs_new_connection;
        throttled_.reset();
        if (pool_pause_)
            throttled_ = std::move(failure);
        else if (step.needs_new_credential)
            unauthorized_ = std::move(failure);
        if (!plan_.may_be_done())
            operation_.refuse_total_cancellation(false);
        if (step.wait > duration::zero())
            co_await sleep_until(operation_, until);
        if (operation_.is_stopped())
            stopped("before the next attempt");
    }

    /// No attempt is under way.
    void stopped(std::string when)
    {
        const attempt_outcome none{
            .was_committed = plan_.may_be_done(), .stopped = operation_.reason(), .effect = call_.effect};
        fail(describe_failure(call_, final_error(none), std::move(when)));
    }

    void fail(error_info failure)
    {
        failure.attempts = std::move(trail_);
        end_ = call_end{.failure = std::move(failure)};
    }

    void report_retry(error_code why, duration wait, bool is_hinted)
    {
        if (auto* const observer = state_.options.observer.get())
            observer->on_retry({call_.wire.method, call_.wire.target, number_, why, wait, is_hinted});
    }

    void report_throttled(errc why, duration wait)
    {
        if (why == errc::quota_exhausted)
            ++state_.counters.throttles;
        if (auto* const observer = state_.options.observer.get())
            observer->on_throttled({call_.wire.method, call_.wire.target, {}, why, wait});
    }

    client_state& state_;
    operation& operation_;
    prepared_call& call_;
    const call_settings& settings_;
    retry_plan plan_;
    std::shared_ptr<event> wake_;
    std::optional<quota_core::ticket> ticket_;
    std::optional<call_end> end_;
    std::optional<error_info> throttled_, unauthorized_; // what the call ends with when it cannot go on
    std::vector<attempt> trail_;
    std::optional<duration> pool_pause_;
    duration waited_{};
    unsigned number_ = 0;
    bool is_begun_ = false, needs_new_connection_ = false;
};

} // namespace cojob::detail

#endif
