#ifndef COJOB_HTTP_HTTPS_TRANSPORT_HPP
#define COJOB_HTTP_HTTPS_TRANSPORT_HPP

#include <cojob/http/options.hpp>
#include <cojob/http/transport.hpp>
#include <cojob/observer.hpp>

#include <memory>

namespace cojob::http {

/// What the transport of sockets needs to know.
class https_options {
  public:
    https_options() = default;

    tls_options tls;          ///< which servers are believed to be who they say
    timeout_options timeouts; ///< all but `call`
    pool_options pool;        ///< connections to each origin
    limit_options limits;     ///< what a server may send
    observer_ptr observer;    ///< told of connections; empty: nobody is
};

/// HTTP/1.1 over TLS or plain TCP, with kept-alive connections per origin: what a client uses unless it is given
/// another.
/// \throws api_error `invalid_argument` for TLS options that cannot be used.
[[nodiscard]] COJOB_DECL std::shared_ptr<transport> make_https_transport(https_options);

} // namespace cojob::http

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/http/https_transport.ipp>
#endif

#endif
