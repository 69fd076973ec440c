#ifndef EXAMPLES_SERVICE_PAGE_HPP
#define EXAMPLES_SERVICE_PAGE_HPP

#include <string_view>

namespace service {

/// A file of the page, as the build has put it into the program.
struct page_file {
    std::string_view path, type, text;
};

/// The file with this path; null if there is none.
[[nodiscard]] const page_file* find_page_file(std::string_view path);

} // namespace service

#endif
