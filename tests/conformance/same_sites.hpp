#ifndef TESTS_CONFORMANCE_SAME_SITES_HPP
#define TESTS_CONFORMANCE_SAME_SITES_HPP

#include "same_as_json.hpp"

#include <cojob/mintlify/deployment.hpp>
#include <cojob/mintlify/export_job.hpp>

#include <string>
#include <vector>

namespace conformance {

inline void compare_texts(comparison& c, const std::vector<std::string>& decoded, const std::string& pointer)
{
    json::array texts;
    for (const auto& text : decoded)
        texts.emplace_back(text);
    c.same(c.at(pointer).is_null() ? decoded.empty() : c.at(pointer) == texts, pointer);
}

inline void compare(comparison& c, const cojob::mintlify::deployment& d, const std::string& at)
{
    c.text(d.id, at + "/_id");
    c.text(d.status_text, at + "/status");
    c.same(is_unknown(d) == (d.status_text != to_string(d.status)), at + "/status");
    c.text(d.project_id, at + "/projectId");
    c.text(d.subdomain, at + "/subdomain");
    c.text(d.summary, at + "/summary");
    c.text(d.source, at + "/source");
    compare_texts(c, d.logs, at + "/logs");
    c.text(d.screenshot, at + "/screenshot");
    c.text(d.screenshot_light, at + "/screenshotLight");
    c.text(d.screenshot_dark, at + "/screenshotDark");
    c.time(d.created_at, at + "/createdAt");
    c.time(d.ended_at, at + "/endedAt");
    c.same(d.author.has_value() == c.at(at + "/author").is_object(), at + "/author");
    if (d.author) {
        c.text(d.author->name, at + "/author/name");
        c.text(d.author->avatar_url, at + "/author/avatarUrl");
        const auto& number = c.at(at + "/author/githubUserId"); // the document allows fractions
        c.same(!number.is_int64() || d.author->github_user_id == number.get_int64(), at + "/author/githubUserId");
    }
    c.text(d.commit.sha, at + "/commit/sha");
    c.text(d.commit.ref, at + "/commit/ref");
    c.text(d.commit.message, at + "/commit/message");
    compare_texts(c, d.commit.added, at + "/commit/filesChanged/added");
    compare_texts(c, d.commit.modified, at + "/commit/filesChanged/modified");
    compare_texts(c, d.commit.removed, at + "/commit/filesChanged/removed");
}

inline void compare(comparison& c, const cojob::mintlify::deployment_receipt& receipt, const std::string& at)
{
    c.text(receipt.id, at + "/statusId");
    c.text(receipt.preview_url, at + "/previewUrl");
}

inline void compare(comparison& c, const cojob::mintlify::workflow_run& run, const std::string& at)
{
    c.text(run.instance_id, at + "/instanceId");
    c.text(run.workflow_id, at + "/schemaId");
    c.text(run.job_id, at + "/jobId");
}

inline void compare(comparison& c, const cojob::mintlify::export_job& job, const std::string& at)
{
    c.text(job.id, at + "/jobId");
    c.text(job.status_text, at + "/status");
    c.same(is_unknown(job) == (job.status_text != to_string(job.status)), at + "/status");
    const auto& progress = c.at(at + "/progress");
    c.same(progress.is_number() ? job.progress == progress.to_number<double>() : !job.progress, at + "/progress");
    c.number(job.page_count, at + "/pageCount");
    c.text(job.error, at + "/error");
    c.time(job.created_at, at + "/createdAt");
    c.time(job.updated_at, at + "/updatedAt");
}

inline void compare(comparison& c, const cojob::mintlify::export_bundle& bundle, const std::string& at)
{
    c.text(bundle.job_id, at + "/jobId");
    c.text(bundle.url, at + "/bundleUrl");
    c.number(bundle.size_bytes, at + "/sizeBytes");
    c.time(bundle.expires_at, at + "/expiresAt");
}

} // namespace conformance

#endif
