#ifndef COJOB_HTTP_TRANSPORT_HPP
#define COJOB_HTTP_TRANSPORT_HPP

#include <cojob/clock.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace cojob::http {

/// Decides, at the moment of commit, whether a request may still be sent: a quota refuses while its pool pauses.
class BOOST_SYMBOL_VISIBLE commit_gate {
  public:
    commit_gate() = default;
    commit_gate(const commit_gate&) = delete;
    commit_gate& operator=(const commit_gate&) = delete;

    /// Called on the client's strand. Whether the request may be sent now.
    [[nodiscard]] virtual bool may_commit() = 0;

  protected:
    ~commit_gate() = default;
};

/// What one exchange tells of itself while it runs, so that its end can be judged however it comes.
class exchange {
  public:
    /// An exchange that has not begun. `is_repeatable`: sending its request twice does no harm, so that a total
    /// cancellation is accepted to the end. The gate, if there is one, outlives the exchange.
    exchange(cojob::operation& op, bool is_repeatable, commit_gate* gate = nullptr)
        : operation(op), gate_(gate), is_repeatable_(is_repeatable)
    {
    }

    cojob::operation& operation;       ///< what may stop it; outlives the exchange
    phase reached = phase::queued;     ///< the last phase it was in; the transport keeps it true
    bool needs_new_connection = false; ///< a kept one must not be used
    bool avoids_idle = false;          ///< a kept one must have been in use a moment ago
    duration yields{};                 ///< not zero: a wait's poll, which lets calls go first for that long in a queue
    duration queued{};                 ///< for how long it stood in the transport's own queue; the transport tells it
    bool streams_body = false;         ///< a success's body is to be read as it comes
    bool is_cut_short = false;         ///< not all of the request was written: an answer is one to a part of it
    bool is_reused = false;            ///< the connection had served a request before
    std::uint64_t bytes_sent = 0,      ///< of HTTP, before TLS
        bytes_received = 0;            ///< of HTTP, after TLS

    /// To be called just before the first write. A failed TLS write reports no bytes even when some have left, so what
    /// counts is that a write was started.
    ///
    /// Returns whether the request may be sent. If not, nothing must be written: `send` ends with `operation_aborted`
    /// and keeps the connection for another request. The client calls `send` again, with the same request and a new
    /// exchange, when the request may be sent.
    [[nodiscard]] bool commit()
    {
        if (was_committed_)
            return true;
        was_refused_ = gate_ && !gate_->may_commit();
        if (was_refused_)
            return false;
        was_committed_ = true;
        if (!is_repeatable_)
            operation.refuse_total_cancellation(true);
        return true;
    }

    /// Whether the last `commit` said no.
    [[nodiscard]] bool was_refused() const noexcept { return was_refused_; }

    /// Whether a write was started: the server may have the request, or a part of it.
    [[nodiscard]] bool was_committed() const noexcept { return was_committed_; }

  private:
    commit_gate* gate_;
    bool is_repeatable_;
    bool was_committed_ = false;
    bool was_refused_ = false;
};

/// What has come of a body.
struct body_part {
    error_code error{};               ///< connection_lost, malformed_response, response_too_large, operation_aborted
    std::string why{};                ///< in this library's or the system's words, never the server's
    std::string text{};               ///< the bytes, without transfer coding
    bool is_last = false;             ///< the body has ended in good order
    std::uint64_t bytes_received = 0; ///< of HTTP, for this part
};

/// The body of a response, read as it comes. One call at a time, on the client's strand; may be destroyed anywhere.
class BOOST_SYMBOL_VISIBLE body_stream {
  public:
    body_stream() = default;
    body_stream(const body_stream&) = delete;
    body_stream& operator=(const body_stream&) = delete;
    virtual ~body_stream() = default;

    /// Waits for more: a text that is not empty, or the end, or an error. Nothing is read, and the server held back,
    /// while nobody calls. After the end, or an error, there is nothing but that.
    virtual asio::awaitable<body_part> read(cojob::operation&) = 0;
};

/// How an exchange ended.
struct exchange_result {
    error_code error{};                  ///< none: `response` is whole, but for `rest`
    std::string why{};                   ///< in this library's or the system's words, never the server's
    http::response response{};           ///< its status is 0 where no head came
    std::shared_ptr<body_stream> rest{}; ///< the body, where it is streamed; else, or empty: it is in the response
};

/// The seam between a client and the network. One client uses it, on its strand.
class BOOST_SYMBOL_VISIBLE transport {
  public:
    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Sends one request and reads its response. Failures are results, not exceptions:
    /// connect_failed, tls_failed, certificate_rejected, connection_lost, malformed_response, response_too_large; an
    /// end for another reason (`exchange.operation.is_stopped()`) is `operation_aborted`, and so is one whose
    /// `exchange.commit()` said no. The request and the exchange outlive the call. A transport that knows no streams
    /// may read the body to its end and leave `rest` empty.
    virtual asio::awaitable<exchange_result> send(const request&, exchange&) = 0;

    /// Drops idle connections. Called on the strand when the client is closed.
    virtual void close() noexcept = 0;

    /// The process was forked, and this is the child: connections opened so far are the parent's. Closes their
    /// descriptors and says nothing to the servers. Called once, before anything else of the child.
    virtual void forked() noexcept {}

    /// The executor's context is going: drops what holds on to it. Nothing may be started.
    virtual void shutdown() noexcept = 0;
};

} // namespace cojob::http

#endif
