#ifndef BENCHMARKS_QUOTA_SIMULATION_ALONE_HPP
#define BENCHMARKS_QUOTA_SIMULATION_ALONE_HPP

#include "world.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

enum class strategy {
    page_loop,    ///< of the vendor's page: a poll every 5 s, a refused creation again after 5 s
    backoff,      ///< a refused creation again after an exponential backoff with full jitter, 1 s to 60 s
    token_bucket, ///< creations take a token from a bucket of 100 that is refilled at 100 an hour
};

/// A fleet whose callers are written by hand, as a queue of events.
class fleet {
  public:
    fleet(strategy s, rule r, const std::vector<wanted_job>& jobs, std::uint64_t seed)
        : strategy_(s), jobs_(jobs), server_(r), network_(seed), random_(seed), tries_(jobs.size()),
          ends_(jobs.size(), never)
    {
        static constexpr const char* names[] = {"loop of the vendor's page", "backoff, each alone", "token bucket"};
        result_.name = names[static_cast<int>(s)];
    }

    outcome run()
    {
        for (std::size_t i = 0; i < jobs_.size(); ++i)
            at(jobs_[i].arrival, want, i);
        while (!events_.empty() && events_.top().time < day) {
            const auto next = events_.top();
            events_.pop();
            happen(next);
        }
        return std::move(result_);
    }

  private:
    enum kind { want, arrive, created, refused, poll, polled };

    struct event {
        double time;
        kind what;
        std::size_t job;
        bool operator>(const event& other) const { return time > other.time; }
    };

    void at(double time, kind what, std::size_t job) { events_.push({time, what, job}); }

    void happen(const event& e)
    {
        constexpr double interval = 5;
        switch (e.what) {
        case want: return create(e);
        case arrive: {
            const auto ok = server_.allows(e.time);
            if (ok)
                ends_[e.job] = e.time + jobs_[e.job].duration;
            return at(e.time + network_.delay(), ok ? created : refused, e.job);
        }
        case created: result_.count_created(jobs_[e.job].arrival, e.time); return at(e.time + interval, poll, e.job);
        case refused: result_.count_refusal(e.time); return at(e.time + pause(e.job), want, e.job);
        case poll: {
            result_.count_request(e.time);
            const auto seen = e.time + network_.delay(), back = seen + network_.delay();
            if (seen < ends_[e.job])
                return at(back + interval, poll, e.job);
            return at(back, polled, e.job);
        }
        case polled: return result_.count_done(ends_[e.job], e.time);
        }
    }

    void create(const event& e)
    {
        if (strategy_ == strategy::token_bucket) {
            const auto when = take_token(e.time);
            result_.count_request(when);
            return at(when + network_.delay(), arrive, e.job);
        }
        result_.count_request(e.time);
        at(e.time + network_.delay(), arrive, e.job);
    }

    double pause(std::size_t job)
    {
        if (strategy_ == strategy::page_loop)
            return 5;
        if (strategy_ == strategy::token_bucket)
            return 0; // the next token
        const auto most = std::min(60.0, std::pow(2.0, tries_[job]++));
        return std::uniform_real_distribution<double>(0, most)(random_);
    }

    /// When the next token is there, which is then taken.
    double take_token(double now)
    {
        constexpr double per_token = hour / static_cast<double>(limit);
        const auto full_at = std::max(bucket_full_at_, now); // when all taken tokens are back
        const auto missing = (full_at - now) / per_token;
        bucket_full_at_ = full_at + per_token;
        return missing <= static_cast<double>(limit) - 1 ? now
                                                         : now + (missing - static_cast<double>(limit) + 1) * per_token;
    }

    strategy strategy_;
    const std::vector<wanted_job>& jobs_;
    server server_;
    network network_;
    std::mt19937_64 random_;
    std::vector<int> tries_;
    std::vector<double> ends_;
    double bucket_full_at_ = 0;
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
    outcome result_;
};

} // namespace simulation

#endif
