#ifndef COJOB_IMPL_INTERNAL_BASE_REPEATED_NAMES_HPP
#define COJOB_IMPL_INTERNAL_BASE_REPEATED_NAMES_HPP

#include <cojob/detail/json_document.hpp>
#include <cojob/detail/json_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cojob::detail {

/// Proceeds from the name of a member to that of the next one.
inline json_node* next_name(json_node* name) noexcept
{
    return name + 1 + name[1].span;
}

/// A bit that depends on the name. Names with different bits differ, if neither has escapes.
inline std::uint64_t bit_of_name(std::string_view token) noexcept
{
    const auto mixed = token.size() + 5U * static_cast<unsigned char>(token[1]) +
                       11U * static_cast<unsigned char>(token[token.size() - 2]);
    return std::uint64_t{1} << (mixed % 64);
}

/// Marks those of the names before `last` that equal it. None has escapes.
inline void mark_equal_names(const char* text, json_node& object, const json_node& last)
{
    for (auto* node = &object + 1; node != &last; node = next_name(node))
        if (node->size == last.size && std::memcmp(text + node->begin, text + last.begin, last.size) == 0)
            node->is_replaced = true;
}

/// Sorts the names, of which there may be millions, and marks all but the last of those that are equal.
inline void find_repeated_names(const char* text, json_node& object)
{
    struct entry {
        std::string_view name;
        json_node* node;
    };
    std::vector<entry> names;
    std::size_t escaped = 0;
    const auto* const end = object.next();
    for (auto* node = &object + 1; node != end; node = next_name(node)) {
        names.push_back({{text + node->begin, node->size}, node});
        escaped += node->has_escapes ? node->size : 0;
    }
    std::string decoded;
    decoded.reserve(escaped); // never grows, so that the views stay valid
    for (auto& [name, node] : names) {
        const auto begin = decoded.size();
        if (node->has_escapes) {
            append_json_string(decoded, name);
            name = std::string_view(decoded).substr(begin);
        } else {
            name = name.substr(1, name.size() - 2);
        }
    }
    const auto comes_before = [](const entry& a, const entry& b) {
        const auto order = a.name.compare(b.name);
        return order < 0 || (order == 0 && a.node < b.node);
    };
    std::make_heap(names.begin(), names.end(), comes_before); // compiles faster than std::sort
    std::sort_heap(names.begin(), names.end(), comes_before);
    for (std::size_t i = 1; i < names.size(); ++i)
        names[i - 1].node->is_replaced = names[i - 1].name == names[i].name;
}

/// Marks each name of the object that a later member has, too.
inline void mark_repeated_names(const char* text, json_node& object)
{
    constexpr std::size_t few = 16;
    std::uint64_t seen = 0;
    std::size_t count = 0;
    const auto* const end = object.next();
    for (auto* node = &object + 1; node != end; node = next_name(node)) {
        const auto bit = bit_of_name({text + node->begin, node->size});
        const bool may_be_repeated = (seen & bit) != 0;
        if (node->has_escapes || (may_be_repeated && count > few))
            return find_repeated_names(text, object);
        if (may_be_repeated)
            mark_equal_names(text, object, *node);
        seen |= bit;
        ++count;
    }
}

} // namespace cojob::detail

#endif
