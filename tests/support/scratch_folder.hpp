#ifndef COJOB_TESTS_SUPPORT_SCRATCH_FOLDER_HPP
#define COJOB_TESTS_SUPPORT_SCRATCH_FOLDER_HPP

#include <filesystem>
#include <random>
#include <string>
#include <system_error>

namespace tests {

/// An empty folder that goes with the object.
class scratch_folder {
  public:
    scratch_folder() { std::filesystem::create_directory(path_); }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

  private:
    const std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("cojob-" + std::to_string(std::random_device()()));
};

} // namespace tests

#endif
