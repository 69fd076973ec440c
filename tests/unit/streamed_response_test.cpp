#include <cojob/impl/internal/http/response_reader.hpp>

#include "support/small_messages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace streamed_response_tests {

namespace asio = boost::asio;
using cojob::errc;
using cojob::detail::body_mode;
using cojob::detail::response_reader;

cojob::limit_options four_bytes()
{
    auto limits = tests::small_limits();
    limits.body_bytes = 4;
    return limits;
}

} // namespace streamed_response_tests

BOOST_AUTO_TEST_SUITE(a_streamed_response)

using namespace streamed_response_tests;

/// A body that is taken away as it comes, in pieces of every size.
BOOST_DATA_TEST_CASE(streams_a_body_without_a_limit, boost::unit_test::data::make(tests::piece_sizes), piece)
{
    const auto limits = four_bytes();
    const std::string chunks = "5  \t\r\nHello\r\n7 ;x=y\r\n, World\r\n0\r\nT: t\r\n\r\n";
    const std::string bodies[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello, World",
        "HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
        "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks, "HTTP/1.1 200 OK\r\n\r\nHello, World"};
    for (const auto& bytes : bodies) {
        boost::beast::flat_buffer buffer;
        response_reader reader(limits, buffer, body_mode::streamed);
        std::string text;
        for (std::string_view rest = bytes; !rest.empty() && !reader.is_over();) {
            const auto size = asio::buffer_copy(reader.prepare(), asio::buffer(rest.substr(0, piece)));
            rest.remove_prefix(size);
            reader.commit(size);
            if (reader.is_streaming())
                text += reader.take_body_text();
        }
        if (!reader.is_over())
            reader.end_of_input(asio::error::eof);
        BOOST_TEST(!reader.failure());
        BOOST_TEST(text == "Hello, World");
        BOOST_TEST(reader.take_message().body.empty());
    }
}

BOOST_DATA_TEST_CASE(is_refused_as_soon_as_its_chunks_are_malformed, boost::unit_test::data::make(tests::piece_sizes),
                     piece)
{
    const auto limits = four_bytes();
    for (const std::string broken : {"5\n", "5 \n", "5;x\n", "5\r\nHello\n", "5\r\nHello\r\n0\n", "5\r\nHello!", "x"}) {
        const auto bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + broken;
        boost::beast::flat_buffer buffer;
        response_reader reader(limits, buffer, body_mode::streamed);
        for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
            BOOST_TEST(!reader.is_over());
            reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(rest.substr(0, piece))));
        }
        BOOST_TEST_CONTEXT(broken) BOOST_CHECK(reader.failure() == errc::malformed_response);
    }
}

BOOST_AUTO_TEST_CASE(keeps_the_limits_of_an_answer_that_is_no_success)
{
    const auto limits = four_bytes();
    boost::beast::flat_buffer buffer;
    response_reader reader(limits, buffer, body_mode::streamed);
    const std::string bytes = "HTTP/1.1 429 Slow\r\nContent-Length: 5\r\n\r\nHello";
    reader.commit(asio::buffer_copy(reader.prepare(), asio::buffer(bytes)));
    BOOST_TEST(!reader.is_streaming());
    BOOST_CHECK(reader.failure() == errc::response_too_large);
}

BOOST_AUTO_TEST_SUITE_END()
