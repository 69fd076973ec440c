#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/observer.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"
#include "support/silent_listener.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pool_tests {

using cojob::connection_change;
using cojob::errc;
using cojob::error_code;
using cojob::mintlify::agent_job;
using cojob::testing::fault;
using tests::mock_agent;
using call_list = std::vector<tests::started<agent_job>>;
using numbers = std::vector<std::size_t>;
using namespace std::chrono_literals;

const error_code success;
const auto per_element = boost::test_tools::per_element();

cojob::client_options with_connections(std::size_t max)
{
    auto options = tests::one_attempt();
    options.pool.max_connections = max;
    return options;
}

class connection_notes final : public cojob::observer {
  public:
    void on_connection(const cojob::connection_event& e) noexcept override
    {
        text += "ORC"[static_cast<int>(e.change)];
    }

    std::string text; ///< Opened, Reused, Closed
};

std::string last_part(const std::string& target)
{
    return target.substr(target.rfind('/') + 1);
}

/// One call that has the only place and gets no answer, and more that wait for it.
struct queue {
    explicit queue(std::size_t waiting) : mock(tests::plain_http(), with_connections(1))
    {
        mock.server.inject(fault::stall);
        calls.push_back(mock.start(mock.agent.get_job(mock.server.add_job({{"active"}}))));
        BOOST_TEST(mock.until_requests(1));
        for (std::size_t i = 0; i < waiting; ++i)
            calls.push_back(mock.start(mock.agent.get_job(mock.server.add_job({{"active"}}))));
    }

    mock_agent mock;
    call_list calls;
};

} // namespace pool_tests

BOOST_AUTO_TEST_SUITE(the_pool, *boost::unit_test::label("threads"))

using namespace pool_tests;

BOOST_AUTO_TEST_CASE(uses_one_connection_for_calls_one_after_the_other)
{
    auto options = tests::one_attempt();
    const auto notes = std::make_shared<connection_notes>();
    options.observer = notes;
    mock_agent mock({}, options);
    const auto id = mock.server.add_job({{"active"}});
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    BOOST_TEST(mock.server.connections() == 1U);
    const auto stats = mock.client().stats();
    BOOST_TEST(stats.connections_opened == 1U);
    BOOST_TEST(stats.connections_reused == 2U);
    BOOST_TEST(notes->text == "ORR");
}

BOOST_AUTO_TEST_CASE(leaves_a_connection_that_the_server_has_closed)
{
    for (const auto use_tls : {true, false}) {
        auto server = tests::plain_http();
        server.use_tls = use_tls;
        auto options = tests::one_attempt();
        const auto notes = std::make_shared<connection_notes>();
        options.observer = notes;
        mock_agent mock(server, options);
        for (int i = 0; i < 3; ++i) {
            BOOST_TEST(mock.run(mock.agent.create_job("Document it")).code() == success);
            mock.server.close_idle_connections();
        }
        BOOST_TEST(mock.connections_used() == (numbers{0, 1, 2}), per_element); // and each POST was sent once
        BOOST_TEST(notes->text == "OCOCO");
        BOOST_TEST(mock.client().stats().connections_reused == 0U);
    }
}

BOOST_AUTO_TEST_CASE(leaves_a_connection_whose_end_was_announced)
{
    mock_agent mock;
    const auto id = mock.server.add_job({{"active"}});
    mock.server.answer_next(404, "{}", {{"Connection", "close"}}); // the server itself does not close it
    BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == errc::not_found);
    BOOST_TEST(mock.server.wait_for_open_connections(0));
    BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    BOOST_TEST(mock.connections_used() == (numbers{0, 1}), per_element);
}

BOOST_AUTO_TEST_CASE(leaves_a_connection_that_was_idle_for_too_long)
{
    auto options = tests::one_attempt();
    options.pool.idle = 45s;
    mock_agent mock({}, options);
    const auto id = mock.server.add_job({{"active"}});
    for (const auto pause : {0ns, 45s - 1ns, 44s + 0ns, 45s + 0ns, 1s + 0ns, 24h + 0ns}) {
        mock.clock->advance(pause);
        BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    }
    BOOST_TEST(mock.connections_used() == (numbers{0, 0, 0, 1, 1, 2}), per_element);
    BOOST_TEST(mock.server.wait_for_open_connections(1));
}

BOOST_AUTO_TEST_CASE(serves_a_thousand_calls_at_once_over_four_connections)
{
    mock_agent mock({}, with_connections(4));
    const auto id = mock.server.add_job({{"active"}});
    call_list calls;
    for (int i = 0; i < 1000; ++i)
        calls.push_back(tests::start(mock.context, mock.agent.get_job(id)));
    for (const auto& call : calls) {
        BOOST_TEST_REQUIRE(mock.finish(call));
        BOOST_TEST_REQUIRE(call.code() == success);
    }
    BOOST_TEST(mock.server.requests().size() == 1000U);
    BOOST_TEST(mock.server.connections() == 4U);
    BOOST_TEST(mock.client().stats().connections_reused == 996U);
}

BOOST_AUTO_TEST_CASE(is_a_matter_of_each_origin)
{
    mock_agent mock(tests::plain_http(), with_connections(1));
    mock.server.inject(fault::stall);
    const auto stalled = mock.start(mock.agent.get_job("job_1"));
    BOOST_TEST(mock.until_requests(1));
    const cojob::testing::mock_server other(tests::plain_http());
    cojob::api_request request;
    request.base_url = cojob::http::parse_url(other.base_url(), "url");
    BOOST_TEST(mock.run(mock.client().send(request)).code() == errc::not_found);
    BOOST_TEST(!stalled.is_done());
}

BOOST_AUTO_TEST_CASE(lets_calls_in_in_the_order_they_came)
{
    queue q(20);
    q.calls.front().cancel();
    BOOST_TEST(q.mock.finish(q.calls.back()));
    const auto requests = q.mock.server.requests();
    BOOST_TEST_REQUIRE(requests.size() == 21U);
    for (std::size_t i = 0; i < requests.size(); ++i)
        BOOST_TEST(last_part(requests[i].target) == "job_" + std::to_string(i + 1));
}

BOOST_AUTO_TEST_CASE(lets_a_cancelled_call_go_at_once_and_unsent)
{
    queue q(2);
    for (const auto type : {boost::asio::cancellation_type::terminal, boost::asio::cancellation_type::partial,
                            boost::asio::cancellation_type::total}) {
        const auto call = q.mock.start(q.mock.agent.create_job("Document it"));
        auto cancelled = call;
        cancelled.cancel(type);
        q.mock.context.poll();
        BOOST_TEST_REQUIRE(call.is_done());
        BOOST_TEST(call.code() == boost::asio::error::operation_aborted);
    }
    q.calls[1].cancel();
    q.calls[0].cancel();
    BOOST_TEST(q.mock.finish(q.calls[2]));
    BOOST_TEST(q.calls[2].code() == success);
    BOOST_TEST(q.mock.server.requests().size() == 2U);
}

// The first owner of the place goes, the second is cancelled when it has had the place for that long, and the third
// gets it.
void cancel_the_second_owner(queue& q, const std::function<void()>& let_it_go_on)
{
    q.calls[0].cancel();
    let_it_go_on();
    q.calls[1].cancel();
    BOOST_TEST_REQUIRE(q.mock.finish(q.calls[2]));
    BOOST_TEST(q.calls[2].code() == success);
    BOOST_TEST(q.mock.run(q.mock.agent.get_job(q.mock.server.add_job({{"active"}}))).code() == success);
}

BOOST_AUTO_TEST_CASE(passes_a_place_on_whenever_its_owner_is_cancelled)
{
    for (int steps = 0; steps < 40; ++steps) {
        queue q(2);
        cancel_the_second_owner(q, [&] {
            for (int i = 0; i < steps; ++i)
                q.mock.context.poll_one();
        });
        if (steps == 0)
            BOOST_TEST(q.mock.client().stats().connections_opened == 2U); // it never had one
    }
}

BOOST_AUTO_TEST_CASE(passes_a_place_on_when_its_owner_is_cancelled_with_a_connection)
{
    queue q(2);
    q.mock.server.inject(fault::stall);
    cancel_the_second_owner(q, [&] { BOOST_TEST(q.mock.until_requests(2)); });
    BOOST_TEST(q.mock.client().stats().connections_opened == 3U);
}

BOOST_AUTO_TEST_CASE(counts_waiting_for_a_place_to_the_call_and_not_to_the_attempt)
{
    cojob::client_options options = with_connections(1);
    options.timeouts.attempt = 5s;
    options.timeouts.call = 7s;
    mock_agent mock(tests::plain_http(), options);
    const auto id = mock.server.add_job({{"active"}});
    mock.server.inject(fault::stall, 2);
    const auto first = mock.start(mock.agent.get_job(id));
    BOOST_TEST(mock.until_requests(1));
    const auto second = mock.start(mock.agent.create_job("Document it")), third = mock.start(mock.agent.get_job(id));
    mock.clock->jump(5s);
    BOOST_TEST(mock.finish(first));
    BOOST_TEST(first.code() == errc::request_timeout);
    BOOST_TEST(mock.until_requests(2));
    mock.clock->jump(2s); // the second has its place since 2 s, but was called 7 s ago
    BOOST_TEST(mock.finish(second));
    BOOST_TEST(second.code() == errc::outcome_unknown);
    BOOST_TEST(second.error().attempts.at(0).ended == errc::deadline_exceeded);
    BOOST_TEST_REQUIRE(mock.finish(third));
    BOOST_TEST(third.code() == errc::deadline_exceeded);
    BOOST_CHECK(third.error().attempts.at(0).reached == cojob::phase::queued);
    BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    BOOST_TEST(mock.server.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(connects_over_ipv6_by_address_and_by_localhost)
{
    cojob::testing::mock_server_options server;
    server.address = "::1";
    for (const auto* url : {"", "https://localhost:PORT"}) {
        std::unique_ptr<mock_agent> mock;
        try {
            mock = std::make_unique<mock_agent>(server, tests::one_attempt(), url);
        } catch (const boost::system::system_error& failure) {
            BOOST_TEST_MESSAGE("SKIPPED: this machine has no IPv6 loopback: " << failure.what());
            return;
        }
        BOOST_TEST(mock->run(mock->agent.create_job("Document it")).code() == success);
        const auto requests = mock->server.requests();
        BOOST_TEST_REQUIRE(requests.size() == 1U);
        const auto host = cojob::http::find_header(requests[0].headers, "Host").value_or("");
        BOOST_TEST(host == (*url ? "localhost:" : "[::1]:") + std::to_string(mock->server.port()));
    }
}

BOOST_AUTO_TEST_CASE(does_without_ipv6_where_nobody_listens_there)
{
    mock_agent mock({}, {}, "https://localhost:PORT");                            // listens on 127.0.0.1
    BOOST_TEST(mock.run(mock.agent.create_job("Document it")).code() == success); // in no time: ::1 refuses
}

BOOST_AUTO_TEST_CASE(gives_its_place_back_when_nobody_listens)
{
    const tests::refusing_port nobody;
    mock_agent mock({}, with_connections(1), "https://127.0.0.1:" + std::to_string(nobody.endpoint().port()));
    for (int i = 0; i < 3; ++i) {
        const auto call = mock.run(mock.agent.create_job("Document it"));
        BOOST_TEST(call.code() == errc::connect_failed);
        BOOST_CHECK(call.error().attempts.at(0).reached == cojob::phase::connecting);
        BOOST_TEST(call.error().message.find("refused") != std::string::npos, call.error().message);
    }
}

BOOST_AUTO_TEST_SUITE_END()
