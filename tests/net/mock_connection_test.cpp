#include <cojob/testing/mock_server.hpp>

#include "support/raw_client.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <deque>
#include <string>

namespace mock_connection_tests {

namespace data = boost::unit_test::data;
using cojob::testing::fault;
using cojob::testing::mock_server;
using cojob::testing::mock_server_options;
using cojob::tests::raw_client;
using end_kind = raw_client::end_kind;

mock_server_options options(bool use_tls)
{
    mock_server_options wanted;
    wanted.use_tls = use_tls;
    return wanted;
}

} // namespace mock_connection_tests

BOOST_AUTO_TEST_SUITE(mock_connection_test)

using namespace mock_connection_tests;

BOOST_DATA_TEST_CASE(a_connection_fault_hits_the_next_connection, data::make({false, true}), use_tls)
{
    mock_server server(options(use_tls));
    server.inject(fault::close_at_accept);
    raw_client refused(server);
    BOOST_TEST(refused.read_to_end() == "");
    BOOST_CHECK(refused.end() == end_kind::closed);
    server.inject(fault::garbage_handshake);
    raw_client garbled(server);
    BOOST_TEST(garbled.read_to_end().starts_with("\x01\x02\x7f garbage"));
    server.inject(fault::stall_handshake);
    raw_client stalled(server);
    BOOST_TEST(server.wait_for_open_connections(1));
    BOOST_TEST(stalled.hears_nothing());
    BOOST_TEST(raw_client(server).call("GET", "/").result_int() == 404U);
    BOOST_TEST(server.connections() == 4U);
}

BOOST_AUTO_TEST_CASE(a_garbled_handshake_fails_as_one)
{
    mock_server server(options(true));
    server.inject(fault::garbage_handshake);
    BOOST_CHECK(raw_client(server).handshake().category() == boost::asio::error::get_ssl_category());
}

BOOST_DATA_TEST_CASE(idle_connections_are_closed_cleanly_and_busy_ones_left, data::make({false, true}), use_tls)
{
    mock_server server(options(use_tls));
    raw_client busy(server), idle(server), other(server);
    server.inject(fault::stall);
    busy.send("GET", "/");
    BOOST_TEST(server.wait_for_requests(1));
    idle.call("GET", "/");
    other.call("GET", "/");
    server.close_idle_connections();
    BOOST_TEST(server.open_connections() == 1U);
    BOOST_TEST(idle.read_to_end() == "");
    BOOST_CHECK(idle.end() == end_kind::closed);
    BOOST_TEST(busy.hears_nothing());
}

BOOST_DATA_TEST_CASE(a_server_stops_whatever_its_connections_do, data::make({false, true}), use_tls)
{
    std::deque<raw_client> clients;
    mock_server server(options(use_tls));
    server.inject(fault::stall_handshake);
    clients.emplace_back(server);
    BOOST_TEST(server.wait_for_open_connections(1));
    clients.emplace_back(server).handshake();
    for (const auto broken : {fault::stall, fault::stall_in_body, fault::slow_drip, fault::endless_chunks}) {
        server.inject(broken);
        clients.emplace_back(server).send("GET", "/");
        server.wait_for_requests(clients.size() - 2);
    }
    clients.emplace_back(server).write("GET / HT");
    clients.emplace_back(server);
    BOOST_TEST(server.wait_for_open_connections(clients.size()));
}

BOOST_AUTO_TEST_SUITE_END()
