#ifndef COJOB_POLICY_SHARED_QUOTA_HPP
#define COJOB_POLICY_SHARED_QUOTA_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/policy/quota_file_options.hpp>
#include <cojob/policy/quota_options.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>

namespace cojob {

/// Opens a quota that all processes of this machine share that open the same file with the same limit and window;
/// creates the file if there is none. Each slot is in the file before its request is sent, so a process that is
/// killed loses nothing: a slot that it had counts as used. Follows a symbolic link. Makes the file, and beside it
/// `<file>.lock`, accessible to their owner only. Blocks for the first look at the file; a thread of the quota's own
/// does all that follows.
///
/// A child process must open the file itself after the fork. Not available on Windows. Thread-safe.
///
/// \throws api_error `invalid_argument` as the constructor of `quota`; for a limit above 2,000 or a `lock_timeout` that
/// is not positive or `no_timeout`; for a file that is damaged, of a newer version, of another limit or window, written
/// by `quota::save`, with a second hard link, or on a network file system; and on Windows. The message says what to do.
/// `quota_exhausted` if the file stays locked. The code of the system if the file cannot be read or written
[[nodiscard]] COJOB_DECL std::shared_ptr<quota> open_shared_quota(const std::filesystem::path&, quota_options,
                                                                  quota_file_options = {}, clock_ptr = {});

/// Returns how many slots of such a file are free now, counting the uses of all its processes; zero while the pool
/// pauses. For display: another process may take a slot at any time. Blocks while it reads the file. Thread-safe.
///
/// Creates the file if there is none. \throws as `open_shared_quota`
[[nodiscard]] COJOB_DECL std::uint32_t free_slots(const std::filesystem::path&, quota_options, quota_file_options = {});

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/policy/shared_quota.ipp>
#endif

#endif
