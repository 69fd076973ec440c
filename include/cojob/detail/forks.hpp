#ifndef COJOB_DETAIL_FORKS_HPP
#define COJOB_DETAIL_FORKS_HPP

#include <cojob/detail/config.hpp>

#include <atomic>

namespace cojob::detail {

/// Number of forks between this process and the one that first called this: a child counts one more than its parent.
/// Updated by a fork handler of the system, because asking for the process id is a system call. Always zero on systems
/// without fork.
[[nodiscard]] COJOB_DECL const std::atomic<unsigned>& fork_count();

/// Remembers the process in which an object was created, to detect use in a forked child.
class fork_mark {
  public:
    fork_mark() : count_(&fork_count()), made_at_(now()) {}

    [[nodiscard]] bool is_of_a_parent() const noexcept { return now() != made_at_; }

    /// Adopts the object: from now on this process counts as its creator.
    void renew() noexcept { made_at_ = now(); }

  private:
    [[nodiscard]] unsigned now() const noexcept { return count_->load(std::memory_order_relaxed); }

    const std::atomic<unsigned>* count_; // the library's counter, wherever this header is compiled
    unsigned made_at_;
};

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/forks.ipp>
#endif

#endif
