#include "support/readings.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace chunked_response_tests {

namespace data = boost::unit_test::data;
using namespace tests;

const reading readings[] = {
    good("chunks", chunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
    good("chunks with extensions", chunked + "2;a=b\r\nhi\r\n0;c\r\n\r\n", "hi"),
    good("trailers", chunked + "2\r\nhi\r\n0\r\nX: y\r\n\r\n", "hi"),
    good("no chunk but the last", chunked + "0\r\n\r\n"),
    good("blanks after a chunk's size", chunked + "2 \r\nhi\r\n0\t \r\n\r\n", "hi"),
    good("as many blanks as may be", chunked + "2" + repeat("\t ", 8) + "\r\nhi\r\n0\r\n\r\n", "hi"),
    good("blanks before an extension", chunked + "2  ;a\r\nhi\r\n0 ; b = \"c\"\r\n\r\n", "hi"),
    good("a chunk's size with zeros in front", chunked + "0002\r\nhi\r\n000\r\n\r\n", "hi"),
    good("a chunk's size in either case", chunked + "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
         "01234567890123456789"),
    good("a folded trailer", chunked + "0\r\nX: y\r\n z\r\n\r\n"),
    good("chunks at the limit", chunked + repeat("10\r\n0123456789abcdef\r\n", 2) + "0\r\n\r\n",
         repeat("0123456789abcdef", 2)),
    good("an extension at the limit", chunked + "2;" + std::string(15, 'x') + "\r\nhi\r\n0\r\n\r\n", "hi"),

    bad("more blanks after a chunk's size than may be", malformed, chunked + "2" + std::string(17, ' ')),
    bad("a bare LF after a chunk's size", malformed, chunked + "2\n"),
    bad("a bare LF after blanks", malformed, chunked + "2 \n"),
    bad("a bare LF after an extension", malformed, chunked + "2;a\n"),
    bad("a bare LF after the last chunk's size", malformed, chunked + "2\r\nhi\r\n0\n"),
    bad("a bare LF after a chunk", malformed, chunked + "2\r\nhi\n"),
    bad("a bare LF after the last chunk", malformed, chunked + "0\r\n\n"),
    bad("a bare LF after a trailer", malformed, chunked + "0\r\nX: y\n"),
    bad("a bare CR after a chunk's size", malformed, chunked + "2\rh"),
    bad("a bare CR in an extension", malformed, chunked + "2;a\rb"),
    bad("a bare CR in a trailer", malformed, chunked + "0\r\nX: y\rz"),
    bad("a blank before a chunk's size", malformed, chunked + " 2"),
    bad("no chunk size", malformed, chunked + "\r"),
    bad("no chunk size before an extension", malformed, chunked + ";"),
    bad("two chunk sizes", malformed, chunked + "2 2"),
    bad("a chunk size with a sign", malformed, chunked + "+2"),
    bad("a chunk size with a base", malformed, chunked + "0x"),
    bad("a chunk size of zeros without end", malformed, chunked + std::string(40, '0')),
    bad("NUL in an extension", malformed, chunked + std::string("2;a\0", 4)),
    bad("a trailer without name", malformed, chunked + "0\r\n:"),
    bad("a trailer without colon", malformed, chunked + "0\r\nX\r"),
    bad("a folded line before the first trailer", malformed, chunked + "0\r\n "),
    bad("a blank in a trailer's name", malformed, chunked + "0\r\nX "),
    bad("a chunk size that is no number", malformed, chunked + "zz\r\nhi\r\n"),
    bad("a chunk size beyond all numbers", malformed, chunked + "10000000000000000\r\n"),
    bad("a chunk longer than it says", malformed, chunked + "2\r\nhello\r\n0\r\n\r\n"),
    bad("a length in a trailer", malformed, chunked + "0\r\nContent-Length: 2\r\n\r\n"),

    bad("a chunk near the end of all numbers", too_large, chunked + "ffffffffffffffff\r\nx"),
    bad("a chunk over the limit", too_large, chunked + "21\r\nx"),
    bad("chunks over the limit", too_large, chunked + repeat("10\r\n0123456789abcdef\r\n", 2) + "1\r\nx\r\n"),
    bad("an extension over the limit", too_large, chunked + "2;" + std::string(16, 'x') + "\r\nhi\r\n"),
    bad("an extension without end", too_large, chunked + "2;" + std::string(200, 'x')),
    bad("an extension beyond Beast's own limit", too_large, chunked + "2;" + std::string(20'000, 'x')),
    bad("trailers over the limit", too_large,
        chunked + "0\r\n" + repeat("X: yyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 9) + "\r\n"),

    bad("a chunk cut in its size", broken_off, chunked + "5", input_end::clean),
    bad("a chunk cut after its blanks", broken_off, chunked + "5  ", input_end::clean),
    bad("half a chunk", broken_off, chunked + "5\r\nhe", input_end::clean),
    bad("no last chunk", broken_off, chunked + "5\r\nhello\r\n", input_end::clean),
    bad("half a trailer", broken_off, chunked + "0\r\nX: y\r\n", input_end::clean),
};

} // namespace chunked_response_tests

BOOST_AUTO_TEST_SUITE(a_chunked_response)

using namespace chunked_response_tests;

BOOST_DATA_TEST_CASE(reads_the_same_in_any_pieces, data::make(readings) * data::make(piece_sizes), expected, piece)
{
    check_in_pieces(expected, piece);
}

BOOST_AUTO_TEST_CASE(refuses_a_trailer_that_frames_the_message_anew)
{
    const cojob::limit_options limits;
    for (const auto* const name : {"content-length", "Transfer-Encoding", "TRANSFER-ENCODING"}) {
        boost::beast::flat_buffer buffer;
        response_reader reader(limits, buffer);
        const auto bytes = chunked + "0\r\n" + name + ":";
        reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes)));
        BOOST_CHECK(reader.failure() == malformed);
    }
}

BOOST_AUTO_TEST_SUITE_END()
