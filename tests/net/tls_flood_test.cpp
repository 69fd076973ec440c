#include <cojob/client.hpp>

#include "support/flooding_server.hpp"
#include "support/one_attempt.hpp"
#include "support/run.hpp"
#include "support/tls_line.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace tls_flood_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using cojob::detail::stream;
using cojob::detail::tls_session;
using line = tests::tls_line;
using tests::tls_message;
using namespace std::chrono_literals;

const auto all_messages = data::make({tls_message::ticket, tls_message::key_update, tls_message::hello_request});

asio::awaitable<void> count_ticks(int& ticks, const bool& is_over)
{
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (!is_over) {
        timer.expires_after(10ms);
        co_await timer.async_wait(asio::use_awaitable);
        ++ticks;
    }
}

constexpr std::size_t largest_read = 17'000; // OpenSSL's buffer: a record and its frame

} // namespace tls_flood_tests

BOOST_AUTO_TEST_SUITE(tls_records_without_data)

using namespace tls_flood_tests;

BOOST_DATA_TEST_CASE(are_read_a_few_at_a_time_and_the_data_after_them_is_there, all_messages, message)
{
    line l(version_of(message));
    l.handshake();
    l.flood(message, 200'000);
    const auto all = l.unsent.size() + l.client().socket().available();
    l.reads->take();
    std::string room(100, '\0');
    std::size_t calls = 0;
    cojob::detail::io_result got;
    const auto read = [&] {
        l.exchange();
        got = l.client().read_some(asio::buffer(room));
        BOOST_TEST(l.reads->take() <= tls_session::most_socket_reads);
        ++calls;
        return stream::would_block(got.error);
    };
    while (!l.unsent.empty() || l.client().socket().available() != 0)
        BOOST_TEST_REQUIRE(read());
    BOOST_TEST(calls >= all / (tls_session::most_socket_reads * largest_read));
    if (message == tls_message::hello_request) // the client has begun a handshake, and data would disturb it
        return;
    l.peer().say("here I am");
    while (read() && calls < 1000) {
    }
    BOOST_TEST(!got.error, got.error.message());
    BOOST_TEST(room.substr(0, got.bytes) == "here I am");
}

BOOST_AUTO_TEST_CASE(are_read_a_few_at_a_time_in_a_handshake_too)
{
    line l(TLS1_2_VERSION);
    const std::string hello_request("\x16\x03\x03\x00\x04\x00\x00\x00\x00", 9);
    for (int i = 0; i < 30'000; ++i)
        l.unsent += hello_request;
    int calls = 0;
    while (!l.unsent.empty() || l.client().socket().available() != 0) {
        l.push();
        BOOST_TEST_REQUIRE(stream::would_block(l.tls->handshake().error));
        BOOST_TEST(l.reads->take() <= tls_session::most_socket_reads);
        ++calls;
    }
    BOOST_TEST(calls >= 4);
    l.handshake();
}

BOOST_DATA_TEST_CASE(make_a_kept_connection_unfit_when_they_are_many, all_messages, message)
{
    line l(version_of(message));
    l.handshake();
    BOOST_TEST(l.client().is_reusable());
    l.peer().send(message);
    l.exchange();
    BOOST_TEST(l.client().is_reusable());
    line flooded(version_of(message));
    flooded.handshake();
    flooded.flood(message, 300'000);
    // Of what the system's buffers do not take at once, each look finds a part.
    bool is_quiet = true;
    for (int i = 0; i < 100 && is_quiet; ++i, flooded.push())
        is_quiet = flooded.client().is_reusable();
    BOOST_TEST(!is_quiet);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_tls_session)

using namespace tls_flood_tests;

BOOST_DATA_TEST_CASE(is_not_refused_any_more_after_a_message_that_follows_the_handshake, all_messages, message)
{
    const cojob::error_code handshake_failure(
        static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + SSL_AD_HANDSHAKE_FAILURE)),
        asio::error::get_ssl_category());
    line l(version_of(message));
    SSL_set_num_tickets(l.peer().native_handle(), 0);
    l.handshake();
    BOOST_TEST(l.client().is_reusable());
    const auto is_1_3 = version_of(message) == TLS1_3_VERSION;
    BOOST_TEST(l.client().was_refused(handshake_failure) == is_1_3);
    l.peer().send(message);
    l.exchange();
    BOOST_TEST(l.client().is_reusable());
    BOOST_TEST(!l.client().was_refused(handshake_failure));
}

BOOST_AUTO_TEST_CASE(reads_a_long_answer_as_fast_as_it_comes)
{
    line l(TLS1_3_VERSION);
    l.handshake();
    const std::string part(16384, 'x');
    for (int i = 0; i < 192; ++i)
        l.peer().say(part);
    l.unsent += l.peer().output();
    std::string room(16384, '\0');
    std::size_t bytes = 0;
    int reads = 0, cut_short = 0;
    for (; bytes < 192 * part.size() && reads < 100'000; ++reads) {
        l.push();
        bytes += l.client().read_some(asio::buffer(room)).bytes;
        cut_short += l.tls->was_cut_short() ? 1 : 0;
    }
    BOOST_TEST(bytes == 192 * part.size());
    BOOST_TEST(cut_short <= reads / 10); // that is a matter of how the system cuts it
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_flood_of_tls_records_without_data, *boost::unit_test::label("threads"))

using namespace tls_flood_tests;

/// On the machine's time: a context that never gives up its thread has no other to be stopped by.
BOOST_DATA_TEST_CASE(leaves_turns_to_others_and_ends_at_the_limit, all_messages, message)
{
    const tests::flooding_server server(message);
    asio::io_context context;
    auto options = tests::one_attempt();
    options.tls.ca_pem = server.ca_pem();
    options.timeouts.attempt = 300ms;
    cojob::api_request request;
    request.base_url = cojob::http::parse_url(server.url(), "url");
    int ticks = 0;
    bool is_over = false;
    auto others = tests::start(context, count_ticks(ticks, is_over));
    const auto call = tests::run(context, cojob::client(context.get_executor(), options).send(request));
    BOOST_TEST(call.code() == cojob::errc::request_timeout);
    BOOST_TEST(ticks >= 2);
    is_over = true;
    context.run();
    BOOST_TEST(others.is_done());
}

BOOST_AUTO_TEST_SUITE_END()
