// Waits for several jobs at once: for the first to end, then for all of them, each with a result of its own.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./6_many_jobs     # creates three jobs
//     examples/run build/dev/examples 6_many_jobs                # without an account, against a mock server

#include <cojob/job/many.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> document(cojob::mintlify::agent agent, std::vector<std::string> pages)
{
    std::vector<std::string> ids;
    ids.reserve(pages.size());
    for (const auto& page : pages)
        ids.push_back((co_await agent.create_job("Document the " + page + " endpoint")).id);

    const auto [place, first] = co_await cojob::wait_for_any(agent, ids);
    std::cout << "First of " << ids.size() << ": " << pages[place] << '\n';

    // In the order of the ids. One job that fails to be watched does not end the wait for the others.
    const auto ends = co_await cojob::wait_for_all(agent, ids, {.timeout = 20min});
    for (std::size_t i = 0; i < ends.size(); ++i)
        if (const auto& end = ends[i])
            std::cout << pages[i] << ": " << end->status_text << ' ' << end->pr_link.value_or("no changes") << '\n';
        else
            std::cout << pages[i] << ": " << end.error().code().message() << '\n';
}

int main()
try {
    asio::io_context context;
    const cojob::mintlify::agent agent(context, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, document(agent, {"/users", "/orders", "/invoices"}), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
