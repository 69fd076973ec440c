#include <cojob/impl/internal/http/response_reader.hpp>

#include "support/small_messages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace response_reader_tests {

namespace asio = boost::asio;
namespace data = boost::unit_test::data;
using cojob::errc;
using cojob::detail::body_mode;
using cojob::detail::response_reader;
using tests::piece_sizes;
using tests::small_limits;

enum class input_end { none, clean, cut };

/// How a message is to be read: in which pieces does not matter.
struct reading {
    const char* name;
    std::string bytes;
    input_end end = input_end::none;
    std::optional<errc> failure{};
    int status = 200;
    std::string body{};
    bool is_reusable = false;

    friend std::ostream& operator<<(std::ostream& out, const reading& r) { return out << r.name; }
};

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

/// A whole answer with a head of that size and no body.
std::string head_of(std::size_t size)
{
    const std::string begin = ok + "Content-Length: 0\r\nX: ", end = "\r\n\r\n";
    return begin + std::string(size - begin.size() - end.size(), 'x') + end;
}

/// The same size, in as many short lines as that takes.
std::string head_of_lines(std::size_t lines)
{
    std::string head = ok + "Content-Length: 0\r\n";
    for (std::size_t i = 1; i < lines; ++i)
        head += "X: " + std::string(60, 'x') + "\r\n";
    return head + "\r\n";
}

std::string repeat(std::string_view text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

reading good(const char* name, std::string bytes, std::string body = {}, int status = 200)
{
    return {name, std::move(bytes), input_end::none, {}, status, std::move(body), true};
}

reading final_answer(const char* name, std::string bytes, input_end end, std::string body = {}, int status = 200)
{
    return {name, std::move(bytes), end, {}, status, std::move(body), false};
}

reading bad(const char* name, errc code, std::string bytes, input_end end = input_end::none)
{
    return {name, std::move(bytes), end, code};
}

constexpr auto malformed = errc::malformed_response;
constexpr auto too_large = errc::response_too_large;
constexpr auto lost = errc::connection_lost;

const reading readings[] = {
    good("a length", ok + "Content-Length: 5\r\n\r\nhello", "hello"),
    good("a length of zero", ok + "Content-Length: 0\r\n\r\n"),
    good("the same length twice", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "hi"),
    good("chunks", chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
    good("chunks with extensions", chunked + "2;a=b\r\nhi\r\n0;c\r\n\r\n", "hi"),
    good("trailers", chunked + "2\r\nhi\r\n0\r\nX: y\r\n\r\n", "hi"),
    good("no chunk but the last", chunked + "0\r\n\r\n"),
    good("204", "HTTP/1.1 204 No Content\r\n\r\n", "", 204),
    good("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", 304),
    good("no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
    good("interim answers", repeat("HTTP/1.1 100 Continue\r\n\r\n", 2) + ok + "Content-Length: 2\r\n\r\nhi", "hi"),
    good("an interim answer with headers",
         "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n"),
    good("999", "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", "", 999),
    good("099", "HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n", "", 99),
    good("1.0 that keeps alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", "hi"),
    good("a head at the limit", head_of(256)),
    good("as many headers as may be", ok + repeat("X: y\r\n", 4) + "Content-Length: 0\r\n\r\n"),
    good("a body at the limit", ok + "Content-Length: 32\r\n\r\n" + std::string(32, 'x'), std::string(32, 'x')),
    good("chunks at the limit", chunked + repeat("10\r\n0123456789abcdef\r\n", 2) + "0\r\n\r\n",
         repeat("0123456789abcdef", 2)),
    good("an extension at the limit", chunked + "2;" + std::string(15, 'x') + "\r\nhi\r\n0\r\n\r\n", "hi"),

    final_answer("1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", input_end::none, "hi"),
    final_answer("close announced", ok + "Connection: close\r\nContent-Length: 2\r\n\r\nhi", input_end::none, "hi"),
    final_answer("until close", ok + "\r\nhello", input_end::clean, "hello"),
    final_answer("until close, nothing", ok + "\r\n", input_end::clean),
    final_answer("until close, at the limit", ok + "\r\n" + std::string(32, 'x'), input_end::clean,
                 std::string(32, 'x')),
    final_answer("switching protocols", "HTTP/1.1 101 Switching\r\n\r\n", input_end::none, "", 101),
    final_answer("two answers", repeat(ok + "Content-Length: 2\r\n\r\nhi", 2), input_end::none, "hi"),
    final_answer("a body where none may be", "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nhi", input_end::none, "",
                 204),

    bad("garbage", malformed, "\x01\x02\x7f garbage \xfe"),
    bad("a word of garbage", malformed, "hello"),
    bad("bytes before the status line", malformed, "\r\n" + ok + "Content-Length: 0\r\n\r\n"),
    bad("HTML", malformed, "<!doctype html>\n"),
    bad("HTTP/2", malformed, std::string("\0\0\x12\x04\0\0\0\0\0", 9)),
    bad("the preface of HTTP/2", malformed, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    bad("HTTP/1.2", malformed, "HTTP/1.2 200 OK\r\n\r\n"),
    bad("HTTP/2.0", malformed, "HTTP/2.0 200 OK\r\n\r\n"),
    bad("a status of two digits", malformed, "HTTP/1.1 99 X\r\n\r\n"),
    bad("a status of four digits", malformed, "HTTP/1.1 2000 X\r\n\r\n"),
    bad("a status of letters", malformed, "HTTP/1.1 two X\r\n\r\n"),
    bad("lines without CR", malformed, "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
    bad("a header line without CR", malformed, ok + "X: y\nContent-Length: 0\r\n\r\n"),
    bad("a CR by itself", malformed, ok + "X: y\rZ: z\r\nContent-Length: 0\r\n\r\n"),
    bad("a header without colon", malformed, ok + "Content-Length 0\r\n\r\n"),
    bad("a header without name", malformed, ok + ": x\r\n\r\n"),
    bad("a space before the colon", malformed, ok + "Content-Length : 0\r\n\r\n"),
    bad("NUL in a header", malformed, ok + std::string("X: a\0b\r\n\r\n", 10)),
    bad("length and chunks", malformed, ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
    bad("chunks and length", malformed, ok + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
    bad("two lengths", malformed, ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
    bad("a negative length", malformed, ok + "Content-Length: -1\r\n\r\n"),
    bad("a length that is no number", malformed, ok + "Content-Length: 0x10\r\n\r\n"),
    bad("a length beyond all numbers", malformed, ok + "Content-Length: 18446744073709551616\r\n\r\n"),
    bad("a chunk size that is no number", malformed, chunked + "zz\r\nhi\r\n"),
    bad("a chunk size beyond all numbers", malformed, chunked + "10000000000000000\r\n"),
    bad("a chunk longer than it says", malformed, chunked + "2\r\nhello\r\n0\r\n\r\n"),
    bad("a length in a trailer", malformed, chunked + "0\r\nContent-Length: 2\r\n\r\n"),

    bad("a head over the limit", too_large, head_of(257)),
    bad("a head over the limit, in short lines", too_large, head_of_lines(5)),
    bad("a head without end", too_large, ok + "X: " + std::string(256, 'x')),
    bad("a reason without end", too_large, "HTTP/1.1 200 " + std::string(256, 'x')),
    bad("a head of interim answers over the limit", too_large, "HTTP/1.1 100 " + std::string(256, 'x') + "\r\n\r\n"),
    bad("too many headers", too_large, ok + repeat("X: y\r\n", 5) + "Content-Length: 0\r\n\r\n"),
    bad("too many interim answers", too_large, repeat("HTTP/1.1 102 Processing\r\n\r\n", 3)),
    bad("a length over the limit", too_large, ok + "Content-Length: 33\r\n\r\n"),
    bad("2 GiB", too_large, ok + "Content-Length: 2147483648\r\n\r\n"),
    bad("a chunk over the limit", too_large, chunked + "21\r\nx"),
    bad("chunks over the limit", too_large, chunked + repeat("10\r\n0123456789abcdef\r\n", 2) + "1\r\nx\r\n"),
    bad("until close, over the limit", too_large, ok + "\r\n" + std::string(33, 'x')),
    bad("an extension over the limit", too_large, chunked + "2;" + std::string(16, 'x') + "\r\nhi\r\n"),
    bad("an extension without end", too_large, chunked + "2;" + std::string(200, 'x')),
    bad("an extension beyond Beast's own limit", too_large, chunked + "2;" + std::string(20'000, 'x')),
    bad("trailers over the limit", too_large,
        chunked + "0\r\n" + repeat("X: yyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 9) + "\r\n"),

    bad("nothing", lost, "", input_end::clean),
    bad("nothing, cut", lost, "", input_end::cut),
    bad("half a status line", lost, "HTTP/1.1 2", input_end::clean),
    bad("half a head", lost, ok + "Content-Le", input_end::clean),
    bad("half a body", lost, ok + "Content-Length: 5\r\n\r\nhe", input_end::clean),
    bad("half a chunk", lost, chunked + "5\r\nhe", input_end::clean),
    bad("no last chunk", lost, chunked + "5\r\nhello\r\n", input_end::clean),
    bad("half a trailer", lost, chunked + "0\r\nX: y\r\n", input_end::clean),
    bad("until close, but cut", lost, ok + "\r\nhello", input_end::cut),
    bad("an interim answer and no more", lost, "HTTP/1.1 100 Continue\r\n\r\n", input_end::clean),
};

} // namespace response_reader_tests

BOOST_AUTO_TEST_SUITE(the_response_reader)

using namespace response_reader_tests;

BOOST_DATA_TEST_CASE(reads_the_same_in_any_pieces, data::make(readings) * data::make(piece_sizes), expected, piece)
{
    const auto limits = small_limits();
    boost::beast::flat_buffer buffer;
    response_reader reader(limits, buffer);
    std::string_view rest = expected.bytes;
    bool is_over = false;
    while (!rest.empty() && !is_over) {
        const auto size = asio::buffer_copy(reader.prepare(), asio::buffer(rest.substr(0, piece)));
        rest.remove_prefix(size);
        is_over = reader.commit(size);
    }
    if (!is_over && expected.end != input_end::none)
        reader.end_of_input(expected.end == input_end::clean ? cojob::error_code(asio::error::eof)
                                                             : cojob::error_code(asio::error::connection_reset));

    BOOST_TEST(reader.is_over());
    BOOST_TEST(reader.has_begun() == !expected.bytes.empty());
    BOOST_CHECK(reader.failure() == expected.failure);
    if (expected.failure) {
        BOOST_TEST(!reader.allows_reuse());
        BOOST_TEST(!reader.why().empty());
        return;
    }
    const auto message = reader.take_message();
    BOOST_TEST(message.status == expected.status);
    BOOST_TEST(message.body == expected.body);
    BOOST_TEST((reader.allows_reuse() && rest.empty()) ==
               expected.is_reusable); // what is left is found before the next use
}

BOOST_AUTO_TEST_CASE(keeps_headers_as_they_are_and_no_trailers)
{
    const cojob::limit_options limits;
    boost::beast::flat_buffer buffer;
    response_reader reader(limits, buffer);
    const auto bytes =
        ok + "X-One:  a b \r\nx-one: second\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nRetry-After: 5\r\n\r\n";
    reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes)));
    const cojob::http::header_list expected{{"X-One", "a b"}, {"x-one", "second"}, {"Transfer-Encoding", "chunked"}};
    BOOST_CHECK(reader.take_message().headers == expected);
}

BOOST_AUTO_TEST_CASE(the_headers_of_an_interim_answer_are_not_the_answers)
{
    const cojob::limit_options limits;
    boost::beast::flat_buffer buffer;
    response_reader reader(limits, buffer);
    const auto bytes = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n";
    reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes)));
    const auto message = reader.take_message();
    BOOST_TEST(!message.header("Link"));
    BOOST_TEST(message.headers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_head_has_no_body_whatever_its_length)
{
    const cojob::limit_options limits;
    boost::beast::flat_buffer buffer;
    response_reader reader(limits, buffer, body_mode::absent);
    const auto bytes = ok + "Content-Length: 500\r\n\r\n";
    BOOST_TEST(reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes))));
    BOOST_TEST(!reader.failure().has_value());
    BOOST_TEST(reader.allows_reuse());
}

BOOST_AUTO_TEST_CASE(one_buffer_serves_one_answer_after_the_other)
{
    const cojob::limit_options limits;
    boost::beast::flat_buffer buffer;
    for (int i = 0; i < 3; ++i) {
        response_reader reader(limits, buffer);
        const auto bytes = ok + "Content-Length: 1\r\n\r\n" + std::to_string(i);
        reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes)));
        BOOST_TEST(reader.allows_reuse());
        BOOST_TEST(reader.take_message().body == std::to_string(i));
    }
}

BOOST_AUTO_TEST_SUITE_END()
