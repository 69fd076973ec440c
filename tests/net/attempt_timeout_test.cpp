#include "support/mock_agent.hpp"

#include <cojob/mintlify/static_export.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace attempt_timeout_tests {

using namespace std::chrono_literals;
using cojob::errc;
using cojob::testing::fault;

/// A server that answers nothing, and how long a call waits for it.
struct bench : tests::mock_agent {
    explicit bench(cojob::client_options options = tests::one_attempt())
        : mock_agent(tests::plain_http(), std::move(options))
    {
        server.inject(fault::stall);
    }

    /// How the call ends when this time has passed, and when a second more has.
    template <class T>
    cojob::error_info end_after(boost::asio::awaitable<T> operation, cojob::duration length)
    {
        const auto call = start(std::move(operation));
        until_requests(1);
        clock->jump(length - 1s);
        context.poll();
        BOOST_TEST(!call.is_done());
        clock->jump(2s);
        finish(call);
        return call.error();
    }

    [[nodiscard]] cojob::api_request request(cojob::duration attempt) const
    {
        cojob::api_request r("POST", cojob::http::parse_url(server.base_url(), "url"), {"x"}, cojob::secret("key"));
        r.attempt_timeout = attempt;
        return r;
    }
};

} // namespace attempt_timeout_tests

BOOST_AUTO_TEST_SUITE(the_attempt_timeout_of_a_request)

using namespace attempt_timeout_tests;

BOOST_AUTO_TEST_CASE(replaces_the_clients)
{
    bench longer;
    const auto patient = longer.end_after(longer.client().send(longer.request(70s)), 70s);
    BOOST_TEST(patient.code() == errc::outcome_unknown);
    BOOST_TEST(patient.message == "no response within 1 min 10 s");
    bench shorter;
    BOOST_TEST(shorter.end_after(shorter.client().send(shorter.request(5s)), 5s).message == "no response within 5 s");
    bench usual;
    BOOST_TEST(usual.end_after(usual.client().send(usual.request(0s)), 30s).message == "no response within 30 s");
    bench wrong;
    BOOST_TEST(wrong.run(wrong.client().send(wrong.request(-1s))).error().message ==
               "api_request::attempt_timeout: must not be negative");
}

BOOST_AUTO_TEST_CASE(of_an_operation_on_osapi_nodes_is_longer_than_the_servers)
{
    bench b;
    const cojob::osapi::jobs service(b.client(), b.server.jobs_options());
    const cojob::osapi::node_operation operation("_any", {"command", "exec"}, {{"command", "uptime"}});
    BOOST_TEST(b.end_after(service.create_job(operation), 45s).message == "no response within 45 s");
    auto options = tests::one_attempt();
    options.timeouts.attempt = 60s;
    bench patient(options);
    const cojob::osapi::jobs longer(patient.client(), patient.server.jobs_options());
    BOOST_TEST(patient.end_after(longer.create_job(operation), 60s).message == "no response within 1 min");
}

BOOST_AUTO_TEST_CASE(of_the_packing_of_an_export_is_long_enough_for_a_large_site)
{
    bench b;
    const cojob::mintlify::static_export service(b.client(), b.server.static_export_options());
    BOOST_TEST(b.end_after(service.create_bundle("se_1"), 90s).message == "no response within 1 min 30 s");
    auto options = tests::one_attempt();
    options.timeouts.attempt = 100s;
    bench patient(options);
    const cojob::mintlify::static_export longer(patient.client(), patient.server.static_export_options());
    BOOST_TEST(patient.end_after(longer.create_bundle("se_1"), 100s).message == "no response within 1 min 40 s");
}

BOOST_AUTO_TEST_SUITE_END()
