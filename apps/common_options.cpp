#include "command_line.hpp"

namespace cli {

void add_output_options(command_line& line, CLI::App& sub)
{
    auto& given = line.given;
    sub.add_flag("--json", given.is_json, "Print one JSON object a line");
    sub.add_flag("-q,--quiet", given.is_quiet, "Print no progress and no notes, only the result");
}

void add_server_options(command_line& line, CLI::App& sub)
{
    auto& given = line.given;
    add_output_options(line, sub);
    sub.add_flag("-v,--verbose", given.is_verbose, "Print every attempt and response to standard error, without keys");
    sub.add_option("--base-url", given.base_url,
                   "The server; default: MINTLIFY_BASE_URL or COJOB_OSAPI_URL, or the vendor's")
        ->type_name("URL");
    sub.add_option("--key-file", given.key_file, "A file that contains the key and nothing else")->type_name("FILE");
    sub.add_option("--ca-file", given.ca_file, "Authorities to trust in place of the system's, PEM")
        ->type_name("FILE")
        ->envname("COJOB_CA_FILE");
    line.add_duration(sub, "--timeout", given.timeout,
                      "Limit for all of it; none: no limit. Default: 30m for a wait, 2m for a call");
}

void add_project_options(command_line& line, CLI::App& sub)
{
    add_server_options(line, sub);
    sub.add_option("--project", line.given.project, "The project")->type_name("ID")->envname("MINTLIFY_PROJECT_ID");
}

void add_mintlify_options(command_line& line, CLI::App& sub)
{
    auto& given = line.given;
    add_project_options(line, sub);
    sub.add_option("--quota-file", given.quota_file,
                   "Count the project's uses in this file, with all processes that name it; created if there is none")
        ->type_name("FILE")
        ->envname("COJOB_QUOTA_FILE");
}

void add_waiting_options(command_line& line, CLI::App& sub)
{
    line.add_duration(sub, "--interval", line.given.interval, "Time between polls; default: as the vendor asks");
    line.add_duration(sub, "--settle", line.given.settle,
                      "How long an end must last: a failed OSAPI job may run again within 35s");
}

} // namespace cli
