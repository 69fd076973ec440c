#ifndef COJOB_IMPL_INTERNAL_BASE_DURABLE_FILE_HPP
#define COJOB_IMPL_INTERNAL_BASE_DURABLE_FILE_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/file.hpp>

#include <boost/system/errc.hpp>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace cojob::detail {

/// A file, and how messages call it.
struct named_file {
    std::string_view kind; ///< such as "quota file"
    std::filesystem::path path;
};

[[noreturn]] inline void throw_file_error(const error_code& code, const named_file& file)
{
    throw api_error(error_info(code, std::string(file.kind).append(": ").append(utf8(file.path))));
}

[[noreturn]] inline void throw_file_error(int number, const named_file& file)
{
    throw_file_error(error_code(number != 0 ? number : EIO, boost::system::generic_category()), file);
}

#ifdef _WIN32
[[nodiscard]] inline int descriptor_of(std::FILE* file)
{
    return ::_fileno(file);
}

/// Flushes a file to disk. Returns false, and sets errno, if that fails.
[[nodiscard]] inline bool reaches_disk(int descriptor)
{
    return ::_commit(descriptor) == 0;
}
#else
[[nodiscard]] inline int descriptor_of(std::FILE* file)
{
    return ::fileno(file);
}

/// Flushes a file to disk. Returns false, and sets errno, if that fails.
[[nodiscard]] inline bool reaches_disk(int descriptor)
{
#ifdef F_FULLFSYNC // macOS: fsync does not flush the drive's cache
    if (::fcntl(descriptor, F_FULLFSYNC) == 0)
        return true;
#endif
    return ::fsync(descriptor) == 0;
}
#endif

/// Reads a whole file; nothing if it does not exist.
[[nodiscard]] inline std::optional<std::string> read_file(const named_file& named)
{
    errno = 0;
    const auto file = open_unbuffered(named.path);
    if (!file && errno == ENOENT)
        return std::nullopt;
    if (!file) {
        const auto error = errno;
        std::error_code ignored; // Windows denies access to a folder
        throw_file_error(error == EACCES && std::filesystem::is_directory(named.path, ignored) ? EISDIR : error, named);
    }
    std::string text, part(4096, '\0');
    while (const auto size = std::fread(part.data(), 1, part.size(), file.get()))
        text.append(part, 0, size);
    if (std::ferror(file.get()))
        throw_file_error(errno, named);
    return text;
}

/// Resolves symbolic links, so that the file is replaced and not the link.
[[nodiscard]] inline std::filesystem::path follow_links(std::filesystem::path path)
{
    std::error_code ignored;
    for (int left = 40; left > 0 && std::filesystem::is_symlink(path, ignored); --left)
        path = path.parent_path() / std::filesystem::read_symlink(path, ignored);
    return path;
}

[[nodiscard]] inline std::filesystem::path folder_of(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// Returns how the names of the temporary files for this file begin. In the system's own characters, because a name on
/// Windows may have no others.
[[nodiscard]] inline std::filesystem::path::string_type leftover_prefix(const std::filesystem::path& target)
{
    return (target.filename() += ".tmp-").native();
}

/// Finds a temporary file that an interrupted replacement of this file left behind; empty if there is none.
[[nodiscard]] inline std::filesystem::path find_leftover(const std::filesystem::path& path)
{
    const auto target = follow_links(path);
    const auto begin = leftover_prefix(target);
    std::error_code ignored;
    for (std::filesystem::directory_iterator i(folder_of(target), ignored), end; i != end; i.increment(ignored))
        if (i->path().filename().native().starts_with(begin))
            return i->path();
    return {};
}

/// Removes the temporary files that interrupted replacements of this file left behind. Keeps those of the last minute:
/// another process may be replacing the file now.
inline void remove_old_leftovers(const std::filesystem::path& target)
{
    const auto begin = leftover_prefix(target);
    const std::filesystem::path digits("0123456789");
    std::error_code error;
    const auto written = std::filesystem::last_write_time(target, error);
    if (error)
        return;
    for (std::filesystem::directory_iterator i(folder_of(target), error), end; !error && i != end; i.increment(error)) {
        const auto name = i->path().filename().native();
        const bool is_ours = name.starts_with(begin) && name.size() > begin.size() &&
                             name.find_first_not_of(digits.native(), begin.size()) == name.npos;
        std::error_code ignored;
        if (is_ours && std::filesystem::is_regular_file(i->symlink_status(ignored)) &&
            i->last_write_time(ignored) < written - std::chrono::minutes(1) && !ignored)
            std::filesystem::remove(i->path(), ignored);
    }
}

/// Replaces a file atomically. Writes a temporary file next to it, flushes it to disk, renames it, and flushes the
/// folder before `replace` returns: after a crash, either the old or the new file is there, complete. The destructor
/// removes a temporary file that was not renamed.
class file_replacement {
  public:
    explicit file_replacement(named_file file)
        : file_(std::move(file)), target_(follow_links(file_.path)), name_(target_)
    {
        name_ += ".tmp-" + std::to_string(std::random_device()());
    }
    file_replacement(const file_replacement&) = delete;
    file_replacement& operator=(const file_replacement&) = delete;

    ~file_replacement()
    {
        std::error_code ignored;
        if (is_there_)
            std::filesystem::remove(name_, ignored);
    }

    void write(std::string_view text)
    {
        auto file = create();
        if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fflush(file.get()) != 0 ||
            !reaches_disk(descriptor_of(file.get())))
            throw_file_error(errno, file_);
        errno = 0;
        if (std::fclose(file.release()) != 0)
            throw_file_error(errno, file_);
    }

    void replace()
    {
        std::error_code error;
        std::filesystem::rename(name_, target_, error);
        if (error)
            throw_file_error(error_code(error), file_);
        is_there_ = false;
        keep_name();
        remove_old_leftovers(target_);
    }

  private:
#ifdef _WIN32
    /// The folder's permissions apply. Fails if the file exists; msvcrt's fopen does not know the mode x for that.
    file_ptr create()
    {
        std::error_code ignored;
        if (std::filesystem::is_directory(target_, ignored))
            throw_file_error(EISDIR, file_);
        const int descriptor =
            ::_wopen(name_.c_str(), _O_CREAT | _O_EXCL | _O_WRONLY | _O_BINARY, _S_IREAD | _S_IWRITE);
        if (descriptor < 0)
            throw_file_error(errno, file_);
        is_there_ = true;
        file_ptr file(::_fdopen(descriptor, "wb"));
        if (!file) {
            const auto error = errno;
            ::_close(descriptor);
            throw_file_error(error, file_);
        }
        return file;
    }

    void keep_name() const {}
#else
    /// Creates the temporary file with the old file's permissions, or else for its owner only. Never opens an existing
    /// file.
    file_ptr create()
    {
        struct stat old{};
        const bool has_old = ::stat(target_.c_str(), &old) == 0;
        if (!has_old && errno != ENOENT)
            throw_file_error(errno, file_);
        if (has_old && !S_ISREG(old.st_mode))
            throw_file_error(S_ISDIR(old.st_mode) ? EISDIR : EINVAL, file_);
        const int descriptor = ::open(name_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (descriptor < 0)
            throw_file_error(errno, file_);
        is_there_ = true;
        file_ptr file(::fdopen(descriptor, "wb"));
        if (!file) {
            const auto error = errno;
            ::close(descriptor);
            throw_file_error(error, file_);
        }
        if (has_old && ::fchmod(descriptor, give_as(old, descriptor)) != 0)
            throw_file_error(errno, file_);
        return file;
    }

    /// Keeps the old file's owner and group, or at least the group, if this process may set them. Returns the mode for
    /// the new file: if the group differs, without the group's permissions.
    static mode_t give_as(const struct stat& old, int descriptor)
    {
        const auto mode = static_cast<mode_t>(old.st_mode & 07777U); // an unsigned short on macOS
        struct stat now{};
        if (::fchown(descriptor, old.st_uid, old.st_gid) == 0 ||
            ::fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) == 0 ||
            (::fstat(descriptor, &now) == 0 && now.st_gid == old.st_gid))
            return mode;
        return static_cast<mode_t>(mode & ~static_cast<mode_t>(S_IRWXG | S_ISGID));
    }

    void keep_name() const
    {
        const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
            return; // the folder can be written to but not read
        const auto error = ::fsync(folder) == 0 ? 0 : errno;
        ::close(folder);
        if (error != 0 && error != EINVAL) // EINVAL: the file system cannot flush folders
            throw_file_error(error, file_);
    }
#endif

    named_file file_;
    std::filesystem::path target_, name_;
    bool is_there_ = false;
};

} // namespace cojob::detail

#endif
