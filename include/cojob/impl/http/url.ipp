#ifndef COJOB_IMPL_HTTP_URL_IPP
#define COJOB_IMPL_HTTP_URL_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/error.hpp>
#include <cojob/http/url.hpp>

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

// Nothing below puts a part of the URL into an error, the scheme apart: any other part may be half of a password.

namespace cojob {

namespace detail {

/// The host may be written by getaddrinfo's old rules (one to four numbers, octal and hexadecimal too) only as the
/// dotted quad of RFC 3986, 3.2.2: what looks like a name must not turn into an address further down.
inline bool ends_in_number(std::string_view host) noexcept
{
    auto last = host.substr(host.rfind('.') + 1);
    if (!last.empty() && std::all_of(last.begin(), last.end(), is_digit))
        return true;
    return (take(last, "0x") || take(last, "0X")) && std::all_of(last.begin(), last.end(), is_hex_digit);
}

inline bool is_ipv4(std::string_view host) noexcept
{
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !take(host, "."))
            return false;
        const auto length = std::min(host.find('.'), host.size());
        const bool has_leading_zero = length > 1 && host.front() == '0';
        if (length < 1 || length > 3 || has_leading_zero || take_number(host, length).value_or(256) > 255)
            return false;
    }
    return host.empty();
}

inline bool is_dns_label(std::string_view label) noexcept
{
    constexpr std::size_t longest = 63; // RFC 1035, 2.3.4
    return !label.empty() && label.size() <= longest && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

inline bool is_dns_name(std::string_view host) noexcept
{
    constexpr std::size_t longest = 253; // 255 octets on the wire
    if (host.size() > longest)
        return false;
    for (;;) {
        const auto dot = host.find('.');
        if (!is_dns_label(host.substr(0, dot)))
            return false;
        if (dot == host.npos)
            return true;
        host.remove_prefix(dot + 1);
    }
}

inline std::optional<asio::ip::address_v6> parse_ipv6(std::string_view text)
{
    if (text.find('%') != text.npos) // a zone id means something on one machine only
        return std::nullopt;
    error_code failed;
    const auto address = asio::ip::make_address_v6(std::string(text), failed);
    return failed ? std::nullopt : std::optional(address);
}

class url_parser {
  public:
    explicit url_parser(std::string_view what) : what_(what) {}

    [[noreturn]] void fail(std::string_view why) const
    {
        throw_invalid_argument(std::string(what_).append(": ").append(why));
    }

    void check_characters(std::string_view text) const
    {
        if (text.empty())
            fail("must not be empty");
        if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f'; }))
            fail("has a space, a control character or one that is not ASCII");
        if (text.find_first_of("?#") != text.npos)
            fail("must not have a query or a fragment");
    }

    /// Takes the scheme off the text. Whether it is https.
    [[nodiscard]] bool take_scheme(std::string_view& text) const
    {
        const auto end = text.find("://");
        if (end == text.npos)
            fail("does not begin with https:// or http://");
        const auto scheme = text.substr(0, end);
        text.remove_prefix(end + 3);
        if (equal_ignoring_case(scheme, "https"))
            return true;
        if (equal_ignoring_case(scheme, "http"))
            return false;
        if (scheme.empty() || !std::all_of(scheme.begin(), scheme.end(), is_alpha))
            fail("does not begin with https:// or http://");
        fail('"' + std::string(scheme) + "\" is not http or https");
    }

    /// Takes the host off the authority and returns it in the one form that origins are compared in.
    [[nodiscard]] std::string take_host(std::string_view& authority) const
    {
        if (take(authority, "["))
            return take_ipv6(authority);
        std::string host(authority.substr(0, authority.find(':')));
        authority.remove_prefix(host.size());
        std::transform(host.begin(), host.end(), host.begin(), to_lower);
        if (host.empty())
            fail("has no host");
        if (ends_in_number(host) ? !is_ipv4(host) : !is_dns_name(host))
            fail("the host is neither a DNS name nor an IP address");
        return host;
    }

    [[nodiscard]] std::uint16_t parse_port(std::string_view text, bool is_secure) const
    {
        if (text.empty())
            return is_secure ? 443 : 80;
        std::uint16_t port = 0;
        const auto* const begin = text.data() + 1;
        const auto* const end = text.data() + text.size();
        const auto [stopped, failed] = std::from_chars(begin, end, port);
        if (text.front() != ':' || failed != std::errc() || stopped != end || port == 0)
            fail("the port is not a number from 1 to 65535");
        return port;
    }

    /// Without slashes at its end.
    [[nodiscard]] std::string parse_path(std::string_view path) const
    {
        path = path.substr(0, path.find_last_not_of('/') + 1);
        for (auto rest = path; !rest.empty();) {
            rest.remove_prefix(1);
            const auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            check_segment(segment);
        }
        return std::string(path);
    }

  private:
    [[nodiscard]] std::string take_ipv6(std::string_view& authority) const
    {
        const auto end = authority.find(']');
        const auto address = end == authority.npos ? std::nullopt : parse_ipv6(authority.substr(0, end));
        if (!address)
            fail("the host is not an IPv6 address");
        authority.remove_prefix(end + 1);
        return address->to_string();
    }

    void check_segment(std::string_view segment) const
    {
        if (segment == "." || segment == "..")
            fail("the path must not have the segments . and ..");
        while (!segment.empty()) {
            const char c = segment.front();
            segment.remove_prefix(1);
            if (c == '%')
                check_escape(segment);
            else if (!is_alpha(c) && !is_digit(c) &&
                     std::string_view("-._~!$&'()*+,;=:@").find(c) == std::string_view::npos)
                fail("the path has a character that must be percent-encoded"); // RFC 3986, 3.3
        }
    }

    /// Takes the two digits after a percent sign off the text.
    void check_escape(std::string_view& text) const
    {
        unsigned char value = 0;
        const auto digits = text.substr(0, 2);
        if (digits.size() < 2 || !is_hex_digit(digits[0]) || !is_hex_digit(digits[1]))
            fail("the path has a percent sign without two hexadecimal digits");
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (value == '.' || is_control(static_cast<char>(value))) // a server may decode before it looks for `..`
            fail("the path has a percent-encoded dot or control character");
        text.remove_prefix(digits.size());
    }

    std::string_view what_;
};

} // namespace detail

namespace http {

url parse_url(std::string_view text, std::string_view what)
{
    const detail::url_parser parser(what);
    parser.check_characters(text);
    url result;
    result.origin_.is_secure = parser.take_scheme(text);
    auto authority = text.substr(0, text.find('/'));
    text.remove_prefix(authority.size());
    if (authority.find('@') != authority.npos)
        parser.fail("must not have a user name or password");
    result.origin_.host = parser.take_host(authority);
    result.origin_.port = parser.parse_port(authority, result.origin_.is_secure);
    result.base_path_ = parser.parse_path(text);
    return result;
}

std::string host_header(const origin& to)
{
    auto text = to.host.find(':') == to.host.npos ? to.host : '[' + to.host + ']';
    if (to.port != (to.is_secure ? 443 : 80))
        text += ':' + std::to_string(to.port);
    return text;
}

bool is_loopback(const origin& to)
{
    if (to.host == "localhost")
        return true;
    if (detail::is_ipv4(to.host))
        return to.host.starts_with("127.");
    const auto address = detail::parse_ipv6(to.host);
    return address && address->is_loopback();
}

std::string to_string(const url& address)
{
    return (address.origin().is_secure ? "https://" : "http://") + host_header(address.origin()) + address.base_path();
}

std::string encode_segment(std::string_view text)
{
    std::string out;
    detail::append_encoded(out, text);
    return out;
}

} // namespace http

} // namespace cojob

#endif
