// A mock server for trying the examples: Mintlify's agent API and deployments, and OSAPI's job API, over plain HTTP on
// the loopback.
//
//     ./mock [--lose-answer | --limit USES SECONDS | --service NAME] [STATUS...]
//
// Prints what the examples take from the environment and an empty line, runs until its standard input ends, and then
// prints the requests it got, with their bodies. A job that is created has each STATUS for one poll, and the last for
// good: active, then completed, unless given. There is one job at first, which has completed. With --lose-answer the
// first POST is carried out and not answered. A line `JOB STATUS...` on standard input gives a job another life, and a
// line `stall` makes the next POST wait for its answer for ever; `answer JSON` is the body that answers the next GET,
// `refuse STATUS` answers it with an error.
// `done` is printed when that is so. With --limit it answers 429 to creations above that in any so many seconds, and
// prints how many these were, after the requests.
// With --service it plays the job API of another service, at SERVICE_URL.

#include "other_apis.hpp"

#include <cojob/testing/mock_server.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace cojob::testing;

/// Whether the first argument is this one.
bool has(int argc, char** argv, std::string_view option)
{
    return argc > 1 && argv[1] == option;
}

mock_server_options options_from(int argc, char** argv)
{
    mock_server_options options;
    options.use_tls = false;
    options.lifecycle.clear();
    int next = has(argc, argv, "--lose-answer") ? 2 : 1;
    if (has(argc, argv, "--limit") && argc > 3) {
        options.rate_limit = static_cast<std::uint32_t>(std::stoul(argv[2]));
        options.rate_window = std::chrono::seconds(std::stol(argv[3]));
        next = 4;
    }
    if (has(argc, argv, "--service"))
        next = 3;
    for (; next < argc; ++next)
        options.lifecycle.emplace_back(std::string(argv[next]));
    if (options.lifecycle.empty())
        options.lifecycle = {{"active"}, {"completed"}};
    options.session_lifecycle = {{"completed"}};
    options.deployment_lifecycle = {{"in_progress"}, {"success"}};
    options.osapi_lifecycle = {{"submitted"}, {"processing"}, {"completed"}};
    return options;
}

void obey(mock_server& server, const std::string& line)
{
    std::istringstream words(line);
    std::string job, status;
    words >> job;
    if (job == "stall")
        return server.inject(fault::stall, 1, "POST");
    if (job == "answer")
        return server.answer_next(200, line.substr(job.size()), {}, 1, "GET");
    if (job == "refuse")
        return server.answer_next(std::stoi(line.substr(job.size())), "{}", {}, 1, "GET");
    std::vector<lifecycle_step> life;
    while (words >> status)
        life.emplace_back(status);
    server.set_life(job, life);
}

} // namespace

int main(int argc, char** argv)
try {
    const auto options = options_from(argc, argv);
    mock_server server(options);
    if (has(argc, argv, "--lose-answer"))
        server.inject(fault::drop_after_request, 1, "POST");
    server.add_job({{"completed"}});
    for (const auto* status : {"completed", "failed", "processing", "failed", "partial_failure", "completed"})
        server.add_osapi_job({{status}});

    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    if (has(argc, argv, "--service") && argc > 2)
        other_api(server, url).play(argv[2]);
    std::cout << "SERVICE_URL=" << url << "\nSERVICE_KEY=" << options.token << "\nMINTLIFY_BASE_URL=" << url
              << "\nMINTLIFY_PROJECT_ID=" << options.project_id << "\nMINTLIFY_API_KEY=" << options.token
              << "\nCOJOB_OSAPI_URL=" << url << "\nCOJOB_OSAPI_TOKEN=" << options.token << "\n"
              << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        obey(server, line);
        std::cout << "done" << std::endl;
    }
    for (const auto& request : server.requests())
        std::cout << request.method << ' ' << request.target << ' ' << request.body << '\n';
    if (options.rate_limit > 0)
        std::cout << "429: " << server.throttled() << '\n';
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
