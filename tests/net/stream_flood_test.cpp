#include <cojob/mintlify/agent_v1.hpp>

#include "support/run.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace stream_flood_tests {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Answers a creation with comments of an event stream, as fast as it can, until the client goes.
class flood {
  public:
    flood() : thread_([this] { serve(); }) {}
    flood(const flood&) = delete;
    flood& operator=(const flood&) = delete;
    ~flood() { thread_.join(); }

    [[nodiscard]] std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

  private:
    void serve()
    {
        asio::ip::tcp::socket socket(context_);
        cojob::error_code ec;
        acceptor_.accept(socket, ec);
        std::string request;
        asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", ec);
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Session-Id: s1\r\n\r\n";
        asio::write(socket, asio::buffer(head), ec);
        std::string comments;
        while (comments.size() < 100'000)
            comments += ": still here\n";
        while (!ec)
            asio::write(socket, asio::buffer(comments), ec);
    }

    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

asio::awaitable<void> read_events(cojob::mintlify::agent_v1 agent)
{
    cojob::mintlify::create_session_request session("x");
    auto stream = co_await agent.create_job(std::move(session));
    while (co_await stream.next()) {
    }
}

BOOST_AUTO_TEST_SUITE(a_flood_of_comments)

BOOST_AUTO_TEST_CASE(leaves_turns_to_others_who_can_close_the_client)
{
    const flood server;
    asio::io_context context;
    cojob::mintlify::agent_options options;
    options.base_url = server.url();
    options.project_id = "p";
    options.api_key = cojob::secret("mint_test_key");
    const cojob::mintlify::agent_v1 agent(context.get_executor(), options);
    auto reading = tests::start(context, read_events(agent));
    asio::steady_timer timer(context, 200ms);
    timer.async_wait([&](const cojob::error_code&) { agent.get_client().close(); });
    context.run_for(30s);
    BOOST_TEST(reading.is_done());
    BOOST_TEST(reading.code() == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace stream_flood_tests
