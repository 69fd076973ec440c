#ifndef COJOB_IMPL_INTERNAL_BASE_PROCESS_LOCK_HPP
#define COJOB_IMPL_INTERNAL_BASE_PROCESS_LOCK_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
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
        auto& held = held_locks();
        const std::lock_guard guard(held.mutex);
        struct stat known{};
        if (::stat(path.c_str(), &known) == 0 && held.has(known))
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
        held.files.push_back(file_);
    }
    process_lock(const process_lock&) = delete;
    process_lock& operator=(const process_lock&) = delete;

    ~process_lock()
    {
        // In a forked child the descriptor stays open: the lock is the parent's, but closing it would release a lock
        // that the child has of the same file.
        if (made_in_.is_of_a_parent())
            return;
        auto& held = held_locks();
        const std::lock_guard guard(held.mutex);
        std::erase_if(held.files, [this](const struct stat& one) { return is_same(one, file_); });
        ::close(descriptor_);
    }

  private:
    /// The locks that this process holds.
    struct held_list {
        std::mutex mutex;
        std::vector<struct stat> files;
        fork_mark made_in;
        held_list* before = nullptr;

        [[nodiscard]] bool has(const struct stat& file) const
        {
            return std::any_of(files.begin(), files.end(), [&](const auto& one) { return is_same(one, file); });
        }
    };

    /// Never destroyed: a static journal may release its lock at the end. A forked child has a list of its own: a
    /// thread of the parent may have held the other's mutex.
    static held_list& held_locks()
    {
        static std::atomic<held_list*> current = new held_list;
        auto* known = current.load();
        while (known->made_in.is_of_a_parent()) {
            auto fresh = std::make_unique<held_list>();
            fresh->before = known;
            if (current.compare_exchange_strong(known, fresh.get()))
                known = fresh.release();
        }
        return *known;
    }

    static bool is_same(const struct stat& a, const struct stat& b) noexcept
    {
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
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
