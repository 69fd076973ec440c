#ifndef COJOB_DETAIL_TEXT_HPP
#define COJOB_DETAIL_TEXT_HPP

#include <cojob/detail/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// By RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] COJOB_DECL bool is_valid_utf8(std::string_view) noexcept;

/// For printing what a server said: control characters (C1 too, which some terminals obey) and what is not UTF-8 become
/// `\xNN`, byte by byte.
[[nodiscard]] COJOB_DECL std::string escape_control(std::string_view);

/// The beginning of a text, at most that many bytes, not cut inside a character. Where it is not UTF-8 it is cut
/// anywhere.
[[nodiscard]] COJOB_DECL std::string_view cut_at_character(std::string_view, std::size_t most) noexcept;

/// A token of RFC 9110, 5.6.2: what a header name and a method are.
[[nodiscard]] COJOB_DECL bool is_token(std::string_view) noexcept;

/// Adds one path segment or part of a query, percent-encoded: everything but unreserved characters (RFC 3986, 2.3).
COJOB_DECL void append_encoded(std::string& to, std::string_view segment);

// The checks throw api_error `invalid_argument`. The message begins with `what`, the name of the argument, and never
// shows the value, which may be a secret or break the line.

/// Why a text may not become one segment of a path; null: it may.
[[nodiscard]] COJOB_DECL const char* objection_to_segment(std::string_view) noexcept;

/// An id or a project name, that is: what may become one segment of a path.
COJOB_DECL void check_segment(std::string_view value, std::string_view what);

/// A header's value: anything in one line; tabs are the only control characters.
COJOB_DECL void check_header_value(std::string_view value, std::string_view what);

/// A key as it goes behind `Bearer`: one word of ASCII. Empty is no matter of this check.
COJOB_DECL void check_key(std::string_view key, std::string_view what);

COJOB_DECL void check_header_name(std::string_view name, std::string_view what);

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/text.ipp>
#endif

#endif
