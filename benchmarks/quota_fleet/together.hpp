#ifndef BENCHMARKS_QUOTA_FLEET_TOGETHER_HPP
#define BENCHMARKS_QUOTA_FLEET_TOGETHER_HPP

#include "ledger.hpp"

#include <cojob/policy/quota_ledger.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace simulation {

/// What a process does while the ledger is away.
enum class when_away {
    fail,          ///< its calls fail
    divide,        ///< after a whole window it uses a share of the limit
    divide_at_once ///< until then, its share of what was left when it saw the ledger last
};

/// A process's way to the shared ledger.
class ledger_of_process final : public cojob::quota_ledger, public std::enable_shared_from_this<ledger_of_process> {
  public:
    ledger_of_process(timeline& time, shared_ledger& shared, when_away policy, std::uint64_t process)
        : time_(time), shared_(shared), policy_(policy), process_(process), share_(limit / processes, time.now())
    {
    }

    void acquire(const cojob::asio::any_io_executor&, cojob::duration,
                 std::function<void(cojob::quota_answer)> answer) override
    {
        answer_ = std::move(answer);
        const auto number = ++question_;
        const auto take = [weak = weak_from_this(), number](const shared_ledger::reply& r) {
            if (const auto self = weak.lock())
                self->take(r, number);
        };
        const auto miss = [weak = weak_from_this(), number] {
            if (const auto self = weak.lock())
                self->miss(number);
        };
        shared_.ask({process_, share_.may_use(time_.now()), take, miss});
    }

    void stop_waiting() noexcept override
    {
        if (is_killed)
            return;
        shared_.forget(process_);
        time_.after(0, [weak = weak_from_this(), number = question_] { // asks again if anybody waits
            if (const auto self = weak.lock(); self && self->is_open(number))
                const auto dropped = std::exchange(self->answer_, nullptr);
        });
    }

    bool covers(std::uint64_t id, cojob::duration) noexcept override
    {
        const auto l = leases_.find(id);
        return l != leases_.end() && time_.now() <= l->second.since + lease_length - attempt &&
               (l->second.is_own || shared_.is_away || shared_.pauses() == l->second.pauses);
    }

    void end(std::uint64_t id, const cojob::quota_outcome& how) noexcept override
    {
        const auto l = leases_.find(id);
        if (is_killed || l == leases_.end())
            return;
        if (l->second.is_of_share)
            share_.end(how.kind == cojob::quota_outcome::used, time_.now());
        if (!l->second.is_own || how.kind == cojob::quota_outcome::used)
            report(id, how);
        leases_.erase(l);
    }

    [[nodiscard]] std::uint64_t process() const noexcept { return process_; }

    bool is_killed = false;

  private:
    struct lease {
        double since;
        std::uint64_t pauses;
        bool is_own, is_of_share;
    };

    [[nodiscard]] bool is_open(std::uint64_t question) const { return question == question_ && answer_; }
    void answer(cojob::quota_answer given) { std::exchange(answer_, nullptr)(std::move(given)); }
    void answer_later(double length)
    {
        cojob::quota_answer later;
        later.wait = later.ask_again = to_duration(length);
        answer(std::move(later));
    }
    void grant(std::uint64_t id, const lease& l)
    {
        leases_.emplace(id, l);
        if (l.is_of_share)
            share_.hold();
        cojob::quota_answer granted;
        granted.is_granted = true;
        granted.lease = id;
        answer(std::move(granted));
    }

    void take(const shared_ledger::reply& r, std::uint64_t question)
    {
        if (!is_open(question) && r.is_granted)
            report(r.lease, {});
        if (!is_open(question))
            return;
        share_.found(policy_ == when_away::divide_at_once ? (limit - r.used) / processes : 0);
        if (!r.is_granted)
            return answer_later(std::min(60.0, r.divided_until - time_.now() + 0.001));
        grant(r.lease, {time_.now(), r.pauses, false, r.divided_until > time_.now()});
    }

    /// The ledger is away.
    void miss(std::uint64_t question)
    {
        if (!is_open(question))
            return;
        share_.lost(time_.now());
        if (policy_ == when_away::fail) {
            cojob::quota_answer failed;
            failed.failure = "the ledger is away";
            return answer(std::move(failed));
        }
        if (!share_.may_use_alone(time_.now()))
            return answer_later(1);
        ++shared_.uses_without;
        grant(++own_ | std::uint64_t(1) << 63U, {time_.now(), 0, true, true});
    }

    /// Each second until the ledger is there.
    void report(std::uint64_t id, const cojob::quota_outcome& how)
    {
        using kind = cojob::quota_outcome;
        shared_.change(
            [id, how](shared_ledger::book& book, const cojob::detail::ledger_time& now) {
                if (how.kind == kind::used)
                    book.used(id, how.was_answered, now);
                else if (how.kind == kind::unused)
                    book.unused(id, now);
                else
                    book.throttled(id, std::chrono::nanoseconds(how.pause).count(), how.is_hinted, now);
            },
            [this, weak = weak_from_this(), id, how] {
                time_.after(1, [weak, id, how] {
                    if (const auto self = weak.lock())
                        self->report(id, how);
                });
            });
    }

    timeline& time_;
    shared_ledger& shared_;
    const when_away policy_;
    const std::uint64_t process_;
    divided_share share_;
    std::function<void(cojob::quota_answer)> answer_;
    std::map<std::uint64_t, lease> leases_;
    std::uint64_t own_ = 0, question_ = 0;
};

} // namespace simulation

#endif
