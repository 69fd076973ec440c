#ifndef COJOB_IMPL_INTERNAL_LOCATION_HPP
#define COJOB_IMPL_INTERNAL_LOCATION_HPP

#include <cojob/detail/ascii.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// How many characters of a `Location` come before its authority; npos where it has none. Some servers write
/// backslashes, or forget slashes, and mean an authority all the same.
inline std::size_t find_authority(std::string_view location) noexcept
{
    const auto in_scheme = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
    const auto scheme_end = std::find_if_not(location.begin(), location.end(), in_scheme);
    const bool has_scheme = scheme_end != location.begin() && scheme_end != location.end() && *scheme_end == ':';
    const auto begin = has_scheme ? static_cast<std::size_t>(scheme_end - location.begin()) + 1 : 0;
    const auto after_slashes = std::min(location.find_first_not_of("/\\", begin), location.size());
    return has_scheme || after_slashes - begin >= 2 ? after_slashes : location.npos;
}

/// A `Location` without what may be secret in it: user info, query and fragment.
inline std::string without_secrets(std::string_view location)
{
    location = location.substr(0, location.find_first_of("?#"));
    const auto begin = find_authority(location);
    if (begin == location.npos)
        return std::string(location);
    const auto authority = location.substr(begin, location.find_first_of("/\\", begin) - begin);
    const auto user_end = authority.rfind('@');
    const auto kept = begin + (user_end == authority.npos ? 0 : user_end + 1);
    return std::string(location.substr(0, begin)).append(location.substr(kept));
}

} // namespace cojob::detail

#endif
