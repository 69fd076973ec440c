#ifndef BENCHMARKS_QUOTA_FLEET_LEDGER_HPP
#define BENCHMARKS_QUOTA_FLEET_LEDGER_HPP

#include "world.hpp"

#include <cojob/impl/internal/policy/ledger_book.hpp>
#include <cojob/impl/internal/policy/ledger_layout.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace simulation {

constexpr double attempt = 30, lease_length = 2 * attempt, window_and_margin = hour + 1,
                 settled = lease_length + window_and_margin; ///< after that, no earlier lease counts any more

/// The ledger that all processes share: the records and decisions of the ledger in a file, behind a network, and
/// sometimes away. Its records survive that. Processes that wait ask it 20 times a second; of these questions only
/// those happen here whose answer differs from the last.
class shared_ledger {
  public:
    using book = cojob::detail::ledger_book;
    using layout = cojob::detail::ledger_layout;

    struct reply {
        bool is_granted = false;
        std::uint64_t lease = 0, pauses = 0;
        double divided_until = 0; ///< each process keeps to its share until then
        std::size_t used = 0;     ///< slots
    };
    struct question {
        std::uint64_t process = 0;
        bool has_share = true; ///< of the limit, while it is divided
        std::function<void(const reply&)> answer;
        std::function<void()> fail;
    };

    /// \param divides whether processes use a share of the limit without the ledger
    shared_ledger(timeline& time, bool divides) : time_(time), divides_(divides) {}

    bool is_away = false;
    std::size_t uses_without = 0; ///< granted by the processes themselves
    static constexpr double way = 0.001;

    /// Ends all questions, as an outage breaks all connections.
    void changed()
    {
        if (is_away)
            for (auto& q : std::exchange(waiting_, {}))
                time_.after(way, std::move(q.fail));
    }

    void ask(question q)
    {
        time_.after(way, [this, q = std::move(q)]() mutable {
            if (is_away)
                return time_.after(way, std::move(q.fail));
            notice_gap();
            if (time_.now() < divided_until_ && !q.has_share)
                return deliver(q, {false, 0, 0, divided_until_, used()});
            waiting_.push_back(std::move(q));
            serve();
        });
    }

    /// Changes the records, or fails because the ledger is away.
    void change(std::function<void(book&, const cojob::detail::ledger_time&)> act, std::function<void()> fail)
    {
        time_.after(way, [this, act = std::move(act), fail = std::move(fail)]() mutable {
            if (is_away)
                return time_.after(way, std::move(fail));
            notice_gap();
            act(book_, now());
            (void)book_.take_writes();
            serve_after(0.05);
        });
    }

    /// A process waits no longer.
    void forget(std::uint64_t process)
    {
        std::erase_if(waiting_, [&](const question& q) { return q.process == process; });
    }

    [[nodiscard]] std::uint64_t pauses() const { return book_.records()[layout::pause_at].number; }
    [[nodiscard]] bool is_pausing() const
    {
        const auto& pause = book_.records()[layout::pause_at];
        return pause.length > 0 && cojob::detail::time_between(pause.at, now()) < pause.length;
    }

  private:
    static std::int64_t nanoseconds(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

    [[nodiscard]] cojob::detail::ledger_time now() const
    {
        const auto t = nanoseconds(time_.now());
        return {t, t, 1};
    }

    /// Nobody was here for a whole window: processes may have used their shares, and some were killed since. Until
    /// these uses are over, all of them keep to their shares.
    void notice_gap()
    {
        if (divides_ && time_.now() - last_contact_ > settled)
            divided_until_ = time_.now() + settled;
        last_contact_ = time_.now();
    }

    [[nodiscard]] std::size_t used() const
    {
        const auto& all = book_.records();
        const auto slots = all.begin() + layout::slots_at;
        return static_cast<std::size_t>(std::count_if(slots, slots + limit, [&](const auto& r) {
            const auto length = nanoseconds(window_and_margin) + r.length;
            return r.kind != cojob::detail::ledger_record::slot_free && time_between(r.at, now()) < length;
        }));
    }

    void deliver(const question& q, const reply& r)
    {
        time_.after(way, [answer = q.answer, r] { answer(r); });
    }

    /// Grants what is free to those that wait, in order.
    void serve()
    {
        while (!waiting_.empty() && !is_away) {
            auto& first = waiting_.front();
            const auto given = book_.acquire(first.process, ++last_lease_, nanoseconds(lease_length), now());
            (void)book_.take_writes();
            if (!given.is_granted)
                return serve_after(std::max(0.05, static_cast<double>(given.wait) / 1e9));
            deliver(first, {true, last_lease_, given.pauses, divided_until_, used()});
            waiting_.pop_front();
        }
    }

    void serve_after(double length)
    {
        const auto then = time_.now() + length;
        if (then >= next_ && next_ > time_.now())
            return;
        next_ = then;
        time_.at(then, [this, then] {
            if (next_ == then)
                serve();
        });
    }

    timeline& time_;
    const bool divides_;
    book book_{layout::make(limit, nanoseconds(hour), {0, 0, 1})};
    std::deque<question> waiting_;
    std::uint64_t last_lease_ = 0;
    double next_ = 0, divided_until_ = 0, last_contact_ = 0;
};

/// What a process may use without the ledger: after a whole window, its share of the limit in any window. Before that
/// what it is told; zero is safe, because the others may have used all of the limit just before.
class divided_share {
  public:
    divided_share(std::size_t share, double started) : share_(share), started_(started) {}

    void lost(double now) { lost_ = std::min(lost_, now); }
    /// \param at_once for the first window without the ledger, if it is lost now
    void found(std::size_t at_once)
    {
        lost_ = never;
        at_once_ = at_once;
    }

    /// While the ledger cannot be reached.
    [[nodiscard]] bool may_use_alone(double now)
    {
        forget(now);
        return now >= lost_ + settled ? may_use(now) : uses_.size() + held_ < at_once_;
    }
    /// While the ledger lets all keep to their shares. What the process did before it was killed last is not known.
    [[nodiscard]] bool may_use(double now)
    {
        forget(now);
        return now >= started_ + settled && uses_.size() + held_ < share_;
    }
    void hold() { ++held_; }
    void end(bool is_used, double now)
    {
        --held_;
        if (is_used)
            uses_.push_back(now);
    }

  private:
    void forget(double now)
    {
        while (!uses_.empty() && uses_.front() + window_and_margin <= now)
            uses_.pop_front();
    }

    const std::size_t share_;
    const double started_;
    double lost_ = never;
    std::size_t held_ = 0, at_once_ = 0;
    std::deque<double> uses_;
};

} // namespace simulation

#endif
