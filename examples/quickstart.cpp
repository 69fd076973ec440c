// Creates a Mintlify agent job, waits for it with a line of live progress, and prints the pull request.
//
// With MINTLIFY_API_KEY and MINTLIFY_PROJECT_ID set it talks to the real service; without, to a mock server that it
// starts itself on the loopback. The first argument, if any, is the prompt.
// Exit status: 0 completed, 1 failed or archived, 2 error.

#include "support/progress.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace asio = boost::asio;
using cojob::mintlify::agent;
using cojob::mintlify::agent_job;
using cojob::mintlify::agent_job_status;

namespace {

asio::awaitable<agent_job> document(agent service, std::string prompt, std::shared_ptr<examples::progress> progress)
{
    auto job = co_await service.create_job(std::move(prompt));
    progress->say("Created job " + examples::printable(job.id));
    progress->state(job.status_text);
    co_return co_await cojob::wait_for_job(service, job.id);
}

int report(const agent_job& job)
{
    std::cout << "Job " << examples::printable(job.id) << ": " << examples::printable(job.status_text) << '\n';
    if (job.pr_link)
        std::cout << "Pull request: " << examples::printable(*job.pr_link) << '\n';
    else if (job.status == agent_job_status::completed)
        std::cout << "No pull request: the agent changed no files.\n";
    return job.status == agent_job_status::completed ? 0 : 1;
}

int run(std::string prompt)
{
    asio::io_context context;
    const auto progress = std::make_shared<examples::progress>();
    std::optional<cojob::testing::mock_server> mock;
    cojob::client_options options;
    options.observer = progress;
    cojob::mintlify::agent_options credentials;
    if (std::getenv("MINTLIFY_API_KEY") || std::getenv("MINTLIFY_PROJECT_ID")) {
        credentials = cojob::mintlify::agent_options_from_environment();
    } else {
        std::cout
            << "MINTLIFY_API_KEY and MINTLIFY_PROJECT_ID are not set: talking to a mock server on this machine.\n";
        cojob::testing::mock_server_options mock_options;
        mock_options.lifecycle = {{"active", 1}, {"completed"}};
        mock.emplace(mock_options);
        options.tls.ca_pem = mock->ca_pem();
        credentials.base_url = mock->base_url();
        credentials.project_id = mock_options.project_id;
        credentials.api_key = cojob::secret(mock_options.token);
    }
    const agent service(cojob::client(context.get_executor(), options), credentials);

    std::exception_ptr failure;
    agent_job job;
    asio::co_spawn(context, document(service, std::move(prompt), progress), [&](std::exception_ptr e, agent_job ended) {
        failure = e;
        job = std::move(ended);
        progress->stop();
    });
    progress->run(context);
    if (failure)
        std::rethrow_exception(failure);
    return report(job);
}

} // namespace

int main(int argc, char** argv)
{
    try {
        return run(argc > 1 ? argv[1] : "Document the new /users endpoint");
    } catch (const cojob::api_error& e) {
        std::cerr << "error: " << explain(e) << '\n';
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << '\n';
    }
    return 2;
}
