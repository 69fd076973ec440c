#ifndef TESTS_SUPPORT_JOURNAL_BENCH_HPP
#define TESTS_SUPPORT_JOURNAL_BENCH_HPP

#include <cojob/error.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <system_error>

#ifndef _WIN32
#include <sys/resource.h>

#include <csignal>
#endif

namespace tests {

/// A folder for a journal that goes with the object.
class journal_folder {
  public:
    journal_folder()
        : folder_(std::filesystem::temp_directory_path() / ("cojob-journal-" + std::to_string(std::random_device()())))
    {
        std::filesystem::create_directory(folder_);
    }
    journal_folder(const journal_folder&) = delete;
    journal_folder& operator=(const journal_folder&) = delete;
    ~journal_folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
    [[nodiscard]] std::filesystem::path journal() const { return folder_ / "jobs"; }

    [[nodiscard]] std::string text() const
    {
        std::ifstream in(journal(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void write(const std::string& text) const { std::ofstream(journal(), std::ios::binary | std::ios::trunc) << text; }

  private:
    std::filesystem::path folder_;
};

/// The failure of a function; no error if it does not fail.
template <class Function>
cojob::error_info failure_of(Function function)
{
    try {
        function();
    } catch (const cojob::api_error& failure) {
        return failure.info();
    }
    return {};
}

#ifndef _WIN32
/// No file of this process may grow beyond this size, as on a disk that is full.
class size_limit {
  public:
    explicit size_limit(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN))
    {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        auto now = old_;
        now.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    size_limit(const size_limit&) = delete;
    size_limit& operator=(const size_limit&) = delete;
    ~size_limit()
    {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, before_);
    }

  private:
    rlimit old_{};
    void (*before_)(int);
};

#endif

} // namespace tests

#endif
