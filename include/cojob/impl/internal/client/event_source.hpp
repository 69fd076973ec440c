#ifndef COJOB_IMPL_INTERNAL_CLIENT_EVENT_SOURCE_HPP
#define COJOB_IMPL_INTERNAL_CLIENT_EVENT_SOURCE_HPP

#include <cojob/detail/share.hpp>
#include <cojob/http/event_stream.hpp>
#include <cojob/impl/internal/base/reentrancy_guard.hpp>
#include <cojob/impl/internal/client/call.hpp>
#include <cojob/impl/internal/client/client_state.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cojob::detail {

/// The result of one read of an event stream: an event, nothing at the end of the stream, or a failure.
struct event_end {
    error_info failure{};
    std::optional<http::server_sent_event> event{};
};

/// Reads the events of a response that creates a job. A broken stream does not undo the job.
class event_source {
  public:
    /// \param broken the error if the stream breaks off; it names the request and the job
    event_source(call_record& created, error_info broken)
        : client_(created.client), body_(std::move(created.rest)), parser_(client_->options.limits),
          broken_(std::move(broken))
    {
        if (!body_)
            parser_.feed(created.response.body);
    }

    reentrancy_guard calls;

    [[nodiscard]] const std::shared_ptr<client_state>& get_client() const noexcept { return client_; }

    /// Runs on the client's strand. After a failure each call returns that failure.
    asio::awaitable<event_end> next(operation& op)
    {
        while (!failure_) {
            if (auto event = parser_.next())
                co_return event_end{.event = std::move(event)};
            if (parser_.exceeded())
                break_off(errc::response_too_large, std::string("over ") + parser_.exceeded());
            else if (!body_)
                co_return event_end();
            else if (op.is_stopped()) // nothing was read: the next call continues
                co_return event_end{.failure = error_code(asio::error::operation_aborted)};
            else
                co_await read(op);
        }
        body_.reset();
        co_return event_end{.failure = *failure_};
    }

  private:
    asio::awaitable<void> read(operation& op)
    {
        op.set_limit(after(op.time().now(), client_->options.timeouts.stream_idle));
        auto part = co_await body_->read(op);
        client_->counters.received += part.bytes_received;
        if (op.reason() == stop_reason::limit)
            break_off(errc::request_timeout, "no data for timeouts.stream_idle");
        else if (op.is_stopped())
            failure_ = error_info(asio::error::operation_aborted);
        else if (part.error)
            break_off(part.error, std::move(part.why));
        else if (part.is_last)
            body_.reset();
        else
            parser_.feed(part.text);
    }

    /// Fails with `broken_`, which is not retryable: the request has created the job.
    void break_off(error_code reason, std::string why)
    {
        failure_ = broken_;
        if (failure_->attempts.empty())
            return;
        auto& last = failure_->attempts.back();
        last.reached = phase::receiving;
        last.ended = reason;
        last.why = std::move(why);
        add_words(failure_->message, last.why.empty() ? last.ended.message() : last.why);
    }

    std::shared_ptr<client_state> client_;
    std::shared_ptr<http::body_stream> body_; // null at the end of the stream
    http::event_stream_parser parser_;
    error_info broken_;
    std::optional<error_info> failure_;
};

inline asio::awaitable<void> run_next_event(std::shared_ptr<event_source> source, std::shared_ptr<operation> op,
                                            std::shared_ptr<event_end> end)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*source->get_client(), op);
    *end = co_await source->next(*op);
}

/// Returns the next event, or nothing at the end of the stream. Completes on the caller's executor.
inline asio::awaitable<std::optional<http::server_sent_event>> next_event(std::shared_ptr<event_source> source)
{
    co_await accept_every_cancellation();
    if (!source)
        throw_invalid_argument("agent_stream::next: the object has no stream");
    const reentrancy_guard::scope turn(source->calls, "agent_stream::next");
    const auto& client = *source->get_client();
    if (client.is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    auto op = share<operation>(client.alarm);
    const auto end = share<event_end>();
    auto inner = run_next_event(source, op, end);
    co_await hop(std::move(op), std::move(inner));
    if (end->failure.code())
        throw_error(std::move(end->failure));
    co_return std::move(end->event);
}

} // namespace cojob::detail

#endif
