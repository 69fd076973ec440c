#ifndef COJOB_OSAPI_JOBS_HPP
#define COJOB_OSAPI_JOBS_HPP

#include <cojob/client.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/job/page.hpp>
#include <cojob/osapi/job.hpp>
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

/// Of `jobs`: which server, and with which token.
class jobs_options {
  public:
    jobs_options() = default;

    std::string base_url = "http://127.0.0.1:8080"; ///< the controller's; plain HTTP works to this machine only
    std::string base_path = "/api/job";             ///< older servers: `/job`
    credential token;                               ///< or a function that is asked for one before each attempt
    bool allow_plaintext = false; ///< plain HTTP to a host that is not this machine; its jobs run commands
};

/// Which jobs of a list.
struct list_query {
    std::optional<job_status> status = {}; ///< all of them, or those of one status; not skipped or unknown
    std::optional<int> limit = {};         ///< on a page, 1 to 100; empty: 10, and 100 for `all_jobs`
    int offset = 0;                        ///< jobs before the page
};

/// The OSAPI job API: a cheap handle on a client and the options. Jobs are made by other calls of OSAPI, or by a retry.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or has control characters in it is
/// `invalid_argument` when the operation is awaited; any other is sent as one encoded path segment. Arguments are
/// copied by the call itself, so that the operation may outlive them, and the service too.
///
/// Ends may be taken back: `failed` may be delivered again after about 30 s, and a broadcast job counts only the agents
/// seen so far. `wait_options::settle` of 35 s waits for that.
///
/// Thread safety: as `client`. Cancellation, for every operation: all types until the request is on its way; then
/// terminal and partial end a POST or DELETE as `outcome_unknown`, and total is ignored.
/// Source: https://github.com/osapi-io/osapi, internal/controller/api/job/gen/api.yaml
class jobs {
  public:
    /// What waits return.
    using job_type = job;
    /// What handles and observers call this API.
    static constexpr std::string_view api_name = "osapi.job";

    /// On a client of its own, with default options. \throws api_error `invalid_argument`, naming the option.
    COJOB_DECL jobs(asio::any_io_executor, jobs_options);
    /// The same, on the executor of an execution context, such as an `io_context`.
    template <cojob::detail::execution_context Context>
    jobs(Context& context, jobs_options options)
        : jobs(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Shares connections and limits with everything else on that client. \throws api_error `invalid_argument`.
    COJOB_DECL jobs(client, jobs_options);

    /// The same service on another handle: `jobs.with(other_client)`.
    [[nodiscard]] COJOB_DECL jobs with(client) const;
    /// The same service with another limit for each whole call. \throws api_error `invalid_argument` for zero or less.
    [[nodiscard]] jobs with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// The client it makes its calls on.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and path: two jobs with one id are the same job when API and scope are the same.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// For `wait_for_job` in another process: the job, and when this client made it by a retry.
    [[nodiscard]] COJOB_DECL job_handle handle(const job&) const;
    /// From 0.5 s to 5 s: these jobs take seconds, and no limit on requests is documented.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::milliseconds;
        return {milliseconds(500), milliseconds(500), milliseconds(5000), 1.5};
    }

    /// One page of the jobs, in the order of their ids: `GET {base path}?status&limit&offset`. Errors: those of
    /// `client::send`, `invalid_argument` for a query that no server takes, and `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<job_page> list_jobs(list_query = {}) const;

    /// All jobs from an offset on, or those of one status, as a stream: as many `list_jobs` as it takes, `limit` jobs a
    /// page.
    [[nodiscard]] COJOB_DECL pager<job> all_jobs(list_query = {}) const;

    /// The job as it is now: `GET {base path}/{id}`.
    ///
    /// Errors: those of `client::send`, and `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<job> get_job(std::string_view id) const;

    /// Deletes a job, while it runs as well: `DELETE {base path}/{id}`.
    ///
    /// When the answer is lost, and the repeated request finds nothing, the job is asked for and the list read: if the
    /// job is not found and the list answers, the call has succeeded. Else it ends with `outcome_unknown`: a server
    /// whose store is out of reach finds no job either. Errors: those of `client::send`.
    [[nodiscard]] COJOB_DECL asio::awaitable<void> delete_job(std::string_view id) const;

    /// Makes a new job of the same operation; the old one stays: `GET {base path}/{id}`, which tells of earlier
    /// retries, and `POST {base path}/{id}/retry`.
    ///
    /// `target_hostname` empty: any. When no answer tells whether the retry was made, the old job is looked at again:
    /// the one retry that its timeline shows since then is the answer, else the call ends with `outcome_unknown`. Ids
    /// that this client has from other answers do not count, nor does, where the job could not be looked at before, a
    /// retry in the second in which the request was sent. Errors: those of `client::send`, and `invalid_response`; then
    /// the new job's id, where it could be read, is in `error_info::job_id`.
    [[nodiscard]] COJOB_DECL asio::awaitable<retry_receipt> retry_job(std::string_view id,
                                                                      std::string_view target_hostname = {}) const;

    /// For waits: those being processed, at most 100, without details: `GET {base path}?status=processing&limit=100`.
    /// Errors: as `list_jobs`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::vector<job>> list_unfinished() const;

    /// Whether both are handles on one service: they share polls.
    friend bool operator==(const jobs& a, const jobs& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Equal for what is equal.
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
