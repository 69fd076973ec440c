#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/testing/mock_server.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include "support/mock_agent.hpp"
#include "support/silent_listener.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace warm_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using cojob::testing::fault;
using tests::mock_agent;
using numbers = std::vector<std::size_t>;
const auto per_element = boost::test_tools::per_element();
const error_code success;

cojob::client_options with_connections(std::size_t max)
{
    auto options = tests::one_attempt();
    options.pool.max_connections = max;
    return options;
}

std::size_t warm(mock_agent& mock, std::size_t count)
{
    const auto warmed = mock.run(mock.agent.warm(count));
    BOOST_TEST(warmed.code() == success);
    return warmed.get().has_value() ? warmed.get().value() : 0;
}

} // namespace warm_tests

BOOST_AUTO_TEST_SUITE(connections_opened_ahead, *boost::unit_test::label("threads"))

using namespace warm_tests;

BOOST_AUTO_TEST_CASE(are_ready_for_the_calls_that_follow)
{
    for (const bool use_tls : {true, false}) {
        auto server = tests::plain_http();
        server.use_tls = use_tls;
        mock_agent mock(server);
        BOOST_TEST(warm(mock, 2) == 2U);
        BOOST_TEST(mock.until_connections(2));
        BOOST_TEST(mock.server.requests().empty());
        BOOST_TEST(mock.clock->pending() == 0U);
        mock.context.restart();
        BOOST_TEST(mock.context.run() == 0U); // nothing pends: it returns

        const auto id = mock.server.add_job({{"active"}});
        const auto first = mock.start(mock.agent.get_job(id));
        BOOST_TEST(mock.run(mock.agent.create_job("Document it")).code() == success);
        BOOST_TEST(mock.finish(first));
        BOOST_TEST(mock.server.connections() == 2U);
        BOOST_TEST(mock.client().stats().connections_reused == 2U);
    }
}

BOOST_AUTO_TEST_CASE(are_no_more_than_are_missing)
{
    mock_agent mock(tests::plain_http());
    BOOST_TEST(warm(mock, 0) == 0U);
    BOOST_TEST(warm(mock, 1) == 1U);
    BOOST_TEST(warm(mock, 3) == 3U);
    BOOST_TEST(warm(mock, 2) == 3U);
    BOOST_TEST(mock.server.wait_for_open_connections(3));
    BOOST_TEST(mock.server.connections() == 3U);
}

BOOST_AUTO_TEST_CASE(replace_those_that_the_server_has_closed)
{
    mock_agent mock;
    BOOST_TEST(warm(mock, 2) == 2U);
    BOOST_TEST(mock.until([&] { // the last handshake may not be over on the server's side
        mock.server.close_idle_connections();
        return mock.server.connections() == 2 && mock.server.open_connections() == 0;
    }));
    BOOST_TEST(warm(mock, 2) == 2U);
    BOOST_TEST(mock.server.connections() == 4U);
    mock.clock->jump(46s); // too long idle
    BOOST_TEST(warm(mock, 1) == 1U);
    BOOST_TEST(mock.server.wait_for_open_connections(1));
}

BOOST_AUTO_TEST_CASE(count_among_the_connections_that_are_allowed)
{
    mock_agent mock(tests::plain_http(), with_connections(3));
    mock.server.inject(fault::stall);
    auto call = mock.start(mock.agent.get_job(mock.server.add_job({{"active"}})));
    BOOST_TEST(mock.until_requests(1));
    BOOST_TEST(warm(mock, 100) == 2U);
    BOOST_TEST(mock.server.wait_for_open_connections(3));
    call.cancel();
    mock.finish(call);
    BOOST_TEST(warm(mock, 100) == 3U);
    BOOST_TEST(mock.server.wait_for_open_connections(3));
}

BOOST_AUTO_TEST_CASE(wait_for_a_slot_like_a_call)
{
    mock_agent mock(tests::plain_http(), with_connections(1));
    mock.server.inject(fault::stall);
    auto call = mock.start(mock.agent.get_job(mock.server.add_job({{"active"}})));
    BOOST_TEST(mock.until_requests(1));
    const auto warmed = mock.start(mock.agent.warm(1));
    auto given_up = mock.start(mock.agent.warm(1));
    BOOST_TEST(!warmed.is_done());
    given_up.cancel();
    mock.finish(given_up);
    BOOST_TEST(given_up.code() == asio::error::operation_aborted);
    call.cancel();
    BOOST_TEST(mock.finish(warmed));
    BOOST_TEST(warmed.get().value() == 1U);
    BOOST_TEST(mock.until_connections(2));
}

BOOST_AUTO_TEST_CASE(that_fail_are_failures_to_connect)
{
    const tests::refusing_port port;
    mock_agent refused(tests::plain_http(), tests::one_attempt(),
                       "http://127.0.0.1:" + std::to_string(port.endpoint().port()));
    const auto error = refused.run(refused.agent.warm(2)).error();
    BOOST_TEST(error.code() == errc::connect_failed);
    BOOST_TEST(error.message.find("Connection refused") != std::string::npos);

    mock_agent distrusted({}, tests::one_attempt(), {}, tests::trust_server::no);
    BOOST_TEST(distrusted.run(distrusted.agent.warm(1)).code() == errc::certificate_rejected);

    mock_agent half;
    BOOST_TEST(warm(half, 1) == 1U);
    half.server.inject(fault::garbage_handshake);
    BOOST_TEST(half.run(half.agent.warm(2)).code() == errc::tls_failed);
    BOOST_TEST(warm(half, 1) == 1U); // the one before is still there
    BOOST_TEST(half.server.connections() == 2U);
}

BOOST_AUTO_TEST_CASE(end_with_a_limit_a_deadline_a_cancellation_or_the_client)
{
    enum class end { handshake_limit, deadline, cancellation, close };
    for (const auto how : {end::handshake_limit, end::deadline, end::cancellation, end::close}) {
        mock_agent mock;
        mock.server.inject(fault::stall_handshake);
        const auto agent = how == end::deadline ? mock.agent.with_timeout(1s) : mock.agent;
        auto warmed = mock.start(agent.warm(1));
        BOOST_TEST(mock.until_connections(1));
        if (how == end::cancellation)
            warmed.cancel(asio::cancellation_type::total);
        else if (how == end::close)
            mock.client().close();
        else
            mock.clock->jump(10s);
        BOOST_TEST(mock.finish(warmed));
        const error_code expected[] = {errc::connect_timeout, errc::deadline_exceeded, asio::error::operation_aborted,
                                       asio::error::operation_aborted};
        BOOST_TEST(warmed.code() == expected[static_cast<int>(how)]);
    }
}

BOOST_AUTO_TEST_CASE(take_no_slot_of_the_quota)
{
    cojob::testing::mock_server server;
    asio::io_context context;
    auto options = server.agent_options();
    options.quota.limit = 1;
    options.quota.on_exhausted = cojob::when_exhausted::fail;
    const cojob::mintlify::agent agent(cojob::client(context.get_executor(), server.client_options()), options);
    const auto warmed = tests::start(context, agent.warm(3));
    context.run();
    BOOST_TEST(warmed.get().value() == 3U);
    const auto made = tests::start(context, agent.create_job("Document it"));
    context.restart();
    context.run();
    BOOST_TEST(made.code() == success);
}

BOOST_AUTO_TEST_CASE(are_for_every_service_and_shared_by_those_of_one_server)
{
    mock_agent mock;
    const cojob::osapi::jobs jobs(mock.client(), mock.server.jobs_options());
    const cojob::mintlify::agent_v1 old(mock.client(), mock.server.agent_options());
    BOOST_TEST(mock.run(jobs.warm(2)).get().value() == 2U);
    BOOST_TEST(mock.run(old.warm(2)).get().value() == 2U);
    BOOST_TEST(mock.server.connections() == 2U);
}

BOOST_AUTO_TEST_CASE(are_none_with_a_transport_that_has_no_connections)
{
    asio::io_context context;
    const auto script = std::make_shared<cojob::testing::scripted_transport>(
        [](const cojob::http::request&) { return cojob::testing::scripted_reply(200, "{}"); });
    const cojob::client client(context.get_executor(), {}, script);
    const auto warmed = tests::start(context, client.warm(cojob::http::parse_url("https://a.example", "url"), 2));
    context.run();
    BOOST_TEST(warmed.get().value() == 0U);
    BOOST_TEST(script->requests().empty());
}

BOOST_AUTO_TEST_SUITE_END()
