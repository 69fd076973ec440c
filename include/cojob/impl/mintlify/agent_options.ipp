#ifndef COJOB_IMPL_MINTLIFY_AGENT_OPTIONS_IPP
#define COJOB_IMPL_MINTLIFY_AGENT_OPTIONS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/mintlify/account_from_environment.hpp>
#include <cojob/mintlify/agent_options.hpp>

namespace cojob::mintlify {

agent_options agent_options_from_environment()
{
    agent_options o;
    detail::read_project(o);
    return o;
}

} // namespace cojob::mintlify

#endif
