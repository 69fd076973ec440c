#ifndef TESTS_SUPPORT_SMALL_MESSAGES_HPP
#define TESTS_SUPPORT_SMALL_MESSAGES_HPP

#include <cojob/http/options.hpp>

#include <cstddef>

namespace tests {

/// Small limits, so that a message that exceeds one is short.
inline cojob::limit_options small_limits()
{
    cojob::limit_options limits;
    limits.header_bytes = 256;
    limits.header_count = 5;
    limits.body_bytes = 32;
    limits.informational = 2;
    limits.chunk_extension = 16;
    return limits;
}

/// Sizes of the pieces in which a message arrives.
inline constexpr std::size_t piece_sizes[] = {1, 2, 3, 7, 100, 16 * 1024};

} // namespace tests

#endif
