#ifndef COJOB_TESTS_SUPPORT_TLS_LINE_HPP
#define COJOB_TESTS_SUPPORT_TLS_LINE_HPP

#include <cojob/impl/internal/http/stream.hpp>
#include <cojob/impl/internal/http/tls.hpp>

#include "support/tls_peer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace tests {

/// Counts OpenSSL's reads from a socket, independently of the session's own count.
class read_counter {
  public:
    explicit read_counter(SSL* ssl)
    {
        BIO_set_callback_arg(SSL_get_rbio(ssl), reinterpret_cast<char*>(this));
        BIO_set_callback_ex(SSL_get_rbio(ssl), &seen);
    }
    read_counter(const read_counter&) = delete;
    read_counter& operator=(const read_counter&) = delete;
    ~read_counter() = default;

    /// The number of reads with data since the last call.
    int take() { return std::exchange(count_, 0); }

  private:
    static long seen(BIO* bio, int what, const char*, std::size_t, int, long, int result, std::size_t*)
    {
        if (what == (BIO_CB_READ | BIO_CB_RETURN) && result > 0)
            ++reinterpret_cast<read_counter*>(BIO_get_callback_arg(bio))->count_;
        return result;
    }

    int count_ = 0;
};

/// A client's connection and the server's end of it, in one thread.
class tls_line {
  public:
    explicit tls_line(int version)
        : server_tls_(tls_server_context(cojob::testing::detail::make_identity({}), version)), server_(context_)
    {
        asio::ip::tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
        asio::ip::tcp::socket socket(context_);
        socket.connect(acceptor.local_endpoint());
        acceptor.accept(server_);
        server_.non_blocking(true);
        server_.set_option(asio::ip::tcp::no_delay(true));
        client_ = std::make_unique<cojob::detail::stream>(std::move(socket));
        peer_ = std::make_unique<tls_peer>(server_tls_.native_handle());
        cojob::tls_options options;
        options.insecure_skip_verify = true;
        client_tls_ = std::make_unique<asio::ssl::context>(cojob::detail::make_tls_context(options));
        tls = &client_->start_tls(client_tls_->native_handle());
        reads = std::make_unique<read_counter>(tls->native_handle());
    }

    [[nodiscard]] cojob::detail::stream& client() { return *client_; }
    [[nodiscard]] tls_peer& peer() { return *peer_; }

    void handshake()
    {
        auto ec = tls->handshake().error;
        for (; cojob::detail::stream::would_block(ec); ec = tls->handshake().error)
            exchange();
        BOOST_TEST_REQUIRE(!ec);
        exchange(); // the client's last message
    }

    /// Lets the server read and write what it can now.
    void exchange()
    {
        std::string bytes(16384, '\0');
        cojob::error_code ec;
        bytes.resize(server_.read_some(asio::buffer(bytes), ec));
        heard += peer_->take(bytes);
        unsent += peer_->output();
        push();
    }

    /// Writes as many of the server's bytes as the socket accepts.
    void push()
    {
        cojob::error_code ec;
        while (!unsent.empty() && !ec)
            unsent.erase(0, server_.write_some(asio::buffer(unsent), ec));
    }

    /// Ends the connection without close_notify.
    void hang_up() { server_.close(); }

    void flood(tls_message m, std::size_t bytes)
    {
        while (unsent.size() < bytes) {
            for (int i = 0; i < 100; ++i)
                peer_->send(m);
            unsent += peer_->output();
        }
        push();
    }

    cojob::detail::tls_session* tls = nullptr;
    std::unique_ptr<read_counter> reads;
    std::string unsent, heard;

  private:
    asio::io_context context_;
    asio::ssl::context server_tls_;
    std::unique_ptr<asio::ssl::context> client_tls_;
    asio::ip::tcp::socket server_;
    std::unique_ptr<tls_peer> peer_;
    std::unique_ptr<cojob::detail::stream> client_;
};

} // namespace tests

#endif
