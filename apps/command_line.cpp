#include "command_line.hpp"

#include "durations.hpp"
#include "words.hpp"

#include <cojob/version.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

namespace cli {

namespace {

constexpr const char* footer =
    "Keys come from the environment (MINTLIFY_API_KEY, COJOB_OSAPI_TOKEN) or from --key-file, never from an argument:\n"
    "other users of the machine can read a command line, and the shell remembers it.\n"
    "\n"
    "Exit status: 0 success, and a job that was waited for completed; 1 it failed or was archived; 2 wrong usage, "
    "nothing\n"
    "was sent; 3 error; 4 the time was up before the job ended; 5 the quota is used up; 130 interrupted. An "
    "interrupted\n"
    "or timed-out wait does not stop the job.";

/// Nothing but the names of options: a value may be a key that was put in the wrong place.
std::string unknown_options(const std::vector<std::string>& words)
{
    std::string names;
    for (const auto& word : words)
        if (word.starts_with("-") && word != "-")
            names += (names.empty() ? "" : ", ") + word.substr(0, word.find('='));
    return names;
}

/// Whether the word is, or contains, a key of the environment, whatever keys look like there.
bool has_known_key(std::string_view word)
{
    for (const auto* name : {"MINTLIFY_API_KEY", "COJOB_OSAPI_TOKEN"})
        if (const auto* key = std::getenv(name);
            key && std::string_view(key).size() >= 8 && word.find(key) != word.npos)
            return true;
    return false;
}

void refuse_keys(int argc, const char* const* argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (looks_like_key(word) || has_known_key(word))
            throw usage_error(fmt::format(
                "argument {} looks like a key, which others can read there. Put it in the environment or in a "
                "file (--key-file), and have it replaced: the shell may have saved it",
                i));
        for (const auto* name : {"--key", "--api-key", "--token"})
            if (word == name || word.starts_with(std::string(name) + "="))
                throw usage_error(
                    fmt::format("there is no {}: keys come from the environment or from --key-file", name));
    }
}

} // namespace

command_line::command_line()
    : app("Creates, waits for and watches jobs of the Mintlify agent API and of OSAPI.", "cojob")
{
    app.require_subcommand(1);
    app.set_version_flag("--version", "cojob " + std::string(cojob::version()), "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this text and exit");
    app.footer(footer);
    app.get_formatter()->column_width(34);
    add_mintlify(*this);
    add_sessions(*this);
    add_osapi(*this);
    add_following(*this);
    add_mock(*this);
    add_pages(*this);
}

void command_line::parse(int argc, const char* const* argv)
{
    refuse_keys(argc, argv);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
        auto names = unknown_options(app.remaining(true));
        throw usage_error(
            names.empty()
                ? "too many arguments, or no such command; see --help (a prompt of several words needs quotes)"
                : "unknown option: " + names + "; see --help");
    }
}

CLI::App& command_line::add(CLI::App& parent, const std::string& name, const std::string& description, action does)
{
    auto& sub = *parent.add_subcommand(name, description);
    const auto path = &parent == &app ? name : parent.get_name() + " " + name;
    sub.callback([this, does, path, &parent] {
        given.command = path;
        if (&parent != &app)
            given.api = parent.get_name();
        chosen = does;
    });
    return sub;
}

void command_line::add_duration(CLI::App& sub, const std::string& name, std::optional<cojob::duration>& to,
                                const std::string& description)
{
    sub.add_option_function<std::string>(
           name,
           [&to, name](const std::string& text) {
               to = parse_duration(text);
               if (!to)
                   throw CLI::ValidationError(name, "is a length of time, such as 90s, 15m, 1h30m or none");
           },
           description)
        ->type_name("TIME");
}

} // namespace cli
