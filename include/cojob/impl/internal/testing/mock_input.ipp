#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_INPUT_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_INPUT_IPP

#include <cojob/http/message.hpp>
#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

// Parsing of requests for all APIs of a mock server.
namespace cojob::testing::detail {

/// The parsed value, or an error response.
template <class T>
struct read_input {
    T value{};
    std::optional<http::response> refusal{};
};

inline std::optional<std::string> find_parameter(std::string_view query, std::string_view name)
{
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) != name)
            continue;
        std::string value(pair.substr(std::min(equals + 1, pair.size())));
        std::replace(value.begin(), value.end(), '+', ' ');
        return decode_segment(value).value_or(value);
    }
    return std::nullopt;
}

/// A number, or why the text is not a number. A number out of range is clamped.
struct whole_number {
    std::int64_t value = 0;
    std::errc error{};
};

inline whole_number to_whole_number(std::string_view text)
{
    whole_number read;
    const auto* end = text.data() + text.size();
    const auto [stop, ec] = std::from_chars(text.data(), end, read.value);
    read.error = stop != end ? std::errc::invalid_argument : ec;
    if (read.error == std::errc::result_out_of_range)
        read.value =
            text.starts_with('-') ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return read;
}

/// Nothing if the body is not JSON.
inline std::optional<boost::json::value> parse_body(const recorded_request& request)
{
    boost::system::error_code ec;
    auto body = boost::json::parse(request.body, ec);
    return ec ? std::nullopt : std::optional(std::move(body));
}

/// The text of this member of the body. The error response of Mintlify if there is none.
inline read_input<std::string> read_text(const recorded_request& request, std::string_view member)
{
    const auto body = parse_body(request);
    if (!body)
        return {{}, error_response(400, "Malformed JSON")};
    const auto* object = body->if_object();
    const auto* text = object ? object->if_contains(member) : nullptr;
    if (!text || !text->is_string() || text->get_string().empty())
        return {{}, error_response(400, std::string(member) + " must be a string that is not empty")};
    return {std::string(text->get_string()), {}};
}

} // namespace cojob::testing::detail

#endif
