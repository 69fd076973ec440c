#ifndef COJOB_IMPL_INTERNAL_POLICY_FILE_LEDGER_HPP
#define COJOB_IMPL_INTERNAL_POLICY_FILE_LEDGER_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/ledger_desk.hpp>
#include <cojob/policy/quota_file_options.hpp>
#include <cojob/policy/quota_ledger.hpp>
#include <cojob/policy/quota_options.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#ifndef _WIN32
namespace cojob::detail {

/// A ledger in a file. All I/O is done by a thread of its own, which also renews leases: a lease of a process that was
/// stopped runs out. The thread starts with the first question.
class file_ledger final : public quota_ledger {
  public:
    /// \param grace how much longer than an attempt a lease is, for the time between its grant and the commit
    /// \param renewal the length of a lease for an attempt without a limit; each is renewed when a third of it is over
    /// \throws as `ledger_file`
    file_ledger(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::chrono::nanoseconds grace = std::chrono::seconds(30),
                std::chrono::nanoseconds renewal = std::chrono::seconds(60))
        : desk_(std::make_shared<ledger_desk>(path, options, how, grace.count(), renewal.count()))
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
    const std::shared_ptr<ledger_desk> desk_;
    std::mutex starting_;
    std::thread thread_;
    const fork_mark made_in_;
};

} // namespace cojob::detail
#endif

#endif
