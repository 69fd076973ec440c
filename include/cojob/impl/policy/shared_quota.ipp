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

namespace detail {

inline void check_shared(const quota_options& options, const quota_file_options& how)
{
#ifdef _WIN32
    (void)options, (void)how;
    throw_invalid_argument("open_shared_quota", "not available on Windows: use quota::save and quota::load");
#else
    if (checked(options).limit > ledger_layout::most_slots)
        throw_invalid_argument("quota_options::limit: must be at most 2000 for a file");
    if (how.lock_timeout <= duration::zero() || how.lock_timeout == no_timeout)
        throw_invalid_argument("quota_file_options::lock_timeout: must be positive and not no_timeout");
#endif
}

} // namespace detail

std::shared_ptr<quota> open_shared_quota(const std::filesystem::path& path, quota_options options,
                                         quota_file_options how, clock_ptr clock)
{
    detail::check_shared(options, how);
#ifdef _WIN32
    (void)path, (void)clock;
    return {};
#else
    const auto ledger = detail::share<detail::file_ledger>(path, options, how);
    return detail::share<quota>(options, std::move(clock), ledger);
#endif
}

std::uint32_t free_slots(const std::filesystem::path& path, quota_options options, quota_file_options how)
{
    detail::check_shared(options, how);
    std::uint32_t free = 0;
#ifdef _WIN32
    (void)path;
#else
    detail::ledger_file file(path, options, how, detail::machine_ledger_time);
    file.update([&](detail::ledger_book& book, const detail::ledger_time& now) { free = book.free_slots(now); });
#endif
    return free;
}

} // namespace cojob

#endif
