#include <cojob/client.hpp>

#include "support/mock_agent.hpp"
#include "support/run.hpp"
#include "support/tls_identity.hpp"
#include "support/tls_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace tls_rotation_tests {

namespace asio = boost::asio;
namespace made = cojob::testing::detail;
using cojob::errc;
using cojob::secret;
using cojob::testing::fault;
using tests::client_identity;

struct bench {
    [[nodiscard]] cojob::client_options options() const
    {
        auto o = tests::one_attempt();
        o.tls.ca_pem = identity.ca_pem;
        return o;
    }

    cojob::error_code call(const cojob::client& c) { return tests::run(context, c.send(server.request())).code(); }

    asio::io_context context;
    made::server_identity identity = made::make_identity({});
    tests::tls_server server{context, identity, TLS1_3_VERSION};
};

/// The options of a client with this identity.
cojob::tls_options with(cojob::tls_options tls, const client_identity& who)
{
    tls.client_certificate_pem = who.certificate_pem;
    tls.client_key_pem = secret(who.key_pem);
    return tls;
}

} // namespace tls_rotation_tests

BOOST_AUTO_TEST_SUITE(other_tls_options)

using namespace tls_rotation_tests;

BOOST_AUTO_TEST_CASE(are_used_by_new_connections_and_no_kept_one_or_session_is_used_again)
{
    bench b;
    const cojob::client client(b.context.get_executor(), b.options());
    BOOST_TEST(!b.call(client));
    BOOST_TEST(!b.call(client));
    BOOST_TEST(b.server.handshakes == 1U);
    client.use_tls(b.options().tls);
    BOOST_TEST(!b.call(client));
    BOOST_TEST(b.server.handshakes == 2U);
    BOOST_TEST(b.server.resumed == 0U);
    b.server.close_connections(tests::farewell::polite);
    BOOST_TEST(!b.call(client));
    BOOST_TEST(b.server.resumed == 1U); // of the new options
}

BOOST_AUTO_TEST_CASE(replace_a_client_certificate)
{
    const client_identity old, renewed;
    bench b;
    tests::require_certificate_of(b.server.tls(), old.authority);
    auto options = b.options();
    options.tls = with(options.tls, old);
    const cojob::client client(b.context.get_executor(), options);
    BOOST_TEST(!b.call(client));
    b.server.use(b.identity, TLS1_3_VERSION);
    tests::require_certificate_of(b.server.tls(), renewed.authority);
    b.server.close_connections(tests::farewell::polite);
    BOOST_TEST(b.call(client) == errc::tls_failed);
    client.use_tls(with(b.options().tls, renewed));
    BOOST_TEST(!b.call(client));
    BOOST_TEST(b.server.client_certificates == 2U);
}

BOOST_AUTO_TEST_CASE(replace_the_authorities_and_nothing_changes_if_they_cannot_be_read)
{
    bench b;
    const cojob::client client(b.context.get_executor(), b.options());
    BOOST_TEST(!b.call(client));
    cojob::tls_options broken;
    broken.ca_pem = "nothing";
    BOOST_CHECK_EXCEPTION(client.use_tls(broken), cojob::api_error,
                          [](const auto& e) { return e.code() == errc::invalid_argument; });
    BOOST_TEST(!b.call(client));
    BOOST_TEST(b.server.handshakes == 1U);
    cojob::tls_options foreign;
    foreign.ca_pem = made::make_identity({}).ca_pem;
    client.use_tls(foreign);
    BOOST_TEST(b.call(client) == errc::certificate_rejected);
}

BOOST_AUTO_TEST_CASE(let_a_request_in_flight_end_on_its_connection_which_is_not_kept)
{
    tests::mock_agent mock;
    const auto id = mock.server.add_job({{"active"}});
    mock.server.inject(fault::slow_drip);
    auto call = mock.start(mock.agent.get_job(id));
    BOOST_TEST(mock.until_requests(1));
    cojob::tls_options same;
    same.ca_pem = mock.server.ca_pem();
    mock.client().use_tls(same);
    BOOST_TEST(mock.finish(call));
    BOOST_TEST(!call.code());
    BOOST_TEST(!mock.run(mock.agent.get_job(id)).code());
    BOOST_TEST(mock.connections_used() == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
    BOOST_TEST(mock.client().stats().connections_resumed == 0U);
}

BOOST_AUTO_TEST_CASE(of_one_client_are_no_other_clients)
{
    const client_identity who;
    bench b;
    const cojob::client anonymous(b.context.get_executor(), b.options());
    auto options = b.options();
    options.tls = with(options.tls, who);
    const cojob::client known(b.context.get_executor(), options);
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(!b.call(anonymous));
        BOOST_TEST(!b.call(known));
    }
    BOOST_TEST(b.server.handshakes == 2U);
    anonymous.use_tls(b.options().tls);
    BOOST_TEST(!b.call(known));
    BOOST_TEST(b.server.handshakes == 2U);
}

BOOST_AUTO_TEST_CASE(may_come_from_any_thread, *boost::unit_test::label("threads"))
{
    bench b;
    const cojob::client client(b.context.get_executor(), b.options());
    std::thread changes([&] {
        for (int i = 0; i < 20; ++i)
            client.use_tls(b.options().tls);
    });
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(!b.call(client));
    changes.join();
    BOOST_TEST(!b.call(client));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_rotated_key)

using namespace tls_rotation_tests;

BOOST_AUTO_TEST_CASE(is_used_at_the_next_request_on_a_kept_connection)
{
    bench b;
    const cojob::client client(b.context.get_executor(), b.options());
    std::string key = "first";
    auto request = b.server.request();
    request.authorization = cojob::credential([&key]() -> asio::awaitable<secret> { co_return secret(key); });
    BOOST_TEST(!tests::run(b.context, client.send(request)).code());
    key = "second";
    BOOST_TEST(!tests::run(b.context, client.send(request)).code());
    BOOST_TEST(b.server.handshakes == 1U);
    const auto first = b.server.heard.find("Bearer first"), second = b.server.heard.find("Bearer second");
    BOOST_TEST((first != std::string::npos && second != std::string::npos && first < second));
}

BOOST_AUTO_TEST_SUITE_END()
