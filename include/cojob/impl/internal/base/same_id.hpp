#ifndef COJOB_IMPL_INTERNAL_BASE_SAME_ID_HPP
#define COJOB_IMPL_INTERNAL_BASE_SAME_ID_HPP

#include <cojob/detail/ascii.hpp>

#include <cstddef>
#include <string_view>

namespace cojob::detail {

/// Eight, four, four, four and twelve hexadecimal digits (RFC 9562, 4).
[[nodiscard]] constexpr bool is_uuid(std::string_view text) noexcept
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !is_hex_digit(text[i]))
            return false;
    }
    return true;
}

/// Whether two ids are of one job. A UUID may be written in either case (RFC 9562, 4); numbers have become text.
[[nodiscard]] constexpr bool is_same_id(std::string_view a, std::string_view b) noexcept
{
    return a == b || (is_uuid(a) && is_uuid(b) && equal_ignoring_case(a, b));
}

} // namespace cojob::detail

#endif
