#ifndef TESTS_SUPPORT_ONE_ATTEMPT_HPP
#define TESTS_SUPPORT_ONE_ATTEMPT_HPP

#include <cojob/client.hpp>

namespace tests {

/// A client without retries, for tests of a single attempt.
inline cojob::client_options one_attempt()
{
    cojob::client_options options;
    options.retry.max_attempts = 1;
    return options;
}

} // namespace tests

#endif
