#ifndef COJOB_HTTP_URL_HPP
#define COJOB_HTTP_URL_HPP

#include <cojob/detail/config.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::http {

/// The server of a connection. Only requests to the same origin can share one.
class origin {
  public:
    origin() = default;
    /// Creates an origin. The host is as described below.
    origin(std::string to, std::uint16_t at, bool secure) : host(std::move(to)), port(at), is_secure(secure) {}

    std::string host;       ///< lower case; an IPv6 literal without brackets; an absolute name with its final dot
    std::uint16_t port = 0; ///< explicit or the default: 443 or 80
    bool is_secure = true;  ///< whether the scheme is https

    /// An order, for maps. Equal origins can share connections.
    friend auto operator<=>(const origin&, const origin&) = default;
};

/// Returns the `Host` header: brackets around IPv6, the port unless it is the scheme's default, no final dot.
[[nodiscard]] COJOB_DECL std::string host_header(const origin&);

/// Whether the host is in 127.0.0.0/8, ::1 or `localhost`. False for any other name, even one that resolves to such an
/// address.
[[nodiscard]] COJOB_DECL bool is_loopback(const origin&);

/// A base URL: scheme, host, port and path, and nothing else.
class url {
  public:
    url() = default;

    /// Scheme, host and port.
    [[nodiscard]] const http::origin& origin() const noexcept { return origin_; }
    /// The path: empty, or with a slash at the beginning and none at the end.
    [[nodiscard]] const std::string& base_path() const noexcept { return base_path_; }

    /// Whether origin and path are equal after parsing.
    friend bool operator==(const url&, const url&) = default;

  private:
    friend COJOB_DECL url parse_url(std::string_view, std::string_view);
    http::origin origin_;
    std::string base_path_;
};

/// Parses `http(s)://host[:[port]][/path]`. The host is a DNS name, an IPv4 address or an IPv6 literal in brackets. A
/// name with a final dot is absolute: it is looked up as it is, and sent without the dot. Refuses user info, query,
/// fragment, spaces, control characters and percent-encoded dots.
/// \throws api_error `invalid_argument`; the message begins with `what`, the name of the option.
[[nodiscard]] COJOB_DECL url parse_url(std::string_view text, std::string_view what);

/// Formats scheme, host, port and path in their shortest form.
[[nodiscard]] COJOB_DECL std::string to_string(const url&);

/// Percent-encodes one path segment: every character, the slash included, except the unreserved ones (RFC 3986, 2.3).
[[nodiscard]] COJOB_DECL std::string encode_segment(std::string_view);

} // namespace cojob::http

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http/url.ipp>
#endif

#endif
