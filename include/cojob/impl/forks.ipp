#ifndef COJOB_IMPL_FORKS_IPP
#define COJOB_IMPL_FORKS_IPP

// The only code that uses the system's process API.

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
    // If pthread_atfork fails, a child process is not detected.
    static const auto hooked = pthread_atfork(nullptr, nullptr, +[] { ++forks_so_far; });
    (void)hooked;
#endif
    return forks_so_far;
}

} // namespace cojob::detail

#endif
