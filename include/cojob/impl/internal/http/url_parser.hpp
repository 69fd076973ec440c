#ifndef COJOB_IMPL_INTERNAL_HTTP_URL_PARSER_HPP
#define COJOB_IMPL_INTERNAL_HTTP_URL_PARSER_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>
#include <cojob/impl/internal/http/host.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Errors contain no part of the URL but its scheme: any other part may be a fragment of a password.

namespace cojob::detail {

class url_parser {
  public:
    explicit url_parser(std::string_view what) : what_(what) {}

    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument(what_, why); }

    void check_characters(std::string_view text) const
    {
        if (text.empty())
            fail("must not be empty");
        if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f'; }))
            fail("has a space, a control character or one that is not ASCII");
        if (text.find_first_of("?#") != text.npos)
            fail("must not have a query or a fragment");
    }

    /// Removes the scheme from the text. Returns whether it is https.
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

    /// Removes the host from the authority and returns it in the normalized form in which origins are compared.
    [[nodiscard]] std::string take_host(std::string_view& authority) const
    {
        if (take(authority, '['))
            return take_ipv6(authority);
        std::string host(authority.substr(0, authority.find(':')));
        authority.remove_prefix(host.size());
        std::transform(host.begin(), host.end(), host.begin(), to_lower);
        if (host.empty())
            fail("has no host");
        if (!is_dns_name_or_ipv4(host))
            fail("the host is neither a DNS name nor an IP address");
        return host;
    }

    [[nodiscard]] std::uint16_t parse_port(std::string_view text, std::uint16_t usual) const
    {
        if (text.empty() || text == ":") // RFC 3986, 6.2.3
            return usual;
        std::uint16_t port = 0;
        const auto* const begin = text.data() + 1;
        const auto* const end = text.data() + text.size();
        const auto [stopped, failed] = std::from_chars(begin, end, port);
        if (text.front() != ':' || failed != std::errc() || stopped != end || port == 0)
            fail("the port is not a number from 1 to 65535");
        return port;
    }

    /// Returns the path without trailing slashes.
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

    /// Removes the two digits after a percent sign from the text.
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

} // namespace cojob::detail

#endif
