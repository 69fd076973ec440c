#include "cells.hpp"

#include <cojob/detail/text.hpp>

#include <algorithm>
#include <clocale>
#include <cstdint>
#include <cwchar>

namespace cli {

namespace {

/// The first character's code point. The text is UTF-8 and not empty.
std::uint32_t code_point(std::string_view character)
{
    const auto lead = static_cast<unsigned char>(character.front());
    std::uint32_t value = lead;
    if (character.size() > 1)
        value = lead & (0x7FU >> character.size());
    for (const char next : character.substr(1))
        value = value << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    return value;
}

std::string_view take_character(std::string_view& text)
{
    const auto length = std::max<std::size_t>(cojob::detail::character_length(text), 1);
    const auto character = text.substr(0, length);
    text.remove_prefix(length);
    return character;
}

/// Characters that a terminal may reorder a line by, or end it: a server could make one line look like another.
bool changes_lines(std::uint32_t character)
{
    return (character >= 0x2028 && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069) ||
           character == 0x200E || character == 0x200F || character == 0x061C;
}

std::size_t width_of(std::string_view character)
{
    const int width = ::wcwidth(static_cast<wchar_t>(code_point(character)));
    return width < 0 ? 1 : static_cast<std::size_t>(width); // unassigned: one cell in most terminals
}

} // namespace

void use_utf8_widths()
{
    if (!std::setlocale(LC_CTYPE, "C.UTF-8"))
        std::setlocale(LC_CTYPE, "");
}

std::string printable(std::string_view text)
{
    const auto escaped = cojob::detail::escape_control(text);
    std::string kept;
    for (std::string_view rest = escaped; !rest.empty();)
        if (const auto character = take_character(rest); !changes_lines(code_point(character)))
            kept += character;
    return kept;
}

std::size_t cells(std::string_view text)
{
    std::size_t sum = 0;
    while (!text.empty())
        sum += width_of(take_character(text));
    return sum;
}

std::string cut_to_cells(std::string_view text, std::size_t most)
{
    if (cells(text) <= most)
        return std::string(text);
    if (most == 0)
        return {};
    std::size_t used = 0, length = 0;
    for (auto rest = text; !rest.empty();) {
        const auto character = take_character(rest);
        used += width_of(character);
        if (used > most - 1)
            break;
        length += character.size();
    }
    return std::string(text.substr(0, length)) + "…";
}

std::string fill_cells(std::string_view text, std::size_t width)
{
    auto filled = cut_to_cells(text, width);
    filled.append(width - cells(filled), ' ');
    return filled;
}

} // namespace cli
