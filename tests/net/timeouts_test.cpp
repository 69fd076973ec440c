#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"
#include "support/silent_listener.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>

namespace timeouts_tests {

namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using cojob::timeout_options;
using cojob::testing::fault;
using namespace std::chrono_literals;

/// One limit fires while the server hangs in one way. All other limits are far away.
struct limit_case {
    const char* name;
    fault broken;
    cojob::duration timeout_options::* limit;
    errc get, post, attempt;
    phase reached;
    const char* why;

    friend std::ostream& operator<<(std::ostream& out, const limit_case& c) { return out << c.name; }
};

constexpr auto unknown = errc::outcome_unknown;
constexpr auto connect_timeout = errc::connect_timeout;
constexpr auto deadline = errc::deadline_exceeded;
constexpr auto request_timeout = errc::request_timeout;

const limit_case limit_cases[] = {
    {"handshake in a handshake", fault::stall_handshake, &timeout_options::handshake, connect_timeout, connect_timeout,
     connect_timeout, phase::handshaking, "no TLS handshake within 7 s"},
    {"attempt in a handshake", fault::stall_handshake, &timeout_options::attempt, connect_timeout, connect_timeout,
     connect_timeout, phase::handshaking, "no TLS handshake within 7 s"},
    {"call in a handshake", fault::stall_handshake, &timeout_options::call, deadline, deadline, deadline,
     phase::handshaking, "request not sent before the call's deadline"},
    {"attempt without an answer", fault::stall, &timeout_options::attempt, request_timeout, unknown, request_timeout,
     phase::awaiting_response, "no response within 7 s"},
    {"call without an answer", fault::stall, &timeout_options::call, deadline, unknown, deadline,
     phase::awaiting_response, "no response before the call's deadline"},
    {"attempt in a body", fault::stall_in_body, &timeout_options::attempt, request_timeout, unknown, request_timeout,
     phase::receiving, "no response within 7 s"},
    {"call in a body", fault::stall_in_body, &timeout_options::call, deadline, unknown, deadline, phase::receiving,
     "no response before the call's deadline"},
    {"attempt in a drip", fault::slow_drip, &timeout_options::attempt, request_timeout, unknown, request_timeout,
     phase::receiving, "no response within 7 s"},
};

cojob::client_options only(cojob::duration timeout_options::* limit, cojob::duration length = 7s)
{
    auto options = tests::one_attempt();
    options.timeouts = {1h, 1h, 1h, 1h, 1h};
    options.timeouts.*limit = length;
    return options;
}

/// Goes on until the server has the call in its hands, and for a moment longer.
void reach(tests::mock_agent& mock, phase p)
{
    BOOST_TEST((p == phase::handshaking ? mock.until_connections(1) : mock.until_requests(1)));
    mock.until([moments = 0]() mutable { return ++moments > 4; });
}

enum class method { get, post };

std::ostream& operator<<(std::ostream& out, method m)
{
    return out << (m == method::get ? "GET" : "POST");
}

std::string url_of(const boost::asio::ip::tcp::endpoint& e)
{
    return "https://127.0.0.1:" + std::to_string(e.port());
}

const auto methods = data::make({method::get, method::post});

} // namespace timeouts_tests

BOOST_AUTO_TEST_SUITE(a_limit)

using namespace timeouts_tests;

BOOST_DATA_TEST_CASE(ends_the_call_with_its_code_and_not_a_moment_early, data::make(limit_cases) * methods, c, m)
{
    tests::mock_agent mock({}, only(c.limit));
    const auto id = mock.server.add_job({{"active"}});
    mock.server.inject(c.broken);
    const auto call = mock.start(m == method::get ? mock.agent.get_job(id) : mock.agent.create_job("Document it"));
    reach(mock, c.reached);
    mock.clock->jump(7s - 1ns);
    BOOST_TEST(!call.is_done());
    mock.clock->jump(1ns);
    BOOST_TEST_REQUIRE(mock.finish(call));
    BOOST_TEST(call.code() == (m == method::get ? c.get : c.post));
    BOOST_TEST_REQUIRE(call.error().attempts.size() == 1U);
    const auto tried = call.error().attempts.front();
    BOOST_TEST(tried.ended == c.attempt);
    if (c.reached == phase::receiving) // or nearly there
        BOOST_CHECK(tried.reached >= phase::awaiting_response);
    else
        BOOST_CHECK(tried.reached == c.reached);
    BOOST_TEST(mock.server.wait_for_open_connections(0));
    const auto path = "/v2/agent/test-project/job" + (m == method::get ? '/' + id : std::string());
    const auto asked = (m == method::get ? "GET " : "POST ") + path + ": ";
    BOOST_TEST(to_string(call.error()).find(asked + c.why) != std::string::npos, to_string(call.error()));
}

BOOST_AUTO_TEST_CASE(of_the_attempt_bounds_every_phase_before)
{
    auto options = only(&timeout_options::attempt);
    options.timeouts.connect = options.timeouts.handshake = cojob::no_timeout;
    tests::mock_agent mock({}, options);
    mock.server.inject(fault::stall_handshake);
    const auto call = mock.start(mock.agent.get_job("job_1"));
    reach(mock, phase::handshaking);
    mock.clock->jump(7s);
    BOOST_TEST_REQUIRE(mock.finish(call));
    BOOST_TEST(call.code() == connect_timeout);
}

BOOST_AUTO_TEST_CASE(may_be_none)
{
    auto options = tests::one_attempt();
    options.timeouts = {cojob::no_timeout, cojob::no_timeout, cojob::no_timeout, cojob::no_timeout, cojob::no_timeout};
    tests::mock_agent mock({}, options);
    const auto id = mock.server.add_job({{"active"}});
    mock.server.inject(fault::slow_drip);
    const auto call = mock.start(mock.agent.get_job(id));
    reach(mock, phase::awaiting_response);
    mock.clock->jump(24h * 365 * 10);
    BOOST_TEST(mock.finish(call));
    BOOST_TEST(call.code() == error_code());
}

BOOST_DATA_TEST_CASE(fires_while_connecting, methods, m)
{
    const tests::silent_listener silent;
    if (!silent.is_silent()) {
        BOOST_TEST_MESSAGE("SKIPPED: this system accepts connections beyond a listener's backlog");
        return;
    }
    struct row {
        cojob::duration timeout_options::* limit;
        errc code;
    };
    for (const auto& [limit, code] :
         {row{&timeout_options::connect, connect_timeout}, row{&timeout_options::attempt, connect_timeout},
          row{&timeout_options::call, deadline}}) {
        tests::mock_agent mock({}, only(limit), url_of(silent.endpoint()));
        const auto call =
            mock.start(m == method::get ? mock.agent.get_job("job_1") : mock.agent.create_job("Document it"));
        mock.clock->jump(7s - 1ns);
        BOOST_TEST(!call.is_done());
        mock.clock->jump(1ns);
        BOOST_TEST_REQUIRE(call.is_done());
        BOOST_TEST(call.code() == code);
        BOOST_TEST_REQUIRE(call.error().attempts.size() == 1U);
        BOOST_CHECK(call.error().attempts.front().reached == phase::connecting);
    }
}

BOOST_AUTO_TEST_CASE(ends_a_lookup_or_the_lookup_fails_by_itself)
{
    // RFC 6761, section 6.4: no such name exists. How fast a resolver says so is not in our hands.
    tests::mock_agent mock({}, only(&timeout_options::resolve), "https://no-such-host.invalid");
    const auto one = mock.start(mock.agent.get_job("job_1")), other = mock.start(mock.agent.create_job("Document it"));
    mock.clock->jump(7s);
    for (const auto* call : {&one, &other}) {
        BOOST_TEST_REQUIRE(mock.until([&] { return call->is_done(); }));
        BOOST_TEST((call->code() == errc::connect_failed || call->code() == connect_timeout), call->code());
        BOOST_TEST_REQUIRE(call->error().attempts.size() == 1U);
        BOOST_CHECK(call->error().attempts.front().reached == phase::resolving);
    }
}

BOOST_AUTO_TEST_CASE(fires_on_the_machines_clock_too)
{
    cojob::testing::mock_server server;
    server.inject(fault::stall_handshake);
    boost::asio::io_context context;
    auto options = tests::one_attempt();
    options.timeouts.handshake = 60ms;
    const cojob::mintlify::agent agent(cojob::client(context, options), server.agent_options());
    const auto call = tests::run(context, agent.get_job("job_1"));
    BOOST_TEST(call.code() == connect_timeout);
    BOOST_CHECK(call.error().attempts.at(0).reached == phase::handshaking);
}

BOOST_AUTO_TEST_SUITE_END()
