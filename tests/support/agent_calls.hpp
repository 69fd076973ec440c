#ifndef TESTS_SUPPORT_AGENT_CALLS_HPP
#define TESTS_SUPPORT_AGENT_CALLS_HPP

#include "support/scripted_agent.hpp"

namespace tests {

using agent_call = started<cojob::mintlify::agent_job> (*)(scripted_agent&);

inline started<cojob::mintlify::agent_job> get_job(scripted_agent& bench)
{
    return bench.start(bench.agent.get_job("job_1"));
}

inline started<cojob::mintlify::agent_job> create_job(scripted_agent& bench)
{
    return bench.start(bench.agent.create_job("Document it"));
}

inline started<cojob::mintlify::agent_job> send_message(scripted_agent& bench)
{
    return bench.start(bench.agent.send_message("job_1", "And that"));
}

} // namespace tests

#endif
