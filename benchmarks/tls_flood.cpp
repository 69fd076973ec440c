// A TLS server sends records without data as fast as it can: for how long others on the same thread are without a turn,
// and when the call ends whose limit is half a second. Ends with 1 where that is over the goals.
//
//     tls_flood

#include "support/flooding_server.hpp"

#include <cojob/client.hpp>
#include <cojob/result.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <time.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto limit = 500ms;
constexpr milliseconds longest_turn = 100ms, latest_end = 600ms;

/// What this thread has worked: unlike the time of day it is the same beside other programs.
milliseconds worked()
{
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

asio::awaitable<void> tick(const bool& is_over, milliseconds& longest)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!is_over) {
        const auto before = worked();
        timer.expires_after(5ms);
        co_await timer.async_wait(asio::use_awaitable);
        longest = std::max(longest, worked() - before);
    }
}

asio::awaitable<void> call(cojob::client client, std::string url, bool& is_over)
{
    cojob::api_request request;
    request.base_url = cojob::http::parse_url(url, "url");
    const auto got = co_await cojob::as_result(client.send(std::move(request)));
    std::cout << (got ? "an answer" : got.error().code().message());
    is_over = true;
}

bool run(tests::tls_message message)
{
    const tests::flooding_server server(message);
    asio::io_context context;
    cojob::client_options options;
    options.retry.max_attempts = 1;
    options.tls.ca_pem = server.ca_pem();
    options.timeouts.attempt = limit;
    bool is_over = false;
    milliseconds longest{};
    std::cout << message << ": ";
    {
        const cojob::client client(context.get_executor(), options);
        asio::co_spawn(context, call(client, server.url(), is_over), asio::detached);
        asio::co_spawn(context, tick(is_over, longest), asio::detached);
        const auto before = worked();
        context.run();
        const auto all = worked() - before;
        std::cout << " after " << all.count() << " ms of work; the longest turn " << longest.count() << " ms\n";
        return longest < longest_turn && all < latest_end;
    }
}

} // namespace

int main()
{
    bool is_well = true;
    for (const auto message :
         {tests::tls_message::ticket, tests::tls_message::key_update, tests::tls_message::hello_request})
        is_well = run(message) && is_well;
    return is_well ? 0 : 1;
}
