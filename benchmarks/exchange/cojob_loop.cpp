// cojob_loop PORT CA_FILE COUNT [IN_FLIGHT [single]]: COUNT calls of get_job, so many at a time, with everything on.
// Prints the last job's status.

#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
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
    const auto in_flight = argc > 4 ? std::atoi(argv[4]) : 1;
    asio::io_context context;
    cojob::client_options options;
    options.tls.ca_file = argv[2];
    options.pool.max_connections = static_cast<std::size_t>(in_flight);
    if (argc > 5 && argv[5] == std::string("single"))
        options.threads = cojob::threading::single;
    cojob::mintlify::agent_options project;
    project.base_url = "https://localhost:" + std::string(argv[1]);
    project.project_id = "p";
    project.api_key = cojob::secret("mint_test_key");
    const agent service(cojob::client(context, options), project);
    const auto each = std::atoi(argv[3]) / in_flight;
    std::string status;
    std::exception_ptr failure;
    for (int i = 0; i < in_flight; ++i)
        asio::co_spawn(context, get_jobs(service, each),
                       [&](std::exception_ptr e, const cojob::mintlify::agent_job& job) {
                           failure = e ? e : failure;
                           status = job.status_text;
                       });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    std::cout << status << '\n';
}
