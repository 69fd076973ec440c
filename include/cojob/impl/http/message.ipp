#ifndef COJOB_IMPL_HTTP_MESSAGE_IPP
#define COJOB_IMPL_HTTP_MESSAGE_IPP

#include <cojob/detail/ascii.hpp>
#include <cojob/detail/body.hpp>
#include <cojob/http/message.hpp>
#include <cojob/impl/internal/http/header_lines.hpp>

#include <algorithm>
#include <utility>

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

common_headers::common_headers(header_list headers) : list_(std::move(headers))
{
    for (const auto& [name, value] : list_)
        detail::append_header(text_, name, value);
}

server_lines::server_lines(http::origin server, secret authorization)
    : server_(std::move(server)), authorization_(std::move(authorization)),
      text_(detail::make_server_lines(server_, authorization_.reveal()))
{
}

} // namespace cojob::http

#endif
