#ifndef EXAMPLES_SERVICE_HTTP_SERVER_HPP
#define EXAMPLES_SERVICE_HTTP_SERVER_HPP

#include "event_hub.hpp"
#include "metrics.hpp"
#include "routes.hpp"
#include "settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <string>
#include <unordered_set>

namespace service {

/// Listens, reads requests within bounds, and writes what the routes answer, or the events.
class http_server {
  public:
    using tcp = boost::asio::ip::tcp;

    http_server(boost::asio::io_context&, tcp::acceptor, routes&, event_hub&, const guard&, counters&, const bounds&);

    /// Accepts connections until `close`.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Accepts no more. Connections go on.
    void stop_listening();
    /// Closes all connections.
    void close();

  private:
    boost::asio::awaitable<void> serve(tcp::socket);
    boost::asio::awaitable<void> talk(boost::beast::tcp_stream&);
    boost::asio::awaitable<bool> talk_once(boost::beast::tcp_stream&, boost::beast::flat_buffer&);
    boost::asio::awaitable<void> send_events(boost::beast::tcp_stream&, const request&);
    boost::asio::awaitable<void> send_missing(boost::beast::tcp_stream&, event_hub::place);
    boost::asio::awaitable<bool> send(boost::beast::tcp_stream&, const std::vector<event_hub::text_ptr>&);
    boost::asio::awaitable<bool> send(boost::beast::tcp_stream&, response);

    boost::asio::io_context& context_;
    tcp::acceptor acceptor_;
    routes& routes_;
    event_hub& hub_;
    const guard& guard_;
    counters& count_;
    bounds most_;
    std::unordered_set<boost::beast::tcp_stream*> open_;
};

} // namespace service

#endif
