#include "support/quota_model.hpp"

#include <cojob/impl/internal/policy/quota_scheduler.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace quota_history_tests {

using namespace std::chrono_literals;
using cojob::duration;
using cojob::time_point;
using cojob::detail::quota_scheduler;
using cojob::detail::quota_state;
using cojob::detail::quota_window;
using tests::quota_model;
using caller = quota_scheduler::caller;
using state = caller::state_type;

const time_point start{1000h};

/// The line, and the model, through the same history.
class history {
  public:
    explicit history(unsigned seed)
        : random_(seed), limit_(static_cast<std::uint32_t>(below(pick(2, 8)) + 1)),
          window_(below(4) == 0 ? 1h : 1s * pick(1, 60)), scheduler_(make_window()), model_(scheduler_.window())
    {
        for (std::size_t i = 0; i < 12; ++i) {
            callers_.push_back(std::make_unique<pair>());
            callers_.back()->real.emplace([&, i] { ++callers_[i]->wakes; });
        }
    }
    ~history()
    {
        for (const auto& p : callers_)
            scheduler_.leave(*p->real, now_);
    }
    history(const history&) = delete;
    history& operator=(const history&) = delete;

    /// Whether it goes as the model says.
    bool step()
    {
        auto& p = *callers_[static_cast<std::size_t>(below(static_cast<int>(callers_.size())))];
        if (below(3) == 0)
            advance();
        return act(p) && is_equal();
    }

    [[nodiscard]] std::string difference() const
    {
        std::string text;
        for (std::size_t i = 0; i < callers_.size(); ++i) {
            const auto& p = *callers_[i];
            const auto add = [&](const char* what, auto real, auto ideal) {
                if (real != ideal)
                    text += " caller " + std::to_string(i) + ": " + what + ' ' + std::to_string(real) + ", not " +
                            std::to_string(ideal);
            };
            add("state", static_cast<int>(p.real->state()), static_cast<int>(p.ideal.state));
            add("wakes", p.wakes, p.ideal.wakes);
            add("next", p.real->next().time_since_epoch().count(), p.ideal.next.time_since_epoch().count());
        }
        return text;
    }
    [[nodiscard]] int revoked() const { return revoked_; }
    [[nodiscard]] int refused() const { return refused_; }

  private:
    struct pair {
        std::optional<caller> real;
        quota_model::caller ideal;
        int wakes = 0;
    };

    int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
    int pick(int from, int to) { return from + below(to - from + 1); }
    duration a_part_of(duration whole) { return whole / 1000 * below(1001); }

    quota_window make_window()
    {
        if (below(4) != 0)
            return {limit_, window_};
        quota_state saved; // perhaps with more uses than the limit is now
        for (auto n = below(10); n > 0; --n)
            saved.ages.push_back(window_ / 10 * n);
        saved.held = static_cast<std::uint64_t>(below(3));
        if (below(3) == 0)
            saved.pause_left = a_part_of(window_);
        return {limit_, window_, saved, a_part_of(window_), now_};
    }

    void advance()
    {
        switch (below(5)) {
        case 0: now_ += duration(below(3)); break;
        case 1: now_ += a_part_of(2 * window_); break;
        case 2: now_ = std::max(now_, model_.window.earliest(now_, static_cast<std::uint64_t>(below(6)))); break;
        case 3:
            if (const auto& c = callers_.front()->ideal; c.state == state::queued && c.limit < time_point::max())
                now_ = std::max(now_, c.limit - duration(below(2)));
            break;
        default: now_ += a_part_of(window_ / static_cast<int>(limit_)); break;
        }
    }

    quota_scheduler::patience patience()
    {
        quota_scheduler::patience p;
        if (below(4) != 0)
            p.in_all = below(8) == 0 ? 0s : a_part_of((window_ + 1s) * pick(1, 6));
        if (below(6) == 0)
            p.until = now_ + a_part_of(3 * window_);
        return p;
    }

    bool act(pair& p)
    {
        auto& real = *p.real;
        const auto was = p.ideal.state;
        if (!p.ideal.has_slot() || was == state::granted) {
            if (was == state::queued && below(6) == 0) {
                scheduler_.leave(real, now_);
                model_.leave(p.ideal, now_);
                return true;
            }
            if (was == state::queued && below(3) == 0)
                return scheduler_.commit(real, now_) == model_.commit(p.ideal, now_);
            const auto how_long = patience();
            const auto at_front = below(2) == 0;
            const auto result = scheduler_.request(real, how_long, at_front, now_);
            refused_ += result == state::refused ? 1 : 0;
            return result == model_.request(p.ideal, how_long, at_front, now_) && real.next() == p.ideal.next;
        }
        switch (below(9)) {
        case 0:
        case 1:
        case 2: return scheduler_.commit(real, now_) == model_.commit(p.ideal, now_);
        case 3:
            scheduler_.leave(real, now_);
            model_.leave(p.ideal, now_);
            return true;
        case 4: return throttle(p);
        default:
            if (was != state::committed)
                return true;
            const auto is_success = below(4) != 0, was_answered = is_success || below(2) != 0;
            scheduler_.stamp(real, now_, is_success, was_answered);
            model_.stamp(p.ideal, now_, is_success, was_answered);
            return true;
        }
    }

    bool throttle(pair& p)
    {
        if (p.ideal.state != state::committed)
            return true;
        const auto hint = below(2) == 0 ? std::nullopt : std::optional(a_part_of(2 * window_));
        const auto uniform = below(10) / 10.;
        const auto before = count(state::holding);
        const auto is_same =
            scheduler_.throttled(*p.real, now_, hint, uniform) == model_.throttled(p.ideal, now_, hint, uniform);
        revoked_ += before - count(state::holding);
        return is_same;
    }

    [[nodiscard]] int count(state s) const
    {
        int n = 0;
        for (const auto& p : callers_)
            n += p->real->state() == s ? 1 : 0;
        return n;
    }

    [[nodiscard]] bool is_equal() const
    {
        for (const auto& p : callers_)
            if (p->real->state() != p->ideal.state || p->wakes != p->ideal.wakes)
                return false;
        const auto a = scheduler_.window().state(now_), b = model_.window.state(now_);
        return a.held == b.held && a.ages == b.ages && a.pause_left == b.pause_left && a.guess == b.guess;
    }

    std::minstd_rand random_;
    time_point now_ = start;
    std::uint32_t limit_;
    duration window_;
    quota_scheduler scheduler_;
    quota_model model_;
    std::vector<std::unique_ptr<pair>> callers_;
    int revoked_ = 0, refused_ = 0;
};

} // namespace quota_history_tests

BOOST_AUTO_TEST_SUITE(ten_thousand_histories_of_a_quota, *boost::unit_test::label("long"))

using namespace quota_history_tests;

BOOST_AUTO_TEST_CASE(go_as_if_the_whole_queue_were_walked_each_time)
{
    int revoked = 0, refused = 0;
    for (unsigned seed = 1; seed <= 10'000; ++seed) {
        history h(seed);
        for (int step = 0; step < 40; ++step)
            if (!h.step())
                BOOST_FAIL("seed " << seed << ", step " << step << ": " << h.difference());
        revoked += h.revoked();
        refused += h.refused();
    }
    BOOST_TEST(revoked > 100); // they were no histories of nothing
    BOOST_TEST(refused > 5'000);
}

BOOST_AUTO_TEST_SUITE_END()
