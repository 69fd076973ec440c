#ifndef COJOB_IMPL_INTERNAL_HTTP_CONTENT_CODING_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONTENT_CODING_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/message.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// The `Accept-Encoding` of every request, unless the caller sets another: this library decodes no content coding.
inline constexpr std::string_view no_coding = "identity";

/// Returns whether a `Content-Encoding` (RFC 9110, section 8.4) leaves the body unchanged.
inline bool is_uncoded(std::string_view codings)
{
    while (!codings.empty()) {
        const auto coding = trim(codings.substr(0, codings.find(',')));
        codings.remove_prefix(std::min(codings.find(','), codings.size() - 1) + 1);
        if (!coding.empty() && !equal_ignoring_case(coding, no_coding))
            return false;
    }
    return true;
}

/// Returns the first `Content-Encoding` that changes the body, or an empty view.
inline std::string_view content_coding(const http::response& response)
{
    for (const auto& [name, value] : response.headers)
        if (equal_ignoring_case(name, "Content-Encoding") && !is_uncoded(value))
            return value;
    return {};
}

/// Returns a coding in a form that is safe in an error message, because the text comes from the server.
inline std::string shown_coding(std::string_view coding)
{
    constexpr std::size_t longest = 32;
    const auto is_harmless = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == ',' || c == ' '; };
    const auto fits = coding.size() <= longest && std::all_of(coding.begin(), coding.end(), is_harmless);
    return fits ? std::string(coding) : "an unknown coding";
}

/// Returns the error text for a response whose body is coded although the request accepts no coding, or an empty
/// string.
inline std::string coding_objection(const http::request& request, const http::response& response)
{
    const auto coding = content_coding(response);
    if (coding.empty() || request.header("Accept-Encoding").value_or(no_coding) != no_coding)
        return {};
    return "header Content-Encoding: " + shown_coding(coding) + ", which was not asked for";
}

} // namespace cojob::detail

#endif
