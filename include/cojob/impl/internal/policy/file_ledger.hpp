#ifndef COJOB_IMPL_INTERNAL_POLICY_FILE_LEDGER_HPP
#define COJOB_IMPL_INTERNAL_POLICY_FILE_LEDGER_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/ledger_file.hpp>
#include <cojob/policy/quota_ledger.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#ifndef _WIN32
namespace cojob::detail {

/// A ledger in a file. All I/O is done by a thread of its own, which also renews leases: a lease of a process that was
/// stopped runs out. The thread starts with the first question.
class file_ledger final : public quota_ledger {
  public:
    /// \param grace how much longer than an attempt a lease is, for the time between its grant and the commit
    /// \throws as `ledger_file`
    file_ledger(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::chrono::nanoseconds grace = std::chrono::seconds(30))
        : desk_(std::make_shared<desk>(path, options, how, grace.count()))
    {
    }
    file_ledger(const file_ledger&) = delete;
    file_ledger& operator=(const file_ledger&) = delete;

    /// Waits for what the thread is writing; the last owner may be the thread itself.
    ~file_ledger() override
    {
        if (!made_in_.is_of_a_parent())
            desk_->stop();
        if (made_in_.is_of_a_parent() || thread_.get_id() == std::this_thread::get_id()) {
            if (thread_.joinable())
                thread_.detach();
        } else if (thread_.joinable()) {
            thread_.join();
        }
    }

    void acquire(const asio::any_io_executor&, duration attempt, std::function<void(quota_answer)> answer) override
    {
        if (made_in_.is_of_a_parent())
            throw_invalid_argument("quota", "opened before a fork: a child process must open the file itself");
        desk_->ask(attempt, std::move(answer));
        const std::lock_guard lock(starting_); // the thread may answer, and be asked again, before it is assigned
        if (!thread_.joinable())
            thread_ = std::thread([desk = desk_] { desk->work(); });
    }
    void stop_waiting() noexcept override
    {
        if (!made_in_.is_of_a_parent())
            desk_->stop_waiting();
    }
    [[nodiscard]] bool covers(std::uint64_t lease, duration attempt) noexcept override
    {
        return !made_in_.is_of_a_parent() && desk_->covers(lease, attempt);
    }
    void end(std::uint64_t lease, const quota_outcome& how) noexcept override
    {
        if (!made_in_.is_of_a_parent())
            desk_->end(lease, how);
    }

  private:
    static constexpr std::int64_t second = 1'000'000'000;

    /// What the callers leave for the thread.
    class desk {
      public:
        desk(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
             std::int64_t grace)
            : file_(path, options, how, machine_ledger_time), process_(new_id()), grace_(grace)
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
            const auto needed = attempt == no_timeout ? 10 * second : nanoseconds(attempt);
            return l != leases_.end() && time_between(l->since, file_.now()) <= l->length - needed &&
                   file_.pauses() == l->pauses;
        }

        void work() noexcept
        {
            std::unique_lock lock(mutex_);
            while (true) {
                wait(lock);
                if (is_stopped_ && !has_work())
                    return;
                auto answer = std::exchange(question_, nullptr);
                const auto given = turn(lock, answer != nullptr);
                lock.unlock();
                try {
                    if (answer)
                        answer(given);
                } catch (...) { // no memory to wake a caller, which asks again when its time is over
                }
                answer = nullptr;
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

        /// Waits for work, and if a lease has to be renewed for five seconds at most.
        void wait(std::unique_lock<std::mutex>& lock)
        {
            const auto is_due_soon = [](const lease& l) { return l.is_renewed; };
            const auto may_go_on = [&] { return is_stopped_ || has_work(); };
            if (std::any_of(leases_.begin(), leases_.end(), is_due_soon))
                changed_.wait_for(lock, std::chrono::seconds(5), may_go_on);
            else
                changed_.wait(lock, may_go_on);
        }

        [[nodiscard]] bool has_work() const
        {
            return question_ || stops_waiting_ ||
                   std::any_of(leases_.begin(), leases_.end(), [](const lease& l) { return l.outcome.has_value(); });
        }

        /// Writes all that has come up, with the mutex unlocked, and returns the answer to the question.
        quota_answer turn(std::unique_lock<std::mutex>& lock, bool is_asked) noexcept
        {
            quota_answer answer;
            answer.ask_again = std::chrono::milliseconds(1);
            try {
                const bool stops = std::exchange(stops_waiting_, false);
                lease asked;
                asked.length = attempt_ == no_timeout ? 60 * second : add_time(nanoseconds(attempt_), grace_);
                asked.is_renewed = attempt_ == no_timeout;
                auto mine = leases_;
                lock.unlock();
                const auto now = file_.now();
                const bool asks = is_asked && !stops; // nobody waits for the answer any more
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
            } catch (const api_error& e) {
                answer = {};
                const bool is_own = e.code() == errc::quota_exhausted || e.code() == errc::invalid_argument;
                answer.failure = is_own ? e.info().message : e.what();
            } catch (const std::exception& e) {
                answer = {};
                answer.failure = e.what();
            }
            if (!lock.owns_lock()) { // what could not be written runs out
                lock.lock();
                std::erase_if(leases_, [](const lease& l) { return l.outcome.has_value(); });
            }
            return answer;
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
        const std::int64_t grace_;
        std::mutex mutex_;
        std::condition_variable changed_;
        std::function<void(quota_answer)> question_;
        duration attempt_{};
        std::vector<lease> leases_;
        bool stops_waiting_ = false, is_stopped_ = false;
    };

    const std::shared_ptr<desk> desk_;
    std::mutex starting_;
    std::thread thread_;
    const fork_mark made_in_;
};

} // namespace cojob::detail
#endif

#endif
