#ifndef COJOB_POLICY_QUOTA_FILE_OPTIONS_HPP
#define COJOB_POLICY_QUOTA_FILE_OPTIONS_HPP

#include <cojob/clock.hpp>

#include <chrono>

namespace cojob {

/// How a quota uses the file that it shares with other processes.
struct quota_file_options {
    /// Flush each use to disk before its request is sent. Otherwise a use survives the end of the process, but not that
    /// of the machine.
    bool flushes_to_disk = false;
    /// The longest that a call waits while another process has locked the file, before it ends with `quota_exhausted`.
    /// Positive, and not `no_timeout`.
    duration lock_timeout = std::chrono::seconds(2);
};

} // namespace cojob

#endif
