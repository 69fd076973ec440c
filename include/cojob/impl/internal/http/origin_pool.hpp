#ifndef COJOB_IMPL_INTERNAL_HTTP_ORIGIN_POOL_HPP
#define COJOB_IMPL_INTERNAL_HTTP_ORIGIN_POOL_HPP

#include <cojob/clock.hpp>
#include <cojob/http/options.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace cojob::detail {

/// Who may use a connection to one origin, and which. No I/O: a place is the right to have one connection; idle
/// connections are used before new ones are opened, so there are never more than places.
template <class Connection, class Waiter>
class origin_pool {
  public:
    explicit origin_pool(const pool_options& options) : options_(options) {}

    /// A place if one is free and nobody is before.
    [[nodiscard]] bool try_enter()
    {
        if (!waiting_.empty() || !yielding_.empty() || in_use_ >= options_.max_connections)
            return false;
        ++in_use_;
        return true;
    }

    /// One that yields stands behind all that do not.
    void enqueue(Waiter& waiter, bool yields = false) { (yields ? yielding_ : waiting_).push_back(&waiter); }
    void leave_queue(Waiter& waiter)
    {
        if (std::erase(waiting_, &waiter) == 0)
            std::erase(yielding_, &waiter);
    }

    /// Gives a place back. The waiter it passes to, which owns it from now on; null when there is none.
    [[nodiscard]] Waiter* release()
    {
        auto& queue = waiting_.empty() ? yielding_ : waiting_;
        if (queue.empty()) {
            --in_use_;
            return nullptr;
        }
        auto* next = queue.front();
        queue.erase(queue.begin());
        return next;
    }

    /// The connection that was used last: the server is the least likely to be about to close it.
    [[nodiscard]] Connection take_idle()
    {
        if (idle_.empty())
            return {};
        auto connection = std::move(idle_.back().connection);
        idle_.pop_back();
        return connection;
    }

    void keep(Connection connection, time_point now) { idle_.push_back({std::move(connection), now}); }

    /// One that has been idle for too long, the oldest first.
    [[nodiscard]] Connection take_old(time_point now)
    {
        if (idle_.empty() || now - idle_.front().since < options_.idle)
            return {};
        auto connection = std::move(idle_.front().connection);
        idle_.erase(idle_.begin());
        return connection;
    }

    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }
    [[nodiscard]] std::size_t idle_count() const noexcept { return idle_.size(); }

  private:
    struct idle {
        Connection connection;
        time_point since;
    };

    pool_options options_;
    std::size_t in_use_ = 0;
    std::vector<idle> idle_; // the oldest first
    std::vector<Waiter*> waiting_, yielding_;
};

} // namespace cojob::detail

#endif
