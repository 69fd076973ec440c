// Connections: requests within bounds, responses, and event streams, each with its time limit.

#include "http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace service {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using namespace std::chrono_literals;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

/// The status for a request that cannot be read; `unknown` if nobody is there to read it.
status status_of(beast::error_code failure)
{
    if (failure == http::error::body_limit)
        return status::payload_too_large;
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow)
        return status::request_header_fields_too_large;
    const auto is_gone = failure == http::error::end_of_stream || failure == http::error::partial_message;
    return is_gone || failure.category() != make_error_code(http::error::body_limit).category() ? status::unknown
                                                                                                : status::bad_request;
}

/// Ends a connection so that the last response arrives: what the browser still sends is read, for a moment.
asio::awaitable<void> end(beast::tcp_stream& stream)
{
    beast::error_code ignored;
    stream.socket().shutdown(asio::socket_base::shutdown_send, ignored);
    stream.expires_after(1s);
    std::array<char, 4096> rest{};
    for (int reads = 0; reads < 64; ++reads) {
        const auto [failure, size] = co_await stream.async_read_some(asio::buffer(rest), token);
        if (failure)
            break;
    }
    stream.close();
}

/// Returns when the browser goes away, or sends what it has no reason to send.
asio::awaitable<void> gone(beast::tcp_stream& stream)
{
    std::array<char, 16> unexpected{};
    co_await stream.async_read_some(asio::buffer(unexpected), token);
}

std::string events_head(const guard& checks)
{
    return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n"
           "Cross-Origin-Resource-Policy: same-origin\r\nX-Content-Type-Options: nosniff\r\n\r\n"
           "retry: 1000\nevent: hello\ndata: {\"token\":\"" +
           checks.token() + "\"}\n\n";
}

/// Where the browser was: an EventSource that reconnects says it in a header, one that the page made anew in its
/// address.
std::string last_event_id(const request& asked)
{
    constexpr std::string_view question = "/events?after=";
    const std::string_view header = asked["Last-Event-ID"], target = asked.target();
    if (header.empty() && target.starts_with(question))
        return std::string(target.substr(question.size()));
    return std::string(header);
}

} // namespace

http_server::http_server(asio::io_context& context, tcp::acceptor acceptor, routes& answers, event_hub& hub,
                         const guard& checks, counters& count, const bounds& most)
    : context_(context), acceptor_(std::move(acceptor)), routes_(answers), hub_(hub), guard_(checks), count_(count),
      most_(most)
{
}

asio::awaitable<void> http_server::run()
{
    while (acceptor_.is_open()) {
        auto [failure, socket] = co_await acceptor_.async_accept(token);
        if (failure == asio::error::no_descriptors) {
            asio::steady_timer pause(context_, 100ms); // until one is closed: accepting at once would spin
            co_await pause.async_wait(token);
        } else if (!failure && count_.connections < most_.connections) {
            asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
        } else if (!failure) {
            ++count_.refusals["connections"];
        }
    }
}

void http_server::stop_listening()
{
    beast::error_code ignored;
    acceptor_.close(ignored);
}

void http_server::close()
{
    stop_listening();
    for (auto* stream : open_)
        stream->close();
}

asio::awaitable<void> http_server::serve(tcp::socket socket)
{
    const one_more connection(count_.connections);
    beast::tcp_stream stream(std::move(socket));
    open_.insert(&stream);
    try {
        co_await talk(stream);
    } catch (const std::exception&) { // out of memory: this connection ends, the others go on
        stream.close();
    }
    open_.erase(&stream);
}

asio::awaitable<void> http_server::talk(beast::tcp_stream& stream)
{
    beast::flat_buffer buffer(most_.header_bytes + 4096);
    bool goes_on = true;
    while (goes_on)
        goes_on = co_await talk_once(stream, buffer);
    co_await end(stream);
}

asio::awaitable<bool> http_server::talk_once(beast::tcp_stream& stream, beast::flat_buffer& buffer)
{
    http::request_parser<http::string_body> parser;
    parser.header_limit(most_.header_bytes);
    parser.body_limit(most_.body_bytes);
    stream.expires_after(most_.request_time);
    const auto [failure, size] = co_await http::async_read(stream, buffer, parser, token);
    if (failure) {
        if (const auto code = status_of(failure); code != status::unknown) {
            ++count_.refusals["request"];
            auto refusal = routes_.refuse(code, "the request cannot be read");
            co_await send(stream, std::move(refusal));
        }
        co_return false;
    }
    const auto& asked = parser.get();
    auto answer = routes_.answer(asked);
    if (!answer) {
        co_await send_events(stream, asked);
        co_return false;
    }
    answer->keep_alive(asked.keep_alive());
    if (asked.method() == http::verb::head)
        answer->body().clear(); // its length stays: the body itself would be taken for the next response
    const bool is_sent = co_await send(stream, std::move(*answer));
    co_return is_sent&& asked.keep_alive();
}

asio::awaitable<void> http_server::send_events(beast::tcp_stream& stream, const request& asked)
{
    using namespace asio::experimental::awaitable_operators;
    const one_more listener(count_.streams);
    const auto place = hub_.after(last_event_id(asked));
    const std::vector<event_hub::text_ptr> head{std::make_shared<const std::string>(events_head(guard_))};
    if (!co_await send(stream, head))
        co_return;
    stream.expires_never();
    co_await (gone(stream) || send_missing(stream, place));
}

asio::awaitable<void> http_server::send_missing(beast::tcp_stream& stream, event_hub::place place)
{
    const auto sign_of_life = std::make_shared<const std::string>(":\n\n");
    while (!hub_.is_closed()) {
        auto texts = hub_.missing(place);
        if (texts.empty())
            texts.push_back(sign_of_life);
        if (!co_await send(stream, texts))
            co_return;
        texts.clear(); // a page that waits keeps no event
        co_await hub_.wait(place, 15s);
    }
}

asio::awaitable<bool> http_server::send(beast::tcp_stream& stream, const std::vector<event_hub::text_ptr>& texts)
{
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(texts.size());
    for (const auto& text : texts)
        buffers.emplace_back(asio::buffer(*text));
    stream.expires_after(most_.write_time);
    const auto [failure, size] = co_await asio::async_write(stream, buffers, token);
    co_return !failure;
}

asio::awaitable<bool> http_server::send(beast::tcp_stream& stream, response answer)
{
    stream.expires_after(most_.write_time);
    const auto [failure, size] = co_await http::async_write(stream, answer, token);
    co_return !failure;
}

} // namespace service
