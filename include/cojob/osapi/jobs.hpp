#ifndef COJOB_OSAPI_JOBS_HPP
#define COJOB_OSAPI_JOBS_HPP

#include <cojob/client.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/page.hpp>
#include <cojob/osapi/job.hpp>
#include <cojob/osapi/node_operation.hpp>
#include <cojob/result.hpp>
#include <cojob/secret.hpp>

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
    std::string node_path = "/api/node";            ///< path of the operations on nodes, for `create_job`
    credential token;                               ///< the token, or a provider that is called before each attempt
    bool allow_plaintext = false;                   ///< allows plain HTTP to other hosts; their jobs run commands
};

/// Selects a page of a list.
struct list_query {
    std::optional<job_status> status = {}; ///< only jobs of this status, not `skipped` or `unknown`; empty: all
    std::optional<int> limit = {};         ///< page size, 1 to 100; empty: 10, and 100 for `all_jobs`
    int offset = 0;                        ///< number of jobs to skip
};

/// The OSAPI job API: a cheap handle on a client and the options. OSAPI carries out each operation on nodes as a job:
/// `create_job` makes one of any operation.
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
    /// A handle for `wait_for_job` in another process. Tells which job it is, and when this client created it.
    [[nodiscard]] COJOB_DECL job_handle handle(const job&) const;
    /// Every 0.5 to 5 s: these jobs take seconds, and no limit on requests is documented.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::milliseconds;
        return {milliseconds(500), milliseconds(500), milliseconds(5000), 1.5};
    }

    /// Creates a job that carries out an operation: `{method} {node path}/{target}/{path…}`. Completes when the agents
    /// have answered, which OSAPI awaits for 30 s, so an attempt may take 45 s here if `timeout_options::attempt` is
    /// shorter.
    ///
    /// Preconditions: target and path segments as ids; the path is not empty. Only a GET is repeated after a failure
    /// that leaves open whether there is a job. Errors: those of `client::send`, and `invalid_response`; then
    /// `error_info::job_id` is the new job's id, if it could be read. If the agents take longer, the server answers 500
    /// without an id, which is `outcome_unknown` (`server_error` for a GET): the job exists and is in the list.
    [[nodiscard]] COJOB_DECL asio::awaitable<node_receipt> create_job(node_operation) const;

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

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/osapi/jobs.ipp>
#endif

#endif
