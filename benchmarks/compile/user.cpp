// A user's file: creates a job and waits for it.

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>

namespace asio = boost::asio;

namespace {

asio::awaitable<void> document(cojob::mintlify::agent agent)
{
    const auto job = co_await agent.create_job("Document the new /users endpoint");
    const auto ended = co_await cojob::wait_for_job(agent, job.id, {.timeout = std::chrono::minutes(15)});
    std::cout << ended.status_text << ' ' << ended.pr_link.value_or("without a pull request") << '\n';
}

} // namespace

int main()
{
    asio::io_context context;
    try {
        cojob::mintlify::agent agent(context.get_executor(), cojob::mintlify::agent_options_from_environment());
        asio::co_spawn(context, document(agent), [](std::exception_ptr e) {
            if (e)
                std::rethrow_exception(e);
        });
        context.run();
    } catch (const cojob::api_error& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
