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

/// Why a call failed. docs/design/failures.md says which outcome of an attempt becomes which of these.
enum class errc {
    invalid_argument = 1, ///< refused before any I/O: an empty prompt, a bad id, a bad option
    quota_exhausted,      ///< no slot within `max_wait`; `error_info::retry_at` says when
    rate_limited,         ///< 429; `error_info::retry_at` is set when the server said
    unauthorized,         ///< 401
    forbidden,            ///< 403
    not_found,            ///< 404
    conflict,             ///< 409
    rejected,             ///< any other 4xx
    server_error,         ///< 5xx
    unexpected_status,    ///< 1xx, 3xx, or a number that has no meaning here
    outcome_unknown,      ///< the server may or may not have done it; do not repeat it without looking
    connect_failed,       ///< no address found, or none of them answered
    connect_timeout,      ///< a limit fired before the request was sent; the attempt names the phase
    tls_failed,           ///< the TLS handshake failed
    certificate_rejected, ///< the server's certificate or host name was not accepted
    proxy_failed,         ///< the proxy refused or cut the connection; this version connects to none
    request_timeout,      ///< one attempt took too long after the request was sent
    deadline_exceeded,    ///< the whole call took too long
    wait_timeout,         ///< the job had not ended when last seen; `job_id` and `job_status` are set
    connection_lost,      ///< reset or early end of the connection, on a call that is safe to repeat
    response_too_large,   ///< over one of `limit_options`
    malformed_response,   ///< not HTTP
    invalid_response,     ///< JSON that is not what the API documents; the message names the path
    no_progress,          ///< a list is said to go on, but page after page has nothing new: see `pager::next`
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

/// What an error means to a caller: `if (ec == cojob::condition::timeout)`.
enum class condition {
    retryable = 1, ///< repeating the call cannot do the work twice
    client_error,  ///< the request was at fault
    server_error,  ///< the server was
    timeout,       ///< a limit of this client fired
    throttled,     ///< too many requests
    transport,     ///< no answer could be had
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(condition value) noexcept
{
    return detail::enumerator_name(
        value, {"retryable", "client_error", "server_error", "timeout", "throttled", "transport"}, 1);
}

/// The category of `errc`, named `cojob`; its messages are short English words for logs. Each copy of the library in a
/// program has one, in a plug-in with hidden symbols for instance; all of them are equal.
[[nodiscard]] COJOB_DECL const boost::system::error_category& error_category() noexcept;

/// The category of `condition`, named `cojob.condition`. It knows which codes of `errc` meet which conditions.
[[nodiscard]] COJOB_DECL const boost::system::error_category& condition_category() noexcept;

/// What makes an `error_code` of an `errc` by itself: `code == errc::not_found`.
[[nodiscard]] COJOB_DECL error_code make_error_code(errc) noexcept;

/// What makes `code == condition::retryable` a question about a group of codes.
[[nodiscard]] COJOB_DECL boost::system::error_condition make_error_condition(condition) noexcept;

/// How far an attempt came.
enum class phase {
    queued,            ///< for a place among the origin's connections
    resolving,         ///< the host's name is looked up
    connecting,        ///< to one address after the other
    handshaking,       ///< TLS
    sending,           ///< a write was started: from here on the server may have the request
    awaiting_response, ///< the request was written whole
    receiving,         ///< the answer has begun
    done               ///< the answer is there, or its head where a stream follows
};

/// The phase in words, as `log_to` shows it.
[[nodiscard]] COJOB_DECL std::string_view to_string(phase) noexcept;

/// One try of a call.
struct attempt {
    timestamp started{};           ///< civil time of the client
    phase reached = phase::queued; ///< the last phase it was in
    int status = 0;                ///< HTTP status, 0 when none came
    duration wait{};               ///< what was waited before it
    error_code ended{};            ///< why it ended; no error for success
    std::string why{};             ///< the same in words, where there is more to say; never a server's text
};

/// What is known of a failure. A default-constructed one has no error.
class error_info {
  public:
    error_info() = default;
    /// A failure with its `message`. The code need not be of this library: a cancellation has Asio's.
    error_info(error_code code, std::string words = {}) : message(std::move(words)), code_(code) {}
    /// The same for a code of this library.
    error_info(errc code, std::string words = {}) : error_info(make_error_code(code), std::move(words)) {}

    /// Why it failed: an `errc`, or `operation_aborted` for a cancellation.
    [[nodiscard]] const error_code& code() const noexcept { return code_; }

    int http_status = 0;               ///< 0 when no answer came
    std::string method,                ///< of the request; empty when the failure is of none
        path;                          ///< of the request, as sent, with its query
    std::string message;               ///< this library's words: which option, which JSON member; part of `what()`
    std::string server_message,        ///< the server's words, at most `limit_options::error_text` bytes, unescaped
        server_detail;                 ///< what else its answer says of it, in other members; likewise
    std::string request_id;            ///< the server's `X-Request-Id`
    std::string location,              ///< where its answer pointed: escaped, at most 512 bytes, no user info, no query
        retry_after;                   ///< its `Retry-After` as it was sent, at most 64 bytes, unescaped
    std::string job_id,                ///< of the job it is about, wherever it is known
        job_status;                    ///< of that job when it was last seen by a wait; the server's text
    std::optional<timestamp> retry_at; ///< when it makes sense to come back
    std::vector<attempt> attempts; ///< every one of the call, in order; the last one's `why` says why it was the last

  private:
    error_code code_;
};

/// A failure in one line that is safe to log: what, which call, why, and when to come back. `rate limited (HTTP 429):
/// POST /v2/agent/docs/job: try again at 2026-01-02T03:04:05Z`. Ids in the path are shown; its query, a secret and the
/// server's words are not.
[[nodiscard]] COJOB_DECL std::string to_string(const error_info&);

/// The same and, escaped and cut, what the server said of it: its words, where it pointed, its `Retry-After` and the
/// request's id; then the job's id. For people: the words are the server's, and may be anything but the key.
[[nodiscard]] COJOB_DECL std::string explain(const error_info&);

/// What every operation of this library throws, cancellation apart. `what()` has no text of the server and no secret in
/// it.
class BOOST_SYMBOL_VISIBLE api_error : public boost::system::system_error {
  public:
    /// An exception for a failure; copies share it, so that copying does not throw.
    COJOB_DECL explicit api_error(error_info);

    /// Everything that is known, the server's words included.
    [[nodiscard]] const error_info& info() const noexcept { return state_->info; }

    /// The status of the response that it is about; 0: there was none. `info().http_status`.
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

/// What `result<T>::value()` does: throws `api_error`, or a plain `system_error` for a code that is not of this library
/// (a cancellation).
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
