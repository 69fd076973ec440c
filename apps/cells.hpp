#ifndef COJOB_APPS_CELLS_HPP
#define COJOB_APPS_CELLS_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// Lets the functions below know the widths of characters: sets LC_CTYPE of the process to UTF-8. Call it once, first.
void use_utf8_widths();

/// Makes a server's text safe for a terminal and for a table: control characters and invalid UTF-8 become `\xNN`; what
/// changes the direction of text or breaks lines is removed.
[[nodiscard]] std::string printable(std::string_view);

/// How many cells of a terminal a printable text takes: a wide character two, a combining one none.
[[nodiscard]] std::size_t cells(std::string_view);

/// At most that many cells of the text. If it is longer, the last cell is `…`. No character is cut in two, and none
/// loses its combining characters.
[[nodiscard]] std::string cut_to_cells(std::string_view, std::size_t most);

/// Exactly that many cells: cut, or with spaces after it.
[[nodiscard]] std::string fill_cells(std::string_view, std::size_t);

} // namespace cli

#endif
