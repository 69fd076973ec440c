#include "terminal.hpp"

#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace cli {

namespace {

std::string_view environment(const char* name)
{
    const auto* value = std::getenv(name);
    return value ? value : "";
}

void write(std::FILE* file, const std::string& text)
{
    fmt::print(file, "{}", text);
    std::fflush(file);
}

} // namespace

bool is_terminal(std::FILE* file)
{
    return ::isatty(::fileno(file)) == 1 && environment("TERM") != "dumb";
}

board_size size_of(std::FILE* file)
{
    board_size size;
    ::winsize window{};
    if (::ioctl(::fileno(file), TIOCGWINSZ, &window) == 0 && window.ws_col != 0 && window.ws_row != 0)
        size = {window.ws_col, window.ws_row};
    size.has_colours = is_terminal(file) && environment("NO_COLOR").empty();
    return size;
}

std::size_t width_of_lines(std::FILE* file)
{
    return ::isatty(::fileno(file)) == 1 ? size_of(file).width : any_width;
}

void live_lines::draw(const std::vector<std::string>& lines)
{
    std::string text;
    if (std::exchange(is_resized_, false))
        text = "\x1b[H\x1b[2J";
    else if (drawn_ != 0)
        text = fmt::format("\x1b[{}A", drawn_);
    for (const auto& line : lines)
        text += "\x1b[2K" + line + "\r\n"; // erased before the text: a cursor at the edge would erase the last cell
    if (lines.size() < drawn_)
        text += "\x1b[J";
    drawn_ = lines.size();
    write(file_, text);
}

void live_lines::clear()
{
    if (drawn_ != 0)
        write(file_, fmt::format("\x1b[{}A\x1b[J", drawn_));
    drawn_ = 0;
}

} // namespace cli
