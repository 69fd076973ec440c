#ifndef COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP
#define COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP

#include <cojob/detail/body.hpp>
#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/http/clock_hold.hpp>
#include <cojob/impl/internal/http/connector.hpp>
#include <cojob/impl/internal/http/place.hpp>
#include <cojob/impl/internal/http/render.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/streamed_body.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace cojob::detail {

class https_transport final : public http::transport {
  public:
    explicit https_transport(http::https_options options)
        : options_(std::move(options)), connector_(options_.tls, options_.timeouts),
          pools_(std::make_shared<pool_table>(options_.pool)),
          streams_(std::make_shared<pool_table>(for_streams(options_.pool)))
    {
    }

    asio::awaitable<http::exchange_result> send(const http::request& request, http::exchange& x) override
    {
        auto& op = x.operation;
        reap(op.time().now());
        place here(x.streams_body ? streams_ : pools_, request.origin);
        co_await here.enter(op, x.yields);
        if (op.is_stopped())
            co_return aborted();

        const clock_hold hold(op.time());
        const auto end_of_attempt = after(op.time().now(), options_.timeouts.attempt);
        auto connection = x.needs_new_connection ? nullptr : take_quiet(here.pool(), request.origin);
        x.is_reused = connection != nullptr;
        if (!connection) {
            if (auto unused = here.pool().take_idle()) // a connection has a place, used or idle
                report(request.origin, connection_change::closed);
            auto opened = co_await connector_.open(request.origin, x, end_of_attempt);
            if (opened.error)
                co_return http::exchange_result{opened.error, std::move(opened.why), {}, {}};
            connection = std::move(opened.connection);
        }
        report(request.origin, x.is_reused ? connection_change::reused : connection_change::opened);
        op.set_limit(end_of_attempt);
        if (x.streams_body && request.method != "HEAD")
            co_return co_await begin_stream(std::move(here), std::move(connection), request, x);
        const auto mode = request.method == "HEAD" ? body_mode::absent : body_mode::whole;
        response_reader reader(options_.limits, connection->buffer(), mode);
        auto result = co_await transact(*connection, reader, request, x);
        if (!result.error && reader.allows_reuse() && !op.is_stopped())
            here.pool().keep(std::move(connection), op.time().now());
        else
            report(request.origin, connection_change::closed);
        co_return result;
    }

    void close() noexcept override
    {
        for (auto& [origin, pool] : pools_->pools)
            while (pool.take_idle())
                report(origin, connection_change::closed);
        for (const auto& body : bodies_)
            if (const auto open = body.lock())
                open->close();
    }

    void shutdown() noexcept override
    {
        pools_->is_shut_down = streams_->is_shut_down = true;
        connector_.shutdown();
        for (auto& [origin, pool] : pools_->pools)
            while (pool.take_idle()) {
            }
    }

  private:
    /// The same room, for connections of another kind.
    static pool_options for_streams(pool_options options)
    {
        options.max_connections = options.max_streams;
        return options;
    }

    static http::exchange_result aborted() { return {asio::error::operation_aborted, {}, {}, {}}; }

    void reap(time_point now)
    {
        for (auto& [origin, pool] : pools_->pools)
            for (const auto& old : pool.reap(now))
                if (old)
                    report(origin, connection_change::closed);
    }

    connection_ptr take_quiet(connection_pool& pool, const http::origin& origin)
    {
        while (auto connection = pool.take_idle()) {
            if (connection->is_quiet())
                return connection;
            report(origin, connection_change::closed);
        }
        return nullptr;
    }

    asio::awaitable<http::exchange_result> begin_stream(place here, connection_ptr connection,
                                                        const http::request& request, http::exchange& x)
    {
        auto body = std::make_unique<streamed_body>(std::move(here), std::move(connection), options_.limits,
                                                    [observer = options_.observer, host = request.origin.host] {
                                                        if (observer)
                                                            observer->on_connection({host, connection_change::closed});
                                                    });
        auto result = co_await transact(body->connection(), body->reader(), request, x);
        if (result.error || !body->reader().is_streaming()) {
            body->leave();
            co_return result;
        }
        const auto shared = share_on(x.operation.executor(), std::move(body));
        std::erase_if(bodies_, [](const auto& b) { return b.expired(); });
        bodies_.push_back(shared);
        result.rest = shared;
        co_return result;
    }

    static asio::awaitable<http::exchange_result> transact(stream& connection, response_reader& reader,
                                                           const http::request& request, http::exchange& x)
    {
        if (x.operation.is_stopped()) // by an observer
            co_return aborted();
        x.reached = phase::sending;
        x.commit();
        io_result sent;
        {
            const wiped_text text(render(request));
            sent = co_await connection.write(asio::buffer(text.get()));
        }
        x.bytes_sent += sent.bytes;
        if (x.operation.is_stopped())
            co_return aborted();
        // A server that refuses a long request answers before it has read it; the answer may be there all the same.
        if (sent.error)
            reader.forbid_reuse();
        else
            x.reached = phase::awaiting_response;
        while (!reader.is_over() && !reader.is_streaming()) {
            const auto got = co_await connection.read_some(reader.prepare());
            if (x.operation.is_stopped())
                co_return aborted();
            x.bytes_received += got.bytes;
            reader.commit(got.bytes);
            if (reader.has_begun())
                x.reached = phase::receiving;
            if (got.error && !reader.is_over())
                reader.end_of_input(got.error);
        }
        if (reader.failure() && !reader.is_streaming()) // else whoever reads on is told
            co_return http::exchange_result{*reader.failure(),
                                            sent.error ? "while sending: " + sent.error.message() : reader.why(),
                                            reader.take_message(),
                                            {}};
        x.reached = phase::done;
        co_return http::exchange_result{{}, {}, reader.take_message(), {}};
    }

    void report(const http::origin& origin, connection_change change) const
    {
        if (options_.observer)
            options_.observer->on_connection({origin.host, change});
    }

    http::https_options options_;
    connector connector_;
    std::shared_ptr<pool_table> pools_, streams_;
    std::vector<std::weak_ptr<streamed_body>> bodies_; // that may be open
};

} // namespace cojob::detail

namespace cojob::http {

std::shared_ptr<transport> make_https_transport(https_options options)
{
    return std::make_shared<cojob::detail::https_transport>(std::move(options));
}

} // namespace cojob::http

#endif
