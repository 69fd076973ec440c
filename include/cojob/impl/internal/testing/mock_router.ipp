#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_ROUTER_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_ROUTER_IPP

#include <cojob/testing/mock_server.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

inline http::response json_response(int status, const boost::json::object& body)
{
    return {status, {}, boost::json::serialize(body)};
}

inline http::response error_response(int status, std::string_view text)
{
    return json_response(status, {{"error", text}});
}

/// The error response of all Mintlify APIs.
inline http::response project_not_found()
{
    return error_response(404, "Project not found");
}

/// A valid response. With `events`, the body is the sequence of these events, sent as a stream.
struct mock_response {
    mock_response(http::response whole) : response(std::move(whole)) {}

    http::response response;
    std::vector<std::string> events{};
    duration gap{}; ///< the delay before each event
};

/// A request and the arguments from its route.
struct routed_request {
    const recorded_request& request;
    std::vector<std::string> arguments; ///< the segments that match the pattern's stars, decoded
    std::string_view query;
    time_point now;
    timestamp wall;
};

/// Decodes one segment of a path. Nothing if a percent sign is not followed by two hexadecimal digits.
inline std::optional<std::string> decode_segment(std::string_view segment)
{
    std::string decoded;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        if (segment[i] != '%') {
            decoded += segment[i];
            continue;
        }
        unsigned char byte = 0;
        const auto digits = segment.substr(i + 1, 2);
        const auto* end = digits.data() + digits.size();
        const auto [stop, ec] = std::from_chars(digits.data(), end, byte, 16);
        if (digits.size() != 2 || ec != std::errc() || stop != end)
            return std::nullopt;
        decoded += static_cast<char>(byte);
        i += 2;
    }
    return decoded;
}

inline std::vector<std::string_view> split_path(std::string_view path)
{
    std::vector<std::string_view> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto length = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, length));
        path.remove_prefix(length);
    }
    return segments;
}

/// An API's error responses if there is no route.
struct router_refusals {
    http::response not_found = error_response(404, "Not found");
    http::response not_allowed = error_response(405, "Method not allowed"); ///< `Allow` is added
};

/// Finds the route of a request. Rejects requests without a route or without the token.
class mock_router {
  public:
    using handler_type = std::function<mock_response(const routed_request&)>;

    explicit mock_router(std::string token, router_refusals refusals = {})
        : authorization_("Bearer " + std::move(token)), refusals_(std::move(refusals))
    {
    }

    /// A star in the pattern matches one segment that is not empty.
    void add(std::string method, std::string_view pattern, handler_type handler)
    {
        add_route(std::move(method), pattern, std::move(handler), true);
    }
    /// Adds a route whose handler checks the token itself.
    void add_open(std::string method, std::string_view pattern, handler_type handler)
    {
        add_route(std::move(method), pattern, std::move(handler), false);
    }

    [[nodiscard]] mock_response answer(const recorded_request& request, time_point now, timestamp wall) const
    {
        const std::string_view target = request.target;
        const auto path_end = std::min(target.find('?'), target.size());
        const auto query = target.substr(std::min(path_end + 1, target.size()));
        const auto segments = split_path(target.substr(0, path_end));
        std::string allowed;
        for (const auto& route : routes_) {
            auto arguments = match(route.pattern, segments);
            if (!arguments)
                continue;
            if (route.method == request.method)
                return admit(route, {request, std::move(*arguments), query, now, wall});
            allowed += (allowed.empty() ? "" : ", ") + route.method;
        }
        if (allowed.empty())
            return refusals_.not_found;
        auto refused = refusals_.not_allowed;
        refused.headers.emplace_back("Allow", std::move(allowed));
        return refused;
    }

  private:
    struct route_type {
        std::string method;
        std::vector<std::string> pattern;
        handler_type handler;
        bool checks_token;
    };
    using argument_list = std::optional<std::vector<std::string>>;

    void add_route(std::string method, std::string_view pattern, handler_type handler, bool checks_token)
    {
        const auto segments = split_path(pattern);
        routes_.push_back({std::move(method), {segments.begin(), segments.end()}, std::move(handler), checks_token});
    }

    [[nodiscard]] static argument_list match(const std::vector<std::string>& pattern,
                                             const std::vector<std::string_view>& segments)
    {
        if (pattern.size() != segments.size())
            return std::nullopt;
        std::vector<std::string> arguments;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            auto decoded = decode_segment(segments[i]);
            const auto is_star = pattern[i] == "*";
            if (!decoded || (is_star ? decoded->empty() : *decoded != pattern[i]))
                return std::nullopt;
            if (is_star)
                arguments.push_back(std::move(*decoded));
        }
        return arguments;
    }

    [[nodiscard]] mock_response admit(const route_type& route, const routed_request& request) const
    {
        if (!route.checks_token || http::find_header(request.request.headers, "Authorization") == authorization_)
            return route.handler(request);
        auto refused = error_response(401, "Unauthorized");
        refused.headers.emplace_back("WWW-Authenticate", "Bearer");
        return refused;
    }

    std::string authorization_;
    router_refusals refusals_;
    std::vector<route_type> routes_;
};

} // namespace cojob::testing::detail

#endif
