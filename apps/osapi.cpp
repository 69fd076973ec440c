#include "calls.hpp"
#include "cells.hpp"
#include "commands.hpp"

#include <fmt/format.h>

#include <string_view>

namespace cli {

namespace {

using cojob::osapi::jobs;

std::optional<cojob::osapi::job_status> status_named(std::string_view name)
{
    using enum cojob::osapi::job_status;
    for (const auto status : {submitted, processing, completed, failed, partial_failure})
        if (to_string(status) == name)
            return status;
    return std::nullopt;
}

asio::awaitable<void> retry(jobs service, const arguments& given, cojob::osapi::job& created)
{
    const auto receipt = co_await service.retry_job(given.ids.front(), given.target);
    note_created(receipt.job_id);
    print_note(given, "Created " + printable(receipt.job_id) + ": the operation of " + printable(given.ids.front()) +
                          " runs once more; OSAPI does not limit that");
    created.id = receipt.job_id;
    created.status_text = receipt.status;
    created.created = receipt.created;
}

asio::awaitable<void> remove(jobs service, std::string id)
{
    co_await service.delete_job(id);
}

} // namespace

exit_code osapi_list(const arguments& given)
{
    session on(given);
    cojob::osapi::list_query query;
    query.status = status_named(given.status);
    return list_all(given, on, on.jobs().all_jobs(query));
}

exit_code osapi_get(const arguments& given)
{
    return get_one(given, &session::jobs);
}

exit_code osapi_retry(const arguments& given)
{
    session on(given);
    const auto service = on.jobs();
    cojob::osapi::job created;
    on.run(retry(service, given, created));
    print_with_handle(given, service, created);
    return exit_code::completed;
}

exit_code osapi_delete(const arguments& given)
{
    session on(given);
    const auto service = on.jobs();
    on.run(remove(service, given.ids.front()));
    if (given.is_json)
        print_line(json_line({{"api", jobs::api_name}, {"id", given.ids.front()}, {"deleted", true}}));
    else if (!given.is_quiet)
        print_line("Deleted " + printable(given.ids.front()));
    return exit_code::completed;
}

} // namespace cli
