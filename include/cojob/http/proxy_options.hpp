#ifndef COJOB_HTTP_PROXY_OPTIONS_HPP
#define COJOB_HTTP_PROXY_OPTIONS_HPP

#include <string>

namespace cojob {

/// The proxy of a client. Every request to a proxied server goes through a tunnel, so for `https` servers the proxy
/// sees host and port and nothing else. TLS with the server is verified as without a proxy.
class proxy_options {
  public:
    proxy_options() = default;

    /// `scheme://user:password@host:port`; user and password are percent-encoded and may be absent. The scheme is
    /// `http` (also if there is none), `https`, `socks5h` (the proxy looks names up) or `socks5` (they are looked up
    /// here, and the proxy gets one address). The ports are 80, 443 and 1080 by default. SOCKS 4 is refused.
    ///
    /// Applies to every server, the local machine included, and makes the client ignore the environment. TLS with an
    /// `https` proxy is verified against the same authorities as with servers and the proxy's own host, never
    /// `tls_options::server_name`. Empty: as the environment says.
    std::string url;
    /// Without a `url`: uses `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, read once when the client is
    /// created, but never for a loopback server. docs/guide/networks.md has the rules.
    bool from_environment = true;
    /// Allows requests to `http` servers through a proxy, which then sees the key. A service's `allow_plaintext` is
    /// necessary as well, unless the server is this machine.
    bool allow_key_in_clear = false;
};

} // namespace cojob

#endif
