// A limit that several processes share, through a file: all of them together create no more jobs than the API allows.
// Start it in several terminals at once, in the same folder. Kill one at any time: its slots are not lost for ever, and
// nobody uses them twice.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./share_a_quota        # three jobs; keeps the file mintlify.quota
//     examples/run build/dev/examples share_a_quota                   # without an account, against a mock server
//     examples/share build/dev/examples                               # 20 processes, some of them killed

#include <cojob/mintlify/agent.hpp>
#include <cojob/policy/shared_quota.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> document(cojob::mintlify::agent agent, int pages)
{
    for (int page = 1; page <= pages; ++page) {
        const std::string prompt = "Document page " + std::to_string(page);
        const auto job = co_await agent.create_job(prompt); // waits for its turn among all processes
        std::cout << "page " << page << ": created " << job.id << std::endl;
    }
}

int main(int argc, char** argv)
try {
    // The same in each process: the limit of the API. max_wait is for all the time that a call waits for its slot.
    cojob::quota_options limit{.limit = 100, .window = 1h, .max_wait = 2h};
    if (argc > 3) {
        limit.limit = static_cast<std::uint32_t>(std::stoul(argv[2]));
        limit.window = std::chrono::seconds(std::stol(argv[3]));
    }
    auto account = cojob::mintlify::agent_options_from_environment();
    account.shared_quota = cojob::open_shared_quota("mintlify.quota", limit);

    // If the process is killed, a slot that it had is taken for at most this long and 30 seconds, and one window more.
    cojob::client_options options;
    options.timeouts.attempt = 2s;

    asio::io_context context;
    const cojob::mintlify::agent agent(cojob::client(context, options), account);
    asio::co_spawn(context, document(agent, argc > 1 ? std::stoi(argv[1]) : 3), [](std::exception_ptr failure) {
        if (failure)
            std::rethrow_exception(failure);
    });
    context.run();
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
