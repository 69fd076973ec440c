#ifndef COJOB_CLIENT_HPP
#define COJOB_CLIENT_HPP

#include <cojob/clock.hpp>
#include <cojob/error.hpp>
#include <cojob/http/message.hpp>
#include <cojob/http/options.hpp>
#include <cojob/observer.hpp>
#include <cojob/policy/effect.hpp>
#include <cojob/secret.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob {

namespace http {
class transport;
} // namespace http

namespace detail {
class client_state;
struct poll_trace;
} // namespace detail

enum class threading {
    safe,   ///< the client may be used from any thread
    single, ///< the client's executor and all its callers run on one thread; no strand
};

class client_options {
  public:
    client_options() = default;

    tls_options tls;
    timeout_options timeouts;
    pool_options pool;
    limit_options limits;
    std::string user_agent; ///< empty: `cojob/` and the version
    observer_ptr observer;
    threading threads = threading::safe;
    clock_ptr clock;                   ///< empty: the machine's
    std::optional<std::uint64_t> seed; ///< of jitter; random unless given
};

/// A request to a job API, as a service describes it to `client::send`.
class api_request {
  public:
    api_request() = default;

    http::url base_url;
    credential authorization;     ///< sent as `Authorization: Bearer …`; empty: not sent
    bool allow_plaintext = false; ///< http:// to a host that is not this machine
    std::string method = "GET";
    std::vector<std::string> segments; ///< of the path below the base URL, not yet encoded
    std::vector<std::pair<std::string, std::string>> query;
    http::header_list headers;
    std::optional<std::string> json;     ///< the body
    std::optional<cojob::effect> effect; ///< empty: what the method means; an unknown method counts as `once`
    std::string job_id;                  ///< of the job it is about, for errors
};

/// Counters since the client was made.
struct client_stats {
    std::uint64_t requests = 0; ///< attempts handed to the transport
    std::uint64_t polls = 0;    ///< of them made by waits
    std::uint64_t connections_opened = 0;
    std::uint64_t connections_reused = 0; ///< attempts on a kept connection
    std::uint64_t bytes_sent = 0;         ///< HTTP, before TLS
    std::uint64_t bytes_received = 0;
};

/// Connections, time and limits, shared by all copies of the handle and by the services made on it. An idle client has
/// no pending work: `run()` of its context returns. It must not outlive its execution context.
///
/// Thread safety: with `threading::safe`, all members may be called from any thread, on one handle too.
class client {
  public:
    /// \throws api_error `invalid_argument` for options that cannot work, a CA file that cannot be read among them.
    COJOB_DECL explicit client(asio::any_io_executor, client_options = {}, std::shared_ptr<http::transport> = {});

    /// Sends one request and returns its response when the status is 2xx.
    ///
    /// Errors: every code of `errc` but quota_exhausted, invalid_response and wait_timeout. Cancellation: all types
    /// until the request is on its way; after that terminal and partial end a request that is not `effect::none` as
    /// `outcome_unknown`, and total cancellation is ignored.
    [[nodiscard]] COJOB_DECL asio::awaitable<http::response> send(api_request) const;

    /// The same client with another limit for the whole call. \throws api_error `invalid_argument` for zero or less.
    [[nodiscard]] COJOB_DECL client with_timeout(duration call) const;

    [[nodiscard]] COJOB_DECL client_stats stats() const;

    /// Cancels every running call and wait, drops the connections, and ends later calls as `operation_aborted`. May be
    /// called from any thread and more than once.
    COJOB_DECL void close() const;

    [[nodiscard]] COJOB_DECL asio::any_io_executor get_executor() const;

    /// Whether both are handles on one state.
    friend bool operator==(const client& a, const client& b) noexcept { return a.state_ == b.state_; }

  private:
    friend class detail::client_state;

    std::shared_ptr<detail::client_state> state_;
    duration call_timeout_{};
    std::shared_ptr<detail::poll_trace> poll_; // set: a call is one poll of a wait
};

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/client.ipp>
#endif

#endif
