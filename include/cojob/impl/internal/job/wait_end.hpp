#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_END_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_END_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/job/wait_subject.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

namespace cojob::detail {

/// How a wait ended: with a job, a failure, or what a service threw.
struct wait_end {
    std::unique_ptr<error_info>
        failure{}; ///< null: the job has ended. By pointer: most waits have none, most of the time
    std::shared_ptr<const void> job{};
    std::exception_ptr thrown{};
    std::size_t order = 0; ///< among several, counted from 1; 0: it was given up

    [[nodiscard]] bool is_success() const noexcept { return !failure && !thrown; }
};

inline wait_end failed_wait(error_info failure)
{
    return {.failure = std::make_unique<error_info>(std::move(failure))};
}

/// Hears of a wait, on the client's strand, and must leave it alone meanwhile.
class wait_listener {
  public:
    wait_listener() = default;
    wait_listener(const wait_listener&) = delete;
    wait_listener& operator=(const wait_listener&) = delete;
    virtual ~wait_listener() = default;

    /// Whether `changed` is to be called. A wait then keeps the job as it was seen last, to compare.
    [[nodiscard]] virtual bool wants_changes() const noexcept { return false; }
    virtual void changed(const job_view&) {}
    virtual void ended(wait_end&) = 0;
};

} // namespace cojob::detail

#endif
