#ifndef COJOB_IMPL_INTERNAL_HTTP_CONTENT_CODING_HPP
#define COJOB_IMPL_INTERNAL_HTTP_CONTENT_CODING_HPP

#include <cojob/detail/ascii.hpp>
#include <cojob/http/message.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

/// What every request accepts, unless the caller says something else: nothing here can undo a content coding.
inline constexpr std::string_view no_coding = "identity";

/// Whether a `Content-Encoding` (RFC 9110, section 8.4) leaves the body as it is.
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

/// The first `Content-Encoding` that changes the body; empty for none.
inline std::string_view content_coding(const http::response& response)
{
    for (const auto& [name, value] : response.headers)
        if (equal_ignoring_case(name, "Content-Encoding") && !is_uncoded(value))
            return value;
    return {};
}

/// A coding as it may be shown: it is the server's text, and most of it would do harm in an error's message.
inline std::string shown_coding(std::string_view coding)
{
    constexpr std::size_t longest = 32;
    const auto is_harmless = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == ',' || c == ' '; };
    const auto fits = coding.size() <= longest && std::all_of(coding.begin(), coding.end(), is_harmless);
    return fits ? std::string(coding) : "an unknown coding";
}

/// What is wrong with a success whose body is coded although the request accepts no coding; empty for nothing.
inline std::string coding_objection(const http::request& asked, const http::response& response)
{
    const auto coding = content_coding(response);
    if (coding.empty() || http::find_header(asked.headers, "Accept-Encoding").value_or(no_coding) != no_coding)
        return {};
    return "header Content-Encoding: " + shown_coding(coding) + ", which was not asked for";
}

} // namespace cojob::detail

#endif
