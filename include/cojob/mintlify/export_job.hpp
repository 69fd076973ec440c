#ifndef COJOB_MINTLIFY_EXPORT_JOB_HPP
#define COJOB_MINTLIFY_EXPORT_JOB_HPP

#include <cojob/clock.hpp>
#include <cojob/detail/enumerator.hpp>
#include <cojob/unknown_members.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::mintlify {

using cojob::operator<<; // for argument-dependent lookup

/// The status of an export.
enum class export_job_status {
    queued,    ///< it has not begun
    running,   ///< pages are rendered
    completed, ///< done; `static_export::create_bundle` makes a file of it
    failed,    ///< see `error`
    unknown,   ///< a status this version does not know: see `status_text`
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view to_string(export_job_status value) noexcept
{
    return cojob::detail::enumerator_name(value, {"queued", "running", "completed", "failed", "unknown"});
}

/// An export of a site into static files. The texts are the server's: escape them before you print them.
struct export_job {
    export_job() = default; // no aggregate: g++ 12 destroys an aggregate twice that is created in a co_await expression

    std::string id{};                                      ///< unique in its organization
    export_job_status status = export_job_status::unknown; ///< see `is_finished`
    std::string status_text{};                             ///< as the server wrote it
    std::optional<double> progress{};                      ///< from 0 to 100; empty: not reported
    std::optional<std::int64_t> page_count{};              ///< pages rendered so far; empty: not reported
    std::string error{};                                   ///< why it failed; empty: it did not
    std::optional<timestamp> created_at{};                 ///< by the server's clock; empty: not reported
    std::optional<timestamp> updated_at{};                 ///< by the server's clock; empty: not reported
    cojob::unknown_members unknown_members{};              ///< further JSON members; not compared

    /// Whether all members but `unknown_members` are equal. `watch_job` detects changes by this.
    friend bool operator==(const export_job& a, const export_job& b)
    {
        return a.id == b.id && a.status == b.status && a.status_text == b.status_text && a.progress == b.progress &&
               a.page_count == b.page_count && a.error == b.error && a.created_at == b.created_at &&
               a.updated_at == b.updated_at;
    }
};

/// The request for a new export.
class export_request {
  public:
    export_request() = default;
    /// A request for all published pages of a domain.
    explicit export_request(std::string of_domain) : domain(std::move(of_domain)) {}

    std::string domain;             ///< the site's host name alone, for instance `docs.example.com`
    std::string version;            ///< a label for the export; empty: the latest published version
    std::vector<std::string> paths; ///< the pages, for instance `guides/start`; empty: all
};

/// The file of an export that has completed.
struct export_bundle {
    std::string job_id{};                     ///< id of the export
    std::string url{};                        ///< of the file, at another host: download it without the key
    std::optional<std::int64_t> size_bytes{}; ///< of the file; empty: not reported
    std::optional<timestamp> expires_at{};    ///< when the URL ends to work; empty: not reported
};

/// The id, for `job_api`.
[[nodiscard]] inline const std::string& job_id(const export_job& job) noexcept
{
    return job.id;
}

/// The id of the export that the file is of.
[[nodiscard]] inline const std::string& job_id(const export_bundle& bundle) noexcept
{
    return bundle.job_id;
}

/// The status as the server wrote it, for `job_api`.
[[nodiscard]] inline const std::string& status_text(const export_job& job) noexcept
{
    return job.status_text;
}

/// Whether the export has ended: completed or failed.
[[nodiscard]] inline bool is_finished(const export_job& job) noexcept
{
    return job.status == export_job_status::completed || job.status == export_job_status::failed;
}

/// Whether this version does not know the status. An unknown status is not final.
[[nodiscard]] inline bool is_unknown(const export_job& job) noexcept
{
    return job.status == export_job_status::unknown;
}

} // namespace cojob::mintlify

#endif
