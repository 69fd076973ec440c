#include <cojob/client.hpp>

#include "support/mock_agent.hpp"
#include "support/run.hpp"
#include "support/tls_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tls_resumption_tests {

namespace data = boost::unit_test::data;
namespace made = cojob::testing::detail;
using cojob::errc;
using cojob::testing::fault;
using cojob::testing::mock_certificate;
using cojob::testing::mock_server_options;
using cojob::testing::tls_versions;
using tests::farewell;
using namespace std::chrono_literals;

const auto versions = data::make({TLS1_2_VERSION, TLS1_3_VERSION});

class resumption_notes final : public cojob::observer {
  public:
    void on_connection(const cojob::connection_event& e) noexcept override
    {
        text += e.change == cojob::connection_change::opened ? (e.is_resumed ? 'r' : 'O') : e.is_resumed ? '?' : '-';
    }

    std::string text; ///< Opened, resumed, - for other changes
};

/// A server and clients of it.
struct bench {
    explicit bench(int v = TLS1_3_VERSION, const mock_certificate& certificate = {})
        : version(v), identity(made::make_identity(certificate)), server(context, identity, v)
    {
        server.after_answer = farewell::polite;
    }

    [[nodiscard]] cojob::client_options options() const
    {
        auto o = tests::one_attempt();
        o.tls.ca_pem = identity.ca_pem;
        o.observer = notes;
        return o;
    }

    cojob::error_code call(const char* method = "GET") { return call(client, method); }
    cojob::error_code call(const cojob::client& c, const char* method = "GET")
    {
        return tests::run(context, c.send(server.request(method))).code();
    }

    boost::asio::io_context context;
    int version;
    made::server_identity identity;
    tests::tls_server server;
    std::shared_ptr<resumption_notes> notes = std::make_shared<resumption_notes>();
    cojob::client client{context.get_executor(), options()};
};

} // namespace tls_resumption_tests

BOOST_AUTO_TEST_SUITE(tls_resumption)

using namespace tls_resumption_tests;

BOOST_DATA_TEST_CASE(saves_19_of_20_full_handshakes_when_the_server_closes_after_each_answer,
                     versions* data::make({farewell::polite, farewell::abrupt}), version, how)
{
    bench b(version);
    b.server.after_answer = how;
    for (int i = 0; i < 21; ++i)
        BOOST_TEST(!b.call(i % 2 == 0 ? "GET" : "POST"));
    BOOST_TEST(b.server.handshakes == 21U);
    BOOST_TEST(b.server.resumed == 20U);
    BOOST_TEST(b.client.stats().connections_opened == 21U);
    BOOST_TEST(b.client.stats().connections_resumed == 20U);
    BOOST_TEST(b.notes->text.starts_with("O-r-r-"), b.notes->text);
}

BOOST_DATA_TEST_CASE(saves_19_of_20_full_handshakes_when_the_server_closes_idle_connections,
                     versions* data::make({farewell::polite, farewell::abrupt}), version, how)
{
    bench b(version);
    b.server.after_answer = farewell::none;
    for (int i = 0; i < 21; ++i) {
        BOOST_TEST(!b.call());
        b.server.close_connections(how);
    }
    BOOST_TEST(b.server.handshakes == 21U);
    BOOST_TEST(b.server.resumed == 20U);
}

BOOST_DATA_TEST_CASE(works_with_the_mock_server, data::make({tls_versions::modern, tls_versions::only_1_2}), version)
{
    mock_server_options options;
    options.versions = version;
    tests::mock_agent mock(options);
    const auto id = mock.server.add_job({{"active"}});
    mock.server.inject(fault::close_after_answer, 10);
    for (int i = 0; i < 20; ++i) {
        BOOST_TEST(!mock.run(mock.agent.get_job(id)).code());
        mock.server.close_idle_connections();
    }
    BOOST_TEST(mock.server.connections() == 20U);
    BOOST_TEST(mock.client().stats().connections_resumed == 19U);
}

BOOST_DATA_TEST_CASE(becomes_a_full_handshake_when_the_server_does_not_know_the_session, versions, version)
{
    bench b(version);
    BOOST_TEST(!b.call());
    b.server.use(b.identity, version); // with other keys for its tickets
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!b.call("POST"));
    BOOST_TEST(b.server.handshakes == 4U);
    BOOST_TEST(b.server.resumed == 2U);
    BOOST_TEST(b.notes->text.starts_with("O-O-r-"), b.notes->text);
}

BOOST_DATA_TEST_CASE(that_a_server_refuses_costs_no_request_and_the_next_handshake_is_full, versions, version)
{
    bench b(version);
    auto options = b.options();
    options.retry.max_attempts = 2;
    options.retry.base_delay = 1ms;
    const cojob::client client(b.context.get_executor(), options);
    BOOST_TEST(!b.call(client));
    b.server.use(b.identity, version);
    b.server.refuse_sessions();
    BOOST_TEST(!b.call(client, "POST")); // at its second attempt
    BOOST_TEST(b.server.handshakes == 2U);
    BOOST_TEST(b.server.resumed == 0U);
    BOOST_TEST(client.stats().requests == 3U);
    BOOST_TEST(client.stats().connections_opened == 2U);
    BOOST_TEST(client.stats().connections_resumed == 0U);
}

BOOST_DATA_TEST_CASE(does_not_save_a_server_with_a_bad_certificate, versions, version)
{
    bench b(version);
    BOOST_TEST(!b.call());
    mock_certificate other;
    other.names = {"docs.example.com"};
    b.server.use(made::make_identity(other), version);
    BOOST_TEST(b.call() == errc::certificate_rejected);
    b.server.use(b.identity, version);
    BOOST_TEST(!b.call());
    BOOST_TEST(b.server.resumed == 0U);
}

BOOST_DATA_TEST_CASE(ends_with_the_certificate, versions, version)
{
    mock_certificate short_lived;
    short_lived.valid_until = 2s;
    bench b(version, short_lived);
    const auto end = std::chrono::steady_clock::now() + 3s;
    BOOST_TEST(!b.call());
    cojob::error_code last;
    while (!last && std::chrono::steady_clock::now() < end)
        last = b.call();
    BOOST_TEST(b.server.resumed > 0U);
    BOOST_TEST(last == errc::certificate_rejected);
}

BOOST_DATA_TEST_CASE(is_never_shared_by_clients_hosts_or_ports, versions, version)
{
    bench b(version);
    BOOST_TEST(!b.call());
    const cojob::client twin(b.context.get_executor(), b.options());
    BOOST_TEST(!b.call(twin));
    BOOST_TEST(twin.stats().connections_resumed == 0U);
    auto by_address = b.server.request();
    auto url = cojob::http::parse_url("https://127.0.0.1:" + std::to_string(by_address.base_url.origin().port), "url");
    by_address.base_url = url;
    BOOST_TEST(!tests::run(b.context, b.client.send(by_address)).code());
    BOOST_TEST(b.server.resumed == 0U);
    BOOST_TEST(!b.call());
    BOOST_TEST(b.server.resumed == 1U);
}

BOOST_AUTO_TEST_CASE(never_sends_early_data)
{
    bench b;
    SSL_CTX_set_max_early_data(b.server.tls(), 16384);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!b.call());
    BOOST_TEST(b.server.resumed == 2U);
    BOOST_TEST(!b.server.saw_early_data);
}

BOOST_AUTO_TEST_CASE(does_without_tickets)
{
    bench b;
    SSL_CTX_set_num_tickets(b.server.tls(), 0);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!b.call());
    BOOST_TEST(b.server.resumed == 0U);
    bench old(TLS1_2_VERSION); // by session ids
    SSL_CTX_set_options(old.server.tls(), SSL_OP_NO_TICKET);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(!old.call());
    BOOST_TEST(old.server.resumed == 2U);
}

BOOST_AUTO_TEST_CASE(uses_each_ticket_of_tls_1_3_once)
{
    bench b;
    SSL_CTX_set_num_tickets(b.server.tls(), 2);
    BOOST_TEST(!b.call()); // gives two
    SSL_CTX_set_num_tickets(b.server.tls(), 0);
    for (int i = 0; i < 4; ++i)
        BOOST_TEST(!b.call());
    BOOST_TEST(b.server.resumed == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
