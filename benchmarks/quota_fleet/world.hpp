#ifndef BENCHMARKS_QUOTA_FLEET_WORLD_HPP
#define BENCHMARKS_QUOTA_FLEET_WORLD_HPP

#include "../quota_simulation/world.hpp"

#include <cojob/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <numbers>
#include <queue>
#include <random>
#include <utility>
#include <vector>

/// The world of the fleet: 20 processes that share a limit of 100 creations in any hour, for many days. Times are
/// seconds since the first midnight.
namespace simulation {

constexpr std::size_t processes = 20;

/// Everything that happens, in order of time.
class timeline {
  public:
    [[nodiscard]] double now() const noexcept { return now_; }
    void at(double time, std::function<void()> act) { events_.push({std::max(time, now_), ++number_, std::move(act)}); }
    void after(double length, std::function<void()> act) { at(now_ + length, std::move(act)); }

    void run(double until)
    {
        while (!events_.empty() && events_.top().time < until) {
            now_ = events_.top().time;
            const auto act = std::move(events_.top().act);
            events_.pop();
            act();
        }
        now_ = until;
    }

  private:
    struct event {
        double time;
        std::uint64_t number;
        mutable std::function<void()> act; // moved out of the queue's top, which is const
        bool operator>(const event& other) const
        {
            return time != other.time ? time > other.time : number > other.number;
        }
    };

    double now_ = 0;
    std::uint64_t number_ = 0;
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
};

inline cojob::duration to_duration(double seconds)
{
    return std::chrono::duration_cast<cojob::duration>(std::chrono::duration<double>(seconds));
}
inline double to_seconds(cojob::duration d)
{
    return std::chrono::duration<double>(d).count();
}

/// The clock of all processes. Without alarms: only the quota reads it.
class virtual_clock final : public cojob::clock {
  public:
    explicit virtual_clock(const timeline& time) : time_(time) {}
    [[nodiscard]] cojob::time_point now() const override
    {
        return cojob::time_point(std::chrono::hours(1000)) + to_duration(time_.now());
    }
    [[nodiscard]] cojob::timestamp wall_now() const override { return cojob::timestamp(now().time_since_epoch()); }
    [[nodiscard]] std::unique_ptr<cojob::alarm> make_alarm(const cojob::asio::any_io_executor&) override { return {}; }

  private:
    const timeline& time_;
};

/// What happens to a fleet, whoever holds its requests back.
struct history {
    struct arrival {
        double time;
        std::size_t process;
    };
    struct interval {
        double begin, end;
        std::size_t process; ///< crashes only
    };

    std::vector<arrival> jobs;       ///< wanted
    std::vector<interval> crashes;   ///< until the process is started again
    std::vector<interval> outages;   ///< of the shared ledger, for all processes at once
    std::vector<double> other_users; ///< requests from outside the fleet
};

/// Poisson arrivals as in a day of the other simulation, of all processes together; each process is killed once a day;
/// the ledger is away once a day, for 10 minutes in the median, and one time in nine for more than an hour.
inline history make_history(double length, double other_users_in_an_hour, std::uint64_t seed)
{
    constexpr double fewest = 5, most = 200;
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::uniform_int_distribution<std::size_t> any_process(0, processes - 1);
    const auto poisson = [&](double in_an_hour, const auto& happen) {
        std::exponential_distribution<double> gap(in_an_hour / hour);
        for (double t = gap(random); t < length; t += gap(random))
            happen(t);
    };
    history h;
    poisson(most, [&](double t) {
        const auto wave = std::pow(std::sin(std::numbers::pi * t / day), 4);
        const auto process = any_process(random);
        if (uniform(random) * most < fewest + (most - fewest) * wave)
            h.jobs.push_back({t, process});
    });
    poisson(static_cast<double>(processes) / 24,
            [&](double t) { h.crashes.push_back({t, t + 10 + 110 * uniform(random), any_process(random)}); });
    std::lognormal_distribution<double> away(std::log(600.0), 1.5);
    poisson(1.0 / 24, [&](double t) {
        const auto begin = h.outages.empty() ? t : std::max(t, h.outages.back().end + 1);
        h.outages.push_back({begin, begin + away(random), 0});
    });
    if (other_users_in_an_hour > 0)
        poisson(other_users_in_an_hour, [&](double t) { h.other_users.push_back(t); });
    return h;
}

/// What a fleet's time came to.
struct fleet_outcome : outcome {
    std::size_t avoidable = 0; ///< 429s to requests sent during a pause that the ledger had recorded, or without others
    std::size_t without_ledger = 0; ///< requests that the processes allowed themselves while it was away
    bool has_ledger = false;
    bool is_warning = false; ///< shows what not to do
};

/// What all processes of a fleet have in common.
struct fleet_world {
    timeline time;
    server api{rule::rolling_hour};
    network way{1};
    fleet_outcome result;
    bool has_other_users = false;
    std::function<bool()> is_pause_recorded = [] { return false; };

    /// Sends a creation. The answer comes in any case, whoever is left to take it.
    void send(double wanted_at, std::function<void(bool is_created)> answer)
    {
        result.count_request(time_of_day());
        const bool is_foolish = !has_other_users || is_pause_recorded();
        time.after(way.delay(), [this, wanted_at, is_foolish, answer = std::move(answer)] {
            const bool is_created = api.allows(time.now());
            if (is_created) {
                ++result.done;
                result.count_created(wanted_at, time.now());
            } else {
                result.count_refusal(time_of_day());
                result.avoidable += is_foolish ? 1U : 0U;
            }
            time.after(way.delay(), [answer, is_created] { answer(is_created); });
        });
    }

  private:
    [[nodiscard]] double time_of_day() const { return std::fmod(time.now(), day); }
};

/// Lets something happen for each of a list; only the next one is in the timeline, which stays short.
template <class Item, class TimeOf, class Act>
void for_each_in_time(timeline& time, const std::vector<Item>& list, TimeOf time_of, Act act, std::size_t i = 0)
{
    if (i < list.size())
        time.at(time_of(list[i]), [&time, &list, time_of, act, i] {
            for_each_in_time(time, list, time_of, act, i + 1);
            act(list[i]);
        });
}

/// Lets all of it happen to these processes.
template <class Process>
void live_through(fleet_world& w, const history& h, double length, const std::vector<std::unique_ptr<Process>>& fleet,
                  bool& is_ledger_away, const std::function<void()>& ledger_changed)
{
    w.has_other_users = !h.other_users.empty();
    w.result.wanted = h.jobs.size();
    const auto time_of = [](const history::arrival& a) { return a.time; };
    const auto begin_of = [](const history::interval& i) { return i.begin; };
    for_each_in_time(w.time, h.jobs, time_of, [&](const auto& job) { fleet[job.process]->want(job.time); });
    for_each_in_time(w.time, h.crashes, begin_of, [&](const auto& crash) {
        auto& process = *fleet[crash.process];
        process.crash();
        w.time.at(crash.end, [&process] { process.start(); });
    });
    for_each_in_time(w.time, h.outages, begin_of, [&](const auto& outage) {
        is_ledger_away = true;
        ledger_changed();
        w.time.at(outage.end, [&] {
            is_ledger_away = false;
            ledger_changed();
        });
    });
    for_each_in_time(w.time, h.other_users, [](double t) { return t; }, [&](double t) { (void)w.api.allows(t); });
    w.time.run(length);
}

} // namespace simulation

#endif
