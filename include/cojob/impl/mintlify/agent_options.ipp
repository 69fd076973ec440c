#ifndef COJOB_IMPL_MINTLIFY_AGENT_OPTIONS_IPP
#define COJOB_IMPL_MINTLIFY_AGENT_OPTIONS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/error.hpp>
#include <cojob/mintlify/agent_options.hpp>

#include <cstdlib>
#include <string>
#include <utility>

namespace cojob::mintlify {

namespace detail {

using cojob::detail::throw_invalid_argument;

inline std::string environment(const char* name)
{
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
    return value ? value : "";
}

inline std::string required_environment(const char* name, const char* what)
{
    auto value = environment(name);
    if (value.empty())
        throw_invalid_argument(std::string(name) + ": the environment variable is not set; it must hold " + what);
    return value;
}

} // namespace detail

agent_options agent_options_from_environment()
{
    agent_options o;
    o.project_id = detail::required_environment("MINTLIFY_PROJECT_ID", "the project id");
    o.api_key = secret(detail::required_environment("MINTLIFY_API_KEY", "an admin API key"));
    if (auto url = detail::environment("MINTLIFY_BASE_URL"); !url.empty())
        o.base_url = std::move(url);
    return o;
}

} // namespace cojob::mintlify

#endif
