// Shows a job's progress: a watch hands over the job whenever it has changed, and as it was at its end. So does a wait
// that is given a function.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./2_wait_and_watch
//     examples/run build/dev/examples 2_wait_and_watch     # without an account, against a mock server

#include <cojob/job/progress.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/job/watch.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> document(cojob::mintlify::agent agent)
{
    const auto created = co_await agent.create_job("Document the new /users endpoint");

    // The timeout covers the whole watch. Mintlify is polled every 5 to 10 s, as its documentation asks for.
    auto watch = cojob::watch_job(agent, created.id, {.timeout = 20min});
    while (const auto job = co_await watch.next())
        std::cout << job->id << " is " << job->status_text << std::endl;

    // Waits for the end only. A job that has ended already is polled once.
    const auto ended = co_await cojob::wait_for_job(agent, created.id, {.timeout = 20min});
    std::cout << "It was for " << ended.source.repository << '\n';

    // Without a loop: the function is called with each job that a watch would return.
    const auto show = [](const auto& job) { std::cout << job.id << " is " << job.status_text << '\n'; };
    co_await cojob::wait_for_job(agent, created.id, show, {.timeout = 20min});
}

int main()
try {
    asio::io_context context;
    const cojob::mintlify::agent agent(context, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, document(agent), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
