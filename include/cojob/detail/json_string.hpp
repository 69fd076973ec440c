#ifndef COJOB_DETAIL_JSON_STRING_HPP
#define COJOB_DETAIL_JSON_STRING_HPP

#include <cojob/detail/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// A token is a JSON string with its quotes, as it is in the text.
namespace cojob::detail {

/// Where a string at the front of a text ends.
struct json_string_extent {
    std::size_t size; ///< with the quotes; 0: the text does not begin with a valid string
    bool has_escapes; ///< otherwise the token is the string, but for its quotes
};

/// Measures the string at the front of a text, as strictly as RFC 8259 with valid UTF-8: no control characters, no
/// unknown escapes, no surrogates without a partner.
[[nodiscard]] COJOB_DECL json_string_extent measure_json_string(std::string_view text) noexcept;

/// Appends the string that a valid token has.
COJOB_DECL void append_json_string(std::string& to, std::string_view token);

/// Decodes a token; `nullopt` if it has escapes and is invalid.
[[nodiscard]] COJOB_DECL std::optional<std::string> decode_json_string(std::string_view token);

/// Replaces every unpaired escaped surrogate by U+FFFD; `nullopt` if there is none. Both escapes have six characters.
[[nodiscard]] COJOB_DECL std::optional<std::string> replace_lone_surrogates(std::string_view text);

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/json_string.ipp>
#endif

#endif
