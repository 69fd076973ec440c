#ifndef COJOB_MINTLIFY_STATIC_EXPORT_HPP
#define COJOB_MINTLIFY_STATIC_EXPORT_HPP

#include <cojob/client.hpp>
#include <cojob/job/concepts.hpp>
#include <cojob/job/handle.hpp>
#include <cojob/mintlify/export_job.hpp>
#include <cojob/mintlify/static_export_options.hpp>
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
class static_export_settings;
} // namespace detail

/// The Mintlify API of static exports: renders a whole site into files, and packs them. The vendor offers it to
/// enterprise plans. A cheap handle on a client and the options. Not included by `cojob.hpp`.
///
/// An id that is empty, `.` or `..`, longer than 1 KiB, not UTF-8, or contains control characters is `invalid_argument`
/// when the operation is awaited; any other is sent as one encoded path segment. Each call copies its arguments, so the
/// operation may outlive them, and the service too.
///
/// Thread safety: as `client`. Cancellation, for every operation: all types until the request is in flight. Then
/// terminal and partial cancellation end a POST with `outcome_unknown`, and a POST ignores total cancellation. The
/// export continues in any case.
/// Source: https://www.mintlify.com/docs/api/static-export/start and the pages beside it
class static_export {
  public:
    /// The type that waits return.
    using job_type = export_job;
    /// The name of this API in handles and events.
    static constexpr std::string_view api_name = "mintlify.static_export";

    /// Creates a service on a client of its own, with default options. \throws api_error `invalid_argument`, naming the
    /// option.
    COJOB_DECL static_export(asio::any_io_executor, static_export_options);
    /// The same, on the executor of an execution context such as an `io_context`.
    template <cojob::detail::execution_context Context>
    static_export(Context& context, static_export_options options)
        : static_export(asio::any_io_executor(context.get_executor()), std::move(options))
    {
    }
    /// Creates a service on an existing client, and shares its connections and limits. \throws api_error
    /// `invalid_argument`.
    COJOB_DECL static_export(client, static_export_options);

    /// The same service on another client: `static_export.with(other_client)`.
    [[nodiscard]] COJOB_DECL static_export with(client) const;
    /// The same service with another limit for each call, as `timeout_options::call`. \throws api_error
    /// `invalid_argument` for zero or less.
    [[nodiscard]] static_export with_timeout(duration call) const { return with(client_.with_timeout(call)); }
    /// Opens connections to the service's server ahead: see `client::warm`.
    [[nodiscard]] COJOB_DECL asio::awaitable<std::size_t> warm(std::size_t connections) const;
    /// The client that sends its requests.
    [[nodiscard]] client get_client() const { return client_; }
    /// The base URL. Two exports are the same if API, scope and id are equal.
    [[nodiscard]] COJOB_DECL std::string scope() const;
    /// A handle for `wait_for_job` in another process. Tells which export it is, and when this client created it.
    [[nodiscard]] COJOB_DECL job_handle handle(const export_job&) const;
    /// Every 5 to 30 s: the vendor names no interval, and an export renders every page of a site.
    [[nodiscard]] poll_schedule default_schedule() const noexcept
    {
        using std::chrono::seconds;
        return {seconds(5), seconds(5), seconds(30), 1.25};
    }

    /// Creates an export of all pages of a domain, for `run_job`: as below.
    [[nodiscard]] COJOB_DECL asio::awaitable<export_job> create_job(std::string_view domain) const;

    /// Creates an export: `POST /v1/static-export/jobs`.
    ///
    /// Preconditions: the domain is a host name without scheme, port and path; no text is empty; all are UTF-8. Takes
    /// one slot of the quota, if there is one. Errors: those of `client::send`, and `invalid_response`; then
    /// `error_info::job_id` is the export's id, if it could be read. `forbidden` if the vendor's plan has no exports.
    [[nodiscard]] COJOB_DECL asio::awaitable<export_job> create_job(export_request) const;

    /// Returns the export as it is now: `GET /v1/static-export/jobs/{id}`. Errors: those of `client::send`, and
    /// `invalid_response`.
    [[nodiscard]] COJOB_DECL asio::awaitable<export_job> get_job(std::string_view id) const;

    /// Packs an export that has completed, and returns where the file is: `POST /v1/static-export/jobs/{id}/bundle`.
    ///
    /// Repeated as a GET is, because packing twice does no harm. Errors: those of `client::send`, and
    /// `invalid_response`; `conflict` if the export has not completed: wait for it first.
    [[nodiscard]] COJOB_DECL asio::awaitable<export_bundle> create_bundle(std::string_view id) const;

    /// Whether both are handles on one service, and so share polls and the quota.
    friend bool operator==(const static_export& a, const static_export& b) noexcept
    {
        return a.client_ == b.client_ && a.settings_ == b.settings_;
    }
    /// Hash, consistent with `==`.
    friend std::size_t hash_value(const static_export& s) noexcept
    {
        return std::hash<const void*>()(s.settings_.get());
    }

  private:
    COJOB_DECL static_export(client, std::shared_ptr<const detail::static_export_settings>);

    client client_;
    std::shared_ptr<const detail::static_export_settings> settings_;
};

} // namespace cojob::mintlify

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/mintlify/static_export.ipp>
#endif

#endif
