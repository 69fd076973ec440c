#include "view.hpp"

#include <cojob/mintlify/agent_v1.hpp>
#include <cojob/mintlify/deployments.hpp>
#include <cojob/mintlify/static_export.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/asio/error.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace cli {

namespace json = boost::json;

namespace {

json::value time_or_null(const std::optional<cojob::timestamp>& time)
{
    return time ? json::value(cojob::to_string(*time)) : json::value();
}

json::value text_or_null(const std::string& text)
{
    return text.empty() ? json::value() : json::value(text);
}

json::value text_or_null(const std::optional<std::string>& text)
{
    return text ? text_or_null(*text) : json::value();
}

/// The members that all APIs have.
job_view common_view(std::string_view api, const std::string& id, const std::string& status, const std::string& link,
                     job_end end, const std::optional<cojob::timestamp>& created)
{
    job_view view{id, status, link, end, {}};
    view.members = {{"api", api},
                    {"id", id},
                    {"status", status},
                    {"ended", end != job_end::none},
                    {"link", text_or_null(link)},
                    {"created", time_or_null(created)}};
    return view;
}

template <class Job>
job_end end_of(const Job& job, bool is_completed)
{
    if (!is_finished(job))
        return job_end::none;
    return is_completed ? job_end::completed : job_end::failed;
}

} // namespace

job_view view_of(const cojob::mintlify::agent_job& job)
{
    const auto end = end_of(job, job.status == cojob::mintlify::agent_job_status::completed);
    auto view = common_view(cojob::mintlify::agent::api_name, job.id, job.status_text, job.pr_link.value_or(""), end,
                            job.created_at);
    view.members["repository"] = text_or_null(job.source.repository);
    view.members["branch"] = text_or_null(job.source.ref);
    view.members["model"] = text_or_null(job.model);
    view.members["archived"] = time_or_null(job.archived_at);
    return view;
}

job_view view_of(const cojob::mintlify::agent_session& session)
{
    const auto is_completed = !session.reason || session.reason == cojob::mintlify::halt_reason::completed;
    auto view = common_view(cojob::mintlify::agent_v1::api_name, session.session_id, status_text(session),
                            session.pull_request_link.value_or(""), end_of(session, is_completed), session.created_at);
    view.members["branch"] = text_or_null(session.branch);
    view.members["title"] = text_or_null(session.title);
    view.members["message"] = text_or_null(session.message_to_user);
    return view;
}

job_view view_of(const cojob::mintlify::deployment& job)
{
    const auto is_completed = job.status == cojob::mintlify::deployment_status::success;
    auto view = common_view(cojob::mintlify::deployments::api_name, job.id, job.status_text, "",
                            end_of(job, is_completed), job.created_at);
    view.members["finished"] = time_or_null(job.ended_at);
    view.members["summary"] = text_or_null(job.summary);
    view.members["source"] = text_or_null(job.source);
    view.members["subdomain"] = text_or_null(job.subdomain);
    view.members["branch"] = text_or_null(job.commit.ref);
    view.members["commit"] = text_or_null(job.commit.sha);
    view.members["log"] = json::array(job.logs.begin(), job.logs.end());
    return view;
}

job_view view_of(const cojob::mintlify::export_job& job)
{
    const auto is_completed = job.status == cojob::mintlify::export_job_status::completed;
    auto view = common_view(cojob::mintlify::static_export::api_name, job.id, job.status_text, "",
                            end_of(job, is_completed), job.created_at);
    view.members["updated"] = time_or_null(job.updated_at);
    view.members["progress"] = job.progress ? json::value(*job.progress) : json::value();
    view.members["pages"] = job.page_count ? json::value(*job.page_count) : json::value();
    view.members["error"] = text_or_null(job.error);
    return view;
}

job_view view_of(const cojob::osapi::job& job)
{
    using cojob::osapi::job_status;
    const auto is_completed = job.status == job_status::completed || job.status == job_status::skipped;
    auto view =
        common_view(cojob::osapi::jobs::api_name, job.id, job.status_text, "", end_of(job, is_completed), job.created);
    view.members["updated"] = time_or_null(job.updated_at);
    view.members["hostname"] = text_or_null(job.hostname);
    view.members["changed"] = job.changed ? json::value(*job.changed) : json::value();
    view.members["error"] = text_or_null(job.error);
    view.members["operation"] = job.operation;
    view.members["result"] = job.result;
    json::object responses;
    for (const auto& [name, response] : job.responses)
        responses[name] = {{"status", response.status},
                           {"data", response.data},
                           {"changed", response.changed ? json::value(*response.changed) : json::value()},
                           {"error", text_or_null(response.error)}};
    view.members["responses"] = std::move(responses);
    return view;
}

json::object view_of_failure(const std::string& api, const std::string& id, const cojob::error_info& failure)
{
    const auto& code = failure.code();
    const auto is_ours = code.category() == cojob::error_category();
    const auto name = is_ours
                          ? to_string(static_cast<cojob::errc>(code.value()))
                          : std::string_view(code == boost::asio::error::operation_aborted ? "interrupted" : "other");
    return {{"api", api}, {"id", id}, {"error", name}, {"message", cojob::to_string(failure)}};
}

} // namespace cli
