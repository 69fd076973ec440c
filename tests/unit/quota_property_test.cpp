#include "support/hand_clock.hpp"
#include "support/simulated_pools.hpp"

#include <cojob/impl/internal/policy/quota_file.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

// Hours of callers, a network and a server that counts exactly, as they might be. The server must never have to refuse.
namespace quota_property_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::time_point;
using tests::core_pool;
using tests::ending;
using tests::window_pool;

/// Counts on arrival, by a clock of its own that is up to 8 s a day fast or slow; what it refuses it does not count.
class server {
  public:
    server(std::uint32_t limit, int drift) : limit_(limit), drift_(drift) {}

    void arrive(time_point now)
    {
        const auto here = now.time_since_epoch() + now.time_since_epoch() / 10'000 * drift_;
        while (!uses_.empty() && uses_.front() <= here - tests::pool_window)
            uses_.pop_front();
        if (uses_.size() >= limit_) {
            ++refused;
        } else {
            ++counted;
            uses_.push_back(here);
        }
    }

    int counted = 0, refused = 0;

  private:
    std::uint32_t limit_;
    int drift_;
    std::deque<duration> uses_;
};

template <class Pool>
class simulation {
  public:
    explicit simulation(unsigned seed)
        : random_(seed), limit_(draw_limit()), load_(std::exp(uniform(-1, 1))),
          server_(limit_, static_cast<int>(seed % 3) - 1), pool_(limit_, clock_)
    {
        plan({clock_->steady, kind::call});
        plan({clock_->steady + hours(uniform(0, 8)), kind::stop});
    }

    void run(duration length)
    {
        const auto until = clock_->steady + length;
        while (events_.top().at <= until) {
            const auto next = events_.top();
            events_.pop();
            clock_->advance(next.at - clock_->steady);
            happen(next);
        }
    }

    /// How many uses of those that were allowed or wanted.
    [[nodiscard]] double share(duration length) const
    {
        return server_.counted / (std::min(load_, 1.0) * limit_ * std::chrono::duration<double>(length / 1h).count());
    }
    [[nodiscard]] const server& get_server() const { return server_; }
    [[nodiscard]] std::uint32_t limit() const { return limit_; }

  private:
    enum class kind { call, give_up, arrive, end, look, stop, start };

    struct event {
        time_point at;
        kind what;
        int caller = 0;
        ending how = ending::answered;
        std::size_t process = 0;

        friend bool operator<(const event& a, const event& b) { return a.at > b.at; } // the next one on top
    };

    double uniform(double from, double to)
    {
        return from + (to - from) * static_cast<double>(random_()) / static_cast<double>(std::mt19937::max());
    }
    static duration hours(double count) { return duration(static_cast<duration::rep>(count * 3.6e12)); }
    std::uint32_t draw_limit() { return static_cast<std::uint32_t>(std::exp(uniform(0, std::log(101)))); }
    duration delay() { return hours(uniform(0, uniform(0, 1) < 0.02 ? 30 : 0.3) / 3600); }

    void plan(event e)
    {
        e.process = stopped_.size();
        events_.push(e);
    }

    void happen(const event& e)
    {
        const auto now = clock_->steady;
        const bool is_of_now = e.process == stopped_.size() && is_running_;
        switch (e.what) {
        case kind::call:
            call();
            plan({now + hours(-std::log(uniform(1e-9, 1)) / (load_ * limit_)), kind::call});
            break;
        case kind::give_up:
            if (is_of_now && is_waiting(e.caller)) {
                pool_.leave(e.caller);
                is_waiting_[static_cast<std::size_t>(e.caller)] = false;
            }
            break;
        case kind::arrive: // or not: a connection does not outlive its process by much
            if (e.process == stopped_.size() || now <= stopped_[e.process] + 300ms)
                server_.arrive(now);
            break;
        case kind::end:
            if (is_of_now)
                pool_.end(e.caller, e.how);
            break;
        case kind::look: break;
        case kind::stop:
            saved_ = format_quota_file(pool_.record());
            is_running_ = false;
            stopped_.push_back(now);
            plan({now + hours(uniform(0, 1) < 0.5 ? 0 : uniform(0, 2)), kind::start});
            break;
        case kind::start: start(); break;
        }
        if (is_running_)
            look();
    }

    /// Callers come alone or together, and some give up.
    void call()
    {
        if (!is_running_)
            return;
        const auto together = uniform(0, 1) < 0.02 ? uniform(1, 2 * limit_) : 1;
        for (int i = 0; i < static_cast<int>(together); ++i) {
            const auto caller = static_cast<int>(is_waiting_.size());
            is_waiting_.push_back(true);
            pool_.enter(caller);
            if (uniform(0, 1) < 0.3)
                plan({clock_->steady + hours(uniform(0, 1)), kind::give_up, caller});
        }
    }

    /// The wall clock may have been set meanwhile.
    void start()
    {
        if (uniform(0, 1) < 0.5)
            clock_->wall += hours(uniform(-3, 3));
        pool_.go_on(limit_, cojob::detail::quota_file_parser("simulated").parse(saved_));
        is_waiting_.assign(is_waiting_.size(), false);
        is_running_ = true;
        next_look_ = time_point::max();
        plan({clock_->steady + hours(uniform(0, 8)), kind::stop});
    }

    void look()
    {
        const auto news = pool_.look();
        for (const auto caller : news.granted)
            send(caller);
        const auto is_planned = next_look_ > clock_->steady && news.look_at >= next_look_;
        if (news.look_at && !is_planned) {
            next_look_ = *news.look_at;
            plan({next_look_, kind::look});
        }
    }

    void send(int caller)
    {
        is_waiting_[static_cast<std::size_t>(caller)] = false;
        const auto sent = clock_->steady, arrival = sent + delay(), answer = arrival + delay();
        const auto fate = uniform(0, 1);
        if (fate < 0.05) { // no connection
            plan({answer, kind::end, caller, ending::unsent});
            return;
        }
        plan({arrival, kind::arrive});
        if (fate < 0.1) // no answer
            plan({answer + 30s, kind::end, caller, ending::lost});
        else if (fate < 0.15) // cancelled under way, but no sooner than what was written may still arrive
            plan({std::max(sent, arrival - hours(uniform(0, 0.3) / 3600)), kind::end, caller, ending::lost});
        else
            plan({answer, kind::end, caller});
    }

    [[nodiscard]] bool is_waiting(int caller) const { return is_waiting_[static_cast<std::size_t>(caller)]; }

    std::mt19937 random_;
    std::uint32_t limit_;
    double load_; // uses wanted for each that is allowed
    std::shared_ptr<tests::hand_clock> clock_ = std::make_shared<tests::hand_clock>();
    server server_;
    Pool pool_;
    std::priority_queue<event> events_;
    std::vector<bool> is_waiting_;
    std::vector<time_point> stopped_; // when each process did
    std::string saved_;
    time_point next_look_ = time_point::max();
    bool is_running_ = true;
};

/// Total counted, of runs of a day each.
template <class Pool>
void simulate(unsigned first_seed, unsigned days)
{
    double shares = 0;
    for (auto seed = first_seed; seed < first_seed + days; ++seed) {
        simulation<Pool> s(seed);
        s.run(24h);
        BOOST_TEST(s.get_server().refused == 0, "seed " << seed << ", limit " << s.limit() << ": refused "
                                                        << s.get_server().refused << " of " << s.get_server().counted);
        shares += s.share(24h);
    }
    BOOST_TEST_MESSAGE("share " << shares / days);
    BOOST_TEST(shares / days > 0.6); // it is not safe by standing still
}

} // namespace quota_property_tests

BOOST_AUTO_TEST_SUITE(a_server_that_counts_exactly, *boost::unit_test::label("long"))

using namespace quota_property_tests;

BOOST_AUTO_TEST_CASE(never_refuses_in_9000_hours_of_the_window)
{
    simulate<window_pool>(1, 375);
}

BOOST_AUTO_TEST_CASE(never_refuses_in_1000_hours_of_the_whole_quota)
{
    simulate<core_pool>(1001, 42);
}

BOOST_AUTO_TEST_SUITE_END()
