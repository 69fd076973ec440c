// How services and clients are made, and made anew with another limit.
#include "support/job_script.hpp"
#include "support/waits.hpp"

#include <cojob/mintlify/agent.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <type_traits>

namespace service_handle_tests {

using namespace std::chrono_literals;
using cojob::client;
using cojob::errc;
using cojob::mintlify::agent;
using cojob::mintlify::agent_v1;
using cojob::osapi::jobs;

cojob::mintlify::agent_options project()
{
    cojob::mintlify::agent_options o;
    o.project_id = "p";
    o.api_key = cojob::secret("key");
    return o;
}

cojob::osapi::jobs_options server()
{
    cojob::osapi::jobs_options o;
    o.base_url = "https://osapi.example.com";
    o.token = cojob::secret("key");
    return o;
}

} // namespace service_handle_tests

BOOST_AUTO_TEST_SUITE(a_service)

using namespace service_handle_tests;

BOOST_AUTO_TEST_CASE(is_made_on_an_execution_context_as_on_its_executor)
{
    boost::asio::io_context context;
    client on_context(context);
    const client with_options(context, cojob::client_options());
    const agent v2(context, project());
    const agent_v1 v1(context, project());
    const jobs osapi(context, server());
    BOOST_TEST(v2.scope() == agent(context.get_executor(), project()).scope());
    BOOST_TEST(v1.scope() == agent_v1(context.get_executor(), project()).scope());
    BOOST_TEST(osapi.scope() == jobs(context.get_executor(), server()).scope());
    BOOST_TEST((agent(on_context, project()).get_client() == on_context));

    const client copy(on_context); // an lvalue that is not const is no context
    BOOST_TEST((copy == on_context));
    boost::asio::thread_pool pool(1);
    const client on_pool(pool);
    static_assert(!std::is_constructible_v<client, int&> && !std::is_constructible_v<client, std::string&>);
    static_assert(!std::is_constructible_v<client, const boost::asio::io_context&>);
    static_assert(!std::is_convertible_v<boost::asio::io_context&, client>);
}

BOOST_AUTO_TEST_CASE(with_a_timeout_is_the_same_service_whose_calls_end_then)
{
    tests::job_bench b({{0, wait_tests::after(cojob::no_timeout, {200, ""})}});
    const auto& agent = b.host.agent;
    const auto limited = agent.with_timeout(10s);
    BOOST_TEST((limited.get_client() == agent.get_client()));
    BOOST_TEST(limited.scope() == agent.scope());
    const auto call = b.start(limited.get_job("job_1"));
    BOOST_TEST(b.host.until_done(call) == 10.0, boost::test_tools::tolerance(0.02));
    BOOST_TEST(call.code() == errc::deadline_exceeded);
    BOOST_CHECK_THROW((void)agent.with_timeout(0s), cojob::api_error);
}

BOOST_AUTO_TEST_CASE(tells_the_status_of_the_answer_in_its_error)
{
    tests::job_bench b({{0, tests::job_script::reply(404, "")}});
    const auto call = b.start(b.host.agent.get_job("job_1"));
    BOOST_TEST(cojob::api_error(call.error()).status() == 404);
    BOOST_TEST(cojob::api_error(errc::connect_failed).status() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
