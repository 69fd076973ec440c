#ifndef COJOB_IMPL_INTERNAL_HTTP_STREAMED_BODY_HPP
#define COJOB_IMPL_INTERNAL_HTTP_STREAMED_BODY_HPP

#include <cojob/http/transport.hpp>
#include <cojob/impl/internal/http/clock_hold.hpp>
#include <cojob/impl/internal/http/place.hpp>
#include <cojob/impl/internal/http/response_reader.hpp>
#include <cojob/impl/internal/http/stream.hpp>

#include <boost/asio/dispatch.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace cojob::detail {

/// A body that is read as it comes, with the connection it comes on, which is used for nothing else.
class streamed_body final : public http::body_stream {
  public:
    /// `closed` is called once, when the connection has gone.
    streamed_body(place here, connection_ptr connection, const limit_options& limits, std::function<void()> closed)
        : limits_(limits), here_(std::move(here)), connection_(std::move(connection)), closed_(std::move(closed))
    {
        reader_.emplace(limits_, connection_->buffer(), body_mode::streamed);
    }
    streamed_body(const streamed_body&) = delete;
    streamed_body& operator=(const streamed_body&) = delete;
    ~streamed_body() override { leave(); }

    [[nodiscard]] stream& connection() noexcept { return *connection_; }
    [[nodiscard]] response_reader& reader() noexcept { return *reader_; }

    asio::awaitable<http::body_part> read(operation& op) override
    {
        http::body_part part;
        const clock_hold hold(op.time());
        while (reader_) {
            part.text = reader_->take_body_text();
            if (!part.text.empty())
                co_return part;
            if (reader_->is_over()) {
                end(part);
                break;
            }
            const auto got = co_await connection_->read_some(reader_->prepare());
            if (op.is_stopped()) {
                part.error = asio::error::operation_aborted;
                leave(); // what a read that was cut has left of a record is not known
                break;
            }
            part.bytes_received += got.bytes;
            reader_->commit(got.bytes);
            if (got.error && !reader_->is_over())
                reader_->end_of_input(got.error == asio::error::eof);
        }
        co_return part;
    }

    /// Ends a read that waits.
    void close() noexcept
    {
        if (!connection_)
            return;
        error_code ignored;
        connection_->socket().close(ignored);
    }

  private:
    void end(http::body_part& part)
    {
        if (const auto failure = reader_->failure()) {
            part.error = *failure;
            part.why = reader_->why();
        }
        part.is_last = !part.error;
        leave();
    }

    void leave() noexcept
    {
        reader_.reset();
        if (!connection_)
            return;
        connection_.reset();
        here_.reset();
        closed_();
    }

    limit_options limits_;
    std::optional<place> here_;
    connection_ptr connection_;
    std::function<void()> closed_;
    std::optional<response_reader> reader_; // uses the limits and the connection
};

/// Whoever lets go of it last, it goes on the strand, where its place is given back.
inline std::shared_ptr<streamed_body> share_on(const asio::any_io_executor& executor,
                                               std::unique_ptr<streamed_body> body)
{
    return {body.release(), [executor](streamed_body* last) {
                asio::dispatch(executor, [goes = std::unique_ptr<streamed_body>(last)] {});
            }};
}

} // namespace cojob::detail

#endif
