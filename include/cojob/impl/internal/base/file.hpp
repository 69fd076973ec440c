#ifndef COJOB_IMPL_INTERNAL_BASE_FILE_HPP
#define COJOB_IMPL_INTERNAL_BASE_FILE_HPP

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace cojob::detail {

struct file_closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using file_ptr = std::unique_ptr<std::FILE, file_closer>;

/// Opens a file for reading. Returns null, and sets errno, if that fails. The stream is unbuffered, so no copy of a
/// secret stays in a buffer of the C library.
[[nodiscard]] inline file_ptr open_unbuffered(const std::filesystem::path& path)
{
#if defined(_WIN32)
    file_ptr file(::_wfopen(path.c_str(), L"rb"));
#else
    file_ptr file(std::fopen(path.c_str(), "rb"));
#endif
    if (file)
        std::setvbuf(file.get(), nullptr, _IONBF, 0);
    return file;
}

/// Returns the path in UTF-8, which OpenSSL and error messages expect.
[[nodiscard]] inline std::string utf8(const std::filesystem::path& path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

} // namespace cojob::detail

#endif
