#ifndef COJOB_IMPL_TEXT_IPP
#define COJOB_IMPL_TEXT_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>

#include <algorithm>
#include <cstddef>

namespace cojob::detail {

/// The table of well-formed sequences (Unicode, table 3-7): the length of a lead byte's sequence, and the range of the
/// second byte. The other bytes are 80..BF.
struct utf8_lead {
    std::size_t length = 0; ///< 0: not a lead byte
    unsigned char lowest = 0x80, highest = 0xBF;
};

[[nodiscard]] constexpr utf8_lead classify_lead(unsigned char byte) noexcept
{
    if (byte < 0x80)
        return {1};
    if (byte >= 0xC2 && byte <= 0xDF)
        return {2};
    if (byte >= 0xE0 && byte <= 0xEF)
        return {3, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
    if (byte >= 0xF0 && byte <= 0xF4)
        return {4, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
    return {};
}

std::size_t character_length(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    const auto lead = classify_lead(static_cast<unsigned char>(text.front()));
    if (lead.length > text.size())
        return 0;
    for (std::size_t i = 1; i < lead.length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < (i == 1 ? lead.lowest : 0x80) || byte > (i == 1 ? lead.highest : 0xBF))
            return 0;
    }
    return lead.length;
}

[[noreturn]] inline void refuse(std::string_view what, std::string_view why)
{
    throw_invalid_argument(what, why);
}

bool is_valid_utf8(std::string_view text) noexcept
{
    while (const auto length = character_length(text))
        text.remove_prefix(length);
    return text.empty();
}

std::string escape_control(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = character_length(text);
        const auto character = text.substr(0, std::max<std::size_t>(length, 1));
        const bool is_c1 = length == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
        text.remove_prefix(character.size());
        if (length != 0 && !is_c1 && !is_control(character[0])) {
            out += character;
            continue;
        }
        for (const char c : character) {
            out += "\\x";
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 15U];
        }
    }
    return out;
}

std::string_view cut_at_character(std::string_view text, std::size_t most) noexcept
{
    constexpr std::size_t longest = 4; // bytes of a character
    if (text.size() <= most)
        return text;
    for (std::size_t kept = 1; kept < longest && kept <= most; ++kept)
        if (character_length(text.substr(most - kept)) > kept)
            return text.substr(0, most - kept);
    return text.substr(0, most);
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

const char* objection_to_segment(std::string_view value) noexcept
{
    constexpr std::size_t longest =
        1024; // far longer than any id, far shorter than the request lines that servers accept
    if (value.empty())
        return "must not be empty";
    if (value == "." || value == "..")
        return "must not be . or ..";
    if (value.size() > longest)
        return "must not be longer than 1 KiB";
    const auto is_printable_ascii = [](char c) { return c >= ' ' && c <= '~'; };
    if (std::all_of(value.begin(), value.end(),
                    is_printable_ascii)) // the common case, fast because each request's segments are checked
        return nullptr;
    if (std::any_of(value.begin(), value.end(), is_control))
        return "must not have control characters";
    return is_valid_utf8(value) ? nullptr : "must be UTF-8";
}

void check_segment(std::string_view value, std::string_view what)
{
    if (const auto* const objection = objection_to_segment(value))
        refuse(what, objection);
}

void check_header_value(std::string_view value, std::string_view what)
{
    if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; }))
        refuse(what, "must not have line breaks or other control characters");
}

/// Why a key is invalid. Each check finds a common mistake in copying keys.
inline std::string_view objection_to_key(std::string_view key) noexcept
{
    constexpr std::string_view space = " \t\r\n\v\f", scheme = "bearer";
    const auto is_quote = [](char c) { return c == '"' || c == '\''; };
    if (key.find_first_not_of(space) == key.npos)
        return "must not be blank";
    if (space.find(key.front()) != space.npos || space.find(key.back()) != space.npos)
        return "must not begin or end with white space";
    if (std::any_of(key.begin(), key.end(), [](char c) { return is_control(c) && c != '\t'; }))
        return "must not have line breaks or other control characters";
    if (std::any_of(key.begin(), key.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return "must be ASCII";
    const auto rest = key.substr(std::min(scheme.size(), key.size()));
    if (equal_ignoring_case(key.substr(0, scheme.size()), scheme) &&
        (rest.empty() || space.find(rest.front()) != space.npos || rest.front() == ':'))
        return "must be the key alone, without Bearer in front";
    if (key.find_first_of(space) != key.npos)
        return "must not have white space in it";
    return is_quote(key.front()) && key.front() == key.back() ? "must not be in quotes" : std::string_view();
}

void check_key(std::string_view key, std::string_view what)
{
    const auto is_plain = [](char c) { return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; };
    const bool may_be_scheme = !key.empty() && to_lower(key.front()) == 'b';
    if (!may_be_scheme &&
        std::all_of(key.begin(), key.end(), is_plain)) // the common case, fast because each request's key is checked
        return;
    if (const auto objection = objection_to_key(key); !objection.empty())
        refuse(what, objection);
}

void check_header_name(std::string_view name, std::string_view what)
{
    if (!is_token(name))
        refuse(what, "is not a header name");
}

void append_encoded(std::string& to, std::string_view segment)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto is_unreserved = [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    };
    while (!segment.empty()) {
        const auto end = std::find_if_not(segment.begin(), segment.end(), is_unreserved);
        const auto plain = static_cast<std::size_t>(end - segment.begin());
        to += segment.substr(0, plain);
        segment.remove_prefix(plain);
        if (segment.empty())
            return;
        const auto byte = static_cast<unsigned char>(segment.front());
        to += '%';
        to += digits[byte >> 4U];
        to += digits[byte & 15U];
        segment.remove_prefix(1);
    }
}

} // namespace cojob::detail

#endif
