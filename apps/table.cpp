#include "table.hpp"

#include "cells.hpp"

#include <algorithm>
#include <numeric>

namespace cli {

namespace {

std::string without_spaces_at_end(std::string line)
{
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

/// Takes cells from the widest column until the line fits, or every column has just one.
void narrow(std::vector<std::size_t>& columns, std::size_t width)
{
    if (columns.empty() || width == any_width)
        return;
    auto used = std::accumulate(columns.begin(), columns.end(), column_gap * (columns.size() - 1));
    while (used > width) {
        const auto widest = std::max_element(columns.begin(), columns.end());
        if (*widest <= 1)
            return;
        --*widest;
        --used;
    }
}

} // namespace

std::vector<std::string> table_lines(const std::vector<table_row>& rows, std::size_t width)
{
    std::vector<std::size_t> columns;
    for (const auto& row : rows) {
        columns.resize(std::max(columns.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            columns[i] = std::max(columns[i], cells(row[i]));
    }
    narrow(columns, width);
    std::vector<std::string> lines;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i)
            line += fill_cells(row[i], columns[i]) + std::string(column_gap, ' ');
        lines.push_back(cut_to_cells(without_spaces_at_end(std::move(line)), width));
    }
    return lines;
}

std::vector<std::string> record_lines(const std::vector<std::pair<std::string, std::string>>& members,
                                      std::size_t width)
{
    std::size_t names = 0;
    for (const auto& [name, value] : members)
        if (!value.empty())
            names = std::max(names, cells(name));
    std::vector<std::string> lines;
    for (const auto& [name, value] : members)
        if (!value.empty())
            lines.push_back(cut_to_cells(fill_cells(name, names + column_gap) + value, width));
    return lines;
}

} // namespace cli
