#include <cojob/client.hpp>
#include <cojob/mintlify/agent.hpp>
#include <cojob/testing/mock_server.hpp>

#include "support/mock_agent.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace name_lookup_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::error_code;
using addresses = std::vector<asio::ip::address>;

const error_code success;
const addresses here{asio::ip::make_address("127.0.0.1")};

/// An agent of a host that only the test's own function knows.
struct bench {
    explicit bench(cojob::name_lookup answer, const std::string& host = "jobs.example", bool use_tls = false)
        : mock(server_options(use_tls), options(std::move(answer)), (use_tls ? "https://" : "http://") + host + ":PORT")
    {
    }

    static cojob::testing::mock_server_options server_options(bool use_tls)
    {
        auto o = tests::plain_http();
        o.use_tls = use_tls;
        o.certificate.names = {"jobs.example"};
        return o;
    }

    cojob::client_options options(cojob::name_lookup answer)
    {
        auto o = tests::one_attempt();
        o.name_lookup = [this, answer = std::move(answer)](std::string host) {
            asked.push_back(host);
            return answer(host);
        };
        return o;
    }

    tests::started<cojob::mintlify::agent_job> start() { return mock.start(mock.agent.get_job(id)); }
    cojob::error_info failure() { return mock.run(mock.agent.get_job(id)).error(); }
    error_code call() { return failure().code(); }

    std::vector<std::string> asked;
    tests::mock_agent mock;
    const std::string id = mock.server.add_job({{"active"}});
};

asio::awaitable<addresses> found(addresses all)
{
    co_return all;
}

asio::awaitable<addresses> thrown(std::function<void()> throws)
{
    throws();
    co_return here;
}

/// A registry of services, as a company has it.
struct service_registry {
    asio::awaitable<addresses> addresses_of(std::string host) const { co_return host == name ? here : addresses(); }

    std::string name = "jobs.example";
};

/// An answer that does not come.
asio::awaitable<addresses> silence(error_code& ended)
{
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    std::tie(ended) = co_await never.async_wait(asio::as_tuple(asio::deferred));
    co_return here;
}

/// Neither does this one, until the timer is cancelled: it does not listen to cancellations.
asio::awaitable<addresses> stubborn(std::shared_ptr<asio::steady_timer> timer)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await timer->async_wait(asio::as_tuple(asio::deferred));
    co_return here;
}

} // namespace name_lookup_tests

BOOST_AUTO_TEST_SUITE(a_name_lookup_of_the_users_own, *boost::unit_test::label("threads"))

using namespace name_lookup_tests;

BOOST_AUTO_TEST_CASE(is_asked_for_each_connection_and_no_request)
{
    for (const bool use_tls : {false, true}) {
        bench b([](const std::string&) { return found(here); }, "jobs.example", use_tls);
        for (int i = 0; i < 3; ++i)
            BOOST_TEST(b.call() == success);
        BOOST_TEST(b.asked == std::vector<std::string>{"jobs.example"}, boost::test_tools::per_element());
        b.mock.server.close_idle_connections();
        BOOST_TEST(b.call() == success);
        BOOST_TEST(b.asked.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(takes_three_lines)
{
    service_registry registry;
    cojob::client_options options;
    options.name_lookup = [&registry](std::string host) -> asio::awaitable<std::vector<asio::ip::address>> {
        co_return co_await registry.addresses_of(std::move(host));
    };
    bench b(options.name_lookup);
    BOOST_TEST(b.call() == success);
}

BOOST_AUTO_TEST_CASE(is_not_asked_for_addresses_and_localhost)
{
    for (const auto* host : {"127.0.0.1", "localhost"}) {
        bench b([](const std::string&) { return found({}); }, host);
        BOOST_TEST(b.call() == success);
        BOOST_TEST(b.asked.empty());
    }
}

BOOST_AUTO_TEST_CASE(that_fails_is_a_failure_to_connect_with_its_words)
{
    const std::pair<std::function<void()>, const char*> ways[] = {
        {[] { throw std::runtime_error("the registry is down"); }, "the registry is down"},
        {[] { throw boost::system::system_error(asio::error::host_unreachable); }, "No route to host"},
        {[] { throw 1; }, "the function threw no std::exception"},
    };
    for (const auto& [way, words] : ways) {
        bench b([thrower = way](const std::string&) { return thrown(thrower); });
        const auto failure = b.failure();
        BOOST_TEST(failure.code() == errc::connect_failed);
        BOOST_TEST_REQUIRE(failure.attempts.size() == 1U);
        BOOST_TEST(failure.attempts[0].why == std::string("name lookup of jobs.example: ") + words);
        BOOST_CHECK(failure.attempts[0].reached == cojob::phase::resolving);
    }
    bench b([](const std::string&) -> asio::awaitable<addresses> { throw std::runtime_error("at once"); });
    BOOST_TEST(b.failure().attempts.at(0).why == "name lookup of jobs.example: at once");
}

BOOST_AUTO_TEST_CASE(that_finds_nothing_is_a_failure_to_connect)
{
    bench b([](const std::string&) { return found({}); });
    const auto failure = b.failure();
    BOOST_TEST(failure.code() == errc::connect_failed);
    BOOST_TEST(failure.attempts.at(0).why == "name lookup of jobs.example: no address");
}

BOOST_AUTO_TEST_CASE(is_cancelled_with_its_call_and_by_its_limit)
{
    for (const bool by_limit : {false, true}) {
        error_code ended;
        bench b([&](const std::string&) { return silence(ended); });
        auto call = b.start();
        BOOST_TEST(b.asked.size() == 1U);
        if (by_limit)
            b.mock.clock->jump(10s);
        else
            call.cancel();
        b.mock.finish(call);
        BOOST_TEST(call.code() == (by_limit ? make_error_code(errc::connect_timeout)
                                            : make_error_code(asio::error::operation_aborted)));
        BOOST_TEST(b.mock.until([&] { return ended == asio::error::operation_aborted; }));
    }
}

BOOST_AUTO_TEST_CASE(that_ignores_its_cancellation_does_not_hold_up_the_call)
{
    for (const bool closes : {false, true}) {
        std::shared_ptr<asio::steady_timer> timer;
        bench b([&](const std::string&) { return stubborn(timer); });
        timer = std::make_shared<asio::steady_timer>(b.mock.context, asio::steady_timer::time_point::max());
        auto call = b.start();
        if (closes)
            b.mock.client().close();
        else
            b.mock.clock->jump(10s);
        BOOST_TEST(b.mock.finish(call));
        BOOST_TEST(call.code() ==
                   (closes ? make_error_code(asio::error::operation_aborted) : make_error_code(errc::connect_timeout)));
        timer->cancel();
        b.mock.context.poll();
        BOOST_TEST(b.mock.server.connections() == 0U); // nobody wants the answer any more
        timer.reset();                                 // before its context
    }
}

BOOST_AUTO_TEST_CASE(may_be_left_unanswered_when_the_context_goes)
{
    error_code ended;
    bench b([&](const std::string&) { return silence(ended); });
    const auto call = b.start();
    BOOST_TEST(!call.is_done()); // AddressSanitizer sees what leaks
}

BOOST_AUTO_TEST_CASE(may_give_several_addresses_the_first_of_which_fails)
{
    bench b([](const std::string&) { return found({asio::ip::make_address("127.0.0.77"), here[0], here[0]}); });
    BOOST_TEST(b.call() == success); // nobody listens at the first
    b.mock.server.close_idle_connections();
    BOOST_TEST(b.call() == success);
}

BOOST_AUTO_TEST_CASE(that_fails_for_a_post_leaves_the_connections_of_other_calls_alone)
{
    bool is_down = false;
    bench b([&](const std::string&) -> asio::awaitable<addresses> {
        if (is_down)
            throw std::runtime_error("the registry is down");
        co_return here;
    });
    BOOST_TEST(b.failure().code() == success);
    is_down = true;
    BOOST_TEST(b.mock.run(b.mock.agent.create_job("Document it")).code() == errc::connect_failed);
    BOOST_TEST(b.failure().code() == success);
    BOOST_TEST(b.mock.server.connections() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
