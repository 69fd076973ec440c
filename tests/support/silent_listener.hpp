#ifndef TESTS_SUPPORT_SILENT_LISTENER_HPP
#define TESTS_SUPPORT_SILENT_LISTENER_HPP

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>

namespace tests {

/// A loopback port that neither accepts nor refuses a connection: its queue is full, so Linux drops the SYN.
class silent_listener {
  public:
    silent_listener()
        : acceptor_(context_, tcp::v4()), fillers_{tcp::socket(context_), tcp::socket(context_), tcp::socket(context_)}
    {
        acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
        acceptor_.listen(0);
        for (auto& filler : fillers_)
            filler.async_connect(acceptor_.local_endpoint(), [](const boost::system::error_code&) {});
    }

    [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Whether it works on this system.
    [[nodiscard]] bool is_silent() const
    {
        boost::system::error_code ec;
        fillers_.back().remote_endpoint(ec);
        return ec == boost::asio::error::not_connected;
    }

  private:
    using tcp = boost::asio::ip::tcp;

    boost::asio::io_context context_;
    tcp::acceptor acceptor_;
    std::array<tcp::socket, 3> fillers_;
};

/// A loopback port that is bound but does not listen: connections are refused, and no other process gets the port.
class refusing_port {
  public:
    refusing_port() : acceptor_(context_, boost::asio::ip::tcp::v4())
    {
        acceptor_.bind({boost::asio::ip::address_v4::loopback(), 0});
    }

    [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  private:
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
};

} // namespace tests

#endif
