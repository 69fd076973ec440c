#ifndef COJOB_IMPL_MINTLIFY_DEPLOYMENTS_OPTIONS_IPP
#define COJOB_IMPL_MINTLIFY_DEPLOYMENTS_OPTIONS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/mintlify/account_from_environment.hpp>
#include <cojob/mintlify/deployments_options.hpp>

namespace cojob::mintlify {

deployments_options deployments_options_from_environment()
{
    deployments_options o;
    detail::read_project(o);
    return o;
}

} // namespace cojob::mintlify

#endif
