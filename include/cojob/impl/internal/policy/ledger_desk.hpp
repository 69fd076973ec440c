#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_DESK_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_DESK_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/ledger_file.hpp>
#include <cojob/policy/quota_ledger.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#ifndef _WIN32
namespace cojob::detail {

/// Where the callers of a ledger in a file leave their questions and ends of leases for its thread.
class ledger_desk {
  public:
    ledger_desk(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::int64_t grace, std::int64_t renewal)
        : file_(path, options, how, machine_ledger_time), process_(new_id()), grace_(grace), renewal_(renewal)
    {
    }

    void ask(duration attempt, std::function<void(quota_answer)> answer)
    {
        const std::lock_guard lock(mutex_);
        leases_.reserve(leases_.size() + 1);
        question_ = std::move(answer);
        attempt_ = attempt;
        changed_.notify_one();
    }
    void stop_waiting() noexcept
    {
        const std::lock_guard lock(mutex_);
        stops_waiting_ = true;
        changed_.notify_one();
    }
    void stop() noexcept
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        changed_.notify_one();
    }
    void end(std::uint64_t id, const quota_outcome& how) noexcept
    {
        const std::lock_guard lock(mutex_);
        for (auto& l : leases_)
            if (l.id == id)
                l.outcome = how;
        changed_.notify_one();
    }
    [[nodiscard]] bool covers(std::uint64_t id, duration attempt) noexcept
    {
        const std::lock_guard lock(mutex_);
        const auto l = std::find_if(leases_.begin(), leases_.end(), [&](const lease& one) { return one.id == id; });
        const auto needed = attempt == no_timeout ? renewal_ / 6 : nanoseconds(attempt);
        return l != leases_.end() && time_between(l->since, file_.now()) <= l->length - needed &&
               (attempt != no_timeout || l->is_renewed) && file_.pauses() == l->pauses;
    }

    void work() noexcept
    {
        std::unique_lock lock(mutex_);
        while (true) {
            wait(lock);
            if (is_stopped_)
                return_unowned();
            if (is_stopped_ && !has_work())
                return;
            auto answer = std::exchange(question_, nullptr);
            auto given = turn(lock, answer != nullptr);
            lock.unlock();
            try {
                if (answer && given)
                    answer(std::move(*given));
            } catch (...) { // no memory to wake a caller, which asks again when its time is over
            }
            answer = nullptr; // a question that was not answered is asked again if anybody waits
            lock.lock();
        }
    }

  private:
    struct lease {
        std::uint64_t id = 0, pauses = 0;
        std::int64_t length = 0;
        bool is_renewed = false;
        ledger_time since{};
        std::optional<quota_outcome> outcome{}; ///< set: to be ended
    };

    [[nodiscard]] static std::int64_t nanoseconds(duration d)
    {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count();
    }
    [[nodiscard]] static std::uint64_t new_id()
    {
        std::random_device random;
        return std::uint64_t(random()) << 32U | random();
    }

    /// Waits for work; until it may be tried again if it failed, or until leases may have to be renewed.
    void wait(std::unique_lock<std::mutex>& lock)
    {
        const auto now = std::chrono::steady_clock::now;
        const auto is_renewed = [](const lease& l) { return l.is_renewed; };
        const auto may_go_on = [&] {
            return is_stopped_ || question_ || stops_waiting_ || (has_ends() && now() >= again_at_);
        };
        if (has_ends())
            changed_.wait_until(lock, again_at_, may_go_on);
        else if (std::any_of(leases_.begin(), leases_.end(), is_renewed))
            changed_.wait_for(lock, std::chrono::nanoseconds(renewal_ / 12), may_go_on);
        else
            changed_.wait(lock, may_go_on);
    }

    /// Whoever has a lease owns the ledger too, so these were never used: their grants came too late.
    void return_unowned() noexcept
    {
        for (auto& l : leases_)
            if (!l.outcome)
                l.outcome.emplace();
    }

    [[nodiscard]] bool has_ends() const
    {
        return std::any_of(leases_.begin(), leases_.end(), [](const lease& l) { return l.outcome.has_value(); });
    }
    [[nodiscard]] bool has_work() const { return question_ || stops_waiting_ || has_ends(); }

    /// Writes all that has come up, with the mutex unlocked, and returns the answer to the question; none if the
    /// question and the end of waiting came together, in whichever order. Ends that cannot be written are kept: no
    /// more leases come meanwhile.
    std::optional<quota_answer> turn(std::unique_lock<std::mutex>& lock, bool is_asked) noexcept
    {
        quota_answer answer;
        const bool is_last = is_stopped_;
        try {
            const bool stops = std::exchange(stops_waiting_, false);
            lease asked;
            asked.length = attempt_ == no_timeout ? renewal_ : add_time(nanoseconds(attempt_), grace_);
            asked.is_renewed = attempt_ == no_timeout;
            auto mine = leases_;
            lock.unlock();
            const auto now = file_.now();
            const bool asks = is_asked && !stops;
            if (asks || stops ||
                std::any_of(mine.begin(), mine.end(), [&](const lease& l) { return l.outcome || is_due(l, now); }))
                file_.update([&](ledger_book& book, const ledger_time& at) {
                    write(book, at, mine);
                    if (stops)
                        book.stop_waiting(process_, at);
                    if (asks)
                        take(book, at, asked, answer);
                });
            lock.lock();
            take_over(mine);
            if (answer.is_granted)
                leases_.push_back(asked); // memory is reserved
            return is_asked && !asks ? std::nullopt : std::optional(std::move(answer));
        } catch (...) {
            answer = {};
            answer.failure = reason();
        }
        if (!lock.owns_lock())
            lock.lock();
        again_at_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        if (is_last) // what could not be written runs out
            std::erase_if(leases_, [](const lease& l) { return l.outcome.has_value(); });
        return answer;
    }

    /// The words of the exception that is being handled.
    [[nodiscard]] static std::string reason() noexcept
    {
        try {
            throw;
        } catch (const api_error& e) {
            const bool is_own = e.code() == errc::quota_exhausted || e.code() == errc::invalid_argument;
            return words(is_own ? e.info().message.c_str() : e.what());
        } catch (const std::exception& e) {
            return words(e.what());
        } catch (...) {
            return words("unknown");
        }
    }
    [[nodiscard]] static std::string words(const char* text) noexcept
    {
        try {
            return text;
        } catch (...) {
            return "no memory"; // so short that it needs none
        }
    }

    [[nodiscard]] static bool is_due(const lease& l, const ledger_time& now)
    {
        return l.is_renewed && time_between(l.since, now) >= l.length / 3;
    }

    /// Ends and renews leases.
    static void write(ledger_book& book, const ledger_time& now, std::vector<lease>& mine)
    {
        for (auto& l : mine) {
            if (l.outcome && l.outcome->kind == quota_outcome::used)
                book.used(l.id, l.outcome->was_answered, now);
            else if (l.outcome && l.outcome->kind == quota_outcome::throttled)
                book.throttled(l.id, nanoseconds(l.outcome->pause), l.outcome->is_hinted, now);
            else if (l.outcome)
                book.unused(l.id, now);
            else if (is_due(l, now) && book.renew(l.id, l.length, now))
                l.since = now;
        }
    }

    void take(ledger_book& book, const ledger_time& now, lease& asked, quota_answer& answer) const
    {
        asked.id = new_id();
        const auto given = book.acquire(process_, asked.id, asked.length, now);
        asked.pauses = given.pauses;
        asked.since = now;
        answer.is_granted = given.is_granted;
        answer.lease = asked.id;
        answer.wait = std::chrono::duration_cast<duration>(std::chrono::nanoseconds(given.wait));
        answer.ask_again = std::chrono::milliseconds(50); // another process may return a slot at any time
    }

    /// Forgets the leases that were ended; others may have been meanwhile.
    void take_over(const std::vector<lease>& written)
    {
        for (const auto& w : written)
            std::erase_if(leases_, [&](lease& l) {
                if (l.id == w.id)
                    l.since = w.since;
                return l.id == w.id && w.outcome;
            });
    }

    ledger_file file_;
    const std::uint64_t process_;
    const std::int64_t grace_, renewal_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void(quota_answer)> question_;
    duration attempt_{};
    std::vector<lease> leases_;
    bool stops_waiting_ = false, is_stopped_ = false;
    std::chrono::steady_clock::time_point again_at_{}; // after a failure
};

} // namespace cojob::detail
#endif

#endif
