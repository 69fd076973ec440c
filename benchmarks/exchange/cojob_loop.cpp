// cojob_loop PORT CA_FILE COUNT [single]: COUNT calls of get_job, one after the other, with everything on.
// Prints the last job's status.

#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using cojob::mintlify::agent;

namespace {

asio::awaitable<cojob::mintlify::agent_job> get_jobs(agent service, int count)
{
    cojob::mintlify::agent_job job;
    for (int i = 0; i < count; ++i)
        job = co_await service.get_job("job_1");
    co_return job;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    asio::io_context context;
    cojob::client_options options;
    options.tls.ca_file = argv[2];
    if (argc > 4 && argv[4] == std::string("single"))
        options.threads = cojob::threading::single;
    cojob::mintlify::agent_options project;
    project.base_url = "https://localhost:" + std::string(argv[1]);
    project.project_id = "p";
    project.api_key = cojob::secret("mint_test_key");
    const agent service(cojob::client(context, options), project);
    std::exception_ptr failure;
    asio::co_spawn(context, get_jobs(service, std::atoi(argv[3])),
                   [&](std::exception_ptr e, const cojob::mintlify::agent_job& job) {
                       failure = e;
                       std::cout << job.status_text << '\n';
                   });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
}
