#ifndef COJOB_TESTS_SUPPORT_READINGS_HPP
#define COJOB_TESTS_SUPPORT_READINGS_HPP

#include <cojob/impl/internal/http/response_reader.hpp>

#include "support/small_messages.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace tests {

namespace asio = boost::asio;
using cojob::errc;
using cojob::detail::response_reader;

enum class input_end { none, clean, cut };

/// The expected result of reading a message, in whatever pieces it arrives.
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

inline const std::string ok = "HTTP/1.1 200 OK\r\n";
inline const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

inline std::string repeat(std::string_view text, int times)
{
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

inline reading good(const char* name, std::string bytes, std::string body = {}, int status = 200)
{
    return {name, std::move(bytes), input_end::none, {}, status, std::move(body), true};
}

inline reading final_answer(const char* name, std::string bytes, input_end end, std::string body = {}, int status = 200)
{
    return {name, std::move(bytes), end, {}, status, std::move(body), false};
}

inline reading bad(const char* name, errc code, std::string bytes, input_end end = input_end::none)
{
    return {name, std::move(bytes), end, code};
}

inline constexpr auto malformed = errc::malformed_response;
inline constexpr auto too_large = errc::response_too_large;
inline constexpr auto broken_off = errc::connection_lost;

/// Uses `small_limits()`.
inline void check_in_pieces(const reading& expected, std::size_t piece)
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
               expected.is_reusable); // the rest is found before the next request
}

} // namespace tests

#endif
