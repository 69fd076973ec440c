#ifndef COJOB_CLIENT_HPP
#define COJOB_CLIENT_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/http/proxy_options.hpp>
#include <cojob/observer.hpp>
#include <cojob/policy/effect.hpp>
#include <cojob/policy/retry.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob {

namespace http {
class transport;
} // namespace http

class quota;

namespace detail {

class client_state;
struct poll_trace;
struct request_base;

/// An execution context of Asio with executors of its own.
template <class Context>
concept execution_context = std::convertible_to<Context&, asio::execution_context&> && requires(Context& c) {
    { c.get_executor() } -> std::convertible_to<asio::any_io_executor>;
};

/// Settings of one handle, applied to each of its calls.
struct call_settings {
    duration timeout{};                   ///< limit for a call, from its first quota slot on
    time_point until = time_point::max(); ///< deadline of every call, the wait for a quota slot included
    std::shared_ptr<poll_trace> poll{};   ///< if set, each call is one poll of a wait
    bool is_single_attempt = false;       ///< calls are not retried
};

} // namespace detail

/// From which threads a client is used.
enum class threading {
    safe,   ///< the client may be used from any thread
    single, ///< the client's executor and all callers run on one thread; no strand
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(threading value) noexcept
{
    return detail::enumerator_name(value, {"safe", "single"});
}

/// Returns additional headers for an attempt, such as `traceparent`. Called on the client's strand; must not block. A
/// returned header replaces the request's own of the same name. The headers that the client makes itself
/// (Authorization, Host, Content-Length, Transfer-Encoding, Connection) are refused. A refused header, or an exception
/// of the hook, ends the call before anything is sent.
using header_hook = std::function<http::header_list(const attempt_event&)>;

/// Options of a client and of all services on it. Every option has a default.
class client_options {
  public:
    client_options() = default;

    tls_options tls;                     ///< which certificates are trusted
    proxy_options proxy;                 ///< the proxy; by default as the environment says
    timeout_options timeouts;            ///< limits for a call and its steps
    pool_options pool;                   ///< connections to each origin
    limit_options limits;                ///< limits for responses
    cojob::name_lookup name_lookup;      ///< looks up host names; empty: the system does
    retry_options retry;                 ///< which failures are retried, and when
    std::string user_agent;              ///< the User-Agent header; empty: `cojob/` and the version
    observer_ptr observer;               ///< notified of events; must not own a client or service that it observes
    cojob::header_hook header_hook;      ///< called before each attempt; empty: no further headers
    threading threads = threading::safe; ///< `single` saves the strand if one thread runs everything
    clock_ptr clock;                     ///< the source of time; empty: the machine's clock
    std::optional<std::uint64_t> seed;   ///< seed of the jitter generator; default: random
};

/// The server and the credential of a service. What all its requests have in common is checked and made ready once,
/// here. Copies share it, and the last one wipes the key.
class api_base {
  public:
    /// Without a server.
    api_base() = default;
    /// `allow_plaintext` allows plain HTTP to other hosts than this machine. \throws api_error `invalid_argument` for a
    /// URL without a host, plain HTTP that is not allowed, or an invalid key.
    COJOB_DECL api_base(http::url server, credential key, bool allow_plaintext = false);

    /// The URL. Requires a server.
    [[nodiscard]] COJOB_DECL const http::url& url() const noexcept;

    /// The path and query of a URL that the server chose, for `api_request::location`, and short enough for an id.
    /// \throws api_error `invalid_response` unless it is absolute or begins with a slash, and is at this server
    [[nodiscard]] COJOB_DECL std::string target_of(std::string_view chosen) const;

    /// Whether URL and key are equal, or both are copies of one. Providers of keys cannot be compared.
    COJOB_DECL friend bool operator==(const api_base&, const api_base&) noexcept;

  private:
    friend struct detail::request_base;
    std::shared_ptr<const detail::request_base> state_;
};

/// A request to a job API, as a service passes it to `client::send`.
class api_request {
  public:
    api_request() = default;
    /// A request without a body. Set further members one by one.
    api_request(std::string verb, http::url server, std::vector<std::string> path, credential key)
        : base_url(std::move(server)), authorization(std::move(key)), method(std::move(verb)), segments(std::move(path))
    {
    }

    /// The same with a base that was made once: takes less time.
    api_request(std::string verb, api_base to, std::vector<std::string> path)
        : base(std::move(to)), method(std::move(verb)), segments(std::move(path))
    {
    }

    api_base base; ///< server and credential; used instead of `base_url`, `authorization` and `allow_plaintext` if set
    http::url base_url;                ///< the server, made by `parse_url`
    credential authorization;          ///< sent as `Authorization: Bearer …`; empty: not sent
    bool allow_plaintext = false;      ///< allows plain HTTP to other hosts than this machine
    std::string method = "GET";        ///< upper case; decides what may be repeated, unless `effect` is set
    std::vector<std::string> segments; ///< path segments below the base URL, not yet encoded
    std::vector<std::pair<std::string, std::string>> query; ///< names and values, not yet encoded, in order
    /// A URL that the server chose, for instance in `Operation-Location`: used instead of `segments` and `query`, as it
    /// is. It must be absolute or begin with a slash, and be at the server of `base`. Otherwise the call ends with
    /// `invalid_response` and nothing is sent, neither there nor elsewhere. Its query may be a signature: errors and
    /// the observer get its path only. As a job's id, the whole of it is in `error_info::job_id`, handles, journals and
    /// the observer's events of the job; the texts of errors and the lines of `log_to` do not show it.
    std::string location;
    http::header_list headers;           ///< further headers; those that the client makes itself are refused
    std::optional<std::string> json;     ///< the body, sent as `application/json`; empty: no body
    std::optional<cojob::effect> effect; ///< empty: as the method implies; an unknown method counts as `once`
    std::shared_ptr<quota> quota_pool;   ///< each attempt takes a slot of it; empty: no quota
    std::string job_id;                  ///< id of the job concerned, for errors
    duration attempt_timeout{};          ///< as `timeout_options::attempt`, for this request; zero: that one
};

/// Counters since the client was created.
struct client_stats {
    std::uint64_t requests = 0;            ///< attempts handed to the transport
    std::uint64_t polls = 0;               ///< those of `requests` that were polls of a wait
    std::uint64_t retries = 0;             ///< attempts after the first one of a call
    std::uint64_t throttles = 0;           ///< 429 responses, and calls that queued for a quota slot
    std::uint64_t connections_opened = 0;  ///< attempts sent on a new connection
    std::uint64_t connections_reused = 0;  ///< attempts sent on a kept-alive connection
    std::uint64_t connections_resumed = 0; ///< those of `connections_opened` that resumed a TLS session
    std::uint64_t bytes_sent = 0;          ///< bytes of HTTP, before encryption
    std::uint64_t bytes_received = 0;      ///< bytes of HTTP, after decryption
};

/// A client: connections, clock and limits. All copies of the handle, and the services on them, share one state. An
/// idle client has no pending operation, so `run()` of its context returns. A client must not outlive its execution
/// context. A client or service that was moved from may only be assigned to or destroyed; an assertion catches any
/// other use.
///
/// Thread safety: with `threading::safe`, any thread may call any member, even on the same handle.
class client {
  public:
    /// Creates a client that runs on this executor: on a strand of it, or with `threading::single` on the executor
    /// itself. Does not connect yet.
    ///
    /// The last argument replaces the network, as `testing::scripted_transport` does; empty: sockets. A transport
    /// belongs to one client, and must not outlive the context either. \throws api_error `invalid_argument` for an
    /// empty executor and for options that cannot work, such as a CA file that cannot be read, or an invalid proxy, in
    /// the environment too.
    COJOB_DECL explicit client(asio::any_io_executor, client_options = {}, std::shared_ptr<http::transport> = {});
    /// The same, on the executor of an execution context such as an `io_context`.
    template <detail::execution_context Context>
    explicit client(Context& context, client_options options = {}, std::shared_ptr<http::transport> network = {})
        : client(asio::any_io_executor(context.get_executor()), std::move(options), std::move(network))
    {
    }

    /// Sends one request and returns its response if the status is 2xx. Retries failures as `retry_options` allow. A
    /// request with a quota first waits for a slot.
    ///
    /// Errors: every code of `errc` except `invalid_response`, `wait_timeout` and `no_progress`. Cancellation: all
    /// types until the request is in flight. After that, for a request that is not `effect::none`, terminal and partial
    /// cancellation end the call with `outcome_unknown`, and total cancellation is ignored.
    [[nodiscard]] COJOB_DECL asio::awaitable<http::response> send(api_request) const;

    /// Opens connections to a server ahead of the calls that will use them, TLS handshake included, until `connections`
    /// of them are idle or `pool_options::max_connections` is reached. Sends no request and takes no slot of a quota.
    /// Returns how many are idle; zero with a transport that has no connections.
    ///
    /// A warm connection is an idle one: it is used within `pool_options::idle`, and by a POST within a second. So warm
    /// just before the first calls. If every slot is in use, queues for one as a call does. Errors: `connect_failed`,
    /// `connect_timeout`, `tls_failed`, `certificate_rejected`, `proxy_failed`, `invalid_argument`,
    /// `deadline_exceeded`; the connections opened before stay. Not retried. Cancellation: all types, at any time.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::size_t> warm(http::url server, std::size_t connections) const;

    /// Uses other TLS options for new connections, such as a renewed client certificate or another authority: reads the
    /// files of the options anew, on the calling thread. Calls in flight end on their connections, with the options
    /// that these were opened with. No kept-alive connection and no TLS session from before is used again. Concerns all
    /// copies of the handle. Any thread may call it. Has no effect with a transport without TLS. \throws api_error
    /// `invalid_argument` for options that cannot work; nothing changes then.
    COJOB_DECL void use_tls(const tls_options&) const;

    /// A copy with another limit for each call, as `timeout_options::call`. \throws api_error `invalid_argument` for
    /// zero or less.
    [[nodiscard]] COJOB_DECL client with_timeout(duration call) const;

    /// The counters of all copies of the handle. Each counter is exact, but the set is not a snapshot.
    [[nodiscard]] COJOB_DECL client_stats stats() const;

    /// Cancels every running call and wait, and closes the connections. Later calls end with `operation_aborted`. Any
    /// thread may call it, and more than once.
    COJOB_DECL void close() const;

    /// The executor of the client: its strand, or with `threading::single` the executor that it was given.
    [[nodiscard]] COJOB_DECL asio::any_io_executor get_executor() const;

    /// Whether both handles share one state.
    friend bool operator==(const client& a, const client& b) noexcept { return a.state_ == b.state_; }

  private:
    friend class detail::client_state;

    std::shared_ptr<detail::client_state> state_;
    detail::call_settings settings_;
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/client.ipp>
#endif

#endif
