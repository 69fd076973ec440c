#ifndef COJOB_IMPL_SECRET_IPP
#define COJOB_IMPL_SECRET_IPP

#include <cojob/detail/body.hpp>
#include <cojob/secret.hpp>

#include <openssl/crypto.h>

#include <ostream>

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
    value.reserve(7 + key.reveal().size()); // a reallocation would leave the key behind
    value.append("Bearer ").append(key.reveal());
    return secret(std::move(value));
}

void detail::wipe(std::string& text) noexcept
{
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace cojob

#endif
