#ifndef COJOB_DETAIL_TEXT_HPP
#define COJOB_DETAIL_TEXT_HPP

#include <cojob/detail/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Returns the length in bytes of the first character; 0 if the text does not begin with valid UTF-8.
[[nodiscard]] COJOB_DECL std::size_t character_length(std::string_view) noexcept;

/// Validates UTF-8 as in RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] COJOB_DECL bool is_valid_utf8(std::string_view) noexcept;

/// Makes a server's text printable: replaces control characters (C1 too, which some terminals obey) and invalid UTF-8
/// by `\xNN`, byte by byte.
[[nodiscard]] COJOB_DECL std::string escape_control(std::string_view);

/// Truncates a text to that many bytes, at a character boundary. Text that is not UTF-8 is cut anywhere.
[[nodiscard]] COJOB_DECL std::string_view cut_at_character(std::string_view, std::size_t most) noexcept;

/// A path, or an id that may be one, without its query, which may contain secrets.
[[nodiscard]] constexpr std::string_view without_query(std::string_view text) noexcept
{
    return text.substr(0, text.find('?'));
}

/// Whether the text is a token (RFC 9110, 5.6.2), as header names and methods are.
[[nodiscard]] COJOB_DECL bool is_token(std::string_view) noexcept;

/// Appends a path segment or part of a query, percent-encoded: everything except unreserved characters (RFC 3986, 2.3).
COJOB_DECL void append_encoded(std::string& to, std::string_view segment);

// The checks throw api_error `invalid_argument`. The message begins with `what`, the name of the argument. It never
// contains the value, which may be a secret or span lines.

/// Returns why a text is not a valid path segment; null: it is valid.
[[nodiscard]] COJOB_DECL const char* objection_to_segment(std::string_view) noexcept;

/// Checks an id or a project name, which becomes one path segment.
COJOB_DECL void check_segment(std::string_view value, std::string_view what);

/// Checks a header's value: one line without control characters except tabs.
COJOB_DECL void check_header_value(std::string_view value, std::string_view what);

/// Checks a key for use after `Bearer`: one word of ASCII. Does not check that it is not empty.
COJOB_DECL void check_key(std::string_view key, std::string_view what);

COJOB_DECL void check_header_name(std::string_view name, std::string_view what);

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/text.ipp>
#endif

#endif
