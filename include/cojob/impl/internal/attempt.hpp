#ifndef COJOB_IMPL_INTERNAL_ATTEMPT_HPP
#define COJOB_IMPL_INTERNAL_ATTEMPT_HPP

#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/policy/verdict.hpp>
#include <cojob/impl/internal/poll_trace.hpp>
#include <cojob/impl/internal/request.hpp>
#include <cojob/impl/internal/server_message.hpp>
#include <cojob/policy/retry_after.hpp>

#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// One attempt of a call, when it is over.
struct made_attempt {
    attempt_outcome outcome{};
    http::exchange_result result{};
    std::optional<duration> hint{}; ///< for how long the server wants to be left alone
    attempt tried{};
};

/// What an attempt is made with, besides the request.
struct attempt_settings {
    poll_trace* poll = nullptr; ///< set: one poll of a wait
    duration waited{};          ///< before it
    bool needs_new_connection = false;
};

/// A failure, and which request it was.
inline error_info describe_failure(const prepared_call& call, error_code code, std::string why)
{
    error_info info(code, std::move(why));
    info.method = call.wire.method;
    info.path = call.wire.target;
    info.job_id = call.api.job_id;
    return info;
}

/// What is known of an attempt that did not bring success, as the end of its call.
inline error_info describe_failure(const client_state& state, const prepared_call& call, const made_attempt& made)
{
    const auto& response = made.result.response;
    auto info = describe_failure(call, final_error(made.outcome), made.result.why);
    info.http_status = response.status;
    info.server_message = server_message(response, state.options.limits, call.wire.authorization);
    info.request_id = excerpt(response.header("X-Request-Id").value_or(""), 256, call.wire.authorization);
    if (made.hint)
        info.retry_at = state.time().wall_now() + *made.hint;
    return info;
}

inline void add_words(std::string& text, std::string_view more)
{
    if (!text.empty() && !more.empty())
        text += "; ";
    text += more;
}

/// \throws api_error invalid_argument, and what the hook throws
inline void add_hooked_headers(const header_hook& hook, const attempt_event& event, http::header_list& headers)
{
    if (!hook)
        return;
    auto hooked = hook(event);
    for (const auto& header : hooked) {
        check_header(header);
        std::erase_if(headers, [&](const auto& made) { return equal_ignoring_case(made.first, header.first); });
    }
    headers.insert(headers.end(), std::make_move_iterator(hooked.begin()), std::make_move_iterator(hooked.end()));
}

inline void count(client_state& state, const http::exchange& x)
{
    auto& c = state.counters;
    (x.is_reused ? c.reused : c.opened) += x.is_reused || x.reached >= phase::sending ? 1U : 0U;
    c.sent += x.bytes_sent;
    c.received += x.bytes_received;
}

inline asio::awaitable<made_attempt> make_attempt(client_state& state, operation& op, const prepared_call& call,
                                                  const http::request& wire, const attempt_event& event,
                                                  attempt_settings settings)
{
    made_attempt made;
    auto& tried = made.tried;
    tried.started = state.time().wall_now();
    tried.wait = settings.waited;
    const auto began = state.time().now();
    auto* const observer = state.options.observer.get();
    if (observer)
        observer->on_attempt(event);
    ++state.counters.requests;
    state.counters.polls += event.is_poll ? 1U : 0U;

    http::exchange x(op, call.effect == effect::none);
    x.needs_new_connection = settings.needs_new_connection;
    x.yields = event.is_poll;
    x.streams_body = call.streams_body;
    {
        const poll_trace::watch watched(settings.poll, x.reached);
        made.result = co_await state.transport->send(wire, x);
    }
    count(state, x);

    const auto& response = made.result.response;
    const auto asked = retry_after_hint(response.headers, state.time().wall_now());
    auto& outcome = made.outcome;
    outcome.error = made.result.error;
    outcome.status = made.result.error ? 0 : response.status;
    outcome.has_retry_hint = asked.has_value();
    outcome.was_committed = x.was_committed();
    outcome.stopped = made.result.error ? op.reason() : stop_reason::none;
    outcome.effect = call.effect;
    outcome.was_stale = x.is_reused && x.was_committed() && x.bytes_received == 0 && x.reached < phase::receiving;
    outcome.removes = wire.method == "DELETE";
    tried.reached = x.reached;
    tried.status = response.status;
    tried.ended = attempt_error(outcome);
    tried.why = made.result.why;
    // A rate limit may come with every answer and slows nobody down while things go well.
    made.hint = tried.ended ? retry_hint(response.headers, state.time().wall_now()) : asked;
    if (settings.poll)
        settings.poll->retry_after = made.hint;
    if (observer)
        observer->on_response(
            {wire.method, wire.target, tried.status, tried.ended, x.reached, state.time().now() - began});
    co_return made;
}

} // namespace cojob::detail

#endif
