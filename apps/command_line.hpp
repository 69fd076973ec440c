#ifndef COJOB_APPS_COMMAND_LINE_HPP
#define COJOB_APPS_COMMAND_LINE_HPP

#include "arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <memory>
#include <string>

namespace cli {

/// The description of the whole command, from which parsing, --help, the man page and the completions are made.
struct command_line {
    arguments given{};
    action chosen = nullptr; ///< set by parsing
    CLI::App app;

    command_line();
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;
    ~command_line() = default;

    /// \throws usage_error, without the value of anything that it does not know
    void parse(int argc, const char* const* argv);

    /// Adds a command that does something.
    CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description, action);

    /// Adds a length of time.
    static void add_duration(CLI::App&, const std::string& name, std::optional<cojob::duration>&,
                             const std::string& description);
};

// Each adds a group of commands.
void add_mintlify(command_line&);
void add_sessions(command_line&);
void add_osapi(command_line&);
void add_following(command_line&);
void add_mock(command_line&);
void add_pages(command_line&);

// Each adds the options that several commands have.
void add_output_options(command_line&, CLI::App&);
void add_server_options(command_line&, CLI::App&);   ///< and those of output
void add_project_options(command_line&, CLI::App&);  ///< and those of the server
void add_mintlify_options(command_line&, CLI::App&); ///< and those of the project
void add_waiting_options(command_line&, CLI::App&);

} // namespace cli

#endif
