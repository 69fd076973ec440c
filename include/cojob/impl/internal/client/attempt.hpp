#ifndef COJOB_IMPL_INTERNAL_CLIENT_ATTEMPT_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_ATTEMPT_HPP

#include <cojob/impl/internal/base/without_key.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/client/poll_trace.hpp>
#include <cojob/impl/internal/client/request.hpp>
#include <cojob/impl/internal/client/server_message.hpp>
#include <cojob/impl/internal/policy/reason.hpp>
#include <cojob/impl/internal/policy/verdict.hpp>
#include <cojob/policy/retry_after.hpp>

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// The result of one attempt of a call.
struct attempt_result {
    attempt_outcome outcome{};
    http::exchange_result exchange{};
    std::optional<duration> hint{}; ///< how long the server asks the client to wait
    attempt record{};               ///< the entry for error_info::attempts
};

struct attempt_start {
    time_point began;
    timestamp started;
};

/// Settings of one attempt.
struct attempt_settings {
    poll_trace* poll = nullptr; ///< not null: the attempt is a poll of a wait
    duration waited{};          ///< the delay before this attempt
    bool needs_new_connection = false;
    http::commit_gate* gate = nullptr;
    std::optional<attempt_start> held{}; ///< set: continues an attempt that was held at its commit
};

/// The error of a call, with the request's method, path and job id.
inline error_info describe_failure(const prepared_call& call, error_code code, std::string why)
{
    error_info info(code, std::move(why));
    info.method = call.wire.method;
    info.path = without_key(call.visible_target(), call.wire.authorization); // it may have been passed as an id
    info.job_id = without_key(call.job_id, call.wire.authorization);
    return info;
}

/// The error of a call that ends with this failed attempt.
inline error_info describe_failure(const client_state& state, const prepared_call& call, const attempt_result& result)
{
    const auto& response = result.exchange.response;
    auto why = result.exchange.why;
    if (why.empty()) {
        auto limits = state.options.timeouts;
        limits.attempt = own_or(call.attempt_timeout, limits.attempt);
        why = reason_of(result.outcome, result.record.reached, limits);
    }
    auto info = describe_failure(call, final_error(result.outcome), std::move(why));
    info.http_status = response.status;
    info.is_final = result.outcome.is_final;
    add_server_message(info, response, state.options.limits, call.wire.authorization);
    add_server_headers(info, response, call.wire.authorization);
    if (result.hint)
        info.retry_at = state.time().wall_now() + *result.hint;
    return info;
}

inline void add_words(std::string& text, std::string_view more)
{
    if (!text.empty() && !more.empty())
        text += "; ";
    text += more;
}

/// \throws api_error invalid_argument, and any exception of the hook
inline void add_hooked_headers(const header_hook& hook, const attempt_event& event, http::request& wire)
{
    auto hooked = hook(event);
    replace_common_headers(wire, hooked);
    http::header_list all;
    for (auto& header : wire.headers)
        if (!http::find_header(hooked, header.first))
            all.push_back(std::move(header));
    for (auto& header : hooked) {
        check_header(header);
        all.push_back(std::move(header));
    }
    wire.headers = std::move(all);
}

/// One attempt while it runs. Sets up the exchange and turns its result into an attempt_result.
class attempt_run {
  public:
    /// Begins the attempt, or continues the one in `settings.held`.
    attempt_run(client_state& state, operation& op, const prepared_call& call, const attempt_event& event,
                attempt_settings settings)
        : state_(state), call_(call), settings_(settings),
          start_(settings.held ? *settings.held : attempt_start{state.time().now(), state.time().wall_now()}),
          exchange_(op, call.effect == effect::none, settings.gate), watched_(settings.poll, exchange_.reached)
    {
        if (!settings_.held)
            begin(event);
        exchange_.needs_new_connection = settings.needs_new_connection;
        exchange_.attempt_timeout = call.attempt_timeout;
        exchange_.avoids_idle = call.effect == effect::once;
        exchange_.yields = settings.poll ? settings.poll->yields : duration::zero();
        exchange_.streams_body = call.streams_body;
    }
    attempt_run(const attempt_run&) = delete;
    attempt_run& operator=(const attempt_run&) = delete;
    ~attempt_run() = default;

    [[nodiscard]] http::exchange& exchange() noexcept { return exchange_; }

    /// Whether the attempt was held at its commit, before anything was sent.
    [[nodiscard]] bool is_held(const http::exchange_result& result) const noexcept
    {
        return exchange_.was_refused() && !was_sent_anyway(result) && !exchange_.operation.is_stopped();
    }

    /// Suspends the attempt. Another attempt_run continues it.
    [[nodiscard]] attempt_start hold()
    {
        state_.counters.opened += exchange_.is_reused ? 0U : 1U;
        state_.counters.resumed += exchange_.is_resumed ? 1U : 0U;
        exchange_.operation.clear_limit();
        return start_;
    }

    /// Completes the attempt.
    [[nodiscard]] attempt_result end(http::exchange_result&& ended)
    {
        count();
        attempt_result result;
        result.exchange = std::move(ended);
        const auto& response = result.exchange.response;
        const auto hint = retry_after_hint(response.headers, state_.time().wall_now());
        result.outcome =
            outcome_of(result.exchange, hint || (response.status >= 400 && has_retry_after(response.headers)));
        auto& record = result.record;
        record.started = start_.started;
        record.wait = settings_.waited;
        record.reached = exchange_.reached;
        record.status = response.status;
        record.ended = attempt_error(result.outcome);
        record.why = result.exchange.why;
        // Some servers send rate limit headers with every response. After a success they cause no delay.
        result.hint = record.ended ? retry_hint(response.headers, state_.time().wall_now()) : hint;
        if (settings_.poll)
            update(*settings_.poll, result);
        if (auto* const observer = state_.options.observer.get())
            observer->on_response({call_.wire.method, call_.shown_target, record.status, record.ended,
                                   exchange_.reached, state_.time().now() - start_.began});
        exchange_.operation.clear_limit();
        return result;
    }

  private:
    void update(poll_trace& poll, const attempt_result& result) const
    {
        poll.retry_after = std::max(poll.retry_after, result.hint); // of all pages of a list
        poll.queued += exchange_.queued;
    }

    void begin(const attempt_event& event)
    {
        if (auto* const observer = state_.options.observer.get())
            observer->on_attempt({event.method, call_.shown_target, event.number, event.is_poll});
        ++state_.counters.requests;
        state_.counters.polls += event.is_poll ? 1U : 0U;
    }

    void count()
    {
        auto& c = state_.counters;
        (exchange_.is_reused ? c.reused : c.opened) +=
            exchange_.is_reused || exchange_.reached >= phase::sending ? 1U : 0U;
        c.resumed += exchange_.is_resumed ? 1U : 0U;
        c.sent += exchange_.bytes_sent;
        c.received += exchange_.bytes_received;
    }

    /// Whether the transport sent bytes although `exchange::commit` returned false. Only `operation_aborted` and no
    /// bytes sent show that it did not.
    [[nodiscard]] bool was_sent_anyway(const http::exchange_result& result) const noexcept
    {
        return exchange_.was_refused() && (result.error != asio::error::operation_aborted || exchange_.bytes_sent != 0);
    }

    /// Whether the status alone decides the outcome, even if the body fails: the server has rejected the request. A
    /// call without an effect is retried instead, to get the server's message, except after a 429, which concerns all
    /// calls.
    [[nodiscard]] bool is_decided_by_status(int status) const noexcept
    {
        return status == 429 || (status >= 400 && status < 500 && status != 408 && call_.effect != effect::none);
    }

    /// Whether the whole call was stopped. A timeout of the attempt does not count.
    [[nodiscard]] bool is_call_stopped() const noexcept
    {
        const auto reason = exchange_.operation.reason();
        return reason != stop_reason::none && reason != stop_reason::limit;
    }

    [[nodiscard]] attempt_outcome outcome_of(const http::exchange_result& result, bool has_retry_hint) const
    {
        const auto& x = exchange_;
        const auto status = result.response.status;
        const bool is_at_proxy = x.reached == phase::proxying;
        const bool has_response = !result.error || (is_decided_by_status(status) && !is_at_proxy && !is_call_stopped());
        attempt_outcome outcome;
        outcome.error = has_response ? error_code() : result.error;
        outcome.status = has_response ? status : 0;
        outcome.has_retry_hint = has_retry_hint;
        outcome.was_committed = x.was_committed() || was_sent_anyway(result);
        outcome.stopped = has_response ? stop_reason::none : x.operation.reason();
        outcome.effect = call_.effect;
        outcome.was_stale = x.is_reused && x.was_committed() && x.bytes_received == 0 && x.reached < phase::receiving;
        outcome.removes = call_.wire.method == "DELETE";
        outcome.is_cut_short = x.is_cut_short;
        outcome.is_at_proxy = is_at_proxy;
        outcome.is_final = result.is_final;
        return outcome;
    }

    client_state& state_;
    const prepared_call& call_;
    attempt_settings settings_;
    attempt_start start_;
    http::exchange exchange_;
    poll_trace::watch watched_; // refers to exchange_
};

} // namespace cojob::detail

#endif
