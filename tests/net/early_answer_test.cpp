#include <cojob/client.hpp>
#include <cojob/impl/internal/testing/mock_certificate.ipp>
#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/testing/manual_clock.hpp>

#include "support/one_attempt.hpp"
#include "support/recording_observer.hpp"
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

#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <sys/ioctl.h>

namespace early_answer_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using asio::ip::tcp;
using namespace std::chrono_literals;
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
    /// Whether the answer is where the client can read it.
    [[nodiscard]] bool is_heard()
    {
        int left = 0;
        return has_answered_ && ::ioctl(connection_.next_layer().native_handle(), TIOCOUTQ, &left) == 0 && left == 0;
    }
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
        has_answered_ = true;
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
    bool has_answered_ = false;
};

cojob::client_options one_trusting_attempt()
{
    auto options = tests::one_attempt();
    options.tls.insecure_skip_verify = true;
    options.timeouts.attempt = std::chrono::seconds(60);
    return options;
}

std::string url_of(const early_server& server, bool uses_tls)
{
    return (uses_tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + server.port();
}

cojob::api_request long_post(const std::string& url)
{
    cojob::api_request r;
    r.base_url = cojob::http::parse_url(url, "url");
    r.method = "POST";
    r.json = std::string(body_size, ' ');
    return r;
}

/// A client whose time is moved by hand, and whose request is answered before all of it is sent.
struct patient_client {
    patient_client(const early_answer& what, bool uses_tls, cojob::duration attempt = std::chrono::seconds(60),
                   cojob::duration call = std::chrono::seconds(60))
        : server(context, what, uses_tls), url(url_of(server, uses_tls)),
          client(context.get_executor(), options(attempt, call))
    {
    }

    [[nodiscard]] cojob::client_options options(cojob::duration attempt, cojob::duration call) const
    {
        auto all = one_trusting_attempt();
        all.clock = clock;
        all.observer = notes;
        all.timeouts.attempt = attempt;
        all.timeouts.call = call;
        return all;
    }

    asio::io_context context;
    std::shared_ptr<cojob::testing::manual_clock> clock = std::make_shared<cojob::testing::manual_clock>(context);
    std::shared_ptr<tests::recording_observer> notes = std::make_shared<tests::recording_observer>();
    early_server server;
    std::string url;
    cojob::client client;
};

/// What comes while the rest of a request is sent that was answered already.
struct interruption {
    const char* name;
    std::chrono::seconds attempt, call;
    std::chrono::milliseconds until_then;
    void (*happens)(patient_client&, tests::started<cojob::http::response>&);

    friend std::ostream& operator<<(std::ostream& out, const interruption& i) { return out << i.name; }
};

const interruption interruptions[] = {
    {"five seconds", 60s, 60s, 4900ms, [](auto& c, auto&) { c.clock->jump(100ms); }},
    {"the attempt's limit", 2s, 60s, 1900ms, [](auto& c, auto&) { c.clock->jump(100ms); }},
    {"the call's limit", 60s, 2s, 1900ms, [](auto& c, auto&) { c.clock->jump(100ms); }},
    {"a cancellation", 60s, 60s, 0ms, [](auto&, auto& sent) { sent.cancel(); }},
    {"the end of the client", 60s, 60s, 0ms, [](auto& c, auto&) { c.client.close(); }},
};

} // namespace early_answer_tests

BOOST_AUTO_TEST_SUITE(an_answer_that_comes_early)

using namespace early_answer_tests;

BOOST_DATA_TEST_CASE(is_read_while_the_request_is_sent, data::make({false, true}) * data::make(early_answers), uses_tls,
                     answer)
{
    asio::io_context context;
    early_server server(context, answer, uses_tls);
    const cojob::client client(context.get_executor(), one_trusting_attempt());
    const auto begun = std::chrono::steady_clock::now();
    const auto s = tests::start(context, client.send(long_post(url_of(server, uses_tls))));
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

BOOST_DATA_TEST_CASE(is_kept_where_the_rest_is_not_read, data::make({false, true}) * data::make(interruptions),
                     uses_tls, interruption)
{
    patient_client c({"a success", "HTTP/1.1 201 Made\r\nContent-Length: 10\r\n\r\n{\"id\":\"1\"}"}, uses_tls,
                     interruption.attempt, interruption.call);
    auto sent = tests::start(c.context, c.client.send(long_post(c.url)));
    BOOST_TEST_REQUIRE(c.clock->run_until([&] { return c.server.is_heard(); }));
    c.context.poll(); // now the connection takes no more
    c.clock->jump(interruption.until_then);
    BOOST_TEST(!sent.is_done());
    interruption.happens(c, sent);
    c.context.poll();

    BOOST_TEST_REQUIRE(sent.is_done());
    BOOST_TEST_REQUIRE(sent.get().has_value());
    BOOST_TEST(sent.get().value().status == 201);
    BOOST_TEST(c.client.stats().bytes_sent < body_size);
    const auto closed = "connection 127.0.0.1 " + std::to_string(static_cast<int>(cojob::connection_change::closed));
    BOOST_TEST(std::count(c.notes->lines.begin(), c.notes->lines.end(), closed) == 1);
}

BOOST_AUTO_TEST_CASE(may_be_the_head_of_a_stream)
{
    patient_client c({"", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Session-Id: s1\r\n\r\ndata: 1\n\n"},
                     false, 1s);
    cojob::mintlify::agent_options options;
    options.project_id = "p";
    options.api_key = cojob::secret("k");
    options.base_url = c.url;
    const cojob::mintlify::agent_v1 service(c.client, options);
    cojob::mintlify::create_session_request session(std::string(body_size, ' '));
    auto created = tests::start(c.context, service.create_job(std::move(session)));
    BOOST_TEST_REQUIRE(c.clock->run_until([&] { return c.server.is_heard(); }));
    c.context.poll();
    c.clock->jump(900ms);
    BOOST_TEST(!created.is_done());
    c.clock->jump(100ms);

    BOOST_TEST_REQUIRE(created.get().has_value());
    const auto next = tests::start(c.context, created.get().value().next());
    BOOST_TEST_REQUIRE(c.clock->run_until([&] { return next.is_done(); }));
    BOOST_TEST(next.get().value().value().data == "1");
}

BOOST_DATA_TEST_CASE(may_be_waited_for_in_vain, data::make({false, true}) * data::make({false, true}), uses_tls,
                     is_cancelled)
{
    asio::io_context context;
    early_server server(context, {"nothing", "", {}}, uses_tls);
    const cojob::client client(context.get_executor(), one_trusting_attempt());
    auto s = tests::start(context, client.send(long_post(url_of(server, uses_tls))));
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
