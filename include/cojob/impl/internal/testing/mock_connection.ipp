#ifndef COJOB_IMPL_INTERNAL_TESTING_MOCK_CONNECTION_IPP
#define COJOB_IMPL_INTERNAL_TESTING_MOCK_CONNECTION_IPP

#include <cojob/impl/internal/testing/mock_output.ipp>
#include <cojob/impl/internal/testing/mock_state.ipp>
#include <cojob/impl/internal/testing/mock_stream.ipp>
#include <cojob/testing/mock_server.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::testing::detail {

/// One connection, from accept to close. Runs on the server's thread.
class mock_connection {
  public:
    mock_connection(asio::ip::tcp::socket socket, asio::ssl::context* context, mock_state& state)
        : stream_(std::move(socket), context), state_(state), number_(state.open_connection())
    {
    }
    mock_connection(const mock_connection&) = delete;
    mock_connection& operator=(const mock_connection&) = delete;
    ~mock_connection()
    {
        stream_.drop();
        state_.close_connection(number_);
    }

    [[nodiscard]] std::size_t number() const noexcept { return number_; }

    /// Closes the connection at once.
    void drop() noexcept { stream_.drop(); }

    /// Closes the connection if it is idle. Returns whether it will close. A connection that is sending a response
    /// closes afterwards: the client may have received the response already.
    [[nodiscard]] bool close_when_idle(idle_end how)
    {
        if (now_ == activity::busy)
            return false;
        leaves_ = how;
        if (now_ == activity::idle)
            stream_.cancel();
        return true;
    }

    [[nodiscard]] asio::awaitable<void> run()
    {
        if (const auto broken = state_.take_connection_fault()) {
            co_await spoil_start(*broken);
            co_return;
        }
        now_ = activity::responding; // its client may have finished the handshake already
        if (!co_await stream_.handshake())
            co_return;
        while (co_await receive()) {
            const auto output = next_output();
            if (!co_await send(output))
                co_return;
            if (output.end != ending::keep) {
                co_await end(output.end);
                co_return;
            }
        }
        if (leaves_)
            co_await leave(*leaves_);
    }

  private:
    enum class activity { busy, responding, idle };
    using parser_type = boost::beast::http::request_parser<boost::beast::http::string_body>;

    [[nodiscard]] asio::awaitable<void> spoil_start(fault broken)
    {
        if (broken == fault::garbage_handshake)
            co_await stream_.write_raw(garbage_bytes());
        else if (broken == fault::stall_handshake)
            co_await stream_.wait_for_end();
    }

    /// Reads one complete request. Returns false if there is none.
    [[nodiscard]] asio::awaitable<bool> receive()
    {
        parser_.emplace();
        parser_->eager(true);
        parser_->body_limit(64 * 1024 * 1024);
        is_malformed_ = false;
        for (;;) {
            parse();
            if (is_malformed_ || parser_->is_done())
                co_return true;
            const auto has_begun = parser_->got_some() || !received_.empty();
            now_ = has_begun ? activity::busy : activity::idle;
            if (!has_begun && leaves_)
                co_return false;
            std::array<char, 4096> bytes;
            const auto size = co_await stream_.read_some(asio::buffer(bytes));
            now_ = activity::busy;
            if (size == 0)
                co_return false;
            received_.append(bytes.data(), size);
        }
    }

    /// Passes the received bytes to the parser. Keeps the rest for the next request.
    void parse()
    {
        error_code ec;
        std::size_t taken = 1;
        while (!ec && taken != 0 && !received_.empty() && !parser_->is_done()) {
            taken = parser_->put(asio::buffer(received_), ec);
            received_.erase(0, taken);
        }
        is_malformed_ = ec && ec != boost::beast::http::error::need_more;
    }

    [[nodiscard]] mock_output next_output()
    {
        if (is_malformed_)
            return break_response(fault::announce_close, error_response(400, "Malformed request"));
        auto& message = parser_->get();
        recorded_request request;
        request.method = message.method_string();
        request.target = message.target();
        for (const auto& header : message)
            request.headers.emplace_back(header.name_string(), header.value());
        const auto keeps_alive = message.keep_alive();
        request.body = std::move(message.body());
        request.connection = number_;
        return state_.answer(std::move(request), keeps_alive);
    }

    /// Returns false if the client has disconnected.
    [[nodiscard]] asio::awaitable<bool> send(const mock_output& output)
    {
        if (output.is_dripping)
            co_return co_await drip(output.bytes);
        auto is_there = co_await send_part(output.bytes, output.later.empty() && output.end == ending::keep);
        for (std::size_t i = 0; is_there && i < output.later.size(); ++i) {
            const auto is_last = i + 1 == output.later.size() && output.end == ending::keep;
            is_there = co_await pause(output.gap) && co_await send_part(output.later[i], is_last);
        }
        while (is_there && !output.forever.empty())
            is_there = co_await stream_.write(output.forever);
        co_return is_there;
    }

    [[nodiscard]] asio::awaitable<bool> send_part(std::string_view bytes, bool is_last)
    {
        if (is_last)
            now_ = activity::responding;
        co_return co_await stream_.write(bytes);
    }

    /// Returns false if the client disconnects meanwhile.
    [[nodiscard]] asio::awaitable<bool> pause(duration length)
    {
        using namespace asio::experimental::awaitable_operators;
        if (length <= duration::zero())
            co_return true;
        asio::steady_timer timer(stream_.get_executor(), length);
        const auto first = co_await (read_ahead() || timer.async_wait(asio::use_awaitable));
        co_return first.index() == 1;
    }

    /// Reads until the client disconnects.
    [[nodiscard]] asio::awaitable<void> read_ahead()
    {
        std::array<char, 4096> bytes;
        while (const auto size = co_await stream_.read_some(asio::buffer(bytes)))
            received_.append(bytes.data(), size);
    }

    [[nodiscard]] asio::awaitable<bool> drip(std::string_view bytes)
    {
        asio::steady_timer timer(stream_.get_executor());
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (!co_await stream_.write(bytes.substr(i, 1)))
                co_return false;
            timer.expires_after(std::chrono::milliseconds(2));
            co_await timer.async_wait(asio::use_awaitable);
        }
        co_return true;
    }

    [[nodiscard]] asio::awaitable<void> leave(idle_end how)
    {
        if (how == idle_end::reset)
            stream_.reset();
        if (how == idle_end::request_timeout)
            co_await stream_.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        if (how == idle_end::request_timeout || how == idle_end::close)
            co_await stream_.close();
    }

    [[nodiscard]] asio::awaitable<void> end(ending how)
    {
        if (how == ending::close)
            co_await stream_.close();
        else if (how == ending::reset)
            stream_.reset();
        else if (how == ending::silence)
            co_await stream_.wait_for_end();
    }

    mock_stream stream_;
    mock_state& state_;
    std::size_t number_;
    std::optional<parser_type> parser_;
    std::string received_;
    activity now_ = activity::busy;
    bool is_malformed_ = false;
    std::optional<idle_end> leaves_;
};

/// Runs a connection and keeps it alive.
inline asio::awaitable<void> serve(std::shared_ptr<mock_connection> connection)
{
    co_await connection->run();
}

} // namespace cojob::testing::detail

#endif
