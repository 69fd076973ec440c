#ifndef COJOB_IMPL_INTERNAL_POLICY_JITTER_HPP
#define COJOB_IMPL_INTERNAL_POLICY_JITTER_HPP

#include <cojob/clock.hpp>

#include <algorithm>
#include <chrono>

namespace cojob::detail {

/// A random fraction of a duration. `uniform` is from [0, 1).
[[nodiscard]] inline duration part_of(duration whole, double uniform)
{
    return std::chrono::duration_cast<duration>(std::chrono::duration<double, duration::period>(whole) * uniform);
}

/// A random delay to add to a server's hint, so that not all clients retry at the same time.
[[nodiscard]] inline duration jitter(duration hint, double uniform)
{
    return part_of(std::min<duration>(std::chrono::seconds(1), hint / 10), uniform);
}

} // namespace cojob::detail

#endif
