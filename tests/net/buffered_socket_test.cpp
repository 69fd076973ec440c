#include <cojob/impl/internal/http/buffered_socket.hpp>

#include "support/tls_line.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>

namespace buffered_socket_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using cojob::error_code;
using cojob::detail::would_block;
const error_code success;

/// A buffered socket and its peer, in one thread.
struct pair_of_sockets {
    pair_of_sockets() : peer(context), socket(connected()) {}

    tcp::socket connected()
    {
        tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
        tcp::socket ours(context);
        ours.connect(acceptor.local_endpoint());
        acceptor.accept(peer);
        return ours;
    }

    void say(std::size_t bytes) { peer.write_some(asio::buffer(std::string(bytes, 'x'))); }

    /// Closes the peer's end with a reset instead of an orderly end.
    void reset()
    {
        peer.set_option(asio::socket_base::linger(true, 0));
        peer.close();
    }

    /// Waits as a connection does. Returns whether the receive has completed.
    bool receive()
    {
        bool is_done = false;
        socket.receive([&](const error_code& error, std::size_t bytes) {
            socket.received(error, bytes);
            is_done = true;
        });
        context.restart();
        context.poll();
        return is_done;
    }

    /// Reads until there is nothing left or the connection has ended. Returns the number of bytes.
    std::size_t read_all(error_code& end)
    {
        std::string room(100, '\0');
        std::size_t all = 0;
        for (end = {}; !end;) {
            const auto got = socket.read_some(asio::buffer(room));
            all += got.bytes;
            end = got.error;
        }
        return all;
    }

    asio::io_context context;
    tcp::socket peer;
    cojob::detail::buffered_socket socket;
};

} // namespace buffered_socket_tests

BOOST_AUTO_TEST_SUITE(a_buffered_socket)

using namespace buffered_socket_tests;

BOOST_AUTO_TEST_CASE(reads_what_was_received_and_then_what_the_system_still_has)
{
    for (const std::size_t size : {1U, 4095U, 4096U, 4097U, 20000U}) {
        pair_of_sockets p;
        error_code end;
        p.say(size);
        BOOST_TEST(p.receive());
        BOOST_TEST(!p.socket.was_drained()); // the bytes are still here
        BOOST_TEST(p.read_all(end) == size);
        BOOST_TEST(would_block(end));
        BOOST_TEST(p.socket.was_drained());
        BOOST_TEST(!p.socket.was_drained()); // once
    }
}

BOOST_AUTO_TEST_CASE(receives_nothing_over_bytes_that_are_left)
{
    pair_of_sockets p;
    error_code end;
    p.say(10);
    BOOST_TEST(p.receive());
    p.say(10);
    BOOST_TEST(p.receive());
    BOOST_TEST(p.socket.peek() == success);
    BOOST_TEST(p.read_all(end) == 20U);
}

BOOST_AUTO_TEST_CASE(reports_a_reset_that_a_receive_or_a_look_has_found)
{
    for (const bool looks : {false, true}) {
        pair_of_sockets p;
        error_code end;
        p.reset();
        if (looks)
            BOOST_TEST(p.socket.peek() == asio::error::connection_reset);
        else
            BOOST_TEST(p.receive());
        BOOST_TEST(p.read_all(end) == 0U); // the system itself would report an orderly end now
        BOOST_TEST(end == asio::error::connection_reset);
        BOOST_TEST(p.socket.peek() == asio::error::connection_reset);
    }
}

BOOST_AUTO_TEST_CASE(that_looks_finds_bytes_and_ends_without_losing_them)
{
    pair_of_sockets p;
    error_code end;
    BOOST_TEST(would_block(p.socket.peek()));
    p.say(3);
    BOOST_TEST(p.socket.peek() == success);
    BOOST_TEST(p.socket.peek() == success);
    p.peer.close();
    BOOST_TEST(p.read_all(end) == 3U);
    BOOST_TEST(end == asio::error::eof);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_kept_tls_connection)

using namespace buffered_socket_tests;

/// OpenSSL's buffer, ours and the system's may each have a part of what arrived.
BOOST_AUTO_TEST_CASE(is_not_reused_when_an_end_or_data_follows_a_ticket)
{
    for (const bool ends : {true, false}) {
        tests::tls_line l(TLS1_3_VERSION);
        l.handshake();
        BOOST_TEST(l.client().is_reusable());
        l.peer().send(tests::tls_message::ticket);
        l.exchange();
        BOOST_TEST(l.client().is_reusable());
        l.peer().send(tests::tls_message::ticket);
        if (!ends)
            l.peer().say("HTTP/1.1 408 Request Timeout\r\n\r\n");
        l.exchange();
        if (ends)
            l.hang_up();
        BOOST_TEST(!l.client().is_reusable());
    }
}

BOOST_AUTO_TEST_SUITE_END()
