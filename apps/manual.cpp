#include "description.hpp"

#include <fmt/format.h>

#include <string_view>

namespace cli {

namespace {

/// Text for troff: a backslash, a hyphen that is meant as such, and a control character at the line's begin are
/// escaped.
std::string roff(std::string_view text)
{
    std::string made;
    bool is_at_begin = true;
    for (const char c : text) {
        if (is_at_begin && (c == '.' || c == '\''))
            made += "\\&";
        if (c == '\\')
            made += "\\e";
        else if (c == '-')
            made += "\\-";
        else
            made += c;
        is_at_begin = c == '\n';
    }
    return made;
}

std::string option_entry(const described_option& option)
{
    std::string names;
    for (const auto& name : option.names)
        names += (names.empty() ? "" : ", ") + std::string("\\fB") + roff(name) + "\\fR";
    const auto value = option.value.empty() ? std::string() : " \\fI" + roff(option.value) + "\\fR";
    auto text = option.text;
    if (!option.values.empty())
        text += fmt::format("; one of: {}", fmt::join(option.values, ", "));
    return fmt::format(".TP\n{}{}\n{}\n", names, value, roff(text));
}

std::string synopsis(const described_command& command)
{
    std::string arguments;
    for (const auto& option : command.options)
        if (option.is_argument)
            arguments += " \\fI" + option.names.front() + "\\fR";
    return fmt::format("\\fB{}\\fR [\\fIoptions\\fR]{}\n", roff(name_of(command)), arguments);
}

bool is_help(const described_option& option)
{
    return option.names.back() == "--help";
}

} // namespace

std::string manual_page(const std::vector<described_command>& commands, const std::string& version,
                        const std::string& notes)
{
    const auto& whole = commands.front();
    auto page =
        fmt::format(".TH COJOB 1 \"\" \"cojob {}\" \"User Commands\"\n.SH NAME\ncojob \\- creates, waits for and "
                    "watches jobs\n.SH SYNOPSIS\n",
                    version);
    for (const auto& command : commands)
        if (command.commands.empty())
            page += synopsis(command) + ".br\n";
    page += ".SH DESCRIPTION\n" + roff(whole.text) + "\n.SH COMMANDS\n";
    for (const auto& command : commands) {
        if (!command.commands.empty())
            continue;
        page += ".SS " + roff(name_of(command)) + "\n" + roff(command.text) + ".\n";
        for (const auto& option : command.options)
            if (!is_help(option))
                page += option_entry(option);
    }
    page += ".SH NOTES\n" + roff(notes);
    return page;
}

} // namespace cli
