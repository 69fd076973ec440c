#ifndef COJOB_TESTING_MOCK_SERVER_HPP
#define COJOB_TESTING_MOCK_SERVER_HPP

#include <cojob/client.hpp>
#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/http/message.hpp>
#include <cojob/mintlify/agent_options.hpp>
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

using cojob::operator<<; // found by the namespace of what is printed

/// The certificate a mock server makes for itself at start, signed by an authority made at start as well.
class mock_certificate {
  public:
    mock_certificate() = default;

    std::vector<std::string> names = {"localhost"};            ///< DNS names it is for
    std::vector<std::string> addresses = {"127.0.0.1", "::1"}; ///< IP addresses it is for
    duration valid_from = -std::chrono::hours(1);              ///< from now
    duration valid_until = std::chrono::hours(24);             ///< from now; negative: expired
};

/// TLS versions a mock server speaks.
enum class tls_versions {
    modern,   ///< whatever OpenSSL speaks by default
    only_1_1, ///< too old: a client refuses it
    only_1_2  ///< the oldest a client speaks
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(tls_versions value) noexcept
{
    return cojob::detail::enumerator_name(value, {"modern", "only_1_1", "only_1_2"});
}

/// One stretch of a job's life: the status it answers, and for how many polls.
class lifecycle_step {
  public:
    /// A status, for one poll or as many as are given: `{"active", 300}`.
    lifecycle_step(std::string answered, unsigned times = 1) : status(std::move(answered)), polls(times) {}

    std::string status; ///< what the API answers, known to it or not
    unsigned polls;     ///< 0: skipped; the last step of a life has no end
};

/// Of a mock server. As they are, it is an HTTPS server with an account that `mint_test_key` opens.
class mock_server_options {
  public:
    mock_server_options() = default;

    std::string address = "127.0.0.1";            ///< loopback only, IPv4 or IPv6; the system chooses the port
    bool use_tls = true;                          ///< false: plain HTTP
    tls_versions versions = tls_versions::modern; ///< what it speaks
    mock_certificate certificate;                 ///< what it shows
    std::string token = "mint_test_key";          ///< what `Authorization: Bearer` must carry
    std::string project_id = "test-project";      ///< Mintlify's; any other is refused
    std::vector<lifecycle_step> lifecycle = {{"active", 2}, {"completed"}}; ///< of jobs made from now on
    std::vector<lifecycle_step> session_lifecycle = {{"processing", 2},
                                                     {"completed"}}; ///< of sessions made from now on
    /// What the answer to the creation of a session streams, a chunk each. The text is sent as it is.
    std::vector<std::string> session_events = {
        "event: text\ndata: {\"text\":\"I read the pages first.\"}\n\n",
        "event: text\ndata: {\"text\":\"Two of them need a new section.\"}\n\n",
        ": nothing to tell for a moment\n\n",
        "event: finish\ndata: {\"reason\":\"completed\"}\n\n",
    };
    duration session_event_gap{}; ///< before each event, the first one too: real time, whatever `clock` says
    std::uint32_t rate_limit = 0; ///< uses (creations and messages) in a rolling window; 0: none
    duration rate_window = std::chrono::hours(1); ///< the length of that window
    bool send_retry_after = true;                 ///< with a 429
    std::string osapi_path = "/api/job";          ///< of the OSAPI job API, on the same server and with the same token
    std::vector<lifecycle_step> osapi_lifecycle = {{"submitted"}, {"processing"}, {"completed"}}; ///< of its retries
    clock_ptr clock; ///< of the rate limit and of time stamps; empty: the machine's
};

/// What goes wrong. The first three hit the next connection, the others the next request. A fault spoils the answer,
/// not the work: the request is recorded, the job made. "Closed" is without TLS's close_notify, but for the three
/// `…close…` below `slow_drip`.
enum class fault {
    close_at_accept,       ///< the connection is closed before a byte
    stall_handshake,       ///< accepted, then silence
    garbage_handshake,     ///< bytes that are not TLS, then closed
    drop_after_request,    ///< the request is read, then the connection is closed
    reset_after_request,   ///< the same with a reset
    stall,                 ///< the request is read, then silence until the client goes
    truncate_head,         ///< half of the head, then closed
    truncate_body,         ///< half of the body, then closed
    stall_in_body,         ///< half of the body, then silence
    garbage,               ///< bytes that are not HTTP, then closed
    garbage_first,         ///< bytes before the status line
    slow_drip,             ///< the right answer, a byte every two milliseconds
    endless_headers,       ///< headers without end
    many_headers,          ///< 1,000 small ones, within the size limit
    endless_informational, ///< 1xx without end
    huge_content_length,   ///< announces 2 GiB, sends the right body, then silence
    endless_chunks,        ///< a chunked body without end
    long_chunk_extension,  ///< 1 MiB of it
    two_answers,           ///< the right answer, then another one
    close_after_answer,    ///< the right answer without `Connection: close`, then closed
    announce_close,        ///< the right answer with `Connection: close`, then closed
    chunked,               ///< the right answer in chunks
    until_close,           ///< the right answer without a length, ended by closing
    empty_body,            ///< the right status, no body
    html,                  ///< the right status, an HTML page
    deep_json,             ///< nested far deeper than any limit
    invalid_utf8,          ///< JSON with a broken string
    status_999,            ///< the right body with a status that does not exist
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

/// A request as the server got it.
struct recorded_request {
    std::string method,         ///< as sent
        target;                 ///< path and query, as sent
    http::header_list headers;  ///< in order, Authorization among them
    std::string body;           ///< without its transfer coding
    std::size_t connection = 0; ///< which one it came on, counted from 0
};

/// A real HTTPS (or HTTP) server on the loopback, with a thread of its own, for tests of code that uses cojob: knows
/// the routes of Mintlify v2 and v1 and of the OSAPI job API, and refuses what the vendors refuse. All members are
/// thread-safe. The destructor stops it.
class mock_server {
  public:
    /// Starts at once. \throws boost::system::system_error when the address cannot be had, std::invalid_argument for a
    /// life without steps and for a path that is none.
    COJOB_DECL explicit mock_server(mock_server_options = {});
    /// Stops it and closes every connection; waits until its thread has ended.
    COJOB_DECL ~mock_server();
    mock_server(const mock_server&) = delete;
    mock_server& operator=(const mock_server&) = delete;

    /// What a service's `base_url` is to be: scheme, `localhost` and the port, or the address instead of `localhost`
    /// where the certificate is not for that name or the address is not 127.0.0.1.
    [[nodiscard]] COJOB_DECL std::string base_url() const;
    /// The port that the system chose.
    [[nodiscard]] COJOB_DECL std::uint16_t port() const noexcept;
    /// The authority to trust: `client_options::tls.ca_pem`. Empty without TLS.
    [[nodiscard]] COJOB_DECL const std::string& ca_pem() const noexcept;

    /// For `mintlify::agent` and `agent_v1`: this server, its project, its key, and the rate limit that it enforces.
    [[nodiscard]] COJOB_DECL mintlify::agent_options agent_options() const;
    /// For `osapi::jobs`: this server, its path and its token.
    [[nodiscard]] COJOB_DECL osapi::jobs_options jobs_options() const;
    /// For a client that trusts this server; all else is as by default. A clock, if given, is the client's.
    [[nodiscard]] COJOB_DECL cojob::client_options client_options(clock_ptr = {}) const;

    /// A job that is there already. Returns its id.
    COJOB_DECL std::string add_job(std::vector<lifecycle_step> life);
    /// The same for v1: a status is a reason to halt, and `processing` says that the session has not. An item of a list
    /// is a poll as well.
    COJOB_DECL std::string add_session(std::vector<lifecycle_step> life);
    /// The same for OSAPI, where an item of a list is a poll as well. A `failed` that is delivered again is a life of
    /// `{{"failed", 3}, {"processing", 2}, {"completed"}}`; a broadcast that more and more agents see is one of
    /// `{{"processing"}, {"completed"}, {"processing"}, {"completed"}}`.
    COJOB_DECL std::string add_osapi_job(std::vector<lifecycle_step> life);
    /// Gives a job another life from now on. \throws std::out_of_range for an unknown id.
    COJOB_DECL void set_life(const std::string& id, std::vector<lifecycle_step> life);
    /// The life of jobs made from now on, and of a job after a message. A service that shows the old end for a moment
    /// longer is a life that begins with it: `{{"completed", 1}, {"active", 2}, {"completed"}}`.
    COJOB_DECL void set_lifecycle(std::vector<lifecycle_step> life);

    /// Breaks the next `times` requests (of that method, if one is given) or connections. Faults queue up.
    COJOB_DECL void inject(fault, std::size_t times = 1, std::string method = {});
    /// Answers the next `times` requests (of that method, if one is given) with this instead.
    COJOB_DECL void answer_next(int status, std::string body, http::header_list headers = {}, std::size_t times = 1,
                                std::string method = {});
    /// Answers the next request with these bytes, whatever they are, and then closes (with close_notify) or keeps the
    /// connection.
    COJOB_DECL void send_next(std::string bytes, bool then_close = true);

    /// Every request that arrived whole, in order.
    [[nodiscard]] COJOB_DECL std::vector<recorded_request> requests() const;
    /// Blocks until that many requests have arrived, for ten seconds at most. Whether they have.
    COJOB_DECL bool wait_for_requests(std::size_t count) const;
    /// Connections accepted since the start.
    [[nodiscard]] COJOB_DECL std::size_t connections() const;
    /// Connections open now.
    [[nodiscard]] COJOB_DECL std::size_t open_connections() const;
    /// Blocks until exactly that many connections are open, for ten seconds at most. Whether they are.
    COJOB_DECL bool wait_for_open_connections(std::size_t count) const;
    /// Closes every connection that waits for its next request, the way a server ends kept-alive connections, and
    /// blocks until it is done.
    COJOB_DECL void close_idle_connections();
    /// 429 answers decided on, ordered ones too.
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
