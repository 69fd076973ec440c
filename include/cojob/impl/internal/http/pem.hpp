#ifndef COJOB_IMPL_INTERNAL_HTTP_PEM_HPP
#define COJOB_IMPL_INTERNAL_HTTP_PEM_HPP

#include <cojob/error.hpp>
#include <cojob/impl/internal/base/file.hpp>
#include <cojob/secret.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

namespace cojob::detail {

struct bio_free {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

/// Opens a BIO that refers to the text, which must outlive it.
inline std::unique_ptr<BIO, bio_free> open_pem(std::string_view text)
{
    std::unique_ptr<BIO, bio_free> memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

/// Returns the text of this thread's last OpenSSL error and clears the error queue.
inline std::string take_openssl_error()
{
    const auto* const words = ERR_reason_error_string(ERR_peek_last_error());
    std::string text(words ? words : "invalid");
    ERR_clear_error();
    return text;
}

/// Refuses to give a passphrase. Without this function OpenSSL would ask for one at the terminal.
inline int refuse_passphrase(char*, int, int, void*) noexcept
{
    return -1;
}

/// Reads a file as a secret.
/// \throws api_error invalid_argument
inline secret read_pem_file(const std::filesystem::path& path, const std::string& name)
{
    std::error_code ec;
    const auto size = std::filesystem::file_size(path, ec);
    if (ec)
        throw_invalid_argument(name, ec.message());
    const auto file = open_unbuffered(path);
    if (!file)
        throw_invalid_argument(name, "the file cannot be opened");
    std::string text(static_cast<std::size_t>(size), '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    secret read(std::move(text));
    if (std::ferror(file.get()) != 0)
        throw_invalid_argument(name, "the file cannot be read");
    if (read.empty())
        throw_invalid_argument(name, "the file is empty");
    return read;
}

/// An option that is set as a file or as text.
struct pem_source {
    const char* file_option;
    const std::filesystem::path& file;
    const char* text_option;
    secret text;

    [[nodiscard]] bool is_empty() const { return file.empty() && text.empty(); }

    /// The name of the option in error messages.
    [[nodiscard]] std::string name() const
    {
        return text.empty() ? std::string(file_option) + (file.empty() ? "" : ": " + utf8(file)) : text_option;
    }

    /// \throws api_error invalid_argument, if neither or both are set
    [[nodiscard]] secret read() const
    {
        if (!file.empty() && !text.empty())
            throw_invalid_argument(text_option, "must be empty if the file is set");
        if (is_empty())
            throw_invalid_argument(file_option,
                                   "must be set: a client certificate needs its key, and the key its certificate");
        return text.empty() ? read_pem_file(file, name()) : text;
    }
};

} // namespace cojob::detail

#endif
