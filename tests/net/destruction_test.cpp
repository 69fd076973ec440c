#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"
#include "support/silent_listener.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace destruction_tests {

namespace data = boost::unit_test::data;
using cojob::client_options;
using cojob::threading;
using cojob::mintlify::agent_job;
using cojob::testing::fault;

/// A creation of v1 whose stream is read until nothing comes any more.
boost::asio::awaitable<agent_job> read_stream(cojob::mintlify::agent_v1 service, bool is_read)
{
    const cojob::mintlify::create_session_request request("Document it");
    const auto stream = co_await service.create_job(request);
    while (is_read && co_await stream.next()) {
    }
    boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                    boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(boost::asio::use_awaitable);
    co_return agent_job();
}

/// Counts connections that were closed.
class closings final : public cojob::observer {
  public:
    void on_connection(const cojob::connection_event& e) noexcept override
    {
        count += e.change == cojob::connection_change::closed ? 1 : 0;
    }

    int count = 0;
};

/// Several calls on a context that goes in the middle of them, with its client and the client's clock. The server and
/// who started the calls stay. What is used after it is gone, or never goes, AddressSanitizer sees.
class doomed_calls {
  public:
    explicit doomed_calls(threading threads, const std::string& base_url = {})
        : bench_(std::make_unique<tests::mock_agent>(tests::plain_http(), options(threads, closed_),
                                                     base_url.empty() ? server.base_url() : base_url))
    {
    }

    cojob::testing::mock_server server; ///< not the bench's own, which goes with it
    const std::string id = server.add_job({{"active"}});

    tests::mock_agent& bench() { return *bench_; }

    void get() { calls_.push_back(bench().start(bench().agent.get_job(id))); }
    void post() { calls_.push_back(bench().start(bench().agent.create_job("Document it"))); }
    /// For a job of its own: waits for one job share their polls.
    void wait() { calls_.push_back(bench().start(cojob::wait_for_job(bench().agent, server.add_job({{"active"}})))); }

    /// Of a session whose stream stops in the middle.
    void stream(bool is_read) { calls_.push_back(bench().start(read_stream(sessions(), is_read))); }

    /// One that nobody holds any more, although nothing has run since.
    void let_go_of_stream()
    {
        const cojob::mintlify::create_session_request request("Document it");
        BOOST_TEST(!bench().run(sessions().create_job(request)).code());
        BOOST_TEST(server.open_connections() == 1U);
    }

    void until_requests(std::size_t count)
    {
        BOOST_TEST(bench().until([&] { return server.requests().size() >= count; }));
        pass_moments();
    }

    void until_connections(std::size_t count)
    {
        BOOST_TEST(bench().until([&] { return server.connections() >= count; }));
        pass_moments();
    }

    /// Lets what is on its way from the server arrive.
    void pass_moments()
    {
        bench().until([moments = 0]() mutable { return ++moments > 4; });
    }

    /// Of API v1, with its next creation prepared.
    cojob::mintlify::agent_v1 sessions()
    {
        server.answer_next(200, "data: 1\n\ndata: 2\n\n",
                           {{"Content-Type", "text/event-stream"}, {"X-Session-Id", "s1"}});
        server.inject(fault::stall_in_body);
        return {bench().client(), server.agent_options()};
    }

    /// The client's handles first, then the context: as the order of a program's declarations has it.
    void destroy_context(std::size_t ended = 0)
    {
        BOOST_TEST(count_ended() == ended);
        const std::weak_ptr<cojob::clock> part_of_client = bench().clock;
        closed_->count = 0;
        bench_.reset();
        BOOST_TEST(count_ended() == ended); // nobody is called any more
        BOOST_TEST(closed_->count == 0);
        BOOST_TEST(server.wait_for_open_connections(0));
        BOOST_TEST(part_of_client.expired()); // although the callers' cancellation signals are still there
    }

  private:
    static client_options options(threading threads, const cojob::observer_ptr& observer)
    {
        auto o = tests::one_attempt();
        o.threads = threads;
        o.observer = observer;
        o.pool.max_connections = o.pool.max_streams = 2;
        return o;
    }

    [[nodiscard]] std::size_t count_ended() const
    {
        std::size_t ended = 0;
        for (const auto& call : calls_)
            ended += call.is_done() ? 1U : 0U;
        return ended;
    }

    std::shared_ptr<closings> closed_ = std::make_shared<closings>();
    std::unique_ptr<tests::mock_agent> bench_;
    std::vector<tests::started<agent_job>> calls_;
};

const auto both = data::make({threading::safe, threading::single});

} // namespace destruction_tests

BOOST_AUTO_TEST_SUITE(a_context_may_go)

using namespace destruction_tests;

BOOST_DATA_TEST_CASE(while_calls_wait_for_a_place, both, threads)
{
    doomed_calls doomed(threads);
    doomed.server.inject(fault::stall, 2);
    doomed.get();
    doomed.post();
    doomed.until_requests(2);
    doomed.get();
    doomed.post();
    doomed.get();
    doomed.destroy_context();
    BOOST_TEST(doomed.server.requests().size() == 2U);
}

BOOST_DATA_TEST_CASE(while_calls_connect, both, threads)
{
    const tests::silent_listener silent;
    if (!silent.is_silent()) {
        BOOST_TEST_MESSAGE("SKIPPED: this system accepts connections beyond a listener's backlog");
        return;
    }
    doomed_calls doomed(threads, "https://127.0.0.1:" + std::to_string(silent.endpoint().port()));
    doomed.get();
    doomed.post();
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(during_handshakes, both, threads)
{
    doomed_calls doomed(threads);
    doomed.server.inject(fault::stall_handshake, 2);
    doomed.get();
    doomed.post();
    doomed.until_connections(2);
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(while_calls_await_their_response, both, threads)
{
    doomed_calls doomed(threads);
    doomed.server.inject(fault::stall, 2);
    doomed.get();
    doomed.post();
    doomed.until_requests(2);
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(in_the_middle_of_bodies, both, threads)
{
    doomed_calls doomed(threads);
    doomed.server.inject(fault::stall_in_body, 2);
    doomed.get();
    doomed.post();
    doomed.until_requests(2);
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(with_streams_read_and_unread, both, threads)
{
    doomed_calls doomed(threads);
    doomed.stream(true);
    doomed.until_requests(1);
    doomed.stream(false);
    doomed.until_requests(2);
    doomed.stream(true); // waits for a place
    doomed.bench().until([moments = 0]() mutable { return ++moments > 4; });
    BOOST_TEST(doomed.server.requests().size() == 2U);
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(with_a_stream_that_was_let_go, both, threads)
{
    doomed_calls doomed(threads);
    doomed.let_go_of_stream();
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(with_an_idle_connection_in_the_pool, both, threads)
{
    doomed_calls doomed(threads);
    doomed.get();
    doomed.bench().clock->settle();
    BOOST_TEST(doomed.server.open_connections() == 1U);
    doomed.destroy_context(1);
}

BOOST_DATA_TEST_CASE(while_waits_sleep_between_two_polls, both, threads)
{
    doomed_calls doomed(threads);
    doomed.wait();
    doomed.wait();
    doomed.until_requests(2);
    doomed.bench().clock->settle();
    BOOST_TEST(doomed.server.open_connections() == doomed.server.connections());
    BOOST_TEST(doomed.bench().clock->pending() > 0U);
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(while_waits_are_in_a_poll, both, threads)
{
    doomed_calls doomed(threads);
    doomed.server.inject(fault::stall_in_body);
    doomed.wait();
    doomed.wait();
    doomed.until_requests(1);
    doomed.destroy_context();
}

BOOST_DATA_TEST_CASE(when_calls_were_started_and_nothing_ran, both, threads)
{
    doomed_calls doomed(threads);
    auto& bench = doomed.bench();
    const auto getting = tests::start(bench.context, bench.agent.get_job(doomed.id));
    const auto waiting = tests::start(bench.context, cojob::wait_for_job(bench.agent, doomed.id));
    doomed.destroy_context();
    BOOST_TEST(!getting.is_done());
    BOOST_TEST(!waiting.is_done());
}

BOOST_AUTO_TEST_SUITE_END()
