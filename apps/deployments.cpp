#include "calls.hpp"
#include "cells.hpp"
#include "commands.hpp"
#include "follow.hpp"

#include <cojob/mintlify/deployments.hpp>

namespace cli {

namespace {

using cojob::mintlify::deployment_receipt;
using cojob::mintlify::deployments;

/// What was queued, as far as the service has told. The limits are short, so no file counts their uses.
struct queued {
    std::string id{}, link{};
};

void say_queued(const arguments& given, const deployment_receipt& receipt, std::string_view what, queued& to)
{
    to = {receipt.id, receipt.preview_url};
    note_created(receipt.id);
    print_note(given, "Queued " + printable(receipt.id) + ": one of the organization's " + std::string(what));
}

asio::awaitable<void> update(const arguments& given, deployments service, queued& to)
{
    const auto receipt = co_await service.update();
    say_queued(given, receipt, "10 updates and workflow triggers in 10 s", to);
}

asio::awaitable<void> preview(const arguments& given, deployments service, queued& to)
{
    const auto receipt = co_await service.preview(given.branch);
    say_queued(given, receipt, "5 previews a minute", to);
}

/// Prints it, or follows it to its end.
template <class Operation>
exit_code queue(const arguments& given, Operation operation)
{
    follower follows(given, shown::ends);
    session on(given, follows.observer());
    const auto service = on.deployments();
    queued known;
    on.run(operation(given, service, known));
    cojob::mintlify::deployment job;
    job.id = known.id;
    job.status_text = "queued";
    if (!given.waits) {
        print_with_handle(given, service, job, known.link);
        return exit_code::completed;
    }
    return follow_created(follows, on, service, job, wait_options_of(given));
}

} // namespace

exit_code deployment_update(const arguments& given)
{
    return queue(given, update);
}

exit_code deployment_preview(const arguments& given)
{
    return queue(given, preview);
}

exit_code deployment_get(const arguments& given)
{
    return get_one(given, &session::deployments);
}

} // namespace cli
