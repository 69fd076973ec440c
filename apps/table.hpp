#ifndef COJOB_APPS_TABLE_HPP
#define COJOB_APPS_TABLE_HPP

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace cli {

/// A width without limit, for output that is not a terminal.
inline constexpr std::size_t any_width = static_cast<std::size_t>(-1);

/// Cells between two columns.
inline constexpr std::size_t column_gap = 2;

/// A row of a table: printable texts, one for each column.
using table_row = std::vector<std::string>;

/// Lines of a table whose first row is the head. Columns are two spaces apart. If the lines would be wider than
/// `width`, the widest columns are cut first.
[[nodiscard]] std::vector<std::string> table_lines(const std::vector<table_row>&, std::size_t width);

/// Lines of one record: names, then values, which are printable. Long values are cut at `width`; empty ones are left
/// out.
[[nodiscard]] std::vector<std::string> record_lines(const std::vector<std::pair<std::string, std::string>>&,
                                                    std::size_t width);

} // namespace cli

#endif
