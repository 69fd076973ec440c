#ifndef COJOB_IMPL_INTERNAL_REDIS_REDIS_DESK_HPP
#define COJOB_IMPL_INTERNAL_REDIS_REDIS_DESK_HPP

#include <cojob/impl/internal/redis/redis_affairs.hpp>
#include <cojob/policy/quota_ledger.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// What a session does next.
struct redis_step {
    enum class act { send, answer, sleep, stop };

    act kind = act::stop;
    ledger_request request{};                      ///< send
    std::function<void(quota_answer)> answer_to{}; ///< answer
    quota_answer given{};                          ///< answer
    std::int64_t until = 0;                        ///< sleep: unless the session is woken
};

/// Where the callers of a ledger in Redis leave their questions and ends of leases, and its sessions find what to send.
/// There is a session for each context that asks. Has no I/O. Thread-safe.
class redis_desk {
  public:
    using clock = std::function<std::int64_t()>;

    /// \param now returns the time in microseconds, by a clock that cannot be set
    redis_desk(const redis_terms& terms, clock now) : now_(std::move(now)), affairs_(terms, now_()) {}

    /// \param wake called with the mutex locked, from any thread
    std::uint64_t open_session(std::function<void()> wake)
    {
        const std::lock_guard lock(mutex_);
        sessions_[++last_session_].wake = std::move(wake);
        return last_session_;
    }
    /// Its question, if it has one, is dropped.
    void close_session(std::uint64_t id) noexcept
    {
        std::function<void(quota_answer)> dropped; // destroyed without the lock
        const std::lock_guard lock(mutex_);
        const auto at = sessions_.find(id);
        if (at == sessions_.end())
            return;
        dropped.swap(at->second.question);
        sessions_.erase(at);
        affairs_.dropped(id, now_());
        wake_all();
    }
    /// The same in a forked child, where nobody is told. If a thread that the child does not have holds the mutex, it
    /// stays.
    void forget_session(std::uint64_t id) noexcept
    {
        decltype(sessions_)::node_type gone; // destroyed without the lock
        if (const std::unique_lock lock(mutex_, std::try_to_lock); lock)
            gone = sessions_.extract(id);
    }

    /// Returns false if the session has stopped meanwhile.
    bool ask(std::uint64_t session, duration attempt, std::function<void(quota_answer)>& answer)
    {
        const std::lock_guard lock(mutex_);
        const auto at = sessions_.find(session);
        if (at == sessions_.end() || at->second.is_stopped)
            return false;
        affairs_.reserve();
        at->second.question = std::move(answer);
        at->second.attempt = attempt;
        at->second.wake();
        return true;
    }
    void stop_waiting() noexcept
    {
        const std::lock_guard lock(mutex_);
        affairs_.stop_waiting();
        wake_all();
    }
    /// Nobody asks or has a lease any more.
    void close() noexcept
    {
        const std::lock_guard lock(mutex_);
        affairs_.close(now_());
        wake_all();
    }
    void end(std::uint64_t id, const quota_outcome& how) noexcept
    {
        const std::lock_guard lock(mutex_);
        const auto session = affairs_.end(id, how, now_());
        if (const auto at = sessions_.find(session); at != sessions_.end())
            at->second.wake();
        else // its context was destroyed
            wake_all();
    }
    [[nodiscard]] bool covers(std::uint64_t id, duration attempt) noexcept
    {
        const std::lock_guard lock(mutex_);
        return affairs_.covers(id, attempt, now_());
    }

    /// What the session does next. After `stop` it must not be used any more.
    redis_step next(std::uint64_t id)
    {
        const std::lock_guard lock(mutex_);
        const auto now = now_();
        auto& mine = sessions_.at(id);
        redis_step step;
        if (mine.question && affairs_.grants_alone(now)) {
            step.kind = redis_step::act::answer;
            step.given = affairs_.answer_alone(id, mine.attempt, now);
            step.answer_to = std::exchange(mine.question, nullptr);
        } else if (auto request = affairs_.next(id, mine.question ? &mine.attempt : nullptr, now)) {
            step.kind = redis_step::act::send;
            step.request = std::move(*request);
        } else if (const auto until = affairs_.sleeps_until(id, now); until || mine.question) {
            step.kind = redis_step::act::sleep;
            step.until = until.value_or(now + 100'000);
        } else {
            mine.is_stopped = true;
        }
        return step;
    }

    /// The reply has come. The step is an answer, if there is a question to be answered.
    redis_step replied(std::uint64_t id, const ledger_request& request, const ledger_reply& reply)
    {
        const std::lock_guard lock(mutex_);
        auto& mine = sessions_.at(id);
        redis_step step;
        auto given = affairs_.replied(id, request, reply, now_());
        if (request.what == ledger_operation::restore)
            wake_all(); // they wait for that
        if (given && mine.question) {
            step.kind = redis_step::act::answer;
            step.given = std::move(*given);
            step.answer_to = std::exchange(mine.question, nullptr);
        }
        return step;
    }

    /// The request has failed. The step is an answer, if there is a question.
    /// \param is_refused Redis does not serve this client, so nothing may be granted without it
    redis_step failed(std::uint64_t id, const ledger_request& request, std::string_view reason, bool is_refused)
    {
        const std::lock_guard lock(mutex_);
        auto& mine = sessions_.at(id);
        const auto now = now_();
        affairs_.failed(request, is_refused, now);
        wake_all();
        redis_step step;
        if (!mine.question || (request.what != ledger_operation::acquire && affairs_.grants_alone(now)))
            return step;
        step.kind = redis_step::act::answer;
        if (affairs_.grants_alone(now))
            step.given = affairs_.answer_alone(id, mine.attempt, now);
        else
            step.given.failure = reason;
        step.answer_to = std::exchange(mine.question, nullptr);
        return step;
    }

  private:
    struct seat {
        std::function<void()> wake{};
        std::function<void(quota_answer)> question{};
        duration attempt{};
        bool is_stopped = false;
    };

    void wake_all() noexcept
    {
        for (const auto& [id, one] : sessions_)
            one.wake();
    }

    const clock now_;
    std::mutex mutex_;
    redis_affairs affairs_;
    std::map<std::uint64_t, seat> sessions_;
    std::uint64_t last_session_ = 0;
};

} // namespace cojob::detail

#endif
