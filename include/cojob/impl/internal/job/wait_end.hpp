#ifndef COJOB_IMPL_INTERNAL_JOB_WAIT_END_HPP
#define COJOB_IMPL_INTERNAL_JOB_WAIT_END_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/job/wait_subject.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>

namespace cojob::detail {

/// How a wait ended: with a job, a failure, or what a service threw.
struct wait_end {
    error_info failure{}; ///< no code: the job has ended
    std::shared_ptr<const void> job{};
    std::exception_ptr thrown{};
    std::size_t order = 0; ///< among several, counted from 1; 0: it was given up

    [[nodiscard]] bool is_success() const noexcept { return !failure.code() && !thrown; }
};

/// Hears of a wait, on the client's strand, and must leave it alone meanwhile.
class wait_listener {
  public:
    wait_listener() = default;
    wait_listener(const wait_listener&) = delete;
    wait_listener& operator=(const wait_listener&) = delete;
    virtual ~wait_listener() = default;

    virtual void changed(const job_view&) {}
    virtual void ended(wait_end&) = 0;
};

} // namespace cojob::detail

#endif
