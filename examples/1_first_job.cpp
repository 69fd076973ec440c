// Creates a job, waits for its end and prints its pull request.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./1_first_job
//     examples/run build/dev/examples 1_first_job     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using cojob::mintlify::agent_job_status;

asio::awaitable<void> document(cojob::mintlify::agent agent)
{
    auto job = co_await agent.create_job("Document the new /users endpoint");
    std::cout << "Created " << job.id << '\n';

    job = co_await cojob::wait_for_job(agent, job.id); // returns however the job ended
    if (job.status != agent_job_status::completed)
        std::cout << "It ended as " << job.status_text << '\n';
    else if (job.pr_link)
        std::cout << "Review " << *job.pr_link << '\n';
    else
        std::cout << "Nothing had to be changed\n";
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
