// Gives a job that has ended a further instruction and waits for its new end. For a moment the service may go on
// showing the old one: that does not count.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./mintlify_follow_up JOB_ID [INSTRUCTION]
//     examples/run build/dev/examples mintlify_follow_up     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace asio = boost::asio;

asio::awaitable<void> follow_up(cojob::mintlify::agent agent, std::string id, std::string instruction)
{
    const auto before = co_await agent.get_job(id);
    std::cout << before.id << " is " << before.status_text << '\n';

    // Counts against the quota, as a creation does.
    co_await agent.send_message(id, std::move(instruction));
    std::cout << "Sent the message" << std::endl;

    // The client remembers the message. So does `agent.handle(job)`, for a wait in another process.
    const auto after = co_await cojob::wait_for_job(agent, id);
    std::cout << after.id << " is " << after.status_text << ": " << after.pr_link.value_or("no changes") << '\n';
}

int main(int argc, char** argv)
try {
    if (argc < 2) {
        std::cerr << "usage: mintlify_follow_up JOB_ID [INSTRUCTION]\n";
        return 2;
    }
    const std::string instruction = argc > 2 ? argv[2] : "Describe the error answers as well";
    asio::io_context context;
    const cojob::mintlify::agent agent(context, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, follow_up(agent, argv[1], instruction), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
