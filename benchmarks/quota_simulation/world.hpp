#ifndef BENCHMARKS_QUOTA_SIMULATION_WORLD_HPP
#define BENCHMARKS_QUOTA_SIMULATION_WORLD_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

/// The world of the simulation: a fleet that wants jobs done, and a server that allows 100 creations in an hour. Times
/// are seconds since midnight.
namespace simulation {

constexpr double day = 24 * 3600.0, hour = 3600.0, never = std::numeric_limits<double>::infinity();
constexpr std::size_t limit = 100;

enum class rule { rolling_hour, fixed_hour };

struct wanted_job {
    double arrival, duration;
};

/// Poisson arrivals, 5 an hour at midnight and 200 at noon, more than the server allows from morning to afternoon;
/// log-normal durations, median 4 minutes, sigma 0.8.
inline std::vector<wanted_job> make_day(std::uint64_t seed)
{
    constexpr double fewest = 5, most = 200;
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> gap(most / hour);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::lognormal_distribution<double> duration(std::log(4 * 60.0), 0.8);
    std::vector<wanted_job> jobs;
    for (double t = gap(random); t < day; t += gap(random)) {
        const auto wave = std::pow(std::sin(std::numbers::pi * t / day), 4);
        const auto rate = fewest + (most - fewest) * wave;
        const auto length = duration(random);
        if (uniform(random) * most < rate)
            jobs.push_back({t, length});
    }
    return jobs;
}

/// One way through the network.
class network {
  public:
    explicit network(std::uint64_t seed) : random_(seed) {}
    double delay() { return delay_(random_); }

  private:
    std::mt19937_64 random_;
    std::uniform_real_distribution<double> delay_{0.020, 0.300};
};

/// Counts creations exactly, at the moment they arrive; what it refuses it does not count.
class server {
  public:
    explicit server(rule r) : rule_(r) {}

    /// Whether the creation that arrives now is allowed.
    bool allows(double now)
    {
        const auto begin = rule_ == rule::rolling_hour ? now - hour : std::floor(now / hour) * hour;
        while (!uses_.empty() && (rule_ == rule::rolling_hour ? uses_.front() <= begin : uses_.front() < begin))
            uses_.pop_front();
        if (uses_.size() >= limit)
            return false;
        uses_.push_back(now);
        return true;
    }

  private:
    rule rule_;
    std::deque<double> uses_;
};

/// What a strategy's day came to.
struct outcome {
    std::string name;
    std::size_t requests = 0, refusals = 0, done = 0;
    std::vector<double> lateness, waits;      ///< seconds; of ends that were noticed, of creations
    std::array<double, 24> sent{}, refused{}; ///< by hour
    std::size_t wanted = 0;                   ///< creations, made or not

    void count_request(double now)
    {
        ++requests;
        sent[slot(now)] += 1;
    }
    void count_refusal(double now)
    {
        ++refusals;
        refused[slot(now)] += 1;
    }
    void count_created(double arrival, double now) { waits.push_back(now - arrival); }
    void count_done(double ended, double now)
    {
        ++done;
        lateness.push_back(now - ended);
    }

    static std::size_t slot(double t) { return std::min<std::size_t>(23, static_cast<std::size_t>(t / hour)); }
};

inline double quantile(std::vector<double> values, double q)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

} // namespace simulation

#endif
