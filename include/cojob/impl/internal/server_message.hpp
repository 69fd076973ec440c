#ifndef COJOB_IMPL_INTERNAL_SERVER_MESSAGE_HPP
#define COJOB_IMPL_INTERNAL_SERVER_MESSAGE_HPP

#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/impl/internal/location.hpp>
#include <cojob/impl/internal/server_words.hpp>
#include <cojob/secret.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// The beginning of a text, of whole characters, without the key, should a server repeat what it was sent.
inline std::string excerpt(std::string_view text, std::size_t most, const secret& authorization)
{
    constexpr std::size_t shortest = 8, shortest_part = 6; // anything shorter is as good as a word
    auto key = authorization.reveal();
    key.remove_prefix(std::min(key.find(' ') + 1, key.size())); // the scheme
    const bool is_key = key.size() >= shortest;
    std::string out;
    while (out.size() < most && !text.empty()) {
        const auto found = is_key ? text.find(key) : text.npos;
        out += text.substr(0, found);
        text.remove_prefix(std::min(found, text.size()));
        if (found != text.npos) {
            out += "***";
            text.remove_prefix(key.size());
        }
    }
    for (auto part = key.size() - 1; is_key && part >= shortest_part; --part) // where a limit cut the text
        if (std::string_view(out).ends_with(key.substr(0, part))) {
            out.resize(out.size() - part);
            out += "***";
            break;
        }
    out.resize(cut_at_character(out, most).size());
    return out;
}

/// A path or URL without the key, as it is and as it is written there.
inline std::string redacted(std::string_view path, const secret& authorization)
{
    auto shown = excerpt(path, path.size(), authorization);
    const auto key = authorization.reveal();
    std::string encoded;
    append_encoded(encoded, key.substr(std::min(key.find(' ') + 1, key.size())));
    return excerpt(shown, shown.size(), secret(std::move(encoded)));
}

/// The body of a failure as JSON; null where it is none.
inline boost::json::value read_failure(const http::response& response, const limit_options& limits)
{
    boost::json::parse_options options;
    options.max_depth = limits.json_depth;
    boost::system::error_code ec;
    auto value = boost::json::parse(response.body, ec, {}, options);
    return ec ? boost::json::value() : value;
}

/// The server's own words in an answer: those of a JSON body, else the body as it is. None where the body is coded.
inline void add_words_of(error_info& info, const http::response& response, const limit_options& limits,
                         const secret& authorization)
{
    if (!content_coding(response).empty())
        return;
    const server_words words(read_failure(response, limits), response.status);
    const std::string_view message = words.message().empty() ? response.body : words.message();
    info.server_message = excerpt(message, limits.error_text, authorization);
    info.server_detail = excerpt(words.detail(), limits.error_text, authorization);
}

/// The server's own words about a failure.
inline void add_server_message(error_info& info, const http::response& response, const limit_options& limits,
                               const secret& authorization)
{
    if (response.status >= 300)
        add_words_of(info, response, limits, authorization);
}

/// What the answer's headers say of it.
inline void add_server_headers(error_info& info, const http::response& response, const secret& authorization)
{
    constexpr std::size_t longest_id = 256, longest_location = 512, longest_time = 64;
    const auto header = [&](std::string_view name) { return response.header(name).value_or(std::string_view()); };
    info.request_id = excerpt(header("X-Request-Id"), longest_id, authorization);
    info.retry_after = excerpt(header("Retry-After"), longest_time, authorization);
    const auto location = escape_control(redacted(without_secrets(header("Location")), authorization));
    info.location = cut_at_character(location, longest_location);
}

} // namespace cojob::detail

#endif
