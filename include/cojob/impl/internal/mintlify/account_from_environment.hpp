#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_ACCOUNT_FROM_ENVIRONMENT_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_ACCOUNT_FROM_ENVIRONMENT_HPP

#include <cojob/secret.hpp>

#include <utility>

namespace cojob::mintlify::detail {

/// The key and the server.
template <class Options>
void read_account(Options& o)
{
    o.api_key = secret_from_environment("MINTLIFY_API_KEY", "an admin API key");
    if (auto url = cojob::detail::environment("MINTLIFY_BASE_URL"); !url.empty())
        o.base_url = std::move(url);
}

/// The project too.
template <class Options>
void read_project(Options& o)
{
    o.project_id = cojob::detail::environment("MINTLIFY_PROJECT_ID", "the project id");
    read_account(o);
}

} // namespace cojob::mintlify::detail

#endif
