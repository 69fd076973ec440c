#include "calls.hpp"
#include "cells.hpp"
#include "commands.hpp"
#include "follow.hpp"
#include "input.hpp"

#include <algorithm>
#include <chrono>

namespace cli {

namespace {

using cojob::mintlify::agent;
using cojob::mintlify::agent_job;

asio::awaitable<void> create(session& on, agent service, std::string prompt, agent_job& job)
{
    job = co_await service.create_job(prompt);
    note_created(job.id);
    on.say_spent("Created " + printable(job.id));
}

asio::awaitable<void> send(session& on, agent service, std::string id, std::string prompt, agent_job& job)
{
    job = co_await service.send_message(id, prompt);
    on.say_spent("Sent a message to " + printable(job.id));
}

} // namespace

exit_code mintlify_create(const arguments& given)
{
    session on(given);
    const auto service = on.agent();
    agent_job job;
    on.run(create(on, service, prompt_of(given), job));
    print_with_handle(given, service, job);
    return exit_code::completed;
}

exit_code mintlify_message(const arguments& given)
{
    session on(given);
    const auto service = on.agent();
    agent_job job;
    on.run(send(on, service, given.ids.front(), prompt_of(given), job));
    print_with_handle(given, service, job);
    return exit_code::completed;
}

exit_code mintlify_get(const arguments& given)
{
    return get_one(given, &session::agent);
}

exit_code mintlify_run(const arguments& given)
{
    follower follows(given, shown::ends);
    auto options = wait_options_of(given);
    const auto until = cojob::detail::after(std::chrono::steady_clock::now(), options.timeout);
    session on(given, follows.observer());
    const auto service = on.agent();
    agent_job job;
    on.run(create(on, service.with_timeout(options.timeout), prompt_of(given), job));
    if (options.timeout != cojob::no_timeout)
        options.timeout = std::max(until - std::chrono::steady_clock::now(), cojob::duration(1));
    return follow_created(follows, on, service, job, options);
}

} // namespace cli
