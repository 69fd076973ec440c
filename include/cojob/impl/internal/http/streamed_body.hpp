#ifndef COJOB_IMPL_INTERNAL_HTTP_STREAMED_BODY_HPP
#define COJOB_IMPL_INTERNAL_HTTP_STREAMED_BODY_HPP

#include <cojob/http/transport.hpp>
#include <cojob/impl/internal/base/run_later.hpp>
#include <cojob/impl/internal/http/clock_hold.hpp>
#include <cojob/impl/internal/http/connection_slot.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/stream.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// A body that is read in parts, with the connection it arrives on. The connection serves no other request.
class streamed_body final : public http::body_stream {
  public:
    /// `closed` is called on the strand when the connection is closed. It is not called if the execution context is
    /// destroyed first.
    streamed_body(connection_slot slot, connection_ptr connection, const limit_options& limits,
                  std::function<void()> closed)
        : limits_(limits), slot_(std::move(slot)), connection_(std::move(connection)), closed_(std::move(closed))
    {
        reader_.emplace(limits_, connection_->buffer(), body_mode::streamed);
    }
    streamed_body(const streamed_body&) = delete;
    streamed_body& operator=(const streamed_body&) = delete;
    ~streamed_body() override = default;

    [[nodiscard]] stream& connection() noexcept { return *connection_; }
    [[nodiscard]] response_reader& reader() noexcept { return *reader_; }

    asio::awaitable<http::body_part> read(operation& op) override
    {
        http::body_part part;
        const clock_hold hold(op.time());
        while (!end_) {
            part.text = reader_->take_body_text();
            if (reader_->is_over())
                end_with(reader_->failure() ? error_code(*reader_->failure()) : error_code(), reader_->why());
            if (!part.text.empty())
                co_return part;
            if (end_)
                break;
            auto got = connection_->read_some(reader_->prepare());
            part.bytes_received += got.bytes;
            is_reading_ = true;
            if (stream::would_block(got.error))
                got.error = co_await connection_->ready(op);
            else if (connection_->yields()) // counted over all calls, because one event may take many
                co_await let_others_run(op.executor());
            is_reading_ = false;
            if (op.is_stopped()) { // the rest is rarely useful, so the connection is closed at once
                end_with(asio::error::operation_aborted, {});
                break;
            }
            reader_->commit(got.bytes);
            if (got.error && !reader_->is_over())
                reader_->end_of_input(got.error);
        }
        part.error = end_->error;
        part.why = end_->why;
        part.is_last = !part.error;
        co_return part;
    }

    /// Closes the socket, so a pending read completes with an error.
    void close() noexcept
    {
        if (!connection_)
            return;
        error_code ignored;
        connection_->socket().close(ignored);
    }

    /// Stops reading after a fork, because the connection belongs to the parent process. A read that is pending still
    /// refers to the connection, so then only its descriptor is closed.
    void abandon() noexcept
    {
        if (!end_)
            end_.emplace(ending{asio::error::operation_aborted, "begun before the process was forked"});
        is_reading_ ? close() : leave();
    }

    /// Closes the connection and releases its slot. Call this on the strand.
    void leave() noexcept
    {
        if (!connection_)
            return;
        reader_.reset();
        connection_.reset();
        slot_.reset();
        closed_();
    }

  private:
    struct ending {
        error_code error{};
        std::string why{};
    };

    void end_with(error_code error, std::string why)
    {
        if (!end_)
            end_.emplace(ending{error, std::move(why)});
        leave();
    }

    limit_options limits_;
    std::optional<connection_slot> slot_;
    connection_ptr connection_;
    std::function<void()> closed_;
    std::optional<response_reader> reader_; // uses the limits and the connection
    std::optional<ending> end_;
    bool is_reading_ = false; // a read is suspended
};

/// Shares a body whose last owner may release it on any thread. The connection is closed, and its slot released, by a
/// handler that is posted to the executor.
inline std::shared_ptr<streamed_body> share_on(const asio::any_io_executor& executor,
                                               std::unique_ptr<streamed_body> body)
{
    return {body.release(), [executor](streamed_body* last) {
                run_later(executor, [owner = std::shared_ptr<streamed_body>(last)] { owner->leave(); });
            }};
}

} // namespace cojob::detail

#endif
