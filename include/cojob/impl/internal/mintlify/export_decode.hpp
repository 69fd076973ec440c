#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_EXPORT_DECODE_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_EXPORT_DECODE_HPP

#include <cojob/detail/enumerator.hpp>
#include <cojob/impl/internal/base/json_reader.hpp>
#include <cojob/mintlify/export_job.hpp>

namespace cojob::mintlify::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

/// Returns whether there is a status.
inline bool read_export_job(const json_reader& json, export_job& job)
{
    bool has_status = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "jobId")
            return member.read_id(job.id);
        if (name == "status")
            return has_status = member.read_present(job.status_text);
        if (name == "progress")
            return member.read(job.progress);
        if (name == "pageCount")
            return member.read(job.page_count);
        if (name == "error")
            return member.read(job.error);
        if (name == "createdAt")
            return member.read(job.created_at);
        return name == "updatedAt" && member.read(job.updated_at);
    });
    job.status = cojob::detail::enumerator_named(job.status_text, export_job_status::unknown);
    job.unknown_members = json.end_job();
    if (job.id.empty())
        json.member("jobId").fail("expected an id");
    if (!job.progress)
        json.note_missing("progress");
    if (!job.page_count)
        json.note_missing("pageCount");
    if (!job.created_at)
        json.note_missing("createdAt");
    if (!job.updated_at)
        json.note_missing("updatedAt");
    return has_status;
}

/// Decodes an export that was just created. Only the id is required: the export exists, whatever else is missing.
inline export_job decode_created_export(const json_reader& json)
{
    export_job job;
    if (!read_export_job(json, job))
        json.note_missing("status");
    return job;
}

inline export_job decode_export_job(const json_reader& json)
{
    export_job job;
    if (!read_export_job(json, job))
        json.member("status").fail("expected a string");
    return job;
}

/// The URL is what the call is for.
inline export_bundle decode_export_bundle(const json_reader& json)
{
    export_bundle bundle;
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "jobId")
            return member.read_id(bundle.job_id);
        if (name == "bundleUrl")
            return member.read(bundle.url);
        if (name == "sizeBytes")
            return member.read(bundle.size_bytes);
        return name == "expiresAt" && member.read(bundle.expires_at);
    });
    if (bundle.job_id.empty())
        json.member("jobId").fail("expected an id");
    if (bundle.url.empty())
        json.member("bundleUrl").fail("expected a URL");
    return bundle;
}

} // namespace cojob::mintlify::detail

#endif
