#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_LOCK_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_LOCK_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

namespace cojob::detail {

/// Whether the path still leads to the file that was opened. If not, errno is ENOENT.
[[nodiscard]] inline bool is_the_file_at(int descriptor, const std::filesystem::path& path)
{
    struct stat opened{}, there{};
    const bool is_same = ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &there) == 0 &&
                         opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
    if (!is_same)
        errno = ENOENT;
    return is_same;
}

/// Excludes all other processes and threads that use the ledger. A file beside the ledger is locked with flock, through
/// a descriptor of its own. *Not with fcntl:* such a lock does not exclude the threads of one process, and is lost when
/// anything in the process closes the file. The descriptor is opened each time, so that a forked child has none that
/// would keep the lock after its parent was killed.
class ledger_lock {
  public:
    /// \throws api_error quota_exhausted if the lock is not free within `at_most`
    ledger_lock(const std::filesystem::path& of, std::chrono::steady_clock::duration at_most)
    {
        auto path = of;
        path += ".lock";
        const auto begin = std::chrono::steady_clock::now();
        while (!try_lock(path)) {
            if (std::chrono::steady_clock::now() - begin >= at_most)
                throw api_error(error_info(errc::quota_exhausted,
                                           "quota file: " + utf8(path) +
                                               ": another process, perhaps a stopped one, has locked it for too long; "
                                               "end that process, but do not delete the file"));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    ledger_lock(const ledger_lock&) = delete;
    ledger_lock& operator=(const ledger_lock&) = delete;

    /// Unlocks before it closes: a child that was forked meanwhile has the descriptor too.
    ~ledger_lock()
    {
        ::flock(descriptor_, LOCK_UN);
        ::close(descriptor_);
    }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  private:
    /// Opens the file and tries to lock it. One that was deleted meanwhile, by whoever tidies up, excludes nobody.
    [[nodiscard]] bool try_lock(const std::filesystem::path& path)
    {
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (descriptor_ < 0)
            throw_file_error(errno, {"lock of a quota file", path});
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 && is_the_file_at(descriptor_, path))
            return true;
        const auto error = errno;
        ::close(descriptor_);
        if (error != EWOULDBLOCK && error != EINTR && error != ENOENT)
            throw_file_error(error, {"lock of a quota file", path});
        return false;
    }

    int descriptor_ = -1;
};

#ifdef __linux__
/// Whether machines share file systems of this type, as `statfs` tells it: NFS, SMB, CIFS, SMB2, AFS, Ceph.
[[nodiscard]] inline bool is_of_network(unsigned long type)
{
    for (const auto network : {0x6969UL, 0x517BUL, 0xFF534D42UL, 0xFE534D42UL, 0x5346414FUL, 0x00C36400UL})
        if ((type & 0xFFFFFFFFUL) == network)
            return true;
    return false;
}
#endif

/// \throws api_error invalid_argument for a file of another machine, where locks and clocks are not this one's
inline void refuse_network(int descriptor, const std::string& name)
{
#ifdef __linux__
    struct statfs about{};
    if (::fstatfs(descriptor, &about) == 0 && is_of_network(static_cast<unsigned long>(about.f_type)))
        throw_invalid_argument("quota file: " + name,
                               "on a network file system, where the clocks of several machines would count");
#else
    (void)descriptor;
    (void)name;
#endif
}

} // namespace cojob::detail
#endif

#endif
