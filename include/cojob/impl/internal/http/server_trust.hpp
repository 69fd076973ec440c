#ifndef COJOB_IMPL_INTERNAL_HTTP_SERVER_TRUST_HPP
#define COJOB_IMPL_INTERNAL_HTTP_SERVER_TRUST_HPP

#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/pem.hpp>
#include <cojob/impl/internal/http/session_cache.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace cojob::detail {

/// Trusts the system's authorities. If there are none, the verification of the first certificate fails.
inline void trust_system_authorities(asio::ssl::context& context)
{
    error_code ignored;
    context.set_default_verify_paths(ignored);
#if defined(_WIN32) && OPENSSL_VERSION_NUMBER >= 0x30200000L
    // Windows has no file of authorities. OpenSSL opens the system's store for each search.
    if (SSL_CTX_load_verify_store(context.native_handle(), "org.openssl.winstore://") != 1)
        ERR_clear_error();
#endif
}

[[nodiscard]] inline bool names_authorities(const tls_options& options)
{
    return !options.ca_file.empty() || !options.ca_directory.empty() || !options.ca_pem.empty();
}

/// \throws api_error invalid_argument, with the option's name
inline void trust_given_authorities(asio::ssl::context& context, const tls_options& options)
{
    error_code ec;
    if (!options.ca_file.empty())
        context.load_verify_file(utf8(options.ca_file), ec);
    if (ec)
        throw_invalid_argument("tls_options::ca_file: " + utf8(options.ca_file), ec.message());
    if (!options.ca_directory.empty()) { // OpenSSL reads the directory only during verification
        std::error_code absent;
        if (!std::filesystem::is_directory(options.ca_directory, absent))
            throw_invalid_argument("tls_options::ca_directory: " + utf8(options.ca_directory), "is no directory");
        context.add_verify_path(utf8(options.ca_directory), ec);
        if (ec)
            throw_invalid_argument("tls_options::ca_directory: " + utf8(options.ca_directory), ec.message());
    }
    if (!options.ca_pem.empty())
        context.add_certificate_authority(asio::buffer(options.ca_pem), ec);
    if (ec)
        throw_invalid_argument("tls_options::ca_pem", ec.message());
}

struct crl_free {
    void operator()(X509_CRL* list) const noexcept { X509_CRL_free(list); }
};

/// Enables revocation checks: from then on a certificate is accepted only if a list of its issuer is present and does
/// not revoke it.
/// \throws api_error invalid_argument, with the option's name
inline void check_revocations(SSL_CTX* context, const tls_options& options)
{
    if (options.crl_file.empty())
        return;
    const auto name = "tls_options::crl_file: " + utf8(options.crl_file);
    const auto text = read_pem_file(options.crl_file, name);
    const auto memory = open_pem(text.reveal());
    auto* const store = SSL_CTX_get_cert_store(context);
    int count = 0;
    while (const std::unique_ptr<X509_CRL, crl_free> list{
        PEM_read_bio_X509_CRL(memory.get(), nullptr, &refuse_passphrase, nullptr)})
        count += X509_STORE_add_crl(store, list.get());
    const auto is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const auto why = take_openssl_error();
    if (count == 0 || !is_at_end)
        throw_invalid_argument(name, why);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

/// Encodes a SHA-256 hash in Base64, as a pin has it.
inline std::string encode_hash(const unsigned char* bytes)
{
    std::array<unsigned char, 45> text{};
    EVP_EncodeBlock(text.data(), bytes, 32);
    return {text.begin(), text.end() - 1};
}

/// \throws api_error invalid_argument, with the option's name
inline void check_pins(const std::vector<std::string>& pins)
{
    constexpr std::string_view prefix = "sha256//";
    for (const auto& pin : pins) {
        std::array<unsigned char, 64> bytes{};
        const auto* const text = reinterpret_cast<const unsigned char*>(pin.data());
        const auto is_decoded = pin.starts_with(prefix) && pin.size() == prefix.size() + 44 &&
                                EVP_DecodeBlock(bytes.data(), text + prefix.size(), 44) == 33;
        if (!is_decoded || pin.substr(prefix.size()) != encode_hash(bytes.data()))
            throw_invalid_argument("tls_options::pins", "must be sha256// and the base64 text of a SHA-256 hash");
    }
}

/// Returns whether a pin matches the public key of the certificate.
inline bool has_pin(const std::vector<std::string>& pins, X509* certificate)
{
    unsigned char* bytes = nullptr;
    const auto size = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes) : 0;
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    const auto is_hashed =
        size > 0 && EVP_Digest(bytes, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr) == 1;
    OPENSSL_free(bytes);
    return is_hashed && std::find(pins.begin(), pins.end(), "sha256//" + encode_hash(hash.data())) != pins.end();
}

/// Verifies the chain as OpenSSL does, unless the options disable that, and then compares the pins of a server. This
/// runs within the handshake, before the client presents its own certificate and sends a request.
inline int verify_with_pins(X509_STORE_CTX* chain, void* given) noexcept
{
    const auto& options = *static_cast<const tls_options*>(given);
    if (options.insecure_skip_verify)
        X509_STORE_CTX_set_error(chain, X509_V_OK);
    else if (X509_verify_cert(chain) != 1)
        return 0;
    auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    try {
        if (session_use::is_with_proxy(ssl) || has_pin(options.pins, X509_STORE_CTX_get0_cert(chain)))
            return 1;
        X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
    } catch (...) {
        X509_STORE_CTX_set_error(chain, X509_V_ERR_OUT_OF_MEM);
    }
    return 0;
}

/// Configures how servers are verified. The options must outlive the context.
/// \throws api_error invalid_argument, with the option's name
inline void verify_servers(asio::ssl::context& context, const tls_options& options)
{
    // Reading the system's authorities takes 50 ms, so it happens only where they are used.
    if (!names_authorities(options) && !options.insecure_skip_verify)
        trust_system_authorities(context);
    trust_given_authorities(context, options);
    check_revocations(context.native_handle(), options);
    // An intermediate certificate, or the server's own, is a sufficient trust anchor if the options name it. Not with
    // revocation lists: a chain that ends there has no issuer whose list could be checked.
    if (options.crl_file.empty())
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
    const auto is_checked = !options.insecure_skip_verify || !options.pins.empty();
    context.set_verify_mode(is_checked ? asio::ssl::verify_peer : asio::ssl::verify_none);
    if (options.pins.empty())
        return;
    check_pins(options.pins);
    auto* const given = const_cast<tls_options*>(&options); // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
    SSL_CTX_set_cert_verify_callback(context.native_handle(), &verify_with_pins, given);
}

} // namespace cojob::detail

#endif
