// A small service with cojob inside: a page on which one creates jobs and watches them. Its rooms are files of their
// own: http_server (connections), routes, guard (whose requests it takes), event_hub (server-sent events), board (the
// rows), job_desk (the jobs, which is where cojob is), metrics, page. The guide has a page on it:
// docs/guide/service.md.
//
//     MINTLIFY_PROJECT_ID=… MINTLIFY_API_KEY=… ./service     # http://127.0.0.1:8080/
//     examples/service/test/run build/dev/examples           # without an account, against a mock server

#include "board.hpp"
#include "event_hub.hpp"
#include "guard.hpp"
#include "http_server.hpp"
#include "job_desk.hpp"
#include "metrics.hpp"
#include "routes.hpp"
#include "settings.hpp"

#include <cojob/policy/quota.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace service {

namespace {

using tcp = asio::ip::tcp;

/// The uses of the last run count as well. Nothing queues for one: the page says when the next is free.
std::shared_ptr<cojob::quota> uses_of(const settings& chosen)
{
    cojob::quota_options options{.limit = chosen.uses};
    options.on_exhausted = cojob::when_exhausted::fail;
    return cojob::quota::load(chosen.data / "uses", options);
}

/// When the signal to end came, and how long the end may take.
struct ending {
    std::chrono::steady_clock::time_point begun;
    std::chrono::milliseconds at_most;
};

/// A name lookup cannot be cancelled, and a thread may hang in a write to a disk. The journal is made for being killed,
/// so the program ends nevertheless.
void end_within(std::chrono::milliseconds limit)
{
    std::signal(SIGALRM, [](int) { _exit(0); });
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(limit / 1s);
    timer.it_value.tv_usec = static_cast<suseconds_t>(std::chrono::microseconds(limit % 1s).count());
    setitimer(ITIMER_REAL, &timer, nullptr);
}

asio::awaitable<void> stop_on_signal(asio::io_context& context, http_server& server, event_hub& hub, job_desk& desk,
                                     board& rows, std::chrono::milliseconds stop_within, ending& end)
{
    asio::signal_set signals(context, SIGTERM, SIGINT);
    co_await signals.async_wait(asio::use_awaitable);
    end = {std::chrono::steady_clock::now(), stop_within + 400ms};
    end_within(end.at_most);
    server.stop_listening();
    hub.close();
    co_await desk.stop(stop_within); // creations in flight may still get their answer
    rows.close();
    server.close();
}

ending run(const settings& chosen)
{
    ending end{};
    umask(077); // prompts are nobody else's
    std::filesystem::create_directories(chosen.data);
    counters count;
    asio::io_context context(1);
    tcp::acceptor acceptor(context, {asio::ip::make_address(chosen.address), chosen.port});
    const auto here = acceptor.local_endpoint();
    const auto origins = chosen.origin.empty() ? guard::loopback_origins(here.port()) : std::vector{chosen.origin};
    const guard checks(origins);
    const auto uses = uses_of(chosen);

    event_hub* told = nullptr; // the board tells the hub, whose snapshots are the board's
    board rows(context.get_executor(), uses, chosen.most.rows, [&](const std::string& json) {
        ++count.events;
        told->publish("change", json);
    });
    event_hub hub(random_hex(4), chosen.most.events, [&] { return rows.snapshot(); });
    told = &hub;
    job_desk desk(context, chosen, rows, uses, count);
    routes answers(checks, desk, rows, uses, count, chosen.most);
    http_server server(context, std::move(acceptor), answers, hub, checks, count, chosen.most);

    desk.start();
    rows.start();
    asio::co_spawn(context, server.run(), asio::detached);
    asio::co_spawn(context, stop_on_signal(context, server, hub, desk, rows, chosen.stop_within, end), asio::detached);
    std::cout << "Listening on http://" << here << '/' << std::endl;
    context.run();
    return end;
}

} // namespace

} // namespace service

int main(int argc, char** argv)
try {
    const auto end = service::run(service::settings_from({argv + 1, argv + argc}));
    const auto took = std::chrono::steady_clock::now() - end.begun;
    std::cout << "Ended after " << took / 1ms << " ms of at most " << end.at_most / 1ms << std::endl;
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
