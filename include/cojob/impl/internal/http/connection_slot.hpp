#ifndef COJOB_IMPL_INTERNAL_HTTP_CONNECTION_SLOT_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONNECTION_SLOT_HPP

#include <cojob/clock.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/base/event.hpp>
#include <cojob/impl/internal/http/origin_pool.hpp>
#include <cojob/impl/internal/http/slot_queue.hpp>
#include <cojob/impl/internal/http/stream.hpp>

#include <map>
#include <memory>
#include <utility>

namespace cojob::detail {

struct slot_waiter : slot_queue_entry {
    explicit slot_waiter(const asio::any_io_executor& executor) : turn(executor) {}

    event turn;
};

using connection_ptr = std::unique_ptr<stream>;
using connection_pool = origin_pool<connection_ptr, slot_waiter>;

/// The pools of a transport, by origin.
struct pool_table {
    explicit pool_table(const pool_options& o) : options(o) {}

    connection_pool& of(const http::origin& origin) { return pools.try_emplace(origin, options).first->second; }

    pool_options options;
    std::map<http::origin, connection_pool> pools;
    bool is_shut_down = false; ///< no operation waits for a slot any more
};

/// The right to have one connection. The destructor passes the slot to the next waiter.
class connection_slot {
  public:
    connection_slot(std::shared_ptr<pool_table> table, const http::origin& origin, bool is_for_poll)
        : table_(std::move(table)), pool_(&table_->of(origin)), is_for_poll_(is_for_poll)
    {
    }
    connection_slot(connection_slot&& other) noexcept
        : table_(std::move(other.table_)), pool_(other.pool_), is_for_poll_(other.is_for_poll_),
          is_held_(std::exchange(other.is_held_, false))
    {
    }
    connection_slot(const connection_slot&) = delete;
    connection_slot& operator=(const connection_slot&) = delete;
    connection_slot& operator=(connection_slot&&) = delete;
    ~connection_slot()
    {
        if (!is_held_ || table_->is_shut_down)
            return;
        if (auto* next = pool_->release(is_for_poll_))
            next->turn.set();
    }

    /// Takes a slot if one is free. Returns false if the caller must queue, and true if it has the slot or the
    /// operation was stopped.
    [[nodiscard]] bool try_enter(const operation& op)
    {
        is_held_ = !op.is_stopped() && pool_->try_enter(is_for_poll_);
        return is_held_ || op.is_stopped();
    }

    /// Waits for a slot. A poll lets other requests go first while it yields. After that it keeps its place in the
    /// queue, so a busy client cannot prevent a wait from seeing its job complete.
    asio::awaitable<void> queue(http::exchange& x)
    {
        auto& op = x.operation;
        const auto since = op.time().now();
        slot_waiter self(op.executor());
        const queue_entry entry(*pool_, self, is_for_poll_);
        std::unique_ptr<alarm> patience;
        if (is_for_poll_) {
            patience = op.time().make_alarm(op.executor());
            patience->set(after(since, x.yields), [&] { pool_->stop_yielding(self); });
        }
        co_await self.turn.wait(op);
        is_held_ = self.turn.is_set(); // also if stopped at that moment: the destructor then passes the slot on
        x.queued += op.time().now() - since;
    }

    [[nodiscard]] connection_pool& pool() noexcept { return *pool_; }

  private:
    struct queue_entry {
        queue_entry(connection_pool& p, slot_waiter& w, bool is_poll) : pool(p), waiter(w)
        {
            pool.enqueue(waiter, is_poll);
        }
        queue_entry(const queue_entry&) = delete;
        queue_entry& operator=(const queue_entry&) = delete;
        ~queue_entry() { pool.leave_queue(waiter); }

        connection_pool& pool;
        slot_waiter& waiter;
    };

    std::shared_ptr<pool_table> table_;
    connection_pool* pool_;
    bool is_for_poll_;
    bool is_held_ = false;
};

} // namespace cojob::detail

#endif
