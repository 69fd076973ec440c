#ifndef COJOB_IMPL_INTERNAL_OSAPI_DECODE_HPP
#define COJOB_IMPL_INTERNAL_OSAPI_DECODE_HPP

#include <cojob/impl/internal/base/json_reader.hpp>
#include <cojob/impl/internal/osapi/go_duration.hpp>
#include <cojob/osapi/job.hpp>
#include <cojob/osapi/node_operation.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cojob::osapi::detail {

using cojob::detail::json_name;
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

/// An empty string is no time: a server that signs its jobs writes "" for times that it cannot read back.
inline bool read_time(const json_reader& json, std::optional<timestamp>& to)
{
    return json.read(to, true);
}

inline bool read_duration(const json_reader& json, std::optional<duration>& to)
{
    std::string text;
    if (!json.read(text))
        return false;
    to = parse_go_duration(text);
    return to || text.empty() || json.refuse("expected a Go duration");
}

/// A member whose type OSAPI does not define.
inline bool read_any(const json_reader& json, boost::json::value& to)
{
    to = json.as_value();
    return true;
}

inline bool read_operation(const json_reader& json, boost::json::object& to)
{
    if (json.is_object())
        to = std::move(json.as_value().as_object());
    else if (!json.is_null())
        return json.refuse("expected an object");
    return true;
}

inline bool read_agent_response(const json_reader& json, agent_response& r)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "status")
            return member.read(r.status);
        if (name == "data")
            return read_any(member, r.data);
        if (name == "changed")
            return member.read(r.changed);
        if (name == "error")
            return member.read(r.error);
        return name == "hostname" && member.read(r.hostname);
    });
}

inline bool read_agent_state(const json_reader& json, agent_state& s)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "status")
            return member.read(s.status);
        if (name == "error")
            return member.read(s.error);
        return name == "duration" && read_duration(member, s.duration);
    });
}

inline bool read_event(const json_reader& json, timeline_event& e)
{
    return json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "timestamp")
            return read_time(member, e.time);
        if (name == "event")
            return member.read(e.event);
        if (name == "hostname")
            return member.read(e.hostname);
        if (name == "message")
            return member.read(e.message);
        return name == "error" && member.read(e.error);
    });
}

/// Reads the entries of an object by key. Skips those that cannot be read.
template <class T>
bool read_entries(const json_reader& json, std::map<std::string, T>& to, bool (*read)(const json_reader&, T&))
{
    return json.for_each_entry([&](std::string_view key, const json_reader& entry) {
        T value;
        const bool is_read = read(entry, value);
        if (is_read)
            to.emplace(key, std::move(value));
        return is_read;
    });
}

inline bool read_timeline(const json_reader& json, std::vector<timeline_event>& to)
{
    return json.for_each_element([&](const json_reader& element) {
        timeline_event event;
        const bool is_read = read_event(element, event);
        if (is_read)
            to.push_back(std::move(event));
        return is_read;
    });
}

/// The members of a job that are objects or arrays.
inline bool read_parts(json_name name, const json_reader& member, job& j)
{
    if (name == "operation")
        return read_operation(member, j.operation);
    if (name == "result")
        return read_any(member, j.result);
    if (name == "responses")
        return read_entries(member, j.responses, read_agent_response);
    if (name == "agent_states")
        return read_entries(member, j.agent_states, read_agent_state);
    return name == "timeline" && read_timeline(member, j.timeline);
}

/// Returns whether there is a status. The id is empty if it is missing.
inline bool read_job(const json_reader& json, job& j)
{
    bool has_status = false;
    json.begin_job();
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "id")
            return member.read_id(j.id);
        if (name == "status")
            return has_status = member.read_present(j.status_text);
        if (name == "created")
            return read_time(member, j.created);
        if (name == "updated_at")
            return read_time(member, j.updated_at);
        if (name == "changed")
            return member.read(j.changed);
        if (name == "error")
            return member.read(j.error);
        if (name == "hostname")
            return member.read(j.hostname);
        return read_parts(name, member, j);
    });
    j.status = parse_job_status(j.status_text);
    j.unknown_members = json.end_job();
    return has_status;
}

inline job decode_job(const json_reader& json)
{
    job j;
    const bool has_status = read_job(json, j);
    if (j.id.empty())
        json.member("id").fail("expected an id");
    if (!has_status)
        json.member("status").fail("expected a string");
    return j;
}

inline bool read_count(const json_reader& json, std::int64_t& to)
{
    std::optional<std::int64_t> count;
    const bool is_read = json.read(count);
    to = count.value_or(0);
    return is_read;
}

/// `total_items` and `items` are required: they determine which page to request next.
inline job_page decode_page(const json_reader& json)
{
    job_page page;
    page.total_items = json.member("total_items").as_int64();
    const auto items = json.member("items");
    if (!items.is_array())
        items.fail("expected an array");
    items.for_each_element([&](const json_reader& item) {
        job j;
        if (read_job(item, j) && !j.id.empty())
            page.items.push_back(std::move(j));
        else
            ++page.skipped;
        return true;
    });
    json.for_each_member([&](json_name name, const json_reader& member) {
        return name == "status_counts" && read_entries(member, page.status_counts, read_count); // null at first
    });
    return page;
}

inline node_receipt decode_node_receipt(const json_reader& json)
{
    node_receipt r;
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "job_id")
            return member.read_id(r.job_id);
        if (name != "results")
            return false;
        if (member.is_array())
            r.results = std::move(member.as_value().as_array());
        return member.is_array() || member.is_null() || member.refuse("expected an array");
    });
    if (r.job_id.empty())
        json.member("job_id").fail("expected an id");
    return r;
}

/// Decodes the response to a retry. Only the id is required: the job exists, whatever else is missing.
inline retry_receipt decode_receipt(const json_reader& json)
{
    retry_receipt r;
    json.for_each_member([&](json_name name, const json_reader& member) {
        if (name == "job_id")
            return member.read_id(r.job_id);
        if (name == "status")
            return member.read(r.status);
        if (name == "revision")
            return member.read(r.revision);
        return name == "timestamp" && read_time(member, r.created);
    });
    if (r.job_id.empty())
        json.member("job_id").fail("expected an id");
    return r;
}

} // namespace cojob::osapi::detail

#endif
