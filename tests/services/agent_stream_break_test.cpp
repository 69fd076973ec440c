#include "support/stream_bench.hpp"

#include <cojob/job/wait.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdio>
#include <iterator>
#include <string>
#include <vector>

namespace agent_stream_break_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::phase;
using cojob::testing::fault;
using tests::numbered_event;
using tests::numbered_events;
using tests::stream_bench;
using tests::stream_headers;

cojob::client_options with_limits(std::size_t line, std::size_t event)
{
    auto o = tests::one_attempt();
    o.limits.event_line = line;
    o.limits.event_bytes = event;
    return o;
}

std::string chunk(const std::string& text)
{
    char size[16];
    std::snprintf(size, sizeof size, "%zx", text.size());
    return size + std::string("\r\n") + text + "\r\n";
}

std::string chunked_head()
{
    std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
    for (const auto& [name, value] : stream_headers())
        head += name + ": " + value + "\r\n";
    return head + "\r\n";
}

const asio::cancellation_type types[] = {asio::cancellation_type::terminal, asio::cancellation_type::partial,
                                         asio::cancellation_type::total};

const boost::system::error_code aborted = asio::error::operation_aborted;

/// What breaks a stream is told once and for all, with all that is needed to go on.
void check_broken(stream_bench& b, const stream_bench::stream& s, errc reason)
{
    for (int again = 0; again < 2; ++again) {
        const auto failure = b.run(s.next()).error();
        BOOST_TEST(failure.code() == errc::outcome_unknown);
        BOOST_TEST((failure.code() != cojob::condition::retryable));
        BOOST_TEST(failure.job_id == "s1");
        BOOST_TEST(failure.method == "POST");
        BOOST_TEST(failure.http_status == 200);
        BOOST_TEST(failure.request_id == "r1");
        BOOST_TEST_REQUIRE(failure.attempts.size() == 1U);
        BOOST_TEST(failure.attempts.front().ended == reason);
        BOOST_TEST((failure.attempts.front().reached == phase::receiving));
    }
    BOOST_TEST(b.server.requests().size() == 1U); // and nothing is asked for again
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

} // namespace agent_stream_break_tests

BOOST_AUTO_TEST_SUITE(a_stream_that_breaks)

using namespace agent_stream_break_tests;

BOOST_DATA_TEST_CASE(hands_over_its_session, data::make({true, false}), is_silent)
{
    stream_bench b;
    b.server.inject(is_silent ? fault::stall_in_body : fault::truncate_body, 1, "POST");
    auto s = b.open(numbered_events(4));
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 1");
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 2");
    if (is_silent) {
        const auto next = b.start(s.next());
        b.clock->jump(60s - 1ns);
        BOOST_TEST(!next.is_done());
        b.clock->jump(1ns);
        BOOST_TEST(b.finish(next));
        check_broken(b, s, errc::request_timeout);
    } else {
        check_broken(b, s, errc::connection_lost);
    }

    // What one does then.
    b.server.answer_next(200, R"({"sessionId":"s1","haulted":true,"haultReason":"completed"})", {}, 1, "GET");
    const auto end = b.run(cojob::wait_for_job(b.service, s.handle()));
    BOOST_TEST((end.get().value().reason == cojob::mintlify::halt_reason::completed));
    BOOST_TEST(b.server.requests().back().target == "/v1/agent/test-project/job/s1");
}

BOOST_AUTO_TEST_CASE(says_so_when_it_is_no_http_any_more)
{
    stream_bench b(tests::plain_http());
    b.server.send_next(chunked_head() + chunk(numbered_event(1)) + "no size\r\n");
    const auto s = b.create().get().value();
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 1");
    check_broken(b, s, errc::malformed_response);
}

BOOST_DATA_TEST_CASE(says_so_when_it_is_over_a_limit, data::make({true, false}), is_line)
{
    stream_bench b({}, is_line ? with_limits(100, 1000) : with_limits(1000, 100));
    const auto s = b.open(numbered_event(1) + (is_line ? ": " + std::string(200, '.') : numbered_event(2, 200)));
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 1");
    check_broken(b, s, errc::response_too_large);
    BOOST_TEST(b.run(s.next()).error().attempts.front().why ==
               (is_line ? "over limits.event_line" : "over limits.event_bytes"));
}

BOOST_AUTO_TEST_CASE(is_not_one_that_is_long)
{
    auto options = tests::one_attempt();
    options.limits.body_bytes = 1000;
    stream_bench b({}, options);
    b.server.inject(fault::chunked, 1, "POST");
    const auto told = b.read_all(b.open(numbered_events(100, 100)));
    BOOST_TEST(!told.failure.code());
    BOOST_TEST(told.texts.size() == 100U);
}

BOOST_AUTO_TEST_CASE(before_its_head_has_an_unknown_outcome)
{
    stream_bench b;
    b.answer(numbered_events(1));
    b.server.inject(fault::truncate_head, 1, "POST");
    const auto failure = b.create().error();
    BOOST_TEST(failure.code() == errc::outcome_unknown);
    BOOST_TEST(failure.job_id == "");
    BOOST_TEST(b.server.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(is_not_one_that_is_slow)
{
    auto options = tests::one_attempt();
    options.timeouts.attempt = options.timeouts.call = 5s;
    stream_bench b({}, options);
    b.server.inject(fault::stall_in_body, 1, "POST");
    auto s = b.open(numbered_events(2));
    b.clock->jump(1h); // nobody reads, nobody counts
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 1");
    const auto next = b.start(s.next());
    b.clock->jump(59s); // the limits of the creation are over with the head
    BOOST_TEST(!next.is_done());
}

BOOST_DATA_TEST_CASE(by_a_cancellation_ends_at_once, data::xrange(std::size(types)), type)
{
    stream_bench b;
    b.server.inject(fault::stall_in_body, 1, "POST");
    auto s = b.open(numbered_events(2));
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 1");
    auto next = b.start(s.next());
    BOOST_TEST(!next.is_done());
    next.cancel(types[type]);
    BOOST_TEST(b.finish(next));
    BOOST_TEST(next.code() == aborted);
    BOOST_TEST(b.server.wait_for_open_connections(0));
    BOOST_TEST(b.run(s.next()).code() == aborted);
    BOOST_TEST(s.handle().id == "s1");
}

BOOST_AUTO_TEST_CASE(by_close_ends_at_once_read_or_not)
{
    stream_bench b;
    b.server.inject(fault::stall_in_body, 2, "POST");
    auto read = b.open(numbered_events(2)), unread = b.open(numbered_events(2));
    BOOST_TEST(b.run(read.next()).get().value()->data == "event 1");
    const auto next = b.start(read.next());
    b.client().close();
    BOOST_TEST(b.finish(next));
    BOOST_TEST(next.code() == aborted);
    BOOST_TEST(b.run(unread.next()).code() == aborted);
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_CASE(takes_one_reader_at_a_time)
{
    stream_bench b;
    b.server.inject(fault::stall_in_body, 1, "POST");
    auto s = b.open(numbered_events(2));
    BOOST_TEST(b.run(s.next()).get().value()->data == "event 1");
    auto next = b.start(s.next());
    BOOST_TEST(b.run(s.next()).code() == errc::invalid_argument);
    BOOST_TEST(!next.is_done());
}

BOOST_AUTO_TEST_CASE(or_is_let_go_closes_its_connection)
{
    stream_bench b;
    b.server.inject(fault::stall_in_body, 1, "POST");
    {
        auto s = b.open(numbered_events(2));
        BOOST_TEST(b.server.open_connections() == 1U);
    }
    b.context.restart();
    b.context.run(); // an idle client has nothing to do
    BOOST_TEST(b.server.wait_for_open_connections(0));
}

BOOST_AUTO_TEST_CASE(holds_up_nobody_else)
{
    auto options = tests::one_attempt();
    options.pool.max_connections = 1;
    options.pool.max_streams = 2;
    stream_bench b({}, options);
    b.server.inject(fault::stall_in_body, 2, "POST");
    std::vector<stream_bench::stream> streams;
    streams.push_back(b.open(numbered_events(2)));
    streams.push_back(b.open(numbered_events(2)));

    const auto id = b.server.add_job({{"active"}});
    BOOST_TEST(!b.run(b.agent.get_job(id)).code()); // the one connection of calls is free

    b.answer(numbered_events(1));
    const auto third = b.start(b.service.create_job(cojob::mintlify::create_session_request("three")));
    b.until([moments = 0]() mutable { return ++moments > 9; });
    BOOST_TEST(!third.is_done()); // it queues
    BOOST_TEST(b.server.requests().size() == 3U);
    streams.pop_back();
    BOOST_TEST(b.finish(third));
    BOOST_TEST(!third.code());
}

BOOST_AUTO_TEST_CASE(or_not_is_a_part_of_the_statistics)
{
    stream_bench b;
    const auto text = numbered_events(50, 1000);
    b.server.inject(fault::chunked, 1, "POST");
    const auto told = b.read_all(b.open(text));
    BOOST_TEST(told.texts.size() == 50U);
    BOOST_TEST(b.client().stats().bytes_received > text.size());
    BOOST_TEST(b.client().stats().requests == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
