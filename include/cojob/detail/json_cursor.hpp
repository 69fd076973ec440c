#ifndef COJOB_DETAIL_JSON_CURSOR_HPP
#define COJOB_DETAIL_JSON_CURSOR_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Walks over a JSON text without a tree, and without recursion. It finds where values begin and end and checks nothing
/// else; a text that is cut or is no JSON ends the walk.
class json_cursor {
  public:
    explicit json_cursor(std::string_view text) noexcept : text_(text) {}

    /// The offset of what comes next, blanks skipped.
    [[nodiscard]] COJOB_DECL std::size_t position() noexcept;
    /// From an offset to here.
    [[nodiscard]] std::string_view since(std::size_t begin) const noexcept { return text_.substr(begin, at_ - begin); }

    /// Takes that character, if it comes next.
    COJOB_DECL bool take(char) noexcept;
    /// A string with its quotes; `nullopt` where none comes next or it has no end.
    COJOB_DECL std::optional<std::string_view> take_string() noexcept;
    /// The name of a member, with its quotes, and its colon.
    COJOB_DECL std::optional<std::string_view> take_key() noexcept;
    /// Any value; `nullopt` where it has no end.
    COJOB_DECL std::optional<std::string_view> take_value() noexcept;

  private:
    COJOB_DECL std::optional<std::string_view> take_container() noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
};

/// What a string says that is written like this, with its quotes; `nullopt` for one that is no JSON.
[[nodiscard]] COJOB_DECL std::optional<std::string> decode_json_string(std::string_view token);

/// Whether a number is written as an integer: no fraction, no exponent.
[[nodiscard]] COJOB_DECL bool is_json_integer(std::string_view token) noexcept;

/// The string or integer that the outermost object of a text has under that name, as `json_reader::read_id` takes it,
/// although the text may be cut or be no JSON further on. The last one counts; empty: there is none.
[[nodiscard]] COJOB_DECL std::string find_json_id(std::string_view text, std::string_view name);

/// The text with U+FFFD for every escaped surrogate that has no partner; `nullopt` where there is none. Both escapes
/// have six characters.
[[nodiscard]] COJOB_DECL std::optional<std::string> replace_lone_surrogates(std::string_view text);

/// The text without the byte order mark that some servers put before it (RFC 8259, 8.1 lets us ignore it).
[[nodiscard]] constexpr std::string_view without_byte_order_mark(std::string_view text) noexcept
{
    return text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
}

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/json_cursor.ipp>
#endif

#endif
