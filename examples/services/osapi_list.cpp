// Lists the jobs of an OSAPI server: how many there are, a page of those that failed, and all of them whatever the
// pages.
//
//     COJOB_OSAPI_URL=http://127.0.0.1:8080 COJOB_OSAPI_TOKEN=… ./osapi_list
//     examples/run build/dev/examples osapi_list     # without a server, against a mock

#include <cojob/osapi/jobs.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using cojob::osapi::job_status;

asio::awaitable<void> list(cojob::osapi::jobs jobs)
{
    const cojob::osapi::list_query first_failed{.status = job_status::failed, .limit = 5};
    const auto failed = co_await jobs.list_jobs(first_failed);
    for (const auto& [status, count] : failed.status_counts) // of all jobs
        std::cout << status << ": " << count << '\n';
    std::cout << "The first " << failed.items.size() << " of " << failed.total_items << " that failed:\n";
    for (const auto& job : failed.items)
        std::cout << "  " << job.id << ' ' << (job.created ? cojob::to_string(*job.created) : "at an unknown time")
                  << '\n';

    // Page by page as they are read. Each job comes once, although jobs come and go meanwhile.
    std::cout << "All:\n";
    auto pages = jobs.all_jobs();
    while (const auto job = co_await pages.next())
        std::cout << "  " << job->id << ' ' << job->status_text << '\n';
}

cojob::osapi::jobs_options options_from_environment()
{
    cojob::osapi::jobs_options options;
    if (const char* url = std::getenv("COJOB_OSAPI_URL"))
        options.base_url = url;
    options.token = cojob::secret_from_environment("COJOB_OSAPI_TOKEN");
    return options;
}

int main()
try {
    asio::io_context context;
    const cojob::osapi::jobs jobs(context, options_from_environment());
    asio::co_spawn(context, list(jobs), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
