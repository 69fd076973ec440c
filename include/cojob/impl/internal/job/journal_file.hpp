#ifndef COJOB_IMPL_INTERNAL_JOB_JOURNAL_FILE_HPP
#define COJOB_IMPL_INTERNAL_JOB_JOURNAL_FILE_HPP

#include <cojob/detail/forks.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>
#include <cojob/impl/internal/base/process_lock.hpp>
#include <cojob/impl/internal/job/journal_book.hpp>
#include <cojob/impl/internal/job/journal_line.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace cojob::detail {

/// A descriptor of a file, for writing. All functions set errno when they fail.
class written_file {
  public:
    written_file() = default;
    written_file(const written_file&) = delete;
    written_file& operator=(const written_file&) = delete;
    ~written_file() { close(); }

#ifdef _WIN32
    [[nodiscard]] bool open(const std::filesystem::path& path)
    {
        close();
        return ::_wsopen_s(&descriptor_, path.c_str(), _O_WRONLY | _O_BINARY | _O_NOINHERIT, _SH_DENYNO, 0) == 0;
    }
    void close() noexcept
    {
        if (descriptor_ >= 0)
            ::_close(std::exchange(descriptor_, -1));
    }
    [[nodiscard]] bool cut(std::size_t size) { return ::_chsize_s(descriptor_, static_cast<__int64>(size)) == 0; }
    [[nodiscard]] bool seek(std::size_t to)
    {
        return ::_lseeki64(descriptor_, static_cast<__int64>(to), SEEK_SET) >= 0;
    }
    [[nodiscard]] int write_some(std::string_view text)
    {
        return ::_write(descriptor_, text.data(), static_cast<unsigned>(text.size()));
    }
#else
    [[nodiscard]] bool open(const std::filesystem::path& path)
    {
        close();
        descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        return descriptor_ >= 0;
    }
    void close() noexcept
    {
        if (descriptor_ >= 0)
            ::close(std::exchange(descriptor_, -1));
    }
    [[nodiscard]] bool cut(std::size_t size) { return ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0; }
    [[nodiscard]] bool seek(std::size_t to) { return ::lseek(descriptor_, static_cast<off_t>(to), SEEK_SET) >= 0; }
    [[nodiscard]] int write_some(std::string_view text)
    {
        return static_cast<int>(::write(descriptor_, text.data(), text.size()));
    }
#endif

    [[nodiscard]] bool flush() { return reaches_disk(descriptor_); }
    [[nodiscard]] bool write_at(std::size_t place, std::string_view text)
    {
        if (!seek(place))
            return false;
        while (!text.empty()) {
            errno = 0;
            const auto size = write_some(text);
            if (size > 0)
                text.remove_prefix(static_cast<std::size_t>(size));
            else if (errno != EINTR)
                return false;
        }
        return true;
    }

  private:
    int descriptor_ = -1;
};

/// The file of a journal, and what it says. Has the lock of the file while it lives. Its functions block.
///
/// The book is always what the file should say. After a failed write the file may end in half a line, or in one that
/// will not reach the disk, so the next write replaces it with one made from the book.
class journal_file {
  public:
    journal_file(const std::filesystem::path& path, const journal_options& options)
        : file_{"journal", path}, target_(settled(path)), options_(options),
          lock_(std::filesystem::path(target_) += ".lock", file_), book_(options.ended_jobs)
    {
        if (const auto text = read_file({file_.kind, target_}))
            read(*text);
        else
            must_replace_ = true;
        if (must_replace_)
            replace();
        else if (replace_at_ = 2 * book_.size() + 1000; !open_.open(target_))
            throw_file_error(errno, file_);
    }

    journal_file(const journal_file&) = delete;
    journal_file& operator=(const journal_file&) = delete;

    /// What no write has brought to the file, as on a disk that was full then.
    ~journal_file()
    {
        if (!must_replace_ || made_in_.is_of_a_parent())
            return;
        try {
            replace();
        } catch (...) { // an intent whose job is not in the file is unresolved then
        }
    }

    [[nodiscard]] const journal_book& book() const noexcept { return book_; }

    /// Adds what has not happened yet: if that fails, the book does not have it.
    void announce(const std::string& text)
    {
        if (must_replace_)
            replace();
        else
            replace_if_large();
        append(text, options_.flushes_to_disk);
        try {
            book_.apply(text);
        } catch (...) { // the next write takes it out of the file again
            must_replace_ = true;
            throw;
        }
    }

    /// Adds what has happened: the book has it even if that fails, and a later write will bring it to the file.
    void note(const std::string& text, bool must_reach_disk)
    {
        book_.apply(text);
        if (must_replace_)
            replace();
        else if (!replace_if_large()) // a new file has it
            append(text, must_reach_disk && options_.flushes_to_disk);
    }

    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument("journal: " + utf8(file_.path), why); }

  private:
    /// The file itself, wherever links and the working directory lead later: the lock is of this one.
    static std::filesystem::path settled(const std::filesystem::path& path)
    {
        std::error_code error;
        const auto target = std::filesystem::absolute(follow_links(path), error);
        if (error)
            throw_file_error(error_code(error), {"journal", path});
        auto real = std::filesystem::weakly_canonical(target, error);
        return error ? target : real;
    }

    /// Cuts off a last line without its end: its write did not end, so nothing that had to come after it has happened.
    void read(std::string_view text)
    {
        const auto whole = text.size();
        for (bool is_first = true; !text.empty() || is_first; is_first = false) {
            const auto line = text.empty() ? journal_line() : read_journal_line(text);
            if (line.is == journal_line::kind::without_end && !is_first) {
                must_replace_ = true;
                return;
            }
            if (line.is != journal_line::kind::whole || (is_first && !line.text.starts_with("cojob-journal ")))
                fail_damaged(whole - text.size(), whole);
            if (is_first && line.text != journal_version)
                fail("of a newer version than this library can read");
            if (!is_first)
                apply(line.text, whole - text.size(), whole);
            text.remove_prefix(line.size);
            size_ += line.size;
            ++lines_;
        }
    }

    void apply(std::string_view text, std::size_t place, std::size_t whole)
    {
        try {
            book_.apply(text);
        } catch (const api_error&) {
            fail_damaged(place, whole);
        }
    }

    [[noreturn]] void fail_damaged(std::size_t place, std::size_t whole) const
    {
        const auto at = std::to_string(place);
        if (place == 0)
            fail("not a journal, or damaged at its first byte: put it aside, and ask the server for the jobs before a "
                 "new journal creates them again");
        fail("damaged at byte " + at + " of " + std::to_string(whole) +
             ": what follows is unknown. To go on, keep a copy, cut the file off at byte " + at +
             ", and ask the server which jobs were created since");
    }

    void append(const std::string& text, bool must_reach_disk)
    {
        if (text.size() > longest_journal_text)
            fail("a record is longer than 64 KiB");
        const auto line = format_journal_line(text);
        if (!open_.write_at(size_, line) || (must_reach_disk && !open_.flush())) {
            const auto error = errno;
            must_replace_ = true;
            static_cast<void>(open_.cut(size_)); // where that fails too, the file ends in half a line
            throw_file_error(error, file_);
        }
        size_ += line.size();
        ++lines_;
    }

    /// Keeps the file within thrice of what it has to say. Returns whether it was replaced. A file that cannot be
    /// replaced is used further.
    bool replace_if_large()
    {
        if (lines_ < replace_at_)
            return false;
        try {
            replace();
            return true;
        } catch (const api_error&) {
            if (must_replace_)
                throw;
            replace_at_ = 2 * lines_;
            return false;
        }
    }

    void replace()
    {
        std::string text = format_journal_line(journal_version);
        std::size_t lines = 1;
        book_.for_each_text([&](const std::string& record) {
            text += format_journal_line(record);
            ++lines;
        });
        file_replacement next({file_.kind, target_});
        next.write(text);
        must_replace_ = true; // until the new file is open
        open_.close();        // Windows replaces no open file
        next.replace();
        if (!open_.open(target_))
            throw_file_error(errno, file_);
        must_replace_ = false;
        size_ = text.size();
        lines_ = lines;
        replace_at_ = 2 * lines + 1000;
    }

    named_file file_;
    std::filesystem::path target_;
    journal_options options_;
    process_lock lock_;
    journal_book book_;
    written_file open_;
    std::size_t size_ = 0, lines_ = 0, replace_at_ = 0;
    bool must_replace_ = false;
    fork_mark made_in_;
};

} // namespace cojob::detail

#endif
