#ifndef TESTS_SUPPORT_MOCK_PROXY_HPP
#define TESTS_SUPPORT_MOCK_PROXY_HPP

#include <cojob/impl/internal/testing/mock_certificate.ipp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tests {

namespace asio = boost::asio;

/// What a proxy does with a connection when it has given all its answers.
enum class proxy_end { relays, closes, stalls };

struct proxy_plan {
    std::vector<std::string> answers{}; ///< to each message of the client
    proxy_end end = proxy_end::relays;
    bool drips = false; ///< the answers, and then the server's, byte by byte
};

/// A proxy that answers what it is told to, and keeps all that clients say. Every tunnel leads to one server, whatever
/// name was asked for.
class mock_proxy {
  public:
    /// The plans are for one connection each, the last one for all further ones.
    mock_proxy(std::uint16_t server, std::vector<proxy_plan> plans, bool use_tls = false,
               const cojob::testing::mock_certificate& certificate = {})
        : plans_(std::move(plans)), server_port_(server), use_tls_(use_tls),
          identity_(cojob::testing::detail::make_identity(certificate))
    {
        tls_.use_certificate_chain(asio::buffer(identity_.certificate_pem));
        tls_.use_private_key(asio::buffer(identity_.key_pem), asio::ssl::context::pem);
        asio::co_spawn(context_, accept(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    mock_proxy(const mock_proxy&) = delete;
    mock_proxy& operator=(const mock_proxy&) = delete;
    ~mock_proxy()
    {
        context_.stop();
        thread_.join();
    }

    /// Its host and port.
    [[nodiscard]] std::string address() const { return "localhost:" + std::to_string(port_); }
    [[nodiscard]] const std::string& ca_pem() const { return identity_.ca_pem; }

    /// Connections so far.
    [[nodiscard]] std::size_t connections() const
    {
        const std::lock_guard lock(mutex_);
        return count_;
    }
    /// All that clients have said, as the proxy sees it: without the TLS between client and proxy.
    [[nodiscard]] std::string heard() const
    {
        const std::lock_guard lock(mutex_);
        return heard_;
    }

  private:
    using tcp = asio::ip::tcp;
    static constexpr std::size_t most = 16384; // in one read
    static constexpr auto token = asio::as_tuple(asio::use_awaitable);

    struct line {
        explicit line(tcp::socket socket, asio::ssl::context& tls)
            : client(std::move(socket), tls), server(client.get_executor())
        {
        }

        asio::ssl::stream<tcp::socket> client;
        tcp::socket server;
    };
    using line_ptr = std::shared_ptr<line>;

    asio::awaitable<void> accept()
    {
        for (;;) {
            auto [ec, socket] = co_await acceptor_.async_accept(token);
            if (ec)
                co_return;
            const auto plan = next_plan();
            const auto connection = std::make_shared<line>(std::move(socket), tls_);
            if (use_tls_)
                asio::co_spawn(context_, serve(connection, connection->client, plan), asio::detached);
            else
                asio::co_spawn(context_, serve(connection, connection->client.next_layer(), plan), asio::detached);
        }
    }

    proxy_plan next_plan()
    {
        const std::lock_guard lock(mutex_);
        return plans_[std::min(count_++, plans_.size() - 1)];
    }

    template <class Stream>
    asio::awaitable<void> serve(line_ptr connection, Stream& client, proxy_plan plan)
    {
        boost::system::error_code ec;
        if (use_tls_)
            std::tie(ec) = co_await connection->client.async_handshake(asio::ssl::stream_base::server, token);
        for (std::size_t i = 0; i < plan.answers.size() && !ec; ++i) {
            ec = co_await hear(client);
            std::string_view answer = plan.answers[i];
            while (!ec && !answer.empty()) {
                const auto n = plan.drips ? 1 : answer.size();
                std::tie(ec, std::ignore) = co_await asio::async_write(client, asio::buffer(answer.data(), n), token);
                answer.remove_prefix(n);
            }
        }
        if (!ec && plan.end == proxy_end::relays)
            co_await relay(connection, client, plan.drips);
        while (!ec && plan.end == proxy_end::stalls)
            ec = co_await hear(client);
    }

    template <class Stream>
    asio::awaitable<boost::system::error_code> hear(Stream& client)
    {
        std::string bytes(most, '\0');
        const auto [ec, n] = co_await client.async_read_some(asio::buffer(bytes), token);
        const std::lock_guard lock(mutex_);
        heard_.append(bytes, 0, n);
        co_return ec;
    }

    template <class Stream>
    asio::awaitable<void> relay(line_ptr connection, Stream& client, bool drips)
    {
        auto& server = connection->server;
        const auto [ec] =
            co_await server.async_connect(tcp::endpoint(asio::ip::address_v4::loopback(), server_port_), token);
        if (ec)
            co_return;
        asio::co_spawn(context_, copy(connection, server, client, drips ? 1 : most, false), asio::detached);
        co_await copy(connection, client, server, most, true);
    }

    template <class From, class To>
    asio::awaitable<void> copy(line_ptr connection, From& from, To& to, std::size_t piece, bool is_kept)
    {
        std::string bytes(piece, '\0');
        for (boost::system::error_code ec; !ec;) {
            std::size_t n = 0;
            std::tie(ec, n) = co_await from.async_read_some(asio::buffer(bytes), token);
            if (is_kept) {
                const std::lock_guard lock(mutex_);
                heard_.append(bytes, 0, n);
            }
            if (!ec)
                std::tie(ec, n) = co_await asio::async_write(to, asio::buffer(bytes.data(), n), token);
        }
        boost::system::error_code ignored;
        connection->client.next_layer().shutdown(tcp::socket::shutdown_both, ignored);
        connection->server.shutdown(tcp::socket::shutdown_both, ignored);
    }

    asio::io_context context_;
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::vector<proxy_plan> plans_;
    std::uint16_t server_port_;
    bool use_tls_;
    cojob::testing::detail::server_identity identity_;
    mutable std::mutex mutex_;
    std::size_t count_ = 0;
    std::string heard_;
    std::thread thread_;
};

} // namespace tests

#endif
