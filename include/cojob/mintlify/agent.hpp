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
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or has control characters in it is
/// `invalid_argument` when the operation is awaited; any other is sent as one encoded path segment. Arguments are
/// copied by the call itself, so that the operation may outlive them, and the service too.
///
/// Thread safety: as `client`. Cancellation, for every operation: all types until the request is on its way; then
/// terminal and partial end a POST as `outcome_unknown`, and total is ignored. The server's job goes on in any case.
/// Source: https://www.mintlify.com/docs/api/agent
class agent {
  public:
    /// What waits return.
    using job_type = agent_job;
    /// What handles and observers call this API.
    static constexpr std::string_view api_name = "mintlify.agent.v2";

    /// On a client of its own, with default options. \throws api_error `invalid_argument`, naming the option.
    COJOB_DECL agent(asio::any_io_executor, agent_options);
    /// The same, on the executor of an execution context, such as an `io_context`.
    template <cojob::detail::execution_context Context>
    agent(Context& context, agent_options options)
        : agent(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Shares connections and limits with everything else on that client. \throws api_error `invalid_argument`.
    COJOB_DECL agent(client, agent_options);

    /// The same service on another handle: `agent.with(other_client)`.
    [[nodiscard]] COJOB_DECL agent with(client) const;
    /// The same service with another limit for each whole call. \throws api_error `invalid_argument` for zero or less.
    [[nodiscard]] agent with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// The client it makes its calls on.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and project: two jobs with one id are the same job when API and scope are the same.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// For `wait_for_job` in another process: the job, and when this client created it or sent it a message.
    [[nodiscard]] COJOB_DECL job_handle handle(const agent_job&) const;
    /// Every 5 to 10 s, as the vendor's published page "Get agent job (v2)" asks.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(10), 1.25};
    }

    /// Creates a job that works on the prompt in the background: `POST /v2/agent/{project}/job`.
    ///
    /// Preconditions: the prompt is not empty and is UTF-8. Returns the job, `active` as a rule.
    /// A use of the project's quota. Errors: those of `client::send`, `outcome_unknown` among them (do not repeat the
    /// call without looking), and `invalid_response`; then the job's id, where it could be read, is in
    /// `error_info::job_id`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_job> create_job(std::string_view prompt) const;

    /// The job as it is now: `GET /v2/agent/{project}/job/{id}`. Errors: those of `client::send`, and
    /// `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_job> get_job(std::string_view id) const;

    /// Gives a job a further instruction; it runs again: `POST /v2/agent/{project}/job/{id}/message`.
    ///
    /// Returns the job. A poll right after may still see the old end; `wait_for_job` knows. Errors: as `create_job`.
    [[nodiscard]] COJOB_DECL asio::awaitable<agent_job> send_message(std::string_view id,
                                                                     std::string_view prompt) const;

    /// Whether both are handles on one service: they share polls and the quota.
    friend bool operator==(const agent& a, const agent& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Equal for what is equal.
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
