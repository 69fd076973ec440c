#ifndef COJOB_IMPL_INTERNAL_CALL_HPP
#define COJOB_IMPL_INTERNAL_CALL_HPP

#include <cojob/impl/internal/call_run.hpp>
#include <cojob/impl/internal/client_state.hpp>
#include <cojob/impl/internal/hop.hpp>
#include <cojob/impl/internal/request.hpp>

#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace cojob::detail {

inline asio::awaitable<call_end> run_call(std::shared_ptr<client_state> state, std::shared_ptr<operation> op,
                                          prepared_call call, call_settings settings)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*state, op);
    call_run run(*state, *op, call, settings);
    co_return co_await run.run();
}

/// A success, and what it took.
struct answered {
    http::response response{};
    std::vector<attempt> attempts{};
    std::shared_ptr<http::body_stream> rest{}; ///< of the response, where its body is streamed
};

/// A whole call, on the caller's executor.
inline asio::awaitable<answered> send_call(std::shared_ptr<client_state> state, api_request request,
                                           call_settings settings, bool streams_body = false)
{
    co_await accept_every_cancellation();
    auto call = prepare(std::move(request), state->options.user_agent);
    call.streams_body = streams_body;
    if (state->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    auto op = std::make_shared<operation>(state->options.clock, state->executor);
    auto inner = run_call(std::move(state), op, std::move(call), settings);
    auto end = co_await hop(std::move(op), std::move(inner));
    if (end.thrown)
        std::rethrow_exception(end.thrown);
    if (end.failure.code())
        throw_error(std::move(end.failure));
    co_return answered{std::move(end.response), std::move(end.attempts), std::move(end.rest)};
}

inline asio::awaitable<http::response> send_response(std::shared_ptr<client_state> state, api_request request,
                                                     call_settings settings)
{
    auto end = co_await send_call(std::move(state), std::move(request), std::move(settings));
    co_return std::move(end.response);
}

/// For services: the answer with the attempts it took, for the error when it does not decode.
inline asio::awaitable<answered> send(const client& c, api_request request)
{
    return send_call(client_state::of(c), std::move(request), client_state::settings_of(c));
}

/// The same, ended by the head of a success; its body is in `rest`, or in the response where the transport knows no
/// streams.
inline asio::awaitable<answered> send_streamed(const client& c, api_request request)
{
    return send_call(client_state::of(c), std::move(request), client_state::settings_of(c), true);
}

} // namespace cojob::detail

#endif
