#ifndef COJOB_IMPL_INTERNAL_SERVER_MESSAGE_HPP
#define COJOB_IMPL_INTERNAL_SERVER_MESSAGE_HPP

#include <cojob/detail/text.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/content_coding.hpp>
#include <cojob/secret.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// The beginning of a server's text, of whole characters, without the key, should it repeat what it was sent.
inline std::string excerpt(std::string_view text, std::size_t most, const secret& authorization)
{
    constexpr std::size_t shortest = 8; // anything shorter is as good as a word
    auto key = authorization.reveal();
    key.remove_prefix(std::min(key.find(' ') + 1, key.size())); // the scheme
    std::string out;
    while (out.size() < most && !text.empty()) {
        const auto found = key.size() < shortest ? text.npos : text.find(key);
        out += text.substr(0, found);
        text.remove_prefix(std::min(found, text.size()));
        if (found != text.npos) {
            out += "***";
            text.remove_prefix(key.size());
        }
    }
    out.resize(cut_at_character(out, most).size());
    return out;
}

/// The server's own words about a failure: the `error` or `message` of a JSON object, as all these APIs have it, else
/// the body as it is; never more than the limit. None where the body is coded.
inline std::string server_message(const http::response& response, const limit_options& limits,
                                  const secret& authorization)
{
    if (response.status < 300 || !content_coding(response).empty())
        return {};
    boost::json::parse_options options;
    options.max_depth = limits.json_depth;
    boost::system::error_code ec;
    const auto value = boost::json::parse(response.body, ec, {}, options);
    std::string_view words = response.body;
    if (const auto* object = ec ? nullptr : value.if_object())
        for (const auto* name : {"message", "error"})
            if (const auto* found = object->if_contains(name); found && found->is_string())
                words = found->get_string();
    return excerpt(words, limits.error_text, authorization);
}

} // namespace cojob::detail

#endif
