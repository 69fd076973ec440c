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

/// Returns the name of an enumerator. `names` are in the order of the values, of which the smallest is `first`.
template <class Enumeration>
[[nodiscard]] constexpr std::string_view
enumerator_name(Enumeration value, std::initializer_list<std::string_view> names, std::size_t first = 0) noexcept
{
    const auto index = static_cast<std::size_t>(value) - first; // a value below the first wraps around to a large index
    return index < names.size() ? names.begin()[index] : std::string_view("(no enumerator)");
}

/// The enumerator of this name, in an enumeration whose last one stands for any other.
template <class Enumeration>
[[nodiscard]] constexpr Enumeration enumerator_named(std::string_view name, Enumeration other) noexcept
{
    for (int i = 0; i < static_cast<int>(other); ++i)
        if (to_string(static_cast<Enumeration>(i)) == name)
            return static_cast<Enumeration>(i);
    return other;
}

} // namespace detail

/// Prints an enumerator by its `to_string`.
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
