#ifndef COJOB_TESTS_SUPPORT_RAW_CLIENT_HPP
#define COJOB_TESTS_SUPPORT_RAW_CLIENT_HPP

#include <cojob/testing/mock_server.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::tests {

/// A minimal blocking client with one connection. Shares no code with cojob and does not interpret responses.
class raw_client {
  public:
    using response_type = boost::beast::http::response<boost::beast::http::string_body>;

    /// How the connection ended, if it has.
    enum class end_kind { open, closed, cut_tls, reset };

    explicit raw_client(const testing::mock_server& server, const std::string& address = "127.0.0.1",
                        const std::string& name = "localhost")
        : context_(boost::asio::ssl::context::tls_client), socket_(io_)
    {
        socket_.connect({boost::asio::ip::make_address(address), server.port()});
        if (server.ca_pem().empty())
            return;
        context_.add_certificate_authority(boost::asio::buffer(server.ca_pem()));
        context_.set_verify_mode(boost::asio::ssl::verify_peer);
        context_.set_verify_callback(boost::asio::ssl::host_name_verification(name));
        tls_.emplace(socket_, context_);
    }

    /// For settings before the handshake.
    [[nodiscard]] boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>& tls() { return *tls_; }

    boost::system::error_code handshake()
    {
        boost::system::error_code ec;
        if (tls_ && !std::exchange(is_shaken_, true))
            tls_->handshake(boost::asio::ssl::stream_base::client, ec);
        return ec;
    }

    void write(std::string_view bytes)
    {
        if (const auto ec = handshake())
            throw boost::system::system_error(ec, "handshake");
        if (tls_)
            boost::asio::write(*tls_, boost::asio::buffer(bytes));
        else
            boost::asio::write(socket_, boost::asio::buffer(bytes));
    }

    void send(std::string_view method, std::string_view target, std::string_view body = {},
              std::string_view token = "mint_test_key", std::string_view more_headers = {})
    {
        auto text = std::string(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
        if (!token.empty())
            text.append("Authorization: Bearer ").append(token).append("\r\n");
        if (!body.empty())
            text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        write(text.append(more_headers).append("\r\n").append(body));
    }

    /// Reads the next complete response. \throws the errors of Beast's parser
    response_type receive()
    {
        boost::beast::http::response_parser<boost::beast::http::string_body> parser;
        parser.header_limit(64 * 1024);
        if (tls_)
            boost::beast::http::read(*tls_, buffer_, parser);
        else
            boost::beast::http::read(socket_, buffer_, parser);
        return parser.release();
    }

    template <class... Arguments>
    response_type call(Arguments... arguments)
    {
        send(arguments...);
        return receive();
    }

    /// Reads exactly this number of bytes.
    std::string read_bytes(std::size_t count)
    {
        std::string bytes(count, '\0');
        if (tls_)
            boost::asio::read(*tls_, boost::asio::buffer(bytes));
        else
            boost::asio::read(socket_, boost::asio::buffer(bytes));
        return bytes;
    }

    /// Reads up to and including the first `mark`.
    std::string read_through(std::string_view mark)
    {
        std::string bytes;
        while (!bytes.ends_with(mark))
            bytes += read_bytes(1);
        return bytes;
    }

    /// Reads until the connection ends.
    std::string read_to_end()
    {
        std::string bytes;
        std::array<char, 4096> some{};
        while (const auto size = read_some(boost::asio::buffer(some)))
            bytes.append(some.data(), size);
        return bytes;
    }

    /// How `read_to_end` ended.
    [[nodiscard]] end_kind end() const { return end_; }

    /// Whether there is nothing to read: neither bytes nor the end of the connection.
    [[nodiscard]] bool hears_nothing()
    {
        std::array<char, 1> byte{};
        boost::system::error_code ec;
        socket_.non_blocking(true);
        if (tls_ && is_shaken_)
            tls_->read_some(boost::asio::buffer(byte), ec);
        else
            socket_.read_some(boost::asio::buffer(byte), ec);
        socket_.non_blocking(false);
        return ec == boost::asio::error::would_block;
    }

    /// Closes the socket without close_notify.
    void drop() { socket_.close(); }

  private:
    std::size_t read_some(boost::asio::mutable_buffer into)
    {
        boost::system::error_code ec;
        const auto size = tls_ && is_shaken_ ? tls_->read_some(into, ec) : socket_.read_some(into, ec);
        if (ec == boost::asio::error::eof)
            end_ = end_kind::closed;
        else if (ec == boost::asio::ssl::error::stream_truncated)
            end_ = end_kind::cut_tls;
        else if (ec)
            end_ = end_kind::reset;
        return size;
    }

    boost::asio::io_context io_;
    boost::asio::ssl::context context_;
    boost::asio::ip::tcp::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    boost::beast::flat_buffer buffer_;
    bool is_shaken_ = false;
    end_kind end_ = end_kind::open;
};

} // namespace cojob::tests

#endif
