// The page's files, which the build puts into the program: CMakeLists.txt writes page_files.inc.

#include "page.hpp"

namespace service {

namespace {

constexpr page_file files[] = {
#include "page_files.inc"
};

} // namespace

const page_file* find_page_file(std::string_view path)
{
    for (const auto& file : files)
        if (file.path == path)
            return &file;
    return nullptr;
}

} // namespace service
