// Tests code that uses cojob: with a real HTTPS server on the loopback that plays jobs by script and breaks on demand,
// and a clock that is moved by hand, so that an hour of polling takes milliseconds.
//
//     ./test_your_own_code

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/result.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// The code to be tested.
asio::awaitable<std::string> review_link(cojob::mintlify::agent agent, std::string prompt)
{
    const auto job = co_await cojob::run_job(agent, std::move(prompt), {.timeout = 2h});
    co_return job.pr_link.value_or("nothing to review");
}

/// What each test begins with: the server, the clock, and a service that uses both.
struct bench {
    asio::io_context context;
    cojob::testing::mock_server server;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);

    cojob::mintlify::agent agent()
    {
        return {cojob::client(context, server.client_options(clock)), server.agent_options()};
    }
    cojob::result<std::string> run()
    {
        auto link = asio::co_spawn(context, cojob::as_result(review_link(agent(), "Document it")), asio::use_future);
        clock->advance(3h); // longer than it may take
        return link.get();
    }
};

void expect(bool holds, const char* what)
{
    std::cout << (holds ? "ok   " : "FAIL ") << what << std::endl;
    if (!holds)
        std::exit(1);
}

int main()
{
    bench slow;
    slow.server.set_lifecycle({{"active", 300}, {"completed"}}); // for that many polls
    expect(slow.run().has_value(), "waits for a job of an hour");

    bench broken;
    broken.server.inject(cojob::testing::fault::reset_after_request, 2, "GET");
    expect(broken.run().has_value(), "goes on after polls that were cut off");

    bench silent;
    silent.server.inject(cojob::testing::fault::drop_after_request, 1, "POST");
    expect(silent.run().error().code() == cojob::errc::outcome_unknown && silent.server.requests().size() == 1,
           "sends nothing twice that may have created a job");
}
