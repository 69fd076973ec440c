#ifndef TESTS_SUPPORT_ENVIRONMENT_HPP
#define TESTS_SUPPORT_ENVIRONMENT_HPP

#include <cstdlib>
#include <string>

namespace tests {

/// Sets an environment variable of this process; nullptr removes it. Windows also removes one that is set to nothing.
/// Tests that call this run in one thread.
inline void set_variable(const std::string& name, const char* value)
{
#ifdef _WIN32
    ::_putenv_s(name.c_str(), value ? value : "");
#else
    if (value)
        setenv(name.c_str(), value, 1); // NOLINT(concurrency-mt-unsafe)
    else
        unsetenv(name.c_str()); // NOLINT(concurrency-mt-unsafe)
#endif
}

} // namespace tests

#endif
