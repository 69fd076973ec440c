#ifndef COJOB_IMPL_MINTLIFY_AGENT_OPTIONS_IPP
#define COJOB_IMPL_MINTLIFY_AGENT_OPTIONS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/mintlify/agent_options.hpp>

#include <utility>

namespace cojob::mintlify {

agent_options agent_options_from_environment()
{
    using cojob::detail::environment;
    agent_options o;
    o.project_id = environment("MINTLIFY_PROJECT_ID", "the project id");
    o.api_key = secret_from_environment("MINTLIFY_API_KEY", "an admin API key");
    if (auto url = environment("MINTLIFY_BASE_URL"); !url.empty())
        o.base_url = std::move(url);
    return o;
}

} // namespace cojob::mintlify

#endif
