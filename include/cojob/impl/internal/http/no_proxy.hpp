#ifndef COJOB_IMPL_INTERNAL_HTTP_NO_PROXY_HPP
#define COJOB_IMPL_INTERNAL_HTTP_NO_PROXY_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/host.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// The rules of NO_PROXY. The table in docs/guide/networks.md says where each of them comes from.

namespace cojob::detail {

/// The bytes of an address, four or sixteen. An IPv4-mapped IPv6 address yields the four bytes of its IPv4 address.
inline std::optional<std::string> address_bytes(std::string_view text)
{
    error_code failed;
    const auto address = asio::ip::make_address(std::string(text), failed);
    if (failed)
        return std::nullopt;
    const auto bytes_of = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
    if (address.is_v4())
        return bytes_of(address.to_v4().to_bytes());
    const auto bytes = bytes_of(address.to_v6().to_bytes());
    return address.to_v6().is_v4_mapped() ? bytes.substr(12) : bytes;
}

inline std::optional<std::size_t> parse_decimal(std::string_view text, std::size_t most)
{
    std::size_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, number);
    return failed == std::errc() && stopped == end && number <= most ? std::optional(number) : std::nullopt;
}

inline bool have_same_prefix(std::string_view a, std::string_view b, std::size_t bits)
{
    if (a.substr(0, bits / 8) != b.substr(0, bits / 8))
        return false;
    const auto rest = bits % 8;
    return rest == 0 ||
           ((static_cast<unsigned char>(a[bits / 8]) ^ static_cast<unsigned char>(b[bits / 8])) >> (8 - rest)) == 0;
}

/// Matches an entry that is an address, or a network such as `10.0.0.0/8`.
inline bool covers_address(std::string_view entry, const std::string& address)
{
    const auto slash = std::min(entry.find('/'), entry.size());
    const auto network = address_bytes(entry.substr(0, slash));
    if (!network || network->size() != address.size())
        return false;
    if (slash + 1 >= entry.size())
        return *network == address;
    const auto bits = parse_decimal(entry.substr(slash + 1), address.size() * 8);
    return bits && have_same_prefix(*network, address, *bits);
}

/// Matches a domain: `example.test` and `.example.test` cover the domain and its subdomains, `*.example.test` only its
/// subdomains.
inline bool covers_name(std::string_view entry, std::string_view name)
{
    entry = without_final_dot(entry);
    const bool is_only_below = take(entry, "*.");
    if (!is_only_below && entry.starts_with('.'))
        entry.remove_prefix(1);
    if (entry.empty() || name.size() < entry.size() ||
        !equal_ignoring_case(name.substr(name.size() - entry.size()), entry))
        return false;
    const auto before = name.substr(0, name.size() - entry.size());
    return before.empty() ? !is_only_below : before.ends_with('.');
}

/// Removes the port from an entry. Returns whether the entry covers `port`: an entry without a port covers any, and one
/// with an invalid port covers none.
inline bool take_port(std::string_view& entry, std::uint16_t port)
{
    const auto colon = entry.rfind(':');
    const auto is_bare_ipv6 = colon != entry.npos && entry.find(':') != colon && entry.front() != '[';
    if (colon == entry.npos || is_bare_ipv6 || entry.ends_with(']'))
        return true;
    const auto number = parse_decimal(entry.substr(colon + 1), 65535);
    entry.remove_suffix(entry.size() - colon);
    return number == port;
}

inline bool covers(std::string_view entry, const http::origin& to)
{
    if (entry == "*")
        return true;
    if (entry.empty() || !take_port(entry, to.port))
        return false;
    if (entry.starts_with('[')) { // brackets may enclose an address, but not a network
        const auto end = entry.find(']');
        if (end != entry.size() - 1 || entry.find('/') != entry.npos)
            return false;
        entry = entry.substr(1, end - 1);
    }
    const auto name = without_final_dot(to.host);
    const auto address = address_bytes(name);
    return address ? covers_address(entry, *address) : covers_name(entry, name);
}

/// Returns whether the value of NO_PROXY exempts a server. Commas and white space separate entries. An invalid entry
/// exempts nothing.
inline bool is_exempt(std::string_view no_proxy, const http::origin& to)
{
    constexpr std::string_view separators = ", \t\r\n";
    while (!no_proxy.empty()) {
        const auto length = std::min(no_proxy.find_first_of(separators), no_proxy.size());
        if (covers(no_proxy.substr(0, length), to))
            return true;
        no_proxy.remove_prefix(std::min(length + 1, no_proxy.size()));
    }
    return false;
}

} // namespace cojob::detail

#endif
