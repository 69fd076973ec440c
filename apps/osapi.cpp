#include "cells.hpp"
#include "commands.hpp"
#include "output.hpp"
#include "session.hpp"

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

asio::awaitable<void> list(jobs service, const arguments& given, std::vector<job_view>& found)
{
    cojob::osapi::list_query query;
    query.status = status_named(given.status);
    auto pages = service.all_jobs(query);
    while (given.limit == 0 || found.size() < given.limit) {
        const auto next = co_await pages.next();
        if (!next)
            break;
        found.push_back(view_of(*next));
    }
}

asio::awaitable<void> get(jobs service, std::string id, cojob::osapi::job& found)
{
    found = co_await service.get_job(id);
}

asio::awaitable<void> retry(jobs service, const arguments& given, cojob::osapi::job& created)
{
    const auto receipt = co_await service.retry_job(given.ids.front(), given.target);
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
    const auto service = on.jobs();
    std::vector<job_view> found;
    on.run(list(service, given, found));
    print_jobs(given, found);
    return exit_code::completed;
}

exit_code osapi_get(const arguments& given)
{
    session on(given);
    const auto service = on.jobs();
    cojob::osapi::job found;
    on.run(get(service, given.ids.front(), found));
    print_job(given, view_of(found));
    return exit_code::completed;
}

exit_code osapi_retry(const arguments& given)
{
    session on(given);
    const auto service = on.jobs();
    cojob::osapi::job created;
    on.run(retry(service, given, created));
    auto view = view_of(created);
    view.members["handle"] = to_string(service.handle(created));
    print_job(given, view);
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
