// Keeps a quota that outlives the process. Mintlify takes 100 creations and messages per project and hour; this program
// may have two of them. Run it twice: the second time nothing is left.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./5_quota     # keeps the file mintlify.quota
//     examples/run build/dev/examples 5_quota                # without an account, against a mock server

#include <cojob/mintlify/agent.hpp>
#include <cojob/policy/quota.hpp>
#include <cojob/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> document(cojob::mintlify::agent agent)
{
    for (const std::string page : {"/users", "/orders", "/invoices"}) {
        const auto job = co_await cojob::as_result(agent.create_job("Document the " + page + " endpoint"));
        if (job)
            std::cout << page << ": created " << job->id << '\n';
        else if (job.error().code() == cojob::errc::quota_exhausted && job.error().retry_at)
            std::cout << page << ": not before " << cojob::to_string(*job.error().retry_at) << '\n';
        else
            (void)job.value(); // throws
    }
}

int main()
try {
    const std::filesystem::path file = "mintlify.quota";
    // `fail` tells at once that there is no slot; without it a call queues for up to `max_wait`.
    const auto quota =
        cojob::quota::load(file, {.limit = 2, .window = 1h, .on_exhausted = cojob::when_exhausted::fail});
    std::cout << quota->remaining() << " of " << quota->options().limit << " left\n";

    auto options = cojob::mintlify::agent_options_from_environment();
    options.shared_quota = quota; // any number of clients may have it
    asio::io_context context;
    const cojob::mintlify::agent agent(context, options);
    std::exception_ptr failed;
    asio::co_spawn(context, document(agent), [&](std::exception_ptr failure) { failed = failure; });
    context.run();

    quota->save(file); // whatever happened: what was used is used
    if (failed)
        std::rethrow_exception(failed);
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
