#ifndef COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP
#define COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/base/weak_list.hpp>
#include <cojob/impl/internal/http/awake_mark.hpp>
#include <cojob/impl/internal/http/clock_hold.hpp>
#include <cojob/impl/internal/http/connection_ages.hpp>
#include <cojob/impl/internal/http/connection_slot.hpp>
#include <cojob/impl/internal/http/connector.hpp>
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
          pools_(share<pool_table>(options_.pool)), streams_(share<pool_table>(for_streams(options_.pool)))
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
            drop_idle(time_point::max(), true);
        };
    }

    void close() noexcept override
    {
        drop_idle(time_point::max(), true);
        connector_.forget_sessions();
        bodies_.notify([](streamed_body& body) { body.close(); });
    }

    void forked() noexcept override
    {
        drop_idle(time_point::max(), false);
        connector_.forget_sessions(); // they belong to the parent process
        bodies_.notify([](streamed_body& body) { body.abandon(); });
    }

    void shutdown() noexcept override
    {
        pools_->is_shut_down = streams_->is_shut_down = true;
        connector_.shutdown();
        bodies_ = {}; // even an expired entry holds an executor
        drop_idle(time_point::max(), false);
    }

  private:
    /// `send` and `open_ahead` share this coroutine. With `ahead` it opens one connection, unless that many are idle.
    asio::awaitable<http::exchange_result> run(const http::request& request, http::exchange& x,
                                               std::optional<std::size_t> ahead)
    {
        auto& op = x.operation;
        connection_slot slot(x.streams_body ? streams_ : pools_, request.origin, x.yields > duration::zero());
        if (!slot.try_enter(op))
            co_await slot.queue(x);
        if (op.is_stopped())
            co_return aborted();

        const clock_hold hold(op.time());
        const auto now = op.time().now();
        reap(op.time());
        const auto end_of_attempt = after(now, options_.timeouts.attempt);
        if (ahead && !wants_more(slot.pool(), request.origin, x, *ahead))
            co_return http::exchange_result{};
        auto connection =
            x.needs_new_connection || ahead ? nullptr : take_reusable(slot.pool(), request.origin, x.avoids_idle, now);
        x.is_reused = connection != nullptr;
        if (!connection) {
            const auto is_full = !slot.pool().has_room(), replaces_one = slot.pool().idle_count() != 0;
            if (is_full)
                drop_oldest(slot.pool(), request.origin);
            auto opened = co_await connector_.open(request.origin, x, end_of_attempt);
            if (opened.error)
                co_return http::exchange_result{
                    opened.error, std::move(opened.why), std::move(opened.response), {}, opened.is_final};
            if (!ahead && !is_full && replaces_one) // not before: if none can be opened, the others are needed
                drop_oldest(slot.pool(), request.origin);
            connection = std::move(opened.connection);
            connection->terms().end_at(ages_.end(op.time().now()));
        }
        report(request.origin, x.is_reused ? connection_change::reused : connection_change::opened, x.is_resumed);
        op.set_limit(end_of_attempt);
        if (ahead || (!op.is_stopped() && !x.commit())) { // the next request can use the connection
            if (connector_.is_current(*connection) && op.reason() != stop_reason::closed)
                keep(slot.pool(), std::move(connection), op.time().now());
            else
                report(request.origin, connection_change::closed);
            x.idle_connections = slot.pool().idle_count();
            co_return ahead && !op.is_stopped() ? http::exchange_result{} : aborted();
        }

        const bool has_body = request.method != "HEAD";
        auto& pool = slot.pool();
        auto& line = *connection;
        connection_ptr kept; // null if the body owns the connection
        std::unique_ptr<streamed_body> body;
        std::optional<response_reader> whole;
        if (x.streams_body && has_body) {
            body = make_body(std::move(slot), std::move(connection), request.origin);
        } else {
            kept = std::move(connection);
            whole.emplace(options_.limits, line.buffer(), has_body ? body_mode::whole : body_mode::absent);
        }
        transaction exchanged(line, body ? body->reader() : *whole, request, x);
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
        if (result.error && is_the_servers_fault(x))
            connector_.note_failure(op, line.address());
        if (body)
            let_read(std::move(body), result, op);
        else if (result.error || !whole->allows_reuse() || !is_kept(*kept, result.response.headers, op.time().now()))
            report(request.origin, connection_change::closed);
        else
            keep(pool, std::move(kept), now); // `keep` prefers the time of the response
        co_return result;
    }

    /// The same limits for streams, which have connections of their own.
    static pool_options for_streams(pool_options options)
    {
        options.max_connections = options.max_streams;
        return options;
    }

    /// A server may close a reused connection at any time, and an uncommitted request says nothing about the server.
    static bool is_the_servers_fault(const http::exchange& x)
    {
        return x.was_committed() && !(x.is_reused && x.bytes_received == 0 && !x.operation.is_stopped());
    }

    /// A server may close an idle connection at any time: after its timeout, or when it is reloaded. A request that is
    /// in flight then is lost. A request that must not be repeated therefore uses a new connection, or one that was
    /// opened ahead within this time: servers wait longer for the first request.
    static constexpr duration a_moment = std::chrono::seconds(1);

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

    static void keep(connection_pool& pool, connection_ptr connection, time_point now)
    {
        const auto& terms = connection->terms();
        const auto since = terms.heard_at().value_or(now), until = terms.until();
        pool.keep(std::move(connection), since, until);
    }

    static http::exchange_result aborted() { return {asio::error::operation_aborted, {}, {}, {}}; }

    /// Closes the idle connections that expire by `then`.
    void drop_idle(time_point then, bool should_report)
    {
        for (auto* const table : {pools_.get(), streams_.get()}) // idle streams were never used
            for (auto& [origin, pool] : table->pools)
                while (pool.take_old(then))
                    if (should_report)
                        report(origin, connection_change::closed);
    }

    /// Closes expired idle connections, and all of them after the machine slept: a NAT or firewall has dropped their
    /// state by then, and shows it only when a request is sent.
    void reap(const clock& time)
    {
        const auto is_first = !awake_;
        if (is_first)
            awake_.emplace(time);
        drop_idle(!is_first && awake_->has_slept(time) ? time_point::max() : time.now(), true);
    }

    /// Returns whether to open another connection ahead. Idle connections that have ended do not count.
    bool wants_more(connection_pool& pool, const http::origin& origin, http::exchange& x, std::size_t wanted) const
    {
        for (auto gone = pool.drop_if([](stream& line) { return !line.is_reusable(); }); gone != 0; --gone)
            report(origin, connection_change::closed);
        x.idle_connections = pool.idle_count();
        return x.idle_connections < wanted && pool.has_room();
    }

    void drop_oldest(connection_pool& pool, const http::origin& origin)
    {
        if (pool.take_old(time_point::max()))
            report(origin, connection_change::closed);
    }

    connection_ptr take_reusable(connection_pool& pool, const http::origin& origin, bool avoids_idle, time_point now)
    {
        const auto is_unused = [](const connection_ptr& line) { return !line->terms().heard_at(); };
        while (auto connection = avoids_idle ? pool.take_idle(now - a_moment, is_unused) : pool.take_idle()) {
            if (connection->is_reusable())
                return connection;
            report(origin, connection_change::closed);
        }
        return nullptr;
    }

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

    /// Hands the body of a successful response to its reader.
    void let_read(std::unique_ptr<streamed_body> body, http::exchange_result& result, const operation& op)
    {
        if (result.error || !body->reader().is_streaming())
            return body->leave();
        const auto shared = share_on(op.executor(), std::move(body));
        bodies_.add(shared);
        result.rest = shared;
    }

    void report(const http::origin& origin, connection_change change, bool is_resumed = false) const
    {
        if (options_.observer)
            options_.observer->on_connection({origin.host, change, is_resumed});
    }

    http::https_options options_;
    connector connector_;
    connection_ages ages_;
    std::shared_ptr<pool_table> pools_, streams_;
    weak_list<streamed_body> bodies_; // bodies that may still be open
    std::optional<awake_mark> awake_; // as of the last exchange
};

} // namespace cojob::detail

namespace cojob::http {

std::shared_ptr<transport> make_https_transport(https_options options)
{
    return cojob::detail::share<cojob::detail::https_transport>(std::move(options));
}

} // namespace cojob::http

#endif
