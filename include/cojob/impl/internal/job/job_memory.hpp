#ifndef COJOB_IMPL_INTERNAL_JOB_JOB_MEMORY_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOB_MEMORY_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/base/name_map.hpp>
#include <cojob/impl/internal/base/optional_time.hpp>
#include <cojob/impl/internal/base/timer_queue.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

namespace cojob::detail {

/// Which job: two services may have the same ids.
struct job_key {
    std::string api, scope, id;

    /// None of the three has a line break in it.
    [[nodiscard]] std::string text() const { return api + '\n' + scope + '\n' + id; }
};

/// What a client did to a job.
struct job_record {
    optional_time created;
    optional_time messaged; ///< until a poll has shown that an end is not the one before the message
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
        if (const auto known = entries_.find(key.text()); known && known->record.messaged == message)
            known->record.messaged.reset();
    }

    [[nodiscard]] job_record find(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        const auto known = entries_.find(key.text());
        return known && !known->is_old(now) ? known->record : job_record();
    }

  private:
    struct entry : timer_queue_hook { // in the order of their last notes
        std::string name{};
        job_record record{};
        time_point noted{};

        [[nodiscard]] bool is_old(time_point now) const { return now - noted >= keeps; }
    };

    job_record& note(const job_key& key, time_point now)
    {
        while (!order_.empty() && order_.front().is_old(now))
            forget_oldest();
        auto name = key.text();
        auto known = entries_.find(name);
        if (!known) {
            if (entries_.size() >= max_jobs)
                forget_oldest();
            known = share<entry>();
            known->name = name;
            entries_.put(std::move(name), known);
        }
        known->noted = now;
        order_.put(*known, last_ += duration(1));
        return known->record;
    }

    void forget_oldest()
    {
        auto& oldest = order_.front();
        const auto name = oldest.name; // not by what goes with it
        order_.remove(oldest);
        entries_.erase(name);
    }

    std::mutex mutex_;
    name_map<entry> entries_;
    timer_queue<entry> order_; // by their last notes, which are counted: no two have the same
    time_point last_{};
};

} // namespace cojob::detail

#endif
