#ifndef TESTS_SUPPORT_ONE_ATTEMPT_HPP
#define TESTS_SUPPORT_ONE_ATTEMPT_HPP

#include <cojob/client.hpp>

#include <ostream>

namespace cojob {

/// Prints a value in Boost.Test's reports.
inline std::ostream& boost_test_print_type(std::ostream& out, threading value)
{
    return out << to_string(value);
}

} // namespace cojob

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
