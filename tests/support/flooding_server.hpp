#ifndef COJOB_TESTS_SUPPORT_FLOODING_SERVER_HPP
#define COJOB_TESTS_SUPPORT_FLOODING_SERVER_HPP

#include "support/tls_peer.hpp"

#include <cojob/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <thread>

namespace tests {

/// A server that responds to a request with TLS messages as fast as it can, until the client disconnects.
class flooding_server {
  public:
    explicit flooding_server(tls_message m)
        : message_(m), tls_(tls_server_context(identity_, version_of(m))), thread_([this] { serve(); })
    {
    }
    flooding_server(const flooding_server&) = delete;
    flooding_server& operator=(const flooding_server&) = delete;
    ~flooding_server() { thread_.join(); }

    [[nodiscard]] const std::string& ca_pem() const { return identity_.ca_pem; }
    [[nodiscard]] std::string url() const
    {
        return "https://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }

  private:
    void serve()
    {
        asio::ip::tcp::socket socket(context_);
        cojob::error_code ec;
        acceptor_.accept(socket, ec);
        tls_peer peer(tls_.native_handle());
        std::string bytes(16384, '\0'), heard;
        while (!ec && heard.empty()) {
            const auto n = socket.read_some(asio::buffer(bytes), ec);
            heard = peer.take(std::string_view(bytes).substr(0, n));
            asio::write(socket, asio::buffer(peer.output()), ec);
        }
        std::size_t sent = 0;
        constexpr std::size_t enough = 200'000'000; // so that a failing test ends
        while (!ec && sent < enough) {
            for (int i = 0; i < 1000; ++i)
                peer.send(message_);
            sent += asio::write(socket, asio::buffer(peer.output()), ec);
        }
    }

    tls_message message_;
    cojob::testing::detail::server_identity identity_ = cojob::testing::detail::make_identity({});
    asio::io_context context_;
    asio::ssl::context tls_;
    asio::ip::tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

} // namespace tests

#endif
