// cojob without a coroutine around it: an operation as a future, with a callback, and made now to be started later.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./callbacks_and_futures
//     examples/run build/dev/examples callbacks_and_futures     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/start.hpp>

#include <boost/asio/deferred.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <iostream>
#include <utility>

namespace asio = boost::asio;
using cojob::mintlify::agent_job;

int main()
try {
    asio::thread_pool threads(1);
    const cojob::mintlify::agent agent(threads, cojob::mintlify::agent_options_from_environment());

    // A future: `get` blocks this thread, and throws what the operation throws.
    const agent_job job =
        cojob::start(threads, agent.create_job("Document the new /users endpoint"), asio::use_future).get();
    std::cout << "future: created " << job.id << '\n';

    // Deferred: nothing is sent before it is called with another completion token.
    auto look = cojob::start(threads, agent.get_job(job.id), asio::deferred);
    std::cout << "deferred: " << std::move(look)(asio::use_future).get().status_text << '\n';

    // A callback, on the pool's thread.
    cojob::start(threads, cojob::wait_for_job(agent, job.id), [](std::exception_ptr failure, const agent_job& ended) {
        std::cout << "callback: " << (failure ? "failed" : ended.id + " is " + ended.status_text) << '\n';
    });

    threads.join(); // the callback has run then
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
