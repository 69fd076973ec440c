// Ends a call and a wait by a deadline, and another wait by Ctrl-C. The job goes on on the server each time.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./4_cancel_and_deadlines
//     examples/run build/dev/examples 4_cancel_and_deadlines     # without an account, against a mock server

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/result.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> document(cojob::mintlify::agent agent)
{
    // A service with another deadline for each of its calls, attempts and pauses included; the default is two minutes.
    const auto hasty = agent.with_timeout(10s);
    const auto job = co_await hasty.create_job("Document the new /users endpoint");

    // The deadline of a wait is an option of it.
    const auto seen = co_await cojob::as_result(cojob::wait_for_job(agent, job.id, {.timeout = 2s}));
    if (!seen && seen.error().code() == cojob::errc::wait_timeout)
        std::cout << job.id << " was " << seen.error().job_status << " when last seen\n";

    std::cout << "Waiting for " << job.id << ", Ctrl-C ends that" << std::endl;
    const auto ended = co_await cojob::wait_for_job(agent, job.id);
    std::cout << "It ended as " << ended.status_text << '\n';
}

int main()
try {
    asio::io_context context;
    const cojob::mintlify::agent agent(context, cojob::mintlify::agent_options_from_environment());

    asio::cancellation_signal stop;
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code cancelled, int) {
        if (!cancelled)
            stop.emit(asio::cancellation_type::terminal);
    });

    const auto done = [&](std::exception_ptr failure) {
        signals.cancel();
        if (failure)
            std::rethrow_exception(failure);
    };
    asio::co_spawn(context, document(agent), asio::bind_cancellation_slot(stop.slot(), done));
    context.run();
} catch (const boost::system::system_error& failure) {
    if (failure.code() == asio::error::operation_aborted) {
        std::cout << "Stopped\n";
        return 0;
    }
    std::cerr << failure.what() << '\n';
    return 1;
}
