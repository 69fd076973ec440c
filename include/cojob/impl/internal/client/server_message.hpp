#ifndef COJOB_IMPL_INTERNAL_CLIENT_SERVER_MESSAGE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_SERVER_MESSAGE_HPP

#include <cojob/detail/json_cursor.hpp>
#include <cojob/detail/json_document.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/base/without_key.hpp>
#include <cojob/impl/internal/client/location.hpp>
#include <cojob/impl/internal/client/server_words.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/secret.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// The body of an error response as JSON, parsed as leniently as that of a success; null if it is not JSON.
inline boost::json::value read_failure(const http::response& response, const limit_options& limits)
{
    try {
        return parse_json(response.body, limits.json_depth);
    } catch (const api_error&) {
        return {};
    }
}

/// Adds the server's message: from a JSON body, or else the body itself. Adds nothing if the body has a content coding.
inline void add_words_of(error_info& info, const http::response& response, const limit_options& limits,
                         const secret& authorization)
{
    if (!content_coding(response).empty())
        return;
    const server_words words(read_failure(response, limits), response.status);
    const std::string_view message = words.message().empty() ? without_byte_order_mark(response.body) : words.message();
    info.server_message = excerpt(message, limits.error_text, authorization);
    info.server_detail = excerpt(words.detail(), limits.error_text, authorization);
}

/// Adds the server's message, unless the status is a success.
inline void add_server_message(error_info& info, const http::response& response, const limit_options& limits,
                               const secret& authorization)
{
    if (response.status >= 300)
        add_words_of(info, response, limits, authorization);
}

/// Adds the response headers that help to understand the error.
inline void add_server_headers(error_info& info, const http::response& response, const secret& authorization)
{
    constexpr std::size_t longest_id = 256, longest_location = 512, longest_time = 64;
    const auto header = [&](std::string_view name) { return response.header(name).value_or(std::string_view()); };
    info.request_id = excerpt(header("X-Request-Id"), longest_id, authorization);
    info.retry_after = excerpt(header("Retry-After"), longest_time, authorization);
    const auto location = escape_control(without_key(without_secrets(header("Location")), authorization));
    info.location = cut_at_character(location, longest_location);
}

} // namespace cojob::detail

#endif
