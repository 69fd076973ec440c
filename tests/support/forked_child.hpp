#ifndef TESTS_SUPPORT_FORKED_CHILD_HPP
#define TESTS_SUPPORT_FORKED_CHILD_HPP

#include <functional>

namespace tests {

/// Runs a function in a forked child and returns its result, a number from 0 to 255. Its body is apart, because
/// <sys/wait.h> declares names that tests have too.
int result_of_child(const std::function<int()>&);

} // namespace tests

#endif
