// Runs a command on a node of OSAPI: creates the job, waits for its end and prints what each agent answered.
//
//     COJOB_OSAPI_URL=http://127.0.0.1:8080 COJOB_OSAPI_TOKEN=… ./osapi_run_command TARGET COMMAND [ARGUMENT...]
//     examples/run build/dev/examples osapi_run_command     # without a server, against a mock

#include <cojob/job/wait.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

asio::awaitable<void> run(cojob::osapi::jobs jobs, cojob::osapi::node_operation operation)
{
    // The server answers when its agents have, usually with the job's end. It waits 30 s: a job may go on after that.
    const auto created = co_await jobs.create_job(std::move(operation));
    const auto ended = co_await cojob::wait_for_job(jobs, created.job_id, std::chrono::minutes(5));
    std::cout << ended.status_text << '\n';
    for (const auto& result : created.results)
        std::cout << result.at("hostname").as_string().c_str() << ' ' << result.at("status").as_string().c_str()
                  << '\n';
}

int main(int argc, char** argv)
try {
    if (argc < 3) {
        std::cerr << "usage: osapi_run_command TARGET COMMAND [ARGUMENT...]\n";
        return 2;
    }
    cojob::osapi::jobs_options options;
    if (const char* url = std::getenv("COJOB_OSAPI_URL"))
        options.base_url = url;
    options.token = cojob::secret_from_environment("COJOB_OSAPI_TOKEN");

    cojob::osapi::node_operation command(argv[1], {"command", "exec"}, {{"command", argv[2]}});
    if (argc > 3)
        command.body["args"] = boost::json::array(argv + 3, argv + argc);

    asio::io_context context;
    const cojob::osapi::jobs jobs(context, options);
    asio::co_spawn(context, run(jobs, command), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
