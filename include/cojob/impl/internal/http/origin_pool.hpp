#ifndef COJOB_IMPL_INTERNAL_HTTP_ORIGIN_POOL_HPP
#define COJOB_IMPL_INTERNAL_HTTP_ORIGIN_POOL_HPP

#include <cojob/clock.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/slot_queue.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cojob::detail {

/// Assigns the slots and the idle connections of one origin. A slot is the right to have one connection. The transport
/// reuses or closes an idle connection before it opens a new one, so there are never more connections than slots. A
/// `Waiter` is a `slot_queue_entry`. No I/O.
///
/// Polls of waits hold at most half of the slots, but at least one. A poll lets later calls go first until it stops
/// yielding. From then on the order of arrival decides. Taking, queueing for and releasing a slot is O(1).
template <class Connection, class Waiter>
class origin_pool {
  public:
    explicit origin_pool(const pool_options& options)
        : options_(options), most_polls_(std::max<std::size_t>(1, options.max_connections / 2))
    {
    }

    /// Takes a slot if one is free and no call is queued. A poll is queued while a slot is free only if polls have
    /// reached their limit.
    [[nodiscard]] bool try_enter(bool is_poll = false) noexcept
    {
        if (in_use_ >= options_.max_connections || !calls_.empty() || (is_poll && polls_in_use_ >= most_polls_))
            return false;
        ++in_use_;
        polls_in_use_ += is_poll ? 1U : 0U;
        return true;
    }

    void enqueue(Waiter& waiter, bool is_poll = false) noexcept
    {
        waiter.number = ++last_number_;
        waiter.is_poll = is_poll;
        (is_poll ? polls_ : calls_).push_back(waiter);
    }

    void leave_queue(Waiter& waiter) noexcept { (waiter.is_poll ? polls_ : calls_).erase(waiter); }

    /// Ends the yielding of a queued poll and of all polls before it, because polls do not overtake each other.
    void stop_yielding(const Waiter& waiter) noexcept
    {
        if (polls_.has(waiter))
            last_patient_ = std::max(last_patient_, waiter.number);
    }

    /// Releases a slot. Returns the waiter that owns the slot from now on, or null if none is queued.
    [[nodiscard]] Waiter* release(bool was_poll = false) noexcept
    {
        polls_in_use_ -= was_poll ? 1U : 0U;
        auto* const next = first_in_queue();
        if (!next) {
            --in_use_;
            return nullptr;
        }
        leave_queue(*next);
        polls_in_use_ += next->is_poll ? 1U : 0U;
        return next;
    }

    /// Takes the connection that was used last, which the server is least likely to close soon.
    [[nodiscard]] Connection take_idle()
    {
        return take_idle(time_point::min(), [](const Connection&) { return true; });
    }

    /// Keeps an idle connection until the idle timeout or `until`, the server's limit, whichever is earlier.
    void keep(Connection connection, time_point now, time_point until = time_point::max())
    {
        until = std::min(until, after(now, options_.idle));
        first_end_ = idle_.empty() ? until : std::min(first_end_, until);
        idle_.push_back({std::move(connection), now, until});
    }

    /// Takes the connection that was used last among those that were used since then and satisfy the predicate.
    template <class Predicate>
    [[nodiscard]] Connection take_idle(time_point used_since, Predicate fits)
    {
        for (auto i = idle_.end(); i != idle_.begin() && (i - 1)->since >= used_since;)
            if (fits((--i)->connection)) {
                auto connection = std::move(i->connection);
                idle_.erase(i);
                return connection;
            }
        return {};
    }

    /// Drops the idle connections that are no longer usable, and returns how many there were.
    template <class Predicate>
    std::size_t drop_if(Predicate is_useless)
    {
        return std::erase_if(idle_, [&](const idle& i) { return is_useless(*i.connection); });
    }

    /// Returns whether the holder of a slot may open a connection without closing an idle one.
    [[nodiscard]] bool has_room() const noexcept { return in_use_ + idle_.size() <= options_.max_connections; }

    /// Takes an idle connection that has expired, the oldest first.
    [[nodiscard]] Connection take_old(time_point now)
    {
        if (idle_.empty() || now < first_end_)
            return {};
        const auto old = std::find_if(idle_.begin(), idle_.end(), [now](const idle& i) { return i.until <= now; });
        if (old == idle_.end()) {
            first_end_ = time_point::max();
            for (const auto& i : idle_)
                first_end_ = std::min(first_end_, i.until);
            return {};
        }
        auto connection = std::move(old->connection);
        idle_.erase(old);
        return connection;
    }

    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }
    [[nodiscard]] std::size_t idle_count() const noexcept { return idle_.size(); }

  private:
    [[nodiscard]] Waiter* first_in_queue() const noexcept
    {
        auto* const poll = polls_in_use_ < most_polls_ ? polls_.front() : nullptr;
        auto* const call = calls_.front();
        const auto goes_first = poll && (!call || (poll->number <= last_patient_ && poll->number < call->number));
        return static_cast<Waiter*>(goes_first ? poll : call);
    }

    struct idle {
        Connection connection;
        time_point since, until;
    };

    pool_options options_;
    std::size_t most_polls_, in_use_ = 0, polls_in_use_ = 0;
    std::vector<idle> idle_; // oldest first
    time_point first_end_{}; // no idle connection expires before this
    slot_queue calls_, polls_;
    std::uint64_t last_number_ = 0, last_patient_ = 0;
};

} // namespace cojob::detail

#endif
