#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_DECODE_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_AGENT_DECODE_HPP

#include <cojob/detail/enumerator.hpp>
#include <cojob/impl/internal/base/json_reader.hpp>
#include <cojob/mintlify/agent_job.hpp>

namespace cojob::mintlify::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

inline bool read_source(const json_reader& json, job_source& source)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "repository")
            return member.read(source.repository);
        return name == "ref" && member.read(source.ref);
    });
}

/// Returns whether there is a status. The id is empty if it is missing.
inline bool read_agent_job(const json_reader& json, agent_job& job)
{
    bool has_status = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "id")
            return member.read_id(job.id);
        if (name == "status")
            return has_status = member.read_present(job.status_text);
        if (name == "source")
            return member.is_null() || read_source(member, job.source);
        if (name == "model")
            return member.read(job.model);
        if (name == "prLink")
            return member.read(job.pr_link);
        if (name == "createdAt")
            return member.read(job.created_at);
        return name == "archivedAt" && member.read(job.archived_at);
    });
    job.status = cojob::detail::enumerator_named(job.status_text, agent_job_status::unknown);
    job.unknown_members = json.end_job();
    return has_status;
}

/// Notes missing members that each job has according to the vendor's documentation.
inline void note_what_is_missing(const json_reader& json, const agent_job& job)
{
    if (job.source.repository.empty())
        json.note_missing("source.repository");
    if (job.model.empty())
        json.note_missing("model");
    if (!job.created_at)
        json.note_missing("createdAt");
}

/// Decodes a job that was just created. Only the id is required: the job exists, whatever else is missing.
inline agent_job decode_created_job(const json_reader& json)
{
    agent_job job;
    if (!read_agent_job(json, job))
        json.note_missing("status");
    if (job.id.empty())
        json.member("id").fail("expected an id");
    note_what_is_missing(json, job);
    return job;
}

inline agent_job decode_agent_job(const json_reader& json)
{
    agent_job job;
    const bool has_status = read_agent_job(json, job);
    if (job.id.empty())
        json.member("id").fail("expected an id");
    if (!has_status)
        json.member("status").fail("expected a string");
    note_what_is_missing(json, job);
    return job;
}

} // namespace cojob::mintlify::detail

#endif
