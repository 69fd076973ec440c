#ifndef COJOB_IMPL_INTERNAL_POLICY_QUOTA_LEASES_HPP
#define COJOB_IMPL_INTERNAL_POLICY_QUOTA_LEASES_HPP

#include <cojob/clock.hpp>
#include <cojob/policy/quota_ledger.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

/// A process's dealings with the ledger of its quota: what it has asked for, and a lease that no caller has yet.
/// Without a ledger there is always a lease, and nothing is asked. Has no I/O of its own, clock or lock.
class quota_leases {
  public:
    /// How long callers that may not queue wait for the ledger's answer.
    static constexpr duration answer_limit = std::chrono::seconds(10);

    struct lease {
        std::uint64_t id = 0;
        std::uint64_t process = 0; // a child after a fork does not end its parent's leases
    };

    quota_leases() = default;
    explicit quota_leases(std::shared_ptr<quota_ledger> ledger) : ledger_(std::move(ledger)) {}
    quota_leases(quota_leases&&) = default;
    quota_leases& operator=(quota_leases&&) = default;
    ~quota_leases() { put_back(); }

    [[nodiscard]] bool has_ledger() const noexcept { return ledger_ != nullptr; }
    [[nodiscard]] const std::shared_ptr<quota_ledger>& ledger() const noexcept { return ledger_; }
    [[nodiscard]] bool has_lease() const noexcept { return !ledger_ || is_ready_; }
    [[nodiscard]] bool may_ask(time_point now) const noexcept { return !is_asking_ && !is_ready_ && now >= ask_at_; }
    /// The last answer holds: there is no slot yet.
    [[nodiscard]] bool said_no(time_point now) const noexcept { return now < ask_at_; }
    /// The reason of the last answer if it was a failure; shared by all callers that end because of it.
    [[nodiscard]] const std::shared_ptr<const std::string>& failure() const noexcept { return failure_; }

    /// \pre `has_lease()`
    [[nodiscard]] lease take() noexcept
    {
        is_ready_ = false;
        return {ready_, process_};
    }

    /// Returns the number of the question, which its answer repeats.
    [[nodiscard]] std::uint64_t ask() noexcept
    {
        is_asking_ = is_waiting_ = true;
        return ++question_;
    }

    /// Takes the answer in. Returns false if the question was forgotten.
    bool answered(std::uint64_t question, quota_answer answer, time_point now)
    {
        if (question != question_ || !is_asking_)
            return false;
        is_asking_ = false;
        failure_ = answer.failure.empty() ? nullptr : keep(std::move(answer.failure));
        is_ready_ = answer.is_granted && !failure_;
        is_waiting_ = !is_ready_;
        ready_ = answer.lease;
        ask_at_ = expected_at_ = now;
        if (!is_ready_ && !failure_) {
            ask_at_ = after(now, std::max<duration>(answer.ask_again, std::chrono::milliseconds(1)));
            expected_at_ = std::max(ask_at_, after(now, answer.wait));
        }
        return true;
    }

    /// The question ended without an answer.
    bool abandoned(std::uint64_t question) noexcept
    {
        return question == question_ && std::exchange(is_asking_, false);
    }

    /// When a caller at this position must ask again, if the process has a slot for it at `by_window`. The first caller
    /// asks again when the ledger said; the answer wakes all others.
    [[nodiscard]] time_point next(std::uint64_t position, time_point by_window, time_point now) const noexcept
    {
        if (!ledger_ || by_window > now)
            return by_window;
        return position > 0 || is_asking_ || ask_at_ <= now ? time_point::max() : ask_at_;
    }
    /// When the ledger expects a slot.
    [[nodiscard]] time_point expected_at() const noexcept { return expected_at_; }

    [[nodiscard]] bool cover(lease l, duration attempt) const noexcept
    {
        return !ledger_ || (l.process == process_ && ledger_->covers(l.id, attempt));
    }

    void end(lease l, const quota_outcome& outcome) const noexcept
    {
        if (ledger_ && l.process == process_)
            ledger_->end(l.id, outcome);
    }

    /// Returns the lease that no caller has.
    void put_back() noexcept
    {
        if (std::exchange(is_ready_, false) && ledger_)
            ledger_->end(ready_, {});
    }

    /// Nobody is queued.
    void stop_waiting() noexcept
    {
        put_back();
        if (ledger_ && std::exchange(is_waiting_, false))
            ledger_->stop_waiting();
    }

    /// Called in a child process after a fork: all leases are the parent's.
    void forget() noexcept
    {
        ++process_;
        ++question_;
        is_asking_ = is_ready_ = is_waiting_ = false;
    }

  private:
    [[nodiscard]] static std::shared_ptr<const std::string> keep(std::string text) noexcept
    {
        static const std::string no_memory = "no memory";
        try {
            return std::make_shared<const std::string>(std::move(text));
        } catch (...) {
            return {std::shared_ptr<void>(), &no_memory}; // owns nothing
        }
    }

    std::shared_ptr<quota_ledger> ledger_;
    bool is_asking_ = false, is_ready_ = false, is_waiting_ = false;
    std::uint64_t ready_ = 0, question_ = 0, process_ = 0;
    time_point ask_at_ = time_point::min(), expected_at_ = time_point::min();
    std::shared_ptr<const std::string> failure_;
};

} // namespace cojob::detail

#endif
