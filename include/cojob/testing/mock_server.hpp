#ifndef COJOB_TESTING_MOCK_SERVER_HPP
#define COJOB_TESTING_MOCK_SERVER_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/http/message.hpp>
#include <cojob/mintlify/agent_options.hpp>
#include <cojob/mintlify/deployments_options.hpp>
#include <cojob/mintlify/static_export_options.hpp>
#include <cojob/osapi/jobs.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::testing {

using cojob::operator<<; // for argument-dependent lookup

/// The certificate of a mock server, which creates it and its authority at start.
class mock_certificate {
  public:
    mock_certificate() = default;

    std::vector<std::string> names = {"localhost"};            ///< DNS names of the certificate
    std::vector<std::string> addresses = {"127.0.0.1", "::1"}; ///< IP addresses of the certificate
    duration valid_from = -std::chrono::hours(1);              ///< relative to now
    duration valid_until = std::chrono::hours(24);             ///< relative to now; negative: expired
};

/// The TLS versions of a mock server.
enum class tls_versions {
    modern,   ///< OpenSSL's default versions
    only_1_1, ///< too old: a client refuses it
    only_1_2  ///< the oldest version that a client accepts
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(tls_versions value) noexcept
{
    return cojob::detail::enumerator_name(value, {"modern", "only_1_1", "only_1_2"});
}

/// One step in the life of a job: its status, and for how many polls.
class lifecycle_step {
  public:
    /// A status for one poll, or for the given number: `{"active", 300}`.
    lifecycle_step(std::string answered, unsigned times = 1) : status(std::move(answered)), polls(times) {}

    std::string status; ///< the status in the response; may be unknown to the API
    unsigned polls;     ///< 0: the step is skipped; the last step never ends
};

/// Options of a mock server. Default: an HTTPS server with one account, whose key is `mint_test_key`.
class mock_server_options {
  public:
    mock_server_options() = default;

    std::string address = "127.0.0.1"; ///< loopback only, IPv4 or IPv6
    std::uint16_t port = 0;            ///< 0: the system chooses; that of an earlier server simulates its restart
    bool use_tls = true;               ///< false: plain HTTP
    tls_versions versions = tls_versions::modern; ///< accepted TLS versions
    mock_certificate certificate;                 ///< the certificate of the server
    std::string token = "mint_test_key";          ///< the key that `Authorization: Bearer` must carry
    std::string project_id = "test-project";      ///< Mintlify's project id; any other is refused
    std::vector<lifecycle_step> lifecycle = {{"active", 2}, {"completed"}};             ///< life of new jobs
    std::vector<lifecycle_step> session_lifecycle = {{"processing", 2}, {"completed"}}; ///< life of new sessions
    /// The stream that answers the creation of a session, one chunk for each text. Sent unchanged.
    std::vector<std::string> session_events = {
        "event: text\ndata: {\"text\":\"I read the pages first.\"}\n\n",
        "event: text\ndata: {\"text\":\"Two of them need a new section.\"}\n\n",
        ": nothing to tell for a moment\n\n",
        "event: finish\ndata: {\"reason\":\"completed\"}\n\n",
    };
    duration session_event_gap{};                 ///< delay before each event, in real time, whatever `clock` says
    std::uint32_t rate_limit = 0;                 ///< creations and messages in a rolling window; 0: no limit
    duration rate_window = std::chrono::hours(1); ///< the length of that window
    bool send_retry_after = true;                 ///< whether a 429 has a `Retry-After`
    std::vector<lifecycle_step> deployment_lifecycle = {
        {"queued"}, {"in_progress"}, {"success"}};                                           ///< of new deployments
    std::vector<lifecycle_step> export_lifecycle = {{"queued"}, {"running"}, {"completed"}}; ///< of new static exports
    std::string workflow_id = "test-workflow"; ///< Mintlify's workflow that can be triggered; any other is not found
    std::uint32_t update_rate_limit = 0;       ///< updates and workflow triggers in ten seconds; 0: no limit
    std::uint32_t preview_rate_limit = 0;      ///< previews in a minute; 0: no limit
    std::string osapi_path = "/api/job"; ///< path of the OSAPI job API, on the same server and with the same token
    std::vector<lifecycle_step> osapi_lifecycle = {{"submitted"}, {"processing"}, {"completed"}}; ///< life of new jobs
    clock_ptr clock; ///< clock of the rate limit and of time stamps; empty: the machine's
};

/// A fault to inject. The first three affect the next connection, the others the next request. A fault affects the
/// response only: the request is recorded and processed. "Closed" means without TLS's close_notify, except for
/// `close_after_answer`, `announce_close` and `until_close`.
enum class fault {
    close_at_accept,       ///< closed before any byte is sent
    stall_handshake,       ///< accepted, then silent
    garbage_handshake,     ///< bytes that are not TLS, then closed
    drop_after_request,    ///< closed after the request is read
    reset_after_request,   ///< reset after the request is read
    stall,                 ///< silent after the request is read, until the client closes
    truncate_head,         ///< half of the head, then closed
    truncate_body,         ///< half of the body, then closed
    stall_in_body,         ///< half of the body, then silent
    garbage,               ///< bytes that are not HTTP, then closed
    garbage_first,         ///< bytes before the status line
    slow_drip,             ///< the correct response, one byte every two milliseconds
    endless_headers,       ///< headers without end
    many_headers,          ///< 1,000 small headers, within the size limit
    endless_informational, ///< 1xx responses without end
    huge_content_length,   ///< announces 2 GiB, sends the correct body, then silent
    endless_chunks,        ///< a chunked body without end
    long_chunk_extension,  ///< a chunk extension of 1 MiB
    two_answers,           ///< the correct response, then another one
    close_after_answer,    ///< the correct response without `Connection: close`, then closed
    announce_close,        ///< the correct response with `Connection: close`, then closed
    chunked,               ///< the correct response in chunks
    until_close,           ///< the correct response without a length, ended by closing
    empty_body,            ///< the correct status, no body
    html,                  ///< the correct status, an HTML page
    deep_json,             ///< JSON nested far deeper than any limit
    invalid_utf8,          ///< JSON with a string that is not UTF-8
    status_999,            ///< the correct body with a status that does not exist
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(fault value) noexcept
{
    return cojob::detail::enumerator_name(value, {"close_at_accept",
                                                  "stall_handshake",
                                                  "garbage_handshake",
                                                  "drop_after_request",
                                                  "reset_after_request",
                                                  "stall",
                                                  "truncate_head",
                                                  "truncate_body",
                                                  "stall_in_body",
                                                  "garbage",
                                                  "garbage_first",
                                                  "slow_drip",
                                                  "endless_headers",
                                                  "many_headers",
                                                  "endless_informational",
                                                  "huge_content_length",
                                                  "endless_chunks",
                                                  "long_chunk_extension",
                                                  "two_answers",
                                                  "close_after_answer",
                                                  "announce_close",
                                                  "chunked",
                                                  "until_close",
                                                  "empty_body",
                                                  "html",
                                                  "deep_json",
                                                  "invalid_utf8",
                                                  "status_999"});
}

/// How a server ends a connection on which it waits for the next request.
enum class idle_end {
    close,          ///< in good order: TLS's close_notify, then FIN
    cut,            ///< FIN only
    reset,          ///< RST
    request_timeout ///< a response with status 408, then as `close`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(idle_end value) noexcept
{
    return cojob::detail::enumerator_name(value, {"close", "cut", "reset", "request_timeout"});
}

/// A request as received.
struct recorded_request {
    std::string method,         ///< as sent
        target;                 ///< path and query, as sent
    http::header_list headers;  ///< in order, Authorization included
    std::string body;           ///< without transfer coding
    std::size_t connection = 0; ///< number of its connection, from 0
};

/// A real HTTPS or HTTP server on the loopback interface, with its own thread, for tests of code that uses cojob.
/// Implements the routes of Mintlify v2 and v1, its deployments and static exports, and the OSAPI job API, and refuses
/// what the vendors refuse. All members are thread-safe. The destructor stops it.
class mock_server {
  public:
    /// Starts the server. \throws boost::system::system_error if the address is not a loopback address or cannot be
    /// bound, std::invalid_argument for a life without steps and for an invalid path.
    COJOB_DECL explicit mock_server(mock_server_options = {});
    /// Stops the server, closes all connections, and joins its thread.
    COJOB_DECL ~mock_server();
    mock_server(const mock_server&) = delete;
    mock_server& operator=(const mock_server&) = delete;

    /// The `base_url` for a service: scheme, `localhost` and the port. The address replaces `localhost` if the
    /// certificate is not for that name or the address is not 127.0.0.1.
    [[nodiscard]] COJOB_DECL std::string base_url() const;
    /// The port, also if the system chose it.
    [[nodiscard]] COJOB_DECL std::uint16_t port() const noexcept;
    /// The certificate authority, for `client_options::tls.ca_pem`. Empty without TLS.
    [[nodiscard]] COJOB_DECL const std::string& ca_pem() const noexcept;

    /// Options for `mintlify::agent` and `agent_v1`: this server, its project and key, and the rate limit that it
    /// enforces.
    [[nodiscard]] COJOB_DECL mintlify::agent_options agent_options() const;
    /// Options for `mintlify::deployments`: this server, its project and key, and the rate limits that it enforces.
    [[nodiscard]] COJOB_DECL mintlify::deployments_options deployments_options() const;
    /// Options for `mintlify::static_export`: this server and its key.
    [[nodiscard]] COJOB_DECL mintlify::static_export_options static_export_options() const;
    /// Options for `osapi::jobs`: this server, its path and token.
    [[nodiscard]] COJOB_DECL osapi::jobs_options jobs_options() const;
    /// Default options for a client, plus trust in this server, and the client's clock.
    [[nodiscard]] COJOB_DECL cojob::client_options client_options(clock_ptr = {}) const;

    /// Adds a job. Returns its id.
    COJOB_DECL std::string add_job(std::vector<lifecycle_step> life);
    /// Adds a v1 session. A status is a reason to halt; `processing` means that the session has not halted. An item of
    /// a list counts as a poll too.
    COJOB_DECL std::string add_session(std::vector<lifecycle_step> life);
    /// Adds a deployment. Returns its id.
    COJOB_DECL std::string add_deployment(std::vector<lifecycle_step> life);
    /// Adds a static export. Returns its id.
    COJOB_DECL std::string add_export(std::vector<lifecycle_step> life);
    /// Adds an OSAPI job. An item of a list counts as a poll too. A failed job that is delivered again has the life
    /// `{{"failed", 3}, {"processing", 2}, {"completed"}}`; a broadcast job that more and more agents see has
    /// `{{"processing"}, {"completed"}, {"processing"}, {"completed"}}`.
    COJOB_DECL std::string add_osapi_job(std::vector<lifecycle_step> life);
    /// Replaces the life of a job from now on. \throws std::out_of_range for an unknown id.
    COJOB_DECL void set_life(const std::string& id, std::vector<lifecycle_step> life);
    /// Sets the life of new jobs, and of a job after a message. To simulate a service that shows the previous final
    /// status for a moment longer, begin the life with it: `{{"completed", 1}, {"active", 2}, {"completed"}}`.
    COJOB_DECL void set_lifecycle(std::vector<lifecycle_step> life);

    /// Injects a fault into the next `times` requests (of this method, if one is given) or connections. Faults queue
    /// up.
    COJOB_DECL void inject(fault, std::size_t times = 1, std::string method = {});
    /// Answers the next `times` requests (of this method, if one is given) with this response.
    COJOB_DECL void answer_next(int status, std::string body, http::header_list headers = {}, std::size_t times = 1,
                                std::string method = {});
    /// Answers the next request with these bytes, whatever they are. Then closes the connection, with close_notify, or
    /// keeps it open.
    COJOB_DECL void send_next(std::string bytes, bool then_close = true);

    /// All requests that arrived completely, in order.
    [[nodiscard]] COJOB_DECL std::vector<recorded_request> requests() const;
    /// Blocks until that many requests have arrived, for at most ten seconds. Returns whether they have.
    COJOB_DECL bool wait_for_requests(std::size_t count) const;
    /// Number of connections accepted since the start.
    [[nodiscard]] COJOB_DECL std::size_t connections() const;
    /// Number of connections open now.
    [[nodiscard]] COJOB_DECL std::size_t open_connections() const;
    /// Blocks until exactly that many connections are open, for at most ten seconds. Returns whether they are.
    COJOB_DECL bool wait_for_open_connections(std::size_t count) const;
    /// Closes all idle connections, as a server ends kept-alive connections. Blocks until they are closed.
    COJOB_DECL void close_idle_connections(idle_end = idle_end::close);
    /// Number of 429 responses, including those from `answer_next` and those that a fault then broke.
    [[nodiscard]] COJOB_DECL std::size_t throttled() const;

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

} // namespace cojob::testing

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/testing/mock_server.ipp>
#endif

#endif
