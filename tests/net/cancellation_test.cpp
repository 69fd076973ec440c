#include <cojob/error.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"
#include "support/silent_listener.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <ostream>
#include <string>

namespace cancellation_tests {

namespace data = boost::unit_test::data;
using boost::asio::cancellation_type;
using cojob::errc;
using cojob::error_code;
using cojob::phase;
using cojob::mintlify::agent_job;
using cojob::testing::fault;
using namespace std::chrono_literals;

const error_code success;
const error_code aborted = boost::asio::error::operation_aborted;
const error_code unknown = errc::outcome_unknown;

/// Where a call hangs when it is stopped. From `response` on it is committed.
enum class point { queue, connect, handshake, response, body };

enum class stop { terminal, partial, total, close };

enum class method { get, post };

std::ostream& operator<<(std::ostream& out, point p)
{
    constexpr const char* names[] = {"waiting for a place", "connecting", "in the handshake", "awaiting the response",
                                     "in the body"};
    return out << names[static_cast<int>(p)];
}

std::ostream& operator<<(std::ostream& out, stop s)
{
    constexpr const char* names[] = {"terminal", "partial", "total", "close()"};
    return out << names[static_cast<int>(s)];
}

std::ostream& operator<<(std::ostream& out, method m)
{
    return out << (m == method::get ? "GET" : "POST");
}

/// What the call ends with; nothing: it goes on.
std::optional<error_code> expected(point p, stop s, method m)
{
    if (p < point::response || m == method::get)
        return aborted;
    if (s == stop::total)
        return std::nullopt;
    return unknown;
}

/// One place, so that a call that kept it would be noticed by the next one.
cojob::client_options with_one_place()
{
    auto options = tests::one_attempt();
    options.pool.max_connections = 1;
    return options;
}

/// A call of which nothing moves any more.
class hanging_call {
  public:
    hanging_call(point p, method m)
        : where(p), mock({}, with_one_place(),
                         p == point::connect ? "https://127.0.0.1:" + std::to_string(silent.endpoint().port()) : ""),
          id(mock.server.add_job({{"active"}}))
    {
        switch (p) {
        case point::queue: hang_in_queue(m); break;
        case point::connect: begin(m); break;
        case point::handshake: hang(m, fault::stall_handshake); break;
        case point::response: hang(m, fault::stall); break;
        case point::body: hang(m, fault::stall_in_body); break;
        }
        pass_moments();
        BOOST_TEST(!call->is_done());
    }

    void apply(stop s)
    {
        switch (s) {
        case stop::terminal: call->cancel(cancellation_type::terminal); break;
        case stop::partial: call->cancel(cancellation_type::partial); break;
        case stop::total: call->cancel(cancellation_type::total); break;
        case stop::close: mock.client().close(); break;
        }
    }

    /// Lets come what may from the server, without time moving on.
    void pass_moments()
    {
        mock.until([moments = 0]() mutable { return ++moments > 4; });
    }

    /// The place is free again, and nothing of the stopped call is in the way.
    void expect_next_call_to_succeed()
    {
        if (holder)
            end_holder();
        BOOST_TEST(mock.server.wait_for_open_connections(0));
        if (where == point::connect) { // nobody ever answers there: to come that far is what can be had
            const auto next = mock.start(mock.agent.get_job(id));
            mock.clock->jump(10s);
            BOOST_TEST_REQUIRE(next.is_done());
            BOOST_TEST(next.code() == errc::connect_timeout);
            BOOST_CHECK(next.error().attempts.at(0).reached == phase::connecting);
            return;
        }
        BOOST_TEST(mock.run(mock.agent.get_job(id)).code() == success);
    }

    point where;
    tests::silent_listener silent;
    tests::mock_agent mock;
    std::string id;
    std::optional<tests::started<agent_job>> holder, call;

  private:
    void begin(method m)
    {
        call = mock.start(m == method::get ? mock.agent.get_job(id) : mock.agent.create_job("Document it"));
    }

    void hang(method m, fault broken)
    {
        mock.server.inject(broken);
        begin(m);
        BOOST_TEST((broken == fault::stall_handshake ? mock.until_connections(1) : mock.until_requests(1)));
    }

    void hang_in_queue(method m)
    {
        mock.server.inject(fault::stall);
        holder = mock.start(mock.agent.get_job(id));
        BOOST_TEST(mock.until_requests(1));
        begin(m);
    }

    void end_holder()
    {
        BOOST_TEST(!holder->is_done());
        holder->cancel();
        BOOST_TEST(mock.finish(*holder));
        BOOST_TEST(mock.server.requests().size() == 1U);
    }
};

/// Whether there is a way to hang there.
bool can_hang(point p)
{
    if (p != point::connect || tests::silent_listener().is_silent())
        return true;
    BOOST_TEST_MESSAGE("SKIPPED: this system accepts connections beyond a listener's backlog");
    return false;
}

const auto points = data::make({point::queue, point::connect, point::handshake, point::response, point::body});
const auto stops = data::make({stop::terminal, stop::partial, stop::total, stop::close});
const auto methods = data::make({method::get, method::post});

} // namespace cancellation_tests

BOOST_AUTO_TEST_SUITE(a_call_on_real_sockets)

using namespace cancellation_tests;

BOOST_DATA_TEST_CASE(is_stopped_at_once_wherever_it_hangs, points* stops* methods, where, how, m)
{
    if (!can_hang(where))
        return;
    hanging_call hanging(where, m);
    const auto before = hanging.mock.clock->now();
    const auto code = expected(where, how, m);
    hanging.apply(how);
    if (!code) {
        hanging.pass_moments();
        BOOST_TEST(!hanging.call->is_done());
        hanging.apply(stop::close);
    }
    BOOST_TEST_REQUIRE(hanging.mock.finish(*hanging.call));
    BOOST_TEST(hanging.call->code() == code.value_or(unknown));
    BOOST_CHECK(hanging.mock.clock->now() == before);
    if (how != stop::close && code) {
        hanging.expect_next_call_to_succeed();
        return;
    }
    BOOST_TEST(hanging.mock.server.wait_for_open_connections(0)); // also the holder of the place has been stopped
    BOOST_TEST(hanging.mock.clock->pending() == 0U);
    BOOST_TEST(hanging.mock.run(hanging.mock.agent.get_job(hanging.id)).code() == aborted);
}

BOOST_AUTO_TEST_CASE(that_ignored_total_cancellation_is_answered)
{
    tests::mock_agent mock({}, with_one_place());
    mock.server.inject(fault::slow_drip);
    auto call = mock.start(mock.agent.create_job("Document it"));
    BOOST_TEST(mock.until_requests(1));
    call.cancel(cancellation_type::total);
    BOOST_TEST(mock.finish(call));
    BOOST_TEST(call.code() == success);
}

BOOST_AUTO_TEST_CASE(that_ignored_total_cancellation_keeps_its_limits)
{
    hanging_call hanging(point::body, method::post);
    hanging.apply(stop::total);
    hanging.mock.clock->jump(30s);
    BOOST_TEST_REQUIRE(hanging.mock.finish(*hanging.call));
    BOOST_TEST(hanging.call->code() == unknown);
    hanging.expect_next_call_to_succeed();
}

BOOST_AUTO_TEST_SUITE_END()
