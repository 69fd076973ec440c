#ifndef COJOB_HTTP_OPTIONS_HPP
#define COJOB_HTTP_OPTIONS_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cojob {

/// A version of TLS.
enum class tls_version {
    tls_1_2, ///< RFC 5246
    tls_1_3  ///< RFC 8446
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(tls_version value) noexcept
{
    return detail::enumerator_name(value, {"tls_1_2", "tls_1_3"});
}

/// TLS options. The defaults are secure: TLS 1.2 or newer, the system's certificate authorities, host name check and
/// SNI. Files are read once, when the client is created; the system's authorities at the first connection, a
/// directory at each handshake. An option that cannot work is `invalid_argument`.
class tls_options {
  public:
    tls_options() = default;

    std::filesystem::path ca_file; ///< PEM file of authorities; if set, replaces the system's
    /// Directory of authorities, prepared by `openssl rehash`; replaces the system's, and is combined with `ca_file`.
    std::filesystem::path ca_directory;
    std::string ca_pem; ///< PEM text of authorities; replaces the system's, and is combined with the other two
    /// PEM file of certificate revocation lists. If set, each certificate of a server's chain needs a current list of
    /// its issuer, so the authorities must include the root.
    std::filesystem::path crl_file;
    /// SHA-256 hashes of public keys, such as `sha256//` and the base64 text, as curl's. If there are any, the server's
    /// own key must have one of them, in addition to a valid certificate; also with `insecure_skip_verify`.
    std::vector<std::string> pins;

    std::filesystem::path client_certificate_file; ///< PEM file of this client's certificate and its intermediates
    std::string client_certificate_pem;            ///< the same as a text
    std::filesystem::path client_key_file;         ///< PEM file of the certificate's private key
    secret client_key_pem;                         ///< the same as a text
    /// Returns the passphrase of an encrypted key. Called once by the client's constructor and by each
    /// `client::use_tls`, and only if it is needed. What it throws ends the construction.
    std::function<secret()> client_key_passphrase;

    tls_version min_version = tls_version::tls_1_2; ///< the oldest version that is accepted
    tls_version max_version = tls_version::tls_1_3; ///< the newest version that is offered
    std::string server_name; ///< name that the certificate must have, in place of the URL's host; also sent as SNI
    bool insecure_skip_verify = false; ///< accepts any certificate from any server
};

/// Time limits. Zero is refused; `no_timeout` means no limit.
struct timeout_options {
    duration resolve = std::chrono::seconds(10);   ///< name lookup
    duration connect = std::chrono::seconds(10);   ///< connecting, all addresses together
    duration handshake = std::chrono::seconds(10); ///< TLS handshake
    /// One attempt, from getting a connection slot to the complete response, or to its head if an event stream follows.
    duration attempt = std::chrono::seconds(30);
    duration call = std::chrono::minutes(2);         ///< the whole call: queue for a connection slot, attempts, backoff
    duration stream_idle = std::chrono::seconds(60); ///< time without data while the next event of a stream is awaited
    duration proxy = std::chrono::seconds(10);       ///< getting a tunnel from a proxy, its own TLS handshake included
};

/// Looks up a host name, in place of the system's resolver: asks a service registry, or a resolver such as c-ares.
///
///     options.name_lookup = [&registry](std::string host) -> asio::awaitable<std::vector<asio::ip::address>> {
///         co_return co_await registry.addresses_of(std::move(host));
///     };
///
/// Called on the client's strand for each new connection, except to an address or `localhost`; must not block. The
/// result is not remembered. The addresses are tried as those of the system are. An exception, or a result without an
/// address, ends the attempt with `connect_failed`; the words of the exception become part of the error. If the caller
/// stops, or `timeout_options::resolve` expires, a terminal cancellation is emitted and nobody waits for the function
/// any longer, so what it refers to must outlive it. With a proxy it is asked for the proxy's name, and for the
/// server's only if the proxy is `socks5://`.
using name_lookup = std::function<asio::awaitable<std::vector<asio::ip::address>>(std::string host)>;

/// Limits for the connections to one origin: scheme, host and port. Zero is refused.
struct pool_options {
    std::size_t max_connections = 8;          ///< at most that many; further calls queue in order
    std::size_t max_streams = 8;              ///< likewise for event streams, which have connections of their own
    duration idle = std::chrono::seconds(45); ///< connections idle for longer are not used again
    /// Connections that were opened longer ago are not used again, so that a load balancer can drain a server. Each
    /// ends up to a tenth earlier, so that they are not all opened anew at once. `no_timeout`: no limit.
    duration max_age = no_timeout;
};

/// Limits for responses. A response that exceeds one ends the call with `response_too_large`, unless the member says
/// otherwise. Zero is refused.
struct limit_options {
    std::size_t header_bytes = std::size_t{64} * 1024;     ///< bytes of one head, status line included
    std::size_t body_bytes = std::size_t{8} * 1024 * 1024; ///< bytes of a body that is not a stream
    std::size_t header_count = 128;                        ///< number of headers in one head
    std::size_t informational = 8;                         ///< number of 1xx responses before the final one
    std::size_t json_depth = 32; ///< nesting of arrays and objects, 1 to 1000; deeper is `invalid_response`
    std::size_t error_text = std::size_t{4} * 1024;      ///< the server's error text is truncated to this
    std::size_t chunk_extension = std::size_t{4} * 1024; ///< bytes of one extension, and of a chunked body's trailers
    std::size_t event_line = std::size_t{1024} * 1024;   ///< bytes of a line of an event stream, unless it is data
    std::size_t event_bytes = std::size_t{1024} * 1024;  ///< bytes of data of one event, in one line or many
};

} // namespace cojob

#endif
