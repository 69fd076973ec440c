#ifndef COJOB_ERROR_HPP
#define COJOB_ERROR_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>

#include <boost/assert/source_location.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cojob {

/// The error code of Boost.System, here and in every `error_info`.
using boost::system::error_code;

/// Why a call failed. docs/design/failures.md lists which outcome of an attempt becomes which code.
enum class errc {
    invalid_argument = 1, ///< refused before any I/O: an empty prompt, an invalid id, an invalid option
    quota_exhausted,      ///< no slot within `max_wait`; `error_info::retry_at` is when to try again
    rate_limited,         ///< 429; `error_info::retry_at` is set if the server named a time
    unauthorized,         ///< 401
    forbidden,            ///< 403
    not_found,            ///< 404
    conflict,             ///< 409
    rejected,             ///< any other 4xx
    server_error,         ///< 5xx
    unexpected_status,    ///< 1xx, 3xx, or a number outside 100 to 599
    outcome_unknown,      ///< the server may or may not have processed the request: check before you repeat it
    connect_failed,       ///< no address found, or no connection to any of them
    connect_timeout,      ///< a timeout before the request was sent; the last attempt names the phase
    tls_failed,           ///< the TLS handshake failed
    certificate_rejected, ///< the certificate or its host name was not accepted
    proxy_failed,      ///< the proxy opened no tunnel; `http_status` is the proxy's, `is_final` says whether to give up
    request_timeout,   ///< a timeout of one attempt after the request was sent
    deadline_exceeded, ///< the deadline of the whole call expired
    wait_timeout,      ///< the job had not ended when last seen; `job_id` and `job_status` are set
    connection_lost,   ///< the connection was reset or closed early, in a call that is safe to repeat
    response_too_large, ///< exceeds one of `limit_options`
    malformed_response, ///< not HTTP
    invalid_response,   ///< JSON that does not match the API; the message names the path
    no_progress,        ///< a list should continue, but page after page has nothing new: see `pager::next`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(errc value) noexcept
{
    return detail::enumerator_name(
        value, {"invalid_argument",   "quota_exhausted",    "rate_limited",      "unauthorized", "forbidden",
                "not_found",          "conflict",           "rejected",          "server_error", "unexpected_status",
                "outcome_unknown",    "connect_failed",     "connect_timeout",   "tls_failed",   "certificate_rejected",
                "proxy_failed",       "request_timeout",    "deadline_exceeded", "wait_timeout", "connection_lost",
                "response_too_large", "malformed_response", "invalid_response",  "no_progress"},
        1);
}

/// Groups of error codes: `if (ec == cojob::condition::timeout)`.
enum class condition {
    retryable = 1, ///< repeating the call cannot do the work twice
    client_error,  ///< an error of the request
    server_error,  ///< an error of the server
    timeout,       ///< a timeout of this client
    throttled,     ///< too many requests
    transport,     ///< no response could be obtained
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(condition value) noexcept
{
    return detail::enumerator_name(
        value, {"retryable", "client_error", "server_error", "timeout", "throttled", "transport"}, 1);
}

/// The category of `errc`, named `cojob`. Its messages are short English phrases for logs. Categories of several copies
/// of the library in one program, such as a plug-in with hidden symbols, compare equal.
[[nodiscard]] COJOB_DECL const boost::system::error_category& error_category() noexcept;

/// The category of `condition`, named `cojob.condition`. Maps codes of `errc` to conditions.
[[nodiscard]] COJOB_DECL const boost::system::error_category& condition_category() noexcept;

/// Converts an `errc` to an `error_code`. Used implicitly: `code == errc::not_found`.
[[nodiscard]] COJOB_DECL error_code make_error_code(errc) noexcept;

/// Converts a `condition` to an `error_condition`. Used implicitly: `code == condition::retryable`.
[[nodiscard]] COJOB_DECL boost::system::error_condition make_error_condition(condition) noexcept;

/// The phases of an attempt.
enum class phase {
    queued,            ///< queued for a connection to the origin
    resolving,         ///< looks up the host name
    connecting,        ///< connects to one address after the other
    proxying,          ///< gets a tunnel from the proxy
    handshaking,       ///< TLS
    sending,           ///< the first write has started: the server may have the request
    awaiting_response, ///< the request was sent completely
    receiving,         ///< the response has begun
    done               ///< the response is complete, or its head if an event stream follows
};

/// The name of the phase in words, as `log_to` prints it.
[[nodiscard]] COJOB_DECL std::string_view to_string(phase) noexcept;

/// One attempt of a call.
struct attempt {
    timestamp started{};           ///< start, by the client's wall clock
    phase reached = phase::queued; ///< the last phase that it reached
    int status = 0;                ///< HTTP status; 0: no response
    duration wait{};               ///< delay before the attempt
    error_code ended{};            ///< why it ended; no error for success
    std::string why{};             ///< further explanation, if there is one; never text of the server
};

/// Everything that is known about a failure. Default-constructed: no error.
class error_info {
  public:
    error_info() = default;
    /// A failure with its `message`. The code may be of another category: a cancellation has a code of Asio.
    error_info(error_code code, std::string words = {}) : message(std::move(words)), code_(code) {}
    /// The same for a code of this library.
    error_info(errc code, std::string words = {}) : error_info(make_error_code(code), std::move(words)) {}

    /// Why it failed: an `errc`, or `operation_aborted` for a cancellation.
    [[nodiscard]] const error_code& code() const noexcept { return code_; }

    int http_status = 0;        ///< status of the response, with `proxy_failed` the proxy's; 0: no response
    bool is_final = false;      ///< the failure would come again: with `proxy_failed`, a repetition may lock an account
    std::string method,         ///< of the request; empty if the failure belongs to no request
        path;                   ///< of the request, as sent, with its query unless the server chose that
    std::string message;        ///< text of this library, such as the option or JSON member concerned; part of `what()`
    std::string server_message, ///< text of the server, at most `limit_options::error_text` bytes, unescaped
        server_detail;          ///< further error text of the server from other members; likewise
    std::string request_id;     ///< the server's `X-Request-Id`
    std::string location,       ///< the server's `Location`: escaped, at most 512 bytes, without user info and query
        retry_after;            ///< the server's `Retry-After` as sent, at most 64 bytes, unescaped
    std::string job_id,         ///< id of the job concerned, if known
        job_status;             ///< the job's status when a wait last saw it; text of the server
    std::optional<timestamp> retry_at; ///< when to try again, if known
    std::vector<attempt> attempts;     ///< all of the call, in order; `why` of the last one tells why no other followed

  private:
    error_code code_;
};

/// Formats a failure as one line that is safe to log: what failed, which call, why, and when to try again. For example
/// `rate limited (HTTP 429): POST /v2/agent/docs/job: try again at 2026-01-02T03:04:05Z`. Contains ids in the path, but
/// not the query, secrets or text of the server.
[[nodiscard]] COJOB_DECL std::string to_string(const error_info&);

/// Like `to_string`, followed by the server's error text, `Location`, `Retry-After` and request id, each escaped and
/// truncated, and the job's id. For people: the server's text may contain anything but the key.
[[nodiscard]] COJOB_DECL std::string explain(const error_info&);

/// The exception of every operation of this library, except for cancellation. `what()` contains no text of the server
/// and no secret.
class BOOST_SYMBOL_VISIBLE api_error : public boost::system::system_error {
  public:
    /// Creates an exception for a failure. Copies share the failure, so copying does not throw.
    COJOB_DECL explicit api_error(error_info);

    /// All details, text of the server included.
    [[nodiscard]] const error_info& info() const noexcept { return state_->info; }

    /// The HTTP status, as `info().http_status`; 0: no response.
    [[nodiscard]] int status() const noexcept { return info().http_status; }

    /// As `to_string(info())`: safe to log.
    [[nodiscard]] COJOB_DECL const char* what() const noexcept override;

  private:
    struct state {
        error_info info;
        std::string what;
    };
    std::shared_ptr<const state> state_; // shared: copying an exception must not throw
};

/// As `explain(failure.info())`.
[[nodiscard]] COJOB_DECL std::string explain(const api_error& failure);

/// Called by `result<T>::value()`. Throws `api_error`, or a plain `system_error` for a code of another category (a
/// cancellation).
[[noreturn]] COJOB_DECL void throw_exception_from_error(const error_info&, const boost::source_location&);

namespace detail {

[[noreturn]] COJOB_DECL void throw_error(error_info);
[[noreturn]] COJOB_DECL void throw_invalid_argument(std::string_view message);
[[noreturn]] COJOB_DECL void throw_invalid_argument(std::string_view what,
                                                    std::string_view objection); ///< what: objection

} // namespace detail

} // namespace cojob

template <>
struct boost::system::is_error_code_enum<cojob::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<cojob::condition> : std::true_type {};

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/error.ipp>
#endif

#endif
