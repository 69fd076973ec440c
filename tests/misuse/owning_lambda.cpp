// A lambda that g++ 12 would destroy twice if this call were part of a co_await expression.
#include <cojob/job/progress.hpp>
#include <cojob/mintlify/agent.hpp>

#include <string>

auto show(const cojob::mintlify::agent& agent, const std::string& name)
{
    return cojob::wait_for_job(agent, "job_1", [name](const auto&) {});
}
