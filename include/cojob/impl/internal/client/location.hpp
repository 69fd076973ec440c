#ifndef COJOB_IMPL_INTERNAL_CLIENT_LOCATION_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_LOCATION_HPP

#include <cojob/detail/ascii.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// The position of the authority in a `Location`; npos if it has none. Some servers write backslashes, or leave out the
/// slashes, and still mean an authority.
inline std::size_t find_authority(std::string_view location) noexcept
{
    const auto in_scheme = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
    const auto scheme_end = std::find_if_not(location.begin(), location.end(), in_scheme);
    const bool has_scheme = scheme_end != location.begin() && scheme_end != location.end() && *scheme_end == ':';
    const auto begin = has_scheme ? static_cast<std::size_t>(scheme_end - location.begin()) + 1 : 0;
    const auto after_slashes = std::min(location.find_first_not_of("/\\", begin), location.size());
    return has_scheme || after_slashes - begin >= 2 ? after_slashes : location.npos;
}

/// Whether `text` can be a host and its port. Otherwise it is the beginning of user info whose password contains an
/// unescaped `/`, `?` or `#`. Before `?` and `#`, only `localhost` and names with a dot or a bracket are hosts.
inline bool may_be_host(std::string_view text, std::string_view rest) noexcept
{
    const auto host_end = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    const auto host = text.substr(0, host_end), port = text.substr(std::min(host_end, text.size()));
    if (!port.empty() && !std::all_of(port.begin() + 1, port.end(), is_digit))
        return false;
    const bool is_before_path = !rest.starts_with('?') && !rest.starts_with('#');
    return is_before_path || host.empty() || host == "localhost" || host.find_first_of(".[") != host.npos;
}

/// A `Location` without the parts that may be secret: user info, query and fragment.
inline std::string without_secrets(std::string_view location)
{
    const auto begin = std::min(find_authority(location), location.size());
    auto rest = location.substr(begin);
    for (std::size_t user_end = 0; user_end != rest.npos;) {
        const auto authority = rest.substr(0, rest.find_first_of("/\\?#"));
        user_end = authority.rfind('@');
        if (user_end == rest.npos && !may_be_host(authority, rest.substr(authority.size())))
            user_end = rest.find('@');
        rest.remove_prefix(user_end == rest.npos ? 0 : user_end + 1);
    }
    std::string shown(location.substr(0, begin));
    shown += rest;
    shown.resize(std::min(shown.find_first_of("?#"), shown.size()));
    return shown;
}

} // namespace cojob::detail

#endif
