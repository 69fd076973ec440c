#ifndef COJOB_IMPL_MINTLIFY_DEPLOYMENTS_OPTIONS_IPP
#define COJOB_IMPL_MINTLIFY_DEPLOYMENTS_OPTIONS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/mintlify/agent_options.hpp>
#include <cojob/mintlify/deployments_options.hpp>

#include <utility>

namespace cojob::mintlify {

deployments_options deployments_options_from_environment()
{
    auto same = agent_options_from_environment();
    deployments_options o;
    o.project_id = std::move(same.project_id);
    o.api_key = std::move(same.api_key);
    o.base_url = std::move(same.base_url);
    return o;
}

} // namespace cojob::mintlify

#endif
