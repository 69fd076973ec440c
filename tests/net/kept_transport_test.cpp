#include "support/mock_agent.hpp"

#include <cojob/http/https_transport.hpp>
#include <cojob/impl/internal/http/render.hpp>
#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
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

#ifndef _LIBCPP_VERSION // there AddressSanitizer guards what is beyond a string's end
BOOST_AUTO_TEST_CASE(keeps_a_requests_memory_for_the_next_but_not_its_key)
{
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    asio::ip::tcp::socket socket(context);
    socket.connect(acceptor.local_endpoint());
    const auto peer = acceptor.accept();
    cojob::detail::stream connection(std::move(socket));
    cojob::http::request request;
    request.method = "POST";
    request.target = "/jobs";
    request.origin = cojob::http::origin("api.example", 443, true);
    request.authorization = cojob::secret("Bearer some_key");
    request.has_body = true;
    for (const auto size : {1U, 2'000U, 1U, 5'000U, 10U}) {
        request.body.assign(size, 'x');
        {
            cojob::detail::outgoing text(request, connection);
            BOOST_TEST(!text.go(connection));
        }
        auto spare = connection.take_spare_text();
        BOOST_TEST(spare.empty());
        BOOST_TEST((spare.capacity() > 15) == (size < 4'000U)); // 15: without any memory of its own
        const std::string_view memory(spare.data(), spare.capacity());
        BOOST_TEST(memory.find("some_key") == memory.npos);
        connection.keep_spare_text(std::move(spare));
    }
}
#endif

BOOST_AUTO_TEST_SUITE_END()
