#ifndef COJOB_IMPL_INTERNAL_HTTP_HEADER_LINES_HPP
#define COJOB_IMPL_INTERNAL_HTTP_HEADER_LINES_HPP

#include <cojob/http/message.hpp>
#include <cojob/http/url.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace cojob::detail {

constexpr std::string_view end_of_line = "\r\n"; // append() would measure a literal each time

inline void append_header(std::string& text, std::string_view name, std::string_view value)
{
    constexpr std::string_view colon = ": ";
    text.append(name).append(colon).append(value).append(end_of_line);
}

/// One function, because every `emplace_back` with other types is compiled anew.
inline void add_header(http::header_list& list, std::string_view name, std::string_view value)
{
    list.emplace_back(name, value);
}

/// How many bytes `append_header` adds, without name and value.
constexpr std::size_t header_overhead = 4;

/// What follows the target in every request to one server with one key: the end of the request line, `Host` and
/// `Authorization`. In one allocation, because another one would leave a copy of the key.
inline std::string make_server_lines(const http::origin& server, std::string_view authorization)
{
    constexpr std::string_view version = " HTTP/1.1\r\n";
    const auto host = http::host_header(server);
    std::string text;
    text.reserve(version.size() + host.size() + authorization.size() + 32);
    text.append(version);
    append_header(text, "Host", host);
    if (!authorization.empty())
        append_header(text, "Authorization", authorization);
    return text;
}

} // namespace cojob::detail

#endif
