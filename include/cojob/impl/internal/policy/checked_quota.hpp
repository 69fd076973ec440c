#ifndef COJOB_IMPL_INTERNAL_POLICY_CHECKED_QUOTA_HPP
#define COJOB_IMPL_INTERNAL_POLICY_CHECKED_QUOTA_HPP

#include <cojob/error.hpp>
#include <cojob/policy/quota_options.hpp>

namespace cojob::detail {

/// Returns the options. \throws api_error `invalid_argument` if a quota cannot have them
inline quota_options checked(const quota_options& options)
{
    if (options.limit == 0)
        throw_invalid_argument("quota_options::limit: must be more than zero");
    if (options.window <= duration::zero() || options.window == no_timeout)
        throw_invalid_argument("quota_options::window: must be more than zero, and must not be no_timeout");
    if (options.max_wait <= duration::zero())
        throw_invalid_argument("quota_options::max_wait: must be more than zero; use no_timeout for no limit");
    return options;
}

} // namespace cojob::detail

#endif
