#include <cojob/impl/internal/http/head_parser.hpp>
#include <cojob/impl/internal/http/plain_head.hpp>

#include "support/readings.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace plain_head_tests {

namespace asio = boost::asio;
using cojob::detail::head_parser;
using cojob::detail::head_scan;
using cojob::detail::plain_head;
using cojob::detail::response_reader;
using tests::ok;

constexpr std::size_t most_headers = 12;

std::optional<std::uint64_t> plain_length(std::string_view head)
{
    return plain_head().parse(head, most_headers);
}

/// The heads that real servers send, and odd ones.
const std::vector<std::string> seeds{
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: "
    "application/json\r\nContent-Length: 3\r\nConnection: keep-alive\r\nVary: Accept-Encoding\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-Powered-By: Express\r\nContent-Length: 3\r\nETag: W/\"3-x\"\r\nConnection: "
    "keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n",
    "HTTP/1.1 200 \r\ncontent-length:3\r\nx_y:\t a, b \t\r\nempty:\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close, upgrade\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\nProxy-Connection: close\r\n\r\n",
    "HTTP/1.1 404 No\r\nContent-Length: 18446744073709551616\r\nA: b\r\n c\r\n\r\n",
};

/// Replaces, inserts or removes some bytes, mostly those that mean something in a head.
std::string mutate(std::string head, std::mt19937& random)
{
    static constexpr char odd[] = "\r\n :;,\t0159-\0\x7f\xe9{AazZ";
    static constexpr std::string_view bytes(odd, sizeof(odd) - 1);
    static const char* const words[] = {"Content-Length: 3\r\n",
                                        "Connection: close\r\n",
                                        "connection: Keep-Alive\r\n",
                                        "Transfer-Encoding: gzip\r\n",
                                        " folded\r\n",
                                        "\r\n",
                                        "Proxy-Connection: close\r\n",
                                        "A: b\r\n",
                                        "Content-Length: +3\r\n"};
    for (auto n = random() % 4; n != 0; --n) {
        const auto at = random() % (head.size() + 1);
        switch (random() % 4) {
        case 0: head.insert(at, 1, bytes[random() % bytes.size()]); break;
        case 1: head.erase(at, 1 + random() % 3); break;
        case 2:
            if (at != head.size())
                head[at] = bytes[random() % bytes.size()];
            break;
        default: { // a whole line
            const auto line = head.find('\n', at);
            head.insert(line == head.npos ? at : line + 1, words[random() % std::size(words)]);
        }
        }
    }
    return head;
}

/// Reads the response in random pieces.
void feed(response_reader& reader, std::string_view bytes, std::mt19937& random)
{
    while (!bytes.empty() && !reader.is_over()) {
        const auto n = asio::buffer_copy(reader.prepare(), asio::buffer(bytes.substr(0, 1 + random() % 80)));
        reader.commit(n);
        bytes.remove_prefix(n);
    }
}

} // namespace plain_head_tests

BOOST_AUTO_TEST_SUITE(a_plain_head)

using namespace plain_head_tests;

BOOST_AUTO_TEST_CASE(is_what_servers_send)
{
    for (std::size_t i = 0; i < seeds.size(); ++i)
        BOOST_TEST_CONTEXT(seeds[i]) BOOST_TEST((plain_length(seeds[i]) == 3U) == (i < 3));
}

BOOST_AUTO_TEST_CASE(has_nothing_unusual)
{
    for (const std::string line :
         {"Content-Length: 3\r\n", "Connection: close\r\n", "Connection: keep-alive, x\r\n", "Upgrade: x\r\n",
          "Proxy-Connection: keep-alive\r\n", "Transfer-Encoding: identity\r\n", "A : b\r\n", ": b\r\n", "A\r\n",
          " a: b\r\n", "A: \x01\r\n", "A: \xc3\xa9\r\n", "A: b\rc\r\n", "A!: b\r\n"})
        BOOST_TEST_CONTEXT(line) BOOST_TEST(!plain_length(ok + "Content-Length: 3\r\n" + line + "\r\n").has_value());
    for (const std::string value : {"", "+3", "-3", "3 3", "3,3", "0x3", "18446744073709551616"})
        BOOST_TEST_CONTEXT(value) BOOST_TEST(!plain_length(ok + "Content-Length: " + value + "\r\n\r\n").has_value());
    for (const std::string status : {"HTTP/1.0 200 OK", "HTTP/1.1 201 Created", "HTTP/1.1 200", "HTTP/1.1 200 \xe9"})
        BOOST_TEST_CONTEXT(status) BOOST_TEST(!plain_length(status + "\r\nContent-Length: 3\r\n\r\n").has_value());
    const auto full = tests::repeat("A: b\r\n", most_headers - 1) + "Content-Length: 3\r\n";
    BOOST_TEST(plain_length(ok + full + "\r\n").has_value());
    BOOST_TEST(!plain_length(ok + full + "A: b\r\n\r\n").has_value());
}

/// Every head that is read in the short way means the same to Beast's parser, in whatever pieces it arrives.
BOOST_AUTO_TEST_CASE(means_the_same_to_beast, *boost::unit_test::label("long"))
{
    std::mt19937 random(1);
    cojob::limit_options limits;
    limits.header_count = most_headers;
    int plain = 0, others = 0;
    for (int i = 0; i < 200'000; ++i) {
        const auto head = mutate(seeds[random() % seeds.size()], random);
        head_scan scan;
        if (scan.look(head) != head_scan::verdict::whole || scan.size() != head.size() || scan.ends_with_status())
            continue;
        plain_head ours;
        const auto length = ours.parse(head, most_headers);
        ++(length ? plain : others);
        if (!length)
            continue;
        head_parser beast(limits);
        const bool is_same = beast.parse(head) && beast.message.status == 200 && beast.keep_alive() &&
                             !beast.chunked() && beast.content_length() == length &&
                             beast.message.headers == ours.headers;
        if (!is_same)
            BOOST_TEST_CONTEXT(head) BOOST_TEST(is_same);
        boost::beast::flat_buffer buffer;
        response_reader reader(limits, buffer);
        const std::string body(std::min<std::size_t>(*length, 100), 'x');
        feed(reader, head + body, random);
        if (*length <= 100 && !(reader.allows_reuse() && reader.take_message().body == body))
            BOOST_TEST_CONTEXT(head) BOOST_TEST(false);
    }
    BOOST_TEST(plain > 10'000);
    BOOST_TEST(others > 10'000);
}

BOOST_AUTO_TEST_SUITE_END()
