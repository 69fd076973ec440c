#ifndef COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP
#define COJOB_IMPL_HTTP_HTTPS_TRANSPORT_IPP

#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/http/connector.hpp>
#include <cojob/impl/internal/http/origin_pool.hpp>
#include <cojob/impl/internal/http/render.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>

#include <map>
#include <memory>
#include <utility>

namespace cojob::detail {

/// A clock that is moved by hand holds while real sockets are waited for.
class clock_hold {
  public:
    explicit clock_hold(clock& c) : clock_(c) { clock_.exchange_began(); }
    clock_hold(const clock_hold&) = delete;
    clock_hold& operator=(const clock_hold&) = delete;
    ~clock_hold() { clock_.exchange_ended(); }

  private:
    clock& clock_;
};

struct place_waiter {
    explicit place_waiter(const asio::any_io_executor& executor) : turn(executor) {}

    event turn;
};

class https_transport final : public http::transport {
  public:
    explicit https_transport(http::https_options options)
        : options_(std::move(options)), connector_(options_.tls, options_.timeouts)
    {
    }

    asio::awaitable<http::exchange_result> send(const http::request& request, http::exchange& x) override
    {
        auto& op = x.operation;
        reap(op.time().now());
        place here(*this, request.origin);
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
                co_return http::exchange_result{opened.error, std::move(opened.why), {}};
            connection = std::move(opened.connection);
        }
        report(request.origin, x.is_reused ? connection_change::reused : connection_change::opened);
        op.set_limit(end_of_attempt);
        bool may_be_kept = false;
        auto result = co_await transact(*connection, request, x, may_be_kept);
        if (may_be_kept && !op.is_stopped())
            here.pool().keep(std::move(connection), op.time().now());
        else
            report(request.origin, connection_change::closed);
        co_return result;
    }

    void close() noexcept override
    {
        for (auto& [origin, pool] : pools_)
            while (pool.take_idle())
                report(origin, connection_change::closed);
    }

    void shutdown() noexcept override
    {
        is_shut_down_ = true;
        connector_.shutdown();
        pools_.drop_idle();
    }

  private:
    using connection_ptr = std::unique_ptr<stream>;
    using pool_type = origin_pool<connection_ptr, place_waiter>;

    struct pool_map : std::map<http::origin, pool_type> {
        void drop_idle() noexcept
        {
            for (auto& [origin, pool] : *this)
                while (pool.take_idle()) {
                }
        }
    };

    /// The right to one connection; given back, to the next who waits, when it goes.
    class place {
      public:
        place(https_transport& owner, const http::origin& origin)
            : owner_(owner), pool_(owner.pools_.try_emplace(origin, owner.options_.pool).first->second)
        {
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place()
        {
            if (!is_held_ || owner_.is_shut_down_)
                return;
            if (auto* next = pool_.release())
                next->turn.set();
        }

        asio::awaitable<void> enter(operation& op, bool yields)
        {
            is_held_ = !op.is_stopped() && pool_.try_enter();
            if (is_held_ || op.is_stopped())
                co_return;
            place_waiter self(op.executor());
            const queue_entry entry(pool_, self, yields);
            co_await self.turn.wait();
            is_held_ = self.turn.is_set(); // also when it was stopped at that moment: then it goes on to the next
        }

        [[nodiscard]] pool_type& pool() noexcept { return pool_; }

      private:
        struct queue_entry {
            queue_entry(pool_type& p, place_waiter& w, bool yields) : pool(p), waiter(w)
            {
                pool.enqueue(waiter, yields);
            }
            queue_entry(const queue_entry&) = delete;
            queue_entry& operator=(const queue_entry&) = delete;
            ~queue_entry() { pool.leave_queue(waiter); }

            pool_type& pool;
            place_waiter& waiter;
        };

        https_transport& owner_;
        pool_type& pool_;
        bool is_held_ = false;
    };

    static http::exchange_result aborted() { return {asio::error::operation_aborted, {}, {}}; }

    void reap(time_point now)
    {
        for (auto& [origin, pool] : pools_)
            for (const auto& old : pool.reap(now))
                if (old)
                    report(origin, connection_change::closed);
    }

    connection_ptr take_quiet(pool_type& pool, const http::origin& origin)
    {
        while (auto connection = pool.take_idle()) {
            if (connection->is_quiet())
                return connection;
            report(origin, connection_change::closed);
        }
        return nullptr;
    }

    asio::awaitable<http::exchange_result> transact(stream& connection, const http::request& request, http::exchange& x,
                                                    bool& may_be_kept)
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
        if (!sent.error)
            x.reached = phase::awaiting_response;
        response_reader reader(options_.limits, connection.buffer(), request.method != "HEAD");
        error_code end = sent.error;
        while (!reader.is_over()) {
            const auto got = co_await connection.read_some(reader.prepare());
            if (x.operation.is_stopped())
                co_return aborted();
            x.bytes_received += got.bytes;
            reader.commit(got.bytes);
            if (reader.has_begun())
                x.reached = phase::receiving;
            if (got.error && !reader.is_over()) {
                end = sent.error ? sent.error : got.error;
                reader.end_of_input(got.error == asio::error::eof);
            }
        }
        may_be_kept = reader.allows_reuse() && !end;
        if (reader.failure())
            co_return http::exchange_result{
                *reader.failure(), (sent.error ? "while sending: " : "") + (end ? end.message() : reader.why()),
                std::move(reader.message())};
        x.reached = phase::done;
        co_return http::exchange_result{{}, {}, std::move(reader.message())};
    }

    void report(const http::origin& origin, connection_change change) const
    {
        if (options_.observer)
            options_.observer->on_connection({origin.host, change});
    }

    http::https_options options_;
    connector connector_;
    pool_map pools_;
    bool is_shut_down_ = false;
};

} // namespace cojob::detail

namespace cojob::http {

std::shared_ptr<transport> make_https_transport(https_options options)
{
    return std::make_shared<cojob::detail::https_transport>(std::move(options));
}

} // namespace cojob::http

#endif
