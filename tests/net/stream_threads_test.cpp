#include "support/cancel_after.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stream_threads_tests {

namespace asio = boost::asio;
using cojob::errc;
using cojob::mintlify::agent_stream;
using cojob::mintlify::agent_v1;
using cojob::mintlify::create_session_request;

constexpr int lanes = 8, rounds = 40;

cojob::testing::mock_server_options events_a_millisecond_apart()
{
    cojob::testing::mock_server_options o;
    o.use_tls = false;
    o.session_event_gap = std::chrono::milliseconds(1);
    o.session_lifecycle = {{"completed"}};
    return o;
}

agent_v1 make_agent(const cojob::client& client, const cojob::testing::mock_server& server)
{
    return {client, server.agent_options()};
}

struct tally {
    int whole = 0, cancelled = 0, dropped = 0, other = 0;
};

/// What `next` brought until it brought nothing or was cancelled.
asio::awaitable<cojob::error_code> read_and_cancel(agent_stream stream, tests::cancel_times& times)
{
    for (;;) {
        const auto next = co_await tests::cancel_after(times.next(), stream.next());
        times.was_in_time(next.has_error());
        if (next.has_error())
            co_return next.error().code();
        if (!next.value())
            co_return cojob::error_code();
    }
}

/// Creates a stream and reads it to its end, to a cancellation at some moment, or not at all, again and again.
asio::awaitable<tally> lane(agent_v1 agent, unsigned seed)
{
    tests::cancel_times times(seed);
    tally all;
    for (int i = 0; i < rounds; ++i) {
        const create_session_request request("Document it");
        auto stream = co_await agent.create_job(request);
        if (i % 3 == 0) {
            ++all.dropped;
            continue;
        }
        cojob::error_code end;
        if (i % 3 == 1)
            end = co_await read_and_cancel(stream, times);
        else
            while (co_await stream.next()) {
            }
        all.whole += end ? 0 : 1;
        all.cancelled += end == asio::error::operation_aborted ? 1 : 0;
        all.other += end && end != asio::error::operation_aborted ? 1 : 0;
    }
    co_return all;
}

} // namespace stream_threads_tests

BOOST_AUTO_TEST_SUITE(streams_from_many_threads, *boost::unit_test::label("threads"))

using namespace stream_threads_tests;

BOOST_AUTO_TEST_CASE(are_read_cancelled_and_dropped_at_any_moment)
{
    cojob::testing::mock_server server(events_a_millisecond_apart());
    asio::thread_pool callers(4), pool(1);
    cojob::client_options options;
    options.tls.insecure_skip_verify = true; // there is no TLS
    {
        const cojob::client client(pool.get_executor(), options);
        std::vector<std::future<tally>> ends;
        for (unsigned i = 0; i < lanes; ++i)
            ends.push_back(
                asio::co_spawn(asio::make_strand(callers), lane(make_agent(client, server), i), asio::use_future));
        tally all;
        for (auto& end : ends) {
            const auto one = end.get();
            all.whole += one.whole;
            all.cancelled += one.cancelled;
            all.dropped += one.dropped;
            all.other += one.other;
        }
        BOOST_TEST(all.other == 0);
        BOOST_TEST(all.cancelled > 0);
        BOOST_TEST(all.whole + all.cancelled + all.dropped == lanes * rounds);
        BOOST_TEST(server.requests().size() == static_cast<std::size_t>(lanes * rounds)); // each made once
        BOOST_TEST(server.wait_for_open_connections(0));
    }
    callers.join();
    pool.join();
}

BOOST_AUTO_TEST_SUITE_END()
