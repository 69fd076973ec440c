#ifndef COJOB_HTTP_HTTPS_TRANSPORT_HPP
#define COJOB_HTTP_HTTPS_TRANSPORT_HPP

#include <cojob/http/options.hpp>
#include <cojob/http/proxy_options.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/observer.hpp>

#include <memory>

namespace cojob::http {

/// Options of the transport over sockets.
class https_options {
  public:
    https_options() = default;

    tls_options tls;                ///< which certificates are trusted
    proxy_options proxy;            ///< the proxy, if there is one
    timeout_options timeouts;       ///< all but `call`
    pool_options pool;              ///< connections to each origin
    limit_options limits;           ///< limits for responses
    cojob::name_lookup name_lookup; ///< looks up host names; empty: the system does
    observer_ptr observer;          ///< notified of connections; empty: none
};

/// Creates a transport for HTTP/1.1 over TLS or plain TCP, with kept-alive connections for each origin. The default of
/// a client.
/// \throws api_error `invalid_argument` for invalid TLS options and proxies, those of the environment included.
[[nodiscard]] COJOB_DECL std::shared_ptr<transport> make_https_transport(https_options);

} // namespace cojob::http

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http/https_transport.ipp>
#endif

#endif
