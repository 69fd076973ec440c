#include "support/forked_child.hpp"

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>

namespace tests {

int result_of_child(const std::function<int()>& function)
{
    const auto child = ::fork();
    if (child == 0)
        ::_exit(function());
    int status = -1;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

} // namespace tests
#endif
