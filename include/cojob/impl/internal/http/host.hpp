#ifndef COJOB_IMPL_INTERNAL_HTTP_HOST_HPP
#define COJOB_IMPL_INTERNAL_HTTP_HOST_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/error.hpp>

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cojob::detail {

/// Removes the final dot of an absolute name. The dot only tells the resolver not to append a search domain. It belongs
/// neither in `Host` nor in SNI (RFC 6066, section 3), and certificates do not contain it.
inline std::string_view without_final_dot(std::string_view host) noexcept
{
    return host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
}

/// Returns whether a host must be an IPv4 address. getaddrinfo also accepts one to four numbers, octal or hexadecimal.
/// Only the dotted quad of RFC 3986, 3.2.2, is allowed here, so that nothing that looks like a name becomes an address.
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

/// Returns whether the host is a DNS name, absolute or not, or an IPv4 address.
inline bool is_dns_name_or_ipv4(std::string_view host) noexcept
{
    const auto name = without_final_dot(host);
    return ends_in_number(name) ? is_ipv4(host) : is_dns_name(name);
}

inline std::optional<asio::ip::address_v6> parse_ipv6(std::string_view text)
{
    // A zone id is valid on one machine only, and Windows also reads brackets and ports.
    if (text.find_first_of("%[") != text.npos)
        return std::nullopt;
    error_code failed;
    const auto address = asio::ip::make_address_v6(std::string(text), failed);
    return failed ? std::nullopt : std::optional(address);
}

/// Checks a name that a server certificate must match. An empty name is valid.
/// \throws api_error invalid_argument
inline void check_server_name(std::string_view name, std::string_view what)
{
    if (!name.empty() && !is_dns_name_or_ipv4(name) && !parse_ipv6(name))
        throw_invalid_argument(what, "neither a DNS name nor an IP address");
}

} // namespace cojob::detail

#endif
