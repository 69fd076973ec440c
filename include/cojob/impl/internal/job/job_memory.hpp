#ifndef COJOB_IMPL_INTERNAL_JOB_JOB_MEMORY_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOB_MEMORY_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/impl/internal/named.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace cojob::detail {

/// Which job: two services may have the same ids.
struct job_key {
    std::string api, scope, id;

    /// None of the three has a line break in it.
    [[nodiscard]] std::string text() const { return api + '\n' + scope + '\n' + id; }
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
    struct entry {
        job_record record{};
        time_point noted{};
        std::uint64_t number = 0; // of the last note

        [[nodiscard]] bool is_old(time_point now) const { return now - noted >= keeps; }
    };

    job_record& note(const job_key& key, time_point now)
    {
        if (now >= sweep_)
            forget_old(now);
        const auto name = key.text();
        auto known = entries_.find(name);
        if (!known || known->is_old(now)) {
            if (entries_.size() >= max_jobs && !known)
                forget_oldest();
            entries_.put(name, known = share<entry>());
        }
        known->noted = now;
        known->number = ++notes_;
        return known->record;
    }

    void forget_old(time_point now)
    {
        entries_.erase_unused_if([&](const entry& e) { return e.is_old(now); });
        sweep_ = after(now, keeps);
    }

    void forget_oldest()
    {
        auto oldest = notes_;
        entries_.each([&](const entry& e) { oldest = std::min(oldest, e.number); });
        entries_.erase_unused_if([&](const entry& e) { return e.number == oldest; });
    }

    std::mutex mutex_;
    named<entry> entries_;
    std::uint64_t notes_ = 0;
    time_point sweep_ = time_point::min(); // when it is worth while to look for old ones
};

} // namespace cojob::detail

#endif
