#ifndef COJOB_IMPL_INTERNAL_POLICY_LEDGER_FILE_HPP
#define COJOB_IMPL_INTERNAL_POLICY_LEDGER_FILE_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/durable_file.hpp>
#include <cojob/impl/internal/policy/ledger_book.hpp>
#include <cojob/impl/internal/policy/ledger_clock.hpp>
#include <cojob/impl/internal/policy/ledger_layout.hpp>
#include <cojob/impl/internal/policy/ledger_lock.hpp>
#include <cojob/policy/quota_file_options.hpp>
#include <cojob/policy/quota_options.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cojob::detail {

/// The file of a quota's ledger. Any process may change it under the lock of a file beside it, which is never held
/// while anything else is waited for. Not thread-safe, but `pauses`.
class ledger_file {
  public:
    /// Creates the file if there is none.
    ///
    /// \throws api_error invalid_argument for a damaged or foreign file, or other options; the system's code
    ledger_file(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::function<ledger_time()> clock)
        : path_(follow_links(std::filesystem::absolute(path))), name_(utf8(path)), options_(options), how_(how),
          clock_(std::move(clock))
    {
        const ledger_lock lock(path_, how_.lock_timeout);
        refuse_network(lock.descriptor(), name_);
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        if (descriptor_ < 0 && errno == ENOENT) {
            create();
            descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        }
        if (descriptor_ < 0)
            throw_file_error(errno, {"quota file", path_});
        try {
            (void)read(lock);
        } catch (...) {
            ::close(descriptor_);
            throw;
        }
    }
    ledger_file(const ledger_file&) = delete;
    ledger_file& operator=(const ledger_file&) = delete;
    ~ledger_file() { ::close(descriptor_); }

    /// Decides something about the ledger. When it returns, the decision is in the file.
    void update(const std::function<void(ledger_book&, const ledger_time&)>& decide)
    {
        const ledger_lock lock(path_, how_.lock_timeout);
        ledger_book book(read(lock));
        const auto now = clock_();
        book.adopt(now);
        decide(book, now);
        bool is_grave = false; // places of waiting processes may be lost
        for (const auto& [i, record] : book.take_writes()) {
            write(i, record.encode());
            is_grave = is_grave || book.is_use(i);
        }
        if (is_grave && how_.flushes_to_disk && !reaches_disk(descriptor_))
            throw_file_error(errno, {"quota file", path_});
    }

    static constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

    /// The number of pauses so far, without a lock: one read of what the system has in memory. `unknown` if another
    /// process is writing it at this moment.
    [[nodiscard]] std::uint64_t pauses() const noexcept
    {
        ledger_record::text text{};
        const auto at = static_cast<off_t>(ledger_layout::pause_at * text.size());
        if (::pread(descriptor_, text.data(), text.size(), at) != static_cast<ssize_t>(text.size()))
            return unknown;
        const auto pause = ledger_record::decode(text.data());
        return pause.kind == ledger_record::pause ? pause.number : unknown;
    }

    [[nodiscard]] ledger_time now() const { return clock_(); }

  private:
    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument("quota file: " + name_, why); }

    void create() const
    {
        const auto window = std::chrono::duration_cast<std::chrono::nanoseconds>(options_.window).count();
        std::string text;
        for (const auto& record : ledger_layout::make(options_.limit, window, clock_())) {
            const auto part = record.encode();
            text.append(part.begin(), part.end());
        }
        file_replacement file({"quota file", path_});
        file.write(text);
        file.replace();
    }

    [[nodiscard]] std::vector<ledger_record> read(const ledger_lock& lock) const
    {
        struct stat about{}, of_lock{};
        if (::fstat(descriptor_, &about) != 0 || ::fstat(lock.descriptor(), &of_lock) != 0)
            throw_file_error(errno, {"quota file", path_});
        if (!is_the_file_at(descriptor_, path_))
            fail("was deleted, moved or replaced while it was used: open it again");
        if (about.st_nlink != 1)
            fail("has a second name (a hard link), whose users would have another lock: use a symbolic link");
        if (about.st_dev != of_lock.st_dev)
            fail("on another file system than its lock: mount the folder, and not only the file");
        constexpr off_t most = 64 * 1024 * 1024;
        if (!S_ISREG(about.st_mode) || about.st_size > most)
            fail("not a quota file");
        std::vector<unsigned char> bytes(static_cast<std::size_t>(about.st_size));
        if (::pread(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            throw_file_error(errno, {"quota file", path_});
        std::vector<ledger_record> all;
        for (std::size_t at = 0; at + ledger_record::size <= bytes.size(); at += ledger_record::size)
            all.push_back(ledger_record::decode(bytes.data() + at));
        check(all, bytes);
        return all;
    }

    void check(const std::vector<ledger_record>& all, const std::vector<unsigned char>& bytes) const
    {
        const std::string_view saved = "cojob-quota ";
        if (bytes.size() >= saved.size() && std::equal(saved.begin(), saved.end(), bytes.begin()))
            fail("written by quota::save: delete it when a whole window has passed since the last use");
        if (!all.empty() && all[0].kind == ledger_record::quota && all[0].number > ledger_layout::version)
            fail("of a newer version than this library can read");
        if (bytes.size() % ledger_record::size != 0 || !ledger_layout::is_complete(all))
            fail("damaged or cut off; its uses are lost: delete the file when a whole window has passed since the last "
                 "use");
        if (all[0].id != options_.limit || std::chrono::nanoseconds(all[0].length) != options_.window)
            fail("belongs to a quota of " + std::to_string(all[0].id) + " uses in " +
                 std::to_string(all[0].length / 1'000'000'000) +
                 " s: all processes must open it with the same limit and window; to change them, delete the file when "
                 "a whole window has passed since the last use");
    }

    void write(std::size_t i, const ledger_record::text& text) const
    {
        const auto at = static_cast<off_t>(i * text.size());
        errno = 0;
        if (::pwrite(descriptor_, text.data(), text.size(), at) != static_cast<ssize_t>(text.size()))
            throw_file_error(errno, {"quota file", path_});
    }

    const std::filesystem::path path_; // links resolved
    const std::string name_;
    const quota_options options_;
    const quota_file_options how_;
    const std::function<ledger_time()> clock_;
    int descriptor_ = -1;
};

} // namespace cojob::detail
#endif

#endif
