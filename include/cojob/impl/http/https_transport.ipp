#ifndef COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP
#define COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/base/weak_list.hpp>
#include <cojob/impl/internal/http/clock_hold.hpp>
#include <cojob/impl/internal/http/connection_ages.hpp>
#include <cojob/impl/internal/http/connection_slot.hpp>
#include <cojob/impl/internal/http/connector.hpp>
#include <cojob/impl/internal/http/idle_connections.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/streamed_body.hpp>
#include <cojob/impl/internal/http/transaction.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <utility>

namespace cojob::detail {

class https_transport final : public http::transport {
  public:
    explicit https_transport(http::https_options options)
        : options_(std::move(options)), connector_(options_), ages_(options_.pool.max_age, std::random_device{}()),
          idle_(options_.pool, options_.observer)
    {
        wipe(options_.proxy.url); // the URL may contain a password; the connector has its own copies
        options_.tls = {};        // may contain a private key
    }

    asio::awaitable<http::exchange_result> send(const http::request& request, http::exchange& x) override
    {
        return run(request, x, std::nullopt);
    }

    asio::awaitable<http::exchange_result> open_ahead(const http::request& request, http::exchange& x,
                                                      std::size_t wanted) override
    {
        return run(request, x, wanted);
    }

    bool binds_steps() const noexcept override { return true; }

    std::function<void()> prepare_tls(const tls_options& options) override
    {
        return [this, settings = share<tls_settings>(options)] {
            connector_.use(settings);
            idle_.drop_idle(time_point::max(), true);
        };
    }

    void close() noexcept override
    {
        idle_.drop_idle(time_point::max(), true);
        connector_.forget_sessions();
        bodies_.notify([](streamed_body& body) { body.close(); });
    }

    void forked() noexcept override
    {
        idle_.drop_idle(time_point::max(), false);
        connector_.forget_sessions(); // they belong to the parent process
        bodies_.notify([](streamed_body& body) { body.abandon(); });
    }

    void shutdown() noexcept override
    {
        idle_.shutdown();
        connector_.shutdown();
        bodies_ = {}; // even an expired entry holds an executor
        idle_.drop_idle(time_point::max(), false);
    }

  private:
    /// `send` and `open_ahead` share this coroutine. With `ahead` it opens one connection, unless that many are idle.
    /// Asio recycles frames of at most 1,020 bytes, and every request has this one: what is large is elsewhere.
    asio::awaitable<http::exchange_result> run(const http::request& request, http::exchange& x,
                                               std::optional<std::size_t> ahead)
    {
        auto& op = x.operation;
        connection_slot slot(idle_.pools(x.streams_body), request.origin, x.yields > duration::zero());
        if (!slot.try_enter(op))
            co_await slot.queue(x);
        if (op.is_stopped())
            co_return aborted();

        const clock_hold hold(op.time());
        auto& pool = slot.pool();
        const auto now = op.time().now();
        idle_.reap(op.time(), now);
        const auto end_of_attempt = after(now, own_or(x.attempt_timeout, options_.timeouts.attempt));
        if (ahead && !idle_.wants_more(pool, request.origin, x, *ahead))
            co_return http::exchange_result{};
        auto connection =
            x.needs_new_connection || ahead ? nullptr : idle_.take_reusable(pool, request.origin, x.avoids_idle, now);
        x.is_reused = connection != nullptr;
        if (!connection)
            if (const auto failed =
                    co_await open(connection, pool, request.origin, x, end_of_attempt, ahead.has_value()))
                co_return std::move(*failed);
        idle_.report(request.origin, x.is_reused ? connection_change::reused : connection_change::opened, x.is_resumed);
        op.set_limit(end_of_attempt);
        if (ahead || (!op.is_stopped() && !x.commit()))
            co_return leave_unused(pool, std::move(connection), request.origin, x, ahead.has_value());

        auto& line = *connection;
        std::unique_ptr<streamed_body> body; // owns the slot and the connection, if the body streams
        if (x.streams_body && request.method != "HEAD")
            body = make_body(std::move(slot), std::move(connection), request.origin);
        transaction exchanged(line, body ? body->reader() : line.expect(options_.limits, mode_of(request)), request, x);
        using awaits = transaction::awaits;
        error_code ec;
        for (auto next = exchanged.go_on(); next != awaits::nothing; next = exchanged.go_on(std::exchange(ec, {}))) {
            if (exchanged.has_response())
                op.set_limit(std::min(end_of_attempt, after(op.time().now(), patience)));
            if (next == awaits::turn) {
                co_await let_others_run(op.executor());
            } else if (next == awaits::either) {
                ec = co_await line.readable_or_writable(op);
            } else if (line.lacks() == asio::socket_base::wait_write) {
                ec = co_await line.ready(op);
            } else {
                const auto [error, bytes] = co_await line.receive(op);
                op.step_slot().clear();
                line.received(error, bytes);
            }
        }
        auto result = exchanged.result();
        note_failure(result, line, x);
        if (body)
            result.rest = let_read(std::move(body), result, op);
        else
            put_back(pool, std::move(connection), result, request.origin, op.time().now());
        co_return result;
    }

    /// Opens a connection. Returns why not, or null.
    asio::awaitable<std::unique_ptr<http::exchange_result>> open(connection_ptr& connection, connection_pool& pool,
                                                                 const http::origin& origin, http::exchange& x,
                                                                 time_point end_of_attempt, bool is_ahead)
    {
        const auto is_full = !pool.has_room(), replaces_one = pool.idle_count() != 0;
        if (is_full)
            idle_.drop_oldest(pool, origin);
        auto opened = co_await connector_.open(origin, x, end_of_attempt);
        if (opened.error)
            co_return std::make_unique<http::exchange_result>(http::exchange_result{
                opened.error, std::move(opened.why), std::move(opened.response), {}, opened.is_final});
        if (!is_ahead && !is_full && replaces_one) // not before: if none can be opened, the others are needed
            idle_.drop_oldest(pool, origin);
        connection = std::move(opened.connection);
        connection->terms().end_at(ages_.end(x.operation.time().now()));
        co_return nullptr;
    }

    /// Keeps a connection on which nothing was sent for the next request.
    http::exchange_result leave_unused(connection_pool& pool, connection_ptr connection, const http::origin& origin,
                                       http::exchange& x, bool is_ahead)
    {
        const auto& op = x.operation;
        if (connector_.is_current(*connection) && op.reason() != stop_reason::closed)
            idle_.keep(pool, std::move(connection), op.time().now());
        else
            idle_.report(origin, connection_change::closed);
        x.idle_connections = pool.idle_count();
        return is_ahead && !op.is_stopped() ? http::exchange_result{} : aborted();
    }

    /// Ends an exchange whose response is complete or has failed. Keeps the connection if it can serve another request.
    void put_back(connection_pool& pool, connection_ptr connection, const http::exchange_result& result,
                  const http::origin& origin, time_point now)
    {
        const auto is_clean = connection->finish();
        if (result.error || !is_clean || !is_kept(*connection, result.response.headers, now))
            idle_.report(origin, connection_change::closed);
        else
            idle_.keep(pool, std::move(connection), now);
    }

    /// A server may close a reused connection at any time, and an uncommitted request says nothing about the server.
    void note_failure(const http::exchange_result& result, const stream& line, const http::exchange& x)
    {
        const auto was_stale = x.is_reused && x.bytes_received == 0 && !x.operation.is_stopped();
        if (result.error && x.was_committed() && !was_stale)
            connector_.note_failure(x.operation, line.address());
    }

    static body_mode mode_of(const http::request& request)
    {
        return request.method == "HEAD" ? body_mode::absent : body_mode::whole;
    }

    /// A server that responds with success before it has received the whole request usually reads the rest. One that
    /// takes nothing for this long does not want it.
    static constexpr duration patience = std::chrono::seconds(5);

    /// Returns whether the connection may serve another request after a response with these headers.
    bool is_kept(stream& connection, const http::header_list& headers, time_point now) const
    {
        if (!connector_.is_current(connection))
            return false;
        connection.terms().heard(headers, now);
        return connection.terms().until() > now;
    }

    static http::exchange_result aborted() { return {asio::error::operation_aborted, {}, {}, {}}; }

    std::unique_ptr<streamed_body> make_body(connection_slot slot, connection_ptr connection,
                                             const http::origin& origin) const
    {
        return std::make_unique<streamed_body>(std::move(slot), std::move(connection), options_.limits,
                                               [observer = options_.observer, host = origin.host] {
                                                   if (observer)
                                                       observer->on_connection(
                                                           {host, connection_change::closed, false});
                                               });
    }

    /// Hands the body of a successful response to its reader; null without one.
    std::shared_ptr<streamed_body> let_read(std::unique_ptr<streamed_body> body, const http::exchange_result& result,
                                            const operation& op)
    {
        if (result.error || !body->reader().is_streaming()) {
            body->leave();
            return nullptr;
        }
        auto shared = share_on(op.executor(), std::move(body));
        bodies_.add(shared);
        return shared;
    }

    http::https_options options_;
    connector connector_;
    connection_ages ages_;
    idle_connections idle_;
    weak_list<streamed_body> bodies_; // bodies that may still be open
};

} // namespace cojob::detail

namespace cojob::http {

std::shared_ptr<transport> make_https_transport(https_options options)
{
    return cojob::detail::share<cojob::detail::https_transport>(std::move(options));
}

} // namespace cojob::http

#endif
