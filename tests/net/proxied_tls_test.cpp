#include <cojob/client.hpp>

#include "support/proxied_agent.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace proxied_tls_tests {

using cojob::testing::fault;
using tests::proxied_agent;

/// A proxy that opens a tunnel for each of so many connections.
std::vector<tests::proxy_plan> tunnels(int count)
{
    tests::proxy_plan plan;
    plan.answers = {"HTTP/1.1 200 OK\r\n\r\n"};
    return std::vector<tests::proxy_plan>(static_cast<std::size_t>(count), plan);
}

} // namespace proxied_tls_tests

BOOST_AUTO_TEST_SUITE(tls_through_a_proxy)

using namespace proxied_tls_tests;

BOOST_AUTO_TEST_CASE(resumes_sessions)
{
    for (const auto* const scheme : {"http", "https"}) {
        proxied_agent bench(tunnels(3), {.scheme = scheme});
        bench.server.inject(fault::close_after_answer, 3);
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(!bench.run(bench.agent.get_job(bench.id)).code());
        BOOST_TEST(bench.agent.get_client().stats().connections_resumed == 2U);
    }
}

BOOST_AUTO_TEST_CASE(compares_pins_with_the_servers_key_and_not_with_the_proxys)
{
    cojob::client_options options;
    options.tls.pins = {"sha256//" + std::string(43, 'A') + '='};
    proxied_agent bench(tunnels(1), {.scheme = "https"}, options);
    const auto error = bench.run(bench.agent.get_job(bench.id)).error();
    BOOST_TEST(error.code() == cojob::errc::certificate_rejected);
    BOOST_TEST(error.attempts.front().why.starts_with("api.example.test: "), error.attempts.front().why);
}

BOOST_AUTO_TEST_SUITE_END()
