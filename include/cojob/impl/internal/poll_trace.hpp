#ifndef COJOB_IMPL_INTERNAL_POLL_TRACE_HPP
#define COJOB_IMPL_INTERNAL_POLL_TRACE_HPP

#include <cojob/clock.hpp>

#include <optional>

namespace cojob::detail {

/// What one poll leaves behind besides the job.
struct poll_trace {
    std::optional<duration> retry_after{}; ///< the server's word on when to come back, whatever its status
};

} // namespace cojob::detail

#endif
