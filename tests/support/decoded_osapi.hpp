#ifndef TESTS_SUPPORT_DECODED_OSAPI_HPP
#define TESTS_SUPPORT_DECODED_OSAPI_HPP

// The bodies are responses recorded from a real server (support/recorded_osapi.hpp), some of them modified.
#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

#include <cojob/detail/json_cursor.hpp>
#include <cojob/osapi/jobs.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace osapi_decode_tests {

namespace json = boost::json;
namespace recorded = tests::recorded;
using namespace std::chrono_literals;
using cojob::errc;
using cojob::osapi::job;
using cojob::osapi::job_page;
using cojob::osapi::job_status;
using cojob::osapi::retry_receipt;

/// Requests the job that the body describes.
inline cojob::result<job> read_job(const std::string& body)
{
    tests::scripted_jobs bench(tests::always({200, body}));
    const auto id = cojob::detail::find_json_id(body, "id");
    return bench.start(bench.service.get_job(id.empty() ? "x" : id)).get();
}

inline cojob::result<job_page> read_page(const std::string& body)
{
    tests::scripted_jobs bench(tests::always({200, body}));
    return bench.start(bench.service.list_jobs()).get();
}

inline cojob::result<retry_receipt> read_receipt(const std::string& body)
{
    tests::scripted_jobs bench(tests::always({201, body}));
    return bench.start(bench.service.retry_job("x")).get();
}

/// The error message; empty for a success. Checks the error code.
template <class T>
inline std::string complaint(const cojob::result<T>& read)
{
    if (read)
        return {};
    BOOST_TEST(read.error().code() == make_error_code(errc::invalid_response));
    return read.error().message;
}

/// A path in a document: `timeline[0].event`, or with a key of a map: `responses.osapi-test.error`.
inline json::value* locate(json::value& document, const std::string& path)
{
    auto* place = &document;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find_first_of(".[", at), path.size());
        if (end != at) {
            auto& object = place->as_object();
            place = &object[path.substr(at, end - at)];
        }
        at = end + 1;
        if (end < path.size() && path[end] == '[') {
            place = &place->as_array().at(static_cast<std::size_t>(path[at] - '0'));
            at += 3;
        }
    }
    return place;
}

inline std::string with(const char* body, const std::string& path, const json::value& value)
{
    auto document = json::parse(body);
    *locate(document, path) = value;
    return json::serialize(document);
}

inline std::string without(const char* body, const std::string& path)
{
    auto document = json::parse(body);
    const auto dot = path.rfind('.');
    auto* parent = dot == path.npos ? &document : locate(document, path.substr(0, dot));
    parent->as_object().erase(path.substr(dot + 1));
    return json::serialize(document);
}

/// A member, its name in error messages, and the expected type.
struct member {
    std::string path, called, expected;
    bool is_required = false; ///< required in the response: another type is rejected and not read as empty
};

const std::string text = "a string", moment = "a time", object = "an object", flag = "true or false",
                  array = "an array", number = "a whole number", identity = "an id", anything;

const std::vector<member> of_a_job{
    {"id", "id", identity, true},
    {"status", "status", text, true},
    {"created", "created", moment},
    {"updated_at", "updated_at", moment},
    {"operation", "operation", object},
    {"result", "result", anything},
    {"changed", "changed", flag},
    {"error", "error", text},
    {"hostname", "hostname", text},
    {"responses", "responses", object},
    {"responses.osapi-test", "responses.*", object},
    {"responses.osapi-test.status", "responses.*.status", text},
    {"responses.osapi-test.data", "responses.*.data", anything},
    {"responses.osapi-test.changed", "responses.*.changed", flag},
    {"responses.osapi-test.error", "responses.*.error", text},
    {"responses.osapi-test.hostname", "responses.*.hostname", text},
    {"agent_states", "agent_states", object},
    {"agent_states.osapi-test", "agent_states.*", object},
    {"agent_states.osapi-test.status", "agent_states.*.status", text},
    {"agent_states.osapi-test.error", "agent_states.*.error", text},
    {"agent_states.osapi-test.duration", "agent_states.*.duration", text},
    {"timeline", "timeline", array},
    {"timeline[1]", "timeline[1]", object},
    {"timeline[1].timestamp", "timeline[1].timestamp", moment},
    {"timeline[1].event", "timeline[1].event", text},
    {"timeline[1].hostname", "timeline[1].hostname", text},
    {"timeline[1].message", "timeline[1].message", text},
    {"timeline[1].error", "timeline[1].error", text},
};

const std::vector<member> of_a_page{
    {"total_items", "total_items", number, true},
    {"status_counts", "status_counts", object},
    {"status_counts.failed", "status_counts.*", number},
    {"items", "items", array, true},
    {"items[2]", "items[2]", object},
    {"items[2].id", "items[2].id", identity},
    {"items[2].status", "items[2].status", text},
    {"items[2].error", "items[2].error", text},
};

const std::vector<member> of_a_receipt{
    {"job_id", "job_id", identity, true},
    {"status", "status", text},
    {"revision", "revision", number},
    {"timestamp", "timestamp", moment},
};

inline bool fits(const member& m, const json::value& value)
{
    if (m.expected == anything || (value.is_null() && !m.is_required))
        return true;
    if (value.is_string()) // an empty string counts as absent
        return m.expected == text || (m.expected == identity && value != "") ||
               (value == "" && m.expected == moment && !m.is_required);
    if (value.is_number() && m.expected == moment)
        return true;
    return (value.is_object() && m.expected == object) || (value.is_array() && m.expected == array) ||
           (value.is_bool() && m.expected == flag) ||
           (value.is_int64() && (m.expected == number || m.expected == identity));
}

/// Every member with a value of every type: only required members are rejected.
template <class Read>
inline void check_members(const char* body, const std::vector<member>& members, Read read)
{
    for (const auto& m : members)
        for (const json::value& value : {json::value(nullptr), json::value(7), json::value(7.5), json::value(true),
                                         json::value("text"), json::value("")})
            BOOST_TEST_CONTEXT(m.path << " is " << json::serialize(value))
            {
                const bool is_refused = m.is_required && !fits(m, value);
                BOOST_TEST(complaint(read(with(body, m.path, value))) ==
                           (is_refused ? m.called + ": expected " + m.expected : ""));
            }
}

/// An entry of a map or an array is decoded or skipped.
inline bool is_element(const member& m)
{
    return m.path.ends_with(']') || m.called.ends_with(".*");
}

template <class Read>
inline void check_absence(const char* body, const std::vector<member>& members, Read read)
{
    for (const auto& m : members)
        if (!is_element(m))
            BOOST_TEST_CONTEXT(m.path)
    BOOST_TEST(complaint(read(without(body, m.path))) == (m.is_required ? m.called + ": missing" : ""));
}

inline cojob::timestamp at(int hour, int minute, int second, std::chrono::nanoseconds more = {})
{
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) + more;
}

} // namespace osapi_decode_tests

#endif
