#ifndef COJOB_MINTLIFY_AGENT_V1_HPP
#define COJOB_MINTLIFY_AGENT_V1_HPP

#include <cojob/client.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/page.hpp>
#include <cojob/mintlify/agent_options.hpp>
#include <cojob/mintlify/agent_session.hpp>
#include <cojob/mintlify/agent_stream.hpp>
#include <cojob/result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/agent_v1.ipp>
#endif

#endif
