#ifndef COJOB_IMPL_INTERNAL_HTTP_CLIENT_IDENTITY_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CLIENT_IDENTITY_HPP

#include <cojob/error.hpp>
#include <cojob/http/options.hpp>
#include <cojob/impl/internal/http/pem.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace cojob::detail {

/// Passes the passphrase of a key to OpenSSL, which would otherwise prompt at the terminal.
struct passphrase_source {
    const std::function<secret()>& provider;
    bool was_asked = false;
    std::exception_ptr failure{};

    static int give(char* room, int size, int, void* source) noexcept
    {
        auto& self = *static_cast<passphrase_source*>(source);
        if (std::exchange(self.was_asked, true)) // OpenSSL tries several decoders
            return -1;
        try {
            const auto phrase = self.provider ? self.provider() : secret();
            const auto text = phrase.reveal();
            if (text.empty() || text.size() > static_cast<std::size_t>(size))
                return -1;
            std::memcpy(room, text.data(), text.size()); // OpenSSL wipes the buffer
            return static_cast<int>(text.size());
        } catch (...) {
            self.failure = std::current_exception();
            return -1;
        }
    }
};

struct key_free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

/// \throws api_error invalid_argument, with the option's name, or whatever the passphrase provider throws
inline std::unique_ptr<EVP_PKEY, key_free> read_client_key(const tls_options& options, const std::string& from,
                                                           const secret& text)
{
    const auto memory = open_pem(text.reveal());
    passphrase_source source{options.client_key_passphrase};
    std::unique_ptr<EVP_PKEY, key_free> key(
        PEM_read_bio_PrivateKey(memory.get(), nullptr, &passphrase_source::give, &source));
    if (source.failure) {
        ERR_clear_error();
        std::rethrow_exception(source.failure);
    }
    if (key)
        return key;
    const auto why = take_openssl_error();
    if (!source.was_asked)
        throw_invalid_argument(from, why);
    if (!options.client_key_passphrase)
        throw_invalid_argument("tls_options::client_key_passphrase", "must be set, because the key is encrypted");
    throw_invalid_argument("tls_options::client_key_passphrase", "does not decrypt the key: " + why);
}

[[nodiscard]] inline bool has_client_identity(const tls_options& o)
{
    return !o.client_certificate_file.empty() || !o.client_certificate_pem.empty() || !o.client_key_file.empty() ||
           !o.client_key_pem.empty();
}

/// Loads the client certificate and its key into the context, if the options have them.
/// \throws api_error invalid_argument, with the option's name
inline void use_client_identity(asio::ssl::context& context, const tls_options& options)
{
    const pem_source certificate{"tls_options::client_certificate_file", options.client_certificate_file,
                                 "tls_options::client_certificate_pem", secret(options.client_certificate_pem)};
    const pem_source private_key{"tls_options::client_key_file", options.client_key_file, "tls_options::client_key_pem",
                                 options.client_key_pem};
    if (!has_client_identity(options))
        return;
    const auto chain = certificate.read();
    const auto text = private_key.read();
    error_code ec;
    context.use_certificate_chain(asio::buffer(chain.reveal().data(), chain.reveal().size()), ec);
    if (ec)
        throw_invalid_argument(certificate.name(), ec.message());
    const auto key = read_client_key(options, private_key.name(), text);
    if (SSL_CTX_use_PrivateKey(context.native_handle(), key.get()) != 1 ||
        SSL_CTX_check_private_key(context.native_handle()) != 1)
        throw_invalid_argument(private_key.name(), "is not the key of the client certificate: " + take_openssl_error());
}

} // namespace cojob::detail

#endif
