#include "description.hpp"

#include "command_line.hpp"
#include "commands.hpp"
#include "output.hpp"

#include <cojob/version.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cli {

namespace {

/// The values of CLI11's check `{a,b,c}`, which is part of the type's name.
std::vector<std::string> values_in(const std::string& type)
{
    std::vector<std::string> values;
    const auto begin = type.find('{'), end = type.find('}');
    if (begin == type.npos || end == type.npos)
        return values;
    for (std::size_t at = begin + 1; at < end;) {
        const auto comma = std::min(type.find(',', at), end);
        values.push_back(type.substr(at, comma - at));
        at = comma + 1;
    }
    return values;
}

described_option describe_option(const CLI::Option& option)
{
    described_option made;
    made.is_argument = option.get_positional();
    made.text = option.get_description();
    if (made.is_argument) {
        made.names = {option.get_name(true) + (option.get_items_expected_max() > 1 ? "..." : "")};
        made.values = values_in(option.get_type_name());
        return made;
    }
    for (const auto& name : option.get_snames())
        made.names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        made.names.push_back("--" + name);
    const bool is_flag = option.get_items_expected_max() == 0;
    made.value = is_flag ? "" : option.get_type_name();
    made.values = values_in(made.value);
    if (!made.values.empty() || made.value == "TEXT" || made.value.find(':') != made.value.npos)
        made.value = "VALUE";
    made.takes_file = made.value == "FILE";
    if (!option.get_envname().empty())
        made.text += " (default: " + option.get_envname() + ")";
    if (!option.get_default_str().empty())
        made.text += " (default: " + option.get_default_str() + ")";
    return made;
}

void describe_into(const CLI::App& app, std::vector<std::string> path, std::vector<described_command>& all)
{
    path.push_back(app.get_name());
    described_command made;
    made.path = path;
    made.text = app.get_description();
    for (const auto* option : app.get_options())
        made.options.push_back(describe_option(*option));
    const auto below = app.get_subcommands([](const CLI::App*) { return true; });
    for (const auto* sub : below)
        made.commands.push_back(sub->get_name());
    all.push_back(std::move(made));
    for (const auto* sub : below)
        describe_into(*sub, path, all);
}

} // namespace

std::string name_of(const described_command& command)
{
    return fmt::format("{}", fmt::join(command.path, " "));
}

std::vector<described_command> describe(const CLI::App& app)
{
    std::vector<described_command> all;
    describe_into(app, {}, all);
    return all;
}

exit_code print_completion(const arguments& given)
{
    const command_line line;
    const auto commands = describe(line.app);
    const auto make = given.shell == "bash" ? bash_completion : given.shell == "zsh" ? zsh_completion : fish_completion;
    print_line(make(commands));
    return exit_code::completed;
}

exit_code print_manual(const arguments&)
{
    const command_line line;
    print_line(manual_page(describe(line.app), std::string(cojob::version()), line.app.get_footer()));
    return exit_code::completed;
}

} // namespace cli
