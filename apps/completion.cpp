#include "description.hpp"

#include "words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace cli {

namespace {

/// What can follow a command: names of commands and options, and the values of its arguments.
std::vector<std::string> words_after(const described_command& command)
{
    auto words = command.commands;
    for (const auto& option : command.options)
        for (const auto& word : option.is_argument ? option.values : option.names)
            words.push_back(word);
    return words;
}

/// The patterns of all commands but the first, for a `case` that finds out which one is being typed.
std::string patterns(const std::vector<described_command>& commands)
{
    std::string all;
    for (const auto& command : commands)
        if (command.path.size() > 1)
            all += (all.empty() ? "'" : "|'") + name_of(command) + "'";
    return all;
}

/// The options whose values are files, or have no completion.
std::string options_with_values(const std::vector<described_command>& commands)
{
    std::vector<std::string> names;
    for (const auto& command : commands)
        for (const auto& option : command.options)
            if (!option.value.empty() && option.values.empty())
                for (const auto& name : option.names)
                    if (std::find(names.begin(), names.end(), name) == names.end())
                        names.push_back(name);
    return fmt::format("{}", fmt::join(names, "|"));
}

/// `case` branches for the options that have known values: `--api) …`.
std::string known_values(const std::vector<described_command>& commands, std::string_view form)
{
    std::string branches;
    for (const auto& command : commands)
        for (const auto& option : command.options)
            if (!option.is_argument && !option.values.empty() &&
                branches.find(option.names.back() + ")") == branches.npos)
                branches += fmt::format("    {}) {} ;;\n", option.names.back(),
                                        fmt::format(fmt::runtime(form), fmt::join(option.values, " ")));
    return branches;
}

/// A text in single quotes for fish, which knows only these two escapes.
std::string fish_quoted(const std::string& text)
{
    std::string quoted = "'";
    for (const char c : text)
        quoted += (c == '\'' || c == '\\') ? std::string("\\") + c : std::string(1, c);
    return quoted + "'";
}

/// `name:text` for zsh's _describe, quoted.
std::string zsh_item(std::string name, const std::string& text)
{
    return " " + shell_quoted(name + ":" + text);
}

} // namespace

std::string bash_completion(const std::vector<described_command>& commands)
{
    auto script = fmt::format(R"(# bash completion for cojob, made by: cojob completion bash
_cojob() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} place=cojob i
    for ((i = 1; i < COMP_CWORD; ++i)); do
        case "$place ${{COMP_WORDS[i]}}" in {}) place+=" ${{COMP_WORDS[i]}}" ;; esac
    done
    COMPREPLY=()
    case "$before" in
{}    {}) return ;;
    esac
    case "$place" in
)",
                              patterns(commands),
                              known_values(commands, "mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\"); return"),
                              options_with_values(commands));
    for (const auto& command : commands)
        script += fmt::format("    '{}') mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\") ;;\n", name_of(command),
                              fmt::join(words_after(command), " "));
    return script + "    esac\n}\ncomplete -o default -F _cojob cojob";
}

std::string zsh_completion(const std::vector<described_command>& commands)
{
    auto script =
        fmt::format(R"(#compdef cojob
# zsh completion for cojob, made by: cojob completion zsh
_cojob() {{
    local place=cojob word
    local -a names options
    for word in ${{words[2,CURRENT-1]}}; do
        case "$place $word" in {}) place="$place $word" ;; esac
    done
    case "${{words[CURRENT-1]}}" in
{}    {}) _files; return ;;
    esac
    case "$place" in
)",
                    patterns(commands), known_values(commands, "compadd -- {}; return"), options_with_values(commands));
    for (const auto& command : commands) {
        std::string names, options;
        for (const auto& below : commands)
            if (below.path.size() == command.path.size() + 1 && name_of(below).starts_with(name_of(command) + " "))
                names += zsh_item(below.path.back(), below.text);
        for (const auto& option : command.options) {
            if (option.is_argument)
                for (const auto& value : option.values)
                    names += zsh_item(value, option.text);
            else
                for (const auto& name : option.names)
                    options += zsh_item(name, option.text);
        }
        script += fmt::format("    '{}') names=({}) options=({}) ;;\n", name_of(command), names, options);
    }
    return script + R"(    esac
    if [[ ${words[CURRENT]} == -* ]]; then
        _describe option options
    elif (( $#names )); then
        _describe command names
    else
        _files
    fi
}
if [[ $funcstack[1] == _cojob ]]; then _cojob "$@"; else compdef _cojob cojob; fi)";
}

std::string fish_completion(const std::vector<described_command>& commands)
{
    auto places = patterns(commands);
    std::replace(places.begin(), places.end(), '|', ' ');
    auto script = fmt::format(R"(# fish completion for cojob, made by: cojob completion fish
function __cojob_is_at
    set -l place cojob
    for word in (commandline -opc)[2..]
        switch "$place $word"
            case {}
                set place "$place $word"
        end
    end
    test "$place" = "$argv"
end
)",
                              places);
    for (const auto& command : commands) {
        const auto at = fmt::format("complete -c cojob -n {}", fish_quoted("__cojob_is_at " + name_of(command)));
        for (const auto& below : commands)
            if (below.path.size() == command.path.size() + 1 && name_of(below).starts_with(name_of(command) + " "))
                script += fmt::format("{} -f -a {} -d {}\n", at, below.path.back(), fish_quoted(below.text));
        for (const auto& option : command.options) {
            if (option.is_argument) {
                if (!option.values.empty())
                    script += fmt::format("{} -f -a '{}' -d {}\n", at, fmt::join(option.values, " "),
                                          fish_quoted(option.text));
                continue;
            }
            std::string names;
            for (const auto& name : option.names)
                names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            const auto value = option.value.empty() ? std::string()
                               : option.takes_file  ? std::string(" -r -F")
                                                    : fmt::format(" -x -a '{}'", fmt::join(option.values, " "));
            script += fmt::format("{}{}{} -d {}\n", at, names, value, fish_quoted(option.text));
        }
    }
    return script;
}

} // namespace cli
