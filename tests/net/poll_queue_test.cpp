// A wait's polls where connections are short.
#include "support/mock_agent.hpp"

#include <cojob/job/wait.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace poll_queue_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::mintlify::agent_job;
using cojob::testing::fault;
using tests::mock_agent;

cojob::client_options one_connection()
{
    auto options = tests::one_attempt();
    options.pool.max_connections = 1;
    return options;
}

/// The only connection is held by a call that gets no answer. A call, a wait's poll and more calls queue for it.
struct busy_client {
    explicit busy_client(const cojob::wait_options& options = {}) : mock(tests::plain_http(), one_connection())
    {
        mock.server.inject(fault::stall);
        calls.push_back(mock.start(mock.agent.get_job("stalled")));
        BOOST_TEST(mock.until_requests(1));
        calls.push_back(mock.start(mock.agent.get_job("before")));
        waiting.push_back(mock.start(cojob::wait_for_job(mock.agent, ended, options)));
        for (int i = 0; i < 3; ++i)
            calls.push_back(mock.start(mock.agent.get_job("after")));
    }

    mock_agent mock;
    std::string ended = mock.server.add_job({{"completed"}});
    std::vector<tests::started<agent_job>> calls, waiting;

    /// The jobs that were asked for, in order.
    [[nodiscard]] std::vector<std::string> asked() const
    {
        std::vector<std::string> ids;
        for (const auto& request : mock.server.requests())
            ids.push_back(request.target.substr(request.target.rfind('/') + 1));
        return ids;
    }
};

} // namespace poll_queue_tests

BOOST_AUTO_TEST_SUITE(a_poll_that_queues_for_a_connection, *boost::unit_test::label("threads"))

using namespace poll_queue_tests;

BOOST_AUTO_TEST_CASE(lets_calls_go_first_for_an_interval_and_then_takes_its_place)
{
    const struct {
        cojob::duration queued;
        std::vector<std::string> order;
    } rows[] = {
        {4999ms, {"stalled", "before", "after", "after", "after", "job_000001"}},
        {5s, {"stalled", "before", "job_000001", "after", "after", "after"}},
    };
    for (const auto& row : rows) {
        busy_client b;
        b.mock.clock->jump(row.queued);
        b.calls.front().cancel();
        for (const auto& call : b.calls)
            BOOST_TEST(b.mock.finish(call));
        BOOST_TEST(b.mock.finish(b.waiting.front()));
        BOOST_TEST(b.waiting.front().get().has_value());
        BOOST_TEST_REQUIRE(b.asked().size() == row.order.size());
        for (std::size_t i = 0; i < row.order.size(); ++i)
            BOOST_TEST(b.asked()[i] == (row.order[i] == "job_000001" ? b.ended : row.order[i]));
    }
}

BOOST_AUTO_TEST_CASE(yields_for_less_where_its_wait_has_little_time)
{
    busy_client b({.timeout = 2s});
    b.mock.clock->jump(500ms);
    b.calls.front().cancel();
    BOOST_TEST(b.mock.finish(b.waiting.front()));
    BOOST_TEST(b.waiting.front().get().has_value());
    BOOST_TEST(b.asked().at(2) == b.ended);
}

BOOST_AUTO_TEST_CASE(that_is_never_sent_is_no_fault_of_the_server)
{
    busy_client b({.timeout = 20s});
    b.mock.clock->jump(20s);
    BOOST_TEST(b.mock.finish(b.waiting.front()));
    const auto failure = b.waiting.front().error();
    BOOST_TEST(failure.code() == errc::wait_timeout);
    BOOST_TEST(failure.message.find("no connection was free") != std::string::npos);
    BOOST_TEST(failure.job_id == b.ended);
}

BOOST_AUTO_TEST_CASE(has_nothing_pending_when_it_is_cancelled)
{
    busy_client b;
    b.waiting.front().cancel();
    for (auto& call : b.calls)
        call.cancel();
    b.mock.context.poll();
    BOOST_TEST(b.waiting.front().code() == cojob::asio::error::operation_aborted);
    BOOST_TEST(b.mock.clock->pending() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
