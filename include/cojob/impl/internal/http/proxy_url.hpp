#ifndef COJOB_IMPL_INTERNAL_HTTP_PROXY_URL_HPP
#define COJOB_IMPL_INTERNAL_HTTP_PROXY_URL_HPP

#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/url_parser.hpp>
#include <cojob/secret.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::detail {

enum class proxy_kind {
    http,
    https,
    socks5, ///< this client resolves the server's name
    socks5h ///< the proxy resolves the server's name
};

/// A proxy, as its URL describes it.
struct proxy_server {
    proxy_kind kind = proxy_kind::http;
    http::origin address{};
    secret login{}; ///< the value of Proxy-Authorization, or the message of RFC 1929, or empty

    [[nodiscard]] bool speaks_socks() const noexcept
    {
        return kind == proxy_kind::socks5 || kind == proxy_kind::socks5h;
    }
    /// The name in error messages, without the login.
    [[nodiscard]] std::string name() const { return "proxy " + http::host_header(address); }
};

/// The decoded user and password of a URL. The destructor wipes them.
class proxy_login {
  public:
    explicit proxy_login(const url_parser& parser) : parser_(parser) {}
    proxy_login(const proxy_login&) = delete;
    proxy_login& operator=(const proxy_login&) = delete;
    ~proxy_login()
    {
        wipe(user_);
        wipe(password_);
    }

    void parse(std::string_view text)
    {
        const auto colon = std::min(text.find(':'), text.size());
        decode(text.substr(0, colon), user_);
        decode(text.substr(std::min(colon + 1, text.size())), password_);
    }

    /// The value of the header Proxy-Authorization (RFC 7617).
    [[nodiscard]] secret basic() const
    {
        if (user_.find(':') != user_.npos)
            parser_.fail("the user must not have a colon");
        constexpr std::string_view scheme = "Basic ";
        std::string plain, value; // reserved, because a reallocation would leave a copy of the password
        plain.reserve(user_.size() + 1 + password_.size());
        plain.append(user_).append(1, ':').append(password_);
        value.reserve(64); // on the heap: a short text would be copied, not moved
        value.resize(scheme.size() + (plain.size() + 2) / 3 * 4 + 1);
        scheme.copy(value.data(), scheme.size());
        EVP_EncodeBlock(bytes(value) + scheme.size(), bytes(plain), static_cast<int>(plain.size()));
        value.pop_back(); // the terminating zero
        wipe(plain);
        return secret(std::move(value));
    }

    /// The SOCKS message with user and password (RFC 1929, 2).
    [[nodiscard]] secret socks() const
    {
        constexpr std::size_t longest = 255;
        if (user_.empty() || user_.size() > longest || password_.size() > longest)
            parser_.fail("SOCKS takes a user of 1 to 255 bytes, and a password of at most 255");
        std::string message;
        message.reserve(64 + user_.size() + password_.size()); // on the heap: a short text would be copied, not moved
        message.append(1, '\x01').append(1, static_cast<char>(user_.size())).append(user_);
        message.append(1, static_cast<char>(password_.size())).append(password_);
        return secret(std::move(message));
    }

  private:
    static unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

    void decode(std::string_view text, std::string& to) const
    {
        to.reserve(text.size());
        while (!text.empty()) {
            auto c = static_cast<unsigned char>(text.front());
            text.remove_prefix(1);
            if (c == '%') {
                const auto* const digits = text.data();
                const auto length = std::min<std::size_t>(text.size(), 2);
                const auto [end, failed] = std::from_chars(digits, digits + length, c, 16);
                if (failed != std::errc() || length != 2 || end != digits + length)
                    parser_.fail("user or password has a percent sign without two hexadecimal digits");
                text.remove_prefix(length);
            }
            if (is_control(static_cast<char>(c)))
                parser_.fail("user or password has a control character");
            to += static_cast<char>(c);
        }
    }

    const url_parser& parser_;
    std::string user_, password_;
};

/// Removes the scheme from the text. A URL without one means `http://`, as for curl and Go.
inline proxy_kind take_proxy_scheme(std::string_view& text, const url_parser& parser)
{
    const auto end = text.find("://");
    if (end == text.npos)
        return proxy_kind::http;
    const auto scheme = text.substr(0, end);
    text.remove_prefix(end + 3);
    const auto is = [scheme](std::string_view name) { return equal_ignoring_case(scheme, name); };
    if (is("http"))
        return proxy_kind::http;
    if (is("https"))
        return proxy_kind::https;
    if (is("socks5"))
        return proxy_kind::socks5;
    if (is("socks5h"))
        return proxy_kind::socks5h;
    if (is("socks4") || is("socks4a"))
        parser.fail("SOCKS 4 has neither passwords nor IPv6 and is not supported; use socks5h://");
    if (is("socks")) // curl reads it as SOCKS 4, others as SOCKS 5
        parser.fail("socks:// is ambiguous; use socks5h://");
    parser.fail("the scheme is not http, https, socks5h or socks5");
}

/// \throws api_error invalid_argument, whose text begins with `what` and contains no part of the URL
inline proxy_server parse_proxy_url(std::string_view text, std::string_view what)
{
    const url_parser parser(what);
    parser.check_characters(text);
    proxy_server proxy;
    proxy.kind = take_proxy_scheme(text, parser);
    auto authority = text.substr(0, text.find('/'));
    if (text.size() > authority.size() + 1)
        parser.fail("must have no path; a slash in a password is %2F");
    const auto at = authority.rfind('@');
    proxy_login login(parser);
    if (at != authority.npos) {
        login.parse(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    const auto is_secure = proxy.kind == proxy_kind::https;
    const std::uint16_t usual = proxy.speaks_socks() ? 1080 : is_secure ? 443 : 80;
    proxy.address.is_secure = is_secure;
    proxy.address.host = parser.take_host(authority);
    proxy.address.port = parser.parse_port(authority, usual);
    if (at != authority.npos && at != 0)
        proxy.login = proxy.speaks_socks() ? login.socks() : login.basic();
    return proxy;
}

} // namespace cojob::detail

#endif
