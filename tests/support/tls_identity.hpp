#ifndef COJOB_TESTS_SUPPORT_TLS_IDENTITY_HPP
#define COJOB_TESTS_SUPPORT_TLS_IDENTITY_HPP

#include <cojob/impl/internal/testing/mock_certificate.ipp>

#include "support/scratch_file.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace tests {

/// A client's certificate and key, and their authority.
struct client_identity {
    cojob::testing::detail::key_pair authority = cojob::testing::detail::make_authority(), own = make(authority);
    std::string certificate_pem =
        cojob::testing::detail::to_pem([this](BIO* out) { return PEM_write_bio_X509(out, own.certificate.get()); });
    std::string key_pem = encrypted_key_pem("");

    /// Not encrypted if there is no passphrase.
    [[nodiscard]] std::string encrypted_key_pem(std::string passphrase) const
    {
        return cojob::testing::detail::to_pem([&](BIO* out) {
            return PEM_write_bio_PrivateKey(out, own.key.get(), passphrase.empty() ? nullptr : EVP_aes_256_cbc(),
                                            nullptr, 0, nullptr, passphrase.data());
        });
    }

  private:
    static cojob::testing::detail::key_pair make(const cojob::testing::detail::key_pair& authority)
    {
        using namespace std::chrono_literals;
        auto made = cojob::testing::detail::begin_certificate("cojob client", -1h, 24h);
        cojob::testing::detail::add_extension(*made.certificate, *authority.certificate, NID_ext_key_usage,
                                              "clientAuth");
        cojob::testing::detail::add_extension(*made.certificate, *authority.certificate, NID_authority_key_identifier,
                                              "keyid:always");
        cojob::testing::detail::sign(*made.certificate, authority);
        return made;
    }
};

/// A server takes no client without a certificate of this authority.
inline void require_certificate_of(SSL_CTX* server, const cojob::testing::detail::key_pair& authority)
{
    X509_STORE_add_cert(SSL_CTX_get_cert_store(server), authority.certificate.get());
    SSL_CTX_set_verify(server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

/// The first certificate of a text.
inline cojob::testing::detail::certificate_ptr read_certificate(const std::string& pem)
{
    const cojob::testing::detail::bio_ptr memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return cojob::testing::detail::certificate_ptr(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

/// As `openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64` writes it.
inline std::string pin_of(X509& certificate)
{
    unsigned char* bytes = nullptr;
    const auto size = i2d_PUBKEY(X509_get0_pubkey(&certificate), &bytes);
    std::array<unsigned char, 32> hash{};
    EVP_Digest(bytes, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr);
    OPENSSL_free(bytes);
    std::array<unsigned char, 45> text{};
    EVP_EncodeBlock(text.data(), hash.data(), 32);
    return "sha256//" + std::string(text.begin(), text.end() - 1);
}

/// The file of a directory of authorities in which OpenSSL looks for this one.
inline std::string hashed_name(X509& certificate)
{
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "%08lx.0", X509_subject_name_hash(&certificate));
    return name.data();
}

/// Authorities in the form that `openssl rehash` makes.
struct authority_directory {
    authority_directory() { std::filesystem::create_directory(path); }
    authority_directory(const authority_directory&) = delete;
    authority_directory& operator=(const authority_directory&) = delete;
    ~authority_directory() { std::filesystem::remove_all(path); }

    void add(const std::string& pem) const { std::ofstream(path / hashed_name(*read_certificate(pem))) << pem; }

    std::filesystem::path path = scratch_file("").path() + ".d";
};

} // namespace tests

#endif
