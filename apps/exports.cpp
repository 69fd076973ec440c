#include "calls.hpp"
#include "cells.hpp"
#include "commands.hpp"
#include "follow.hpp"
#include "table.hpp"

#include <cojob/mintlify/static_export.hpp>

namespace cli {

namespace {

using cojob::mintlify::export_bundle;
using cojob::mintlify::export_job;
using cojob::mintlify::static_export;

asio::awaitable<void> create(const arguments& given, static_export service, export_job& job)
{
    cojob::mintlify::export_request request(given.domain);
    request.version = given.label;
    request.paths = given.pages;
    job = co_await service.create_job(std::move(request));
    note_created(job.id);
    print_note(given, "Created " + printable(job.id) + ": an export; the vendor names no limit");
}

asio::awaitable<void> pack(static_export service, std::string id, export_bundle& file)
{
    file = co_await service.create_bundle(id);
}

/// Packs an export that has completed, and prints where the file is.
void print_file(const arguments& given, session& on, const static_export& service, const std::string& id)
{
    export_bundle file;
    on.run(pack(service, id, file));
    const auto expires = file.expires_at ? cojob::to_string(*file.expires_at) : std::string();
    const auto bytes = file.size_bytes ? std::to_string(*file.size_bytes) : std::string();
    if (given.is_json)
        return print_line(json_line({{"api", static_export::api_name},
                                     {"id", file.job_id},
                                     {"file", file.url},
                                     {"bytes", file.size_bytes ? boost::json::value(*file.size_bytes) : nullptr},
                                     {"expires", file.expires_at ? boost::json::value(expires) : nullptr}}));
    for (const auto& line :
         record_lines({{"file", printable(file.url)}, {"bytes", bytes}, {"expires", expires}}, any_width))
        print_line(line);
}

} // namespace

exit_code export_create(const arguments& given)
{
    follower follows(given, shown::ends);
    session on(given, follows.observer());
    const auto service = on.exports();
    export_job job;
    on.run(create(given, service, job));
    if (!given.waits) {
        print_with_handle(given, service, job);
        return exit_code::completed;
    }
    const auto ended = follow_created(follows, on, service, job, wait_options_of(given));
    if (ended == exit_code::completed)
        print_file(given, on, service, job.id);
    return ended;
}

exit_code export_get(const arguments& given)
{
    if (!given.wants_file)
        return get_one(given, &session::exports);
    session on(given);
    print_file(given, on, on.exports(), given.ids.front());
    return exit_code::completed;
}

} // namespace cli
