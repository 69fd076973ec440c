#ifndef COJOB_IMPL_SECRET_IPP
#define COJOB_IMPL_SECRET_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/base/file.hpp>
#include <cojob/secret.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <utility>

namespace cojob {

secret::secret(std::string text)
{
    const auto forget = [](std::string* s) {
        detail::wipe(*s);
        delete s;
    };
    if (!text.empty())
        text_ = std::shared_ptr<std::string>(new std::string(text), forget);
    detail::wipe(text);
}

std::ostream& operator<<(std::ostream& out, const secret&)
{
    return out << "***";
}

credential::credential(secret fixed) : fixed_(std::move(fixed)), header_(detail::bearer(fixed_)) {}

secret detail::bearer(const secret& key)
{
    if (key.empty())
        return {};
    std::string value;
    value.reserve(7 + key.reveal().size()); // a reallocation would leave a copy of the key in memory
    value.append("Bearer ").append(key.reveal());
    return secret(std::move(value));
}

namespace detail {

inline std::string_view trim_white_space(std::string_view text) noexcept
{
    constexpr std::string_view space = " \t\r\n\v\f";
    const auto first = std::min(text.find_first_not_of(space), text.size());
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

/// Wipes the text at the end of the scope, also after an exception.
[[nodiscard]] inline auto wipe_at_end(std::string& text)
{
    const auto forget = [](std::string* s) { wipe(*s); };
    return std::unique_ptr<std::string, decltype(forget)>(&text, forget);
}

/// \throws api_error invalid_argument
inline secret make_key(std::string_view text, const std::string& from)
{
    check_key(text, from);
    return secret(std::string(text));
}

/// \throws api_error invalid_argument
inline std::string read_key_file(const std::filesystem::path& path)
{
    constexpr std::size_t most = 16384; // larger than any key
    const auto file = open_unbuffered(path);
    if (!file)
        throw_invalid_argument(utf8(path), "the file cannot be opened; it must hold a key");
    std::string text(most, '\0');
    const auto size = std::fread(text.data(), 1, most, file.get());
    if (std::ferror(file.get()) != 0 || size == most) {
        wipe(text);
        throw_invalid_argument(utf8(path),
                               "the file cannot be read, or is too large; it must hold a key and nothing else");
    }
    text.resize(size);
    return text;
}

} // namespace detail

std::string detail::environment(const std::string& variable, std::string_view must_hold)
{
    const char* value =
        std::getenv(variable.c_str()); // NOLINT(concurrency-mt-unsafe): cojob does not modify the environment
    std::string text(trim_white_space(value ? value : ""));
    if (text.empty() && !must_hold.empty())
        throw_invalid_argument(variable + ": the environment variable is " +
                               (value && *value != '\0' ? "blank" : "not set") + "; it must hold " +
                               std::string(must_hold));
    return text;
}

secret secret_from_environment(const std::string& variable, std::string_view must_hold)
{
    auto text = detail::environment(variable, must_hold);
    const auto wiped = detail::wipe_at_end(text);
    return detail::make_key(text, variable);
}

secret secret_from_file(const std::filesystem::path& path)
{
    auto text = detail::read_key_file(path);
    const auto wiped = detail::wipe_at_end(text);
    std::string_view key = text;
    if (constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF"; key.starts_with(byte_order_mark))
        key.remove_prefix(byte_order_mark.size());
    key = detail::trim_white_space(key);
    if (key.empty())
        detail::throw_invalid_argument(detail::utf8(path), "the file is empty or blank; it must hold a key");
    return detail::make_key(key, detail::utf8(path));
}

void detail::wipe(std::string& text) noexcept
{
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace cojob

#endif
