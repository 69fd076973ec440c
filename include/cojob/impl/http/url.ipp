#ifndef COJOB_IMPL_HTTP_URL_IPP
#define COJOB_IMPL_HTTP_URL_IPP

#include <cojob/detail/body.hpp>
#include <cojob/detail/text.hpp>
#include <cojob/http/url.hpp>
#include <cojob/impl/internal/http/host.hpp>
#include <cojob/impl/internal/http/url_parser.hpp>

namespace cojob::http {

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
    result.origin_.port = parser.parse_port(authority, result.origin_.is_secure ? 443 : 80);
    result.base_path_ = parser.parse_path(text);
    return result;
}

std::string host_header(const origin& to)
{
    std::string text(detail::without_final_dot(to.host));
    if (text.find(':') != text.npos)
        text = '[' + text + ']';
    if (to.port != (to.is_secure ? 443 : 80))
        text += ':' + std::to_string(to.port);
    return text;
}

bool is_loopback(const origin& to)
{
    if (detail::without_final_dot(to.host) == "localhost")
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

} // namespace cojob::http

#endif
