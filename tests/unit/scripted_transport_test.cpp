#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/scripted_transport.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace scripted_transport_tests {

namespace asio = boost::asio;
using cojob::errc;
using cojob::no_timeout;
using cojob::phase;
using cojob::stop_reason;
using cojob::testing::scripted_reply;
using namespace std::chrono_literals;

/// One exchange over a scripted transport, spawned as a client does it.
struct bench {
    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    cojob::operation operation{clock, context.get_executor()};
    cojob::http::exchange exchange{operation, false};
    cojob::http::request request;
    std::optional<cojob::testing::scripted_transport> transport;
    std::optional<cojob::http::exchange_result> result;

    static asio::awaitable<void> run(bench& self)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        self.result = co_await self.transport->send(self.request, self.exchange);
    }

    void begin(scripted_reply reply)
    {
        transport.emplace([reply = std::move(reply)](const cojob::http::request&) { return reply; });
        const auto ended = [](const std::exception_ptr& failure) { BOOST_TEST(!failure); };
        asio::co_spawn(context, run(*this), asio::bind_cancellation_slot(operation.slot(), ended));
        clock->settle();
    }
};

} // namespace scripted_transport_tests

BOOST_AUTO_TEST_SUITE(scripted_transport_test)

using namespace scripted_transport_tests;

BOOST_FIXTURE_TEST_CASE(an_answer_without_delay_is_there_at_once, bench)
{
    request.target = "/v2/thing";
    begin({200, "{}", {{"X-Request-Id", "1"}}});
    BOOST_REQUIRE(result);
    BOOST_TEST(!result->error);
    BOOST_TEST(result->response.status == 200);
    BOOST_TEST(result->response.body == "{}");
    BOOST_TEST(exchange.was_committed());
    BOOST_CHECK(exchange.reached == phase::done);
    BOOST_REQUIRE_EQUAL(transport->requests().size(), 1U);
    BOOST_TEST(transport->requests()[0].target == "/v2/thing");
}

BOOST_FIXTURE_TEST_CASE(a_delay_is_of_the_operations_clock, bench)
{
    scripted_reply slow(200, "{}");
    slow.delay = 10s;
    begin(slow);
    clock->advance(10s - 1ns);
    BOOST_TEST(!result);
    BOOST_CHECK(exchange.reached == phase::awaiting_response);
    clock->advance(1ns);
    clock->settle();
    BOOST_TEST(result.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_request_is_committed_when_the_script_says, bench)
{
    scripted_reply slow(201, "{}");
    slow.delay = 10s;
    slow.commit_after = 4s;
    begin(slow);
    clock->advance(3s);
    BOOST_TEST(!exchange.was_committed());
    BOOST_CHECK(exchange.reached == phase::connecting);
    clock->advance(2s);
    BOOST_TEST(exchange.was_committed());
    BOOST_TEST(!result);
    clock->advance(5s);
    BOOST_TEST(result.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_failure_before_sending_is_not_committed, bench)
{
    scripted_reply refused(errc::connect_failed, phase::connecting);
    refused.delay = 1s;
    begin(refused);
    clock->advance(1s);
    BOOST_REQUIRE(result);
    BOOST_CHECK(result->error == errc::connect_failed);
    BOOST_TEST(!exchange.was_committed());
    BOOST_CHECK(exchange.reached == phase::connecting);
}

BOOST_FIXTURE_TEST_CASE(a_failure_while_sending_is_committed, bench)
{
    begin({errc::connection_lost, phase::sending});
    BOOST_REQUIRE(result);
    BOOST_CHECK(result->error == errc::connection_lost);
    BOOST_TEST(exchange.was_committed());
    BOOST_CHECK(exchange.reached == phase::sending);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_never_comes_ends_with_the_operation, bench)
{
    scripted_reply never(200, "{}");
    never.delay = no_timeout;
    begin(never);
    clock->advance(24h);
    BOOST_TEST(!result);
    BOOST_TEST(exchange.was_committed());
    operation.stop(stop_reason::cancelled);
    clock->settle();
    BOOST_REQUIRE(result);
    BOOST_CHECK(result->error == asio::error::operation_aborted);
    BOOST_TEST(clock->pending() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_stop_before_the_commit_leaves_the_request_uncommitted, bench)
{
    scripted_reply slow(201, "{}");
    slow.delay = no_timeout;
    slow.commit_after = 5s;
    operation.set_limit(clock->now() + 2s);
    begin(slow);
    clock->advance(2s);
    BOOST_REQUIRE(result);
    BOOST_CHECK(result->error == asio::error::operation_aborted);
    BOOST_CHECK(operation.reason() == stop_reason::limit);
    BOOST_TEST(!exchange.was_committed());
}

BOOST_FIXTURE_TEST_CASE(a_stopped_operation_sends_nothing, bench)
{
    operation.stop(stop_reason::closed);
    begin({200, "{}"});
    BOOST_REQUIRE(result);
    BOOST_CHECK(result->error == asio::error::operation_aborted);
    BOOST_TEST(transport->requests().empty());
}

BOOST_FIXTURE_TEST_CASE(a_context_that_goes_takes_the_waiting_exchange_with_it, bench)
{
    scripted_reply never(200, "{}");
    never.delay = 1h;
    begin(never);
    BOOST_TEST(clock->pending() == 1U); // and the sanitizer has nothing to say about the rest
}

BOOST_AUTO_TEST_SUITE_END()
