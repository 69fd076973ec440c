#ifndef COJOB_IMPL_INTERNAL_MINTLIFY_DEPLOYMENT_DECODE_HPP
#define COJOB_IMPL_INTERNAL_MINTLIFY_DEPLOYMENT_DECODE_HPP

#include <cojob/detail/enumerator.hpp>
#include <cojob/impl/internal/base/json_reader.hpp>
#include <cojob/mintlify/deployment.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cojob::mintlify::detail {

using cojob::detail::json_name;
using cojob::detail::json_reader;

inline bool read_texts(const json_reader& json, std::vector<std::string>& texts)
{
    return json.for_each_element([&](const json_reader& element) {
        std::string text;
        const bool is_read = element.read_present(text);
        if (is_read)
            texts.push_back(std::move(text));
        return is_read;
    });
}

inline bool read_author(const json_reader& json, std::optional<deployment_author>& author)
{
    if (json.is_null())
        return true;
    deployment_author a;
    const bool is_read = json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "name")
            return member.read(a.name);
        if (name == "avatarUrl")
            return member.read(a.avatar_url);
        return name == "githubUserId" && member.read(a.github_user_id);
    });
    if (is_read)
        author = std::move(a);
    return is_read;
}

inline bool read_changed_files(const json_reader& json, deployment_commit& commit)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "added")
            return read_texts(member, commit.added);
        if (name == "modified")
            return read_texts(member, commit.modified);
        return name == "removed" && read_texts(member, commit.removed);
    });
}

inline bool read_commit(const json_reader& json, deployment_commit& commit)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "sha")
            return member.read(commit.sha);
        if (name == "ref")
            return member.read(commit.ref);
        if (name == "message")
            return member.read(commit.message);
        return name == "filesChanged" && (member.is_null() || read_changed_files(member, commit));
    });
}

/// The members for people.
inline bool read_description(json_name name, const json_reader& member, deployment& d)
{
    if (name == "summary")
        return member.read(d.summary);
    if (name == "logs")
        return read_texts(member, d.logs);
    if (name == "commit")
        return member.is_null() || read_commit(member, d.commit);
    if (name == "author")
        return read_author(member, d.author);
    if (name == "screenshot")
        return member.read(d.screenshot);
    if (name == "screenshotLight")
        return member.read(d.screenshot_light);
    return name == "screenshotDark" && member.read(d.screenshot_dark);
}

inline deployment decode_deployment(const json_reader& json)
{
    deployment d;
    bool has_status = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "_id")
            return member.read_id(d.id);
        if (name == "status")
            return has_status = member.read_present(d.status_text);
        if (name == "projectId")
            return member.read(d.project_id);
        if (name == "subdomain")
            return member.read(d.subdomain);
        if (name == "source")
            return member.read(d.source);
        if (name == "createdAt")
            return member.read(d.created_at);
        if (name == "endedAt")
            return member.read(d.ended_at);
        return read_description(name, member, d);
    });
    d.status = cojob::detail::enumerator_named(d.status_text, deployment_status::unknown);
    d.unknown_members = json.end_job();
    if (d.id.empty())
        json.member("_id").fail("expected an id");
    if (!has_status)
        json.member("status").fail("expected a string");
    return d;
}

inline deployment_receipt decode_deployment_receipt(const json_reader& json)
{
    deployment_receipt r;
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "statusId")
            return member.read_id(r.id);
        return name == "previewUrl" && member.read(r.preview_url);
    });
    if (r.id.empty())
        json.member("statusId").fail("expected an id");
    return r;
}

/// Nothing is required: the run is queued, whatever the response lacks.
inline workflow_run decode_workflow_run(const json_reader& json)
{
    workflow_run run;
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "instanceId")
            return member.read(run.instance_id);
        if (name == "schemaId")
            return member.read(run.workflow_id);
        return name == "jobId" && member.read(run.job_id);
    });
    if (run.instance_id.empty())
        json.note_missing("instanceId");
    return run;
}

} // namespace cojob::mintlify::detail

#endif
