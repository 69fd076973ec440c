#ifndef COJOB_HTTP_TRANSPORT_HPP
#define COJOB_HTTP_TRANSPORT_HPP

#include <cojob/clock.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/operation.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cojob::http {

/// Decides immediately before the first write whether a request may still be sent. A quota refuses while its pool
/// pauses.
class BOOST_SYMBOL_VISIBLE commit_gate {
  public:
    commit_gate() = default;
    commit_gate(const commit_gate&) = delete;
    commit_gate& operator=(const commit_gate&) = delete;

    /// Returns whether the request may be sent now. Called on the client's strand.
    [[nodiscard]] virtual bool may_commit() = 0;

  protected:
    ~commit_gate() = default;
};

/// The state of one exchange, updated by the transport while it runs, so that its end can be interpreted in any case.
class exchange {
  public:
    /// Creates an exchange that has not started. `is_repeatable`: the request has no effect on the server
    /// (`effect::none`), so total cancellation is accepted until the end. The gate may be null; otherwise it must
    /// outlive the exchange.
    exchange(cojob::operation& op, bool is_repeatable, commit_gate* gate = nullptr)
        : operation(op), gate_(gate), is_repeatable_(is_repeatable)
    {
    }

    cojob::operation& operation;       ///< the operation that may stop it; outlives the exchange
    phase reached = phase::queued;     ///< the last phase that it reached; updated by the transport
    bool needs_new_connection = false; ///< do not use a kept-alive connection
    duration attempt_timeout{};        ///< as `timeout_options::attempt`, for this exchange; zero: that one
    bool avoids_idle = false;          ///< use no connection that has served a request or is old
    duration yields{};                 ///< if not zero: a poll, which lets calls overtake it in a queue for that long
    duration queued{};                 ///< time in the transport's own queue; set by the transport
    std::size_t idle_connections = 0;  ///< to the origin, after `transport::open_ahead`
    bool streams_body = false;         ///< stream the body of a successful response
    bool is_cut_short = false;         ///< only a part of the request was written; a response answers that part
    bool is_reused = false;            ///< it was open: it had served a request, or was opened ahead
    bool is_resumed = false;           ///< the connection is new and resumed a TLS session
    std::uint64_t bytes_sent = 0,      ///< bytes of HTTP, before encryption
        bytes_received = 0;            ///< bytes of HTTP, after decryption

    /// The transport calls this immediately before the first write. A failed TLS write reports no bytes even if some
    /// were sent, so from here on the server may have the request.
    ///
    /// Returns whether the request may be sent. If not, the transport must write nothing: `send` ends with
    /// `operation_aborted` and keeps the connection for another request. The client calls `send` again with the same
    /// request and a new exchange when the request may be sent.
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

    /// Whether the last `commit` returned false.
    [[nodiscard]] bool was_refused() const noexcept { return was_refused_; }

    /// Whether a write has started: the server may have the request or a part of it.
    [[nodiscard]] bool was_committed() const noexcept { return was_committed_; }

  private:
    commit_gate* gate_;
    bool is_repeatable_;
    bool was_committed_ = false;
    bool was_refused_ = false;
};

/// One part of a response body.
struct body_part {
    error_code error{};   ///< `connection_lost`, `malformed_response`, `response_too_large` or `operation_aborted`
    std::string why{};    ///< explanation by this library or the system, never text of the server
    std::string text{};   ///< the bytes, without transfer coding
    bool is_last = false; ///< the body is complete
    std::uint64_t bytes_received = 0; ///< bytes of HTTP received for this part
};

/// The body of a response, read as it arrives. One call at a time, on the client's strand. May be destroyed on any
/// thread.
class BOOST_SYMBOL_VISIBLE body_stream {
  public:
    body_stream() = default;
    body_stream(const body_stream&) = delete;
    body_stream& operator=(const body_stream&) = delete;
    virtual ~body_stream() = default;

    /// Waits for the next part: a non-empty text, the end, or an error. Reads only while it is awaited; in between,
    /// flow control holds back the server. After the end or an error, returns the same again.
    virtual asio::awaitable<body_part> read(cojob::operation&) = 0;
};

/// The result of an exchange.
struct exchange_result {
    error_code error{};                  ///< no error: `response` is complete, except for `rest`
    std::string why{};                   ///< explanation by this library or the system, never text of the server
    http::response response{};           ///< the response, with `proxy_failed` the proxy's; status 0: no head arrived
    std::shared_ptr<body_stream> rest{}; ///< the body, if it is streamed; null: it is in the response
    bool is_final = false;               ///< with an error: the same would come again, so do not retry
};

/// The interface between a client and the network. One client uses it, on its strand.
class BOOST_SYMBOL_VISIBLE transport {
  public:
    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Sends one request and reads its response. Returns failures as results, not as exceptions: `connect_failed`,
    /// `tls_failed`, `certificate_rejected`, `connection_lost`, `malformed_response`, `response_too_large`,
    /// `proxy_failed`. If `exchange.operation.is_stopped()`, or if `exchange.commit()` returned false, the error is
    /// `operation_aborted`. The request and the exchange outlive the call. A transport that does not stream may read
    /// the whole body and leave `rest` empty.
    virtual asio::awaitable<exchange_result> send(const request&, exchange&) = 0;

    /// Opens one connection to the request's origin and leaves it idle for a later `send`, unless `wanted` are idle
    /// already or the limits leave no room for it. Sends nothing and commits nothing. Sets
    /// `exchange.idle_connections`. Failures are as those of `send`. By default returns an empty awaitable: this
    /// transport has no connections.
    virtual asio::awaitable<exchange_result> open_ahead(const request&, exchange&, std::size_t wanted)
    {
        static_cast<void>(wanted);
        return {};
    }

    /// Prepares other TLS options for new connections, and returns a function that the client calls once, on its
    /// strand and while the transport lives, to put them into force: it also closes the idle connections. Called on any
    /// thread. By default returns an empty function: this transport has no TLS. \throws api_error `invalid_argument`
    /// for options that cannot work
    [[nodiscard]] virtual std::function<void()> prepare_tls(const tls_options&) { return {}; }

    /// Whether everything that `send` awaits is bound to the operation's `step_slot`. If true, nothing else cancels
    /// `send`, and a caller on the client's executor awaits it within its own coroutine. If false, `send` gets a
    /// coroutine of its own, whose cancellation slot is the operation's.
    [[nodiscard]] virtual bool binds_steps() const noexcept { return false; }

    /// Closes idle connections. Called on the strand when the client is closed.
    virtual void close() noexcept = 0;

    /// This process is a forked child: the connections opened so far belong to the parent. Closes their descriptors
    /// without sending anything. Called once in the child, before any other member.
    virtual void forked() noexcept {}

    /// The executor's context is being destroyed: releases everything that refers to it. Must not start operations.
    virtual void shutdown() noexcept = 0;
};

} // namespace cojob::http

#endif
