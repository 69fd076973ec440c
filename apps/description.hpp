#ifndef COJOB_APPS_DESCRIPTION_HPP
#define COJOB_APPS_DESCRIPTION_HPP

#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace cli {

/// An option or an argument of a command.
struct described_option {
    std::vector<std::string> names{}; ///< such as `-q` and `--quiet`; of an argument its name alone
    std::string value{};              ///< what it takes; empty: a flag
    std::string text{};
    std::vector<std::string> values{}; ///< those that it accepts, if they are known
    bool is_argument = false;
    bool takes_file = false;
};

/// A command as its man page and completions describe it.
struct described_command {
    std::vector<std::string> path{}; ///< such as `cojob`, `mintlify`, `run`
    std::string text{};
    std::vector<described_option> options{};
    std::vector<std::string> commands{}; ///< names of those below it
};

/// The words of the path with spaces between them.
[[nodiscard]] std::string name_of(const described_command&);

/// The command and all below it, each before those below it.
[[nodiscard]] std::vector<described_command> describe(const CLI::App&);

/// The pages made from a description.
[[nodiscard]] std::string manual_page(const std::vector<described_command>&, const std::string& version,
                                      const std::string& notes);
[[nodiscard]] std::string bash_completion(const std::vector<described_command>&);
[[nodiscard]] std::string zsh_completion(const std::vector<described_command>&);
[[nodiscard]] std::string fish_completion(const std::vector<described_command>&);

} // namespace cli

#endif
