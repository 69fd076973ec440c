#ifndef COJOB_IMPL_POLICY_SHARED_QUOTA_IPP
#define COJOB_IMPL_POLICY_SHARED_QUOTA_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/policy/checked_quota.hpp>
#include <cojob/impl/internal/policy/file_ledger.hpp>
#include <cojob/policy/shared_quota.hpp>

#include <utility>

namespace cojob {

std::shared_ptr<quota> open_shared_quota(const std::filesystem::path& path, quota_options options,
                                         quota_file_options how, clock_ptr clock)
{
#ifdef _WIN32
    (void)path, (void)options, (void)how, (void)clock;
    detail::throw_invalid_argument("open_shared_quota", "not available on Windows: use quota::save and quota::load");
#else
    if (detail::checked(options).limit > detail::ledger_book::most_slots)
        detail::throw_invalid_argument("quota_options::limit: must be at most 2000 for a file");
    if (how.lock_timeout <= duration::zero() || how.lock_timeout == no_timeout)
        detail::throw_invalid_argument("quota_file_options::lock_timeout: must be positive and not no_timeout");
    const auto ledger = detail::share<detail::file_ledger>(path, options, how);
    return detail::share<quota>(options, std::move(clock), ledger);
#endif
}

} // namespace cojob

#endif
