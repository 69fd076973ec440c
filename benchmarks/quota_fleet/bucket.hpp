#ifndef BENCHMARKS_QUOTA_FLEET_BUCKET_HPP
#define BENCHMARKS_QUOTA_FLEET_BUCKET_HPP

#include "world.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>

namespace simulation {

/// The token bucket in Redis, as its usual script has it: 100 tokens, 100 new ones an hour. Who is refused is told when
/// the next token comes.
class token_bucket {
  public:
    bool is_away = false;

    /// Returns zero, or the time to wait.
    double take(double now)
    {
        constexpr auto most = static_cast<double>(limit);
        tokens_ = std::min(most, tokens_ + (now - at_) * most / hour);
        at_ = now;
        if (tokens_ < 1)
            return (1 - tokens_) * hour / most;
        tokens_ -= 1;
        return 0;
    }

  private:
    double tokens_ = static_cast<double>(limit), at_ = 0;
};

/// A process that takes a token for each request, and another one after a 429. Without Redis it waits.
class bucket_process {
  public:
    bucket_process(fleet_world& world, token_bucket& bucket) : world_(world), bucket_(bucket) {}

    void want(double wanted_at)
    {
        wanted_.push_back(wanted_at);
        step();
    }
    void start()
    {
        is_running_ = true;
        step();
    }
    void crash()
    {
        is_running_ = is_asking_ = false;
        ++life_;
    }

  private:
    void step()
    {
        if (!is_running_ || is_asking_ || wanted_.empty())
            return;
        is_asking_ = true;
        after(0.002, [this] {
            const auto wait = bucket_.is_away ? 1 : bucket_.take(world_.time.now());
            if (wait == 0)
                send();
            after(wait, [this] {
                is_asking_ = false;
                step();
            });
        });
    }

    void send()
    {
        const auto wanted_at = wanted_.front();
        wanted_.pop_front();
        world_.send(wanted_at, [this, wanted_at, life = life_](bool is_created) {
            if (is_created || life != life_)
                return;
            wanted_.push_front(wanted_at);
            step();
        });
    }

    template <class Act>
    void after(double length, Act act)
    {
        world_.time.after(length, [this, act, life = life_] {
            if (life == life_)
                act();
        });
    }

    fleet_world& world_;
    token_bucket& bucket_;
    std::deque<double> wanted_;
    bool is_running_ = true, is_asking_ = false;
    std::uint64_t life_ = 0;
};

} // namespace simulation

#endif
