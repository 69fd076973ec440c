// Deploys a project's site, or with a branch a preview of it, and waits until that has ended.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./mintlify_deploy [BRANCH]
//     examples/run build/dev/examples mintlify_deploy     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/deployments.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;
using cojob::mintlify::deployment_status;

asio::awaitable<void> deploy(cojob::mintlify::deployments deployments, std::string branch)
{
    cojob::mintlify::deployment_receipt receipt;
    if (branch.empty())
        receipt = co_await deployments.update();
    else
        receipt = co_await deployments.preview(branch);
    std::cout << "Queued " << receipt.id << ' ' << receipt.preview_url << std::endl;

    const auto ended = co_await cojob::wait_for_job(deployments, receipt.id, {.timeout = std::chrono::minutes(30)});
    std::cout << ended.commit.ref << ": " << ended.status_text << '\n';
    if (ended.status != deployment_status::failure)
        co_return;
    for (const auto& line : ended.logs)
        std::cout << line << '\n';
    throw std::runtime_error("the deployment failed");
}

int main(int argc, char** argv)
try {
    const std::string branch = argc > 1 ? argv[1] : "";
    asio::io_context context;
    const cojob::mintlify::deployments deployments(context, cojob::mintlify::deployments_options_from_environment());
    asio::co_spawn(context, deploy(deployments, branch), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
