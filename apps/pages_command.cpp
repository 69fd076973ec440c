#include "command_line.hpp"
#include "commands.hpp"

namespace cli {

void add_pages(command_line& line)
{
    auto& completion = line.add(line.app, "completion",
                                "Print the completions of a shell: source <(cojob completion bash)", print_completion);
    completion.add_option("SHELL", line.given.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    line.add(line.app, "manual", "Print the man page: cojob manual | man -l -", print_manual);
}

} // namespace cli
