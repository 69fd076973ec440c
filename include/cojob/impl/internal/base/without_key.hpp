#ifndef COJOB_IMPL_INTERNAL_BASE_WITHOUT_KEY_HPP
#define COJOB_IMPL_INTERNAL_BASE_WITHOUT_KEY_HPP

#include <cojob/detail/text.hpp>
#include <cojob/secret.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace cojob::detail {

/// What follows the scheme in the header Authorization.
inline std::string_view key_of(const secret& authorization) noexcept
{
    const auto header = authorization.reveal();
    return header.substr(std::min(header.find(' ') + 1, header.size()));
}

/// Whether these are hexadecimal digits of that character's code.
inline bool is_code_of(char c, std::string_view digits) noexcept
{
    unsigned code = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, failed] = std::from_chars(digits.data(), end, code, 16);
    return failed == std::errc() && stopped == end && code == static_cast<unsigned char>(c);
}

/// How many characters at the beginning of a text stand for this one: as it is, with an escape of JSON, also of JSON
/// quoted in JSON, or percent-encoded. 0: they stand for another; npos: the text ends before that is certain.
inline std::size_t length_written(std::string_view text, char c) noexcept
{
    constexpr std::size_t most_slashes = 8, unit = 5, octet = 3; // u002f, %2F
    const auto slashes = std::min({text.substr(0, most_slashes).find_first_not_of('\\'), most_slashes, text.size()});
    if (slashes > 0 && c == '\\')
        return slashes;
    const auto rest = text.substr(slashes);
    const bool is_unit = slashes > 0 && rest.starts_with('u'), is_octet = rest.starts_with('%');
    if (is_unit && rest.size() >= unit && is_code_of(c, rest.substr(1, unit - 1)))
        return slashes + unit;
    if (is_octet && rest.size() >= octet && is_code_of(c, rest.substr(1, octet - 1)))
        return octet + slashes;
    if (rest.empty() || (is_unit && rest.size() < unit) || (is_octet && rest.size() < octet))
        return std::string_view::npos;
    return rest.front() == c ? slashes + 1 : 0;
}

/// How long the key is that a text begins with; 0: it begins with something else. A text that may have been cut can end
/// in the middle of the key.
inline std::size_t length_of_key(std::string_view text, std::string_view key, bool may_be_cut) noexcept
{
    constexpr std::size_t shortest_part = 6; // anything shorter is as good as a word
    if (text.starts_with(key))
        return key.size();
    std::size_t length = 0;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto more = length_written(text.substr(length), key[i]);
        if (more == text.npos)
            return may_be_cut && i >= shortest_part ? text.size() : 0;
        if (more == 0)
            return 0;
        length += more;
    }
    return length;
}

/// A text without the key, should somebody repeat it; at least that many characters of it.
inline std::string without_key(std::string_view text, const secret& authorization, std::size_t most, bool may_be_cut)
{
    constexpr std::size_t shortest = 8; // anything shorter is as good as a word
    const auto key = key_of(authorization);
    if (key.size() < shortest)
        return std::string(text);
    const std::array<char, 3> begins{key.front(), '\\', '%'};
    std::string out;
    while (out.size() < most && !text.empty()) {
        const auto before = text.substr(0, text.find_first_of(std::string_view(begins.data(), begins.size())));
        out += before;
        text.remove_prefix(before.size());
        if (const auto length = length_of_key(text, key, may_be_cut); length > 0) {
            out += "***";
            text.remove_prefix(length);
        } else if (!text.empty()) {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

/// The same of a whole text: an id, a path or a URL, where a key may be taken for an id.
inline std::string without_key(std::string_view text, const secret& authorization)
{
    return without_key(text, authorization, text.npos, false);
}

/// The beginning of a server's text, of whole characters, without the key. A limit may have cut the text.
inline std::string excerpt(std::string_view text, std::size_t most, const secret& authorization)
{
    auto out = without_key(text, authorization, most, true);
    out.resize(cut_at_character(out, most).size());
    return out;
}

} // namespace cojob::detail

#endif
