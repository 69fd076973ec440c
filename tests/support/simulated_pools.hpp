#ifndef TESTS_SUPPORT_SIMULATED_POOLS_HPP
#define TESTS_SUPPORT_SIMULATED_POOLS_HPP

#include "support/hand_clock.hpp"

#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/impl/internal/policy/quota_file.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

// Pools for a simulation of callers, with one interface: a window alone, or the whole quota.
namespace tests {

inline constexpr cojob::duration pool_window = std::chrono::hours(1);

enum class ending { answered, lost, unsent };

/// The result of a look at a pool.
struct pool_news {
    std::vector<int> granted{};                 ///< callers that may send
    std::optional<cojob::time_point> look_at{}; ///< if nothing happens before
};

/// The window with the simplest possible queue.
class window_pool {
  public:
    window_pool(std::uint32_t limit, std::shared_ptr<hand_clock> clock)
        : clock_(std::move(clock)), window_(limit, pool_window)
    {
    }

    void go_on(std::uint32_t limit, const cojob::detail::quota_record& saved)
    {
        const auto elapsed = cojob::detail::elapsed_since(saved, clock_->wall, clock_->steady);
        window_ = cojob::detail::quota_window(limit, pool_window, saved.state, elapsed, clock_->steady);
        waiting_.clear();
        held_.clear();
    }
    [[nodiscard]] cojob::detail::quota_record record() const
    {
        return {pool_window, window_.state(clock_->steady), clock_->wall};
    }

    void enter(int caller) { waiting_.push_back(caller); }
    void leave(int caller) { std::erase(waiting_, caller); }
    void end(int caller, ending how)
    {
        const auto slot = held_.extract(caller).mapped();
        if (how == ending::unsent)
            window_.give_back(slot);
        else
            window_.stamp(slot, clock_->steady, how == ending::answered, how == ending::answered);
    }
    pool_news look()
    {
        pool_news news;
        while (!waiting_.empty()) {
            const auto slot = window_.try_hold(clock_->steady);
            if (!slot) {
                news.look_at = window_.expected(clock_->steady, 0);
                break;
            }
            held_.emplace(waiting_.front(), *slot);
            news.granted.push_back(waiting_.front());
            waiting_.pop_front();
        }
        return news;
    }

  private:
    std::shared_ptr<hand_clock> clock_;
    cojob::detail::quota_window window_;
    std::deque<int> waiting_;
    std::map<int, cojob::detail::quota_window::slot> held_;
};

/// Uses tickets as calls do.
class core_pool {
  public:
    core_pool(std::uint32_t limit, std::shared_ptr<hand_clock> clock)
        : clock_(std::move(clock)), core_(std::make_shared<cojob::detail::quota_core>(options(limit), clock_))
    {
    }

    void go_on(std::uint32_t limit, const cojob::detail::quota_record& saved)
    {
        callers_.clear();
        requesting_.clear();
        alarms_ = {};
        const auto elapsed = cojob::detail::elapsed_since(saved, clock_->wall, clock_->steady);
        core_ = std::make_shared<cojob::detail::quota_core>(options(limit), clock_, saved.state, elapsed);
    }
    [[nodiscard]] cojob::detail::quota_record record() const { return {pool_window, core_->state(), clock_->wall}; }

    void enter(int id)
    {
        callers_.try_emplace(id, core_, [this, id] { requesting_.push_back(id); });
        requesting_.push_back(id);
    }
    void leave(int id) { callers_.erase(id); }
    void end(int id, ending how)
    {
        auto& ticket = callers_.at(id).ticket;
        if (how == ending::unsent)
            ticket.give_back();
        else if (how == ending::answered)
            ticket.stamp(true);
        callers_.erase(id); // stamps what was lost
    }
    pool_news look()
    {
        pool_news news;
        for (; !alarms_.empty() && alarms_.top().first <= clock_->steady; alarms_.pop())
            requesting_.push_back(alarms_.top().second);
        for (; !requesting_.empty(); requesting_.pop_front()) {
            const auto found = callers_.find(requesting_.front());
            if (found == callers_.end() || found->second.is_sending)
                continue;
            const auto reply = found->second.ticket.request(cojob::no_timeout, false);
            found->second.is_sending =
                reply.kind == cojob::detail::quota_reply::granted && found->second.ticket.commit();
            if (found->second.is_sending)
                news.granted.push_back(found->first);
            else
                alarms_.emplace(clock_->steady + reply.wait, found->first);
        }
        if (!alarms_.empty())
            news.look_at = alarms_.top().first;
        return news;
    }

  private:
    using alarm = std::pair<cojob::time_point, int>;

    struct caller {
        caller(std::shared_ptr<cojob::detail::quota_core> core, std::function<void()> wake)
            : ticket(std::move(core), std::move(wake))
        {
        }

        cojob::detail::quota_core::ticket ticket;
        bool is_sending = false;
    };

    static cojob::quota_options options(std::uint32_t limit) { return {.limit = limit, .window = pool_window}; }

    std::shared_ptr<hand_clock> clock_;
    std::shared_ptr<cojob::detail::quota_core> core_;
    std::deque<int> requesting_;
    std::priority_queue<alarm, std::vector<alarm>, std::greater<>> alarms_;
    std::map<int, caller> callers_;
};

} // namespace tests

#endif
