#ifndef COJOB_IMPL_INTERNAL_CLIENT_CALL_RUN_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_CALL_RUN_HPP

#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/client/attempt.hpp>
#include <cojob/impl/internal/client/call_events.hpp>
#include <cojob/impl/internal/client/call_record.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/quota_lease.hpp>
#include <cojob/impl/internal/policy/retry_plan.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// Runs a call on the client's strand. Waits for a quota slot, gets the key, makes an attempt, and retries.
class call_run {
  public:
    static asio::awaitable<void> run(call_ptr call)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        const client_state::running_guard running(*call->client, operation_of(call));
        call_run self(*call);
        if (self.operation_.is_stopped())
            self.stopped("before the call began");
        while (!self.is_over_) {
            if (self.quota_ && !co_await self.take_slot())
                break;
            self.begin();
            if (call->request.provider && !co_await self.authorize())
                break;
            if (!self.add_headers())
                break;
            attempt_run attempt(*call->client, call->op, call->request, self.this_attempt(), self.attempt_with());
            self.held_.reset();
            auto exchanged = co_await call->client->transport->send(self.wire(), attempt.exchange());
            if (attempt.is_held(exchanged)) {
                self.held_ = attempt.hold();
                continue;
            }
            const auto next = self.conclude(attempt, std::move(exchanged));
            if (self.is_over_)
                break;
            if (next > self.now())
                co_await sleep_until(self.operation_, next);
            if (self.operation_.is_stopped())
                self.stopped("before the next attempt");
        }
        if (self.held_)
            self.events_.never_sent(*self.held_);
    }

  private:
    explicit call_run(call_record& call)
        : call_(call), state_(*call.client), operation_(call.op), events_(call),
          plan_(state_.options.retry, state_.budget, call.settings.poll != nullptr || call.settings.is_single_attempt),
          quota_(call.request.quota_pool, call.op.executor(),
                 own_or(call.request.attempt_timeout, state_.options.timeouts.attempt)),
          time_left_(call.settings.timeout)
    {
        operation_.set_deadline(call.settings.until);
        poll_trace::call_begins(call.settings.poll.get());
    }

    [[nodiscard]] time_point now() const { return state_.time().now(); }

    /// Queues for a quota slot; the call's timeout does not run. Returns false if the call ended without one.
    asio::awaitable<bool> take_slot()
    {
        if (const auto until = operation_.deadline(); is_begun_)
            time_left_ = until == time_point::max() ? no_timeout : std::max(until - now(), duration::zero());
        operation_.set_deadline(call_.settings.until);
        for (bool is_reported = std::exchange(is_reported_, false); !operation_.is_stopped();) {
            const auto reply = quota_.request(call_.settings.until, is_begun_);
            if (reply.kind == quota_reply::granted)
                co_return true;
            if (reply.kind == quota_reply::refused)
                co_return no_slot(reply.wait);
            if (reply.kind == quota_reply::queued && !std::exchange(is_reported, true))
                events_.throttled(errc::quota_exhausted, reply.expected);
            co_await quota_.wait(operation_, after(now(), reply.wait));
        }
        quota_.leave();
        if (throttled_ && operation_.reason() == stop_reason::deadline)
            fail(std::move(*throttled_));
        else
            stopped("while the call waited for a quota slot");
        co_return false;
    }

    /// Saturates: a window can be longer than a timestamp can express.
    [[nodiscard]] timestamp civil_time_in(duration wait) const
    {
        const auto time = state_.time().wall_now();
        return wait > timestamp::max() - time ? timestamp::max() : time + wait;
    }

    bool no_slot(duration wait)
    {
        auto failure = throttled_ ? std::move(*throttled_)
                                  : describe_failure(call_.request, errc::quota_exhausted, quota_.why_refused());
        failure.retry_at = civil_time_in(wait);
        fail(std::move(failure));
        return false;
    }

    /// Gets the key from the credential provider, whose exception ends the call. Returns false if the call has ended.
    asio::awaitable<bool> authorize()
    {
        const auto before = call_.request.wire.authorization;
        std::exception_ptr thrown;
        // Clears the timeout of an earlier attempt. The operation still knows of any other cancellation.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        try {
            if (operation_.is_stopped())
                throw boost::system::system_error(asio::error::operation_aborted);
            co_await asio::this_coro::throw_if_cancelled(true);
            const auto key = co_await call_.request.provider();
            if (key.empty())
                throw_invalid_argument("credential: the provider returned an empty key");
            check_key(key.reveal(), "credential");
            call_.request.wire.authorization = bearer(key);
            events_.redact_key();
        } catch (...) {
            thrown = std::current_exception();
        }
        // The provider may have changed this coroutine's cancellation state.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_await asio::this_coro::throw_if_cancelled(false);
        if (operation_.is_stopped())
            stopped("while the credential provider ran");
        else if (thrown)
            end_by_exception(std::move(thrown));
        else if (unauthorized_ && call_.request.wire.authorization == before)
            fail(std::move(*unauthorized_));
        else if (unauthorized_)
            events_.retry(number_, unauthorized_->code(), duration::zero(), false);
        if (is_over_)
            quota_.give_back();
        unauthorized_.reset();
        co_return !is_over_;
    }

    /// Starts the call's timeout with its first slot, and resumes it with each further slot.
    void begin()
    {
        if (!is_begun_ || quota_)
            operation_.set_deadline(std::min(call_.settings.until, after(now(), time_left_)));
        is_begun_ = true;
    }

    /// Calls the header hook for this attempt. An exception of the hook ends the call: then returns false.
    bool add_headers()
    {
        number_ += held_ ? 0U : 1U;
        try {
            if (state_.options.header_hook) {
                hooked_ = std::make_unique<http::request>(call_.request.wire);
                add_hooked_headers(state_.options.header_hook, this_attempt(), *hooked_);
            }
            state_.counters.retries += number_ > 1 && !held_ ? 1U : 0U;
            return true;
        } catch (...) {
            end_by_exception(std::current_exception());
        }
        quota_.give_back();
        return false;
    }

    [[nodiscard]] attempt_event this_attempt() const
    {
        return {call_.request.wire.method, call_.request.wire.target, number_, call_.settings.poll != nullptr};
    }
    [[nodiscard]] attempt_settings attempt_with()
    {
        return {call_.settings.poll.get(), waited_, needs_new_connection_, quota_ ? &quota_ : nullptr, held_};
    }
    [[nodiscard]] const http::request& wire() const { return hooked_ ? *hooked_ : call_.request.wire; }

    /// Ends the call with the attempt's result, or returns when the next attempt may begin. Not part of `run`: Asio
    /// recycles frames of at most 1,020 bytes, and the result would be in it.
    time_point conclude(attempt_run& attempt, http::exchange_result&& exchanged)
    {
        auto result = attempt.end(std::move(exchanged));
        const auto step = judge(result);
        if (step.is_again)
            return prepare_retry(result, step);
        finish(std::move(result), step);
        return {};
    }

    /// Reports the attempt to the quota and asks the plan for the next step.
    retry_step judge(const attempt_result& result)
    {
        if (result.outcome.status == 429)
            ++state_.counters.throttles;
        const auto uniform = result.record.ended ? state_.random() : 0.;
        pool_pause_ = quota_.ended(result, uniform);
        const auto step = plan_.after(result.outcome, {now(), operation_.deadline(), uniform, result.hint, pool_pause_,
                                                       bool(call_.request.provider)});
        if (!step.is_again || !pool_pause_)
            return step;
        if (!quota_.may_queue())
            return {.why_not = "quota_options::on_exhausted does not wait"};
        const auto is_in_time = *pool_pause_ <= quota_.queueing_left(call_.settings.until);
        return is_in_time ? step : retry_step{.why_not = "the quota pauses for longer than the call may queue"};
    }

    void finish(attempt_result&& result, const retry_step& step)
    {
        is_over_ = true;
        if (!result.record.ended || step.is_success) {
            result.record.ended = {};
            call_.last = std::move(result.record);
            call_.response = std::move(result.exchange.response);
            call_.rest = std::move(result.exchange.rest);
            return;
        }
        // A cancellation while this attempt connects does not undo what an earlier attempt may have done.
        if (result.outcome.stopped == stop_reason::cancelled && plan_.may_be_done())
            result.outcome.was_committed = true;
        add_words(result.record.why, step.why_not.empty() ? "" : "not retried: " + std::string(step.why_not));
        auto failure = describe_failure(state_, call_.request, result);
        if (pool_pause_)
            failure.retry_at = civil_time_in(*pool_pause_);
        call_.attempts.push_back(std::move(result.record));
        fail(std::move(failure));
    }

    /// Returns when the next attempt may begin.
    time_point prepare_retry(attempt_result& result, const retry_step& step)
    {
        const auto until = after(now(), step.wait);
        auto failure = describe_failure(state_, call_.request, result);
        if (result.outcome.status == 429)
            events_.throttled(errc::rate_limited, pool_pause_.value_or(step.wait));
        if (!step.needs_new_credential) // otherwise there is a retry only if the provider returns another key
            events_.retry(number_, result.record.ended, pool_pause_.value_or(step.wait), result.hint.has_value());
        waited_ = pool_pause_.value_or(step.wait);
        call_.attempts.push_back(std::move(result.record));
        needs_new_connection_ = step.needs_new_connection;
        throttled_.reset();
        is_reported_ = pool_pause_.has_value();
        if (pool_pause_)
            throttled_ = std::make_unique<error_info>(std::move(failure));
        else if (step.needs_new_credential)
            unauthorized_ = std::make_unique<error_info>(std::move(failure));
        if (!plan_.may_be_done())
            operation_.refuse_total_cancellation(false);
        return until;
    }

    /// Ends a call that was stopped while no attempt was running.
    void stopped(std::string when)
    {
        const attempt_outcome none{
            .was_committed = plan_.may_be_done(), .stopped = operation_.reason(), .effect = call_.request.effect};
        fail(describe_failure(call_.request, final_error(none), std::move(when)));
    }

    void fail(error_info failure)
    {
        is_over_ = true;
        failure.attempts = std::move(call_.attempts);
        call_.failure = std::make_unique<error_info>(std::move(failure));
    }

    void end_by_exception(std::exception_ptr thrown)
    {
        is_over_ = true;
        call_.thrown = std::move(thrown);
    }

    call_record& call_;
    client_state& state_;
    operation& operation_;
    call_events events_;
    retry_plan plan_;
    quota_lease quota_;
    std::unique_ptr<error_info> throttled_, unauthorized_; // the call's error if it cannot continue
    std::unique_ptr<http::request> hooked_;                // the request with the header hook's headers
    std::optional<duration> pool_pause_;
    std::optional<attempt_start> held_; // the attempt that was held at its commit
    duration waited_{}, time_left_{};   // the delay before the attempt; the call's timeout while it does not run
    unsigned number_ = 0;               // of the current attempt, from 1
    bool is_over_ = false, is_begun_ = false, is_reported_ = false, needs_new_connection_ = false;
};

} // namespace cojob::detail

#endif
