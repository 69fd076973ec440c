#ifndef COJOB_IMPL_INTERNAL_HTTP_IDLE_CONNECTIONS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_IDLE_CONNECTIONS_HPP

#include <cojob/detail/share.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/awake_mark.hpp>
#include <cojob/impl/internal/http/connection_slot.hpp>
#include <cojob/observer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace cojob::detail {

/// The idle connections of a transport, by origin: which of them a request gets, and when they are closed. Tells the
/// observer of every change. No I/O but to look whether a connection has ended.
class idle_connections {
  public:
    idle_connections(const pool_options& options, observer_ptr observer)
        : observer_(std::move(observer)), pools_(share<pool_table>(options)),
          streams_(share<pool_table>(for_streams(options)))
    {
    }

    /// The pools of requests, or those of streams, which have connections of their own.
    [[nodiscard]] const std::shared_ptr<pool_table>& pools(bool of_streams) const noexcept
    {
        return of_streams ? streams_ : pools_;
    }

    /// No operation waits for a slot any more.
    void shutdown() noexcept { pools_->is_shut_down = streams_->is_shut_down = true; }

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
    void reap(const clock& time, time_point now)
    {
        const auto is_first = !awake_;
        if (is_first)
            awake_.emplace(time);
        drop_idle(!is_first && awake_->has_slept(time) ? time_point::max() : now, true);
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

    static void keep(connection_pool& pool, connection_ptr connection, time_point now)
    {
        const auto& terms = connection->terms();
        const auto since = terms.heard_at().value_or(now), until = terms.until();
        pool.keep(std::move(connection), since, until);
    }

    void report(const http::origin& origin, connection_change change, bool is_resumed = false) const
    {
        if (observer_)
            observer_->on_connection({origin.host, change, is_resumed});
    }

  private:
    /// The same limits for streams, which have connections of their own.
    static pool_options for_streams(pool_options options)
    {
        options.max_connections = options.max_streams;
        return options;
    }

    /// A server may close an idle connection at any time: after its timeout, or when it is reloaded. A request that is
    /// in flight then is lost. A request that must not be repeated therefore uses a new connection, or one that was
    /// opened ahead within this time: servers wait longer for the first request.
    static constexpr duration a_moment = std::chrono::seconds(1);

    observer_ptr observer_;
    std::shared_ptr<pool_table> pools_, streams_;
    std::optional<awake_mark> awake_; // as of the last exchange
};

} // namespace cojob::detail

#endif
