#ifndef COJOB_IMPL_INTERNAL_CALL_HPP
#define COJOB_IMPL_INTERNAL_CALL_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/hop.hpp>
#include <cojob/impl/internal/policy/verdict.hpp>
#include <cojob/impl/internal/poll_trace.hpp>
#include <cojob/impl/internal/server_message.hpp>
#include <cojob/policy/retry_after.hpp>

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

struct call_settings {
    duration timeout{};
    std::shared_ptr<poll_trace> poll{}; ///< set: one poll of a wait
};

/// A request, checked and ready; no I/O has happened.
struct prepared_call {
    api_request api{};
    cojob::effect effect = cojob::effect::once;
    http::request wire{};
};

struct call_end {
    error_info failure{}; ///< no code: success
    http::response response{};
    std::exception_ptr thrown{}; ///< by a credential provider
};

inline secret bearer(const secret& key)
{
    if (!key.empty())
        check_header_value(key.reveal(), "credential");
    if (key.empty())
        return {};
    std::string value;
    value.reserve(7 + key.reveal().size()); // a reallocation would leave the key behind
    value.append("Bearer ").append(key.reveal());
    return secret(std::move(value));
}

inline std::string make_target(const api_request& r)
{
    std::string target = r.base_url.base_path();
    for (const auto& segment : r.segments)
        target.append("/").append(http::encode_segment(segment));
    if (target.empty())
        target = "/";
    char separator = '?';
    for (const auto& [name, value] : r.query) {
        target.append(1, separator).append(http::encode_segment(name)).append("=").append(http::encode_segment(value));
        separator = '&';
    }
    return target;
}

inline void check_plaintext(const http::url& base, bool allowed, std::string_view what)
{
    if (!base.origin().is_secure && !allowed && !http::is_loopback(base.origin()))
        throw_invalid_argument(std::string(what) + ": http:// to " + base.origin().host +
                               " would send the key in the clear; set allow_plaintext if that is meant");
}

/// Headers that say where a request goes, for whom and how long it is are made here and nowhere else.
inline void check_header(const std::pair<std::string, std::string>& header)
{
    check_header_name(header.first, "header name");
    check_header_value(header.second, "header " + header.first);
    static constexpr std::array<std::string_view, 5> own{"authorization", "host", "content-length", "transfer-encoding",
                                                         "connection"};
    for (const auto name : own)
        if (equal_ignoring_case(header.first, name))
            throw_invalid_argument("header " + header.first + ": is made by the client");
}

/// What the caller says counts.
inline void add_default_header(http::header_list& headers, std::string_view name, std::string_view value)
{
    if (!http::find_header(headers, name))
        headers.emplace_back(name, value);
}

/// What a method means by itself (RFC 9110, 9.2).
inline effect effect_of(std::string_view method) noexcept
{
    if (method == "GET" || method == "HEAD" || method == "OPTIONS")
        return effect::none;
    return method == "PUT" || method == "DELETE" ? effect::idempotent : effect::once;
}

/// \throws api_error invalid_argument
inline prepared_call prepare(const client_state& state, api_request request)
{
    if (request.base_url.origin().host.empty())
        throw_invalid_argument("base_url: missing");
    check_plaintext(request.base_url, request.allow_plaintext, "base_url");
    if (!is_token(request.method))
        throw_invalid_argument("method: not a token");
    if (request.method == "CONNECT")
        throw_invalid_argument("method: CONNECT makes a tunnel, which this client has no use for");
    for (const auto& segment : request.segments)
        check_segment(segment, "path segment");

    prepared_call call;
    call.effect = request.effect.value_or(effect_of(request.method));
    auto& wire = call.wire;
    wire.origin = request.base_url.origin();
    wire.method = request.method;
    wire.target = make_target(request);
    for (const auto& header : request.headers)
        check_header(header);
    wire.headers = std::move(request.headers);
    add_default_header(wire.headers, "User-Agent", state.options.user_agent);
    add_default_header(wire.headers, "Accept", "application/json");
    if (request.json) {
        add_default_header(wire.headers, "Content-Type", "application/json");
        wire.body = std::move(*request.json);
        wire.has_body = true;
    } else {
        wire.has_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    }
    if (request.authorization.is_fixed())
        wire.authorization = bearer(request.authorization.fixed());
    call.api = std::move(request);
    return call;
}

/// A failure, and which request it was.
inline error_info describe_failure(const prepared_call& call, error_code code, std::string why)
{
    error_info info(code, std::move(why));
    info.method = call.wire.method;
    info.path = call.wire.target;
    info.job_id = call.api.job_id;
    return info;
}

/// What is known of an attempt that did not bring success.
inline error_info describe_failure(const client_state& state, const prepared_call& call, const attempt_outcome& outcome,
                                   const http::exchange_result& result, std::optional<duration> hint, attempt tried)
{
    auto info = describe_failure(call, final_error(outcome), result.why);
    info.http_status = result.response.status;
    info.server_message = server_message(result.response, state.options.limits, call.wire.authorization);
    info.request_id = excerpt(result.response.header("X-Request-Id").value_or(""), 256, call.wire.authorization);
    if (hint)
        info.retry_at = state.time().wall_now() + *hint;
    info.attempts.push_back(std::move(tried));
    return info;
}

inline void count(client_state& state, const http::exchange& x)
{
    auto& c = state.counters;
    (x.is_reused ? c.reused : c.opened) += x.is_reused || x.reached >= phase::sending ? 1U : 0U;
    c.sent += x.bytes_sent;
    c.received += x.bytes_received;
}

/// One attempt. Repeating it, and waiting for a quota slot before it, belong around this.
inline asio::awaitable<call_end> try_once(client_state& state, operation& op, prepared_call& call, poll_trace* poll)
{
    attempt tried;
    tried.started = state.time().wall_now();
    const auto began = state.time().now();
    auto* const observer = state.options.observer.get();
    if (observer)
        observer->on_attempt({call.wire.method, call.wire.target, 1, poll != nullptr});
    ++state.counters.requests;
    if (poll)
        ++state.counters.polls;

    http::exchange x(op, call.effect == effect::none);
    auto result = co_await state.transport->send(call.wire, x);
    count(state, x);

    const auto asked = retry_after_hint(result.response.headers, state.time().wall_now());
    const auto has_response = !result.error;
    const attempt_outcome outcome{result.error,
                                  result.response.status,
                                  asked.has_value(),
                                  x.was_committed(),
                                  has_response ? stop_reason::none : op.reason(),
                                  call.effect};
    tried.reached = x.reached;
    tried.status = result.response.status;
    tried.ended = attempt_error(outcome);
    // A rate limit may come with every answer and slows nobody down while things go well.
    const auto hint = tried.ended ? retry_hint(result.response.headers, state.time().wall_now()) : asked;
    if (poll)
        poll->retry_after = hint;
    tried.why = result.why;
    if (observer)
        observer->on_response(
            {call.wire.method, call.wire.target, tried.status, tried.ended, x.reached, state.time().now() - began});

    call_end end;
    if (tried.ended)
        end.failure = describe_failure(state, call, outcome, result, hint, std::move(tried));
    else
        end.response = std::move(result.response);
    co_return end;
}

/// Asks a provider for the key. What it throws ends the call.
inline asio::awaitable<void> authorize(operation& op, prepared_call& call, call_end& end)
{
    try {
        co_await asio::this_coro::throw_if_cancelled(true);
        const auto key = co_await call.api.authorization.provider()();
        if (key.empty())
            throw_invalid_argument("credential: the provider gave an empty one");
        call.wire.authorization = bearer(key);
    } catch (...) {
        end.thrown = std::current_exception();
    }
    // The provider may have changed what the coroutine answers to. What that forgets, the operation knows.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    if (op.is_stopped()) {
        end.thrown = nullptr;
        const attempt_outcome before{{}, 0, false, false, op.reason(), call.effect};
        end.failure = describe_failure(call, final_error(before), "while the credential was asked for");
    }
}

/// A whole call, on the client's strand. Throws nothing but what memory makes it throw.
inline asio::awaitable<call_end> run_call(std::shared_ptr<client_state> state, std::shared_ptr<operation> op,
                                          prepared_call call, call_settings settings)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*state, op);
    op->set_deadline(after(state->time().now(), settings.timeout));
    call_end end;
    if (!call.api.authorization.is_fixed() && !op->is_stopped())
        co_await authorize(*op, call, end);
    if (op->is_stopped() && !end.failure.code())
        end.failure = error_info(asio::error::operation_aborted);
    if (!end.thrown && !end.failure.code())
        end = co_await try_once(*state, *op, call, settings.poll.get());
    co_return end;
}

/// A whole call, on the caller's executor.
inline asio::awaitable<http::response> send_call(std::shared_ptr<client_state> state, api_request request,
                                                 call_settings settings)
{
    co_await accept_every_cancellation();
    auto call = prepare(*state, std::move(request));
    if (state->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    auto op = std::make_shared<operation>(state->options.clock, state->executor);
    auto inner = run_call(std::move(state), op, std::move(call), settings);
    auto end = co_await hop(std::move(op), std::move(inner));
    if (end.thrown)
        std::rethrow_exception(end.thrown);
    if (end.failure.code())
        throw_error(std::move(end.failure));
    co_return std::move(end.response);
}

} // namespace cojob::detail

#endif
