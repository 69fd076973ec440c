#ifndef COJOB_DETAIL_ENUMERATOR_HPP
#define COJOB_DETAIL_ENUMERATOR_HPP

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string_view>
#include <type_traits>

namespace cojob {

namespace detail {

/// The name of an enumerator, of names in the order of their values, which begin with `first`.
template <class Enumeration>
[[nodiscard]] constexpr std::string_view
enumerator_name(Enumeration value, std::initializer_list<std::string_view> names, std::size_t first = 0) noexcept
{
    const auto index = static_cast<std::size_t>(value) - first; // below the first it is beyond the last
    return index < names.size() ? names.begin()[index] : std::string_view("(no enumerator)");
}

} // namespace detail

/// Writes an enumerator as its `to_string` does.
template <class Enumeration>
    requires std::is_enum_v<Enumeration> && requires(Enumeration value) {
        { to_string(value) } -> std::same_as<std::string_view>;
    }
std::ostream& operator<<(std::ostream& out, Enumeration value)
{
    return out << to_string(value);
}

} // namespace cojob

#endif
