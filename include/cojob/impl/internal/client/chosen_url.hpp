#ifndef COJOB_IMPL_INTERNAL_CLIENT_CHOSEN_URL_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_CHOSEN_URL_HPP

#include <cojob/error.hpp>
#include <cojob/http/url.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace cojob::detail {

/// The origin of an absolute URL; one without a host if it is none.
inline http::origin origin_of(std::string_view scheme_and_authority)
{
    try {
        return http::parse_url(scheme_and_authority, "location").origin();
    } catch (const api_error&) {
        return {};
    }
}

/// The target of a URL that a server chose. A request to it goes to the server's origin in any case; so another origin
/// is refused, where the same target would be something else.
/// \throws api_error invalid_response
inline std::string target_at(const http::origin& server, std::string_view chosen)
{
    if (chosen.size() > 8192 || !std::all_of(chosen.begin(), chosen.end(), [](char c) { return c > ' ' && c < 0x7f; }))
        throw_error({errc::invalid_response, "the URL that the server chose is malformed or too long"});
    if (const auto scheme = chosen.find("://"); !chosen.starts_with('/') && scheme != chosen.npos) {
        const auto end = std::min(chosen.find_first_of("/?#", scheme + 3), chosen.size());
        if (origin_of(chosen.substr(0, end)) != server)
            throw_error({errc::invalid_response, "the URL that the server chose is at another server"});
        chosen.remove_prefix(end);
    } else if (!chosen.starts_with('/') || chosen.starts_with("//")) {
        throw_error({errc::invalid_response, "the URL that the server chose is relative"});
    }
    chosen = chosen.substr(0, chosen.find('#'));
    return chosen.starts_with('/') ? std::string(chosen) : '/' + std::string(chosen);
}

} // namespace cojob::detail

#endif
