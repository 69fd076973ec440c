#ifndef COJOB_IMPL_INTERNAL_CLIENT_REQUEST_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_REQUEST_HPP

#include <cojob/client.hpp>
#include <cojob/detail/ascii.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/policy/effect.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// A validated request that is ready to be sent.
struct prepared_call {
    api_request api{};
    cojob::effect effect = cojob::effect::once;
    http::request wire{};
    std::string shown_target{}; ///< for the observer: without the keys used so far; empty if there is no observer
    bool streams_body = false;  ///< whether the body of a success is streamed
};

inline std::string make_target(const api_request& r)
{
    std::string target;
    target.reserve(128);
    target = r.base_url.base_path();
    for (const auto& segment : r.segments)
        append_encoded(target += '/', segment);
    if (target.empty())
        target = "/";
    char separator = '?';
    for (const auto& [name, value] : r.query) {
        append_encoded(target += separator, name);
        append_encoded(target += '=', value);
        separator = '&';
    }
    return target;
}

inline void check_plaintext(const http::url& base, bool allowed, std::string_view what)
{
    if (!base.origin().is_secure && !allowed && !http::is_loopback(base.origin()))
        throw_invalid_argument(what, "http:// to " + base.origin().host +
                                         " would send the key in the clear; set allow_plaintext to permit that");
}

/// Rejects the headers that only the client sets: target, authorization and framing.
inline void check_header(const std::pair<std::string, std::string>& header)
{
    check_header_name(header.first, "header name");
    check_header_value(header.second, "header " + header.first);
    static constexpr std::array<std::string_view, 5> own{"authorization", "host", "content-length", "transfer-encoding",
                                                         "connection"};
    for (const auto name : own)
        if (equal_ignoring_case(header.first, name))
            throw_invalid_argument("header " + header.first, "is set by the client");
}

/// Adds a header that the caller has not set.
inline void add_default_header(http::header_list& headers, std::string_view name, std::string_view value)
{
    if (!http::find_header(headers, name))
        headers.emplace_back(name, value);
}

/// \throws api_error invalid_argument
inline prepared_call prepare(api_request request, const std::string& user_agent)
{
    if (request.base_url.origin().host.empty())
        throw_invalid_argument("base_url: missing");
    check_plaintext(request.base_url, request.allow_plaintext, "base_url");
    const std::string_view method = request.method;
    if (!is_token(method))
        throw_invalid_argument("method: not a token");
    if (method == "CONNECT")
        throw_invalid_argument("method: CONNECT is not supported");
    for (const auto& segment : request.segments)
        check_segment(segment, "path segment");

    prepared_call call;
    call.effect = request.effect.value_or(effect_of(method));
    auto& wire = call.wire;
    wire.origin = request.base_url.origin();
    wire.method = method;
    wire.target = make_target(request);
    for (const auto& header : request.headers)
        check_header(header);
    wire.headers = std::move(request.headers);
    wire.headers.reserve(wire.headers.size() + 4);
    add_default_header(wire.headers, "User-Agent", user_agent);
    add_default_header(wire.headers, "Accept", "application/json");
    add_default_header(wire.headers, "Accept-Encoding", no_coding);
    if (request.json) {
        add_default_header(wire.headers, "Content-Type", "application/json");
        wire.body = std::move(*request.json);
        wire.has_body = true;
    } else {
        wire.has_body = method == "POST" || method == "PUT" || method == "PATCH";
    }
    if (request.authorization.is_fixed()) {
        check_key(request.authorization.fixed().reveal(), "credential");
        wire.authorization = request.authorization.header();
    }
    call.api = std::move(request);
    return call;
}

} // namespace cojob::detail

#endif
