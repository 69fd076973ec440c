#include <cojob/impl/internal/http/proxy_handshake.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace proxy_handshake_tests {

using namespace std::string_literals;
using cojob::detail::parse_proxy_url;
using cojob::detail::proxy_handshake;
using cojob::http::origin;

const origin server("api.example.test", 443, true);

/// How a handshake went.
struct outcome {
    std::vector<std::string> sent{};
    bool is_over = false, is_final = false;
    std::string why{};
    int status = 0;
    std::string retry_after{};
};

/// A proxy that answers each message with the next of the answers, in pieces of that many bytes, and then closes.
outcome shake_hands(const std::string& url, const std::vector<std::string>& answers, std::size_t piece,
                    const origin& to = server)
{
    const auto proxy = parse_proxy_url(url, "proxy");
    boost::beast::flat_buffer received;
    proxy_handshake asking(proxy, to, {}, received);
    outcome result;
    for (const auto& answer : answers) {
        if (!asking.unsent().empty())
            result.sent.emplace_back(asking.unsent());
        asking.sent(asking.unsent().size());
        for (std::size_t at = 0; at < answer.size() && !asking.is_over(); at += piece) {
            const auto n = std::min(piece, answer.size() - at);
            boost::asio::buffer_copy(asking.prepare(), boost::asio::buffer(answer.substr(at, n)));
            asking.commit(n);
        }
    }
    result.is_over = asking.is_over();
    if (!asking.is_over())
        asking.end_of_input(boost::asio::error::eof);
    result.is_final = asking.is_final();
    result.why = asking.why();
    result.status = asking.response().status;
    result.retry_after = asking.response().header("Retry-After").value_or("");
    return result;
}

struct row {
    const char* name;
    std::string url;
    std::vector<std::string> answers;
    std::string why; ///< after the proxy's name; empty: there is a tunnel
    bool is_final = false;
    int status = 0;
    std::string retry_after{};
};

const std::string http = "http://p", with_password = "http://u:hunter2@p", socks = "socks5h://p",
                  socks_login = "socks5h://u:hunter2@p", chosen = "\x05\0"s, asks = "\x05\x02"s,
                  opened = "\x05\0\0\x01\0\0\0\0\0\0"s;

std::string long_head(std::size_t size)
{
    return "HTTP/1.1 200 OK\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
}

const row rows[] = {
    {"200", http, {"HTTP/1.1 200 Connection established\r\n\r\n"}, "", false, 200},
    {"HTTP/1.0", http, {"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"}, "", false, 200},
    {"no reason", http, {"HTTP/1.1 200\r\n\r\n"}, "", false, 200},
    {"204", http, {"HTTP/1.1 204 No Content\r\n\r\n"}, "", false, 204},
    {"a length, which means nothing", http, {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}, "", false, 200},
    {"100 first", http, {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}, "", false, 200},
    {"a head of 8 KiB", http, {long_head(8192)}, "", false, 200},
    {"a head over 16 KiB",
     http,
     {long_head(16384)},
     " gave no answer that could be read: over limits.header_bytes",
     true},
    {"more than the head",
     http,
     {"HTTP/1.1 200 OK\r\n\r\nx"},
     " sent something of its own before the server was spoken to",
     true,
     200},
    {"407", http, {"HTTP/1.1 407 x\r\n\r\n"}, " wants a user and a password", true, 407},
    {"407 with a login",
     with_password,
     {"HTTP/1.1 407 hunter2\r\nRetry-After: hunter2\r\nContent-Length: 7\r\n\r\nhunter2"},
     " refused the user and the password",
     true,
     407},
    {"401", http, {"HTTP/1.1 401 x\r\n\r\n"}, " answered 401 to CONNECT", true, 401},
    {"401 with a login", with_password, {"HTTP/1.1 401 x\r\n\r\n"}, " refused the user and the password", true, 401},
    {"403", http, {"HTTP/1.1 403 No\r\nRetry-After: 5\r\n\r\n"}, " answered 403 to CONNECT", true, 403},
    {"404", http, {"HTTP/1.1 404 No\r\n\r\n"}, " answered 404 to CONNECT", true, 404},
    {"408", http, {"HTTP/1.1 408 x\r\n\r\n"}, " answered 408 to CONNECT", false, 408},
    {"429", http, {"HTTP/1.1 429 x\r\nRetry-After: 7\r\n\r\n"}, " answered 429 to CONNECT", false, 429, "7"},
    {"501", http, {"HTTP/1.1 501 x\r\n\r\n"}, " answered 501 to CONNECT", true, 501},
    {"502", http, {"HTTP/1.1 502 x\r\n\r\n"}, " answered 502 to CONNECT", false, 502},
    {"503", http, {"HTTP/1.1 503 x\r\nRetry-After: 30\r\n\r\n"}, " answered 503 to CONNECT", false, 503, "30"},
    {"503 and a word",
     http,
     {"HTTP/1.1 503 x\r\nRetry-After: hunter2\r\n\r\n"},
     " answered 503 to CONNECT",
     false,
     503},
    {"a redirection", http, {"HTTP/1.1 302 x\r\nLocation: /\r\n\r\n"}, " answered 302 to CONNECT", true, 302},
    {"101", http, {"HTTP/1.1 101 x\r\n\r\n"}, " answered 101 to CONNECT", true, 101},
    {"no HTTP",
     http,
     {"\x05\x01"},
     " gave no answer that could be read: no status line of HTTP/1, or a line that does not end with CRLF",
     true},
    {"nothing", http, {""}, " closed the connection: End of file"},
    {"half a head", http, {"HTTP/1.1 200 OK\r\nVia"}, " closed the connection: End of file"},

    {"SOCKS", socks, {chosen, opened}, ""},
    {"SOCKS, IPv6", socks, {chosen, "\x05\0\0\x04"s + std::string(18, '\0')}, ""},
    {"SOCKS, a name", socks, {chosen, "\x05\0\0\x03\x04host\0\0"s}, ""},
    {"SOCKS, an empty name", socks, {chosen, "\x05\0\0\x03\0\0\0"s}, ""},
    {"SOCKS with a password", socks_login, {asks, "\x01\0"s, opened}, ""},
    {"SOCKS, the login's version is 5", socks_login, {asks, "\x05\0"s, opened}, ""},
    {"SOCKS, the password is not wanted", socks_login, {chosen, opened}, ""},
    {"SOCKS 4", socks, {"\0\x5A"s}, " does not speak SOCKS 5", true},
    {"HTTP", socks, {"HTTP/1.1 400 Bad Request\r\n\r\n"}, " does not speak SOCKS 5", true},
    {"SOCKS, none is acceptable", socks, {"\x05\xFF"}, " wants a user and a password, or refuses this client", true},
    {"SOCKS, neither is", socks_login, {"\x05\xFF"}, " takes neither a password nor a client without", true},
    {"SOCKS, GSSAPI", socks, {"\x05\x01"}, " chose a way to log in that was not offered", true},
    {"SOCKS, a password that was not offered", socks, {asks}, " chose a way to log in that was not offered", true},
    {"SOCKS, a wrong password", socks_login, {asks, "\x01\x01"}, " refused the user and the password", true},
    {"SOCKS, general failure", socks, {chosen, "\x05\x01\0\x01"s}, " reports a general failure", false},
    {"SOCKS, a rule", socks, {chosen, "\x05\x02\0\x01"s}, " does not allow this server", true},
    {"SOCKS, the network", socks, {chosen, "\x05\x03\0\x01"s}, " cannot reach the server's network", false},
    {"SOCKS, the host", socks, {chosen, "\x05\x04\0\x01"s}, " cannot reach the server", false},
    {"SOCKS, the server", socks, {chosen, "\x05\x05\0\x01"s}, " was refused by the server", false},
    {"SOCKS, TTL", socks, {chosen, "\x05\x06\0\x01"s}, " reports an expired TTL", false},
    {"SOCKS, the command", socks, {chosen, "\x05\x07\0\x01"s}, " does not know CONNECT", true},
    {"SOCKS, the address", socks, {chosen, "\x05\x08\0\x01"s}, " does not know addresses of this type", true},
    {"SOCKS, code 9", socks, {chosen, "\x05\x09\0\x01"s}, " refused with an unknown code", true},
    {"SOCKS, another version later", socks, {chosen, "\x04\0\0\x01"s}, " does not speak SOCKS 5", true},
    {"SOCKS, an unknown address", socks, {chosen, "\x05\0\0\x02\0"s}, " sent an address of an unknown type", true},
    {"SOCKS, half an answer", socks, {chosen, "\x05\0\0\x01\0"s}, " closed the connection: End of file"},
    {"SOCKS, nothing", socks, {""}, " closed the connection: End of file"},
};

} // namespace proxy_handshake_tests

BOOST_AUTO_TEST_SUITE(a_handshake_with_a_proxy)

using namespace proxy_handshake_tests;

BOOST_AUTO_TEST_CASE(ends_alike_whatever_pieces_the_answers_come_in)
{
    for (const auto& row : rows)
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 4096U})
            BOOST_TEST_CONTEXT(row.name << " in pieces of " << piece)
            {
                const auto result = shake_hands(row.url, row.answers, piece);
                const auto name = parse_proxy_url(row.url, "proxy").name();
                // What is behind a head in another piece is for TLS to refuse.
                if (row.name == "more than the head"s && piece == 1) {
                    BOOST_TEST(result.why == "");
                    continue;
                }
                BOOST_TEST(result.why == (row.why.empty() ? row.why : name + row.why));
                BOOST_TEST(result.is_final == row.is_final);
                BOOST_TEST(result.status == row.status);
                BOOST_TEST(result.retry_after == row.retry_after);
                BOOST_TEST(result.why.find("hunter2") == std::string::npos);
            }
}

BOOST_AUTO_TEST_CASE(that_is_cut_anywhere_is_not_over)
{
    for (const auto& row : rows) {
        if (!row.why.empty())
            continue;
        for (std::size_t n = 0; n < row.answers.back().size(); ++n) {
            auto answers = row.answers;
            answers.back().resize(n);
            const auto result = shake_hands(row.url, answers, 4096);
            BOOST_TEST(!result.is_over, row.name << " after " << n << " bytes");
            BOOST_TEST(!result.is_final);
        }
    }
}

BOOST_AUTO_TEST_CASE(by_http_asks_for_host_and_port_and_gives_the_password)
{
    const auto sent = [](const std::string& url, const origin& to) {
        return shake_hands(url, {"HTTP/1.1 200 OK\r\n\r\n"}, 4096, to).sent.at(0);
    };
    BOOST_TEST(sent(http, server) == "CONNECT api.example.test:443 HTTP/1.1\r\nHost: api.example.test:443\r\n\r\n");
    BOOST_TEST(sent(http, {"h.", 80, false}) == "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n");
    BOOST_TEST(sent(http, {"2001:db8::1", 8443, true}) ==
               "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n");
    BOOST_TEST(sent("https://Aladdin:open%20sesame@p", {"h", 1, true}) ==
               "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n"
               "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(by_socks_offers_a_password_only_if_there_is_one_and_names_the_server)
{
    const auto plain = shake_hands(socks, {chosen, opened}, 4096).sent;
    BOOST_TEST_REQUIRE(plain.size() == 2U);
    BOOST_TEST(plain[0] == "\x05\x01\0"s);
    BOOST_TEST(plain[1] == "\x05\x01\0\x03\x10"
                           "api.example.test\x01\xBB"s);
    const auto login = shake_hands(socks_login, {asks, "\x01\0"s, opened}, 4096).sent;
    BOOST_TEST_REQUIRE(login.size() == 3U);
    BOOST_TEST(login[0] == "\x05\x02\0\x02"s);
    BOOST_TEST(login[1] == "\x01\x01u\x07hunter2");
    BOOST_TEST(login[2] == plain[1]);
    const auto unasked = shake_hands(socks_login, {chosen, opened}, 4096).sent;
    BOOST_TEST_REQUIRE(unasked.size() == 2U);
    BOOST_TEST(unasked[1] == plain[1]);
    const auto v4 = shake_hands(socks, {chosen, opened}, 4096, {"10.1.2.3", 80, false}).sent;
    BOOST_TEST(v4.at(1) == "\x05\x01\0\x01\x0A\x01\x02\x03\0\x50"s);
    const auto v6 = shake_hands(socks, {chosen, opened}, 4096, {"2001:db8::1", 443, true}).sent;
    BOOST_TEST(v6.at(1) == "\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xBB"s);
}

BOOST_AUTO_TEST_CASE(by_socks_refuses_a_name_of_more_than_255_bytes_and_answers_before_a_question)
{
    const auto long_name = shake_hands(socks, {chosen}, 4096, {std::string(256, 'a'), 443, true});
    BOOST_TEST(long_name.sent.size() == 1U);
    BOOST_TEST(long_name.why == "proxy p:1080 does not take names of more than 255 bytes");
    BOOST_TEST(long_name.is_final);
    const auto early = shake_hands(socks, {chosen + opened}, 4096);
    BOOST_TEST(early.why == "proxy p:1080 answered before it was asked");
}

BOOST_AUTO_TEST_SUITE_END()
