// cojob 0.1.0, everything but testing/
// SPDX-License-Identifier: BSL-1.0
// Made by tools/amalgamate from include/cojob/, do not edit.
//
// Needs C++20, Boost's headers and OpenSSL: g++ -std=c++20 main.cpp -lssl -lcrypto
// It brings the source of Boost.JSON, which a program has once: all files but one define COJOB_NO_JSON_SOURCE, or all
// do and the program links boost_json.
// With COJOB_SEPARATE_COMPILATION defined in all files it only declares; one of them, with COJOB_SOURCE_FILE defined
// too, has the bodies and the source of Boost.JSON.
// clang-format off
#ifndef COJOB_COJOB_HPP
#define COJOB_COJOB_HPP

#include <boost/version.hpp>

// -------- cojob/detail/requirements.hpp

// Reports unsupported configurations first, because later errors would be less clear.

#if __cplusplus < 202002L && (!defined(_MSVC_LANG) || _MSVC_LANG < 202002L)
#error "cojob needs C++20: compile with -std=c++20 (MSVC: /std:c++20)."
#endif

#if !defined(__cpp_exceptions) && !defined(_CPPUNWIND)
#error "cojob needs exceptions: compile without -fno-exceptions."
#endif

#if !defined(__cpp_rtti) && !defined(_CPPRTTI)
#error "cojob needs run-time type information: compile without -fno-rtti."
#endif

#if BOOST_VERSION < 108100
#error "cojob needs Boost 1.81 or newer; boost/version.hpp tells of an older one."
#endif

#if defined(COJOB_SHARED) && !defined(COJOB_SEPARATE_COMPILATION)
#error "COJOB_SHARED says that cojob is in a shared library, and needs COJOB_SEPARATE_COMPILATION in all files."
#endif

#if defined(COJOB_SOURCE_FILE) && !defined(COJOB_SEPARATE_COMPILATION)
#error "COJOB_SOURCE_FILE chooses the file that has the bodies, and needs COJOB_SEPARATE_COMPILATION in all files."
#endif

#if defined(BOOST_ASIO_SEPARATE_COMPILATION) && defined(BOOST_ASIO_HEADER_ONLY)
#error                                                                                                                 \
    "BOOST_ASIO_HEADER_ONLY contradicts BOOST_ASIO_SEPARATE_COMPILATION: define one of them in all files, before any include."
#endif

#if !defined(COJOB_SEPARATE_COMPILATION) || defined(COJOB_SOURCE_FILE)
#ifndef COJOB_NO_JSON_SOURCE
#include <boost/json/src.hpp>
#endif
#endif

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/assert/source_location.hpp>
#include <boost/config.hpp>
#include <boost/intrusive/set_hook.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <cassert>
#include <chrono>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <unordered_set>
#include <utility>
#include <vector>

// -------- cojob/detail/config.hpp

// Header-only by default: every body is inline and included by its header. With COJOB_SEPARATE_COMPILATION the headers
// contain declarations only, and one file of the program includes <cojob/src.hpp>, or the program links
// cojob::compiled, which is that file.
#if !defined(COJOB_SEPARATE_COMPILATION)
#define COJOB_DECL inline
#elif defined(COJOB_SHARED) && defined(COJOB_SOURCE)
#define COJOB_DECL BOOST_SYMBOL_EXPORT
#elif defined(COJOB_SHARED)
#define COJOB_DECL BOOST_SYMBOL_IMPORT
#else
#define COJOB_DECL
#endif

namespace boost::asio {
}

namespace cojob {

namespace asio = boost::asio;

} // namespace cojob

// -------- cojob/clock.hpp

namespace cojob {

/// A length of time. Each option of this type documents what zero means; `no_timeout` is no limit.
using duration = std::chrono::steady_clock::duration;

/// A point in time of a client's steady clock, for deadlines. Meaningless to another process.
using time_point = std::chrono::steady_clock::time_point;

/// No limit. Never added to a time point.
inline constexpr duration no_timeout = duration::max();

/// A point in civil time (wall clock), UTC.
using timestamp = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Formats a time as RFC 3339, with as many decimals as needed: `2026-01-02T03:04:05.678Z`.
[[nodiscard]] COJOB_DECL std::string to_string(timestamp);

/// A timer of a clock. Not thread-safe. Its callback runs on the executor that it was made for.
class BOOST_SYMBOL_VISIBLE alarm {
  public:
    alarm() = default;
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    virtual ~alarm() = default;

    /// Calls `ring` once, at `when` or as soon after it as the executor is free. Replaces an earlier setting.
    virtual void set(time_point when, std::function<void()> ring) = 0;

    /// Disarms the alarm: `ring` is not called after this.
    virtual void clear() noexcept = 0;
};

/// The source of time. The default is the machine's clock; a `testing::manual_clock` advances only when a test moves
/// it. Any thread may call `now`, `wall_now` and the two notifications of exchanges.
class BOOST_SYMBOL_VISIBLE clock {
  public:
    clock() = default;
    clock(const clock&) = delete;
    clock& operator=(const clock&) = delete;
    virtual ~clock() = default;

    /// Steady time, for deadlines and waits.
    [[nodiscard]] virtual time_point now() const = 0;

    /// Civil time, for display and storage.
    [[nodiscard]] virtual timestamp wall_now() const = 0;

    /// Returns a new alarm, not set, for this executor. Called from this executor.
    [[nodiscard]] virtual std::unique_ptr<alarm> make_alarm(const asio::any_io_executor&) = 0;

    /// A transport starts to wait for real sockets. A clock that is moved by hand does not advance until the exchange
    /// has ended.
    virtual void exchange_began() noexcept {}
    /// The exchange has ended. Exchanges may overlap, so they are counted.
    virtual void exchange_ended() noexcept {}
};

/// A clock, shared by all that must agree on the time: clients, and a `quota` that they share.
using clock_ptr = std::shared_ptr<clock>;

/// The machine's clocks, the default of a client.
[[nodiscard]] COJOB_DECL clock_ptr machine_clock();

namespace detail {

/// Returns `from + length`, or the latest time point if that overflows, as with `no_timeout`.
[[nodiscard]] constexpr time_point after(time_point from, duration length) noexcept
{
    return length > time_point::max() - from ? time_point::max() : from + length;
}

} // namespace detail

} // namespace cojob

// -------- cojob/detail/enumerator.hpp

namespace cojob {

namespace detail {

/// Returns the name of an enumerator. `names` are in the order of the values, of which the smallest is `first`.
template <class Enumeration>
[[nodiscard]] constexpr std::string_view
enumerator_name(Enumeration value, std::initializer_list<std::string_view> names, std::size_t first = 0) noexcept
{
    const auto index = static_cast<std::size_t>(value) - first; // a value below the first wraps around to a large index
    return index < names.size() ? names.begin()[index] : std::string_view("(no enumerator)");
}

} // namespace detail

/// Prints an enumerator by its `to_string`.
template <class Enumeration>
    requires std::is_enum_v<Enumeration> && requires(Enumeration value) {
        { to_string(value) } -> std::same_as<std::string_view>;
    }
std::ostream& operator<<(std::ostream& out, Enumeration value)
{
    return out << to_string(value);
}

} // namespace cojob

// -------- cojob/error.hpp

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
        path;                   ///< of the request, as sent, with its query
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

// -------- cojob/http/url.hpp

namespace cojob::http {

/// The server of a connection. Only requests to the same origin can share one.
class origin {
  public:
    origin() = default;
    /// Creates an origin. The host is as described below.
    origin(std::string to, std::uint16_t at, bool secure) : host(std::move(to)), port(at), is_secure(secure) {}

    std::string host;       ///< lower case; an IPv6 literal without brackets; an absolute name with its final dot
    std::uint16_t port = 0; ///< explicit or the default: 443 or 80
    bool is_secure = true;  ///< whether the scheme is https

    /// An order, for maps. Equal origins can share connections.
    friend auto operator<=>(const origin&, const origin&) = default;
};

/// Returns the `Host` header: brackets around IPv6, the port unless it is the scheme's default, no final dot.
[[nodiscard]] COJOB_DECL std::string host_header(const origin&);

/// Whether the host is in 127.0.0.0/8, ::1 or `localhost`. False for any other name, even one that resolves to such an
/// address.
[[nodiscard]] COJOB_DECL bool is_loopback(const origin&);

/// A base URL: scheme, host, port and path, and nothing else.
class url {
  public:
    url() = default;

    /// Scheme, host and port.
    [[nodiscard]] const http::origin& origin() const noexcept { return origin_; }
    /// The path: empty, or with a slash at the beginning and none at the end.
    [[nodiscard]] const std::string& base_path() const noexcept { return base_path_; }

    /// Whether origin and path are equal after parsing.
    friend bool operator==(const url&, const url&) = default;

  private:
    friend COJOB_DECL url parse_url(std::string_view, std::string_view);
    http::origin origin_;
    std::string base_path_;
};

/// Parses `http(s)://host[:[port]][/path]`. The host is a DNS name, an IPv4 address or an IPv6 literal in brackets. A
/// name with a final dot is absolute: it is looked up as it is, and sent without the dot. Refuses user info, query,
/// fragment, spaces, control characters and percent-encoded dots.
/// \throws api_error `invalid_argument`; the message begins with `what`, the name of the option.
[[nodiscard]] COJOB_DECL url parse_url(std::string_view text, std::string_view what);

/// Formats scheme, host, port and path in their shortest form.
[[nodiscard]] COJOB_DECL std::string to_string(const url&);

/// Percent-encodes one path segment: every character, the slash included, except the unreserved ones (RFC 3986, 2.3).
[[nodiscard]] COJOB_DECL std::string encode_segment(std::string_view);

} // namespace cojob::http

// -------- cojob/secret.hpp

namespace cojob {

/// A text that is never printed, and is wiped from memory with its last copy. Copies share one buffer.
class secret {
  public:
    secret() = default;

    /// Takes the text, and wipes the argument's buffer.
    COJOB_DECL explicit secret(std::string text);

    /// Whether there is no text.
    [[nodiscard]] bool empty() const noexcept { return reveal().empty(); }

    /// Returns the text. The view is valid as long as a copy of this secret exists.
    [[nodiscard]] std::string_view reveal() const noexcept
    {
        return text_ ? std::string_view(*text_) : std::string_view();
    }

    /// Whether both have the same text.
    friend bool operator==(const secret& a, const secret& b) noexcept { return a.reveal() == b.reveal(); }

    /// Prints `***` for every secret.
    COJOB_DECL friend std::ostream& operator<<(std::ostream&, const secret&);

  private:
    std::shared_ptr<const std::string> text_;
};

/// Reads a key from an environment variable, without white space around it. `must_hold` describes the value in error
/// messages.
/// \throws api_error `invalid_argument` naming the variable if it is not set, empty or blank, or does not hold a key:
/// several words, a `Bearer` prefix, quotes, non-ASCII characters.
[[nodiscard]] COJOB_DECL secret secret_from_environment(const std::string& variable,
                                                        std::string_view must_hold = "a key");

/// Reads a key from a file that contains nothing else. Ignores white space around it, such as a final line break, and a
/// byte order mark. \throws api_error `invalid_argument` naming the file if it cannot be read, or as
/// `secret_from_environment`.
[[nodiscard]] COJOB_DECL secret secret_from_file(const std::filesystem::path& path);

/// Authorizes requests: either a fixed secret, or a provider that is called before each attempt. Several calls may call
/// a provider at the same time. If it throws, the call that called it ends with that exception.
class credential {
  public:
    /// Type of a provider: a function that returns an awaitable, so that it may get the secret from a server.
    using provider_type = std::function<asio::awaitable<secret>()>;

    credential() = default;
    /// One secret for all requests.
    COJOB_DECL credential(secret fixed);
    /// A provider, called before each attempt on the client's strand, and so on any thread that runs the client.
    credential(provider_type asked) : provider_(std::move(asked)) {}
    /// The same for a lambda.
    template <class Function>
        requires std::is_invocable_r_v<asio::awaitable<secret>, Function&>
    credential(Function asked) : provider_(std::move(asked))
    {
    }

    /// Whether there is neither a non-empty secret nor a provider.
    [[nodiscard]] bool empty() const noexcept { return !provider_ && fixed_.empty(); }
    /// Whether there is no provider.
    [[nodiscard]] bool is_fixed() const noexcept { return !provider_; }
    /// The secret; empty with a provider.
    [[nodiscard]] const secret& fixed() const noexcept { return fixed_; }
    /// The provider; empty with a fixed secret.
    [[nodiscard]] const provider_type& provider() const noexcept { return provider_; }

    /// The header value of a fixed secret, built once: `Bearer …`.
    [[nodiscard]] const secret& header() const noexcept { return header_; }

  private:
    secret fixed_, header_;
    provider_type provider_;
};

namespace detail {

/// Returns the value of the Authorization header; empty for an empty key.
[[nodiscard]] COJOB_DECL secret bearer(const secret& key);

/// Reads an environment variable, without white space around it; empty if it is not set. With `must_hold`, which
/// describes the value, an empty one is refused. \throws api_error `invalid_argument` naming the variable
[[nodiscard]] COJOB_DECL std::string environment(const std::string& variable, std::string_view must_hold = {});

/// Overwrites and empties the text. The compiler does not remove the overwriting.
COJOB_DECL void wipe(std::string&) noexcept;

} // namespace detail

} // namespace cojob

// -------- cojob/http/message.hpp

namespace cojob::http {

/// Names and values, in order. A name may occur more than once; its case is ignored.
using header_list = std::vector<std::pair<std::string, std::string>>;

/// Returns the value of the first header with this name, ignoring case. The view is valid as long as the list.
[[nodiscard]] COJOB_DECL std::optional<std::string_view> find_header(const header_list&,
                                                                     std::string_view name) noexcept;

/// Headers that all requests of a client have in common, also as text, which is made once.
class common_headers {
  public:
    /// Takes the headers.
    COJOB_DECL explicit common_headers(header_list);

    /// The headers.
    [[nodiscard]] const header_list& list() const noexcept { return list_; }
    /// The headers as they are sent, each with its line break.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    header_list list_;
    std::string text_;
};

/// What follows the target in every request to one server with one key: the end of the request line, `Host` and
/// `Authorization`. Made once.
class server_lines {
  public:
    /// `authorization` is the value of the header; empty: none.
    COJOB_DECL server_lines(http::origin server, secret authorization);

    /// Whether these are the lines of requests to this server with this value.
    [[nodiscard]] bool are_of(const http::origin& server, const secret& authorization) const noexcept
    {
        return server == server_ && authorization == authorization_;
    }
    /// The lines as they are sent.
    [[nodiscard]] std::string_view text() const noexcept { return text_.reveal(); }

  private:
    http::origin server_;
    secret authorization_, text_;
};

/// A request to one server.
class request {
  public:
    request() = default;

    http::origin origin; ///< the server
    std::string method;  ///< upper case
    std::string target;  ///< path and query, encoded (origin form)
    header_list headers; ///< without Host, Content-Length, Authorization and Connection, which the transport adds
    std::shared_ptr<const common_headers> common; ///< further headers, none of which is in `headers`; null: none
    secret authorization;                         ///< the value of the Authorization header; empty: none
    std::shared_ptr<const http::server_lines> made_lines; ///< used if they are of `origin` and `authorization`
    std::string body;                                     ///< the body
    bool has_body = false; ///< whether there is a body; an empty one is sent as `Content-Length: 0`

    /// Returns the value of the first header with this name, ignoring case, in `headers` or in `common`. The view is
    /// valid as long as the request.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept
    {
        const auto own = find_header(headers, name);
        return own || !common ? own : find_header(common->list(), name);
    }
};

/// A complete response.
struct response {
    int status = 0;        ///< HTTP status; 0: no response
    header_list headers{}; ///< in the order of arrival
    std::string body{};    ///< the complete body without transfer coding; empty if it is streamed

    /// Returns the value of the first header with this name, ignoring case. The view is valid as long as the response.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept
    {
        return find_header(headers, name);
    }
};

} // namespace cojob::http

// -------- cojob/http/options.hpp

namespace cojob {

/// A version of TLS.
enum class tls_version {
    tls_1_2, ///< RFC 5246
    tls_1_3  ///< RFC 8446
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(tls_version value) noexcept
{
    return detail::enumerator_name(value, {"tls_1_2", "tls_1_3"});
}

/// TLS options. The defaults are secure: TLS 1.2 or newer, the system's certificate authorities, host name check and
/// SNI. Files are read once, when the client is created; the system's authorities at the first connection, a
/// directory at each handshake. An option that cannot work is `invalid_argument`.
class tls_options {
  public:
    tls_options() = default;

    std::filesystem::path ca_file; ///< PEM file of authorities; if set, replaces the system's
    /// Directory of authorities, prepared by `openssl rehash`; replaces the system's, and is combined with `ca_file`.
    std::filesystem::path ca_directory;
    std::string ca_pem; ///< PEM text of authorities; replaces the system's, and is combined with the other two
    /// PEM file of certificate revocation lists. If set, each certificate of a server's chain needs a current list of
    /// its issuer, so the authorities must include the root.
    std::filesystem::path crl_file;
    /// SHA-256 hashes of public keys, such as `sha256//` and the base64 text, as curl's. If there are any, the server's
    /// own key must have one of them, in addition to a valid certificate; also with `insecure_skip_verify`.
    std::vector<std::string> pins;

    std::filesystem::path client_certificate_file; ///< PEM file of this client's certificate and its intermediates
    std::string client_certificate_pem;            ///< the same as a text
    std::filesystem::path client_key_file;         ///< PEM file of the certificate's private key
    secret client_key_pem;                         ///< the same as a text
    /// Returns the passphrase of an encrypted key. Called once by the client's constructor and by each
    /// `client::use_tls`, and only if it is needed. What it throws ends the construction.
    std::function<secret()> client_key_passphrase;

    tls_version min_version = tls_version::tls_1_2; ///< the oldest version that is accepted
    tls_version max_version = tls_version::tls_1_3; ///< the newest version that is offered
    std::string server_name; ///< name that the certificate must have, in place of the URL's host; also sent as SNI
    bool insecure_skip_verify = false; ///< accepts any certificate from any server
};

/// Time limits. Zero is refused; `no_timeout` means no limit.
struct timeout_options {
    duration resolve = std::chrono::seconds(10);   ///< name lookup
    duration connect = std::chrono::seconds(10);   ///< connecting, all addresses together
    duration handshake = std::chrono::seconds(10); ///< TLS handshake
    /// One attempt, from getting a connection slot to the complete response, or to its head if an event stream follows.
    duration attempt = std::chrono::seconds(30);
    duration call = std::chrono::minutes(2);         ///< the whole call: queue for a connection slot, attempts, backoff
    duration stream_idle = std::chrono::seconds(60); ///< time without data while the next event of a stream is awaited
    duration proxy = std::chrono::seconds(10);       ///< getting a tunnel from a proxy, its own TLS handshake included
};

/// Looks up a host name, in place of the system's resolver: asks a service registry, or a resolver such as c-ares.
///
///     options.name_lookup = [&registry](std::string host) -> asio::awaitable<std::vector<asio::ip::address>> {
///         co_return co_await registry.addresses_of(std::move(host));
///     };
///
/// Called on the client's strand for each new connection, except to an address or `localhost`; must not block. The
/// result is not remembered. The addresses are tried as those of the system are. An exception, or a result without an
/// address, ends the attempt with `connect_failed`; the words of the exception become part of the error. If the caller
/// stops, or `timeout_options::resolve` expires, a terminal cancellation is emitted and nobody waits for the function
/// any longer, so what it refers to must outlive it. With a proxy it is asked for the proxy's name, and for the
/// server's only if the proxy is `socks5://`.
using name_lookup = std::function<asio::awaitable<std::vector<asio::ip::address>>(std::string host)>;

/// Limits for the connections to one origin: scheme, host and port. Zero is refused.
struct pool_options {
    std::size_t max_connections = 8;          ///< at most that many; further calls queue in order
    std::size_t max_streams = 8;              ///< likewise for event streams, which have connections of their own
    duration idle = std::chrono::seconds(45); ///< connections idle for longer are not used again
    /// Connections that were opened longer ago are not used again, so that a load balancer can drain a server. Each
    /// ends up to a tenth earlier, so that they are not all opened anew at once. `no_timeout`: no limit.
    duration max_age = no_timeout;
};

/// Limits for responses. A response that exceeds one ends the call with `response_too_large`, unless the member says
/// otherwise. Zero is refused.
struct limit_options {
    std::size_t header_bytes = std::size_t{64} * 1024;     ///< bytes of one head, status line included
    std::size_t body_bytes = std::size_t{8} * 1024 * 1024; ///< bytes of a body that is not a stream
    std::size_t header_count = 128;                        ///< number of headers in one head
    std::size_t informational = 8;                         ///< number of 1xx responses before the final one
    std::size_t json_depth = 32; ///< nesting of arrays and objects, 1 to 1000; deeper is `invalid_response`
    std::size_t error_text = std::size_t{4} * 1024;      ///< the server's error text is truncated to this
    std::size_t chunk_extension = std::size_t{4} * 1024; ///< bytes of one extension, and of a chunked body's trailers
    std::size_t event_line = std::size_t{1024} * 1024;   ///< bytes of a line of an event stream, unless it is data
    std::size_t event_bytes = std::size_t{1024} * 1024;  ///< bytes of data of one event, in one line or many
};

} // namespace cojob

// -------- cojob/http/proxy_options.hpp

namespace cojob {

/// The proxy of a client. Every request to a proxied server goes through a tunnel, so for `https` servers the proxy
/// sees host and port and nothing else. TLS with the server is verified as without a proxy.
class proxy_options {
  public:
    proxy_options() = default;

    /// `scheme://user:password@host:port`; user and password are percent-encoded and may be absent. The scheme is
    /// `http` (also if there is none), `https`, `socks5h` (the proxy looks names up) or `socks5` (they are looked up
    /// here, and the proxy gets one address). The ports are 80, 443 and 1080 by default. SOCKS 4 is refused.
    ///
    /// Applies to every server, the local machine included, and makes the client ignore the environment. TLS with an
    /// `https` proxy is verified against the same authorities as with servers and the proxy's own host, never
    /// `tls_options::server_name`. Empty: as the environment says.
    std::string url;
    /// Without a `url`: uses `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, read once when the client is
    /// created, but never for a loopback server. docs/guide/networks.md has the rules.
    bool from_environment = true;
    /// Allows requests to `http` servers through a proxy, which then sees the key. A service's `allow_plaintext` is
    /// necessary as well, unless the server is this machine.
    bool allow_key_in_clear = false;
};

} // namespace cojob

// -------- cojob/observer.hpp

namespace cojob {

// Texts in an event are valid during the callback only. Ids, states and paths may come from a server: escape them
// before you print them.

/// An attempt begins. It may first queue for a connection.
struct attempt_event {
    std::string_view method, ///< of the request
        path;                ///< of the request, as sent, with its query; observers get it without the key
    unsigned number = 1;     ///< number of the attempt in its call, from 1
    bool is_poll = false;    ///< whether it is a poll of a wait
};

/// An attempt has ended, with or without a response.
struct response_event {
    std::string_view method,       ///< of the request
        path;                      ///< of the request, as sent, with its query, without the key
    int status = 0;                ///< 0: no response
    error_code error{};            ///< why it failed; no error for a 2xx
    phase reached = phase::queued; ///< the last phase that it reached
    duration elapsed{};            ///< since `on_attempt`, queueing for a connection and pauses of the quota included
};

/// A call will be retried.
struct retry_event {
    std::string_view method, ///< of the request
        path;                ///< of the request, as sent, with its query, without the key
    unsigned number = 1;     ///< number of the failed attempt
    error_code error{};      ///< why it failed
    duration wait{};         ///< until the next attempt
    bool is_hinted = false;  ///< whether the server named the delay
};

/// A rate limit delays a call or polls.
struct throttled_event {
    std::string_view method, ///< of the call; empty for polls
        path;                ///< likewise
    std::string_view scope;  ///< scope of the waits whose polls pause; empty for a call
    error_code error{};      ///< `rate_limited`: a 429; `quota_exhausted`: no quota slot is free
    duration wait{};         ///< expected delay
};

/// The server answers too slowly for all the polls that are due, so waits poll less often than scheduled. Reported
/// once, and again only after the polls have caught up.
struct stretched_event {
    std::size_t overdue = 0;   ///< polls that are due and have not started
    std::size_t in_flight = 0; ///< polls in flight
    duration late{};           ///< delay of the most overdue poll
};

/// A change of a connection.
enum class connection_change {
    opened, ///< connected, TLS handshake included
    reused, ///< a kept-alive connection serves another request
    closed  ///< not used again
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(connection_change value) noexcept
{
    return detail::enumerator_name(value, {"opened", "reused", "closed"});
}

/// A connection was opened, reused or closed.
struct connection_event {
    std::string_view host;                                ///< host of the origin
    connection_change change = connection_change::opened; ///< what happened
    bool is_resumed = false; ///< opened with the TLS session of an earlier connection, which saves a full handshake
};

/// The state of a wait after a poll.
struct poll_event {
    std::string_view api, ///< the service's `api_name`
        job_id,           ///< of the job
        status;           ///< as the server wrote it; empty: the poll failed, or there was none yet
    error_code error{};   ///< why the poll failed
    unsigned number = 1;  ///< number of the poll in its wait; 0: the wait begins, no poll yet
    duration next_in{};   ///< delay of the next poll; zero: the wait ends
};

/// A job has a status that this version of the library, or a user-defined service, does not know.
struct unknown_status_event {
    std::string_view api, ///< the service's `api_name`
        job_id,           ///< of the job
        status;           ///< as the server wrote it
};

/// A JSON member is missing or has an undocumented type. It was decoded as empty; no required member is concerned.
/// Missing members are reported for Mintlify v2 only, where every job has them. If the member belongs to a job, its
/// JSON text is in `unknown_members`.
struct odd_member_event {
    std::string_view api, ///< the service's `api_name`
        member,           ///< its path, such as `source.repository` or `timeline[].timestamp`
        problem;          ///< the problem, such as `missing` or `expected a string`
};

/// Receives the events of a client. Called on the client's strand; must not throw or block. It may start calls, but not
/// wait for them.
class BOOST_SYMBOL_VISIBLE observer {
  public:
    observer() = default;
    observer(const observer&) = delete;
    observer& operator=(const observer&) = delete;
    virtual ~observer() = default;

    /// An attempt begins. `on_response` follows for each, unless the execution context is destroyed first.
    virtual void on_attempt(const attempt_event&) noexcept {}
    /// An attempt has ended.
    virtual void on_response(const response_event&) noexcept {}
    /// A call will be retried after `retry_event::wait`.
    virtual void on_retry(const retry_event&) noexcept {}
    /// A call queues for a quota slot, or a 429 pauses a call or the polls of a scope. Reported once for each pause. An
    /// attempt that is paused before it has sent anything continues later, without another `on_attempt`.
    virtual void on_throttled(const throttled_event&) noexcept {}
    /// A connection was opened, reused or closed.
    virtual void on_connection(const connection_event&) noexcept {}
    /// A wait begins, or one of its polls has ended.
    virtual void on_poll(const poll_event&) noexcept {}
    /// A poll has seen a job for the first time, or seen it change. Reported once, however many waits there are for the
    /// job.
    virtual void on_job_changed(const poll_event&) noexcept {}
    /// Polls are later than scheduled.
    virtual void on_polls_stretched(const stretched_event&) noexcept {}
    /// A poll has seen an unknown status. Reported once for each wait and status, for up to 16
    /// statuses of a wait.
    virtual void on_unknown_status(const unknown_status_event&) noexcept {}
    /// A response has an odd member. Reported once for each client, API and member, for up to 256
    /// members of a client.
    virtual void on_odd_member(const odd_member_event&) noexcept {}
};

/// An observer may be shared by several clients. A client keeps its observer alive.
using observer_ptr = std::shared_ptr<observer>;

} // namespace cojob

// -------- cojob/policy/effect.hpp

namespace cojob {

/// The effect of sending a request twice.
enum class effect {
    none,       ///< none, as for GET
    idempotent, ///< the same as sending it once, as for DELETE
    once,       ///< the work is done twice, as for POST
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(effect value) noexcept
{
    return detail::enumerator_name(value, {"none", "idempotent", "once"});
}

namespace detail {

/// The effect that a method implies (RFC 9110, 9.2).
[[nodiscard]] constexpr effect effect_of(std::string_view method) noexcept
{
    if (method == "GET" || method == "HEAD" || method == "OPTIONS")
        return effect::none;
    return method == "PUT" || method == "DELETE" ? effect::idempotent : effect::once;
}

} // namespace detail

} // namespace cojob

// -------- cojob/policy/retry.hpp

namespace cojob {

/// When a failed call is retried automatically. A request that creates something is repeated only after a failure that
/// proves that the server did not process it: it was never sent, or it was refused. Each class of failures has a
/// switch. `max_attempts = 1` turns retries off, with one exception: if a kept-alive connection was closed without a
/// response, a GET or DELETE is sent once more on a new connection. That does not count as an attempt.
///
/// The delay is the server's, or doubles from `base_delay` to `max_delay` (after a 429: from 1 s to 60 s), with jitter.
///
/// After a 429 to a request with a quota, the call queues until the pool continues, for `quota_options::max_wait` in
/// total. This counts neither as an attempt nor against `max_server_delay`.
struct retry_options {
    unsigned max_attempts = 4;                            ///< attempts of one call, the first included; at least 1
    duration base_delay = std::chrono::milliseconds(500); ///< delay of the first retry; doubles with each further one
    duration max_delay = std::chrono::seconds(8);         ///< largest delay
    duration max_server_delay = std::chrono::minutes(2);  ///< if the server asks for more, the call fails immediately
    bool on_connect_failure = true; ///< nothing was sent: name lookup, connection, TLS or proxy failed
    bool on_lost_answer = true;     ///< connection reset, closed early or timed out after sending; GET and DELETE only
    bool on_server_error = true;    ///< 5xx except 501, 505 and 503 with `Retry-After`; GET and DELETE only
    bool on_unavailable = true;     ///< 503 with `Retry-After`
    bool on_throttled = true;       ///< 429, with a quota or without
    bool on_not_ready = true;       ///< 425, 421 (once), and 408 unless a POST may have been processed
    bool on_new_credential = true;  ///< 401, once, if the credential has a provider and it then returns another secret
};

} // namespace cojob

// -------- cojob/client.hpp

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
    http::header_list headers;           ///< further headers; those that the client makes itself are refused
    std::optional<std::string> json;     ///< the body, sent as `application/json`; empty: no body
    std::optional<cojob::effect> effect; ///< empty: as the method implies; an unknown method counts as `once`
    std::shared_ptr<quota> quota_pool;   ///< each attempt takes a slot of it; empty: no quota
    std::string job_id;                  ///< id of the job concerned, for errors
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

// -------- cojob/detail/forks.hpp

namespace cojob::detail {

/// Number of forks between this process and the one that first called this: a child counts one more than its parent.
/// Updated by a fork handler of the system, because asking for the process id is a system call. Always zero on systems
/// without fork.
[[nodiscard]] COJOB_DECL const std::atomic<unsigned>& fork_count();

/// Remembers the process in which an object was created, to detect use in a forked child.
class fork_mark {
  public:
    fork_mark() : count_(&fork_count()), made_at_(now()) {}

    [[nodiscard]] bool is_of_a_parent() const noexcept { return now() != made_at_; }

    /// Adopts the object: from now on this process counts as its creator.
    void renew() noexcept { made_at_ = now(); }

  private:
    [[nodiscard]] unsigned now() const noexcept { return count_->load(std::memory_order_relaxed); }

    const std::atomic<unsigned>* count_; // the library's counter, wherever this header is compiled
    unsigned made_at_;
};

} // namespace cojob::detail

// -------- cojob/detail/list_cursor.hpp

namespace cojob::detail {

/// The counts of one page of a list.
struct page_count {
    std::size_t places = 0,             ///< places of the list on the page: jobs, and items that did not decode
        known = 0,                      ///< jobs that an earlier page had
        new_jobs = 0,                   ///< other jobs
        unread = 0;                     ///< items that did not decode
    std::optional<std::size_t> total{}; ///< places of the whole list; empty: the API reports no total
};

/// Decides where to continue reading a paged list that changes meanwhile. Pure: takes the counts of a page, returns the
/// next offset.
///
/// When jobs are deleted, the jobs after them move to lower offsets, so a page that begins where the previous one ended
/// could miss some. Therefore a page overlaps the end of the previous one. If it contains none of the known jobs, the
/// page is dropped and the cursor searches backwards for the end of the known jobs: first by as much as the list has
/// shrunk, then by halving the distance.
///
/// Items that do not decode cannot prove that two pages join. A page with at least as many of them as its overlap joins
/// unless the list has shrunk. So does the third page in a row that fails to join: otherwise the cursor could go back
/// and forth for ever.
class list_cursor {
  public:
    explicit list_cursor(std::size_t page_size) : size_(page_size) {}

    /// The offset and the size of the next page.
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
    [[nodiscard]] std::size_t page_size() const noexcept { return size_; }
    /// Whether the list has ended.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// Counts the requested page. Returns whether it continues the pages so far; if not, drop its jobs.
    COJOB_DECL bool take(const page_count&);

    /// Halves the page size after a page that was too large. Returns false if the size was one already.
    COJOB_DECL bool halve();

  private:
    [[nodiscard]] COJOB_DECL bool continues(const page_count&) const;
    [[nodiscard]] COJOB_DECL std::size_t shrunk_by(const page_count&) const;
    COJOB_DECL void look_back(const page_count&);
    COJOB_DECL void search();
    COJOB_DECL void read_on(std::size_t from, std::size_t overlap);

    std::size_t size_, offset_ = 0;
    std::size_t end_ = 0;                     // end of the places that were read
    std::size_t reach_ = 0;                   // places on the previous page
    bool must_join_ = false;                  // the next page overlaps the previous one
    std::optional<std::size_t> total_{};      // as the previous page reported it
    std::size_t known_before_ = 0;            // while searching: everything up to here is known
    std::optional<std::size_t> unknown_at_{}; // while searching: a page from here on was unknown
    int in_vain_ = 0;                         // searches since the last new job
    bool is_over_ = false;
};

} // namespace cojob::detail

// -------- cojob/detail/share.hpp

namespace cojob::detail {

inline std::shared_ptr<void> own(void* thing, void (*destroy)(void*))
{
    return {thing, destroy};
}

/// Like `std::make_shared`, for objects that are created once for each client, wait or poll. Uses two allocations, and
/// costs the user's compiler 6 functions for each type instead of 43, because all types share one control block.
/// Objects that are created for each request use `std::make_shared`.
template <class T, class... Arguments>
[[nodiscard]] std::shared_ptr<T> share(Arguments&&... arguments)
{
    using made_type = std::remove_const_t<T>;
    auto* const made = new made_type(std::forward<Arguments>(arguments)...);
    if constexpr (requires { made->weak_from_this(); })
        return std::shared_ptr<T>(made);
    else
        return std::shared_ptr<T>(own(made, [](void* thing) { delete static_cast<made_type*>(thing); }), made);
}

/// Returns the state of a handle. Asserts that the handle was not moved from: such a handle may only be assigned to or
/// destroyed.
template <class T>
[[nodiscard]] const std::shared_ptr<T>& in_use(const std::shared_ptr<T>& state) noexcept
{
    assert(state && "a cojob handle was used after it had been moved from");
    return state; // NOLINT(bugprone-return-const-ref-from-parameter): a member of the handle
}

} // namespace cojob::detail

// -------- cojob/detail/started_operation.hpp

namespace cojob::detail {

/// An operation that `start` runs. Owned by its coroutine, not by the caller's cancellation slot.
class BOOST_SYMBOL_VISIBLE started_operation : public std::enable_shared_from_this<started_operation> {
  public:
    /// The operation runs on a strand of this executor, because a cancellation must not run concurrently with one of
    /// its steps.
    COJOB_DECL explicit started_operation(asio::any_io_executor);
    started_operation(const started_operation&) = delete;
    started_operation& operator=(const started_operation&) = delete;
    virtual ~started_operation() = default;

    COJOB_DECL void run(asio::awaitable<void> operation);
    /// May be called from any executor; the signal is emitted on the strand.
    COJOB_DECL void cancel(asio::cancellation_type);

    /// Posts the completion handler. Called at least once, on the strand or by `start` itself.
    virtual void complete(std::exception_ptr) = 0;

  protected:
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

  private:
    COJOB_DECL static asio::awaitable<void> run_all(std::shared_ptr<started_operation>, asio::awaitable<void>);
    COJOB_DECL void emit(asio::cancellation_type);

    asio::any_io_executor executor_, strand_;
    asio::cancellation_signal signal_;
    std::atomic<unsigned> asked_{0}; ///< types of cancellation requested so far
    bool has_begun_ = false, is_over_ = false;
};

template <class T>
class started_with_result : public started_operation {
  public:
    using started_operation::started_operation;

    std::optional<T> result;
};

template <>
class started_with_result<void> : public started_operation {
  public:
    using started_operation::started_operation;
};

template <class T>
asio::awaitable<void> keep_result(asio::awaitable<T> operation, std::shared_ptr<started_with_result<T>> started)
{
    started->result.emplace(co_await std::move(operation));
}

/// Holds the completion handler, and outstanding work of its executor until it is invoked.
template <class T, class Handler>
class start_completion final : public started_with_result<T> {
  public:
    start_completion(const asio::any_io_executor& executor, Handler handler)
        : started_with_result<T>(executor), waiting_(std::in_place, executor, std::move(handler))
    {
    }

    void complete(std::exception_ptr thrown) override
    {
        if (std::exchange(is_complete_, true))
            return;
        waiting_->thrown = std::move(thrown);
        auto self = std::static_pointer_cast<start_completion>(this->shared_from_this());
        asio::post(this->executor(), invocation(std::move(self)));
    }

  private:
    using handler_executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
    using work = std::decay_t<decltype(asio::prefer(std::declval<const handler_executor&>(),
                                                    asio::execution::outstanding_work.tracked))>;

    struct waiting {
        waiting(const asio::any_io_executor& executor, Handler h)
            : at_work(
                  asio::prefer(asio::get_associated_executor(h, executor), asio::execution::outstanding_work.tracked)),
              handler(std::move(h))
        {
        }

        work at_work;
        Handler handler;
        std::exception_ptr thrown{};
    };

    /// The posted function object. Frees everything of the operation before it invokes the handler.
    class invocation {
      public:
        using executor_type = handler_executor;
        using allocator_type = asio::associated_allocator_t<Handler>;

        explicit invocation(std::shared_ptr<start_completion> of) noexcept : of_(std::move(of)) {}

        [[nodiscard]] executor_type get_executor() const noexcept
        {
            return asio::get_associated_executor(of_->waiting_->handler, of_->executor());
        }
        [[nodiscard]] allocator_type get_allocator() const noexcept
        {
            return asio::get_associated_allocator(of_->waiting_->handler);
        }

        void operator()()
        {
            auto waiting = std::move(*of_->waiting_);
            of_->waiting_.reset(); // the strand may be the last owner of the rest
            const auto slot = asio::get_associated_cancellation_slot(waiting.handler);
            if (slot.is_connected())
                asio::cancellation_slot(slot).clear();
            if constexpr (std::is_void_v<T>) {
                of_.reset();
                std::move(waiting.handler)(std::move(waiting.thrown));
            } else {
                auto result = std::move(of_->result);
                of_.reset();
                std::move(waiting.handler)(std::move(waiting.thrown), result ? std::move(*result) : T());
            }
        }

      private:
        std::shared_ptr<start_completion> of_;
    };

    std::optional<waiting> waiting_;
    bool is_complete_ = false;
};

template <class T>
struct start_initiation {
    template <class Handler>
    void operator()(Handler&& handler, const asio::any_io_executor& executor, asio::awaitable<T> operation) const
    {
        using completion_type = start_completion<T, std::decay_t<Handler>>;
        const auto slot = asio::get_associated_cancellation_slot(handler);
        const auto started = std::make_shared<completion_type>(executor, std::forward<Handler>(handler));
        try {
            if (slot.is_connected())
                // Not an owner: the caller's signal may outlive the context, and the operation must not.
                asio::cancellation_slot(slot).assign(
                    [weak = std::weak_ptr<started_operation>(started)](asio::cancellation_type type) {
                        if (const auto live = weak.lock())
                            live->cancel(type);
                    });
            if constexpr (std::is_void_v<T>)
                started->run(std::move(operation));
            else
                started->run(detail::keep_result<T>(std::move(operation), started));
        } catch (...) {
            started->complete(std::current_exception());
        }
    }
};

template <class T>
struct start_signature {
    using type = void(std::exception_ptr, T);
};

template <>
struct start_signature<void> {
    using type = void(std::exception_ptr);
};

template <class T>
using start_signature_t = typename start_signature<T>::type;

/// A result type that `start` can complete with after a failure, next to the exception.
template <class T>
concept startable = std::is_void_v<T> || (std::default_initializable<T> && std::move_constructible<T>);

} // namespace cojob::detail

// -------- cojob/detail/timer_queue_hook.hpp

namespace cojob::detail {

template <class T>
class timer_queue;

/// The place of a thing in a `timer_queue`, at most one at a time. The thing derives from it, so that entering a set
/// takes no memory and cannot fail.
class timer_queue_hook
    : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
  public:
    /// When it is due; the end of time where it is in no set.
    [[nodiscard]] time_point due_at() const noexcept { return is_linked() ? due_ : time_point::max(); }

    friend bool operator<(const timer_queue_hook& a, const timer_queue_hook& b) noexcept { return a.due_ < b.due_; }

  private:
    template <class T>
    friend class timer_queue;

    time_point due_{};
};

} // namespace cojob::detail

// -------- cojob/http/event_stream.hpp

namespace cojob::http {

/// One event of a `text/event-stream`. The texts are the server's bytes, unvalidated.
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
struct server_sent_event {
    std::string type = "message"; ///< the `event` field
    std::string data{};           ///< the `data` fields, joined with line feeds
    std::string id{};             ///< the stream's last `id` field so far; empty: none

    /// Whether all three texts are equal.
    friend bool operator==(const server_sent_event&, const server_sent_event&) = default;
};

/// Parses a `text/event-stream` incrementally, from chunks of any size. No I/O.
class event_stream_parser {
  public:
    /// Creates a parser for a new stream. Uses two of the limits: `event_line` for lines that are not data, and
    /// `event_bytes` for the data of an event, in one line or many.
    explicit event_stream_parser(const limit_options& limits)
        : max_line_(limits.event_line), max_event_(limits.event_bytes)
    {
    }

    /// Appends received bytes.
    COJOB_DECL void feed(std::string_view);

    /// Returns the next complete event, or an empty optional. Parses lazily, so the parser stores the bytes and at most
    /// one event. An event that is incomplete when the stream ends is dropped. Once a limit is exceeded, returns no
    /// more events.
    [[nodiscard]] COJOB_DECL std::optional<server_sent_event> next();

    /// The name of the exceeded limit; null: none.
    [[nodiscard]] const char* exceeded() const noexcept { return exceeded_; }

    /// The server's reconnection delay: its last `retry` field.
    [[nodiscard]] std::optional<duration> reconnection_time() const noexcept { return reconnection_time_; }

  private:
    [[nodiscard]] COJOB_DECL std::string_view line_without_mark() const noexcept;
    [[nodiscard]] COJOB_DECL bool is_line_too_long();
    COJOB_DECL std::optional<server_sent_event> take_line();
    COJOB_DECL void take_field(std::string_view name, std::string_view value);
    COJOB_DECL std::optional<server_sent_event> dispatch();

    std::size_t max_line_, max_event_;
    std::string input_;
    std::size_t taken_ = 0; // bytes of the input that were consumed
    std::string line_;      // the current line, possibly incomplete
    std::string type_, data_, last_id_;
    std::optional<duration> reconnection_time_;
    const char* exceeded_ = nullptr;
    bool is_first_line_ = true;
    bool skips_line_feed_ = false; // after a carriage return
};

} // namespace cojob::http

// -------- cojob/operation.hpp

namespace cojob {

namespace detail {
class shared_alarm;
} // namespace detail

/// Why a running call or wait must stop.
enum class stop_reason {
    none,      ///< no reason to stop
    cancelled, ///< by the caller
    closed,    ///< by `client::close()`
    deadline,  ///< the deadline of the operation expired
    limit,     ///< the limit of the current step expired
    forked,    ///< this process is a forked child; the operation continues in the parent
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(stop_reason value) noexcept
{
    return detail::enumerator_name(value, {"none", "cancelled", "closed", "deadline", "limit", "forked"});
}

/// A running call or wait, as its implementation sees it. Everything that can stop it is combined here, on the client's
/// strand, and emitted as a terminal cancellation of the current asynchronous operation, through two slots: that of the
/// operation's coroutine, and that of a step, for what is bound to it explicitly. The first reason is kept. A step that
/// was not suspended when the reason came does not see the cancellation, so check `is_stopped()` after every
/// suspension.
class operation : private detail::timer_queue_hook {
  public:
    /// Creates an operation without a deadline and with an alarm of its own. The executor is the strand on which it
    /// runs.
    COJOB_DECL operation(clock_ptr clock, const asio::any_io_executor& executor);
    /// Creates an operation of a client, whose operations share one alarm.
    COJOB_DECL explicit operation(std::shared_ptr<detail::shared_alarm>);
    operation(const operation&) = delete;
    operation& operator=(const operation&) = delete;
    /// Takes it off the alarm.
    COJOB_DECL ~operation();

    /// Whether the operation must stop. Check it after every suspension.
    [[nodiscard]] bool is_stopped() const noexcept { return reason_ != stop_reason::none || has_forked(); }
    /// The first reason. `limit` is replaced by any later reason.
    [[nodiscard]] stop_reason reason() const noexcept
    {
        const auto is_for_good = reason_ != stop_reason::none && reason_ != stop_reason::limit;
        return !is_for_good && has_forked() ? stop_reason::forked : reason_;
    }
    /// Whether this process was forked after the operation began.
    [[nodiscard]] bool has_forked() const noexcept { return made_in_.is_of_a_parent(); }
    /// The client's clock.
    [[nodiscard]] clock& time() const noexcept { return *clock_; }
    /// The executor that it runs on, the client's strand.
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return *executor_; }

    /// The deadline of the whole operation.
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }
    /// Sets the deadline of the whole operation. `time_point::max()`: none.
    COJOB_DECL void set_deadline(time_point);

    /// Sets the deadline of the step that begins now, in place of the previous one. `time_point::max()`: none.
    COJOB_DECL void set_limit(time_point);

    /// Removes the limit of the step. If the limit had expired, the operation may continue with another step.
    COJOB_DECL void clear_limit();

    /// Stops the operation: keeps the reason if it is the first, and cancels the current asynchronous operation.
    COJOB_DECL void stop(stop_reason);

    /// Handles a cancellation by the caller. Ignores total cancellation while `refuse_total_cancellation` is in force.
    COJOB_DECL void cancel(asio::cancellation_type);

    /// Refuses total cancellation from now on, because part of the effect may have happened. With `false`, accepts it
    /// again; one that was refused meanwhile then takes effect.
    COJOB_DECL void refuse_total_cancellation(bool refuse);

    /// Until `begin`, keeps a reason to stop without cancelling anything. For the code that starts the coroutine: a
    /// cancellation before its first step would end the coroutine before it could report its end.
    COJOB_DECL void hold_cancellation() noexcept;

    /// The coroutine has started: applies a cancellation that came before.
    COJOB_DECL void begin();

    /// The cancellation slot for the operation's own coroutine.
    [[nodiscard]] asio::cancellation_slot slot() noexcept { return signal_.slot(); }

    /// The cancellation slot for one asynchronous operation at a time, whatever coroutine awaits it. Clear it after
    /// each.
    [[nodiscard]] asio::cancellation_slot step_slot() noexcept { return step_signal_.slot(); }

    /// Ends the operation: it has no deadline any more, and ignores any later `stop`.
    COJOB_DECL void finish() noexcept;

  private:
    friend class detail::shared_alarm;
    friend class detail::timer_queue<operation>;

    COJOB_DECL void arm();
    COJOB_DECL void ring(time_point now);
    COJOB_DECL void emit();

    std::shared_ptr<detail::shared_alarm> alarm_;
    clock* clock_;
    const asio::any_io_executor* executor_;
    asio::cancellation_signal signal_, step_signal_;
    time_point deadline_ = time_point::max();
    time_point limit_ = time_point::max();
    stop_reason reason_ = stop_reason::none;
    bool refuses_total_ = false;
    bool was_refused_ = false;
    bool is_finished_ = false;
    bool is_held_ = false;
    detail::fork_mark made_in_;
};

} // namespace cojob

// -------- cojob/http/transport.hpp

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

// -------- cojob/http/https_transport.hpp

namespace cojob::http {

/// Options of the transport over sockets.
class https_options {
  public:
    https_options() = default;

    tls_options tls;                ///< which certificates are trusted
    proxy_options proxy;            ///< the proxy, if there is one
    timeout_options timeouts;       ///< all but `call`
    pool_options pool;              ///< connections to each origin
    limit_options limits;           ///< limits for responses
    cojob::name_lookup name_lookup; ///< looks up host names; empty: the system does
    observer_ptr observer;          ///< notified of connections; empty: none
};

/// Creates a transport for HTTP/1.1 over TLS or plain TCP, with kept-alive connections for each origin. The default of
/// a client.
/// \throws api_error `invalid_argument` for invalid TLS options and proxies, those of the environment included.
[[nodiscard]] COJOB_DECL std::shared_ptr<transport> make_https_transport(https_options);

} // namespace cojob::http

// -------- cojob/job/concepts.hpp

namespace cojob {

/// When a job is polled. A member that is zero keeps the service's default.
struct poll_schedule {
    duration first{};        ///< delay of the first poll after the creation of a job or a message to it
    duration min_interval{}; ///< interval between the first polls
    duration max_interval{}; ///< largest interval; not less than `min_interval`
    double growth = 0;       ///< factor by which the interval grows from poll to poll; 1 to 1000
};

/// A job API that can be waited on. It has `get_job`, members that identify API, server and project, and four functions
/// on a job, found by argument-dependent lookup. A service is a cheap handle, passed by value.
///
/// If a service has `Api with(client) const`, a poll runs on a copy that makes a single attempt, counts it as a poll,
/// ends it at the wait's deadline and reads the server's `Retry-After`. Otherwise `get_job` is called on the service as
/// it is, and `run_job` cancels the creation at its deadline from outside, where total cancellation is treated as
/// terminal.
///
/// Waits on equal services (`==`) share polls. A service without `==` shares none: each of its waits polls by itself.
/// Among many services of one scope, equal ones are found by `hash_value(service)` (argument-dependent lookup) or,
/// without it, by comparing with each.
///
/// If a service has `list_unfinished()`, which returns an `awaitable<std::vector<job_type>>`, one call of it replaces
/// the polls of three or more jobs. It may have a parameter with a default, a `std::size_t`: how many pages it may
/// read, a third of the jobs that the list is for. A job that is not in the list is polled by itself, and so is one
/// that the list shows as ended, unless `static constexpr bool lists_whole_jobs = true` says that the list's items are
/// as complete as `get_job`'s.
template <class Api>
concept job_api = std::copy_constructible<Api> && std::default_initializable<typename Api::job_type> &&
                  std::equality_comparable<typename Api::job_type> &&
                  requires(Api& api, const typename Api::job_type& job, std::string id) {
                      { Api::api_name } -> std::convertible_to<std::string_view>;
                      { api.get_job(id) } -> std::same_as<asio::awaitable<typename Api::job_type>>;
                      { api.get_client() } -> std::same_as<client>;
                      { api.scope() } -> std::convertible_to<std::string>;
                      { api.default_schedule() } -> std::same_as<poll_schedule>;
                      { job_id(job) } -> std::convertible_to<std::string>;
                      { status_text(job) } -> std::convertible_to<std::string>;
                      { is_finished(job) } -> std::same_as<bool>;
                      { is_unknown(job) } -> std::same_as<bool>;
                  };

/// A job API that can create a job from a text, for `run_job`.
template <class Api>
concept creating_job_api = job_api<Api> && requires(Api& api, std::string prompt) {
    { api.create_job(prompt) } -> std::same_as<asio::awaitable<typename Api::job_type>>;
};

} // namespace cojob

// -------- cojob/job/handle.hpp

namespace cojob {

/// Identifies a job, so that another process can wait for it. Also tells when this client created the job or sent it a
/// message: from that, a wait after a restart knows which final status is older than the last message.
///
/// A handle contains no secret and need not be trusted. API and scope are only compared with those of the service, and
/// never choose a host or a path. The id is validated as any id is, and sent as one encoded path segment.
class job_handle { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    job_handle() = default;
    /// A handle without times.
    job_handle(std::string of_api, std::string in_scope, std::string of_job)
        : api(std::move(of_api)), scope(std::move(in_scope)), id(std::move(of_job))
    {
    }

    std::string api;                      ///< the service's `api_name`
    std::string scope;                    ///< the service's `scope()`: base URL and project
    std::string id;                       ///< the job's id there
    std::optional<timestamp> created_at;  ///< when this client created the job, by the client's wall clock
    std::optional<timestamp> messaged_at; ///< time of the last message to the job, if no poll has seen its effect yet

    /// Whether all members are equal, the times included.
    friend bool operator==(const job_handle&, const job_handle&) = default;
};

/// Writes a handle as one line of printable ASCII, without a line break and at most 8 KiB long. This and later versions
/// of the library can parse it. \throws api_error `invalid_argument` for a handle that could not be parsed: without
/// API, scope or id, with an invalid id, or too long.
[[nodiscard]] COJOB_DECL std::string to_string(const job_handle&);

/// Parses the output of `to_string`. Ignores spaces, tabs and line breaks around it. Detects and refuses truncated
/// text. \throws api_error `invalid_argument`; the message names the problem and contains nothing of the text but its
/// version number.
[[nodiscard]] COJOB_DECL job_handle parse_job_handle(std::string_view);

namespace detail {

/// Checks that a handle belongs to this service. \throws api_error `invalid_argument` for another API or scope, or an
/// invalid id.
COJOB_DECL void check_handle(const job_handle&, std::string_view api, std::string_view scope);

} // namespace detail

} // namespace cojob

// -------- cojob/job/detail/job_reference.hpp

namespace cojob::detail {

/// How a caller names a job.
class job_reference {
  public:
    enum class kind {
        id,     ///< only the id is known
        handle, ///< the id, and when the job was created or sent a message
        whole   ///< the caller has the job, so it exists
    };

    explicit job_reference(std::string id, kind given = kind::id) : id_(std::move(id)), given_(given) {}
    explicit job_reference(job_handle handle)
        : id_(handle.id), handle_(detail::share<const job_handle>(std::move(handle))), given_(kind::handle)
    {
    }

    [[nodiscard]] kind given() const noexcept { return given_; }
    [[nodiscard]] const std::string& id() const noexcept { return id_; }
    /// The handle. Precondition: `given() == kind::handle`.
    [[nodiscard]] const job_handle& handle() const noexcept { return *handle_; }

  private:
    std::string id_;
    std::shared_ptr<const job_handle>
        handle_; ///< null unless the job was given by a handle: it takes three times as much
    kind given_;
};

/// A reference to a job that the caller has. `job_id` is found by argument-dependent lookup.
template <class Job>
[[nodiscard]] job_reference reference_to(const Job& job)
{
    return job_reference(std::string(job_id(job)), job_reference::kind::whole);
}
[[nodiscard]] inline job_reference reference_to(const job_handle& handle)
{
    return job_reference(handle);
}
[[nodiscard]] inline job_reference reference_to(const std::string& id)
{
    return job_reference(id);
}

} // namespace cojob::detail

// -------- cojob/job/detail/polled_api.hpp

namespace cojob::detail {

/// The answer of one poll, independent of the API.
struct job_view {
    std::shared_ptr<const void> job{};
    std::string status{};
    bool is_finished = false;
    bool is_unknown = false;
};

struct listed_job {
    std::string id{};
    job_view view{};
};

/// Whether one list request can replace the polls of many jobs.
enum class listing { none, partial, whole };

/// The same client for one poll: a single attempt, counted as a poll, no longer than this limit.
COJOB_DECL client for_one_poll(const client&, std::shared_ptr<poll_trace>, duration limit);

/// The service of a wait, type-erased, so that the waiting code is compiled once.
class BOOST_SYMBOL_VISIBLE polled_api {
  public:
    polled_api() = default;
    polled_api(const polled_api&) = delete;
    polled_api& operator=(const polled_api&) = delete;
    virtual ~polled_api() = default;

    virtual asio::awaitable<job_view> poll(std::string id, std::shared_ptr<poll_trace>, duration limit) const = 0;
    /// One list, of at most so many pages if the service can read several.
    virtual asio::awaitable<std::vector<listed_job>> list(std::shared_ptr<poll_trace>, duration limit,
                                                          std::size_t most_pages) const = 0;
    [[nodiscard]] virtual listing lists() const = 0;
    [[nodiscard]] virtual bool is_same(const void* a, const void* b) const = 0;
    /// Whether the two may share polls.
    [[nodiscard]] virtual bool is_same_service(const polled_api&) const = 0;
    /// Hash, consistent with `is_same_service`: finds the same service among thousands.
    [[nodiscard]] virtual std::size_t hash() const = 0;
    [[nodiscard]] virtual std::type_index type() const = 0;
    [[nodiscard]] virtual poll_schedule default_schedule() const = 0;
    [[nodiscard]] virtual client get_client() const = 0;
    [[nodiscard]] virtual std::string_view api() const = 0;
    [[nodiscard]] virtual const std::string& scope() const = 0;
};

template <class Api>
concept has_other_clients = requires(const Api& api, client c) {
    { api.with(c) } -> std::same_as<Api>;
};

template <class Api>
concept has_hash = requires(const Api& api) {
    { hash_value(api) } -> std::convertible_to<std::size_t>;
};

template <class Api>
concept lists_unfinished = requires(Api& api) {
    { api.list_unfinished() } -> std::same_as<asio::awaitable<std::vector<typename Api::job_type>>>;
};

/// Converts to `std::size_t` only: another parameter is not a number of pages.
struct number_of_pages {
    template <std::same_as<std::size_t> T>
    operator T() const noexcept;
};

template <class Api>
concept lists_pages = requires(Api& api, number_of_pages most_pages) {
    { api.list_unfinished(most_pages) } -> std::same_as<asio::awaitable<std::vector<typename Api::job_type>>>;
};

template <class Api>
class polled_api_of final : public polled_api {
    using job_type = typename Api::job_type;

  public:
    explicit polled_api_of(Api api) : api_(std::move(api)), scope_(api_.scope()) {}

    asio::awaitable<job_view> poll(std::string id, std::shared_ptr<poll_trace> trace, duration limit) const override
    {
        return poll_once(on_poll_client(std::move(trace), limit), std::move(id));
    }
    asio::awaitable<std::vector<listed_job>> list(std::shared_ptr<poll_trace> trace, duration limit,
                                                  std::size_t most_pages) const override
    {
        return list_once(on_poll_client(std::move(trace), limit), most_pages);
    }
    [[nodiscard]] listing lists() const override
    {
        if constexpr (!lists_unfinished<Api>)
            return listing::none;
        else if constexpr (requires { requires bool(Api::lists_whole_jobs); })
            return listing::whole;
        else
            return listing::partial;
    }
    [[nodiscard]] bool is_same(const void* a, const void* b) const override
    {
        return *static_cast<const job_type*>(a) == *static_cast<const job_type*>(b);
    }
    [[nodiscard]] bool is_same_service(const polled_api& other) const override
    {
        if constexpr (std::equality_comparable<Api>)
            return other.type() == type() && static_cast<const polled_api_of&>(other).api_ == api_;
        else
            return &other == this;
    }
    [[nodiscard]] std::size_t hash() const override
    {
        if constexpr (!std::equality_comparable<Api>)
            return std::hash<const void*>()(this);
        else if constexpr (has_hash<Api>)
            return hash_value(std::as_const(api_));
        else
            return 0;
    }
    [[nodiscard]] std::type_index type() const override { return typeid(Api); }
    [[nodiscard]] poll_schedule default_schedule() const override { return api_.default_schedule(); }
    [[nodiscard]] client get_client() const override { return api_.get_client(); }
    [[nodiscard]] std::string_view api() const override { return Api::api_name; }
    [[nodiscard]] const std::string& scope() const override { return scope_; }

  private:
    [[nodiscard]] Api on_poll_client(std::shared_ptr<poll_trace> trace, duration limit) const
    {
        if constexpr (has_other_clients<Api>)
            return api_.with(for_one_poll(api_.get_client(), std::move(trace), limit));
        else
            return api_;
    }

    static job_view view_of(job_type answered)
    {
        auto job = detail::share<job_type>(std::move(answered));
        std::string status(status_text(*job));
        const bool finished = is_finished(*job), unknown = is_unknown(*job);
        return {std::move(job), std::move(status), finished, unknown};
    }

    static asio::awaitable<job_view> poll_once(Api api, std::string id)
    {
        co_return view_of(co_await api.get_job(std::move(id)));
    }

    static auto begin_list(Api& api, [[maybe_unused]] std::size_t most_pages)
    {
        if constexpr (lists_pages<Api>)
            return api.list_unfinished(most_pages);
        else
            return api.list_unfinished();
    }

    static asio::awaitable<std::vector<listed_job>> list_once(Api api, [[maybe_unused]] std::size_t most_pages)
    {
        std::vector<listed_job> listed;
        if constexpr (lists_unfinished<Api>) {
            auto jobs = co_await begin_list(api, most_pages);
            listed.reserve(jobs.size());
            for (auto& job : jobs) {
                std::string id(job_id(job));
                listed.push_back({std::move(id), view_of(std::move(job))});
            }
        }
        co_return listed;
    }

    mutable Api api_; // a service's members need not be const
    std::string scope_;
};

} // namespace cojob::detail

// -------- cojob/job/wait_options.hpp

namespace cojob {

/// What a wait does about a status that the service does not know.
enum class unknown_status {
    keep_waiting, ///< treats the status as not final
    stop,         ///< returns the job as it is
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(unknown_status value) noexcept
{
    return detail::enumerator_name(value, {"keep_waiting", "stop"});
}

/// Options of a wait or a watch.
struct wait_options {
    duration timeout = std::chrono::minutes(30); ///< limit for the whole wait; `no_timeout`: none; zero is refused
    poll_schedule schedule = {};                 ///< when to poll; a zero member keeps the service's default
    /// How long a final status must last: the wait ends when a poll that much later still shows it. Zero: the first one
    /// ends the wait. For APIs in which a job that has ended may run again. If the wait fails meanwhile, it returns the
    /// job with that status.
    duration settle = {};
    unknown_status on_unknown = unknown_status::keep_waiting; ///< what to do about an unknown status
    /// Longest time without any HTTP response (no connection, no handshake, or no answer in time), even if `timeout` is
    /// `no_timeout`. Then the wait ends with the last failure. `no_timeout`: no limit; zero is refused.
    duration patience = std::chrono::minutes(10);
};

} // namespace cojob

// -------- cojob/result.hpp

namespace cojob {

/// A value, or the details of a failure.
template <class T>
using result = boost::system::result<T, error_info>;

/// Awaits an operation and returns its failure instead of throwing. The `code()` of a cancellation is
/// `asio::error::operation_aborted`. An exception that is not a `system_error`, such as `std::bad_alloc`, propagates.
///
/// Cancellation: forwarded to the operation. Example:
/// `auto job = co_await cojob::as_result(agent.get_job(id))`.
template <class T>
asio::awaitable<result<T>> as_result(asio::awaitable<T> operation)
{
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(operation);
            co_return result<T>(boost::system::in_place_value);
        } else {
            co_return result<T>(boost::system::in_place_value, co_await std::move(operation));
        }
    } catch (const api_error& failure) {
        co_return result<T>(boost::system::in_place_error, failure.info());
    } catch (const boost::system::system_error& failure) {
        co_return result<T>(boost::system::in_place_error, error_info(failure.code()));
    }
}

} // namespace cojob

// -------- cojob/job/many.hpp

namespace cojob {

namespace detail {

/// The result for one of several jobs.
using job_end = result<std::shared_ptr<const void>>;

COJOB_DECL asio::awaitable<std::vector<job_end>> wait_for_all_ends(std::shared_ptr<const polled_api>,
                                                                   std::vector<job_reference>, wait_options);
COJOB_DECL asio::awaitable<std::pair<std::size_t, std::shared_ptr<const void>>>
    wait_for_first_end(std::shared_ptr<const polled_api>, std::vector<job_reference>, wait_options);

template <class Api>
asio::awaitable<std::vector<result<typename Api::job_type>>> wait_for_every(Api api, std::vector<job_reference> jobs,
                                                                            wait_options options)
{
    using job_type = typename Api::job_type;
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    auto ends = co_await detail::wait_for_all_ends(std::move(polled), std::move(jobs), options);
    std::vector<result<job_type>> results;
    results.reserve(ends.size());
    for (auto& end : ends) {
        if (end)
            results.emplace_back(*static_cast<const job_type*>(end->get()));
        else
            results.emplace_back(end.error());
    }
    co_return results;
}

template <class Api>
asio::awaitable<std::pair<std::size_t, typename Api::job_type>> wait_for_first(Api api, std::vector<job_reference> jobs,
                                                                               wait_options options)
{
    using job_type = typename Api::job_type;
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    const auto first = co_await detail::wait_for_first_end(std::move(polled), std::move(jobs), options);
    co_return std::pair<std::size_t, job_type>(first.first, *static_cast<const job_type*>(first.second.get()));
}

template <class Job>
std::vector<job_reference> references_to(const std::vector<Job>& jobs)
{
    std::vector<job_reference> all;
    all.reserve(jobs.size());
    for (const auto& job : jobs)
        all.push_back(detail::reference_to(job));
    return all;
}

inline std::vector<job_reference> references_to(std::vector<std::string>&& ids)
{
    std::vector<job_reference> all;
    all.reserve(ids.size());
    for (auto& id : ids)
        all.emplace_back(std::move(id));
    return all;
}

/// The types, besides ids, by which several jobs of an API can be named.
template <class Job, class Api>
concept given_job = std::same_as<Job, job_handle> || std::same_as<Job, typename Api::job_type>;

} // namespace detail

/// Waits until each of these jobs has ended or its wait has failed. Returns one result for each job, in the order of
/// the ids.
///
/// Waits for each job as `wait_for_job` does, at the cost of an entry in the poll scheduler. Errors: those of a job, an
/// invalid id among them, are in its result. Throws `invalid_argument` for options that cannot work, and rethrows an
/// exception of a user-defined service. Cancellation: all types, immediately. After a cancellation or a deadline the
/// results of the jobs that have ended are kept; the others are `operation_aborted` or `wait_timeout`. An empty list
/// completes immediately. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all(Api api, std::vector<std::string> ids, wait_options options = {})
{
    return detail::wait_for_every(std::move(api), detail::references_to(std::move(ids)), options);
}

/// The same for saved handles, or for jobs that the caller has: see `wait_for_job`. A handle of another API, server or
/// project is an error of that job.
template <job_api Api, detail::given_job<Api> Job>
[[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all(Api api, const std::vector<Job>& jobs, wait_options options = {})
{
    return detail::wait_for_every(std::move(api), detail::references_to(jobs), options);
}

/// Waits until the first of these jobs has ended. Returns its index in the list, and the job. The other jobs continue
/// on the server.
///
/// A job that cannot be polled is skipped. If no job ends, throws `wait_timeout` if the time was up for any of them,
/// otherwise the failure that came first. Errors: as `wait_for_job`, and `invalid_argument` for an empty list or an
/// invalid id. Cancellation: all types, immediately.
template <job_api Api>
[[nodiscard]] asio::awaitable<std::pair<std::size_t, typename Api::job_type>>
wait_for_any(Api api, std::vector<std::string> ids, wait_options options = {})
{
    return detail::wait_for_first(std::move(api), detail::references_to(std::move(ids)), options);
}

/// The same for saved handles, or for jobs that the caller has: see `wait_for_job`.
template <job_api Api, detail::given_job<Api> Job>
[[nodiscard]] asio::awaitable<std::pair<std::size_t, typename Api::job_type>>
wait_for_any(Api api, const std::vector<Job>& jobs, wait_options options = {})
{
    return detail::wait_for_first(std::move(api), detail::references_to(jobs), options);
}

} // namespace cojob

// -------- cojob/job/wait.hpp

namespace cojob {

namespace detail {

using job_ptr = std::shared_ptr<const void>;

/// The arguments of a wait. Coroutines get them by pointer: they are freed before the wait, and frames are not.
struct one_wait {
    std::shared_ptr<const polled_api> api;
    job_reference job;
    wait_options options;
};

/// Returns the job as it was when it ended.
COJOB_DECL asio::awaitable<job_ptr> wait_for_end(std::unique_ptr<one_wait>);

/// The deadline of a wait that begins now. \throws api_error invalid_argument
COJOB_DECL time_point end_of_wait(const client&, const wait_options&, const poll_schedule& service);
/// The options for the rest of the wait. \throws api_error wait_timeout
COJOB_DECL wait_options rest_of_wait(const client&, wait_options, time_point until, std::string id, std::string status);
/// The same client with this deadline for every call, time in the quota's queue included.
COJOB_DECL client until(const client&, time_point);
/// Runs a coroutine on the client's strand; at the deadline it is cancelled and `deadline_exceeded` is thrown.
COJOB_DECL asio::awaitable<void> run_until(client, time_point, asio::awaitable<void>);
COJOB_DECL void remember_created(const client&, std::string_view api, std::string scope, std::string id);

template <class Api>
asio::awaitable<typename Api::job_type> wait_on(std::unique_ptr<Api> api, std::unique_ptr<one_wait> of)
{
    of->api = detail::share<const polled_api_of<Api>>(std::move(*api));
    api.reset();
    const auto end = co_await detail::wait_for_end(std::move(of));
    co_return *static_cast<const typename Api::job_type*>(end.get());
}

template <class Api>
asio::awaitable<typename Api::job_type> wait_for(Api api, job_reference job, const wait_options& options)
{
    auto of = std::make_unique<one_wait>(one_wait{{}, std::move(job), options});
    return detail::wait_on<Api>(std::make_unique<Api>(std::move(api)), std::move(of));
}

template <class Api>
asio::awaitable<void> create_into(Api api, std::string prompt, std::shared_ptr<typename Api::job_type> created)
{
    *created = co_await api.create_job(std::move(prompt));
}

/// How `run_job` waits for the job it has created, without a function to call. `progress.hpp` has the one with a
/// function.
struct silent_wait {
    template <class Job>
    void created(const Job&) const noexcept
    {
    }
    template <class Api>
    asio::awaitable<typename Api::job_type> wait(Api api, job_reference job, const wait_options& rest) const
    {
        return detail::wait_for(std::move(api), std::move(job), rest);
    }
};

template <class Api, class Wait>
asio::awaitable<typename Api::job_type> create_and_wait(Api api, std::string prompt, wait_options options, Wait way)
{
    const auto handle = api.get_client();
    const auto until = detail::end_of_wait(handle, options, api.default_schedule());
    auto created = detail::share<typename Api::job_type>();
    if constexpr (has_other_clients<Api>) {
        Api limited = api.with(detail::until(handle, until));
        *created = co_await limited.create_job(std::move(prompt));
    } else {
        co_await detail::run_until(handle, until, detail::create_into(api, std::move(prompt), created));
    }
    std::string id(job_id(*created)), status(status_text(*created));
    detail::remember_created(handle, Api::api_name, api.scope(), id);
    way.created(*created);
    if (is_finished(*created) && options.settle == duration::zero())
        co_return std::move(*created);
    const auto rest = detail::rest_of_wait(handle, options, until, id, std::move(status));
    co_return co_await way.wait(std::move(api), job_reference(std::move(id)), rest);
}

} // namespace detail

/// Polls a job until it has ended, and returns it. It may have ended in any way, so check its status.
///
/// A poll is one `get_job` in a single attempt; the next poll is its retry. The first poll is sent immediately, or
/// `schedule.first` after this client created the job or sent it a message. After a message, the wait does not accept a
/// final status that may be older than the message. Waits for the same job share its polls. If the API can list
/// unfinished jobs, one list request replaces the polls of three or more jobs.
///
/// Errors. All but `invalid_argument` contain the job's id.
/// - `wait_timeout`: the job had not ended when last seen; `job_status` is its last status. Also if no poll could be
///   sent, because no connection was free or no key was provided.
/// - `rate_limited`, immediately: the server answers 429 and asks for a pause that is longer than the time left.
/// - The code of the poll, immediately: a failure that does not pass by waiting, such as 401 or 403, or a 503 whose
///   `Retry-After` is longer than the time left.
/// - The code of the poll, for 404, HTML or a body that does not decode. If the job is known to exist (this wait saw
///   it, or this client created it or sent it a message), such responses must last for 30 s and three polls. Otherwise
///   the first one ends the wait.
/// - The code of the last failed poll: no poll was answered within two minutes of the first one, or no HTTP response
///   arrived for `options.patience`, or the time was up and the last poll had failed. Time that the server asks for by
///   `Retry-After` and time in the client's own queue do not count as silence.
/// - `invalid_argument`: an invalid id, or options that cannot work.
///
/// An exception of a user-defined service ends the wait and is rethrown. Cancellation: all types, immediately. Neither
/// a cancellation nor a timeout ends the job on the server. Thread safety: as `client`.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, std::string_view id,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::job_reference(std::string(id)), options);
}

/// Resumes a wait from a saved handle, for instance after a restart. Polls immediately. The times in the handle tell
/// which final status is older than the last message. Errors: as above, and `invalid_argument` for a handle of another
/// API, server or project.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, job_handle handle,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::job_reference(std::move(handle)), options);
}

/// Waits for a job that the caller has, so the job is known to exist and a transient 404 does not end the wait. Only
/// the job's id is used. Errors: as above.
template <job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const typename Api::job_type& job,
                                                                   wait_options options = {})
{
    return detail::wait_for(std::move(api), detail::reference_to(job), options);
}

/// The same for an id, a handle or a job, with a time limit in place of options: `wait_for_job(agent, job, 15min)`.
template <job_api Api, class Job, class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, Job&& job,
                                                                   std::chrono::duration<Rep, Period> timeout)
{
    return cojob::wait_for_job(std::move(api), std::forward<Job>(job), wait_options{.timeout = timeout});
}

/// Creates a job and waits for its end. `options.timeout` covers both, including the wait for a quota slot.
///
/// Errors: those of `create_job` and of `wait_for_job`. If the deadline expires before the job has an id, the error is
/// `deadline_exceeded`. Once the job has an id, every error contains it. Cancellation: as `create_job` until the job is
/// created, then as `wait_for_job`.
template <creating_job_api Api>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt,
                                                              wait_options options = {})
{
    return detail::create_and_wait(std::move(api), std::string(prompt), options, detail::silent_wait());
}

/// The same with a time limit in place of options: `run_job(agent, "Document the API", 15min)`.
template <creating_job_api Api, class Rep, class Period>
    requires std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt,
                                                              std::chrono::duration<Rep, Period> timeout)
{
    return cojob::run_job(std::move(api), prompt, wait_options{.timeout = timeout});
}

} // namespace cojob

// -------- cojob/job/detail/journaled.hpp

namespace cojob::detail {

class journal_state;
using journal_ptr = std::shared_ptr<journal_state>;

/// A job of a journal: its handle, and itself if it was created in this process now.
struct journaled_job {
    job_handle handle{};
    std::shared_ptr<const void> job{};
    const std::type_info* type = nullptr; ///< of the job
};

/// What a service's creation has made.
struct made_job {
    std::string id{};
    std::shared_ptr<const void> job{};
};

/// A creation, type-erased. The coroutine that sends the request starts when it is awaited.
struct creation_request {
    creation_request(client c, std::string_view of_api, std::string in_scope, std::string of_tag)
        : sender(std::move(c)), api(of_api), scope(std::move(in_scope)), tag(std::move(of_tag))
    {
    }

    client sender;
    std::string api, scope, tag, prompt_digest{};
    std::shared_ptr<made_job> made = detail::share<made_job>();
    asio::awaitable<void> create{};
    const std::type_info* type = nullptr;
};

[[nodiscard]] COJOB_DECL std::string prompt_digest(std::string_view prompt);
COJOB_DECL asio::awaitable<journaled_job> create_once(journal_ptr, std::unique_ptr<creation_request>);
/// Records the ends that a wait saw; a failure to write them is left to a later write.
COJOB_DECL asio::awaitable<void> note_ends(journal_ptr, std::vector<job_handle>);

template <class Api>
asio::awaitable<void> create_and_keep(Api api, std::string prompt, std::shared_ptr<made_job> made)
{
    auto job = detail::share<typename Api::job_type>(co_await api.create_job(std::move(prompt)));
    made->id = std::string(job_id(*job));
    made->job = std::move(job);
}

template <class Api>
asio::awaitable<typename Api::job_type> create_with(journal_ptr journal, Api api, std::string tag, std::string prompt)
{
    using job_type = typename Api::job_type;
    auto request =
        std::make_unique<creation_request>(api.get_client(), Api::api_name, std::string(api.scope()), std::move(tag));
    request->prompt_digest = detail::prompt_digest(prompt);
    request->create = detail::create_and_keep<Api>(api, std::move(prompt), request->made);
    request->type = &typeid(job_type);
    auto known = co_await detail::create_once(std::move(journal), std::move(request));
    if (known.job && *known.type == typeid(job_type))
        co_return *static_cast<const job_type*>(known.job.get());
    co_return co_await api.get_job(std::move(known.handle.id));
}

template <class Api>
job_handle plain_handle(const Api& api, const typename Api::job_type& job)
{
    return job_handle(std::string(Api::api_name), std::string(api.scope()), std::string(job_id(job)));
}

template <class Api>
asio::awaitable<typename Api::job_type> wait_with(journal_ptr journal, Api api, job_reference job, wait_options options)
{
    auto ended = co_await detail::wait_for(api, std::move(job), options);
    if (is_finished(ended)) {
        std::vector<job_handle> one(1, detail::plain_handle<Api>(api, ended));
        co_await detail::note_ends(std::move(journal), std::move(one));
    }
    co_return ended;
}

template <class Api>
asio::awaitable<std::vector<result<typename Api::job_type>>>
wait_for_all_with(journal_ptr journal, Api api, std::vector<job_reference> jobs, wait_options options)
{
    auto results = co_await detail::wait_for_every(api, std::move(jobs), options);
    std::vector<job_handle> ended;
    for (const auto& one : results)
        if (one && is_finished(*one))
            ended.push_back(detail::plain_handle<Api>(api, *one));
    if (!ended.empty())
        co_await detail::note_ends(std::move(journal), std::move(ended));
    co_return results;
}

/// A service whose creations go through a journal, under one tag; for `create_and_wait`.
template <class Api>
class tagged_api {
  public:
    using job_type = typename Api::job_type;
    static constexpr std::string_view api_name = Api::api_name;

    tagged_api(Api api, journal_ptr journal, std::string tag)
        : api_(std::move(api)), journal_(std::move(journal)), tag_(std::move(tag))
    {
    }

    asio::awaitable<job_type> create_job(std::string prompt)
    {
        return detail::create_with<Api>(journal_, api_, tag_, std::move(prompt));
    }
    [[nodiscard]] tagged_api with(client c) const
        requires has_other_clients<Api>
    {
        return {api_.with(std::move(c)), journal_, tag_};
    }
    [[nodiscard]] client get_client() const { return api_.get_client(); }
    [[nodiscard]] std::string scope() const { return std::string(api_.scope()); }
    [[nodiscard]] poll_schedule default_schedule() const { return api_.default_schedule(); }
    [[nodiscard]] const Api& api() const noexcept { return api_; }
    [[nodiscard]] const journal_ptr& journal() const noexcept { return journal_; }

  private:
    mutable Api api_; // a service's members need not be const
    journal_ptr journal_;
    std::string tag_;
};

/// How `job_journal::run_job` waits for the job, whose end `run_with` records: it may have ended when it was created.
struct journaled_wait {
    template <class Job>
    void created(const Job&) const noexcept
    {
    }
    template <class Tagged>
    asio::awaitable<typename Tagged::job_type> wait(Tagged tagged, job_reference job, const wait_options& rest) const
    {
        return detail::wait_for(tagged.api(), std::move(job), rest);
    }
};

template <class Api>
asio::awaitable<typename Api::job_type> run_with(tagged_api<Api> tagged, std::string prompt, wait_options options)
{
    auto ended = co_await detail::create_and_wait(tagged, std::move(prompt), options, journaled_wait());
    if (is_finished(ended)) {
        std::vector<job_handle> one(1, detail::plain_handle<Api>(tagged.api(), ended));
        co_await detail::note_ends(tagged.journal(), std::move(one));
    }
    co_return ended;
}

} // namespace cojob::detail

// -------- cojob/job/journal_options.hpp

namespace cojob {

/// Options of a journal.
struct journal_options {
    /// Flushes each intent and each new job to disk (fsync), so that they survive a power failure. Without it they
    /// survive the end of the process, SIGKILL included, but not that of the machine.
    bool flushes_to_disk = true;
    /// How many ended jobs it remembers, the newest ones. A tag that is forgotten creates a job anew.
    std::size_t ended_jobs = 10'000;
    /// How many jobs it may have that have not ended. With more, `create_once` is refused.
    std::size_t unfinished_jobs = 100'000;
};

/// What a journal knows of a tag.
class journal_entry { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    journal_entry() = default;

    std::string tag;           ///< the caller's name for the creation
    std::string api;           ///< the service's `api_name`
    std::string scope;         ///< the service's `scope()`: base URL and project
    std::string prompt_digest; ///< SHA-256 of the prompt, in hexadecimal digits
    timestamp begun_at{};      ///< when the creation began, by the client's wall clock
    /// The job. Empty: nobody knows whether it was created, or the creation is running in this process now.
    std::optional<job_handle> job;
    bool is_ended = false; ///< a wait saw the job's end
};

/// What a process that starts has to go on with.
class unfinished_jobs { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    unfinished_jobs() = default;

    std::vector<job_handle> jobs;          ///< created, and no wait has seen their end: pass them to `wait_for_all`
    std::vector<journal_entry> unresolved; ///< nobody knows whether they were created: see `job_journal::resolve`
};

} // namespace cojob

// -------- cojob/job/journal.hpp

namespace cojob {

/// A file of the jobs that a program creates, so that they survive a crash and none is created twice. Each creation has
/// a tag, chosen by the caller, such as the number of the order that it is for. All copies of the journal share one
/// state.
///
/// Before a request is sent its tag is in the file, and after it the job's id; so a process that was killed finds at
/// its next start which jobs to wait for, and which creations it does not know the outcome of. An id that cannot be
/// written, because the disk became full after the request, is kept in memory and written with the next record or when
/// the journal is closed; a kill before that leaves the creation unresolved. The file has neither keys nor prompts, but
/// the SHA-256 of each prompt, by which a short prompt could be guessed. Only its owner may read a new file. Symbolic
/// links are followed when it is opened; hard links are not known to be the same journal.
///
/// One process may have the file open at a time. Its lock is the file of the same name with `.lock` added: leave that
/// alone. The file belongs on a local disk. The journal replaces it with a smaller one when it has grown.
///
/// Thread safety: any thread may call any member, even on the same journal. Files are written by other threads than the
/// caller's, except in the constructor, in the destructor of the last copy if a write has failed, and where no thread
/// can be made for the outcome of a request. In a forked child the parent's journal is `invalid_argument`; only
/// `wait_for_job` and `wait_for_all` work, and record nothing.
class job_journal {
  public:
    /// Opens the journal, or creates it. Blocks: reads the file. A last record without its end, as a crash may leave
    /// it, is cut off.
    ///
    /// \throws api_error `invalid_argument` for a file that is damaged, or of a newer version; the message says what to
    /// do. `device_or_resource_busy` if it is open already, in this process or in another one. The system's error if it
    /// cannot be read or written.
    COJOB_DECL explicit job_journal(const std::filesystem::path&, const journal_options& = {});

    /// The jobs whose end no wait has seen, and the creations of which nobody knows whether they created a job. Those
    /// that run in this process now are in neither list. May block while another thread writes the file.
    [[nodiscard]] COJOB_DECL unfinished_jobs unfinished() const;
    /// The same for the jobs of one service.
    template <job_api Api>
    [[nodiscard]] unfinished_jobs unfinished(const Api& service) const
    {
        return unfinished_of(Api::api_name, std::string(service.scope()));
    }

    /// What the journal knows of a tag; empty if it does not know it. May block while another thread writes the file.
    [[nodiscard]] COJOB_DECL std::optional<journal_entry> find(std::string_view tag) const;

    /// Creates a job, unless the journal knows the tag. A tag whose job is known returns that job, ended or not, as
    /// `get_job` does. While a creation with the same tag runs in this process, waits for it and returns its job.
    ///
    /// Sends nothing before the tag and the digest of the prompt are on the disk. The tag is at most 1 KiB of UTF-8,
    /// without control characters, and neither `.` nor `..`.
    ///
    /// Errors: those of `create_job` and `get_job`, and
    /// - `outcome_unknown`, without sending anything: an earlier creation with this tag may have created a job. `find`
    ///   has its record. Ask the server, then call `resolve` or `resolve_as_not_created`.
    /// - `invalid_argument`: the tag is invalid, or that of another prompt, API, server or project; or there are too
    ///   many unfinished jobs.
    /// - The system's error, without sending anything: the file cannot be written, for example because the disk is
    ///   full, or no thread can be made for it. The latter is a plain `system_error`.
    ///
    /// After a failure that shows that nothing was created, the tag may be used again. After any other, which includes
    /// exceptions of a service's own and the failure of a request that is not a POST, its outcome is unknown. A
    /// service's `create_job` must end with `operation_aborted` only if it created nothing, as `client::send` does, and
    /// must not send a second POST after the one that creates the job. Cancellation: as `create_job`; while another
    /// creates the job, all types, immediately.
    template <creating_job_api Api>
    [[nodiscard]] asio::awaitable<typename Api::job_type> create_once(Api service, std::string_view tag,
                                                                      std::string_view prompt) const
    {
        return detail::create_with<Api>(state_, std::move(service), std::string(tag), std::string(prompt));
    }

    /// Creates a job as `create_once` does and waits for its end as `cojob::run_job` does. Records the end.
    template <creating_job_api Api>
    [[nodiscard]] asio::awaitable<typename Api::job_type>
    run_job(Api service, std::string_view tag, std::string_view prompt, wait_options options = {}) const
    {
        detail::tagged_api<Api> tagged(std::move(service), state_, std::string(tag));
        return detail::run_with<Api>(std::move(tagged), std::string(prompt), options);
    }

    /// Waits for a job as `cojob::wait_for_job` does, and records its end. An end that cannot be written is returned
    /// nevertheless: the next start finds the job unfinished and sees the end again.
    template <job_api Api>
    [[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api service, job_handle job,
                                                                       wait_options options = {}) const
    {
        return detail::wait_with<Api>(state_, std::move(service), detail::job_reference(std::move(job)), options);
    }

    /// Waits for these jobs as `cojob::wait_for_all` does, and records their ends when all waits are over:
    /// `journal.wait_for_all(agent, journal.unfinished(agent).jobs)`.
    template <job_api Api>
    [[nodiscard]] asio::awaitable<std::vector<result<typename Api::job_type>>>
    wait_for_all(Api service, const std::vector<job_handle>& jobs, wait_options options = {}) const
    {
        return detail::wait_for_all_with<Api>(state_, std::move(service), detail::references_to(jobs), options);
    }

    /// Records that an unresolved creation has created the job with this id. Errors: `invalid_argument` for a tag that
    /// is not unresolved, an invalid id or that of another tag's job, and the system's error; then nothing has changed.
    /// Cancellation: none once it has begun.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> resolve(std::string_view tag, std::string_view id) const;

    /// Records that an unresolved creation has created no job: its tag may be used again. Errors and cancellation: as
    /// `resolve`.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> resolve_as_not_created(std::string_view tag) const;

    /// Records the end of a job that no wait will see, for example because the server has deleted it: it is not
    /// unfinished any more. Its tag still creates no other job. Does nothing if the job has ended. Errors:
    /// `invalid_argument` for a tag whose job is not known, and the system's error. Cancellation: as `resolve`.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> resolve_as_ended(std::string_view tag) const;

  private:
    [[nodiscard]] COJOB_DECL unfinished_jobs unfinished_of(std::string_view api, std::string_view scope) const;

    std::shared_ptr<detail::journal_state> state_;
};

} // namespace cojob

// -------- cojob/job/page.hpp

namespace cojob {

namespace detail {

/// One page of a list.
template <class T>
struct list_part {
    std::vector<T> items{};
    std::size_t skipped = 0;            ///< items that could not be decoded; they count in offsets
    std::optional<std::size_t> total{}; ///< length of the whole list; empty: the API does not report it
};

/// Handles a failed page: halves the page size if the response was too large, otherwise rethrows the current exception.
COJOB_DECL void page_failed(list_cursor&, std::size_t first, const error_info&);
[[noreturn]] COJOB_DECL void throw_no_progress(std::size_t offset);

/// A pager's state: what it has read of the list so far.
template <class T>
struct pager_state {
    using fetch_type = std::function<asio::awaitable<list_part<T>>(std::size_t place, std::size_t size)>;

    /// `first_place` is the offset at which this pager starts, for error messages: `fetch` counts from there.
    pager_state(fetch_type f, std::size_t page_size, std::size_t first_place)
        : fetch(std::move(f)), cursor(page_size), first(first_place)
    {
    }

    fetch_type fetch;
    list_cursor cursor;
    std::size_t first;
    std::deque<T> ready{};
    std::unordered_set<std::string> seen{};

    void take(list_part<T> page)
    {
        page_count count{.places = page.items.size() + page.skipped, .unread = page.skipped, .total = page.total};
        for (const auto& item : page.items)
            (seen.contains(std::string(job_id(item))) ? count.known : count.new_jobs) += 1;
        if (!cursor.take(count))
            return;
        for (auto& item : page.items)
            if (seen.insert(std::string(job_id(item))).second)
                ready.push_back(std::move(item));
    }
};

/// Reads one page.
template <class T>
asio::awaitable<void> read_page(std::shared_ptr<pager_state<T>> state)
{
    try {
        auto page = co_await state->fetch(state->cursor.offset(), state->cursor.page_size());
        state->take(std::move(page));
    } catch (const api_error& failure) {
        page_failed(state->cursor, state->first, failure.info());
    }
}

template <class T>
asio::awaitable<std::optional<T>> next_item(std::shared_ptr<pager_state<T>> state)
{
    constexpr int most_in_vain = 10; // an endless list must not block its reader
    for (int pages = 0; state->ready.empty() && !state->cursor.is_over(); ++pages) {
        if (pages == most_in_vain)
            throw_no_progress(state->first + state->cursor.offset());
        co_await read_page(state);
    }
    if (state->ready.empty())
        co_return std::nullopt;
    std::optional<T> item(std::move(state->ready.front()));
    state->ready.pop_front();
    co_return item;
}

} // namespace detail

/// The jobs of a paged list, one by one: `while (auto job = co_await pages.next())`. Returns each job once, even if
/// jobs are added or deleted meanwhile; may miss a job that is added while the list is read.
///
/// If a page exceeds `limit_options::body_bytes`, the pager requests it again with half the page size, and keeps that
/// size. A server may return fewer jobs than requested: the list ends where the server says so, or where no more jobs
/// follow.
template <class T>
class pager {
  public:
    /// Made by a service: `osapi::jobs::all_jobs`, `mintlify::agent_v1::all_jobs`. Sends nothing yet.
    explicit pager(std::shared_ptr<detail::pager_state<T>> state) : state_(std::move(state)) {}

    /// Returns the next job; an empty optional after the last. Reads at most ten pages.
    ///
    /// Errors: those of the list; `response_too_large` if a single job exceeds the limit (the message names its
    /// offset); `no_progress` if ten pages contain nothing new although the list should continue. After an error the
    /// next call continues where this one stopped. Cancellation: that of the list. Precondition: the previous call has
    /// completed.
    [[nodiscard]] asio::awaitable<std::optional<T>> next() { return detail::next_item<T>(detail::in_use(state_)); }

  private:
    std::shared_ptr<detail::pager_state<T>> state_;
};

} // namespace cojob

// -------- cojob/job/watch.hpp

namespace cojob {

namespace detail {

class watch_state;

COJOB_DECL std::shared_ptr<watch_state> make_watch(std::shared_ptr<const polled_api>, job_reference, wait_options);
/// The job after its next change; null if its end was already returned.
COJOB_DECL asio::awaitable<std::shared_ptr<const void>> next_change(std::shared_ptr<watch_state>);

template <class Job>
asio::awaitable<std::optional<Job>> next_change_of(std::shared_ptr<watch_state> state)
{
    const auto seen = co_await next_change(std::move(state));
    if (!seen)
        co_return std::nullopt;
    co_return *static_cast<const Job*>(seen.get());
}

struct watch_access;

} // namespace detail

/// The changes of a job as a stream: `while (auto job = co_await watch.next())`. Made by `watch_job`.
template <job_api Api>
class job_watch {
  public:
    /// The type that `next` returns.
    using job_type = typename Api::job_type;

    /// Returns the job: first as it is now, then after each change, last as it ended. After that, returns an empty
    /// optional.
    ///
    /// Polls as `wait_for_job` does, but only while `next` is awaited: a caller that comes back late gets the latest
    /// state and misses those in between. Errors: as `wait_for_job`; `options.timeout` covers the whole watch, from the
    /// first call on. After an error, `next` returns an empty optional; after `invalid_argument`, or once the client
    /// is closed, it throws again. Cancellation: all types, immediately; the next call continues the watch.
    /// Precondition: the previous call has completed (`invalid_argument`). Thread safety: none for one watch.
    [[nodiscard]] asio::awaitable<std::optional<job_type>> next()
    {
        return detail::next_change_of<job_type>(detail::in_use(state_));
    }

  private:
    friend struct detail::watch_access;

    explicit job_watch(std::shared_ptr<detail::watch_state> state) : state_(std::move(state)) {}

    std::shared_ptr<detail::watch_state> state_;
};

namespace detail {

struct watch_access {
    template <class Api>
    static job_watch<Api> make(Api api, job_reference job, wait_options options)
    {
        auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
        return job_watch<Api>(detail::make_watch(std::move(polled), std::move(job), options));
    }
};

} // namespace detail

/// Watches a job: reports each change once, its end last. Sends nothing and checks no argument before `next()` is
/// awaited.
template <job_api Api>
[[nodiscard]] job_watch<Api> watch_job(Api api, std::string_view id, wait_options options = {})
{
    return detail::watch_access::make(std::move(api), detail::job_reference(std::string(id)), options);
}

/// The same for a saved handle. Errors of `next()`: as `wait_for_job` with a handle.
template <job_api Api>
[[nodiscard]] job_watch<Api> watch_job(Api api, job_handle handle, wait_options options = {})
{
    return detail::watch_access::make(std::move(api), detail::job_reference(std::move(handle)), options);
}

/// The same for a job that the caller has. Only the job's id is used.
template <job_api Api>
[[nodiscard]] job_watch<Api> watch_job(Api api, const typename Api::job_type& job, wait_options options = {})
{
    return detail::watch_access::make(std::move(api), detail::reference_to(job), options);
}

} // namespace cojob

// -------- cojob/job/progress.hpp

namespace cojob {

namespace detail {

/// A function that is called for each change of a job. Not a coroutine, because it would not be awaited.
template <class Function, class Job>
concept change_function = std::invocable<Function&, const Job&> &&
                          !std::convertible_to<std::invoke_result_t<Function&, const Job&>, asio::awaitable<void>>;

/// The types by which a job can be named: id, handle, or the job.
template <class Job, class Api>
concept names_job = std::convertible_to<const Job&, std::string_view> || std::same_as<Job, job_handle> ||
                    std::same_as<Job, typename Api::job_type>;

template <class Job>
job_reference reference_by(const Job& job)
{
    if constexpr (std::convertible_to<const Job&, std::string_view>)
        return job_reference(std::string(std::string_view(job)));
    else
        return detail::reference_to(job);
}

/// g++ 12 destroys a lambda twice if it owns its captures and is created within a `co_await` expression. A variable is
/// safe, and so is a type with a default constructor, such as `std::function`: it is not a lambda with captures.
template <class Function>
constexpr void refuse_what_is_destroyed_twice()
{
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    using type = std::remove_cvref_t<Function>;
    static_assert(std::is_lvalue_reference_v<Function> || std::is_trivially_destructible_v<type> ||
                      std::default_initializable<type>,
                  "g++ 12 destroys this lambda twice within co_await: make it a variable and pass that, or capture by "
                  "reference");
#endif
}

/// A function for the changes of a job, with its type erased. The coroutines below have no lambda in their frames: g++
/// warns of such a frame where the caller is in a header or a unity build (-Wsubobject-linkage). Move-only functions
/// will do, unlike with `std::function`.
template <class Job>
class change_callback {
  public:
    template <class Function>
    [[nodiscard]] static change_callback of(Function&& on_change)
    {
        using kept = std::decay_t<Function>;
        return {detail::share<kept>(std::forward<Function>(on_change)),
                [](void* function, const Job& job) { std::invoke(*static_cast<kept*>(function), job); }};
    }

    void operator()(const Job& job) const { call_(function_.get(), job); }

  private:
    change_callback(std::shared_ptr<void> function, void (*call)(void*, const Job&))
        : function_(std::move(function)), call_(call)
    {
    }

    std::shared_ptr<void> function_;
    void (*call_)(void*, const Job&);
};

/// Watches a job to its end, and calls the function for each change since `known`.
template <class Api, class Job = typename Api::job_type>
asio::awaitable<Job> wait_and_notify(Api api, job_reference job, change_callback<Job> on_change, wait_options options,
                                     std::shared_ptr<const Job> known)
{
    auto polled = detail::share<const polled_api_of<Api>>(std::move(api));
    const auto watch = detail::make_watch(std::move(polled), std::move(job), options);
    while (const auto seen = co_await detail::next_change(watch)) {
        auto next = std::static_pointer_cast<const Job>(seen);
        const auto is_change = !known || !(*known == *next);
        known = std::move(next);
        if (is_change)
            on_change(*known);
    }
    co_return *known;
}

/// How `run_job` waits for the job if it has a function to call.
template <class Job>
class notifying_wait {
  public:
    explicit notifying_wait(change_callback<Job> on_change) : on_change_(std::move(on_change)) {}

    void created(const Job& job)
    {
        known_ = detail::share<const Job>(job);
        on_change_(*known_);
    }
    template <class Api>
    asio::awaitable<Job> wait(Api api, job_reference job, const wait_options& rest)
    {
        return detail::wait_and_notify<Api>(std::move(api), std::move(job), on_change_, rest, known_);
    }

  private:
    change_callback<Job> on_change_;
    std::shared_ptr<const Job> known_;
};

} // namespace detail

/// Waits for a job as `wait_for_job` does, and calls a function with the job whenever a poll has seen it change.
///
/// The job is named by its id, by a `job_handle`, or passed itself. `on_change(const job_type&)` is called for exactly
/// what `watch_job` returns: the job as it is at first, each change, and the job as it ended. It is copied or moved,
/// and called by the awaiting coroutine on the caller's executor. The job is not polled while it runs, so it must not
/// block. If it throws, the wait ends with that exception; the job continues. It must not be a coroutine: use
/// `watch_job` for that. With g++ 12, a lambda that owns its captures must be a variable.
///
/// Errors, cancellation and thread safety: as `wait_for_job`. Example:
/// `co_await cojob::wait_for_job(agent, id, [](const auto& job) { std::cout << job.status_text << '\n'; })`.
template <job_api Api, detail::names_job<Api> Job, class Function>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const Job& job, Function&& on_change,
                                                                   wait_options options = {})
{
    detail::refuse_what_is_destroyed_twice<Function>();
    using callback = detail::change_callback<typename Api::job_type>;
    return detail::wait_and_notify<Api>(std::move(api), detail::reference_by(job),
                                        callback::of(std::forward<Function>(on_change)), options, {});
}

/// The same with a time limit in place of options.
template <job_api Api, detail::names_job<Api> Job, class Function, class Rep, class Period>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type> &&
             std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> wait_for_job(Api api, const Job& job, Function&& on_change,
                                                                   std::chrono::duration<Rep, Period> timeout)
{
    return cojob::wait_for_job(std::move(api), job, std::forward<Function>(on_change),
                               wait_options{.timeout = timeout});
}

/// Creates a job and waits for its end as `run_job` does. Calls a function first with the job as it was created, so the
/// id is known immediately, then whenever a poll has seen the job change.
///
/// Errors and cancellation: as `run_job`. The function: as for `wait_for_job`.
template <creating_job_api Api, class Function>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt, Function&& on_change,
                                                              wait_options options = {})
{
    detail::refuse_what_is_destroyed_twice<Function>();
    using job_type = typename Api::job_type;
    detail::notifying_wait<job_type> way(detail::change_callback<job_type>::of(std::forward<Function>(on_change)));
    return detail::create_and_wait(std::move(api), std::string(prompt), options, std::move(way));
}

/// The same with a time limit in place of options.
template <creating_job_api Api, class Function, class Rep, class Period>
    requires detail::change_function<std::decay_t<Function>, typename Api::job_type> &&
             std::convertible_to<std::chrono::duration<Rep, Period>, duration>
[[nodiscard]] asio::awaitable<typename Api::job_type> run_job(Api api, std::string_view prompt, Function&& on_change,
                                                              std::chrono::duration<Rep, Period> timeout)
{
    return cojob::run_job(std::move(api), prompt, std::forward<Function>(on_change), wait_options{.timeout = timeout});
}

} // namespace cojob

// -------- cojob/log.hpp

namespace cojob {

/// How much a log shows. Each level includes those above it.
enum class log_level {
    error,   ///< waits that ended because a poll failed, certificates that were not accepted
    warning, ///< other failed attempts, cancelled POSTs that may have been processed, unknown statuses, odd members,
             ///< late polls
    info,    ///< successful POSTs, changes of jobs, retries, delays by rate limits
    debug,   ///< every attempt, response, poll and connection, and other cancelled requests
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(log_level value) noexcept
{
    return detail::enumerator_name(value, {"error", "warning", "info", "debug"});
}

/// Whether lines begin with a time stamp.
enum class time_stamps {
    none, ///< no time stamp, for log collectors that add their own
    utc   ///< `2026-11-29T07:05:54.120Z`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(time_stamps value) noexcept
{
    return detail::enumerator_name(value, {"none", "utc"});
}

/// Returns an observer that writes one line for each event: the level, what happened, and details as `key=value`:
///
///     cojob info    POST /v2/agent/p/job retry in 480 ms attempt=1 error="server error"
///
/// A time stamp, if enabled, comes first. Methods, paths, hosts, ids and states have their control characters escaped,
/// are quoted unless they are single words, and are truncated to 256 bytes. In a path's query only `status`, `limit`,
/// `offset`, `skip`, `take` and `page` keep their values. Events contain no keys, headers or bodies.
///
/// Thread-safe: several clients may share one observer. Writes each line by one `write`, ignores the stream's
/// formatting, and does not flush. If the stream fails or throws, lines are lost, with no other effect. The stream must
/// outlive the observer, and so every client that has it and every call of such a client.
[[nodiscard]] COJOB_DECL observer_ptr log_to(std::ostream&, log_level = log_level::info,
                                             time_stamps = time_stamps::none);

/// Receives one line: its level, and the text without level and line break.
using log_sink = std::function<void(log_level, std::string_view)>;

/// The same for a logger such as spdlog or syslog: calls the function for each line. The calls run on the strands of
/// the clients, so with several clients on several threads at the same time. The function must not block; its
/// exceptions are ignored. \throws api_error `invalid_argument` for an empty function
[[nodiscard]] COJOB_DECL observer_ptr log_to(log_sink, log_level = log_level::info);

} // namespace cojob

// -------- cojob/unknown_members.hpp

namespace cojob {

namespace detail {
class unknown_collector;
} // namespace detail

/// The JSON members of a job that this version of the library does not know, and those of an unexpected type: for each
/// its path, and its value as the server wrote it. So you can use members that a vendor adds:
///
///     if (const auto cost = job.unknown_members.find("cost"))
///         use(boost::json::parse(*cost));
///
/// Paths and values are the server's: escape them before you print them. The key that authorized the request is
/// replaced by `***`. Keeps at most 64 KiB for each job. Copies share one block; a job without unknown members has
/// none.
class unknown_members {
  public:
    /// One member of a job's JSON.
    struct member {
        std::string_view path, ///< relative to the job: `cost`, `source.owner`, `timeline[2].id`
            json;              ///< its value as JSON text

        /// Whether path and value are equal as texts.
        friend bool operator==(const member&, const member&) = default;
    };

    unknown_members() = default;

    /// Whether there are none.
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    /// How many there are.
    [[nodiscard]] std::size_t size() const noexcept { return block_ ? block_->places.size() : 0; }
    /// Returns the i-th member, in the order of the response. The views are valid as long as a copy of this object
    /// exists. Precondition: `i < size()`.
    [[nodiscard]] COJOB_DECL member operator[](std::size_t i) const noexcept;
    /// Returns the value of the member with this path.
    [[nodiscard]] COJOB_DECL std::optional<std::string_view> find(std::string_view path) const noexcept;
    /// Whether the response had more than is kept.
    [[nodiscard]] bool is_cut() const noexcept { return block_ && block_->is_cut; }

    /// Whether both have the same members in the same order. Comparing jobs ignores unknown members: compare these if
    /// they matter.
    COJOB_DECL friend bool operator==(const unknown_members&, const unknown_members&) noexcept;

  private:
    friend class detail::unknown_collector;

    /// Ends of a path and of its value in `text`.
    struct place {
        std::size_t path_end = 0, json_end = 0;
    };
    struct block {
        std::string text{};
        std::vector<place> places{};
        bool is_cut = false;
    };

    std::shared_ptr<const block> block_;
};

} // namespace cojob

// -------- cojob/mintlify/agent_job.hpp

namespace cojob::mintlify {

using cojob::operator<<; // for argument-dependent lookup

/// The status of a job.
enum class agent_job_status {
    active,    ///< the agent works on the prompt
    completed, ///< done; `pr_link` is set if files were changed
    failed,    ///< an error the agent could not recover from
    archived,  ///< archived by the service; final, whatever the status was before
    unknown,   ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(agent_job_status value) noexcept
{
    return cojob::detail::enumerator_name(value, {"active", "completed", "failed", "archived", "unknown"});
}

/// The repository that a job works on.
struct job_source {
    std::string repository{};         ///< URL of the repository; empty: not reported
    std::optional<std::string> ref{}; ///< the branch the agent works on

    /// Whether both are the same repository and branch.
    friend bool operator==(const job_source&, const job_source&) = default;
};

/// A job of the Mintlify agent API, v2. The texts are the server's: escape them before you print them.
struct agent_job {
    std::string id{};                                    ///< unique in its project
    agent_job_status status = agent_job_status::unknown; ///< see `is_finished`
    std::string status_text{};                           ///< as the server wrote it
    job_source source{};                                 ///< what the job works on
    std::string model{};                                 ///< the language model; empty: not reported
    std::optional<std::string> pr_link{};                ///< URL of the pull request; empty until there is one
    std::optional<timestamp> created_at{};               ///< by the server's clock; empty: not reported
    std::optional<timestamp> archived_at{};              ///< set once the job is archived
    cojob::unknown_members unknown_members{};            ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const agent_job& a, const agent_job& b)
    {
        return a.id == b.id && a.status == b.status && a.status_text == b.status_text && a.source == b.source &&
               a.model == b.model && a.pr_link == b.pr_link && a.created_at == b.created_at &&
               a.archived_at == b.archived_at;
    }
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const agent_job& job) noexcept
{
    return job.id;
}

/// The status as the server wrote it, for `job_api`.
[[nodiscard]] inline const std::string& status_text(const agent_job& job) noexcept
{
    return job.status_text;
}

/// Whether the job has ended: completed, failed or archived.
[[nodiscard]] inline bool is_finished(const agent_job& job) noexcept
{
    return job.status != agent_job_status::active && job.status != agent_job_status::unknown;
}

/// Whether this version does not know the status. An unknown status is not final.
[[nodiscard]] inline bool is_unknown(const agent_job& job) noexcept
{
    return job.status == agent_job_status::unknown;
}

} // namespace cojob::mintlify

// -------- cojob/policy/quota_ledger.hpp

namespace cojob {

/// A ledger's answer to a request for a slot: a lease, a time to wait, or a failure. Lengths of time count from now.
struct quota_answer {
    quota_answer() = default;

    bool is_granted = false; ///< whether there is a lease
    std::uint64_t lease = 0; ///< granted: identifies the lease until it is ended
    duration wait{};         ///< not granted: until a slot is expected; an estimate, for messages and observers
    duration ask_again{};    ///< not granted: when to ask again; at least a millisecond
    std::string failure;     ///< not empty: the ledger cannot answer; the reason, for the call's error
};

/// How the use of a slot ended.
struct quota_outcome {
    /// What the server did with the request.
    enum kind_type {
        unused,   ///< the server has certainly not counted it
        used,     ///< the server may have counted it
        throttled ///< the server answered 429: the whole pool pauses
    };

    kind_type kind = unused;   ///< what the server did with the request
    bool was_answered = false; ///< used: with any response but 429; ends the probe after a pause
    duration pause{};          ///< throttled: how long this process pauses
    bool is_hinted = false;    ///< throttled: the server asked for this pause; otherwise it is a guess
};

/// Counts the uses of a quota that several processes share. Calls queue in their process; each process asks for one
/// slot at a time, for its first call: while the context of that call's client is stopped or blocked, the calls of
/// other contexts wait too. A ledger measures time by a clock of its own that no process can set, and counts the
/// machine's sleep.
///
/// A lease that is not ended counts as used when it runs out, so a process that was killed can cost slots, but never
/// adds one.
///
/// Serves one `quota` only: for each quota a ledger of its own. Thread-safe: the functions are called from any thread,
/// also at once.
class BOOST_SYMBOL_VISIBLE quota_ledger {
  public:
    quota_ledger() = default;
    quota_ledger(const quota_ledger&) = delete;
    quota_ledger& operator=(const quota_ledger&) = delete;
    virtual ~quota_ledger() = default;

    /// Begins to ask for a slot, and returns. The lease must last long enough for an attempt of length `attempt`;
    /// for `no_timeout` the ledger renews it until its end. Never called again before the answer.
    ///
    /// \param executor of the client whose call is first, for ledgers with I/O; may be empty
    /// \param attempt the longest that the call's attempt takes
    /// \param answer called once, from any thread; better not within `acquire`, where it recurses once for each call
    /// that is queued. If the executor's context is destroyed first, it is destroyed
    /// without a call, and the next client asks
    /// \throws anything: counts as a failure, and its `what()` as the reason
    virtual void acquire(const asio::any_io_executor& executor, duration attempt,
                         std::function<void(quota_answer)> answer) = 0;

    /// No call waits for a slot any more: the process gives up its place in the queue of processes. An answer that is
    /// on its way still arrives.
    virtual void stop_waiting() noexcept {}

    /// Whether a request may be sent with this lease now: it covers an attempt of this length, and the pool has not
    /// paused since it was granted. Called for each request just before its first byte: must not block.
    [[nodiscard]] virtual bool covers(std::uint64_t lease, duration attempt) noexcept = 0;

    /// Ends a lease. Only begins to, if that may block. If it fails, the lease runs out. Must not call an answer.
    virtual void end(std::uint64_t lease, const quota_outcome&) noexcept = 0;
};

} // namespace cojob

// -------- cojob/policy/quota_options.hpp

namespace cojob {

/// What a call does if no slot is free.
enum class when_exhausted {
    wait, ///< queue, in order, for at most `quota_options::max_wait`
    fail, ///< end immediately with `quota_exhausted`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(when_exhausted value) noexcept
{
    return detail::enumerator_name(value, {"wait", "fail"});
}

/// A limit on uses in any window of time.
struct quota_options {
    std::uint32_t limit = 0;                     ///< uses in one window; 0: no quota
    duration window = std::chrono::hours(1);     ///< length of the window; more than zero
    duration max_wait = std::chrono::minutes(5); ///< limit for all the time that a call queues; `no_timeout`: no limit
    when_exhausted on_exhausted = when_exhausted::wait; ///< what a call does if no slot is free

    /// Whether all members are equal. Services that share a pool of one client must have equal options.
    friend bool operator==(const quota_options&, const quota_options&) = default;
};

} // namespace cojob

// -------- cojob/policy/quota.hpp

namespace cojob {

namespace detail {

class quota_core;
struct quota_access;

} // namespace detail

/// A rate limit: at most `limit` uses in any window of time, wherever the window begins. It is a log of uses, not a
/// token bucket. All clients and services that use it share it. Calls that wait for a slot get it in order.
///
/// A request holds its slot while it is in flight, and for one window and a second after it has ended, because the
/// server counted it at some time in between. A request that provably did not reach the server, or was refused with
/// 429, returns its slot. A 429 pauses the whole pool. A call that has not sent anything yet then loses its slot, and
/// queues again at its previous place. After the pause, one request at a time is sent until one of them gets a response
/// other than 429.
///
/// Thread-safe.
class quota {
  public:
    /// Creates a quota without any uses. An empty clock means the machine's. Clients that share the quota should have
    /// the same clock. With a ledger, the quota shares its uses with all processes that use the same ledger; queueing,
    /// `max_wait` and pauses of calls stay in the process.
    ///
    /// \throws api_error `invalid_argument` for a limit of zero, a window that is not positive or is `no_timeout`, or a
    /// `max_wait` that is not positive
    COJOB_DECL explicit quota(quota_options, clock_ptr = {}, std::shared_ptr<quota_ledger> = {});
    quota(const quota&) = delete;
    quota& operator=(const quota&) = delete;
    ~quota() = default;

    /// Number of slots that a new call could take immediately: free slots that no queued call will take. Zero while the
    /// pool pauses. With a ledger an estimate, from its last answer.
    [[nodiscard]] COJOB_DECL std::uint32_t remaining() const;

    /// When a new call can expect a slot, in civil time; the current time if one is free. An estimate: assumes that
    /// requests in flight end now and count, and that each queued call takes a slot.
    [[nodiscard]] COJOB_DECL timestamp next_slot_at() const;

    /// The options passed to the constructor.
    [[nodiscard]] COJOB_DECL const quota_options& options() const noexcept;

    /// Writes the uses of the last window to a file, for `load` after a restart. Later uses are not in it, so save
    /// last. Replaces the file atomically and durably, even if the machine crashes: when `save` returns, the data is on
    /// the disk. Follows a symbolic link, keeps the mode of an existing file, and makes a new one accessible to its
    /// owner only.
    ///
    /// \throws api_error with the code of the system if the file cannot be written; `invalid_argument` for a quota with
    /// a ledger, which keeps the uses itself
    COJOB_DECL void save(const std::filesystem::path&) const;

    /// Restores a quota that `save` wrote; returns a new one if there is no such file. Requests that were in flight
    /// count as if they ended now. If the wall clock was changed in between, no slot becomes free too early, unless the
    /// machine was rebooted as well.
    ///
    /// \throws api_error `invalid_argument` as the constructor; for a file that is damaged, truncated, empty, of a
    /// newer version, or saved for a shorter window than `quota_options::window`; and if only the leftover of an
    /// interrupted `save` exists. The message says what to do. The code of the system if the file cannot be read
    [[nodiscard]] COJOB_DECL static std::shared_ptr<quota> load(const std::filesystem::path&, quota_options,
                                                                clock_ptr = {});

  private:
    friend struct detail::quota_access;

    std::shared_ptr<detail::quota_core> core_;
};

namespace detail {

struct quota_access {
    [[nodiscard]] static const std::shared_ptr<quota_core>& core(const quota& q) noexcept { return q.core_; }
};

} // namespace detail

} // namespace cojob

// -------- cojob/mintlify/agent_options.hpp

namespace cojob::mintlify {

/// Project, key and quota of `agent` and `agent_v1`.
class agent_options {
  public:
    agent_options() = default;

    std::string project_id; ///< from the API keys page of the Mintlify dashboard
    credential api_key;     ///< an admin key, or a provider that is called before each attempt
    std::string base_url = "https://api.mintlify.com"; ///< may have a path, without the `/v2/…`
    /// The project's quota of creations and messages. Shared by all services on copies of one client.
    quota_options quota = {.limit = 100, .window = std::chrono::hours(1)};
    std::shared_ptr<cojob::quota> shared_quota; ///< if set, replaces `quota`: for several clients, or a restored one
    bool allow_plaintext = false; ///< allows plain HTTP to other hosts than this machine: the key is sent in the clear
};

/// Reads MINTLIFY_PROJECT_ID, MINTLIFY_API_KEY and, if set, MINTLIFY_BASE_URL. Ignores white space around the values.
/// \throws api_error `invalid_argument` naming the variable that is missing, blank, or does not hold a key.
[[nodiscard]] COJOB_DECL agent_options agent_options_from_environment();

} // namespace cojob::mintlify

// -------- cojob/mintlify/agent.hpp

namespace cojob::mintlify {

namespace detail {
class agent_settings;
} // namespace detail

/// The Mintlify agent API, v2: a cheap handle on a client and the options.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or contains control characters is `invalid_argument`
/// when the operation is awaited; any other is sent as one encoded path segment. Each call copies its arguments, so the
/// operation may outlive them, and the service too.
///
/// Thread safety: as `client`. Cancellation, for every operation: all types until the request is in flight. Then
/// terminal and partial cancellation end a POST with `outcome_unknown`, and a POST ignores total cancellation. The job
/// on the server continues in any case.
/// Source: https://www.mintlify.com/docs/api/agent
class agent {
  public:
    /// The type that waits return.
    using job_type = agent_job;
    /// The name of this API in handles and events.
    static constexpr std::string_view api_name = "mintlify.agent.v2";

    /// Creates a service on a client of its own, with default options. \throws api_error `invalid_argument`, naming the
    /// option.
    COJOB_DECL agent(asio::any_io_executor, agent_options);
    /// The same, on the executor of an execution context such as an `io_context`.
    template <cojob::detail::execution_context Context>
    agent(Context& context, agent_options options)
        : agent(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Creates a service on an existing client, and shares its connections and limits. \throws api_error
    /// `invalid_argument`.
    COJOB_DECL agent(client, agent_options);

    /// The same service on another client: `agent.with(other_client)`.
    [[nodiscard]] COJOB_DECL agent with(client) const;
    /// The same service with another limit for each call, as `timeout_options::call`. \throws api_error
    /// `invalid_argument` for zero or less.
    [[nodiscard]] agent with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// Opens connections to the service's server ahead: see `client::warm`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::size_t> warm(std::size_t connections) const;
    /// The client that sends its requests.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and project. Two jobs are the same if API, scope and id are equal.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// A handle for `wait_for_job` in another process. Tells which job it is, and when this client created it or sent
    /// it a message.
    [[nodiscard]] COJOB_DECL job_handle handle(const agent_job&) const;
    /// Every 5 to 10 s, as the vendor's page "Get agent job (v2)" asks.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(10), 1.25};
    }

    /// Creates a job that works on the prompt in the background: `POST /v2/agent/{project}/job`.
    ///
    /// Precondition: the prompt is not empty and is UTF-8. Returns the job, usually `active`. Takes one slot of the
    /// project's quota. Errors: those of `client::send`, and `invalid_response`; then `error_info::job_id` is the job's
    /// id, if it could be read. After `outcome_unknown` the job may exist: check before you repeat the call.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_job> create_job(std::string_view prompt) const;

    /// Returns the job as it is now: `GET /v2/agent/{project}/job/{id}`. Errors: those of `client::send`, and
    /// `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_job> get_job(std::string_view id) const;

    /// Sends a job a further instruction, on which it runs again: `POST /v2/agent/{project}/job/{id}/message`.
    ///
    /// Returns the job. Takes one slot of the project's quota. A poll right after may still see the previous final
    /// status; `wait_for_job` allows for that. Errors: as `create_job`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_job> send_message(std::string_view id,
                                                                     std::string_view prompt) const;

    /// Whether both are handles on one service, and so share polls and the quota.
    friend bool operator==(const agent& a, const agent& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Hash, consistent with `==`.
    friend std::size_t hash_value(const agent& s) noexcept { return std::hash<const void*>()(s.settings_.get()); }

  private:
    COJOB_DECL agent(client, std::shared_ptr<const detail::agent_settings>);

    client client_;
    std::shared_ptr<const detail::agent_settings> settings_;
};

} // namespace cojob::mintlify

// -------- cojob/mintlify/agent_session.hpp

namespace cojob::mintlify {

using cojob::operator<<; // for argument-dependent lookup

/// Why a session has halted.
enum class halt_reason {
    completed,            ///< done
    github_misconfigured, ///< the service cannot work on the repository; `github_missconfigured` on the wire
    error,                ///< the session failed
    processing,           ///< the session has not halted
    interrupted,          ///< the session was stopped
    unknown,              ///< a reason this version does not know: see `reason_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(halt_reason value) noexcept
{
    return cojob::detail::enumerator_name(
        value, {"completed", "github_misconfigured", "error", "processing", "interrupted", "unknown"});
}

/// A step of the plan that the agent made for a session.
struct todo {
    std::string id{}, ///< unique in its session
        content{},    ///< what to do
        status{},     ///< an open set
        priority{};   ///< an open set

    /// Whether all members are equal.
    friend bool operator==(const todo&, const todo&) = default;
};

/// A job of the Mintlify agent API, v1. The texts are the server's: escape them before you print them.
struct agent_session {
    agent_session() = default;

    std::string session_id{},                       ///< unique in its project: the job's id
        subdomain{};                                ///< subdomain of the documentation; empty: not reported
    std::optional<std::string> branch{};            ///< the Git branch; empty until there is one
    bool halted = false;                            ///< whether the session has ended; `haulted` on the wire
    std::optional<halt_reason> reason{};            ///< empty: not reported
    std::string reason_text{};                      ///< as the server wrote it
    std::optional<std::string> pull_request_link{}, ///< URL; set if files were changed
        message_to_user{},                          ///< the agent's closing message
        user_id{},                                  ///< id of the user who created the session
        title{};                                    ///< chosen by the service
    std::vector<todo> todos{};                      ///< the agent's plan, in order
    std::optional<timestamp> created_at{};          ///< by the server's clock
    cojob::unknown_members unknown_members{};       ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const agent_session& a, const agent_session& b)
    {
        return a.session_id == b.session_id && a.subdomain == b.subdomain && a.branch == b.branch &&
               a.halted == b.halted && a.reason == b.reason && a.reason_text == b.reason_text &&
               a.pull_request_link == b.pull_request_link && a.message_to_user == b.message_to_user &&
               a.user_id == b.user_id && a.title == b.title && a.todos == b.todos && a.created_at == b.created_at;
    }
};

/// A page of a list.
struct session_page {
    std::vector<agent_session> items{}; ///< the sessions that could be decoded
    std::size_t skipped = 0;            ///< sessions without an id or without `haulted`; they count in offsets
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const agent_session& s) noexcept
{
    return s.session_id;
}

/// The status, for `job_api`. This API has none: the reason if there is one, otherwise `halted` or `processing`.
[[nodiscard]] inline std::string status_text(const agent_session& s)
{
    return !s.reason_text.empty() ? s.reason_text : s.halted ? "halted" : "processing";
}

/// Whether the session has halted.
[[nodiscard]] inline bool is_finished(const agent_session& s) noexcept
{
    return s.halted;
}

/// Whether the session has not halted and this version does not know its reason.
[[nodiscard]] inline bool is_unknown(const agent_session& s) noexcept
{
    return !s.halted && s.reason == halt_reason::unknown;
}

} // namespace cojob::mintlify

// -------- cojob/mintlify/agent_stream.hpp

namespace cojob {

namespace detail {
class event_source;
} // namespace detail

namespace mintlify {

/// The author of a message.
enum class message_role {
    system,   ///< further instructions, in addition to the vendor's own
    user,     ///< the task
    assistant ///< an example of an answer
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(message_role value) noexcept
{
    return cojob::detail::enumerator_name(value, {"system", "user", "assistant"});
}

/// One message of the conversation that starts a session.
struct session_message {
    message_role role = message_role::user; ///< the author
    std::string content{};                  ///< not empty, UTF-8
};

/// The request for a new session of API v1.
class create_session_request {
  public:
    create_session_request() = default;
    /// A request with one user message, the task.
    explicit create_session_request(std::string prompt) { add(message_role::user, std::move(prompt)); }

    /// Appends a message.
    void add(message_role role, std::string content) { messages.push_back({role, std::move(content)}); }

    std::vector<session_message> messages; ///< at least one, in order
    std::optional<std::string> branch;     ///< the branch to work on; empty: the service chooses one
    std::optional<bool> as_draft;          ///< whether the pull request is a draft; empty: the service's default
    std::string model;                     ///< `sonnet` or `opus` today; empty: the service's default
};

/// The events of a new session: server-sent events, until the service ends the stream. The vendor does not specify
/// their content. A cheap handle.
///
/// A stream that is not read to its end occupies its connection, one of `pool.max_streams`, until the last copy is
/// destroyed and the context has run. The session continues in any case. A stream must not outlive the client's
/// execution context.
class agent_stream {
  public:
    /// A handle without a stream: `next` fails with `invalid_argument`.
    agent_stream() = default;

    /// The session's id, known before the first event. Empty without a stream.
    [[nodiscard]] const std::string& session_id() const noexcept { return handle_.id; }
    /// The Git branch that the session works on, if the service reports it.
    [[nodiscard]] const std::optional<std::string>& branch() const noexcept { return branch_; }
    /// A handle for `wait_for_job`, in this process or another: use it when the stream has ended or broken.
    [[nodiscard]] const job_handle& handle() const noexcept { return handle_; }

    /// Returns the next event; an empty optional when the service has ended the stream:
    /// `while (auto event = co_await stream.next())`.
    ///
    /// Reads only while it is awaited, so a slow caller slows down the service, but no other call. Errors:
    /// `outcome_unknown` if the stream breaks. The last attempt in `error_info` tells why: `connection_lost`,
    /// `request_timeout` after `timeouts.stream_idle` without data, `malformed_response` or `response_too_large`. The
    /// session exists, and `job_id` is its id; another `create_job` would create a second one. After an error every
    /// call fails with the same error. Cancellation: all types, immediately; a cancellation while it waits for data
    /// closes the stream. Precondition: the previous call has completed (`invalid_argument`). Thread safety: none for
    /// one stream.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::optional<http::server_sent_event>> next() const;

  private:
    friend class agent_v1;

    agent_stream(std::shared_ptr<cojob::detail::event_source> source, job_handle handle,
                 std::optional<std::string> branch)
        : source_(std::move(source)), handle_(std::move(handle)), branch_(std::move(branch))
    {
    }

    std::shared_ptr<cojob::detail::event_source> source_;
    job_handle handle_;
    std::optional<std::string> branch_;
};

} // namespace mintlify

} // namespace cojob

// -------- cojob/mintlify/agent_v1.hpp

namespace cojob::mintlify {

namespace detail {
class agent_settings;
} // namespace detail

/// Selects a page of a list.
struct session_query {
    int skip = 0;                 ///< number of sessions to skip
    std::optional<int> take = {}; ///< page size, 1 to 100; empty: 12, and 100 for `all_jobs`
};

/// The Mintlify agent API, v1, which the vendor calls deprecated: a cheap handle on a client and the options. In this
/// API a job is called a session.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or contains control characters is `invalid_argument`
/// when the operation is awaited; any other is sent as one encoded path segment. Each call copies its arguments, so the
/// operation may outlive them, and the service too.
///
/// Thread safety: as `client`. Cancellation: all types, immediately, except as `create_job` says.
/// Source: https://www.mintlify.com/docs/api/agent
class agent_v1 {
  public:
    /// The type that waits return.
    using job_type = agent_session;
    /// The name of this API in handles and events.
    static constexpr std::string_view api_name = "mintlify.agent.v1";
    /// List items are complete, so a session that has ended is not polled by itself.
    static constexpr bool lists_whole_jobs = true;

    /// Creates a service on a client of its own, with default options. \throws api_error `invalid_argument`, naming the
    /// option.
    COJOB_DECL agent_v1(asio::any_io_executor, agent_options);
    /// The same, on the executor of an execution context such as an `io_context`.
    template <cojob::detail::execution_context Context>
    agent_v1(Context& context, agent_options options)
        : agent_v1(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Creates a service on an existing client, and shares its connections and limits. \throws api_error
    /// `invalid_argument`.
    COJOB_DECL agent_v1(client, agent_options);

    /// The same service on another client: `agent.with(other_client)`.
    [[nodiscard]] COJOB_DECL agent_v1 with(client) const;
    /// The same service with another limit for each call, as `timeout_options::call`. \throws api_error
    /// `invalid_argument` for zero or less.
    [[nodiscard]] agent_v1 with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// Opens connections to the service's server ahead: see `client::warm`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::size_t> warm(std::size_t connections) const;
    /// The client that sends its requests.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and project. Two jobs are the same if API, scope and id are equal.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// A handle for `wait_for_job` in another process. Tells which session it is, and when this client created it.
    [[nodiscard]] COJOB_DECL job_handle handle(const agent_session&) const;
    /// As for v2, whose page "Get agent job (v2)" asks for a poll every 5 to 10 s.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(10), 1.25};
    }

    /// Creates a session that works in the background: `POST /v1/agent/{project}/job`. Completes when the head of the
    /// response has arrived; read the events from the returned stream.
    ///
    /// Preconditions: at least one message; no text is empty; all are UTF-8. Takes one slot of the project's quota. The
    /// timeouts of the attempt and of the call cover everything up to the head of the response. Errors: those of
    /// `client::send`, and `invalid_response` if the response is not an event stream or has no session id. Then
    /// `error_info::job_id` is the session's id, if the response has it, and `server_message` the server's text. After
    /// `outcome_unknown` the session may exist: check before you repeat the call. Cancellation: all types until the
    /// request is in flight. Then terminal and partial cancellation end the call with `outcome_unknown`, and total
    /// cancellation is ignored.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_stream> create_job(create_session_request) const;

    /// Returns the session as it is now: `GET /v1/agent/{project}/job/{id}`. Errors: those of `client::send`, and
    /// `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_session> get_job(std::string_view id) const;

    /// Returns a page of the project's sessions: `GET /v1/agent/{project}/jobs?skip&take`. Errors: those of
    /// `client::send`, `invalid_argument` for an invalid query, and `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<session_page> list_page(session_query = {}) const;

    /// Returns the sessions of a page, without those that do not decode; `list_page` counts them. Request and errors:
    /// as `list_page`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::vector<agent_session>> list_jobs(session_query = {}) const;

    /// All sessions of the project, or those after the first `skip`, one by one. Sends as many list requests as needed,
    /// with `take` sessions a page. The vendor reports no total, so one more request finds the end of the list.
    [[nodiscard]] COJOB_DECL pager<agent_session> all_jobs(session_query = {}) const;

    /// For waits: the first hundred sessions, ended or not, with all their members:
    /// `GET /v1/agent/{project}/jobs?skip=0&take=100`. Errors: as `list_jobs`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::vector<agent_session>> list_unfinished() const;

    /// Whether both are handles on one service, and so share polls.
    friend bool operator==(const agent_v1& a, const agent_v1& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Hash, consistent with `==`.
    friend std::size_t hash_value(const agent_v1& s) noexcept { return std::hash<const void*>()(s.settings_.get()); }

  private:
    using settings_ptr = std::shared_ptr<const detail::agent_settings>;

    COJOB_DECL agent_v1(client, settings_ptr);
    COJOB_DECL static asio::awaitable<agent_stream> create(client, settings_ptr, create_session_request);

    client client_;
    settings_ptr settings_;
};

} // namespace cojob::mintlify

// -------- cojob/osapi/job.hpp

namespace cojob::osapi {

using cojob::operator<<; // for argument-dependent lookup

/// The status of a job.
enum class job_status {
    submitted,  ///< no agent has taken it yet
    processing, ///< an agent works on it
    completed,  ///< done
    failed,     ///< failed; may be delivered again after about 30 s and then end otherwise: see `wait_options::settle`
    partial_failure, ///< some agents completed it, others failed
    skipped, ///< not applicable to its agents, for instance another operating system; no list can be filtered by it
    unknown, ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(job_status value) noexcept
{
    return cojob::detail::enumerator_name(
        value, {"submitted", "processing", "completed", "failed", "partial_failure", "skipped", "unknown"});
}

/// The response of one agent.
struct agent_response {
    std::string status{};          ///< as the agent wrote it
    boost::json::value data{};     ///< the operation's result on this agent; null: none
    std::optional<bool> changed{}; ///< whether the machine was changed; empty: not reported
    std::string error{},           ///< the agent's error text; empty: none
        hostname{};                ///< of the agent

    /// Whether all members are equal.
    friend bool operator==(const agent_response&, const agent_response&) = default;
};

/// The progress of one agent.
struct agent_state {
    std::string status{},                      ///< as the server wrote it
        error{};                               ///< the agent's error text; empty: none
    std::optional<cojob::duration> duration{}; ///< how long the agent took; empty: it has not finished

    /// Whether all members are equal.
    friend bool operator==(const agent_state&, const agent_state&) = default;
};

/// One entry of a job's history.
struct timeline_event {
    std::optional<timestamp> time{}; ///< by the server's clock; empty: not reported
    std::string event{},             ///< what happened, for instance `submitted` or `retried`; an open set
        hostname{},                  ///< hostname of the agent concerned; empty: none
        message{},                   ///< a description for people
        error{};                     ///< the error text; empty: no error

    /// Whether all members are equal.
    friend bool operator==(const timeline_event&, const timeline_event&) = default;
};

/// A job of the OSAPI job API. The texts are the server's: escape them before you print them. Jobs in a list have no
/// responses, agent states or timeline.
struct job {
    job() = default; // no aggregate: g++ 12 destroys an aggregate twice that is created in a co_await expression

    std::string id{};                        ///< unique on its server
    job_status status = job_status::unknown; ///< see `is_finished`
    std::string status_text{};               ///< as the server wrote it
    std::optional<timestamp> created{};      ///< empty: not reported, for instance by a server that signs its jobs
    std::optional<timestamp> updated_at{};   ///< time of the last change, if the server reports it
    boost::json::object operation{};         ///< the operation, as it was submitted
    boost::json::value result{};             ///< the result of a job for one agent; null: none
    std::optional<bool> changed{};           ///< whether a machine was changed; empty: not reported
    std::string error{},                     ///< why the job failed; empty: it did not
        hostname{};                          ///< hostname of the agent that processed it; empty: not reported
    std::map<std::string, agent_response> responses{}; ///< the responses to a job for many agents, by agent name
    std::map<std::string, agent_state> agent_states{}; ///< the progress of each agent, by agent name
    std::vector<timeline_event> timeline{};            ///< its history, oldest first
    cojob::unknown_members unknown_members{};          ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const job& a, const job& b)
    {
        return a.id == b.id && a.status == b.status && a.status_text == b.status_text && a.created == b.created &&
               a.updated_at == b.updated_at && a.operation == b.operation && a.result == b.result &&
               a.changed == b.changed && a.error == b.error && a.hostname == b.hostname && a.responses == b.responses &&
               a.agent_states == b.agent_states && a.timeline == b.timeline;
    }
};

/// A page of a list.
struct job_page {
    std::int64_t total_items = 0;                        ///< number of jobs that match the filter
    std::map<std::string, std::int64_t> status_counts{}; ///< number of all jobs by status, deleted ones included
    std::vector<job> items{};                            ///< the jobs, without responses, agent states and timeline
    std::size_t skipped = 0;                             ///< items without an id or a status; they count in offsets
};

/// The job that a retry created.
struct retry_receipt {
    std::string job_id{};                   ///< id of the new job: wait for this one
    std::string status{};                   ///< as the server wrote it, usually `created`; empty: not reported
    std::optional<std::int64_t> revision{}; ///< revision in the server's store; empty: not reported
    std::optional<timestamp> created{};     ///< by the server's clock; empty: not reported
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const job& j) noexcept
{
    return j.id;
}

/// The status as the server wrote it, for `job_api`.
[[nodiscard]] inline const std::string& status_text(const job& j) noexcept
{
    return j.status_text;
}

/// Whether the job has ended: completed, failed, partially failed or skipped.
[[nodiscard]] inline bool is_finished(const job& j) noexcept
{
    return j.status != job_status::submitted && j.status != job_status::processing && j.status != job_status::unknown;
}

/// Whether this version does not know the status. An unknown status is not final.
[[nodiscard]] inline bool is_unknown(const job& j) noexcept
{
    return j.status == job_status::unknown;
}

} // namespace cojob::osapi

// -------- cojob/osapi/jobs.hpp

namespace cojob::osapi {

namespace detail {
class jobs_settings;
} // namespace detail

/// Options of `jobs`: the server, and the token.
class jobs_options {
  public:
    jobs_options() = default;

    std::string base_url = "http://127.0.0.1:8080"; ///< the controller's; plain HTTP to this machine only
    std::string base_path = "/api/job";             ///< older servers: `/job`
    credential token;                               ///< the token, or a provider that is called before each attempt
    bool allow_plaintext = false;                   ///< allows plain HTTP to other hosts; their jobs run commands
};

/// Selects a page of a list.
struct list_query {
    std::optional<job_status> status = {}; ///< only jobs of this status, not `skipped` or `unknown`; empty: all
    std::optional<int> limit = {};         ///< page size, 1 to 100; empty: 10, and 100 for `all_jobs`
    int offset = 0;                        ///< number of jobs to skip
};

/// The OSAPI job API: a cheap handle on a client and the options. Other calls of OSAPI create jobs; here, only a retry
/// does.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or contains control characters is `invalid_argument`
/// when the operation is awaited; any other is sent as one encoded path segment. Each call copies its arguments, so the
/// operation may outlive them, and the service too.
///
/// A final status may change: a failed job may be delivered again after about 30 s, and the status of a broadcast job
/// covers only the agents seen so far. Set `wait_options::settle` to 35 s to allow for that.
///
/// Thread safety: as `client`. Cancellation, for every operation: all types until the request is in flight. Then
/// terminal and partial cancellation end a POST or DELETE with `outcome_unknown`, and a POST or DELETE ignores total
/// cancellation.
/// Source: https://github.com/osapi-io/osapi, internal/controller/api/job/gen/api.yaml
class jobs {
  public:
    /// The type that waits return.
    using job_type = job;
    /// The name of this API in handles and events.
    static constexpr std::string_view api_name = "osapi.job";

    /// Creates a service on a client of its own, with default options. \throws api_error `invalid_argument`, naming the
    /// option.
    COJOB_DECL jobs(asio::any_io_executor, jobs_options);
    /// The same, on the executor of an execution context such as an `io_context`.
    template <cojob::detail::execution_context Context>
    jobs(Context& context, jobs_options options)
        : jobs(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Creates a service on an existing client, and shares its connections and limits. \throws api_error
    /// `invalid_argument`.
    COJOB_DECL jobs(client, jobs_options);

    /// The same service on another client: `jobs.with(other_client)`.
    [[nodiscard]] COJOB_DECL jobs with(client) const;
    /// The same service with another limit for each call, as `timeout_options::call`. \throws api_error
    /// `invalid_argument` for zero or less.
    [[nodiscard]] jobs with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// Opens connections to the service's server ahead: see `client::warm`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::size_t> warm(std::size_t connections) const;
    /// The client that sends its requests.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and path. Two jobs are the same if API, scope and id are equal.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// A handle for `wait_for_job` in another process. Tells which job it is, and when this client created it by a
    /// retry.
    [[nodiscard]] COJOB_DECL job_handle handle(const job&) const;
    /// Every 0.5 to 5 s: these jobs take seconds, and no limit on requests is documented.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::milliseconds;
        return {milliseconds(500), milliseconds(500), milliseconds(5000), 1.5};
    }

    /// Returns one page of the jobs, ordered by id: `GET {base path}?status&limit&offset`. Errors: those of
    /// `client::send`, `invalid_argument` for an invalid query, and `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<job_page> list_jobs(list_query = {}) const;

    /// All jobs from an offset on, or those of one status, one by one. Sends as many list requests as needed, with
    /// `limit` jobs a page.
    [[nodiscard]] COJOB_DECL pager<job> all_jobs(list_query = {}) const;

    /// Returns the job as it is now: `GET {base path}/{id}`.
    ///
    /// Errors: those of `client::send`, and `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<job> get_job(std::string_view id) const;

    /// Deletes a job, even a running one: `DELETE {base path}/{id}`.
    ///
    /// If the response is lost and the repeated request is answered with 404, the call reads the job and the list. It
    /// succeeds if the job is not found and the list can be read. Otherwise it ends with `outcome_unknown`, because a
    /// server whose store is unavailable also answers 404. Errors: those of `client::send`.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> delete_job(std::string_view id) const;

    /// Creates a new job with the same operation, and keeps the old one: `GET {base path}/{id}` for the earlier
    /// retries, then `POST {base path}/{id}/retry`.
    ///
    /// An empty `target_hostname` means any agent. If no response tells whether the new job was created, the call reads
    /// the old job again. If its timeline shows exactly one new retry, the call returns that one; otherwise it ends
    /// with `outcome_unknown`. Ids that this client knows from other responses are ignored. If the first GET failed, a
    /// retry in the second in which the request was sent proves nothing. Errors: those of `client::send`, and
    /// `invalid_response`; then `error_info::job_id` is the new job's id, if it could be read.
    [[nodiscard]] COJOB_DECL asio::awaitable<retry_receipt> retry_job(std::string_view id,
                                                                      std::string_view target_hostname = {}) const;

    /// For waits: the jobs with status `processing`, without details, a hundred a page:
    /// `GET {base path}?status=processing&limit=100`. If `get_job` of any handle of the client and scope has seen a
    /// queued job, the same with `submitted` comes first, until such a list is empty.
    ///
    /// If the two lists have more than `most_pages` pages, reads only the first page of the one that has too many. A
    /// job that moves between two pages meanwhile may be missing. All pages together have the timeout of one call; if
    /// it expires, or if a later page of a list fails in a way that may pass, returns what was read, unless the server
    /// says when it wants the next request. Errors: as `list_jobs`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::vector<job>> list_unfinished(std::size_t most_pages = 1) const;

    /// Whether both are handles on one service, and so share polls.
    friend bool operator==(const jobs& a, const jobs& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Hash, consistent with `==`.
    friend std::size_t hash_value(const jobs& s) noexcept { return std::hash<const void*>()(s.settings_.get()); }

  private:
    COJOB_DECL jobs(client, std::shared_ptr<const detail::jobs_settings>);

    client client_;
    std::shared_ptr<const detail::jobs_settings> settings_;
};

} // namespace cojob::osapi

// -------- cojob/policy/quota_file_options.hpp

namespace cojob {

/// How a quota uses the file that it shares with other processes.
struct quota_file_options {
    /// Flush each use to disk before its request is sent. Otherwise a use survives the end of the process, but not that
    /// of the machine.
    bool flushes_to_disk = false;
    /// The longest that a call waits while another process has locked the file, before it ends with `quota_exhausted`.
    /// Positive, and not `no_timeout`.
    duration lock_timeout = std::chrono::seconds(2);
};

} // namespace cojob

// -------- cojob/policy/retry_after.hpp

namespace cojob {

/// How long a response asks the client to wait. The first valid one of these counts:
///
/// 1. `retry-after-ms`: milliseconds;
/// 2. `Retry-After`: seconds, or a date (RFC 9110, 10.2.3);
/// 3. `RateLimit`, otherwise `RateLimit-Reset` (drafts of the IETF's httpapi group): seconds;
/// 4. `X-RateLimit-Reset`: seconds, or a Unix time, which any number of more than a year is taken for.
///
/// Numbers may have decimals. Dates are relative to the response's `Date`, or to `wall_now` without one. A reset counts
/// only if no uses are left, or if the response does not report how many are left. A hint is ignored if it is
/// malformed, in the past, or more than a year away, as a Unix time in milliseconds is. Of several headers with the
/// same name the longest delay counts, so that none is violated.
[[nodiscard]] COJOB_DECL std::optional<duration> retry_hint(const http::header_list&, timestamp wall_now) noexcept;

/// The same from the first two headers only. A server sends these on purpose, but a `RateLimit` may be in every
/// response.
[[nodiscard]] COJOB_DECL std::optional<duration> retry_after_hint(const http::header_list&,
                                                                  timestamp wall_now) noexcept;

/// Whether the response has one of these two headers, well-formed, with any value: 0, the past and the year 9999 count.
[[nodiscard]] COJOB_DECL bool has_retry_after(const http::header_list&) noexcept;

} // namespace cojob

// -------- cojob/policy/shared_quota.hpp

namespace cojob {

/// Opens a quota that all processes of this machine share that open the same file with the same limit and window;
/// creates the file if there is none. Each slot is in the file before its request is sent, so a process that is
/// killed loses nothing: a slot that it had counts as used. Follows a symbolic link. Makes the file, and beside it
/// `<file>.lock`, accessible to their owner only. Blocks for the first look at the file; a thread of the quota's own
/// does all that follows.
///
/// A child process must open the file itself after the fork. Not available on Windows. Thread-safe.
///
/// \throws api_error `invalid_argument` as the constructor of `quota`; for a limit above 2,000 or a `lock_timeout` that
/// is not positive or `no_timeout`; for a file that is damaged, of a newer version, of another limit or window, written
/// by `quota::save`, with a second hard link, or on a network file system; and on Windows. The message says what to do.
/// `quota_exhausted` if the file stays locked. The code of the system if the file cannot be read or written
[[nodiscard]] COJOB_DECL std::shared_ptr<quota> open_shared_quota(const std::filesystem::path&, quota_options,
                                                                  quota_file_options = {}, clock_ptr = {});

} // namespace cojob

// -------- cojob/start.hpp

namespace cojob {

/// Runs an operation from code that is not a coroutine, and completes through a completion token: a callback,
/// `asio::use_future`, `asio::deferred`, `asio::detached` and others.
///
/// The completion signature is that of `asio::co_spawn`: `void(std::exception_ptr, T)`, without the value for
/// `awaitable<void>`. After a failure the exception is set and the value is `T()`, so `T` must be default
/// constructible. `use_future` and `use_awaitable` throw the exception. For a value instead of an exception, start
/// `as_result(operation)`: `asio::redirect_error` does not affect exceptions, and an `error_code` would lose
/// `error_info`. There is no default token, because a forgotten `deferred` does nothing and `detached` loses every
/// failure.
///
/// The operation is moved, and runs on a strand of the executor. The completion handler is posted, and invoked on its
/// associated executor, by default the given executor. It is never invoked within `start`, nor on the strand of the
/// operation or of a client. Until then its execution context has outstanding work. Its associated allocator is used
/// where the executor accepts one; an `any_io_executor` does not.
///
/// Errors: those of the operation, as exceptions of any type. Cancellation: all types, through the handler's
/// cancellation slot, forwarded to the operation unchanged. Unlike with `co_spawn`, total and partial cancellation are
/// enabled. Emit the signal on the handler's executor. An operation that is cancelled before its first step never
/// starts. A cancellation that coincides with the end of the operation is harmless; with `co_spawn` of Asio before 1.28
/// it is not if an executor is bound. Preconditions: the executor is not empty; no execution context is destroyed while
/// a handler that runs on it is pending elsewhere. Thread safety: any thread may call it. Throws only if the allocation
/// of its own state throws.
///
/// \code
/// std::future<agent_job> made = cojob::start(context, agent.create_job("Document it"), asio::use_future);
/// cojob::start(context, cojob::wait_for_job(agent, id), [](std::exception_ptr failure, agent_job job) { … });
/// \endcode
template <class T, BOOST_ASIO_COMPLETION_TOKEN_FOR(detail::start_signature_t<T>) CompletionToken>
    requires detail::startable<T>
auto start(asio::any_io_executor executor, asio::awaitable<T> operation, CompletionToken&& token)
{
    return asio::async_initiate<CompletionToken, detail::start_signature_t<T>>(
        detail::start_initiation<T>(), token, std::move(executor), std::move(operation));
}

/// The same, on the executor of an execution context such as an `io_context`.
template <detail::execution_context Context, class T,
          BOOST_ASIO_COMPLETION_TOKEN_FOR(detail::start_signature_t<T>) CompletionToken>
    requires detail::startable<T>
auto start(Context& context, asio::awaitable<T> operation, CompletionToken&& token)
{
    return cojob::start(asio::any_io_executor(context.get_executor()), std::move(operation),
                        std::forward<CompletionToken>(token));
}

} // namespace cojob

// -------- cojob/version.hpp

namespace cojob {

/// The library's version, `major.minor.patch`. Part of the default user agent.
[[nodiscard]] constexpr std::string_view version() noexcept
{
    return "0.1.0";
}

} // namespace cojob

#if !defined(COJOB_SEPARATE_COMPILATION) || defined(COJOB_SOURCE_FILE)

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/relationship.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/crc.hpp>
#include <boost/intrusive/set.hpp>
#include <boost/json/array.hpp>
#include <boost/json/fwd.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/system/errc.hpp>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <ios>
#include <iterator>
#include <limits>
#include <list>
#include <mutex>
#include <new>
#include <ostream>
#include <random>
#include <span>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <variant>

// -------- cojob/detail/body.hpp

// Included by every .ipp file: in separate compilation bodies are not inline, so exactly one file includes them all.
#if defined(COJOB_SEPARATE_COMPILATION) && !defined(COJOB_SRC_HPP) && !defined(COJOB_SOURCE_FILE)
#error "An .ipp file of cojob was included. With COJOB_SEPARATE_COMPILATION, include <cojob/src.hpp>, in one file."
#endif

// -------- cojob/detail/rfc3339.hpp

// The bodies of clock.hpp need this header, so it cannot take `timestamp` from there and writes the type out.
namespace cojob::detail {

/// A number that is not negative, with zeros in front of it up to this width.
COJOB_DECL void append_padded(std::string&, std::int64_t number, std::size_t width);

/// Formats a time in UTC with `Z`, and with no, three, six or nine decimals, as many as needed.
[[nodiscard]] COJOB_DECL std::string format_rfc3339(std::chrono::sys_time<std::chrono::nanoseconds>);

/// Parses exactly a date-time of RFC 3339, 5.6; `nullopt` for an impossible date. Decimals after the ninth are dropped.
/// A leap second becomes the first second after it, as in POSIX. Years out of the range of nanoseconds in 64 bits
/// (before 1678, after 2261; Go's zero time is one) become the first or last time in it.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
    parse_rfc3339(std::string_view) noexcept;

/// Parses the formats that servers use: RFC 3339, also with a space for the `T`, with an offset as `+00:00`, `+0000` or
/// `+00` (also after a space), with `UTC` in place of an offset, or without one, which means UTC.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
    parse_time(std::string_view) noexcept;

/// Converts a number to a time: seconds since 1970, or milliseconds if seconds would be after the year 5000. `nullopt`
/// for any other number.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>>
time_of_number(std::int64_t) noexcept;
/// The same with a fraction, to the microsecond.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(double) noexcept;

} // namespace cojob::detail

// -------- cojob/impl/clock.ipp

namespace cojob {

std::string to_string(timestamp t)
{
    return detail::format_rfc3339(t);
}

namespace detail {

/// The pending wait can outlive the alarm for a moment. It shares only the callback with the alarm, because the last
/// owner of a client, and of an alarm that is not set, may be on another thread.
class steady_alarm final : public alarm {
  public:
    explicit steady_alarm(const asio::any_io_executor& executor) : timer_(executor) {}
    ~steady_alarm() override { clear(); }

    void set(time_point when, std::function<void()> ring) override
    {
        clear();
        ring_ = std::make_shared<std::function<void()>>(std::move(ring)); // one allocation per request
        timer_.expires_at(when);
        timer_.async_wait([weak = std::weak_ptr(ring_)](const boost::system::error_code& ec) {
            const auto callback = weak.lock();
            if (!ec && callback)
                (*callback)();
        });
    }

    void clear() noexcept override
    {
        if (!ring_)
            return;
        ring_.reset();
        try {
            timer_.cancel();
        } catch (const boost::system::system_error&) { // the wait stays pending and finds no callback
        }
    }

  private:
    asio::steady_timer timer_;
    std::shared_ptr<std::function<void()>> ring_;
};

class machine_clock_type final : public clock {
  public:
    [[nodiscard]] time_point now() const override { return std::chrono::steady_clock::now(); }

    [[nodiscard]] timestamp wall_now() const override
    {
        return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
    }

    [[nodiscard]] std::unique_ptr<alarm> make_alarm(const asio::any_io_executor& executor) override
    {
        return std::make_unique<steady_alarm>(executor);
    }
};

} // namespace detail

clock_ptr machine_clock()
{
    static const auto shared = detail::share<detail::machine_clock_type>();
    return shared;
}

} // namespace cojob

// -------- cojob/detail/text.hpp

namespace cojob::detail {

/// Returns the length in bytes of the first character; 0 if the text does not begin with valid UTF-8.
[[nodiscard]] COJOB_DECL std::size_t character_length(std::string_view) noexcept;

/// Validates UTF-8 as in RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
[[nodiscard]] COJOB_DECL bool is_valid_utf8(std::string_view) noexcept;

/// Makes a server's text printable: replaces control characters (C1 too, which some terminals obey) and invalid UTF-8
/// by `\xNN`, byte by byte.
[[nodiscard]] COJOB_DECL std::string escape_control(std::string_view);

/// Truncates a text to that many bytes, at a character boundary. Text that is not UTF-8 is cut anywhere.
[[nodiscard]] COJOB_DECL std::string_view cut_at_character(std::string_view, std::size_t most) noexcept;

/// Whether the text is a token (RFC 9110, 5.6.2), as header names and methods are.
[[nodiscard]] COJOB_DECL bool is_token(std::string_view) noexcept;

/// Appends a path segment or part of a query, percent-encoded: everything except unreserved characters (RFC 3986, 2.3).
COJOB_DECL void append_encoded(std::string& to, std::string_view segment);

// The checks throw api_error `invalid_argument`. The message begins with `what`, the name of the argument. It never
// contains the value, which may be a secret or span lines.

/// Returns why a text is not a valid path segment; null: it is valid.
[[nodiscard]] COJOB_DECL const char* objection_to_segment(std::string_view) noexcept;

/// Checks an id or a project name, which becomes one path segment.
COJOB_DECL void check_segment(std::string_view value, std::string_view what);

/// Checks a header's value: one line without control characters except tabs.
COJOB_DECL void check_header_value(std::string_view value, std::string_view what);

/// Checks a key for use after `Bearer`: one word of ASCII. Does not check that it is not empty.
COJOB_DECL void check_key(std::string_view key, std::string_view what);

COJOB_DECL void check_header_name(std::string_view name, std::string_view what);

} // namespace cojob::detail

// -------- cojob/impl/error.ipp

namespace cojob {

namespace detail {

/// The message and the conditions of each code, in the order of errc.
struct errc_row {
    const char* text;
    unsigned conditions;
};

constexpr unsigned bit(condition c)
{
    return 1U << static_cast<unsigned>(c);
}

inline const errc_row* find_errc(int value) noexcept
{
    constexpr unsigned retryable = bit(condition::retryable), client = bit(condition::client_error),
                       server = bit(condition::server_error), timeout = bit(condition::timeout),
                       throttled = bit(condition::throttled), transport = bit(condition::transport);
    static constexpr std::array<errc_row, 24> rows{{
        {"invalid argument", client},
        {"quota exhausted", retryable | throttled},
        {"rate limited", retryable | throttled},
        {"unauthorized", client},
        {"forbidden", client},
        {"not found", client},
        {"conflict", client},
        {"rejected", client},
        {"server error", retryable | server},
        {"unexpected status", 0},
        {"outcome unknown", 0},
        {"connect failed", retryable | transport},
        {"connect timeout", retryable | timeout | transport},
        {"TLS failed", retryable | transport},
        {"certificate rejected", transport},
        {"proxy failed", retryable | transport},
        {"request timeout", retryable | timeout | transport},
        {"deadline exceeded", timeout},
        {"wait timeout", timeout},
        {"connection lost", retryable | transport},
        {"response too large", 0},
        {"malformed response", transport},
        {"invalid response", 0},
        {"no progress", 0},
    }};
    if (value < 1 || value > static_cast<int>(rows.size()))
        return nullptr;
    return &rows[static_cast<std::size_t>(value - 1)];
}

// Categories are compared by id, not by address: a program with shared libraries may contain several instances.
class error_category_type final : public boost::system::error_category {
  public:
    constexpr error_category_type() noexcept : error_category(0xB9D7'41C2'6A0E'83F5U) {}
    [[nodiscard]] const char* name() const noexcept override { return "cojob"; }
    [[nodiscard]] std::string message(int value) const override
    {
        const auto* row = find_errc(value);
        return row ? row->text : "unknown error";
    }
};

class condition_category_type final : public boost::system::error_category {
  public:
    constexpr condition_category_type() noexcept : error_category(0x5E13'F08B'92C6'D74AU) {}
    [[nodiscard]] const char* name() const noexcept override { return "cojob.condition"; }
    [[nodiscard]] std::string message(int value) const override
    {
        switch (static_cast<condition>(value)) {
        case condition::retryable: return "retryable";
        case condition::client_error: return "client error";
        case condition::server_error: return "server error";
        case condition::timeout: return "timeout";
        case condition::throttled: return "throttled";
        case condition::transport: return "transport";
        }
        return "unknown condition";
    }
    [[nodiscard]] bool equivalent(const error_code& code, int value) const noexcept override
    {
        const auto* row = code.category() == cojob::error_category() ? find_errc(code.value()) : nullptr;
        return row && (row->conditions & bit(static_cast<condition>(value))) != 0;
    }
};

/// External text as part of a line: escaped and shortened.
inline std::string excerpt_for_line(std::string_view text, std::size_t most)
{
    const auto kept = cut_at_character(text, most);
    return escape_control(kept).append(kept.size() < text.size() ? "..." : "");
}

/// The call's method and path, or the job of a wait. Without the query, which may contain secrets.
inline std::string subject_of(const error_info& info)
{
    constexpr std::size_t most = 256; // longer than any API path, short enough for a readable line
    const auto path = std::string_view(info.path).substr(0, info.path.find('?'));
    if (!info.method.empty() && !path.empty())
        return escape_control(info.method) + ' ' + excerpt_for_line(path, most);
    return info.job_id.empty() ? std::string() : "job " + excerpt_for_line(info.job_id, most);
}

inline void add_part(std::string& line, std::string_view separator, std::string_view name, const std::string& part)
{
    if (!part.empty())
        line.append(separator).append(name).append(part);
}

} // namespace detail

const boost::system::error_category& error_category() noexcept
{
    static const detail::error_category_type category;
    return category;
}

const boost::system::error_category& condition_category() noexcept
{
    static const detail::condition_category_type category;
    return category;
}

error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), error_category()};
}

boost::system::error_condition make_error_condition(condition c) noexcept
{
    return {static_cast<int>(c), condition_category()};
}

std::string_view to_string(phase p) noexcept
{
    switch (p) {
    case phase::queued: return "queued";
    case phase::resolving: return "resolving";
    case phase::connecting: return "connecting";
    case phase::proxying: return "asking the proxy";
    case phase::handshaking: return "handshaking";
    case phase::sending: return "sending";
    case phase::awaiting_response: return "awaiting response";
    case phase::receiving: return "receiving";
    case phase::done: return "done";
    }
    return "unknown";
}

std::string to_string(const error_info& info)
{
    auto line = info.code().message();
    if (info.http_status != 0)
        line += " (HTTP " + std::to_string(info.http_status) + ")";
    detail::add_part(line, ": ", "", detail::subject_of(info));
    detail::add_part(line, ": ", "", info.message);
    if (info.retry_at) { // do not advise a retry if the outcome is unknown
        const auto* const advice =
            info.code() == condition::retryable ? "try again at " : "the server asks for no requests until ";
        detail::add_part(line, info.message.empty() ? ": " : "; ", advice, to_string(*info.retry_at));
    }
    return line;
}

std::string explain(const error_info& info)
{
    constexpr std::size_t most = 512; // a sentence or two
    auto line = to_string(info);
    const auto add = [&line](std::string_view name, std::string_view text) {
        detail::add_part(line, "; ", name, detail::excerpt_for_line(text, most));
    };
    add("the server said: ", info.server_message);
    add(info.server_message.empty() ? "the server said: " : "and: ", info.server_detail);
    add("Location: ", info.location);
    add("Retry-After: ", info.retry_after);
    add("request ", info.request_id);
    if (!info.method.empty())
        add("job ", info.job_id);
    return line;
}

std::string explain(const api_error& failure)
{
    return explain(failure.info());
}

api_error::api_error(error_info info) : system_error(info.code())
{
    auto what = to_string(info);
    state_ = detail::share<const state>(state{std::move(info), std::move(what)});
}

const char* api_error::what() const noexcept
{
    return state_->what.c_str();
}

void detail::throw_error(error_info info)
{
    if (info.code().category() == error_category())
        throw api_error(std::move(info));
    throw boost::system::system_error(info.code());
}

void detail::throw_invalid_argument(std::string_view message)
{
    throw_error(error_info(errc::invalid_argument, std::string(message)));
}

void detail::throw_invalid_argument(std::string_view what, std::string_view objection)
{
    throw_invalid_argument(std::string(what).append(": ").append(objection));
}

void throw_exception_from_error(const error_info& info, const boost::source_location&)
{
    detail::throw_error(info);
}

} // namespace cojob

// -------- cojob/detail/ascii.hpp

// As in <cctype>, but independent of the locale and for any char: protocol text is always ASCII.
namespace cojob::detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr char to_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_alpha(char c) noexcept
{
    return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

[[nodiscard]] constexpr bool is_hex_digit(char c) noexcept
{
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

[[nodiscard]] constexpr bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}

[[nodiscard]] constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Returns the text without the blanks (RFC 9110, 5.6.3) around it.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept
{
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

/// Removes `expected` from the front of the text. Returns whether it was there.
[[nodiscard]] constexpr bool take(std::string_view& text, std::string_view expected) noexcept
{
    if (text.substr(0, expected.size()) != expected)
        return false;
    text.remove_prefix(expected.size());
    return true;
}

[[nodiscard]] constexpr bool take(std::string_view& text, char expected) noexcept
{
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(1);
    return true;
}

/// Removes a number of exactly that many digits, at most nine, from the front of the text, and returns it.
[[nodiscard]] constexpr std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept
{
    if (text.size() < digits)
        return std::nullopt;
    int number = 0;
    for (const char c : std::string_view(text.data(), digits)) {
        if (!is_digit(c))
            return std::nullopt;
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return number;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/host.hpp

namespace cojob::detail {

/// Removes the final dot of an absolute name. The dot only tells the resolver not to append a search domain. It belongs
/// neither in `Host` nor in SNI (RFC 6066, section 3), and certificates do not contain it.
inline std::string_view without_final_dot(std::string_view host) noexcept
{
    return host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
}

/// Returns whether a host must be an IPv4 address. getaddrinfo also accepts one to four numbers, octal or hexadecimal.
/// Only the dotted quad of RFC 3986, 3.2.2, is allowed here, so that nothing that looks like a name becomes an address.
inline bool ends_in_number(std::string_view host) noexcept
{
    auto last = host.substr(host.rfind('.') + 1);
    if (!last.empty() && std::all_of(last.begin(), last.end(), is_digit))
        return true;
    return (take(last, "0x") || take(last, "0X")) && std::all_of(last.begin(), last.end(), is_hex_digit);
}

inline bool is_ipv4(std::string_view host) noexcept
{
    for (int part = 0; part < 4; ++part) {
        if (part > 0 && !take(host, "."))
            return false;
        const auto length = std::min(host.find('.'), host.size());
        const bool has_leading_zero = length > 1 && host.front() == '0';
        if (length < 1 || length > 3 || has_leading_zero || take_number(host, length).value_or(256) > 255)
            return false;
    }
    return host.empty();
}

inline bool is_dns_label(std::string_view label) noexcept
{
    constexpr std::size_t longest = 63; // RFC 1035, 2.3.4
    return !label.empty() && label.size() <= longest && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

inline bool is_dns_name(std::string_view host) noexcept
{
    constexpr std::size_t longest = 253; // 255 octets on the wire
    if (host.size() > longest)
        return false;
    for (;;) {
        const auto dot = host.find('.');
        if (!is_dns_label(host.substr(0, dot)))
            return false;
        if (dot == host.npos)
            return true;
        host.remove_prefix(dot + 1);
    }
}

/// Returns whether the host is a DNS name, absolute or not, or an IPv4 address.
inline bool is_dns_name_or_ipv4(std::string_view host) noexcept
{
    const auto name = without_final_dot(host);
    return ends_in_number(name) ? is_ipv4(host) : is_dns_name(name);
}

inline std::optional<asio::ip::address_v6> parse_ipv6(std::string_view text)
{
    // A zone id is valid on one machine only, and Windows also reads brackets and ports.
    if (text.find_first_of("%[") != text.npos)
        return std::nullopt;
    error_code failed;
    const auto address = asio::ip::make_address_v6(std::string(text), failed);
    return failed ? std::nullopt : std::optional(address);
}

/// Checks a name that a server certificate must match. An empty name is valid.
/// \throws api_error invalid_argument
inline void check_server_name(std::string_view name, std::string_view what)
{
    if (!name.empty() && !is_dns_name_or_ipv4(name) && !parse_ipv6(name))
        throw_invalid_argument(what, "neither a DNS name nor an IP address");
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/url_parser.hpp

// Errors contain no part of the URL but its scheme: any other part may be a fragment of a password.

namespace cojob::detail {

class url_parser {
  public:
    explicit url_parser(std::string_view what) : what_(what) {}

    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument(what_, why); }

    void check_characters(std::string_view text) const
    {
        if (text.empty())
            fail("must not be empty");
        if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= '\x7f'; }))
            fail("has a space, a control character or one that is not ASCII");
        if (text.find_first_of("?#") != text.npos)
            fail("must not have a query or a fragment");
    }

    /// Removes the scheme from the text. Returns whether it is https.
    [[nodiscard]] bool take_scheme(std::string_view& text) const
    {
        const auto end = text.find("://");
        if (end == text.npos)
            fail("does not begin with https:// or http://");
        const auto scheme = text.substr(0, end);
        text.remove_prefix(end + 3);
        if (equal_ignoring_case(scheme, "https"))
            return true;
        if (equal_ignoring_case(scheme, "http"))
            return false;
        if (scheme.empty() || !std::all_of(scheme.begin(), scheme.end(), is_alpha))
            fail("does not begin with https:// or http://");
        fail('"' + std::string(scheme) + "\" is not http or https");
    }

    /// Removes the host from the authority and returns it in the normalized form in which origins are compared.
    [[nodiscard]] std::string take_host(std::string_view& authority) const
    {
        if (take(authority, '['))
            return take_ipv6(authority);
        std::string host(authority.substr(0, authority.find(':')));
        authority.remove_prefix(host.size());
        std::transform(host.begin(), host.end(), host.begin(), to_lower);
        if (host.empty())
            fail("has no host");
        if (!is_dns_name_or_ipv4(host))
            fail("the host is neither a DNS name nor an IP address");
        return host;
    }

    [[nodiscard]] std::uint16_t parse_port(std::string_view text, std::uint16_t usual) const
    {
        if (text.empty() || text == ":") // RFC 3986, 6.2.3
            return usual;
        std::uint16_t port = 0;
        const auto* const begin = text.data() + 1;
        const auto* const end = text.data() + text.size();
        const auto [stopped, failed] = std::from_chars(begin, end, port);
        if (text.front() != ':' || failed != std::errc() || stopped != end || port == 0)
            fail("the port is not a number from 1 to 65535");
        return port;
    }

    /// Returns the path without trailing slashes.
    [[nodiscard]] std::string parse_path(std::string_view path) const
    {
        path = path.substr(0, path.find_last_not_of('/') + 1);
        for (auto rest = path; !rest.empty();) {
            rest.remove_prefix(1);
            const auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            check_segment(segment);
        }
        return std::string(path);
    }

  private:
    [[nodiscard]] std::string take_ipv6(std::string_view& authority) const
    {
        const auto end = authority.find(']');
        const auto address = end == authority.npos ? std::nullopt : parse_ipv6(authority.substr(0, end));
        if (!address)
            fail("the host is not an IPv6 address");
        authority.remove_prefix(end + 1);
        return address->to_string();
    }

    void check_segment(std::string_view segment) const
    {
        if (segment == "." || segment == "..")
            fail("the path must not have the segments . and ..");
        while (!segment.empty()) {
            const char c = segment.front();
            segment.remove_prefix(1);
            if (c == '%')
                check_escape(segment);
            else if (!is_alpha(c) && !is_digit(c) &&
                     std::string_view("-._~!$&'()*+,;=:@").find(c) == std::string_view::npos)
                fail("the path has a character that must be percent-encoded"); // RFC 3986, 3.3
        }
    }

    /// Removes the two digits after a percent sign from the text.
    void check_escape(std::string_view& text) const
    {
        unsigned char value = 0;
        const auto digits = text.substr(0, 2);
        if (digits.size() < 2 || !is_hex_digit(digits[0]) || !is_hex_digit(digits[1]))
            fail("the path has a percent sign without two hexadecimal digits");
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (value == '.' || is_control(static_cast<char>(value))) // a server may decode before it looks for `..`
            fail("the path has a percent-encoded dot or control character");
        text.remove_prefix(digits.size());
    }

    std::string_view what_;
};

} // namespace cojob::detail

// -------- cojob/impl/http/url.ipp

namespace cojob::http {

url parse_url(std::string_view text, std::string_view what)
{
    const detail::url_parser parser(what);
    parser.check_characters(text);
    url result;
    result.origin_.is_secure = parser.take_scheme(text);
    auto authority = text.substr(0, text.find('/'));
    text.remove_prefix(authority.size());
    if (authority.find('@') != authority.npos)
        parser.fail("must not have a user name or password");
    result.origin_.host = parser.take_host(authority);
    result.origin_.port = parser.parse_port(authority, result.origin_.is_secure ? 443 : 80);
    result.base_path_ = parser.parse_path(text);
    return result;
}

std::string host_header(const origin& to)
{
    std::string text(detail::without_final_dot(to.host));
    if (text.find(':') != text.npos)
        text = '[' + text + ']';
    if (to.port != (to.is_secure ? 443 : 80))
        text += ':' + std::to_string(to.port);
    return text;
}

bool is_loopback(const origin& to)
{
    if (detail::without_final_dot(to.host) == "localhost")
        return true;
    if (detail::is_ipv4(to.host))
        return to.host.starts_with("127.");
    const auto address = detail::parse_ipv6(to.host);
    return address && address->is_loopback();
}

std::string to_string(const url& address)
{
    return (address.origin().is_secure ? "https://" : "http://") + host_header(address.origin()) + address.base_path();
}

std::string encode_segment(std::string_view text)
{
    std::string out;
    detail::append_encoded(out, text);
    return out;
}

} // namespace cojob::http

// -------- cojob/impl/internal/base/file.hpp

namespace cojob::detail {

struct file_closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using file_ptr = std::unique_ptr<std::FILE, file_closer>;

/// Opens a file for reading. Returns null, and sets errno, if that fails. The stream is unbuffered, so no copy of a
/// secret stays in a buffer of the C library.
[[nodiscard]] inline file_ptr open_unbuffered(const std::filesystem::path& path)
{
#if defined(_WIN32)
    file_ptr file(::_wfopen(path.c_str(), L"rb"));
#else
    file_ptr file(std::fopen(path.c_str(), "rb"));
#endif
    if (file)
        std::setvbuf(file.get(), nullptr, _IONBF, 0);
    return file;
}

/// Returns the path in UTF-8, which OpenSSL and error messages expect.
[[nodiscard]] inline std::string utf8(const std::filesystem::path& path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

} // namespace cojob::detail

// -------- cojob/impl/secret.ipp

namespace cojob {

secret::secret(std::string text)
{
    const auto forget = [](std::string* s) {
        detail::wipe(*s);
        delete s;
    };
    if (!text.empty())
        text_ = std::shared_ptr<std::string>(new std::string(text), forget);
    detail::wipe(text);
}

std::ostream& operator<<(std::ostream& out, const secret&)
{
    return out << "***";
}

credential::credential(secret fixed) : fixed_(std::move(fixed)), header_(detail::bearer(fixed_)) {}

secret detail::bearer(const secret& key)
{
    if (key.empty())
        return {};
    std::string value;
    value.reserve(7 + key.reveal().size()); // a reallocation would leave a copy of the key in memory
    value.append("Bearer ").append(key.reveal());
    return secret(std::move(value));
}

namespace detail {

inline std::string_view trim_white_space(std::string_view text) noexcept
{
    constexpr std::string_view space = " \t\r\n\v\f";
    const auto first = std::min(text.find_first_not_of(space), text.size());
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

/// Wipes the text at the end of the scope, also after an exception.
[[nodiscard]] inline auto wipe_at_end(std::string& text)
{
    const auto forget = [](std::string* s) { wipe(*s); };
    return std::unique_ptr<std::string, decltype(forget)>(&text, forget);
}

/// \throws api_error invalid_argument
inline secret make_key(std::string_view text, const std::string& from)
{
    check_key(text, from);
    return secret(std::string(text));
}

/// \throws api_error invalid_argument
inline std::string read_key_file(const std::filesystem::path& path)
{
    constexpr std::size_t most = 16384; // larger than any key
    const auto file = open_unbuffered(path);
    if (!file)
        throw_invalid_argument(utf8(path), "the file cannot be opened; it must hold a key");
    std::string text(most, '\0');
    const auto size = std::fread(text.data(), 1, most, file.get());
    if (std::ferror(file.get()) != 0 || size == most) {
        wipe(text);
        throw_invalid_argument(utf8(path),
                               "the file cannot be read, or is too large; it must hold a key and nothing else");
    }
    text.resize(size);
    return text;
}

} // namespace detail

std::string detail::environment(const std::string& variable, std::string_view must_hold)
{
    const char* value =
        std::getenv(variable.c_str()); // NOLINT(concurrency-mt-unsafe): cojob does not modify the environment
    std::string text(trim_white_space(value ? value : ""));
    if (text.empty() && !must_hold.empty())
        throw_invalid_argument(variable + ": the environment variable is " +
                               (value && *value != '\0' ? "blank" : "not set") + "; it must hold " +
                               std::string(must_hold));
    return text;
}

secret secret_from_environment(const std::string& variable, std::string_view must_hold)
{
    auto text = detail::environment(variable, must_hold);
    const auto wiped = detail::wipe_at_end(text);
    return detail::make_key(text, variable);
}

secret secret_from_file(const std::filesystem::path& path)
{
    auto text = detail::read_key_file(path);
    const auto wiped = detail::wipe_at_end(text);
    std::string_view key = text;
    if (constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF"; key.starts_with(byte_order_mark))
        key.remove_prefix(byte_order_mark.size());
    key = detail::trim_white_space(key);
    if (key.empty())
        detail::throw_invalid_argument(detail::utf8(path), "the file is empty or blank; it must hold a key");
    return detail::make_key(key, detail::utf8(path));
}

void detail::wipe(std::string& text) noexcept
{
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

} // namespace cojob

// -------- cojob/impl/internal/http/header_lines.hpp

namespace cojob::detail {

constexpr std::string_view end_of_line = "\r\n"; // append() would measure a literal each time

inline void append_header(std::string& text, std::string_view name, std::string_view value)
{
    constexpr std::string_view colon = ": ";
    text.append(name).append(colon).append(value).append(end_of_line);
}

/// One function, because every `emplace_back` with other types is compiled anew.
inline void add_header(http::header_list& list, std::string_view name, std::string_view value)
{
    list.emplace_back(name, value);
}

/// How many bytes `append_header` adds, without name and value.
constexpr std::size_t header_overhead = 4;

/// What follows the target in every request to one server with one key: the end of the request line, `Host` and
/// `Authorization`. In one allocation, because another one would leave a copy of the key.
inline std::string make_server_lines(const http::origin& server, std::string_view authorization)
{
    constexpr std::string_view version = " HTTP/1.1\r\n";
    const auto host = http::host_header(server);
    std::string text;
    text.reserve(version.size() + host.size() + authorization.size() + 32);
    text.append(version);
    append_header(text, "Host", host);
    if (!authorization.empty())
        append_header(text, "Authorization", authorization);
    return text;
}

} // namespace cojob::detail

// -------- cojob/impl/http/message.ipp

namespace cojob::http {

std::optional<std::string_view> find_header(const header_list& headers, std::string_view name) noexcept
{
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
        return detail::equal_ignoring_case(header.first, name);
    });
    if (found == headers.end())
        return std::nullopt;
    return std::string_view(found->second);
}

common_headers::common_headers(header_list headers) : list_(std::move(headers))
{
    for (const auto& [name, value] : list_)
        detail::append_header(text_, name, value);
}

server_lines::server_lines(http::origin server, secret authorization)
    : server_(std::move(server)), authorization_(std::move(authorization)),
      text_(detail::make_server_lines(server_, authorization_.reveal()))
{
}

} // namespace cojob::http

// -------- cojob/impl/internal/base/run_later.hpp

namespace cojob::detail {

/// Posts a function, whatever it is, as one type: each that is posted by itself costs a user's compiler ten functions.
/// For what does not happen with every request.
inline void run_later(const asio::any_io_executor& executor, std::function<void()> function)
{
    asio::post(executor, std::move(function));
}

/// The same, but at once if this thread is running the executor.
inline void run_soon(const asio::any_io_executor& executor, std::function<void()> function)
{
    asio::dispatch(executor, std::move(function));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/serial_executor.hpp

namespace cojob::detail {

/// A strand, with no more properties than its users ask for. It stays one type whatever is required of it, and fits
/// into an `any_io_executor`: a strand itself is stored there as one type for each set of properties, each with a table
/// for the compiler to make. It counts work only where that was asked for by `for_users`: inside, `at_work` does, for
/// what is spawned on it.
class serial_executor {
    template <class Strand>
    using that_never_blocks =
        std::decay_t<decltype(asio::require(std::declval<const Strand&>(), asio::execution::blocking.never))>;

    /// A strand, twice.
    template <class Inner>
    struct strand_on {
        explicit strand_on(const Inner& inner)
            : at_once(asio::prefer(inner, asio::execution::blocking.possibly)),
              later(asio::require(at_once, asio::execution::blocking.never))
        {
        }

        asio::strand<Inner> at_once;
        that_never_blocks<asio::strand<Inner>> later;
    };

    /// One of an `any_io_executor` allocates what the other has in place.
    using any_strand = std::variant<strand_on<asio::io_context::executor_type>, strand_on<asio::any_io_executor>>;
    static any_strand strand_of(const asio::any_io_executor& executor)
    {
        if (const auto* const own = executor.target<asio::io_context::executor_type>())
            return strand_on<asio::io_context::executor_type>(*own);
        return strand_on<asio::any_io_executor>(executor);
    }

    struct shared_strand {
        explicit shared_strand(const asio::any_io_executor& executor)
            : inner(executor), context(asio::query(executor, asio::execution::context)), strand(strand_of(executor))
        {
        }

        asio::any_io_executor inner; ///< what the strand hands its work to
        asio::execution_context& context;
        any_strand strand;
        std::weak_ptr<const shared_strand> self{};
    };

    /// Owns a strand, and keeps its context at work.
    struct work {
        explicit work(std::shared_ptr<const shared_strand> s)
            : inner(asio::prefer(s->inner, asio::execution::outstanding_work.tracked)), strand(std::move(s))
        {
        }

        asio::any_io_executor inner;
        std::shared_ptr<const shared_strand> strand;
    };

  public:
    /// No constructor: `any_io_executor` would ask whether it can be made of itself.
    [[nodiscard]] static serial_executor on(const asio::any_io_executor& inner)
    {
        auto made = share<shared_strand>(inner);
        made->self = made;
        return {std::move(made), false, counting::never};
    }

    /// The same strand, which keeps its context at work for whoever asks for that.
    [[nodiscard]] serial_executor for_users() const noexcept { return {strand_, is_later_, counting::on_request}; }

    [[nodiscard]] asio::execution_context& query(asio::execution::context_t) const noexcept { return strand_->context; }
    [[nodiscard]] asio::execution::blocking_t query(asio::execution::blocking_t) const noexcept
    {
        return is_later_ ? asio::execution::blocking_t(asio::execution::blocking.never)
                         : asio::execution::blocking_t(asio::execution::blocking.possibly);
    }
    [[nodiscard]] serial_executor require(asio::execution::blocking_t::never_t) const noexcept
    {
        return {strand_, true, counts_};
    }
    [[nodiscard]] serial_executor require(asio::execution::blocking_t::possibly_t) const noexcept
    {
        return {strand_, false, counts_};
    }
    [[nodiscard]] asio::execution::outstanding_work_t query(asio::execution::outstanding_work_t) const noexcept
    {
        return counts_ == counting::now
                   ? asio::execution::outstanding_work_t(asio::execution::outstanding_work.tracked)
                   : asio::execution::outstanding_work_t(asio::execution::outstanding_work.untracked);
    }
    [[nodiscard]] serial_executor require(asio::execution::outstanding_work_t::tracked_t) const
    {
        if (counts_ != counting::on_request)
            return *this;
        return {std::shared_ptr<const shared_strand>(share<work>(strand_), strand_.get()), is_later_, counting::now};
    }
    [[nodiscard]] serial_executor require(asio::execution::outstanding_work_t::untracked_t) const noexcept
    {
        return {strand_->self.lock(), is_later_, counts_ == counting::never ? counts_ : counting::on_request};
    }

    /// From inside, at once, unless `blocking.never` is required.
    template <class Function>
    void execute(Function&& f) const
    {
        const auto go = [&](const auto& s) {
            if (is_later_)
                s.later.execute(std::forward<Function>(f));
            else
                s.at_once.execute(std::forward<Function>(f));
        };
        const auto* const own = std::get_if<0>(&strand_->strand); // `std::visit` makes a table for each function
        own ? go(*own) : go(*std::get_if<1>(&strand_->strand));
    }

    /// What the strand hands its work to.
    [[nodiscard]] const asio::any_io_executor& inner() const noexcept { return strand_->inner; }

    friend bool operator==(const serial_executor& a, const serial_executor& b) noexcept
    {
        return a.strand_.get() == b.strand_.get() && a.is_later_ == b.is_later_;
    }

  private:
    enum class counting : char { never, on_request, now };

    serial_executor(std::shared_ptr<const shared_strand> s, bool is_later, counting counts) noexcept
        : strand_(std::move(s)), is_later_(is_later), counts_(counts)
    {
    }

    std::shared_ptr<const shared_strand> strand_;
    bool is_later_;
    counting counts_;
};

/// What this executor hands its work to if it is a strand; otherwise the executor itself.
inline const asio::any_io_executor& unserialized(const asio::any_io_executor& executor) noexcept
{
    const auto* const serial = executor.target<serial_executor>();
    return serial ? serial->inner() : executor;
}

/// An executor that keeps the context of this one at work while it is there.
inline asio::any_io_executor at_work(const asio::any_io_executor& executor)
{
    return asio::prefer(unserialized(executor), asio::execution::outstanding_work.tracked);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/event.hpp

namespace cojob::detail {

/// To be awaited: an asynchronous operation of Asio's that is bound to the slot, and gives a tuple. `start` gets the
/// handler. An operation's `step_slot` has to be cleared afterwards.
template <class Signature, class Start>
[[nodiscard]] auto as_step(const asio::cancellation_slot& step_slot, Start start)
{
    return asio::async_initiate<const asio::as_tuple_t<asio::deferred_t>, Signature>(
        [](auto handler, const asio::cancellation_slot& slot, const Start& begin) {
            begin(asio::bind_cancellation_slot(slot, std::move(handler)));
        },
        asio::as_tuple(asio::deferred), step_slot, std::move(start));
}

/// To be awaited: the end of a timer. All coroutines wait by this one type, which compiles fastest.
[[nodiscard]] inline auto end_of(asio::steady_timer& timer, const asio::cancellation_slot& step_slot)
{
    return as_step<void(error_code)>(step_slot, [&timer](auto handler) { timer.async_wait(std::move(handler)); });
}

/// Something that happens: set by one side, awaited by the other, both on one strand. A timer without end is what
/// the waiting coroutine hangs on, so the context owns it and destroys it with the rest when it goes.
class event {
  public:
    explicit event(const asio::any_io_executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

    void set()
    {
        is_set_ = true;
        timer_.cancel();
    }
    void reset() noexcept { is_set_ = false; }
    [[nodiscard]] bool is_set() const noexcept { return is_set_; }

    /// Returns when it is set, or when the operation is stopped meanwhile.
    asio::awaitable<void> wait(operation& op)
    {
        if (is_set_)
            co_return;
        co_await end_of(timer_, op.step_slot());
        op.step_slot().clear();
    }

  private:
    asio::steady_timer timer_;
    bool is_set_ = false;
};

/// Suspends until it happens, until then, by the operation's clock, or until the operation is stopped.
inline asio::awaitable<void> wait_until(operation& op, event& happening, time_point when)
{
    if (op.is_stopped() || happening.is_set())
        co_return;
    const auto alarm = op.time().make_alarm(op.executor());
    if (when != time_point::max())
        alarm->set(when, [&happening] { happening.set(); });
    co_await happening.wait(op);
}

/// Suspends until then, or until the operation is stopped.
inline asio::awaitable<void> sleep_until(operation& op, time_point when)
{
    event over(op.executor());
    co_await wait_until(op, over, when);
}

/// Suspends until other handlers of the executor have had their turn. A timer, because events have the same: to await a
/// `post` costs a user's compiler twenty functions more.
inline asio::awaitable<void> let_others_run(const asio::any_io_executor& executor)
{
    asio::steady_timer over(executor, asio::steady_timer::time_point());
    co_await end_of(over, asio::cancellation_slot());
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/hop.hpp

namespace cojob::detail {

/// \throws boost::system::system_error `operation_aborted` if a cancellation has been delivered
inline void throw_if_cancelled(const asio::cancellation_state& state)
{
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

/// How every public operation begins. A coroutine answers to terminal cancellation only unless it says otherwise, and
/// saying so forgets a cancellation that has been delivered already.
inline asio::awaitable<void> accept_every_cancellation()
{
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
}

/// Is called when a coroutine has ended, on its strand; not at all if the context is destroyed before.
class completion {
  public:
    completion() = default;
    completion(const completion&) = delete;
    completion& operator=(const completion&) = delete;
    virtual ~completion() = default;

    virtual void complete(std::exception_ptr thrown) = 0;
};

/// Begins a coroutine on a strand, which it keeps at work, to be cancelled through a slot that somebody owns. There is
/// one `co_spawn` for all of them, and results go through what both sides share: each type that it completes with costs
/// half a second to compile. A cancellation before the first step of the body has to be held back: Asio throws it out
/// of `run()`, and no completion is called.
inline void spawn(const asio::any_io_executor& executor, asio::cancellation_slot slot,
                  std::shared_ptr<void> owner_of_slot, asio::awaitable<void> body, std::shared_ptr<completion> to)
{
    struct ended {
        asio::any_io_executor work;
        std::shared_ptr<void> owner_of_slot;
        std::shared_ptr<completion> to;

        void operator()(std::exception_ptr thrown) const
        {
            if (to)
                to->complete(std::move(thrown));
        }
    };
    asio::co_spawn(
        executor, std::move(body),
        asio::bind_cancellation_slot(slot, ended{at_work(executor), std::move(owner_of_slot), std::move(to)}));
}

/// What a cancellation through an operation reaches.
enum class reach {
    coroutine, ///< whatever its coroutine awaits
    steps      ///< what is bound to `operation::step_slot`; costs less
};

/// The same on the operation's executor, to be cancelled through the operation. The body calls `operation::begin` in
/// its first step.
inline void spawn(std::shared_ptr<operation> op, asio::awaitable<void> body, std::shared_ptr<completion> to,
                  reach cancelled = reach::coroutine)
{
    op->hold_cancellation();
    const auto slot = cancelled == reach::steps ? asio::cancellation_slot() : op->slot();
    detail::spawn(op->executor(), slot, op, std::move(body), std::move(to));
}

/// The end of a coroutine comes to the one who awaits it: on the caller's executor, which it keeps at work until then,
/// and never from inside the client's strand. It is no handler with that executor: with one, `co_spawn` would dispatch
/// cancellations with a raw pointer to what may be gone by then.
template <class Handler>
class return_to_caller final : public completion {
  public:
    explicit return_to_caller(Handler handler)
        : executor_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler))
    {
    }

    /// The caller's context is kept at work until this returns, so that it is there until then.
    void complete(std::exception_ptr thrown) override
    {
        if (std::exchange(is_completed_, true))
            return;
        asio::require(executor_, asio::execution::blocking.never)
            .execute([handler = std::move(handler_), thrown = std::move(thrown)]() mutable {
                auto slot = asio::get_associated_cancellation_slot(handler);
                if (slot.is_connected())
                    slot.clear();
                std::move(handler)(std::move(thrown));
            });
    }

  private:
    using caller_executor = std::decay_t<decltype(asio::prefer(
        asio::get_associated_executor(std::declval<const Handler&>()), asio::execution::outstanding_work.tracked))>;

    caller_executor executor_;
    Handler handler_;
    bool is_completed_ = false;
};

/// To be awaited: runs a coroutine on the operation's executor and returns to the caller's, with what it threw. A
/// cancellation by the caller is dispatched to the operation's executor and decided there.
///
/// Why not `co_await co_spawn(strand, inner, use_awaitable)`: before Asio 1.28 its cancellation handler keeps a raw
/// pointer, and a cancellation that meets the end of `inner` uses it after it is gone (Asio issue 1332).
[[nodiscard]] inline auto hop(std::shared_ptr<operation> op, asio::awaitable<void> inner,
                              reach cancelled = reach::coroutine)
{
    auto initiation = [cancelled](auto handler, std::shared_ptr<operation> run, asio::awaitable<void> body) {
        using back_type = return_to_caller<decltype(handler)>;
        std::shared_ptr<back_type> back;
        try {
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected())
                // Not an owner: the caller's signal may outlive the context, and the operation's executor must not.
                slot.assign([weak = std::weak_ptr(run)](asio::cancellation_type type) {
                    if (const auto live = weak.lock())
                        asio::dispatch(live->executor(), [live, type] { live->cancel(type); });
                });
            back = std::make_shared<back_type>(std::move(handler));
            spawn(std::move(run), std::move(body), back, cancelled);
        } catch (...) { // out of here it would end in `run()`, and the caller would never go on
            if (!back)
                back_type(std::move(handler)).complete(std::current_exception());
            else
                back->complete(std::current_exception());
        }
    };
    return asio::async_initiate<const asio::deferred_t, void(std::exception_ptr)>(initiation, asio::deferred,
                                                                                  std::move(op), std::move(inner));
}

/// What becomes of a cancellation of the caller's coroutine while an operation runs in it. The filter stays there until
/// the next one replaces it, perhaps after the operation has ended.
class cancel_operation {
  public:
    explicit cancel_operation(std::weak_ptr<operation> op) : operation_(std::move(op)) {}

    asio::cancellation_type operator()(asio::cancellation_type type) const
    {
        if (const auto op = operation_.lock())
            op->cancel(type);
        return type;
    }

  private:
    std::weak_ptr<operation> operation_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/without_key.hpp

namespace cojob::detail {

/// What follows the scheme in the header Authorization.
inline std::string_view key_of(const secret& authorization) noexcept
{
    const auto header = authorization.reveal();
    return header.substr(std::min(header.find(' ') + 1, header.size()));
}

/// Whether these are hexadecimal digits of that character's code.
inline bool is_code_of(char c, std::string_view digits) noexcept
{
    unsigned code = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, failed] = std::from_chars(digits.data(), end, code, 16);
    return failed == std::errc() && stopped == end && code == static_cast<unsigned char>(c);
}

/// How many characters at the beginning of a text stand for this one: as it is, with an escape of JSON, also of JSON
/// quoted in JSON, or percent-encoded. 0: they stand for another; npos: the text ends before that is certain.
inline std::size_t length_written(std::string_view text, char c) noexcept
{
    constexpr std::size_t most_slashes = 8, unit = 5, octet = 3; // u002f, %2F
    const auto slashes = std::min({text.substr(0, most_slashes).find_first_not_of('\\'), most_slashes, text.size()});
    if (slashes > 0 && c == '\\')
        return slashes;
    const auto rest = text.substr(slashes);
    const bool is_unit = slashes > 0 && rest.starts_with('u'), is_octet = rest.starts_with('%');
    if (is_unit && rest.size() >= unit && is_code_of(c, rest.substr(1, unit - 1)))
        return slashes + unit;
    if (is_octet && rest.size() >= octet && is_code_of(c, rest.substr(1, octet - 1)))
        return octet + slashes;
    if (rest.empty() || (is_unit && rest.size() < unit) || (is_octet && rest.size() < octet))
        return std::string_view::npos;
    return rest.front() == c ? slashes + 1 : 0;
}

/// How long the key is that a text begins with; 0: it begins with something else. A text that may have been cut can end
/// in the middle of the key.
inline std::size_t length_of_key(std::string_view text, std::string_view key, bool may_be_cut) noexcept
{
    constexpr std::size_t shortest_part = 6; // anything shorter is as good as a word
    if (text.starts_with(key))
        return key.size();
    std::size_t length = 0;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto more = length_written(text.substr(length), key[i]);
        if (more == text.npos)
            return may_be_cut && i >= shortest_part ? text.size() : 0;
        if (more == 0)
            return 0;
        length += more;
    }
    return length;
}

/// A text without the key, should somebody repeat it; at least that many characters of it.
inline std::string without_key(std::string_view text, const secret& authorization, std::size_t most, bool may_be_cut)
{
    constexpr std::size_t shortest = 8; // anything shorter is as good as a word
    const auto key = key_of(authorization);
    if (key.size() < shortest)
        return std::string(text);
    const std::array<char, 3> begins{key.front(), '\\', '%'};
    std::string out;
    while (out.size() < most && !text.empty()) {
        const auto before = text.substr(0, text.find_first_of(std::string_view(begins.data(), begins.size())));
        out += before;
        text.remove_prefix(before.size());
        if (const auto length = length_of_key(text, key, may_be_cut); length > 0) {
            out += "***";
            text.remove_prefix(length);
        } else if (!text.empty()) {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

/// The same of a whole text: an id, a path or a URL, where a key may be taken for an id.
inline std::string without_key(std::string_view text, const secret& authorization)
{
    return without_key(text, authorization, text.npos, false);
}

/// The beginning of a server's text, of whole characters, without the key. A limit may have cut the text.
inline std::string excerpt(std::string_view text, std::size_t most, const secret& authorization)
{
    auto out = without_key(text, authorization, most, true);
    out.resize(cut_at_character(out, most).size());
    return out;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/name_map.hpp

namespace cojob::detail {

/// Shared things by their names. The map beneath is one type, whatever the things are: each costs a user's compiler
/// some 80 functions.
template <class T>
class name_map {
  public:
    [[nodiscard]] bool empty() const noexcept { return map_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return map_.size(); }

    /// Empty when there is none.
    [[nodiscard]] std::shared_ptr<T> find(const std::string& name) const
    {
        const auto found = map_.find(name);
        return std::static_pointer_cast<T>(found == map_.end() ? nullptr : found->second);
    }

    void put(std::string name, std::shared_ptr<T> thing)
    {
        map_.insert_or_assign(std::move(name), std::shared_ptr<void>(std::move(thing)));
    }

    void erase(const std::string& name) { map_.erase(name); }
    void clear() noexcept { map_.clear(); }

    /// Those that nobody else holds and of which the predicate is true.
    template <class Predicate>
    void erase_unused_if(Predicate predicate)
    {
        std::erase_if(map_, [&](const auto& entry) {
            return entry.second.use_count() == 1 && predicate(*static_cast<const T*>(entry.second.get()));
        });
    }

    template <class Function>
    void each(Function function) const
    {
        for (const auto& [name, thing] : map_)
            function(*static_cast<const T*>(thing.get()));
    }

  private:
    std::map<std::string, std::shared_ptr<void>> map_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/timer_queue.hpp

namespace cojob::detail {

/// Things by when they are due, those of one time in the order in which they came; not their owner. The set beneath is
/// one type, whatever the things are: each costs a user's compiler some 60 functions.
template <class T>
class timer_queue {
  public:
    [[nodiscard]] bool empty() const noexcept { return set_.empty(); }

    /// Enters it, or moves it to another time.
    void put(T& thing, time_point due) noexcept
    {
        timer_queue_hook& link = thing;
        remove(thing);
        link.due_ = due;
        set_.insert(link);
    }

    /// Nothing happens where it is in no set; it must not be in another.
    void remove(T& thing) noexcept
    {
        timer_queue_hook& link = thing;
        if (link.is_linked())
            set_.erase(set_.iterator_to(link));
    }

    /// When the first is due; the end of time for none.
    [[nodiscard]] time_point next() const noexcept { return set_.empty() ? time_point::max() : set_.begin()->due_; }

    /// When there is one.
    [[nodiscard]] T& front() noexcept { return static_cast<T&>(*set_.begin()); }

    /// The first; null for none.
    [[nodiscard]] T* first() noexcept { return at(set_.begin()); }

    /// The one behind it; null for none.
    [[nodiscard]] T* next_of(T& thing) noexcept { return at(++set_.iterator_to(thing)); }

  private:
    using set_type = boost::intrusive::multiset<timer_queue_hook, boost::intrusive::constant_time_size<false>>;

    T* at(set_type::iterator place) noexcept { return place == set_.end() ? nullptr : static_cast<T*>(&*place); }

    set_type set_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/shared_alarm.hpp

namespace cojob::detail {

/// One alarm for the deadlines of all operations of a client. It is set again only if it would ring too late: at first
/// for the usual length of a step, which most operations do not reach. Used on the executor, except where noted.
class shared_alarm : public std::enable_shared_from_this<shared_alarm> {
  public:
    shared_alarm(clock_ptr clock, asio::any_io_executor executor, duration usual_step)
        : clock_(std::move(clock)), executor_(std::move(executor)), later_(continuation_of(executor_)),
          usual_step_(usual_step)
    {
    }

    /// Null for operations without deadlines.
    [[nodiscard]] clock* time() const noexcept { return clock_.get(); }
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// Calls `operation::ring` at `due` at the latest.
    void put(operation& op, time_point due)
    {
        if (op.due_at() <= due)
            return;
        queue_.put(op, due);
        is_in_use_ = true;
        try {
            arm();
        } catch (...) {
            queue_.remove(op);
            stop_all();
            throw;
        }
    }

    /// The same from within `operation::ring`: the alarm is set afterwards.
    void put_back(operation& op, time_point due) noexcept
    {
        if (due != time_point::max())
            queue_.put(op, due);
    }

    /// The operation needs the alarm no more. A pending alarm would keep `run()` of an idle context from returning, so
    /// it is cleared soon if no other operation begins. In a sequence of calls, the next one begins before the posted
    /// handler runs, and finds the alarm set. The handler also keeps this object until then: the client's last owner
    /// may be on another thread, which must not cancel a pending alarm.
    void remove(operation& op) noexcept
    {
        queue_.remove(op);
        if (!queue_.empty())
            return;
        is_in_use_ = false;
        if (armed_ != time_point::max() && !look_soon())
            clear();
    }

    /// Thread-safe. An operation is about to begin.
    void expect_one() noexcept { ++expected_; }
    /// It has begun.
    void has_begun() noexcept { --expected_; }
    /// Thread-safe. It never will.
    void never_began() noexcept
    {
        if (--expected_ == 0)
            (void)look_soon(); // if it cannot, the alarm rings within the usual step, and finds nothing
    }

  private:
    /// Posts without the strand: usually there is nothing to do.
    static asio::any_io_executor continuation_of(const asio::any_io_executor& executor)
    {
        return asio::prefer(asio::require(unserialized(executor), asio::execution::blocking.never),
                            asio::execution::relationship.continuation);
    }

    /// Returns false if memory runs out.
    bool look_soon() noexcept
    {
        if (is_clearing_.exchange(true))
            return true;
        try {
            later_.execute([self = shared_from_this()] { self->clear_if_idle(); });
            return true;
        } catch (...) {
            is_clearing_ = false;
            return false;
        }
    }

    void arm()
    {
        auto next = queue_.next();
        if (next >= armed_)
            return;
        if (usual_step_ != no_timeout)
            next = std::min(next, after(clock_->now(), usual_step_));
        if (!alarm_)
            alarm_ = clock_->make_alarm(executor_);
        armed_ = time_point::max(); // if set() throws, the alarm is not armed
        alarm_->set(next, [weak = weak_from_this()] {
            if (const auto self = weak.lock())
                self->ring();
        });
        armed_ = next;
    }

    void ring()
    {
        armed_ = time_point::max();
        const auto now = clock_->now();
        while (queue_.next() <= now) { // stopping an operation may end others
            auto& op = queue_.front();
            queue_.remove(op);
            op.ring(now);
        }
        is_in_use_ = !queue_.empty();
        try {
            arm();
        } catch (...) {
            stop_all();
        }
    }

    /// The alarm cannot be set, and its old setting may be lost: nothing else would stop them.
    void stop_all() noexcept
    {
        while (!queue_.empty()) {
            auto& op = queue_.front();
            queue_.remove(op);
            op.stop(stop_reason::limit);
        }
        is_in_use_ = false;
    }

    /// Not on the strand. The order matters: an operation that ends after the check finds the flag cleared.
    void clear_if_idle()
    {
        is_clearing_ = false;
        if (expected_ != 0 || is_in_use_)
            return;
        try {
            run_soon(executor_, [self = shared_from_this()] {
                if (self->expected_ == 0 && !self->is_in_use_)
                    self->clear();
            });
        } catch (...) { // it rings within the usual step, and finds nothing
        }
    }

    void clear() noexcept
    {
        if (armed_ != time_point::max())
            alarm_->clear();
        armed_ = time_point::max();
    }

    clock_ptr clock_;
    asio::any_io_executor executor_, later_;
    duration usual_step_;
    timer_queue<operation> queue_;
    std::unique_ptr<alarm> alarm_;
    time_point armed_ = time_point::max();
    std::atomic<unsigned> expected_{0};
    std::atomic<bool> is_in_use_{false}; // the queue is not empty
    std::atomic<bool> is_clearing_{false};
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/weak_list.hpp

namespace cojob::detail {

/// What all of the lists below have in common, so that a user's compiler makes it once.
class weak_things {
  public:
    void add(std::weak_ptr<void> thing)
    {
        if (list_.size() >= clean_at_) {
            std::erase_if(list_, [](const auto& weak) { return weak.expired(); });
            clean_at_ = std::max<std::size_t>(16, 2 * list_.size());
        }
        list_.push_back(std::move(thing));
    }

    /// With some that are gone.
    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }

    [[nodiscard]] std::vector<std::weak_ptr<void>> take() noexcept { return std::exchange(list_, {}); }

  private:
    std::vector<std::weak_ptr<void>> list_;
    std::size_t clean_at_ = 16;
};

/// Those that are to be notified once, and that it does not keep alive. It grows to twice what lived at once.
/// What `std::make_shared` made keeps its memory while it is listed.
template <class T>
class weak_list {
  public:
    void add(const std::shared_ptr<T>& thing) { list_.add(thing); }

    [[nodiscard]] std::size_t size() const noexcept { return list_.size(); }

    /// Notifies those that live, in the order in which they were added, and forgets them. The function may add more,
    /// which are not notified, and end others.
    template <class Function>
    void notify(Function function)
    {
        for (const auto& weak : list_.take())
            if (const auto alive = weak.lock())
                function(*static_cast<T*>(alive.get()));
    }

  private:
    weak_things list_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/content_coding.hpp

namespace cojob::detail {

/// The `Accept-Encoding` of every request, unless the caller sets another: this library decodes no content coding.
inline constexpr std::string_view no_coding = "identity";

/// Returns whether a `Content-Encoding` (RFC 9110, section 8.4) leaves the body unchanged.
inline bool is_uncoded(std::string_view codings)
{
    while (!codings.empty()) {
        const auto coding = trim(codings.substr(0, codings.find(',')));
        codings.remove_prefix(std::min(codings.find(','), codings.size() - 1) + 1);
        if (!coding.empty() && !equal_ignoring_case(coding, no_coding))
            return false;
    }
    return true;
}

/// Returns the first `Content-Encoding` that changes the body, or an empty view.
inline std::string_view content_coding(const http::response& response)
{
    for (const auto& [name, value] : response.headers)
        if (equal_ignoring_case(name, "Content-Encoding") && !is_uncoded(value))
            return value;
    return {};
}

/// Returns a coding in a form that is safe in an error message, because the text comes from the server.
inline std::string shown_coding(std::string_view coding)
{
    constexpr std::size_t longest = 32;
    const auto is_harmless = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == ',' || c == ' '; };
    const auto fits = coding.size() <= longest && std::all_of(coding.begin(), coding.end(), is_harmless);
    return fits ? std::string(coding) : "an unknown coding";
}

/// Returns the error text for a response whose body is coded although the request accepts no coding, or an empty
/// string.
inline std::string coding_objection(const http::request& request, const http::response& response)
{
    const auto coding = content_coding(response);
    if (coding.empty() || request.header("Accept-Encoding").value_or(no_coding) != no_coding)
        return {};
    return "header Content-Encoding: " + shown_coding(coding) + ", which was not asked for";
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/request.hpp

namespace cojob::detail {

/// What `api_base` prepares: validated, for the requests of one service.
struct request_base {
    http::url url;
    credential key;
    std::shared_ptr<const http::server_lines> lines; ///< null with a provider

    static const std::shared_ptr<const request_base>& of(const api_base& base) noexcept { return base.state_; }
};

/// A validated request that is ready to be sent.
struct prepared_call {
    http::request wire{};
    cojob::effect effect = cojob::effect::once;
    credential::provider_type provider{}; ///< of the key, before each attempt; empty: the key is in `wire`
    std::shared_ptr<quota> quota_pool{};  ///< null: no quota
    std::string job_id{};                 ///< of the job concerned, for errors
    std::string shown_target{}; ///< for the observer: without the keys used so far; empty if there is no observer
    bool streams_body = false;  ///< whether the body of a success is streamed
};

/// Appends path segments, encoded.
template <class Segments>
void append_segments(std::string& target, const Segments& segments)
{
    for (const auto& segment : segments)
        append_encoded(target += '/', segment);
}

/// Appends a name and a value to the query.
inline void append_query(std::string& target, std::string_view name, std::string_view value)
{
    append_encoded(target += target.find('?') == target.npos ? '?' : '&', name);
    append_encoded(target += '=', value);
}

inline std::string make_target(const std::string& base_path, const api_request& r)
{
    std::string target;
    target.reserve(128);
    target = base_path;
    append_segments(target, r.segments);
    if (target.empty())
        target = "/";
    for (const auto& [name, value] : r.query)
        append_query(target, name, value);
    return target;
}

inline void check_plaintext(const http::url& base, bool allowed, std::string_view what)
{
    if (!base.origin().is_secure && !allowed && !http::is_loopback(base.origin()))
        throw_invalid_argument(what, "http:// to " + base.origin().host +
                                         " would send the key in the clear; set allow_plaintext to permit that");
}

/// Rejects the headers that only the client sets: target, authorization and framing.
inline void check_header(const std::pair<std::string, std::string>& header)
{
    check_header_name(header.first, "header name");
    check_header_value(header.second, "header " + header.first);
    static constexpr std::array<std::string_view, 5> own{"authorization", "host", "content-length", "transfer-encoding",
                                                         "connection"};
    for (const auto name : own)
        if (equal_ignoring_case(header.first, name))
            throw_invalid_argument("header " + header.first, "is set by the client");
}

/// The headers of all requests of a client.
inline std::shared_ptr<const http::common_headers> make_common_headers(const std::string& user_agent)
{
    return share<const http::common_headers>(http::header_list{
        {"User-Agent", user_agent}, {"Accept", "application/json"}, {"Accept-Encoding", std::string(no_coding)}});
}

/// If `special` replaces some of the common headers, makes the others headers of this request.
inline void replace_common_headers(http::request& wire, const http::header_list& special)
{
    const auto is_special = [&](const auto& header) { return http::find_header(special, header.first).has_value(); };
    if (!wire.common || std::none_of(wire.common->list().begin(), wire.common->list().end(), is_special))
        return;
    for (const auto& header : wire.common->list())
        if (!is_special(header))
            add_header(wire.headers, header.first, header.second);
    wire.common.reset();
}

inline void set_json(http::request& wire, std::string json)
{
    if (!http::find_header(wire.headers, "Content-Type"))
        add_header(wire.headers, "Content-Type", "application/json");
    wire.body = std::move(json);
    wire.has_body = true;
}

/// Sets the method, and what it implies.
inline void set_method(prepared_call& call, std::string_view method)
{
    call.effect = effect_of(method);
    call.wire.method = method;
    call.wire.has_body = method == "POST" || method == "PUT" || method == "PATCH";
}

/// Sets server and credential, as made ready by a service.
inline void set_base(prepared_call& call, const request_base& base)
{
    call.wire.origin = base.url.origin();
    if (base.key.is_fixed()) {
        call.wire.authorization = base.key.header();
        call.wire.made_lines = base.lines;
    } else {
        call.provider = base.key.provider();
    }
}

/// Sets server and credential of a request without an `api_base`.
/// \throws api_error invalid_argument
inline void set_base(prepared_call& call, api_request& request)
{
    if (request.base_url.origin().host.empty())
        throw_invalid_argument("base_url: missing");
    check_plaintext(request.base_url, request.allow_plaintext, "base_url");
    call.wire.origin = request.base_url.origin();
    if (request.authorization.is_fixed()) {
        check_key(request.authorization.fixed().reveal(), "credential");
        call.wire.authorization = request.authorization.header();
    } else {
        call.provider = request.authorization.provider();
    }
}

/// Prepares a call whose common headers are set.
/// \throws api_error invalid_argument
inline void prepare(prepared_call& call, api_request request)
{
    const auto& base = request_base::of(request.base);
    if (base)
        set_base(call, *base);
    else
        set_base(call, request);
    const std::string_view method = request.method;
    if (!is_token(method))
        throw_invalid_argument("method: not a token");
    if (method == "CONNECT")
        throw_invalid_argument("method: CONNECT is not supported");
    for (const auto& segment : request.segments)
        check_segment(segment, "path segment");
    for (const auto& header : request.headers)
        check_header(header);

    auto& wire = call.wire;
    set_method(call, method);
    call.effect = request.effect.value_or(call.effect);
    wire.target = make_target((base ? base->url : request.base_url).base_path(), request);
    wire.headers = std::move(request.headers);
    replace_common_headers(wire, wire.headers);
    if (request.json)
        set_json(wire, std::move(*request.json));
    call.quota_pool = std::move(request.quota_pool);
    call.job_id = std::move(request.job_id);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/retry_budget.hpp

namespace cojob::detail {

/// Limits a client's retries. When most calls fail, retries add to the load of a failing server: then calls are not
/// retried until successes have refilled the budget.
class retry_budget {
  public:
    static constexpr double most = 10, reserve = 5, per_success = 0.1;

    void succeeded() noexcept { tokens_ = std::min(most, tokens_ + per_success); }

    /// Takes a token for a failed call. Returns whether it may be retried.
    [[nodiscard]] bool failed() noexcept
    {
        tokens_ = std::max(0.0, tokens_ - 1);
        return tokens_ > reserve;
    }

  private:
    double tokens_ = most;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/client/client_state.hpp

namespace cojob::detail {

class client_state;

/// Notifies clients when their execution context shuts down and when the process forks.
class context_watch final : public asio::execution_context::service {
  public:
    static inline asio::execution_context::id id;

    explicit context_watch(asio::execution_context& context) : service(context) {}
    context_watch(const context_watch&) = delete;
    context_watch& operator=(const context_watch&) = delete;
    ~context_watch() override { *is_gone_ = true; }

    void add(const std::shared_ptr<client_state>& client)
    {
        const std::lock_guard lock(mutex_);
        clients_.add(client);
    }

    [[nodiscard]] std::shared_ptr<const std::atomic<bool>> is_gone() const { return is_gone_; }

    /// Called in a child process. Notifies the context of the fork if the program has not: its epoll set is still the
    /// parent's.
    void notify_of_fork()
    {
        if (notified_in_.is_of_a_parent())
            context().notify_fork(asio::execution_context::fork_child);
    }

  private:
    void shutdown() override;
    void notify_fork(asio::execution_context::fork_event) override;

    std::mutex mutex_;
    weak_list<client_state> clients_;
    fork_mark notified_in_;
    std::shared_ptr<std::atomic<bool>> is_gone_ = share<std::atomic<bool>>(false);
};

/// The state that all copies of a client share. Members are used on `executor` only, unless they say otherwise.
class client_state : public std::enable_shared_from_this<client_state> {
  public:
    client_state(asio::any_io_executor ex, client_options o, std::shared_ptr<http::transport> t)
        : executor(std::move(ex)), options(std::move(o)), transport(std::move(t)),
          alarm(share<shared_alarm>(options.clock, executor, options.timeouts.attempt)),
          common_headers(make_common_headers(options.user_agent)),
          random_(options.seed ? *options.seed : std::random_device{}())
    {
    }
    client_state(const client_state&) = delete;
    client_state& operator=(const client_state&) = delete;
    ~client_state()
    {
        assert((!context_is_gone_ || !*context_is_gone_) && "a cojob::client outlived its execution context");
    }

    static const std::shared_ptr<client_state>& of(const client& c) noexcept { return in_use(c.state_); }

    static const call_settings& settings_of(const client& c) noexcept { return c.settings_; }

    static client for_one_poll(client c, std::shared_ptr<poll_trace> trace, duration limit)
    {
        c.settings_.timeout = std::min(c.settings_.timeout, limit);
        c.settings_.poll = std::move(trace);
        return c;
    }

    static client for_one_attempt(client c)
    {
        c.settings_.is_single_attempt = true;
        return c;
    }

    /// Adds a deadline for each whole call, including its wait for a quota slot.
    static client until(client c, time_point deadline)
    {
        c.settings_.until = std::min(c.settings_.until, deadline);
        return c;
    }

    /// Called once, after construction.
    void watch_context()
    {
        watch_ = &asio::use_service<context_watch>(asio::query(executor, asio::execution::context));
        watch_->add(shared_from_this());
        context_is_gone_ = watch_->is_gone();
    }

    /// Called first by each operation. A child process must not continue its parent's operations.
    void notice_fork()
    {
        if (made_in_.is_of_a_parent())
            watch_->notify_of_fork();
    }

    /// Called once in a child process.
    void forked()
    {
        made_in_.renew();
        random_.seed(std::random_device{}()); // even with options.seed: the parent uses that sequence
        transport->forked();
        stop_running(stop_reason::forked);
    }

    const asio::any_io_executor executor; // a strand, or the user's own with threading::single
    const client_options options;
    const std::shared_ptr<http::transport> transport;
    const std::shared_ptr<shared_alarm> alarm; // of all operations
    const std::shared_ptr<const http::common_headers> common_headers;
    retry_budget budget;

    [[nodiscard]] clock& time() const noexcept { return *options.clock; }

    /// Thread-safe. Stops the running operations on the strand.
    void close()
    {
        is_closed_ = true;
        run_soon(executor, [self = shared_from_this()] {
            self->stop_running(stop_reason::closed);
            self->transport->close();
        });
    }
    /// Thread-safe.
    [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

    /// An entry of the list of running operations, which is where its owner is: the list allocates nothing.
    class running_entry {
      public:
        running_entry(client_state& s, std::shared_ptr<operation> o) : op(std::move(o)), older(s.newest_), state_(s)
        {
            if (older)
                older->newer_ = this;
            s.newest_ = this;
        }
        running_entry(const running_entry&) = delete;
        running_entry& operator=(const running_entry&) = delete;
        ~running_entry()
        {
            (newer_ ? newer_->older : state_.newest_) = older;
            if (older)
                older->newer_ = newer_;
        }

        const std::shared_ptr<operation> op;
        running_entry* older; ///< null: none

      private:
        client_state& state_;
        running_entry* newer_ = nullptr;
    };

    /// Registers a running operation, from the first step of its coroutine, so that `close()` can stop it. Stops its
    /// timer at the end.
    class running_guard {
      public:
        running_guard(client_state& s, std::shared_ptr<operation> op) : entry_(s, std::move(op))
        {
            s.notice_fork();
            if (s.is_closed())
                entry_.op->stop(stop_reason::closed);
            entry_.op->begin();
        }
        running_guard(const running_guard&) = delete;
        running_guard& operator=(const running_guard&) = delete;
        ~running_guard() { entry_.op->finish(); }

      private:
        running_entry entry_;
    };

    /// For calls that run in their caller's coroutine and may never suspend.
    [[nodiscard]] bool is_time_to_let_others_run() noexcept { return ++calls_in_place_ % 64 == 0; }

    /// Uniform in [0, 1).
    [[nodiscard]] double random() { return std::uniform_real_distribution<double>(0, 1)(random_); }

    /// State that another layer keeps with the client. Created at first use. Thread-safe.
    template <class Extension>
    std::shared_ptr<Extension> extension()
    {
        const std::lock_guard lock(extensions_mutex_);
        const std::string name(typeid(Extension).name());
        auto found = std::static_pointer_cast<Extension>(extensions_.find(name));
        if (!found)
            extensions_.put(name, found = share<Extension>());
        return found;
    }

    /// Can be read from any thread.
    struct {
        std::atomic<std::uint64_t> requests{0}, polls{0}, retries{0}, throttles{0}, opened{0}, reused{0}, resumed{0},
            sent{0}, received{0};
    } counters;

  private:
    /// Stops all running operations, the oldest first; after a fork, those of the parent.
    void stop_running(stop_reason why)
    {
        std::vector<std::weak_ptr<operation>> running; // stopping one operation may end another
        for (const auto* entry = newest_; entry; entry = entry->older)
            running.push_back(entry->op);
        for (; !running.empty(); running.pop_back())
            if (const auto alive = running.back().lock(); alive && (why != stop_reason::forked || alive->has_forked()))
                alive->stop(why);
    }

    std::atomic<bool> is_closed_{false};
    running_entry* newest_ = nullptr;
    unsigned calls_in_place_ = 0;
    std::mt19937_64 random_;
    std::mutex extensions_mutex_;
    name_map<void> extensions_;
    std::shared_ptr<const std::atomic<bool>> context_is_gone_;
    context_watch* watch_ = nullptr;
    fork_mark made_in_;
};

inline void context_watch::shutdown()
{
    weak_list<client_state> clients;
    {
        const std::lock_guard lock(mutex_);
        std::swap(clients, clients_);
    }
    clients.notify([](const client_state& client) { client.transport->shutdown(); });
}

inline void context_watch::notify_fork(asio::execution_context::fork_event event)
{
    if (event != asio::execution_context::fork_child)
        return;
    notified_in_.renew();
    weak_list<client_state> clients;
    // No lock: a child has one thread, and another thread of the parent may have held the mutex.
    std::swap(clients, clients_);
    clients.notify([this](client_state& client) {
        clients_.add(client.shared_from_this());
        client.forked();
    });
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/call_record.hpp

namespace cojob::detail {

/// One call, from request to response. The caller and the coroutine on the client's strand share it, so that nothing is
/// moved between them. The caller writes before the call is spawned and reads after its completion.
class call_record {
  public:
    call_record(std::shared_ptr<client_state> c, const call_settings& s)
        : client(std::move(c)), settings(s), op(client->alarm)
    {
        request.wire.common = client->common_headers;
    }

    /// Whether everything that the call awaits is bound to its operation's `step_slot`.
    [[nodiscard]] bool binds_steps() const noexcept { return !request.provider && client->transport->binds_steps(); }

    const std::shared_ptr<client_state> client;
    const call_settings settings;
    prepared_call request{}; ///< prepared in place, before the call is sent
    operation op;

    std::unique_ptr<error_info> failure{};     ///< null after a success
    std::exception_ptr thrown{};               ///< an exception of the credential provider or the header hook
    http::response response{};                 ///< set after a success
    std::shared_ptr<http::body_stream> rest{}; ///< the rest of the body, if it is streamed
    std::vector<attempt> attempts{};           ///< that failed
    attempt last{};                            ///< set after a success

    /// The attempts of a call that has succeeded.
    [[nodiscard]] std::vector<attempt> all_attempts() const
    {
        auto all = attempts;
        all.push_back(last);
        return all;
    }
};

using call_ptr = std::shared_ptr<call_record>;

/// The call's operation. Shares ownership of the call.
inline std::shared_ptr<operation> operation_of(const call_ptr& c)
{
    return {c, &c->op};
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/poll_trace.hpp

namespace cojob::detail {

/// Settings of one poll, and what is known of its requests besides the job.
struct poll_trace {
    duration yields{}; ///< how long it lets other calls go first if it has to queue for a connection
    duration queued{}; ///< how long its completed attempts queued for a connection
    std::optional<duration> retry_after{}; ///< the server's hint when to poll again, whatever the status
    std::optional<phase> reached{};        ///< the phase that its last completed attempt reached
    const phase* reaching = nullptr;       ///< the phase of the running attempt

    /// Records that a call begins. Nothing is sent until its first attempt begins; a credential provider may take long.
    static void call_begins(poll_trace* of) noexcept
    {
        if (of)
            of->reached = of->reached.value_or(phase::queued);
    }

    [[nodiscard]] std::optional<phase> progress() const { return reaching ? *reaching : reached; }

    /// Records the phase of a running attempt.
    class watch {
      public:
        watch(poll_trace* trace, const phase& reaching) : trace_(trace)
        {
            if (trace_)
                trace_->reaching = &reaching;
        }
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch()
        {
            if (trace_) {
                trace_->reached = *trace_->reaching;
                trace_->reaching = nullptr;
            }
        }

      private:
        poll_trace* trace_;
    };
};

} // namespace cojob::detail

// -------- cojob/detail/json_string.hpp

// A token is a JSON string with its quotes, as it is in the text.
namespace cojob::detail {

/// Where a string at the front of a text ends.
struct json_string_extent {
    std::size_t size; ///< with the quotes; 0: the text does not begin with a valid string
    bool has_escapes; ///< otherwise the token is the string, but for its quotes
};

/// Measures the string at the front of a text, as strictly as RFC 8259 with valid UTF-8: no control characters, no
/// unknown escapes, no surrogates without a partner.
[[nodiscard]] COJOB_DECL json_string_extent measure_json_string(std::string_view text) noexcept;

/// Appends the string that a valid token has.
COJOB_DECL void append_json_string(std::string& to, std::string_view token);

/// Decodes a token; `nullopt` if it has escapes and is invalid.
[[nodiscard]] COJOB_DECL std::optional<std::string> decode_json_string(std::string_view token);

/// Replaces every unpaired escaped surrogate by U+FFFD; `nullopt` if there is none. Both escapes have six characters.
[[nodiscard]] COJOB_DECL std::optional<std::string> replace_lone_surrogates(std::string_view text);

} // namespace cojob::detail

// -------- cojob/detail/json_cursor.hpp

namespace cojob::detail {

/// Iterates over a JSON text without building a tree and without recursion. Finds where values begin and end, and
/// validates nothing else. Truncated or invalid JSON ends the iteration.
class json_cursor {
  public:
    explicit json_cursor(std::string_view text) noexcept : text_(text) {}

    /// The offset of the next token, after blanks.
    [[nodiscard]] COJOB_DECL std::size_t position() noexcept;
    /// The text from an offset to the current position.
    [[nodiscard]] std::string_view since(std::size_t begin) const noexcept { return text_.substr(begin, at_ - begin); }

    /// Consumes that character, if it comes next. Returns whether it did.
    COJOB_DECL bool take(char) noexcept;
    /// Consumes a string with its quotes; `nullopt` if none comes next or it is truncated.
    COJOB_DECL std::optional<std::string_view> take_string() noexcept;
    /// Consumes the name of a member, with its quotes, and its colon.
    COJOB_DECL std::optional<std::string_view> take_key() noexcept;
    /// Consumes any value; `nullopt` if it is truncated.
    COJOB_DECL std::optional<std::string_view> take_value() noexcept;

  private:
    COJOB_DECL std::optional<std::string_view> take_container() noexcept;

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Whether a number is written as an integer: no fraction, no exponent.
[[nodiscard]] COJOB_DECL bool is_json_integer(std::string_view token) noexcept;

/// Returns the string or integer with that name in the outermost object, as `json_reader::read_id` does, even if the
/// text is truncated or invalid further on. The last one counts; empty: none.
[[nodiscard]] COJOB_DECL std::string find_json_id(std::string_view text, std::string_view name);

/// Returns the text without a byte order mark, which some servers send (RFC 8259, 8.1 allows to ignore it).
[[nodiscard]] constexpr std::string_view without_byte_order_mark(std::string_view text) noexcept
{
    return text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
}

} // namespace cojob::detail

// -------- cojob/detail/json_document.hpp

// For .ipp files only: a user's file does not pay for it.
namespace cojob::detail {

enum class json_kind : std::uint8_t {
    null,
    boolean,
    integer, ///< no fraction, no exponent
    real,
    string,
    array,
    object
};

/// A value, or the name of a member, in the index of a document. The nodes of an array are followed by those of its
/// elements; those of an object by the name of each member and the nodes of its value.
struct json_node {
    std::uint32_t begin, size; ///< its token in the text
    std::uint32_t span;        ///< the number of its nodes: itself and its parts
    json_kind kind;
    bool has_escapes; ///< of a string
    bool is_replaced; ///< of a name: a later member of the object has it too

    [[nodiscard]] const json_node* next() const noexcept { return this + span; }
};

/// The nodes of a document in the order of its text. Most responses need no allocation.
class json_nodes {
  public:
    json_nodes() = default;
    json_nodes(const json_nodes&) = delete;
    json_nodes& operator=(const json_nodes&) = delete;
    ~json_nodes() = default;

    [[nodiscard]] const json_node& front() const noexcept { return *begin_; }
    [[nodiscard]] json_node* begin() noexcept { return begin_; }
    [[nodiscard]] json_node* end() noexcept { return begin_ + size_; }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    void clear() noexcept { size_ = 0; }
    void add(const json_node& node)
    {
        if (size_ == capacity_)
            grow();
        begin_[size_++] = node;
    }

  private:
    static constexpr std::uint32_t most_without_allocation = 128;

    COJOB_DECL void grow();

    std::uint32_t size_ = 0, capacity_ = most_without_allocation;
    std::array<json_node, most_without_allocation> first_;
    std::unique_ptr<json_node[]> more_;
    json_node* begin_ = first_.data();
};

/// A complete JSON text in UTF-8 with nothing but blanks around it, and an index of its values, which one pass over
/// the text builds without a tree and without recursion. Ignores a byte order mark, and replaces an unpaired escaped
/// surrogate by U+FFFD: both are common in responses that quote user input, and neither makes the rest unreadable.
class json_document {
  public:
    /// Keeps a view of the body. \throws api_error `invalid_response`
    COJOB_DECL json_document(std::string_view body, std::size_t max_depth);
    json_document(const json_document&) = delete;
    json_document& operator=(const json_document&) = delete;
    ~json_document() = default;

    [[nodiscard]] const json_node& root() const noexcept { return nodes_.front(); }

    /// How a value is written.
    [[nodiscard]] std::string_view text_of(const json_node& value) const noexcept
    {
        return {text_.data() + value.begin, value.size};
    }

    /// Decodes a string, or the name of a member.
    COJOB_DECL void assign(std::string& to, const json_node& string) const;

    /// The same without a copy, if it has no escapes. Otherwise `room` holds it.
    [[nodiscard]] std::string_view decoded(const json_node& string, std::string& room) const
    {
        if (!string.has_escapes)
            return between_quotes(string);
        assign(room, string);
        return room;
    }

    [[nodiscard]] bool is_true(const json_node& boolean) const noexcept { return text_[boolean.begin] == 't'; }

    /// The number if it is an integer of 64 bits.
    [[nodiscard]] COJOB_DECL std::optional<std::int64_t> to_int64(const json_node& number) const noexcept;

    /// The double that is nearest to a number.
    [[nodiscard]] COJOB_DECL double to_double(const json_node& number) const;

    /// The value as a tree. Recursive: the depth of the document is bounded.
    [[nodiscard]] COJOB_DECL boost::json::value to_tree(const json_node&) const;

  private:
    [[nodiscard]] std::string_view between_quotes(const json_node& string) const noexcept
    {
        return {text_.data() + string.begin + 1, string.size - 2};
    }

    std::string_view text_;
    std::string mended_; ///< the text, if it differs from the body; otherwise empty
    json_nodes nodes_;
};

/// The name of a member, which decoders compare with many literals: the size first, and then a few bytes at once.
class json_name {
  public:
    explicit json_name(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    template <std::size_t Size>
    [[nodiscard]] friend bool operator==(json_name name, const char (&literal)[Size]) noexcept
    {
        return name.text_.size() == Size - 1 && std::memcmp(name.text_.data(), literal, Size - 1) == 0;
    }

  private:
    std::string_view text_;
};

/// Visits the members of an object. Of those with the same name only the last one counts.
class json_members {
  public:
    json_members(const json_document& document, const json_node& object) noexcept
        : document_(document), object_(&object), next_(&object + 1)
    {
    }

    /// Proceeds to the first or next member; false: there is none.
    COJOB_DECL bool next();

    /// Valid until the next call of `next`.
    [[nodiscard]] std::string_view name() const noexcept { return name_; }
    [[nodiscard]] const json_node& value() const noexcept { return *value_; }

  private:
    const json_document& document_;
    const json_node *object_, *next_, *value_ = nullptr;
    std::string_view name_{};
    std::string room_{};
};

/// Parses a JSON text as `json_document` does, to a tree. \throws api_error `invalid_response`
[[nodiscard]] COJOB_DECL boost::json::value parse_json(std::string_view body, std::size_t max_depth);

} // namespace cojob::detail

// -------- cojob/impl/internal/client/location.hpp

namespace cojob::detail {

/// The position of the authority in a `Location`; npos if it has none. Some servers write backslashes, or leave out the
/// slashes, and still mean an authority.
inline std::size_t find_authority(std::string_view location) noexcept
{
    const auto in_scheme = [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
    const auto scheme_end = std::find_if_not(location.begin(), location.end(), in_scheme);
    const bool has_scheme = scheme_end != location.begin() && scheme_end != location.end() && *scheme_end == ':';
    const auto begin = has_scheme ? static_cast<std::size_t>(scheme_end - location.begin()) + 1 : 0;
    const auto after_slashes = std::min(location.find_first_not_of("/\\", begin), location.size());
    return has_scheme || after_slashes - begin >= 2 ? after_slashes : location.npos;
}

/// Whether `text` can be a host and its port. Otherwise it is the beginning of user info whose password contains an
/// unescaped `/`, `?` or `#`. Before `?` and `#`, only `localhost` and names with a dot or a bracket are hosts.
inline bool may_be_host(std::string_view text, std::string_view rest) noexcept
{
    const auto host_end = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    const auto host = text.substr(0, host_end), port = text.substr(std::min(host_end, text.size()));
    if (!port.empty() && !std::all_of(port.begin() + 1, port.end(), is_digit))
        return false;
    const bool is_before_path = !rest.starts_with('?') && !rest.starts_with('#');
    return is_before_path || host.empty() || host == "localhost" || host.find_first_of(".[") != host.npos;
}

/// A `Location` without the parts that may be secret: user info, query and fragment.
inline std::string without_secrets(std::string_view location)
{
    const auto begin = std::min(find_authority(location), location.size());
    auto rest = location.substr(begin);
    for (std::size_t user_end = 0; user_end != rest.npos;) {
        const auto authority = rest.substr(0, rest.find_first_of("/\\?#"));
        user_end = authority.rfind('@');
        if (user_end == rest.npos && !may_be_host(authority, rest.substr(authority.size())))
            user_end = rest.find('@');
        rest.remove_prefix(user_end == rest.npos ? 0 : user_end + 1);
    }
    std::string shown(location.substr(0, begin));
    shown += rest;
    shown.resize(std::min(shown.find_first_of("?#"), shown.size()));
    return shown;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/server_words.hpp

namespace cojob::detail {

/// The letters of a text, in lower case.
inline std::string letters_of(std::string_view text)
{
    std::string letters;
    for (const char c : text)
        if (is_alpha(c))
            letters += to_lower(c);
    return letters;
}

/// Whether the text contains something that the status does not say: characters outside ASCII, or another number.
inline bool has_other_words(std::string_view text, int status)
{
    if (equal_ignoring_case(text.substr(0, 5), "http/")) // with its version
        text.remove_prefix(std::min(text.find(' '), text.size()));
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return true;
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
    return !digits.empty() && digits != std::to_string(status);
}

/// Whether a text says no more than the status does: "Not Found", "404 not found.", "NOT_FOUND", "HTTP error 404".
inline bool is_reason_phrase(std::string_view text, int status)
{
    if (has_other_words(text, status))
        return false;
    const auto letters = letters_of(text);
    const auto standard = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(std::clamp(status, 0, 999))));
    const auto reason = letters_of({standard.data(), standard.size()});
    constexpr std::array<std::string_view, 4> before{"http", "error", "httperror", "status"};
    const auto is_reason = [&](std::string_view rest) {
        return rest.empty() || rest == reason || (status == 413 && rest == "contenttoolarge") ||
               (status == 413 && rest == "requestentitytoolarge") ||
               (status == 422 && rest == "unprocessablecontent") ||
               (status == 503 && rest == "servicetemporarilyunavailable");
    };
    return is_reason(letters) || std::any_of(before.begin(), before.end(), [&](std::string_view prefix) {
               return letters.starts_with(prefix) && is_reason(std::string_view(letters).substr(prefix.size()));
           });
}

/// Finds the messages in the JSON body of an error response.
class server_words {
  public:
    server_words(const boost::json::value& body, int status) : status_(status) { texts_ = texts_in(body, 0); }

    /// The first message that says more than the status, or else the first message; empty if there is none.
    [[nodiscard]] const std::string& message() const
    {
        static const std::string none;
        return texts_.empty() ? none : texts_[best_of(texts_)];
    }

    /// The other messages, most informative member first.
    [[nodiscard]] std::string detail() const
    {
        std::string all;
        for (std::size_t i = 0; i < texts_.size(); ++i)
            if (i != best_of(texts_))
                all.append(all.empty() ? "" : "; ").append(texts_[i]);
        return all;
    }

  private:
    using texts = std::vector<std::string>;

    static constexpr std::size_t most_items = 8; // of an array: enough to correct a request
    static constexpr int deepest = 4;            // {"error": {"errors": [{"message": …}]}}

    /// The members that contain messages, the most informative first. `detail` and `title` are RFC 9457's,
    /// `error_description` is RFC 6749's, `msg` FastAPI's.
    static constexpr std::array<std::string_view, 9> names{
        "message", "error_description", "error", "detail", "details", "title", "errors", "msg", "reason"};

    /// The index of the first message that says more than the status, or else 0.
    [[nodiscard]] std::size_t best_of(const texts& all) const
    {
        const auto says_more = [this](const std::string& text) { return !is_reason_phrase(text, status_); };
        const auto found = std::find_if(all.begin(), all.end(), says_more);
        return found == all.end() ? 0 : static_cast<std::size_t>(found - all.begin());
    }

    /// The distinct messages of an object's members; at most one of any other value.
    [[nodiscard]] texts texts_in(const boost::json::value& value, int depth) const
    {
        texts found;
        const auto* const object = value.if_object();
        if (!object)
            add(found, words_in(value, depth));
        else
            for (const auto name : names)
                if (const auto* const member = object->if_contains(name))
                    add(found, name == "errors" ? words_of_fields(*member, depth + 1) : words_in(*member, depth + 1));
        return found;
    }

    static void add(texts& found, std::string words)
    {
        if (!trim(words).empty() && std::find(found.begin(), found.end(), words) == found.end())
            found.push_back(std::move(words));
    }

    /// The message of a value; empty if it has none.
    [[nodiscard]] std::string words_in(const boost::json::value& value, int depth) const
    {
        if (const auto* const text = value.if_string())
            return {text->data(), text->size()};
        if (depth > deepest)
            return {};
        if (const auto* const items = value.if_array())
            return joined(*items, depth);
        if (value.is_object())
            if (const auto inner = texts_in(value, depth); !inner.empty())
                return inner[best_of(inner)];
        return {};
    }

    [[nodiscard]] std::string joined(const boost::json::array& items, int depth) const
    {
        std::string all;
        for (std::size_t i = 0; i < std::min(items.size(), most_items); ++i)
            if (const auto words = words_in(items[i], depth + 1); !words.empty())
                all.append(all.empty() ? "" : "; ").append(words);
        return all;
    }

    /// The messages in `errors`, which can also map fields to messages: `{"prompt": ["is too long"]}`.
    [[nodiscard]] std::string words_of_fields(const boost::json::value& errors, int depth) const
    {
        auto all = words_in(errors, depth);
        const auto* const fields = all.empty() ? errors.if_object() : nullptr;
        if (!fields)
            return all;
        std::size_t items = 0;
        for (const auto& [name, value] : *fields)
            if (const auto words = words_in(value, depth + 1); !words.empty() && ++items <= most_items)
                all.append(all.empty() ? "" : "; ").append(name.data(), name.size()).append(": ").append(words);
        return all;
    }

    int status_;
    texts texts_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/client/server_message.hpp

namespace cojob::detail {

/// The body of an error response as JSON, parsed as leniently as that of a success; null if it is not JSON.
inline boost::json::value read_failure(const http::response& response, const limit_options& limits)
{
    try {
        return parse_json(response.body, limits.json_depth);
    } catch (const api_error&) {
        return {};
    }
}

/// Adds the server's message: from a JSON body, or else the body itself. Adds nothing if the body has a content coding.
inline void add_words_of(error_info& info, const http::response& response, const limit_options& limits,
                         const secret& authorization)
{
    if (!content_coding(response).empty())
        return;
    const server_words words(read_failure(response, limits), response.status);
    const std::string_view message = words.message().empty() ? without_byte_order_mark(response.body) : words.message();
    info.server_message = excerpt(message, limits.error_text, authorization);
    info.server_detail = excerpt(words.detail(), limits.error_text, authorization);
}

/// Adds the server's message, unless the status is a success.
inline void add_server_message(error_info& info, const http::response& response, const limit_options& limits,
                               const secret& authorization)
{
    if (response.status >= 300)
        add_words_of(info, response, limits, authorization);
}

/// Adds the response headers that help to understand the error.
inline void add_server_headers(error_info& info, const http::response& response, const secret& authorization)
{
    constexpr std::size_t longest_id = 256, longest_location = 512, longest_time = 64;
    const auto header = [&](std::string_view name) { return response.header(name).value_or(std::string_view()); };
    info.request_id = excerpt(header("X-Request-Id"), longest_id, authorization);
    info.retry_after = excerpt(header("Retry-After"), longest_time, authorization);
    const auto location = escape_control(without_key(without_secrets(header("Location")), authorization));
    info.location = cut_at_character(location, longest_location);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/in_units.hpp

namespace cojob::detail {

/// 480 ms, 6.2 s, 2 min 5 s, 1 h 40 min: rounded down.
inline std::string in_units(duration length)
{
    const auto in = [](std::int64_t n, std::string_view unit) { return std::to_string(n).append(unit); };
    const std::int64_t ms = std::max<std::int64_t>(std::chrono::floor<std::chrono::milliseconds>(length).count(), 0);
    if (ms < 1000)
        return in(ms, " ms");
    const auto s = ms / 1000, tenths = ms / 100 % 10, min = s / 60;
    if (min == 0)
        return tenths == 0 ? in(s, " s") : in(s, ".") + in(tenths, " s");
    if (min < 60)
        return s % 60 == 0 ? in(min, " min") : in(min, " min ") + in(s % 60, " s");
    return min % 60 == 0 ? in(min / 60, " h") : in(min / 60, " h ") + in(min % 60, " min");
}

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/verdict.hpp

namespace cojob::detail {

/// The facts about an attempt's end that determine its error.
struct attempt_outcome {
    error_code error{}; ///< from the transport; no error: there is a status
    int status = 0;
    bool has_retry_hint = false;
    bool was_committed = false;
    stop_reason stopped = stop_reason::none;
    cojob::effect effect = cojob::effect::none;
    bool was_stale = false;    ///< a reused connection ended before the first byte of a response
    bool removes = false;      ///< a DELETE
    bool is_cut_short = false; ///< the response arrived before the request was written completely
    bool is_at_proxy = false;  ///< the request reached the proxy but not the server
    bool is_final = false;     ///< the transport knows that a retry would fail the same way
};

/// The error code of a status; no error for a success.
[[nodiscard]] inline error_code status_error(int status) noexcept
{
    if (status >= 200 && status < 300)
        return {};
    if (status >= 400 && status < 500) {
        switch (status) {
        case 401: return errc::unauthorized;
        case 403: return errc::forbidden;
        case 404: return errc::not_found;
        case 409: return errc::conflict;
        case 429: return errc::rate_limited;
        default: return errc::rejected;
        }
    }
    return status >= 500 && status < 600 ? errc::server_error : errc::unexpected_status;
}

/// Why the attempt ended, regardless of whether the server did the work.
[[nodiscard]] inline error_code attempt_error(const attempt_outcome& a) noexcept
{
    switch (a.stopped) {
    case stop_reason::cancelled:
    case stop_reason::forked:
    case stop_reason::closed: return asio::error::operation_aborted;
    case stop_reason::deadline: return errc::deadline_exceeded;
    case stop_reason::limit:
        if (a.is_at_proxy)
            return errc::proxy_failed;
        return a.was_committed ? errc::request_timeout : errc::connect_timeout;
    case stop_reason::none: break;
    }
    return a.error ? a.error : status_error(a.status);
}

/// Whether a server may have done the work although it responded with this status. 501 and 505 are refusals, and so is
/// a 503 with a retry hint. A 408 is not: gateways send it when their upstream timed out, which may have done the work.
/// It is a refusal if the request was not written completely.
[[nodiscard]] inline bool is_ambiguous(const attempt_outcome& a) noexcept
{
    if (a.status == 408)
        return !a.is_cut_short;
    return a.status >= 500 && a.status < 600 && a.status != 501 && a.status != 505 &&
           !(a.status == 503 && a.has_retry_hint);
}

/// Whether the server certainly did not read the request: it rejected the TLS handshake after the request was written
/// (in TLS 1.3 the server can do so after the client has finished).
[[nodiscard]] inline bool was_never_read(const attempt_outcome& a) noexcept
{
    return a.stopped == stop_reason::none && a.error == errc::tls_failed;
}

/// The error of a call that ends with this attempt. Once a request that must not be repeated has been sent, only a
/// response shows whether the server did the work.
[[nodiscard]] inline error_code final_error(const attempt_outcome& a) noexcept
{
    const auto own = attempt_error(a);
    if (!own || !a.was_committed || a.effect == effect::none || was_never_read(a))
        return own;
    if (a.stopped == stop_reason::forked) // the parent continues it and gets the response
        return own;
    // Its other errors can be retried. A cancellation becomes outcome_unknown: operation_aborted would mean that
    // nothing happened.
    if (a.effect == effect::idempotent)
        return a.stopped == stop_reason::cancelled ? make_error_code(errc::outcome_unknown) : own;
    const auto has_answer = a.stopped == stop_reason::none && !a.error;
    const auto is_unknown = has_answer ? is_ambiguous(a) : true;
    return is_unknown ? make_error_code(errc::outcome_unknown) : own;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/reason.hpp

namespace cojob::detail {

/// Which timeout stopped an attempt, with its length.
inline std::string words_of_limit(phase reached, bool was_committed, const timeout_options& limits)
{
    const auto within = [&](std::string_view what, duration limit) {
        return std::string(what) + " within " + in_units(std::min(limit, limits.attempt));
    };
    if (was_committed)
        return within("no response", limits.attempt);
    switch (reached) {
    case phase::resolving: return within("host name not resolved", limits.resolve);
    case phase::connecting: return within("no connection", limits.connect);
    case phase::proxying: return within("no tunnel from the proxy", limits.proxy);
    case phase::handshaking: return within("no TLS handshake", limits.handshake);
    default: return within("request not sent", limits.attempt);
    }
}

/// Why an attempt ended, for error_info::message; empty if the error code says enough.
inline std::string reason_of(const attempt_outcome& a, phase reached, const timeout_options& limits)
{
    switch (a.stopped) {
    case stop_reason::limit: return words_of_limit(reached, a.was_committed, limits);
    case stop_reason::deadline:
        return a.was_committed ? "no response before the call's deadline"
                               : "request not sent before the call's deadline";
    case stop_reason::cancelled:
        return a.was_committed ? "cancelled before a response arrived" : "cancelled before the request was sent";
    case stop_reason::closed:
        return a.was_committed ? "the client was closed before a response arrived"
                               : "the client was closed before the request was sent";
    case stop_reason::forked: return "begun before the process forked: the parent process continues it";
    case stop_reason::none: break;
    }
    if (!a.error && a.status >= 300 && a.status < 400)
        return "redirects are not followed";
    if (!a.error && final_error(a) == errc::outcome_unknown)
        return "the response does not show whether the server did the work";
    const auto own = attempt_error(a);
    return final_error(a) == own ? std::string() : own.message();
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/attempt.hpp

namespace cojob::detail {

/// The result of one attempt of a call.
struct attempt_result {
    attempt_outcome outcome{};
    http::exchange_result exchange{};
    std::optional<duration> hint{}; ///< how long the server asks the client to wait
    attempt record{};               ///< the entry for error_info::attempts
};

struct attempt_start {
    time_point began;
    timestamp started;
};

/// Settings of one attempt.
struct attempt_settings {
    poll_trace* poll = nullptr; ///< not null: the attempt is a poll of a wait
    duration waited{};          ///< the delay before this attempt
    bool needs_new_connection = false;
    http::commit_gate* gate = nullptr;
    std::optional<attempt_start> held{}; ///< set: continues an attempt that was held at its commit
};

/// The error of a call, with the request's method, path and job id.
inline error_info describe_failure(const prepared_call& call, error_code code, std::string why)
{
    error_info info(code, std::move(why));
    info.method = call.wire.method;
    info.path = without_key(call.wire.target, call.wire.authorization); // it may have been passed as an id
    info.job_id = without_key(call.job_id, call.wire.authorization);
    return info;
}

/// The error of a call that ends with this failed attempt.
inline error_info describe_failure(const client_state& state, const prepared_call& call, const attempt_result& result)
{
    const auto& response = result.exchange.response;
    auto why = result.exchange.why;
    if (why.empty())
        why = reason_of(result.outcome, result.record.reached, state.options.timeouts);
    auto info = describe_failure(call, final_error(result.outcome), std::move(why));
    info.http_status = response.status;
    info.is_final = result.outcome.is_final;
    add_server_message(info, response, state.options.limits, call.wire.authorization);
    add_server_headers(info, response, call.wire.authorization);
    if (result.hint)
        info.retry_at = state.time().wall_now() + *result.hint;
    return info;
}

inline void add_words(std::string& text, std::string_view more)
{
    if (!text.empty() && !more.empty())
        text += "; ";
    text += more;
}

/// \throws api_error invalid_argument, and any exception of the hook
inline void add_hooked_headers(const header_hook& hook, const attempt_event& event, http::request& wire)
{
    auto hooked = hook(event);
    replace_common_headers(wire, hooked);
    http::header_list all;
    for (auto& header : wire.headers)
        if (!http::find_header(hooked, header.first))
            all.push_back(std::move(header));
    for (auto& header : hooked) {
        check_header(header);
        all.push_back(std::move(header));
    }
    wire.headers = std::move(all);
}

/// One attempt while it runs. Sets up the exchange and turns its result into an attempt_result.
class attempt_run {
  public:
    /// Begins the attempt, or continues the one in `settings.held`.
    attempt_run(client_state& state, operation& op, const prepared_call& call, const attempt_event& event,
                attempt_settings settings)
        : state_(state), call_(call), settings_(settings),
          start_(settings.held ? *settings.held : attempt_start{state.time().now(), state.time().wall_now()}),
          exchange_(op, call.effect == effect::none, settings.gate), watched_(settings.poll, exchange_.reached)
    {
        if (!settings_.held)
            begin(event);
        exchange_.needs_new_connection = settings.needs_new_connection;
        exchange_.avoids_idle = call.effect == effect::once;
        exchange_.yields = settings.poll ? settings.poll->yields : duration::zero();
        exchange_.streams_body = call.streams_body;
    }
    attempt_run(const attempt_run&) = delete;
    attempt_run& operator=(const attempt_run&) = delete;
    ~attempt_run() = default;

    [[nodiscard]] http::exchange& exchange() noexcept { return exchange_; }

    /// Whether the attempt was held at its commit, before anything was sent.
    [[nodiscard]] bool is_held(const http::exchange_result& result) const noexcept
    {
        return exchange_.was_refused() && !was_sent_anyway(result) && !exchange_.operation.is_stopped();
    }

    /// Suspends the attempt. Another attempt_run continues it.
    [[nodiscard]] attempt_start hold()
    {
        state_.counters.opened += exchange_.is_reused ? 0U : 1U;
        state_.counters.resumed += exchange_.is_resumed ? 1U : 0U;
        exchange_.operation.clear_limit();
        return start_;
    }

    /// Completes the attempt.
    [[nodiscard]] attempt_result end(http::exchange_result&& ended)
    {
        count();
        attempt_result result;
        result.exchange = std::move(ended);
        const auto& response = result.exchange.response;
        const auto hint = retry_after_hint(response.headers, state_.time().wall_now());
        result.outcome =
            outcome_of(result.exchange, hint || (response.status >= 400 && has_retry_after(response.headers)));
        auto& record = result.record;
        record.started = start_.started;
        record.wait = settings_.waited;
        record.reached = exchange_.reached;
        record.status = response.status;
        record.ended = attempt_error(result.outcome);
        record.why = result.exchange.why;
        // Some servers send rate limit headers with every response. After a success they cause no delay.
        result.hint = record.ended ? retry_hint(response.headers, state_.time().wall_now()) : hint;
        if (settings_.poll)
            update(*settings_.poll, result);
        if (auto* const observer = state_.options.observer.get())
            observer->on_response({call_.wire.method, call_.shown_target, record.status, record.ended,
                                   exchange_.reached, state_.time().now() - start_.began});
        exchange_.operation.clear_limit();
        return result;
    }

  private:
    void update(poll_trace& poll, const attempt_result& result) const
    {
        poll.retry_after = std::max(poll.retry_after, result.hint); // of all pages of a list
        poll.queued += exchange_.queued;
    }

    void begin(const attempt_event& event)
    {
        if (auto* const observer = state_.options.observer.get())
            observer->on_attempt({event.method, call_.shown_target, event.number, event.is_poll});
        ++state_.counters.requests;
        state_.counters.polls += event.is_poll ? 1U : 0U;
    }

    void count()
    {
        auto& c = state_.counters;
        (exchange_.is_reused ? c.reused : c.opened) +=
            exchange_.is_reused || exchange_.reached >= phase::sending ? 1U : 0U;
        c.resumed += exchange_.is_resumed ? 1U : 0U;
        c.sent += exchange_.bytes_sent;
        c.received += exchange_.bytes_received;
    }

    /// Whether the transport sent bytes although `exchange::commit` returned false. Only `operation_aborted` and no
    /// bytes sent show that it did not.
    [[nodiscard]] bool was_sent_anyway(const http::exchange_result& result) const noexcept
    {
        return exchange_.was_refused() && (result.error != asio::error::operation_aborted || exchange_.bytes_sent != 0);
    }

    /// Whether the status alone decides the outcome, even if the body fails: the server has rejected the request. A
    /// call without an effect is retried instead, to get the server's message, except after a 429, which concerns all
    /// calls.
    [[nodiscard]] bool is_decided_by_status(int status) const noexcept
    {
        return status == 429 || (status >= 400 && status < 500 && status != 408 && call_.effect != effect::none);
    }

    /// Whether the whole call was stopped. A timeout of the attempt does not count.
    [[nodiscard]] bool is_call_stopped() const noexcept
    {
        const auto reason = exchange_.operation.reason();
        return reason != stop_reason::none && reason != stop_reason::limit;
    }

    [[nodiscard]] attempt_outcome outcome_of(const http::exchange_result& result, bool has_retry_hint) const
    {
        const auto& x = exchange_;
        const auto status = result.response.status;
        const bool is_at_proxy = x.reached == phase::proxying;
        const bool has_response = !result.error || (is_decided_by_status(status) && !is_at_proxy && !is_call_stopped());
        attempt_outcome outcome;
        outcome.error = has_response ? error_code() : result.error;
        outcome.status = has_response ? status : 0;
        outcome.has_retry_hint = has_retry_hint;
        outcome.was_committed = x.was_committed() || was_sent_anyway(result);
        outcome.stopped = has_response ? stop_reason::none : x.operation.reason();
        outcome.effect = call_.effect;
        outcome.was_stale = x.is_reused && x.was_committed() && x.bytes_received == 0 && x.reached < phase::receiving;
        outcome.removes = call_.wire.method == "DELETE";
        outcome.is_cut_short = x.is_cut_short;
        outcome.is_at_proxy = is_at_proxy;
        outcome.is_final = result.is_final;
        return outcome;
    }

    client_state& state_;
    const prepared_call& call_;
    attempt_settings settings_;
    attempt_start start_;
    http::exchange exchange_;
    poll_trace::watch watched_; // refers to exchange_
};

} // namespace cojob::detail

// -------- cojob/impl/internal/client/call_events.hpp

namespace cojob::detail {

/// Reports what happens between a call's attempts to the client's observer.
class call_events {
  public:
    explicit call_events(call_record& call) : call_(call) { redact_key(); }

    /// Removes the key from the path that the observer gets: callers sometimes pass it where an id should be. A
    /// provider may return another key for each attempt.
    void redact_key()
    {
        auto& request = call_.request;
        if (observer())
            request.shown_target = without_key(
                request.shown_target.empty() ? request.wire.target : request.shown_target, request.wire.authorization);
    }

    void retry(unsigned number, error_code why, duration wait, bool is_hinted) const
    {
        if (auto* const to = observer())
            to->on_retry({call_.request.wire.method, call_.request.shown_target, number, why, wait, is_hinted});
    }

    void throttled(errc why, duration wait) const
    {
        if (why == errc::quota_exhausted)
            ++call_.client->counters.throttles;
        if (auto* const to = observer())
            to->on_throttled({call_.request.wire.method, call_.request.shown_target, {}, why, wait});
    }

    /// Reports the end of an attempt that was held at its commit and not continued.
    void never_sent(const attempt_start& start) const
    {
        const error_code why = call_.failure ? call_.failure->code() : error_code(asio::error::operation_aborted);
        if (auto* const to = observer())
            to->on_response({call_.request.wire.method, call_.request.shown_target, 0, why, phase::queued,
                             call_.client->time().now() - start.began});
    }

  private:
    [[nodiscard]] cojob::observer* observer() const noexcept { return call_.client->options.observer.get(); }

    call_record& call_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_question.hpp

namespace cojob::detail {

/// Takes the answers of a ledger, from any thread.
class quota_asker {
  public:
    virtual void answered(std::uint64_t question, quota_answer) = 0;
    /// The ledger dropped the question, because the context of its I/O was destroyed.
    virtual void abandoned(std::uint64_t question) = 0;

  protected:
    ~quota_asker() = default;
};

/// A question to a ledger, owned by the function that takes the answer.
class quota_question {
  public:
    quota_question(std::weak_ptr<quota_asker> asker, std::uint64_t number, std::weak_ptr<quota_ledger> ledger)
        : asker_(std::move(asker)), number_(number), ledger_(std::move(ledger))
    {
    }
    quota_question(const quota_question&) = delete;
    quota_question& operator=(const quota_question&) = delete;

    ~quota_question()
    {
        if (const auto asker = asker_.lock(); asker && !is_answered_)
            asker->abandoned(number_);
    }

    void answer(quota_answer given)
    {
        is_answered_ = true;
        if (const auto asker = asker_.lock())
            asker->answered(number_, std::move(given));
        else if (const auto ledger = ledger_.lock(); ledger && given.is_granted)
            ledger->end(given.lease, {});
    }
    void fail(const char* why)
    {
        quota_answer failed;
        failed.failure = why;
        answer(std::move(failed));
    }

  private:
    const std::weak_ptr<quota_asker> asker_;
    const std::uint64_t number_;
    const std::weak_ptr<quota_ledger> ledger_; // for a lease that comes too late
    bool is_answered_ = false;
};

/// Asks a ledger. An exception of the ledger is its answer.
inline void ask_ledger(const std::shared_ptr<quota_ledger>& ledger, const asio::any_io_executor& executor,
                       duration attempt, const std::weak_ptr<quota_asker>& asker, std::uint64_t number)
{
    const auto asked = std::make_shared<quota_question>(asker, number, ledger);
    try {
        ledger->acquire(executor, attempt, [asked](quota_answer given) { asked->answer(std::move(given)); });
    } catch (const std::exception& e) {
        asked->fail(e.what());
    } catch (...) {
        asked->fail("the quota's ledger threw an exception");
    }
}

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_leases.hpp

namespace cojob::detail {

/// A process's dealings with the ledger of its quota: what it has asked for, and a lease that no caller has yet.
/// Without a ledger there is always a lease, and nothing is asked. Has no I/O of its own, clock or lock.
class quota_leases {
  public:
    /// How long callers that may not queue wait for the ledger's answer.
    static constexpr duration answer_limit = std::chrono::seconds(10);

    struct lease {
        std::uint64_t id = 0;
        std::uint64_t process = 0; // a child after a fork does not end its parent's leases
    };

    quota_leases() = default;
    explicit quota_leases(std::shared_ptr<quota_ledger> ledger) : ledger_(std::move(ledger)) {}
    quota_leases(quota_leases&&) = default;
    quota_leases& operator=(quota_leases&&) = default;
    ~quota_leases() { put_back(); }

    [[nodiscard]] bool has_ledger() const noexcept { return ledger_ != nullptr; }
    [[nodiscard]] const std::shared_ptr<quota_ledger>& ledger() const noexcept { return ledger_; }
    [[nodiscard]] bool has_lease() const noexcept { return !ledger_ || is_ready_; }
    [[nodiscard]] bool may_ask(time_point now) const noexcept { return !is_asking_ && !is_ready_ && now >= ask_at_; }
    /// The last answer holds: there is no slot yet.
    [[nodiscard]] bool said_no(time_point now) const noexcept { return now < ask_at_; }
    [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

    /// \pre `has_lease()`
    [[nodiscard]] lease take() noexcept
    {
        is_ready_ = false;
        return {ready_, process_};
    }

    /// Returns the number of the question, which its answer repeats.
    [[nodiscard]] std::uint64_t ask() noexcept
    {
        is_asking_ = is_waiting_ = true;
        return ++question_;
    }

    /// Takes the answer in. Returns false if the question was forgotten.
    bool answered(std::uint64_t question, quota_answer answer, time_point now)
    {
        if (question != question_ || !is_asking_)
            return false;
        is_asking_ = false;
        failure_ = std::move(answer.failure);
        is_ready_ = answer.is_granted && failure_.empty();
        is_waiting_ = !is_ready_;
        ready_ = answer.lease;
        ask_at_ = expected_at_ = now;
        if (!is_ready_ && failure_.empty()) {
            ask_at_ = after(now, std::max<duration>(answer.ask_again, std::chrono::milliseconds(1)));
            expected_at_ = std::max(ask_at_, after(now, answer.wait));
        }
        return true;
    }

    /// The question ended without an answer.
    bool abandoned(std::uint64_t question) noexcept
    {
        return question == question_ && std::exchange(is_asking_, false);
    }

    /// When a caller at this position must ask again, if the process has a slot for it at `by_window`. The first caller
    /// asks again when the ledger said; the answer wakes all others.
    [[nodiscard]] time_point next(std::uint64_t position, time_point by_window, time_point now) const noexcept
    {
        if (!ledger_ || by_window > now)
            return by_window;
        return position > 0 || is_asking_ || ask_at_ <= now ? time_point::max() : ask_at_;
    }
    /// When the ledger expects a slot.
    [[nodiscard]] time_point expected_at() const noexcept { return expected_at_; }

    [[nodiscard]] bool cover(lease l, duration attempt) const noexcept
    {
        return !ledger_ || (l.process == process_ && ledger_->covers(l.id, attempt));
    }

    void end(lease l, const quota_outcome& outcome) const noexcept
    {
        if (ledger_ && l.process == process_)
            ledger_->end(l.id, outcome);
    }

    /// Returns the lease that no caller has.
    void put_back() noexcept
    {
        if (std::exchange(is_ready_, false) && ledger_)
            ledger_->end(ready_, {});
    }

    /// Nobody is queued.
    void stop_waiting() noexcept
    {
        put_back();
        if (ledger_ && std::exchange(is_waiting_, false))
            ledger_->stop_waiting();
    }

    /// Called in a child process after a fork: all leases are the parent's.
    void forget() noexcept
    {
        ++process_;
        ++question_;
        is_asking_ = is_ready_ = is_waiting_ = false;
    }

  private:
    std::shared_ptr<quota_ledger> ledger_;
    bool is_asking_ = false, is_ready_ = false, is_waiting_ = false;
    std::uint64_t ready_ = 0, question_ = 0, process_ = 0;
    time_point ask_at_ = time_point::min(), expected_at_ = time_point::min();
    std::string failure_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_queue.hpp

namespace cojob::detail {

/// A queue ordered by its entries' numbers that finds the entries which cannot be served in time. All operations except
/// the two reviews take O(log n) steps. Nothing allocates, because the entries are the nodes. An entry's room is the
/// number of positions by which it could move back and still be served in time. When an entry leaves, the room of all
/// entries behind it grows by one; when one is inserted ahead of them, it shrinks by one. Rooms are stored as
/// differences, so that either changes O(log n) nodes. The tree is a treap: its shape follows from the hashed numbers
/// and does not depend on the order of insertions.
class quota_queue {
  public:
    static constexpr std::int64_t endless = std::int64_t(1) << 60; ///< the room of an entry without a time limit

    /// A lower bound of an entry's room, and how long it holds.
    struct outlook {
        std::int64_t room = endless;
        time_point holds_until = time_point::max(); ///< after that the room must be computed again
    };

    class entry {
      public:
        entry() = default;
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

        [[nodiscard]] std::int64_t number() const noexcept { return number_; }
        void set_number(std::int64_t number) noexcept { number_ = number; }

      protected:
        ~entry() = default;

      private:
        friend class quota_queue;

        std::int64_t number_ = 0;
        outlook own_{}, least_{}; // of the entry; the minimum of its subtree
        std::int64_t shift_ = 0;  // not yet added to the rooms of both subtrees
        std::uint64_t size_ = 1;  // of the subtree
        entry *left_ = nullptr, *right_ = nullptr;
    };

    [[nodiscard]] std::uint64_t size() const noexcept { return root_ ? root_->size_ : 0; }

    /// The first entry; null if the queue is empty.
    [[nodiscard]] entry* front() const
    {
        auto* e = root_;
        while (e && e->left_) {
            ++steps_;
            e = e->left_;
        }
        return e;
    }

    /// The number of entries ahead of this one.
    [[nodiscard]] std::uint64_t position(const entry& of) const
    {
        std::uint64_t before = 0;
        for (const auto* e = root_; e; ++steps_) {
            if (of.number_ <= e->number_) {
                e = e->left_;
            } else {
                before += 1 + size_of(e->left_);
                e = e->right_;
            }
        }
        return before;
    }

    /// Inserts an entry. The room of those behind it shrinks by one.
    void insert(entry& e, outlook known)
    {
        e.left_ = e.right_ = nullptr;
        e.shift_ = 0;
        e.own_ = known;
        pull(e);
        auto [before, behind] = split(root_, e.number_);
        add(behind, -1);
        root_ = merge(merge(before, &e), behind);
    }

    /// Removes an entry. The room of those behind it grows by one.
    void erase(const entry& e)
    {
        auto [before, rest] = split(root_, e.number_);
        auto* const behind = split(rest, e.number_ + 1).second;
        add(behind, 1);
        root_ = merge(before, behind);
    }

    /// Adds to the room of all entries.
    void shift_all(std::int64_t by) noexcept { add(root_, by); }

    /// The first entry whose stored outlook says that it cannot be served in time; null if there is none.
    [[nodiscard]] entry* first_in_doubt(time_point now)
    {
        auto* e = is_in_doubt(root_, now) ? root_ : nullptr;
        for (; e; ++steps_) {
            push(*e);
            if (is_in_doubt(e->left_, now))
                e = e->left_;
            else if (is_vain(e->own_, now))
                return e;
            else
                e = e->right_;
        }
        return nullptr;
    }

    /// Computes the outlook of each entry: `look(entry, position)`. O(n).
    template <class Function>
    void review_all(const Function& look)
    {
        if (root_)
            review(*root_, 0, look, [](const entry*) { return true; });
    }

    /// Computes the outlook of the entries that may not be served in time. O(1) if there are none.
    template <class Function>
    void review_doubtful(time_point now, const Function& look)
    {
        if (is_in_doubt(root_, now))
            review(*root_, 0, look, [now](const entry* e) { return is_in_doubt(e, now); });
    }

    /// The number of entries visited so far, a measure of the work.
    [[nodiscard]] std::uint64_t steps() const noexcept { return steps_; }

  private:
    using pair = std::pair<entry*, entry*>;

    [[nodiscard]] static bool is_vain(const outlook& o, time_point now) noexcept
    {
        return o.room <= 0 || o.holds_until < now;
    }
    [[nodiscard]] static bool is_in_doubt(const entry* e, time_point now) noexcept
    {
        return e && is_vain(e->least_, now);
    }
    [[nodiscard]] static std::uint64_t size_of(const entry* e) noexcept { return e ? e->size_ : 0; }

    /// The finalizer of SplitMix64: neighbouring numbers get unrelated weights.
    [[nodiscard]] static std::uint64_t weight(const entry& e) noexcept
    {
        auto x = static_cast<std::uint64_t>(e.number_) + 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31);
    }

    static void add(entry* e, std::int64_t by) noexcept
    {
        if (!e)
            return;
        e->own_.room += by;
        e->least_.room += by;
        e->shift_ += by;
    }

    void push(entry& e)
    {
        ++steps_;
        add(e.left_, e.shift_);
        add(e.right_, e.shift_);
        e.shift_ = 0;
    }

    static void pull(entry& e) noexcept
    {
        e.least_ = e.own_;
        e.size_ = 1;
        for (const auto* child : {e.left_, e.right_})
            if (child) {
                e.least_.room = std::min(e.least_.room, child->least_.room);
                e.least_.holds_until = std::min(e.least_.holds_until, child->least_.holds_until);
                e.size_ += child->size_;
            }
    }

    /// Splits a tree into the entries with a smaller number and the others.
    pair split(entry* e, std::int64_t number)
    {
        if (!e)
            return {};
        push(*e);
        pair parts;
        if (e->number_ < number) {
            parts = split(e->right_, number);
            e->right_ = std::exchange(parts.first, e);
        } else {
            parts = split(e->left_, number);
            e->left_ = std::exchange(parts.second, e);
        }
        pull(*e);
        return parts;
    }

    entry* merge(entry* a, entry* b)
    {
        if (!a || !b)
            return a ? a : b;
        auto* const top = weight(*a) > weight(*b) ? a : b;
        push(*top);
        if (top == a)
            a->right_ = merge(a->right_, b);
        else
            b->left_ = merge(a, b->left_);
        pull(*top);
        return top;
    }

    template <class Function, class Predicate>
    void review(entry& e, std::uint64_t before, const Function& look, const Predicate& is_to_review)
    {
        push(e);
        const auto position = before + size_of(e.left_);
        if (e.left_ && is_to_review(e.left_))
            review(*e.left_, before, look, is_to_review);
        e.own_ = look(e, position);
        if (e.right_ && is_to_review(e.right_))
            review(*e.right_, position + 1, look, is_to_review);
        pull(e);
    }

    entry* root_ = nullptr;
    mutable std::uint64_t steps_ = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/jitter.hpp

namespace cojob::detail {

/// A random fraction of a duration. `uniform` is from [0, 1).
[[nodiscard]] inline duration part_of(duration whole, double uniform)
{
    return std::chrono::duration_cast<duration>(std::chrono::duration<double, duration::period>(whole) * uniform);
}

/// A random delay to add to a server's hint, so that not all clients retry at the same time.
[[nodiscard]] inline duration jitter(duration hint, double uniform)
{
    return part_of(std::min<duration>(std::chrono::seconds(1), hint / 10), uniform);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_window.hpp

namespace cojob::detail {

/// The state that a window needs to continue after a restart.
struct quota_state {
    time_point at{};              ///< the time of this state
    std::uint64_t held = 0;       ///< slots of requests in flight
    duration pause_left{};        ///< more than zero during a pause or a probe
    duration guess{};             ///< the last pause without a hint; zero: none since a success
    std::vector<duration> ages{}; ///< of the stamps, oldest first
};

/// Decides when a request may be sent to a server that accepts at most `limit` requests in any window of time. Has no
/// I/O and no clock. The times that it gets must not decrease. A slot is held from the decision to send until the
/// exchange ends. Then it is stamped with the time of that end, because the server counted the request at some time
/// before it. It is free again one window and one second later.
class quota_window {
  public:
    static constexpr duration margin = std::chrono::seconds(1); ///< for clocks that run at different speeds
    static constexpr duration longest_guess = std::chrono::minutes(15);

    /// The right to send one request. It remembers after which pause it was granted: the result of a request that was
    /// sent before a pause says nothing about the time after it.
    class slot {
        friend class quota_window;
        std::uint64_t era_ = 0;
    };

    quota_window(std::uint32_t limit, duration window)
        : limit_(limit), window_(window),
          taken_for_(window > duration::max() - margin ? duration::max() : window + margin)
    {
        assert(limit > 0 && window > duration::zero());
    }

    /// Continues from a saved state of age `elapsed`.
    quota_window(std::uint32_t limit, duration window, const quota_state& saved, duration elapsed, time_point now)
        : quota_window(limit, window)
    {
        assert(elapsed >= duration::zero());
        for (const auto age : saved.ages)
            if (elapsed < taken_for_ && std::max(age, duration::zero()) < taken_for_ - elapsed)
                stamps_.push_back(now - elapsed - std::max(age, duration::zero()));
        stamps_.insert(stamps_.end(), static_cast<std::size_t>(saved.held), now);
        guess_ = saved.guess;
        is_probing_ = saved.pause_left > duration::zero();
        if (saved.pause_left > elapsed)
            paused_until_ = after(now, saved.pause_left - elapsed);
    }

    [[nodiscard]] quota_state state(time_point now) const
    {
        quota_state s{now, held_, {}, guess_, {}};
        if (is_probing_)
            s.pause_left = std::max(paused_until_ > now ? paused_until_ - now : duration::zero(), duration(1));
        for (auto i = stamps_.size() - occupied(now); i < stamps_.size(); ++i)
            s.ages.push_back(now - stamps_[i]);
        return s;
    }

    /// Reserves memory for the stamps of `callers` more callers, so that nothing allocates until they have had their
    /// slots.
    void prepare(time_point now, std::uint64_t callers)
    {
        const auto used = occupied(now) + held_;
        const auto most = std::max<std::uint64_t>(used, std::min<std::uint64_t>(limit_, used + callers));
        if (most > stamps_.capacity())
            stamps_.reserve(std::max<std::size_t>(static_cast<std::size_t>(most), 2 * stamps_.capacity()));
    }

    [[nodiscard]] std::optional<slot> try_hold(time_point now)
    {
        if (occupied(now) <= stamps_.size() / 2) // not each time: it moves all stamps
            forget_free(now);
        if (remaining(now) == 0)
            return std::nullopt;
        ++held_;
        has_probe_ = is_probing_;
        slot s;
        s.era_ = era_;
        return s;
    }

    /// The exchange has ended, and the server may have counted the request. A probe without a response has no result:
    /// the next request is a probe too.
    void stamp(slot s, time_point now, bool is_success, bool was_answered = true)
    {
        if (stamps_.size() == stamps_.capacity())
            forget_free(now);
        stamps_.push_back(stamps_.empty() ? now : std::max(now, stamps_.back())); // first: it may throw
        release(s);
        if (s.era_ != era_ || !was_answered)
            return;
        is_probing_ = false;
        if (is_success)
            guess_ = duration::zero();
    }

    /// Returns the slot: the server has certainly not counted the request. A slot that was held before `use_up` belongs
    /// to the parent process and stays used.
    void give_back(slot s)
    {
        if (s.era_ < own_era_)
            stamps_.push_back(
                std::max(used_up_at_, stamps_.empty() ? used_up_at_ : stamps_.back())); // memory is reserved
        release(s);
    }

    /// Called in a child process after a fork. The parent goes on to use the free and the held slots, so all count as
    /// used from now on.
    void use_up(time_point now)
    {
        forget_free(now);
        const auto used = std::min<std::uint64_t>(limit_, stamps_.size() + held_);
        const auto free = static_cast<std::size_t>(limit_ - used);
        stamps_.reserve(stamps_.size() + free + static_cast<std::size_t>(held_));
        stamps_.insert(stamps_.end(), free, std::max(now, stamps_.empty() ? now : stamps_.back()));
        used_up_at_ = now;
        own_era_ = ++era_;
        has_probe_ = false; // the probe is the parent's
    }

    /// Reports a 429: returns the slot and pauses the pool. `uniform` is from [0, 1). Returns the end of the pause.
    time_point throttled(slot s, time_point now, std::optional<duration> hint, double uniform)
    {
        release(s);
        const bool is_paused = now < paused_until_;
        if (hint && (!is_paused || after(now, *hint) > paused_until_))
            paused_until_ = after(after(now, *hint), jitter(*hint, uniform));
        else if (!is_paused)
            paused_until_ = unhinted_pause_end(now, s.era_ == era_);
        if (!is_paused) {
            ++era_;
            is_probing_ = true;
            has_probe_ = false;
        }
        return paused_until_;
    }

    [[nodiscard]] time_point paused_until() const noexcept { return paused_until_; }

    /// Slots that could be held now.
    [[nodiscard]] std::uint32_t remaining(time_point now) const
    {
        const auto used = held_ + occupied(now);
        if (now < paused_until_ || used >= limit_ || (is_probing_ && has_probe_))
            return 0;
        return is_probing_ ? 1 : static_cast<std::uint32_t>(limit_ - used);
    }

    /// The earliest time at which the caller at this position of the queue (0: the first) can get a slot: if all held
    /// slots were returned now.
    [[nodiscard]] time_point earliest(time_point now, std::uint64_t position) const
    {
        return nth_free(now, position, 0);
    }

    /// The same if all held slots were stamped now: when the caller gets a slot without any event.
    [[nodiscard]] time_point expected(time_point now, std::uint64_t position) const
    {
        return nth_free(now, position, held_);
    }

    /// How many callers of a queue can get a slot by some time, at best.
    struct prospect {
        std::uint64_t callers;
        time_point holds_until; ///< if no event changes the window
    };

    /// The inverse of `earliest`. Free slots that stay unused come back later in each round as time passes. The result
    /// changes when the last round that begins by `then` would begin too late.
    [[nodiscard]] prospect served_by(time_point then, time_point now) const
    {
        const auto begin = std::max(now, paused_until_);
        if (then < begin)
            return {0, time_point::max()};
        constexpr std::uint64_t most_rounds = std::uint64_t(1) << 28; // years, and far from an overflow
        const auto rounds = std::min(static_cast<std::uint64_t>((then - begin) / taken_for_), most_rounds);
        const auto of_round = then - static_cast<duration::rep>(rounds) * taken_for_;
        const auto stamped = occupied(now);
        const auto is_back = [&](time_point stamp) { return free_at(stamp) <= of_round; };
        const auto first = stamps_.end() - static_cast<std::ptrdiff_t>(stamped);
        const auto back = static_cast<std::uint64_t>(std::partition_point(first, stamps_.end(), is_back) - first);
        const auto in_round = back + limit_ - std::min<std::uint64_t>(back + limit_, stamped);
        return {rounds * limit_ + in_round, rounds == 0 ? then - duration(1) : of_round};
    }

  private:
    [[nodiscard]] time_point free_at(time_point stamp) const noexcept { return after(stamp, taken_for_); }

    /// The number of stamped slots that are not free yet.
    [[nodiscard]] std::size_t occupied(time_point now) const
    {
        if (stamps_.empty() || free_at(stamps_.front()) > now)
            return stamps_.size();
        const auto is_free = [&](time_point stamp) { return free_at(stamp) <= now; };
        const auto first = std::partition_point(stamps_.begin(), stamps_.end(), is_free);
        return static_cast<std::size_t>(stamps_.end() - first);
    }

    void forget_free(time_point now)
    {
        stamps_.erase(stamps_.begin(), stamps_.end() - static_cast<std::ptrdiff_t>(occupied(now)));
    }

    /// When the slot for this position becomes free. Slots become free in this order: free ones, stamped ones, held
    /// ones. In each further round a slot comes back `taken_for_` later at the earliest.
    [[nodiscard]] time_point nth_free(time_point now, std::uint64_t position, std::uint64_t held) const
    {
        const auto stamped = occupied(now);
        const auto rounds = position / limit_;
        auto when = now;
        if (const auto place = position % limit_ + stamped + held; place >= limit_) {
            const auto taken = place - limit_;
            when = free_at(taken < stamped ? stamps_[static_cast<std::size_t>(stamps_.size() - stamped + taken)] : now);
        }
        when = std::max(when, paused_until_);
        if (rounds == 0)
            return when;
        const auto most = static_cast<std::uint64_t>(duration::max() / taken_for_);
        return rounds > most ? time_point::max() : after(when, static_cast<duration::rep>(rounds) * taken_for_);
    }

    void release(slot s) noexcept
    {
        assert(held_ > 0);
        --held_;
        if (s.era_ == era_)
            has_probe_ = false;
    }

    /// The end of a pause without a hint. If no other slot is free, the server's window may lag behind: the pause lasts
    /// until the oldest use leaves it. Otherwise others use the same quota, and the pause is a guess that doubles each
    /// time.
    [[nodiscard]] time_point unhinted_pause_end(time_point now, bool is_next)
    {
        const auto stamped = occupied(now);
        if (stamped > 0 && stamped + held_ + 1 >= limit_)
            return free_at(stamps_[stamps_.size() - stamped]);
        const auto first = std::max<duration>(window_ / limit_, std::chrono::milliseconds(1));
        if (guess_ == duration::zero())
            guess_ = std::min(first, longest_guess);
        else if (is_next) // not a request that was in flight when the last pause began
            guess_ = std::min(2 * guess_, longest_guess);
        return after(now, guess_);
    }

    std::uint32_t limit_;
    duration window_, taken_for_;
    std::vector<time_point> stamps_; // oldest first
    std::uint64_t held_ = 0;
    std::uint64_t era_ = 0;     // the number of pauses so far
    std::uint64_t own_era_ = 0; // the era of the last `use_up`: slots of earlier eras are the parent's
    time_point used_up_at_{};
    time_point paused_until_ = time_point::min();
    bool is_probing_ = false; // from a pause until a request after it gets a response other than 429
    bool has_probe_ = false;
    duration guess_{};
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_caller.hpp

namespace cojob::detail {

/// How long a caller may queue: in total, and until when. `no_timeout`: no limit.
struct quota_patience {
    duration in_all = no_timeout;
    time_point until = time_point::max();
};

/// One caller of a quota_scheduler. Not movable. Must leave the queue or release its slot before it is destroyed.
class quota_caller : public quota_queue::entry {
  public:
    enum class state_type {
        outside,
        queued,
        granted,   ///< has a slot that `request` has not reported
        holding,   ///< has a slot that `request` has reported
        committed, ///< has a slot and may have sent a request
        refused    ///< was refused, which `request` has not reported
    };

    /// \param wake called when the caller should repeat its request: granted, refused, or moved forward
    explicit quota_caller(std::function<void()> wake) : wake_(std::move(wake)) {}

    [[nodiscard]] state_type state() const noexcept { return state_; }
    [[nodiscard]] bool has_slot() const noexcept
    {
        return state_ == state_type::granted || state_ == state_type::holding || state_ == state_type::committed;
    }
    /// When its time in the queue ends.
    [[nodiscard]] time_point limit() const noexcept { return limit_; }
    /// When the caller must repeat its request if no event wakes it, as last reported to it.
    [[nodiscard]] time_point next() const noexcept { return next_; }

    /// How much longer the caller may queue.
    [[nodiscard]] duration queueing_left(quota_patience p, time_point now) const noexcept
    {
        const auto most = p.in_all == no_timeout ? no_timeout : std::max(p.in_all - queued_for_, duration::zero());
        return p.until == time_point::max() ? most : std::min(most, std::max(p.until - now, duration::zero()));
    }

    /// The longest that one of its attempts takes: its lease must cover it.
    duration attempt = no_timeout;
    /// Of the client, for the ledger's I/O; outlives the caller. May be null.
    const asio::any_io_executor* executor = nullptr;

  private:
    friend class quota_scheduler;

    std::function<void()> wake_;
    state_type state_ = state_type::outside;
    bool has_number_ = false;   // kept for the return to the same position
    bool is_impatient_ = false; // waits for the ledger's answer only
    quota_patience patience_{};
    duration queued_for_{}; // in total, without the current time in the queue
    time_point queued_since_{}, limit_{}, next_{};
    quota_window::slot slot_{};
    quota_leases::lease lease_{};
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_scheduler.hpp

namespace cojob::detail {

/// Grants the slots of a window to queued callers, in order. Has no I/O, clock or lock. The times that it gets must not
/// decrease. A granted slot can be revoked until it is committed: a pause revokes all slots with which nothing was
/// sent, and their callers queue again in their earlier positions.
class quota_scheduler {
  public:
    using caller = quota_caller;
    using patience = quota_patience;

    explicit quota_scheduler(quota_window window, std::shared_ptr<quota_ledger> ledger = {})
        : window_(std::move(window)), leases_(std::move(ledger))
    {
    }

    [[nodiscard]] const quota_window& window() const noexcept { return window_; }
    [[nodiscard]] const quota_leases& leases() const noexcept { return leases_; }

    /// Called in a child process after a fork.
    void use_up(time_point now)
    {
        leases_.forget();
        window_.use_up(now);
    }
    [[nodiscard]] std::uint64_t queued() const noexcept { return queue_.size(); }
    /// The number of queue entries visited so far, a measure of the work.
    [[nodiscard]] std::uint64_t steps() const noexcept { return queue_.steps() + uncommitted_.steps(); }

    /// Joins the queue, unless the caller is queued or has a slot. With `at_front` it returns to its earlier position,
    /// ahead of all callers that had no slot yet. Returns the caller's state; a refusal is reported once.
    caller::state_type request(caller& c, patience p, bool at_front, time_point now)
    {
        if (c.state_ == caller::state_type::outside) {
            window_.prepare(now, queue_.size() + 1); // may throw: nothing has changed yet
            c.patience_ = p;
            if (!at_front || !c.has_number_)
                c.set_number(at_front ? --first_number_ : ++last_number_);
            c.has_number_ = true;
            enqueue(c, now);
        }
        if (c.state_ == caller::state_type::queued)
            serve(now, &c);
        if (c.state_ == caller::state_type::granted)
            c.state_ = caller::state_type::holding;
        const auto result = c.state_;
        if (result == caller::state_type::refused)
            c.state_ = caller::state_type::outside;
        return result;
    }

    /// Commits the slot. Returns false if the caller has none.
    [[nodiscard]] bool commit(caller& c, time_point now)
    {
        if (c.state_ == caller::state_type::queued)
            serve(now, &c);
        if (c.state_ == caller::state_type::granted || c.state_ == caller::state_type::holding) {
            if (!leases_.cover(c.lease_, c.attempt)) {
                revoke(c, now);
                serve(now, &c);
                return false;
            }
            uncommitted_.erase(c);
            c.state_ = caller::state_type::committed;
        }
        return c.state_ == caller::state_type::committed;
    }

    /// Whether the ledger should be asked for the first caller now. Returns that caller.
    [[nodiscard]] caller* must_ask(time_point now)
    {
        auto* const head = leases_.may_ask(now) ? queue_.front() : nullptr;
        return head && window_.remaining(now) > 0 ? &caller_of(*head) : nullptr;
    }
    /// Returns the number of the question.
    [[nodiscard]] std::uint64_t ask() noexcept { return leases_.ask(); }

    void answered(std::uint64_t question, quota_answer answer, time_point now)
    {
        if (!leases_.answered(question, std::move(answer), now))
            return;
        serve(now, nullptr);
        if (leases_.failure().empty())
            return;
        while (auto* const waiting = queue_.front()) // each would fail after the other
            refuse_one(caller_of(*waiting), now, nullptr);
        leases_.stop_waiting();
    }
    void abandoned(std::uint64_t question) { leases_.abandoned(question); }

    /// Whether only the ledger's answer is missing for a slot.
    [[nodiscard]] bool waits_for_answer(const caller& c, time_point now) const
    {
        return leases_.has_ledger() && !leases_.said_no(now) && window_.expected(now, queue_.position(c)) <= now;
    }

    /// Leaves the queue, or returns the slot: the server has certainly not counted the request.
    void leave(caller& c, time_point now)
    {
        if (c.has_slot())
            return release(c, now, [&] {
                window_.give_back(c.slot_);
                leases_.end(c.lease_, {});
            });
        if (std::exchange(c.state_, caller::state_type::outside) != caller::state_type::queued)
            return;
        queue_.erase(c);
        c.queued_for_ += now - c.queued_since_;
        serve(now, nullptr);
    }

    /// The exchange has ended, and the server may have counted the request. The caller must have a slot.
    void stamp(caller& c, time_point now, bool is_success, bool was_answered = true)
    {
        release(c, now, [&] {
            window_.stamp(c.slot_, now, is_success, was_answered);
            leases_.end(c.lease_, {quota_outcome::used, was_answered, {}, false});
            queue_.shift_all(-1); // their rooms assumed that the slot would be returned
        });
    }

    /// Reports a 429: returns the slot and pauses the pool. Returns the end of the pause. The caller must have a slot.
    time_point throttled(caller& c, time_point now, std::optional<duration> hint, double uniform)
    {
        auto until = now;
        release(c, now, [&] {
            until = pause(c.slot_, now, hint, uniform);
            leases_.end(c.lease_, {quota_outcome::throttled, true, until - now, hint.has_value()});
        });
        return until;
    }

  private:
    [[nodiscard]] static caller& caller_of(quota_queue::entry& e) noexcept { return static_cast<caller&>(e); }

    [[nodiscard]] quota_queue::outlook outlook_at(std::uint64_t position, time_point limit, time_point now) const
    {
        if (limit == time_point::max())
            return {};
        if (limit <= now)
            return {-quota_queue::endless, limit};
        const auto [callers, holds_until] = window_.served_by(limit, now);
        const auto served = static_cast<std::int64_t>(std::min<std::uint64_t>(callers, quota_queue::endless));
        return {served - static_cast<std::int64_t>(position), holds_until};
    }

    void enqueue(caller& c, time_point now)
    {
        c.queued_since_ = now;
        const auto left = c.queueing_left(c.patience_, now);
        c.is_impatient_ = leases_.has_ledger() && left == duration::zero();
        c.limit_ = after(now, c.is_impatient_ ? quota_leases::answer_limit : left);
        c.state_ = caller::state_type::queued;
        queue_.insert(c, outlook_at(queue_.position(c), c.limit_, now));
    }

    template <class Function>
    void release(caller& c, time_point now, const Function& how)
    {
        if (std::exchange(c.state_, caller::state_type::committed) != caller::state_type::committed)
            uncommitted_.erase(c);
        how();
        c.state_ = caller::state_type::outside;
        serve(now, nullptr);
    }

    /// Grants and refuses what can be decided now. Called whenever slots may have become free or been delayed, and
    /// before a caller starts to wait, so that no caller overtakes another.
    void serve(time_point now, caller* requesting)
    {
        grant(now, requesting);
        refuse(now, requesting);
        if (requesting && requesting->state_ == caller::state_type::queued)
            requesting->next_ = next(queue_.position(*requesting), now);
        auto* const head = queue_.front();
        if (head && head != requesting)
            wake_if_earlier(caller_of(*head), now);
        if (leases_.has_ledger() && (!head || window_.remaining(now) == 0))
            leases_.stop_waiting();
    }

    /// When the caller at this position must repeat its request if no event wakes it.
    [[nodiscard]] time_point next(std::uint64_t position, time_point now) const
    {
        return leases_.next(position, window_.expected(now, position), now);
    }

    /// Grants free slots to the first callers of the queue.
    void grant(time_point now, const caller* requesting)
    {
        while (auto* const head = queue_.front()) {
            const auto slot = leases_.has_lease() ? window_.try_hold(now) : std::nullopt;
            if (!slot)
                return;
            caller_of(*head).lease_ = leases_.take();
            queue_.erase(*head);
            uncommitted_.insert(*head, {});
            caller_of(*head).slot_ = *slot;
            decide(caller_of(*head), caller::state_type::granted, now, requesting);
        }
    }

    /// Refuses the callers that could not get a slot in time even if all held slots were returned now.
    void refuse(time_point now, const caller* requesting)
    {
        const auto look = [&](quota_queue::entry& e, std::uint64_t position) {
            return outlook_at(position, caller_of(e).limit_, now);
        };
        queue_.review_doubtful(now, look);
        while (auto* const late = queue_.first_in_doubt(now)) {
            refuse_one(caller_of(*late), now, requesting); // those behind move forward: some may not be late any more
        }
        if (!leases_.has_ledger() || (window_.remaining(now) > 0 && !leases_.said_no(now)))
            return;
        for (auto* head = queue_.front(); head && caller_of(*head).is_impatient_; head = queue_.front())
            refuse_one(caller_of(*head), now, requesting);
    }

    void refuse_one(caller& c, time_point now, const caller* requesting)
    {
        c.next_ = std::max(window_.expected(now, queue_.position(c)), leases_.expected_at());
        queue_.erase(c);
        decide(c, caller::state_type::refused, now, requesting);
    }

    /// Wakes the first caller if its slot comes earlier than last reported, because it has moved forward.
    void wake_if_earlier(caller& first, time_point now)
    {
        const auto then = next(0, now);
        if (then >= first.next_)
            return;
        first.next_ = then;
        first.wake_();
    }

    /// Reports a decision on a caller that has left the queue.
    static void decide(caller& c, caller::state_type decision, time_point now, const caller* requesting)
    {
        c.queued_for_ += now - c.queued_since_;
        c.state_ = decision;
        if (&c != requesting)
            c.wake_();
    }

    time_point pause(quota_window::slot s, time_point now, std::optional<duration> hint, double uniform)
    {
        const auto before = window_.paused_until();
        if (before <= now)
            revoke_all(now);
        const auto until = window_.throttled(s, now, hint, uniform);
        if (until != before)
            queue_.review_all([&](quota_queue::entry& e, std::uint64_t position) {
                return outlook_at(position, caller_of(e).limit_, now);
            });
        return until;
    }

    /// Revokes the slots with which nothing was sent. Called before the length of the pause is decided, because these
    /// slots do not count as used.
    void revoke_all(time_point now)
    {
        while (auto* const first = uncommitted_.front())
            revoke(caller_of(*first), now);
        leases_.put_back();
    }

    /// The caller queues again in its earlier position.
    void revoke(caller& c, time_point now)
    {
        uncommitted_.erase(c);
        window_.give_back(c.slot_);
        leases_.end(c.lease_, {});
        enqueue(c, now);
    }

    quota_window window_;
    quota_leases leases_;
    quota_queue queue_;
    quota_queue uncommitted_; // callers with a slot that is not committed
    std::int64_t last_number_ = 0, first_number_ = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_core.hpp

namespace cojob::detail {

struct quota_reply {
    enum kind_type { granted, queued, refused, asking }; ///< asking: queued, and only the ledger's answer is missing

    kind_type kind = granted;
    /// Queued: the time until the next request, unless `wake` is called earlier; at least a millisecond. Refused: the
    /// time until a slot may be free.
    duration wait{};
    duration expected{}; ///< the time until a slot is expected
};

/// A quota that many callers share: a quota_scheduler with a mutex and a clock. All times are steady.
class quota_core final : public quota_asker, public std::enable_shared_from_this<quota_core> {
  public:
    class ticket;

    /// \pre The options are valid.
    quota_core(const quota_options& options, clock_ptr time, std::shared_ptr<quota_ledger> ledger = {})
        : options_(options), clock_(std::move(time)), ledger_(std::move(ledger)),
          scheduler_(quota_window(options.limit, options.window), ledger_)
    {
    }

    /// Continues from a saved state of age `elapsed`.
    quota_core(const quota_options& options, clock_ptr time, const quota_state& saved, duration elapsed)
        : options_(options), clock_(std::move(time)),
          scheduler_(quota_window(options.limit, options.window, saved, elapsed, clock_->now()))
    {
    }

    [[nodiscard]] const quota_options& options() const noexcept { return options_; }
    [[nodiscard]] const clock& time() const noexcept { return *clock_; }
    [[nodiscard]] bool has_ledger() const noexcept { return ledger_ != nullptr; }

    /// The free slots, minus those that queued callers will get.
    [[nodiscard]] std::uint32_t remaining() const
    {
        const auto lock = enter();
        const auto now = clock_->now();
        const std::uint64_t free = scheduler_.leases().said_no(now) ? 0 : scheduler_.window().remaining(now);
        return static_cast<std::uint32_t>(free - std::min<std::uint64_t>(free, scheduler_.queued()));
    }

    /// How long a new caller would queue.
    [[nodiscard]] duration expected_wait() const
    {
        const auto lock = enter();
        const auto now = clock_->now();
        const auto then = scheduler_.window().expected(now, scheduler_.queued());
        return wait_between(now, std::max(then, scheduler_.leases().expected_at()));
    }

    [[nodiscard]] quota_state state() const
    {
        const auto lock = enter();
        return scheduler_.window().state(clock_->now());
    }

    /// The number of queue entries visited so far, a measure of the work under the mutex.
    [[nodiscard]] std::uint64_t steps() const
    {
        const auto lock = enter();
        return scheduler_.steps();
    }

    /// The ledger's reason if it could not answer the last question.
    [[nodiscard]] std::string failure() const
    {
        const auto lock = enter();
        return scheduler_.leases().failure();
    }

    void answered(std::uint64_t question, quota_answer) override;
    void abandoned(std::uint64_t question) override;

  private:
    class visit;

    [[nodiscard]] static duration wait_between(time_point now, time_point then) noexcept
    {
        return then == time_point::max() ? no_timeout : std::max(then - now, duration::zero());
    }

    /// Locks the mutex; each public function begins with it. In a child process, marks all slots as used: the parent
    /// goes on to use them.
    [[nodiscard]] std::unique_lock<std::mutex> enter() const
    {
        std::unique_lock lock(mutex_);
        if (made_in_.is_of_a_parent()) {
            scheduler_.use_up(clock_->now());
            made_in_.renew();
        }
        return lock;
    }

    /// Asks the ledger, if a caller waits for that. The ledger is called without the lock.
    void ask(std::unique_lock<std::mutex> lock) noexcept;

    mutable std::mutex mutex_;
    const quota_options options_;
    const clock_ptr clock_;
    const std::shared_ptr<quota_ledger> ledger_; // null: the window is the ledger
    mutable quota_scheduler scheduler_;
    mutable fork_mark made_in_;
};

/// Locks the mutex, and afterwards asks the ledger if the visit left something to ask. Without a ledger only locks.
class quota_core::visit {
  public:
    explicit visit(quota_core& core) : core_(core), lock_(core.enter()) {}
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit()
    {
        if (core_.ledger_)
            core_.ask(std::move(lock_));
    }

  private:
    quota_core& core_;
    std::unique_lock<std::mutex> lock_;
};

inline void quota_core::answered(std::uint64_t question, quota_answer answer)
{
    const visit inside(*this);
    scheduler_.answered(question, std::move(answer), clock_->now());
}

inline void quota_core::abandoned(std::uint64_t question)
{
    const visit inside(*this);
    scheduler_.abandoned(question);
}

inline void quota_core::ask(std::unique_lock<std::mutex> lock) noexcept
{
    const auto* const first = scheduler_.must_ask(clock_->now());
    if (!first)
        return;
    const auto number = scheduler_.ask();
    const auto attempt = first->attempt;
    const auto executor = first->executor ? *first->executor : asio::any_io_executor();
    lock.unlock();
    try {
        ask_ledger(ledger_, executor, attempt, std::weak_ptr<quota_asker>(weak_from_this()), number);
    } catch (...) { // no memory: the first caller asks again when its wait ends
        lock.lock();
        scheduler_.abandoned(number);
    }
}

/// One caller's place in the queue and its slot. Not movable; used by one thread at a time.
class quota_core::ticket {
  public:
    /// \param wake called when the caller should repeat its request, because a slot was granted or refused or its wait
    /// became shorter; from any thread, with the mutex locked, so it must only post
    /// \param executor of the caller's client, for the ledger's I/O; outlives the ticket
    /// \param attempt the longest that an attempt takes, which the ledger's lease must cover
    ticket(std::shared_ptr<quota_core> core, std::function<void()> wake,
           const asio::any_io_executor* executor = nullptr, duration attempt = no_timeout)
        : core_(std::move(core)), caller_(std::move(wake))
    {
        caller_.executor = executor;
        caller_.attempt = attempt;
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    /// Leaves the queue. A committed slot counts as used: the server may have counted the request.
    ~ticket()
    {
        const visit inside(*core_);
        if (caller_.state() == state_type::committed)
            core_->scheduler_.stamp(caller_, now(), false, false);
        else
            core_->scheduler_.leave(caller_, now());
    }

    /// Requests a slot; joins the queue unless it is there already. All its times in the queue may add up to `at_most`
    /// (`no_timeout`: no limit; zero: refused unless a slot is free), and end at `until`. With `at_front` it returns to
    /// its earlier position, ahead of all callers that had no slot yet.
    quota_reply request(duration at_most, bool at_front, time_point until = time_point::max())
    {
        const visit inside(*core_);
        const auto at = now();
        switch (core_->scheduler_.request(caller_, {at_most, until}, at_front, at)) {
        case state_type::queued: return queued(at);
        case state_type::refused: {
            const auto left = wait_between(at, caller_.next());
            return {quota_reply::refused, left, left};
        }
        default: return {};
        }
    }

    /// Called just before the first write. Returns whether the caller still has a slot, or has one again, and commits
    /// it. Otherwise nothing may be sent: the caller is queued or refused, as the next `request` reports.
    [[nodiscard]] bool commit()
    {
        const visit inside(*core_);
        return core_->scheduler_.commit(caller_, now());
    }

    /// Leaves the queue. A granted slot that the caller does not know of goes to the next caller.
    void leave()
    {
        const visit inside(*core_);
        if (caller_.state() != state_type::holding && caller_.state() != state_type::committed)
            core_->scheduler_.leave(caller_, now());
    }

    /// The exchange has ended, and the server may have counted the request. A probe without a response has no result.
    void stamp(bool is_success, bool was_answered = true)
    {
        const visit inside(*core_);
        if (caller_.has_slot())
            core_->scheduler_.stamp(caller_, now(), is_success, was_answered);
    }

    /// Returns the slot: the server has certainly not counted the request. Without a slot, leaves the queue.
    void give_back()
    {
        const visit inside(*core_);
        core_->scheduler_.leave(caller_, now());
    }

    /// Reports a 429: returns the slot and pauses the pool. Returns the remaining length of the pause.
    duration throttled(std::optional<duration> hint, double uniform)
    {
        const visit inside(*core_);
        if (!caller_.has_slot())
            return {};
        const auto at = now();
        return wait_between(at, core_->scheduler_.throttled(caller_, at, hint, uniform));
    }

    /// The ledger's reason if it could not answer the last question.
    [[nodiscard]] std::string failure() const { return core_->failure(); }

    /// How much longer the caller may queue.
    [[nodiscard]] duration queueing_left(duration at_most, time_point until) const
    {
        const auto lock = core_->enter();
        return caller_.queueing_left({at_most, until}, now());
    }

  private:
    using state_type = quota_scheduler::caller::state_type;

    [[nodiscard]] time_point now() const { return core_->clock_->now(); }

    [[nodiscard]] quota_reply queued(time_point at) const
    {
        const auto& leases = core_->scheduler_.leases();
        const auto kind = core_->scheduler_.waits_for_answer(caller_, at) ? quota_reply::asking : quota_reply::queued;
        const auto left = wait(at);
        // An answer whose wake-up found no memory is seen by a repeated request.
        const auto again = kind == quota_reply::asking ? std::min(left, quota_leases::answer_limit) : left;
        return {kind, again, leases.said_no(at) ? std::max(left, wait_between(at, leases.expected_at())) : left};
    }

    /// The time until a slot becomes free without any event. If the caller waits only for a probe, the end of the probe
    /// calls `wake`.
    [[nodiscard]] duration wait(time_point at) const
    {
        const auto then = caller_.next() > at ? caller_.next() : after(at, core_->options_.window);
        return std::max<duration>(wait_between(at, std::min(then, caller_.limit())), std::chrono::milliseconds(1));
    }

    const std::shared_ptr<quota_core> core_;
    quota_scheduler::caller caller_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/client/quota_lease.hpp

namespace cojob::detail {

/// A call's lease on the quota: queues for a slot, checks at the commit whether the slot is still valid, and reports
/// how each attempt ended. Empty if there is no quota.
class quota_lease final : public http::commit_gate {
  public:
    /// \param executor outlives the lease
    /// \param attempt the longest that an attempt takes
    quota_lease(const std::shared_ptr<quota>& pool, const asio::any_io_executor& executor, duration attempt)
    {
        if (!pool)
            return;
        options_ = &pool->options();
        wake_ = share<event>(executor);
        const auto set_later = [executor, weak = std::weak_ptr(wake_)] {
            run_later(executor, [weak] {
                if (const auto wake = weak.lock())
                    wake->set();
            });
        };
        ticket_.emplace(quota_access::core(*pool), set_later, &executor, attempt);
    }

    explicit operator bool() const noexcept { return ticket_.has_value(); }

    // These require a quota.

    [[nodiscard]] bool may_queue() const { return options_->on_exhausted == when_exhausted::wait; }

    /// Requests a slot: granted, queued with the time until the next request, or refused because no slot becomes free
    /// in time. All waits together take no longer than `max_wait`.
    [[nodiscard]] quota_reply request(time_point until, bool had_slot_before)
    {
        wake_->reset();
        return ticket_->request(max_wait(), had_slot_before, until);
    }
    [[nodiscard]] duration queueing_left(time_point until) const { return ticket_->queueing_left(max_wait(), until); }
    [[nodiscard]] bool may_commit() override { return ticket_->commit(); }
    asio::awaitable<void> wait(operation& op, time_point until) { return wait_until(op, *wake_, until); }
    void leave() { ticket_->leave(); }
    /// Why the last request was refused.
    [[nodiscard]] std::string why_refused() const
    {
        auto failure = ticket_->failure();
        return failure.empty() ? "no quota slot becomes free in time" : failure;
    }

    // These do nothing without a quota.

    /// Returns an unused slot.
    void give_back()
    {
        if (ticket_)
            ticket_->give_back();
    }

    /// Reports the end of an attempt. Returns how long the quota pauses if it was a 429.
    std::optional<duration> ended(const attempt_result& result, double uniform)
    {
        if (ticket_ && result.outcome.status == 429)
            return ticket_->throttled(at_least_a_second(result.hint), uniform);
        if (ticket_ && result.outcome.was_committed && !was_never_read(result.outcome))
            ticket_->stamp(!result.record.ended, !result.outcome.error && result.outcome.stopped == stop_reason::none);
        else
            give_back();
        return std::nullopt;
    }

  private:
    [[nodiscard]] duration max_wait() const { return may_queue() ? options_->max_wait : duration::zero(); }

    /// With a hint of zero, all callers of the pool would retry at once.
    static std::optional<duration> at_least_a_second(std::optional<duration> hint)
    {
        return hint ? std::optional(std::max<duration>(*hint, std::chrono::seconds(1))) : std::nullopt;
    }

    const quota_options* options_ = nullptr;
    std::shared_ptr<event> wake_;
    std::optional<quota_core::ticket> ticket_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/retry_plan.hpp

namespace cojob::detail {

/// Kinds of failures, which differ in how they are retried.
enum class failure_kind {
    none,
    final,
    connect,
    lost,
    stale,
    server,
    unavailable,
    throttled,
    not_ready,
    misdirected,
    credential
};

/// The kind of a failure. Whether it is retried also depends on options, counts and times.
[[nodiscard]] inline failure_kind kind_of(const attempt_outcome& a) noexcept
{
    using enum failure_kind;
    const auto why = attempt_error(a);
    if (!why)
        return none;
    if (a.stopped != stop_reason::none && a.stopped != stop_reason::limit)
        return final;
    if (a.stopped == stop_reason::none && !a.error) {
        if (a.status == 401)
            return credential;
        if (a.status == 408 || a.status == 425)
            return a.effect == effect::once && is_ambiguous(a) ? final : not_ready;
        if (a.status == 421)
            return misdirected;
        if (a.status == 429)
            return throttled;
        if (a.status == 503 && a.has_retry_hint)
            return unavailable;
        return is_ambiguous(a) && a.effect != effect::once ? server : final;
    }
    if (!a.was_committed && a.is_final)
        return final;
    if (!a.was_committed)
        return why == errc::certificate_rejected || why == asio::error::operation_aborted ? final : connect;
    if (a.effect == effect::once || (why != errc::connection_lost && why != errc::request_timeout))
        return final;
    // After a timeout the connection was not stale: the server has not closed it.
    return a.was_stale && why == errc::connection_lost ? stale : lost;
}

/// The next step after an attempt.
struct retry_step {
    bool is_again = false;
    bool is_success = false; ///< the failure means that the work is done
    duration wait{};         ///< before the next attempt
    bool needs_new_connection = false;
    bool needs_new_credential = false;
    std::string_view why_not{}; ///< why a failure that could be retried is not; empty for other failures
};

/// Decides whether and when one call makes another attempt. Has no I/O and no clock.
class retry_plan {
  public:
    /// \param is_poll the call is not retried, because the next poll replaces it; polls do not use the budget
    retry_plan(const retry_options& options, retry_budget& budget, bool is_poll)
        : options_(options), budget_(budget), is_poll_(is_poll)
    {
    }

    struct moment {
        time_point now, deadline;
        double uniform = 0;             ///< from [0, 1)
        std::optional<duration> hint{}; ///< from the server

        std::optional<duration> quota_pause{}; ///< the pool's pause after a 429, if the call uses a quota
        bool has_provider = false;             ///< a new attempt can have another credential
    };

    [[nodiscard]] retry_step after(const attempt_outcome& outcome, const moment& m)
    {
        ++attempts_;
        const auto kind = kind_of(outcome);
        // The second DELETE finds nothing because the first one succeeded.
        const auto is_done_already = outcome.removes && outcome.status == 404 && may_be_done_;
        if (kind == failure_kind::none || is_done_already) {
            if (!is_poll_)
                budget_.succeeded();
            return {.is_success = is_done_already};
        }
        may_be_done_ = may_be_done_ || leaves_traces(outcome);
        switch (kind) {
        case failure_kind::final: return {};
        case failure_kind::stale: return fresh_connection(outcome, m);
        case failure_kind::misdirected: return other_connection(outcome, m);
        case failure_kind::credential: return m.has_provider ? new_credential() : retry_step();
        default: return again(kind, outcome, m);
        }
    }

    /// Whether an attempt may have had its effect although no response confirmed it.
    [[nodiscard]] bool may_be_done() const noexcept { return may_be_done_; }

  private:
    [[nodiscard]] static bool leaves_traces(const attempt_outcome& a) noexcept
    {
        const auto has_answer = !a.error && a.stopped == stop_reason::none;
        return a.was_committed && !was_never_read(a) && a.effect != effect::none && (!has_answer || is_ambiguous(a));
    }

    /// A server may close an idle connection at the moment it is used again. That does not count as an attempt.
    [[nodiscard]] retry_step fresh_connection(const attempt_outcome& outcome, const moment& m)
    {
        if (is_reconnected_)
            return again(failure_kind::lost, outcome, m);
        is_reconnected_ = true;
        --attempts_;
        return {.is_again = true, .needs_new_connection = true};
    }

    /// 421: the server of this connection does not handle the request (RFC 9110, 15.5.20). A second 421 in one call
    /// shows that another connection does not help.
    [[nodiscard]] retry_step other_connection(const attempt_outcome& outcome, const moment& m)
    {
        if (std::exchange(is_misdirected_, true))
            return {};
        if (is_poll_) { // the next poll could use the same connection
            const bool may = options_.on_not_ready && options_.max_attempts > 1;
            return {.is_again = may, .needs_new_connection = may};
        }
        return again(failure_kind::misdirected, outcome, m);
    }

    [[nodiscard]] retry_step new_credential()
    {
        if (!options_.on_new_credential || is_reauthorized_ || options_.max_attempts == 1)
            return {};
        is_reauthorized_ = true;
        --attempts_;
        return {.is_again = true, .needs_new_credential = true};
    }

    [[nodiscard]] retry_step again(failure_kind kind, const attempt_outcome& outcome, const moment& m)
    {
        if (is_poll_)
            return {};
        if (!is_switched_on(kind))
            return {.why_not = "disabled in retry_options"};
        if (m.quota_pause && options_.max_attempts > 1) {
            --attempts_; // the quota has its own limits, and the call's timeout does not run in the queue
            return {.is_again = true, .needs_new_connection = is_misdirected_};
        }
        const auto is_throttling = kind == failure_kind::throttled;
        const auto has_budget = is_throttling || budget_.failed();
        if (attempts_ >= options_.max_attempts)
            return {.why_not = options_.max_attempts == 1 ? std::string_view() : "max_attempts reached"};
        if (!has_budget)
            return {.why_not = "the retry budget is empty"};
        if (m.hint && *m.hint > options_.max_server_delay)
            return {.why_not = "the server's delay is longer than max_server_delay"};
        const auto wait = delay(outcome, m);
        if (cojob::detail::after(m.now, wait) >= m.deadline)
            return {.why_not = "the deadline would pass first"};
        return {.is_again = true, .wait = wait, .needs_new_connection = is_misdirected_};
    }

    [[nodiscard]] bool is_switched_on(failure_kind kind) const noexcept
    {
        switch (kind) {
        case failure_kind::connect: return options_.on_connect_failure;
        case failure_kind::lost: return options_.on_lost_answer;
        case failure_kind::server: return options_.on_server_error;
        case failure_kind::unavailable: return options_.on_unavailable;
        case failure_kind::throttled: return options_.on_throttled;
        case failure_kind::not_ready:
        case failure_kind::misdirected: return options_.on_not_ready;
        default: return false;
        }
    }

    /// The delay before the next attempt: the server's hint plus jitter, or else half of an exponential delay plus a
    /// random part of the other half. After a 503 with a hint, and after a hint of zero or in the past, it is at least
    /// a second.
    [[nodiscard]] duration delay(const attempt_outcome& outcome, const moment& m) const
    {
        using std::chrono::seconds;
        if (m.hint && *m.hint > duration::zero()) {
            const bool is_unavailable = outcome.status == 503 && outcome.has_retry_hint;
            const auto least = is_unavailable ? std::max<duration>(*m.hint, seconds(1)) : *m.hint;
            return least + jitter(least, m.uniform);
        }
        const auto is_throttling = outcome.status == 429;
        const auto base = is_throttling ? duration(seconds(1)) : options_.base_delay;
        const auto most = is_throttling ? duration(seconds(60)) : options_.max_delay;
        auto whole = std::min(base, most);
        for (unsigned n = 1; n < attempts_ && whole < most; ++n)
            whole = whole > most / 2 ? most : whole * 2;
        const auto wait = whole / 2 + part_of(whole - whole / 2, m.uniform);
        return outcome.has_retry_hint ? std::max<duration>(wait, seconds(1)) : wait;
    }

    retry_options options_;
    retry_budget& budget_;
    bool is_poll_;
    unsigned attempts_ = 0; // without those that do not count
    bool is_reconnected_ = false, is_reauthorized_ = false, is_misdirected_ = false, may_be_done_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/client/call_run.hpp

namespace cojob::detail {

/// Runs a call on the client's strand. Waits for a quota slot, gets the key, makes an attempt, and retries.
class call_run {
  public:
    static asio::awaitable<void> run(call_ptr call)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        const client_state::running_guard running(*call->client, operation_of(call));
        call_run self(*call);
        if (self.operation_.is_stopped())
            self.stopped("before the call began");
        while (!self.is_over_) {
            if (self.quota_ && !co_await self.take_slot())
                break;
            self.begin();
            if (call->request.provider && !co_await self.authorize())
                break;
            if (!self.add_headers())
                break;
            attempt_run attempt(*call->client, call->op, call->request, self.this_attempt(), self.attempt_with());
            self.held_.reset();
            auto exchanged = co_await call->client->transport->send(self.wire(), attempt.exchange());
            if (attempt.is_held(exchanged)) {
                self.held_ = attempt.hold();
                continue;
            }
            const auto next = self.conclude(attempt, std::move(exchanged));
            if (self.is_over_)
                break;
            if (next > self.now())
                co_await sleep_until(self.operation_, next);
            if (self.operation_.is_stopped())
                self.stopped("before the next attempt");
        }
        if (self.held_)
            self.events_.never_sent(*self.held_);
    }

  private:
    explicit call_run(call_record& call)
        : call_(call), state_(*call.client), operation_(call.op), events_(call),
          plan_(state_.options.retry, state_.budget, call.settings.poll != nullptr || call.settings.is_single_attempt),
          quota_(call.request.quota_pool, call.op.executor(), state_.options.timeouts.attempt),
          time_left_(call.settings.timeout)
    {
        operation_.set_deadline(call.settings.until);
        poll_trace::call_begins(call.settings.poll.get());
    }

    [[nodiscard]] time_point now() const { return state_.time().now(); }

    /// Queues for a quota slot; the call's timeout does not run. Returns false if the call ended without one.
    asio::awaitable<bool> take_slot()
    {
        if (const auto until = operation_.deadline(); is_begun_)
            time_left_ = until == time_point::max() ? no_timeout : std::max(until - now(), duration::zero());
        operation_.set_deadline(call_.settings.until);
        for (bool is_reported = std::exchange(is_reported_, false); !operation_.is_stopped();) {
            const auto reply = quota_.request(call_.settings.until, is_begun_);
            if (reply.kind == quota_reply::granted)
                co_return true;
            if (reply.kind == quota_reply::refused)
                co_return no_slot(reply.wait);
            if (reply.kind == quota_reply::queued && !std::exchange(is_reported, true))
                events_.throttled(errc::quota_exhausted, reply.expected);
            co_await quota_.wait(operation_, after(now(), reply.wait));
        }
        quota_.leave();
        if (throttled_ && operation_.reason() == stop_reason::deadline)
            fail(std::move(*throttled_));
        else
            stopped("while the call waited for a quota slot");
        co_return false;
    }

    /// Saturates: a window can be longer than a timestamp can express.
    [[nodiscard]] timestamp civil_time_in(duration wait) const
    {
        const auto time = state_.time().wall_now();
        return wait > timestamp::max() - time ? timestamp::max() : time + wait;
    }

    bool no_slot(duration wait)
    {
        auto failure = throttled_ ? std::move(*throttled_)
                                  : describe_failure(call_.request, errc::quota_exhausted, quota_.why_refused());
        failure.retry_at = civil_time_in(wait);
        fail(std::move(failure));
        return false;
    }

    /// Gets the key from the credential provider, whose exception ends the call. Returns false if the call has ended.
    asio::awaitable<bool> authorize()
    {
        const auto before = call_.request.wire.authorization;
        std::exception_ptr thrown;
        // Clears the timeout of an earlier attempt. The operation still knows of any other cancellation.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        try {
            if (operation_.is_stopped())
                throw boost::system::system_error(asio::error::operation_aborted);
            co_await asio::this_coro::throw_if_cancelled(true);
            const auto key = co_await call_.request.provider();
            if (key.empty())
                throw_invalid_argument("credential: the provider returned an empty key");
            check_key(key.reveal(), "credential");
            call_.request.wire.authorization = bearer(key);
            events_.redact_key();
        } catch (...) {
            thrown = std::current_exception();
        }
        // The provider may have changed this coroutine's cancellation state.
        co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        co_await asio::this_coro::throw_if_cancelled(false);
        if (operation_.is_stopped())
            stopped("while the credential provider ran");
        else if (thrown)
            end_by_exception(std::move(thrown));
        else if (unauthorized_ && call_.request.wire.authorization == before)
            fail(std::move(*unauthorized_));
        else if (unauthorized_)
            events_.retry(number_, unauthorized_->code(), duration::zero(), false);
        if (is_over_)
            quota_.give_back();
        unauthorized_.reset();
        co_return !is_over_;
    }

    /// Starts the call's timeout with its first slot, and resumes it with each further slot.
    void begin()
    {
        if (!is_begun_ || quota_)
            operation_.set_deadline(std::min(call_.settings.until, after(now(), time_left_)));
        is_begun_ = true;
    }

    /// Calls the header hook for this attempt. An exception of the hook ends the call: then returns false.
    bool add_headers()
    {
        number_ += held_ ? 0U : 1U;
        try {
            if (state_.options.header_hook) {
                hooked_ = std::make_unique<http::request>(call_.request.wire);
                add_hooked_headers(state_.options.header_hook, this_attempt(), *hooked_);
            }
            state_.counters.retries += number_ > 1 && !held_ ? 1U : 0U;
            return true;
        } catch (...) {
            end_by_exception(std::current_exception());
        }
        quota_.give_back();
        return false;
    }

    [[nodiscard]] attempt_event this_attempt() const
    {
        return {call_.request.wire.method, call_.request.wire.target, number_, call_.settings.poll != nullptr};
    }
    [[nodiscard]] attempt_settings attempt_with()
    {
        return {call_.settings.poll.get(), waited_, needs_new_connection_, quota_ ? &quota_ : nullptr, held_};
    }
    [[nodiscard]] const http::request& wire() const { return hooked_ ? *hooked_ : call_.request.wire; }

    /// Ends the call with the attempt's result, or returns when the next attempt may begin. Not part of `run`: Asio
    /// recycles frames of at most 1,020 bytes, and the result would be in it.
    time_point conclude(attempt_run& attempt, http::exchange_result&& exchanged)
    {
        auto result = attempt.end(std::move(exchanged));
        const auto step = judge(result);
        if (step.is_again)
            return prepare_retry(result, step);
        finish(std::move(result), step);
        return {};
    }

    /// Reports the attempt to the quota and asks the plan for the next step.
    retry_step judge(const attempt_result& result)
    {
        if (result.outcome.status == 429)
            ++state_.counters.throttles;
        const auto uniform = result.record.ended ? state_.random() : 0.;
        pool_pause_ = quota_.ended(result, uniform);
        const auto step = plan_.after(result.outcome, {now(), operation_.deadline(), uniform, result.hint, pool_pause_,
                                                       bool(call_.request.provider)});
        if (!step.is_again || !pool_pause_)
            return step;
        if (!quota_.may_queue())
            return {.why_not = "quota_options::on_exhausted does not wait"};
        const auto is_in_time = *pool_pause_ <= quota_.queueing_left(call_.settings.until);
        return is_in_time ? step : retry_step{.why_not = "the quota pauses for longer than the call may queue"};
    }

    void finish(attempt_result&& result, const retry_step& step)
    {
        is_over_ = true;
        if (!result.record.ended || step.is_success) {
            result.record.ended = {};
            call_.last = std::move(result.record);
            call_.response = std::move(result.exchange.response);
            call_.rest = std::move(result.exchange.rest);
            return;
        }
        // A cancellation while this attempt connects does not undo what an earlier attempt may have done.
        if (result.outcome.stopped == stop_reason::cancelled && plan_.may_be_done())
            result.outcome.was_committed = true;
        add_words(result.record.why, step.why_not.empty() ? "" : "not retried: " + std::string(step.why_not));
        auto failure = describe_failure(state_, call_.request, result);
        if (pool_pause_)
            failure.retry_at = civil_time_in(*pool_pause_);
        call_.attempts.push_back(std::move(result.record));
        fail(std::move(failure));
    }

    /// Returns when the next attempt may begin.
    time_point prepare_retry(attempt_result& result, const retry_step& step)
    {
        const auto until = after(now(), step.wait);
        auto failure = describe_failure(state_, call_.request, result);
        if (result.outcome.status == 429)
            events_.throttled(errc::rate_limited, pool_pause_.value_or(step.wait));
        if (!step.needs_new_credential) // otherwise there is a retry only if the provider returns another key
            events_.retry(number_, result.record.ended, pool_pause_.value_or(step.wait), result.hint.has_value());
        waited_ = pool_pause_.value_or(step.wait);
        call_.attempts.push_back(std::move(result.record));
        needs_new_connection_ = step.needs_new_connection;
        throttled_.reset();
        is_reported_ = pool_pause_.has_value();
        if (pool_pause_)
            throttled_ = std::make_unique<error_info>(std::move(failure));
        else if (step.needs_new_credential)
            unauthorized_ = std::make_unique<error_info>(std::move(failure));
        if (!plan_.may_be_done())
            operation_.refuse_total_cancellation(false);
        return until;
    }

    /// Ends a call that was stopped while no attempt was running.
    void stopped(std::string when)
    {
        const attempt_outcome none{
            .was_committed = plan_.may_be_done(), .stopped = operation_.reason(), .effect = call_.request.effect};
        fail(describe_failure(call_.request, final_error(none), std::move(when)));
    }

    void fail(error_info failure)
    {
        is_over_ = true;
        failure.attempts = std::move(call_.attempts);
        call_.failure = std::make_unique<error_info>(std::move(failure));
    }

    void end_by_exception(std::exception_ptr thrown)
    {
        is_over_ = true;
        call_.thrown = std::move(thrown);
    }

    call_record& call_;
    client_state& state_;
    operation& operation_;
    call_events events_;
    retry_plan plan_;
    quota_lease quota_;
    std::unique_ptr<error_info> throttled_, unauthorized_; // the call's error if it cannot continue
    std::unique_ptr<http::request> hooked_;                // the request with the header hook's headers
    std::optional<duration> pool_pause_;
    std::optional<attempt_start> held_; // the attempt that was held at its commit
    duration waited_{}, time_left_{};   // the delay before the attempt; the call's timeout while it does not run
    unsigned number_ = 0;               // of the current attempt, from 1
    bool is_over_ = false, is_begun_ = false, is_reported_ = false, needs_new_connection_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/client/call.hpp

namespace cojob::detail {

/// Throws the error of a call that has failed.
inline void throw_failure(call_record& call)
{
    if (call.thrown)
        std::rethrow_exception(call.thrown);
    if (call.failure)
        throw_error(std::move(*call.failure));
}

/// Sends a request, with retries. Completes on the caller's executor once the response, or the head of a streamed one,
/// is in the record. A caller on the client's executor runs the call within its own coroutine, if all that the call
/// awaits is bound to its steps. This is one coroutine, because each frame of each request counts.
inline asio::awaitable<void> send(call_ptr call)
{
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    if (call->client->is_closed())
        throw boost::system::system_error(asio::error::operation_aborted);
    const auto binds_steps = call->binds_steps();
    auto inner = call_run::run(call);
    if (!binds_steps || co_await asio::this_coro::executor != call->client->executor) {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        co_await hop(operation_of(call), std::move(inner), binds_steps ? reach::steps : reach::coroutine);
        throw_failure(*call);
        co_return;
    }
    co_await asio::this_coro::reset_cancellation_state(cancel_operation(operation_of(call)),
                                                       asio::enable_total_cancellation());
    const auto throws = co_await asio::this_coro::throw_if_cancelled();
    try {
        call->op.hold_cancellation(); // until the call has begun
        co_await std::move(inner);
    } catch (...) {
        call->thrown = std::current_exception();
    }
    try {
        if (call->client->is_time_to_let_others_run()) // calls that never suspend must not keep the thread
            co_await let_others_run(call->op.executor());
    } catch (...) { // the outcome matters more than the courtesy
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    throw_failure(*call);
}

/// Adds the request and the response to the error of a success that cannot be decoded.
inline error_info describe_undecodable(const call_record& call, error_info info)
{
    const auto& request = call.request;
    info.method = request.wire.method;
    info.path = without_key(request.wire.target, request.wire.authorization);
    info.http_status = call.response.status;
    info.attempts = call.all_attempts();
    add_server_headers(info, call.response, request.wire.authorization); // a provider's key too
    info.job_id = without_key(request.job_id, request.wire.authorization);
    return info;
}

inline asio::awaitable<http::response> send_request(std::shared_ptr<client_state> state, api_request request,
                                                    call_settings settings)
{
    co_await accept_every_cancellation();
    const auto call = std::make_shared<call_record>(std::move(state), settings);
    prepare(call->request, std::move(request));
    co_await send(call);
    auto objection = call->response.body.empty() ? std::string() : coding_objection(call->request.wire, call->response);
    if (!objection.empty())
        throw_error(describe_undecodable(*call, {errc::invalid_response, std::move(objection)}));
    co_return std::move(call->response);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/warming.hpp

namespace cojob::detail {

/// Opens connections ahead of the calls that will use them. One after the other: the later handshakes can resume the
/// session of the first.
struct warming {
    warming(std::shared_ptr<client_state> c, http::origin origin, std::size_t connections)
        : client(std::move(c)), wanted(std::min(connections, client->options.pool.max_connections)), op(client->alarm)
    {
        request.origin = std::move(origin);
    }

    /// On the client's strand.
    static asio::awaitable<void> run(std::shared_ptr<warming> self, call_settings settings)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        const client_state::running_guard running(*self->client, {self, &self->op});
        self->op.set_deadline(std::min(settings.until, after(self->client->time().now(), settings.timeout)));
        for (std::size_t opened = 0; !self->failure.code(); ++opened) {
            http::exchange x(self->op, true);
            auto opening = self->client->transport->open_ahead(self->request, x, self->wanted);
            if (!opening.valid())
                break;
            const auto ended = co_await std::move(opening);
            self->idle = x.idle_connections;
            self->take(ended, x.reached);
            self->op.clear_limit(); // the next one may queue
            if (self->idle >= self->wanted || opened == self->wanted)
                break;
        }
    }

    void take(const http::exchange_result& ended, phase reached)
    {
        if (!ended.error)
            return;
        const attempt_outcome outcome{
            .error = ended.error, .stopped = op.reason(), .is_at_proxy = reached == phase::proxying};
        const auto why = ended.why.empty() ? reason_of(outcome, reached, client->options.timeouts) : ended.why;
        failure = error_info(attempt_error(outcome), why);
        failure.http_status = ended.response.status;
        failure.is_final = ended.is_final;
    }

    const std::shared_ptr<client_state> client;
    const std::size_t wanted;
    http::request request;
    operation op;
    std::size_t idle = 0; ///< connections to the origin
    error_info failure;
};

/// On the caller's executor.
inline asio::awaitable<std::size_t> warm(std::shared_ptr<client_state> state, http::url server, std::size_t connections,
                                         call_settings settings)
{
    co_await accept_every_cancellation();
    if (connections == 0)
        co_return 0;
    const auto all = std::make_shared<warming>(std::move(state), server.origin(), connections);
    auto inner = warming::run(all, std::move(settings));
    co_await hop({all, &all->op}, std::move(inner));
    if (all->failure.code())
        throw_error(std::move(all->failure));
    co_return all->idle;
}

} // namespace cojob::detail

// -------- cojob/impl/client.ipp

namespace cojob {

namespace detail {

inline void check_positive(duration d, const char* name)
{
    if (d <= duration::zero())
        throw_invalid_argument(name, "must be more than zero; use no_timeout for no limit");
}

/// The stack is enough for the functions that recurse over a tree.
constexpr std::size_t most_json_depth = 1'000;

inline void check_not_zero(std::size_t n, const char* name)
{
    if (n == 0)
        throw_invalid_argument(name, "must be more than zero");
}

/// \throws api_error invalid_argument with the option's name
inline client_options complete(client_options o)
{
    check_positive(o.timeouts.resolve, "timeouts.resolve");
    check_positive(o.timeouts.connect, "timeouts.connect");
    check_positive(o.timeouts.proxy, "timeouts.proxy");
    check_positive(o.timeouts.handshake, "timeouts.handshake");
    check_positive(o.timeouts.attempt, "timeouts.attempt");
    check_positive(o.timeouts.call, "timeouts.call");
    check_positive(o.timeouts.stream_idle, "timeouts.stream_idle");
    check_positive(o.pool.idle, "pool.idle");
    check_positive(o.pool.max_age, "pool.max_age");
    check_not_zero(o.retry.max_attempts, "retry.max_attempts");
    check_positive(o.retry.base_delay, "retry.base_delay");
    check_positive(o.retry.max_delay, "retry.max_delay");
    check_positive(o.retry.max_server_delay, "retry.max_server_delay");
    check_not_zero(o.pool.max_connections, "pool.max_connections");
    check_not_zero(o.pool.max_streams, "pool.max_streams");
    check_not_zero(o.limits.header_bytes, "limits.header_bytes");
    check_not_zero(o.limits.body_bytes, "limits.body_bytes");
    check_not_zero(o.limits.header_count, "limits.header_count");
    check_not_zero(o.limits.informational, "limits.informational");
    check_not_zero(o.limits.json_depth, "limits.json_depth");
    if (o.limits.json_depth > most_json_depth)
        throw_invalid_argument("limits.json_depth", "must be at most 1000");
    check_not_zero(o.limits.error_text, "limits.error_text");
    check_not_zero(o.limits.chunk_extension, "limits.chunk_extension");
    check_not_zero(o.limits.event_line, "limits.event_line");
    check_not_zero(o.limits.event_bytes, "limits.event_bytes");
    if (o.user_agent.empty())
        o.user_agent = "cojob/" + std::string(version());
    check_header_value(o.user_agent, "user_agent");
    if (!o.clock)
        o.clock = machine_clock();
    return o;
}

inline std::shared_ptr<const request_base> make_base(http::url server, credential key, bool allow_plaintext)
{
    if (server.origin().host.empty())
        throw_invalid_argument("api_base: the URL has no host");
    check_plaintext(server, allow_plaintext, "api_base");
    std::shared_ptr<const http::server_lines> lines;
    if (key.is_fixed() && !key.empty()) {
        check_key(key.fixed().reveal(), "api_base: the key");
        lines = share<const http::server_lines>(server.origin(), key.header());
    }
    return share<const request_base>(request_base{std::move(server), std::move(key), std::move(lines)});
}

inline std::shared_ptr<http::transport> make_transport(const client_options& o)
{
    http::https_options t;
    t.tls = o.tls;
    t.proxy = o.proxy;
    t.timeouts = o.timeouts;
    t.pool = o.pool;
    t.limits = o.limits;
    t.name_lookup = o.name_lookup;
    t.observer = o.observer;
    return http::make_https_transport(std::move(t));
}

} // namespace detail

api_base::api_base(http::url server, credential key, bool allow_plaintext)
    : state_(detail::make_base(std::move(server), std::move(key), allow_plaintext))
{
}

const http::url& api_base::url() const noexcept
{
    return detail::in_use(state_)->url;
}

bool operator==(const api_base& a, const api_base& b) noexcept
{
    if (a.state_ == b.state_ || !a.state_ || !b.state_)
        return a.state_ == b.state_;
    const auto &x = *a.state_, &y = *b.state_;
    return x.url == y.url && x.key.is_fixed() && y.key.is_fixed() && x.key.fixed() == y.key.fixed();
}

client::client(asio::any_io_executor executor, client_options options, std::shared_ptr<http::transport> transport)
{
    if (!executor)
        detail::throw_invalid_argument("executor: must not be empty");
    options = detail::complete(std::move(options));
    if (!transport)
        transport = detail::make_transport(options);
    detail::wipe(options.proxy.url); // the URL may contain a password; the transport has its own copies
    options.tls = {};                // may contain a private key
    auto own = options.threads == threading::safe ? asio::any_io_executor(detail::serial_executor::on(executor))
                                                  : std::move(executor);
    settings_.timeout = options.timeouts.call;
    state_ = detail::share<detail::client_state>(std::move(own), std::move(options), std::move(transport));
    state_->watch_context();
}

asio::awaitable<http::response> client::send(api_request request) const
{
    return detail::send_request(detail::in_use(state_), std::move(request), settings_);
}

asio::awaitable<std::size_t> client::warm(http::url server, std::size_t connections) const
{
    return detail::warm(detail::in_use(state_), std::move(server), connections, settings_);
}

void client::use_tls(const tls_options& options) const
{
    const auto& state = detail::in_use(state_);
    if (auto change = state->transport->prepare_tls(options))
        detail::run_soon(state->executor, [state, change = std::move(change)] {
            state->notice_fork();
            change();
        });
}

client client::with_timeout(duration call) const
{
    detail::check_positive(call, "with_timeout");
    auto other = *this;
    other.settings_.timeout = call;
    return other;
}

client_stats client::stats() const
{
    const auto& c = detail::in_use(state_)->counters;
    return {c.requests, c.polls, c.retries, c.throttles, c.opened, c.reused, c.resumed, c.sent, c.received};
}

void client::close() const
{
    detail::in_use(state_)->close();
}

asio::any_io_executor client::get_executor() const
{
    const auto* const serial = detail::in_use(state_)->executor.target<detail::serial_executor>();
    return serial ? asio::any_io_executor(serial->for_users()) : state_->executor;
}

} // namespace cojob

// -------- cojob/impl/forks.ipp

// The only code that uses the system's process API.

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace cojob::detail {

inline std::atomic<unsigned> forks_so_far{0};

const std::atomic<unsigned>& fork_count()
{
#if defined(__unix__) || defined(__APPLE__)
    // If pthread_atfork fails, a child process is not detected.
    static const auto hooked = pthread_atfork(nullptr, nullptr, +[] { ++forks_so_far; });
    (void)hooked;
#endif
    return forks_so_far;
}

} // namespace cojob::detail

// -------- cojob/impl/list_cursor.ipp

namespace cojob::detail {

/// The number of jobs that a page shares with the previous one: one in ten, at least one, and none if a page has a
/// single entry.
inline std::size_t overlap_of(std::size_t places)
{
    return places < 2 ? 0 : std::max<std::size_t>(1, places / 10);
}

bool list_cursor::take(const page_count& page)
{
    if (!continues(page)) {
        look_back(page);
        return false;
    }
    total_ = page.total;
    if (page.new_jobs > 0)
        in_vain_ = 0;
    // A page that is shorter than requested covers only its own entries: a server may return fewer.
    const auto end = offset_ + (page.places == 0 ? size_ : page.places);
    if (unknown_at_ && page.new_jobs == 0 && end < *unknown_at_) {
        known_before_ = end;
        search();
        return true;
    }
    const auto is_searching = unknown_at_.has_value();
    const auto has_gone_on = page.new_jobs > 0 || end > end_ || is_searching;
    is_over_ = page.total ? end >= *page.total : page.places == 0 || !has_gone_on;
    reach_ = page.places;
    // If the page repeats only the end of the previous one, the entries after that end are unreadable: continue without
    // an overlap.
    read_on(has_gone_on ? end : end_, has_gone_on ? overlap_of(std::min(size_, reach_)) : 0);
    return true;
}

bool list_cursor::halve()
{
    if (size_ == 1)
        return false;
    size_ /= 2;
    if (!unknown_at_ && must_join_)
        read_on(end_, overlap_of(std::min(size_, reach_)));
    return true;
}

bool list_cursor::continues(const page_count& page) const
{
    if (offset_ == 0)
        return true;
    if (page.known > 0 && must_join_)
        return true;
    if (unknown_at_ || shrunk_by(page) > 0)
        return false;
    constexpr int enough = 2; // the list may have changed before the first, and once more before the second
    return !must_join_ || page.unread >= end_ - offset_ || in_vain_ >= enough;
}

std::size_t list_cursor::shrunk_by(const page_count& page) const
{
    return total_ && page.total && *page.total < *total_ ? *total_ - *page.total : 0;
}

void list_cursor::look_back(const page_count& page)
{
    const auto is_first = !unknown_at_;
    if (is_first)
        ++in_vain_;
    unknown_at_ = offset_;
    must_join_ = true;
    if (is_first)
        offset_ -= std::min(offset_, std::max(size_, shrunk_by(page)));
    else
        search();
}

void list_cursor::search()
{
    const auto distance = *unknown_at_ - known_before_;
    if (distance > size_)
        offset_ = known_before_ + distance / 2;
    else
        read_on(known_before_, overlap_of(size_));
}

void list_cursor::read_on(std::size_t from, std::size_t overlap)
{
    overlap = std::min(overlap, from);
    end_ = from;
    offset_ = from - overlap;
    must_join_ = overlap > 0;
    known_before_ = 0;
    unknown_at_.reset();
}

} // namespace cojob::detail

// -------- cojob/impl/started_operation.ipp

namespace cojob::detail {

started_operation::started_operation(asio::any_io_executor executor)
    : executor_(std::move(executor)), strand_(serial_executor::on(executor_).for_users())
{
}

/// Enables all types of cancellation. A cancellation that arrived before this first step cancels the operation at once.
asio::awaitable<void> started_operation::run_all(std::shared_ptr<started_operation> self,
                                                 asio::awaitable<void> operation)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    self->has_begun_ = true;
    self->emit(static_cast<asio::cancellation_type>(self->asked_.load()));
    std::exception_ptr thrown;
    try {
        co_await std::move(operation);
    } catch (...) {
        thrown = std::current_exception();
    }
    self->is_over_ = true;
    // Otherwise the last step of co_spawn would throw out of `run()` after an operation that was cancelled and never
    // suspended.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (thrown)
        std::rethrow_exception(thrown);
}

void started_operation::run(asio::awaitable<void> operation)
{
    struct ended final : completion {
        explicit ended(std::shared_ptr<started_operation> s) : started(std::move(s)) {}
        void complete(std::exception_ptr thrown) override { started->complete(std::move(thrown)); }

        std::shared_ptr<started_operation> started;
    };
    const auto self = shared_from_this();
    detail::spawn(strand_, signal_.slot(), self, run_all(self, std::move(operation)), share<ended>(self));
}

void started_operation::cancel(asio::cancellation_type type)
{
    asked_ |= static_cast<unsigned>(type); // the first step may run before the function that is dispatched here
    asio::dispatch(strand_, [self = shared_from_this(), type] { self->emit(type); });
}

void started_operation::emit(asio::cancellation_type type)
{
    if (type != asio::cancellation_type::none && has_begun_ && !is_over_)
        signal_.emit(type);
}

} // namespace cojob::detail

// -------- cojob/impl/http/event_stream.ipp

namespace cojob::http {

void event_stream_parser::feed(std::string_view text)
{
    input_.erase(0, std::exchange(taken_, 0));
    input_.append(text);
}

std::optional<server_sent_event> event_stream_parser::next()
{
    while (taken_ < input_.size() && !exceeded_) {
        const auto rest = std::string_view(input_).substr(taken_);
        if (std::exchange(skips_line_feed_, false) && rest.front() == '\n') {
            ++taken_;
            continue;
        }
        const auto end = rest.find_first_of("\r\n");
        const auto part = rest.substr(0, end);
        line_.append(part);
        taken_ += part.size();
        if (is_line_too_long())
            break;
        if (end == std::string_view::npos)
            break;
        skips_line_feed_ = rest[end] == '\r';
        ++taken_;
        auto event = take_line();
        line_.clear();
        if (event)
            return event;
    }
    return std::nullopt;
}

/// The part of the line that has been received. A stream may begin with a byte order mark.
std::string_view event_stream_parser::line_without_mark() const noexcept
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view line = line_;
    if (is_first_line_ && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    return line;
}

/// A data line may be as long as an event, whatever the limit of other lines: servers usually send an event as one data
/// line.
bool event_stream_parser::is_line_too_long()
{
    constexpr std::string_view data = "data: ";
    const auto line = line_without_mark();
    const auto is_data = line.substr(0, data.size() - 1) == data.substr(0, std::min(line.size(), data.size() - 1));
    if (is_data ? line.size() > data.size() && line.size() - data.size() > max_event_ : line.size() > max_line_)
        exceeded_ = is_data ? "limits.event_bytes" : "limits.event_line";
    return exceeded_ != nullptr;
}

std::optional<server_sent_event> event_stream_parser::take_line()
{
    const auto line = line_without_mark();
    is_first_line_ = false;
    if (line.empty())
        return dispatch();
    const auto colon = line.find(':');
    if (colon == 0) // a comment
        return std::nullopt;
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    take_field(line.substr(0, colon), value);
    return std::nullopt;
}

void event_stream_parser::take_field(std::string_view name, std::string_view value)
{
    if (name == "event") {
        type_ = value;
    } else if (name == "data" && value.size() >= max_event_ - data_.size()) {
        exceeded_ = "limits.event_bytes";
    } else if (name == "data") {
        data_.append(value).append(1, '\n');
    } else if (name == "id" && value.find('\0') == std::string_view::npos) {
        last_id_ = value;
    } else if (name == "retry" && value.find_first_not_of("0123456789") == std::string_view::npos) {
        unsigned milliseconds = 0; // no server means more than the 49 days that this holds
        if (std::from_chars(value.data(), value.data() + value.size(), milliseconds).ec == std::errc())
            reconnection_time_ = std::chrono::milliseconds(milliseconds);
    }
}

std::optional<server_sent_event> event_stream_parser::dispatch()
{
    auto type = std::exchange(type_, {});
    auto data = std::exchange(data_, {});
    if (data.empty())
        return std::nullopt;
    data.pop_back(); // the last line feed
    server_sent_event event{.data = std::move(data), .id = last_id_};
    if (!type.empty())
        event.type = std::move(type);
    return event;
}

} // namespace cojob::http

// -------- cojob/impl/operation.ipp

namespace cojob {

operation::operation(clock_ptr clock, const asio::any_io_executor& executor)
    : operation(detail::share<detail::shared_alarm>(std::move(clock), executor, no_timeout))
{
}

operation::operation(std::shared_ptr<detail::shared_alarm> alarm)
    : alarm_(std::move(alarm)), clock_(alarm_->time()), executor_(&alarm_->executor())
{
}

operation::~operation()
{
    if (is_linked())
        alarm_->remove(*this);
    if (is_held_)
        alarm_->never_began();
}

void operation::hold_cancellation() noexcept
{
    if (!std::exchange(is_held_, true))
        alarm_->expect_one();
}

void operation::finish() noexcept
{
    is_finished_ = true;
    alarm_->remove(*this);
}

void operation::set_deadline(time_point when)
{
    deadline_ = when;
    arm();
}

void operation::set_limit(time_point when)
{
    limit_ = when;
    arm();
}

void operation::clear_limit()
{
    limit_ = time_point::max();
    if (reason_ == stop_reason::limit)
        reason_ = stop_reason::none;
    arm();
}

void operation::stop(stop_reason why)
{
    if (is_finished_)
        return;
    if (reason_ == stop_reason::none || reason_ == stop_reason::limit)
        reason_ = why;
    if (!is_held_)
        emit();
}

/// The coroutine's signal comes last: its handler may end the operation and destroy this object.
void operation::emit()
{
    step_signal_.emit(asio::cancellation_type::terminal);
    signal_.emit(asio::cancellation_type::terminal);
}

void operation::begin()
{
    if (std::exchange(is_held_, false))
        alarm_->has_begun();
    if (is_stopped())
        emit();
}

void operation::cancel(asio::cancellation_type type)
{
    const auto too_late = refuses_total_ && type == asio::cancellation_type::total;
    was_refused_ = was_refused_ || too_late;
    if (type != asio::cancellation_type::none && !too_late)
        stop(stop_reason::cancelled);
}

void operation::refuse_total_cancellation(bool refuse)
{
    refuses_total_ = refuse;
    if (!refuse && was_refused_)
        stop(stop_reason::cancelled);
}

void operation::arm()
{
    const auto next = std::min(deadline_, limit_);
    if (next == time_point::max() || is_finished_)
        return;
    alarm_->put(*this, next);
}

/// The alarm rings, perhaps too early: it is not moved when a deadline is.
void operation::ring(time_point now)
{
    const bool is_over = now >= deadline_, step_is_over = now >= limit_;
    if (step_is_over)
        limit_ = time_point::max();
    if (!is_over)
        alarm_->put_back(*this, std::min(deadline_, limit_));
    // Must be last: stopping may end the operation and destroy this object.
    if (is_over || step_is_over)
        stop(is_over ? stop_reason::deadline : stop_reason::limit);
}

} // namespace cojob

// -------- cojob/impl/internal/http/clock_hold.hpp

namespace cojob::detail {

/// Holds a manually driven clock while an operation waits for real sockets.
class clock_hold {
  public:
    explicit clock_hold(clock& c) : clock_(c) { clock_.exchange_began(); }
    clock_hold(const clock_hold&) = delete;
    clock_hold& operator=(const clock_hold&) = delete;
    ~clock_hold() { clock_.exchange_ended(); }

  private:
    clock& clock_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/connection_ages.hpp

namespace cojob::detail {

/// Decides when a connection is too old for another request. Each connection lives between 90 and 100 % of the limit,
/// so connections that were opened together, by one client or by many, are not all replaced at once. No I/O.
class connection_ages {
  public:
    /// `start` should differ between clients.
    connection_ages(duration limit, std::uint32_t start) : limit_(limit), share_(start) {}

    /// Returns when a connection that was opened now expires.
    [[nodiscard]] time_point end(time_point now) noexcept
    {
        if (limit_ == no_timeout)
            return time_point::max();
        share_ += 2654435769U; // 2^32 divided by the golden ratio: successive values are far apart
        return after(now, limit_ - limit_ / 655360 * (share_ >> 16));
    }

  private:
    duration limit_;
    std::uint32_t share_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/slot_queue.hpp

namespace cojob::detail {

/// An operation that waits for a slot. The entry is a node of an intrusive list: joining allocates nothing and cannot
/// fail, and joining and leaving are O(1).
class slot_queue_entry {
  public:
    slot_queue_entry() = default;
    slot_queue_entry(const slot_queue_entry&) = delete;
    slot_queue_entry& operator=(const slot_queue_entry&) = delete;
    ~slot_queue_entry() = default;

    std::uint64_t number = 0; ///< order of arrival over all queues of a pool
    bool is_poll = false;

  private:
    friend class slot_queue;

    slot_queue_entry *before_ = nullptr, *behind_ = nullptr;
    class slot_queue* queue_ = nullptr;
};

/// An intrusive first-in, first-out queue. It does not own its entries, and an entry must leave before it is destroyed.
class slot_queue {
  public:
    slot_queue() = default;
    slot_queue(const slot_queue&) = delete; // entries refer to their queue
    slot_queue& operator=(const slot_queue&) = delete;
    ~slot_queue() = default;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] slot_queue_entry* front() const noexcept { return first_; }

    void push_back(slot_queue_entry& entry) noexcept
    {
        entry.queue_ = this;
        entry.behind_ = nullptr;
        entry.before_ = std::exchange(last_, &entry);
        (entry.before_ ? entry.before_->behind_ : first_) = &entry;
    }

    /// Does nothing if the entry is not in this queue.
    void erase(slot_queue_entry& entry) noexcept
    {
        if (entry.queue_ != this)
            return;
        entry.queue_ = nullptr;
        (entry.before_ ? entry.before_->behind_ : first_) = entry.behind_;
        (entry.behind_ ? entry.behind_->before_ : last_) = entry.before_;
    }

    [[nodiscard]] bool has(const slot_queue_entry& entry) const noexcept { return entry.queue_ == this; }

  private:
    slot_queue_entry *first_ = nullptr, *last_ = nullptr;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/origin_pool.hpp

namespace cojob::detail {

/// Assigns the slots and the idle connections of one origin. A slot is the right to have one connection. The transport
/// reuses or closes an idle connection before it opens a new one, so there are never more connections than slots. A
/// `Waiter` is a `slot_queue_entry`. No I/O.
///
/// Polls of waits hold at most half of the slots, but at least one. A poll lets later calls go first until it stops
/// yielding. From then on the order of arrival decides. Taking, queueing for and releasing a slot is O(1).
template <class Connection, class Waiter>
class origin_pool {
  public:
    explicit origin_pool(const pool_options& options)
        : options_(options), most_polls_(std::max<std::size_t>(1, options.max_connections / 2))
    {
    }

    /// Takes a slot if one is free and no call is queued. A poll is queued while a slot is free only if polls have
    /// reached their limit.
    [[nodiscard]] bool try_enter(bool is_poll = false) noexcept
    {
        if (in_use_ >= options_.max_connections || !calls_.empty() || (is_poll && polls_in_use_ >= most_polls_))
            return false;
        ++in_use_;
        polls_in_use_ += is_poll ? 1U : 0U;
        return true;
    }

    void enqueue(Waiter& waiter, bool is_poll = false) noexcept
    {
        waiter.number = ++last_number_;
        waiter.is_poll = is_poll;
        (is_poll ? polls_ : calls_).push_back(waiter);
    }

    void leave_queue(Waiter& waiter) noexcept { (waiter.is_poll ? polls_ : calls_).erase(waiter); }

    /// Ends the yielding of a queued poll and of all polls before it, because polls do not overtake each other.
    void stop_yielding(const Waiter& waiter) noexcept
    {
        if (polls_.has(waiter))
            last_patient_ = std::max(last_patient_, waiter.number);
    }

    /// Releases a slot. Returns the waiter that owns the slot from now on, or null if none is queued.
    [[nodiscard]] Waiter* release(bool was_poll = false) noexcept
    {
        polls_in_use_ -= was_poll ? 1U : 0U;
        auto* const next = first_in_queue();
        if (!next) {
            --in_use_;
            return nullptr;
        }
        leave_queue(*next);
        polls_in_use_ += next->is_poll ? 1U : 0U;
        return next;
    }

    /// Takes the connection that was used last, which the server is least likely to close soon.
    [[nodiscard]] Connection take_idle()
    {
        return take_idle(time_point::min(), [](const Connection&) { return true; });
    }

    /// Keeps an idle connection until the idle timeout or `until`, the server's limit, whichever is earlier.
    void keep(Connection connection, time_point now, time_point until = time_point::max())
    {
        until = std::min(until, after(now, options_.idle));
        first_end_ = idle_.empty() ? until : std::min(first_end_, until);
        idle_.push_back({std::move(connection), now, until});
    }

    /// Takes the connection that was used last among those that were used since then and satisfy the predicate.
    template <class Predicate>
    [[nodiscard]] Connection take_idle(time_point used_since, Predicate fits)
    {
        for (auto i = idle_.end(); i != idle_.begin() && (i - 1)->since >= used_since;)
            if (fits((--i)->connection)) {
                auto connection = std::move(i->connection);
                idle_.erase(i);
                return connection;
            }
        return {};
    }

    /// Drops the idle connections that are no longer usable, and returns how many there were.
    template <class Predicate>
    std::size_t drop_if(Predicate is_useless)
    {
        return std::erase_if(idle_, [&](const idle& i) { return is_useless(*i.connection); });
    }

    /// Returns whether the holder of a slot may open a connection without closing an idle one.
    [[nodiscard]] bool has_room() const noexcept { return in_use_ + idle_.size() <= options_.max_connections; }

    /// Takes an idle connection that has expired, the oldest first.
    [[nodiscard]] Connection take_old(time_point now)
    {
        if (idle_.empty() || now < first_end_)
            return {};
        const auto old = std::find_if(idle_.begin(), idle_.end(), [now](const idle& i) { return i.until <= now; });
        if (old == idle_.end()) {
            first_end_ = time_point::max();
            for (const auto& i : idle_)
                first_end_ = std::min(first_end_, i.until);
            return {};
        }
        auto connection = std::move(old->connection);
        idle_.erase(old);
        return connection;
    }

    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }
    [[nodiscard]] std::size_t idle_count() const noexcept { return idle_.size(); }

  private:
    [[nodiscard]] Waiter* first_in_queue() const noexcept
    {
        auto* const poll = polls_in_use_ < most_polls_ ? polls_.front() : nullptr;
        auto* const call = calls_.front();
        const auto goes_first = poll && (!call || (poll->number <= last_patient_ && poll->number < call->number));
        return static_cast<Waiter*>(goes_first ? poll : call);
    }

    struct idle {
        Connection connection;
        time_point since, until;
    };

    pool_options options_;
    std::size_t most_polls_, in_use_ = 0, polls_in_use_ = 0;
    std::vector<idle> idle_; // oldest first
    time_point first_end_{}; // no idle connection expires before this
    slot_queue calls_, polls_;
    std::uint64_t last_number_ = 0, last_patient_ = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/buffered_socket.hpp

namespace cojob::detail {

/// The result of a non-blocking operation. The error is `would_block` if the operation would have blocked.
struct io_result {
    error_code error{};
    std::size_t bytes = 0;
};

[[nodiscard]] inline bool would_block(const error_code& error) noexcept
{
    return error && (error == asio::error::would_block || error == asio::error::try_again);
}

/// A non-blocking socket with a small buffer. Waiting for data receives it: Asio tries the receive first, and its
/// reactor needs no system call to register a receive, but one for each `async_wait`. A read takes the bytes that were
/// received first. More than the buffer holds is read from the socket directly, so large bodies are not copied.
class buffered_socket {
  public:
    explicit buffered_socket(asio::ip::tcp::socket socket) : socket_(std::move(socket))
    {
        error_code ignored; // the first read or write reports it
        socket_.non_blocking(true, ignored);
    }

    [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_; }

    io_result write_some(asio::const_buffer bytes)
    {
        io_result wrote;
        wrote.bytes = socket_.write_some(bytes, wrote.error);
        return wrote;
    }

    io_result read_some(asio::mutable_buffer room)
    {
        if (begin_ != end_ || error_)
            return take(room);
        io_result got;
        got.bytes = socket_.read_some(room, got.error);
        is_drained_ = got.bytes < room.size();
        return got;
    }

    /// Receives what is there, without waiting. Returns `would_block` if there is nothing.
    [[nodiscard]] error_code peek()
    {
        if (begin_ == end_ && !error_) {
            const auto got = read_some(asio::buffer(bytes_));
            if (would_block(got.error))
                return got.error;
            received(got.error, got.bytes);
        }
        return error_;
    }

    /// Starts a receive. Pass its result to `received`. If bytes are left, it only lets other handlers run.
    template <class Handler>
    void receive(Handler handler)
    {
        const auto room = begin_ == end_ && !error_ ? asio::buffer(bytes_) : asio::mutable_buffer();
        socket_.async_receive(room, std::move(handler));
    }

    /// Keeps the error for the read that follows: a reset is reported by the system only once.
    void received(const error_code& error, std::size_t bytes) noexcept
    {
        if (begin_ != end_ || error_)
            return;
        error_ = error;
        begin_ = 0;
        end_ = bytes;
        is_drained_ = bytes < bytes_.size();
    }

    /// Whether the next read takes bytes that were received before.
    [[nodiscard]] bool has_bytes() const noexcept { return begin_ != end_; }

    /// Returns whether the last read or receive took all there was. The answer is given once, so that a caller who does
    /// not wait in between gets to try.
    [[nodiscard]] bool was_drained() noexcept { return begin_ == end_ && !error_ && std::exchange(is_drained_, false); }

  private:
    io_result take(asio::mutable_buffer room) noexcept
    {
        if (begin_ == end_)
            return {error_, 0};
        const auto n = asio::buffer_copy(room, asio::buffer(bytes_.data() + begin_, end_ - begin_));
        begin_ += n;
        return {{}, n};
    }

    static constexpr std::size_t size = 4096; // most responses, with their session tickets and frames

    asio::ip::tcp::socket socket_;
    std::size_t begin_ = 0, end_ = 0; // of what was received and not yet read
    error_code error_;                // follows it
    bool is_drained_ = false;
    std::array<char, size> bytes_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/keep_alive.hpp

namespace cojob::detail {

/// How long a server keeps a connection open, as its `Keep-Alive: timeout=5, max=100` announces (RFC 2068, 19.7.1.1;
/// Node, Apache and Tomcat send it). The client gives a connection up one second earlier: a request that crosses the
/// server's close may or may not have been processed.
class keep_alive {
  public:
    /// Updates the terms from the headers of a response that was received at `now`. A response without `Keep-Alive`
    /// leaves the earlier terms in force.
    void heard(const http::header_list& headers, time_point now)
    {
        heard_at_ = now;
        if (requests_left_ && *requests_left_ != 0)
            --*requests_left_;
        for (const auto& [name, value] : headers)
            if (equal_ignoring_case(name, "Keep-Alive"))
                take(value);
    }

    /// Sets when the client gives the connection up, whatever the server announces.
    void end_at(time_point when) noexcept { end_ = when; }

    /// When the last response was received; empty before the first one.
    [[nodiscard]] std::optional<time_point> heard_at() const noexcept { return heard_at_; }

    /// Until when the connection may be reused. This is the time of the last response if it may not be reused at all.
    [[nodiscard]] time_point until() const
    {
        if (!heard_at_)
            return end_;
        if (requests_left_ == 0U)
            return *heard_at_;
        return timeout_ ? std::min(end_, after(*heard_at_, std::max(*timeout_ - margin, duration::zero()))) : end_;
    }

  private:
    static constexpr duration margin = std::chrono::seconds(1);
    static constexpr std::uint64_t most = 1'000'000'000; // larger numbers are clamped

    void take(std::string_view parameters)
    {
        while (!parameters.empty()) {
            const auto end = std::min(parameters.find_first_of(",;"), parameters.size());
            take_one(parameters.substr(0, end));
            parameters.remove_prefix(std::min(end + 1, parameters.size()));
        }
    }

    void take_one(std::string_view parameter)
    {
        const auto equals = std::min(parameter.find('='), parameter.size());
        const auto name = trim(parameter.substr(0, equals));
        const auto number = to_number(trim(parameter.substr(std::min(equals + 1, parameter.size()))));
        if (number && equal_ignoring_case(name, "timeout"))
            timeout_ = std::chrono::seconds(*number); // the last one wins
        else if (number && equal_ignoring_case(name, "max"))
            requests_left_ = number;
    }

    /// Parses digits, which may be quoted. A fraction is cut off.
    static std::optional<std::uint64_t> to_number(std::string_view text)
    {
        if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
            text = text.substr(1, text.size() - 2);
        constexpr std::string_view digits = "0123456789";
        const auto point = std::min(text.find('.'), text.size());
        const auto whole = text.substr(0, point), rest = text.substr(std::min(point + 1, text.size()));
        if (whole.empty() || whole.find_first_not_of(digits) != whole.npos ||
            rest.find_first_not_of(digits) != rest.npos)
            return std::nullopt;
        std::uint64_t number = 0;
        for (const char c : whole)
            number = std::min(number * 10 + static_cast<std::uint64_t>(c - '0'), most);
        return number;
    }

    time_point end_ = time_point::max();
    std::optional<time_point> heard_at_;
    std::optional<duration> timeout_;
    std::optional<std::uint64_t> requests_left_; // after the last answer
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/chunk_scan.hpp

namespace cojob::detail {

/// Decodes the chunked coding (RFC 9112, section 7.1) byte by byte, so the result does not depend on how the input is
/// split, and an error shows at its first byte. Every line must end with CRLF. The scan tolerates only blanks after a
/// chunk size, which some servers pad to a fixed width, and folded trailer lines. No two readers can then disagree on
/// where the message ends.
class chunk_scan {
  public:
    /// `most`: the limit in bytes of one chunk's extensions, and of all trailers together.
    explicit chunk_scan(std::size_t most) : most_(most) {}

    enum class event {
        needs_more, ///< the input is used up
        chunk,      ///< a chunk of `size()` bytes begins
        data,       ///< some bytes of the chunk
        end,        ///< the body is complete
        malformed,
        too_long ///< the extensions or the trailers exceed the limit
    };

    /// Consumes the bytes of one event from the front of the input. `data` refers into the input.
    [[nodiscard]] event next(std::string_view& input, std::string_view& data)
    {
        while (!input.empty()) {
            if (state_ == state::data)
                return take_data(input, data);
            const char c = input.front();
            input.remove_prefix(1);
            const auto found = state_ < state::trailer_begin ? take_size_line(c) : take_trailer(c);
            if (found != event::needs_more)
                return found;
        }
        return event::needs_more;
    }

    /// The bytes of the chunk that are still to come.
    [[nodiscard]] std::uint64_t size() const noexcept { return left_; }

  private:
    enum class state {
        size,
        blanks, ///< after the size
        extension,
        size_line_feed, ///< the CR has been received
        data,
        data_return, ///< CR LF after the data
        data_line_feed,
        trailer_begin, ///< of a trailer line, or of the empty line that ends the body
        trailer_name,
        trailer_value,
        trailer_line_feed,
        last_line_feed
    };

    static constexpr std::size_t most_digits = 32, most_blanks = 16;

    event take_data(std::string_view& input, std::string_view& data)
    {
        data = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
        input.remove_prefix(data.size());
        left_ -= data.size();
        if (left_ == 0)
            state_ = state::data_return;
        return event::data;
    }

    event go(state next) noexcept
    {
        state_ = next;
        return event::needs_more;
    }

    event take_size_line(char c)
    {
        switch (state_) {
        case state::size: return take_digit(c);
        case state::blanks: return is_blank(c) && ++count_ <= most_blanks ? event::needs_more : after_size(c);
        case state::extension: return take_extension(c);
        case state::size_line_feed: return c == '\n' ? begin_chunk() : event::malformed;
        case state::data_return: return c == '\r' ? go(state::data_line_feed) : event::malformed;
        default: // data_line_feed
            count_ = 0;
            return c == '\n' ? go(state::size) : event::malformed;
        }
    }

    event take_digit(char c)
    {
        if (!is_hex_digit(c)) {
            const bool has_size = count_ != 0;
            count_ = is_blank(c) ? 1 : 0;
            if (!has_size)
                return event::malformed;
            return is_blank(c) ? go(state::blanks) : after_size(c);
        }
        if (++count_ > most_digits || left_ >> 60U != 0)
            return event::malformed;
        left_ = left_ * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
        return event::needs_more;
    }

    event after_size(char c)
    {
        if (c == '\r')
            return go(state::size_line_feed);
        if (c != ';')
            return event::malformed;
        count_ = 0;
        state_ = state::extension;
        return take_extension(c);
    }

    event take_extension(char c)
    {
        if (c == '\r')
            return go(state::size_line_feed);
        if (is_control(c) && c != '\t')
            return event::malformed;
        return ++count_ > most_ ? event::too_long : event::needs_more;
    }

    event begin_chunk()
    {
        count_ = 0;
        if (left_ == 0)
            return go(state::trailer_begin);
        state_ = state::data;
        return event::chunk;
    }

    event take_trailer(char c)
    {
        switch (state_) {
        case state::trailer_begin:
            if (c == '\r')
                return go(state::last_line_feed);
            if (is_blank(c) && has_trailer_) // a folded line (RFC 9112, section 5.2)
                return count_trailer(state::trailer_value);
            name_.clear();
            state_ = state::trailer_name;
            return take_name(c);
        case state::trailer_name: return take_name(c);
        case state::trailer_value:
            if (c == '\r')
                return go(state::trailer_line_feed);
            return is_control(c) && c != '\t' ? event::malformed : count_trailer(state_);
        case state::trailer_line_feed:
            has_trailer_ = true;
            return c == '\n' ? go(state::trailer_begin) : event::malformed;
        default: // last_line_feed
            return c == '\n' ? event::end : event::malformed;
        }
    }

    /// Trailers are dropped: they must not be merged into the headers (RFC 9110, section 6.5.1), and nothing uses them.
    /// A trailer that would change the message framing is an error.
    event take_name(char c)
    {
        if (c == ':')
            return name_.empty() || name_ == "content-length" || name_ == "transfer-encoding"
                       ? event::malformed
                       : go(state::trailer_value);
        if (!is_token({&c, 1}))
            return event::malformed;
        constexpr std::size_t enough = std::string_view("transfer-encoding").size() + 1;
        if (name_.size() < enough)
            name_ += to_lower(c);
        return count_trailer(state_);
    }

    event count_trailer(state next)
    {
        state_ = next;
        return ++count_ > most_ ? event::too_long : event::needs_more;
    }

    static bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

    std::size_t most_;
    state state_ = state::size;
    std::uint64_t left_ = 0;
    std::size_t count_ = 0; // of digits, blanks, or bytes of extensions or trailers
    std::string name_;      // of the current trailer, in lower case
    bool has_trailer_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/body_decoder.hpp

namespace cojob::detail {

/// How the body of a response is read.
enum class body_mode {
    whole,
    absent,  ///< the response to a HEAD request, whose Content-Length describes a body that is not sent
    streamed ///< the body of a success is passed on in parts, without a limit; that of a failure is read whole
};

/// Where a body ends (RFC 9112, section 6.3).
struct body_framing {
    enum class kind { none, length, chunks, until_close };

    kind ends = kind::none;
    std::uint64_t length = 0;
};

/// Decodes one body from the bytes that follow a head, and enforces the limits. Announced sizes count as well as
/// received bytes.
class body_decoder {
  public:
    /// `is_bounded`: whether `limits.body_bytes` applies.
    body_decoder(const limit_options& limits, body_framing framing, bool is_bounded)
        : limits_(limits), ends_(framing.ends), left_(framing.length), is_bounded_(is_bounded),
          chunks_(limits.chunk_extension), is_done_(ends_ == kind::none || (ends_ == kind::length && left_ == 0))
    {
    }

    /// Call this before the first byte. Returns false if the announced length exceeds the limit.
    bool begin(std::string& body)
    {
        if (ends_ != kind::length || !is_bounded_)
            return true;
        if (!check_room(body, left_))
            return false;
        make_room(body);
        return true;
    }

    /// Consumes bytes from the front of the input and appends their content to the body. Stops when the input is used
    /// up, the body is complete, or decoding fails.
    void take(std::string_view& input, std::string& body)
    {
        if (ends_ == kind::chunks)
            return take_chunks(input, body);
        auto part = input;
        if (ends_ == kind::length) {
            part = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
            if (is_bounded_ && part.size() > body.capacity() - body.size())
                make_room(body);
            left_ -= part.size();
            is_done_ = left_ == 0;
        }
        input.remove_prefix(part.size());
        add(part, body);
    }

    /// Returns whether an orderly end of the connection at this point completes the body.
    [[nodiscard]] bool may_end() const noexcept { return is_done_ || ends_ == kind::until_close; }

    [[nodiscard]] bool is_done() const noexcept { return is_done_; }
    [[nodiscard]] std::optional<errc> failure() const noexcept { return failure_; }
    [[nodiscard]] const char* why() const noexcept { return why_; }

  private:
    using kind = body_framing::kind;

    /// Memory is reserved for the announced length, up to `most_ahead` bytes or a multiple of what has been received.
    /// Growing a 3 MB body by doubling would take four times as long.
    static constexpr std::size_t most_ahead = std::size_t{64} * 1024, growth = 16;

    void make_room(std::string& body) const
    {
        const auto ahead = std::max(most_ahead, (growth - 1) * body.size());
        body.reserve(body.size() + static_cast<std::size_t>(std::min<std::uint64_t>(left_, ahead)));
    }

    void take_chunks(std::string_view& input, std::string& body)
    {
        using found = chunk_scan::event;
        while (!is_done_ && !failure_) {
            std::string_view data;
            switch (chunks_.next(input, data)) {
            case found::needs_more: return;
            case found::chunk: check_room(body, chunks_.size()); break;
            case found::data: add(data, body); break;
            case found::end: is_done_ = true; break;
            case found::malformed: fail(errc::malformed_response, "malformed chunks"); break;
            case found::too_long:
                fail(errc::response_too_large, "over limits.chunk_extension, which bounds trailers too");
                break;
            }
        }
    }

    void add(std::string_view part, std::string& body)
    {
        if (check_room(body, part.size()))
            body.append(part);
    }

    bool check_room(const std::string& body, std::uint64_t more)
    {
        if (!is_bounded_ || more <= std::min(limits_.body_bytes, body.max_size()) - body.size())
            return true;
        fail(errc::response_too_large, "over limits.body_bytes");
        return false;
    }

    void fail(errc code, const char* why)
    {
        failure_ = code;
        why_ = why;
    }

    const limit_options& limits_;
    kind ends_;
    std::uint64_t left_; // bytes of an announced length that are still to come
    bool is_bounded_;
    chunk_scan chunks_;
    bool is_done_;
    std::optional<errc> failure_;
    const char* why_ = "";
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/head_parser.hpp

namespace cojob::detail {

/// Beast's parser, used only for one whole head. `body_decoder` decodes the body.
class head_parser final : public boost::beast::http::basic_parser<false> {
    using string_view = boost::beast::string_view;
    using field = boost::beast::http::field;

  public:
    explicit head_parser(const limit_options& limits) : limits_(limits)
    {
        skip(true);                                              // the message ends with its head
        header_limit(std::numeric_limits<std::uint32_t>::max()); // `response_reader` enforces the limit
        message.headers.reserve(std::min<std::size_t>(usual_headers, limits.header_count));
    }

    /// Parses a whole head. Returns whether it is well formed and within the limits.
    bool parse(std::string_view head) { return put(asio::buffer(head), error_) == head.size() && !error_; }

    http::response message;

    /// The error, if `parse` returned false.
    [[nodiscard]] errc failure() const noexcept
    {
        return is_over_limit_ ? errc::response_too_large : errc::malformed_response;
    }
    [[nodiscard]] std::string why() const
    {
        if (is_over_limit_)
            return "over limits.header_count";
        return has_unknown_coding_ ? "a transfer coding other than chunked" : error_.message();
    }

  private:
    static constexpr std::size_t usual_headers = 16;

    void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override { message.status = code; }
    void on_field_impl(field name_code, string_view name, string_view value, error_code& ec) override
    {
        if (name_code == field::transfer_encoding && !is_known_coding({value.data(), value.size()})) {
            has_unknown_coding_ = true;
            ec = boost::beast::http::error::bad_transfer_encoding;
        } else if (message.headers.size() == limits_.header_count) {
            is_over_limit_ = true;
            ec = boost::beast::http::error::header_limit;
        } else {
            add(std::string_view(name.data(), name.size()), std::string_view(value.data(), value.size()));
        }
    }
    void add(std::string_view name, std::string_view value) { add_header(message.headers, name, value); }

    /// Beast ignores an unknown transfer coding, which would misread the body. `identity` is a leftover of RFC 2616 and
    /// changes nothing.
    static bool is_known_coding(std::string_view value)
    {
        return equal_ignoring_case(value, "chunked") || equal_ignoring_case(value, "identity");
    }

#if BOOST_VERSION >= 109000 // Trailers are not part of a head. Older Beasts treat them as other fields.
    void on_trailer_field_impl(field, string_view, string_view, error_code&) override {}
#endif
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view, error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    const limit_options& limits_;
    error_code error_;
    bool is_over_limit_ = false;
    bool has_unknown_coding_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/head_scan.hpp

namespace cojob::detail {

/// Finds the end of a message head that arrives in any number of parts. Beast's result depends on how the head is
/// split: the same bytes may be an error in one part, but incomplete or over a limit in several.
class head_scan {
  public:
    enum class verdict { incomplete, whole, malformed };

    /// Scans `received`, which holds everything received of the message so far. Continues where the last call stopped.
    verdict look(std::string_view received)
    {
        constexpr std::string_view begin = "HTTP/1.";
        if (line_begin_ == 0 && received.substr(0, begin.size()) != begin.substr(0, received.size()))
            return verdict::malformed;
        for (; (at_ = received.find('\n', at_)) != received.npos; line_begin_ = ++at_) {
            if (at_ == 0 || received[at_ - 1] != '\r')
                return verdict::malformed;
            if (line_begin_ == 0)
                ends_with_status_ = at_ - 1 == status_end;
            if (at_ == line_begin_ + 1) {
                size_ = at_ + 1;
                return verdict::whole;
            }
        }
        at_ = received.size();
        return verdict::incomplete;
    }

    /// The size of a whole head, including the empty line.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Returns whether the status line has neither a reason phrase nor the space before it. RFC 9112, section 4,
    /// requires the space. Some servers omit it, and Beast rejects such a line.
    [[nodiscard]] bool ends_with_status() const noexcept { return ends_with_status_; }

    /// The offset of that space.
    static constexpr std::size_t status_end = std::string_view("HTTP/1.1 200").size();

  private:
    std::size_t at_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t size_ = 0;
    bool ends_with_status_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/plain_head.hpp

namespace cojob::detail {

/// Reads the head that nearly every response has: `HTTP/1.1 200`, one `Content-Length`, a connection that stays open,
/// and only ASCII. Beast's parser takes longer, because it looks up every field's name. A head with anything else is
/// left to that parser, which decides whether it is valid.
class plain_head {
  public:
    /// `head` is whole, as `head_scan` finds it. Returns the length of the body, or nothing if the head is not plain.
    std::optional<std::uint64_t> parse(std::string_view head, std::size_t most_headers)
    {
        if (!take(head, "HTTP/1.1 200 "))
            return std::nullopt;
        static_cast<void>(take_text(head)); // the reason
        headers.reserve(std::min<std::size_t>(16, most_headers));
        while (take(head, "\r\n") && !head.empty()) {
            if (head == "\r\n")
                return length_;
            const auto name = take_all(head, name_char);
            if (name.empty() || !take(head, ':') || headers.size() == most_headers)
                return std::nullopt;
            static_cast<void>(take_all(head, blank));
            auto value = take_text(head);
            while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
                value.remove_suffix(1);
            if (!allows(name, value))
                return std::nullopt;
            add_header(headers, name, value);
        }
        return std::nullopt;
    }

    http::header_list headers;

  private:
    enum kind : unsigned char { name_char = 1, text = 2, blank = 4 };

    static constexpr std::array<unsigned char, 256> kinds = [] {
        std::array<unsigned char, 256> table{};
        for (std::size_t i = 0; i < 128; ++i) {
            const auto c = static_cast<char>(i);
            const auto is_blank = c == ' ' || c == '\t';
            table[i] = static_cast<unsigned char>((is_alpha(c) || is_digit(c) || c == '-' || c == '_' ? name_char : 0) |
                                                  (!is_control(c) || is_blank ? text : 0) | (is_blank ? blank : 0));
        }
        return table;
    }();

    static std::string_view take_all(std::string_view& head, kind wanted)
    {
        const auto* at = head.data();
        for (const auto* const end = at + head.size(); at != end; ++at)
            if ((kinds[static_cast<unsigned char>(*at)] & wanted) == 0)
                break;
        const auto taken = head.substr(0, static_cast<std::size_t>(at - head.data()));
        head.remove_prefix(taken.size());
        return taken;
    }

    /// Takes what `text` allows. Eight characters at a time, as long as they are visible ASCII or spaces.
    static std::string_view take_text(std::string_view& head)
    {
        constexpr std::uint64_t each = 0x0101'0101'0101'0101, high = each * 0x80;
        const auto all = head;
        for (std::uint64_t word = 0; head.size() >= sizeof word; head.remove_prefix(sizeof word)) {
            std::memcpy(&word, head.data(), sizeof word);
            if (((word | (word - each * ' ') | (word + each)) & high) != 0)
                break;
        }
        static_cast<void>(take_all(head, text));
        return all.substr(0, all.size() - head.size());
    }

    /// Returns whether the field leaves the end of the message and of the connection clear.
    bool allows(std::string_view name, std::string_view value)
    {
        const auto is = [&](std::string_view other) { // most names differ in length, which takes no call to see
            return name.size() == other.size() && equal_ignoring_case(name, other);
        };
        if (is("Content-Length")) {
            const auto* const end = value.data() + value.size();
            std::uint64_t length = 0;
            const auto [stop, error] = std::from_chars(value.data(), end, length);
            const auto is_first = !length_;
            length_ = length;
            return is_first && stop == end && error == std::errc();
        }
        if (is("Connection"))
            return equal_ignoring_case(value, "keep-alive");
        return !is("Transfer-Encoding") && !is("Proxy-Connection") && !is("Upgrade");
    }

    std::optional<std::uint64_t> length_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/response_reader.hpp

namespace cojob::detail {

/// Reads one response from the bytes of a connection, and skips interim (1xx) responses. No I/O: the caller passes the
/// bytes in.
class response_reader {
  public:
    /// Bytes after the response stay in the buffer. They are an error of the server; see `has_surplus`.
    response_reader(const limit_options& limits, boost::beast::flat_buffer& buffer, body_mode mode = body_mode::whole)
        : limits_(limits), buffer_(buffer), mode_(mode)
    {
    }

    /// The buffer for the next read.
    [[nodiscard]] asio::mutable_buffer prepare() { return buffer_.prepare(read_size); }

    /// Processes `n` bytes that were read. Returns whether the response is complete or has failed.
    bool commit(std::size_t n)
    {
        buffer_.commit(n);
        has_begun_ = has_begun_ || n != 0;
        while (!is_over() && buffer_.size() != 0 && (body_ ? take_body() : take_head())) {
        }
        return is_over();
    }

    /// Call this when the connection has ended. A response that is delimited by the end of the connection is complete
    /// only if the end was orderly.
    void end_of_input(error_code how)
    {
        if (how == asio::error::eof && body_ && body_->may_end())
            is_done_ = true;
        else
            fail_with(errc::connection_lost, how.message());
    }

    [[nodiscard]] bool is_over() const noexcept { return is_done_ || failure_.has_value(); }
    [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }
    [[nodiscard]] std::optional<errc> failure() const noexcept { return failure_; }
    [[nodiscard]] const std::string& why() const noexcept { return why_; }

    /// The status of the final response; 0 until its head is complete. Never the status of an interim response.
    [[nodiscard]] int status() const noexcept { return message_.status; }

    /// Returns whether bytes followed the response. The state of the connection is unknown then.
    [[nodiscard]] bool has_surplus() const noexcept { return buffer_.size() != 0; }
    [[nodiscard]] bool allows_reuse() const
    {
        return is_done_ && is_trusted_ && !has_surplus() && keeps_alive_ && message_.status != switching_protocols;
    }

    /// Makes `allows_reuse` return false, for a reason that the response does not show.
    void forbid_reuse() noexcept { is_trusted_ = false; }

    /// Takes the response as far as it was received, without a body that streams.
    [[nodiscard]] http::response take_message()
    {
        auto& m = message_;
        return is_streaming() ? http::response{m.status, std::move(m.headers), {}} : std::move(m);
    }

    /// Returns whether the head of a successful response is complete and its body is streamed.
    [[nodiscard]] bool is_streaming() const
    {
        return mode_ == body_mode::streamed && body_ && message_.status / 100 == 2;
    }
    /// Takes the part of the body that was received since the last call.
    [[nodiscard]] std::string take_body_text() { return std::exchange(message_.body, {}); }

  private:
    static constexpr std::size_t read_size = std::size_t{16} * 1024;
    static constexpr int switching_protocols = 101; // ends HTTP on the connection; no request asks for it

    static bool is_interim(int status) noexcept
    {
        return status >= 100 && status < 200 && status != switching_protocols;
    }

    [[nodiscard]] std::string_view received() const
    {
        return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()};
    }

    /// Returns false if the response has failed or the head is incomplete.
    bool take_head()
    {
        const auto found = head_.look(received().substr(0, limits_.header_bytes));
        if (found == head_scan::verdict::whole)
            return parse_head(received().substr(0, head_.size()));
        if (found == head_scan::verdict::malformed)
            fail_with(errc::malformed_response, "no status line of HTTP/1, or a line that does not end with CRLF");
        else if (buffer_.size() > limits_.header_bytes)
            fail_with(errc::response_too_large, "over limits.header_bytes");
        return false;
    }

    bool parse_head(std::string_view head)
    {
        plain_head plain;
        const auto length = plain.parse(head, limits_.header_count);
        if (!length)
            return parse_any_head(head);
        message_ = {200, std::move(plain.headers), {}};
        buffer_.consume(std::exchange(head_, {}).size());
        begin_body(true,
                   mode_ == body_mode::absent ? body_framing{} : body_framing{body_framing::kind::length, *length});
        return !is_over();
    }

    bool parse_any_head(std::string_view head)
    {
        head_parser parser(limits_);
        const bool is_read = head_.ends_with_status()
                                 ? parser.parse(std::string(head).insert(head_scan::status_end, " "))
                                 : parser.parse(head);
        buffer_.consume(head_.size());
        head_ = {};
        const bool is_interim_one = is_interim(parser.message.status);
        if (!is_interim_one)
            message_ = std::move(parser.message);
        if (!is_read)
            fail_with(parser.failure(), parser.why());
        else if (!is_interim_one)
            begin_body(parser.keep_alive(), framing_of(parser));
        else if (++interim_ > limits_.informational)
            fail_with(errc::response_too_large, "over limits.informational");
        return !is_over();
    }

    void begin_body(bool keeps_alive, body_framing framing)
    {
        keeps_alive_ = keeps_alive && framing.ends != body_framing::kind::until_close;
        const bool is_bounded = mode_ != body_mode::streamed || message_.status / 100 != 2;
        body_.emplace(limits_, framing, is_bounded);
        if (!body_->begin(message_.body))
            fail_with(*body_->failure(), body_->why());
        is_done_ = body_->is_done();
    }

    [[nodiscard]] body_framing framing_of(const head_parser& parser) const
    {
        using kind = body_framing::kind;
        const auto status = message_.status;
        if (mode_ == body_mode::absent || status / 100 == 1 || status == 204 || status == 304)
            return {};
        if (parser.chunked())
            return {kind::chunks};
        const auto length = parser.content_length();
        return length ? body_framing{kind::length, *length} : body_framing{kind::until_close};
    }

    bool take_body()
    {
        auto rest = received();
        body_->take(rest, message_.body);
        buffer_.consume(buffer_.size() - rest.size());
        if (body_->failure())
            fail_with(*body_->failure(), body_->why());
        is_done_ = body_->is_done();
        return false; // the whole input was consumed or the body is over
    }

    void fail_with(errc code, std::string why)
    {
        failure_ = code;
        why_ = std::move(why);
    }

    const limit_options& limits_;
    boost::beast::flat_buffer& buffer_;
    body_mode mode_;
    head_scan head_;
    http::response message_;
    std::optional<body_decoder> body_; // set once the head is complete
    std::size_t interim_ = 0;
    std::optional<errc> failure_;
    std::string why_;
    bool has_begun_ = false;
    bool keeps_alive_ = false;
    bool is_done_ = false;
    bool is_trusted_ = true;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/session_cache.hpp

namespace cojob::detail {

struct session_free {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_free>;

/// A TLS session and the time until which it may be resumed. That time is never later than the expiry of the
/// certificates that were verified, and a new ticket on a resumed connection does not extend it.
struct resumable {
    session_ptr session{};
    timestamp until{};
};

/// The key of a server's sessions: the server and the proxy in front of it. The options are not part of the key,
/// because each set of options has its own cache.
inline std::string session_key(const http::origin& to, std::string_view proxy = {})
{
    return std::string(proxy).append(1, '\n').append(to.host).append(1, ':').append(std::to_string(to.port));
}

/// When a session ends that arrives at `now`. A ticket of a resumed connection keeps the end of the resumed session;
/// any other ends with the verified certificates, at most a day from now. `hint` is the server's, if it gave one.
[[nodiscard]] inline timestamp end_of_session(timestamp now, std::optional<timestamp> resumed_until,
                                              std::chrono::seconds verified_for,
                                              std::optional<std::chrono::seconds> hint)
{
    constexpr std::chrono::seconds a_day = std::chrono::hours(24);
    const auto until = resumed_until.value_or(now + std::min(verified_for, a_day));
    return hint ? std::min<timestamp>(until, now + std::min(*hint, a_day)) : until;
}

/// The TLS sessions of one client with one set of options. Using a TLS 1.3 session removes it, because an observer
/// could link two connections with the same ticket (RFC 8446, C.4). A TLS 1.2 session stays. No I/O.
class session_cache {
  public:
    static constexpr std::size_t most = 64, most_of_a_server = 8; // as many as connections at a time

    void put(const std::string& server, resumable given, timestamp now)
    {
        if (!given.session || given.until <= now || SSL_SESSION_is_resumable(given.session.get()) == 0)
            return;
        const auto replaces = !is_single_use(*given.session);
        std::size_t others = 0;
        for (auto i = kept_.size(); i-- != 0;) // newest first
            if (kept_[i].what.until <= now || (kept_[i].server == server && (replaces || ++others >= most_of_a_server)))
                erase(i);
        if (kept_.size() >= most)
            erase(0);
        kept_.push_back({server, std::move(given)});
    }

    /// Returns the newest session of a server, which the server is most likely to accept. Empty if there is none.
    [[nodiscard]] resumable take(const std::string& server, timestamp now)
    {
        for (auto i = kept_.size(); i-- != 0;) {
            if (kept_[i].server != server)
                continue;
            auto& found = kept_[i].what;
            if (found.until > now && !is_single_use(*found.session))
                return {session_ptr(SSL_SESSION_dup(found.session.get())), found.until};
            auto taken = std::move(found);
            erase(i);
            if (taken.until > now)
                return taken;
        }
        return {};
    }

    /// Removes the sessions of a server, after a failed handshake or an alert.
    void forget(const std::string& server)
    {
        for (auto i = kept_.size(); i-- != 0;)
            if (kept_[i].server == server)
                erase(i);
    }

    void clear() noexcept { kept_.clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

  private:
    struct entry {
        std::string server;
        resumable what;
    };

    static bool is_single_use(const SSL_SESSION& session)
    {
        return SSL_SESSION_get_protocol_version(&session) >= TLS1_3_VERSION;
    }

    void erase(std::size_t i) { kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(i)); }

    std::vector<entry> kept_; // oldest first
};

/// Connects one TLS connection to the session cache: it offers a cached session, and caches the sessions that the
/// server sends.
class session_use {
  public:
    /// The peer of the session.
    enum class peer { server, proxy };

    session_use() = default;
    session_use(const session_use&) = delete;
    session_use& operator=(const session_use&) = delete;
    ~session_use() = default;

    /// Call this before the handshake. The object must not move afterwards.
    void begin(SSL* ssl, std::shared_ptr<session_cache> cache, std::string server, peer with = peer::server)
    {
        peer_ = with;
        cache_ = std::move(cache);
        server_ = std::move(server);
        SSL_set_app_data(ssl, this);
        const auto offered = cache_->take(server_, now());
        if (offered.session)
            SSL_set_session(ssl, offered.session.get()); // if this fails, the handshake is a full one
        offered_until_ = offered.until;
    }

    /// Returns whether the peer is a proxy. False before `begin`.
    [[nodiscard]] static bool is_with_proxy(SSL* ssl) noexcept
    {
        const auto* const self = static_cast<const session_use*>(SSL_get_app_data(ssl));
        return self && self->peer_ == peer::proxy;
    }

    /// Removes the sessions of this server, after an alert or a failed handshake.
    void forget()
    {
        if (cache_)
            cache_->forget(server_);
    }

    /// Makes the connections of a context cache their sessions. OpenSSL's internal cache has no notion of servers.
    static void enable(SSL_CTX* context)
    {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(context, &arrived);
    }

  private:
    static timestamp now() { return std::chrono::system_clock::now(); } // OpenSSL verifies certificates by this clock

    /// Caches a copy, because OpenSSL invalidates the connection's own session if the peer closes without close_notify.
    /// Many servers close idle connections that way (RFC 5246, 7.2.1, allows it). `forget` handles real failures.
    static int arrived(SSL* ssl, SSL_SESSION* session) noexcept
    {
        if (auto* const self = static_cast<session_use*>(SSL_get_app_data(ssl)))
            try {
                const auto until = self->end_of(ssl, *session);
                self->cache_->put(self->server_, {session_ptr(SSL_SESSION_dup(session)), until}, now());
            } catch (...) { // out of memory: the next handshake is a full one
            }
        return 0;
    }

    [[nodiscard]] timestamp end_of(SSL* ssl, const SSL_SESSION& session) const
    {
        const auto is_resumed = SSL_session_reused(ssl) != 0;
        const auto hint = SSL_SESSION_get_ticket_lifetime_hint(&session); // in TLS 1.2 zero means unspecified
        const auto has_hint = hint != 0 || SSL_SESSION_get_protocol_version(&session) >= TLS1_3_VERSION;
        return end_of_session(now(), is_resumed ? std::optional(offered_until_) : std::nullopt,
                              is_resumed ? std::chrono::seconds() : verified_for(ssl),
                              has_hint ? std::optional(std::chrono::seconds(hint)) : std::nullopt);
    }

    /// For how long the certificates that were verified remain valid.
    static std::chrono::seconds verified_for(SSL* ssl)
    {
        auto left = std::chrono::seconds::max();
        if ((SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) == 0)
            return left;
        const auto* const chain = SSL_get0_verified_chain(ssl);
        const auto size = chain ? sk_X509_num(chain) : 0;
        for (int i = 0; i < size; ++i) {
            int days = 0, seconds = 0;
            if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(sk_X509_value(chain, i))) == 0)
                return {};
            left = std::min<std::chrono::seconds>(left, std::chrono::hours(24) * days + std::chrono::seconds(seconds));
        }
        return size > 0 ? left : std::chrono::seconds();
    }

    std::shared_ptr<session_cache> cache_;
    std::string server_;
    timestamp offered_until_{};
    peer peer_ = peer::server;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/tls_alerts.hpp

namespace cojob::detail {

/// Returns whether the error is an alert that rejects a handshake (RFC 8446, 6.2). Other alerts may also occur
/// later on the connection.
[[nodiscard]] inline bool refuses_handshake(const error_code& error)
{
    const auto code = static_cast<unsigned long>(error.value());
    if (error.category() != asio::error::get_ssl_category() || ERR_GET_LIB(code) != ERR_LIB_SSL)
        return false;
    switch (ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET) {
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_CERTIFICATE_REQUIRED: return true;
    default: return false;
    }
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/tls_session.hpp

namespace cojob::detail {

/// TLS over a non-blocking socket. OpenSSL reads and writes the socket itself. A request costs one wait for its
/// response, where `asio::ssl::stream` needs several operations and copies every byte once more.
///
/// OpenSSL does not return from a read while records without application data keep arriving: session tickets, key
/// updates, renegotiation requests. Each call therefore reads the socket only a few times and then reports
/// `would_block`. The wait that follows lets other handlers run.
///
/// A session with a server may run inside a session with a proxy. Only the outer session uses the socket then.
class tls_session {
  public:
    /// The socket and the outer session, if there is one, must not move.
    /// \throws std::bad_alloc
    tls_session(buffered_socket& socket, SSL_CTX* context, tls_session* outer = nullptr)
        : socket_(socket), outer_(outer), ssl_(SSL_new(context))
    {
        auto* const bio = ssl_ ? BIO_new(socket_method()) : nullptr;
        if (!bio)
            throw std::bad_alloc();
        BIO_set_data(bio, this);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_.get(), bio, bio);
        SSL_set_connect_state(ssl_.get());
        SSL_set_read_ahead(ssl_.get(), 1);
        SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;
    ~tls_session() = default;

    /// The limit of socket reads in one call. The largest record takes two reads. Two reads full of key updates occupy
    /// a thread for 20 ms.
    static constexpr int most_socket_reads = 2;

    [[nodiscard]] SSL* native_handle() const noexcept { return ssl_.get(); }

    /// The cached sessions with this server. The handshake offers one, and new ones are cached.
    [[nodiscard]] session_use& sessions() noexcept { return sessions_; }

    io_result handshake()
    {
        begin_call();
        const auto done = result(SSL_do_handshake(ssl_.get()));
        if (!done.error) {
            SSL_set_msg_callback(ssl_.get(), &see_message);
            SSL_set_msg_callback_arg(ssl_.get(), this);
        }
        return done;
    }

    /// Returns whether a read failed because the server rejected the handshake. In TLS 1.3 the client completes the
    /// handshake, and may send a request, before the server rejects it. A server that has sent another handshake
    /// message has accepted it.
    [[nodiscard]] bool was_refused(const error_code& read) const
    {
        return SSL_version(ssl_.get()) == TLS1_3_VERSION && !is_accepted_ && refuses_handshake(read);
    }

    io_result read_some(asio::mutable_buffer room)
    {
        if (has_nothing_to_do())
            return {asio::error::would_block, 0};
        begin_call();
        return result(SSL_read(ssl_.get(), room.data(), to_int(room.size())));
    }

    io_result write_some(asio::const_buffer bytes)
    {
        begin_call();
        return result(SSL_write(ssl_.get(), bytes.data(), to_int(bytes.size())));
    }

    /// Sends close_notify and does not wait for the reply. The server then knows that the connection was not truncated.
    /// The alert is skipped if it cannot be written now, and if a static client is destroyed after OpenSSL's cleanup.
    void say_goodbye() noexcept
    {
        if (SSL_is_init_finished(ssl_.get()) == 0 || OPENSSL_init_crypto(0, nullptr) == 0)
            return;
        begin_call();
        if (SSL_shutdown(ssl_.get()) < 0)
            ERR_clear_error();
    }

    /// What to wait for on the socket after `would_block`. TLS may have to write in order to read.
    [[nodiscard]] asio::socket_base::wait_type lacks() const noexcept
    {
        if (outer_)
            return outer_->lacks();
        return is_write_blocked_ ? asio::socket_base::wait_write : asio::socket_base::wait_read;
    }

    /// Returns whether bytes were received that this session or an outer one has not processed.
    [[nodiscard]] bool has_pending() const noexcept
    {
        return SSL_has_pending(ssl_.get()) != 0 || (outer_ && outer_->has_pending());
    }

    /// Returns whether the last call reported `would_block` although the socket may have more data.
    [[nodiscard]] bool was_cut_short() const noexcept { return outer_ ? outer_->was_cut_short() : reads_left_ < 0; }

  private:
    struct ssl_free {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };
    struct method_free {
        void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
    };

    static int to_int(std::size_t size) noexcept
    {
        return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
    }

    /// Returns whether a read can only report that it would block. This saves a call into OpenSSL, and a read of the
    /// socket, after each request. A write that would have blocked must be tried again by the read.
    [[nodiscard]] bool has_nothing_to_do() noexcept
    {
        return lacks() == asio::socket_base::wait_read && !has_pending() && socket_.was_drained();
    }

    /// Resets the state of the last call. Errors that other code left in this thread's queue must not be taken for
    /// errors of this session.
    void begin_call() noexcept
    {
        if (outer_)
            outer_->reads_left_ = most_socket_reads;
        reads_left_ = most_socket_reads;
        begin_step();
    }

    void begin_step() noexcept
    {
        socket_error_ = {};
        if (ERR_peek_error() != 0)
            ERR_clear_error();
    }

    /// Converts the return value of an OpenSSL function.
    io_result result(int returned)
    {
        if (returned > 0)
            return {{}, static_cast<std::size_t>(returned)};
        // A fatal error may come with an alert that cannot be written now. The error takes precedence.
        const auto kind = SSL_get_error(ssl_.get(), returned);
        if ((kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE) && socket_error_)
            return {asio::error::would_block, 0};
        if (socket_error_ && socket_error_ != asio::error::would_block)
            return {socket_error_ == asio::error::eof ? asio::ssl::error::stream_truncated : socket_error_, 0};
        if (kind == SSL_ERROR_ZERO_RETURN)
            return {asio::error::eof, 0};
        const auto code = ERR_get_error();
        ERR_clear_error();
        if (ERR_GET_REASON(code) != SSL_R_UNEXPECTED_EOF_WHILE_READING) // truncation does not discredit a session
            sessions_.forget();
        return {code != 0 ? error_code(static_cast<int>(code), asio::error::get_ssl_category())
                          : asio::ssl::error::unspecified_system_error,
                0};
    }

    /// The BIO method that reads and writes the socket. It is created once.
    static const BIO_METHOD* socket_method()
    {
        static const BIO_METHOD* const method = [] {
            std::unique_ptr<BIO_METHOD, method_free> m(
                BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "cojob socket"));
            if (!m)
                throw std::bad_alloc();
            BIO_meth_set_read(m.get(), &read_socket);
            BIO_meth_set_write(m.get(), &write_socket);
            BIO_meth_set_ctrl(m.get(), &control);
            return m.release(); // never freed: static clients may outlive statics of this function
        }();
        return method;
    }

    static tls_session& of(BIO* bio) noexcept { return *static_cast<tls_session*>(BIO_get_data(bio)); }

    static int read_socket(BIO* bio, char* room, int size)
    {
        auto& self = of(bio);
        std::size_t n = 0;
        if (self.outer_)
            n = self.took(self.outer_->read_within(room, size));
        else if (!self.socket_.has_bytes() && --self.reads_left_ < 0)
            self.socket_error_ = asio::error::would_block;
        else
            n = self.did(self.socket_.read_some(asio::buffer(room, static_cast<std::size_t>(size))));
        return self.moved(bio, n, false);
    }

    static int write_socket(BIO* bio, const char* bytes, int size)
    {
        auto& self = of(bio);
        const auto n = self.outer_
                           ? self.took(self.outer_->write_within(bytes, size))
                           : self.did(self.socket_.write_some(asio::buffer(bytes, static_cast<std::size_t>(size))));
        return self.moved(bio, n, true);
    }

    /// Reads for the inner session. Only reads of the socket count against the limit. Data that the outer session has
    /// read ahead does not make the socket readable, so the inner session must consume it before it waits.
    io_result read_within(char* room, int size)
    {
        begin_step();
        return result(SSL_read(ssl_.get(), room, size));
    }

    io_result write_within(const char* bytes, int size)
    {
        begin_step();
        return result(SSL_write(ssl_.get(), bytes, size));
    }

    std::size_t did(const io_result& done) noexcept
    {
        socket_error_ = done.error;
        return done.bytes;
    }

    /// Takes over the result of the outer session. An alert there comes from the proxy, and must not be taken for one
    /// of the server.
    std::size_t took(const io_result& done)
    {
        const auto is_alert = done.error.category() == asio::error::get_ssl_category();
        return did({is_alert ? error_code(asio::error::connection_aborted) : done.error, done.bytes});
    }

    /// Called for every message after the handshake, and for record headers too.
    static void see_message(int is_written, int, int type, const void*, std::size_t, SSL*, void* session) noexcept
    {
        if (is_written == 0 && type == SSL3_RT_HANDSHAKE)
            static_cast<tls_session*>(session)->is_accepted_ = true;
    }

    int moved(BIO* bio, std::size_t bytes, bool is_write) noexcept
    {
        BIO_clear_retry_flags(bio);
        if (!socket_error_)
            return static_cast<int>(bytes);
        if (socket_error_ == asio::error::would_block || socket_error_ == asio::error::try_again) {
            socket_error_ = asio::error::would_block;
            is_write_blocked_ = is_write;
            is_write ? BIO_set_retry_write(bio) : BIO_set_retry_read(bio);
        }
        return socket_error_ == asio::error::eof ? 0 : -1;
    }

    static long control(BIO* bio, int command, long, void*)
    {
        if (command == BIO_CTRL_EOF)
            return of(bio).socket_error_ == asio::error::eof ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    buffered_socket& socket_;
    tls_session* outer_;      // null: the session uses the socket
    error_code socket_error_; // from the last I/O on the socket or the outer session
    bool is_write_blocked_ = false;
    bool is_accepted_ = false; // a handshake message was received after the handshake
    int reads_left_ = 0;       // socket reads left in this call
    session_use sessions_;
    std::unique_ptr<SSL, ssl_free> ssl_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/stream.hpp

namespace cojob::detail {

/// A connection to one origin: a socket, or TLS over it. Reads and writes never block; `ready` waits until one can
/// continue. The read buffer belongs to the connection, so reusing the connection reuses the buffer.
class stream {
  public:
    explicit stream(asio::ip::tcp::socket socket, const asio::ip::tcp::endpoint& address = {})
        : socket_(std::move(socket)), address_(address)
    {
    }
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream()
    {
        if (made_in_.is_of_a_parent()) // the parent process still uses the connection
            return;
        if (tls_)
            tls_->say_goodbye();
        if (proxy_tls_)
            proxy_tls_->say_goodbye();
    }

    [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_.socket(); }
    /// The remote endpoint. A failed socket does not report it any more.
    [[nodiscard]] const asio::ip::tcp::endpoint& address() const noexcept { return address_; }
    [[nodiscard]] boost::beast::flat_buffer& buffer() noexcept { return buffer_; }
    [[nodiscard]] keep_alive& terms() noexcept { return terms_; }

    /// Memory for the text of a request, from the one before. Wiped, and not much.
    [[nodiscard]] std::string take_spare_text() noexcept { return std::exchange(spare_text_, {}); }
    void keep_spare_text(std::string wiped) noexcept
    {
        if (wiped.capacity() <= most_spare_text)
            spare_text_ = std::move(wiped);
    }

    /// Begins to read a response with the connection's own reader, so that the exchange needs no room for one. The
    /// limits must outlive the response.
    response_reader& expect(const limit_options& limits, body_mode mode)
    {
        return response_.emplace(limits, buffer_, mode);
    }
    /// Ends that response. Returns whether the connection may be used again.
    bool finish()
    {
        const auto allows_reuse = response_ && response_->allows_reuse();
        response_.reset();
        return allows_reuse;
    }

    /// Encrypts everything from here on, beginning with a handshake. `settings` keeps the owner of the context alive.
    tls_session& start_tls(SSL_CTX* context, std::shared_ptr<const void> settings = {})
    {
        tls_settings_ = std::move(settings);
        return tls_.emplace(socket_, context, proxy_tls_.get());
    }

    /// Starts TLS with a proxy. A TLS session with the server may then run inside it, with the same settings.
    tls_session& start_proxy_tls(SSL_CTX* context, std::shared_ptr<const void> settings)
    {
        tls_settings_ = std::move(settings);
        proxy_tls_ = std::make_unique<tls_session>(socket_, context);
        return *proxy_tls_;
    }

    /// Identifies the TLS settings of the connection; null without TLS.
    [[nodiscard]] const void* tls_settings() const noexcept { return tls_settings_.get(); }

    io_result write_some(asio::const_buffer bytes)
    {
        if (auto* const tls = innermost())
            return tls->write_some(bytes);
        lacks_ = asio::socket_base::wait_write;
        return socket_.write_some(bytes);
    }

    io_result read_some(asio::mutable_buffer room)
    {
        io_result got;
        if (auto* const tls = innermost())
            got = tls->read_some(room);
        else
            got = socket_.was_drained() ? io_result{asio::error::would_block} : socket_.read_some(room);
        lacks_ = asio::socket_base::wait_read;
        in_a_row_ = would_block(got.error) ? 0 : in_a_row_ + 1;
        return got;
    }

    /// Returns whether to let other handlers run before the next read. A server that sends continuously must not
    /// monopolize a thread.
    [[nodiscard]] bool yields()
    {
        const auto is_time = in_a_row_ >= most_in_a_row;
        if (is_time)
            in_a_row_ = 0;
        return is_time;
    }

    /// After an operation that would have blocked: what to wait for on the socket.
    [[nodiscard]] asio::socket_base::wait_type lacks() const noexcept
    {
        const auto* const tls = innermost();
        return tls ? tls->lacks() : lacks_;
    }

    /// The common case of `ready` below, without a coroutine of its own: waits for data after a read that would have
    /// blocked, if that is what it lacks. Pass the result to `received`.
    [[nodiscard]] auto receive(operation& op)
    {
        return as_step<void(error_code, std::size_t)>(op.step_slot(),
                                                      [this](auto handler) { socket_.receive(std::move(handler)); });
    }
    void received(const error_code& error, std::size_t bytes) noexcept { socket_.received(error, bytes); }

    /// After an operation that would have blocked: waits until it can be tried again. The stream may be gone when the
    /// operation has been stopped meanwhile.
    asio::awaitable<error_code> ready(operation& op)
    {
        if (lacks() == asio::socket_base::wait_write) {
            const auto first = share<first_wait>(socket().get_executor());
            watch(asio::socket_base::wait_write, first);
            co_await first->happened.wait(op);
            if (op.is_stopped())
                co_return asio::error::operation_aborted;
            co_return first->error;
        }
        const auto [error, bytes] = co_await receive(op);
        op.step_slot().clear();
        if (op.is_stopped())
            co_return asio::error::operation_aborted;
        socket_.received(error, bytes);
        co_return error_code();
    }

    /// After a read and a write that would have blocked: waits until one of them can be tried again.
    asio::awaitable<error_code> readable_or_writable(operation& op)
    {
        const auto first = share<first_wait>(socket().get_executor());
        watch(asio::socket_base::wait_read, first);
        watch(asio::socket_base::wait_write, first);
        co_await first->happened.wait(op);
        error_code ignored;
        socket().cancel(ignored); // cancels the other wait
        co_return first->error;
    }

    /// Returns whether an idle connection may be reused: nothing was received, not even an end of stream. What was
    /// received is read to see whether it is a session ticket; a limited number is consumed. A part of a record may be
    /// anything, so it counts as a response. `SSL_peek` would report a connection as alive after the server's
    /// close_notify.
    [[nodiscard]] bool is_reusable()
    {
        const auto* const tls = innermost();
        if (!(tls && tls->has_pending()) && would_block(socket_.peek()))
            return true;
        char byte = 0;
        return would_block(read_some(asio::buffer(&byte, 1)).error) &&
               !(tls && (tls->was_cut_short() || tls->has_pending()));
    }

    /// Returns whether the first read failed because the server rejected the handshake.
    [[nodiscard]] bool was_refused(const error_code& read) const { return tls_ && tls_->was_refused(read); }

    [[nodiscard]] static bool would_block(const error_code& error) noexcept { return detail::would_block(error); }

  private:
    [[nodiscard]] tls_session* innermost() noexcept { return tls_ ? &*tls_ : proxy_tls_.get(); }
    [[nodiscard]] const tls_session* innermost() const noexcept { return tls_ ? &*tls_ : proxy_tls_.get(); }

    /// The result of the first of two waits. Both handlers may outlive the waiting coroutine.
    struct first_wait {
        explicit first_wait(const asio::any_io_executor& executor) : happened(executor) {}

        void set(const error_code& ec)
        {
            if (!happened.is_set())
                error = ec;
            happened.set();
        }

        event happened;
        error_code error;
    };

    void watch(asio::socket_base::wait_type type, const std::shared_ptr<first_wait>& first)
    {
        socket().async_wait(type, [first](const error_code& ec) { first->set(ec); });
    }

    static constexpr int most_in_a_row = 16;
    static constexpr std::size_t most_spare_text = 4096;

    fork_mark made_in_;
    buffered_socket socket_;
    asio::ip::tcp::endpoint address_;
    std::shared_ptr<const void> tls_settings_;
    std::unique_ptr<tls_session> proxy_tls_; // uses the socket and the settings
    std::optional<tls_session> tls_;         // uses the proxy's, or the socket, and the settings
    asio::socket_base::wait_type lacks_ = asio::socket_base::wait_read;
    int in_a_row_ = 0; // successive reads that did not block
    boost::beast::flat_buffer buffer_;
    std::optional<response_reader> response_; // uses the buffer
    std::string spare_text_;
    keep_alive terms_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/connection_slot.hpp

namespace cojob::detail {

struct slot_waiter : slot_queue_entry {
    explicit slot_waiter(const asio::any_io_executor& executor) : turn(executor) {}

    event turn;
};

using connection_ptr = std::unique_ptr<stream>;
using connection_pool = origin_pool<connection_ptr, slot_waiter>;

/// The pools of a transport, by origin.
struct pool_table {
    explicit pool_table(const pool_options& o) : options(o) {}

    connection_pool& of(const http::origin& origin) { return pools.try_emplace(origin, options).first->second; }

    pool_options options;
    std::map<http::origin, connection_pool> pools;
    bool is_shut_down = false; ///< no operation waits for a slot any more
};

/// The right to have one connection. The destructor passes the slot to the next waiter.
class connection_slot {
  public:
    connection_slot(std::shared_ptr<pool_table> table, const http::origin& origin, bool is_for_poll)
        : table_(std::move(table)), pool_(&table_->of(origin)), is_for_poll_(is_for_poll)
    {
    }
    connection_slot(connection_slot&& other) noexcept
        : table_(std::move(other.table_)), pool_(other.pool_), is_for_poll_(other.is_for_poll_),
          is_held_(std::exchange(other.is_held_, false))
    {
    }
    connection_slot(const connection_slot&) = delete;
    connection_slot& operator=(const connection_slot&) = delete;
    connection_slot& operator=(connection_slot&&) = delete;
    ~connection_slot()
    {
        if (!is_held_ || table_->is_shut_down)
            return;
        if (auto* next = pool_->release(is_for_poll_))
            next->turn.set();
    }

    /// Takes a slot if one is free. Returns false if the caller must queue, and true if it has the slot or the
    /// operation was stopped.
    [[nodiscard]] bool try_enter(const operation& op)
    {
        is_held_ = !op.is_stopped() && pool_->try_enter(is_for_poll_);
        return is_held_ || op.is_stopped();
    }

    /// Waits for a slot. A poll lets other requests go first while it yields. After that it keeps its place in the
    /// queue, so a busy client cannot prevent a wait from seeing its job complete.
    asio::awaitable<void> queue(http::exchange& x)
    {
        auto& op = x.operation;
        const auto since = op.time().now();
        slot_waiter self(op.executor());
        const queue_entry entry(*pool_, self, is_for_poll_);
        std::unique_ptr<alarm> patience;
        if (is_for_poll_) {
            patience = op.time().make_alarm(op.executor());
            patience->set(after(since, x.yields), [&] { pool_->stop_yielding(self); });
        }
        co_await self.turn.wait(op);
        is_held_ = self.turn.is_set(); // also if stopped at that moment: the destructor then passes the slot on
        x.queued += op.time().now() - since;
    }

    [[nodiscard]] connection_pool& pool() noexcept { return *pool_; }

  private:
    struct queue_entry {
        queue_entry(connection_pool& p, slot_waiter& w, bool is_poll) : pool(p), waiter(w)
        {
            pool.enqueue(waiter, is_poll);
        }
        queue_entry(const queue_entry&) = delete;
        queue_entry& operator=(const queue_entry&) = delete;
        ~queue_entry() { pool.leave_queue(waiter); }

        connection_pool& pool;
        slot_waiter& waiter;
    };

    std::shared_ptr<pool_table> table_;
    connection_pool* pool_;
    bool is_for_poll_;
    bool is_held_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/own_lookup.hpp

namespace cojob::detail {

/// One call of a user's lookup function. The function runs in a coroutine of its own, so one that ignores cancellation
/// does not delay the operation that was cancelled.
struct own_lookup {
    explicit own_lookup(const asio::any_io_executor& executor) : run(nullptr, executor), over(executor) {}

    static void start(const std::shared_ptr<own_lookup>& self, const name_lookup& look_up, const std::string& host)
    {
        detail::spawn({self, &self->run}, ask(self, look_up, host), nullptr);
    }

    operation run; ///< has no deadline, so it needs no clock
    event over;
    std::vector<asio::ip::address> addresses;
    std::string why = "no address"; ///< or the text of the exception that the function threw

  private:
    static asio::awaitable<void> ask(std::shared_ptr<own_lookup> self, name_lookup look_up, std::string host)
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        self->run.begin();
        try {
            co_await asio::this_coro::throw_if_cancelled(true);
            self->addresses = co_await look_up(std::move(host));
        } catch (...) {
            self->why = words_of(std::current_exception());
        }
        // The function may have changed this state, and the last step of co_spawn must not throw.
        co_await asio::this_coro::throw_if_cancelled(false);
        self->over.set();
    }

    static std::string words_of(const std::exception_ptr& thrown)
    {
        try {
            std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& e) { // its `what` may contain a source location
            return e.code().message();
        } catch (const std::exception& e) {
            return e.what();
        } catch (...) {
            return "the function threw no std::exception";
        }
    }
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/lookups.hpp

namespace cojob::detail {

using endpoint_list = std::vector<asio::ip::tcp::endpoint>;

/// The result of a lookup: endpoints, or why there are none.
struct lookup_result {
    error_code error{};
    endpoint_list endpoints{};
    std::string why{};
};

/// Alternates between the two address families (RFC 8305, section 4), each in the resolver's order.
inline endpoint_list interleave_families(const endpoint_list& found)
{
    if (found.empty())
        return {};
    endpoint_list first, second, mixed;
    for (const auto& e : found)
        (e.protocol() == found.front().protocol() ? first : second).push_back(e);
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size())
            mixed.push_back(first[i]);
        if (i < second.size())
            mixed.push_back(second[i]);
    }
    return mixed;
}

/// Returns the endpoints of a host that needs no lookup: an address, or `localhost` (RFC 6761, section 6.3).
inline endpoint_list literal_endpoints(const http::origin& origin)
{
    if (without_final_dot(origin.host) == "localhost")
        return {{asio::ip::address_v6::loopback(), origin.port}, {asio::ip::address_v4::loopback(), origin.port}};
    error_code ec;
    const auto address = asio::ip::make_address(origin.host, ec);
    return ec ? endpoint_list() : endpoint_list{{address, origin.port}};
}

using found_names = asio::ip::tcp::resolver::results_type;
using lookup_handler = std::function<void(const error_code&, const found_names&)>;

/// Looks up a name and calls the handler on the executor, never from within the initiating call.
using name_resolver = std::function<void(const asio::any_io_executor&, const std::string& host, lookup_handler)>;

/// Resolves a name with the system's resolver.
inline void resolve_name(const asio::any_io_executor& executor, const std::string& host, lookup_handler handler)
{
    const auto resolver = share<asio::ip::tcp::resolver>(executor);
    resolver->async_resolve(host, "", asio::ip::resolver_base::flags{},
                            [resolver, handler = std::move(handler)](const error_code& ec, const found_names& found) {
                                handler(ec, found);
                            });
}

/// The name lookups of one client. getaddrinfo cannot be cancelled, and an execution context has one thread for it.
/// Operations that need the same name therefore share one lookup, which continues even if they are cancelled. A lookup
/// function of the user's own is called once for each connection instead, because it may balance connections over
/// addresses.
class lookups {
  public:
    explicit lookups(name_resolver resolver = resolve_name) : resolve_(std::move(resolver)) {}
    /// Uses the function `own`, unless it is empty.
    explicit lookups(name_lookup own) : lookups() { own_ = std::move(own); }

    asio::awaitable<lookup_result> find(operation& op, http::origin origin)
    {
        if (auto known = literal_endpoints(origin); !known.empty())
            co_return lookup_result{{}, std::move(known), {}};
        if (own_) {
            const auto call = share<own_lookup>(op.executor());
            own_lookup::start(call, own_, origin.host);
            if (!op.is_stopped()) // the function may have closed the client
                co_await call->over.wait(op);
            if (call->over.is_set())
                co_return answer(call->addresses, origin.port, {}, std::move(call->why));
            call->run.stop(stop_reason::cancelled);
            co_return lookup_result{asio::error::operation_aborted, {}, {}};
        }
        const auto running = join(op, origin.host);
        const auto here = share<event>(op.executor());
        running->waiting.add(here);
        co_await here->wait(op);
        if (!running->is_over)
            co_return lookup_result{asio::error::operation_aborted, {}, {}};
        co_return answer(running->addresses, origin.port, running->error, running->error.message());
    }

    void shutdown() noexcept { running_->clear(); }

  private:
    static lookup_result answer(const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                                const error_code& error, std::string why)
    {
        endpoint_list found;
        for (auto address = addresses.begin(); address != addresses.end(); ++address)
            if (std::find(addresses.begin(), address, *address) == address)
                found.emplace_back(*address, port);
        return {error, interleave_families(found), std::move(why)};
    }

    struct lookup {
        weak_list<event> waiting;
        bool is_over = false;
        error_code error;
        std::vector<asio::ip::address> addresses;
    };

    /// Returns the lookup of this host that is in flight, or starts one. A lookup that cannot be started leaves no
    /// entry.
    std::shared_ptr<lookup> join(operation& op, const std::string& host)
    {
        if (auto running = running_->find(host))
            return running;
        const auto begun = share<lookup>();
        resolve_(op.executor(), host,
                 [weak = std::weak_ptr(running_), begun, host](const error_code& ec, const found_names& found) {
                     finish(*begun, ec, found);
                     if (const auto others = weak.lock())
                         others->erase(host);
                 });
        running_->put(host, begun);
        return begun;
    }

    static void finish(lookup& l, const error_code& ec, const found_names& found)
    {
        l.is_over = true;
        l.error = ec;
        for (const auto& r : found)
            l.addresses.push_back(r.endpoint().address());
        l.waiting.notify([](event& answered) { answered.set(); });
    }

    name_resolver resolve_;
    name_lookup own_;
    std::shared_ptr<name_map<lookup>> running_ = share<name_map<lookup>>();
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/connect_race.hpp

namespace cojob::detail {

/// Connects to several addresses and keeps the first connection that succeeds. The next attempt starts when the one
/// before fails, or after 250 ms (RFC 8305, section 5). All other attempts end when one succeeds.
class connect_race : public std::enable_shared_from_this<connect_race> {
  public:
    connect_race(operation& op, endpoint_list endpoints)
        : time_(op.time()), executor_(op.executor()), endpoints_(std::move(endpoints)), over_(op.executor()),
          stagger_(op.time().make_alarm(op.executor()))
    {
    }

    struct outcome {
        error_code error{};
        std::optional<asio::ip::tcp::socket> socket{};
        asio::ip::tcp::endpoint address{}; ///< the peer of the socket
        endpoint_list failed{};            ///< addresses that refused, or had not answered when the race ended
    };

    asio::awaitable<outcome> run(operation& op)
    {
        const auto self = shared_from_this();
        begin_next();
        co_await over_.wait(op);
        stop();
        outcome end{winner_          ? error_code()
                    : over_.is_set() ? last_error_
                                     : error_code(asio::error::operation_aborted),
                    {},
                    {},
                    {}};
        end.socket.swap(winner_);
        for (const auto& r : runners_)
            if (r.has_won)
                end.address = r.address;
            else
                end.failed.push_back(r.address);
        co_return end;
    }

  private:
    struct runner {
        runner(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& to) : socket(executor), address(to)
        {
        }

        asio::ip::tcp::socket socket;
        asio::ip::tcp::endpoint address;
        bool has_won = false;
    };

    static constexpr auto attempt_delay = std::chrono::milliseconds(250);

    void begin_next()
    {
        if (next_ == endpoints_.size())
            return;
        ++running_;
        auto& r = runners_.emplace_back(executor_, endpoints_[next_++]);
        r.socket.async_connect(r.address,
                               [self = shared_from_this(), &r](const error_code& ec) { self->ended(r, ec); });
        if (next_ < endpoints_.size())
            stagger_->set(after(time_.now(), attempt_delay), [this] { begin_next(); });
    }

    void ended(runner& r, const error_code& ec)
    {
        --running_;
        if (is_stopped_)
            return;
        if (!ec) {
            r.has_won = true;
            winner_.emplace(std::move(r.socket));
            stop(); // at once, so that no further attempt starts before `run` resumes
            over_.set();
            return;
        }
        last_error_ = ec;
        begin_next();
        if (running_ == 0)
            over_.set();
    }

    void stop()
    {
        is_stopped_ = true;
        stagger_->clear();
        error_code ignored;
        for (auto& r : runners_)
            r.socket.close(ignored);
    }

    clock& time_;
    asio::any_io_executor executor_;
    endpoint_list endpoints_;
    event over_;
    std::unique_ptr<alarm> stagger_;
    std::list<runner> runners_; // a list, because handlers refer to its elements
    std::size_t next_ = 0;
    std::size_t running_ = 0;
    std::optional<asio::ip::tcp::socket> winner_;
    error_code last_error_;
    bool is_stopped_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/failed_addresses.hpp

namespace cojob::detail {

/// Remembers the addresses that failed recently, so that a new connection tries other addresses of the name first. No
/// I/O.
class failed_addresses {
  public:
    void add(const asio::ip::tcp::endpoint& address, time_point now)
    {
        const auto is_it = [&](const failure& f) { return f.address == address; };
        auto old = std::find_if(failures_.begin(), failures_.end(), is_it);
        if (old == failures_.end() && failures_.size() == most)
            old = failures_.begin();
        if (old != failures_.end())
            failures_.erase(old);
        failures_.push_back({address, now});
    }

    /// Returns the addresses that did not fail, in their order, followed by those that failed. The most recent failure
    /// comes last.
    [[nodiscard]] endpoint_list order(endpoint_list addresses, time_point now)
    {
        while (!failures_.empty() && now - failures_.front().when >= memory)
            failures_.erase(failures_.begin());
        for (const auto& f : failures_)
            if (const auto found = std::find(addresses.begin(), addresses.end(), f.address); found != addresses.end()) {
                addresses.erase(found);
                addresses.push_back(f.address);
            }
        return addresses;
    }

  private:
    /// Long enough for a server to restart. After that the resolver's order holds again, which may balance load.
    static constexpr duration memory = std::chrono::minutes(1);
    static constexpr std::size_t most = 64;

    struct failure {
        asio::ip::tcp::endpoint address;
        time_point when;
    };

    std::vector<failure> failures_; // oldest first
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/no_proxy.hpp

// The rules of NO_PROXY. The table in docs/guide/networks.md says where each of them comes from.

namespace cojob::detail {

/// The bytes of an address, four or sixteen. An IPv4-mapped IPv6 address yields the four bytes of its IPv4 address.
inline std::optional<std::string> address_bytes(std::string_view text)
{
    error_code failed;
    const auto address = asio::ip::make_address(std::string(text), failed);
    if (failed)
        return std::nullopt;
    const auto bytes_of = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
    if (address.is_v4())
        return bytes_of(address.to_v4().to_bytes());
    const auto bytes = bytes_of(address.to_v6().to_bytes());
    return address.to_v6().is_v4_mapped() ? bytes.substr(12) : bytes;
}

inline std::optional<std::size_t> parse_decimal(std::string_view text, std::size_t most)
{
    std::size_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, number);
    return failed == std::errc() && stopped == end && number <= most ? std::optional(number) : std::nullopt;
}

inline bool have_same_prefix(std::string_view a, std::string_view b, std::size_t bits)
{
    if (a.substr(0, bits / 8) != b.substr(0, bits / 8))
        return false;
    const auto rest = bits % 8;
    return rest == 0 ||
           ((static_cast<unsigned char>(a[bits / 8]) ^ static_cast<unsigned char>(b[bits / 8])) >> (8 - rest)) == 0;
}

/// Matches an entry that is an address, or a network such as `10.0.0.0/8`.
inline bool covers_address(std::string_view entry, const std::string& address)
{
    const auto slash = std::min(entry.find('/'), entry.size());
    const auto network = address_bytes(entry.substr(0, slash));
    if (!network || network->size() != address.size())
        return false;
    if (slash + 1 >= entry.size())
        return *network == address;
    const auto bits = parse_decimal(entry.substr(slash + 1), address.size() * 8);
    return bits && have_same_prefix(*network, address, *bits);
}

/// Matches a domain: `example.test` and `.example.test` cover the domain and its subdomains, `*.example.test` only its
/// subdomains.
inline bool covers_name(std::string_view entry, std::string_view name)
{
    entry = without_final_dot(entry);
    const bool is_only_below = take(entry, "*.");
    if (!is_only_below && entry.starts_with('.'))
        entry.remove_prefix(1);
    if (entry.empty() || name.size() < entry.size() ||
        !equal_ignoring_case(name.substr(name.size() - entry.size()), entry))
        return false;
    const auto before = name.substr(0, name.size() - entry.size());
    return before.empty() ? !is_only_below : before.ends_with('.');
}

/// Removes the port from an entry. Returns whether the entry covers `port`: an entry without a port covers any, and one
/// with an invalid port covers none.
inline bool take_port(std::string_view& entry, std::uint16_t port)
{
    const auto colon = entry.rfind(':');
    const auto is_bare_ipv6 = colon != entry.npos && entry.find(':') != colon && entry.front() != '[';
    if (colon == entry.npos || is_bare_ipv6 || entry.ends_with(']'))
        return true;
    const auto number = parse_decimal(entry.substr(colon + 1), 65535);
    entry.remove_suffix(entry.size() - colon);
    return number == port;
}

inline bool covers(std::string_view entry, const http::origin& to)
{
    if (entry == "*")
        return true;
    if (entry.empty() || !take_port(entry, to.port))
        return false;
    if (entry.starts_with('[')) { // brackets may enclose an address, but not a network
        const auto end = entry.find(']');
        if (end != entry.size() - 1 || entry.find('/') != entry.npos)
            return false;
        entry = entry.substr(1, end - 1);
    }
    const auto name = without_final_dot(to.host);
    const auto address = address_bytes(name);
    return address ? covers_address(entry, *address) : covers_name(entry, name);
}

/// Returns whether the value of NO_PROXY exempts a server. Commas and white space separate entries. An invalid entry
/// exempts nothing.
inline bool is_exempt(std::string_view no_proxy, const http::origin& to)
{
    constexpr std::string_view separators = ", \t\r\n";
    while (!no_proxy.empty()) {
        const auto length = std::min(no_proxy.find_first_of(separators), no_proxy.size());
        if (covers(no_proxy.substr(0, length), to))
            return true;
        no_proxy.remove_prefix(std::min(length + 1, no_proxy.size()));
    }
    return false;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/proxy_url.hpp

namespace cojob::detail {

enum class proxy_kind {
    http,
    https,
    socks5, ///< this client resolves the server's name
    socks5h ///< the proxy resolves the server's name
};

/// A proxy, as its URL describes it.
struct proxy_server {
    proxy_kind kind = proxy_kind::http;
    http::origin address{};
    secret login{}; ///< the value of Proxy-Authorization, or the message of RFC 1929, or empty

    [[nodiscard]] bool speaks_socks() const noexcept
    {
        return kind == proxy_kind::socks5 || kind == proxy_kind::socks5h;
    }
    /// The name in error messages, without the login.
    [[nodiscard]] std::string name() const { return "proxy " + http::host_header(address); }
};

/// The decoded user and password of a URL. The destructor wipes them.
class proxy_login {
  public:
    explicit proxy_login(const url_parser& parser) : parser_(parser) {}
    proxy_login(const proxy_login&) = delete;
    proxy_login& operator=(const proxy_login&) = delete;
    ~proxy_login()
    {
        wipe(user_);
        wipe(password_);
    }

    void parse(std::string_view text)
    {
        const auto colon = std::min(text.find(':'), text.size());
        decode(text.substr(0, colon), user_);
        decode(text.substr(std::min(colon + 1, text.size())), password_);
    }

    /// The value of the header Proxy-Authorization (RFC 7617).
    [[nodiscard]] secret basic() const
    {
        if (user_.find(':') != user_.npos)
            parser_.fail("the user must not have a colon");
        constexpr std::string_view scheme = "Basic ";
        std::string plain, value; // reserved, because a reallocation would leave a copy of the password
        plain.reserve(user_.size() + 1 + password_.size());
        plain.append(user_).append(1, ':').append(password_);
        value.reserve(64); // on the heap: a short text would be copied, not moved
        value.resize(scheme.size() + (plain.size() + 2) / 3 * 4 + 1);
        scheme.copy(value.data(), scheme.size());
        EVP_EncodeBlock(bytes(value) + scheme.size(), bytes(plain), static_cast<int>(plain.size()));
        value.pop_back(); // the terminating zero
        wipe(plain);
        return secret(std::move(value));
    }

    /// The SOCKS message with user and password (RFC 1929, 2).
    [[nodiscard]] secret socks() const
    {
        constexpr std::size_t longest = 255;
        if (user_.empty() || user_.size() > longest || password_.size() > longest)
            parser_.fail("SOCKS takes a user of 1 to 255 bytes, and a password of at most 255");
        std::string message;
        message.reserve(64 + user_.size() + password_.size()); // on the heap: a short text would be copied, not moved
        message.append(1, '\x01').append(1, static_cast<char>(user_.size())).append(user_);
        message.append(1, static_cast<char>(password_.size())).append(password_);
        return secret(std::move(message));
    }

  private:
    static unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

    void decode(std::string_view text, std::string& to) const
    {
        to.reserve(text.size());
        while (!text.empty()) {
            auto c = static_cast<unsigned char>(text.front());
            text.remove_prefix(1);
            if (c == '%') {
                const auto* const digits = text.data();
                const auto length = std::min<std::size_t>(text.size(), 2);
                const auto [end, failed] = std::from_chars(digits, digits + length, c, 16);
                if (failed != std::errc() || length != 2 || end != digits + length)
                    parser_.fail("user or password has a percent sign without two hexadecimal digits");
                text.remove_prefix(length);
            }
            if (is_control(static_cast<char>(c)))
                parser_.fail("user or password has a control character");
            to += static_cast<char>(c);
        }
    }

    const url_parser& parser_;
    std::string user_, password_;
};

/// Removes the scheme from the text. A URL without one means `http://`, as for curl and Go.
inline proxy_kind take_proxy_scheme(std::string_view& text, const url_parser& parser)
{
    const auto end = text.find("://");
    if (end == text.npos)
        return proxy_kind::http;
    const auto scheme = text.substr(0, end);
    text.remove_prefix(end + 3);
    const auto is = [scheme](std::string_view name) { return equal_ignoring_case(scheme, name); };
    if (is("http"))
        return proxy_kind::http;
    if (is("https"))
        return proxy_kind::https;
    if (is("socks5"))
        return proxy_kind::socks5;
    if (is("socks5h"))
        return proxy_kind::socks5h;
    if (is("socks4") || is("socks4a"))
        parser.fail("SOCKS 4 has neither passwords nor IPv6 and is not supported; use socks5h://");
    if (is("socks")) // curl reads it as SOCKS 4, others as SOCKS 5
        parser.fail("socks:// is ambiguous; use socks5h://");
    parser.fail("the scheme is not http, https, socks5h or socks5");
}

/// \throws api_error invalid_argument, whose text begins with `what` and contains no part of the URL
inline proxy_server parse_proxy_url(std::string_view text, std::string_view what)
{
    const url_parser parser(what);
    parser.check_characters(text);
    proxy_server proxy;
    proxy.kind = take_proxy_scheme(text, parser);
    auto authority = text.substr(0, text.find('/'));
    if (text.size() > authority.size() + 1)
        parser.fail("must have no path; a slash in a password is %2F");
    const auto at = authority.rfind('@');
    proxy_login login(parser);
    if (at != authority.npos) {
        login.parse(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    const auto is_secure = proxy.kind == proxy_kind::https;
    const std::uint16_t usual = proxy.speaks_socks() ? 1080 : is_secure ? 443 : 80;
    proxy.address.is_secure = is_secure;
    proxy.address.host = parser.take_host(authority);
    proxy.address.port = parser.parse_port(authority, usual);
    if (at != authority.npos && at != 0)
        proxy.login = proxy.speaks_socks() ? login.socks() : login.basic();
    return proxy;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/proxy_choice.hpp

namespace cojob::detail {

/// Reads an environment variable. An unset variable is empty.
using environment_reader = std::string (*)(const std::string& variable);

inline std::string process_environment(const std::string& variable)
{
    return environment(variable);
}

/// Chooses the proxy of each server. The choice depends on the options, and on the environment at construction. Two
/// connections to one origin therefore never use different proxies, and the pools need no key but the origin.
class proxy_choice {
  public:
    /// \throws api_error invalid_argument, with the name of the option or variable
    explicit proxy_choice(const proxy_options& options, environment_reader read = &process_environment)
        : allows_key_in_clear_(options.allow_key_in_clear)
    {
        if (!options.url.empty()) {
            is_for_loopback_ = true;
            for_https_ = for_http_ = parse_proxy_url(options.url, "proxy_options::url");
        } else if (options.from_environment) {
            for_https_ = first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, read);
            // In a CGI program the client controls HTTP_PROXY through the header `Proxy` of its request (httpoxy,
            // CVE-2016-5385).
            const auto is_cgi = !read("REQUEST_METHOD").empty();
            if (!is_cgi)
                for_http_ = first_of({"http_proxy", "HTTP_PROXY"}, read);
#if !defined(_WIN32) // where names ignore case
            if (is_cgi)
                for_http_ = first_of({"http_proxy"}, read);
#endif
            if (!for_http_)
                for_http_ = first_of({"all_proxy", "ALL_PROXY"}, read);
            no_proxy_ = read("no_proxy");
            if (no_proxy_.empty())
                no_proxy_ = read("NO_PROXY");
        }
    }

    /// Returns the proxy for a server, or null if there is none.
    [[nodiscard]] const proxy_server* of(const http::origin& to) const
    {
        const auto& proxy = to.is_secure ? for_https_ : for_http_;
        if (!proxy || (!is_for_loopback_ && (http::is_loopback(to) || is_exempt(no_proxy_, to))))
            return nullptr;
        return &*proxy;
    }

    /// Returns whether a proxy would see the key in clear text, which the options do not allow.
    [[nodiscard]] bool forbids(const http::origin& to) const { return !to.is_secure && !allows_key_in_clear_; }

  private:
    static std::optional<proxy_server> first_of(std::initializer_list<const char*> variables, environment_reader read)
    {
        for (const char* const variable : variables) {
            const secret value(read(variable));
            if (!value.empty())
                return parse_proxy_url(value.reveal(), variable);
        }
        return std::nullopt;
    }

    std::optional<proxy_server> for_https_, for_http_;
    std::string no_proxy_;
    bool is_for_loopback_ = false, allows_key_in_clear_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/socks.hpp

namespace cojob::detail {

/// The client side of SOCKS 5 (RFC 1928, RFC 1929). No I/O: the caller sends each message and passes in the bytes of
/// the reply.
class socks_client {
  public:
    /// The target's host is a name, which the proxy resolves, or an address.
    socks_client(const http::origin& to, secret login) : login_(std::move(login))
    {
        const std::string_view host = without_final_dot(to.host);
        request_ = {version, '\x01', '\0'};
        if (const auto address = address_bytes(host)) {
            request_ += address->size() == 4 ? '\x01' : '\x04';
            request_ += *address;
        } else {
            request_ += '\x03';
            request_ += static_cast<char>(host.size());
            request_ += host;
        }
        request_ += static_cast<char>(to.port >> 8);
        request_ += static_cast<char>(to.port & 0xFF);
        if (host.size() > longest_name)
            fail("does not take names of more than 255 bytes");
    }

    /// The first message, which offers the authentication methods: none, and a password if there is a login.
    [[nodiscard]] std::string_view greeting() const
    {
        using namespace std::string_view_literals;
        return login_.empty() ? "\x05\x01\x00"sv : "\x05\x02\x00\x02"sv;
    }

    /// Consumes the reply to the last message once it is complete. Returns the next message to send, or an empty view.
    std::string_view take(std::string_view& received)
    {
        if (is_over() || received.size() < 2)
            return {};
        switch (step_) {
        case step::greeted: return choose(take_two(received));
        case step::logging_in: return log_in(take_two(received));
        default: take_reply(received); return {};
        }
    }

    [[nodiscard]] bool is_open() const noexcept { return step_ == step::open; }
    [[nodiscard]] bool is_over() const noexcept { return is_open() || !why_.empty(); }
    /// Why there is no tunnel, as a predicate whose subject is the proxy. Empty if nothing has failed.
    [[nodiscard]] std::string_view why() const noexcept { return why_; }
    /// Whether a retry would fail in the same way.
    [[nodiscard]] bool is_final() const noexcept { return is_final_; }

  private:
    enum class step { greeted, logging_in, requested, open };

    static constexpr char version = '\x05';
    static constexpr std::size_t longest_name = 255;

    static std::string_view take_two(std::string_view& received)
    {
        const auto two = received.substr(0, 2);
        received.remove_prefix(2);
        return two;
    }

    void fail(std::string_view why, bool is_final = true)
    {
        why_ = why;
        is_final_ = is_final;
    }

    std::string_view choose(std::string_view answer)
    {
        constexpr char none = '\0', password = '\x02', refused = '\xFF';
        if (answer[0] != version) {
            fail("does not speak SOCKS 5");
        } else if (answer[1] == none) {
            step_ = step::requested;
            return request_;
        } else if (answer[1] == password && !login_.empty()) {
            step_ = step::logging_in;
            return login_.reveal();
        } else if (answer[1] == refused) {
            fail(login_.empty() ? "wants a user and a password, or refuses this client"
                                : "takes neither a password nor a client without");
        } else {
            fail("chose a way to log in that was not offered");
        }
        return {};
    }

    std::string_view log_in(std::string_view answer)
    {
        if (answer[1] != '\0') {
            fail("refused the user and the password");
            return {};
        }
        step_ = step::requested; // some servers send the version of SOCKS instead of that of RFC 1929
        return request_;
    }

    void take_reply(std::string_view& received)
    {
        if (received[0] != version)
            return fail("does not speak SOCKS 5");
        if (received[1] != '\0')
            return refuse(received[1]);
        constexpr std::size_t before_address = 4, port = 2;
        if (received.size() <= before_address)
            return;
        std::size_t address = 0;
        switch (received[3]) {
        case '\x01': address = 4; break;
        case '\x03': address = std::size_t{1} + static_cast<unsigned char>(received[4]); break;
        case '\x04': address = 16; break;
        default: return fail("sent an address of an unknown type");
        }
        if (received.size() < before_address + address + port)
            return;
        received.remove_prefix(before_address + address + port);
        step_ = step::open;
    }

    /// Fails with the reply code of RFC 1928, 6.
    void refuse(char code)
    {
        switch (code) {
        case 1: return fail("reports a general failure", false);
        case 2: return fail("does not allow this server");
        case 3: return fail("cannot reach the server's network", false);
        case 4: return fail("cannot reach the server", false);
        case 5: return fail("was refused by the server", false);
        case 6: return fail("reports an expired TTL", false);
        case 7: return fail("does not know CONNECT");
        case 8: return fail("does not know addresses of this type");
        default: return fail("refused with an unknown code");
        }
    }

    secret login_;
    std::string request_;
    step step_ = step::greeted;
    std::string_view why_;
    bool is_final_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/proxy_handshake.hpp

namespace cojob::detail {

/// Requests a tunnel to a server from a proxy, with CONNECT (RFC 9110, 9.3.6) or SOCKS 5. No I/O: the caller sends and
/// receives the bytes. Only the status and a numeric `Retry-After` of the proxy's response are kept, because a proxy
/// may echo the password.
class proxy_handshake {
  public:
    /// The buffer must be empty, and is empty again at the end: the server must not send before the client does. With
    /// `proxy_kind::socks5` the target's host is an address.
    proxy_handshake(const proxy_server& proxy, const http::origin& to, const limit_options& limits,
                    boost::beast::flat_buffer& received)
        : proxy_(proxy), limits_(small(limits)), received_(received), answer_(limits_, received, body_mode::absent)
    {
        if (proxy.speaks_socks()) {
            say(socks_.emplace(to, proxy.login).greeting());
            note_socks();
        } else {
            ask(to);
        }
    }
    proxy_handshake(const proxy_handshake&) = delete;
    proxy_handshake& operator=(const proxy_handshake&) = delete;
    ~proxy_handshake() { wipe(unsent_); }

    /// The bytes to send before the next read.
    [[nodiscard]] std::string_view unsent() const { return std::string_view(unsent_).substr(sent_); }
    void sent(std::size_t n) { sent_ += n; }

    [[nodiscard]] asio::mutable_buffer prepare() { return received_.prepare(read_size); }
    /// Processes `n` bytes that were read.
    void commit(std::size_t n)
    {
        if (socks_)
            take_socks(n);
        else if (answer_.commit(n))
            judge();
        if (is_over_ && why_.empty() && received_.size() != 0)
            fail(" sent something of its own before the server was spoken to", true);
    }

    /// Call this when the connection has ended.
    void end_of_input(const error_code& how)
    {
        if (is_over_)
            return;
        const auto is_refused = refuses_handshake(how); // learned only now with TLS 1.3
        fail((is_refused ? " refused the TLS handshake: " : " closed the connection: ") + how.message(), is_refused);
    }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// The reason why there is no tunnel. Empty if there is one.
    [[nodiscard]] std::string why() const { return why_.empty() ? why_ : proxy_.name() + why_; }
    /// Whether a retry would fail in the same way.
    [[nodiscard]] bool is_final() const noexcept { return is_final_; }
    /// The status of the proxy's response, and its `Retry-After` if it has one.
    [[nodiscard]] http::response response() const
    {
        http::response kept;
        kept.status = status_;
        if (!retry_after_.empty())
            add_header(kept.headers, "Retry-After", retry_after_);
        return kept;
    }

  private:
    static constexpr std::size_t read_size = 4096;

    /// Bounds the head of the response, because proxies send short ones.
    static limit_options small(limit_options limits)
    {
        limits.header_bytes = std::min(limits.header_bytes, std::size_t{16} * 1024);
        return limits;
    }

    void say(std::string_view text)
    {
        wipe(unsent_);
        unsent_ = text;
        sent_ = 0;
    }

    void ask(const http::origin& to)
    {
        auto server = http::host_header(to);
        if (to.port == (to.is_secure ? 443 : 80)) // CONNECT always requires a port
            server += ':' + std::to_string(to.port);
        constexpr std::string_view begin = "CONNECT ", version = " HTTP/1.1\r\nHost: ",
                                   login = "\r\nProxy-Authorization: ", end = "\r\n\r\n";
        const auto authorization = proxy_.login.reveal();
        unsent_.reserve(begin.size() + version.size() + login.size() + end.size() + 2 * server.size() +
                        authorization.size()); // a reallocation would leave a copy of the password
        unsent_.append(begin).append(server).append(version).append(server);
        if (!authorization.empty())
            unsent_.append(login).append(authorization);
        unsent_.append(end);
    }

    void fail(std::string_view why, bool is_final)
    {
        is_over_ = true;
        why_ = why;
        is_final_ = is_final;
    }

    void take_socks(std::size_t n)
    {
        received_.commit(n);
        std::string_view rest(static_cast<const char*>(received_.cdata().data()), received_.size());
        const auto next = socks_->take(rest);
        received_.consume(received_.size() - rest.size());
        if (!next.empty())
            say(next);
        if (!next.empty() && received_.size() != 0)
            return fail(" answered before it was asked", true);
        note_socks();
    }

    void note_socks()
    {
        is_over_ = socks_->is_over();
        if (!socks_->why().empty())
            fail(' ' + std::string(socks_->why()), socks_->is_final());
    }

    /// Evaluates the response. A failure such as 407 is final, because repeated wrong passwords may lock an account.
    void judge()
    {
        const auto message = answer_.take_message();
        if (answer_.failure())
            return fail(" gave no answer that could be read: " + answer_.why(), true);
        is_over_ = true;
        status_ = message.status;
        if (status_ / 100 == 2)
            return;
        const auto may_pass =
            status_ == 408 || status_ == 429 || (status_ / 100 == 5 && status_ != 501 && status_ != 505);
        if (status_ == 407 || (status_ == 401 && !proxy_.login.empty())) // tinyproxy responds with 401
            fail(proxy_.login.empty() ? " wants a user and a password" : " refused the user and the password", true);
        else
            fail(" answered " + std::to_string(status_) + " to CONNECT", !may_pass);
        const auto hint = message.header("Retry-After").value_or(std::string_view());
        constexpr std::size_t longest = 9;
        if (may_pass && hint.size() <= longest && std::all_of(hint.begin(), hint.end(), is_digit))
            retry_after_ = hint;
    }

    const proxy_server& proxy_;
    limit_options limits_;
    boost::beast::flat_buffer& received_;
    response_reader answer_;
    std::optional<socks_client> socks_;
    std::string unsent_;
    std::size_t sent_ = 0;
    std::string why_, retry_after_;
    int status_ = 0;
    bool is_over_ = false, is_final_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/pem.hpp

namespace cojob::detail {

struct bio_free {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

/// Opens a BIO that refers to the text, which must outlive it.
inline std::unique_ptr<BIO, bio_free> open_pem(std::string_view text)
{
    std::unique_ptr<BIO, bio_free> memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

/// Returns the text of this thread's last OpenSSL error and clears the error queue.
inline std::string take_openssl_error()
{
    const auto* const words = ERR_reason_error_string(ERR_peek_last_error());
    std::string text(words ? words : "invalid");
    ERR_clear_error();
    return text;
}

/// Refuses to give a passphrase. Without this function OpenSSL would ask for one at the terminal.
inline int refuse_passphrase(char*, int, int, void*) noexcept
{
    return -1;
}

/// Reads a file as a secret.
/// \throws api_error invalid_argument
inline secret read_pem_file(const std::filesystem::path& path, const std::string& name)
{
    std::error_code ec;
    const auto size = std::filesystem::file_size(path, ec);
    if (ec)
        throw_invalid_argument(name, ec.message());
    const auto file = open_unbuffered(path);
    if (!file)
        throw_invalid_argument(name, "the file cannot be opened");
    std::string text(static_cast<std::size_t>(size), '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    secret read(std::move(text));
    if (std::ferror(file.get()) != 0)
        throw_invalid_argument(name, "the file cannot be read");
    if (read.empty())
        throw_invalid_argument(name, "the file is empty");
    return read;
}

/// An option that is set as a file or as text.
struct pem_source {
    const char* file_option;
    const std::filesystem::path& file;
    const char* text_option;
    secret text;

    [[nodiscard]] bool is_empty() const { return file.empty() && text.empty(); }

    /// The name of the option in error messages.
    [[nodiscard]] std::string name() const
    {
        return text.empty() ? std::string(file_option) + (file.empty() ? "" : ": " + utf8(file)) : text_option;
    }

    /// \throws api_error invalid_argument, if neither or both are set
    [[nodiscard]] secret read() const
    {
        if (!file.empty() && !text.empty())
            throw_invalid_argument(text_option, "must be empty if the file is set");
        if (is_empty())
            throw_invalid_argument(file_option,
                                   "must be set: a client certificate needs its key, and the key its certificate");
        return text.empty() ? read_pem_file(file, name()) : text;
    }
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/client_identity.hpp

namespace cojob::detail {

/// Passes the passphrase of a key to OpenSSL, which would otherwise prompt at the terminal.
struct passphrase_source {
    const std::function<secret()>& provider;
    bool was_asked = false;
    std::exception_ptr failure{};

    static int give(char* room, int size, int, void* source) noexcept
    {
        auto& self = *static_cast<passphrase_source*>(source);
        if (std::exchange(self.was_asked, true)) // OpenSSL tries several decoders
            return -1;
        try {
            const auto phrase = self.provider ? self.provider() : secret();
            const auto text = phrase.reveal();
            if (text.empty() || text.size() > static_cast<std::size_t>(size))
                return -1;
            std::memcpy(room, text.data(), text.size()); // OpenSSL wipes the buffer
            return static_cast<int>(text.size());
        } catch (...) {
            self.failure = std::current_exception();
            return -1;
        }
    }
};

struct key_free {
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

/// \throws api_error invalid_argument, with the option's name, or whatever the passphrase provider throws
inline std::unique_ptr<EVP_PKEY, key_free> read_client_key(const tls_options& options, const std::string& from,
                                                           const secret& text)
{
    const auto memory = open_pem(text.reveal());
    passphrase_source source{options.client_key_passphrase};
    std::unique_ptr<EVP_PKEY, key_free> key(
        PEM_read_bio_PrivateKey(memory.get(), nullptr, &passphrase_source::give, &source));
    if (source.failure) {
        ERR_clear_error();
        std::rethrow_exception(source.failure);
    }
    if (key)
        return key;
    const auto why = take_openssl_error();
    if (!source.was_asked)
        throw_invalid_argument(from, why);
    if (!options.client_key_passphrase)
        throw_invalid_argument("tls_options::client_key_passphrase", "must be set, because the key is encrypted");
    throw_invalid_argument("tls_options::client_key_passphrase", "does not decrypt the key: " + why);
}

[[nodiscard]] inline bool has_client_identity(const tls_options& o)
{
    return !o.client_certificate_file.empty() || !o.client_certificate_pem.empty() || !o.client_key_file.empty() ||
           !o.client_key_pem.empty();
}

/// Loads the client certificate and its key into the context, if the options have them.
/// \throws api_error invalid_argument, with the option's name
inline void use_client_identity(asio::ssl::context& context, const tls_options& options)
{
    const pem_source certificate{"tls_options::client_certificate_file", options.client_certificate_file,
                                 "tls_options::client_certificate_pem", secret(options.client_certificate_pem)};
    const pem_source private_key{"tls_options::client_key_file", options.client_key_file, "tls_options::client_key_pem",
                                 options.client_key_pem};
    if (!has_client_identity(options))
        return;
    const auto chain = certificate.read();
    const auto text = private_key.read();
    error_code ec;
    context.use_certificate_chain(asio::buffer(chain.reveal().data(), chain.reveal().size()), ec);
    if (ec)
        throw_invalid_argument(certificate.name(), ec.message());
    const auto key = read_client_key(options, private_key.name(), text);
    if (SSL_CTX_use_PrivateKey(context.native_handle(), key.get()) != 1 ||
        SSL_CTX_check_private_key(context.native_handle()) != 1)
        throw_invalid_argument(private_key.name(), "is not the key of the client certificate: " + take_openssl_error());
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/server_trust.hpp

namespace cojob::detail {

/// Trusts the system's authorities. If there are none, the verification of the first certificate fails.
inline void trust_system_authorities(asio::ssl::context& context)
{
    error_code ignored;
    context.set_default_verify_paths(ignored);
#if defined(_WIN32) && OPENSSL_VERSION_NUMBER >= 0x30200000L
    // Windows has no file of authorities. OpenSSL opens the system's store for each search.
    if (SSL_CTX_load_verify_store(context.native_handle(), "org.openssl.winstore://") != 1)
        ERR_clear_error();
#endif
}

[[nodiscard]] inline bool names_authorities(const tls_options& options)
{
    return !options.ca_file.empty() || !options.ca_directory.empty() || !options.ca_pem.empty();
}

/// \throws api_error invalid_argument, with the option's name
inline void trust_given_authorities(asio::ssl::context& context, const tls_options& options)
{
    error_code ec;
    if (!options.ca_file.empty())
        context.load_verify_file(utf8(options.ca_file), ec);
    if (ec)
        throw_invalid_argument("tls_options::ca_file: " + utf8(options.ca_file), ec.message());
    if (!options.ca_directory.empty()) { // OpenSSL reads the directory only during verification
        std::error_code absent;
        if (!std::filesystem::is_directory(options.ca_directory, absent))
            throw_invalid_argument("tls_options::ca_directory: " + utf8(options.ca_directory), "is no directory");
        context.add_verify_path(utf8(options.ca_directory), ec);
        if (ec)
            throw_invalid_argument("tls_options::ca_directory: " + utf8(options.ca_directory), ec.message());
    }
    if (!options.ca_pem.empty())
        context.add_certificate_authority(asio::buffer(options.ca_pem), ec);
    if (ec)
        throw_invalid_argument("tls_options::ca_pem", ec.message());
}

struct crl_free {
    void operator()(X509_CRL* list) const noexcept { X509_CRL_free(list); }
};

/// Enables revocation checks: from then on a certificate is accepted only if a list of its issuer is present and does
/// not revoke it.
/// \throws api_error invalid_argument, with the option's name
inline void check_revocations(SSL_CTX* context, const tls_options& options)
{
    if (options.crl_file.empty())
        return;
    const auto name = "tls_options::crl_file: " + utf8(options.crl_file);
    const auto text = read_pem_file(options.crl_file, name);
    const auto memory = open_pem(text.reveal());
    auto* const store = SSL_CTX_get_cert_store(context);
    int count = 0;
    while (const std::unique_ptr<X509_CRL, crl_free> list{
        PEM_read_bio_X509_CRL(memory.get(), nullptr, &refuse_passphrase, nullptr)})
        count += X509_STORE_add_crl(store, list.get());
    const auto is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const auto why = take_openssl_error();
    if (count == 0 || !is_at_end)
        throw_invalid_argument(name, why);
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

/// Encodes a SHA-256 hash in Base64, as a pin has it.
inline std::string encode_hash(const unsigned char* bytes)
{
    std::array<unsigned char, 45> text{};
    EVP_EncodeBlock(text.data(), bytes, 32);
    return {text.begin(), text.end() - 1};
}

/// \throws api_error invalid_argument, with the option's name
inline void check_pins(const std::vector<std::string>& pins)
{
    constexpr std::string_view prefix = "sha256//";
    for (const auto& pin : pins) {
        std::array<unsigned char, 64> bytes{};
        const auto* const text = reinterpret_cast<const unsigned char*>(pin.data());
        const auto is_decoded = pin.starts_with(prefix) && pin.size() == prefix.size() + 44 &&
                                EVP_DecodeBlock(bytes.data(), text + prefix.size(), 44) == 33;
        if (!is_decoded || pin.substr(prefix.size()) != encode_hash(bytes.data()))
            throw_invalid_argument("tls_options::pins", "must be sha256// and the base64 text of a SHA-256 hash");
    }
}

/// Returns whether a pin matches the public key of the certificate.
inline bool has_pin(const std::vector<std::string>& pins, X509* certificate)
{
    unsigned char* bytes = nullptr;
    const auto size = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes) : 0;
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    const auto is_hashed =
        size > 0 && EVP_Digest(bytes, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr) == 1;
    OPENSSL_free(bytes);
    return is_hashed && std::find(pins.begin(), pins.end(), "sha256//" + encode_hash(hash.data())) != pins.end();
}

/// Verifies the chain as OpenSSL does, unless the options disable that, and then compares the pins of a server. This
/// runs within the handshake, before the client presents its own certificate and sends a request.
inline int verify_with_pins(X509_STORE_CTX* chain, void* given) noexcept
{
    const auto& options = *static_cast<const tls_options*>(given);
    if (options.insecure_skip_verify)
        X509_STORE_CTX_set_error(chain, X509_V_OK);
    else if (X509_verify_cert(chain) != 1)
        return 0;
    auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    try {
        if (session_use::is_with_proxy(ssl) || has_pin(options.pins, X509_STORE_CTX_get0_cert(chain)))
            return 1;
        X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
    } catch (...) {
        X509_STORE_CTX_set_error(chain, X509_V_ERR_OUT_OF_MEM);
    }
    return 0;
}

/// Configures how servers are verified. The options must outlive the context.
/// \throws api_error invalid_argument, with the option's name
inline void verify_servers(asio::ssl::context& context, const tls_options& options)
{
    // Reading the system's authorities takes 50 ms, so it happens only where they are used.
    if (!names_authorities(options) && !options.insecure_skip_verify)
        trust_system_authorities(context);
    trust_given_authorities(context, options);
    check_revocations(context.native_handle(), options);
    // An intermediate certificate, or the server's own, is a sufficient trust anchor if the options name it. Not with
    // revocation lists: a chain that ends there has no issuer whose list could be checked.
    if (options.crl_file.empty())
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.native_handle()), X509_V_FLAG_PARTIAL_CHAIN);
    const auto is_checked = !options.insecure_skip_verify || !options.pins.empty();
    context.set_verify_mode(is_checked ? asio::ssl::verify_peer : asio::ssl::verify_none);
    if (options.pins.empty())
        return;
    check_pins(options.pins);
    auto* const given = const_cast<tls_options*>(&options); // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
    SSL_CTX_set_cert_verify_callback(context.native_handle(), &verify_with_pins, given);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/tls.hpp

namespace cojob::detail {

[[nodiscard]] inline int wire_version(tls_version version) noexcept
{
    return version == tls_version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
}

/// Creates the context of a client. The options must outlive it.
/// \throws api_error invalid_argument, with the option's name.
inline asio::ssl::context make_tls_context(const tls_options& options)
{
    asio::ssl::context context(asio::ssl::context::tls_client);
    auto* const tls = context.native_handle();
    SSL_CTX_set_min_proto_version(tls, wire_version(options.min_version));
    SSL_CTX_set_max_proto_version(tls, wire_version(options.max_version));
    static constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(tls, http_1_1.data(), static_cast<unsigned>(http_1_1.size()));
    SSL_CTX_set_default_passwd_cb(tls, &refuse_passphrase);
    session_use::enable(tls);
    verify_servers(context, options);
    use_client_identity(context, options);
    return context;
}

/// Sets SNI, and the name or address that the certificate must match. Returns whether OpenSSL accepted them.
inline bool expect_server(SSL* ssl, const std::string& host)
{
    const std::string name(without_final_dot(host));
    auto* check = SSL_get0_param(ssl);
    error_code not_an_address;
    asio::ip::make_address(name, not_an_address);
    if (!not_an_address)
        return X509_VERIFY_PARAM_set1_ip_asc(check, name.c_str()) == 1; // no SNI for an address (RFC 6066, section 3)
    // The subject's common name does not identify a server (RFC 9525, 2).
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(check, name.c_str(), name.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

/// Returns why the peer's certificate was rejected. Empty if it was accepted, never received, or not verified.
inline std::string certificate_objection(SSL* ssl)
{
    const auto is_checked = (SSL_get_verify_mode(ssl) & SSL_VERIFY_PEER) != 0;
    const auto verdict = SSL_get_verify_result(ssl);
    if (verdict == X509_V_ERR_APPLICATION_VERIFICATION)
        return "its key has none of tls_options::pins";
    return !is_checked || verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
}

/// Returns whether the server selected a protocol that was not offered. A server that selects none speaks HTTP/1.1.
inline bool chose_another_protocol(SSL* ssl)
{
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &name, &size);
    return size != 0 && std::string_view(reinterpret_cast<const char*>(name), size) != "http/1.1";
}

} // namespace cojob::detail

// -------- cojob/impl/internal/http/tls_settings.hpp

namespace cojob::detail {

/// The TLS options of a client at one time, and the sessions of the connections that were opened with them. Connections
/// share ownership, because the client may replace its options while connections are open.
class tls_settings {
  public:
    /// Reads all files of the options.
    /// \throws api_error invalid_argument, with the option's name
    explicit tls_settings(tls_options options) : options_(std::move(options))
    {
        check_server_name(options_.server_name, "tls_options::server_name");
        if (options_.min_version > options_.max_version)
            throw_invalid_argument("tls_options::min_version", "must not be above max_version");
        if (!is_default())
            static_cast<void>(context());
        options_.client_key_pem = {}; // the context has the key
        options_.client_key_passphrase = nullptr;
    }
    tls_settings(const tls_settings&) = delete;
    tls_settings& operator=(const tls_settings&) = delete;
    ~tls_settings() = default;

    /// Returns the context. Options without authorities, CRL, pins or client certificate create it on first use,
    /// because reading the system's authorities takes some 50 ms.
    [[nodiscard]] SSL_CTX* context()
    {
        if (!context_)
            context_.emplace(make_tls_context(options_));
        return context_->native_handle();
    }

    /// The name that the server's certificate must match.
    [[nodiscard]] const std::string& name_of(const http::origin& to) const noexcept
    {
        return options_.server_name.empty() ? to.host : options_.server_name;
    }

    [[nodiscard]] const std::shared_ptr<session_cache>& sessions() const noexcept { return sessions_; }

  private:
    [[nodiscard]] bool is_default() const
    {
        const auto& o = options_;
        return !names_authorities(o) && o.crl_file.empty() && o.pins.empty() && !has_client_identity(o);
    }

    tls_options options_; // the context refers to the options
    std::optional<asio::ssl::context> context_;
    std::shared_ptr<session_cache> sessions_ = share<session_cache>();
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/connector.hpp

namespace cojob::detail {

/// Opens connections: name lookup, connect, proxy tunnel and TLS handshake, each with its own deadline.
class connector {
  public:
    /// \throws api_error invalid_argument for unreadable authorities, invalid server names and invalid proxies
    explicit connector(const http::https_options& options)
        : tls_(share<tls_settings>(options.tls)), timeouts_(options.timeouts), limits_(options.limits),
          proxies_(options.proxy), lookups_(options.name_lookup)
    {
    }

    struct outcome {
        error_code error{};
        std::string why{};
        std::unique_ptr<stream> connection{};
        http::response response{}; ///< from a proxy
        bool is_final = false;     ///< a retry would fail in the same way
    };

    /// Opens a connection. `end_of_attempt` bounds every phase too. A stopped operation completes with
    /// `operation_aborted`.
    asio::awaitable<outcome> open(const http::origin& to, http::exchange& x, time_point end_of_attempt)
    {
        auto& op = x.operation;
        const auto* const proxy = proxies_.of(to);
        if (proxy && proxies_.forbids(to))
            co_return in_the_clear(to, *proxy);
        if (proxy && refused_.proxy == proxy && op.time().now() < refused_.until) {
            x.reached = phase::proxying;
            co_return outcome{errc::proxy_failed, refused_.why, {}, refused_.response, true};
        }
        enter(phase::resolving, x, timeouts_.resolve, end_of_attempt);
        auto target = to;
        std::optional<asio::ip::tcp::endpoint> named; // the resolved server, for a proxy that takes only addresses
        if (proxy && proxy->kind == proxy_kind::socks5) {
            auto found = co_await lookups_.find(op, to);
            if (op.is_stopped())
                co_return aborted();
            if (found.endpoints.empty())
                co_return not_found(to, found.why);
            named = failures_.order(std::move(found.endpoints), op.time().now()).front();
            target.host = named->address().to_string();
        }
        const auto& next = proxy ? proxy->address : to;
        auto found = co_await lookups_.find(op, next);
        if (op.is_stopped())
            co_return aborted();
        if (found.endpoints.empty())
            co_return not_found(next, found.why);

        enter(phase::connecting, x, timeouts_.connect, end_of_attempt);
        const auto race = share<connect_race>(op, failures_.order(std::move(found.endpoints), op.time().now()));
        auto connected = co_await race->run(op);
        for (const auto& address : connected.failed)
            note_failure(op, address);
        if (op.is_stopped())
            co_return aborted();
        if (!connected.socket)
            co_return outcome{
                errc::connect_failed,
                (proxy ? proxy->name() : http::host_header(to)).append(": ").append(connected.error.message())};

        error_code ignored; // affects only latency
        connected.socket->set_option(asio::ip::tcp::no_delay(true), ignored);
        outcome opened;
        opened.connection = std::make_unique<stream>(std::move(*connected.socket), connected.address);
        const auto settings = tls_; // `use` may replace the settings in the meantime
        if (proxy) {
            enter(phase::proxying, x, timeouts_.proxy, end_of_attempt);
            co_await tunnel(opened, *proxy, target, settings, op);
        }
        if (to.is_secure && !opened.error) {
            enter(phase::handshaking, x, timeouts_.handshake, end_of_attempt);
            auto& tls = opened.connection->start_tls(settings->context(), settings);
            tls.sessions().begin(tls.native_handle(), settings->sessions(),
                                 session_key(to, proxy ? http::host_header(proxy->address) : std::string()));
            co_await secure(opened, tls, settings->name_of(to), op);
            x.is_resumed = !opened.error && SSL_session_reused(tls.native_handle()) != 0;
        }
        if (opened.error && opened.response.status == 0)
            note_failure(op, connected.address);
        if (opened.error && named)
            note_failure(op, *named);
        co_return opened;
    }

    /// Makes later connections try another address first, unless the caller stopped the operation.
    void note_failure(const operation& op, const asio::ip::tcp::endpoint& address)
    {
        if (is_failure(op))
            failures_.add(address, op.time().now());
    }

    /// Drops the cached sessions, so later connections perform full handshakes.
    void forget_sessions() noexcept { tls_->sessions()->clear(); }

    /// Sets the TLS settings of new connections. Open connections keep theirs.
    void use(std::shared_ptr<tls_settings> tls) noexcept { tls_ = std::move(tls); }

    /// Returns whether a connection uses the current TLS settings, or no TLS.
    [[nodiscard]] bool is_current(const stream& connection) const noexcept
    {
        return !connection.tls_settings() || connection.tls_settings() == tls_.get();
    }

    void shutdown() noexcept { lookups_.shutdown(); }

  private:
    /// Returns false if it was the caller who stopped the operation.
    static bool is_failure(const operation& op) noexcept
    {
        return op.reason() != stop_reason::cancelled && op.reason() != stop_reason::closed;
    }

    static outcome aborted() { return {asio::error::operation_aborted}; }

    static outcome not_found(const http::origin& who, const std::string& why)
    {
        return {errc::connect_failed, "name lookup of " + who.host + ": " + why};
    }

    static outcome in_the_clear(const http::origin& to, const proxy_server& proxy)
    {
        return {.error = errc::invalid_argument,
                .why = "base_url: http://" + http::host_header(to) + " would show the key to " + proxy.name() +
                       "; set proxy_options::allow_key_in_clear if that is meant",
                .is_final = true};
    }

    static void enter(phase p, http::exchange& x, duration limit, time_point end_of_attempt)
    {
        x.reached = p;
        x.operation.set_limit(std::min(end_of_attempt, after(x.operation.time().now(), limit)));
    }

    /// Requests a tunnel to the target from the proxy, over TLS if the proxy's scheme is https.
    asio::awaitable<void> tunnel(outcome& opened, const proxy_server& proxy, const http::origin& target,
                                 const std::shared_ptr<tls_settings>& settings, operation& op)
    {
        auto& line = *opened.connection;
        if (proxy.kind == proxy_kind::https) {
            auto& tls = line.start_proxy_tls(settings->context(), settings);
            SSL_certs_clear(tls.native_handle()); // a proxy gets no client certificate
            tls.sessions().begin(tls.native_handle(), settings->sessions(), session_key(proxy.address, "\n"),
                                 session_use::peer::proxy);
            co_await secure(opened, tls, proxy.address.host, op);
            if (opened.error == errc::tls_failed)
                opened.error = errc::proxy_failed;
            if (!opened.why.empty())
                opened.why.insert(0, "proxy ");
            if (opened.error)
                co_return;
        }
        proxy_handshake handshake(proxy, target, limits_, line.buffer());
        auto ec = go_on(handshake, line);
        while (stream::would_block(ec) && !op.is_stopped()) {
            ec = co_await line.ready(op);
            if (!ec && !op.is_stopped())
                ec = go_on(handshake, line);
        }
        if (op.is_stopped()) {
            opened = aborted();
        } else if (ec) { // the wait failed
            opened = {errc::proxy_failed, proxy.name() + ": " + ec.message()};
        } else if (auto why = handshake.why(); !why.empty()) {
            const auto is_final = handshake.is_final();
            if (is_final && !proxy.login.empty())
                refused_ = {&proxy, after(op.time().now(), refusal_memory), why, handshake.response()};
            opened = {errc::proxy_failed, std::move(why), {}, handshake.response(), is_final};
        }
    }

    /// Runs the handshake as far as possible without waiting. Returns `would_block` if the caller must wait for the
    /// connection.
    static error_code go_on(proxy_handshake& handshake, stream& line)
    {
        while (!handshake.is_over()) {
            const auto text = handshake.unsent();
            const auto done = text.empty() ? line.read_some(handshake.prepare()) : line.write_some(asio::buffer(text));
            if (stream::would_block(done.error))
                return done.error;
            if (text.empty())
                handshake.commit(done.bytes);
            else
                handshake.sent(done.bytes);
            if (done.error)
                handshake.end_of_input(done.error);
        }
        return {};
    }

    static asio::awaitable<void> secure(outcome& opened, tls_session& tls, const std::string& name, operation& op)
    {
        error_code ec = errc::tls_failed;
        if (expect_server(tls.native_handle(), name))
            ec = tls.handshake().error;
        while (stream::would_block(ec) && !op.is_stopped()) {
            ec = co_await opened.connection->ready(op);
            if (!ec && !op.is_stopped())
                ec = tls.handshake().error;
        }
        // A resumed session reports the verification result of its full handshake.
        const auto objection = certificate_objection(tls.native_handle());
        const auto is_other = !ec && chose_another_protocol(tls.native_handle());
        if (!ec && !is_other && objection.empty() && !op.is_stopped())
            co_return;
        if (is_failure(op))
            tls.sessions().forget();
        if (op.is_stopped())
            opened = aborted();
        else if (!objection.empty())
            opened = {errc::certificate_rejected, name + ": " + objection};
        else
            opened = {errc::tls_failed,
                      name + (is_other ? ": chose another protocol than http/1.1" : ": " + ec.message())};
    }

    /// A proxy's refusal, which counts for all calls for a while: many calls with a wrong password lock an account.
    struct refusal {
        const proxy_server* proxy = nullptr;
        time_point until{};
        std::string why{};
        http::response response{};
    };

    static constexpr duration refusal_memory = std::chrono::minutes(1);

    refusal refused_;
    std::shared_ptr<tls_settings> tls_;
    timeout_options timeouts_;
    limit_options limits_;
    proxy_choice proxies_;
    lookups lookups_;
    failed_addresses failures_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/awake_mark.hpp

namespace cojob::detail {

/// Detects that the machine slept: wall-clock time went on while steady time stood still, as it does on Linux. Where
/// steady time includes sleep (Windows, and macOS as far as is known), this detects nothing, and every deadline counts
/// the sleep by itself. Setting the wall clock forward looks like a sleep.
class awake_mark {
  public:
    explicit awake_mark(const clock& time) : lead_(lead(time)) {}

    /// Returns whether the machine slept since the last call.
    [[nodiscard]] bool has_slept(const clock& time)
    {
        constexpr auto tolerance = std::chrono::seconds(2); // for clocks that are slewed
        const auto before = lead_;
        lead_ = lead(time);
        return lead_ - before > tolerance;
    }

  private:
    /// The difference between wall-clock time and steady time.
    static std::chrono::nanoseconds lead(const clock& time)
    {
        return time.wall_now().time_since_epoch() - time.now().time_since_epoch();
    }

    std::chrono::nanoseconds lead_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/idle_connections.hpp

namespace cojob::detail {

/// The idle connections of a transport, by origin: which of them a request gets, and when they are closed. Tells the
/// observer of every change. No I/O but to look whether a connection has ended.
class idle_connections {
  public:
    idle_connections(const pool_options& options, observer_ptr observer)
        : observer_(std::move(observer)), pools_(share<pool_table>(options)),
          streams_(share<pool_table>(for_streams(options)))
    {
    }

    /// The pools of requests, or those of streams, which have connections of their own.
    [[nodiscard]] const std::shared_ptr<pool_table>& pools(bool of_streams) const noexcept
    {
        return of_streams ? streams_ : pools_;
    }

    /// No operation waits for a slot any more.
    void shutdown() noexcept { pools_->is_shut_down = streams_->is_shut_down = true; }

    /// Closes the idle connections that expire by `then`.
    void drop_idle(time_point then, bool should_report)
    {
        for (auto* const table : {pools_.get(), streams_.get()}) // idle streams were never used
            for (auto& [origin, pool] : table->pools)
                while (pool.take_old(then))
                    if (should_report)
                        report(origin, connection_change::closed);
    }

    /// Closes expired idle connections, and all of them after the machine slept: a NAT or firewall has dropped their
    /// state by then, and shows it only when a request is sent.
    void reap(const clock& time, time_point now)
    {
        const auto is_first = !awake_;
        if (is_first)
            awake_.emplace(time);
        drop_idle(!is_first && awake_->has_slept(time) ? time_point::max() : now, true);
    }

    /// Returns whether to open another connection ahead. Idle connections that have ended do not count.
    bool wants_more(connection_pool& pool, const http::origin& origin, http::exchange& x, std::size_t wanted) const
    {
        for (auto gone = pool.drop_if([](stream& line) { return !line.is_reusable(); }); gone != 0; --gone)
            report(origin, connection_change::closed);
        x.idle_connections = pool.idle_count();
        return x.idle_connections < wanted && pool.has_room();
    }

    void drop_oldest(connection_pool& pool, const http::origin& origin)
    {
        if (pool.take_old(time_point::max()))
            report(origin, connection_change::closed);
    }

    connection_ptr take_reusable(connection_pool& pool, const http::origin& origin, bool avoids_idle, time_point now)
    {
        const auto is_unused = [](const connection_ptr& line) { return !line->terms().heard_at(); };
        while (auto connection = avoids_idle ? pool.take_idle(now - a_moment, is_unused) : pool.take_idle()) {
            if (connection->is_reusable())
                return connection;
            report(origin, connection_change::closed);
        }
        return nullptr;
    }

    static void keep(connection_pool& pool, connection_ptr connection, time_point now)
    {
        const auto& terms = connection->terms();
        const auto since = terms.heard_at().value_or(now), until = terms.until();
        pool.keep(std::move(connection), since, until);
    }

    void report(const http::origin& origin, connection_change change, bool is_resumed = false) const
    {
        if (observer_)
            observer_->on_connection({origin.host, change, is_resumed});
    }

  private:
    /// The same limits for streams, which have connections of their own.
    static pool_options for_streams(pool_options options)
    {
        options.max_connections = options.max_streams;
        return options;
    }

    /// A server may close an idle connection at any time: after its timeout, or when it is reloaded. A request that is
    /// in flight then is lost. A request that must not be repeated therefore uses a new connection, or one that was
    /// opened ahead within this time: servers wait longer for the first request.
    static constexpr duration a_moment = std::chrono::seconds(1);

    observer_ptr observer_;
    std::shared_ptr<pool_table> pools_, streams_;
    std::optional<awake_mark> awake_; // as of the last exchange
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/streamed_body.hpp

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

// -------- cojob/impl/internal/http/render.hpp

namespace cojob::detail {

/// Serializes a request into one string, so that it takes one write, and one TLS record if it fits. `text` is empty;
/// its memory is used.
inline std::string render(const http::request& r, std::string text = {})
{
    const auto length = r.has_body ? std::to_string(r.body.size()) : std::string();
    const bool are_made = r.made_lines && r.made_lines->are_of(r.origin, r.authorization);
    const auto made = are_made ? secret() : secret(make_server_lines(r.origin, r.authorization.reveal()));
    const auto server_lines = are_made ? r.made_lines->text() : made.reveal();
    const std::string_view common = r.common ? std::string_view(r.common->text()) : std::string_view();
    constexpr std::string_view content_length = "Content-Length";
    std::size_t size = r.method.size() + 1 + r.target.size() + server_lines.size() + common.size() +
                       content_length.size() + length.size() + header_overhead + end_of_line.size() + r.body.size();
    for (const auto& [name, value] : r.headers)
        size += name.size() + value.size() + header_overhead;

    text.reserve(size); // a reallocation would leave a copy of the key
    text.append(r.method).append(1, ' ').append(r.target).append(server_lines).append(common);
    for (const auto& [name, value] : r.headers)
        append_header(text, name, value);
    if (r.has_body)
        append_header(text, content_length, length);
    text.append(end_of_line).append(r.body);
    return text;
}

/// A serialized request that is being written, in memory that the connection keeps. It is wiped as soon as it is
/// written, or by the destructor, because it contains the key.
class outgoing {
  public:
    outgoing(const http::request& r, stream& connection) : text_(render(r, connection.take_spare_text())) {}
    outgoing(const outgoing&) = delete;
    outgoing& operator=(const outgoing&) = delete;
    ~outgoing() { wipe(text_); }

    /// Writes as much as possible without blocking. Returns no error once the whole request is written.
    error_code go(stream& connection)
    {
        while (gone_ != text_.size()) {
            const auto wrote = connection.write_some(asio::buffer(text_) + gone_);
            gone_ += wrote.bytes;
            if (wrote.error)
                return wrote.error;
        }
        wipe(text_);
        connection.keep_spare_text(std::move(text_));
        return {};
    }

    [[nodiscard]] std::size_t gone() const noexcept { return gone_; }

  private:
    std::string text_;
    std::size_t gone_ = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/http/transaction.hpp

namespace cojob::detail {

/// One request and its response on an open connection. The transaction proceeds as far as it can without waiting, and
/// returns what the caller must wait for.
class transaction {
  public:
    enum class awaits {
        nothing,    ///< the transaction has ended
        connection, ///< await `stream::ready`
        either,     ///< await `stream::readable_or_writable`
        turn        ///< let other handlers run
    };

    transaction(stream& connection, response_reader& reader, const http::request& request, http::exchange& x)
        : connection_(connection), reader_(reader), exchange_(x)
    {
        if (x.operation.is_stopped() || !x.commit()) // stopped by an observer, or refused by the gate
            return;
        x.reached = phase::sending;
        x.is_cut_short = true; // until the request is written
        text_.emplace(request, connection);
    }

    /// Continues the transaction. `waited` is the error of the preceding wait.
    [[nodiscard]] awaits go_on(error_code waited = {})
    {
        if (exchange_.operation.is_stopped())
            return awaits::nothing;
        if (text_)
            write(waited);
        if (waited && !reader_.is_over())
            reader_.end_of_input(waited);
        while (!reader_.is_over() && !reader_.is_streaming()) {
            if (connection_.yields())
                return awaits::turn;
            const auto got = connection_.read_some(reader_.prepare());
            if (stream::would_block(got.error))
                return text_ && connection_.lacks() != write_lacks_ ? awaits::either : awaits::connection;
            take(got);
        }
        return is_worth_sending() && !write(waited) ? awaits::connection : awaits::nothing;
    }

    /// Returns whether the response is complete, or the head of a streamed response. If the caller must still wait, it
    /// is only for the server to take the rest of the request.
    [[nodiscard]] bool has_response() const
    {
        return reader_.is_streaming() || (reader_.is_over() && !reader_.failure());
    }

    /// The result, once the transaction has ended.
    [[nodiscard]] http::exchange_result result()
    {
        if (text_)
            reader_.forbid_reuse();
        if (is_given_up())
            return {asio::error::operation_aborted, {}, reader_.take_message(), {}}; // the caller needs the status
        if (refusal_)
            return {errc::tls_failed, "the server did not accept the handshake: " + refusal_.message(), {}, {}};
        if (reader_.failure() && !reader_.is_streaming()) // the reader of a streamed body reports its failure
            return {*reader_.failure(),
                    not_sent_ ? "while sending: " + not_sent_.message() : reader_.why(),
                    reader_.take_message(),
                    {}};
        exchange_.reached = phase::done;
        return {{}, {}, reader_.take_message(), {}};
    }

  private:
    /// Returns whether a stop ended the transaction. A stop that came while the rest of an answered request was written
    /// does not count, because the response may be the only copy of its result. A forked child must use nothing of its
    /// parent, and a caller that cancels has no use for a stream.
    [[nodiscard]] bool is_given_up() const
    {
        const auto& op = exchange_.operation;
        if (!op.is_stopped())
            return false;
        return !has_response() || op.has_forked() || (reader_.is_streaming() && op.reason() != stop_reason::limit);
    }

    /// Returns whether to write the rest of the request. A server may reject a request before it has read all of it,
    /// and then read no more, so the transaction reads the response while it writes. A server that responds with
    /// success wants the rest.
    [[nodiscard]] bool is_worth_sending() const { return text_ && !reader_.failure() && reader_.status() < 300; }

    /// Writes the request. Returns whether it is complete or has failed.
    bool write(error_code& waited)
    {
        not_sent_ = std::exchange(waited, {});
        const auto gone_before = text_->gone();
        if (!not_sent_)
            not_sent_ = text_->go(connection_);
        exchange_.bytes_sent += text_->gone() - gone_before;
        if (stream::would_block(not_sent_)) {
            write_lacks_ = connection_.lacks();
            return false;
        }
        text_.reset();
        if (not_sent_) // the server may have responded all the same
            reader_.forbid_reuse();
        else if (!reader_.has_begun())
            exchange_.reached = phase::awaiting_response;
        exchange_.is_cut_short = bool(not_sent_);
        return true;
    }

    void take(const io_result& got)
    {
        exchange_.bytes_received += got.bytes;
        reader_.commit(got.bytes);
        if (reader_.has_begun())
            exchange_.reached = phase::receiving;
        if (got.error && !reader_.is_over()) {
            look_for_refusal(got.error);
            reader_.end_of_input(got.error);
        }
        if (text_ && !is_worth_sending()) {
            text_.reset();
            reader_.forbid_reuse();
        }
    }

    void look_for_refusal(const error_code& end)
    {
        const auto has_heard = connection_.terms().heard_at() || exchange_.bytes_received != 0;
        if (has_heard || !connection_.was_refused(end)) // a connection that was opened ahead has not
            return;
        refusal_ = end;
        exchange_.reached = phase::handshaking; // the server completes the handshake
    }

    stream& connection_;
    response_reader& reader_;
    http::exchange& exchange_;
    std::optional<outgoing> text_; // empty once the request is written
    error_code not_sent_, refusal_;
    asio::socket_base::wait_type write_lacks_ = asio::socket_base::wait_write; // after a write that would have blocked
};

} // namespace cojob::detail

// -------- cojob/impl/http/https_transport.ipp

namespace cojob::detail {

class https_transport final : public http::transport {
  public:
    explicit https_transport(http::https_options options)
        : options_(std::move(options)), connector_(options_), ages_(options_.pool.max_age, std::random_device{}()),
          idle_(options_.pool, options_.observer)
    {
        wipe(options_.proxy.url); // the URL may contain a password; the connector has its own copies
        options_.tls = {};        // may contain a private key
    }

    asio::awaitable<http::exchange_result> send(const http::request& request, http::exchange& x) override
    {
        return run(request, x, std::nullopt);
    }

    asio::awaitable<http::exchange_result> open_ahead(const http::request& request, http::exchange& x,
                                                      std::size_t wanted) override
    {
        return run(request, x, wanted);
    }

    bool binds_steps() const noexcept override { return true; }

    std::function<void()> prepare_tls(const tls_options& options) override
    {
        return [this, settings = share<tls_settings>(options)] {
            connector_.use(settings);
            idle_.drop_idle(time_point::max(), true);
        };
    }

    void close() noexcept override
    {
        idle_.drop_idle(time_point::max(), true);
        connector_.forget_sessions();
        bodies_.notify([](streamed_body& body) { body.close(); });
    }

    void forked() noexcept override
    {
        idle_.drop_idle(time_point::max(), false);
        connector_.forget_sessions(); // they belong to the parent process
        bodies_.notify([](streamed_body& body) { body.abandon(); });
    }

    void shutdown() noexcept override
    {
        idle_.shutdown();
        connector_.shutdown();
        bodies_ = {}; // even an expired entry holds an executor
        idle_.drop_idle(time_point::max(), false);
    }

  private:
    /// `send` and `open_ahead` share this coroutine. With `ahead` it opens one connection, unless that many are idle.
    /// Asio recycles frames of at most 1,020 bytes, and every request has this one: what is large is elsewhere.
    asio::awaitable<http::exchange_result> run(const http::request& request, http::exchange& x,
                                               std::optional<std::size_t> ahead)
    {
        auto& op = x.operation;
        connection_slot slot(idle_.pools(x.streams_body), request.origin, x.yields > duration::zero());
        if (!slot.try_enter(op))
            co_await slot.queue(x);
        if (op.is_stopped())
            co_return aborted();

        const clock_hold hold(op.time());
        auto& pool = slot.pool();
        const auto now = op.time().now();
        idle_.reap(op.time(), now);
        const auto end_of_attempt = after(now, options_.timeouts.attempt);
        if (ahead && !idle_.wants_more(pool, request.origin, x, *ahead))
            co_return http::exchange_result{};
        auto connection =
            x.needs_new_connection || ahead ? nullptr : idle_.take_reusable(pool, request.origin, x.avoids_idle, now);
        x.is_reused = connection != nullptr;
        if (!connection)
            if (const auto failed =
                    co_await open(connection, pool, request.origin, x, end_of_attempt, ahead.has_value()))
                co_return std::move(*failed);
        idle_.report(request.origin, x.is_reused ? connection_change::reused : connection_change::opened, x.is_resumed);
        op.set_limit(end_of_attempt);
        if (ahead || (!op.is_stopped() && !x.commit()))
            co_return leave_unused(pool, std::move(connection), request.origin, x, ahead.has_value());

        auto& line = *connection;
        std::unique_ptr<streamed_body> body; // owns the slot and the connection, if the body streams
        if (x.streams_body && request.method != "HEAD")
            body = make_body(std::move(slot), std::move(connection), request.origin);
        transaction exchanged(line, body ? body->reader() : line.expect(options_.limits, mode_of(request)), request, x);
        using awaits = transaction::awaits;
        error_code ec;
        for (auto next = exchanged.go_on(); next != awaits::nothing; next = exchanged.go_on(std::exchange(ec, {}))) {
            if (exchanged.has_response())
                op.set_limit(std::min(end_of_attempt, after(op.time().now(), patience)));
            if (next == awaits::turn) {
                co_await let_others_run(op.executor());
            } else if (next == awaits::either) {
                ec = co_await line.readable_or_writable(op);
            } else if (line.lacks() == asio::socket_base::wait_write) {
                ec = co_await line.ready(op);
            } else {
                const auto [error, bytes] = co_await line.receive(op);
                op.step_slot().clear();
                line.received(error, bytes);
            }
        }
        auto result = exchanged.result();
        note_failure(result, line, x);
        if (body)
            result.rest = let_read(std::move(body), result, op);
        else
            put_back(pool, std::move(connection), result, request.origin, op.time().now());
        co_return result;
    }

    /// Opens a connection. Returns why not, or null.
    asio::awaitable<std::unique_ptr<http::exchange_result>> open(connection_ptr& connection, connection_pool& pool,
                                                                 const http::origin& origin, http::exchange& x,
                                                                 time_point end_of_attempt, bool is_ahead)
    {
        const auto is_full = !pool.has_room(), replaces_one = pool.idle_count() != 0;
        if (is_full)
            idle_.drop_oldest(pool, origin);
        auto opened = co_await connector_.open(origin, x, end_of_attempt);
        if (opened.error)
            co_return std::make_unique<http::exchange_result>(http::exchange_result{
                opened.error, std::move(opened.why), std::move(opened.response), {}, opened.is_final});
        if (!is_ahead && !is_full && replaces_one) // not before: if none can be opened, the others are needed
            idle_.drop_oldest(pool, origin);
        connection = std::move(opened.connection);
        connection->terms().end_at(ages_.end(x.operation.time().now()));
        co_return nullptr;
    }

    /// Keeps a connection on which nothing was sent for the next request.
    http::exchange_result leave_unused(connection_pool& pool, connection_ptr connection, const http::origin& origin,
                                       http::exchange& x, bool is_ahead)
    {
        const auto& op = x.operation;
        if (connector_.is_current(*connection) && op.reason() != stop_reason::closed)
            idle_.keep(pool, std::move(connection), op.time().now());
        else
            idle_.report(origin, connection_change::closed);
        x.idle_connections = pool.idle_count();
        return is_ahead && !op.is_stopped() ? http::exchange_result{} : aborted();
    }

    /// Ends an exchange whose response is complete or has failed. Keeps the connection if it can serve another request.
    void put_back(connection_pool& pool, connection_ptr connection, const http::exchange_result& result,
                  const http::origin& origin, time_point now)
    {
        const auto is_clean = connection->finish();
        if (result.error || !is_clean || !is_kept(*connection, result.response.headers, now))
            idle_.report(origin, connection_change::closed);
        else
            idle_.keep(pool, std::move(connection), now);
    }

    /// A server may close a reused connection at any time, and an uncommitted request says nothing about the server.
    void note_failure(const http::exchange_result& result, const stream& line, const http::exchange& x)
    {
        const auto was_stale = x.is_reused && x.bytes_received == 0 && !x.operation.is_stopped();
        if (result.error && x.was_committed() && !was_stale)
            connector_.note_failure(x.operation, line.address());
    }

    static body_mode mode_of(const http::request& request)
    {
        return request.method == "HEAD" ? body_mode::absent : body_mode::whole;
    }

    /// A server that responds with success before it has received the whole request usually reads the rest. One that
    /// takes nothing for this long does not want it.
    static constexpr duration patience = std::chrono::seconds(5);

    /// Returns whether the connection may serve another request after a response with these headers.
    bool is_kept(stream& connection, const http::header_list& headers, time_point now) const
    {
        if (!connector_.is_current(connection))
            return false;
        connection.terms().heard(headers, now);
        return connection.terms().until() > now;
    }

    static http::exchange_result aborted() { return {asio::error::operation_aborted, {}, {}, {}}; }

    std::unique_ptr<streamed_body> make_body(connection_slot slot, connection_ptr connection,
                                             const http::origin& origin) const
    {
        return std::make_unique<streamed_body>(std::move(slot), std::move(connection), options_.limits,
                                               [observer = options_.observer, host = origin.host] {
                                                   if (observer)
                                                       observer->on_connection(
                                                           {host, connection_change::closed, false});
                                               });
    }

    /// Hands the body of a successful response to its reader; null without one.
    std::shared_ptr<streamed_body> let_read(std::unique_ptr<streamed_body> body, const http::exchange_result& result,
                                            const operation& op)
    {
        if (result.error || !body->reader().is_streaming()) {
            body->leave();
            return nullptr;
        }
        auto shared = share_on(op.executor(), std::move(body));
        bodies_.add(shared);
        return shared;
    }

    http::https_options options_;
    connector connector_;
    connection_ages ages_;
    idle_connections idle_;
    weak_list<streamed_body> bodies_; // bodies that may still be open
};

} // namespace cojob::detail

namespace cojob::http {

std::shared_ptr<transport> make_https_transport(https_options options)
{
    return cojob::detail::share<cojob::detail::https_transport>(std::move(options));
}

} // namespace cojob::http

// -------- cojob/impl/job/handle.ipp

// The text of a handle, version 1: words with spaces between them, the last of which shows that nothing is missing.
//
//     cojob-job/1 api=… scope=… id=… created=… messaged=… end
//
// Texts are encoded as path segments are; times are RFC 3339 and may be absent. The members may be in any order. Every
// version begins with `cojob-job/`, its number and a space.

namespace cojob {

namespace detail {

inline constexpr std::string_view handle_magic = "cojob-job/";
inline constexpr std::string_view handle_end = " end"; // or a time that was cut in its decimals would be another time
inline constexpr std::size_t longest_handle = 8192; // an id of 1 KiB is 3 KiB when encoded, and a scope has a URL in it

[[noreturn]] inline void refuse_handle(std::string_view why)
{
    throw_invalid_argument("job handle", why);
}

/// The name is always one of ours, never what the text has.
[[noreturn]] inline void refuse_handle(std::string_view member, std::string_view why)
{
    refuse_handle(std::string(member).append(": ").append(why));
}

inline void check_handle_id(std::string_view id)
{
    check_segment(id, "job handle: id");
}

/// What is asked of a handle both when it is written and when it is read.
inline void check_handle_members(const job_handle& handle)
{
    if (handle.api.empty())
        refuse_handle("api", "is missing");
    if (handle.scope.empty())
        refuse_handle("scope", "is missing");
    if (handle.id.empty())
        refuse_handle("id", "is missing");
    check_handle_id(handle.id);
}

inline void check_handle_length(std::string_view text)
{
    if (text.size() > longest_handle)
        refuse_handle("is longer than 8 KiB");
}

[[nodiscard]] inline std::string_view trim_line(std::string_view text) noexcept
{
    constexpr std::string_view ignored = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(ignored), text.size()));
    return text.substr(0, text.find_last_not_of(ignored) + 1);
}

/// Takes what is before the next space, and the space, off the front of the text.
[[nodiscard]] inline std::string_view take_word(std::string_view& text) noexcept
{
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

/// The first word. It is judged before anything else is: a newer version may have other rules.
inline void check_handle_version(std::string_view word)
{
    if (word.empty())
        refuse_handle("is empty");
    if (!take(word, handle_magic))
        refuse_handle("does not begin with cojob-job/");
    constexpr std::size_t longest = 9; // it is repeated in the message, and what is longer is no version
    if (word.empty() || word.size() > longest || word.front() == '0' ||
        !std::all_of(word.begin(), word.end(), is_digit))
        refuse_handle("the version is not a number");
    if (word != "1")
        refuse_handle(std::string("version ").append(word).append(" is newer than this library understands"));
}

inline void check_handle_line(std::string_view text)
{
    check_handle_version(text.substr(0, text.find(' ')));
    check_handle_length(text);
    if (std::any_of(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }))
        refuse_handle("is not one line of printable ASCII");
    if (!text.ends_with(handle_end))
        refuse_handle("is cut off: it does not end with the word end");
}

/// The counterpart of `http::encode_segment`. A bad escape becomes some byte: the caller compares.
[[nodiscard]] inline std::string decode_handle_text(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (!take(text, '%')) {
            out += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned char byte = 0;
        const auto digits = text.substr(0, 2);
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        out += static_cast<char>(byte);
        text.remove_prefix(digits.size());
    }
    return out;
}

inline void read_handle_text(std::string& member, std::string_view name, std::string_view value)
{
    if (!member.empty())
        refuse_handle(name, "occurs twice");
    if (value.empty())
        refuse_handle(name, "is empty");
    member = decode_handle_text(value);
    if (http::encode_segment(member) != value) // also catches the value that has run into the next word
        refuse_handle(name, "is not percent-encoded correctly");
}

inline void read_handle_time(std::optional<timestamp>& member, std::string_view name, std::string_view value)
{
    if (member)
        refuse_handle(name, "occurs twice");
    member = parse_rfc3339(value);
    if (!member)
        refuse_handle(name, "is not an RFC 3339 time");
}

/// An unknown member is refused: what a later library adds to tell ends apart makes a new version.
inline void read_handle_member(job_handle& handle, std::string_view word)
{
    const auto name = word.substr(0, word.find('='));
    if (name.size() == word.size())
        refuse_handle("has a word that is not name=value");
    const auto value = word.substr(name.size() + 1);
    if (name == "api")
        read_handle_text(handle.api, "api", value);
    else if (name == "scope")
        read_handle_text(handle.scope, "scope", value);
    else if (name == "id")
        read_handle_text(handle.id, "id", value);
    else if (name == "created")
        read_handle_time(handle.created_at, "created", value);
    else if (name == "messaged")
        read_handle_time(handle.messaged_at, "messaged", value);
    else
        refuse_handle("has an unknown member");
}

void check_handle(const job_handle& handle, std::string_view api, std::string_view scope)
{
    if (handle.api != api)
        refuse_handle("belongs to another API");
    if (handle.scope != scope)
        refuse_handle("belongs to another server or project");
    check_handle_id(handle.id);
}

} // namespace detail

std::string to_string(const job_handle& handle)
{
    detail::check_handle_members(handle);
    std::string text(detail::handle_magic);
    text.append("1 api=").append(http::encode_segment(handle.api));
    text.append(" scope=").append(http::encode_segment(handle.scope));
    text.append(" id=").append(http::encode_segment(handle.id));
    if (handle.created_at)
        text.append(" created=").append(detail::format_rfc3339(*handle.created_at));
    if (handle.messaged_at)
        text.append(" messaged=").append(detail::format_rfc3339(*handle.messaged_at));
    text.append(detail::handle_end);
    detail::check_handle_length(text);
    return text;
}

job_handle parse_job_handle(std::string_view text)
{
    text = detail::trim_line(text);
    detail::check_handle_line(text);
    text.remove_suffix(detail::handle_end.size());
    text.remove_prefix(std::min(text.find(' '), text.size())); // the version
    job_handle handle;
    while (!text.empty())
        if (const auto word = detail::take_word(text); !word.empty())
            detail::read_handle_member(handle, word);
    detail::check_handle_members(handle);
    return handle;
}

} // namespace cojob

// -------- cojob/impl/job/detail/polled_api.ipp

namespace cojob::detail {

client for_one_poll(const client& c, std::shared_ptr<poll_trace> trace, duration limit)
{
    return client_state::for_one_poll(c, std::move(trace), limit);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/optional_time.hpp

namespace cojob::detail {

/// Half the size of `std::optional<time_point>`: a wait has eight of them. Nothing happens at the beginning of time,
/// which stands for none; so none comes before any time.
class optional_time {
  public:
    constexpr optional_time() = default;
    constexpr optional_time(time_point when) : when_(when) {}
    constexpr optional_time(const std::optional<time_point>& when) : when_(when.value_or(none)) {}

    constexpr operator std::optional<time_point>() const { return *this ? std::optional(when_) : std::nullopt; }

    [[nodiscard]] constexpr explicit operator bool() const noexcept { return when_ != none; }
    [[nodiscard]] constexpr bool has_value() const noexcept { return when_ != none; }
    [[nodiscard]] constexpr const time_point& operator*() const noexcept { return when_; }
    constexpr void reset() noexcept { when_ = none; }

    friend constexpr auto operator<=>(const optional_time&, const optional_time&) = default;

  private:
    static constexpr auto none = time_point::min();

    time_point when_ = none;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/answer_series.hpp

namespace cojob::detail {

/// Odd answers one after another, about a job that is known to exist: a store that fails answers 404, a proxy answers
/// HTML. One of them says nothing of the job; only a series that goes on does. Pure.
class answer_series {
  public:
    /// Both are needed: three answers of a fast poller take less than a restart, and a slow one's first two say as
    /// little as one.
    static constexpr duration longest = std::chrono::seconds(30);
    static constexpr unsigned fewest = 3;

    /// An answer that tells of the job ends the series.
    void answered() noexcept
    {
        begun_.reset();
        polls_ = 0;
    }

    /// A failure that passes, as a broken server's do, neither begins a series nor ends it, nor is it the last word: a
    /// wait bears those by its patience.
    void failed() noexcept { polls_ += begun_ ? 1U : 0U; }

    /// One more odd answer. Whether there have been enough.
    [[nodiscard]] bool goes_on_too_long(time_point now) noexcept
    {
        if (!begun_)
            begun_ = now;
        ++polls_;
        return polls_ >= fewest && now - *begun_ >= longest;
    }

  private:
    optional_time begun_; ///< with the first odd answer
    unsigned polls_ = 0;  ///< since then
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/end_rule.hpp

namespace cojob::detail {

/// Whether an end that a poll shows is the one waited for. After a message to a job, an end may be the one from before
/// it: what counts then is an end after a poll that was not ended, or a second one an interval after the first. Where
/// ends are known to be taken back, an end has to stand for a while.
class end_rule {
  public:
    /// \param interval how far apart two ends must be
    /// \param settle how long an end must stand; zero: it counts at once
    explicit end_rule(duration interval, duration settle = {}) : interval_(interval), settle_(settle) {}

    /// The last message to the job that is known of, told before each judgement.
    void message_sent(optional_time when)
    {
        if (when <= std::max(message_, settled_)) // none, or one that is no news: a handle's times are not quite exact
            return;
        message_ = when;
        first_end_.reset();
    }

    /// The answer of a poll that began then. Whether the wait is over.
    [[nodiscard]] bool accepts(bool is_finished, std::string_view status, time_point begun, time_point now)
    {
        if (!is_new_end(is_finished, begun, now)) {
            standing_.reset();
            return false;
        }
        if (settle_ == duration::zero())
            return true;
        if (!standing_ || standing_->status != status) {
            standing_ = std::make_unique<standing>(standing{now, std::string(status)});
            return false;
        }
        return begun - standing_->since >= settle_;
    }

    /// When the end that was seen last will have stood long enough.
    [[nodiscard]] std::optional<time_point> settles_at() const noexcept
    {
        return standing_ ? std::optional(cojob::detail::after(standing_->since, settle_)) : std::nullopt;
    }

    /// The message that no longer casts doubt on an end.
    [[nodiscard]] std::optional<time_point> settled_message() const noexcept { return settled_; }

  private:
    [[nodiscard]] bool is_new_end(bool is_finished, time_point begun, time_point now)
    {
        if (!message_)
            return is_finished;
        if (begun < *message_) // the server may not have had the message yet
            return false;
        if (!is_finished) {
            settle();
            return false;
        }
        if (!first_end_) {
            first_end_ = now;
            return false;
        }
        if (now - *first_end_ < interval_)
            return false;
        settle();
        return true;
    }

    void settle()
    {
        settled_ = message_;
        message_.reset();
    }

    /// An end that has to stand for a while.
    struct standing {
        time_point since;
        std::string status;
    };

    duration interval_, settle_;
    optional_time message_, settled_, first_end_;
    std::unique_ptr<standing> standing_; ///< null in most waits
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/job_memory.hpp

namespace cojob::detail {

/// Which job: two services may have the same ids.
struct job_key {
    std::string api, scope, id;

    /// None of the three has a line break in it.
    [[nodiscard]] std::string text() const { return api + '\n' + scope + '\n' + id; }
};

/// What a client did to a job.
struct job_record {
    optional_time created;
    optional_time messaged; ///< until a poll has shown that an end is not the one before the message
};

/// What this client created or sent a message to, for ten minutes, so that a wait by plain id knows. Thread-safe:
/// services write from their callers' threads.
class job_memory {
  public:
    static constexpr auto keeps = std::chrono::minutes(10);
    static constexpr std::size_t max_jobs = 10'000;

    void created(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        note(key, now).created = now;
    }

    void messaged(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        note(key, now).messaged = now;
    }

    /// The message of that time has taken effect: an end is a new one from now on.
    void settled(const job_key& key, time_point message)
    {
        const std::lock_guard lock(mutex_);
        if (const auto known = entries_.find(key.text()); known && known->record.messaged == message)
            known->record.messaged.reset();
    }

    [[nodiscard]] job_record find(const job_key& key, time_point now)
    {
        const std::lock_guard lock(mutex_);
        const auto known = entries_.find(key.text());
        return known && !known->is_old(now) ? known->record : job_record();
    }

  private:
    struct entry : timer_queue_hook { // in the order of their last notes
        std::string name{};
        job_record record{};
        time_point noted{};

        [[nodiscard]] bool is_old(time_point now) const { return now - noted >= keeps; }
    };

    job_record& note(const job_key& key, time_point now)
    {
        while (!order_.empty() && order_.front().is_old(now))
            forget_oldest();
        auto name = key.text();
        auto known = entries_.find(name);
        if (!known) {
            if (entries_.size() >= max_jobs)
                forget_oldest();
            known = share<entry>();
            known->name = name;
            entries_.put(std::move(name), known);
        }
        known->noted = now;
        order_.put(*known, last_ += duration(1));
        return known->record;
    }

    void forget_oldest()
    {
        auto& oldest = order_.front();
        const auto name = oldest.name; // not by what goes with it
        order_.remove(oldest);
        entries_.erase(name);
    }

    std::mutex mutex_;
    name_map<entry> entries_;
    timer_queue<entry> order_; // by their last notes, which are counted: no two have the same
    time_point last_{};
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/last_seen.hpp

namespace cojob::detail {

/// A job as a wait saw it last. The job itself is kept only for those who compare or return it: it would be a good part
/// of what a wait takes.
class last_seen {
  public:
    explicit last_seen(bool keeps_job) : keeps_job_(keeps_job) {}

    /// Whether the job has changed, where it is kept.
    bool note(const job_view& seen, const polled_api& api)
    {
        status_ = seen.status;
        if (!keeps_job_)
            return false;
        const auto before = std::exchange(job_, seen.job);
        return !before || !api.is_same(before.get(), seen.job.get());
    }

    [[nodiscard]] const std::string& status() const noexcept { return status_; }
    [[nodiscard]] const std::shared_ptr<const void>& job() const noexcept { return job_; }

  private:
    const bool keeps_job_;
    std::string status_;
    std::shared_ptr<const void> job_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_pause.hpp

namespace cojob::detail {

/// Whether a server wants to be left alone for longer than there is time: nobody waits for that. Without a deadline,
/// that is a day.
[[nodiscard]] constexpr bool is_in_vain(time_point asked_until, time_point deadline, time_point now) noexcept
{
    constexpr auto longest_pause = std::chrono::hours(24);
    return deadline == time_point::max() ? asked_until > after(now, longest_pause) : asked_until >= deadline;
}

/// What all polls of one scope do after a 429 to one of them: they wait, then one goes ahead, and the others follow
/// when it was answered. Pure.
class poll_pause {
  public:
    static constexpr duration first = std::chrono::seconds(36), longest = std::chrono::minutes(15);

    [[nodiscard]] bool is_on(time_point now) const noexcept { return now < until_; }

    /// The next poll is made then. A server that says days is asked again before.
    [[nodiscard]] time_point until() const noexcept { return until_; }

    /// What the server asked for: whoever has less time need not wait.
    [[nodiscard]] time_point asked_until() const noexcept { return asked_until_; }

    /// Whether the poll that may go ahead is under way.
    [[nodiscard]] bool is_probing() const noexcept { return is_probing_; }

    /// A poll begins. Whether it is the one that goes ahead.
    [[nodiscard]] bool begin() noexcept
    {
        is_probing_ = needs_probe_;
        return is_probing_;
    }

    void ended(bool was_probe) noexcept { is_probing_ = is_probing_ && !was_probe; }

    void succeeded(time_point begun) noexcept
    {
        if (begun < until_) // it was on its way when another was refused
            return;
        needs_probe_ = false;
        guesses_ = 0;
    }

    void throttled(time_point now, std::optional<duration> hint, double uniform)
    {
        const auto is_same_storm = is_on(now);
        if (is_same_storm && !hint)
            return;
        if (!hint)
            ++guesses_;
        const auto asked = hint ? *hint : guess();
        until_ = std::max(until_, after(now, std::min<duration>(asked + jitter(asked, uniform), longest)));
        if (!hint)
            asked_until_ = until_;
        else // what an earlier pause asked for went with it
            asked_until_ = is_same_storm ? std::max(asked_until_, after(now, asked)) : after(now, asked);
        needs_probe_ = true;
    }

  private:
    [[nodiscard]] duration guess() const noexcept
    {
        duration d = first;
        for (unsigned n = 1; n < guesses_ && d < longest; ++n)
            d *= 2;
        return std::min<duration>(d, longest);
    }

    time_point until_ = time_point::min(), asked_until_ = time_point::min();
    unsigned guesses_ = 0; ///< pauses without a hint, one after another
    bool needs_probe_ = false, is_probing_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/wait_patience.hpp

namespace cojob::detail {

/// For how long a wait goes on polling a server that does not answer. Pure. The table is in docs/design/waiting.md.
class wait_patience {
  public:
    /// From the first poll that was sent to an answer that tells of the job.
    static constexpr duration first_answer = std::chrono::minutes(2);

    /// \param silence for how long no HTTP response may arrive, whatever was answered before
    explicit wait_patience(duration silence) : silence_(silence) {}

    /// A poll has ended that was sent then.
    void poll_was_sent(time_point when)
    {
        if (!is_answered_ && !unanswered_since_)
            unanswered_since_ = when;
        if (!silent_since_)
            silent_since_ = when;
    }
    [[nodiscard]] bool has_sent() const noexcept { return is_answered_ || silent_since_ || unanswered_since_; }

    /// Time that is not the server's fault: a poll that queued here, or a time that the server itself asked for.
    void excuse(duration time)
    {
        if (unanswered_since_)
            unanswered_since_ = after(*unanswered_since_, time);
        if (silent_since_)
            silent_since_ = after(*silent_since_, time);
    }

    /// Any HTTP response.
    void responded() noexcept { silent_since_.reset(); }

    /// An answer that tells of the job, or one that names a rate limit: whoever says so is at work.
    void answered() noexcept
    {
        is_answered_ = true;
        unanswered_since_.reset();
        silent_since_.reset();
    }

    /// When it is over, as things stand; the end of time where nothing is amiss.
    [[nodiscard]] time_point end() const
    {
        const auto first = unanswered_since_ ? after(*unanswered_since_, first_answer) : time_point::max();
        const auto silent = silent_since_ ? after(*silent_since_, silence_) : time_point::max();
        return std::min(first, silent);
    }

  private:
    duration silence_;
    optional_time unanswered_since_, silent_since_;
    bool is_answered_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_plan.hpp

namespace cojob::detail {

/// A wait's schedule: the user's where it says something, else the service's.
/// \throws api_error invalid_argument
inline poll_schedule merge(const poll_schedule& own, const poll_schedule& service)
{
    if (own.first < duration::zero() || own.min_interval < duration::zero() || own.max_interval < duration::zero())
        throw_invalid_argument("schedule: a time must not be negative");
    if (own.growth != 0 && !(own.growth >= 1 && own.growth <= 1000))
        throw_invalid_argument("schedule.growth: must be between 1 and 1000");
    if (own.max_interval != duration::zero() && own.max_interval < own.min_interval)
        throw_invalid_argument("schedule.max_interval: must not be less than min_interval");
    const auto pick = [](duration mine, duration theirs) { return mine == duration::zero() ? theirs : mine; };
    poll_schedule merged{pick(own.first, service.first), pick(own.min_interval, service.min_interval),
                         pick(own.max_interval, service.max_interval), own.growth == 0 ? service.growth : own.growth};
    if (own.max_interval == duration::zero()) // whoever gives one interval only means the other to make room
        merged.max_interval = std::max(merged.max_interval, merged.min_interval);
    else
        merged.min_interval = std::min(merged.min_interval, merged.max_interval);
    if (merged.min_interval <= duration::zero() || merged.max_interval < merged.min_interval || !(merged.growth >= 1))
        throw_invalid_argument("default_schedule: intervals must be more than zero and grow by at least 1");
    return merged;
}

/// When a wait polls, and when it gives up. Pure: events and times in, the time of the next poll out.
class poll_plan {
  public:
    poll_plan(const poll_schedule& schedule, duration timeout, time_point start, duration patience = no_timeout)
        : schedule_(schedule), timeout_(timeout), deadline_(after(start, timeout)), interval_(schedule.min_interval),
          patience_(patience)
    {
    }

    [[nodiscard]] const poll_schedule& schedule() const noexcept { return schedule_; }
    [[nodiscard]] time_point deadline() const noexcept { return deadline_; }

    /// Early enough for one more answer before the deadline.
    [[nodiscard]] time_point last_poll_at() const
    {
        if (deadline_ == time_point::max())
            return deadline_;
        const auto margin = std::max<duration>(std::chrono::seconds(1), 2 * slowest_);
        return deadline_ - std::min(margin, timeout_ / 4);
    }

    /// `touched`: when this client created the job or sent it a message, if it knows. A first poll is made whenever any
    /// time is left.
    [[nodiscard]] time_point first(time_point now, std::optional<time_point> touched) const
    {
        const auto wanted = touched ? std::max(now, after(*touched, schedule_.first)) : now;
        return std::max(now, std::min(wanted, last_poll_at()));
    }

    /// Whether a server wants to be left alone for longer than there is time: nobody waits for that.
    [[nodiscard]] bool is_in_vain(time_point now, time_point asked_until) const
    {
        return detail::is_in_vain(asked_until, deadline_, now);
    }

    /// A poll was sent then. What it queued here before is no part of the server's slowness.
    void poll_begins(time_point sent)
    {
        begun_ = sent;
        patience_.poll_was_sent(sent);
    }
    [[nodiscard]] bool has_sent() const noexcept { return patience_.has_sent(); }

    /// Time that does not count against the server.
    void excuse(duration time) { patience_.excuse(time); }

    /// After an answer: the next poll, or nothing when the answer was the last. `at_least`: a server's Retry-After.
    /// `uniform`: from [0, 1).
    [[nodiscard]] std::optional<time_point> answered(time_point now, duration at_least, double uniform)
    {
        is_answered_ = true;
        failures_ = 0;
        patience_.answered();
        slowest_ = std::max(slowest_, now - begun_);
        return next(now, at_least, uniform);
    }

    /// After a failure that may pass: the next poll, or nothing when it is time to give up. `at_least`: what the server
    /// asks for, which is nobody's impatience. `is_silence`: no HTTP response came.
    [[nodiscard]] std::optional<time_point> failed(time_point now, duration at_least, double uniform,
                                                   bool is_silence = false)
    {
        ++failures_;
        if (!is_silence)
            patience_.responded();
        patience_.excuse(at_least);
        const auto planned = next(now, at_least, uniform);
        if (!planned || now >= patience_.end())
            return std::nullopt;
        return std::max(after(now, at_least), std::min(*planned, patience_.end()));
    }

    /// After a poll that tells nothing, neither of the job nor of the server: the next one, or nothing when the time is
    /// up.
    [[nodiscard]] std::optional<time_point> postponed(time_point now, duration at_least, double uniform)
    {
        return next(now, at_least, uniform);
    }

    /// After a server's "too many requests": not before then. A server that says so is alive, however long it takes.
    [[nodiscard]] std::optional<time_point> throttled(time_point now, time_point paused_until, double uniform)
    {
        ++failures_;
        patience_.answered();
        if (now >= last_poll_at() || paused_until >= deadline_)
            return std::nullopt;
        return std::max(paused_until, std::min(after(now, draw(uniform)), last_poll_at()));
    }

    /// Whether giving up is the fault of a server that does not answer, not of a job that does not end.
    [[nodiscard]] bool is_server_silent() const noexcept { return !is_answered_ || failures_ != 0; }

  private:
    [[nodiscard]] std::optional<time_point> next(time_point now, duration at_least, double uniform)
    {
        if (now >= last_poll_at())
            return std::nullopt;
        const auto when = after(now, std::max(draw(uniform), at_least));
        interval_ = std::min(schedule_.max_interval, scaled(interval_, schedule_.growth));
        return std::min(when, last_poll_at());
    }

    /// Somewhere around the interval, so that waits that began together do not poll together.
    [[nodiscard]] duration draw(double uniform) const
    {
        const auto low = std::max(schedule_.min_interval, scaled(interval_, 0.9));
        const auto high = std::min(schedule_.max_interval, scaled(interval_, 1.1));
        return high <= low ? low : low + scaled(high - low, uniform);
    }

    static duration scaled(duration d, double factor)
    {
        const auto scaled = std::chrono::duration<double, duration::period>(d) * factor;
        constexpr auto most = std::chrono::duration<double, duration::period>(std::chrono::hours(24 * 365));
        return std::chrono::duration_cast<duration>(std::min(scaled, most));
    }

    poll_schedule schedule_;
    duration timeout_;
    time_point deadline_;
    duration interval_;
    duration slowest_{};
    time_point begun_{};
    wait_patience patience_;
    bool is_answered_ = false;
    unsigned failures_ = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_failure.hpp

namespace cojob::detail {

/// What a failed poll means for a wait.
enum class poll_failure {
    throttled, ///< polls pause as the server asks
    passing,   ///< the next poll is its retry
    odd,       ///< passes for a job that is known to exist, unless it goes on
    final,     ///< ends the wait
};

/// Whether a failed poll may be followed by one that succeeds: what repeating a GET is good for, and a poll that took
/// longer than its call may.
inline bool may_pass(const error_info& failure)
{
    const auto status = failure.http_status;
    return !failure.is_final && ((failure.code() == condition::retryable && status != 501 && status != 505) ||
                                 failure.code() == errc::deadline_exceeded || status == 408 || status == 425);
}

/// Whether no HTTP response of the server arrived. Own APIs' failures may have a code and no status: who says 404 has
/// heard a server. A proxy's status is none of the server's.
inline bool is_silence(const error_info& failure)
{
    return (failure.http_status == 0 || failure.code() == errc::proxy_failed) &&
           (failure.code() == condition::transport || failure.code() == condition::timeout);
}

/// The table of docs/design/waiting.md, with its reasons.
inline poll_failure kind_of(const error_info& failure)
{
    const auto status = failure.http_status;
    const auto& code = failure.code();
    if (failure.is_final)
        return poll_failure::final;
    if (code == errc::rate_limited)
        return poll_failure::throttled;
    if (code == errc::not_found || code == errc::invalid_response || code == errc::malformed_response ||
        code == errc::response_too_large || code == errc::unexpected_status || status == 421)
        return poll_failure::odd;
    if (code == errc::server_error && !may_pass(failure)) // 501, 505
        return poll_failure::odd;
    if (status != 0 && (code == errc::connection_lost || code == errc::request_timeout)) // an answer that was cut
        return poll_failure::odd;
    return may_pass(failure) ? poll_failure::passing : poll_failure::final;
}

/// Why a wait failed whose time is up. `reached`: of a poll that is still under way. `last`: its last failure, or null.
inline error_info late_wait(const poll_plan& plan, std::optional<phase> reached, const error_info* last)
{
    if (!plan.is_server_silent())
        return {errc::wait_timeout, "the job had not ended when last seen"};
    if (!plan.has_sent() && reached == phase::queued)
        return {errc::wait_timeout,
                "no poll was sent before the wait's time was up: no connection was free, or no key was provided"};
    if (last)
        return *last;
    const auto was_sent = !reached || *reached >= phase::sending;
    return {was_sent ? errc::request_timeout : errc::connect_timeout,
            "no poll got a response before the wait's time was up"};
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_waiter.hpp

namespace cojob::detail {

struct polled_job;

/// What a poll brought, for all who wait for its job.
struct poll_answer {
    time_point begun{};
    duration queued{};             ///< of the time since then, how long it only queued for a connection
    bool is_list = false;          ///< of a list, which is for many jobs
    bool is_slept_through = false; ///< it completed so late that the machine must have slept meanwhile
    job_view view{};               ///< where nothing failed
    error_info failure{};
    std::exception_ptr thrown{};           ///< by a service, not one of this library's errors
    std::optional<duration> retry_after{}; ///< the server's word on when to come back
    std::optional<phase> reached{};        ///< how far its request came, where that is known
    time_point paused_until{};             ///< after a 429: no poll of this scope before then
    time_point asked_until{};              ///< after a 429: what the server asked for, which may be longer
};

/// For how long a server's word on when to come back is believed. One in trouble is left alone for as long as it asks,
/// which is for the wait to judge; one at work that says days is asked before.
inline duration believed_delay(const poll_answer& answer)
{
    const auto asked = answer.retry_after.value_or(duration::zero());
    return answer.failure.code() ? asked : std::min<duration>(asked, std::chrono::minutes(2));
}

/// A poll that never had a connection, or a key, before its time was up has asked nobody.
inline bool is_unsent(const poll_answer& answer)
{
    return answer.reached == phase::queued && answer.failure.code() == errc::deadline_exceeded;
}

/// A wait, as the poll scheduler sees it. It must not move while it is in the scheduler, whose queue of deadlines links
/// it. None of the functions may throw: others wait for the same answer.
class poll_waiter : public timer_queue_hook {
  public:
    poll_waiter() = default;
    poll_waiter(const poll_waiter&) = delete;
    poll_waiter& operator=(const poll_waiter&) = delete;

    /// An answer to a poll that began after the waiter came. When it wants the next; nothing: it leaves.
    [[nodiscard]] virtual std::optional<time_point> answered(const poll_answer&) noexcept = 0;

    /// Its deadline has passed, and it has left the scheduler. `reached`: of the poll that is in flight for it.
    virtual void timed_out(std::optional<phase> reached, bool is_under_way) noexcept = 0;

    /// No poll will be made before its deadline, because of a 429; it has left the scheduler.
    virtual void fail_throttled(time_point asked_until) noexcept = 0;

    /// The scheduler failed, mostly for lack of memory; the wait has left it.
    virtual void failed(std::exception_ptr thrown) noexcept = 0;

    struct terms {
        time_point due{};
        time_point deadline = time_point::max();
        time_point last = time_point::max(); ///< a poll is made by then, however long others may wait for one
        duration min_interval{};
        bool needs_whole_jobs = false; ///< an item of a list that lacks details will not do
    };

  protected:
    ~poll_waiter() = default;

    /// The service of all who wait for jobs of equal services. While it is in the scheduler.
    [[nodiscard]] const std::shared_ptr<const polled_api>& shared_api() const noexcept;

    /// Its deadline has not moved, but polls take longer than it knew.
    void polls_last_at(time_point when) noexcept { terms_.last = when; }

    /// Whether none of those who wait for the job has reported it as it is now. Within `answered`.
    [[nodiscard]] bool is_first_to_report(const job_view& seen);

  private:
    friend class poll_roster;
    friend struct polled_job;

    terms terms_;
    polled_job* job_ = nullptr;       ///< set while it is in the scheduler
    poll_waiter* next_ = nullptr;     ///< of those who wait for the job; null: it is the last
    poll_waiter* previous_ = nullptr; ///< of the first: the last
    bool is_expecting_ = false;       ///< the poll under way is for it too
    bool is_leaving_ = false;         ///< the answer was the last it wanted
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_request.hpp

namespace cojob::detail {

struct poll_group;
struct polled_job;
class poll_request;

/// Where a poll's answer goes.
class poll_sender {
  public:
    poll_sender() = default;
    poll_sender(const poll_sender&) = delete;
    poll_sender& operator=(const poll_sender&) = delete;
    virtual ~poll_sender() = default;

    virtual void completed(poll_request&, poll_answer, std::vector<listed_job>) noexcept = 0;
};

/// A poll under way: of one job, or a list that stands for many.
class poll_request : public std::enable_shared_from_this<poll_request> {
  public:
    poll_request(client_state& state, poll_sender& owner, poll_group& of, polled_job* one)
        : group(of), job(one), begun(state.time().now()), owner_(owner), operation_(state.alarm)
    {
    }

    poll_group& group;
    polled_job* const job; ///< null: a list
    bool is_probe = false;
    const time_point begun;
    std::size_t expected = 0; ///< jobs that it is for
    std::size_t served = 0;   ///< jobs that a list showed
    time_point completes_by = time_point::max();

    /// Fewer jobs are polled one by one: a list costs the server more than a poll.
    static constexpr std::size_t fewest_for_a_list = 3;

    [[nodiscard]] std::optional<phase> progress() const { return trace_->progress(); }

    /// For how long it lets calls go first where connections are short.
    void yield_for(duration time) noexcept { trace_->yields = std::max(time, duration(1)); }

    /// What prevents it is what it completes with. `until`: when nobody waits for it any more.
    void launch(client_state& state, std::shared_ptr<const polled_api> api, std::string id, time_point until) noexcept
    {
        const auto self = shared_from_this();
        try {
            const auto limit = until == time_point::max() ? no_timeout : std::max(until - begun, duration(1));
            auto body = run(state.shared_from_this(), self, std::move(api), std::move(id), limit);
            spawn({self, &operation_}, std::move(body), nullptr);
        } catch (...) {
            poll_answer answer;
            answer.thrown = std::current_exception();
            if (!std::exchange(is_over_, true))
                complete(std::move(answer), {});
        }
    }

    /// Nobody wants its answer any more, and nobody gets it.
    void abandon()
    {
        is_over_ = true;
        alarm_.reset();
        operation_.stop(stop_reason::cancelled);
    }

  private:
    static asio::awaitable<void> run(std::shared_ptr<client_state> state, std::shared_ptr<poll_request> self,
                                     std::shared_ptr<const polled_api> api, std::string id, duration limit)
    {
        std::optional<client_state::running_guard> running; // made below: whatever throws completes it
        poll_answer answer;
        std::vector<listed_job> listed;
        try {
            running.emplace(*state, std::shared_ptr<operation>(self, &self->operation_));
            self->set_limit(*state, client_state::settings_of(api->get_client()).timeout);
            if (self->job)
                answer.view = co_await api->poll(std::move(id), self->trace_, limit);
            else
                listed = co_await api->list(self->trace_, limit, self->most_pages());
        } catch (const api_error& failure) {
            answer.failure = failure.info();
            if (!answer.failure.code()) // no error, and no job either
                answer.thrown = std::current_exception();
        } catch (const boost::system::system_error& stopped) {
            answer.failure = error_info(stopped.code());
            if (!stopped.code())
                answer.thrown = std::current_exception();
        } catch (...) { // a service's own
            answer.thrown = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false); // what ends this coroutine suspends it once more
        if (!std::exchange(self->is_over_, true))
            self->complete(std::move(answer), std::move(listed));
    }

    /// How many pages of a list cost less than the polls that they replace.
    [[nodiscard]] std::size_t most_pages() const noexcept
    {
        return std::max<std::size_t>(1, expected / fewest_for_a_list);
    }

    /// For a service that sets itself none.
    void set_limit(client_state& state, duration call)
    {
        constexpr auto grace = std::chrono::seconds(1);
        completes_by = after(after(begun, call), grace);
        if (completes_by == time_point::max())
            return;
        alarm_ = state.time().make_alarm(state.executor);
        alarm_->set(completes_by, [this] { give_up(); });
    }

    /// Does not wait for the service's coroutine: it may not answer to being stopped.
    void give_up()
    {
        const auto self = shared_from_this();
        poll_answer answer;
        try {
            answer.failure = error_info(errc::request_timeout, "the service did not respond");
        } catch (...) {
            answer.thrown = std::current_exception();
        }
        is_over_ = true;
        operation_.stop(stop_reason::deadline);
        complete(std::move(answer), {});
    }

    void complete(poll_answer answer, std::vector<listed_job> listed) noexcept
    {
        alarm_.reset();
        answer.begun = begun;
        answer.queued = trace_->queued;
        answer.is_list = job == nullptr;
        answer.retry_after = trace_->retry_after;
        answer.reached = trace_->progress();
        owner_.completed(*this, std::move(answer), std::move(listed));
    }

    poll_sender& owner_;
    operation operation_;
    std::shared_ptr<poll_trace> trace_ = share<poll_trace>();
    std::unique_ptr<alarm> alarm_;
    bool is_over_ = false; ///< it has completed, or nobody waits for it
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_times.hpp

namespace cojob::detail {

/// Compares how long a list takes with the single polls that it replaces. Pure.
class poll_times {
  public:
    enum class verdict { fast, slow, unknown };

    /// For how long a slow list is left out.
    static constexpr duration rest = std::chrono::minutes(1);

    /// A single poll returned a job.
    void single_took(duration time) noexcept { single_ = single_ ? (3 * *single_ + time) / 4 : time; }

    /// A list took that long.
    void list_took(duration time, time_point now) noexcept { list_ = time, list_ended_ = now; }

    /// How long a list is expected to take, as the last one did. Zero if there was none, or if that was long ago: else
    /// one slow list could keep waits that are shorter from ever trying another.
    [[nodiscard]] duration next_list(time_point now) const noexcept
    {
        return now - list_ended_ < rest ? list_ : duration::zero();
    }

    /// A list that showed `jobs` jobs took that long. Single polls have `at_once` in flight. A list that takes less
    /// than half an interval is fast in any case: it delays nobody and saves requests. `unknown`: there was no single
    /// poll.
    [[nodiscard]] verdict judge(duration list, std::size_t jobs, std::size_t at_once, duration interval) const noexcept
    {
        if (list < interval / 2)
            return verdict::fast;
        if (!single_)
            return verdict::unknown;
        const auto rounds = static_cast<duration::rep>((std::max<std::size_t>(1, jobs) + at_once - 1) / at_once);
        return list / rounds > *single_ ? verdict::slow : verdict::fast;
    }

  private:
    std::optional<duration> single_; // smoothed
    duration list_{};
    time_point list_ended_{};
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_group.hpp

namespace cojob::detail {

/// A job that somebody waits for. However many they are, it is polled once. It is in the queue of its group.
struct polled_job : timer_queue_hook {
    poll_group* group = nullptr;
    const std::string* id = nullptr;         ///< its key in the group
    poll_waiter* first = nullptr;            ///< of those who wait, in the order in which they came
    std::shared_ptr<poll_request> request{}; ///< the poll in flight that includes it
    job_view* listed = nullptr;              ///< what a list says of it, while that is delivered
    optional_time last_answer{};
    time_point not_before = time_point::min(); ///< as its server wants, which concerns no list
    bool must_be_fetched = false;              ///< a list lacked details
    polled_job* next_served = nullptr;         ///< of those that one list serves
    std::shared_ptr<const void> reported{};    ///< as an observer knows it

    void add(poll_waiter& w) noexcept
    {
        w.job_ = this;
        w.next_ = nullptr;
        w.previous_ = first ? std::exchange(first->previous_, &w) : &w;
        (first ? w.previous_->next_ : first) = &w;
    }

    void remove(poll_waiter& w) noexcept
    {
        (&w == first ? first : w.previous_->next_) = w.next_;
        if (auto* const behind = w.next_ ? w.next_ : first)
            behind->previous_ = w.previous_;
        w.job_ = nullptr;
        w.is_expecting_ = false;
    }

    /// The last of those who wait.
    [[nodiscard]] poll_waiter* last() const noexcept { return first ? first->previous_ : nullptr; }

    [[nodiscard]] time_point due() const
    {
        auto soonest = time_point::max();
        for (const auto* w = first; w; w = w->next_)
            soonest = std::min(soonest, w->terms_.due);
        return soonest;
    }

    /// When one who came too late for the last answer is to have the next.
    [[nodiscard]] time_point next_for(const poll_waiter::terms& terms) const
    {
        const auto spaced = std::max(after(*last_answer, terms.min_interval), not_before);
        return std::max(terms.due, std::min(spaced, terms.last));
    }

    [[nodiscard]] time_point latest_deadline() const
    {
        auto latest = time_point::min();
        for (const auto* w = first; w; w = w->next_)
            latest = std::max(latest, w->terms_.deadline);
        return latest;
    }

    [[nodiscard]] time_point first_deadline() const
    {
        auto soonest = time_point::max();
        for (const auto* w = first; w; w = w->next_)
            soonest = std::min(soonest, w->terms_.deadline);
        return soonest;
    }

    /// When the first of those who wait wants a poll at the latest.
    [[nodiscard]] time_point last_poll_at() const
    {
        auto soonest = time_point::max();
        for (const auto* w = first; w; w = w->next_)
            soonest = std::min(soonest, w->terms_.last);
        return soonest;
    }

    [[nodiscard]] bool needs_whole() const
    {
        const auto* w = first;
        while (w && !w->terms_.needs_whole_jobs)
            w = w->next_;
        return w != nullptr;
    }

    /// A poll begins. It is for those who are here; who comes later gets the next answer. Returns for how long it may
    /// let calls go first: for no more than an interval, and not for all that is left of anybody's time.
    duration put_on(const std::shared_ptr<poll_request>& f) noexcept
    {
        request = f;
        ++f->expected;
        must_be_fetched = false;
        auto yields = no_timeout;
        for (auto* w = first; w; w = w->next_) {
            w->is_expecting_ = true;
            yields = std::min({yields, w->terms_.min_interval, (w->terms_.deadline - f->begun) / 4});
        }
        return yields;
    }

    /// To be asked for at once.
    void hurry(time_point now)
    {
        must_be_fetched = true;
        for (auto* w = first; w; w = w->next_) {
            w->terms_.due = std::min(w->terms_.due, now);
            w->is_expecting_ = false;
        }
    }

    /// A poll is answered, also for those who came too late for it: not at once the next.
    void space_out(time_point now)
    {
        last_answer = now;
        for (auto* w = first; w; w = w->next_)
            if (!w->is_expecting_)
                w->terms_.due = next_for(w->terms_);
    }
};

/// What the groups of one scope have in common.
struct poll_scope : poll_pause {
    std::vector<poll_group*> groups{};
};

/// The jobs of one service that are waited for. The group is in the queue of its scheduler.
struct poll_group : timer_queue_hook {
    poll_group(std::size_t h, std::shared_ptr<const polled_api> a, std::shared_ptr<poll_scope> s)
        : hash(h), api(std::move(a)), pause(std::move(s)), min_interval(api->default_schedule().min_interval),
          can_list(api->lists() != listing::none), place_in_scope_(pause->groups.size())
    {
        pause->groups.push_back(this);
    }
    poll_group(const poll_group&) = delete;
    poll_group& operator=(const poll_group&) = delete;
    ~poll_group()
    {
        auto& all = pause->groups;
        all[place_in_scope_] = all.back();
        all[place_in_scope_]->place_in_scope_ = place_in_scope_;
        all.pop_back();
    }

    const std::size_t hash;
    std::shared_ptr<const polled_api> api;
    std::shared_ptr<poll_scope> pause; ///< shared by the groups of a scope
    duration min_interval;             ///< the service's own
    std::unordered_map<std::string, polled_job> jobs{};
    timer_queue<polled_job> queue{};
    std::shared_ptr<poll_request> list{};          ///< under way
    time_point no_list_before = time_point::min(); ///< as the server wants, or because lists are slow
    poll_times times{};
    std::size_t requests = 0;  ///< that one included
    unsigned failed_lists = 0; ///< in a row
    unsigned vain_lists = 0;   ///< in a row that showed few of the jobs that they were for
    bool can_list;
    bool is_noted_idle = false; ///< it is among those that the scheduler may forget
    poll_group* next_idle = nullptr;

    /// \throws std::bad_alloc, and nothing has changed
    polled_job& job_of(const std::string& id)
    {
        const auto place = jobs.try_emplace(id).first;
        auto& job = place->second;
        job.group = this;
        job.id = &place->first;
        return job;
    }

    [[nodiscard]] bool is_for(const polled_api& other) const
    {
        return other.api() == api->api() && other.scope() == api->scope() && api->is_same_service(other);
    }

    /// Whether one list is cheaper than asking for each job, and includes this one. A wait that would be over before
    /// the list is gets a poll of its own.
    [[nodiscard]] bool is_listed(const polled_job& job, time_point now) const
    {
        return can_list && jobs.size() >= poll_request::fewest_for_a_list && now >= no_list_before &&
               now >= job.not_before && !job.must_be_fetched &&
               (api->lists() == listing::whole || !job.needs_whole()) &&
               after(now, times.next_list(now)) < job.first_deadline();
    }

    /// A list request begins, for all jobs that it can include. Returns for how long it may let calls go first.
    duration put_on(const std::shared_ptr<poll_request>& f) noexcept
    {
        list = f;
        auto yields = no_timeout;
        for (auto& [id, job] : jobs)
            if (!job.request && is_listed(job, f->begun)) {
                queue.remove(job);
                yields = std::min(yields, job.put_on(f));
            }
        return yields;
    }

    void enqueue(polled_job& job) noexcept { queue.put(job, job.due()); }

    /// A list is over, or given up: who came meanwhile has not been asked for.
    void enqueue_all() noexcept
    {
        for (auto& [id, job] : jobs)
            if (!job.request)
                enqueue(job);
    }

    /// When the next poll may be made: never while the one that goes ahead is under way.
    [[nodiscard]] time_point next() const
    {
        if (queue.empty() || pause->is_probing())
            return time_point::max();
        return std::max(queue.next(), pause->until());
    }

    [[nodiscard]] bool is_idle() const { return jobs.empty() && requests == 0; }

    [[nodiscard]] time_point latest_deadline() const
    {
        auto last = time_point::min();
        for (const auto& [id, job] : jobs)
            last = std::max(last, job.latest_deadline());
        return last;
    }

    /// Notes what a list says of each job that it was for, and returns the first of them. An end without details does
    /// not count.
    [[nodiscard]] polled_job* take(const poll_request& from, std::vector<listed_job>& items) noexcept
    {
        for (auto& item : items) {
            const auto found = jobs.find(item.id);
            const auto tells = api->lists() == listing::whole || !item.view.is_finished;
            if (found != jobs.end() && found->second.request.get() == &from && tells)
                found->second.listed = &item.view;
        }
        polled_job* first = nullptr;
        for (auto& [id, job] : jobs)
            if (job.request.get() == &from)
                job.next_served = std::exchange(first, &job);
        return first;
    }

  private:
    std::size_t place_in_scope_;
};

inline const std::shared_ptr<const polled_api>& poll_waiter::shared_api() const noexcept
{
    return job_->group->api;
}

inline bool poll_waiter::is_first_to_report(const job_view& seen)
{
    auto& reported = job_->reported;
    if (reported && job_->group->api->is_same(reported.get(), seen.job.get()))
        return false;
    reported = seen.job;
    return true;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_queue.hpp

namespace cojob::detail {

/// Which poll of a scheduler is the next: groups by when the first of their jobs may be polled, jobs in their groups.
/// Only `group_of` takes memory: what has found its group is ordered, moved and removed without a failure.
class poll_queue {
  public:
    /// Found by a hash: a client may wait on as many services as it has tenants.
    poll_group& group_of(const std::shared_ptr<const polled_api>& api, time_point now)
    {
        const auto hash = api->hash() ^ std::hash<std::string>()(api->scope());
        auto [found, end] = groups_.equal_range(hash);
        for (; found != end; ++found)
            if (found->second.is_for(*api))
                return found->second;
        auto& made = groups_
                         .emplace(std::piecewise_construct, std::forward_as_tuple(hash),
                                  std::forward_as_tuple(hash, api, scope_of(*api, now)))
                         ->second;
        note_idle(made); // until a job is in it
        return made;
    }

    void enqueue(polled_job& job) noexcept
    {
        job.group->enqueue(job);
        reorder(*job.group);
    }

    /// Somebody wants it then, or sooner.
    void hasten(polled_job& job, time_point due) noexcept
    {
        if (job.due_at() <= due)
            return;
        job.group->queue.put(job, due);
        reorder(*job.group);
    }

    /// A job that nobody waits for.
    void remove(polled_job& job) noexcept
    {
        auto& group = *job.group;
        group.queue.remove(job);
        group.jobs.erase(group.jobs.find(*job.id));
        note_idle(group);
        reorder(group);
    }

    /// A poll of the group is over.
    void ended(poll_group& group) noexcept
    {
        --group.requests;
        note_idle(group);
    }

    void reorder(poll_group& group) noexcept
    {
        const auto ready = group.next();
        if (ready == time_point::max())
            order_.remove(group);
        else
            order_.put(group, ready);
    }

    /// After a change that concerns all services of a scope.
    void reorder(const poll_scope& changed) noexcept
    {
        for (auto* const group : changed.groups)
            reorder(*group);
    }

    /// When the next poll may be made; the end of time for none.
    [[nodiscard]] time_point next() const noexcept { return order_.next(); }

    /// Whose poll that is, when there is one.
    [[nodiscard]] poll_group& front() noexcept { return order_.front(); }

    /// A service holds its client, and the client this: nothing of a service stays when nobody waits.
    void forget_idle() noexcept
    {
        while (auto* const group = idle_) {
            idle_ = group->next_idle;
            group->is_noted_idle = false;
            if (!group->is_idle())
                continue;
            auto place = groups_.lower_bound(group->hash);
            while (&place->second != group)
                ++place;
            groups_.erase(place);
        }
    }

    [[nodiscard]] bool is_idle(time_point now) const
    {
        auto is_paused = false;
        scopes_.each([&](const poll_scope& scope) { is_paused = is_paused || scope.is_on(now); });
        return groups_.empty() && !is_paused;
    }

  private:
    void note_idle(poll_group& group) noexcept
    {
        if (!group.is_idle() || std::exchange(group.is_noted_idle, true))
            return;
        group.next_idle = std::exchange(idle_, &group);
    }

    /// A scope that nobody used for longer than its last pause is as if it were new.
    std::shared_ptr<poll_scope> scope_of(const polled_api& api, time_point now)
    {
        const auto is_over = [now](const poll_scope& scope) { return scope.groups.empty() && !scope.is_on(now); };
        if (auto known = scopes_.find(api.scope()); known && !is_over(*known))
            return known;
        if (scopes_.size() >= clean_at_) {
            scopes_.erase_unused_if(is_over);
            clean_at_ = std::max<std::size_t>(16, 2 * scopes_.size());
        }
        auto made = share<poll_scope>();
        scopes_.put(api.scope(), made);
        return made;
    }

    name_map<poll_scope> scopes_;
    std::size_t clean_at_ = 16;
    std::multimap<std::size_t, poll_group> groups_; // by what is equal for equal services; all refer to them
    timer_queue<poll_group> order_;
    poll_group* idle_ = nullptr; // the first of those that may be
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_roster.hpp

namespace cojob::detail {

/// Who waits for which poll of a scheduler, which polls are in flight, and who gets which answer. It starts none and
/// has no timer. Only its queue takes memory, for a job that is new to it: an answer always reaches those who wait.
class poll_roster {
  public:
    poll_roster() = default;
    poll_roster(const poll_roster&) = delete;
    poll_roster& operator=(const poll_roster&) = delete;

    poll_queue queue;

    [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }
    [[nodiscard]] time_point next_deadline() const noexcept { return deadlines_.next(); }

    /// A job that is polled already gives the newcomer its next answer, one interval after the last.
    void join(poll_waiter& waiter, polled_job& job, poll_waiter::terms terms, time_point now) noexcept
    {
        auto& group = *job.group;
        job.add(waiter);
        if (job.last_answer)
            terms.due = job.next_for(terms);
        waiter.terms_ = terms;
        deadlines_.put(waiter, terms.deadline);
        if (group.pause->is_on(now) && is_in_vain(group.pause->asked_until(), terms.deadline, now))
            fail_throttled(waiter);
        else if (!job.request)
            queue.hasten(job, terms.due);
    }

    /// Whether it was there. A poll that nobody waits for any more is ended.
    bool leave(poll_waiter& waiter) noexcept
    {
        if (!waiter.job_)
            return false;
        drop(waiter);
        return true;
    }

    /// A poll of a job begins, or, without one, of a list that stands for those that may be listed.
    void take_off(const std::shared_ptr<poll_request>& request) noexcept
    {
        auto& group = request->group;
        request->is_probe = group.pause->begin();
        ++under_way_;
        ++group.requests;
        if (auto* const job = request->job) {
            group.queue.remove(*job);
            request->yield_for(job->put_on(request));
        } else {
            request->yield_for(group.put_on(request));
        }
        if (request->is_probe) // the others have to wait for it
            queue.reorder(*group.pause);
        else
            queue.reorder(group);
    }

    void end(poll_request& request) noexcept
    {
        --under_way_;
        queue.ended(request.group);
        request.group.pause->ended(request.is_probe);
        if (!request.job)
            request.group.list.reset();
    }

    void deliver(polled_job& job, const poll_answer& answer, time_point now) noexcept
    {
        job.request.reset();
        job.space_out(now);
        for (auto* waiter = job.first; waiter; waiter = waiter->next_) { // an observer may start waits, which come last
            if (!std::exchange(waiter->is_expecting_, false))
                continue;
            const auto next = waiter->answered(answer);
            waiter->is_leaving_ = !next;
            waiter->terms_.due = next.value_or(time_point::max());
        }
        for (auto* waiter = job.first; waiter;) {
            auto* const next = waiter->next_;
            const auto is_alone = job.first == job.last();
            if (std::exchange(waiter->is_leaving_, false)) {
                drop(*waiter);
                if (is_alone) // and the job is gone
                    return;
            }
            waiter = next;
        }
        if (answer.is_list && answer.failure.code() && job.due() <= now)
            job.must_be_fetched = true; // there is no time for another list
        queue.enqueue(job);
    }

    void deliver_list(poll_request& request, poll_answer& answer, std::vector<listed_job> listed,
                      time_point now) noexcept
    {
        auto& group = request.group;
        const auto has_failed = answer.failure.code() || answer.thrown;
        // A list is an offer: where it fails for good, or twice in a row, each job is asked for by itself. That would
        // repeat what must not be repeated.
        const auto has_passed = !has_failed || answer.failure.code() == errc::rate_limited;
        group.failed_lists = has_passed ? 0 : group.failed_lists + 1;
        group.can_list = has_passed || (!answer.thrown && may_pass(answer.failure) && group.failed_lists < 2);
        for (auto* served = group.take(request, listed); served;) {
            auto& job = *std::exchange(served, served->next_served);
            auto* const seen = std::exchange(job.listed, nullptr);
            answer.view = seen ? std::move(*seen) : job_view();
            if (has_failed ? group.can_list || answer.failure.is_final : answer.view.job != nullptr) {
                ++request.served;
                deliver(job, answer, now);
                continue;
            }
            job.request.reset(); // it says neither how a job ended nor that one does not exist
            job.hurry(now);
        }
        group.enqueue_all();
    }

    /// The machine slept, or the process stood still, over polls and deadlines: who would be told now that his time is
    /// up gets one poll more, since what was seen last may be hours old. A poll that was slept through is none: it is
    /// as old, or dead.
    void grant_last_polls(time_point now) noexcept
    {
        constexpr auto time_to_answer = std::chrono::seconds(10);
        auto* waiter = deadlines_.first();
        while (waiter && waiter->due_at() <= now) {
            auto* const next = deadlines_.next_of(*waiter);
            waiter->is_expecting_ = false;
            waiter->terms_.due = now;
            waiter->terms_.deadline = now + time_to_answer;
            deadlines_.put(*waiter, waiter->terms_.deadline);
            if (!waiter->job_->request) // else when that has completed
                queue.hasten(*waiter->job_, now);
            waiter = next;
        }
    }

    void time_out(time_point now) noexcept
    {
        while (!deadlines_.empty() && deadlines_.next() <= now) {
            auto& waiter = deadlines_.front();
            const auto request = waiter.is_expecting_ ? waiter.job_->request : nullptr;
            const auto reached = request ? request->progress() : std::nullopt;
            drop(waiter);
            waiter.timed_out(reached, request != nullptr);
        }
    }

    void fail_throttled_waiters(const poll_scope& paused, time_point now) noexcept
    {
        const auto asked_until = paused.asked_until();
        const auto is_for_the_endless = is_in_vain(asked_until, time_point::max(), now); // who stand at the end
        auto* waiter = deadlines_.first();
        while (waiter && (is_for_the_endless || waiter->due_at() <= asked_until)) {
            auto* const next = deadlines_.next_of(*waiter);
            if (waiter->job_->group->pause.get() == &paused && !waiter->is_expecting_ &&
                is_in_vain(asked_until, waiter->terms_.deadline, now))
                fail_throttled(*waiter);
            waiter = next;
        }
    }

    void fail(polled_job& job, const std::exception_ptr& why) noexcept
    {
        for (auto* waiter = job.last(); waiter;) { // the job goes with the one who came first
            auto* const before = waiter == job.first ? nullptr : waiter->previous_;
            fail(*waiter, why);
            waiter = before;
        }
    }

    void fail_all(const std::exception_ptr& why) noexcept
    {
        while (!deadlines_.empty())
            fail(deadlines_.front(), why);
    }

  private:
    void drop(poll_waiter& waiter) noexcept
    {
        auto& job = *waiter.job_;
        auto& group = *job.group;
        deadlines_.remove(waiter);
        job.remove(waiter);
        if (job.first)
            return;
        if (job.request && --job.request->expected == 0) {
            const auto request = job.request;
            request->abandon();
            end(*request);
            if (!request->job)
                group.enqueue_all();
            if (request->is_probe)
                queue.reorder(*group.pause);
        }
        queue.remove(job);
    }

    void fail(poll_waiter& waiter, const std::exception_ptr& why) noexcept
    {
        drop(waiter);
        waiter.failed(why);
    }

    void fail_throttled(poll_waiter& waiter) noexcept
    {
        const auto asked_until = waiter.job_->group->pause->asked_until();
        drop(waiter);
        waiter.fail_throttled(asked_until);
    }

    std::size_t under_way_ = 0;
    timer_queue<poll_waiter> deadlines_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_scheduler.hpp

namespace cojob::detail {

/// Schedules all polls of a client to one server, on the client's strand, with one timer. The most overdue goes first,
/// and no more are under way than leave half of the connections to other calls, so that polls need not queue for one.
class poll_scheduler final : public poll_sender {
  public:
    explicit poll_scheduler(client_state& state)
        : state_(state), most_(std::max<std::size_t>(1, state.options.pool.max_connections / 2))
    {
    }
    poll_scheduler(const poll_scheduler&) = delete;
    poll_scheduler& operator=(const poll_scheduler&) = delete;

    /// \throws what prevents it, std::bad_alloc mostly; nothing has changed then
    void join(poll_waiter& waiter, const std::shared_ptr<const polled_api>& api, const std::string& id,
              const poll_waiter::terms& terms)
    {
        try {
            roster_.join(waiter, roster_.queue.group_of(api, now()).job_of(id), terms, now());
        } catch (...) {
            if (!is_at_work())
                roster_.queue.forget_idle(); // a group that was made for it holds its client, and this scheduler
            throw;
        }
        arm(); // cannot fail: every waiter that has joined gets its end
    }

    /// The others are not disturbed.
    void leave(poll_waiter& waiter) noexcept
    {
        if (roster_.leave(waiter))
            arm();
    }

    void completed(poll_request& request, poll_answer answer, std::vector<listed_job> listed) noexcept override
    {
        is_delivering_ = true;
        deliver(request, std::move(answer), std::move(listed));
        is_delivering_ = false;
        start_due();
    }

    [[nodiscard]] bool is_idle() const { return roster_.queue.is_idle(now()); }

  private:
    [[nodiscard]] time_point now() const { return state_.time().now(); }

    /// Waiters or queues are being gone through. An observer or a service may start waits meanwhile: they must neither
    /// end others nor have groups forgotten. In the end `start_due` arms.
    [[nodiscard]] bool is_at_work() const noexcept { return is_delivering_ || is_starting_; }

    void deliver(poll_request& request, poll_answer answer, std::vector<listed_job> listed) noexcept
    {
        notice_a_sleep();
        answer.is_slept_through = has_slept_since(request.completes_by);
        auto& paused = *request.group.pause;
        roster_.end(request);
        const auto has_failed = answer.failure.code() || answer.thrown;
        const auto is_throttled = answer.failure.code() == errc::rate_limited;
        if (is_throttled)
            pause(request.group, answer);
        else if (!has_failed)
            paused.succeeded(request.begun);
        auto& not_before = request.job ? request.job->not_before : request.group.no_list_before;
        not_before = after(now(), believed_delay(answer));
        if (request.job)
            roster_.deliver(*request.job, answer, now());
        else
            roster_.deliver_list(request, answer, std::move(listed), now());
        if (!has_failed && !answer.is_slept_through)
            note_time(request, now() - answer.begun - answer.queued);
        if (is_throttled || request.is_probe)
            roster_.queue.reorder(paused);
        else
            roster_.queue.reorder(request.group);
        if (paused.is_on(now()))
            roster_.fail_throttled_waiters(paused, now());
    }

    /// Leaves lists out for a while if single polls are faster, or lists show other jobs than those. If that is
    /// unknown, the next poll of one job is single.
    void note_time(const poll_request& request, duration took) noexcept
    {
        auto& group = request.group;
        if (request.job)
            return group.times.single_took(took);
        const auto verdict = group.times.judge(took, request.served, most_, group.min_interval);
        group.times.list_took(took, now());
        const auto shows_few = request.served * poll_request::fewest_for_a_list < request.expected;
        group.vain_lists = shows_few ? group.vain_lists + 1 : 0;
        constexpr unsigned most_vain = 2; // jobs that are still queued are on no list before one was seen
        if (verdict == poll_times::verdict::slow || group.vain_lists >= most_vain)
            group.no_list_before = std::max(group.no_list_before, now() + poll_times::rest);
        else if (auto* const first = group.queue.first(); first && verdict == poll_times::verdict::unknown)
            first->must_be_fetched = true;
    }

    /// If the alarm cannot be set, all waits end with the reason.
    void arm() noexcept
    {
        if (is_at_work())
            return;
        roster_.queue.forget_idle();
        auto next = roster_.next_deadline();
        if (roster_.under_way() < most_)
            next = std::min(next, roster_.queue.next());
        if (next == armed_)
            return;
        armed_ = time_point::max(); // until it is set
        try {
            set_alarm(next);
            armed_ = next;
            rings_at_ = std::max(next, now());
        } catch (...) {
            roster_.fail_all(std::current_exception());
            roster_.queue.forget_idle();
        }
    }

    void set_alarm(time_point next)
    {
        if (!alarm_)
            alarm_ = state_.time().make_alarm(state_.executor);
        if (next == time_point::max()) // an idle client has nothing pending
            alarm_->clear();
        else
            alarm_->set(next, [this] { ring(); });
    }

    void ring() noexcept
    {
        armed_ = time_point::max();
        notice_a_sleep();
        is_delivering_ = true;
        roster_.time_out(now());
        is_delivering_ = false;
        start_due();
    }

    /// Before any wait times out: after a sleep, the last answer may be hours old.
    void notice_a_sleep() noexcept
    {
        if (has_slept_since(rings_at_))
            roster_.grant_last_polls(now());
    }

    /// Whether what was to happen then is later than any load makes it.
    [[nodiscard]] bool has_slept_since(time_point when) const { return now() >= after(when, std::chrono::seconds(5)); }

    /// Last, whoever calls it: what it launches may complete at once, and change everything.
    void start_due() noexcept
    {
        if (std::exchange(is_starting_, true)) // it did complete at once: the loop below goes on, however many do
            return;
        while (roster_.under_way() < most_ && roster_.queue.next() <= now()) {
            auto& group = roster_.queue.front();
            auto& job = group.queue.front();
            if (job.due() > now()) // who wanted it so soon has left
                roster_.queue.enqueue(job);
            else
                start(group, job);
        }
        is_starting_ = false;
        report_lateness();
        arm();
    }

    /// What keeps the poll from being made ends the waits that it was for.
    void start(poll_group& group, polled_job& job) noexcept
    {
        try {
            const auto cannot_wait = group.list && job.last_poll_at() <= now();
            if (cannot_wait || !group.is_listed(job, now())) {
                auto id = *job.id;
                const auto until = job.latest_deadline();
                take_off(group, &job)->launch(state_, group.api, std::move(id), until);
            } else if (!group.list) {
                take_off(group, nullptr)->launch(state_, group.api, {}, group.latest_deadline());
            } else { // the next will do, if it comes in time
                group.queue.put(job, job.last_poll_at());
                roster_.queue.reorder(group);
            }
        } catch (...) {
            roster_.fail(job, std::current_exception());
        }
    }

    void report_lateness() noexcept
    {
        const auto is_late = roster_.queue.next() <= now();
        const auto was_told = std::exchange(is_stretched_, is_stretched_ && is_late);
        if (!is_late || was_told)
            return;
        auto& group = roster_.queue.front();
        const auto late = now() - group.due_at();
        is_stretched_ = late >= group.min_interval;
        auto* const observer = state_.options.observer.get();
        if (!observer || !is_stretched_)
            return;
        std::size_t waiting = 0;
        for (auto* job = group.queue.first(); job && job->due_at() <= now(); job = group.queue.next_of(*job))
            ++waiting;
        observer->on_polls_stretched({waiting, roster_.under_way(), late});
    }

    std::shared_ptr<poll_request> take_off(poll_group& group, polled_job* job)
    {
        auto request = share<poll_request>(state_, *this, group, job);
        roster_.take_off(request);
        return request;
    }

    void pause(poll_group& group, poll_answer& answer)
    {
        group.pause->throttled(now(), answer.retry_after, state_.random());
        answer.paused_until = group.pause->until();
        answer.asked_until = group.pause->asked_until();
        if (auto* const observer = state_.options.observer.get())
            observer->on_throttled({{}, {}, group.api->scope(), errc::rate_limited, answer.paused_until - now()});
    }

    client_state& state_;
    const std::size_t most_;
    poll_roster roster_;
    std::unique_ptr<alarm> alarm_;
    time_point armed_ = time_point::max();
    time_point rings_at_ = time_point::max(); // the same, or when it was set, where it was due by then
    bool is_delivering_ = false, is_starting_ = false, is_stretched_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/poll_hub.hpp

namespace cojob::detail {

/// What all waits of a client share: one poll scheduler for each server.
class poll_hub {
  public:
    poll_scheduler& scheduler_of(client_state& state, std::string_view scope)
    {
        const std::string server(server_of(scope));
        if (const auto found = schedulers_.find(server))
            return *found;
        if (schedulers_.size() >= clean_at_) {
            schedulers_.erase_unused_if([](const poll_scheduler& scheduler) { return scheduler.is_idle(); });
            clean_at_ = std::max<std::size_t>(16, 2 * schedulers_.size());
        }
        const auto made = share<poll_scheduler>(state);
        schedulers_.put(server, made);
        return *made;
    }

  private:
    /// `https://host:port` of a scope that begins with a base URL; any other scope is a server of its own.
    static std::string_view server_of(std::string_view scope)
    {
        const auto scheme = scope.find("://");
        return scheme == scope.npos ? scope : scope.substr(0, scope.find('/', scheme + 3));
    }

    name_map<poll_scheduler> schedulers_;
    std::size_t clean_at_ = 16;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/wait_subject.hpp

namespace cojob::detail {

/// What is waited for, and what is known of it.
struct wait_subject {
    std::shared_ptr<const polled_api> api{};
    std::string id{};
    job_record known{};      ///< besides what the client remembers
    bool is_resumed = false; ///< polled at once
    bool is_seen = false;    ///< it exists, whatever the next answer says

    [[nodiscard]] job_key key() const { return {std::string(api->api()), api->scope(), id}; }
};

/// Steady time of a moment in civil time; one that is to come counts as now.
inline std::optional<time_point> steady(const clock& time, const std::optional<timestamp>& when)
{
    if (!when)
        return {};
    constexpr auto longest =
        std::chrono::hours(24 * 365); // who knows what a handle says: the difference must not overflow
    const auto now = time.wall_now();
    const auto age = now - std::clamp(*when, now - longest, now);
    return time.now() - std::chrono::duration_cast<duration>(age);
}

/// \throws api_error `invalid_argument` for an id that is none, and for a handle of another API, server or project
inline wait_subject make_subject(std::shared_ptr<const polled_api> api, const job_reference& job)
{
    if (job.given() != job_reference::kind::handle) {
        check_segment(job.id(), "id");
        return {std::move(api), job.id(), {}, false, job.given() == job_reference::kind::whole};
    }
    const auto& handle = job.handle();
    check_handle(handle, api->api(), api->scope());
    const auto& time = client_state::of(api->get_client())->time();
    const job_record known{steady(time, handle.created_at), steady(time, handle.messaged_at)};
    return {std::move(api), handle.id, known, true, false};
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/wait_end.hpp

namespace cojob::detail {

/// How a wait ended: with a job, a failure, or what a service threw.
struct wait_end {
    std::unique_ptr<error_info>
        failure{}; ///< null: the job has ended. By pointer: most waits have none, most of the time
    std::shared_ptr<const void> job{};
    std::exception_ptr thrown{};
    std::size_t order = 0; ///< among several, counted from 1; 0: it was given up

    [[nodiscard]] bool is_success() const noexcept { return !failure && !thrown; }
};

inline wait_end failed_wait(error_info failure)
{
    return {.failure = std::make_unique<error_info>(std::move(failure))};
}

/// Hears of a wait, on the client's strand, and must leave it alone meanwhile.
class wait_listener {
  public:
    wait_listener() = default;
    wait_listener(const wait_listener&) = delete;
    wait_listener& operator=(const wait_listener&) = delete;
    virtual ~wait_listener() = default;

    /// Whether `changed` is to be called. A wait then keeps the job as it was seen last, to compare.
    [[nodiscard]] virtual bool wants_changes() const noexcept { return false; }
    virtual void changed(const job_view&) {}
    virtual void ended(wait_end&) = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/wait_report.hpp

namespace cojob::detail {

/// Tells an observer of one wait.
class wait_report {
  public:
    wait_report(const client_state& state, const wait_subject& subject)
        : observer_(state.options.observer.get()), subject_(subject)
    {
        if (observer_)
            told_ = std::make_unique<told>(told{.id = subject.id});
    }

    void poll_has_ended() noexcept { ++polls_; }

    /// A poll that failed knows the key, and says the id without it.
    void show_id(const std::string& id)
    {
        if (observer_ && !id.empty())
            told_->id = id;
    }

    /// The next poll is made after that; zero: there is none.
    void poll(std::string_view status, error_code failure, duration next_in) const
    {
        if (observer_)
            observer_->on_poll(
                {subject_.api->api(), told_->id, failure ? std::string_view() : status, failure, polls_, next_in});
    }

    [[nodiscard]] bool has_listener() const noexcept { return observer_ != nullptr; }

    void job(const job_view& seen, bool is_change)
    {
        if (!observer_)
            return;
        if (seen.is_unknown && is_news(seen.status))
            observer_->on_unknown_status({subject_.api->api(), told_->id, seen.status});
        if (is_change)
            observer_->on_job_changed({subject_.api->api(), told_->id, seen.status, {}, polls_, {}});
    }

  private:
    /// Unknown states that are reported: a server must not fill the memory with states it makes up.
    static constexpr std::size_t max_unknown = 16;

    [[nodiscard]] bool is_news(const std::string& status)
    {
        auto& known = told_->unknown;
        if (std::find(known.begin(), known.end(), status) != known.end() || known.size() >= max_unknown)
            return false;
        known.push_back(status);
        return true;
    }

    struct told {
        std::string id{}; ///< as it is shown: a key may be where an id should be
        std::vector<std::string> unknown{};
    };

    observer* observer_;
    const wait_subject& subject_;
    std::unique_ptr<told> told_; // null without an observer
    unsigned polls_ = 0;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/job_wait.hpp

namespace cojob::detail {

/// One wait for one job, on the client's strand: what its answers mean, when it wants the next, and how it ends.
class job_wait final : public poll_waiter {
  public:
    job_wait(client_state& state, wait_subject subject, const wait_options& options, wait_listener& listener)
        : state_(state), subject_(std::move(subject)), on_unknown_(options.on_unknown), listener_(listener),
          memory_(*state.extension<job_memory>()),
          plan_(merge(options.schedule, subject_.api->default_schedule()), options.timeout, now(), options.patience),
          rule_(plan_.schedule().min_interval, options.settle), report_(state, subject_),
          last_(report_.has_listener() || listener.wants_changes() || options.settle != duration::zero())
    {
        const auto known = recall();
        is_known_ = known.created || known.messaged || subject_.is_seen;
        next_ = subject_.is_resumed ? now() : plan_.first(now(), std::max(known.created, known.messaged));
        report_poll({});
    }
    job_wait(const job_wait&) = delete;
    job_wait& operator=(const job_wait&) = delete;
    ~job_wait() { pause(); }

    /// Joins the poll scheduler; a wait whose time is over already ends.
    void resume(bool needs_whole_jobs = false)
    {
        if (end_ || scheduler_)
            return;
        auto& scheduler = state_.extension<poll_hub>()->scheduler_of(state_, subject_.api->scope());
        scheduler.join(*this, subject_.api, subject_.id,
                       {std::max(*next_, now()), plan_.deadline(), plan_.last_poll_at(), plan_.schedule().min_interval,
                        needs_whole_jobs});
        if (end_) // it was shut out
            return;
        scheduler_ = &scheduler;
        subject_.api = shared_api(); // every wait would keep one of its own
    }

    /// Leaves it. What it knows, it keeps.
    void pause()
    {
        if (auto* const scheduler = std::exchange(scheduler_, nullptr))
            scheduler->leave(*this);
    }

    [[nodiscard]] const std::optional<wait_end>& end() const noexcept { return end_; }
    [[nodiscard]] wait_end take_end() { return std::move(*end_); }

    /// What it ends with when it is given up: what is known, and not a failure of the job.
    [[nodiscard]] error_info about_job(error_info failure) const
    {
        if (failure.job_id.empty()) // else a call has said it, without its key
            failure.job_id = subject_.id;
        failure.job_status = last_.status();
        return failure;
    }

  private:
    using next_poll = std::optional<time_point>;

    [[nodiscard]] time_point now() const { return state_.time().now(); }

    [[nodiscard]] job_record recall() const
    {
        auto known = memory_.find(subject_.key(), now());
        known.created = std::max(known.created, subject_.known.created);
        known.messaged = std::max(known.messaged, subject_.known.messaged);
        return known;
    }

    [[nodiscard]] next_poll answered(const poll_answer& answer) noexcept override
    {
        try {
            note_poll(answer);
            if (answer.thrown)
                std::rethrow_exception(answer.thrown);
            next_ = answer.failure.code() ? after_failure(answer) : after_answer(answer);
            if (!next_ && !end_)
                give_up(answer.reached);
            report_poll(answer.failure.code());
        } catch (...) { // a service's own, or of its jobs' comparison
            end_ = wait_end{.thrown = std::current_exception()};
        }
        if (end_)
            return over();
        polls_last_at(plan_.last_poll_at());
        return next_;
    }

    /// Time in which the poll only queued here, for its turn among all polls and for a connection, is not the server's;
    /// nor is that of a poll that was never sent, or that the machine slept through.
    void note_poll(const poll_answer& answer)
    {
        report_.poll_has_ended();
        report_.show_id(answer.failure.job_id);
        const auto late = next_ ? std::max(answer.begun - *next_, duration::zero()) : duration::zero();
        const auto own = is_unsent(answer) || answer.is_slept_through ? now() - answer.begun : answer.queued;
        plan_.excuse(late + own);
        if (!is_unsent(answer))
            plan_.poll_begins(after(answer.begun, own));
    }

    void timed_out(std::optional<phase> reached, bool is_under_way) noexcept override
    {
        end_by([&] {
            give_up(is_under_way ? reached : phase::queued);
            report_poll({});
        });
    }

    void fail_throttled(time_point asked_until) noexcept override
    {
        end_by([&] {
            error_info failure(errc::rate_limited, "the server's pause is longer than the wait's time");
            failure.http_status = 429;
            end_throttled(std::move(failure), asked_until);
            report_poll(errc::rate_limited);
        });
    }

    void failed(std::exception_ptr thrown) noexcept override
    {
        end_by([&] { std::rethrow_exception(thrown); });
    }

    /// A failure that cannot be described for lack of memory ends the wait as `std::bad_alloc`.
    template <class Function>
    void end_by(Function how) noexcept
    {
        try {
            how();
        } catch (...) {
            end_ = wait_end{.thrown = std::current_exception()};
        }
        over();
    }

    void end_throttled(error_info failure, time_point asked_until)
    {
        failure.retry_at = state_.time().wall_now() + (asked_until - now());
        fail(std::move(failure));
    }

    /// No further answer will come. An end that is still settling is then the best result there is.
    void fail(error_info failure)
    {
        end_ = rule_.settles_at() ? wait_end{.job = last_.job()} : failed_wait(about_job(std::move(failure)));
    }

    next_poll over()
    {
        scheduler_ = nullptr;
        next_.reset();
        listener_.ended(*end_);
        return {};
    }

    next_poll after_answer(const poll_answer& answer)
    {
        constexpr std::size_t max_status = 256;
        auto seen = answer.view;
        series_.answered();
        is_known_ = true;
        rule_.message_sent(recall().messaged);
        const auto is_over = rule_.accepts(seen.is_finished, seen.status, answer.begun, now());
        if (const auto settled = rule_.settled_message()) {
            memory_.settled(subject_.key(), *settled);
            if (subject_.known.messaged == settled)
                subject_.known.messaged.reset();
        }
        seen.status = cut_at_character(seen.status, max_status);
        const auto is_change = last_.note(seen, *subject_.api);
        report_.job(seen, is_change && report_.has_listener() && is_first_to_report(seen));
        if (is_over || (seen.is_unknown && on_unknown_ == unknown_status::stop)) {
            end_ = wait_end{.job = seen.job};
            return {};
        }
        if (is_change && listener_.wants_changes())
            listener_.changed(seen);
        const auto next = plan_.answered(now(), believed_delay(answer), state_.random());
        const auto settles = rule_.settles_at();
        const auto soonest = after(now(), std::max(plan_.schedule().min_interval, believed_delay(answer)));
        return next && settles ? std::min(*next, std::max(*settles, soonest)) : next;
    }

    next_poll after_failure(const poll_answer& answer)
    {
        const auto& failure = answer.failure;
        const auto is_cut =
            failure.code() == errc::deadline_exceeded || failure.code() == asio::error::operation_aborted;
        if (is_cut && now() >= plan_.deadline())
            return {};
        // A list is an offer, and an unsent poll has asked nobody: neither says anything.
        if (answer.is_list && failure.code() != errc::rate_limited && !failure.is_final)
            return plan_
                .postponed(now(), std::min(believed_delay(answer), plan_.schedule().max_interval), state_.random())
                .value_or(now());
        if (is_unsent(answer))
            return plan_.postponed(now(), {}, state_.random());
        last_failure_ = std::make_unique<error_info>(failure);
        const auto kind = kind_of(failure);
        if (kind == poll_failure::throttled)
            return after_throttling(answer);
        const auto is_odd = kind == poll_failure::odd;
        const auto hint = is_odd ? delay_of_odd(answer) : believed_delay(answer);
        if (!bears(kind, failure) || (!is_odd && plan_.is_in_vain(now(), after(now(), hint)))) {
            fail(failure);
            return {};
        }
        return plan_.failed(now(), hint, state_.random(), is_silence(failure));
    }

    /// One odd answer says as little by its hint: that neither ends the wait nor costs it its last poll.
    [[nodiscard]] duration delay_of_odd(const poll_answer& answer) const
    {
        const auto left = std::max(plan_.last_poll_at() - now(), duration::zero());
        return std::min({believed_delay(answer), plan_.schedule().max_interval, left});
    }

    next_poll after_throttling(const poll_answer& answer)
    {
        if (!plan_.is_in_vain(now(), answer.asked_until))
            return plan_.throttled(now(), answer.paused_until, state_.random());
        end_throttled(answer.failure, answer.asked_until);
        return {};
    }

    /// A mistyped id never appears and ends its wait at once; a job that is known to exist is not gone because one
    /// answer says so.
    [[nodiscard]] bool bears(poll_failure kind, const error_info& failure)
    {
        if (kind == poll_failure::odd && is_known_)
            return !series_.goes_on_too_long(now());
        series_.failed();
        return may_pass(failure);
    }

    /// The time is up. `reached`: of a poll that is still under way.
    void give_up(std::optional<phase> reached) { fail(late_wait(plan_, reached, last_failure_.get())); }

    void report_poll(error_code failure) const
    {
        const auto wait = next_ && !end_ ? std::max(*next_ - now(), duration(1)) : duration::zero();
        report_.poll(last_.status(), failure, wait);
    }

    client_state& state_;
    wait_subject subject_;
    unknown_status on_unknown_;
    bool is_known_ = false; ///< that there is such a job
    wait_listener& listener_;
    job_memory& memory_;
    poll_plan plan_;
    end_rule rule_;
    answer_series series_;
    wait_report report_;
    poll_scheduler* scheduler_ = nullptr;
    optional_time next_;
    last_seen last_;
    std::unique_ptr<error_info> last_failure_;
    std::optional<wait_end> end_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/running_waits.hpp

namespace cojob::detail {

class running_waits;

/// A wait that `client::close()` and a fork stop.
class running_wait {
  public:
    running_wait() = default;
    running_wait(const running_wait&) = delete;
    running_wait& operator=(const running_wait&) = delete;

    /// It is on the list no more. Must not end others at once.
    virtual void stop() = 0;

  protected:
    ~running_wait() = default; // off the list, which the client has

    /// If it is on the list.
    inline void leave_list() noexcept;

  private:
    friend class running_waits;

    running_waits* list_ = nullptr; // null: it is on none
    running_wait* next_ = nullptr;
    running_wait* previous_ = nullptr; // of the first: the last
};

/// The running waits of a client, on its strand. To the client they are one operation: one for each would be a tenth of
/// what a wait takes.
class running_waits {
  public:
    /// Whether the wait may run: the client is not closed.
    [[nodiscard]] bool add(client_state& client, running_wait& wait)
    {
        client.notice_fork(); // the parent's waits leave
        if (!running_)
            begin(client);
        if (operation_->is_stopped()) {
            end();
            return false;
        }
        wait.list_ = this;
        wait.previous_ = first_ ? std::exchange(first_->previous_, &wait) : &wait;
        (first_ ? wait.previous_->next_ : first_) = &wait;
        return true;
    }

    void remove(running_wait& wait) noexcept
    {
        (&wait == first_ ? first_ : wait.previous_->next_) = wait.next_;
        if (auto* const behind = wait.next_ ? wait.next_ : first_)
            behind->previous_ = wait.previous_;
        wait.list_ = nullptr;
        wait.next_ = nullptr;
        if (!first_)
            end();
    }

  private:
    void begin(client_state& client)
    {
        operation_ = share<operation>(client.alarm);
        operation_->slot().assign([this](asio::cancellation_type) { stop_all(); });
        running_.emplace(client, operation_);
    }

    void end() noexcept
    {
        running_.reset();
        operation_.reset();
    }

    void stop_all()
    {
        const auto alive = operation_; // the last to leave ends it
        while (first_) {
            auto& wait = *first_;
            remove(wait);
            wait.stop();
        }
    }

    std::shared_ptr<operation> operation_; // null: there is none
    std::optional<client_state::running_guard> running_;
    running_wait* first_ = nullptr;
};

inline void running_wait::leave_list() noexcept
{
    if (list_)
        list_->remove(*this);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/wait_set.hpp

namespace cojob::detail {

/// When a wait for several jobs is over.
enum class set_goal { all_end, one_ends };

/// What waits begin with. It is freed then.
struct wait_request {
    std::vector<wait_subject> subjects;
    wait_options options;
};

/// Waits for one or several jobs of one service, as one operation on the client's strand: an entry in the poll
/// scheduler for each job, and no coroutine. The caller has it too, for what it brings.
class wait_set final : public wait_listener, public running_wait, public std::enable_shared_from_this<wait_set> {
  public:
    wait_set(std::shared_ptr<client_state> c, std::unique_ptr<wait_request> r, set_goal g)
        : client_(std::move(c)), request_(std::move(r)), goal_(g),
          over_(client_->executor, asio::steady_timer::time_point::max())
    {
    }

    wait_set(const wait_set&) = delete;
    wait_set& operator=(const wait_set&) = delete;
    ~wait_set() override { leave_list(); }

    /// Runs it, and completes on the strand. In a child that was forked before it got there, it is given up.
    void start(std::shared_ptr<completion> to)
    {
        run_soon(client_->executor, [self = shared_from_this(), to = std::move(to), made_in = fork_mark()] {
            self->is_stopped_ = self->is_stopped_ || made_in.is_of_a_parent();
            self->begin(to);
        });
    }

    /// From any thread. It is decided on the strand.
    void cancel(asio::cancellation_type type)
    {
        if (type != asio::cancellation_type::none)
            asio::dispatch(client_->executor, [self = shared_from_this()] { self->stop(); });
    }

    /// Whether there is nothing to run, because the client is closed. Every wait is given up then.
    [[nodiscard]] bool is_refused()
    {
        if (!client_->is_closed())
            return false;
        for (auto& subject : request_->subjects) {
            ends_.push_back(failed_wait(error_code(asio::error::operation_aborted)));
            ends_.back().failure->job_id = std::move(subject.id);
        }
        return true;
    }

    /// One for each subject, once it has completed.
    [[nodiscard]] std::vector<wait_end> take_ends() { return std::move(ends_); }

  private:
    /// The pending timer owns the operation, as the context owns the timer: if the context is destroyed, so is this,
    /// and the caller's coroutine, which `to` has. Nothing here may own `to`: that coroutine owns this.
    void begin(const std::shared_ptr<completion>& to)
    {
        std::exception_ptr thrown;
        try {
            is_stopped_ = !client_->extension<running_waits>()->add(*client_, *this) || is_stopped_;
            begin_waits();
            if (!is_stopped_ && !is_over_)
                return over_.async_wait([self = shared_from_this(), to](error_code) { self->finish(*to, {}); });
        } catch (...) {
            thrown = std::current_exception();
        }
        finish(*to, std::move(thrown));
    }

    void begin_waits()
    {
        const auto request = std::exchange(request_, nullptr);
        total_ = request->subjects.size();
        for (auto& subject : request->subjects)
            waits_.emplace_back(*client_, std::move(subject), request->options, *this);
        for (auto& wait : waits_)
            if (!is_over_)
                wait.resume();
    }

    void finish(completion& to, std::exception_ptr thrown)
    {
        try {
            if (!thrown)
                collect_ends();
        } catch (...) {
            thrown = std::current_exception();
        }
        waits_.clear(); // here: the caller, who has this too, is not on the strand
        leave_list();
        to.complete(std::move(thrown));
    }

    void collect_ends()
    {
        ends_.reserve(waits_.size());
        for (auto& wait : waits_) {
            wait.pause();
            ends_.push_back(wait.end() ? wait.take_end() : given_up(wait));
        }
    }

    static wait_end given_up(const job_wait& wait)
    {
        return failed_wait(wait.about_job(error_code(asio::error::operation_aborted)));
    }

    /// The completion comes later.
    void stop() override
    {
        is_stopped_ = true;
        over_.cancel();
    }

    /// The poll scheduler is at work: the completion comes later.
    void ended(wait_end& end) override
    {
        end.order = ++ended_;
        is_over_ = is_over_ || ended_ == total_ || (goal_ == set_goal::one_ends && end.is_success());
        if (is_over_)
            over_.cancel();
    }

    const std::shared_ptr<client_state> client_;
    std::unique_ptr<wait_request> request_; // null once they have begun
    const set_goal goal_;
    bool is_over_ = false, is_stopped_ = false;
    std::size_t ended_ = 0, total_ = 0;
    asio::steady_timer over_;   // never rings: to cancel it completes the operation, which takes no memory then
    std::list<job_wait> waits_; // a list: the poll scheduler refers to them
    std::vector<wait_end> ends_;
};

/// Awaitable. Runs the waits on the client's strand and returns to the caller's executor, as `hop` does with a
/// coroutine.
[[nodiscard]] inline auto run_waits(std::shared_ptr<wait_set> waits)
{
    auto initiation = [](auto handler, const std::shared_ptr<wait_set>& run) {
        using back_type = return_to_caller<decltype(handler)>;
        std::shared_ptr<back_type> back;
        try {
            auto slot = asio::get_associated_cancellation_slot(handler);
            if (slot.is_connected())
                // Not an owner: the caller's signal may outlive the context.
                slot.assign([weak = std::weak_ptr(run)](asio::cancellation_type type) {
                    if (const auto live = weak.lock())
                        live->cancel(type);
                });
            back = std::make_shared<back_type>(std::move(handler));
            run->start(back);
        } catch (...) { // out of here it would end in `run()`, and the caller would never go on
            if (!back)
                back_type(std::move(handler)).complete(std::current_exception());
            else
                back->complete(std::current_exception());
        }
    };
    return asio::async_initiate<const asio::deferred_t, void(std::exception_ptr)>(initiation, asio::deferred,
                                                                                  std::move(waits));
}

/// \throws api_error invalid_argument
inline void check_options(const wait_options& options, const poll_schedule& service)
{
    if (options.timeout <= duration::zero())
        throw_invalid_argument("wait_options::timeout: must be more than zero; use no_timeout for no limit");
    if (options.patience <= duration::zero())
        throw_invalid_argument("wait_options::patience: must be more than zero; use no_timeout for no limit");
    if (options.settle < duration::zero())
        throw_invalid_argument("wait_options::settle: must not be negative");
    merge(options.schedule, service);
}

/// The subjects are of one service, and at least one. \throws api_error invalid_argument
inline std::shared_ptr<wait_set> make_wait_set(std::vector<wait_subject> subjects, const wait_options& options,
                                               set_goal goal)
{
    const auto& api = *subjects.front().api;
    check_options(options, api.default_schedule());
    auto client = client_state::of(api.get_client());
    auto request = std::make_unique<wait_request>(wait_request{std::move(subjects), options});
    return share<wait_set>(std::move(client), std::move(request), goal);
}

/// On the caller's executor.
inline asio::awaitable<std::vector<wait_end>> wait_for_ends(std::vector<wait_subject> subjects, wait_options options,
                                                            set_goal goal)
{
    co_await accept_every_cancellation();
    const auto waits = make_wait_set(std::move(subjects), options, goal);
    if (!waits->is_refused())
        co_await run_waits(waits);
    co_return waits->take_ends();
}

/// The job, or the failure as an exception.
inline std::shared_ptr<const void> value_of(wait_end end)
{
    if (end.thrown)
        std::rethrow_exception(end.thrown);
    if (end.failure)
        throw_error(std::move(*end.failure));
    return std::move(end.job);
}

} // namespace cojob::detail

// -------- cojob/impl/job/many.ipp

namespace cojob::detail {

/// The results in the order of the jobs.
inline std::vector<job_end> results_of(std::vector<wait_end> ends,
                                       std::vector<std::pair<std::size_t, error_info>> refused)
{
    std::vector<job_end> results;
    results.reserve(ends.size() + refused.size());
    auto next = refused.begin();
    const auto add_refused = [&] {
        for (; next != refused.end() && next->first == results.size(); ++next)
            results.emplace_back(std::move(next->second));
    };
    for (auto& end : ends) {
        add_refused();
        if (end.thrown)
            std::rethrow_exception(end.thrown);
        if (end.failure)
            results.emplace_back(std::move(*end.failure));
        else
            results.emplace_back(std::move(end.job));
    }
    add_refused();
    return results;
}

asio::awaitable<std::vector<job_end>> wait_for_all_ends(std::shared_ptr<const polled_api> api,
                                                        std::vector<job_reference> jobs, wait_options options)
{
    check_options(options, api->default_schedule());
    std::vector<wait_subject> subjects;
    std::vector<std::pair<std::size_t, error_info>> refused; // with their places among the results
    subjects.reserve(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        try {
            subjects.push_back(make_subject(api, jobs[i]));
        } catch (const api_error& failure) {
            auto info = failure.info();
            info.job_id = jobs[i].id().substr(0, 256);
            refused.emplace_back(i, std::move(info));
        }
    }
    jobs = {}; // nothing is kept twice while they are waited for
    std::vector<wait_end> ends;
    if (!subjects.empty())
        ends = co_await wait_for_ends(std::move(subjects), options, set_goal::all_end);
    co_return results_of(std::move(ends), std::move(refused));
}

/// A success; else, when it was given up or the time was up, the first that was waited for until then; else the failure
/// that came first.
inline bool comes_before(const wait_end& a, const wait_end& b)
{
    const auto rank = [](const wait_end& end) -> std::size_t {
        if (end.is_success())
            return 0;
        return end.failure && end.failure->code() == errc::wait_timeout ? 1 : end.order + 1;
    };
    return rank(a) < rank(b);
}

asio::awaitable<std::pair<std::size_t, std::shared_ptr<const void>>>
wait_for_first_end(std::shared_ptr<const polled_api> api, std::vector<job_reference> jobs, wait_options options)
{
    if (jobs.empty())
        throw_invalid_argument("ids: must not be empty");
    std::vector<wait_subject> subjects;
    subjects.reserve(jobs.size());
    for (const auto& job : jobs)
        subjects.push_back(make_subject(api, job));
    auto ends = co_await wait_for_ends(std::move(subjects), options, set_goal::one_ends);
    const auto first = std::min_element(ends.begin(), ends.end(), comes_before);
    const auto place = static_cast<std::size_t>(first - ends.begin());
    co_return std::pair(place, value_of(std::move(*first)));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/unknown_collector.hpp

namespace cojob::detail {

/// Appends a text without the key.
inline void append_without_key(std::string& to, std::string_view text, std::string_view key)
{
    constexpr std::size_t shortest = 8; // anything shorter is as good as a word
    for (auto found = text.npos; key.size() >= shortest && (found = text.find(key)) != text.npos;
         text.remove_prefix(found + key.size()))
        to.append(text.substr(0, found)).append("***");
    to.append(text);
}

/// Appends a string as JSON writes it, without the key.
inline void append_token_without_key(std::string& to, std::string_view token, std::string_view key)
{
    const auto text = decode_json_string(token).value_or(std::string());
    if (key.empty() || text.find(key) == text.npos) {
        to.append(token);
        return;
    }
    std::string kept;
    append_without_key(kept, text, key);
    to.append(boost::json::serialize(boost::json::value(boost::json::string(kept))));
}

/// Appends a JSON text without the key, which may be written with escapes in it.
inline void append_json_without_key(std::string& to, std::string_view json, std::string_view key)
{
    if (json.find('\\') == json.npos) {
        append_without_key(to, json, key);
        return;
    }
    while (!json.empty()) {
        const auto before = json.substr(0, json.find('"'));
        to.append(before);
        json.remove_prefix(before.size());
        const auto token = json_cursor(json).take_string().value_or(json);
        if (!token.empty())
            append_token_without_key(to, token, key);
        json.remove_prefix(token.size());
    }
}

/// Gathers the unknown members of one job.
class unknown_collector {
  public:
    static constexpr std::size_t most = 65'536; ///< bytes of a job, what finds the members among them

    /// \param key is not kept, wherever it is
    explicit unknown_collector(std::string_view key) noexcept : key_(key) {}

    void add(std::string_view path, std::string_view json)
    {
        if (!block_)
            block_ = share<unknown_members::block>();
        if (path.size() + json.size() > most || !fits(path, json))
            block_->is_cut = true;
    }

    /// One is left out.
    void cut()
    {
        if (!block_)
            block_ = share<unknown_members::block>();
        block_->is_cut = true;
    }

    [[nodiscard]] bool is_cut() const noexcept { return block_ && block_->is_cut; }

    /// What was added since the last time.
    [[nodiscard]] unknown_members take() noexcept
    {
        unknown_members taken;
        taken.block_ = std::exchange(block_, nullptr);
        return taken;
    }

  private:
    /// Adds it, unless that would be too much.
    bool fits(std::string_view path, std::string_view json)
    {
        auto& [text, places, is_cut] = *block_;
        const auto begin = text.size();
        append_without_key(text, path, key_);
        const auto path_end = text.size();
        append_json_without_key(text, json, key_);
        const bool is_kept = text.size() + (places.size() + 1) * sizeof(unknown_members::place) <= most;
        if (is_kept)
            places.push_back({path_end, text.size()});
        else
            text.resize(begin);
        return is_kept;
    }

    std::string_view key_;
    std::shared_ptr<unknown_members::block> block_{};
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/decode_context.hpp

namespace cojob::detail {

/// A member of an answer that was read as if it were not there.
struct odd_member {
    std::string path;         ///< without indices and keys: `timeline[].timestamp`
    std::string_view problem; ///< a literal
};

/// What the readers of one answer share: its text, and what they found beside what was asked for.
class decode_context {
  public:
    decode_context(const json_document& d, std::string_view key) noexcept : document(d), unknown(key) {}

    const json_document& document;
    unknown_collector unknown;
    const json_node* job = nullptr; ///< whose unknown members are gathered; null: nobody's

    /// Each path once. A server that sends a hundred thousand odd items does not fill the memory with them: paths have
    /// only this library's names in them, and no answer has that many.
    void note(std::string path, std::string_view problem)
    {
        constexpr std::size_t most = 64;
        const auto is_known =
            std::any_of(odd_.begin(), odd_.end(), [&](const odd_member& odd) { return odd.path == path; });
        if (!is_known && odd_.size() < most)
            odd_.push_back({std::move(path), problem});
    }

    [[nodiscard]] const std::vector<odd_member>& odd() const noexcept { return odd_; }

  private:
    std::vector<odd_member> odd_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/json_reader.hpp

namespace cojob::detail {

/// A value of a JSON document that knows how it was reached.
///
/// A decoder visits the members of an object and says of each whether it has understood it:
///
///     json.for_each_member([&](json_name name, const json_reader& member) {
///         if (name == "id")
///             return member.read_id(job.id);
///         if (name == "model")
///             return member.read(job.model);
///         return false;
///     });
///
/// What it has not is kept as an unknown member. `read` is lenient: null and a value of another type leave the target
/// as it is, and the latter is noted for the observer. What decides is strict: `member`, `as_…` and `fail` throw
/// api_error `invalid_response`, which names the place: `items[2].id: expected an id`. Only names the decoder asked for
/// get into the message: keys of maps are the server's and written `*`.
/// A decoder visits each member once, in the order of the text; of those with the same name the last one. A reader
/// points to the one it came from, which therefore has to have a name.
class json_reader {
  public:
    /// The whole document.
    explicit json_reader(decode_context& context) noexcept : value_(&context.document.root()), context_(&context) {}

    /// Calls `visit(json_name, const json_reader&) -> bool` for each member. Not an object: `false`.
    template <class Function>
    bool for_each_member(Function visit) const
    {
        if (!is_object())
            return refuse("expected an object");
        for (json_members members(document(), *value_); members.next();) {
            const json_reader reader(members.value(), *this, members.name());
            if (!visit(json_name(members.name()), reader))
                reader.keep();
        }
        return true;
    }

    /// The same for an object whose names are data: `visit(std::string_view, const json_reader&)`.
    template <class Function>
    bool for_each_entry(Function visit) const
    {
        if (!is_object())
            return is_null() || refuse("expected an object");
        for (json_members members(document(), *value_); members.next();) {
            json_reader reader(members.value(), *this, members.name());
            reader.is_entry_ = true;
            if (!visit(members.name(), std::as_const(reader)))
                reader.keep();
        }
        return true;
    }

    /// Calls `visit(const json_reader&) -> bool` for each element of an array.
    template <class Function>
    bool for_each_element(Function visit) const
    {
        if (!is_array())
            return is_null() || refuse("expected an array");
        std::size_t index = 0;
        for (const auto* element = value_ + 1; element != value_->next(); element = element->next()) {
            const json_reader reader(*element, *this, index++);
            if (!visit(reader))
                reader.keep();
        }
        return true;
    }

    /// A string, or an integer: its literal as it is written, since an id may have more digits than any number type.
    /// Only what can be asked for by a path is an id.
    bool read_id(std::string& to) const
    {
        if (is_string())
            document().assign(to, *value_);
        else if (value_->kind == json_kind::integer)
            to = document().text_of(*value_);
        if (objection_to_segment(to) == nullptr)
            return true;
        to.clear();
        return refuse("expected an id");
    }

    /// A string that has to be there.
    bool read_present(std::string& to) const
    {
        if (!is_string())
            return refuse("expected a string");
        document().assign(to, *value_);
        return true;
    }

    /// A flag that has to be there.
    bool read_present(bool& to) const
    {
        if (value_->kind != json_kind::boolean)
            return refuse("expected true or false");
        to = document().is_true(*value_);
        return true;
    }

    bool read(std::string& to) const { return is_null() || read_present(to); }

    bool read(std::optional<std::string>& to) const
    {
        if (is_null())
            return true;
        return is_string() ? read_present(to.emplace()) : refuse("expected a string");
    }

    bool read(std::optional<bool>& to) const
    {
        if (is_null())
            return true;
        return value_->kind == json_kind::boolean ? read_present(to.emplace()) : refuse("expected true or false");
    }

    bool read(std::optional<std::int64_t>& to) const
    {
        to = whole_number();
        return to || is_null() || refuse("expected a whole number");
    }

    /// \param is_empty_none an empty string says that there is none
    bool read(std::optional<timestamp>& to, bool is_empty_none = false) const
    {
        if (std::string room; is_string())
            to = parse_time(document().decoded(*value_, room));
        else if (const auto number = whole_number())
            to = time_of_number(*number);
        else if (value_->kind == json_kind::real)
            to = time_of_number(document().to_double(*value_));
        return to || is_null() || (is_empty_none && is_empty_string()) || refuse("expected a time");
    }

    /// A member that has to be there. `name` is a literal.
    [[nodiscard]] json_reader member(std::string_view name) const&
    {
        if (!is_object())
            fail("expected an object");
        for (json_members members(document(), *value_); members.next();)
            if (members.name() == name)
                return json_reader(members.value(), *this, name);
        json_reader(*value_, *this, name).fail("missing");
    }
    json_reader member(std::string_view) const&& = delete;

    /// JSON has one kind of number, so `3.0` and `3e0` are whole numbers too.
    [[nodiscard]] std::int64_t as_int64() const
    {
        const auto number = whole_number();
        if (!number)
            fail("expected a whole number");
        return *number;
    }

    /// Whatever is there.
    [[nodiscard]] boost::json::value as_value() const { return document().to_tree(*value_); }
    [[nodiscard]] bool is_null() const noexcept { return value_->kind == json_kind::null; }
    [[nodiscard]] bool is_array() const noexcept { return value_->kind == json_kind::array; }
    [[nodiscard]] bool is_object() const noexcept { return value_->kind == json_kind::object; }
    [[nodiscard]] bool is_empty_string() const noexcept { return is_string() && document().text_of(*value_) == "\"\""; }

    /// Notes that the value is not what was expected. `why` is a literal, as of all that is noted.
    bool refuse(std::string_view why) const // NOLINT(modernize-use-nodiscard): it is noted as well
    {
        context_->note(path(path_style::schema), why);
        return false;
    }

    /// Notes that a member is not there that the vendor's document shows.
    void note_missing(std::string_view name) const { json_reader(*value_, *this, name).refuse("missing"); }

    /// For what the kinds above do not say: `reader.fail("expected an id")`.
    [[noreturn]] void fail(std::string_view why) const
    {
        throw_error(
            error_info(errc::invalid_response, (parent_ ? path(path_style::place) : "body").append(": ").append(why)));
    }

    /// From here on, unknown members are those of one job, which is this value.
    void begin_job() const noexcept
    {
        (void)context_->unknown.take();
        context_->job = value_;
    }

    /// What was found in this job.
    [[nodiscard]] unknown_members end_job() const noexcept
    {
        context_->job = nullptr;
        return context_->unknown.take();
    }

  private:
    enum class path_style {
        place,  ///< `responses.*.error`, `items[2].id`
        schema, ///< without indices: `items[].id`
        full    ///< with the keys of maps, from the job
    };

    json_reader(const json_node& value, const json_reader& parent, std::string_view name) noexcept
        : value_(&value), context_(parent.context_), parent_(&parent), name_(name)
    {
    }
    json_reader(const json_node& value, const json_reader& parent, std::size_t index) noexcept
        : value_(&value), context_(parent.context_), parent_(&parent), index_(index)
    {
    }

    [[nodiscard]] const json_document& document() const noexcept { return context_->document; }
    [[nodiscard]] bool is_string() const noexcept { return value_->kind == json_kind::string; }

    [[nodiscard]] std::optional<std::int64_t> whole_number() const
    {
        if (value_->kind != json_kind::real)
            return document().to_int64(*value_);
        constexpr double exact = 9007199254740992.0; // 2^53: up to here a double says which whole number was meant
        if (const auto number = document().to_double(*value_); number >= -exact && number <= exact)
            if (const auto whole = static_cast<std::int64_t>(number); static_cast<double>(whole) == number)
                return whole;
        return std::nullopt;
    }

    /// Keeps an unknown member of the job that is being read. A server chooses the names of a map: without a limit, a
    /// long name would be copied for each member below it.
    void keep() const
    {
        if (!context_->job)
            return;
        auto& unknown = context_->unknown;
        constexpr std::size_t usual = 256;
        if (path_size() > (unknown.is_cut() ? usual : unknown_collector::most))
            unknown.cut();
        else
            unknown.add(path(path_style::full), document().text_of(*value_));
    }

    /// At most the size of the full path.
    [[nodiscard]] std::size_t path_size() const noexcept
    {
        std::size_t size = 0;
        for (const auto* at = this; at->parent_ && at->value_ != context_->job; at = at->parent_)
            size += at->name_.size();
        return size;
    }

    /// Empty for where it begins, which has no name when its members are spoken of.
    [[nodiscard]] std::string path(path_style style) const
    {
        if (!parent_ || (style == path_style::full && value_ == context_->job))
            return {};
        auto text = parent_->path(style);
        if (index_ && style == path_style::schema)
            return text.append("[]");
        if (index_)
            return (text.empty() ? "body" : text) + '[' + std::to_string(*index_) + ']';
        return (text.empty() ? text : text + '.').append(is_entry_ && style != path_style::full ? "*" : name_);
    }

    const json_node* value_;
    decode_context* context_;
    const json_reader* parent_ = nullptr;
    std::string_view name_{};
    std::optional<std::size_t> index_{};
    bool is_entry_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/same_id.hpp

namespace cojob::detail {

/// Eight, four, four, four and twelve hexadecimal digits (RFC 9562, 4).
[[nodiscard]] constexpr bool is_uuid(std::string_view text) noexcept
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !is_hex_digit(text[i]))
            return false;
    }
    return true;
}

/// Whether two ids are of one job. A UUID may be written in either case (RFC 9562, 4); numbers have become text.
[[nodiscard]] constexpr bool is_same_id(std::string_view a, std::string_view b) noexcept
{
    return a == b || (is_uuid(a) && is_uuid(b) && equal_ignoring_case(a, b));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/odd_members.hpp

namespace cojob::detail {

/// The odd members that a client has reported to its observer. Thread-safe: responses are decoded on the callers'
/// threads.
class reported_odd_members {
  public:
    /// Adds a member. Returns true if it is new. The names are those that this library decodes, so there are few;
    /// members over the limit are not reported.
    bool add(std::string_view api, const std::string& path)
    {
        constexpr std::size_t most = 256;
        auto name = std::string(api) + '\n' + path;
        const std::lock_guard lock(mutex_);
        if (reported_.size() == most || std::find(reported_.begin(), reported_.end(), name) != reported_.end())
            return false;
        reported_.push_back(std::move(name));
        return true;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> reported_;
};

/// Reports each member once per client: a server that omits a member does so in every response.
/// \param api a string literal
inline void report_odd_members(client_state& state, std::string_view api, const std::vector<odd_member>& found)
{
    const auto& observer = state.options.observer;
    if (!observer)
        return;
    const auto memory = state.extension<reported_odd_members>();
    for (const auto& odd : found)
        if (memory->add(api, odd.path))
            run_later(state.executor, [observer, api, odd] { // a copy: the response may be gone by then
                observer->on_odd_member({api, odd.path, odd.problem});
            });
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/service.hpp

namespace cojob::detail {

/// The id of a job that a request has made, where the answer tells it although it is not what it should be.
inline std::string created_id(const prepared_call& request, std::string_view body)
{
    if (request.wire.method != "POST")
        return {};
    const auto id = find_json_id(body, request.job_id.empty() ? "id" : "job_id"); // `id` would be the job asked about
    return std::string(cut_at_character(id, 1024));
}

/// An answer that is not what it should be: which request it was to, and which job where that can be read.
[[noreturn]] inline void throw_undecodable(const call_record& call, const api_error& failure)
{
    auto info = describe_undecodable(call, failure.info());
    if (const auto id = created_id(call.request, call.response.body); !id.empty())
        info.job_id = without_key(id, call.request.wire.authorization);
    throw_error(std::move(info));
}

/// Decodes the body of a success; what was odd in it is told to the observer.
/// \param id_member Of an answer about one job the member that has its id. A proxy or a cache that mixes answers up
/// would end the wait for another job.
template <class T>
T decode_response(const call_record& call, std::string_view api, T (*decode)(const json_reader&),
                  std::string_view id_member = {})
{
    try {
        if (auto objection = coding_objection(call.request.wire, call.response); !objection.empty())
            throw_error({errc::invalid_response, std::move(objection)});
        const json_document document(call.response.body, call.client->options.limits.json_depth);
        decode_context context(document, key_of(call.request.wire.authorization));
        const json_reader root(context);
        auto decoded = decode(root);
        if constexpr (requires { job_id(decoded); })
            if (!id_member.empty() && !is_same_id(job_id(decoded), call.request.job_id))
                root.member(id_member).fail("not the requested job");
        if (!context.odd().empty())
            report_odd_members(*call.client, api, context.odd());
        return decoded;
    } catch (const api_error& failure) {
        throw_undecodable(call, failure);
    }
}

/// A job was made now: a wait for it by plain id knows.
inline void note_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    const auto& state = client_state::of(c);
    state->extension<job_memory>()->created({std::string(api), std::move(scope), std::move(id)}, state->time().now());
}

/// Whether this client has created that job, and was told so.
inline bool is_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    const auto& state = client_state::of(c);
    const auto known =
        state->extension<job_memory>()->find({std::string(api), std::move(scope), std::move(id)}, state->time().now());
    return known.created.has_value();
}

/// A job, and what this client did to it.
inline job_handle make_handle(const client& c, std::string_view api, std::string scope, std::string id)
{
    job_handle handle(std::string(api), std::move(scope), std::move(id));
    const auto& state = client_state::of(c);
    const auto now = state->time().now();
    const auto wall_now = state->time().wall_now();
    const auto known = state->extension<job_memory>()->find({handle.api, handle.scope, handle.id}, now);
    if (known.created)
        handle.created_at = wall_now - (now - *known.created);
    if (known.messaged)
        handle.messaged_at = wall_now - (now - *known.messaged);
    return handle;
}

} // namespace cojob::detail

// -------- cojob/impl/job/wait.ipp

namespace cojob::detail {

client until(const client& c, time_point deadline)
{
    return client_state::until(c, deadline);
}

inline std::shared_ptr<wait_set> make_wait(std::unique_ptr<one_wait> of)
{
    std::vector<wait_subject> one;
    one.push_back(make_subject(std::move(of->api), of->job));
    return make_wait_set(std::move(one), of->options, set_goal::all_end);
}

inline job_ptr end_of(wait_set& wait)
{
    return value_of(std::move(wait.take_ends().front()));
}

/// What it has within itself only while it begins or ends is not in its frame.
asio::awaitable<job_ptr> wait_for_end(std::unique_ptr<one_wait> of)
{
    co_await accept_every_cancellation();
    const auto wait = make_wait(std::move(of));
    if (!wait->is_refused())
        co_await run_waits(wait);
    co_return end_of(*wait);
}

time_point end_of_wait(const client& c, const wait_options& options, const poll_schedule& service)
{
    check_options(options, service);
    return after(client_state::of(c)->time().now(), options.timeout);
}

wait_options rest_of_wait(const client& c, wait_options options, time_point until, std::string id, std::string status)
{
    if (until == time_point::max())
        return options;
    options.timeout = until - client_state::of(c)->time().now();
    if (options.timeout > duration::zero())
        return options;
    error_info late(errc::wait_timeout, "the job was created, but the time was up before the first poll");
    late.job_id = std::move(id);
    late.job_status = std::move(status);
    throw_error(std::move(late));
}

void remember_created(const client& c, std::string_view api, std::string scope, std::string id)
{
    note_created(c, api, std::move(scope), std::move(id));
}

inline asio::awaitable<void> run_limited(std::shared_ptr<client_state> state, std::shared_ptr<operation> op,
                                         time_point until, asio::awaitable<void> body)
{
    const client_state::running_guard running(*state, op);
    op->set_deadline(until);
    std::exception_ptr thrown;
    try {
        co_await std::move(body);
    } catch (const boost::system::system_error& e) {
        const auto is_late = e.code() == asio::error::operation_aborted && op->reason() == stop_reason::deadline;
        thrown = is_late ? std::make_exception_ptr(api_error(errc::deadline_exceeded)) : std::current_exception();
    } catch (...) {
        thrown = std::current_exception();
    }
    // Or the last step of co_spawn, after a body that was stopped and never suspended, would throw, out of `run()`.
    co_await asio::this_coro::throw_if_cancelled(false);
    if (thrown)
        std::rethrow_exception(thrown);
}

asio::awaitable<void> run_until(client c, time_point until, asio::awaitable<void> body)
{
    co_await accept_every_cancellation();
    auto state = client_state::of(c);
    auto op = share<operation>(state->alarm);
    auto inner = run_limited(std::move(state), op, until, std::move(body));
    co_await hop(std::move(op), std::move(inner));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/blocking.hpp

namespace cojob::detail {

/// A function that blocks, and the completion of its caller.
class blocking_call {
  public:
    blocking_call() = default;
    blocking_call(const blocking_call&) = delete;
    blocking_call& operator=(const blocking_call&) = delete;
    virtual ~blocking_call() = default;

    /// Calls the function.
    virtual void run() noexcept = 0;
    /// Posts the completion. May throw `bad_alloc`, and be called again then.
    virtual void post() = 0;
};

/// The blocking calls of one execution context, on a few threads that end when there is nothing left to call: a thread
/// is made in a hundredth of the time of an fsync, and none is left behind. The context waits for all calls when it is
/// destroyed, because their callers live in it. A caller that is not reached in time is destroyed with its context.
class blocking_calls final : public asio::execution_context::service {
  public:
    static inline asio::execution_context::id id;
    static constexpr std::size_t most_threads = 4;

    explicit blocking_calls(asio::execution_context& context) : service(context) {}

    /// \throws system_error if no thread can be made, or the context is shutting down
    void start(std::shared_ptr<blocking_call> call)
    {
        if (made_in_.is_of_a_parent()) { // the parent's threads are not in this process
            running_ = share<threads>();
            made_in_.renew();
        }
        const auto here = running_;
        const std::lock_guard lock(here->mutex);
        if (here->is_shut)
            throw boost::system::system_error(asio::error::operation_aborted);
        here->calls.push_back(std::move(call));
        if (here->count < most_threads)
            add_thread(here);
    }

  private:
    struct threads {
        std::mutex mutex;
        std::condition_variable all_left;
        std::deque<std::shared_ptr<blocking_call>> calls; // that no thread has taken; empty if there is no thread
        std::size_t count = 0;
        bool is_shut = false;

        /// Returns nothing if there is no call: then the thread has left.
        [[nodiscard]] std::shared_ptr<blocking_call> take()
        {
            const std::lock_guard lock(mutex);
            if (!calls.empty()) {
                auto call = std::move(calls.front());
                calls.pop_front();
                return call;
            }
            if (--count == 0)
                all_left.notify_all();
            return {};
        }
        void wait()
        {
            std::unique_lock lock(mutex);
            is_shut = true;
            all_left.wait(lock, [this] { return count == 0; });
        }
        [[nodiscard]] bool is_shutting_down()
        {
            const std::lock_guard lock(mutex);
            return is_shut;
        }
    };

    /// For the call that was added last. Under the lock, so that no other call counts on a thread that cannot be made.
    static void add_thread(const std::shared_ptr<threads>& here)
    {
        try {
            std::thread([here] { work(*here); }).detach();
            ++here->count;
        } catch (const std::exception& failure) {
            if (here->count != 0)
                return; // a thread that runs will come to it
            here->calls.pop_back();
            if (const auto* const why = dynamic_cast<const std::system_error*>(&failure))
                throw boost::system::system_error(boost::system::error_code(why->code()),
                                                  "a thread for a call that blocks");
            throw;
        }
    }

    static void work(threads& here)
    {
        while (const auto call = here.take()) { // and lets go of it while the context is there
            call->run();
            while (!here.is_shutting_down())
                try {
                    call->post();
                    break;
                } catch (const std::bad_alloc&) { // the caller has to go on: it may hold what no other can give back
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
        }
    }

    void shutdown() override
    {
        if (!made_in_.is_of_a_parent())
            running_->wait();
    }

    std::shared_ptr<threads> running_ = share<threads>();
    fork_mark made_in_;
};

template <class Handler>
class blocking_call_of final : public blocking_call, public std::enable_shared_from_this<blocking_call_of<Handler>> {
  public:
    blocking_call_of(std::function<void()> function, Handler&& handler)
        : function_(std::move(function)),
          executor_(asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler))
    {
    }

    void run() noexcept override
    {
        try {
            function_();
        } catch (...) {
            thrown_ = std::current_exception();
        }
        function_ = nullptr;
    }

    void post() override
    {
        // What is posted does not own the handler: it would be lost with what cannot be allocated.
        asio::require(executor_, asio::execution::blocking.never).execute([self = this->shared_from_this()] {
            auto handler = std::move(self->handler_);
            std::move(handler)(std::move(self->thrown_));
        });
    }

    void fail(std::exception_ptr thrown)
    {
        thrown_ = std::move(thrown);
        post();
    }

  private:
    using caller_executor = std::decay_t<decltype(asio::prefer(
        asio::get_associated_executor(std::declval<const Handler&>()), asio::execution::outstanding_work.tracked))>;

    std::function<void()> function_;
    caller_executor executor_;
    Handler handler_;
    std::exception_ptr thrown_{};
};

/// To be awaited: calls a function that blocks on a thread for such calls, and returns to the caller's executor with
/// what it threw, never before it has returned. The function owns what it uses.
///
/// It is not cancelled: a caller that is cancelled meanwhile goes on afterwards, and looks at its cancellation state
/// then. Where that state is set before, `throw_if_cancelled` decides, as always, and with `true` nothing is called.
/// The context keeps at work. It may be destroyed meanwhile: it then waits for the function, and the caller is
/// destroyed. In a forked child the caller does not go on, because the thread is the parent's.
[[nodiscard]] inline auto run_blocking(std::function<void()> function)
{
    auto initiation = [](auto handler, std::function<void()> call) {
        using handler_type = decltype(handler);
        std::shared_ptr<blocking_call_of<handler_type>> begun;
        try {
            auto& context = asio::query(asio::get_associated_executor(handler), asio::execution::context);
            auto& service = asio::use_service<blocking_calls>(context);
            begun = std::make_shared<blocking_call_of<handler_type>>(std::move(call), std::move(handler));
            service.start(begun);
        } catch (...) { // out of here it would end in `run()`, and the caller would never go on
            if (begun)
                begun->fail(std::current_exception());
            else
                return_to_caller<handler_type>(std::move(handler)).complete(std::current_exception());
        }
    };
    return asio::async_initiate<const asio::deferred_t, void(std::exception_ptr)>(initiation, asio::deferred,
                                                                                  std::move(function));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/journal_creation.hpp

namespace cojob::detail {

/// Whether the server has certainly created nothing by this attempt.
[[nodiscard]] inline bool created_nothing(const attempt& made)
{
    if (made.reached < phase::sending)
        return true;
    const auto& code = made.ended;
    if (code == errc::server_error) // these ask for a later attempt, or say that there is no such request
        return made.status == 501 || made.status == 503 || made.status == 505;
    return code == errc::tls_failed || code == errc::rate_limited || code == errc::unauthorized ||
           code == errc::forbidden || code == errc::not_found || code == errc::conflict || code == errc::rejected;
}

/// Whether a call that failed so has certainly created nothing. Judges the attempts too: a service's own request may be
/// one that is repeated whatever its first attempt did.
[[nodiscard]] inline bool created_nothing(const error_info& failure)
{
    const auto& code = failure.code();
    if (!failure.method.empty() && failure.method != "POST")
        return false; // the service's second request, perhaps
    const auto says_so =
        code == asio::error::operation_aborted || code == errc::invalid_argument || code == errc::quota_exhausted ||
        code == errc::rate_limited || code == errc::unauthorized || code == errc::forbidden ||
        code == errc::not_found || code == errc::conflict || code == errc::rejected || code == errc::server_error ||
        code == errc::connect_failed || code == errc::connect_timeout || code == errc::tls_failed ||
        code == errc::certificate_rejected || code == errc::proxy_failed || code == errc::deadline_exceeded;
    return says_so && (code != errc::server_error || !failure.attempts.empty()) &&
           std::all_of(failure.attempts.begin(), failure.attempts.end(),
                       [](const attempt& made) { return created_nothing(made); });
}

/// What a failed creation leaves behind.
struct creation_failure {
    bool is_cancellation = false, created_nothing = false;
    std::string job_id{}; ///< the job exists, but its description could not be read
};

/// Errors have at most 1 KiB of an id, cut at a character.
inline constexpr std::size_t shortest_cut_id = 1021;

[[nodiscard]] inline creation_failure judge_creation(const std::exception_ptr& thrown)
{
    try {
        std::rethrow_exception(thrown);
    } catch (const api_error& failure) {
        const auto& info = failure.info();
        const bool has_id = failure.code() == errc::invalid_response && info.job_id.size() < shortest_cut_id;
        return {.created_nothing = detail::created_nothing(info), .job_id = has_id ? info.job_id : std::string()};
    } catch (const boost::system::system_error& failure) {
        const auto is_cancellation = failure.code() == asio::error::operation_aborted;
        return {is_cancellation, is_cancellation, {}};
    } catch (...) { // of the service's own: nobody knows
        return {};
    }
}

/// A creation that runs in this process, and those who wait for it because they came with the same tag. Thread-safe.
class journal_creation {
  public:
    /// Somebody who waits, on an executor of his own.
    class waiter {
      public:
        waiter(journal_creation& of, asio::any_io_executor executor, std::shared_ptr<event> over)
            : of_(of), executor_(std::move(executor)), over_(std::move(over))
        {
            const std::lock_guard lock(of_.mutex_);
            if (of_.is_over_)
                over_->set();
            else
                of_.waiting_.push_back(this);
        }
        waiter(const waiter&) = delete;
        waiter& operator=(const waiter&) = delete;
        ~waiter()
        {
            const std::lock_guard lock(of_.mutex_);
            std::erase(of_.waiting_, this);
        }

      private:
        friend class journal_creation;

        journal_creation& of_;
        asio::any_io_executor executor_;
        std::shared_ptr<event> over_;
    };

    /// The outcome: a job, a failure, or neither, and then another has to create it.
    void end(std::optional<journaled_job> made, std::exception_ptr failure)
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_over_, true))
            return;
        made_ = std::move(made);
        failure_ = std::move(failure);
        // Under the lock: while it is listed, its executor lives.
        for (const auto* one : std::exchange(waiting_, {}))
            run_later(one->executor_, [weak = std::weak_ptr(one->over_)] {
                if (const auto over = weak.lock())
                    over->set();
            });
    }

    [[nodiscard]] bool is_over() const
    {
        const std::lock_guard lock(mutex_);
        return is_over_;
    }
    /// Preconditions of both: it is over.
    [[nodiscard]] const std::optional<journaled_job>& made() const noexcept { return made_; }
    [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

  private:
    mutable std::mutex mutex_;
    bool is_over_ = false;
    std::vector<waiter*> waiting_;
    std::optional<journaled_job> made_;
    std::exception_ptr failure_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/durable_file.hpp

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace cojob::detail {

/// A file, and how messages call it.
struct named_file {
    std::string_view kind; ///< such as "quota file"
    std::filesystem::path path;
};

[[noreturn]] inline void throw_file_error(const error_code& code, const named_file& file)
{
    throw api_error(error_info(code, std::string(file.kind).append(": ").append(utf8(file.path))));
}

[[noreturn]] inline void throw_file_error(int number, const named_file& file)
{
    throw_file_error(error_code(number != 0 ? number : EIO, boost::system::generic_category()), file);
}

#ifdef _WIN32
[[nodiscard]] inline int descriptor_of(std::FILE* file)
{
    return ::_fileno(file);
}

/// Flushes a file to disk. Returns false, and sets errno, if that fails.
[[nodiscard]] inline bool reaches_disk(int descriptor)
{
    return ::_commit(descriptor) == 0;
}
#else
[[nodiscard]] inline int descriptor_of(std::FILE* file)
{
    return ::fileno(file);
}

/// Flushes a file to disk. Returns false, and sets errno, if that fails.
[[nodiscard]] inline bool reaches_disk(int descriptor)
{
#ifdef F_FULLFSYNC // macOS: fsync does not flush the drive's cache
    if (::fcntl(descriptor, F_FULLFSYNC) == 0)
        return true;
#endif
    return ::fsync(descriptor) == 0;
}
#endif

/// Reads a whole file; nothing if it does not exist.
[[nodiscard]] inline std::optional<std::string> read_file(const named_file& named)
{
    errno = 0;
    const auto file = open_unbuffered(named.path);
    if (!file && errno == ENOENT)
        return std::nullopt;
    if (!file) {
        const auto error = errno;
        std::error_code ignored; // Windows denies access to a folder
        throw_file_error(error == EACCES && std::filesystem::is_directory(named.path, ignored) ? EISDIR : error, named);
    }
    std::string text, part(4096, '\0');
    while (const auto size = std::fread(part.data(), 1, part.size(), file.get()))
        text.append(part, 0, size);
    if (std::ferror(file.get()))
        throw_file_error(errno, named);
    return text;
}

/// Resolves symbolic links, so that the file is replaced and not the link.
[[nodiscard]] inline std::filesystem::path follow_links(std::filesystem::path path)
{
    std::error_code ignored;
    for (int left = 40; left > 0 && std::filesystem::is_symlink(path, ignored); --left)
        path = path.parent_path() / std::filesystem::read_symlink(path, ignored);
    return path;
}

[[nodiscard]] inline std::filesystem::path folder_of(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// Returns how the names of the temporary files for this file begin. In the system's own characters, because a name on
/// Windows may have no others.
[[nodiscard]] inline std::filesystem::path::string_type leftover_prefix(const std::filesystem::path& target)
{
    return (target.filename() += ".tmp-").native();
}

/// Finds a temporary file that an interrupted replacement of this file left behind; empty if there is none.
[[nodiscard]] inline std::filesystem::path find_leftover(const std::filesystem::path& path)
{
    const auto target = follow_links(path);
    const auto begin = leftover_prefix(target);
    std::error_code ignored;
    for (std::filesystem::directory_iterator i(folder_of(target), ignored), end; i != end; i.increment(ignored))
        if (i->path().filename().native().starts_with(begin))
            return i->path();
    return {};
}

/// Removes the temporary files that interrupted replacements of this file left behind. Keeps those of the last minute:
/// another process may be replacing the file now.
inline void remove_old_leftovers(const std::filesystem::path& target)
{
    const auto begin = leftover_prefix(target);
    const std::filesystem::path digits("0123456789");
    std::error_code error;
    const auto written = std::filesystem::last_write_time(target, error);
    if (error)
        return;
    for (std::filesystem::directory_iterator i(folder_of(target), error), end; !error && i != end; i.increment(error)) {
        const auto name = i->path().filename().native();
        const bool is_ours = name.starts_with(begin) && name.size() > begin.size() &&
                             name.find_first_not_of(digits.native(), begin.size()) == name.npos;
        std::error_code ignored;
        if (is_ours && std::filesystem::is_regular_file(i->symlink_status(ignored)) &&
            i->last_write_time(ignored) < written - std::chrono::minutes(1) && !ignored)
            std::filesystem::remove(i->path(), ignored);
    }
}

/// Replaces a file atomically. Writes a temporary file next to it, flushes it to disk, renames it, and flushes the
/// folder before `replace` returns: after a crash, either the old or the new file is there, complete. The destructor
/// removes a temporary file that was not renamed.
class file_replacement {
  public:
    explicit file_replacement(named_file file)
        : file_(std::move(file)), target_(follow_links(file_.path)), name_(target_)
    {
        name_ += ".tmp-" + std::to_string(std::random_device()());
    }
    file_replacement(const file_replacement&) = delete;
    file_replacement& operator=(const file_replacement&) = delete;

    ~file_replacement()
    {
        std::error_code ignored;
        if (is_there_)
            std::filesystem::remove(name_, ignored);
    }

    void write(std::string_view text)
    {
        auto file = create();
        if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fflush(file.get()) != 0 ||
            !reaches_disk(descriptor_of(file.get())))
            throw_file_error(errno, file_);
        errno = 0;
        if (std::fclose(file.release()) != 0)
            throw_file_error(errno, file_);
    }

    void replace()
    {
        std::error_code error;
        std::filesystem::rename(name_, target_, error);
        if (error)
            throw_file_error(error_code(error), file_);
        is_there_ = false;
        keep_name();
        remove_old_leftovers(target_);
    }

  private:
#ifdef _WIN32
    /// The folder's permissions apply. Fails if the file exists; msvcrt's fopen does not know the mode x for that.
    file_ptr create()
    {
        std::error_code ignored;
        if (std::filesystem::is_directory(target_, ignored))
            throw_file_error(EISDIR, file_);
        const int descriptor =
            ::_wopen(name_.c_str(), _O_CREAT | _O_EXCL | _O_WRONLY | _O_BINARY, _S_IREAD | _S_IWRITE);
        if (descriptor < 0)
            throw_file_error(errno, file_);
        is_there_ = true;
        file_ptr file(::_fdopen(descriptor, "wb"));
        if (!file) {
            const auto error = errno;
            ::_close(descriptor);
            throw_file_error(error, file_);
        }
        return file;
    }

    void keep_name() const {}
#else
    /// Creates the temporary file with the old file's permissions, or else for its owner only. Never opens an existing
    /// file.
    file_ptr create()
    {
        struct stat old{};
        const bool has_old = ::stat(target_.c_str(), &old) == 0;
        if (!has_old && errno != ENOENT)
            throw_file_error(errno, file_);
        if (has_old && !S_ISREG(old.st_mode))
            throw_file_error(S_ISDIR(old.st_mode) ? EISDIR : EINVAL, file_);
        const int descriptor = ::open(name_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (descriptor < 0)
            throw_file_error(errno, file_);
        is_there_ = true;
        file_ptr file(::fdopen(descriptor, "wb"));
        if (!file) {
            const auto error = errno;
            ::close(descriptor);
            throw_file_error(error, file_);
        }
        if (has_old && ::fchmod(descriptor, give_as(old, descriptor)) != 0)
            throw_file_error(errno, file_);
        return file;
    }

    /// Keeps the old file's owner and group, or at least the group, if this process may set them. Returns the mode for
    /// the new file: if the group differs, without the group's permissions.
    static mode_t give_as(const struct stat& old, int descriptor)
    {
        const auto mode = static_cast<mode_t>(old.st_mode & 07777U); // an unsigned short on macOS
        struct stat now{};
        if (::fchown(descriptor, old.st_uid, old.st_gid) == 0 ||
            ::fchown(descriptor, static_cast<uid_t>(-1), old.st_gid) == 0 ||
            (::fstat(descriptor, &now) == 0 && now.st_gid == old.st_gid))
            return mode;
        return static_cast<mode_t>(mode & ~static_cast<mode_t>(S_IRWXG | S_ISGID));
    }

    void keep_name() const
    {
        const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
            return; // the folder can be written to but not read
        const auto error = ::fsync(folder) == 0 ? 0 : errno;
        ::close(folder);
        if (error != 0 && error != EINVAL) // EINVAL: the file system cannot flush folders
            throw_file_error(error, file_);
    }
#endif

    named_file file_;
    std::filesystem::path target_, name_;
    bool is_there_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/base/process_lock.hpp

#ifdef _WIN32
#include <io.h>
#include <share.h>
#else
#include <unistd.h>
#endif

namespace cojob::detail {

#ifdef _WIN32
/// The lock of a file that one process has open at a time: a file beside it that no other can open meanwhile.
class process_lock {
  public:
    /// \throws api_error `device_or_resource_busy` if another has it
    process_lock(const std::filesystem::path& path, const named_file& of)
    {
        const auto error = ::_wsopen_s(&descriptor_, path.c_str(), _O_CREAT | _O_RDWR | _O_BINARY | _O_NOINHERIT,
                                       _SH_DENYRW, _S_IREAD | _S_IWRITE);
        if (error != 0)
            throw_file_error(error == EACCES ? EBUSY : error, of);
    }
    process_lock(const process_lock&) = delete;
    process_lock& operator=(const process_lock&) = delete;
    ~process_lock() { ::_close(descriptor_); }

  private:
    int descriptor_ = -1;
};
#else
/// The lock of a file that one process has open at a time: a record lock on a file beside it. The system ends it with
/// the process, however that ends, and does not pass it on to forked children. Such a lock excludes no other descriptor
/// of the same process, and closing any of them releases it: so nothing else opens the file, and a list of the process
/// has those that it holds.
class process_lock {
  public:
    /// \throws api_error `device_or_resource_busy` if another has it, in this process or in another
    process_lock(const std::filesystem::path& path, const named_file& of)
    {
        auto& held = held_locks();
        const std::lock_guard guard(held.mutex);
        struct stat known{};
        if (::stat(path.c_str(), &known) == 0 && held.has(known))
            throw_file_error(EBUSY, of); // without opening it
        descriptor_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
        if (descriptor_ < 0 || ::fstat(descriptor_, &file_) != 0)
            fail(errno, of);
        struct flock whole{};
        whole.l_type = F_WRLCK;
        whole.l_whence = SEEK_SET;
        if (::fcntl(descriptor_, F_SETLK, &whole) != 0)
            fail(errno == EACCES || errno == EAGAIN ? EBUSY : errno, of);
        struct stat now{};
        if (::stat(path.c_str(), &now) != 0 || !is_same(now, file_))
            fail(EBUSY, of); // somebody has replaced it meanwhile
        held.files.push_back(file_);
    }
    process_lock(const process_lock&) = delete;
    process_lock& operator=(const process_lock&) = delete;

    ~process_lock()
    {
        // In a forked child the descriptor stays open: the lock is the parent's, but closing it would release a lock
        // that the child has of the same file.
        if (made_in_.is_of_a_parent())
            return;
        auto& held = held_locks();
        const std::lock_guard guard(held.mutex);
        std::erase_if(held.files, [this](const struct stat& one) { return is_same(one, file_); });
        ::close(descriptor_);
    }

  private:
    /// The locks that this process holds.
    struct held_list {
        std::mutex mutex;
        std::vector<struct stat> files;
        fork_mark made_in;
        held_list* before = nullptr;

        [[nodiscard]] bool has(const struct stat& file) const
        {
            return std::any_of(files.begin(), files.end(), [&](const auto& one) { return is_same(one, file); });
        }
    };

    /// Never destroyed: a static journal may release its lock at the end. A forked child has a list of its own: a
    /// thread of the parent may have held the other's mutex.
    static held_list& held_locks()
    {
        static std::atomic<held_list*> current = new held_list;
        auto* known = current.load();
        while (known->made_in.is_of_a_parent()) {
            auto fresh = std::make_unique<held_list>();
            fresh->before = known;
            if (current.compare_exchange_strong(known, fresh.get()))
                known = fresh.release();
        }
        return *known;
    }

    static bool is_same(const struct stat& a, const struct stat& b) noexcept
    {
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    }

    [[noreturn]] void fail(int error, const named_file& of) const
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        throw_file_error(error, of);
    }

    int descriptor_ = -1;
    struct stat file_{};
    fork_mark made_in_;
};
#endif

} // namespace cojob::detail

// -------- cojob/impl/internal/job/journal_book.hpp

// The texts of a journal's lines. TAG is encoded as a path segment is. The handle of an intent has the tag in place of
// an id, and the time when it began.
//
//     cojob-journal 1             the first line: the version
//     intent DIGEST HANDLE        a creation begins
//     made TAG HANDLE             the job of the tag's intent
//     ended TAG                   the job has ended
//     closed TAG                  nothing was created
namespace cojob::detail {

inline constexpr std::string_view journal_version = "cojob-journal 1";

/// The creations and jobs that a journal knows. Each change is one text, so a file of them can be read back.
class journal_book {
  public:
    explicit journal_book(std::size_t ended_kept) : ended_kept_(ended_kept) {}

    [[nodiscard]] static std::string text_of_intent(const journal_entry& entry)
    {
        job_handle handle(entry.api, entry.scope, entry.tag);
        handle.created_at = entry.begun_at;
        return "intent " + entry.prompt_digest + ' ' + to_string(handle);
    }
    [[nodiscard]] static std::string text_of_job(const std::string& tag, const job_handle& job)
    {
        return "made " + http::encode_segment(tag) + ' ' + to_string(job);
    }
    [[nodiscard]] static std::string text_of_end(const std::string& tag)
    {
        return "ended " + http::encode_segment(tag);
    }
    [[nodiscard]] static std::string text_of_closing(const std::string& tag)
    {
        return "closed " + http::encode_segment(tag);
    }

    /// \throws api_error invalid_argument for a text that cannot follow what is known
    void apply(std::string_view text)
    {
        if (take(text, "intent "))
            begin(text);
        else if (take(text, "made "))
            add_job(text);
        else if (take(text, "ended "))
            end(text);
        else if (take(text, "closed "))
            close(text);
        else
            fail("a record of unknown kind");
    }

    [[nodiscard]] const journal_entry* find(const std::string& tag) const
    {
        const auto found = entries_.find(http::encode_segment(tag));
        return found == entries_.end() ? nullptr : &found->second.entry;
    }

    /// The tag of a job; empty if it has none.
    [[nodiscard]] std::string tag_of(const job_handle& job) const
    {
        const auto found = tags_.find(key_of(job));
        return found == tags_.end() ? std::string() : entries_.at(found->second).entry.tag;
    }

    [[nodiscard]] std::size_t unfinished() const noexcept { return entries_.size() - ended_.size(); }

    /// How many texts `for_each_text` has, at most.
    [[nodiscard]] std::size_t size() const noexcept { return 3 * entries_.size(); }

    /// Calls the function with the entries, in the order in which they began.
    template <class Function>
    void for_each(Function function) const
    {
        for (const auto& [number, tag] : order_)
            function(entries_.at(tag).entry);
    }

    /// Calls the function with texts from which the same book can be made.
    template <class Function>
    void for_each_text(Function function) const
    {
        for_each([&](const journal_entry& entry) {
            function(text_of_intent(entry));
            if (entry.job)
                function(text_of_job(entry.tag, *entry.job));
        });
        for (const auto& tag : ended_) // the first to be forgotten comes first
            function("ended " + tag);
    }

  private:
    struct numbered_entry {
        std::uint64_t number = 0;
        journal_entry entry{};
    };

    [[noreturn]] static void fail(std::string_view why) { throw_invalid_argument(why); }

    static std::string key_of(const job_handle& job) { return job.api + '\n' + job.scope + '\n' + job.id; }

    static std::string_view take_tag(std::string_view& text)
    {
        const auto tag = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(tag.size() + 1, text.size()));
        return tag;
    }

    journal_entry& entry_of(std::string_view tag)
    {
        const auto found = entries_.find(std::string(tag));
        if (found == entries_.end())
            fail("a record of a tag without an intent");
        return found->second.entry;
    }

    void begin(std::string_view text)
    {
        journal_entry entry;
        entry.prompt_digest = take_tag(text);
        auto handle = parse_job_handle(text);
        entry.begun_at = handle.created_at.value_or(timestamp());
        entry.api = std::move(handle.api);
        entry.scope = std::move(handle.scope);
        entry.tag = std::move(handle.id);
        const auto tag = http::encode_segment(entry.tag);
        if (const auto old = entries_.find(tag); old != entries_.end()) {
            if (!old->second.entry.is_ended)
                fail("a second intent of one tag");
            std::erase(ended_, tag);
            forget(tag);
        }
        const auto number = ++last_number_;
        entries_.emplace(tag, numbered_entry{number, std::move(entry)});
        order_.emplace(number, tag);
    }

    void add_job(std::string_view text)
    {
        auto& entry = entry_of(take_tag(text));
        auto job = parse_job_handle(text);
        if (entry.job)
            fail("a second job of one tag");
        tags_[key_of(job)] = http::encode_segment(entry.tag);
        entry.job = std::move(job);
    }

    void end(std::string_view tag)
    {
        auto& entry = entry_of(tag);
        if (!entry.job || entry.is_ended)
            fail("an end without a job");
        ended_.emplace_back(tag);
        entry.is_ended = true;
        while (ended_.size() > ended_kept_) {
            forget(ended_.front());
            ended_.pop_front();
        }
    }

    void close(std::string_view tag)
    {
        if (entry_of(tag).job)
            fail("a job whose intent is closed");
        forget(std::string(tag));
    }

    void forget(const std::string& tag)
    {
        const auto found = entries_.find(tag);
        if (const auto& job = found->second.entry.job; job && tags_[key_of(*job)] == tag)
            tags_.erase(key_of(*job));
        order_.erase(found->second.number);
        entries_.erase(found);
    }

    std::size_t ended_kept_;
    std::uint64_t last_number_ = 0;
    std::unordered_map<std::string, numbered_entry> entries_; // by the encoded tag, as all below
    std::map<std::uint64_t, std::string> order_;
    std::deque<std::string> ended_;
    std::unordered_map<std::string, std::string> tags_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/journal_line.hpp

// A line of a journal: the length of its text and a CRC-32 of it, a CRC-32 of these two, the text, a line break.
//
//     000f 3b6ac9d0 7d0c4af1 cojob-journal 1
//
// The head has a checksum of its own, so a line that ends too early and one whose length is damaged are told apart.
namespace cojob::detail {

inline constexpr std::size_t longest_journal_text = 0xffff;
inline constexpr std::size_t journal_head_size = 23; // "llll cccccccc hhhhhhhh "

[[nodiscard]] inline std::string hex_text(std::uint32_t number, int digits)
{
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        text += "0123456789abcdef"[(number >> shift) & 0xfU];
    return text;
}

[[nodiscard]] inline std::string journal_checksum(std::string_view text)
{
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    return hex_text(crc.checksum(), 8);
}

/// Precondition: the text is not longer than `longest_journal_text`.
[[nodiscard]] inline std::string format_journal_line(std::string_view text)
{
    auto line = hex_text(static_cast<std::uint32_t>(text.size()), 4) + ' ' + journal_checksum(text) + ' ';
    line += journal_checksum(line) + ' ';
    return line.append(text) += '\n';
}

/// What the next line of a journal is.
struct journal_line {
    enum class kind { whole, without_end, damaged };

    kind is = kind::damaged;
    std::string_view text{};
    std::size_t size = 0; ///< of the line, if it is whole
};

/// Reads the first line of a text that is not empty.
[[nodiscard]] inline journal_line read_journal_line(std::string_view from)
{
    using kind = journal_line::kind;
    if (from.size() < journal_head_size)
        return {.is = kind::without_end};
    const auto head = from.substr(0, journal_head_size);
    if (journal_checksum(head.substr(0, 14)) != head.substr(14, 8) || head[22] != ' ')
        return {};
    std::size_t size = 0;
    if (std::from_chars(head.data(), head.data() + 4, size, 16).ptr != head.data() + 4)
        return {};
    const auto whole = journal_head_size + size + 1;
    if (from.size() < whole)
        return {.is = kind::without_end};
    const auto text = from.substr(journal_head_size, size);
    if (journal_checksum(text) != head.substr(5, 8) || from[whole - 1] != '\n')
        return {};
    return {kind::whole, text, whole};
}

} // namespace cojob::detail

// -------- cojob/impl/internal/job/journal_file.hpp

#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace cojob::detail {

/// A descriptor of a file, for writing. All functions set errno when they fail.
class written_file {
  public:
    written_file() = default;
    written_file(const written_file&) = delete;
    written_file& operator=(const written_file&) = delete;
    ~written_file() { close(); }

#ifdef _WIN32
    [[nodiscard]] bool open(const std::filesystem::path& path)
    {
        close();
        return ::_wsopen_s(&descriptor_, path.c_str(), _O_WRONLY | _O_BINARY | _O_NOINHERIT, _SH_DENYNO, 0) == 0;
    }
    void close() noexcept
    {
        if (descriptor_ >= 0)
            ::_close(std::exchange(descriptor_, -1));
    }
    [[nodiscard]] bool cut(std::size_t size) { return ::_chsize_s(descriptor_, static_cast<__int64>(size)) == 0; }
    [[nodiscard]] bool seek(std::size_t to)
    {
        return ::_lseeki64(descriptor_, static_cast<__int64>(to), SEEK_SET) >= 0;
    }
    [[nodiscard]] int write_some(std::string_view text)
    {
        return ::_write(descriptor_, text.data(), static_cast<unsigned>(text.size()));
    }
#else
    [[nodiscard]] bool open(const std::filesystem::path& path)
    {
        close();
        descriptor_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        return descriptor_ >= 0;
    }
    void close() noexcept
    {
        if (descriptor_ >= 0)
            ::close(std::exchange(descriptor_, -1));
    }
    [[nodiscard]] bool cut(std::size_t size) { return ::ftruncate(descriptor_, static_cast<off_t>(size)) == 0; }
    [[nodiscard]] bool seek(std::size_t to) { return ::lseek(descriptor_, static_cast<off_t>(to), SEEK_SET) >= 0; }
    [[nodiscard]] int write_some(std::string_view text)
    {
        return static_cast<int>(::write(descriptor_, text.data(), text.size()));
    }
#endif

    [[nodiscard]] bool flush() { return reaches_disk(descriptor_); }
    [[nodiscard]] bool write_at(std::size_t place, std::string_view text)
    {
        if (!seek(place))
            return false;
        while (!text.empty()) {
            errno = 0;
            const auto size = write_some(text);
            if (size > 0)
                text.remove_prefix(static_cast<std::size_t>(size));
            else if (errno != EINTR)
                return false;
        }
        return true;
    }

  private:
    int descriptor_ = -1;
};

/// The file of a journal, and what it says. Has the lock of the file while it lives. Its functions block.
///
/// The book is always what the file should say. After a failed write the file may end in half a line, or in one that
/// will not reach the disk, so the next write replaces it with one made from the book.
class journal_file {
  public:
    journal_file(const std::filesystem::path& path, const journal_options& options)
        : file_{"journal", path}, target_(settled(path)), options_(options),
          lock_(std::filesystem::path(target_) += ".lock", file_), book_(options.ended_jobs)
    {
        if (const auto text = read_file({file_.kind, target_}))
            read(*text);
        else
            must_replace_ = true;
        if (must_replace_)
            replace();
        else if (replace_at_ = 2 * book_.size() + 1000; !open_.open(target_))
            throw_file_error(errno, file_);
    }

    journal_file(const journal_file&) = delete;
    journal_file& operator=(const journal_file&) = delete;

    /// What no write has brought to the file, as on a disk that was full then.
    ~journal_file()
    {
        if (!must_replace_ || made_in_.is_of_a_parent())
            return;
        try {
            replace();
        } catch (...) { // an intent whose job is not in the file is unresolved then
        }
    }

    [[nodiscard]] const journal_book& book() const noexcept { return book_; }

    /// Adds what has not happened yet: if that fails, the book does not have it.
    void announce(const std::string& text)
    {
        if (must_replace_)
            replace();
        else
            replace_if_large();
        append(text, options_.flushes_to_disk);
        try {
            book_.apply(text);
        } catch (...) { // the next write takes it out of the file again
            must_replace_ = true;
            throw;
        }
    }

    /// Adds what has happened: the book has it even if that fails, and a later write will bring it to the file.
    void note(const std::string& text, bool must_reach_disk)
    {
        book_.apply(text);
        if (must_replace_)
            replace();
        else if (!replace_if_large()) // a new file has it
            append(text, must_reach_disk && options_.flushes_to_disk);
    }

    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument("journal: " + utf8(file_.path), why); }

  private:
    /// The file itself, wherever links and the working directory lead later: the lock is of this one.
    static std::filesystem::path settled(const std::filesystem::path& path)
    {
        std::error_code error;
        const auto target = std::filesystem::absolute(follow_links(path), error);
        if (error)
            throw_file_error(error_code(error), {"journal", path});
        auto real = std::filesystem::weakly_canonical(target, error);
        return error ? target : real;
    }

    /// Cuts off a last line without its end: its write did not end, so nothing that had to come after it has happened.
    void read(std::string_view text)
    {
        const auto whole = text.size();
        for (bool is_first = true; !text.empty() || is_first; is_first = false) {
            const auto line = text.empty() ? journal_line() : read_journal_line(text);
            if (line.is == journal_line::kind::without_end && !is_first) {
                must_replace_ = true;
                return;
            }
            if (line.is != journal_line::kind::whole || (is_first && !line.text.starts_with("cojob-journal ")))
                fail_damaged(whole - text.size(), whole);
            if (is_first && line.text != journal_version)
                fail("of a newer version than this library can read");
            if (!is_first)
                apply(line.text, whole - text.size(), whole);
            text.remove_prefix(line.size);
            size_ += line.size;
            ++lines_;
        }
    }

    void apply(std::string_view text, std::size_t place, std::size_t whole)
    {
        try {
            book_.apply(text);
        } catch (const api_error&) {
            fail_damaged(place, whole);
        }
    }

    [[noreturn]] void fail_damaged(std::size_t place, std::size_t whole) const
    {
        const auto at = std::to_string(place);
        if (place == 0)
            fail("not a journal, or damaged at its first byte: put it aside, and ask the server for the jobs before a "
                 "new journal creates them again");
        fail("damaged at byte " + at + " of " + std::to_string(whole) +
             ": what follows is unknown. To go on, keep a copy, cut the file off at byte " + at +
             ", and ask the server which jobs were created since");
    }

    void append(const std::string& text, bool must_reach_disk)
    {
        if (text.size() > longest_journal_text)
            fail("a record is longer than 64 KiB");
        const auto line = format_journal_line(text);
        if (!open_.write_at(size_, line) || (must_reach_disk && !open_.flush())) {
            const auto error = errno;
            must_replace_ = true;
            static_cast<void>(open_.cut(size_)); // where that fails too, the file ends in half a line
            throw_file_error(error, file_);
        }
        size_ += line.size();
        ++lines_;
    }

    /// Keeps the file within thrice of what it has to say. Returns whether it was replaced. A file that cannot be
    /// replaced is used further.
    bool replace_if_large()
    {
        if (lines_ < replace_at_)
            return false;
        try {
            replace();
            return true;
        } catch (const api_error&) {
            if (must_replace_)
                throw;
            replace_at_ = 2 * lines_;
            return false;
        }
    }

    void replace()
    {
        std::string text = format_journal_line(journal_version);
        std::size_t lines = 1;
        book_.for_each_text([&](const std::string& record) {
            text += format_journal_line(record);
            ++lines;
        });
        file_replacement next({file_.kind, target_});
        next.write(text);
        must_replace_ = true; // until the new file is open
        open_.close();        // Windows replaces no open file
        next.replace();
        if (!open_.open(target_))
            throw_file_error(errno, file_);
        must_replace_ = false;
        size_ = text.size();
        lines_ = lines;
        replace_at_ = 2 * lines + 1000;
    }

    named_file file_;
    std::filesystem::path target_;
    journal_options options_;
    process_lock lock_;
    journal_book book_;
    written_file open_;
    std::size_t size_ = 0, lines_ = 0, replace_at_ = 0;
    bool must_replace_ = false;
    fork_mark made_in_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/job/journal_state.hpp

namespace cojob::detail {

/// What a creation begins with: a job that is known, another creation to wait for, or its own turn.
struct creation_start {
    std::optional<job_handle> known{};
    std::shared_ptr<journal_creation> running{};
    bool is_own = false;
};

/// A journal: its file, and the creations that run. Its functions block, and are called by any thread.
class journal_state {
  public:
    journal_state(const std::filesystem::path& path, const journal_options& options)
        : options_(options), file_(path, options)
    {
    }

    /// Writes the intent, so that the request may be sent. \throws api_error
    creation_start begin(const creation_request& request, timestamp now)
    {
        const auto lock = enter();
        if (const auto* const entry = file_.book().find(request.tag)) {
            check_same(*entry, request);
            if (const auto running = running_.find(request.tag); running != running_.end())
                return {.running = running->second};
            if (!entry->job)
                fail_unresolved(*entry);
            return {.known = entry->job};
        }
        if (file_.book().unfinished() >= options_.unfinished_jobs)
            file_.fail("has as many unfinished jobs as journal_options::unfinished_jobs allows");
        auto creation = share<journal_creation>();
        const auto place = running_.emplace(request.tag, creation).first;
        try {
            file_.announce(journal_book::text_of_intent(entry_for(request, now)));
        } catch (...) {
            running_.erase(place);
            throw;
        }
        return {.running = std::move(creation), .is_own = true};
    }

    /// The creation has made a job. If that cannot be written now, a later write brings it to the file.
    void made(const std::string& tag, const job_handle& job)
    {
        const auto lock = enter();
        std::string text;
        try {
            text = journal_book::text_of_job(tag, job);
        } catch (const api_error&) { // no handle can have such an id: the tag stays unresolved
            return;
        }
        note(text, true);
    }

    /// The creation has certainly made none.
    void made_none(const std::string& tag)
    {
        const auto lock = enter();
        note(journal_book::text_of_closing(tag), false);
    }

    /// The creation does not run any more.
    void leave(const std::string& tag)
    {
        const auto lock = enter();
        running_.erase(tag);
    }

    void note_end(const job_handle& job)
    {
        const auto lock = enter();
        const auto tag = file_.book().tag_of(job);
        const auto* const entry = tag.empty() ? nullptr : file_.book().find(tag);
        if (entry && !entry->is_ended)
            note(journal_book::text_of_end(tag), false);
    }

    /// What the caller has found out about a creation: its job's id, or, if empty, that there is none.
    void resolve(const std::string& tag, const std::string& id)
    {
        const auto lock = enter();
        const auto* const entry = file_.book().find(tag);
        if (!entry)
            throw_invalid_argument("tag", "the journal does not know it");
        if (running_.contains(tag))
            throw_invalid_argument("tag", "its creation is running");
        if (entry->job)
            throw_invalid_argument("tag", "its job is known");
        if (id.empty())
            return file_.announce(journal_book::text_of_closing(tag));
        check_segment(id, "id");
        job_handle job(entry->api, entry->scope, id);
        job.created_at = entry->begun_at;
        if (!file_.book().tag_of(job).empty())
            throw_invalid_argument("id", "belongs to the job of another tag");
        file_.announce(journal_book::text_of_job(tag, job));
    }

    /// The caller knows that no wait will see the end of a job.
    void end_unseen(const std::string& tag)
    {
        const auto lock = enter();
        const auto* const entry = file_.book().find(tag);
        if (!entry || !entry->job)
            throw_invalid_argument("tag", "the journal knows no job of it");
        if (!entry->is_ended)
            file_.announce(journal_book::text_of_end(tag));
    }

    [[nodiscard]] std::optional<journal_entry> find(const std::string& tag)
    {
        const auto lock = enter();
        const auto* const entry = file_.book().find(tag);
        return entry ? std::optional(*entry) : std::nullopt;
    }

    /// Of one service, or of all if its name is empty.
    [[nodiscard]] unfinished_jobs unfinished(std::string_view api, std::string_view scope)
    {
        const auto lock = enter();
        unfinished_jobs all;
        file_.book().for_each([&](const journal_entry& entry) {
            if (entry.is_ended || (!api.empty() && (entry.api != api || entry.scope != scope)))
                return;
            if (entry.job)
                all.jobs.push_back(*entry.job);
            else if (!running_.contains(entry.tag))
                all.unresolved.push_back(entry);
        });
        return all;
    }

  private:
    [[nodiscard]] std::unique_lock<std::mutex> enter()
    {
        if (made_in_.is_of_a_parent()) // first: a thread of the parent may have held the mutex
            throw_invalid_argument("journal", "belongs to the parent of this forked process: open it here");
        return std::unique_lock(mutex_);
    }

    static journal_entry entry_for(const creation_request& request, timestamp now)
    {
        journal_entry entry;
        entry.tag = request.tag;
        entry.api = request.api;
        entry.scope = request.scope;
        entry.prompt_digest = request.prompt_digest;
        entry.begun_at = now;
        return entry;
    }

    static void check_same(const journal_entry& entry, const creation_request& request)
    {
        if (entry.api != request.api || entry.scope != request.scope)
            throw_invalid_argument("tag", "belongs to a job of another API, server or project");
        if (entry.prompt_digest != request.prompt_digest)
            throw_invalid_argument("tag", "belongs to a job with another prompt");
    }

    [[noreturn]] static void fail_unresolved(const journal_entry& entry)
    {
        throw_error({errc::outcome_unknown, "journal: a creation with this tag began at " +
                                                format_rfc3339(entry.begun_at) +
                                                ", and nobody knows whether there is a job: ask the server, then call "
                                                "job_journal::resolve"});
    }

    void note(const std::string& text, bool must_reach_disk)
    {
        try {
            file_.note(text, must_reach_disk);
        } catch (const api_error&) { // the book has it: the next write replaces the file
        }
    }

    const journal_options options_;
    std::mutex mutex_;
    fork_mark made_in_;
    journal_file file_;
    std::map<std::string, std::shared_ptr<journal_creation>> running_; // by tag
};

} // namespace cojob::detail

// -------- cojob/impl/job/journal.ipp

namespace cojob {

namespace detail {

std::string prompt_digest(std::string_view prompt)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (EVP_Digest(prompt.data(), prompt.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc(); // nothing else makes it fail
    std::string digits;
    for (unsigned i = 0; i < size; ++i)
        digits += hex_text(bytes.at(i), 2);
    return digits;
}

/// Runs on the client's strand, until the creation is over or the caller is stopped.
inline asio::awaitable<void> await_creation(std::shared_ptr<client_state> client, std::shared_ptr<operation> op,
                                            std::shared_ptr<journal_creation> creation)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*client, op);
    const auto over = share<event>(op->executor());
    const journal_creation::waiter here(*creation, op->executor(), over);
    if (!op->is_stopped())
        co_await over->wait(*op);
}

/// Waits for the creation of another caller. Returns nothing if that was cancelled, and has created nothing.
inline asio::awaitable<std::optional<journaled_job>> join_creation(client c, std::shared_ptr<journal_creation> creation)
{
    const auto& client = client_state::of(c);
    auto op = share<operation>(client->alarm);
    auto inner = await_creation(client, op, creation);
    co_await hop(std::move(op), std::move(inner));
    if (!creation->is_over())
        throw boost::system::system_error(asio::error::operation_aborted);
    if (creation->failure())
        std::rethrow_exception(creation->failure());
    co_return creation->made();
}

/// A creation while it runs. If its coroutine is destroyed with its context before the request, nothing was created;
/// later, nobody knows the outcome. Those who wait for it find that out.
class own_creation {
  public:
    own_creation(journal_ptr journal, std::shared_ptr<journal_creation> running, const creation_request& request)
        : journal_(std::move(journal)), running_(std::move(running)), request_(request)
    {
    }
    own_creation(const own_creation&) = delete;
    own_creation& operator=(const own_creation&) = delete;
    ~own_creation()
    {
        if (is_over_)
            return;
        try {
            if (!has_begun_)
                journal_->made_none(request_.tag);
            journal_->leave(request_.tag);
            running_->end({}, {});
        } catch (...) { // of a forked child, or without memory: then the tag stays taken in this process
        }
    }

    /// From now on the request may be sent.
    void begin() noexcept { has_begun_ = true; }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// Blocks. Writes what is known of the outcome and tells the others.
    journaled_job end(std::exception_ptr thrown)
    {
        const auto failure = thrown ? judge_creation(thrown) : creation_failure();
        journaled_job made;
        if (const auto& id = thrown ? failure.job_id : request_.made->id; !id.empty()) {
            remember_created(request_.sender, request_.api, request_.scope, id);
            made.handle = make_handle(request_.sender, request_.api, request_.scope, id);
            made.job = request_.made->job;
            made.type = request_.type;
            journal_->made(request_.tag, made.handle);
        } else if (failure.created_nothing) {
            journal_->made_none(request_.tag);
        }
        journal_->leave(request_.tag);
        is_over_ = true;
        if (!thrown)
            running_->end(made, {});
        else
            running_->end({}, failure.is_cancellation ? std::exception_ptr() : thrown);
        return made;
    }

  private:
    journal_ptr journal_;
    std::shared_ptr<journal_creation> running_;
    const creation_request& request_;
    bool has_begun_ = false, is_over_ = false;
};

/// Sends the request after its intent is written, in the caller's coroutine: a cancellation means for it what it means
/// for the service's own function.
inline asio::awaitable<journaled_job> run_creation(own_creation& own, creation_request& request)
{
    std::exception_ptr thrown;
    try {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
        co_await asio::this_coro::throw_if_cancelled(true);
        own.begin();
        co_await std::move(request.create);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    journaled_job made;
    try {
        co_await run_blocking([&] { made = own.end(thrown); });
    } catch (...) { // without a thread it blocks here, because the id of the job must not be lost
        if (own.is_over())
            throw;
        made = own.end(thrown);
    }
    if (thrown)
        std::rethrow_exception(thrown);
    co_return made;
}

/// Inline, as all coroutines here that call a lambda: without it g++ 12 warns that the lambda's type has no linkage.
inline asio::awaitable<journaled_job> create_or_join(journal_ptr journal, std::unique_ptr<creation_request> request)
{
    co_await accept_every_cancellation();
    check_segment(request->tag, "tag");
    const auto now = client_state::of(request->sender)->time().wall_now();
    for (;;) {
        const auto throws = co_await asio::this_coro::throw_if_cancelled();
        co_await asio::this_coro::throw_if_cancelled(false); // an intent that is written has to be closed
        creation_start start;
        std::exception_ptr refused;
        std::optional<journaled_job> made;
        try {
            std::optional<own_creation> own; // from the intent on, even if this coroutine is not resumed after it
            co_await run_blocking([&] {
                start = journal->begin(*request, now);
                if (start.is_own)
                    own.emplace(journal, start.running, *request);
            });
            if (start.known)
                made = journaled_job{.handle = std::move(*start.known)};
            else if (own)
                made = co_await run_creation(*own, *request);
        } catch (...) {
            refused = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(throws);
        if (refused)
            std::rethrow_exception(refused);
        if (!made)
            made = co_await join_creation(request->sender, std::move(start.running));
        if (made)
            co_return std::move(*made);
    }
}

asio::awaitable<journaled_job> create_once(journal_ptr journal, std::unique_ptr<creation_request> request)
{
    return create_or_join(std::move(journal), std::move(request));
}

inline asio::awaitable<void> write_ends(journal_ptr journal, std::vector<job_handle> jobs)
{
    const auto throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false); // the wait has succeeded
    try {
        co_await run_blocking([&] {
            for (const auto& job : jobs)
                journal->note_end(job);
        });
    } catch (...) { // the next start sees the end once more
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
}

asio::awaitable<void> note_ends(journal_ptr journal, std::vector<job_handle> jobs)
{
    return write_ends(std::move(journal), std::move(jobs));
}

inline asio::awaitable<void> resolve_as_gone(journal_ptr journal, std::string tag)
{
    co_await accept_every_cancellation();
    co_await run_blocking([&] { journal->end_unseen(tag); });
}

inline asio::awaitable<void> resolve_as(journal_ptr journal, std::string tag, std::string id)
{
    co_await accept_every_cancellation();
    co_await run_blocking([&] { journal->resolve(tag, id); });
}

} // namespace detail

job_journal::job_journal(const std::filesystem::path& path, const journal_options& options)
    : state_(detail::share<detail::journal_state>(path, options))
{
}

unfinished_jobs job_journal::unfinished() const
{
    return detail::in_use(state_)->unfinished({}, {});
}

unfinished_jobs job_journal::unfinished_of(std::string_view api, std::string_view scope) const
{
    return detail::in_use(state_)->unfinished(api, scope);
}

std::optional<journal_entry> job_journal::find(std::string_view tag) const
{
    return detail::in_use(state_)->find(std::string(tag));
}

asio::awaitable<void> job_journal::resolve(std::string_view tag, std::string_view id) const
{
    if (id.empty())
        detail::throw_invalid_argument("id", "must not be empty");
    return detail::resolve_as(detail::in_use(state_), std::string(tag), std::string(id));
}

asio::awaitable<void> job_journal::resolve_as_not_created(std::string_view tag) const
{
    return detail::resolve_as(detail::in_use(state_), std::string(tag), {});
}

asio::awaitable<void> job_journal::resolve_as_ended(std::string_view tag) const
{
    return detail::resolve_as_gone(detail::in_use(state_), std::string(tag));
}

} // namespace cojob

// -------- cojob/impl/job/page.ipp

namespace cojob::detail {

void page_failed(list_cursor& cursor, std::size_t first, const error_info& failure)
{
    if (failure.code() != errc::response_too_large)
        throw;
    const auto offset = first + cursor.offset();
    if (cursor.halve())
        return;
    auto named = failure;
    named.message += (named.message.empty() ? "" : "; ") + std::string("the job at offset ") + std::to_string(offset);
    throw_error(std::move(named));
}

void throw_no_progress(std::size_t offset)
{
    throw_error(error_info(errc::no_progress, "ten pages up to offset " + std::to_string(offset) + " had no new job"));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/reentrancy_guard.hpp

namespace cojob::detail {

/// One call at a time, from whatever threads.
class reentrancy_guard {
  public:
    class scope {
      public:
        /// \throws api_error invalid_argument while another turn lasts
        scope(reentrancy_guard& of, const char* function) : taken_(of.is_taken_)
        {
            if (taken_.exchange(true))
                throw_invalid_argument(function, "the previous call has not completed");
        }
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;
        ~scope() { taken_ = false; }

      private:
        std::atomic<bool>& taken_;
    };

  private:
    std::atomic<bool> is_taken_{false};
};

} // namespace cojob::detail

// -------- cojob/impl/job/watch.ipp

namespace cojob::detail {

/// What a watch knows between two calls of `next`. In between it is not in the poll scheduler.
class watch_state final : public wait_listener {
  public:
    watch_state(std::shared_ptr<const polled_api> api, job_reference job, wait_options options)
        : api_(std::move(api)), job_(std::move(job)), options_(options), client_(client_state::of(api_->get_client()))
    {
    }

    reentrancy_guard calls;

    void check() const
    {
        (void)make_subject(api_, job_);
        check_options(options_, api_->default_schedule());
        if (client_->is_closed())
            throw boost::system::system_error(asio::error::operation_aborted);
    }

    [[nodiscard]] bool is_over() const noexcept { return is_over_; }
    [[nodiscard]] const std::shared_ptr<client_state>& get_client() const noexcept { return client_; }

    /// On the client's strand.
    asio::awaitable<wait_end> next(operation& op)
    {
        event news(op.executor());
        const turn here(*this, news);
        if (!wait_)
            wait_.emplace(*client_, make_subject(api_, job_), options_, *this);
        wait_->resume(true);
        if (!op.is_stopped() && !wait_->end()) // it may have ended in the moment of the last change
            co_await news.wait(op);
        wait_->pause();
        if (latest_)
            co_return wait_end{.job = std::exchange(latest_, nullptr)};
        if (!wait_->end())
            co_return failed_wait(error_code(asio::error::operation_aborted));
        is_over_ = true;
        auto end = wait_->take_end();
        if (end.is_success() && returned_ && api_->is_same(returned_.get(), end.job.get()))
            co_return wait_end(); // the end has settled; nothing has changed
        co_return end;
    }

    void returned(std::shared_ptr<const void> job) { returned_ = std::move(job); }

  private:
    /// The time of one `next`, however it ends: after it the wait has left the scheduler.
    class turn {
      public:
        turn(watch_state& s, event& news) : state_(s) { state_.news_ = &news; }
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn()
        {
            if (state_.wait_)
                state_.wait_->pause();
            state_.news_ = nullptr;
        }

      private:
        watch_state& state_;
    };

    [[nodiscard]] bool wants_changes() const noexcept override { return true; }
    void changed(const job_view& seen) override
    {
        latest_ = seen.job;
        news_->set();
    }
    void ended(wait_end&) override { news_->set(); }

    std::shared_ptr<const polled_api> api_;
    job_reference job_;
    wait_options options_;
    std::shared_ptr<client_state> client_;
    bool is_over_ = false;
    event* news_ = nullptr;
    std::shared_ptr<const void> latest_, returned_;
    std::optional<job_wait> wait_; // goes first: it uses the client
};

std::shared_ptr<watch_state> make_watch(std::shared_ptr<const polled_api> api, job_reference job, wait_options options)
{
    return share<watch_state>(std::move(api), std::move(job), options);
}

inline asio::awaitable<void> run_watch(std::shared_ptr<watch_state> watch, std::shared_ptr<operation> op,
                                       std::shared_ptr<wait_end> end)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const client_state::running_guard running(*watch->get_client(), op);
    *end = co_await watch->next(*op);
}

asio::awaitable<std::shared_ptr<const void>> next_change(std::shared_ptr<watch_state> watch)
{
    co_await accept_every_cancellation();
    const reentrancy_guard::scope turn(watch->calls, "job_watch::next");
    if (watch->is_over())
        co_return nullptr;
    watch->check();
    const auto& client = *watch->get_client();
    auto op = share<operation>(client.alarm);
    const auto end = share<wait_end>();
    auto inner = run_watch(watch, op, end);
    co_await hop(std::move(op), std::move(inner));
    auto job = value_of(std::move(*end));
    watch->returned(job);
    co_return job;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/log_message.hpp

namespace cojob::detail {

/// External text as one word of a line: shortened, escaped, and quoted if it contains a separator.
inline std::string one_word(std::string_view text, std::string_view separators)
{
    constexpr std::size_t most = 256; // longer than any id, short enough for a readable line
    constexpr std::string_view cut_mark = "...";
    auto word = std::string(text.size() > most ? cut_at_character(text, most - cut_mark.size()) : text);
    if (text.size() > most)
        word += cut_mark;
    std::string quoted;
    for (const char c : word)
        quoted.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
    quoted = escape_control(quoted);
    const auto is_plain = !word.empty() && quoted == word && word.find_first_of(separators) == word.npos;
    return is_plain ? word : '"' + quoted + '"';
}

/// Whether part of a query is a single name or value. A server may accept other separators than `&`.
inline bool is_plain_member(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view("-._~%+,:").find(c) != std::string_view::npos;
    });
}

/// Whether the value of this query parameter may be logged.
inline bool is_public_member(std::string_view name)
{
    constexpr std::array<std::string_view, 6> names{"status", "limit", "offset", "skip", "take", "page"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// A path with its query, in which names and values that may be secret are replaced by `***`.
inline std::string redact_query(std::string_view path)
{
    constexpr std::string_view hidden = "***";
    std::string shown(path.substr(0, path.find('?')));
    path.remove_prefix(shown.size());
    while (!path.empty()) {
        shown += path.front(); // ? or &
        path.remove_prefix(1);
        const auto member = path.substr(0, path.find('&'));
        path.remove_prefix(member.size());
        const auto name = member.substr(0, member.find('='));
        if (name.size() == member.size()) {
            shown += member.empty() ? "" : hidden;
            continue;
        }
        const auto value = member.substr(name.size() + 1);
        shown.append(is_plain_member(name) ? name : hidden).append("=");
        shown += is_public_member(name) && is_plain_member(value) ? value : hidden;
    }
    return shown;
}

/// The text of a log line, without level and line break.
class log_message {
  public:
    /// \param own text of this library, which needs no escaping
    explicit log_message(std::string_view own) : text_(own) {}

    log_message(std::string_view method, std::string_view path, std::string_view own)
        : text_(one_word(method, " ") + ' ' + one_word(redact_query(path), " ") + ' ')
    {
        text_ += own;
    }

    log_message& with(std::string_view key, std::string_view value)
    {
        text_.append(" ").append(key).append("=").append(one_word(value, " ="));
        return *this;
    }

    log_message& with(std::string_view key, std::size_t value) { return with(key, std::to_string(value)); }

    log_message& with_job(std::string_view id, std::string_view api) { return with("job", id).with("api", api); }

    log_message& with(error_code failure) { return failure ? with("error", failure.message()) : *this; }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
};

} // namespace cojob::detail

// -------- cojob/impl/log.ipp

namespace cojob {

namespace detail {

inline std::string from_now(duration wait)
{
    return wait < std::chrono::milliseconds(1) ? "now" : "in " + in_units(wait);
}

inline log_message format_attempt(const attempt_event& e)
{
    log_message words(e.method, e.path, "begins");
    words.with("attempt", e.number);
    if (e.is_poll)
        words.with("kind", "poll");
    return words;
}

inline log_message format_response(const response_event& e)
{
    const auto status = e.status == 0 ? "no response" : std::to_string(e.status);
    log_message words(e.method, e.path, "-> " + status + " in " + in_units(e.elapsed));
    words.with(e.error);
    if (e.error && e.reached != phase::done)
        words.with("phase", to_string(e.reached));
    return words;
}

inline log_message format_retry(const retry_event& e)
{
    log_message words(e.method, e.path, "retry " + from_now(e.wait));
    words.with("attempt", e.number).with(e.error);
    if (e.is_hinted)
        words.with("delay_from", "server");
    return words;
}

inline log_message format_throttled(const throttled_event& e)
{
    const auto how_long = "throttled for " + in_units(e.wait);
    if (!e.method.empty())
        return log_message(e.method, e.path, how_long).with(e.error);
    return log_message("polls " + how_long).with("scope", e.scope).with(e.error);
}

inline log_message format_connection(const connection_event& e)
{
    const auto change = e.change == connection_change::opened   ? "connection opened"
                        : e.change == connection_change::reused ? "connection reused"
                                                                : "connection closed";
    return log_message(e.is_resumed ? "connection opened, TLS session resumed" : change).with("host", e.host);
}

inline log_message format_poll(const poll_event& e)
{
    const std::string what = e.number == 0 ? "wait begins" : e.error ? "poll failed" : "poll succeeded";
    log_message words(what + (e.next_in > duration::zero() ? ", next poll " + from_now(e.next_in) : ", the wait ends"));
    words.with_job(e.job_id, e.api);
    if (e.number != 0)
        words.with("poll", e.number);
    if (!e.status.empty())
        words.with("status", e.status);
    return words.with(e.error);
}

inline log_message format_change(const poll_event& e)
{
    return log_message("job changed").with_job(e.job_id, e.api).with("poll", e.number).with("status", e.status);
}

inline log_message format_unknown_status(const unknown_status_event& e)
{
    return log_message("unknown status").with_job(e.job_id, e.api).with("status", e.status);
}

inline log_message format_odd_member(const odd_member_event& e)
{
    return log_message("unexpected JSON member").with("member", e.member).with("problem", e.problem).with("api", e.api);
}

inline log_message format_stretched(const stretched_event& e)
{
    log_message words("polls delayed, one is " + in_units(e.late) + " late");
    return words.with("overdue", e.overdue).with("in_flight", e.in_flight);
}

/// Decides by the method alone: an observer does not know the request's `effect`.
[[nodiscard]] inline bool has_effect(std::string_view method) noexcept
{
    return effect_of(method) == effect::once;
}

[[nodiscard]] inline log_level level_of(const response_event& e) noexcept
{
    if (!e.error)
        return has_effect(e.method) ? log_level::info : log_level::debug;
    if (e.error == boost::system::errc::operation_canceled)
        return has_effect(e.method) && e.reached >= phase::sending ? log_level::warning : log_level::debug;
    return e.error == errc::certificate_rejected ? log_level::error : log_level::warning;
}

/// A failed poll that does not end the wait is only a debug line: its response has been logged.
[[nodiscard]] inline log_level level_of(const poll_event& e) noexcept
{
    return e.error && e.next_in <= duration::zero() ? log_level::error : log_level::debug;
}

[[nodiscard]] inline std::string_view begin_of_line(log_level level) noexcept
{
    switch (level) {
    case log_level::error: return "cojob error   ";
    case log_level::warning: return "cojob warning ";
    case log_level::info: return "cojob info    ";
    case log_level::debug: break;
    }
    return "cojob debug   ";
}

/// UTC with milliseconds; always of the same length.
[[nodiscard]] inline std::string time_stamp(timestamp now)
{
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(now - whole).count();
    auto text = to_string(timestamp(whole));
    text.pop_back(); // Z
    append_padded(text += '.', rest, 3);
    return text += 'Z';
}

class line_log final : public observer {
  public:
    line_log(log_sink sink, log_level level) : sink_(std::move(sink)), level_(level) {}

    void on_attempt(const attempt_event& e) noexcept override { write(log_level::debug, format_attempt, e); }
    void on_response(const response_event& e) noexcept override { write(level_of(e), format_response, e); }
    void on_retry(const retry_event& e) noexcept override { write(log_level::info, format_retry, e); }
    void on_throttled(const throttled_event& e) noexcept override { write(log_level::info, format_throttled, e); }
    void on_connection(const connection_event& e) noexcept override { write(log_level::debug, format_connection, e); }
    void on_poll(const poll_event& e) noexcept override { write(level_of(e), format_poll, e); }
    void on_job_changed(const poll_event& e) noexcept override { write(log_level::info, format_change, e); }
    void on_polls_stretched(const stretched_event& e) noexcept override
    {
        write(log_level::warning, format_stretched, e);
    }
    void on_unknown_status(const unknown_status_event& e) noexcept override
    {
        write(log_level::warning, format_unknown_status, e);
    }
    void on_odd_member(const odd_member_event& e) noexcept override { write(log_level::warning, format_odd_member, e); }

  private:
    template <class Event>
    void write(log_level level, log_message (*format)(const Event&), const Event& event) noexcept
    {
        if (level > level_)
            return;
        try {
            sink_(level, format(event).text());
        } catch (...) { // the sink or an allocation failed: the line is lost
        }
    }

    const log_sink sink_;
    const log_level level_;
};

} // namespace detail

observer_ptr log_to(std::ostream& out, log_level level, time_stamps stamps)
{
    return log_to(
        [&out, stamps, mutex = detail::share<std::mutex>()](log_level of_line, std::string_view text) {
            auto line = std::string(detail::begin_of_line(of_line)).append(text).append(1, '\n');
            const std::lock_guard lock(*mutex);
            if (stamps == time_stamps::utc) // under the lock, so that times are in the order of the lines
                line.insert(0, detail::time_stamp(std::chrono::system_clock::now()) + ' ');
            out.write(line.data(), static_cast<std::streamsize>(line.size()));
        },
        level);
}

observer_ptr log_to(log_sink sink, log_level level)
{
    if (!sink)
        detail::throw_invalid_argument("log_to: the function must not be empty");
    return detail::share<detail::line_log>(std::move(sink), level);
}

} // namespace cojob

// -------- cojob/impl/unknown_members.ipp

namespace cojob {

unknown_members::member unknown_members::operator[](std::size_t i) const noexcept
{
    const std::string_view text(block_->text);
    const auto begin = i == 0 ? 0 : block_->places[i - 1].json_end;
    const auto [path_end, json_end] = block_->places[i];
    return {text.substr(begin, path_end - begin), text.substr(path_end, json_end - path_end)};
}

std::optional<std::string_view> unknown_members::find(std::string_view path) const noexcept
{
    for (std::size_t i = 0; i < size(); ++i)
        if (const auto found = (*this)[i]; found.path == path)
            return found.json;
    return std::nullopt;
}

bool operator==(const unknown_members& a, const unknown_members& b) noexcept
{
    if (a.block_ == b.block_)
        return true;
    if (a.size() != b.size() || a.is_cut() != b.is_cut())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i]))
            return false;
    return true;
}

} // namespace cojob

// -------- cojob/impl/internal/policy/checked_quota.hpp

namespace cojob::detail {

/// Returns the options. \throws api_error `invalid_argument` if a quota cannot have them
inline quota_options checked(const quota_options& options)
{
    if (options.limit == 0)
        throw_invalid_argument("quota_options::limit: must be more than zero");
    if (options.window <= duration::zero() || options.window == no_timeout)
        throw_invalid_argument("quota_options::window: must be more than zero, and must not be no_timeout");
    if (options.max_wait <= duration::zero())
        throw_invalid_argument("quota_options::max_wait: must be more than zero; use no_timeout for no limit");
    return options;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/quota_file.hpp

// The format of `quota::save`: lines with a name and an integer, times in nanoseconds. The last line is a CRC-32 of all
// lines before it.
//
//     cojob-quota 1
//     window 3600000000000        quota_options::window
//     wall 1767225600000000000    civil time of the save
//     steady 3600000000000        steady time of the save; it restarts with the machine
//     held 1                      slots of requests in flight
//     pause 0                     the rest of the pool's pause; at least 1 during a probe
//     guess 0                     the last pause without a hint; the next one is twice as long
//     stamps 2                    the number of `age` lines, which follow, oldest first
//     age 1200000000
//     age 700000000
//     crc 0123abcd
// Each state has exactly one text. A file that differs from the text of the state parsed from it is damaged.
namespace cojob::detail {

/// A saved quota.
struct quota_record {
    duration window{};
    quota_state state{};
    timestamp wall{}; ///< the civil time at `state.at`
};

[[nodiscard]] inline std::string format_quota_file(const quota_record& r)
{
    std::string text = "cojob-quota 1\n";
    const auto add = [&](std::string_view name, auto value) {
        text.append(name).append(" ").append(std::to_string(value)).append("\n");
    };
    const auto add_time = [&](std::string_view name, auto value) {
        add(name, std::chrono::duration_cast<std::chrono::nanoseconds>(value).count());
    };
    add_time("window", r.window);
    add_time("wall", r.wall.time_since_epoch());
    add_time("steady", r.state.at.time_since_epoch());
    add("held", r.state.held);
    add_time("pause", r.state.pause_left);
    add_time("guess", r.state.guess);
    add("stamps", r.state.ages.size());
    for (const auto age : r.state.ages)
        add_time("age", age);
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    constexpr std::string_view digits = "0123456789abcdef";
    text += "crc ";
    for (int shift = 28; shift >= 0; shift -= 4)
        text += digits[(crc.checksum() >> shift) & 0xfU];
    return text += '\n';
}

/// Parses the text that `format_quota_file` writes.
class quota_file_parser {
  public:
    /// \param path for error messages
    explicit quota_file_parser(std::string path) : path_(std::move(path)) {}

    /// \throws api_error invalid_argument for any other text
    [[nodiscard]] quota_record parse(std::string_view text) const
    {
        const auto whole = text;
        if (text.find_first_not_of('\0') == std::string_view::npos)
            fail_lost(text.empty() ? "empty, as a crash may leave it" : "nothing but zeros, as a crash may leave it");
        check_version(text);
        quota_record r;
        r.window = take_length(text, "window");
        r.wall = timestamp(take_line(text, "wall"));
        r.state.at = time_point(take_line(text, "steady"));
        r.state.held = static_cast<std::uint64_t>(take_length(text, "held").count());
        r.state.pause_left = take_length(text, "pause");
        r.state.guess = take_length(text, "guess");
        for (auto left = take_length(text, "stamps").count(); left > 0; --left)
            r.state.ages.push_back(take_length(text, "age"));
        constexpr std::uint64_t most_held = 1'000'000; // more than any client has in flight; each takes memory
        const auto is_in_order = std::is_sorted(r.state.ages.begin(), r.state.ages.end(), std::greater());
        if (whole != format_quota_file(r) || !is_in_order || r.state.held > most_held)
            fail_damaged();
        return r;
    }

    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument("quota file: " + path_, why); }

    /// The uses of the last window are unknown: a new quota could spend them twice.
    [[noreturn]] void fail_lost(std::string why) const
    {
        fail(why + "; its uses are lost: delete the file when a whole window has passed since the last use");
    }

  private:
    [[noreturn]] void fail_damaged() const { fail_lost("damaged or cut off"); }

    void check_version(std::string_view& text) const
    {
        if (!take(text, "cojob-quota "))
            fail_lost("not a quota file, or damaged");
        const auto version = text.substr(0, text.find('\n'));
        const auto is_number = !version.empty() && std::all_of(version.begin(), version.end(), is_digit);
        if (is_number && version != "1" && version.front() != '0')
            fail("of a newer version than this library can read");
        if (!take(text, "1\n"))
            fail_damaged();
    }

    [[nodiscard]] std::chrono::nanoseconds take_line(std::string_view& text, std::string_view name) const
    {
        std::int64_t value = 0;
        if (!take(text, name) || !take(text, ' '))
            fail_damaged();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (error != std::errc() || !take(text, '\n'))
            fail_damaged();
        return std::chrono::nanoseconds(value);
    }

    [[nodiscard]] duration take_length(std::string_view& text, std::string_view name) const
    {
        const auto length = take_line(text, name);
        if (length < duration::zero())
            fail_damaged();
        return length;
    }

    std::string path_;
};

/// The time from `then` to `now`; never negative.
template <class Time>
[[nodiscard]] constexpr duration time_since(Time then, Time now) noexcept
{
    if (now <= then)
        return duration::zero();
    const bool is_in_range =
        then.time_since_epoch() >= duration::zero() || now <= Time::max() + then.time_since_epoch();
    return is_in_range ? duration(now - then) : duration::max();
}

/// The minimum age of a record. The wall clock may have been set since; the steady clock cannot be set, but restarts
/// with the machine.
[[nodiscard]] inline duration elapsed_since(const quota_record& r, timestamp wall_now, time_point now) noexcept
{
    const auto by_wall = time_since(r.wall, wall_now);
    return now >= r.state.at ? std::min(by_wall, time_since(r.state.at, now)) : by_wall;
}

} // namespace cojob::detail

// -------- cojob/impl/policy/quota.ipp

namespace cojob {

quota::quota(quota_options options, clock_ptr clock, std::shared_ptr<quota_ledger> ledger)
    : core_(detail::share<detail::quota_core>(detail::checked(options), clock ? std::move(clock) : machine_clock(),
                                              std::move(ledger)))
{
}

std::uint32_t quota::remaining() const
{
    return core_->remaining();
}

timestamp quota::next_slot_at() const
{
    const auto now = core_->time().wall_now();
    const auto wait = core_->expected_wait();
    return wait > timestamp::max() - now ? timestamp::max() : now + wait;
}

const quota_options& quota::options() const noexcept
{
    return core_->options();
}

void quota::save(const std::filesystem::path& path) const
{
    if (core_->has_ledger())
        detail::throw_invalid_argument("quota::save", "the quota's ledger keeps its uses");
    const detail::quota_record record{options().window, core_->state(), core_->time().wall_now()};
    detail::file_replacement file({"quota file", path});
    file.write(detail::format_quota_file(record));
    file.replace();
}

std::shared_ptr<quota> quota::load(const std::filesystem::path& path, quota_options options, clock_ptr clock)
{
    if (!clock)
        clock = machine_clock();
    auto loaded = detail::share<quota>(options, clock);
    const auto text = detail::read_file({"quota file", path});
    const detail::quota_file_parser parser(detail::utf8(path));
    if (!text) {
        if (const auto leftover = detail::find_leftover(path); !leftover.empty())
            parser.fail("missing, but an interrupted save left " + detail::utf8(leftover) +
                        ": rename it to continue from it, or delete it when a whole window has passed");
        return loaded;
    }
    const auto record = parser.parse(*text);
    if (record.window < options.window)
        parser.fail("saved for a shorter window than quota_options::window: older uses are missing");
    const auto elapsed = detail::elapsed_since(record, clock->wall_now(), clock->now());
    loaded->core_ = detail::share<detail::quota_core>(options, clock, record.state, elapsed);
    return loaded;
}

} // namespace cojob

// -------- cojob/impl/mintlify/agent_options.ipp

namespace cojob::mintlify {

agent_options agent_options_from_environment()
{
    using cojob::detail::environment;
    agent_options o;
    o.project_id = environment("MINTLIFY_PROJECT_ID", "the project id");
    o.api_key = secret_from_environment("MINTLIFY_API_KEY", "an admin API key");
    if (auto url = environment("MINTLIFY_BASE_URL"); !url.empty())
        o.base_url = std::move(url);
    return o;
}

} // namespace cojob::mintlify

// -------- cojob/impl/internal/mintlify/agent_decode.hpp

namespace cojob::mintlify::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

inline agent_job_status parse_agent_job_status(std::string_view text)
{
    using enum agent_job_status;
    static constexpr std::array<std::pair<std::string_view, agent_job_status>, 4> known{
        {{"active", active}, {"completed", completed}, {"failed", failed}, {"archived", archived}}};
    for (const auto& [name, status] : known)
        if (name == text)
            return status;
    return unknown;
}

inline bool read_source(const json_reader& json, job_source& source)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "repository")
            return member.read(source.repository);
        return name == "ref" && member.read(source.ref);
    });
}

/// Returns whether there is a status. The id is empty if it is missing.
inline bool read_agent_job(const json_reader& json, agent_job& job)
{
    bool has_status = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "id")
            return member.read_id(job.id);
        if (name == "status")
            return has_status = member.read_present(job.status_text);
        if (name == "source")
            return member.is_null() || read_source(member, job.source);
        if (name == "model")
            return member.read(job.model);
        if (name == "prLink")
            return member.read(job.pr_link);
        if (name == "createdAt")
            return member.read(job.created_at);
        return name == "archivedAt" && member.read(job.archived_at);
    });
    job.status = parse_agent_job_status(job.status_text);
    job.unknown_members = json.end_job();
    return has_status;
}

/// Notes missing members that each job has according to the vendor's documentation.
inline void note_what_is_missing(const json_reader& json, const agent_job& job)
{
    if (job.source.repository.empty())
        json.note_missing("source.repository");
    if (job.model.empty())
        json.note_missing("model");
    if (!job.created_at)
        json.note_missing("createdAt");
}

/// Decodes a job that was just created. Only the id is required: the job exists, whatever else is missing.
inline agent_job decode_created_job(const json_reader& json)
{
    agent_job job;
    if (!read_agent_job(json, job))
        json.note_missing("status");
    if (job.id.empty())
        json.member("id").fail("expected an id");
    note_what_is_missing(json, job);
    return job;
}

inline agent_job decode_agent_job(const json_reader& json)
{
    agent_job job;
    const bool has_status = read_agent_job(json, job);
    if (job.id.empty())
        json.member("id").fail("expected an id");
    if (!has_status)
        json.member("status").fail("expected a string");
    note_what_is_missing(json, job);
    return job;
}

} // namespace cojob::mintlify::detail

// -------- cojob/impl/internal/client/quota_pools.hpp

namespace cojob::detail {

/// The quotas of a client. All services of one scope share a quota.
class quota_pools {
  public:
    /// \throws api_error invalid_argument if another service of this scope has different options, or the options are
    /// invalid
    std::shared_ptr<quota> get(const std::string& scope, const quota_options& options, const clock_ptr& time)
    {
        const std::lock_guard lock(mutex_);
        auto pool = pools_.find(scope);
        if (!pool)
            pools_.put(scope, pool = share<quota>(options, time));
        else if (!(pool->options() == options))
            throw_invalid_argument("quota: another service of this client and project has different quota_options");
        return pool;
    }

  private:
    std::mutex mutex_;
    name_map<quota> pools_;
};

/// The quota of a service: the given one, or else the client's for this scope. Null if the limit is zero.
inline std::shared_ptr<quota> find_quota(const client& c, const std::string& scope, const quota_options& options,
                                         const std::shared_ptr<quota>& shared)
{
    if (shared || options.limit == 0)
        return shared;
    const auto& state = client_state::of(c);
    return state->extension<quota_pools>()->get(scope, options, state->options.clock);
}

} // namespace cojob::detail

// -------- cojob/impl/internal/client/service_settings.hpp

namespace cojob::detail {

/// A service's base URL and credential, validated.
class service_settings {
  public:
    /// The options' names, for error messages.
    struct names {
        std::string_view key, url;
    };

    /// \throws api_error invalid_argument, naming the option
    service_settings(const names& called, credential key, const std::string& url, bool allow_plaintext)
    {
        if (key.empty())
            throw_invalid_argument(called.key, "must not be empty");
        if (key.is_fixed())
            check_key(key.fixed().reveal(), called.key);
        auto server = http::parse_url(url, called.url);
        check_plaintext(server, allow_plaintext, called.url);
        base_ = api_base(std::move(server), std::move(key), allow_plaintext);
    }

    /// Rejects a base URL that ends with the path which the service adds: some users copy the whole address.
    /// \throws api_error invalid_argument
    void refuse_end(std::string_view added, std::string_view option) const
    {
        if (base_url().base_path().ends_with(added))
            throw_invalid_argument(option,
                                   std::string("must not end with ").append(added).append(", which is added to it"));
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return base_.url(); }

    /// The target of the service's requests, to which each adds: the base URL's path and these segments.
    [[nodiscard]] std::string make_path(std::span<const std::string_view> segments) const
    {
        auto path = base_url().base_path();
        append_segments(path, segments);
        return path;
    }

    /// A call of the service, made where it stays. `path` is from `make_path`; the segments below it are checked by the
    /// caller.
    [[nodiscard]] call_ptr make_call(const client& c, std::string_view method, std::string_view path,
                                     std::initializer_list<std::string_view> below) const
    {
        auto call = std::make_shared<call_record>(client_state::of(c), client_state::settings_of(c));
        auto& request = call->request;
        set_base(request, *request_base::of(base_));
        set_method(request, method);
        auto& target = request.wire.target;
        constexpr std::size_t usual_ids = 96;
        target.reserve(path.size() + usual_ids);
        target = path;
        append_segments(target, below);
        return call;
    }

  private:
    api_base base_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/mintlify/agent_settings.hpp

namespace cojob::mintlify::detail {

using cojob::detail::call_ptr;
using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The validated options.
class agent_settings {
  public:
    agent_settings(const client& c, agent_options o)
        : project_id_(checked(std::move(o.project_id))), service_({"agent_options::api_key", "agent_options::base_url"},
                                                                  std::move(o.api_key), o.base_url, o.allow_plaintext),
          pool_(cojob::detail::find_quota(c, scope(), o.quota, o.shared_quota))
    {
        const auto project = '/' + http::encode_segment(project_id_);
        for (const std::string_view version : {"/v1", "/v2"}) {
            std::string path;
            for (const auto part :
                 {version, std::string_view("/agent"), std::string_view(project), std::string_view("/job")})
                service_.refuse_end(path += part, "agent_options::base_url");
        }
        v1_ = service_.make_path(std::array<std::string_view, 3>{"v1", "agent", project_id_});
        v2_ = service_.make_path(std::array<std::string_view, 3>{"v2", "agent", project_id_});
    }

    /// Null if there is no quota.
    [[nodiscard]] const std::shared_ptr<quota>& pool() const noexcept { return pool_; }

    [[nodiscard]] const http::url& base_url() const noexcept { return service_.base_url(); }

    [[nodiscard]] std::string scope() const
    {
        return http::to_string(service_.base_url()) + '/' + http::encode_segment(project_id_);
    }

    /// A call below the project in the API of version 1.
    [[nodiscard]] call_ptr v1_call(const client& c, std::string_view method,
                                   std::initializer_list<std::string_view> below) const
    {
        return service_.make_call(c, method, v1_, below);
    }
    /// The same for version 2.
    [[nodiscard]] call_ptr v2_call(const client& c, std::string_view method,
                                   std::initializer_list<std::string_view> below) const
    {
        return service_.make_call(c, method, v2_, below);
    }

  private:
    static std::string checked(std::string project)
    {
        check_segment(project, "agent_options::project_id");
        return project;
    }

    std::string project_id_;
    cojob::detail::service_settings service_;
    std::shared_ptr<quota> pool_;
    std::string v1_, v2_; // the targets' beginnings
};

/// Checks a text for a JSON body.
inline void check_text(const std::string& text, const char* what)
{
    if (text.empty())
        throw_invalid_argument(what, "must not be empty");
    if (!is_valid_utf8(text))
        throw_invalid_argument(what, "must be valid UTF-8");
}

using settings_ptr = std::shared_ptr<const agent_settings>;

} // namespace cojob::mintlify::detail

// -------- cojob/impl/mintlify/agent.ipp

namespace cojob::mintlify {

namespace detail {

using cojob::detail::client_state;
using cojob::detail::decode_response;
using cojob::detail::job_memory;
using cojob::detail::note_created;
using cojob::detail::send;

inline call_ptr post(const client& c, const agent_settings& settings, std::initializer_list<std::string_view> below,
                     const std::string& prompt)
{
    check_text(prompt, "prompt");
    auto call = settings.v2_call(c, "POST", below);
    call->request.quota_pool = settings.pool();
    cojob::detail::set_json(call->request.wire, boost::json::serialize(boost::json::object{{"prompt", prompt}}));
    return call;
}

/// The arguments are checked when the operation is awaited: a call expression does not throw.
inline asio::awaitable<agent_job> create_job(client c, settings_ptr settings, std::string prompt)
{
    const auto call = post(c, *settings, {"job"}, prompt);
    co_await send(call);
    try {
        auto job = decode_response(*call, agent::api_name, decode_created_job);
        note_created(c, agent::api_name, settings->scope(), job.id);
        co_return job;
    } catch (const api_error& failure) {
        if (!failure.info().job_id.empty()) // the job exists although the response is invalid
            note_created(c, agent::api_name, settings->scope(), failure.info().job_id);
        throw;
    }
}

inline asio::awaitable<agent_job> get_job(client c, settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->v2_call(c, "GET", {"job", id});
    call->request.job_id = std::move(id);
    co_await send(call);
    co_return decode_response(*call, agent::api_name, decode_agent_job, "id");
}

inline asio::awaitable<agent_job> send_message(client c, settings_ptr settings, std::string id, std::string prompt)
{
    check_segment(id, "id");
    const auto call = post(c, *settings, {"job", id, "message"}, prompt);
    call->request.job_id = id;
    const auto& state = client_state::of(c);
    const auto note = [&] {
        state->extension<job_memory>()->messaged({std::string(agent::api_name), settings->scope(), id},
                                                 state->time().now());
    };
    try {
        co_await send(call);
    } catch (const api_error& failure) {
        if (failure.code() == errc::outcome_unknown) // the server may have received the message
            note();
        throw;
    }
    note();
    co_return decode_response(*call, agent::api_name, decode_created_job, "id");
}

} // namespace detail

agent::agent(asio::any_io_executor executor, agent_options options)
    : agent(client(std::move(executor)), std::move(options))
{
}

agent::agent(client c, agent_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::agent_settings>(client_, std::move(options)))
{
}

agent::agent(client c, std::shared_ptr<const detail::agent_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

agent agent::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> agent::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string agent::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle agent::handle(const agent_job& job) const
{
    return cojob::detail::make_handle(client_, api_name, cojob::detail::in_use(settings_)->scope(), job.id);
}

asio::awaitable<agent_job> agent::create_job(std::string_view prompt) const
{
    return detail::create_job(client_, cojob::detail::in_use(settings_), std::string(prompt));
}

asio::awaitable<agent_job> agent::get_job(std::string_view id) const
{
    return detail::get_job(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<agent_job> agent::send_message(std::string_view id, std::string_view prompt) const
{
    return detail::send_message(client_, cojob::detail::in_use(settings_), std::string(id), std::string(prompt));
}

} // namespace cojob::mintlify

// -------- cojob/impl/internal/client/event_source.hpp

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

// -------- cojob/impl/mintlify/agent_stream.ipp

namespace cojob::mintlify {

asio::awaitable<std::optional<http::server_sent_event>> agent_stream::next() const
{
    return cojob::detail::next_event(source_);
}

} // namespace cojob::mintlify

// -------- cojob/impl/internal/client/rest_of_body.hpp

namespace cojob::detail {

inline asio::awaitable<void> run_read_rest(call_ptr call, std::shared_ptr<operation> op)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto& client = *call->client;
    const client_state::running_guard running(client, op);
    op->set_deadline(std::min(call->op.deadline(), after(op->time().now(), client.options.timeouts.attempt)));
    auto& body = call->response.body;
    while (body.size() < client.options.limits.body_bytes && !op->is_stopped()) {
        const auto part = co_await call->rest->read(*op);
        client.counters.received += part.bytes_received;
        body.append(part.text, 0, client.options.limits.body_bytes - body.size());
        if (part.error || part.is_last)
            break;
    }
    call->rest.reset();
}

/// Reads the rest of a streamed body into the response, within the limits of a response that is not streamed. Completes
/// on the caller's executor. If the body ends early, that is no error: the call has succeeded, and the beginning may be
/// enough.
inline asio::awaitable<void> read_rest(call_ptr call)
{
    if (!call->rest)
        co_return;
    auto op = share<operation>(call->client->alarm);
    auto inner = run_read_rest(std::move(call), op);
    co_await hop(std::move(op), std::move(inner));
}

} // namespace cojob::detail

// -------- cojob/impl/internal/mintlify/session_creation.hpp

// The creation of a session of API v1: its request and its response.
namespace cojob::mintlify::detail {

using cojob::detail::call_record;

inline std::string_view name_of(message_role role)
{
    switch (role) {
    case message_role::system: return "system";
    case message_role::user: return "user";
    case message_role::assistant: return "assistant";
    }
    throw_invalid_argument("create_session_request::messages: unknown role");
}

inline call_ptr make_creation(const client& c, const agent_settings& settings, const create_session_request& session)
{
    if (session.messages.empty())
        throw_invalid_argument("create_session_request::messages: must not be empty");
    boost::json::array messages;
    for (const auto& m : session.messages) {
        check_text(m.content, "create_session_request::messages");
        messages.push_back(boost::json::object{{"role", name_of(m.role)}, {"content", m.content}});
    }
    boost::json::object body{{"messages", std::move(messages)}};
    if (session.branch) {
        check_text(*session.branch, "create_session_request::branch");
        body["branch"] = *session.branch;
    }
    if (session.as_draft)
        body["asDraft"] = *session.as_draft;
    if (!session.model.empty()) {
        check_text(session.model, "create_session_request::model");
        body["model"] = session.model;
    }
    auto call = settings.v1_call(c, "POST", {"job"});
    auto& request = call->request;
    request.quota_pool = settings.pool();
    request.wire.headers = {{"Accept", "text/event-stream"}};
    cojob::detail::replace_common_headers(request.wire, request.wire.headers);
    cojob::detail::set_json(request.wire, boost::json::serialize(body));
    request.streams_body = true;
    return call;
}

/// The id, if calls accept it.
inline std::optional<std::string> usable_id(std::string_view id)
{
    try {
        check_segment(id, "session id");
        return std::string(id);
    } catch (const api_error&) {
        return std::nullopt;
    }
}

/// The id of the created session, from the header or a JSON body.
inline std::optional<std::string> session_id_of(const call_record& call)
{
    const auto& response = call.response;
    if (const auto header = response.header("X-Session-Id"))
        if (auto id = usable_id(*header))
            return id;
    return usable_id(cojob::detail::find_json_id(response.body, "sessionId")); // also if the rest is not valid JSON
}

/// Why the response is not an event stream; empty if it is.
inline std::string objection_to(const call_record& call)
{
    auto coding = cojob::detail::coding_objection(call.request.wire, call.response);
    if (!coding.empty())
        return coding;
    const auto type = call.response.header("Content-Type").value_or(std::string_view());
    const auto is_stream =
        cojob::detail::equal_ignoring_case(type.substr(0, type.find_first_of("; \t")), "text/event-stream");
    return is_stream ? std::string() : "header Content-Type: expected text/event-stream";
}

inline error_info describe_creation(const call_record& call, const std::optional<std::string>& session_id,
                                    error_info info)
{
    auto described = cojob::detail::describe_undecodable(call, std::move(info));
    described.job_id = cojob::detail::without_key(session_id.value_or(std::string()), call.request.wire.authorization);
    if (described.code() == errc::invalid_response)
        cojob::detail::add_words_of(described, call.response, call.client->options.limits,
                                    call.request.wire.authorization);
    return described;
}

} // namespace cojob::mintlify::detail

// -------- cojob/impl/internal/mintlify/session_decode.hpp

namespace cojob::mintlify::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

/// The vendor's spelling.
inline halt_reason parse_halt_reason(std::string_view text)
{
    using enum halt_reason;
    static constexpr std::array<std::pair<std::string_view, halt_reason>, 5> known{
        {{"completed", completed},
         {"github_missconfigured", github_misconfigured},
         {"error", error},
         {"processing", processing},
         {"interrupted", interrupted}}};
    for (const auto& [name, reason] : known)
        if (name == text)
            return reason;
    return unknown;
}

inline bool read_todo(const json_reader& json, todo& step)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "id")
            return member.read(step.id);
        if (name == "content")
            return member.read(step.content);
        if (name == "status")
            return member.read(step.status);
        return name == "priority" && member.read(step.priority);
    });
}

inline bool read_todos(const json_reader& json, std::vector<todo>& todos)
{
    return json.for_each_element([&](const json_reader& element) {
        todo step;
        const bool is_read = read_todo(element, step);
        if (is_read)
            todos.push_back(std::move(step));
        return is_read;
    });
}

inline bool read_reason(const json_reader& json, agent_session& s)
{
    if (!json.read(s.reason_text))
        return false;
    if (!json.is_null())
        s.reason = parse_halt_reason(s.reason_text);
    return true;
}

/// Returns whether `haulted` is present. The id is empty if it is missing.
inline bool read_session(const json_reader& json, agent_session& s)
{
    bool has_state = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "sessionId")
            return member.read_id(s.session_id);
        if (name == "subdomain")
            return member.read(s.subdomain);
        if (name == "branch")
            return member.read(s.branch);
        if (name == "haulted")
            return has_state = member.read_present(s.halted);
        if (name == "haultReason")
            return read_reason(member, s);
        if (name == "pullRequestLink")
            return member.read(s.pull_request_link);
        if (name == "messageToUser")
            return member.read(s.message_to_user);
        if (name == "userId")
            return member.read(s.user_id);
        if (name == "title")
            return member.read(s.title);
        if (name == "todos")
            return read_todos(member, s.todos);
        return name == "createdAt" && member.read(s.created_at);
    });
    s.unknown_members = json.end_job();
    return has_state;
}

inline agent_session decode_session(const json_reader& json)
{
    agent_session s;
    const bool has_state = read_session(json, s);
    if (s.session_id.empty())
        json.member("sessionId").fail("expected an id");
    if (!has_state)
        json.member("haulted").fail("expected true or false");
    return s;
}

inline session_page decode_sessions(const json_reader& json)
{
    session_page page;
    const auto all = json.member("allSessions");
    if (!all.is_array())
        all.fail("expected an array");
    all.for_each_element([&](const json_reader& item) {
        agent_session s;
        if (read_session(item, s) && !s.session_id.empty())
            page.items.push_back(std::move(s));
        else
            ++page.skipped;
        return true;
    });
    return page;
}

} // namespace cojob::mintlify::detail

// -------- cojob/impl/mintlify/agent_v1.ipp

namespace cojob::mintlify {

namespace detail {

using cojob::detail::append_query;
using cojob::detail::decode_response;
using cojob::detail::send;

inline asio::awaitable<agent_session> get_session(client c, settings_ptr settings, std::string id)
{
    check_segment(id, "id");
    const auto call = settings->v1_call(c, "GET", {"job", id});
    call->request.job_id = std::move(id);
    co_await send(call);
    co_return decode_response(*call, agent_v1::api_name, decode_session, "sessionId");
}

inline asio::awaitable<session_page> list_sessions(client c, settings_ptr settings, session_query query)
{
    if (query.skip < 0)
        throw_invalid_argument("session_query::skip: must not be negative");
    const auto take = query.take.value_or(12);
    if (take < 1 || take > 100)
        throw_invalid_argument("session_query::take: must be from 1 to 100");
    const auto call = settings->v1_call(c, "GET", {"jobs"});
    append_query(call->request.wire.target, "skip", std::to_string(query.skip));
    append_query(call->request.wire.target, "take", std::to_string(take));
    co_await send(call);
    co_return decode_response(*call, agent_v1::api_name, decode_sessions);
}

inline asio::awaitable<std::vector<agent_session>> list_items(client c, settings_ptr settings, session_query query)
{
    auto page = co_await list_sessions(std::move(c), std::move(settings), query);
    co_return std::move(page.items);
}

/// Reads the page that begins `place` entries after the query's first.
inline asio::awaitable<cojob::detail::list_part<agent_session>> sessions_from(client c, settings_ptr settings,
                                                                              session_query query, std::size_t place)
{
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (place > 0)
        query.skip = static_cast<int>(std::min(most, query.skip + static_cast<std::int64_t>(place)));
    auto page = co_await list_sessions(std::move(c), std::move(settings), query);
    cojob::detail::list_part<agent_session> part;
    part.items = std::move(page.items);
    part.skipped = page.skipped;
    co_return part;
}

} // namespace detail

agent_v1::agent_v1(asio::any_io_executor executor, agent_options options)
    : agent_v1(client(std::move(executor)), std::move(options))
{
}

agent_v1::agent_v1(client c, agent_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::agent_settings>(client_, std::move(options)))
{
}

agent_v1::agent_v1(client c, settings_ptr settings) : client_(std::move(c)), settings_(std::move(settings)) {}

agent_v1 agent_v1::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> agent_v1::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string agent_v1::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle agent_v1::handle(const agent_session& session) const
{
    return cojob::detail::make_handle(client_, api_name, cojob::detail::in_use(settings_)->scope(), session.session_id);
}

asio::awaitable<agent_stream> agent_v1::create(client c, settings_ptr settings, create_session_request session)
{
    using cojob::detail::event_source;
    const auto call = detail::make_creation(c, *settings, session);
    co_await detail::send(call);
    auto objection = detail::objection_to(*call);
    if (!objection.empty() && cojob::detail::content_coding(call->response).empty())
        co_await cojob::detail::read_rest(call); // the body may contain the id and the reason
    const auto id = detail::session_id_of(*call);
    if (id) // the session exists, even if the response is invalid
        cojob::detail::note_created(c, api_name, settings->scope(), *id);
    else if (objection.empty())
        objection = "header X-Session-Id: missing, or not an id";
    if (!objection.empty())
        cojob::detail::throw_error(
            detail::describe_creation(*call, id, {errc::invalid_response, std::move(objection)}));
    auto broken = detail::describe_creation(
        *call, id, {errc::outcome_unknown, "the event stream ended early; the session continues"});
    auto handle = cojob::detail::make_handle(c, api_name, settings->scope(), *id);
    std::optional<std::string> branch(call->response.header("X-Branch-Name"));
    auto source = cojob::detail::share<event_source>(*call, std::move(broken));
    co_return agent_stream(std::move(source), std::move(handle), std::move(branch));
}

asio::awaitable<agent_stream> agent_v1::create_job(create_session_request session) const
{
    return create(client_, cojob::detail::in_use(settings_), std::move(session));
}

asio::awaitable<agent_session> agent_v1::get_job(std::string_view id) const
{
    return detail::get_session(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<std::vector<agent_session>> agent_v1::list_jobs(session_query query) const
{
    return detail::list_items(client_, cojob::detail::in_use(settings_), query);
}

asio::awaitable<session_page> agent_v1::list_page(session_query query) const
{
    return detail::list_sessions(client_, cojob::detail::in_use(settings_), query);
}

pager<agent_session> agent_v1::all_jobs(session_query query) const
{
    query.take = query.take.value_or(100);
    const auto size = static_cast<std::size_t>(std::max(1, *query.take));
    const auto first = static_cast<std::size_t>(std::max(0, query.skip));
    auto fetch = [c = client_, settings = cojob::detail::in_use(settings_), query, size](std::size_t place,
                                                                                         std::size_t smaller) {
        auto next = query;
        if (smaller < size)
            next.take = static_cast<int>(smaller);
        return detail::sessions_from(c, settings, next, place);
    };
    return pager<agent_session>(
        cojob::detail::share<cojob::detail::pager_state<agent_session>>(std::move(fetch), size, first));
}

asio::awaitable<std::vector<agent_session>> agent_v1::list_unfinished() const
{
    return detail::list_items(client_, cojob::detail::in_use(settings_), {.skip = 0, .take = 100});
}

} // namespace cojob::mintlify

// -------- cojob/detail/http_date.hpp

namespace cojob::detail {

/// Parses an HTTP-date (RFC 9110, 5.6.7) in any of its three forms, independent of the locale. Accepts letters in any
/// case, and `UTC`, `UT`, `Z` or `+0000` in place of `GMT`. `now` chooses the century of a two-digit year. The day of
/// the week must be valid, but need not match the date.
[[nodiscard]] COJOB_DECL std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view,
                                                                                 std::chrono::sys_seconds now) noexcept;

} // namespace cojob::detail

// -------- cojob/impl/internal/osapi/go_duration.hpp

namespace cojob::osapi::detail {

/// A decimal number: `whole` + `part` / `scale`.
struct go_number {
    std::int64_t whole = 0, part = 0, scale = 1;
};

inline constexpr std::int64_t most_nanoseconds = std::numeric_limits<std::int64_t>::max();

inline std::int64_t add_or_most(std::int64_t a, std::int64_t b)
{
    return a > most_nanoseconds - b ? most_nanoseconds : a + b;
}

inline std::int64_t multiply_or_most(std::int64_t a, std::int64_t b)
{
    return a > most_nanoseconds / b ? most_nanoseconds : a * b;
}

/// Removes a decimal number from the front of the text.
inline std::optional<go_number> take_go_number(std::string_view& text)
{
    constexpr std::int64_t finest = 1'000'000'000'000; // of an hour, less than four nanoseconds
    go_number n;
    std::size_t digits = 0;
    for (; !text.empty() && cojob::detail::is_digit(text.front()); text.remove_prefix(1), ++digits)
        n.whole = add_or_most(multiply_or_most(n.whole, 10), text.front() - '0');
    if (text.starts_with('.'))
        text.remove_prefix(1);
    else
        return digits == 0 ? std::nullopt : std::optional(n);
    for (; !text.empty() && cojob::detail::is_digit(text.front()); text.remove_prefix(1), ++digits)
        if (n.scale < finest) {
            n.part = n.part * 10 + (text.front() - '0');
            n.scale *= 10;
        }
    return digits == 0 ? std::nullopt : std::optional(n);
}

/// Removes the name of a unit from the front of the text. Returns the unit in nanoseconds.
inline std::optional<std::int64_t> take_go_unit(std::string_view& text)
{
    struct unit {
        std::string_view name;
        std::int64_t nanoseconds;
    };
    static constexpr std::array<unit, 8> units{{{"ns", 1},
                                                {"us", 1'000},
                                                {"\xC2\xB5s", 1'000}, // micro sign
                                                {"\xCE\xBCs", 1'000}, // Greek mu
                                                {"ms", 1'000'000},
                                                {"s", 1'000'000'000},
                                                {"m", 60'000'000'000},
                                                {"h", 3'600'000'000'000}}};
    const auto name = text.substr(0, text.find_first_of(".0123456789"));
    text.remove_prefix(name.size());
    for (const auto& u : units)
        if (u.name == name)
            return u.nanoseconds;
    return std::nullopt;
}

/// Parses a Go duration: `1h2m3.5s`, `2.748032ms`, `-4µs`, `0s`. Saturates.
inline std::optional<duration> parse_go_duration(std::string_view text)
{
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+'))
        text.remove_prefix(1);
    if (text == "0")
        return duration::zero();
    if (text.empty())
        return std::nullopt;
    std::int64_t total = 0;
    while (!text.empty()) {
        const auto number = take_go_number(text);
        const auto unit = number ? take_go_unit(text) : std::nullopt;
        if (!unit)
            return std::nullopt;
        const auto part = static_cast<double>(number->part) * static_cast<double>(*unit);
        total = add_or_most(total, multiply_or_most(number->whole, *unit));
        total = add_or_most(total, static_cast<std::int64_t>(part / static_cast<double>(number->scale)));
    }
    return std::chrono::duration_cast<duration>(std::chrono::nanoseconds(is_negative ? -total : total));
}

} // namespace cojob::osapi::detail

// -------- cojob/impl/internal/osapi/decode.hpp

namespace cojob::osapi::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

inline constexpr std::array<std::pair<std::string_view, job_status>, 6> statuses{
    {{"submitted", job_status::submitted},
     {"processing", job_status::processing},
     {"completed", job_status::completed},
     {"failed", job_status::failed},
     {"partial_failure", job_status::partial_failure},
     {"skipped", job_status::skipped}}};

inline job_status parse_job_status(std::string_view text)
{
    for (const auto& [name, status] : statuses)
        if (name == text)
            return status;
    return job_status::unknown;
}

/// An empty string is no time: a server that signs its jobs writes "" for times that it cannot read back.
inline bool read_time(const json_reader& json, std::optional<timestamp>& to)
{
    return json.read(to, true);
}

inline bool read_duration(const json_reader& json, std::optional<duration>& to)
{
    std::string text;
    if (!json.read(text))
        return false;
    to = parse_go_duration(text);
    return to || text.empty() || json.refuse("expected a Go duration");
}

/// A member whose type OSAPI does not define.
inline bool read_any(const json_reader& json, boost::json::value& to)
{
    to = json.as_value();
    return true;
}

inline bool read_operation(const json_reader& json, boost::json::object& to)
{
    if (json.is_object())
        to = std::move(json.as_value().as_object());
    else if (!json.is_null())
        return json.refuse("expected an object");
    return true;
}

inline bool read_agent_response(const json_reader& json, agent_response& r)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "status")
            return member.read(r.status);
        if (name == "data")
            return read_any(member, r.data);
        if (name == "changed")
            return member.read(r.changed);
        if (name == "error")
            return member.read(r.error);
        return name == "hostname" && member.read(r.hostname);
    });
}

inline bool read_agent_state(const json_reader& json, agent_state& s)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "status")
            return member.read(s.status);
        if (name == "error")
            return member.read(s.error);
        return name == "duration" && read_duration(member, s.duration);
    });
}

inline bool read_event(const json_reader& json, timeline_event& e)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "timestamp")
            return read_time(member, e.time);
        if (name == "event")
            return member.read(e.event);
        if (name == "hostname")
            return member.read(e.hostname);
        if (name == "message")
            return member.read(e.message);
        return name == "error" && member.read(e.error);
    });
}

/// Reads the entries of an object by key. Skips those that cannot be read.
template <class T>
bool read_entries(const json_reader& json, std::map<std::string, T>& to, bool (*read)(const json_reader&, T&))
{
    return json.for_each_entry([&](std::string_view key, const json_reader& entry) {
        T value;
        const bool is_read = read(entry, value);
        if (is_read)
            to.emplace(key, std::move(value));
        return is_read;
    });
}

inline bool read_timeline(const json_reader& json, std::vector<timeline_event>& to)
{
    return json.for_each_element([&](const json_reader& element) {
        timeline_event event;
        const bool is_read = read_event(element, event);
        if (is_read)
            to.push_back(std::move(event));
        return is_read;
    });
}

/// The members of a job that are objects or arrays.
inline bool read_parts(json_name name, const json_reader& member, job& j)
{
    if (name == "operation")
        return read_operation(member, j.operation);
    if (name == "result")
        return read_any(member, j.result);
    if (name == "responses")
        return read_entries(member, j.responses, read_agent_response);
    if (name == "agent_states")
        return read_entries(member, j.agent_states, read_agent_state);
    return name == "timeline" && read_timeline(member, j.timeline);
}

/// Returns whether there is a status. The id is empty if it is missing.
inline bool read_job(const json_reader& json, job& j)
{
    bool has_status = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "id")
            return member.read_id(j.id);
        if (name == "status")
            return has_status = member.read_present(j.status_text);
        if (name == "created")
            return read_time(member, j.created);
        if (name == "updated_at")
            return read_time(member, j.updated_at);
        if (name == "changed")
            return member.read(j.changed);
        if (name == "error")
            return member.read(j.error);
        if (name == "hostname")
            return member.read(j.hostname);
        return read_parts(name, member, j);
    });
    j.status = parse_job_status(j.status_text);
    j.unknown_members = json.end_job();
    return has_status;
}

inline job decode_job(const json_reader& json)
{
    job j;
    const bool has_status = read_job(json, j);
    if (j.id.empty())
        json.member("id").fail("expected an id");
    if (!has_status)
        json.member("status").fail("expected a string");
    return j;
}

inline bool read_count(const json_reader& json, std::int64_t& to)
{
    std::optional<std::int64_t> count;
    const bool is_read = json.read(count);
    to = count.value_or(0);
    return is_read;
}

/// `total_items` and `items` are required: they determine which page to request next.
inline job_page decode_page(const json_reader& json)
{
    job_page page;
    page.total_items = json.member("total_items").as_int64();
    const auto items = json.member("items");
    if (!items.is_array())
        items.fail("expected an array");
    items.for_each_element([&](const json_reader& item) {
        job j;
        if (read_job(item, j) && !j.id.empty())
            page.items.push_back(std::move(j));
        else
            ++page.skipped;
        return true;
    });
    json.for_each_member([&](json_name name, const json_reader& member) {
        return name == "status_counts" && read_entries(member, page.status_counts, read_count); // null at first
    });
    return page;
}

/// Decodes the response to a retry. Only the id is required: the job exists, whatever else is missing.
inline retry_receipt decode_receipt(const json_reader& json)
{
    retry_receipt r;
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "job_id")
            return member.read_id(r.job_id);
        if (name == "status")
            return member.read(r.status);
        if (name == "revision")
            return member.read(r.revision);
        return name == "timestamp" && read_time(member, r.created);
    });
    if (r.job_id.empty())
        json.member("job_id").fail("expected an id");
    return r;
}

} // namespace cojob::osapi::detail

// -------- cojob/impl/internal/osapi/jobs_settings.hpp

namespace cojob::osapi::detail {

using cojob::detail::append_query;
using cojob::detail::call_ptr;
using cojob::detail::check_segment;
using cojob::detail::is_valid_utf8;
using cojob::detail::throw_invalid_argument;

/// The validated options.
class jobs_settings {
  public:
    explicit jobs_settings(jobs_options o)
        : service_({"jobs_options::token", "jobs_options::base_url"}, std::move(o.token), o.base_url, o.allow_plaintext)
    {
        append_encoded_path(o.base_path);
        service_.refuse_end(path_, "jobs_options::base_url");
        target_ = service_.base_url().base_path() + path_;
    }

    [[nodiscard]] const http::url& base_url() const noexcept { return service_.base_url(); }

    [[nodiscard]] std::string scope() const { return http::to_string(service_.base_url()) + path_; }

    /// A call below the path of the jobs.
    [[nodiscard]] call_ptr make_call(const client& c, std::string_view method,
                                     std::initializer_list<std::string_view> below = {}) const
    {
        return service_.make_call(c, method, target_, below);
    }

  private:
    void append_encoded_path(std::string_view rest)
    {
        if (!rest.starts_with('/'))
            throw_invalid_argument("jobs_options::base_path: must begin with a slash");
        while (!rest.empty()) {
            rest.remove_prefix(1);
            auto segment = rest.substr(0, rest.find('/'));
            rest.remove_prefix(segment.size());
            if (segment.empty() && rest.empty() && !path_.empty()) // a slash at the end
                break;
            check_segment(segment, "jobs_options::base_path");
            path_.append("/").append(http::encode_segment(segment));
        }
    }

    cojob::detail::service_settings service_;
    std::string path_, target_; // the options' path, encoded; the same below the base URL's
};

using settings_ptr = std::shared_ptr<const jobs_settings>;

/// The name of a status as a filter. The server rejects `skipped`.
/// \throws api_error invalid_argument
inline std::string filter_name(job_status wanted)
{
    for (const auto& [name, status] : statuses)
        if (status == wanted && status != job_status::skipped)
            return std::string(name);
    throw_invalid_argument("list_query::status: the server has no filter for this status");
}

/// \throws api_error invalid_argument
inline call_ptr list_call(const client& c, const jobs_settings& settings, const list_query& query)
{
    const auto limit = query.limit.value_or(10);
    if (limit < 1 || limit > 100)
        throw_invalid_argument("list_query::limit: must be from 1 to 100");
    if (query.offset < 0)
        throw_invalid_argument("list_query::offset: must not be negative");
    auto call = settings.make_call(c, "GET");
    auto& target = call->request.wire.target;
    if (query.status)
        append_query(target, "status", filter_name(*query.status));
    append_query(target, "limit", std::to_string(limit));
    append_query(target, "offset", std::to_string(query.offset));
    return call;
}

/// \throws api_error invalid_argument
inline call_ptr job_call(const client& c, const jobs_settings& settings, std::string_view method, std::string id)
{
    check_segment(id, "id");
    auto call = settings.make_call(c, method, {id});
    call->request.job_id = std::move(id);
    return call;
}

/// \throws api_error invalid_argument
inline call_ptr retry_call(const client& c, const jobs_settings& settings, std::string id, const std::string& target)
{
    auto call = job_call(c, settings, "POST", std::move(id));
    call->request.wire.target += "/retry";
    if (!target.empty()) {
        if (!is_valid_utf8(target))
            throw_invalid_argument("target_hostname: must be valid UTF-8");
        cojob::detail::set_json(call->request.wire,
                                boost::json::serialize(boost::json::object{{"target_hostname", target}}));
    }
    return call;
}

} // namespace cojob::osapi::detail

// -------- cojob/impl/internal/osapi/queued_jobs.hpp

namespace cojob::osapi::detail {

/// The servers on which a client has seen queued jobs. A list of queued jobs is requested only for these. Thread-safe.
class queued_jobs {
  public:
    /// Whether a queued job was seen since the last list of queued jobs that was empty.
    [[nodiscard]] bool are_at(const std::string& scope)
    {
        const std::lock_guard lock(mutex_);
        return std::find(scopes_.begin(), scopes_.end(), scope) != scopes_.end();
    }

    void note(std::string scope, bool has_queued)
    {
        const std::lock_guard lock(mutex_);
        const auto known = std::find(scopes_.begin(), scopes_.end(), scope);
        if (has_queued && known == scopes_.end())
            scopes_.push_back(std::move(scope));
        else if (!has_queued && known != scopes_.end())
            scopes_.erase(known);
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> scopes_;
};

} // namespace cojob::osapi::detail

// -------- cojob/impl/internal/osapi/reconcile.hpp

namespace cojob::osapi::detail {

/// Whether to check what happened to a failed retry: not after a cancellation or at the deadline.
inline bool is_worth_a_look(const error_info& failure)
{
    if (failure.code() != errc::outcome_unknown || failure.attempts.empty())
        return false;
    const auto& why = failure.attempts.back().ended;
    return why != boost::asio::error::operation_aborted && why != errc::deadline_exceeded;
}

/// The new job's id in `Job retried as ID`; nothing for any other message.
inline std::optional<std::string> id_in_message(std::string_view message)
{
    constexpr std::string_view before_id = "Job retried as ";
    if (!message.starts_with(before_id))
        return std::nullopt;
    message.remove_prefix(before_id.size());
    const auto is_word =
        std::none_of(message.begin(), message.end(), [](char c) { return c == ' ' || cojob::detail::is_control(c); });
    return !message.empty() && is_word ? std::optional<std::string>(message) : std::nullopt;
}

/// A range of the server's time in which a local event happened.
struct server_span {
    timestamp earliest, latest;
};

/// Converts a local time to the server's time. The clocks are compared by a response: the server wrote its date, in
/// whole seconds, after the request was sent and before the response was received. Returns nothing if the date is not
/// plausible.
inline std::optional<server_span> at_server(timestamp here, std::chrono::sys_seconds date, timestamp requested,
                                            timestamp received)
{
    constexpr std::chrono::seconds century = std::chrono::hours(24 * 36525);
    const auto ahead = date - std::chrono::floor<std::chrono::seconds>(received);
    if (std::chrono::abs(ahead) > century)
        return std::nullopt;
    const timestamp written(date);
    return server_span{here + (written - received), here + (written - requested) + std::chrono::seconds(1)};
}

/// What is known about a job's retries, to distinguish one whose response was lost from others.
struct known_retries {
    server_span began{};                                   ///< when the attempt began
    const job* before = nullptr;                           ///< the job just before the attempt; null if it was not read
    std::function<bool(const std::string& id)> is_known{}; ///< whether the client knows this id from another response
};

/// The only retry that the job's timeline shows since the attempt began. Nothing if there is none, if there are
/// several, or if it may be an earlier one. A timeline has whole seconds. Within the second in which the attempt began,
/// an earlier retry can be distinguished only if the job was read before the attempt.
inline std::optional<retry_receipt> find_retry(const job& original, const known_retries& known)
{
    std::optional<retry_receipt> found;
    for (const auto& event : original.timeline) {
        // An event without a time may have happened at any time.
        const bool is_earlier = event.time && *event.time + std::chrono::seconds(1) < known.began.earliest;
        if (event.event != "retried" || is_earlier)
            continue;
        const auto* const old = known.before ? &known.before->timeline : nullptr;
        if (old && std::find(old->begin(), old->end(), event) != old->end())
            continue;
        const auto id = id_in_message(event.message);
        if (id && known.is_known(*id))
            continue;
        if (found || !id || (!old && (!event.time || *event.time < known.began.latest)))
            return std::nullopt;
        found.emplace();
        found->job_id = *id;
        found->status = "created";
        found->created = event.time;
    }
    return found;
}

} // namespace cojob::osapi::detail

// -------- cojob/impl/internal/osapi/running_retries.hpp

namespace cojob::osapi::detail {

/// Retries of one job that overlap each other in time.
class overlapping_retries {
  public:
    void begin() noexcept { ++unidentified_; }
    /// Called when a retry knows the id of its new job and has noted it; never for a retry that does not learn it.
    void note_identified() noexcept { --unidentified_; }
    /// Whether the caller is the only retry without a known id.
    [[nodiscard]] bool is_last_unidentified() const noexcept { return unidentified_ == 1; }

  private:
    std::atomic<int> unidentified_{0};
};

/// The retries that a client runs at the moment. A new entry in a job's timeline may belong to any of them.
/// Thread-safe.
class running_retries {
  public:
    /// Registers a retry, which runs as long as the returned object is kept.
    /// \param job the job's scope and id
    std::shared_ptr<overlapping_retries> begin(const std::string& job)
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
        auto running = jobs_[job].lock();
        if (!running)
            jobs_[job] = running = cojob::detail::share<overlapping_retries>();
        running->begin();
        return running;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<overlapping_retries>> jobs_;
};

} // namespace cojob::osapi::detail

// -------- cojob/impl/internal/osapi/unfinished_jobs.hpp

namespace cojob::osapi::detail {

inline asio::awaitable<job_page> list_jobs(client c, settings_ptr settings, list_query query)
{
    const auto call = list_call(c, *settings, query);
    co_await cojob::detail::send(call);
    co_return cojob::detail::decode_response(*call, jobs::api_name, decode_page);
}

/// Limits several calls together to the timeout of one call.
inline client with_one_deadline(const client& c)
{
    return cojob::detail::client_state::until(
        c, cojob::detail::after(cojob::detail::client_state::of(c)->time().now(),
                                cojob::detail::client_state::settings_of(c).timeout));
}

/// What a wait reads of the lists of unfinished jobs.
struct unfinished_jobs {
    std::vector<job> jobs{};
    std::size_t pages_left = 1; ///< how many more may be read
    time_point until{};         ///< no later page is requested after that
};

/// Whether the server has said when it wants the next request.
inline bool is_told_to_wait(const client& c)
{
    const auto& trace = cojob::detail::client_state::settings_of(c).poll;
    return trace && trace->retry_after;
}

/// Reads a list of one status to its end, if it has no more pages than may be read; otherwise its first page. Pages do
/// not overlap: a job that moves from one to another meanwhile is polled by itself, and an overlap would cost a page in
/// ten. A later page that fails in passing ends the list, because what was read is true; unless the server asks to be
/// left alone: then all jobs wait for that, not only those on the list.
inline asio::awaitable<void> read_pages(client c, settings_ptr settings, job_status status, unfinished_jobs& read)
{
    const auto& time = cojob::detail::client_state::of(c)->time();
    constexpr int limit = 100;
    list_query query{.status = status, .limit = limit};
    std::size_t longest = 1; // a server may have a limit of its own
    for (auto pays = true; pays;) {
        job_page page;
        try {
            page = co_await list_jobs(c, settings, query);
        } catch (const api_error& failure) {
            if (query.offset == 0 || failure.code() == errc::rate_limited || is_told_to_wait(c) ||
                !cojob::detail::may_pass(failure.info()))
                throw;
            co_return;
        }
        read.pages_left -= std::min<std::size_t>(1, read.pages_left);
        const auto places = page.items.size() + page.skipped;
        read.jobs.insert(read.jobs.end(), std::make_move_iterator(page.items.begin()),
                         std::make_move_iterator(page.items.end()));
        longest = std::max(longest, places);
        if (places == 0 || places > limit) // such a server may have any number of them
            co_return;
        query.offset += static_cast<int>(places);
        pays = page.total_items > query.offset &&
               static_cast<std::size_t>(page.total_items - query.offset - 1) / longest < read.pages_left &&
               time.now() < read.until && !is_told_to_wait(c);
    }
}

/// Lists queued jobs first: a job that starts in between appears in both lists, and the later entry counts.
inline asio::awaitable<std::vector<job>> list_unfinished(client c, settings_ptr settings, std::size_t most_pages)
{
    constexpr std::size_t most = 1'000;                // their jobs are kept until the last page was read
    constexpr auto interval = std::chrono::seconds(5); // jobs on later pages are waiting to be polled
    c = with_one_deadline(c);
    const auto now = cojob::detail::client_state::of(c)->time().now();
    unfinished_jobs read{.pages_left = std::min(most_pages, most), .until = now + interval};
    const auto queued = cojob::detail::client_state::of(c)->extension<queued_jobs>();
    if (queued->are_at(settings->scope())) {
        co_await read_pages(c, settings, job_status::submitted, read);
        queued->note(settings->scope(), !read.jobs.empty());
    }
    co_await read_pages(c, settings, job_status::processing, read);
    co_return std::move(read.jobs);
}

} // namespace cojob::osapi::detail

// -------- cojob/impl/osapi/jobs.ipp

namespace cojob::osapi {

namespace detail {

using cojob::detail::add_words;
using cojob::detail::call_record;
using cojob::detail::client_state;
using cojob::detail::decode_response;
using cojob::detail::describe_undecodable;
using cojob::detail::is_created;
using cojob::detail::list_part;
using cojob::detail::note_created;
using cojob::detail::parse_http_date;
using cojob::detail::send;
using cojob::detail::throw_error;

/// Reads the page that begins `place` entries after the query's first. The first page uses the query unchanged, so that
/// an invalid one is reported.
inline asio::awaitable<list_part<job>> list_from(client c, settings_ptr settings, list_query query, std::size_t place)
{
    const std::int64_t before = query.offset;
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (place > 0)
        query.offset = static_cast<int>(std::min(most, before + static_cast<std::int64_t>(place)));
    auto page = co_await list_jobs(std::move(c), std::move(settings), query);
    list_part<job> part;
    part.items = std::move(page.items);
    part.skipped = page.skipped;
    part.total = page.total_items > before ? static_cast<std::size_t>(page.total_items - before) : 0;
    co_return part;
}

inline asio::awaitable<job> get_job(client c, settings_ptr settings, std::string id)
{
    const auto call = job_call(c, *settings, "GET", std::move(id));
    co_await send(call);
    auto found = decode_response(*call, jobs::api_name, decode_job, "id");
    if (found.status == job_status::submitted)
        client_state::of(c)->extension<queued_jobs>()->note(settings->scope(), true);
    co_return found;
}

/// Checks a deletion whose first response was lost and whose retry got a 404. Returns why it may not have happened, or
/// null. While the server's store is unreachable, it responds 404 for every job, also to a GET, but its list fails.
inline asio::awaitable<const char*> doubt_deletion(client c, settings_ptr settings, std::string id)
{
    const auto looked = co_await as_result(get_job(c, settings, std::move(id)));
    if (looked)
        co_return "the job still exists";
    if (looked.error().code() != errc::not_found)
        co_return "the job could not be read";
    const list_query one{.limit = 1};
    const auto listed = co_await as_result(list_jobs(c, settings, one));
    co_return listed ? nullptr : "the server does not find the job, but cannot list jobs either";
}

inline asio::awaitable<void> delete_job(client c, settings_ptr settings, std::string id)
{
    c = with_one_deadline(c);
    const auto call = job_call(c, *settings, "DELETE", id);
    co_await send(call);
    if (call->response.status != 404)
        co_return;
    const auto* const doubt = co_await doubt_deletion(c, settings, std::move(id));
    if (doubt)
        throw_error(describe_undecodable(*call, {errc::outcome_unknown, doubt}));
}

/// Reads the original job just before a retry. Returns nothing if that fails: the retry itself then reports the
/// failure.
inline asio::awaitable<std::optional<job>> look_before(client c, settings_ptr settings, std::string id)
{
    auto looked = co_await as_result(get_job(client_state::for_one_attempt(std::move(c)), settings, std::move(id)));
    if (looked)
        co_return std::move(*looked);
    auto failure = looked.error();
    if (failure.code() == asio::error::operation_aborted || failure.code() == errc::deadline_exceeded ||
        failure.is_final)
        throw_error(std::move(failure));
    co_return std::nullopt;
}

/// Finds the retry in the original job's timeline. Requires a response with a valid `Date`.
inline std::optional<retry_receipt> read_timeline(const call_record& call, timestamp started, known_retries known)
{
    const auto received = call.client->time().wall_now();
    const auto date =
        parse_http_date(call.response.header("Date").value_or(""), std::chrono::floor<std::chrono::seconds>(received));
    const auto began = date ? at_server(started, *date, call.last.started, received) : std::nullopt;
    if (!began)
        return std::nullopt;
    known.began = *began;
    try {
        return find_retry(decode_response(call, jobs::api_name, decode_job, "id"), known);
    } catch (const api_error&) {
        return std::nullopt;
    }
}

/// Looks in the original job for a retry whose response was lost. Throws the retry's failure if it is not there.
inline asio::awaitable<retry_receipt> look_for_retry(client c, settings_ptr settings, std::string id,
                                                     error_info failure, std::optional<job> before,
                                                     std::shared_ptr<const overlapping_retries> running)
{
    const auto call = job_call(c, *settings, "GET", std::move(id));
    const auto looked = co_await as_result(send(call));
    known_retries known;
    // After several attempts, `before` is too old: others may have retried the job in between.
    known.before = before && failure.attempts.size() == 1 ? &*before : nullptr;
    known.is_known = [&](const std::string& other) { return is_created(c, jobs::api_name, settings->scope(), other); };
    const bool is_alone =
        running->is_last_unidentified(); // otherwise the entry in the timeline may belong to another retry
    auto found =
        looked && is_alone ? read_timeline(*call, failure.attempts.back().started, std::move(known)) : std::nullopt;
    if (!found) {
        add_words(failure.message, !looked     ? "the original job could not be read"
                                   : !is_alone ? "another retry of the original job ran at the same time"
                                               : "the original job does not show the retry");
        throw_error(std::move(failure));
    }
    co_return std::move(*found);
}

inline asio::awaitable<retry_receipt> retry_job(client c, settings_ptr settings, std::string id, std::string target)
{
    c = with_one_deadline(c);
    const auto call = retry_call(c, *settings, id, target);
    const auto running = client_state::of(c)->extension<running_retries>()->begin(settings->scope() + '\n' + id);
    auto before = co_await look_before(c, settings, id);
    retry_receipt receipt;
    std::optional<error_info> lost;
    try {
        co_await send(call);
        receipt = decode_response(*call, jobs::api_name, decode_receipt);
    } catch (const api_error& failure) {
        const auto& info = failure.info();
        if (info.code() == errc::invalid_response &&
            info.job_id != id) // the job exists although the response is invalid
            note_created(c, jobs::api_name, settings->scope(), info.job_id);
        if (!is_worth_a_look(info))
            throw;
        lost = info;
    }
    if (lost)
        receipt = co_await look_for_retry(c, settings, std::move(id), std::move(*lost), std::move(before), running);
    note_created(c, jobs::api_name, settings->scope(), receipt.job_id);
    running->note_identified();
    co_return receipt;
}

} // namespace detail

jobs::jobs(asio::any_io_executor executor, jobs_options options) : jobs(client(std::move(executor)), std::move(options))
{
}

jobs::jobs(client c, jobs_options options)
    : client_(std::move(c)), settings_(cojob::detail::share<detail::jobs_settings>(std::move(options)))
{
}

jobs::jobs(client c, std::shared_ptr<const detail::jobs_settings> settings)
    : client_(std::move(c)), settings_(std::move(settings))
{
}

jobs jobs::with(client c) const
{
    return {std::move(c), cojob::detail::in_use(settings_)};
}

asio::awaitable<std::size_t> jobs::warm(std::size_t connections) const
{
    return client_.warm(cojob::detail::in_use(settings_)->base_url(), connections);
}

std::string jobs::scope() const
{
    return cojob::detail::in_use(settings_)->scope();
}

job_handle jobs::handle(const job& j) const
{
    return cojob::detail::make_handle(client_, api_name, cojob::detail::in_use(settings_)->scope(), j.id);
}

asio::awaitable<job_page> jobs::list_jobs(list_query query) const
{
    return detail::list_jobs(client_, cojob::detail::in_use(settings_), query);
}

pager<job> jobs::all_jobs(list_query query) const
{
    query.limit = query.limit.value_or(100);
    const auto size = static_cast<std::size_t>(std::max(1, *query.limit));
    const auto first = static_cast<std::size_t>(std::max(0, query.offset));
    auto fetch = [c = client_, settings = cojob::detail::in_use(settings_), query, size](std::size_t place,
                                                                                         std::size_t smaller) {
        auto next = query;
        if (smaller < size)
            next.limit = static_cast<int>(smaller);
        return detail::list_from(c, settings, next, place);
    };
    return pager<job>(cojob::detail::share<cojob::detail::pager_state<job>>(std::move(fetch), size, first));
}

asio::awaitable<job> jobs::get_job(std::string_view id) const
{
    return detail::get_job(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<void> jobs::delete_job(std::string_view id) const
{
    return detail::delete_job(client_, cojob::detail::in_use(settings_), std::string(id));
}

asio::awaitable<retry_receipt> jobs::retry_job(std::string_view id, std::string_view target_hostname) const
{
    return detail::retry_job(client_, cojob::detail::in_use(settings_), std::string(id), std::string(target_hostname));
}

asio::awaitable<std::vector<job>> jobs::list_unfinished(std::size_t most_pages) const
{
    return detail::list_unfinished(client_, cojob::detail::in_use(settings_), most_pages);
}

} // namespace cojob::osapi

// -------- cojob/impl/policy/retry_after.ipp

namespace cojob {

namespace detail {

inline constexpr std::chrono::seconds longest_hint = std::chrono::days(366);

/// A decimal number, exact: a double would round it and could be infinite.
struct decimal {
    std::int64_t whole = 0;
    std::int64_t billionths = 0;
};

/// Removes the decimal digits from the front of the text. Returns billionths; digits after the ninth are ignored.
inline std::int64_t take_billionths(std::string_view& text) noexcept
{
    std::int64_t billionths = 0;
    std::int64_t unit = 1'000'000'000;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        unit /= 10;
        billionths += unit * (text.front() - '0');
    }
    return billionths;
}

/// Parses digits, optionally with a point and more digits; no sign and no exponent.
inline std::optional<decimal> parse_decimal(std::string_view text) noexcept
{
    constexpr std::size_t longest = 15; // more digits than any time needs, too few to overflow
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits < 1 || digits > longest)
        return std::nullopt;
    decimal number;
    for (const char c : text.substr(0, digits))
        number.whole = number.whole * 10 + (c - '0');
    text.remove_prefix(digits);
    if (!take(text, '.'))
        return text.empty() ? std::optional(number) : std::nullopt;
    if (text.empty())
        return std::nullopt;
    number.billionths = take_billionths(text);
    return text.empty() ? std::optional(number) : std::nullopt;
}

/// Whether the text matches this grammar, of any length.
inline bool is_decimal(std::string_view text) noexcept
{
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    auto rest = text.substr(digits);
    if (digits == 0 || rest.empty())
        return digits != 0;
    return take(rest, '.') && !rest.empty() && rest.find_first_not_of("0123456789") == rest.npos;
}

/// Converts a number of units to a duration, rounded up, if it is from zero to a year.
template <class Unit>
std::optional<duration> make_hint(const decimal& number) noexcept
{
    if (number.whole < 0 || number.whole > Unit(longest_hint).count())
        return std::nullopt;
    constexpr std::int64_t part = 1'000'000'000 / std::chrono::nanoseconds(Unit(1)).count();
    return std::chrono::ceil<duration>(Unit(number.whole) + std::chrono::nanoseconds(number.billionths / part));
}

inline std::optional<duration> make_hint_until(const decimal& unix_time, std::chrono::sys_seconds now) noexcept
{
    return make_hint<std::chrono::seconds>({unix_time.whole - now.time_since_epoch().count(), unix_time.billionths});
}

/// Parses one header; nothing if it is not understood. `now` is the server's time.
using parse_hint = std::optional<duration>(std::string_view text, std::chrono::sys_seconds now);

inline std::optional<duration> parse_milliseconds(std::string_view text, std::chrono::sys_seconds /*now*/) noexcept
{
    const auto number = parse_decimal(text);
    return number ? make_hint<std::chrono::milliseconds>(*number) : std::nullopt;
}

inline std::optional<duration> parse_seconds(std::string_view text, std::chrono::sys_seconds /*now*/) noexcept
{
    const auto number = parse_decimal(text);
    return number ? make_hint<std::chrono::seconds>(*number) : std::nullopt;
}

inline std::optional<duration> parse_seconds_or_date(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    if (const auto hint = parse_seconds(text, now))
        return hint;
    const auto date = parse_http_date(text, now);
    return date ? make_hint_until({date->time_since_epoch().count(), 0}, now) : std::nullopt;
}

inline std::optional<duration> parse_seconds_or_unix_time(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    if (const auto hint = parse_seconds(text, now))
        return hint;
    const auto unix_time = parse_decimal(text);
    return unix_time ? make_hint_until(*unix_time, now) : std::nullopt;
}

/// Removes and returns the text up to the separator. Ignores separators inside quotes.
inline std::string_view take_part(std::string_view& text, char separator) noexcept
{
    bool is_quoted = false;
    std::size_t end = 0;
    for (; end < text.size() && (is_quoted || text[end] != separator); ++end) {
        if (text[end] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && text[end] == '\\')
            ++end;
    }
    end = std::min(end, text.size());
    const auto part = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

/// One rate limit of a server.
struct rate_window {
    std::string_view remaining{}, reset{};

    [[nodiscard]] std::optional<duration> hint(std::chrono::sys_seconds now) const noexcept
    {
        const auto left = parse_decimal(remaining);
        return left && left->whole > 0 ? std::nullopt : parse_seconds(reset, now);
    }
};

/// Later drafts have several windows, `"burst";r=0;t=30, "daily";r=9;t=900`. Earlier drafts have a single window,
/// `limit=100, remaining=0, reset=30`.
inline std::optional<duration> parse_rate_limit(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    std::optional<duration> longest;
    rate_window single;
    while (!text.empty()) {
        rate_window window;
        for (auto item = take_part(text, ','); !item.empty();) {
            auto value = take_part(item, ';');
            const auto key = take_part(value, '=');
            if (key == "r")
                window.remaining = value;
            else if (key == "t")
                window.reset = value;
            else if (key == "remaining")
                single.remaining = value;
            else if (key == "reset")
                single.reset = value;
        }
        longest = std::max(longest, window.hint(now));
    }
    return std::max(longest, single.hint(now));
}

/// The server's time from its `Date` header, or else the local time. The difference of two server times does not depend
/// on the error of the local clock.
inline std::chrono::sys_seconds server_time(const http::header_list& headers, timestamp wall_now) noexcept
{
    const auto now = std::chrono::floor<std::chrono::seconds>(wall_now);
    return parse_http_date(trim(http::find_header(headers, "Date").value_or("")), now).value_or(now);
}

/// The longest hint of all headers with this name.
inline std::optional<duration> longest_of(const http::header_list& headers, std::string_view name, parse_hint* parse,
                                          timestamp wall_now) noexcept
{
    std::optional<duration> longest;
    for (const auto& [key, value] : headers)
        if (key.size() == name.size() && equal_ignoring_case(key, name))
            longest = std::max(longest, parse(trim(value), server_time(headers, wall_now)));
    return longest;
}

inline bool has_uses_left(const http::header_list& headers, std::string_view name) noexcept
{
    const auto remaining = parse_decimal(trim(http::find_header(headers, name).value_or("")));
    return remaining && remaining->whole > 0;
}

} // namespace detail

std::optional<duration> retry_after_hint(const http::header_list& headers, timestamp wall_now) noexcept
{
    const auto hint = detail::longest_of(headers, "retry-after-ms", detail::parse_milliseconds, wall_now);
    return hint ? hint : detail::longest_of(headers, "Retry-After", detail::parse_seconds_or_date, wall_now);
}

bool has_retry_after(const http::header_list& headers) noexcept
{
    using detail::equal_ignoring_case;
    return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
        const auto value = detail::trim(header.second);
        if (equal_ignoring_case(header.first, "retry-after-ms"))
            return detail::is_decimal(value);
        return equal_ignoring_case(header.first, "Retry-After") &&
               (detail::is_decimal(value) || detail::parse_http_date(value, {}).has_value());
    });
}

std::optional<duration> retry_hint(const http::header_list& headers, timestamp wall_now) noexcept
{
    auto hint = retry_after_hint(headers, wall_now);
    if (!hint)
        hint = detail::longest_of(headers, "RateLimit", detail::parse_rate_limit, wall_now);
    if (!hint && !detail::has_uses_left(headers, "RateLimit-Remaining"))
        hint = detail::longest_of(headers, "RateLimit-Reset", detail::parse_seconds, wall_now);
    if (!hint && !detail::has_uses_left(headers, "X-RateLimit-Remaining"))
        hint = detail::longest_of(headers, "X-RateLimit-Reset", detail::parse_seconds_or_unix_time, wall_now);
    return hint;
}

} // namespace cojob

// -------- cojob/impl/internal/policy/ledger_record.hpp

// A quota's ledger in a file is a row of records of 64 bytes: one of the quota, one of its pause, `limit` slots, and
// the waiting processes. A record is seven numbers, a kind and a checksum, least significant byte first. All times are
// in nanoseconds.
namespace cojob::detail {

/// A reading of the clocks of one machine.
struct ledger_time {
    std::int64_t steady = 0; ///< counts the machine's sleep; restarts with the machine
    std::int64_t wall = 0;   ///< since 1970
    std::uint64_t boot = 0;  ///< identifies the clock that `steady` was read from; zero: unknown
};

/// A sum that stops at the greatest value.
[[nodiscard]] constexpr std::int64_t add_time(std::int64_t a, std::int64_t b) noexcept
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return b > 0 && a > most - b ? most : a + b;
}

/// A difference that does not overflow.
[[nodiscard]] constexpr std::int64_t subtract_time(std::int64_t a, std::int64_t b) noexcept
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max(), least = std::numeric_limits<std::int64_t>::min();
    if (b < 0 && a > most + b)
        return most;
    return b > 0 && a < least + b ? least : a - b;
}

/// The least time that has passed from one reading to another; never negative. The steady clock cannot be set, but
/// tells something only while the machine runs. Without a boot id the shorter of both differences counts.
[[nodiscard]] constexpr std::int64_t time_between(const ledger_time& then, const ledger_time& now) noexcept
{
    const auto by_steady = subtract_time(now.steady, then.steady), by_wall = subtract_time(now.wall, then.wall);
    const bool is_known = then.boot != 0 && now.boot != 0;
    auto passed = by_wall;
    if (is_known && then.boot == now.boot)
        passed = by_steady;
    else if (!is_known && by_steady >= 0)
        passed = std::min(by_steady, by_wall);
    return std::max<std::int64_t>(passed, 0);
}

struct ledger_record {
    static constexpr std::size_t size = 64;
    using text = std::array<unsigned char, size>;

    enum kind_type : std::uint32_t { unknown, quota, pause, slot_free, slot_leased, slot_stamped, waiting, nobody };

    kind_type kind = unknown;
    ledger_time at{}; ///< when it was written
    /// slot: length of the lease · waiting: until the process is forgotten · pause: its length · quota: the window
    std::int64_t length = 0;
    std::uint64_t id = 0;     ///< slot: of the lease · waiting: of the process · quota: the limit
    std::uint64_t number = 0; ///< slot: pauses so far when it was granted · pause: pauses so far · waiting: its place
    std::int64_t guess = 0;   ///< pause: the last one without a hint; zero: none since a response

    /// A lease that has not run out.
    [[nodiscard]] bool is_running(const ledger_time& now) const { return kind == slot_leased && lasts(now); }
    /// A process that is not forgotten.
    [[nodiscard]] bool is_waiting(const ledger_time& now) const { return kind == waiting && lasts(now); }

    [[nodiscard]] text encode() const
    {
        text out{};
        std::size_t to = 0;
        const auto put = [&](std::uint64_t value, std::size_t bytes) {
            for (std::size_t i = 0; i < bytes; ++i)
                out[to++] = static_cast<unsigned char>(value >> (8 * i));
        };
        for (const auto value : {static_cast<std::uint64_t>(at.steady), static_cast<std::uint64_t>(at.wall), at.boot,
                                 static_cast<std::uint64_t>(length), id, number, static_cast<std::uint64_t>(guess)})
            put(value, 8);
        put(kind, 4);
        put(checksum(out), 4);
        return out;
    }

    /// Returns a record of kind `unknown` if the text is damaged.
    [[nodiscard]] static ledger_record decode(const unsigned char* from)
    {
        text in{};
        std::copy_n(from, size, in.begin());
        const auto take = [&](std::size_t at_byte, std::size_t bytes) {
            std::uint64_t value = 0;
            for (std::size_t i = bytes; i > 0; --i)
                value = value << 8U | in[at_byte + i - 1];
            return value;
        };
        ledger_record r;
        if (take(60, 4) != checksum(in) || take(56, 4) > nobody)
            return r;
        r.kind = static_cast<kind_type>(take(56, 4));
        r.at = {static_cast<std::int64_t>(take(0, 8)), static_cast<std::int64_t>(take(8, 8)), take(16, 8)};
        r.length = static_cast<std::int64_t>(take(24, 8));
        r.id = take(32, 8);
        r.number = take(40, 8);
        r.guess = static_cast<std::int64_t>(take(48, 8));
        return r;
    }

  private:
    [[nodiscard]] bool lasts(const ledger_time& now) const { return time_between(at, now) < length; }

    [[nodiscard]] static std::uint32_t checksum(const text& of)
    {
        boost::crc_32_type crc;
        crc.process_bytes(of.data(), size - 4);
        return crc.checksum();
    }
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/ledger_book.hpp

namespace cojob::detail {

/// The records of a quota's ledger, and all decisions about them. Has no I/O: it lists the records to write, in their
/// order. After any number of these writes the records allow no more than after all of them, so a process may be killed
/// in between. All lengths are in nanoseconds.
class ledger_book {
  public:
    static constexpr std::int64_t margin = 1'000'000'000;          ///< for the server's clock
    static constexpr std::int64_t longest_guess = 900'000'000'000; ///< 15 minutes
    static constexpr std::int64_t waits_for = 1'000'000'000;       ///< a process that does not ask for so long is gone
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::uint64_t version = 1;
    static constexpr std::uint32_t most_slots = 2'000; ///< the file is read as a whole, under its lock
    static constexpr std::size_t pause_at = 1, slots_at = 2;

    struct answer {
        bool is_granted = false;
        std::uint64_t pauses = 0; ///< granted: so far
        std::int64_t wait = 0;    ///< not granted: until a slot is expected
    };

    [[nodiscard]] static std::vector<ledger_record> make(std::uint64_t limit, std::int64_t window,
                                                         const ledger_time& now)
    {
        const auto of = [&](ledger_record::kind_type kind) {
            ledger_record r;
            r.kind = kind;
            r.at = now;
            return r;
        };
        std::vector<ledger_record> all{of(ledger_record::quota), of(ledger_record::pause)};
        all[0].length = window;
        all[0].id = limit;
        all[0].number = version;
        all.resize(all.size() + static_cast<std::size_t>(limit), of(ledger_record::slot_free));
        all.resize(all.size() + most_waiting, of(ledger_record::nobody));
        return all;
    }

    /// \pre `is_complete(records)`
    explicit ledger_book(std::vector<ledger_record> records) : all_(std::move(records)) {}

    /// Whether these are the records of a ledger, none missing or damaged.
    [[nodiscard]] static bool is_complete(const std::vector<ledger_record>& all)
    {
        if (all.size() <= slots_at + most_waiting || all[0].kind != ledger_record::quota ||
            all[1].kind != ledger_record::pause || all[0].id != all.size() - slots_at - most_waiting ||
            all[0].length <= 0)
            return false;
        for (auto i = slots_at; i < all.size(); ++i) {
            const bool is_slot = all[i].kind >= ledger_record::slot_free && all[i].kind <= ledger_record::slot_stamped;
            const bool is_place = all[i].kind == ledger_record::waiting || all[i].kind == ledger_record::nobody;
            if (i < slots_at + all[0].id ? !is_slot : !is_place)
                return false;
        }
        return true;
    }

    [[nodiscard]] const std::vector<ledger_record>& records() const noexcept { return all_; }
    /// The records to write and their numbers, in this order. Empties the list.
    [[nodiscard]] std::vector<std::pair<std::size_t, ledger_record>> take_writes()
    {
        return std::exchange(writes_, {});
    }

    /// Whether this record is about uses, and not about a process that waits.
    [[nodiscard]] bool is_use(std::size_t i) const noexcept { return i < places_at(); }

    /// Dates the records of another boot by this one's clock. The latest comes last: until it is written, a wall clock
    /// that was set back is seen, and nothing of the others gets older.
    void adopt(const ledger_time& now)
    {
        std::vector<std::size_t> old;
        auto latest = std::numeric_limits<std::int64_t>::min();
        for (auto i = pause_at; i < all_.size(); ++i) {
            if (all_[i].at.boot == now.boot || all_[i].kind == ledger_record::slot_free ||
                all_[i].kind == ledger_record::nobody)
                continue;
            latest = std::max(latest, all_[i].at.wall);
            old.push_back(i);
        }
        std::sort(old.begin(), old.end(),
                  [&](std::size_t a, std::size_t b) { return all_[a].at.wall < all_[b].at.wall; });
        const bool is_set_back = latest > now.wall;
        for (const auto i : old) {
            auto& r = all_[i];
            const auto passed = is_set_back ? 0 : time_between(r.at, now);
            r.at = {subtract_time(now.steady, passed), subtract_time(now.wall, passed), now.boot};
            writes_.emplace_back(i, r);
        }
    }

    /// Grants a slot as lease `id`, or gives the process a place among those that wait.
    answer acquire(std::uint64_t process, std::uint64_t id, std::int64_t length, const ledger_time& now)
    {
        const auto rank = processes_ahead(process, now);
        const auto pause_left = subtract_time(all_[pause_at].length, time_between(all_[pause_at].at, now));
        std::vector<std::int64_t> waits;
        std::optional<std::size_t> free;
        std::uint64_t free_slots = 0;
        bool has_probe = false;
        for (auto i = slots_at; i < places_at(); ++i) {
            const auto left = taken_for(all_[i], now);
            waits.push_back(left);
            free_slots += left == 0 ? 1U : 0U;
            if (left == 0 && !free)
                free = i;
            has_probe = has_probe || (is_of_this_era(all_[i]) && all_[i].is_running(now));
        }
        const bool waits_for_probe = is_probing() && (has_probe || rank > 0);
        if (free && free_slots > rank && pause_left <= 0 && !waits_for_probe) {
            write(*free, ledger_record::slot_leased, now, length, id, all_[pause_at].number);
            stop_waiting(process, now);
            return {true, all_[pause_at].number, 0};
        }
        wait(process, now);
        std::sort(waits.begin(), waits.end());
        const auto nth = waits[std::min<std::size_t>(waits.size() - 1, static_cast<std::size_t>(rank))];
        return {false, 0, std::max({nth, pause_left, std::int64_t(0)})};
    }

    /// The server may have counted the request. If the process was stopped for so long that its slot was granted anew,
    /// takes another one.
    void used(std::uint64_t id, bool was_answered, const ledger_time& now)
    {
        const auto own = find(id);
        const auto i = own ? own : find_free(now);
        if (!i)
            return;
        const bool ends_probe = own && was_answered && is_probing() && is_of_this_era(all_[*i]);
        write(*i, ledger_record::slot_stamped, now, 0, id, all_[*i].number);
        if (!ends_probe)
            return;
        write(pause_at, ledger_record::pause, now, 0, 0, all_[pause_at].number + 1); // even: no probe is missing
    }

    /// The server has certainly not counted the request.
    void unused(std::uint64_t id, const ledger_time& now)
    {
        if (const auto i = find(id))
            write(*i, ledger_record::slot_free, now, 0, 0, 0);
    }

    /// The server answered 429. A pause that is a guess doubles from one to the next; with a full log it lasts until
    /// the oldest use leaves it.
    void throttled(std::uint64_t id, std::int64_t length, bool is_hinted, const ledger_time& now)
    {
        const auto i = find(id);
        auto& p = all_[pause_at];
        const auto left = subtract_time(p.length, time_between(p.at, now));
        const bool is_next = i && is_of_this_era(all_[*i]);
        auto guess = p.guess;
        if (!is_hinted && left <= 0) {
            guess = std::min(std::max(length, is_next ? 2 * guess : guess), longest_guess);
            length = std::max(guess, oldest_of_a_full_log(now));
        }
        if (left <= 0 || (is_hinted && length > left)) {
            const auto number = left <= 0 ? next_pause(p.number) : p.number;
            write(pause_at, ledger_record::pause, now, length, 0, number, guess);
        }
        unused(id, now);
    }

    /// Returns false if there is no such lease, or it has run out.
    [[nodiscard]] bool renew(std::uint64_t id, std::int64_t length, const ledger_time& now)
    {
        const auto i = find(id);
        if (!i || !all_[*i].is_running(now))
            return false;
        write(*i, ledger_record::slot_leased, now, length, id, all_[*i].number);
        return true;
    }

    void stop_waiting(std::uint64_t process, const ledger_time& now)
    {
        for (auto i = places_at(); i < all_.size(); ++i)
            if (all_[i].kind == ledger_record::waiting && all_[i].id == process)
                write(i, ledger_record::nobody, now, 0, 0, 0);
    }

  private:
    [[nodiscard]] std::size_t places_at() const noexcept { return slots_at + static_cast<std::size_t>(all_[0].id); }

    /// From a pause until a request after it gets a response other than 429, the number of pauses is odd.
    [[nodiscard]] bool is_probing() const noexcept { return all_[pause_at].number % 2 == 1; }
    [[nodiscard]] static std::uint64_t next_pause(std::uint64_t number) noexcept { return number + 1 + number % 2; }
    [[nodiscard]] bool is_of_this_era(const ledger_record& r) const noexcept
    {
        return r.number == all_[pause_at].number;
    }

    void write(std::size_t i, ledger_record::kind_type kind, const ledger_time& now, std::int64_t length,
               std::uint64_t id, std::uint64_t number, std::int64_t guess = 0)
    {
        auto& r = all_[i];
        r.kind = kind;
        r.at = now;
        r.length = length;
        r.id = id;
        r.number = number;
        r.guess = guess;
        writes_.emplace_back(i, r);
    }

    /// For how much longer a slot is taken, if its request ended now. A lease that ran out is stamped when it did.
    [[nodiscard]] std::int64_t taken_for(const ledger_record& r, const ledger_time& now) const
    {
        if (r.kind == ledger_record::slot_free)
            return 0;
        if (r.is_running(now))
            return add_time(all_[0].length, margin);
        const auto passed = time_between(r.at, now);
        const auto stamped = r.kind == ledger_record::slot_leased ? r.length : 0;
        return std::max<std::int64_t>(subtract_time(add_time(add_time(all_[0].length, margin), stamped), passed), 0);
    }

    /// When the oldest use of a full log leaves it; zero if the log is not full, or no use in it has ended.
    [[nodiscard]] std::int64_t oldest_of_a_full_log(const ledger_time& now) const
    {
        std::optional<std::int64_t> least;
        for (auto i = slots_at; i < places_at(); ++i) {
            const auto left = taken_for(all_[i], now);
            if (left == 0)
                return 0;
            if (!all_[i].is_running(now))
                least = std::min(least.value_or(left), left);
        }
        return least.value_or(0);
    }

    [[nodiscard]] std::optional<std::size_t> find_free(const ledger_time& now) const
    {
        for (auto i = slots_at; i < places_at(); ++i)
            if (taken_for(all_[i], now) == 0)
                return i;
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::size_t> find(std::uint64_t id) const
    {
        for (auto i = slots_at; i < places_at(); ++i)
            if (all_[i].kind != ledger_record::slot_free && all_[i].id == id)
                return i;
        return std::nullopt;
    }

    /// The number of other processes that have waited for longer.
    [[nodiscard]] std::uint64_t processes_ahead(std::uint64_t process, const ledger_time& now) const
    {
        auto own = std::numeric_limits<std::uint64_t>::max();
        for (auto i = places_at(); i < all_.size(); ++i)
            if (all_[i].id == process && all_[i].is_waiting(now))
                own = all_[i].number;
        std::uint64_t ahead = 0;
        for (auto i = places_at(); i < all_.size(); ++i)
            ahead += all_[i].id != process && all_[i].is_waiting(now) && all_[i].number < own ? 1U : 0U;
        return ahead;
    }

    /// Keeps the process's place, or gives it the last one. If there is none left, it has none.
    void wait(std::uint64_t process, const ledger_time& now)
    {
        std::uint64_t last = 0;
        std::optional<std::size_t> unused_place;
        for (auto i = places_at(); i < all_.size(); ++i) {
            const bool is_there = all_[i].is_waiting(now);
            if (is_there && all_[i].id == process && time_between(all_[i].at, now) < waits_for / 4)
                return;
            if (is_there && all_[i].id == process)
                return write(i, ledger_record::waiting, now, waits_for, process, all_[i].number);
            if (is_there)
                last = std::max(last, all_[i].number);
            else if (!unused_place)
                unused_place = i;
        }
        if (unused_place)
            write(*unused_place, ledger_record::waiting, now, waits_for, process, last + 1);
    }

    std::vector<ledger_record> all_;
    std::vector<std::pair<std::size_t, ledger_record>> writes_;
};

} // namespace cojob::detail

// -------- cojob/impl/internal/policy/ledger_clock.hpp

#ifndef _WIN32
#include <time.h>

namespace cojob::detail {

/// Identifies what the steady clock counts from: the machine's start, and in a container the namespace of its clocks.
/// Zero if the system has no such thing.
[[nodiscard]] inline std::uint64_t boot_key()
{
    std::string id;
    try {
        id = read_file({"boot id", "/proc/sys/kernel/random/boot_id"}).value_or("");
    } catch (const api_error&) { // not readable here
    }
    if (id.empty())
        return 0;
    std::error_code none;
    id += std::filesystem::read_symlink("/proc/self/ns/time", none).native();
    std::uint64_t key = 0xcbf29ce484222325U; // FNV-1a
    for (const auto c : id)
        key = (key ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return key | 1U;
}

[[nodiscard]] inline std::int64_t read_clock(clockid_t which)
{
    struct timespec t{};
    ::clock_gettime(which, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// The machine's clocks. Steady time counts its sleep: on Linux that is a clock of its own.
[[nodiscard]] inline ledger_time machine_ledger_time()
{
    static const auto boot = boot_key();
#ifdef CLOCK_BOOTTIME
    constexpr auto steady = CLOCK_BOOTTIME;
#else
    constexpr auto steady = CLOCK_MONOTONIC;
#endif
    return {read_clock(steady), read_clock(CLOCK_REALTIME), boot};
}

} // namespace cojob::detail
#endif

// -------- cojob/impl/internal/policy/ledger_lock.hpp

#ifndef _WIN32
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

namespace cojob::detail {

/// Whether the path still leads to the file that was opened. If not, errno is ENOENT.
[[nodiscard]] inline bool is_the_file_at(int descriptor, const std::filesystem::path& path)
{
    struct stat opened{}, there{};
    const bool is_same = ::fstat(descriptor, &opened) == 0 && ::stat(path.c_str(), &there) == 0 &&
                         opened.st_dev == there.st_dev && opened.st_ino == there.st_ino;
    if (!is_same)
        errno = ENOENT;
    return is_same;
}

/// Excludes all other processes and threads that use the ledger. A file beside the ledger is locked with flock, through
/// a descriptor of its own. *Not with fcntl:* such a lock does not exclude the threads of one process, and is lost when
/// anything in the process closes the file. The descriptor is opened each time, so that a forked child has none that
/// would keep the lock after its parent was killed.
class ledger_lock {
  public:
    /// \throws api_error quota_exhausted if the lock is not free within `at_most`
    ledger_lock(const std::filesystem::path& of, std::chrono::steady_clock::duration at_most)
    {
        auto path = of;
        path += ".lock";
        const auto begin = std::chrono::steady_clock::now();
        while (!try_lock(path)) {
            if (std::chrono::steady_clock::now() - begin >= at_most)
                throw api_error(error_info(errc::quota_exhausted,
                                           "quota file: " + utf8(path) +
                                               ": another process, perhaps a stopped one, has locked it for too long; "
                                               "end that process, but do not delete the file"));
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    ledger_lock(const ledger_lock&) = delete;
    ledger_lock& operator=(const ledger_lock&) = delete;

    /// Unlocks before it closes: a child that was forked meanwhile has the descriptor too.
    ~ledger_lock()
    {
        ::flock(descriptor_, LOCK_UN);
        ::close(descriptor_);
    }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  private:
    /// Opens the file and tries to lock it. One that was deleted meanwhile, by whoever tidies up, excludes nobody.
    [[nodiscard]] bool try_lock(const std::filesystem::path& path)
    {
        descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
        if (descriptor_ < 0)
            throw_file_error(errno, {"lock of a quota file", path});
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 && is_the_file_at(descriptor_, path))
            return true;
        const auto error = errno;
        ::close(descriptor_);
        if (error != EWOULDBLOCK && error != EINTR && error != ENOENT)
            throw_file_error(error, {"lock of a quota file", path});
        return false;
    }

    int descriptor_ = -1;
};

/// \throws api_error invalid_argument for a file of another machine, where locks and clocks are not this one's
inline void refuse_network(int descriptor, const std::string& name)
{
#ifdef __linux__
    struct statfs about{};
    if (::fstatfs(descriptor, &about) != 0)
        return;
    for (const auto network : {0x6969UL, 0x517BUL, 0xFF534D42UL, 0xFE534D42UL, 0x5346414FUL, 0x00C36400UL})
        if ((static_cast<unsigned long>(about.f_type) & 0xFFFFFFFFUL) == network) // NFS, SMB, CIFS, SMB2, AFS, Ceph
            throw_invalid_argument("quota file: " + name,
                                   "on a network file system, where the clocks of several machines would count");
#else
    (void)descriptor;
    (void)name;
#endif
}

} // namespace cojob::detail
#endif

// -------- cojob/impl/internal/policy/ledger_file.hpp

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cojob::detail {

/// The file of a quota's ledger. Any process may change it under the lock of a file beside it, which is never held
/// while anything else is waited for. Not thread-safe, but `pauses`.
class ledger_file {
  public:
    /// Creates the file if there is none.
    ///
    /// \throws api_error invalid_argument for a damaged or foreign file, or other options; the system's code
    ledger_file(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::function<ledger_time()> clock)
        : path_(follow_links(std::filesystem::absolute(path))), name_(utf8(path)), options_(options), how_(how),
          clock_(std::move(clock))
    {
        const ledger_lock lock(path_, how_.lock_timeout);
        refuse_network(lock.descriptor(), name_);
        descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        if (descriptor_ < 0 && errno == ENOENT) {
            create();
            descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        }
        if (descriptor_ < 0)
            throw_file_error(errno, {"quota file", path_});
        try {
            (void)read(lock);
        } catch (...) {
            ::close(descriptor_);
            throw;
        }
    }
    ledger_file(const ledger_file&) = delete;
    ledger_file& operator=(const ledger_file&) = delete;
    ~ledger_file() { ::close(descriptor_); }

    /// Decides something about the ledger. When it returns, the decision is in the file.
    void update(const std::function<void(ledger_book&, const ledger_time&)>& decide)
    {
        const ledger_lock lock(path_, how_.lock_timeout);
        ledger_book book(read(lock));
        const auto now = clock_();
        book.adopt(now);
        decide(book, now);
        bool is_grave = false; // places of waiting processes may be lost
        for (const auto& [i, record] : book.take_writes()) {
            write(i, record.encode());
            is_grave = is_grave || book.is_use(i);
        }
        if (is_grave && how_.flushes_to_disk && !reaches_disk(descriptor_))
            throw_file_error(errno, {"quota file", path_});
    }

    static constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();

    /// The number of pauses so far, without a lock: one read of what the system has in memory. `unknown` if another
    /// process is writing it at this moment.
    [[nodiscard]] std::uint64_t pauses() const noexcept
    {
        ledger_record::text text{};
        const auto at = static_cast<off_t>(ledger_book::pause_at * text.size());
        if (::pread(descriptor_, text.data(), text.size(), at) != static_cast<ssize_t>(text.size()))
            return unknown;
        const auto pause = ledger_record::decode(text.data());
        return pause.kind == ledger_record::pause ? pause.number : unknown;
    }

    [[nodiscard]] ledger_time now() const { return clock_(); }

  private:
    [[noreturn]] void fail(std::string_view why) const { throw_invalid_argument("quota file: " + name_, why); }

    void create() const
    {
        const auto window = std::chrono::duration_cast<std::chrono::nanoseconds>(options_.window).count();
        std::string text;
        for (const auto& record : ledger_book::make(options_.limit, window, clock_())) {
            const auto part = record.encode();
            text.append(part.begin(), part.end());
        }
        file_replacement file({"quota file", path_});
        file.write(text);
        file.replace();
    }

    [[nodiscard]] std::vector<ledger_record> read(const ledger_lock& lock) const
    {
        struct stat about{}, of_lock{};
        if (::fstat(descriptor_, &about) != 0 || ::fstat(lock.descriptor(), &of_lock) != 0)
            throw_file_error(errno, {"quota file", path_});
        if (!is_the_file_at(descriptor_, path_))
            fail("was deleted, moved or replaced while it was used: open it again");
        if (about.st_nlink != 1)
            fail("has a second name (a hard link), whose users would have another lock: use a symbolic link");
        if (about.st_dev != of_lock.st_dev)
            fail("on another file system than its lock: mount the folder, and not only the file");
        constexpr off_t most = 64 * 1024 * 1024;
        if (!S_ISREG(about.st_mode) || about.st_size > most)
            fail("not a quota file");
        std::vector<unsigned char> bytes(static_cast<std::size_t>(about.st_size));
        if (::pread(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            throw_file_error(errno, {"quota file", path_});
        std::vector<ledger_record> all;
        for (std::size_t at = 0; at + ledger_record::size <= bytes.size(); at += ledger_record::size)
            all.push_back(ledger_record::decode(bytes.data() + at));
        check(all, bytes);
        return all;
    }

    void check(const std::vector<ledger_record>& all, const std::vector<unsigned char>& bytes) const
    {
        const std::string_view saved = "cojob-quota ";
        if (bytes.size() >= saved.size() && std::equal(saved.begin(), saved.end(), bytes.begin()))
            fail("written by quota::save: delete it when a whole window has passed since the last use");
        if (!all.empty() && all[0].kind == ledger_record::quota && all[0].number > ledger_book::version)
            fail("of a newer version than this library can read");
        if (bytes.size() % ledger_record::size != 0 || !ledger_book::is_complete(all))
            fail("damaged or cut off; its uses are lost: delete the file when a whole window has passed since the last "
                 "use");
        if (all[0].id != options_.limit || std::chrono::nanoseconds(all[0].length) != options_.window)
            fail("belongs to a quota of " + std::to_string(all[0].id) + " uses in " +
                 std::to_string(all[0].length / 1'000'000'000) +
                 " s: all processes must open it with the same limit and window; to change them, delete the file when "
                 "a whole window has passed since the last use");
    }

    void write(std::size_t i, const ledger_record::text& text) const
    {
        const auto at = static_cast<off_t>(i * text.size());
        errno = 0;
        if (::pwrite(descriptor_, text.data(), text.size(), at) != static_cast<ssize_t>(text.size()))
            throw_file_error(errno, {"quota file", path_});
    }

    const std::filesystem::path path_; // links resolved
    const std::string name_;
    const quota_options options_;
    const quota_file_options how_;
    const std::function<ledger_time()> clock_;
    int descriptor_ = -1;
};

} // namespace cojob::detail
#endif

// -------- cojob/impl/internal/policy/ledger_desk.hpp

#ifndef _WIN32
namespace cojob::detail {

/// Where the callers of a ledger in a file leave their questions and ends of leases for its thread.
class ledger_desk {
  public:
    ledger_desk(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::int64_t grace, std::int64_t renewal)
        : file_(path, options, how, machine_ledger_time), process_(new_id()), grace_(grace), renewal_(renewal)
    {
    }

    void ask(duration attempt, std::function<void(quota_answer)> answer)
    {
        const std::lock_guard lock(mutex_);
        leases_.reserve(leases_.size() + 1);
        question_ = std::move(answer);
        attempt_ = attempt;
        changed_.notify_one();
    }
    void stop_waiting() noexcept
    {
        const std::lock_guard lock(mutex_);
        stops_waiting_ = true;
        changed_.notify_one();
    }
    void stop() noexcept
    {
        const std::lock_guard lock(mutex_);
        is_stopped_ = true;
        changed_.notify_one();
    }
    void end(std::uint64_t id, const quota_outcome& how) noexcept
    {
        const std::lock_guard lock(mutex_);
        for (auto& l : leases_)
            if (l.id == id)
                l.outcome = how;
        changed_.notify_one();
    }
    [[nodiscard]] bool covers(std::uint64_t id, duration attempt) noexcept
    {
        const std::lock_guard lock(mutex_);
        const auto l = std::find_if(leases_.begin(), leases_.end(), [&](const lease& one) { return one.id == id; });
        const auto needed = attempt == no_timeout ? renewal_ / 6 : nanoseconds(attempt);
        return l != leases_.end() && time_between(l->since, file_.now()) <= l->length - needed &&
               (attempt != no_timeout || l->is_renewed) && file_.pauses() == l->pauses;
    }

    void work() noexcept
    {
        std::unique_lock lock(mutex_);
        while (true) {
            wait(lock);
            if (is_stopped_ && !has_work())
                return;
            auto answer = std::exchange(question_, nullptr);
            auto given = turn(lock, answer != nullptr);
            lock.unlock();
            try {
                if (answer && given)
                    answer(std::move(*given));
            } catch (...) { // no memory to wake a caller, which asks again when its time is over
            }
            answer = nullptr; // a question that was not answered is asked again if anybody waits
            lock.lock();
        }
    }

  private:
    struct lease {
        std::uint64_t id = 0, pauses = 0;
        std::int64_t length = 0;
        bool is_renewed = false;
        ledger_time since{};
        std::optional<quota_outcome> outcome{}; ///< set: to be ended
    };

    [[nodiscard]] static std::int64_t nanoseconds(duration d)
    {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count();
    }
    [[nodiscard]] static std::uint64_t new_id()
    {
        std::random_device random;
        return std::uint64_t(random()) << 32U | random();
    }

    /// Waits for work; until it may be tried again if it failed, or until leases may have to be renewed.
    void wait(std::unique_lock<std::mutex>& lock)
    {
        const auto now = std::chrono::steady_clock::now;
        const auto is_renewed = [](const lease& l) { return l.is_renewed; };
        const auto may_go_on = [&] {
            return is_stopped_ || question_ || stops_waiting_ || (has_ends() && now() >= again_at_);
        };
        if (has_ends())
            changed_.wait_until(lock, again_at_, may_go_on);
        else if (std::any_of(leases_.begin(), leases_.end(), is_renewed))
            changed_.wait_for(lock, std::chrono::nanoseconds(renewal_ / 12), may_go_on);
        else
            changed_.wait(lock, may_go_on);
    }

    [[nodiscard]] bool has_ends() const
    {
        return std::any_of(leases_.begin(), leases_.end(), [](const lease& l) { return l.outcome.has_value(); });
    }
    [[nodiscard]] bool has_work() const { return question_ || stops_waiting_ || has_ends(); }

    /// Writes all that has come up, with the mutex unlocked, and returns the answer to the question; none if the
    /// question and the end of waiting came together, in whichever order. Ends that cannot be written are kept: no
    /// more leases come meanwhile.
    std::optional<quota_answer> turn(std::unique_lock<std::mutex>& lock, bool is_asked) noexcept
    {
        quota_answer answer;
        const bool is_last = is_stopped_;
        try {
            const bool stops = std::exchange(stops_waiting_, false);
            lease asked;
            asked.length = attempt_ == no_timeout ? renewal_ : add_time(nanoseconds(attempt_), grace_);
            asked.is_renewed = attempt_ == no_timeout;
            auto mine = leases_;
            lock.unlock();
            const auto now = file_.now();
            const bool asks = is_asked && !stops;
            if (asks || stops ||
                std::any_of(mine.begin(), mine.end(), [&](const lease& l) { return l.outcome || is_due(l, now); }))
                file_.update([&](ledger_book& book, const ledger_time& at) {
                    write(book, at, mine);
                    if (stops)
                        book.stop_waiting(process_, at);
                    if (asks)
                        take(book, at, asked, answer);
                });
            lock.lock();
            take_over(mine);
            if (answer.is_granted)
                leases_.push_back(asked); // memory is reserved
            return is_asked && !asks ? std::nullopt : std::optional(std::move(answer));
        } catch (...) {
            answer = {};
            answer.failure = reason();
        }
        if (!lock.owns_lock())
            lock.lock();
        again_at_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        if (is_last) // what could not be written runs out
            std::erase_if(leases_, [](const lease& l) { return l.outcome.has_value(); });
        return answer;
    }

    /// The words of the exception that is being handled.
    [[nodiscard]] static std::string reason() noexcept
    {
        try {
            throw;
        } catch (const api_error& e) {
            const bool is_own = e.code() == errc::quota_exhausted || e.code() == errc::invalid_argument;
            return words(is_own ? e.info().message.c_str() : e.what());
        } catch (const std::exception& e) {
            return words(e.what());
        } catch (...) {
            return words("unknown");
        }
    }
    [[nodiscard]] static std::string words(const char* text) noexcept
    {
        try {
            return text;
        } catch (...) {
            return "no memory"; // so short that it needs none
        }
    }

    [[nodiscard]] static bool is_due(const lease& l, const ledger_time& now)
    {
        return l.is_renewed && time_between(l.since, now) >= l.length / 3;
    }

    /// Ends and renews leases.
    static void write(ledger_book& book, const ledger_time& now, std::vector<lease>& mine)
    {
        for (auto& l : mine) {
            if (l.outcome && l.outcome->kind == quota_outcome::used)
                book.used(l.id, l.outcome->was_answered, now);
            else if (l.outcome && l.outcome->kind == quota_outcome::throttled)
                book.throttled(l.id, nanoseconds(l.outcome->pause), l.outcome->is_hinted, now);
            else if (l.outcome)
                book.unused(l.id, now);
            else if (is_due(l, now) && book.renew(l.id, l.length, now))
                l.since = now;
        }
    }

    void take(ledger_book& book, const ledger_time& now, lease& asked, quota_answer& answer) const
    {
        asked.id = new_id();
        const auto given = book.acquire(process_, asked.id, asked.length, now);
        asked.pauses = given.pauses;
        asked.since = now;
        answer.is_granted = given.is_granted;
        answer.lease = asked.id;
        answer.wait = std::chrono::duration_cast<duration>(std::chrono::nanoseconds(given.wait));
        answer.ask_again = std::chrono::milliseconds(50); // another process may return a slot at any time
    }

    /// Forgets the leases that were ended; others may have been meanwhile.
    void take_over(const std::vector<lease>& written)
    {
        for (const auto& w : written)
            std::erase_if(leases_, [&](lease& l) {
                if (l.id == w.id)
                    l.since = w.since;
                return l.id == w.id && w.outcome;
            });
    }

    ledger_file file_;
    const std::uint64_t process_;
    const std::int64_t grace_, renewal_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void(quota_answer)> question_;
    duration attempt_{};
    std::vector<lease> leases_;
    bool stops_waiting_ = false, is_stopped_ = false;
    std::chrono::steady_clock::time_point again_at_{}; // after a failure
};

} // namespace cojob::detail
#endif

// -------- cojob/impl/internal/policy/file_ledger.hpp

#ifndef _WIN32
namespace cojob::detail {

/// A ledger in a file. All I/O is done by a thread of its own, which also renews leases: a lease of a process that was
/// stopped runs out. The thread starts with the first question.
class file_ledger final : public quota_ledger {
  public:
    /// \param grace how much longer than an attempt a lease is, for the time between its grant and the commit
    /// \param renewal the length of a lease for an attempt without a limit; each is renewed when a third of it is over
    /// \throws as `ledger_file`
    file_ledger(const std::filesystem::path& path, const quota_options& options, quota_file_options how,
                std::chrono::nanoseconds grace = std::chrono::seconds(30),
                std::chrono::nanoseconds renewal = std::chrono::seconds(60))
        : desk_(std::make_shared<ledger_desk>(path, options, how, grace.count(), renewal.count()))
    {
    }
    file_ledger(const file_ledger&) = delete;
    file_ledger& operator=(const file_ledger&) = delete;

    /// Waits for what the thread is writing; the last owner may be the thread itself.
    ~file_ledger() override
    {
        if (!made_in_.is_of_a_parent())
            desk_->stop();
        if (made_in_.is_of_a_parent() || thread_.get_id() == std::this_thread::get_id()) {
            if (thread_.joinable())
                thread_.detach();
        } else if (thread_.joinable()) {
            thread_.join();
        }
    }

    void acquire(const asio::any_io_executor&, duration attempt, std::function<void(quota_answer)> answer) override
    {
        if (made_in_.is_of_a_parent())
            throw_invalid_argument("quota", "opened before a fork: a child process must open the file itself");
        desk_->ask(attempt, std::move(answer));
        const std::lock_guard lock(starting_); // the thread may answer, and be asked again, before it is assigned
        if (!thread_.joinable())
            thread_ = std::thread([desk = desk_] { desk->work(); });
    }
    void stop_waiting() noexcept override
    {
        if (!made_in_.is_of_a_parent())
            desk_->stop_waiting();
    }
    [[nodiscard]] bool covers(std::uint64_t lease, duration attempt) noexcept override
    {
        return !made_in_.is_of_a_parent() && desk_->covers(lease, attempt);
    }
    void end(std::uint64_t lease, const quota_outcome& how) noexcept override
    {
        if (!made_in_.is_of_a_parent())
            desk_->end(lease, how);
    }

  private:
    const std::shared_ptr<ledger_desk> desk_;
    std::mutex starting_;
    std::thread thread_;
    const fork_mark made_in_;
};

} // namespace cojob::detail
#endif

// -------- cojob/impl/policy/shared_quota.ipp

namespace cojob {

std::shared_ptr<quota> open_shared_quota(const std::filesystem::path& path, quota_options options,
                                         quota_file_options how, clock_ptr clock)
{
#ifdef _WIN32
    (void)path, (void)options, (void)how, (void)clock;
    detail::throw_invalid_argument("open_shared_quota", "not available on Windows: use quota::save and quota::load");
#else
    if (detail::checked(options).limit > detail::ledger_book::most_slots)
        detail::throw_invalid_argument("quota_options::limit: must be at most 2000 for a file");
    if (how.lock_timeout <= duration::zero() || how.lock_timeout == no_timeout)
        detail::throw_invalid_argument("quota_file_options::lock_timeout: must be positive and not no_timeout");
    const auto ledger = detail::share<detail::file_ledger>(path, options, how);
    return detail::share<quota>(options, std::move(clock), ledger);
#endif
}

} // namespace cojob

// -------- cojob/impl/rfc3339.ipp

namespace cojob::detail {

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

void append_padded(std::string& out, std::int64_t number, std::size_t width)
{
    const auto digits = std::to_string(number);
    out.append(width > digits.size() ? width - digits.size() : 0, '0');
    out += digits;
}

inline void append_decimals(std::string& out, std::int64_t nanoseconds)
{
    if (nanoseconds == 0)
        return;
    std::size_t width = 9;
    for (; nanoseconds % 1000 == 0; width -= 3)
        nanoseconds /= 1000;
    out += '.';
    append_padded(out, nanoseconds, width);
}

std::string format_rfc3339(std::chrono::sys_time<std::chrono::nanoseconds> t)
{
    // Not std::chrono::floor: the second that contains timestamp::min() begins before the range of nanoseconds.
    auto seconds = t.time_since_epoch().count() / nanoseconds_per_second;
    auto nanoseconds = t.time_since_epoch().count() % nanoseconds_per_second;
    if (nanoseconds < 0) {
        nanoseconds += nanoseconds_per_second;
        --seconds;
    }
    const std::chrono::sys_seconds whole{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<std::chrono::days>(whole);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<std::chrono::seconds> time(whole - day);

    std::string out;
    append_padded(out, static_cast<int>(date.year()), 4);
    append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
    append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
    append_padded(out += 'T', time.hours().count(), 2);
    append_padded(out += ':', time.minutes().count(), 2);
    append_padded(out += ':', time.seconds().count(), 2);
    append_decimals(out, nanoseconds);
    out += 'Z';
    return out;
}

inline std::optional<std::chrono::sys_days> take_date(std::string_view& text) noexcept
{
    const auto year = take_number(text, 4);
    if (!year || !take(text, '-'))
        return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-'))
        return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date);
}

/// Hours and minutes, of the time or of the offset.
inline std::optional<std::chrono::minutes> take_minutes(std::string_view& text) noexcept
{
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':'))
        return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59)
        return std::nullopt;
    return std::chrono::minutes(*hours * 60 + *minutes);
}

inline std::optional<std::int64_t> take_decimals(std::string_view& text) noexcept
{
    if (!take(text, '.'))
        return 0;
    if (text.empty() || !is_digit(text.front()))
        return std::nullopt;
    std::int64_t nanoseconds = 0;
    auto unit = nanoseconds_per_second;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        unit /= 10; // zero after the ninth
        nanoseconds += unit * (text.front() - '0');
    }
    return nanoseconds;
}

/// How far local time is ahead of UTC.
inline std::optional<std::chrono::minutes> take_offset(std::string_view& text) noexcept
{
    if (take(text, 'Z') || take(text, 'z'))
        return std::chrono::minutes(0);
    const bool is_behind = take(text, '-');
    if (!is_behind && !take(text, '+'))
        return std::nullopt;
    const auto offset = take_minutes(text);
    return offset && is_behind ? -*offset : offset;
}

inline std::chrono::sys_time<std::chrono::nanoseconds> clamp_to_nanoseconds(std::chrono::sys_seconds whole,
                                                                            std::int64_t nanoseconds) noexcept
{
    using limits = std::chrono::sys_time<std::chrono::nanoseconds>;
    // The first and the last second of the range are incomplete. Times in them are clamped to the end of the range.
    constexpr std::int64_t last = limits::max().time_since_epoch().count() / nanoseconds_per_second;
    const auto seconds = whole.time_since_epoch().count();
    if (seconds >= last)
        return limits::max();
    if (seconds < -last)
        return limits::min();
    return limits(std::chrono::nanoseconds(seconds * nanoseconds_per_second + nanoseconds));
}

/// How far local time is ahead of UTC. Accepts forms that RFC 3339 does not have, too.
inline std::optional<std::chrono::minutes> take_any_offset(std::string_view& text) noexcept
{
    if (text.empty() || text == "Z") { // the common case
        text = {};
        return std::chrono::minutes(0);
    }
    (void)take(text, ' ');
    if (take(text, "UTC"))
        return std::chrono::minutes(0);
    if (const auto sign = text.substr(0, 1); (sign == "+" || sign == "-") && text.find(':') == text.npos) {
        text.remove_prefix(1);
        const auto hours = take_number(text, 2);
        const auto minutes = text.empty() ? std::optional(0) : take_number(text, 2);
        if (!hours || *hours > 23 || !minutes || *minutes > 59)
            return std::nullopt;
        return std::chrono::minutes((sign == "-" ? -1 : 1) * (*hours * 60 + *minutes));
    }
    return take_offset(text);
}

enum class time_form { rfc3339, any };

inline std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_time(std::string_view text,
                                                                                 time_form form) noexcept
{
    const auto day = take_date(text);
    if (!day || !(take(text, 'T') || take(text, 't') || (form == time_form::any && take(text, ' '))))
        return std::nullopt;
    const auto minutes = take_minutes(text);
    if (!minutes || !take(text, ':'))
        return std::nullopt;
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 60)
        return std::nullopt;
    const auto nanoseconds = take_decimals(text);
    if (!nanoseconds)
        return std::nullopt;
    const auto offset = form == time_form::any ? take_any_offset(text) : take_offset(text);
    if (!offset || !text.empty())
        return std::nullopt;

    const auto utc = *day + *minutes - *offset;
    constexpr std::chrono::minutes last_of_day = std::chrono::hours(24) - std::chrono::minutes(1);
    if (*seconds == 60 && utc - std::chrono::floor<std::chrono::days>(utc) != last_of_day)
        return std::nullopt; // RFC 3339, 5.7: leap seconds come at the end of a UTC day
    return clamp_to_nanoseconds(utc + std::chrono::seconds(*seconds), *nanoseconds);
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_rfc3339(std::string_view text) noexcept
{
    return parse_time(text, time_form::rfc3339);
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> parse_time(std::string_view text) noexcept
{
    return parse_time(text, time_form::any);
}

// As milliseconds this is in 1973, before any job was created; as seconds it is in the year 5138.
inline constexpr std::int64_t first_milliseconds = 100'000'000'000;

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(std::int64_t number) noexcept
{
    constexpr std::int64_t past_milliseconds = first_milliseconds * 1000; // microseconds, or not a time
    if (number <= -past_milliseconds || number >= past_milliseconds)
        return std::nullopt;
    const bool is_seconds = number > -first_milliseconds && number < first_milliseconds;
    const auto units = is_seconds ? std::int64_t(1) : std::int64_t(1000);
    const auto part = (number % units + units) % units; // decimals count forwards, also before 1970
    const std::chrono::sys_seconds whole{std::chrono::seconds((number - part) / units)};
    return clamp_to_nanoseconds(whole, part * (nanoseconds_per_second / units));
}

std::optional<std::chrono::sys_time<std::chrono::nanoseconds>> time_of_number(double number) noexcept
{
    const auto whole = std::floor(number);
    constexpr auto reach = static_cast<double>(first_milliseconds);
    if (!(whole > -reach * 1000 && whole < reach * 1000))
        return std::nullopt;
    const bool is_seconds = whole > -reach && whole < reach;
    const auto from = time_of_number(static_cast<std::int64_t>(whole));
    const auto microseconds = std::llround((number - whole) * (is_seconds ? 1e6 : 1e3));
    if (!from || *from > std::chrono::sys_time<std::chrono::nanoseconds>::max() - std::chrono::seconds(1))
        return from;
    return *from + std::chrono::microseconds(microseconds);
}

} // namespace cojob::detail

// -------- cojob/impl/text.ipp

namespace cojob::detail {

/// The table of well-formed sequences (Unicode, table 3-7): the length of a lead byte's sequence, and the range of the
/// second byte. The other bytes are 80..BF.
struct utf8_lead {
    std::size_t length = 0; ///< 0: not a lead byte
    unsigned char lowest = 0x80, highest = 0xBF;
};

[[nodiscard]] constexpr utf8_lead classify_lead(unsigned char byte) noexcept
{
    if (byte < 0x80)
        return {1};
    if (byte >= 0xC2 && byte <= 0xDF)
        return {2};
    if (byte >= 0xE0 && byte <= 0xEF)
        return {3, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
    if (byte >= 0xF0 && byte <= 0xF4)
        return {4, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
    return {};
}

std::size_t character_length(std::string_view text) noexcept
{
    if (text.empty())
        return 0;
    const auto lead = classify_lead(static_cast<unsigned char>(text.front()));
    if (lead.length > text.size())
        return 0;
    for (std::size_t i = 1; i < lead.length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < (i == 1 ? lead.lowest : 0x80) || byte > (i == 1 ? lead.highest : 0xBF))
            return 0;
    }
    return lead.length;
}

[[noreturn]] inline void refuse(std::string_view what, std::string_view why)
{
    throw_invalid_argument(what, why);
}

bool is_valid_utf8(std::string_view text) noexcept
{
    while (const auto length = character_length(text))
        text.remove_prefix(length);
    return text.empty();
}

std::string escape_control(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = character_length(text);
        const auto character = text.substr(0, std::max<std::size_t>(length, 1));
        const bool is_c1 = length == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
        text.remove_prefix(character.size());
        if (length != 0 && !is_c1 && !is_control(character[0])) {
            out += character;
            continue;
        }
        for (const char c : character) {
            out += "\\x";
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 15U];
        }
    }
    return out;
}

std::string_view cut_at_character(std::string_view text, std::size_t most) noexcept
{
    constexpr std::size_t longest = 4; // bytes of a character
    if (text.size() <= most)
        return text;
    for (std::size_t kept = 1; kept < longest && kept <= most; ++kept)
        if (character_length(text.substr(most - kept)) > kept)
            return text.substr(0, most - kept);
    return text.substr(0, most);
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

const char* objection_to_segment(std::string_view value) noexcept
{
    constexpr std::size_t longest =
        1024; // far longer than any id, far shorter than the request lines that servers accept
    if (value.empty())
        return "must not be empty";
    if (value == "." || value == "..")
        return "must not be . or ..";
    if (value.size() > longest)
        return "must not be longer than 1 KiB";
    const auto is_printable_ascii = [](char c) { return c >= ' ' && c <= '~'; };
    if (std::all_of(value.begin(), value.end(),
                    is_printable_ascii)) // the common case, fast because each request's segments are checked
        return nullptr;
    if (std::any_of(value.begin(), value.end(), is_control))
        return "must not have control characters";
    return is_valid_utf8(value) ? nullptr : "must be UTF-8";
}

void check_segment(std::string_view value, std::string_view what)
{
    if (const auto* const objection = objection_to_segment(value))
        refuse(what, objection);
}

void check_header_value(std::string_view value, std::string_view what)
{
    if (std::any_of(value.begin(), value.end(), [](char c) { return is_control(c) && c != '\t'; }))
        refuse(what, "must not have line breaks or other control characters");
}

/// Why a key is invalid. Each check finds a common mistake in copying keys.
inline std::string_view objection_to_key(std::string_view key) noexcept
{
    constexpr std::string_view space = " \t\r\n\v\f", scheme = "bearer";
    const auto is_quote = [](char c) { return c == '"' || c == '\''; };
    if (key.find_first_not_of(space) == key.npos)
        return "must not be blank";
    if (space.find(key.front()) != space.npos || space.find(key.back()) != space.npos)
        return "must not begin or end with white space";
    if (std::any_of(key.begin(), key.end(), [](char c) { return is_control(c) && c != '\t'; }))
        return "must not have line breaks or other control characters";
    if (std::any_of(key.begin(), key.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return "must be ASCII";
    const auto rest = key.substr(std::min(scheme.size(), key.size()));
    if (equal_ignoring_case(key.substr(0, scheme.size()), scheme) &&
        (rest.empty() || space.find(rest.front()) != space.npos || rest.front() == ':'))
        return "must be the key alone, without Bearer in front";
    if (key.find_first_of(space) != key.npos)
        return "must not have white space in it";
    return is_quote(key.front()) && key.front() == key.back() ? "must not be in quotes" : std::string_view();
}

void check_key(std::string_view key, std::string_view what)
{
    const auto is_plain = [](char c) { return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; };
    const bool may_be_scheme = !key.empty() && to_lower(key.front()) == 'b';
    if (!may_be_scheme &&
        std::all_of(key.begin(), key.end(), is_plain)) // the common case, fast because each request's key is checked
        return;
    if (const auto objection = objection_to_key(key); !objection.empty())
        refuse(what, objection);
}

void check_header_name(std::string_view name, std::string_view what)
{
    if (!is_token(name))
        refuse(what, "is not a header name");
}

void append_encoded(std::string& to, std::string_view segment)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto is_unreserved = [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
    };
    while (!segment.empty()) {
        const auto end = std::find_if_not(segment.begin(), segment.end(), is_unreserved);
        const auto plain = static_cast<std::size_t>(end - segment.begin());
        to += segment.substr(0, plain);
        segment.remove_prefix(plain);
        if (segment.empty())
            return;
        const auto byte = static_cast<unsigned char>(segment.front());
        to += '%';
        to += digits[byte >> 4U];
        to += digits[byte & 15U];
        segment.remove_prefix(1);
    }
}

} // namespace cojob::detail

// -------- cojob/impl/json_string.ipp

namespace cojob::detail {

inline constexpr std::size_t unit_escape = 6; // the length of \uXXXX

/// The code unit of the `\uXXXX` at the front of the text; -1 if there is none.
inline int escaped_unit(std::string_view text) noexcept
{
    if (text.size() < unit_escape || text[0] != '\\' || text[1] != 'u')
        return -1;
    int unit = 0;
    for (const char c : text.substr(2, 4)) {
        if (!is_hex_digit(c))
            return -1;
        unit = unit * 16 + (is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
    }
    return unit;
}

constexpr bool is_high_surrogate(int unit) noexcept
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

constexpr bool is_low_surrogate(int unit) noexcept
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/// An escape in a string.
struct json_escape {
    std::size_t size; ///< as it is written; 0: invalid
    int character;    ///< the code point
};

/// The escape at the front of a text that begins with a backslash.
inline json_escape read_json_escape(std::string_view text) noexcept
{
    constexpr std::string_view letters = "\"\\/bfnrt", characters = "\"\\/\b\f\n\r\t";
    if (const auto found = text.size() > 1 ? letters.find(text[1]) : letters.npos; found != letters.npos)
        return {2, characters[found]};
    const auto unit = escaped_unit(text);
    if (unit < 0 || is_low_surrogate(unit))
        return {0, 0};
    if (!is_high_surrogate(unit))
        return {unit_escape, unit};
    const auto low = escaped_unit(text.substr(unit_escape));
    if (!is_low_surrogate(low))
        return {0, 0};
    return {2 * unit_escape, 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00)};
}

inline void append_utf8(std::string& to, int character)
{
    const auto tail = [&](int shift) { to += static_cast<char>(0x80 | ((character >> shift) & 0x3F)); };
    if (character < 0x80) {
        to += static_cast<char>(character);
    } else if (character < 0x800) {
        to += static_cast<char>(0xC0 | (character >> 6));
        tail(0);
    } else if (character < 0x10000) {
        to += static_cast<char>(0xE0 | (character >> 12));
        tail(6);
        tail(0);
    } else {
        to += static_cast<char>(0xF0 | (character >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// The characters that a string has as they are: ASCII but for control characters, quotes and backslashes.
inline constexpr auto plain_characters = [] {
    std::array<bool, 256> is_plain{};
    for (std::size_t c = ' '; c < 0x80; ++c)
        is_plain[c] = c != '"' && c != '\\';
    return is_plain;
}();

/// Counts the plain characters at the front of the text, eight at a time.
inline std::size_t count_plain(const char* text, std::size_t size) noexcept
{
    std::size_t count = 0;
    if constexpr (std::endian::native == std::endian::little)
        for (std::uint64_t c = 0; size - count >= sizeof c; count += sizeof c) {
            std::memcpy(&c, text + count, sizeof c);
            constexpr std::uint64_t each = 0x0101'0101'0101'0101;
            // The top bit of the byte of a character that is not plain. A borrow may set it for characters behind that.
            const auto special =
                (c | (c - each * ' ') | ((c ^ each * '"') - each) | ((c ^ each * '\\') - each)) & each * 0x80;
            if (special != 0)
                return count + static_cast<std::size_t>(std::countr_zero(special)) / 8;
        }
    while (count < size && plain_characters[static_cast<unsigned char>(text[count])])
        ++count;
    return count;
}

/// Goes on where the string at the front of the text has a character at `at` that is not plain.
inline json_string_extent measure_any_string(std::string_view text, std::size_t at) noexcept
{
    bool has_escapes = false;
    while (at < text.size() && text[at] != '"') {
        const bool is_escape = text[at] == '\\';
        const auto size = is_escape ? read_json_escape(text.substr(at)).size : character_length(text.substr(at));
        if (size < 2) // invalid, or a control character
            return {0, false};
        has_escapes = has_escapes || is_escape;
        at += size;
        at += count_plain(text.data() + at, text.size() - at);
    }
    return {at < text.size() ? at + 1 : 0, has_escapes};
}

json_string_extent measure_json_string(std::string_view text) noexcept
{
    if (!text.starts_with('"'))
        return {0, false};
    const auto size = 1 + count_plain(text.data() + 1, text.size() - 1);
    if (size < text.size() && text[size] == '"')
        return {size + 1, false};
    return measure_any_string(text, size);
}

void append_json_string(std::string& to, std::string_view token)
{
    token = token.substr(1, token.size() - 2);
    for (;;) {
        const auto plain = token.substr(0, token.find('\\'));
        to.append(plain);
        token.remove_prefix(plain.size());
        const auto escape = read_json_escape(token);
        if (escape.size == 0) // the end
            return;
        append_utf8(to, escape.character);
        token.remove_prefix(escape.size);
    }
}

std::optional<std::string> decode_json_string(std::string_view token)
{
    if (token.size() < 2 || (token.find('\\') != token.npos && measure_json_string(token).size != token.size()))
        return std::nullopt;
    std::string text;
    append_json_string(text, token);
    return text;
}

std::optional<std::string> replace_lone_surrogates(std::string_view text)
{
    std::optional<std::string> replaced;
    for (auto at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
        const auto unit = escaped_unit(text.substr(at));
        if (!is_high_surrogate(unit) && !is_low_surrogate(unit)) {
            at += 2;
            continue;
        }
        if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(text.substr(at + unit_escape)))) {
            at += 2 * unit_escape;
            continue;
        }
        if (!replaced)
            replaced.emplace(text);
        replaced->replace(at, unit_escape, "\\ufffd");
        at += unit_escape;
    }
    return replaced;
}

} // namespace cojob::detail

// -------- cojob/impl/json_cursor.ipp

namespace cojob::detail {

std::size_t json_cursor::position() noexcept
{
    return at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

bool json_cursor::take(char expected) noexcept
{
    const auto begin = position();
    if (begin == text_.size() || text_[begin] != expected)
        return false;
    ++at_;
    return true;
}

std::optional<std::string_view> json_cursor::take_string() noexcept
{
    const auto begin = position();
    if (!take('"'))
        return std::nullopt;
    while ((at_ = text_.find_first_of("\"\\", at_)) < text_.size()) {
        if (text_[at_] == '"') {
            ++at_;
            return since(begin);
        }
        at_ += 2; // a backslash and the character that it escapes
    }
    at_ = text_.size();
    return std::nullopt;
}

std::optional<std::string_view> json_cursor::take_key() noexcept
{
    const auto key = take_string();
    return key && take(':') ? key : std::nullopt;
}

std::optional<std::string_view> json_cursor::take_container() noexcept
{
    const auto begin = at_;
    std::size_t depth = 0;
    while ((at_ = text_.find_first_of("\"[]{}", at_)) < text_.size()) {
        if (text_[at_] == '"') {
            if (!take_string())
                return std::nullopt;
            continue;
        }
        const bool opens = text_[at_] == '[' || text_[at_] == '{';
        ++at_;
        depth += opens ? 1 : 0;
        depth -= opens ? 0 : 1;
        if (depth == 0)
            return since(begin);
    }
    at_ = text_.size();
    return std::nullopt;
}

std::optional<std::string_view> json_cursor::take_value() noexcept
{
    const auto begin = position();
    if (begin == text_.size())
        return std::nullopt;
    if (text_[begin] == '"')
        return take_string();
    if (text_[begin] == '{' || text_[begin] == '[')
        return take_container();
    at_ = std::min(text_.find_first_of(",:]}\" \t\r\n", begin), text_.size());
    return at_ > begin && at_ < text_.size() ? std::optional(since(begin))
                                             : std::nullopt; // at the end of the text it may be truncated
}

bool is_json_integer(std::string_view token) noexcept
{
    const auto digits = token.substr(token.starts_with('-') ? 1 : 0);
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit) &&
           (digits.size() == 1 || digits.front() != '0');
}

std::string find_json_id(std::string_view text, std::string_view name)
{
    std::string found;
    json_cursor at(without_byte_order_mark(text));
    for (bool goes_on = at.take('{'); goes_on; goes_on = at.take(',')) {
        const auto key = at.take_key();
        const auto value = key ? at.take_value() : std::nullopt;
        if (!value)
            break;
        if (decode_json_string(*key) != name)
            continue;
        auto id = value->starts_with('"')
                      ? decode_json_string(replace_lone_surrogates(*value).value_or(std::string(*value)))
                      : std::nullopt;
        if (is_json_integer(*value))
            id = std::string(*value);
        found = id && is_valid_utf8(*id) ? std::move(*id) : std::string();
    }
    return found;
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/repeated_names.hpp

namespace cojob::detail {

/// Proceeds from the name of a member to that of the next one.
inline json_node* next_name(json_node* name) noexcept
{
    return name + 1 + name[1].span;
}

/// A bit that depends on the name. Names with different bits differ, if neither has escapes.
inline std::uint64_t bit_of_name(std::string_view token) noexcept
{
    const auto mixed = token.size() + 5U * static_cast<unsigned char>(token[1]) +
                       11U * static_cast<unsigned char>(token[token.size() - 2]);
    return std::uint64_t{1} << (mixed % 64);
}

/// Marks those of the names before `last` that equal it. None has escapes.
inline void mark_equal_names(const char* text, json_node& object, const json_node& last)
{
    for (auto* node = &object + 1; node != &last; node = next_name(node))
        if (node->size == last.size && std::memcmp(text + node->begin, text + last.begin, last.size) == 0)
            node->is_replaced = true;
}

/// Sorts the names, of which there may be millions, and marks all but the last of those that are equal.
inline void find_repeated_names(const char* text, json_node& object)
{
    struct entry {
        std::string_view name;
        json_node* node;
    };
    std::vector<entry> names;
    std::size_t escaped = 0;
    const auto* const end = object.next();
    for (auto* node = &object + 1; node != end; node = next_name(node)) {
        names.push_back({{text + node->begin, node->size}, node});
        escaped += node->has_escapes ? node->size : 0;
    }
    std::string decoded;
    decoded.reserve(escaped); // never grows, so that the views stay valid
    for (auto& [name, node] : names) {
        const auto begin = decoded.size();
        if (node->has_escapes) {
            append_json_string(decoded, name);
            name = std::string_view(decoded).substr(begin);
        } else {
            name = name.substr(1, name.size() - 2);
        }
    }
    const auto comes_before = [](const entry& a, const entry& b) {
        const auto order = a.name.compare(b.name);
        return order < 0 || (order == 0 && a.node < b.node);
    };
    std::make_heap(names.begin(), names.end(), comes_before); // compiles faster than std::sort
    std::sort_heap(names.begin(), names.end(), comes_before);
    for (std::size_t i = 1; i < names.size(); ++i)
        names[i - 1].node->is_replaced = names[i - 1].name == names[i].name;
}

/// Marks each name of the object that a later member has, too.
inline void mark_repeated_names(const char* text, json_node& object)
{
    constexpr std::size_t few = 16;
    std::uint64_t seen = 0;
    std::size_t count = 0;
    const auto* const end = object.next();
    for (auto* node = &object + 1; node != end; node = next_name(node)) {
        const auto bit = bit_of_name({text + node->begin, node->size});
        const bool may_be_repeated = (seen & bit) != 0;
        if (node->has_escapes || (may_be_repeated && count > few))
            return find_repeated_names(text, object);
        if (may_be_repeated)
            mark_equal_names(text, object, *node);
        seen |= bit;
        ++count;
    }
}

} // namespace cojob::detail

// -------- cojob/impl/internal/base/json_indexer.hpp

namespace cojob::detail {

/// Parses a JSON text in one pass and adds a node for each value and name. As strict as RFC 8259.
class json_indexer {
  public:
    json_indexer(std::string_view text, std::size_t max_depth, json_nodes& nodes) noexcept
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), depth_left_(max_depth), nodes_(nodes)
    {
    }

    /// Returns whether the text is valid.
    [[nodiscard]] bool run()
    {
        while (take_value())
            while (is_complete_) {
                if (open_ == nothing)
                    return !skip_blanks();
                if (!take_separator())
                    return false;
            }
        return false;
    }

    /// Whether that is why it is not.
    [[nodiscard]] bool is_too_deep() const noexcept { return is_too_deep_; }

  private:
    static constexpr std::uint32_t nothing = 0xFFFF'FFFF;

    /// Consumes a scalar, an empty array or object, or the beginning of one up to its first value.
    bool take_value()
    {
        is_complete_ = true;
        if (!skip_blanks())
            return false;
        switch (*at_) {
        case '"': return take_string();
        case '{': return open(json_kind::object) && (take('}') ? close() : take_name());
        case '[': return open(json_kind::array) && (!take(']') || close());
        case 't': return take_literal("true", json_kind::boolean);
        case 'f': return take_literal("false", json_kind::boolean);
        case 'n': return take_literal("null", json_kind::null);
        default: return take_number();
        }
    }

    /// Consumes what follows a value in an array or object, up to its next value.
    bool take_separator()
    {
        const bool is_object = nodes_.begin()[open_].kind == json_kind::object;
        if (!take(','))
            return take(is_object ? '}' : ']') && close();
        is_complete_ = false;
        return !is_object || take_name();
    }

    bool take_name() { return skip_blanks() && take_string() && take(':'); }

    bool take_string()
    {
        const auto [size, has_escapes] = measure_json_string(rest());
        return size != 0 && add(json_kind::string, size, has_escapes);
    }

    bool take_literal(std::string_view expected, json_kind kind)
    {
        return rest().starts_with(expected) && add(kind, expected.size());
    }

    bool take_number()
    {
        auto left = rest();
        auto kind = json_kind::integer;
        (void)detail::take(left, '-');
        if (!detail::take(left, '0') && take_digits(left) == 0)
            return false;
        if (detail::take(left, '.')) {
            kind = json_kind::real;
            if (take_digits(left) == 0)
                return false;
        }
        std::size_t exponent = 0;
        if (detail::take(left, 'e') || detail::take(left, 'E')) {
            kind = json_kind::real;
            (void)(detail::take(left, '-') || detail::take(left, '+'));
            exponent = take_digits(left);
            if (exponent == 0)
                return false;
        }
        const auto token = rest().substr(0, rest().size() - left.size());
        return has_range_of_int(token, exponent) && add(kind, token.size());
    }

    static std::size_t take_digits(std::string_view& text) noexcept
    {
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits]))
            ++digits;
        text.remove_prefix(digits);
        return digits;
    }

    /// Boost.JSON, which makes trees and doubles, refuses an exponent beyond the range of int.
    static bool has_range_of_int(std::string_view number, std::size_t exponent_digits)
    {
        constexpr std::size_t always = 8;
        if (exponent_digits <= always)
            return true;
        boost::system::error_code failed;
        (void)boost::json::parse({number.data(), number.size()}, failed);
        return !failed;
    }

    bool open(json_kind kind)
    {
        is_too_deep_ = depth_left_ == 0;
        if (is_too_deep_)
            return false;
        --depth_left_;
        const auto index = nodes_.size();
        add(kind, 1);
        nodes_.begin()[index].span = open_; // until it is closed
        open_ = index;
        is_complete_ = false;
        return true;
    }

    bool close()
    {
        auto& node = nodes_.begin()[open_];
        ++depth_left_;
        node.size = offset() - node.begin;
        const auto parent = node.span;
        node.span = nodes_.size() - open_;
        if (node.kind == json_kind::object)
            mark_repeated_names(begin_, node);
        open_ = parent;
        is_complete_ = true;
        return true;
    }

    bool add(json_kind kind, std::size_t size, bool has_escapes = false)
    {
        nodes_.add({offset(), static_cast<std::uint32_t>(size), 1, kind, has_escapes, false});
        at_ += size;
        return true;
    }

    /// Returns whether the text goes on after the blanks.
    bool skip_blanks() noexcept
    {
        while (at_ != end_ && *at_ <= ' ' && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
            ++at_;
        return at_ != end_;
    }

    /// Consumes that character after blanks. Returns whether it was there.
    bool take(char expected) noexcept
    {
        const bool is_there = skip_blanks() && *at_ == expected;
        at_ += is_there ? 1 : 0;
        return is_there;
    }

    [[nodiscard]] std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }
    [[nodiscard]] std::uint32_t offset() const noexcept { return static_cast<std::uint32_t>(at_ - begin_); }

    const char *begin_, *at_, *end_;
    std::size_t depth_left_;
    json_nodes& nodes_;
    std::uint32_t open_ = nothing; ///< the innermost array or object that has not ended
    bool is_complete_ = false;     ///< whether a value has just ended
    bool is_too_deep_ = false;
};

} // namespace cojob::detail

// -------- cojob/impl/json_document.ipp

namespace cojob::detail {

void json_nodes::grow()
{
    constexpr std::uint32_t factor = 2;
    auto more = std::make_unique_for_overwrite<json_node[]>(std::size_t{factor} * capacity_);
    std::copy(begin(), end(), more.get());
    more_ = std::move(more);
    begin_ = more_.get();
    capacity_ *= factor;
}

/// Throws why a text is not what it should be.
[[noreturn]] inline void throw_unparsable(std::string_view text, std::string_view why)
{
    const bool is_blank = text.find_first_not_of(" \t\r\n") == text.npos;
    throw_error(error_info(errc::invalid_response, std::string("body: ").append(is_blank ? "empty" : why)));
}

json_document::json_document(std::string_view body, std::size_t max_depth) : text_(without_byte_order_mark(body))
{
    // Then offsets and the number of nodes, each of which has a byte at least, fit.
    if (text_.size() > std::numeric_limits<std::int32_t>::max())
        throw_unparsable(text_, "longer than 2 GiB");
    json_indexer indexer(text_, max_depth, nodes_);
    bool is_valid = indexer.run(), is_too_deep = indexer.is_too_deep();
    if (!is_valid && !is_too_deep)
        if (auto readable = replace_lone_surrogates(text_)) {
            mended_ = std::move(*readable);
            text_ = mended_;
            nodes_.clear();
            json_indexer again(text_, max_depth, nodes_);
            is_valid = again.run();
            is_too_deep = again.is_too_deep();
        }
    if (is_too_deep)
        throw_unparsable(text_, "nested deeper than " + std::to_string(max_depth));
    if (!is_valid)
        throw_unparsable(text_, "not JSON");
}

void json_document::assign(std::string& to, const json_node& string) const
{
    if (!string.has_escapes) {
        to.assign(between_quotes(string));
        return;
    }
    to.clear();
    append_json_string(to, text_of(string));
}

std::optional<std::int64_t> json_document::to_int64(const json_node& number) const noexcept
{
    const auto token = text_of(number);
    std::int64_t value = 0;
    if (number.kind != json_kind::integer ||
        std::from_chars(token.data(), token.data() + token.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

/// Boost.JSON decides what a number is that has a fraction, an exponent or too many digits for 64 bits.
inline boost::json::value parse_number(std::string_view token)
{
    // Boost.JSON reads a number less precisely near the end of its input.
    std::string padded(token);
    padded.append(64, ' ');
    error_code failed;
    auto number = boost::json::parse(padded, failed);
    if (failed)
        throw_unparsable(token, "not JSON");
    return number;
}

double json_document::to_double(const json_node& number) const
{
    return parse_number(text_of(number)).to_number<double>();
}

inline boost::json::array to_array(const json_document& document, const json_node& node)
{
    boost::json::array array;
    std::size_t size = 0;
    for (const auto* element = &node + 1; element != node.next(); element = element->next())
        ++size;
    array.reserve(size);
    for (const auto* element = &node + 1; element != node.next(); element = element->next())
        array.push_back(document.to_tree(*element));
    return array;
}

inline boost::json::object to_object(const json_document& document, const json_node& node)
{
    boost::json::object object;
    std::size_t size = 0;
    for (const auto* name = &node + 1; name != node.next(); name = name[1].next())
        ++size;
    object.reserve(size);
    for (json_members members(document, node); members.next();)
        object.emplace({members.name().data(), members.name().size()}, document.to_tree(members.value()));
    return object;
}

boost::json::value json_document::to_tree(const json_node& node) const
{
    std::string room;
    switch (node.kind) {
    case json_kind::null: break;
    case json_kind::boolean: return is_true(node);
    case json_kind::string: {
        const auto text = decoded(node, room);
        return boost::json::string(text.data(), text.size());
    }
    case json_kind::integer:
        if (const auto number = to_int64(node))
            return *number;
        [[fallthrough]];
    case json_kind::real: return parse_number(text_of(node));
    case json_kind::array: return to_array(*this, node);
    case json_kind::object: return to_object(*this, node);
    }
    return nullptr;
}

bool json_members::next()
{
    const auto* const end = object_->next();
    while (next_ != end) {
        const auto& name = *next_;
        value_ = &name + 1;
        next_ = value_->next();
        if (!name.is_replaced) {
            name_ = document_.decoded(name, room_);
            return true;
        }
    }
    return false;
}

boost::json::value parse_json(std::string_view body, std::size_t max_depth)
{
    const json_document document(body, max_depth);
    return document.to_tree(document.root());
}

} // namespace cojob::detail

// -------- cojob/impl/http_date.ipp

namespace cojob::detail {

/// Removes a word from the front of the text, ignoring case.
[[nodiscard]] inline bool take_word(std::string_view& text, std::string_view word) noexcept
{
    if (!equal_ignoring_case(text.substr(0, word.size()), word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

/// Removes one of the names, or its first `letters` letters, from the front of the text. Returns its number, from 1.
template <std::size_t Count>
[[nodiscard]] std::optional<unsigned> take_name(std::string_view& text,
                                                const std::array<std::string_view, Count>& names,
                                                std::size_t letters = std::string_view::npos) noexcept
{
    for (unsigned i = 0; i < Count; ++i)
        if (take_word(text, names[i].substr(0, letters)))
            return i + 1;
    return std::nullopt;
}

/// GMT, as the standard requires, or another name for it that servers send.
inline bool is_zone(std::string_view text) noexcept
{
    constexpr std::array<std::string_view, 5> names{"GMT", "UTC", "UT", "Z", "+0000"};
    return std::any_of(names.begin(), names.end(), [&](auto name) { return equal_ignoring_case(text, name); });
}

inline constexpr std::array<std::string_view, 7> day_names{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                           "Friday", "Saturday", "Sunday"};
inline constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Hours, minutes and seconds. A leap second counts as the second after it.
inline std::optional<std::chrono::seconds> take_time(std::string_view& text) noexcept
{
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':'))
        return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59 || !take(text, ':'))
        return std::nullopt;
    const auto seconds = take_number(text, 2);
    if (!seconds || *seconds > 60)
        return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds);
}

inline std::optional<std::chrono::sys_seconds> make_time(std::optional<int> year, std::optional<unsigned> month,
                                                         std::optional<int> day,
                                                         std::optional<std::chrono::seconds> time) noexcept
{
    if (!year || !month || !day || !time)
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year), std::chrono::month(*month),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days(date) + *time;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, and with the old form's dashes and two digits `Sunday, 06-Nov-94 08:49:37 GMT`. The
/// day's name has been removed already.
inline std::optional<std::chrono::sys_seconds> parse_day_first(std::string_view text, std::string_view separator,
                                                               std::size_t year_digits, int now_year) noexcept
{
    const auto day = take_number(text, 2);
    if (!take(text, separator))
        return std::nullopt;
    const auto month = take_name(text, month_names);
    if (!take(text, separator))
        return std::nullopt;
    auto year = take_number(text, year_digits);
    if (year && year_digits == 2) {
        *year += now_year - now_year % 100;
        if (*year > now_year + 50) // RFC 9110, 5.6.7
            *year -= 100;
        else if (*year <= now_year - 50) // the reverse, for the last days of a century
            *year += 100;
    }
    if (!take(text, ' '))
        return std::nullopt;
    const auto time = take_time(text);
    return take(text, ' ') && is_zone(text) ? make_time(year, month, day, time) : std::nullopt;
}

/// asctime: `Sun Nov  6 08:49:37 1994`. The day's name has been removed already.
inline std::optional<std::chrono::sys_seconds> parse_month_first(std::string_view text) noexcept
{
    const auto month = take_name(text, month_names);
    if (!take(text, ' '))
        return std::nullopt;
    const auto day = take(text, ' ') ? take_number(text, 1) : take_number(text, 2);
    if (!take(text, ' '))
        return std::nullopt;
    const auto time = take_time(text);
    if (!take(text, ' '))
        return std::nullopt;
    const auto year = take_number(text, 4);
    return text.empty() ? make_time(year, month, day, time) : std::nullopt;
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, std::chrono::sys_seconds now) noexcept
{
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int now_year = static_cast<int>(today.year());
    if (auto rest = text; take_name(rest, day_names) && take(rest, ", "))
        return parse_day_first(rest, "-", 2, now_year);
    if (!take_name(text, day_names, 3))
        return std::nullopt;
    if (take(text, ", "))
        return parse_day_first(text, " ", 4, now_year);
    return take(text, ' ') ? parse_month_first(text) : std::nullopt;
}

} // namespace cojob::detail

#endif

#endif
