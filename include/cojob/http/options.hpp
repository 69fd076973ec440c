#ifndef COJOB_HTTP_OPTIONS_HPP
#define COJOB_HTTP_OPTIONS_HPP

#include <cojob/clock.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace cojob {

/// TLS 1.2 or newer, the system's certificate authorities, host name check and SNI need nothing switched on.
class tls_options {
  public:
    tls_options() = default;

    std::string ca_file;     ///< PEM file; given, it replaces the system's authorities
    std::string ca_pem;      ///< PEM text; likewise, and together with `ca_file`
    std::string server_name; ///< what the certificate must be for, instead of the URL's host; also sent as SNI
    bool insecure_skip_verify = false; ///< accepts any certificate from anybody
};

/// Every limit is a length of time; zero is refused, "no limit" is `no_timeout`.
struct timeout_options {
    duration resolve = std::chrono::seconds(10);   ///< name lookup
    duration connect = std::chrono::seconds(10);   ///< all addresses together
    duration handshake = std::chrono::seconds(10); ///< TLS
    /// One attempt, from owning a place in the pool to the whole answer, or to its head where an event stream follows.
    duration attempt = std::chrono::seconds(30);
    duration call = std::chrono::minutes(2);         ///< the whole call: queue for a place, attempts, backoff
    duration stream_idle = std::chrono::seconds(60); ///< silence of an event stream while its next event is awaited
};

/// Connections to one origin: scheme, host and port. Zero is refused.
struct pool_options {
    std::size_t max_connections = 8;          ///< at least 1; further calls queue in order
    std::size_t max_streams = 8;              ///< likewise of event streams, which have connections of their own
    duration idle = std::chrono::seconds(45); ///< an idle connection older than this is not used again
};

/// What a server may send; more ends the call with `response_too_large`. Zero is refused.
struct limit_options {
    std::size_t header_bytes = std::size_t{64} * 1024;     ///< of one head, status line included
    std::size_t body_bytes = std::size_t{8} * 1024 * 1024; ///< of a body that is not a stream
    std::size_t header_count = 128;                        ///< headers of one head
    std::size_t informational = 8;                         ///< 1xx responses before the answer
    std::size_t json_depth = 32;                           ///< arrays and objects within each other
    std::size_t error_text = std::size_t{4} * 1024;      ///< of the server's words kept in `error_info::server_message`
    std::size_t chunk_extension = std::size_t{4} * 1024; ///< bytes of one, and of a chunked body's trailers
    std::size_t event_line = std::size_t{1024} * 1024;   ///< of an event stream; `event_bytes` bounds a line of data
    std::size_t event_bytes = std::size_t{1024} * 1024;  ///< data of one event, in one line or in many
};

} // namespace cojob

#endif
