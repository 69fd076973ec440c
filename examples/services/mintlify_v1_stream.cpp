// Mintlify's API v1 tells what a session does while it works: reads these events, and then waits for the session's end.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./mintlify_v1_stream
//     examples/run build/dev/examples mintlify_v1_stream     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent_v1.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;

asio::awaitable<void> read_events(cojob::mintlify::agent_stream stream)
{
    try {
        while (const auto event = co_await stream.next())
            std::cout << event->type << ": " << event->data << std::endl;
    } catch (const cojob::api_error& failure) {
        if (failure.code() != cojob::errc::outcome_unknown)
            throw;
        std::cout << "The stream ended early; the session continues\n";
    }
}

asio::awaitable<void> document(cojob::mintlify::agent_v1 agent)
{
    cojob::mintlify::create_session_request request("Document the new /users endpoint");
    request.as_draft = true;
    const auto stream = co_await agent.create_job(request);
    std::cout << "Session " << stream.session_id() << " on " << stream.branch().value_or("its own branch") << '\n';

    co_await read_events(stream);
    // The session may still be running when the stream ends or breaks.
    const auto session = co_await cojob::wait_for_job(agent, stream.handle());
    std::cout << "It has halted: " << session.reason_text << ", "
              << session.pull_request_link.value_or("no pull request") << '\n';
}

int main()
try {
    asio::io_context context;
    const cojob::mintlify::agent_v1 agent(context, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, document(agent), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
