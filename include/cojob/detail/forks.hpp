#ifndef COJOB_DETAIL_FORKS_HPP
#define COJOB_DETAIL_FORKS_HPP

#include <cojob/detail/config.hpp>

#include <atomic>

namespace cojob::detail {

/// How many forks lie between this process and the one that asked first: a child counts one more than its parent. Kept
/// by the system's hook, since asking for the process id is a system call. Always zero where processes do not fork.
[[nodiscard]] COJOB_DECL const std::atomic<unsigned>& fork_count();

/// Where something was made: whether that was in a process from which this one was forked since.
class fork_mark {
  public:
    fork_mark() : count_(&fork_count()), made_at_(now()) {}

    [[nodiscard]] bool is_of_a_parent() const noexcept { return now() != made_at_; }

    /// From now on as if it had been made here.
    void renew() noexcept { made_at_ = now(); }

  private:
    [[nodiscard]] unsigned now() const noexcept { return count_->load(std::memory_order_relaxed); }

    const std::atomic<unsigned>* count_; // of the library, wherever this is compiled
    unsigned made_at_;
};

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/forks.ipp>
#endif

#endif
