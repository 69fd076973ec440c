#ifndef COJOB_IMPL_FORKS_IPP
#define COJOB_IMPL_FORKS_IPP

// All that is asked of the system about processes.

#include <cojob/detail/body.hpp>
#include <cojob/detail/forks.hpp>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace cojob::detail {

inline std::atomic<unsigned> forks_so_far{0};

const std::atomic<unsigned>& fork_count()
{
#if defined(__unix__) || defined(__APPLE__)
    // Where the system has no room for the hook, a child is not told from its parent.
    static const auto hooked = pthread_atfork(nullptr, nullptr, +[] { ++forks_so_far; });
    (void)hooked;
#endif
    return forks_so_far;
}

} // namespace cojob::detail

#endif
