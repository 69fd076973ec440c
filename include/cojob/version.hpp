#ifndef COJOB_VERSION_HPP
#define COJOB_VERSION_HPP

#include <string_view>

namespace cojob {

/// The library's version, `major.minor.patch`. Part of the default user agent.
[[nodiscard]] constexpr std::string_view version() noexcept
{
    return "0.1.0";
}

} // namespace cojob

#endif
