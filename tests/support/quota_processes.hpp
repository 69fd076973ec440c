#ifndef COJOB_TESTS_SUPPORT_QUOTA_PROCESSES_HPP
#define COJOB_TESTS_SUPPORT_QUOTA_PROCESSES_HPP

// For systems with fork.

#include <cojob/impl/internal/policy/quota_core.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>

namespace tests {

/// What processes count together.
struct counts {
    std::atomic<int> held{0}, most{0}, sent{0};

    void take()
    {
        const int now = ++held;
        for (int before = most; now > before && !most.compare_exchange_weak(before, now);) {
        }
    }
};

class shared_counts {
  public:
    shared_counts()
        : at_(new(::mmap(nullptr, sizeof(counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) counts)
    {
    }
    shared_counts(const shared_counts&) = delete;
    shared_counts& operator=(const shared_counts&) = delete;
    ~shared_counts() { ::munmap(at_, sizeof(counts)); }
    counts* operator->() const { return at_; }

  private:
    counts* at_;
};

/// Runs a function in a child process, which ends with it.
inline pid_t start(const std::function<bool()>& act)
{
    const auto pid = ::fork();
    if (pid != 0)
        return pid;
    ::alarm(60);
    bool is_fine = false;
    try {
        is_fine = act();
    } catch (const std::exception&) { // reported by the exit code
    }
    ::_exit(is_fine ? 0 : 1);
}
inline bool ended_well(pid_t pid)
{
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
inline void await_stop(pid_t pid)
{
    int status = 0;
    ::waitpid(pid, &status, WUNTRACED);
    BOOST_TEST(WIFSTOPPED(status));
}

/// A call of a quota that blocks its thread.
class blocking_call {
  public:
    explicit blocking_call(const std::shared_ptr<cojob::quota>& pool, cojob::duration attempt = std::chrono::seconds(1))
        : ticket_(cojob::detail::quota_access::core(*pool), [this] { wake(); }, nullptr, attempt)
    {
    }
    blocking_call(const blocking_call&) = delete;
    blocking_call& operator=(const blocking_call&) = delete;
    ~blocking_call() = default;

    cojob::detail::quota_reply::kind_type take(cojob::duration at_most = std::chrono::seconds(20))
    {
        while (true) {
            is_woken_ = false;
            const auto reply = ticket_.request(at_most, false);
            if (reply.kind == cojob::detail::quota_reply::granted || reply.kind == cojob::detail::quota_reply::refused)
                return reply.kind;
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, std::min<cojob::duration>(reply.wait, std::chrono::hours(1)),
                            [this] { return is_woken_.load(); });
        }
    }
    cojob::detail::quota_core::ticket& ticket() { return ticket_; }

  private:
    void wake()
    {
        const std::lock_guard lock(mutex_);
        is_woken_ = true;
        woken_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable woken_;
    std::atomic<bool> is_woken_ = false;
    cojob::detail::quota_core::ticket ticket_; // last: it wakes until its end
};

} // namespace tests

#endif
