#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_CERTIFICATE_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_CERTIFICATE_IPP

#include <cojob/testing/mock_server.hpp>

#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace cojob::testing::detail {

template <auto Free>
struct openssl_free {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Free(object);
    }
};

using certificate_ptr = std::unique_ptr<X509, openssl_free<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_free<EVP_PKEY_free>>;
using bio_ptr = std::unique_ptr<BIO, openssl_free<BIO_free_all>>;
using name_ptr = std::unique_ptr<X509_NAME, openssl_free<X509_NAME_free>>;
using bignum_ptr = std::unique_ptr<BIGNUM, openssl_free<BN_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, openssl_free<X509_EXTENSION_free>>;

inline void require_openssl(bool succeeded)
{
    if (!succeeded)
        throw boost::system::system_error(static_cast<int>(ERR_get_error()), asio::error::get_ssl_category(),
                                          "mock_certificate");
}

/// A certificate with its private key.
struct key_pair {
    certificate_ptr certificate;
    key_ptr key;
};

/// A TLS server's certificate and key, and the authority that its clients must trust, as PEM.
struct server_identity {
    std::string ca_pem, certificate_pem, key_pem;
};

inline void set_random_serial(X509& certificate)
{
    // RFC 5280, 4.1.2.2: positive. With 63 random bits, no two servers of a test run share a number.
    const bignum_ptr number(BN_new());
    require_openssl(number && BN_rand(number.get(), 63, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1);
    require_openssl(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr);
}

/// By a name of its own: since OpenSSL 4.0 a certificate's is constant.
inline void set_common_name(X509& certificate, const char* name)
{
    const auto* bytes = reinterpret_cast<const unsigned char*>(name);
    const name_ptr subject(X509_NAME_new());
    require_openssl(subject && X509_NAME_add_entry_by_txt(subject.get(), "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
    require_openssl(X509_set_subject_name(&certificate, subject.get()) == 1);
}

inline void set_time(ASN1_TIME* time, duration from_now)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(from_now).count();
    constexpr auto a_day = 24 * 60 * 60;
    const auto days = static_cast<int>(seconds / a_day);
    require_openssl(X509_time_adj_ex(time, days, static_cast<long>(seconds % a_day), nullptr) != nullptr);
}

inline void add_extension(X509& certificate, X509& issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
    const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    require_openssl(extension && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

/// A version 3 certificate with a fresh P-256 key, without extensions and unsigned.
inline key_pair begin_certificate(const char* name, duration valid_from, duration valid_until)
{
    key_pair created{certificate_ptr(X509_new()), key_ptr(EVP_EC_gen("P-256"))};
    require_openssl(created.certificate && created.key);
    X509& certificate = *created.certificate;
    require_openssl(X509_set_version(&certificate, X509_VERSION_3) == 1);
    require_openssl(X509_set_pubkey(&certificate, created.key.get()) == 1);
    set_random_serial(certificate);
    set_common_name(certificate, name);
    set_time(X509_getm_notBefore(&certificate), valid_from);
    set_time(X509_getm_notAfter(&certificate), valid_until);
    return created;
}

inline void sign(X509& certificate, const key_pair& issuer)
{
    require_openssl(X509_set_issuer_name(&certificate, X509_get_subject_name(issuer.certificate.get())) == 1);
    require_openssl(X509_sign(&certificate, issuer.key.get(), EVP_sha256()) > 0);
}

inline key_pair make_authority()
{
    auto authority = begin_certificate("cojob mock authority", -std::chrono::hours(24), std::chrono::hours(24 * 365));
    X509& certificate = *authority.certificate;
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign");
    add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
    sign(certificate, authority);
    return authority;
}

inline std::string alternative_names(const mock_certificate& wanted)
{
    std::string text;
    const auto add = [&text](std::string_view kind, const std::string& name) {
        if (!text.empty())
            text += ',';
        text.append(kind).append(name);
    };
    for (const auto& name : wanted.names)
        add("DNS:", name);
    for (const auto& address : wanted.addresses)
        add("IP:", address);
    return text;
}

inline key_pair make_leaf(const mock_certificate& wanted, const key_pair& authority)
{
    auto leaf = begin_certificate("cojob mock server", wanted.valid_from, wanted.valid_until);
    X509& certificate = *leaf.certificate;
    X509& issuer = *authority.certificate;
    add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth");
    // Distinguishes the authorities of several mock servers in one trust store: all have the same name.
    add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    if (const auto names = alternative_names(wanted); !names.empty())
        add_extension(certificate, issuer, NID_subject_alt_name, names);
    sign(certificate, authority);
    return leaf;
}

template <class Write>
std::string to_pem(Write write)
{
    const bio_ptr memory(BIO_new(BIO_s_mem()));
    require_openssl(memory && write(memory.get()) == 1);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

/// Validity is relative to the system clock, because OpenSSL verifies with that clock, whatever clock a test uses.
inline server_identity make_identity(const mock_certificate& wanted)
{
    const auto authority = make_authority();
    const auto leaf = make_leaf(wanted, authority);
    const auto certificate_to_pem = [](X509* certificate) {
        return to_pem([certificate](BIO* out) { return PEM_write_bio_X509(out, certificate); });
    };
    return {certificate_to_pem(authority.certificate.get()), certificate_to_pem(leaf.certificate.get()),
            to_pem([&leaf](BIO* out) {
                return PEM_write_bio_PrivateKey(out, leaf.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

} // namespace cojob::testing::detail

#endif
