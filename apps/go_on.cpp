#include "cells.hpp"
#include "durations.hpp"
#include "session.hpp"
#include "words.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

namespace cli {

namespace {

/// The option, unless the environment says the same.
std::string option(std::string_view name, const std::string& value, const char* variable)
{
    const auto* known = std::getenv(variable);
    if (value.empty() || (known && value == known))
        return {};
    return fmt::format(" {} {}", name, shell_quoted(value));
}

} // namespace

std::string command_to_go_on(const arguments& given, const std::vector<std::string>& ids)
{
    auto command = given.command == "mintlify run" ? std::string("mintlify wait") : given.command;
    if (given.waits) // `mintlify update --wait`
        command = "wait";
    auto text = "cojob " + command;
    if (given.waits)
        text += given.command == "mintlify export" ? " --api mintlify-exports" : " --api mintlify-deployments";
    else if (command == "watch" || command == "wait")
        text += given.api == "mintlify" ? "" : " --api " + given.api;
    text += option("--base-url", given.base_url, "") + option("--project", given.project, "MINTLIFY_PROJECT_ID");
    text += option("--key-file", given.key_file, "") + option("--ca-file", given.ca_file, "COJOB_CA_FILE");
    text += option("--quota-file", given.quota_file, "COJOB_QUOTA_FILE");
    if (given.timeout)
        text += " --timeout " + option_text(*given.timeout);
    if (given.interval)
        text += " --interval " + option_text(*given.interval);
    if (given.settle)
        text += " --settle " + option_text(*given.settle);
    if (given.is_json)
        text += " --json";
    for (const auto& id : ids) // a server's text, in a line for a terminal
        text += (id.starts_with('-') ? " -- " : " ") + shell_quoted(printable(id));
    return text;
}

} // namespace cli
