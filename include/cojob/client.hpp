#ifndef COJOB_CLIENT_HPP
#define COJOB_CLIENT_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/observer.hpp>
#include <cojob/policy/effect.hpp>
#include <cojob/policy/retry.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>

#include <concepts>
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

/// What Asio calls an execution context, with executors of its own.
template <class Context>
concept execution_context = std::convertible_to<Context&, asio::execution_context&> && requires(Context& c) {
    { c.get_executor() } -> std::convertible_to<asio::any_io_executor>;
};

/// How a handle makes its calls.
struct call_settings {
    duration timeout{};                   ///< of a call, from its slot of the quota on
    time_point until = time_point::max(); ///< all of it ends then, the wait for a slot too
    std::shared_ptr<poll_trace> poll{};   ///< set: a call is one poll of a wait
    bool is_single_attempt = false;       ///< a call is not tried again
};

} // namespace detail

/// Who calls a client, and from where.
enum class threading {
    safe,   ///< the client may be used from any thread
    single, ///< the client's executor and all its callers run on one thread; no strand
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(threading value) noexcept
{
    return detail::enumerator_name(value, {"safe", "single"});
}

/// Further headers of an attempt, such as `traceparent`. Called on the client's strand; must not block. A header that
/// the client makes itself (Authorization, Host, Content-Length, Transfer-Encoding, Connection) is refused; that, and
/// what the hook throws, ends the call before anything is sent. Any other takes the place of the request's own.
using header_hook = std::function<http::header_list(const attempt_event&)>;

/// How a client connects, waits and repeats, for everything that is made on it. All of it has defaults that work.
class client_options {
  public:
    client_options() = default;

    tls_options tls;                     ///< which servers are believed to be who they say
    timeout_options timeouts;            ///< of a call and its steps
    pool_options pool;                   ///< connections to each origin
    limit_options limits;                ///< what a server may send
    retry_options retry;                 ///< what is tried again by itself
    std::string user_agent;              ///< empty: `cojob/` and the version
    observer_ptr observer;               ///< must not own a client or service that it listens to
    cojob::header_hook header_hook;      ///< asked before each attempt
    threading threads = threading::safe; ///< `single` saves the strand where one thread runs everything
    clock_ptr clock;                     ///< empty: the machine's
    std::optional<std::uint64_t> seed;   ///< of jitter; random unless given
};

/// A request to a job API, as a service describes it to `client::send`.
class api_request {
  public:
    api_request() = default;
    /// A request without body; the other members are set one by one.
    api_request(std::string verb, http::url base, std::vector<std::string> path, credential key)
        : base_url(std::move(base)), authorization(std::move(key)), method(std::move(verb)), segments(std::move(path))
    {
    }

    http::url base_url;                ///< where it goes, made by `parse_url`
    credential authorization;          ///< sent as `Authorization: Bearer …`; empty: not sent
    bool allow_plaintext = false;      ///< plain HTTP to a host that is not this machine
    std::string method = "GET";        ///< upper case; it says what may be repeated, unless `effect` does
    std::vector<std::string> segments; ///< of the path below the base URL, not yet encoded
    std::vector<std::pair<std::string, std::string>> query; ///< names and values, not yet encoded, in order
    http::header_list headers;           ///< further ones; those that the client makes itself are refused
    std::optional<std::string> json;     ///< the body, sent as `application/json`; empty: no body
    std::optional<cojob::effect> effect; ///< empty: what the method means; an unknown method counts as `once`
    std::shared_ptr<quota> quota_pool;   ///< the attempt is a use of it; empty: of none
    std::string job_id;                  ///< of the job it is about, for errors
};

/// Counters since the client was made.
struct client_stats {
    std::uint64_t requests = 0;           ///< attempts handed to the transport
    std::uint64_t polls = 0;              ///< of them made by waits
    std::uint64_t retries = 0;            ///< attempts that followed a failed one of the same call
    std::uint64_t throttles = 0;          ///< answers 429, and calls that had to queue for a slot of a quota
    std::uint64_t connections_opened = 0; ///< attempts on a new connection
    std::uint64_t connections_reused = 0; ///< attempts on a kept connection
    std::uint64_t bytes_sent = 0;         ///< HTTP, before TLS
    std::uint64_t bytes_received = 0;     ///< likewise, after TLS
};

/// Connections, time and limits, shared by all copies of the handle and by the services made on it. An idle client has
/// no pending work: `run()` of its context returns. It must not outlive its execution context. A handle that was moved
/// from, of a client or a service, may be assigned to or destroyed; any other use of it is caught by an assertion.
///
/// Thread safety: with `threading::safe`, all members may be called from any thread, on one handle too.
class client {
  public:
    /// A client whose work runs on this executor, on a strand of it unless `threading::single` was chosen. Nothing is
    /// connected yet.
    ///
    /// The last argument takes the place of the network, as `testing::scripted_transport` does; empty: sockets. A
    /// transport is one client's, and goes before the context too. \throws api_error `invalid_argument` for an empty
    /// executor and for options that cannot work, a CA file that cannot be read among them.
    COJOB_DECL explicit client(asio::any_io_executor, client_options = {}, std::shared_ptr<http::transport> = {});
    /// The same, on the executor of an execution context, such as an `io_context`.
    template <detail::execution_context Context>
    explicit client(Context& context, client_options options = {}, std::shared_ptr<http::transport> network = {})
        : client(asio::any_io_executor(context.get_executor()), std::move(options), std::move(network))
    {
    }

    /// Sends one request and returns its response when the status is 2xx. What fails is tried again as `retry_options`
    /// say; a request that draws on a quota first waits for a slot of it.
    ///
    /// Errors: every code of `errc` but invalid_response and wait_timeout. Cancellation: all types
    /// until the request is on its way; after that terminal and partial end a request that is not `effect::none` as
    /// `outcome_unknown`, and total cancellation is ignored.
    [[nodiscard]] COJOB_DECL asio::awaitable<http::response> send(api_request) const;

    /// The same client with another limit for the whole call. \throws api_error `invalid_argument` for zero or less.
    [[nodiscard]] COJOB_DECL client with_timeout(duration call) const;

    /// What has been done so far, by all copies of the handle. Each counter is exact, the set of them no snapshot.
    [[nodiscard]] COJOB_DECL client_stats stats() const;

    /// Cancels every running call and wait, drops the connections, and ends later calls as `operation_aborted`. May be
    /// called from any thread and more than once.
    COJOB_DECL void close() const;

    /// What the client's own work runs on: its strand, or with `threading::single` the executor it was given.
    [[nodiscard]] COJOB_DECL asio::any_io_executor get_executor() const;

    /// Whether both are handles on one state.
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
