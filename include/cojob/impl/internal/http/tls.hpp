#ifndef COJOB_IMPL_INTERNAL_HTTP_TLS_HPP
#define COJOB_IMPL_INTERNAL_HTTP_TLS_HPP

#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/host.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string>

namespace cojob::detail {

/// Trusts the system's authorities. If there are none, that shows when a certificate is checked.
inline void trust_system_authorities(asio::ssl::context& context)
{
    error_code ignored;
    context.set_default_verify_paths(ignored);
#if defined(_WIN32) && OPENSSL_VERSION_NUMBER >= 0x30200000L
    // No file has them on Windows. OpenSSL opens the system's store at each search.
    if (SSL_CTX_load_verify_store(context.native_handle(), "org.openssl.winstore://") != 1)
        ERR_clear_error();
#endif
}

/// \throws api_error invalid_argument, with the option's name.
inline asio::ssl::context make_tls_context(const tls_options& options)
{
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    static constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(context.native_handle(), http_1_1.data(), static_cast<unsigned>(http_1_1.size()));

    error_code ec;
    // Reading a system's authorities takes 50 ms. That it has none shows when a certificate is checked.
    if (options.ca_file.empty() && options.ca_pem.empty() && !options.insecure_skip_verify)
        trust_system_authorities(context);
    if (!options.ca_file.empty())
        context.load_verify_file(options.ca_file, ec);
    if (ec)
        throw_invalid_argument("tls_options::ca_file: " + options.ca_file, ec.message());
    if (!options.ca_pem.empty())
        context.add_certificate_authority(asio::buffer(options.ca_pem), ec);
    if (ec)
        throw_invalid_argument("tls_options::ca_pem", ec.message());
    // An authority's intermediate, or the server's own certificate, is trust enough where somebody gives it.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
    context.set_verify_mode(options.insecure_skip_verify ? asio::ssl::verify_none : asio::ssl::verify_peer);
    return context;
}

/// SNI and the name or address the certificate must be for. Whether OpenSSL took them.
inline bool expect_server(SSL* ssl, const std::string& host)
{
    const std::string name(without_final_dot(host));
    auto* check = SSL_get0_param(ssl);
    error_code not_an_address;
    asio::ip::make_address(name, not_an_address);
    if (!not_an_address)
        return X509_VERIFY_PARAM_set1_ip_asc(check, name.c_str()) == 1; // no SNI for an address (RFC 6066, section 3)
    // The subject's common name is no name of a server (RFC 9525, 2).
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(check, name.c_str(), name.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

/// Why the server's certificate was not accepted; empty when it was, never came, or is not looked at.
inline std::string certificate_objection(SSL* ssl)
{
    const auto is_checked = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
    const auto verdict = SSL_get_verify_result(ssl);
    return !is_checked || verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
}

} // namespace cojob::detail

#endif
