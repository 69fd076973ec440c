#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_OUTPUT_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_OUTPUT_IPP

#include <cojob/impl/internal/testing/mock_router.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing::detail {

/// What happens to the connection after a response.
enum class ending {
    keep,   ///< wait for the next request
    close,  ///< close normally: with close_notify under TLS
    drop,   ///< close without close_notify
    reset,  ///< send RST instead of FIN
    silence ///< send nothing until the client disconnects
};

/// The bytes of a response, valid or broken.
struct mock_output {
    std::string bytes;
    ending end = ending::keep;
    std::string forever{};            ///< written after `bytes` repeatedly until the client disconnects
    bool is_dripping = false;         ///< written one byte at a time
    std::vector<std::string> later{}; ///< written after `bytes`, one by one
    duration gap{};                   ///< the delay before each of them
};

inline std::string status_line(int status)
{
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    return "HTTP/1.1 " + std::to_string(status) + ' ' + std::string(reason) + "\r\n";
}

inline std::string field(std::string_view name, std::string_view value)
{
    return std::string(name).append(": ").append(value).append("\r\n");
}

/// Status line and headers, without framing headers and without the empty line.
inline std::string open_head(const http::response& answer)
{
    auto head = status_line(answer.status);
    for (const auto& [name, value] : answer.headers)
        head += field(name, value);
    return head;
}

/// RFC 9110, 6.4.1 and 8.6: responses with these statuses have no body and no Content-Length.
inline bool is_without_body(int status)
{
    return status < 200 || status == 204 || status == 304;
}

inline std::string whole_head(const http::response& answer)
{
    auto head = open_head(answer);
    if (!is_without_body(answer.status))
        head += field("Content-Length", std::to_string(answer.body.size()));
    return head + "\r\n";
}

inline std::string whole(const http::response& answer)
{
    return whole_head(answer) + (is_without_body(answer.status) ? "" : answer.body);
}

inline std::string chunk(std::string_view content, std::string_view extension = {})
{
    char size[16];
    const auto end = std::to_chars(std::begin(size), std::end(size), content.size(), 16).ptr;
    return std::string(size, end).append(extension).append("\r\n").append(content).append("\r\n");
}

inline std::string chunked_head(const http::response& answer)
{
    return open_head(answer) + field("Transfer-Encoding", "chunked") + "\r\n";
}

/// Uses small chunks, so that each response has several.
inline std::string in_chunks(const http::response& answer)
{
    constexpr std::size_t size = 16;
    auto bytes = chunked_head(answer);
    const std::string_view body = answer.body;
    for (std::size_t at = 0; at < body.size(); at += size)
        bytes += chunk(body.substr(at, size));
    return bytes + chunk({});
}

inline http::response with_body(http::response answer, std::string body)
{
    answer.body = std::move(body);
    return answer;
}

inline http::response with_header(http::response answer, std::string name, std::string value)
{
    std::erase_if(answer.headers, [&](const auto& header) { return header.first == name; });
    answer.headers.emplace_back(std::move(name), std::move(value));
    return answer;
}

inline http::response with_many_headers(http::response answer)
{
    for (int i = 0; i < 1000; ++i)
        answer.headers.emplace_back("X-Many-" + std::to_string(i), "1");
    return answer;
}

/// The JSON with an invalid UTF-8 byte in its first string member.
inline std::string break_utf8(std::string json)
{
    constexpr std::string_view before_text = "\":\"";
    const auto found = json.find(before_text);
    if (found == std::string::npos)
        return "{\"error\":\"\xff\"}";
    return json.insert(found + before_text.size(), "\xff");
}

inline std::string nested_json(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

/// For endless output: fewer and larger writes.
inline std::string forty_times(std::string_view text)
{
    std::string times;
    for (int i = 0; i < 40; ++i)
        times += text;
    return times;
}

inline std::string first_half(std::string_view text)
{
    return std::string(text.substr(0, text.size() / 2));
}

/// The first bytes are neither a TLS record nor an HTTP version.
inline std::string garbage_bytes()
{
    return "\x01\x02\x7f garbage \xfe\xff\r\n\r\n";
}

/// A valid response with an error in its body or its framing.
inline mock_output break_body(fault broken, const http::response& answer)
{
    const auto head = whole_head(answer);
    switch (broken) {
    case fault::truncate_head: return {first_half(head), ending::drop};
    case fault::truncate_body: return {head + first_half(answer.body), ending::drop};
    case fault::stall_in_body: return {head + first_half(answer.body), ending::silence};
    case fault::chunked: return {in_chunks(answer)};
    case fault::until_close: return {open_head(answer) + "\r\n" + answer.body, ending::close};
    case fault::empty_body: return {whole(with_body(answer, {}))};
    case fault::html:
        return {
            whole(with_header(with_body(answer, "<!doctype html><title>Oops</title>\n"), "Content-Type", "text/html"))};
    case fault::deep_json: return {whole(with_body(answer, nested_json(10'000)))};
    case fault::invalid_utf8: return {whole(with_body(answer, break_utf8(answer.body)))};
    case fault::huge_content_length:
        return {open_head(answer) + field("Content-Length", "2147483648") + "\r\n" + answer.body, ending::silence};
    case fault::endless_chunks: return {chunked_head(answer), ending::drop, chunk(std::string(1024, 'x'))};
    case fault::long_chunk_extension:
        return {chunked_head(answer) + chunk(answer.body, ";x=" + std::string(1024 * 1024, 'x')) + chunk({})};
    default: return {whole(answer)};
    }
}

/// The response with a fault. Connection faults do not change it.
inline mock_output break_response(fault broken, const http::response& answer)
{
    switch (broken) {
    case fault::drop_after_request: return {{}, ending::drop};
    case fault::reset_after_request: return {{}, ending::reset};
    case fault::stall: return {{}, ending::silence};
    case fault::garbage: return {garbage_bytes(), ending::drop};
    case fault::garbage_first: return {garbage_bytes() + whole(answer)};
    case fault::slow_drip: return {whole(answer), ending::keep, {}, true};
    case fault::endless_headers:
        return {status_line(answer.status), ending::drop, forty_times(field("X-Endless", std::string(100, 'x')))};
    case fault::many_headers: return {whole(with_many_headers(answer))};
    case fault::endless_informational: return {{}, ending::drop, forty_times(status_line(102) + "\r\n")};
    case fault::two_answers:
        return {whole(answer) +
                whole(with_body({200, answer.headers, {}}, R"({"error":"a second answer to one request"})"))};
    case fault::close_after_answer: return {whole(answer), ending::close};
    case fault::announce_close: return {whole(with_header(answer, "Connection", "close")), ending::close};
    case fault::status_999: return {whole({999, answer.headers, answer.body})};
    default: return break_body(broken, answer);
    }
}

/// The valid response: complete, or one chunk for each event.
inline mock_output unbroken(const mock_response& answer, bool keeps_alive)
{
    if (answer.events.empty())
        return keeps_alive ? mock_output{whole(answer.response)}
                           : break_response(fault::announce_close, answer.response);
    mock_output output;
    if (!keeps_alive)
        output.end = ending::close;
    output.bytes = chunked_head(keeps_alive ? answer.response : with_header(answer.response, "Connection", "close"));
    for (const auto& event : answer.events)
        output.later.push_back(chunk(event));
    output.later.back() += chunk({});
    output.gap = answer.gap;
    return output;
}

} // namespace cojob::testing::detail

#endif
