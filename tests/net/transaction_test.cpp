#include <cojob/impl/internal/http/tls.hpp>
#include <cojob/impl/internal/http/transaction.hpp>
#include <cojob/impl/internal/testing/mock_certificate.ipp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace transaction_tests {

namespace asio = boost::asio;
using asio::ip::tcp;
using cojob::detail::response_reader;
using cojob::detail::transaction;
using server_stream = asio::ssl::stream<tcp::socket>;

/// Both ends of a TLS connection, after the handshake.
class line {
  public:
    line() : server_(context_, server_tls_)
    {
        tcp::acceptor acceptor(context_, {asio::ip::address_v4::loopback(), 0});
        tcp::socket socket(context_);
        socket.connect(acceptor.local_endpoint());
        acceptor.accept(server_.next_layer());
        client_ = std::make_unique<cojob::detail::stream>(std::move(socket));
        auto accepted = std::async(std::launch::async, [this] { server_.handshake(asio::ssl::stream_base::server); });
        auto& tls = client_->start_tls(client_tls_.native_handle());
        auto failure = tls.handshake().error;
        for (; cojob::detail::stream::would_block(failure); failure = tls.handshake().error)
            std::this_thread::yield();
        if (failure)
            client_->socket().close();
        accepted.get();
    }

    cojob::detail::stream& client() { return *client_; }

    /// One TLS record for each byte, all of them there before this returns.
    void answer_in_small_pieces(const std::string& text)
    {
        const auto before = client_->socket().available();
        for (const char c : text)
            asio::write(server_, asio::buffer(&c, 1));
        constexpr std::size_t least_record = 22;
        while (client_->socket().available() < before + text.size() * least_record)
            std::this_thread::yield();
    }

    /// What the client reads when the server has said goodbye.
    cojob::error_code end_in_good_order()
    {
        auto said = std::async(std::launch::async, [this] {
            cojob::error_code answered;
            server_.shutdown(answered);
        });
        char byte = 0;
        auto got = client_->read_some(asio::buffer(&byte, 1));
        for (; cojob::detail::stream::would_block(got.error); got = client_->read_some(asio::buffer(&byte, 1)))
            std::this_thread::yield();
        client_->socket().close();
        return got.error;
    }

    /// What the server reads when the client has let go of its connection.
    cojob::error_code after_the_client()
    {
        client_.reset();
        char byte = 0;
        cojob::error_code ec;
        server_.read_some(asio::buffer(&byte, 1), ec);
        return ec;
    }

    /// What the client reads of a record that is none, when it cannot even send an alert.
    cojob::error_code bad_record_with_a_full_send_buffer()
    {
        char byte = 0;
        static_cast<void>(client_->read_some(asio::buffer(&byte, 1))); // only this one relies on the look before it
        cojob::error_code ec;
        const auto record = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'z');
        const std::string filling(65536, 'x');
        for (int i = 0; i < 10; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(10)))
            for (ec = {}; !ec;)
                client_->socket().write_some(asio::buffer(filling), ec);
        asio::write(server_.next_layer(), asio::buffer(record));
        while (client_->socket().available() < record.size())
            std::this_thread::yield();
        return client_->read_some(asio::buffer(&byte, 1)).error;
    }

  private:
    asio::io_context context_;
    asio::ssl::context server_tls_ = with_certificate();
    asio::ssl::context client_tls_ = cojob::detail::make_tls_context(accept_any());
    server_stream server_;
    std::unique_ptr<cojob::detail::stream> client_;

    static asio::ssl::context with_certificate()
    {
        const auto identity = cojob::testing::detail::make_identity({});
        asio::ssl::context tls(asio::ssl::context::tls_server);
        tls.use_certificate(asio::buffer(identity.certificate_pem), asio::ssl::context::pem);
        tls.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
        return tls;
    }

    static cojob::tls_options accept_any()
    {
        cojob::tls_options options;
        options.insecure_skip_verify = true;
        return options;
    }
};

struct exchanged {
    cojob::operation op;
    cojob::http::exchange exchange{op, true};
    cojob::limit_options limits;
    response_reader reader;
    cojob::http::request request;

    explicit exchanged(line& on)
        : op(cojob::machine_clock(), on.client().socket().get_executor()), reader(limits, on.client().buffer())
    {
        request.method = "GET";
        request.target = "/";
        request.origin.host = "localhost";
    }
};

BOOST_AUTO_TEST_SUITE(a_transaction)

BOOST_AUTO_TEST_CASE(lets_others_in_between_while_an_answer_comes_fast_in_small_pieces)
{
    line l;
    exchanged x(l);
    transaction t(l.client(), x.reader, x.request, x.exchange);
    BOOST_REQUIRE(t.go_on() == transaction::awaits::connection);
    const std::string body(100, 'x');
    l.answer_in_small_pieces("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + body);
    int turns = 0;
    auto awaited = t.go_on();
    if (awaited == transaction::awaits::connection) // once: the read before this one took all there was
        awaited = t.go_on();
    for (; awaited == transaction::awaits::turn; awaited = t.go_on())
        ++turns;
    BOOST_TEST(turns == (40 + 100 - 1) / 16);
    BOOST_TEST((awaited == transaction::awaits::nothing));
    BOOST_TEST(t.result().response.body == body);
    BOOST_TEST(!x.exchange.is_cut_short);
}

BOOST_AUTO_TEST_CASE(counts_what_was_sent_of_a_request_that_was_cut)
{
    line l;
    exchanged x(l);
    x.request.method = "POST";
    x.request.body.assign(64'000'000, 'x');
    transaction t(l.client(), x.reader, x.request, x.exchange);
    BOOST_REQUIRE(t.go_on() == transaction::awaits::either);
    BOOST_TEST(x.exchange.bytes_sent > 0U);
    BOOST_TEST(x.exchange.bytes_sent < x.request.body.size());
    BOOST_TEST(x.exchange.is_cut_short);
}

BOOST_AUTO_TEST_CASE(that_is_stopped_in_a_body_has_the_status_of_its_head_and_never_an_interim_one)
{
    const std::pair<const char*, int> rows[] = {{"HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nab", 503},
                                                {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nab", 200},
                                                {"HTTP/1.1 100 Continue\r\n\r\n", 0}};
    for (const auto& [bytes, status] : rows) {
        line l;
        exchanged x(l);
        transaction t(l.client(), x.reader, x.request, x.exchange);
        BOOST_REQUIRE(t.go_on() == transaction::awaits::connection);
        l.answer_in_small_pieces(bytes);
        while (t.go_on() == transaction::awaits::turn || l.client().socket().available() != 0) {
        }
        x.op.stop(cojob::stop_reason::limit);
        BOOST_TEST((t.go_on() == transaction::awaits::nothing));
        const auto result = t.result();
        BOOST_TEST(result.error == asio::error::operation_aborted);
        BOOST_TEST(result.response.status == status);
    }
}

BOOST_AUTO_TEST_CASE(sees_an_end_in_good_order_whatever_other_code_left_in_openssls_queue)
{
    line l;
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    BOOST_TEST(l.client().is_reusable());
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    BOOST_TEST(l.end_in_good_order() == asio::error::eof);
}

/// And does not wait for the server's: this server reads afterwards, in the same thread.
BOOST_AUTO_TEST_CASE(ends_in_good_order_for_the_server_when_the_connection_goes)
{
    line l;
    BOOST_TEST(l.after_the_client() == asio::error::eof);
}

BOOST_AUTO_TEST_CASE(is_told_of_a_fatal_error_although_its_alert_cannot_be_sent)
{
    line l;
    BOOST_TEST(l.client().is_reusable());
    const auto error = l.bad_record_with_a_full_send_buffer();
    BOOST_TEST((error.category() == asio::error::get_ssl_category()), error.message());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace transaction_tests
