#include <cojob/client.hpp>
#include <cojob/impl/internal/testing/mock_certificate.ipp>

#include "support/one_attempt.hpp"
#include "support/run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ostream>
#include <string>
#include <utility>

namespace early_answer_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using asio::ip::tcp;
using cojob::errc;
using tls_stream = asio::ssl::stream<tcp::socket>;

const std::size_t body_size = std::size_t{24} * 1024 * 1024; // more than any socket's buffers

/// What a server does when it has read the head of a request.
enum class after { reads_no_more, reads_on, closes };

struct early_answer {
    const char* name;
    std::string bytes;
    cojob::error_code code{};
    int status = 0;
    after then = after::reads_no_more;

    friend std::ostream& operator<<(std::ostream& out, const early_answer& a) { return out << a.name; }
};

const std::string too_large = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";

const early_answer early_answers[] = {
    {"413", too_large, errc::rejected, 413},
    {"413 and more", too_large + "x", errc::rejected, 413},
    {"100 and 413", "HTTP/1.1 100 Continue\r\n\r\n" + too_large, errc::rejected, 413},
    {"401 in chunks", "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", errc::unauthorized,
     401},
    {"429", "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", errc::rate_limited, 429},
    {"a redirect", "HTTP/1.1 307 Elsewhere\r\nContent-Length: 0\r\n\r\n", errc::unexpected_status, 307},
    {"a success, and the rest is read", "HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\n{}", {}, 201, after::reads_on},
    {"100, then the end", "HTTP/1.1 100 Continue\r\n\r\n", errc::outcome_unknown, 0, after::closes},
    {"no HTTP", "hello\r\n\r\n", errc::outcome_unknown},
    {"nothing", "", errc::outcome_unknown, 0, after::closes},
};

/// A server that answers one request when it has read its head.
class early_server {
  public:
    early_server(asio::io_context& context, const early_answer& answer, bool uses_tls)
        : acceptor_(context, {asio::ip::address_v4::loopback(), 0}), answer_(answer)
    {
        asio::co_spawn(context, serve(uses_tls), asio::detached);
    }

    [[nodiscard]] std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
    [[nodiscard]] bool has_head() const { return has_head_; }
    [[nodiscard]] std::size_t received() const { return received_; }

  private:
    static asio::ssl::context with_certificate()
    {
        const auto identity = cojob::testing::detail::make_identity({});
        asio::ssl::context tls(asio::ssl::context::tls_server);
        tls.use_certificate(asio::buffer(identity.certificate_pem), asio::ssl::context::pem);
        tls.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
        return tls;
    }

    asio::awaitable<void> serve(bool uses_tls)
    {
        co_await acceptor_.async_accept(connection_.next_layer(), asio::deferred);
        if (!uses_tls)
            co_return co_await answer(connection_.next_layer());
        co_await connection_.async_handshake(asio::ssl::stream_base::server, asio::deferred);
        co_await answer(connection_);
    }

    template <class Stream>
    asio::awaitable<void> answer(Stream& connection)
    {
        std::string request;
        const auto head =
            co_await asio::async_read_until(connection, asio::dynamic_buffer(request), "\r\n\r\n", asio::deferred);
        has_head_ = true;
        co_await asio::async_write(connection, asio::buffer(answer_.bytes), asio::deferred);
        if (answer_.then == after::closes)
            connection_.next_layer().close();
        if (answer_.then != after::reads_on)
            co_return;
        received_ = request.size() - head;
        request.resize(std::size_t{1024} * 1024);
        while (received_ < body_size) {
            const auto [ec, size] =
                co_await connection.async_read_some(asio::buffer(request), asio::as_tuple(asio::deferred));
            if (ec)
                co_return;
            received_ += size;
        }
    }

    tcp::acceptor acceptor_;
    early_answer answer_;
    asio::ssl::context tls_ = with_certificate();
    tls_stream connection_{acceptor_.get_executor(), tls_};
    std::size_t received_ = 0;
    bool has_head_ = false;
};

cojob::client make_client(asio::io_context& context)
{
    auto options = tests::one_attempt();
    options.tls.insecure_skip_verify = true;
    options.timeouts.attempt = std::chrono::seconds(60);
    return cojob::client(context.get_executor(), options);
}

cojob::api_request long_post(const early_server& server, bool uses_tls)
{
    cojob::api_request r;
    r.base_url = cojob::http::parse_url((uses_tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + server.port(), "url");
    r.method = "POST";
    r.json = std::string(body_size, ' ');
    return r;
}

} // namespace early_answer_tests

BOOST_AUTO_TEST_SUITE(an_answer_that_comes_early)

using namespace early_answer_tests;

BOOST_DATA_TEST_CASE(is_read_while_the_request_is_sent, data::make({false, true}) * data::make(early_answers), uses_tls,
                     answer)
{
    asio::io_context context;
    early_server server(context, answer, uses_tls);
    const auto client = make_client(context);
    const auto begun = std::chrono::steady_clock::now();
    const auto s = tests::start(context, client.send(long_post(server, uses_tls)));
    const auto has_all = [&] { return answer.then != after::reads_on || server.received() == body_size; };
    while ((!s.is_done() || !has_all()) && context.run_one_for(std::chrono::seconds(60)) != 0) {
    }

    BOOST_TEST(s.code() == answer.code);
    BOOST_TEST((answer.code ? s.error().http_status : s.get().value().status) == answer.status);
    BOOST_TEST((std::chrono::steady_clock::now() - begun < std::chrono::seconds(50))); // no limit was waited for
    BOOST_TEST(has_all());
    if (answer.then != after::reads_on)
        BOOST_TEST(client.stats().bytes_sent < body_size);
}

BOOST_DATA_TEST_CASE(may_be_waited_for_in_vain, data::make({false, true}) * data::make({false, true}), uses_tls,
                     is_cancelled)
{
    asio::io_context context;
    early_server server(context, {"nothing", "", {}}, uses_tls);
    const auto client = make_client(context);
    auto s = tests::start(context, client.send(long_post(server, uses_tls)));
    while (!server.has_head())
        context.run_one();
    context.poll(); // now the connection takes no more
    BOOST_TEST(!s.is_done());
    if (!is_cancelled)
        return; // everything goes with the context
    s.cancel();
    context.poll();
    BOOST_TEST_REQUIRE(s.is_done());
    BOOST_TEST(s.code() == errc::outcome_unknown);
}

BOOST_AUTO_TEST_SUITE_END()
