#include "calls.hpp"
#include "cells.hpp"
#include "commands.hpp"
#include "input.hpp"

namespace cli {

namespace {

using cojob::mintlify::agent_session;
using cojob::mintlify::agent_stream;
using cojob::mintlify::agent_v1;

cojob::mintlify::create_session_request request_of(const arguments& given)
{
    cojob::mintlify::create_session_request request(prompt_of(given));
    if (!given.branch.empty())
        request.branch = given.branch;
    if (given.is_draft)
        request.as_draft = true;
    request.model = given.model;
    return request;
}

/// The vendor does not say what the data of an event is, so it is printed as it came.
void print_event(const arguments& given, const cojob::http::server_sent_event& event)
{
    if (given.is_json)
        return print_line(json_line({{"event", event.type}, {"data", event.data}}));
    print_line(printable(event.type) + ": " + printable(event.data));
}

asio::awaitable<void> create(session& on, const arguments& given, agent_v1 service, agent_session& created)
{
    auto request = request_of(given);
    auto stream = co_await service.create_job(std::move(request));
    note_created(stream.session_id());
    on.say_spent("Created " + printable(stream.session_id()));
    on.set_farewell([&given, id = stream.session_id()] {
        auto again = given;
        again.command = "wait";
        again.api = "mintlify-v1";
        return "the session goes on. To wait for it:\n" + command_to_go_on(again, {id});
    });
    while (const auto event = co_await stream.next())
        print_event(given, *event);
    created = co_await service.get_job(stream.session_id());
}

} // namespace

exit_code session_create(const arguments& given)
{
    session on(given);
    const auto service = on.agent_v1();
    agent_session created;
    on.run(create(on, given, service, created));
    print_with_handle(given, service, created);
    return exit_code::completed;
}

exit_code session_get(const arguments& given)
{
    return get_one(given, &session::agent_v1);
}

exit_code session_list(const arguments& given)
{
    session on(given);
    return list_all(given, on, on.agent_v1().all_jobs());
}

} // namespace cli
