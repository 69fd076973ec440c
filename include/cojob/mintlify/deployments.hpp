#ifndef COJOB_MINTLIFY_DEPLOYMENTS_HPP
#define COJOB_MINTLIFY_DEPLOYMENTS_HPP

#include <cojob/client.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/mintlify/deployment.hpp>
#include <cojob/mintlify/deployments_options.hpp>
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
class deployments_settings;
} // namespace detail

/// The Mintlify API of deployments: builds a project's site from its branch, previews another branch, and triggers
/// workflows. A cheap handle on a client and the options. Not included by `cojob.hpp`.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or contains control characters is `invalid_argument`
/// when the operation is awaited; any other is sent as one encoded path segment. Each call copies its arguments, so the
/// operation may outlive them, and the service too.
///
/// Thread safety: as `client`. Cancellation, for every operation: all types until the request is in flight. Then
/// terminal and partial cancellation end a POST with `outcome_unknown`, and a POST ignores total cancellation. The
/// deployment continues in any case.
/// Source: https://www.mintlify.com/docs/api/update/trigger and the pages beside it
class deployments {
  public:
    /// The type that waits return.
    using job_type = deployment;
    /// The name of this API in handles and events.
    static constexpr std::string_view api_name = "mintlify.deployments";

    /// Creates a service on a client of its own, with default options. \throws api_error `invalid_argument`, naming the
    /// option.
    COJOB_DECL deployments(asio::any_io_executor, deployments_options);
    /// The same, on the executor of an execution context such as an `io_context`.
    template <cojob::detail::execution_context Context>
    deployments(Context& context, deployments_options options)
        : deployments(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Creates a service on an existing client, and shares its connections and limits. \throws api_error
    /// `invalid_argument`.
    COJOB_DECL deployments(client, deployments_options);

    /// The same service on another client: `deployments.with(other_client)`.
    [[nodiscard]] COJOB_DECL deployments with(client) const;
    /// The same service with another limit for each call, as `timeout_options::call`. \throws api_error
    /// `invalid_argument` for zero or less.
    [[nodiscard]] deployments with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// Opens connections to the service's server ahead: see `client::warm`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::size_t> warm(std::size_t connections) const;
    /// The client that sends its requests.
    [[nodiscard]] client get_client() const { return client_; }
    /// Base URL and project. Two deployments are the same if API, scope and id are equal.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// A handle for `wait_for_job` in another process. Tells which deployment it is, and when this client queued it.
    [[nodiscard]] COJOB_DECL job_handle handle(const deployment&) const;
    /// The same for a deployment that was just queued.
    [[nodiscard]] COJOB_DECL job_handle handle(const deployment_receipt&) const;
    /// Every 5 to 10 s, as for the agent's jobs: the vendor names no interval for deployments.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(10), 1.25};
    }

    /// Queues an update of the site, from the project's deployment branch: `POST /v1/project/update/{project}`.
    ///
    /// Takes one slot of the update quota. Errors: those of `client::send`, and `invalid_response`; then
    /// `error_info::job_id` is the deployment's id, if it could be read. After `outcome_unknown` the update may be
    /// queued: another one deploys the same branch again.
    [[nodiscard]] COJOB_DECL asio::awaitable<deployment_receipt> update() const;

    /// Queues a preview of a branch, or queues it again: `POST /v1/project/preview/{project}`.
    ///
    /// Precondition: the branch is not empty and is UTF-8. Takes one slot of the preview quota. Errors: as `update`;
    /// `forbidden` if the vendor's plan has no previews.
    [[nodiscard]] COJOB_DECL asio::awaitable<deployment_receipt> preview(std::string_view branch) const;

    /// Returns the deployment as it is now: `GET /v1/project/update-status/{id}`. Errors: those of `client::send`, and
    /// `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<deployment> get_job(std::string_view id) const;

    /// Runs a scheduled workflow now: `POST /v1/workflow/{project}/{workflow}/trigger`. The API cannot tell how the run
    /// ends, so there is nothing to wait for.
    ///
    /// Takes one slot of the update quota. Errors: those of `client::send`, and `invalid_response`. After
    /// `outcome_unknown` the run may be queued.
    [[nodiscard]] COJOB_DECL asio::awaitable<workflow_run> trigger_workflow(std::string_view workflow_id) const;

    /// Whether both are handles on one service, and so share polls and quotas.
    friend bool operator==(const deployments& a, const deployments& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Hash, consistent with `==`.
    friend std::size_t hash_value(const deployments& s) noexcept { return std::hash<const void*>()(s.settings_.get()); }

  private:
    COJOB_DECL deployments(client, std::shared_ptr<const detail::deployments_settings>);

    client client_;
    std::shared_ptr<const detail::deployments_settings> settings_;
};

} // namespace cojob::mintlify

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/deployments.ipp>
#endif

#endif
