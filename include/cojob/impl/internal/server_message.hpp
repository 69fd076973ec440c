#ifndef COJOB_IMPL_INTERNAL_SERVER_MESSAGE_HPP
#define COJOB_IMPL_INTERNAL_SERVER_MESSAGE_HPP

#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace cojob::detail {

/// The server's own words about a failure: the `error` or `message` of a JSON object, as all these APIs have it, else the
/// body as it is; never more than the limit.
inline std::string server_message(const http::response& response, const limit_options& limits)
{
    if (response.status < 300)
        return {};
    std::string text = response.body.substr(0, limits.error_text);
    boost::json::parse_options options;
    options.max_depth = limits.json_depth;
    boost::system::error_code ec;
    const auto value = boost::json::parse(response.body, ec, {}, options);
    if (ec || !value.is_object())
        return text;
    for (const auto* name : {"error", "message"})
        if (const auto* words = value.get_object().if_contains(name); words && words->is_string())
            return std::string(words->get_string()).substr(0, limits.error_text);
    return text;
}

} // namespace cojob::detail

#endif
