// A job that outlives the process: its handle is saved as soon as it is created. Kill the program while it waits, with
// SIGKILL too, and start it again: it ends with the same job and creates no second one.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./7_resume_after_restart     # keeps the file mintlify.job meanwhile
//     examples/run build/dev/examples 7_resume_after_restart                # without an account, against a mock server

#include <cojob/job/handle.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// The file is there as a whole or not at all.
void save(const cojob::job_handle& job, const fs::path& file)
{
    const fs::path unfinished = file.string() + ".new";
    std::ofstream out(unfinished);
    out.exceptions(std::ios::failbit | std::ios::badbit);
    out << to_string(job) << '\n';
    out.close();
    fs::rename(unfinished, file);
}

cojob::job_handle load(const fs::path& file)
{
    std::ifstream in(file);
    in.exceptions(std::ios::badbit);
    return cojob::parse_job_handle(std::string(std::istreambuf_iterator<char>(in), {}));
}

asio::awaitable<void> document(cojob::mintlify::agent agent, fs::path file)
{
    if (!fs::exists(file)) {
        const auto job = co_await agent.create_job("Document the new /users endpoint");
        save(agent.handle(job), file); // nothing may come between; a kill right here is all that can lose the job
        std::cout << "Created " << job.id << std::endl;
    }
    const auto handle = load(file);
    std::cout << "Waiting for " << handle.id << std::endl;
    const auto job = co_await cojob::wait_for_job(agent, handle);
    std::cout << job.id << " ended as " << job.status_text << '\n';
    fs::remove(file);
}

int main()
try {
    asio::io_context context;
    const cojob::mintlify::agent agent(context, cojob::mintlify::agent_options_from_environment());
    asio::co_spawn(context, document(agent, "mintlify.job"), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
