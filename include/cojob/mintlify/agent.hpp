#ifndef COJOB_MINTLIFY_AGENT_HPP
#define COJOB_MINTLIFY_AGENT_HPP

#include <cojob/client.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/mintlify/agent_job.hpp>
#include <cojob/mintlify/agent_options.hpp>
#include <cojob/result.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/agent.ipp>
#endif

#endif
