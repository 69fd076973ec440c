#include <cojob/impl/internal/http/session_cache.hpp>

#include <boost/test/unit_test.hpp>

#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace session_cache_tests {

using cojob::timestamp;
using cojob::detail::resumable;
using cojob::detail::session_cache;
using cojob::detail::session_ptr;
using namespace std::chrono_literals;

const timestamp start(std::chrono::hours(24 * 365 * 60));

/// A session that can be told from others by its number.
resumable session(unsigned char number, timestamp until = start + 1h, int version = TLS1_3_VERSION)
{
    session_ptr made(SSL_SESSION_new());
    const std::array<unsigned char, 32> id{number};
    SSL_SESSION_set1_id(made.get(), id.data(), static_cast<unsigned>(id.size()));
    SSL_SESSION_set_protocol_version(made.get(), version);
    return {std::move(made), until};
}

/// The session's number; 0: there is none.
int number_of(const resumable& r)
{
    unsigned size = 0;
    return r.session ? SSL_SESSION_get_id(r.session.get(), &size)[0] : 0;
}

struct bench {
    session_cache cache;
    timestamp now = start;

    void put(const std::string& server, resumable r) { cache.put(server, std::move(r), now); }
    int take(const std::string& server) { return number_of(cache.take(server, now)); }
};

} // namespace session_cache_tests

BOOST_AUTO_TEST_SUITE(a_session_cache)

using namespace session_cache_tests;

BOOST_AUTO_TEST_CASE(gives_a_ticket_of_tls_1_3_once_and_the_newest_first)
{
    bench b;
    b.put("a", session(1));
    b.put("a", session(2));
    BOOST_TEST(b.take("a") == 2);
    BOOST_TEST(b.take("a") == 1);
    BOOST_TEST(b.take("a") == 0);
}

BOOST_AUTO_TEST_CASE(gives_a_session_of_tls_1_2_again_and_again_until_there_is_a_newer_one)
{
    bench b;
    b.put("a", session(1, start + 1h, TLS1_2_VERSION));
    BOOST_TEST(b.take("a") == 1);
    BOOST_TEST(b.take("a") == 1);
    b.put("a", session(2, start + 1h, TLS1_2_VERSION));
    BOOST_TEST(b.cache.size() == 1U);
    BOOST_TEST(b.take("a") == 2);
}

BOOST_AUTO_TEST_CASE(gives_copies_so_that_a_failed_connection_spoils_its_own_only)
{
    bench b;
    b.put("a", session(1, start + 1h, TLS1_2_VERSION));
    const auto one = b.cache.take("a", start), other = b.cache.take("a", start);
    BOOST_TEST(one.session.get() != other.session.get());
}

BOOST_AUTO_TEST_CASE(never_gives_a_session_of_another_server)
{
    bench b;
    b.put("a", session(1));
    BOOST_TEST(b.take("b") == 0);
    b.put("b", session(2));
    b.cache.forget("a");
    BOOST_TEST(b.take("a") == 0);
    BOOST_TEST(b.take("b") == 2);
}

BOOST_AUTO_TEST_CASE(drops_what_has_ended)
{
    bench b;
    b.put("a", session(1, start));
    BOOST_TEST(b.cache.size() == 0U);
    for (const auto version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        b.put("a", session(2, b.now + 1min, version));
        b.now += 1min;
        BOOST_TEST(b.take("a") == 0);
        BOOST_TEST(b.cache.size() == 0U);
    }
    b.put("a", session(3, b.now + 1min));
    b.now += 2min;
    b.put("b", session(4, b.now + 1min)); // makes room of it, too
    BOOST_TEST(b.cache.size() == 1U);
}

BOOST_AUTO_TEST_CASE(keeps_none_that_cannot_be_resumed)
{
    bench b;
    b.put("a", {session_ptr(SSL_SESSION_new()), start + 1h}); // has neither ticket nor id
    b.put("a", {});
    BOOST_TEST(b.cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(is_bounded_for_each_server_and_for_all)
{
    bench b;
    for (unsigned char i = 1; i <= 20; ++i)
        b.put("a", session(i));
    BOOST_TEST(b.cache.size() == session_cache::most_of_a_server);
    BOOST_TEST(b.take("a") == 20);
    for (int i = 0; i < 200; ++i)
        b.put("server " + std::to_string(i), session(1));
    BOOST_TEST(b.cache.size() == session_cache::most);
    BOOST_TEST(b.take("a") == 0); // the oldest went
    b.cache.clear();
    BOOST_TEST(b.cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(tells_servers_apart_by_host_port_and_proxy)
{
    using cojob::detail::session_key;
    const cojob::http::origin one("localhost", 443, true), port("localhost", 444, true), host("localhos", 443, true);
    BOOST_TEST(session_key(one) != session_key(port));
    BOOST_TEST(session_key(one) != session_key(host));
    BOOST_TEST(session_key(one) != session_key(one, "proxy:3128"));
    BOOST_TEST(session_key(one, "proxy:3128") == session_key(one, "proxy:3128"));
}

BOOST_AUTO_TEST_CASE(ends_with_the_certificate_the_servers_hint_or_a_day)
{
    using cojob::detail::end_of_session;
    const std::optional<timestamp> full;
    const std::optional<std::chrono::seconds> no_hint;
    BOOST_CHECK(end_of_session(start, full, 5h, no_hint) == start + 5h);
    BOOST_CHECK(end_of_session(start, full, 300h, no_hint) == start + 24h);
    BOOST_CHECK(end_of_session(start, full, std::chrono::seconds::max(), no_hint) == start + 24h);
    BOOST_CHECK(end_of_session(start, full, 5h, 2h) == start + 2h);
    BOOST_CHECK(end_of_session(start, full, 300h, 200h) == start + 24h);
    BOOST_CHECK(end_of_session(start, full, 5h, 0s) == start); // TLS 1.3: not to be kept
    BOOST_CHECK(end_of_session(start, full, -1h, no_hint) < start);
    // A chain of tickets ends with the session of its full handshake.
    BOOST_CHECK(end_of_session(start, start + 3h, 0s, no_hint) == start + 3h);
    BOOST_CHECK(end_of_session(start, start + 3h, 0s, 10h) == start + 3h);
    BOOST_CHECK(end_of_session(start, start + 3h, 0s, 1h) == start + 1h);
}

BOOST_AUTO_TEST_SUITE_END()
