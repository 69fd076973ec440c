#ifndef COJOB_IMPL_INTERNAL_CLIENT_REQUEST_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_REQUEST_HPP

#include <cojob/client.hpp>
#include <cojob/detail/ascii.hpp>
#include <cojob/detail/share.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/impl/internal/client/chosen_url.hpp>
#include <cojob/impl/internal/http/content_coding.hpp>
#include <cojob/impl/internal/http/header_lines.hpp>
#include <cojob/policy/effect.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

/// What `api_base` prepares: validated, for the requests of one service.
struct request_base {
    http::url url;
    credential key;
    std::shared_ptr<const http::server_lines> lines; ///< null with a provider

    static const std::shared_ptr<const request_base>& of(const api_base& base) noexcept { return base.state_; }
};

/// A validated request that is ready to be sent.
struct prepared_call {
    http::request wire{};
    cojob::effect effect = cojob::effect::once;
    credential::provider_type provider{}; ///< of the key, before each attempt; empty: the key is in `wire`
    std::shared_ptr<quota> quota_pool{};  ///< null: no quota
    std::string job_id{};                 ///< of the job concerned, for errors
    duration attempt_timeout{};           ///< zero: the client's
    std::string shown_target{};           ///< without a query that the server chose, and for the observer without keys
    bool streams_body = false;            ///< whether the body of a success is streamed

    /// The target for errors and the observer.
    [[nodiscard]] const std::string& visible_target() const noexcept
    {
        return shown_target.empty() ? wire.target : shown_target;
    }
};

/// Appends path segments, encoded.
template <class Segments>
void append_segments(std::string& target, const Segments& segments)
{
    for (const auto& segment : segments)
        append_encoded(target += '/', segment);
}

/// Appends a name and a value to the query.
inline void append_query(std::string& target, std::string_view name, std::string_view value)
{
    append_encoded(target += target.find('?') == target.npos ? '?' : '&', name);
    append_encoded(target += '=', value);
}

inline std::string make_target(const std::string& base_path, const api_request& r)
{
    std::string target;
    target.reserve(128);
    target = base_path;
    append_segments(target, r.segments);
    if (target.empty())
        target = "/";
    for (const auto& [name, value] : r.query)
        append_query(target, name, value);
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

/// The headers of all requests of a client.
inline std::shared_ptr<const http::common_headers> make_common_headers(const std::string& user_agent)
{
    return share<const http::common_headers>(http::header_list{
        {"User-Agent", user_agent}, {"Accept", "application/json"}, {"Accept-Encoding", std::string(no_coding)}});
}

/// If `special` replaces some of the common headers, makes the others headers of this request.
inline void replace_common_headers(http::request& wire, const http::header_list& special)
{
    const auto is_special = [&](const auto& header) { return http::find_header(special, header.first).has_value(); };
    if (!wire.common || std::none_of(wire.common->list().begin(), wire.common->list().end(), is_special))
        return;
    for (const auto& header : wire.common->list())
        if (!is_special(header))
            add_header(wire.headers, header.first, header.second);
    wire.common.reset();
}

inline void set_json(http::request& wire, std::string json)
{
    if (!http::find_header(wire.headers, "Content-Type"))
        add_header(wire.headers, "Content-Type", "application/json");
    wire.body = std::move(json);
    wire.has_body = true;
}

/// Sets the method, and what it implies.
inline void set_method(prepared_call& call, std::string_view method)
{
    call.effect = effect_of(method);
    call.wire.method = method;
    call.wire.has_body = method == "POST" || method == "PUT" || method == "PATCH";
}

/// Sets server and credential, as made ready by a service.
inline void set_base(prepared_call& call, const request_base& base)
{
    call.wire.origin = base.url.origin();
    if (base.key.is_fixed()) {
        call.wire.authorization = base.key.header();
        call.wire.made_lines = base.lines;
    } else {
        call.provider = base.key.provider();
    }
}

/// Sets server and credential of a request without an `api_base`.
/// \throws api_error invalid_argument
inline void set_base(prepared_call& call, api_request& request)
{
    if (request.base_url.origin().host.empty())
        throw_invalid_argument("base_url: missing");
    check_plaintext(request.base_url, request.allow_plaintext, "base_url");
    call.wire.origin = request.base_url.origin();
    if (request.authorization.is_fixed()) {
        check_key(request.authorization.fixed().reveal(), "credential");
        call.wire.authorization = request.authorization.header();
    } else {
        call.provider = request.authorization.provider();
    }
}

/// Prepares a call whose common headers are set.
/// \throws api_error invalid_argument
inline void prepare(prepared_call& call, api_request request)
{
    const auto& base = request_base::of(request.base);
    if (base)
        set_base(call, *base);
    else
        set_base(call, request);
    const std::string_view method = request.method;
    if (!is_token(method))
        throw_invalid_argument("method: not a token");
    if (method == "CONNECT")
        throw_invalid_argument("method: CONNECT is not supported");
    for (const auto& segment : request.segments)
        check_segment(segment, "path segment");
    for (const auto& header : request.headers)
        check_header(header);

    auto& wire = call.wire;
    set_method(call, method);
    call.effect = request.effect.value_or(call.effect);
    const auto& server = base ? base->url : request.base_url;
    wire.target = request.location.empty() ? make_target(server.base_path(), request)
                                           : target_at(server.origin(), request.location);
    wire.headers = std::move(request.headers);
    replace_common_headers(wire, wire.headers);
    if (request.json)
        set_json(wire, std::move(*request.json));
    call.quota_pool = std::move(request.quota_pool);
    call.job_id = std::move(request.job_id);
    if (!request.location.empty()) // its query may be a signature
        call.shown_target = without_query(wire.target);
    if (request.attempt_timeout < duration::zero())
        throw_invalid_argument("api_request::attempt_timeout", "must not be negative");
    call.attempt_timeout = request.attempt_timeout;
}

} // namespace cojob::detail

#endif
