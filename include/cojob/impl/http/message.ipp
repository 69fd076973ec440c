#ifndef COJOB_IMPL_HTTP_MESSAGE_IPP
#define COJOB_IMPL_HTTP_MESSAGE_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/http/message.hpp>

#include <algorithm>

namespace cojob::http {

std::optional<std::string_view> find_header(const header_list& headers, std::string_view name) noexcept
{
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
        return detail::equal_ignoring_case(header.first, name);
    });
    if (found == headers.end())
        return std::nullopt;
    return std::string_view(found->second);
}

} // namespace cojob::http

#endif
