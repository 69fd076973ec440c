// Jobs that survive a crash, none of them created twice. A journal has the tag of each creation on disk before its
// request is sent, and the job's id after it. Kill the program at any time, with SIGKILL too, and start it again.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./survive_crashes      # three pages; keeps the file mintlify.jobs
//     examples/run build/dev/examples survive_crashes                 # without an account, against a mock server
//     examples/kill build/dev/examples                                # the same, killed 200 times

#include <cojob/job/journal.hpp>
#include <cojob/mintlify/agent.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

asio::awaitable<void> document(cojob::mintlify::agent agent, cojob::job_journal journal, int pages)
{
    for (int page = 1; page <= pages; ++page) {
        const std::string tag = "page " + std::to_string(page);
        if (journal.find(tag))
            continue; // created by an earlier run, or nobody knows: `unfinished` tells
        const auto job = co_await journal.create_once(agent, tag, "Document " + tag);
        std::cout << tag << ": created " << job.id << std::endl;
    }

    const auto unfinished = journal.unfinished(agent);
    const auto ends = co_await journal.wait_for_all(agent, unfinished.jobs);
    for (std::size_t i = 0; i < ends.size(); ++i)
        if (const auto& end = ends[i])
            std::cout << end->id << ": " << end->status_text << std::endl;
        else
            std::cout << unfinished.jobs[i].id << ": " << end.error().code().message() << std::endl;

    // The API cannot tell by a prompt whether there is a job: somebody has to look, and then call `resolve` or
    // `resolve_as_not_created`.
    for (const auto& entry : unfinished.unresolved)
        std::cout << entry.tag << ": unknown whether it was created" << std::endl;
}

int main(int argc, char** argv)
try {
    asio::io_context context;
    const cojob::mintlify::agent agent(context, cojob::mintlify::agent_options_from_environment());
    const cojob::job_journal journal("mintlify.jobs");
    asio::co_spawn(context, document(agent, journal, argc > 1 ? std::stoi(argv[1]) : 3),
                   [](std::exception_ptr failure) {
                       if (failure)
                           std::rethrow_exception(failure);
                   });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
