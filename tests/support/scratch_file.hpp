#ifndef COJOB_TESTS_SUPPORT_SCRATCH_FILE_HPP
#define COJOB_TESTS_SUPPORT_SCRATCH_FILE_HPP

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <system_error>

namespace tests {

/// A file that goes with the object.
class scratch_file {
  public:
    explicit scratch_file(const std::string& text)
    {
        const auto name = "cojob-" + std::to_string(std::random_device()());
        path_ = (std::filesystem::temp_directory_path() / name).string();
        std::ofstream(path_) << text;
    }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    ~scratch_file()
    {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

} // namespace tests

#endif
