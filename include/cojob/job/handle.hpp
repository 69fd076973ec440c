#ifndef COJOB_JOB_HANDLE_HPP
#define COJOB_JOB_HANDLE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

/// Identifies a job, so that another process can wait for it. Also tells when this client created the job or sent it a
/// message: from that, a wait after a restart knows which final status is older than the last message.
///
/// A handle contains no secret and need not be trusted. API and scope are only compared with those of the service, and
/// never choose a host or a path. The id is validated as any id is, and sent as one encoded path segment.
class job_handle { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    job_handle() = default;
    /// A handle without times.
    job_handle(std::string of_api, std::string in_scope, std::string of_job)
        : api(std::move(of_api)), scope(std::move(in_scope)), id(std::move(of_job))
    {
    }

    std::string api;                      ///< the service's `api_name`
    std::string scope;                    ///< the service's `scope()`: base URL and project
    std::string id;                       ///< the job's id there
    std::optional<timestamp> created_at;  ///< when this client created the job, by the client's wall clock
    std::optional<timestamp> messaged_at; ///< time of the last message to the job, if no poll has seen its effect yet

    /// Whether all members are equal, the times included.
    friend bool operator==(const job_handle&, const job_handle&) = default;
};

/// Writes a handle as one line of printable ASCII, without a line break and at most 8 KiB long. This and later versions
/// of the library can parse it. \throws api_error `invalid_argument` for a handle that could not be parsed: without
/// API, scope or id, with an invalid id, or too long.
[[nodiscard]] COJOB_DECL std::string to_string(const job_handle&);

/// Parses the output of `to_string`. Ignores spaces, tabs and line breaks around it. Detects and refuses truncated
/// text. \throws api_error `invalid_argument`; the message names the problem and contains nothing of the text but its
/// version number.
[[nodiscard]] COJOB_DECL job_handle parse_job_handle(std::string_view);

namespace detail {

/// Checks that a handle belongs to this service. \throws api_error `invalid_argument` for another API or scope, or an
/// invalid id.
COJOB_DECL void check_handle(const job_handle&, std::string_view api, std::string_view scope);

} // namespace detail

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/handle.ipp>
#endif

#endif
