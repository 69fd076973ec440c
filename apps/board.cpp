#include "board.hpp"

#include "cells.hpp"
#include "durations.hpp"
#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

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

/// What a row says beside id, state and link: elapsed time, polls, and the next poll.
using details = std::array<std::string, 3>;

details details_of(const board_row& row, cojob::time_point now)
{
    const auto elapsed = (row.end == job_end::none ? now : row.until) - row.since;
    std::string next;
    if (row.end == job_end::none && row.next_poll)
        next =
            *row.next_poll <= now ? "polling" : "next in " + short_text(*row.next_poll - now + std::chrono::seconds(1));
    return {short_text(elapsed), fmt::format("{} {}", row.polls, row.polls == 1 ? "poll" : "polls"), next};
}

/// The widths of the columns that all rows share.
struct columns {
    std::size_t id = 0, status = 0;
    std::array<std::size_t, 3> details{};
};

columns columns_for(const std::vector<const board_row*>& rows, cojob::time_point now, std::size_t width)
{
    columns widest;
    for (const auto* row : rows) {
        widest.id = std::max(widest.id, cells(row->id));
        widest.status = std::max(widest.status, cells(row->status));
        const auto texts = details_of(*row, now);
        for (std::size_t i = 0; i < texts.size(); ++i)
            widest.details[i] = std::max(widest.details[i], cells(texts[i]));
    }
    widest.id = std::min(widest.id, width / 3);
    widest.status = std::min(widest.status, width / 3);
    return widest;
}

/// A row, cut at the screen's edge. Columns that do not fit are left out from the right; the link gets what remains.
std::string line_of(const board_row& row, const columns& wide, cojob::time_point now, board_size screen)
{
    if (wide.id + column_gap + wide.status > screen.width)
        return cut_to_cells(row.id, screen.width);
    auto status = fill_cells(row.status, wide.status);
    auto used = wide.id + column_gap + wide.status;
    if (screen.has_colours)
        status = std::string(colour_of(row.end)) + status + "\x1b[0m";
    auto line = fill_cells(row.id, wide.id) + std::string(column_gap, ' ') + status;
    const auto texts = details_of(row, now);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto width = wide.details[i];
        if (width == 0)
            continue;
        if (used + column_gap + width > screen.width)
            return line;
        line += std::string(column_gap, ' ') + fill_cells(texts[i], width);
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
    std::vector<const board_row*> shown, ended;
    for (const auto& row : rows)
        (rows.size() <= most || row.end == job_end::none ? shown : ended).push_back(&row);
    shown.insert(shown.end(), ended.begin(), ended.end());
    shown.resize(std::min(shown.size(), most));
    return shown;
}

std::vector<std::string> board::lines(cojob::time_point now, board_size screen) const
{
    const auto most = std::max<std::size_t>(screen.height, 3) - 2; // the line about all, and the cursor's
    const auto shown = visible(most);
    const auto wide = columns_for(shown, now, screen.width);
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
