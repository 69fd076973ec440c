#ifndef COJOB_IMPL_INTERNAL_HTTP_TLS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TLS_HPP

#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/client_identity.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/pem.hpp>
#include <cojob/impl/internal/http/server_trust.hpp>
#include <cojob/impl/internal/http/session_cache.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string>
#include <string_view>

namespace cojob::detail {

[[nodiscard]] inline int wire_version(tls_version version) noexcept
{
    return version == tls_version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// Creates the context of a client. The options must outlive it.
/// \throws api_error invalid_argument, with the option's name.
inline asio::ssl::context make_tls_context(const tls_options& options)
{
    asio::ssl::context context(asio::ssl::context::tls_client);
    auto* const tls = context.native_handle();
    SSL_CTX_set_min_proto_version(tls, wire_version(options.min_version));
    SSL_CTX_set_max_proto_version(tls, wire_version(options.max_version));
    static constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(tls, http_1_1.data(), static_cast<unsigned>(http_1_1.size()));
    SSL_CTX_set_default_passwd_cb(tls, &refuse_passphrase);
    session_use::enable(tls);
    verify_servers(context, options);
    use_client_identity(context, options);
    return context;
}

/// Sets the name or address that the certificate must match. Returns whether OpenSSL accepted it.
inline bool expect_name(X509_VERIFY_PARAM* check, const std::string& name)
{
    error_code not_an_address;
    asio::ip::make_address(name, not_an_address);
    if (!not_an_address)
        return X509_VERIFY_PARAM_set1_ip_asc(check, name.c_str()) == 1;
    // The subject's common name does not identify a server (RFC 9525, 2).
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(check, name.c_str(), name.size()) == 1;
}

/// Sets SNI. Not for an address (RFC 6066, section 3). Returns whether OpenSSL accepted it.
inline bool send_name(SSL* ssl, const std::string& name)
{
    error_code not_an_address;
    asio::ip::make_address(name, not_an_address);
    return !not_an_address || SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

/// Sets SNI, and the name or address that the certificate must match. Returns whether OpenSSL accepted them.
inline bool expect_server(SSL* ssl, const std::string& host)
{
    const std::string name(without_final_dot(host));
    return expect_name(SSL_get0_param(ssl), name) && send_name(ssl, name);
}

/// Returns why the peer's certificate was rejected. Empty if it was accepted, never received, or not verified.
inline std::string certificate_objection(SSL* ssl)
{
    const auto is_checked = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
    const auto verdict = SSL_get_verify_result(ssl);
    if (verdict == X509_V_ERR_APPLICATION_VERIFICATION)
        return "its key has none of tls_options::pins";
    return !is_checked || verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
}

/// Returns whether the server selected a protocol that was not offered. A server that selects none speaks HTTP/1.1.
inline bool chose_another_protocol(SSL* ssl)
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return size != 0 && std::string_view(reinterpret_cast<const char*>(name), size) != "http/1.1";
}

} // namespace cojob::detail

#endif
