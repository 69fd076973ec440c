#include <cojob/error.hpp>
#include <cojob/job/many.hpp>
#include <cojob/job/wait.hpp>

#include "support/mock_agent.hpp"
#include "support/proxied_agent.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace proxied_calls_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using tests::proxied_agent;
using tests::proxy_end;
using tests::proxy_plan;

proxy_plan refusing(const std::string& status)
{
    return {{"HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"}, proxy_end::relays};
}

const proxy_plan opening{{"HTTP/1.1 200 Connection established\r\n\r\n"}, proxy_end::relays};

} // namespace proxied_calls_tests

BOOST_AUTO_TEST_SUITE(a_proxy)

using namespace proxied_calls_tests;

BOOST_AUTO_TEST_CASE(carries_long_requests_and_answers)
{
    for (const auto* const scheme : {"http", "https"}) {
        proxied_agent bench({opening}, {.scheme = scheme});
        const std::string prompt(300'000, 'x');
        const auto created = bench.run(bench.agent.create_job(prompt));
        BOOST_TEST_REQUIRE(!created.code(), explain(created.error()));
        BOOST_TEST(bench.server.requests().back().body.find(prompt) != std::string::npos);
        bench.server.answer_next(200, '"' + std::string(3'000'000, 'y') + '"');
        BOOST_TEST(bench.run(bench.agent.get_job(bench.id)).code() == cojob::errc::invalid_response);
        BOOST_TEST(!bench.run(bench.agent.get_job(bench.id)).code());
        BOOST_TEST(bench.proxy.connections() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(that_refuses_for_good_ends_a_wait_at_once)
{
    proxied_agent bench({refusing("407 No")}, {.login = "user:hunter2@"});
    const auto call = bench.run(cojob::wait_for_job(bench.agent, bench.id));
    BOOST_TEST(call.code() == cojob::errc::proxy_failed);
    BOOST_TEST(bench.proxy.connections() == 1U);
}

BOOST_AUTO_TEST_CASE(that_fails_for_a_while_does_not_end_a_wait)
{
    proxied_agent bench({refusing("502 Later"), proxy_plan{{""}, proxy_end::closes}, opening});
    bench.server.set_life(bench.id, {{"completed"}});
    BOOST_TEST(!bench.run(cojob::wait_for_job(bench.agent, bench.id)).code());
}

BOOST_AUTO_TEST_CASE(that_refuses_a_password_is_asked_once_for_all_calls_of_a_minute)
{
    proxied_agent bench({refusing("407 No"), opening}, {.login = "user:hunter2@"});
    BOOST_TEST(bench.run(bench.agent.create_job("Document it")).error().is_final);
    const auto other = bench.server.add_job({{"active"}});
    auto waits = bench.run(cojob::wait_for_all(bench.agent, {bench.id, other}));
    BOOST_TEST_REQUIRE(waits.get().has_value());
    for (const auto& end : waits.get().value()) {
        BOOST_TEST_REQUIRE(!end.has_value());
        BOOST_TEST(end.error().code() == cojob::errc::proxy_failed);
        BOOST_TEST(end.error().http_status == 407);
        BOOST_TEST(end.error().is_final);
    }
    BOOST_TEST(bench.proxy.connections() == 1U);
    bench.clock->advance(std::chrono::minutes(1));
    BOOST_TEST(!bench.run(bench.agent.get_job(bench.id)).code());
}

BOOST_AUTO_TEST_CASE(that_refuses_a_connection_opened_ahead_does_so_as_for_a_call)
{
    proxied_agent bench({refusing("407 No")}, {.login = "user:hunter2@"});
    const auto failure = bench.run(bench.agent.warm(1)).error();
    BOOST_TEST(failure.code() == cojob::errc::proxy_failed);
    BOOST_TEST(failure.http_status == 407);
    BOOST_TEST(failure.is_final);
}

BOOST_AUTO_TEST_CASE(that_is_silent_in_its_handshake_has_ten_seconds_too)
{
    asio::io_context context;
    tcp::acceptor silent(context, {asio::ip::address_v4::loopback(), 0});
    silent.non_blocking(true);
    auto options = tests::one_attempt();
    options.proxy.url = "https://127.0.0.1:" + std::to_string(silent.local_endpoint().port());
    tests::mock_agent mock({}, options);
    const auto call = mock.start(mock.agent.create_job("Document it"));
    tcp::socket socket(context);
    BOOST_TEST(mock.until([&] {
        cojob::error_code ec;
        if (!socket.is_open())
            silent.accept(socket, ec);
        return !ec && socket.available() != 0; // the client's first message
    }));
    mock.clock->jump(std::chrono::seconds(11));
    BOOST_TEST(mock.finish(call));
    BOOST_TEST(call.code() == cojob::errc::proxy_failed);
    const auto text = to_string(call.error());
    BOOST_TEST(text.find("no tunnel from the proxy within 10 s") != text.npos, text);
}

BOOST_AUTO_TEST_SUITE_END()
