// The mock server as a program, over plain HTTP: prints its base URL, a line for each job that is there (API, id,
// status) and an empty line, and runs until its standard input ends.
#include <cojob/testing/mock_server.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <limits>
#include <string>

namespace {

using cojob::testing::mock_server;

std::string from_environment(const char* name, const std::string& otherwise)
{
    const auto* value = std::getenv(name);
    return value && *value ? value : otherwise;
}

/// One in each state, and one that comes to its end.
void add_jobs(mock_server& server)
{
    for (const auto* status : {"active", "completed", "failed", "archived"})
        std::cout << "v2 " << server.add_job({{status}}) << ' ' << status << '\n';
    std::cout << "v2 " << server.add_job({{"active", 3}, {"completed"}}) << " active\n";
    for (const auto* reason : {"processing", "completed", "github_missconfigured", "error", "interrupted"})
        std::cout << "v1 " << server.add_session({{reason}}) << ' ' << reason << '\n';
    std::cout << "v1 " << server.add_session({{"processing", 3}, {"completed"}}) << " processing\n";
    for (const auto* status : {"queued", "in_progress", "success", "failure"})
        std::cout << "deployments " << server.add_deployment({{status}}) << ' ' << status << '\n';
    for (const auto* status : {"queued", "running", "completed", "failed"})
        std::cout << "exports " << server.add_export({{status}}) << ' ' << status << '\n';
    for (const auto* status : {"submitted", "processing", "completed", "failed", "partial_failure", "skipped"})
        std::cout << "osapi " << server.add_osapi_job({{status}}) << ' ' << status << '\n';
    std::cout << "osapi " << server.add_osapi_job({{"failed", 3}, {"processing", 2}, {"completed"}}) << " failed\n";
}

} // namespace

int main()
try {
    cojob::testing::mock_server_options options;
    options.use_tls = false;
    options.token = from_environment("MOCK_TOKEN", options.token);
    options.project_id = from_environment("MOCK_PROJECT_ID", options.project_id);
    mock_server server(options);
    std::cout << "http://127.0.0.1:" << server.port() << '\n';
    add_jobs(server);
    std::cout << std::endl;
    while (std::cin)
        std::cin.ignore(std::numeric_limits<std::streamsize>::max());
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
