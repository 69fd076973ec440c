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

void detail::wipe(std::string& text) noexcept
{
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace cojob

#endif
