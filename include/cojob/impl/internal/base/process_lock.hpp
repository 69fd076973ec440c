#ifndef COJOB_IMPL_INTERNAL_BASE_PROCESS_LOCK_HPP
#define COJOB_IMPL_INTERNAL_BASE_PROCESS_LOCK_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#ifdef _WIN32
#include <io.h>
#include <share.h>
#else
#include <unistd.h>
#endif

namespace cojob::detail {

#ifdef _WIN32
/// The lock of a file that one process has open at a time: a file beside it that no other can open meanwhile.
class process_lock {
  public:
    /// \throws api_error `device_or_resource_busy` if another has it
    process_lock(const std::filesystem::path& path, const named_file& of)
    {
        const auto error = ::_wsopen_s(&descriptor_, path.c_str(), _O_CREAT | _O_RDWR | _O_BINARY | _O_NOINHERIT,
                                       _SH_DENYRW, _S_IREAD | _S_IWRITE);
        if (error != 0)
            throw_file_error(error == EACCES ? EBUSY : error, of);
    }
    process_lock(const process_lock&) = delete;
    process_lock& operator=(const process_lock&) = delete;
    ~process_lock() { ::_close(descriptor_); }

  private:
    int descriptor_ = -1;
};
#else
/// The lock of a file that one process has open at a time: a record lock on a file beside it. The system ends it with
/// the process, however that ends, and does not pass it on to forked children. Such a lock excludes no other descriptor
/// of the same process, and closing any of them releases it: so nothing else opens the file, and a list of the process
/// has those that it holds.
class process_lock {
  public:
    /// \throws api_error `device_or_resource_busy` if another has it, in this process or in another
    process_lock(const std::filesystem::path& path, const named_file& of)
    {
        const std::lock_guard guard(held_locks().mutex);
        struct stat known{};
        if (::stat(path.c_str(), &known) == 0 && is_held(known))
            throw_file_error(EBUSY, of); // without opening it
        descriptor_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (descriptor_ < 0 || ::fstat(descriptor_, &file_) != 0)
            fail(errno, of);
        struct flock whole{};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (::fcntl(descriptor_, F_SETLK, &whole) != 0)
            fail(errno == EACCES || errno == EAGAIN ? EBUSY : errno, of);
        struct stat now{};
        if (::stat(path.c_str(), &now) != 0 || !is_same(now, file_))
            fail(EBUSY, of); // somebody has replaced it meanwhile
        held_locks().list.push_back({file_, fork_mark()});
    }
    process_lock(const process_lock&) = delete;
    process_lock& operator=(const process_lock&) = delete;

    ~process_lock()
    {
        if (made_in_.is_of_a_parent()) { // the parent's list may be locked, and its lock is not this process's
            ::close(descriptor_);
            return;
        }
        const std::lock_guard guard(held_locks().mutex);
        std::erase_if(held_locks().list, [this](const held& one) { return is_same(one.file, file_); });
        ::close(descriptor_);
    }

  private:
    struct held {
        struct stat file;
        fork_mark made_in;
    };
    struct held_list {
        std::mutex mutex;
        std::vector<held> list;
    };

    static held_list& held_locks()
    {
        static auto* const all = new held_list; // never destroyed: a static journal may release its lock at the end
        return *all;
    }

    static bool is_same(const struct stat& a, const struct stat& b) noexcept
    {
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    }

    static bool is_held(const struct stat& file)
    {
        const auto& list = held_locks().list;
        return std::any_of(list.begin(), list.end(),
                           [&](const held& one) { return is_same(one.file, file) && !one.made_in.is_of_a_parent(); });
    }

    [[noreturn]] void fail(int error, const named_file& of) const
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        throw_file_error(error, of);
    }

    int descriptor_ = -1;
    struct stat file_{};
    fork_mark made_in_;
};
#endif

} // namespace cojob::detail

#endif
