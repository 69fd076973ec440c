#ifndef COJOB_DETAIL_JSON_CURSOR_HPP
#define COJOB_DETAIL_JSON_CURSOR_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/json_string.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Iterates over a JSON text without building a tree and without recursion. Finds where values begin and end, and
/// validates nothing else. Truncated or invalid JSON ends the iteration.
class json_cursor {
  public:
    explicit json_cursor(std::string_view text) noexcept : text_(text) {}

    /// The offset of the next token, after blanks.
    [[nodiscard]] COJOB_DECL std::size_t position() noexcept;
    /// The text from an offset to the current position.
    [[nodiscard]] std::string_view since(std::size_t begin) const noexcept { return text_.substr(begin, at_ - begin); }

    /// Consumes that character, if it comes next. Returns whether it did.
    COJOB_DECL bool take(char) noexcept;
    /// Consumes a string with its quotes; `nullopt` if none comes next or it is truncated.
    COJOB_DECL std::optional<std::string_view> take_string() noexcept;
    /// Consumes the name of a member, with its quotes, and its colon.
    COJOB_DECL std::optional<std::string_view> take_key() noexcept;
    /// Consumes any value; `nullopt` if it is truncated.
    COJOB_DECL std::optional<std::string_view> take_value() noexcept;

  private:
    COJOB_DECL std::optional<std::string_view> take_container() noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Whether a number is written as an integer: no fraction, no exponent.
[[nodiscard]] COJOB_DECL bool is_json_integer(std::string_view token) noexcept;

/// Returns the string or integer with that name in the outermost object, as `json_reader::read_id` does, even if the
/// text is truncated or invalid further on. The last one counts; empty: none.
[[nodiscard]] COJOB_DECL std::string find_json_id(std::string_view text, std::string_view name);

/// Returns the text without a byte order mark, which some servers send (RFC 8259, 8.1 allows to ignore it).
[[nodiscard]] constexpr std::string_view without_byte_order_mark(std::string_view text) noexcept
{
    return text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
}

} // namespace cojob::detail

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/json_cursor.ipp>
#endif

#endif
