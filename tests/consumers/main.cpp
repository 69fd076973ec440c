// A user's program: creates a job on the mock server and waits for it, with the documented names only.
#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/result.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

asio::awaitable<std::string> document(cojob::mintlify::agent agent)
{
    auto job = co_await agent.create_job("Document the new /users endpoint");
    job = co_await cojob::wait_for_job(agent, job.id, {.timeout = 1h});
    co_return job.status == cojob::mintlify::agent_job_status::completed&& job.pr_link ? *job.pr_link : std::string();
}

asio::awaitable<bool> asks_for_an_unknown_job(cojob::mintlify::agent agent)
{
    const auto job = co_await cojob::as_result(agent.get_job("no-such-job"));
    co_return job.has_error() && job.error().code() == cojob::errc::not_found&& job.error().http_status == 404;
}

} // namespace

int main()
try {
    cojob::testing::mock_server_options mock_options;
    const cojob::testing::mock_server server(mock_options);

    asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    cojob::client_options options;
    options.tls.ca_pem = server.ca_pem();
    options.clock = clock;
    cojob::mintlify::agent_options credentials;
    credentials.project_id = mock_options.project_id;
    credentials.api_key = cojob::secret(mock_options.token);
    credentials.base_url = server.base_url();
    const cojob::mintlify::agent agent(cojob::client(context.get_executor(), options), credentials);

    std::string link;
    bool was_refused = false;
    std::exception_ptr failure;
    asio::co_spawn(context, document(agent), [&](std::exception_ptr e, std::string result) {
        failure = e;
        link = std::move(result);
    });
    asio::co_spawn(context, asks_for_an_unknown_job(agent),
                   [&](std::exception_ptr, bool result) { was_refused = result; });
    clock->advance(1h);
    if (failure)
        std::rethrow_exception(failure);
    std::cout << "Review " << link << '\n';
    return !link.empty() && was_refused ? 0 : 1;
} catch (const cojob::api_error& failure) { // thrown by the library and caught here, where that is a shared one too
    std::cerr << failure.what() << '\n';
    return 2;
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 2;
}
