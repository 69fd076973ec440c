// Retries every failed job of an OSAPI server once, and waits for the new jobs' ends to stand.
//
//     COJOB_OSAPI_URL=http://127.0.0.1:8080 COJOB_OSAPI_TOKEN=… ./osapi_retry_failed [SETTLE_SECONDS]
//     examples/run build/dev/examples osapi_retry_failed     # without a server, against a mock

#include <cojob/job/many.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace asio = boost::asio;

asio::awaitable<void> retry_failed(cojob::osapi::jobs jobs, cojob::duration settle)
{
    std::vector<std::string> ids;
    auto failed = jobs.all_jobs({.status = cojob::osapi::job_status::failed});
    while (const auto job = co_await failed.next()) {
        // A retry whose answer is lost is looked up in the old job's timeline. Where that tells nothing either, another
        // retry might be a second one: leave it to somebody who looks.
        const auto receipt = co_await cojob::as_result(jobs.retry_job(job->id));
        if (receipt) {
            std::cout << job->id << " again as " << receipt->job_id << std::endl;
            ids.push_back(receipt->job_id);
        } else if (receipt.error().code() == cojob::errc::outcome_unknown) {
            std::cout << job->id << ": not known whether it was retried" << std::endl;
        } else {
            std::cout << job->id << ": " << receipt.error().code().message() << std::endl;
        }
    }

    // A failed job may run again after about 30 s and then complete: a final status counts once it is confirmed.
    const auto ends = co_await cojob::wait_for_all(jobs, ids, {.settle = settle});
    for (std::size_t i = 0; i < ends.size(); ++i)
        std::cout << ids[i] << ' ' << (ends[i] ? ends[i]->status_text : ends[i].error().code().message()) << '\n';
}

cojob::osapi::jobs_options options_from_environment()
{
    cojob::osapi::jobs_options options;
    if (const char* url = std::getenv("COJOB_OSAPI_URL"))
        options.base_url = url;
    options.token = cojob::secret_from_environment("COJOB_OSAPI_TOKEN");
    return options;
}

int main(int argc, char** argv)
try {
    const std::chrono::seconds settle(argc > 1 ? std::stoi(argv[1]) : 35);
    asio::io_context context;
    const cojob::osapi::jobs jobs(context, options_from_environment());
    asio::co_spawn(context, retry_failed(jobs, settle), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
