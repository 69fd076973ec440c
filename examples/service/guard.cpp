// Whose requests the service takes: those of its own page.
//
// A page of another site can send requests to the loopback too. It cannot choose the Host header, but a name of its own
// that resolves to 127.0.0.1 (DNS rebinding) makes its requests same-origin: Host tells them. A form or a fetch of
// another site has that site's Origin, or Sec-Fetch-Site; and it has no way to read the token.

#include "guard.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace service {

namespace http = boost::beast::http;

std::string random_hex(std::size_t bytes)
{
    std::string random(bytes, '\0'), text;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(bytes)) != 1)
        throw std::runtime_error("no random numbers");
    for (const char c : random) {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

guard::guard(std::vector<std::string> origins) : origins_(std::move(origins)), token_(random_hex(32)) {}

std::vector<std::string> guard::loopback_origins(unsigned short port)
{
    std::vector<std::string> origins;
    const auto end = port == 80 ? "" : ':' + std::to_string(port); // browsers leave the scheme's own port out
    for (const std::string host : {"127.0.0.1", "localhost", "[::1]"})
        origins.push_back("http://" + host + end);
    return origins;
}

bool guard::is_own_host(const request& asked) const
{
    return asked.count(http::field::host) == 1 && std::ranges::any_of(origins_, [&](std::string_view origin) {
               return boost::beast::iequals(origin.substr(origin.find("://") + 3), asked[http::field::host]);
           });
}

bool guard::is_own_origin(std::string_view origin) const
{
    return std::ranges::any_of(origins_, [&](const auto& own) { return boost::beast::iequals(own, origin); });
}

bool guard::is_token(std::string_view text) const
{
    return text.size() == token_.size() && CRYPTO_memcmp(text.data(), token_.data(), token_.size()) == 0;
}

std::string_view guard::refusal(const request& asked) const
{
    if (!is_own_host(asked))
        return "host";
    const auto origin = asked[http::field::origin], site = asked["Sec-Fetch-Site"];
    if (!origin.empty() && !is_own_origin(origin))
        return "origin";
    // A link from elsewhere may lead to the page, but nothing else is anybody's to fetch.
    if (!site.empty() && site != "same-origin" && site != "none" && asked.target() != "/")
        return "site";
    if (asked.method() == http::verb::get)
        return {};
    // A browser sends Origin with every POST.
    if (origin.empty())
        return "origin";
    return is_token(asked["X-Page-Token"]) ? "" : "token";
}

} // namespace service
