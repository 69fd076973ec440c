#ifndef COJOB_IMPL_INTERNAL_JOB_JOB_MEMORY_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOB_MEMORY_HPP

#include <cojob/clock.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace cojob::detail {

/// Which job: two services may have the same ids.
struct job_key {
    std::string api, scope, id;

    friend auto operator<=>(const job_key&, const job_key&) = default;
};

/// What a client did to a job.
struct job_record {
    std::optional<time_point> created;
    std::optional<time_point> messaged; ///< until a poll has shown that an end is not the one before the message
};

/// What this client created or sent a message to, for ten minutes, so that a wait by plain id knows. Thread-safe:
/// services write from their callers' threads.
class job_memory {
  public:
    static constexpr auto keeps = std::chrono::minutes(10);
    static constexpr std::size_t max_jobs = 10'000;

    void created(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        note(key, now).created = now;
    }

    void messaged(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        note(key, now).messaged = now;
    }

    /// The message of that time has taken effect: an end is a new one from now on.
    void settled(const job_key& key, time_point message)
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = records_.find(key); found != records_.end() && found->second.record.messaged == message)
            found->second.record.messaged.reset();
    }

    [[nodiscard]] job_record find(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        forget(now);
        const auto found = records_.find(key);
        return found == records_.end() ? job_record() : found->second.record;
    }

  private:
    struct entry {
        job_record record;
        time_point noted;
    };

    job_record& note(const job_key& key, time_point now)
    {
        forget(now);
        auto& e = records_[key];
        e.noted = now;
        order_.emplace_back(now, key);
        while (records_.size() > max_jobs)
            forget_oldest();
        return e.record;
    }

    void forget(time_point now)
    {
        while (!order_.empty() && now - order_.front().first >= keeps)
            forget_oldest();
    }

    /// A job noted twice stands in the order twice; only its last place counts.
    void forget_oldest()
    {
        const auto [noted, key] = std::move(order_.front());
        order_.pop_front();
        if (const auto found = records_.find(key); found != records_.end() && found->second.noted == noted)
            records_.erase(found);
    }

    std::mutex mutex_;
    std::map<job_key, entry> records_;
    std::deque<std::pair<time_point, job_key>> order_;
};

} // namespace cojob::detail

#endif
