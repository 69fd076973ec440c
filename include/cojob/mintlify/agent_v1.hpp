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

/// Which sessions of a list.
struct session_query {
    int skip = 0;                 ///< sessions before the page
    std::optional<int> take = {}; ///< on a page, 1 to 100; empty: 12, and 100 for `all_jobs`
};

/// The Mintlify agent API, v1, which the vendor calls deprecated: a cheap handle on a client and the options. A job is
/// a session here.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or has control characters in it is
/// `invalid_argument` when the operation is awaited; any other is sent as one encoded path segment. Arguments are
/// copied by the call itself, so that the operation may outlive them, and the service too.
///
/// Thread safety: as `client`. Cancellation: all types, at once, but for `create_job`.
/// Source: https://www.mintlify.com/docs/api/agent
class agent_v1 {
  public:
    /// What waits return.
    using job_type = agent_session;
    /// What handles and observers call this API.
    static constexpr std::string_view api_name = "mintlify.agent.v1";
    /// A list shows sessions whole: one that has ended need not be asked for by itself.
    static constexpr bool lists_whole_jobs = true;

    /// On a client of its own, with default options. \throws api_error `invalid_argument`, naming the option.
    COJOB_DECL agent_v1(asio::any_io_executor, agent_options);
    /// The same, on the executor of an execution context, such as an `io_context`.
    template <cojob::detail::execution_context Context>
    agent_v1(Context& context, agent_options options)
        : agent_v1(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Shares connections and limits with everything else on that client. \throws api_error `invalid_argument`.
    COJOB_DECL agent_v1(client, agent_options);

    /// The same service on another handle: `agent.with(other_client)`.
    [[nodiscard]] COJOB_DECL agent_v1 with(client) const;
    /// The same service with another limit for each whole call. \throws api_error `invalid_argument` for zero or less.
    [[nodiscard]] agent_v1 with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// The client it makes its calls on.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and project: two jobs with one id are the same job when API and scope are the same.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// For `wait_for_job` in another process: the session, and when this client created it.
    [[nodiscard]] COJOB_DECL job_handle handle(const agent_session&) const;
    /// As for v2, whose page "Get agent job (v2)" asks for a poll every 5 to 10 s.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(10), 1.25};
    }

    /// Creates a session that works in the background: `POST /v1/agent/{project}/job`. Returns when the answer has
    /// begun; what follows is read from the stream.
    ///
    /// Preconditions: at least one message; no text is empty; all are UTF-8. A use of the project's quota. The limit of
    /// the attempt and of the call end with the answer's head. Errors: those of `client::send`, `outcome_unknown` among
    /// them (do not repeat the call without looking), and `invalid_response` for an answer that is no event stream or
    /// tells no session id; the id, where the answer has it, is in `error_info::job_id`, and the server's words are in
    /// `server_message`. Cancellation: all types until the
    /// request is on its way; then terminal and partial end it as `outcome_unknown`, and total is ignored.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_stream> create_job(create_session_request) const;

    /// The session as it is now: `GET /v1/agent/{project}/job/{id}`. Errors: those of `client::send`, and
    /// `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_session> get_job(std::string_view id) const;

    /// A page of the project's sessions: `GET /v1/agent/{project}/jobs?skip&take`. Errors: those of `client::send`,
    /// `invalid_argument` for a query that no server takes, and `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<session_page> list_page(session_query = {}) const;

    /// The sessions of a page. One that cannot be read is left out: `list_page` counts those. Request and errors: as
    /// `list_page`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::vector<agent_session>> list_jobs(session_query = {}) const;

    /// All sessions of the project, or those after the first `skip`, as a stream: as many `list_jobs` as it takes,
    /// `take` sessions a page. The vendor does not say how many there are, so the end of the list costs a request of
    /// its own.
    [[nodiscard]] COJOB_DECL pager<agent_session> all_jobs(session_query = {}) const;

    /// For waits: the first hundred sessions, whole, ended or not: `GET /v1/agent/{project}/jobs?skip=0&take=100`.
    /// Errors: as `list_jobs`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::vector<agent_session>> list_unfinished() const;

    /// Whether both are handles on one service: they share polls.
    friend bool operator==(const agent_v1& a, const agent_v1& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Equal for what is equal.
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
