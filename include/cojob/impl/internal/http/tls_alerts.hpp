#ifndef COJOB_IMPL_INTERNAL_HTTP_TLS_ALERTS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TLS_ALERTS_HPP

#include <cojob/error.hpp>

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace cojob::detail {

/// Returns whether the error is an alert that rejects a handshake (RFC 8446, 6.2). Other alerts may also occur
/// later on the connection.
[[nodiscard]] inline bool refuses_handshake(const error_code& error)
{
    const auto code = static_cast<unsigned long>(error.value());
    if (error.category() != asio::error::get_ssl_category() || ERR_GET_LIB(code) != ERR_LIB_SSL)
        return false;
    switch (ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED: return true;
    default: return false;
    }
}

} // namespace cojob::detail

#endif
