#include "support/mock_agent.hpp"

#include <cojob/http/https_transport.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/impl/internal/client/client_state.hpp>
#include <cojob/job/wait.hpp>
#include <cojob/policy/quota.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#if defined(__unix__) || defined(__APPLE__)

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace fork_tests {

namespace asio = boost::asio;
using cojob::testing::fault;
using tests::mock_agent;

enum class asio_is { told, not_told };

/// Waits until the server's thread sleeps. AddressSanitizer's memory, unlike the system's, stays locked for ever in a
/// child if another thread allocates during the fork.
void let_other_threads_sleep()
{
    const std::filesystem::path threads = "/proc/self/task"; // Linux
    if (!exists(threads))
        return;
    const auto sleeps = [](const std::filesystem::directory_entry& thread) {
        std::ifstream stat(thread.path() / "stat");
        const std::string text(std::istreambuf_iterator<char>(stat), {});
        return text.substr(text.rfind(')') + 1, 2) == " S";
    };
    const auto are_awake = [&] {
        const std::filesystem::directory_iterator all(threads);
        return std::count_if(begin(all), end(all), std::not_fn(sleeps));
    };
    while (are_awake() > 1) // this one is
        std::this_thread::yield();
}

/// Forks, and runs a function in the child. Whether it said yes.
bool in_child(mock_agent& mock, asio_is told, const std::function<bool()>& does)
{
    let_other_threads_sleep();
    if (told == asio_is::told)
        mock.context.notify_fork(asio::execution_context::fork_prepare);
    const auto pid = ::fork();
    if (told == asio_is::told)
        mock.context.notify_fork(pid == 0 ? asio::execution_context::fork_child : asio::execution_context::fork_parent);
    if (pid == 0) {
        ::alarm(30);
        bool is_fine = false;
        try {
            is_fine = does();
        } catch (const std::exception&) { // tells by its exit code
        }
        ::_exit(is_fine ? 0 : 1);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <class T>
bool was_aborted(mock_agent& mock, const tests::started<T>& s)
{
    return mock.finish(s) && s.code() == asio::error::operation_aborted;
}

bool gets(mock_agent& mock, const std::string& id)
{
    const auto s = mock.run(mock.agent.get_job(id));
    return s.get() && s.get()->id == id;
}

/// Sockets of this process that are connected to a port of this machine.
int connections_to(unsigned port)
{
    constexpr int most_descriptors = 1024;
    int count = 0;
    for (int descriptor = 0; descriptor < most_descriptors; ++descriptor) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET)
            count += ntohs(peer.sin_port) == port ? 1 : 0;
    }
    return count;
}

const auto each_way = {asio_is::told, asio_is::not_told};

/// The head of a response whose body never comes.
asio::awaitable<asio::ip::tcp::socket> begin_a_stream(asio::ip::tcp::acceptor& acceptor)
{
    auto socket = co_await acceptor.async_accept(asio::deferred);
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(head), asio::deferred);
    co_return socket;
}

/// The error of the first read of its body.
asio::awaitable<cojob::error_code> read_a_stream(std::shared_ptr<cojob::http::transport> transport,
                                                 std::shared_ptr<cojob::operation> op, std::uint16_t port)
{
    cojob::http::request request;
    request.origin = cojob::http::origin("127.0.0.1", port, false);
    request.method = "GET";
    request.target = "/";
    cojob::http::exchange x(*op, true);
    x.streams_body = true;
    const auto result = co_await transport->send(request, x);
    const auto part = co_await result.rest->read(*op);
    co_return part.error;
}

/// Says when it has begun: the wait is posted to the client then, and nothing more.
asio::awaitable<cojob::mintlify::agent_job> wait_that_says(bool& has_begun, cojob::mintlify::agent agent,
                                                           std::string id)
{
    has_begun = true;
    co_return co_await cojob::wait_for_job(agent, id);
}

} // namespace fork_tests

BOOST_AUTO_TEST_SUITE(a_forked_process)

using namespace fork_tests;

BOOST_AUTO_TEST_CASE(opens_connections_of_its_own_and_leaves_its_parents_alone)
{
    for (const auto use_tls : {false, true})
        for (const auto told : each_way) {
            cojob::testing::mock_server_options options;
            options.use_tls = use_tls;
            mock_agent mock(options);
            const auto first = mock.server.add_job({{"active"}}), second = mock.server.add_job({{"active"}});
            BOOST_TEST(gets(mock, first));
            BOOST_TEST(in_child(mock, told, [&] { return gets(mock, second) && gets(mock, second); }));
            BOOST_TEST(gets(mock, first));
            BOOST_TEST(mock.connections_used() == (std::vector<std::size_t>{0, 1, 1, 0}),
                       boost::test_tools::per_element());
        }
}

BOOST_AUTO_TEST_CASE(resumes_no_tls_session_of_its_parent)
{
    for (const auto version : {cojob::testing::tls_versions::modern, cojob::testing::tls_versions::only_1_2})
        for (const auto told : each_way) {
            cojob::testing::mock_server_options options;
            options.versions = version;
            mock_agent mock(options);
            const auto id = mock.server.add_job({{"active"}});
            const auto gets_anew = [&] {
                mock.server.inject(fault::close_after_answer);
                return gets(mock, id);
            };
            BOOST_TEST((gets_anew() && gets_anew()));
            BOOST_TEST(mock.client().stats().connections_resumed == 1U);
            mock.server.inject(fault::close_after_answer, 2);
            BOOST_TEST(in_child(mock, told, [&] {
                const auto is_full = gets(mock, id) && mock.client().stats().connections_resumed == 1U;
                return is_full && gets(mock, id) && mock.client().stats().connections_resumed == 2U; // of its own
            }));
            BOOST_TEST((gets_anew() && mock.client().stats().connections_resumed == 2U));
        }
}

BOOST_AUTO_TEST_CASE(closes_the_descriptors_of_its_parents_connections)
{
    mock_agent mock(tests::plain_http());
    BOOST_TEST(gets(mock, mock.server.add_job({{"active"}})));
    const auto port = mock.server.port();
    BOOST_TEST(connections_to(port) == 1);
    BOOST_TEST(in_child(mock, asio_is::told, [&] { return connections_to(port) == 0; }));
    BOOST_TEST(connections_to(port) == 1);
}

BOOST_AUTO_TEST_CASE(ends_what_its_parent_had_under_way_and_the_parent_goes_on_with_it)
{
    for (const auto told : each_way) {
        mock_agent mock(tests::plain_http());
        const auto id = mock.server.add_job({{"active"}});
        BOOST_TEST(gets(mock, id));
        mock.server.inject(fault::slow_drip, 2);
        auto get = mock.start(mock.agent.get_job(id));
        auto create = mock.start(mock.agent.create_job("x"));
        auto wait = mock.start(cojob::wait_for_job(mock.agent, id));
        BOOST_TEST(mock.until_requests(4));
        BOOST_TEST(in_child(mock, told, [&] {
            // Where Asio was not told, the first operation of the child tells it.
            const auto is_told = told == asio_is::told || gets(mock, id);
            return is_told && was_aborted(mock, get) && was_aborted(mock, create) && was_aborted(mock, wait);
        }));
        BOOST_TEST(mock.finish(get));
        BOOST_TEST(mock.finish(create));
        BOOST_TEST(get.get().has_value());
        BOOST_TEST(create.get().has_value());
        BOOST_TEST(!wait.is_done());
    }
}

BOOST_AUTO_TEST_CASE(ends_a_wait_of_its_parent_that_had_not_reached_the_client)
{
    mock_agent mock(tests::plain_http());
    const auto id = mock.server.add_job({{"active"}});
    BOOST_TEST(gets(mock, id));
    bool has_begun = false;
    auto wait = tests::start(mock.context, wait_that_says(has_begun, mock.agent, id));
    mock.context.restart();
    while (!has_begun)
        mock.context.run_one();
    BOOST_TEST(in_child(mock, asio_is::told, [&] { return was_aborted(mock, wait); }));
    BOOST_TEST(mock.until_requests(2));
    BOOST_TEST(!wait.is_done());
}

/// What a child does with a stream of its parent, in this process: a read is pending when the connections are dropped.
BOOST_AUTO_TEST_CASE(ends_a_stream_that_its_parent_reads)
{
    asio::io_context context;
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    cojob::http::https_options options;
    options.proxy.from_environment = false;
    const auto transport = cojob::http::make_https_transport(options);
    const auto op = std::make_shared<cojob::operation>(cojob::machine_clock(), context.get_executor());
    auto serving = tests::start(context, begin_a_stream(acceptor));
    auto reading = tests::start(context, read_a_stream(transport, op, acceptor.local_endpoint().port()));
    while (!serving.is_done())
        context.run_one();
    context.run_for(std::chrono::milliseconds(50)); // the read is pending
    BOOST_REQUIRE(!reading.is_done());
    transport->forked();
    op->stop(cojob::stop_reason::forked);
    op->stop(cojob::stop_reason::closed);
    while (!reading.is_done())
        context.run_one();
    BOOST_TEST(reading.get().value() == asio::error::operation_aborted);
    transport->shutdown();
}

BOOST_AUTO_TEST_CASE(uses_no_slot_of_a_quota_that_its_parent_may_use)
{
    mock_agent mock(tests::plain_http());
    cojob::quota_options options;
    options.limit = 3;
    options.window = std::chrono::hours(1);
    const cojob::quota quota(options, mock.clock);
    BOOST_TEST(quota.remaining() == 3U);
    BOOST_TEST(in_child(mock, asio_is::told, [&] {
        if (quota.remaining() != 0)
            return false;
        mock.clock->jump(std::chrono::hours(1) + std::chrono::seconds(1));
        return quota.remaining() == 3;
    }));
    BOOST_TEST(quota.remaining() == 3U);
}

BOOST_AUTO_TEST_CASE(draws_other_random_numbers_than_its_parent)
{
    mock_agent mock(tests::plain_http());
    const auto state = cojob::detail::client_state::of(mock.client());
    BOOST_TEST(in_child(mock, asio_is::told, [&] {
        std::mt19937_64 of_the_parent(1);
        return state->random() != std::uniform_real_distribution<double>(0, 1)(of_the_parent);
    }));
    std::mt19937_64 same(1);
    BOOST_TEST(state->random() == std::uniform_real_distribution<double>(0, 1)(same));
}

BOOST_AUTO_TEST_SUITE_END()

#endif
