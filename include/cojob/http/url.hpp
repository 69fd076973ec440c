#ifndef COJOB_HTTP_URL_HPP
#define COJOB_HTTP_URL_HPP

#include <cojob/detail/config.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::http {

/// Where a connection goes: what two requests must have in common to share one.
class origin {
  public:
    origin() = default;
    /// Host, port and whether it is https; the host as below.
    origin(std::string to, std::uint16_t at, bool secure) : host(std::move(to)), port(at), is_secure(secure) {}

    std::string host;       ///< lower case; an IPv6 literal without its brackets; an absolute name with its dot
    std::uint16_t port = 0; ///< written out or not: 443 and 80 are filled in
    bool is_secure = true;  ///< https

    /// An order, for maps; equal origins may share connections.
    friend auto operator<=>(const origin&, const origin&) = default;
};

/// The `Host` header of an origin: brackets around IPv6, the port where it is not the scheme's own, no dot at the end
/// of a name.
[[nodiscard]] COJOB_DECL std::string host_header(const origin&);

/// 127.0.0.0/8, ::1 or `localhost`; no other name, wherever it may lead.
[[nodiscard]] COJOB_DECL bool is_loopback(const origin&);

/// A base URL: scheme, host, port and path; nothing else is accepted.
class url {
  public:
    url() = default;

    /// Scheme, host and port.
    [[nodiscard]] const http::origin& origin() const noexcept { return origin_; }
    /// Empty, or begins with a slash and does not end with one.
    [[nodiscard]] const std::string& base_path() const noexcept { return base_path_; }

    /// Whether origin and path are the same, however they were written.
    friend bool operator==(const url&, const url&) = default;

  private:
    friend COJOB_DECL url parse_url(std::string_view, std::string_view);
    http::origin origin_;
    std::string base_path_;
};

/// `http(s)://host[:[port]][/path]`, host a DNS name, an IPv4 address or an IPv6 literal in brackets. A name that ends
/// with a dot is absolute: looked up as it is, and sent without the dot. User info, query,
/// fragment, spaces, control characters and percent-encoded dots are refused.
/// \throws api_error `invalid_argument`; the message begins with `what`, the name of the option.
[[nodiscard]] COJOB_DECL url parse_url(std::string_view text, std::string_view what);

/// Scheme, host, port and path, as short as they can be written.
[[nodiscard]] COJOB_DECL std::string to_string(const url&);

/// One path segment, percent-encoded: everything but unreserved characters (RFC 3986, 2.3), the slash too.
[[nodiscard]] COJOB_DECL std::string encode_segment(std::string_view);

} // namespace cojob::http

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http/url.ipp>
#endif

#endif
