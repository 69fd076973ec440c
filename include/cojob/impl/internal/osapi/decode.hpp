#ifndef COJOB_IMPL_INTERNAL_OSAPI_DECODE_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_DECODE_HPP

#include <cojob/detail/json_reader.hpp>
#include <cojob/impl/internal/osapi/go_duration.hpp>
#include <cojob/osapi/job.hpp>

#include <boost/json/value.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cojob::osapi::detail {

using cojob::detail::json_reader;

inline constexpr std::array<std::pair<std::string_view, job_status>, 6> statuses{
    {{"submitted", job_status::submitted},
     {"processing", job_status::processing},
     {"completed", job_status::completed},
     {"failed", job_status::failed},
     {"partial_failure", job_status::partial_failure},
     {"skipped", job_status::skipped}}};

inline job_status parse_job_status(std::string_view text)
{
    for (const auto& [name, status] : statuses)
        if (name == text)
            return status;
    return job_status::unknown;
}

inline std::string string_or_empty(const json_reader& json, std::string_view name)
{
    return json.optional_string(name).value_or(std::string());
}

/// A server that signs its jobs writes "" for what it cannot read back from them.
inline std::optional<json_reader> member_with_text(const json_reader& json, std::string_view name)
{
    auto found = json.optional_member(name);
    return found && found->as_value() != boost::json::value("") ? found : std::nullopt;
}

inline std::optional<timestamp> timestamp_if_any(const json_reader& json, std::string_view name)
{
    const auto found = member_with_text(json, name);
    return found ? std::optional(found->as_timestamp()) : std::nullopt;
}

inline agent_response decode_agent_response(const json_reader& json)
{
    agent_response r;
    r.status = string_or_empty(json, "status");
    if (const auto data = json.optional_member("data"))
        r.data = data->as_value();
    r.changed = json.optional_bool("changed");
    r.error = string_or_empty(json, "error");
    r.hostname = string_or_empty(json, "hostname");
    return r;
}

inline agent_state decode_agent_state(const json_reader& json)
{
    agent_state s;
    s.status = string_or_empty(json, "status");
    s.error = string_or_empty(json, "error");
    if (const auto length = member_with_text(json, "duration")) {
        s.duration = parse_go_duration(length->as_string());
        if (!s.duration)
            length->fail("expected a duration of Go");
    }
    return s;
}

inline timeline_event decode_event(const json_reader& json)
{
    timeline_event e;
    e.time = json.member("timestamp").as_timestamp();
    e.event = json.member("event").as_string();
    e.hostname = string_or_empty(json, "hostname");
    e.message = string_or_empty(json, "message");
    e.error = string_or_empty(json, "error");
    return e;
}

inline job decode_job(const json_reader& json)
{
    job j;
    j.id = json.member("id").as_string();
    j.status_text = json.member("status").as_string();
    j.status = parse_job_status(j.status_text);
    j.created = timestamp_if_any(json, "created").value_or(timestamp());
    j.updated_at = timestamp_if_any(json, "updated_at");
    if (const auto operation = json.optional_member("operation"))
        j.operation = operation->as_object();
    if (const auto result = json.optional_member("result"))
        j.result = result->as_value();
    j.changed = json.optional_bool("changed");
    j.error = string_or_empty(json, "error");
    j.hostname = string_or_empty(json, "hostname");
    if (const auto responses = json.optional_member("responses"))
        responses->for_each_entry([&](std::string_view agent, const json_reader& r) {
            j.responses.emplace(agent, decode_agent_response(r));
        });
    if (const auto states = json.optional_member("agent_states"))
        states->for_each_entry([&](std::string_view agent, const json_reader& s) {
            j.agent_states.emplace(agent, decode_agent_state(s));
        });
    if (const auto timeline = json.optional_member("timeline"))
        timeline->for_each_element([&](const json_reader& e) { j.timeline.push_back(decode_event(e)); });
    return j;
}

inline job_page decode_page(const json_reader& json)
{
    job_page page;
    page.total_items = json.member("total_items").as_int64();
    if (const auto counts = json.optional_member("status_counts")) // null before the first job
        counts->for_each_entry([&](std::string_view status, const json_reader& count) {
            page.status_counts.emplace(status, count.as_int64());
        });
    const auto items = json.member("items");
    items.for_each_element([&](const json_reader& item) { page.items.push_back(decode_job(item)); });
    return page;
}

inline retry_receipt decode_receipt(const json_reader& json)
{
    retry_receipt r;
    r.job_id = json.member("job_id").as_string();
    r.status = json.member("status").as_string();
    r.revision = json.optional_int64("revision");
    r.created = timestamp_if_any(json, "timestamp");
    return r;
}

} // namespace cojob::osapi::detail

#endif
