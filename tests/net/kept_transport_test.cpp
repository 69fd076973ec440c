#include "support/mock_agent.hpp"

#include <cojob/http/https_transport.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <utility>

namespace kept_transport_tests {

namespace asio = boost::asio;

/// Reads a stream to its end, and keeps the client until the context goes.
asio::awaitable<void> read_and_stay(cojob::mintlify::agent_v1 service, int& events, bool& is_over)
{
    const cojob::mintlify::create_session_request request("Document it");
    {
        const auto stream = co_await service.create_job(request);
        while (co_await stream.next())
            ++events;
    }
    is_over = true;
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

} // namespace kept_transport_tests

BOOST_AUTO_TEST_SUITE(a_kept_transport)

using namespace kept_transport_tests;

/// AddressSanitizer sees what is used after it is gone.
BOOST_AUTO_TEST_CASE(may_go_after_the_context_that_took_the_client_along)
{
    auto plain = tests::plain_http();
    plain.session_lifecycle = {{"completed"}};
    cojob::testing::mock_server server(plain);
    auto transport = cojob::http::make_https_transport({});
    const std::weak_ptr<cojob::http::transport> kept = transport;
    int events = 0;
    bool is_over = false;
    {
        asio::io_context context;
        cojob::mintlify::agent_v1 service(cojob::client(context.get_executor(), {}, transport), server.agent_options());
        asio::co_spawn(context, read_and_stay(std::move(service), events, is_over), asio::detached);
        while (!is_over)
            context.run_one();
        context.poll();
    }
    BOOST_TEST(events > 0);
    transport.reset();
    BOOST_TEST(kept.expired());
}

BOOST_AUTO_TEST_SUITE_END()
