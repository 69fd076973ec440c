// cojob_jobs PORT CA_FILE COUNT [single]: creates COUNT jobs at once and waits for the end of each, polling it every
// second. Prints how many have completed.

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

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
    project.quota.limit = 0; // the server of the benchmark has no limit
    const cojob::mintlify::agent service(cojob::client(context, options), project);
    const cojob::wait_options waiting{.schedule = {1s, 1s, 1s, 1}};
    int completed = 0;
    std::exception_ptr failure;
    for (int i = 0; i < std::atoi(argv[3]); ++i)
        asio::co_spawn(context, cojob::run_job(service, "Document the new /users endpoint", waiting),
                       [&](std::exception_ptr e, const cojob::mintlify::agent_job& job) {
                           failure = e ? e : failure;
                           completed += job.status == cojob::mintlify::agent_job_status::completed ? 1 : 0;
                       });
    context.run();
    if (failure)
        std::rethrow_exception(failure);
    std::cout << completed << '\n';
}
