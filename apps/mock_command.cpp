#include "command_line.hpp"
#include "commands.hpp"

namespace cli {

void add_mock(command_line& line)
{
    auto& mock = line.given.mock;
    auto& sub =
        line.add(line.app, "mock", "Run a mock server of all these APIs on this machine, until Ctrl-C", run_mock);
    sub.add_option("--port", mock.port, "The port; default: one that is free");
    sub.add_flag("--http", mock.is_plain, "Plain HTTP in place of HTTPS");
    sub.add_option("--ca-out", mock.ca_out, "Write the authority of its certificate to this file, for clients to trust")
        ->type_name("FILE");
    sub.add_option("--key-file", line.given.key_file,
                   "A file with the key that it accepts; default: the key is mint_test_key")
        ->type_name("FILE");
    sub.add_option("--project", line.given.project, "The project that it has; default: test-project")->type_name("ID");
    sub.add_option("--rate-limit", mock.rate_limit, "Creations and messages an hour, then 429; default: no limit");
    sub.add_option("--life", mock.life, "Life of new jobs: states, and for how many polls")
        ->type_name("LIFE")
        ->capture_default_str();
    sub.add_option("--session-life", mock.session_life, "Life of new sessions")
        ->type_name("LIFE")
        ->capture_default_str();
    sub.add_option("--osapi-life", mock.osapi_life, "Life of retried OSAPI jobs")
        ->type_name("LIFE")
        ->capture_default_str();
    sub.add_option("--export-life", mock.export_life, "Life of new exports")->type_name("LIFE")->capture_default_str();
    sub.add_option("--deployment-life", mock.deployment_life, "Life of new updates and previews")
        ->type_name("LIFE")
        ->capture_default_str();
    sub.add_option("--job", mock.jobs, "Begin with a job that has this life; may be repeated")
        ->type_name("LIFE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub.add_option("--session", mock.sessions, "Begin with a session; may be repeated")
        ->type_name("LIFE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub.add_option("--osapi-job", mock.osapi_jobs, "Begin with an OSAPI job; may be repeated")
        ->type_name("LIFE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub.add_option("--export", mock.exports, "Begin with a static export; may be repeated")
        ->type_name("LIFE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub.add_option("--deployment", mock.deployments, "Begin with a deployment; may be repeated")
        ->type_name("LIFE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub.add_option("--copies", mock.copies, "How many of each of these jobs")
        ->check(CLI::Range(1, 100'000))
        ->type_name("NUMBER")
        ->capture_default_str();
    sub.add_option("--fault", mock.faults,
                   "Do something wrong: NAME, NAME:TIMES or NAME:TIMES:METHOD, such as drop_after_request:1:POST; may "
                   "be repeated; - lists the names")
        ->type_name("FAULT")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    sub.add_flag("--until-eof", mock.ends_with_input, "End when standard input ends, too");
    sub.add_flag("--report", mock.reports, "At the end print the requests that it got, with their bodies");
    sub.add_flag("--json", line.given.is_json, "Print what clients need as one JSON object");
}

} // namespace cli
