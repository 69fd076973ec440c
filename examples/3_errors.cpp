// What can go wrong and how it is told apart: as an exception, as a value, by code and by condition.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./3_errors     # creates no job
//     examples/run build/dev/examples 3_errors                # without an account, against a mock server

#include <cojob/mintlify/agent.hpp>
#include <cojob/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using cojob::mintlify::agent;

asio::awaitable<void> catch_it(agent service)
{
    try {
        co_await service.create_job(""); // refused before anything is sent
    } catch (const cojob::api_error& failure) {
        std::cout << "thrown: " << failure.what() << '\n';
    }
}

asio::awaitable<void> look_at_it(agent service)
{
    const auto job = co_await cojob::as_result(service.get_job("no-such-job"));
    if (job)
        std::cout << job->status_text << '\n';
    else if (job.error().code() == cojob::errc::not_found)
        std::cout << "not found: status " << job.error().http_status << " for " << job.error().path << '\n';
    else
        (void)job.value(); // throws
}

asio::awaitable<void> ask_what_it_means(agent service)
{
    const auto job = co_await cojob::as_result(service.get_job("any-job"));
    if (!job && job.error().code() == cojob::condition::retryable) // repeating it cannot do the work twice
        std::cout << "in vain: " << job.error().code().message() << " after " << job.error().attempts.size()
                  << " attempts\n";
    if (!job && job.error().code() == cojob::condition::client_error)
        std::cout << "our fault: " << job.error().code().message() << '\n';
}

asio::awaitable<void> fail(asio::any_io_executor executor)
{
    auto options = cojob::mintlify::agent_options_from_environment();
    const agent service(executor, options);
    co_await catch_it(service);
    co_await look_at_it(service);

    options.api_key = cojob::secret("not-the-key");
    co_await ask_what_it_means(agent(executor, options));

    options.base_url = "http://127.0.0.1:9"; // nobody listens there
    co_await ask_what_it_means(agent(executor, options));
}

int main()
try {
    asio::io_context context;
    asio::co_spawn(context, fail(context.get_executor()), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
