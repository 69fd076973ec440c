#include "command_line.hpp"
#include "commands.hpp"

namespace cli {

namespace {

CLI::App& add_group(command_line& line, const std::string& name, const std::string& description)
{
    auto& group = *line.app.add_subcommand(name, description);
    group.require_subcommand(1);
    return group;
}

void add_prompt(command_line& line, CLI::App& sub)
{
    sub.add_option("PROMPT", line.given.prompt, "What to do, in quotes; - reads it from standard input")->required();
}

void add_id(command_line& line, CLI::App& sub)
{
    auto& ids = line.given.ids;
    sub.add_option_function<std::string>("ID", [&ids](const std::string& id) { ids = {id}; }, "The job")->required();
}

void add_handle_flag(command_line& line, CLI::App& sub)
{
    sub.add_flag("--handle", line.given.wants_handle, "Print only the job's handle, a line for cojob wait");
}

void add_exports(command_line& line, CLI::App& group)
{
    auto& given = line.given;
    auto& create = line.add(group, "export", "Render a whole site into files; for enterprise plans", export_create);
    create.add_option("DOMAIN", given.domain, "The site's host name, such as docs.example.com")->required();
    create.add_option("--label", given.label, "A label; default: the latest published version")->type_name("TEXT");
    create.add_option("--page", given.pages, "Only this page; may be repeated")
        ->type_name("PATH")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    create.add_flag("--wait", given.waits, "Wait for its end, and print where the file is");
    auto& status = line.add(group, "export-status", "Print an export as it is now", export_get);
    add_id(line, status);
    status.add_flag("--file", given.wants_file, "Pack it, and print where the file is");
    add_waiting_options(line, create);
    for (auto* sub : {&create, &status}) {
        add_handle_flag(line, *sub);
        add_server_options(line, *sub);
    }
}

/// Their limits are not the project's hourly one, so they have no quota file.
void add_deployments(command_line& line, CLI::App& group)
{
    auto& update =
        line.add(group, "update", "Build the project's site from its branch. One use of the organization's limit",
                 deployment_update);
    auto& preview = line.add(group, "preview", "Build a preview of a branch. One use of the organization's limit",
                             deployment_preview);
    preview.add_option("BRANCH", line.given.branch, "The branch")->required();
    auto& status = line.add(group, "update-status", "Print an update or preview as it is now", deployment_get);
    add_id(line, status);
    for (auto* sub : {&update, &preview}) {
        sub->add_flag("--wait", line.given.waits, "Wait for its end");
        add_waiting_options(line, *sub);
    }
    for (auto* sub : {&update, &preview, &status}) {
        add_handle_flag(line, *sub);
        add_project_options(line, *sub);
    }
}

} // namespace

void add_mintlify(command_line& line)
{
    auto& group = add_group(line, "mintlify", "Jobs of the Mintlify agent API, v2");
    auto& create =
        line.add(group, "create", "Create a job and print it. One use of the project's hourly limit", mintlify_create);
    add_prompt(line, create);
    add_handle_flag(line, create);
    auto& run = line.add(group, "run", "Create a job and wait for its end. One use of the project's hourly limit",
                         mintlify_run);
    add_prompt(line, run);
    add_waiting_options(line, run);
    auto& message =
        line.add(group, "message",
                 "Send a job a further instruction, on which it runs again. One use of the project's hourly limit",
                 mintlify_message);
    add_id(line, message);
    add_prompt(line, message);
    add_handle_flag(line, message);
    auto& get = line.add(group, "get", "Print a job as it is now", mintlify_get);
    add_id(line, get);
    add_handle_flag(line, get);
    auto& wait = line.add(group, "wait", "Wait until jobs have ended, and print them", wait_for_jobs);
    wait.add_option("ID", line.given.ids, "The jobs")->required();
    add_waiting_options(line, wait);
    auto& list =
        line.add(group, "list", "List the project's jobs, through v1 of the API: v2 has no list", session_list);
    list.add_option("-n,--limit", line.given.limit, "How many; default: all");
    for (auto* sub : {&create, &run, &message, &get, &wait, &list})
        add_mintlify_options(line, *sub);
    add_deployments(line, group);
    add_exports(line, group);
}

void add_sessions(command_line& line)
{
    auto& group =
        add_group(line, "mintlify-v1", "Sessions of the Mintlify agent API, v1, which the vendor calls deprecated");
    auto& create = line.add(
        group, "create", "Create a session and print its events until they end. One use of the project's hourly limit",
        session_create);
    add_prompt(line, create);
    create.add_option("--branch", line.given.branch, "The branch to work on")->type_name("NAME");
    create.add_option("--model", line.given.model, "The language model")->type_name("NAME");
    create.add_flag("--draft", line.given.is_draft, "Make the pull request a draft");
    auto& get = line.add(group, "get", "Print a session as it is now", session_get);
    add_id(line, get);
    add_handle_flag(line, get);
    auto& list = line.add(group, "list", "List the project's sessions", session_list);
    list.add_option("-n,--limit", line.given.limit, "How many; default: all");
    for (auto* sub : {&create, &get, &list})
        add_mintlify_options(line, *sub);
}

void add_osapi(command_line& line)
{
    auto& group = add_group(line, "osapi", "Jobs of OSAPI");
    auto& list = line.add(group, "list", "List jobs", osapi_list);
    list.add_option("--status", line.given.status, "Only jobs of this status")
        ->check(CLI::IsMember({"submitted", "processing", "completed", "failed", "partial_failure"}));
    list.add_option("-n,--limit", line.given.limit, "How many; default: all");
    auto& get = line.add(group, "get", "Print a job as it is now", osapi_get);
    add_id(line, get);
    add_handle_flag(line, get);
    auto& wait = line.add(group, "wait", "Wait until jobs have ended, and print them", wait_for_jobs);
    wait.add_option("ID", line.given.ids, "The jobs")->required();
    add_waiting_options(line, wait);
    auto& retry = line.add(group, "retry", "Run a job's operation once more, as a new job", osapi_retry);
    add_id(line, retry);
    add_handle_flag(line, retry);
    retry.add_option("--target", line.given.target, "The machine that shall run it; default: any")->type_name("HOST");
    auto& remove = line.add(group, "delete", "Delete a job, even a running one", osapi_delete);
    add_id(line, remove);
    for (auto* sub : {&list, &get, &wait, &retry, &remove})
        add_server_options(line, *sub);
}

void add_following(command_line& line)
{
    auto& watch =
        line.add(line.app, "watch",
                 "Show jobs until all have ended: a line for each, drawn again in place on a terminal", watch_jobs);
    auto& wait = line.add(line.app, "wait", "Wait until jobs have ended, and print them", wait_for_jobs);
    for (auto* sub : {&watch, &wait}) {
        sub->add_option("ID", line.given.ids,
                        "Ids or handles; - reads them from standard input, one a line, also as lines of --json")
            ->required();
        sub->add_option("--api", line.given.api, "What ids are of")
            ->check(CLI::IsMember({"mintlify", "mintlify-v1", "mintlify-deployments", "mintlify-exports", "osapi"}))
            ->capture_default_str();
        add_waiting_options(line, *sub);
        add_mintlify_options(line, *sub);
    }
}

} // namespace cli
