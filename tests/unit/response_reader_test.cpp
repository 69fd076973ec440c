#include <cojob/impl/internal/http/response_reader.hpp>

#include "support/readings.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

namespace response_reader_tests {

namespace data = boost::unit_test::data;
using cojob::detail::body_mode;
using namespace tests;

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

const reading readings[] = {
    good("a length", ok + "Content-Length: 5\r\n\r\nhello", "hello"),
    good("a length of zero", ok + "Content-Length: 0\r\n\r\n"),
    good("the same length twice", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", "hi"),
    good("204", "HTTP/1.1 204 No Content\r\n\r\n", "", 204),
    good("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", 304),
    good("no reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"),
    good("interim answers", repeat("HTTP/1.1 100 Continue\r\n\r\n", 2) + ok + "Content-Length: 2\r\n\r\nhi", "hi"),
    good("an interim answer with headers",
         "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 0\r\n\r\n"),
    good("999", "HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", "", 999),
    good("099", "HTTP/1.1 099 What\r\nContent-Length: 0\r\n\r\n", "", 99),
    good("no reason and no space before it", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", "hi"),
    good("no reason, no space, no headers", "HTTP/1.1 204\r\n\r\n", "", 204),
    good("interim answers without a space",
         repeat("HTTP/1.1 100\r\n\r\n", 2) + "HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nno", "no", 404),
    good("chunked in capitals", ok + "Transfer-Encoding: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "hi"),
    good("1.0 that keeps alive", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi", "hi"),
    good("a head at the limit", head_of(256)),
    good("as many headers as may be", ok + repeat("X: y\r\n", 4) + "Content-Length: 0\r\n\r\n"),
    good("a body at the limit", ok + "Content-Length: 32\r\n\r\n" + std::string(32, 'x'), std::string(32, 'x')),

    final_answer("1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", input_end::none, "hi"),
    final_answer("close announced", ok + "Connection: close\r\nContent-Length: 2\r\n\r\nhi", input_end::none, "hi"),
    final_answer("the coding that changes nothing", ok + "Transfer-Encoding: identity\r\n\r\nhi", input_end::clean,
                 "hi"),
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
    bad("a transfer coding nobody knows", malformed, ok + "Transfer-Encoding: gzip\r\n\r\n"),
    bad("a transfer coding before chunked", malformed, ok + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    bad("a transfer coding after chunked", malformed, ok + "Transfer-Encoding: chunked, deflate\r\n\r\n"),
    bad("a transfer coding in a line of its own", malformed,
        ok + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"),
    bad("chunked twice", malformed, ok + "Transfer-Encoding: chunked, chunked\r\n\r\n"),
    bad("something like chunked", malformed, ok + "Transfer-Encoding: xchunked\r\n\r\n"),
    bad("a status line that ends in its status", malformed, "HTTP/1.1 20\r\nContent-Length: 0\r\n\r\n"),
    bad("a status line that ends in its version", malformed, "HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
    bad("a tab before no reason", malformed, "HTTP/1.1 200\t\r\nContent-Length: 0\r\n\r\n"),

    bad("a head over the limit", too_large, head_of(257)),
    bad("a head over the limit, in short lines", too_large, head_of_lines(5)),
    bad("a head without end", too_large, ok + "X: " + std::string(256, 'x')),
    bad("a reason without end", too_large, "HTTP/1.1 200 " + std::string(256, 'x')),
    bad("a head of interim answers over the limit", too_large, "HTTP/1.1 100 " + std::string(256, 'x') + "\r\n\r\n"),
    bad("too many headers", too_large, ok + repeat("X: y\r\n", 5) + "Content-Length: 0\r\n\r\n"),
    bad("too many interim answers", too_large, repeat("HTTP/1.1 102 Processing\r\n\r\n", 3)),
    bad("a length over the limit", too_large, ok + "Content-Length: 33\r\n\r\n"),
    bad("2 GiB", too_large, ok + "Content-Length: 2147483648\r\n\r\n"),
    bad("a length near the end of all numbers", too_large, ok + "Content-Length: 18446744073709551615\r\n\r\nx"),
    bad("until close, over the limit", too_large, ok + "\r\n" + std::string(33, 'x')),

    bad("nothing", broken_off, "", input_end::clean),
    bad("nothing, cut", broken_off, "", input_end::cut),
    bad("half a status line", broken_off, "HTTP/1.1 2", input_end::clean),
    bad("half a head", broken_off, ok + "Content-Le", input_end::clean),
    bad("half a body", broken_off, ok + "Content-Length: 5\r\n\r\nhe", input_end::clean),
    bad("until close, but cut", broken_off, ok + "\r\nhello", input_end::cut),
    bad("an interim answer and no more", broken_off, "HTTP/1.1 100 Continue\r\n\r\n", input_end::clean),
};

} // namespace response_reader_tests

BOOST_AUTO_TEST_SUITE(the_response_reader)

using namespace response_reader_tests;

BOOST_DATA_TEST_CASE(reads_the_same_in_any_pieces, data::make(readings) * data::make(piece_sizes), expected, piece)
{
    check_in_pieces(expected, piece);
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

/// A limit may be out of reach: then no announcement may cost memory, or throw.
BOOST_AUTO_TEST_CASE(takes_no_memory_for_what_was_only_announced)
{
    cojob::limit_options limits;
    limits.body_bytes = std::numeric_limits<std::size_t>::max();
    for (const auto* const announced :
         {"1000000", "4611686018427387904", "18446744073709551614", "18446744073709551615"}) {
        boost::beast::flat_buffer buffer;
        response_reader reader(limits, buffer);
        const auto bytes = ok + "Content-Length: " + announced + "\r\n\r\nx";
        reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes)));
        const auto is_possible = std::string_view(announced).size() < 20;
        BOOST_TEST(reader.is_over() == !is_possible);
        BOOST_CHECK(is_possible || reader.failure() == too_large);
        BOOST_TEST(reader.take_message().body.capacity() <= 65U * 1024); // 64 KiB, and what a string rounds up
    }
}

BOOST_AUTO_TEST_CASE(tells_the_status_of_an_answer_that_was_cut_and_never_that_of_an_interim_one)
{
    const struct {
        std::string bytes;
        int status;
    } rows[] = {{"HTTP/1.1 1", 0},
                {"HTTP/1.1 100 Continue\r\n\r\n", 0},
                {"HTTP/1.1 100 Continue\r\nno colon\r\n\r\n", 0},
                {repeat("HTTP/1.1 102 Wait\r\n\r\n", 3), 0},
                {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Later\r\nContent-Length: 9\r\n\r\nab", 503},
                {"HTTP/1.1 404 No\r\nContent-Length: 900\r\n\r\nab", 404},
                {"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi", 500}};
    for (const auto mode : {body_mode::whole, body_mode::streamed})
        for (const auto& row : rows) {
            const auto limits = small_limits();
            boost::beast::flat_buffer buffer;
            response_reader reader(limits, buffer, mode);
            if (!reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(row.bytes))))
                reader.end_of_input(asio::error::connection_reset);
            BOOST_TEST_CONTEXT(row.bytes) BOOST_TEST(reader.take_message().status == row.status);
        }
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
