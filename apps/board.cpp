#include "board.hpp"

#include "cells.hpp"
#include "durations.hpp"
#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cli {

namespace {

/// Select graphic rendition, ECMA-48: green, red, yellow.
std::string_view colour_of(job_end end)
{
    switch (end) {
    case job_end::completed: return "\x1b[32m";
    case job_end::failed:
    case job_end::lost: return "\x1b[31m";
    case job_end::none: break;
    }
    return "\x1b[33m";
}

/// The widths of the columns that all rows share.
struct columns {
    std::size_t id = 0, status = 0;
};

columns columns_for(const std::vector<const board_row*>& rows, std::size_t width)
{
    columns widest;
    for (const auto* row : rows) {
        widest.id = std::max(widest.id, cells(row->id));
        widest.status = std::max(widest.status, cells(row->status));
    }
    return {std::min(widest.id, width / 3), std::min(widest.status, width / 3)};
}

std::string next_text(const board_row& row, cojob::time_point now)
{
    if (row.end != job_end::none || !row.next_poll)
        return {};
    return *row.next_poll <= now ? "polling" : "next in " + short_text(*row.next_poll - now + std::chrono::seconds(1));
}

/// A row, cut at the screen's edge. Columns that do not fit are left out from the right; the link gets what remains.
std::string line_of(const board_row& row, columns wide, cojob::time_point now, board_size screen)
{
    if (wide.id + column_gap + wide.status > screen.width)
        return cut_to_cells(row.id, screen.width);
    const auto elapsed = (row.end == job_end::none ? now : row.until) - row.since;
    const std::pair<std::string, std::size_t> further[] = {
        {short_text(elapsed), 9},
        {fmt::format("{} {}", row.polls, row.polls == 1 ? "poll" : "polls"), 9},
        {next_text(row, now), 16},
    };
    auto status = fill_cells(row.status, wide.status);
    auto used = wide.id + column_gap + wide.status;
    if (screen.has_colours)
        status = std::string(colour_of(row.end)) + status + "\x1b[0m";
    auto line = fill_cells(row.id, wide.id) + std::string(column_gap, ' ') + status;
    for (const auto& [text, width] : further) {
        if (used + column_gap + width > screen.width)
            return line;
        line += std::string(column_gap, ' ') + fill_cells(text, width);
        used += column_gap + width;
    }
    if (!row.link.empty() && used + column_gap + 12 <= screen.width)
        line += std::string(column_gap, ' ') + cut_to_cells(row.link, screen.width - used - column_gap);
    return line;
}

} // namespace

std::string board::summary() const
{
    const auto count = [this](auto is_meant) { return std::count_if(rows.begin(), rows.end(), is_meant); };
    const auto ended = count([](const board_row& row) { return row.end != job_end::none; });
    const auto failed = count([](const board_row& row) { return row.end == job_end::failed; });
    const auto lost = count([](const board_row& row) { return row.end == job_end::lost; });
    auto text = fmt::format("{} of {} ended", ended, rows.size());
    if (failed != 0)
        text += fmt::format(", {} failed", failed);
    if (lost != 0)
        text += fmt::format(", {} unknown", lost);
    if (!quota.empty())
        text += ", " + quota;
    return text;
}

std::vector<const board_row*> board::visible(std::size_t most) const
{
    std::vector<const board_row*> shown;
    for (const auto& row : rows)
        shown.push_back(&row);
    if (shown.size() <= most)
        return shown;
    std::stable_partition(shown.begin(), shown.end(), [](const auto* row) { return row->end == job_end::none; });
    shown.resize(most);
    return shown;
}

std::vector<std::string> board::lines(cojob::time_point now, board_size screen) const
{
    const auto most = std::max<std::size_t>(screen.height, 3) - 2; // the line about all, and the cursor's
    const auto shown = visible(most);
    const auto wide = columns_for(shown, screen.width);
    std::vector<std::string> all;
    for (const auto* row : shown)
        all.push_back(line_of(*row, wide, now, screen));
    if (rows.size() > 1 || !quota.empty()) {
        const auto hidden = rows.size() - shown.size();
        all.push_back(cut_to_cells(summary() + (hidden ? fmt::format(", {} not shown", hidden) : ""), screen.width));
    }
    return all;
}

} // namespace cli
