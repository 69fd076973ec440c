#ifndef COJOB_IMPL_MINTLIFY_STATIC_EXPORT_OPTIONS_IPP
#define COJOB_IMPL_MINTLIFY_STATIC_EXPORT_OPTIONS_IPP

#include <cojob/detail/body.hpp>
#include <cojob/impl/internal/mintlify/account_from_environment.hpp>
#include <cojob/mintlify/static_export_options.hpp>

namespace cojob::mintlify {

static_export_options static_export_options_from_environment()
{
    static_export_options o;
    detail::read_account(o);
    return o;
}

} // namespace cojob::mintlify

#endif
