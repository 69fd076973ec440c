// What a mock server tells its own services.
#include "support/run.hpp"

#include <cojob/job/wait.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/osapi/jobs.hpp>
#include <cojob/testing/manual_clock.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

BOOST_AUTO_TEST_SUITE(the_options_of_a_mock_server)

using namespace std::chrono_literals;
using cojob::client;

BOOST_AUTO_TEST_CASE(make_services_that_it_serves)
{
    cojob::testing::mock_server_options given;
    given.project_id = "docs";
    given.token = "mint_other_key";
    given.osapi_path = "/job";
    for (const bool has_tls : {true, false}) {
        given.use_tls = has_tls;
        cojob::testing::mock_server server(given);
        boost::asio::io_context context;
        const client shared(context, server.client_options());
        const cojob::mintlify::agent agent(shared, server.agent_options());
        const cojob::mintlify::agent_v1 v1(shared, server.agent_options());
        const cojob::osapi::jobs jobs(shared, server.jobs_options());
        BOOST_TEST(tests::run(context, agent.create_job("Document it")).get().has_value());
        BOOST_TEST(tests::run(context, v1.list_jobs()).get().has_value());
        BOOST_TEST(tests::run(context, jobs.list_jobs()).get().has_value());
    }
}

BOOST_AUTO_TEST_CASE(carry_the_clock_and_the_rate_limit_that_it_enforces)
{
    boost::asio::io_context context;
    const auto clock = std::make_shared<cojob::testing::manual_clock>(context);
    cojob::testing::mock_server_options given;
    given.rate_limit = 3;
    given.rate_window = 20s;
    const cojob::testing::mock_server server(given);
    BOOST_CHECK(server.client_options(clock).clock == clock);
    BOOST_CHECK(!server.client_options().clock);
    BOOST_TEST(server.agent_options().quota.limit == 3U);
    BOOST_CHECK(server.agent_options().quota.window == 20s);
    const cojob::testing::mock_server without;
    BOOST_TEST(without.agent_options().quota.limit == 0U); // none
}

BOOST_AUTO_TEST_SUITE_END()
