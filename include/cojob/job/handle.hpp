#ifndef COJOB_JOB_HANDLE_HPP
#define COJOB_JOB_HANDLE_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/config.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob {

/// What is needed to go on waiting for a job in another process: which job it is, and what this client did to it and
/// when, so that a wait after a restart knows which end it must not accept.
///
/// It holds no secret, and nobody has to trust it: API and scope are only ever compared with those of the service that
/// it is given to and never choose a host or a path; the id is checked as every id is, and sent as one encoded segment.
class job_handle { // not an aggregate: CONTRIBUTING.md, check_parameter_types
  public:
    job_handle() = default;
    /// A handle of a job that this client did nothing to yet: a wait polls it at once.
    job_handle(std::string of_api, std::string in_scope, std::string of_job)
        : api(std::move(of_api)), scope(std::move(in_scope)), id(std::move(of_job))
    {
    }

    std::string api;                      ///< the service's `api_name`
    std::string scope;                    ///< the service's `scope()`: base URL and project
    std::string id;                       ///< the job's id there
    std::optional<timestamp> created_at;  ///< when this client created it, by its own civil time
    std::optional<timestamp> messaged_at; ///< when it was last sent a message whose effect has not been seen yet

    /// Whether both say the same, the times included.
    friend bool operator==(const job_handle&, const job_handle&) = default;
};

/// One line of printable ASCII without its line break, at most 8 KiB, for `parse_job_handle` of this version or a later
/// one. \throws api_error `invalid_argument` for a handle that could not be read back: without API, scope or id, with
/// an id that no call would take, or too long.
[[nodiscard]] COJOB_DECL std::string to_string(const job_handle&);

/// Reads what `to_string` wrote; blanks and line breaks around it do not matter. What was cut off anywhere is refused.
/// \throws api_error `invalid_argument`; the message says what is wrong and shows nothing of the text but its version.
[[nodiscard]] COJOB_DECL job_handle parse_job_handle(std::string_view);

namespace detail {

/// Whether a service may go on with this handle. \throws api_error `invalid_argument` when it is of another API or
/// scope, or the id is none.
COJOB_DECL void check_handle(const job_handle&, std::string_view api, std::string_view scope);

} // namespace detail

} // namespace cojob

#ifndef COJOB_SEPARATE_COMPILATION
#include <cojob/impl/job/handle.ipp>
#endif

#endif
