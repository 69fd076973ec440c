#ifndef COJOB_IMPL_INTERNAL_CLIENT_WARMING_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_WARMING_HPP

#include <cojob/impl/internal/base/hop.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/impl/internal/policy/reason.hpp>
#include <cojob/impl/internal/policy/verdict.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

namespace cojob::detail {

/// Opens connections ahead of the calls that will use them. One after the other: the later handshakes can resume the
/// session of the first.
struct warming {
    warming(std::shared_ptr<client_state> c, http::origin origin, std::size_t connections)
        : client(std::move(c)), wanted(std::min(connections, client->options.pool.max_connections)), op(client->alarm)
    {
        request.origin = std::move(origin);
    }

    /// On the client's strand.
    static asio::awaitable<void> run(std::shared_ptr<warming> self, call_settings settings)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        const client_state::running_guard running(*self->client, {self, &self->op});
        self->op.set_deadline(std::min(settings.until, after(self->client->time().now(), settings.timeout)));
        for (std::size_t opened = 0; !self->failure.code(); ++opened) {
            http::exchange x(self->op, true);
            auto opening = self->client->transport->open_ahead(self->request, x, self->wanted);
            if (!opening.valid())
                break;
            const auto ended = co_await std::move(opening);
            self->idle = x.idle_connections;
            self->take(ended, x.reached);
            self->op.clear_limit(); // the next one may queue
            if (self->idle >= self->wanted || opened == self->wanted)
                break;
        }
    }

    void take(const http::exchange_result& ended, phase reached)
    {
        if (!ended.error)
            return;
        const attempt_outcome outcome{
            .error = ended.error, .stopped = op.reason(), .is_at_proxy = reached == phase::proxying};
        const auto why = ended.why.empty() ? reason_of(outcome, reached, client->options.timeouts) : ended.why;
        failure = error_info(attempt_error(outcome), why);
        failure.http_status = ended.response.status;
        failure.is_final = ended.is_final;
    }

    const std::shared_ptr<client_state> client;
    const std::size_t wanted;
    http::request request;
    operation op;
    std::size_t idle = 0; ///< connections to the origin
    error_info failure;
};

/// On the caller's executor.
inline asio::awaitable<std::size_t> warm(std::shared_ptr<client_state> state, http::url server, std::size_t connections,
                                         call_settings settings)
{
    co_await accept_every_cancellation();
    if (connections == 0)
        co_return 0;
    const auto all = std::make_shared<warming>(std::move(state), server.origin(), connections);
    auto inner = warming::run(all, std::move(settings));
    co_await hop({all, &all->op}, std::move(inner));
    if (all->failure.code())
        throw_error(std::move(all->failure));
    co_return all->idle;
}

} // namespace cojob::detail

#endif
