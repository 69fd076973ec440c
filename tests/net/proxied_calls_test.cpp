#include <cojob/error.hpp>
#include <cojob/job/wait.hpp>

#include "support/proxied_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace proxied_calls_tests {

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

BOOST_AUTO_TEST_SUITE_END()
