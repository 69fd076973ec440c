// The bodies are answers of a real server, recorded (support/recorded_osapi.hpp), and those with something changed.
#include "support/recorded_osapi.hpp"
#include "support/scripted_jobs.hpp"

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

cojob::result<job> read_job(const std::string& body)
{
    tests::scripted_jobs bench(tests::always({200, body}));
    return bench.start(bench.service.get_job("x")).get();
}

cojob::result<job_page> read_page(const std::string& body)
{
    tests::scripted_jobs bench(tests::always({200, body}));
    return bench.start(bench.service.list_jobs()).get();
}

cojob::result<retry_receipt> read_receipt(const std::string& body)
{
    tests::scripted_jobs bench(tests::always({201, body}));
    return bench.start(bench.service.retry_job("x")).get();
}

/// Empty for a success; the code is checked on the way.
template <class T>
std::string complaint(const cojob::result<T>& read)
{
    if (read)
        return {};
    BOOST_TEST(read.error().code() == make_error_code(errc::invalid_response));
    return read.error().message;
}

/// A place in a document: `timeline[0].event`, where a member may be looked for in a map: `responses.osapi-test.error`.
json::value* locate(json::value& document, const std::string& path)
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

std::string with(const char* body, const std::string& path, const json::value& value)
{
    auto document = json::parse(body);
    *locate(document, path) = value;
    return json::serialize(document);
}

std::string without(const char* body, const std::string& path)
{
    auto document = json::parse(body);
    const auto dot = path.rfind('.');
    auto* parent = dot == path.npos ? &document : locate(document, path.substr(0, dot));
    parent->as_object().erase(path.substr(dot + 1));
    return json::serialize(document);
}

/// A member, how a complaint about it calls it, and what is expected there.
struct member {
    std::string path, called, expected;
    bool is_required = false;
};

const std::string text = "a string", moment = "an RFC 3339 time", object = "an object", flag = "true or false",
                  array = "an array", number = "a whole number", anything;

const std::vector<member> of_a_job{
    {"id", "id", text, true},
    {"status", "status", text, true},
    {"created", "created", moment},
    {"updated_at", "updated_at", moment},
    {"operation", "operation", object},
    {"result", "result", anything},
    {"changed", "changed", flag},
    {"error", "error", text},
    {"hostname", "hostname", text},
    {"responses", "responses", object},
    {"responses.osapi-test", "responses.*", object, true},
    {"responses.osapi-test.status", "responses.*.status", text},
    {"responses.osapi-test.data", "responses.*.data", anything},
    {"responses.osapi-test.changed", "responses.*.changed", flag},
    {"responses.osapi-test.error", "responses.*.error", text},
    {"responses.osapi-test.hostname", "responses.*.hostname", text},
    {"agent_states", "agent_states", object},
    {"agent_states.osapi-test", "agent_states.*", object, true},
    {"agent_states.osapi-test.status", "agent_states.*.status", text},
    {"agent_states.osapi-test.error", "agent_states.*.error", text},
    {"agent_states.osapi-test.duration", "agent_states.*.duration", text},
    {"timeline", "timeline", array},
    {"timeline[1]", "timeline[1]", object, true},
    {"timeline[1].timestamp", "timeline[1].timestamp", moment, true},
    {"timeline[1].event", "timeline[1].event", text, true},
    {"timeline[1].hostname", "timeline[1].hostname", text},
    {"timeline[1].message", "timeline[1].message", text},
    {"timeline[1].error", "timeline[1].error", text},
};

const std::vector<member> of_a_page{
    {"total_items", "total_items", number, true},
    {"status_counts", "status_counts", object},
    {"status_counts.failed", "status_counts.*", number, true},
    {"items", "items", array, true},
    {"items[2]", "items[2]", object, true},
    {"items[2].id", "items[2].id", text, true},
    {"items[2].error", "items[2].error", text},
};

const std::vector<member> of_a_receipt{
    {"job_id", "job_id", text, true},
    {"status", "status", text, true},
    {"revision", "revision", number},
    {"timestamp", "timestamp", moment},
};

bool fits(const member& m, const json::value& value)
{
    if (m.expected == anything || (value.is_null() && !m.is_required))
        return true;
    if (value.is_string()) // an empty one stands for none
        return m.expected == text || (value == "" && m.expected == moment && !m.is_required);
    return (value.is_object() && m.expected == object) || (value.is_array() && m.expected == array) ||
           (value.is_bool() && m.expected == flag) || (value.is_int64() && m.expected == number);
}

/// Every member with a value of every kind.
template <class Read>
void check_members(const char* body, const std::vector<member>& members, Read read)
{
    for (const auto& m : members)
        for (const json::value& value : {json::value(nullptr), json::value(7), json::value(7.5), json::value(true),
                                         json::value("text"), json::value("")})
            BOOST_TEST_CONTEXT(m.path << " is " << json::serialize(value))
            {
                auto expected = fits(m, value) ? "" : m.called + ": expected " + m.expected;
                if (m.path.ends_with("duration") && value == "text")
                    expected = m.called + ": expected a duration of Go";
                BOOST_TEST(complaint(read(with(body, m.path, value))) == expected);
            }
}

/// What a map or an array has in it is there, or is not.
bool is_element(const member& m)
{
    return m.path.ends_with(']') || m.called.ends_with(".*");
}

template <class Read>
void check_absence(const char* body, const std::vector<member>& members, Read read)
{
    for (const auto& m : members)
        if (!is_element(m))
            BOOST_TEST_CONTEXT(m.path)
    BOOST_TEST(complaint(read(without(body, m.path))) == (m.is_required ? m.called + ": missing" : ""));
}

cojob::timestamp at(int hour, int minute, int second, std::chrono::nanoseconds more = {})
{
    return std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) + more;
}

} // namespace osapi_decode_tests

BOOST_AUTO_TEST_SUITE(an_osapi_job)

using namespace osapi_decode_tests;

BOOST_AUTO_TEST_CASE(is_read_whole_when_it_is_completed)
{
    const auto j = read_job(recorded::job_completed.body).value();
    BOOST_TEST(j.id == "5d2abc12-3f3e-4ac2-9908-07247d2be599");
    BOOST_CHECK(j.status == job_status::completed);
    BOOST_TEST(j.status_text == "completed");
    BOOST_CHECK(j.created == at(0, 28, 16));
    BOOST_CHECK(j.updated_at == at(0, 28, 16, 291723016ns));
    BOOST_TEST(j.changed.value());
    BOOST_TEST(j.error == "");
    BOOST_TEST(j.hostname == "osapi-test");
    BOOST_CHECK(json::value(j.operation) ==
                json::parse(R"({"data":{"args":["hello"],"command":"echo"},"type":"command.exec.execute"})"));
    const auto result = json::parse(R"({"changed":true,"duration_ms":0,"exit_code":0,"stderr":"","stdout":"hello\n"})");
    BOOST_CHECK(j.result == result);
    BOOST_REQUIRE_EQUAL(j.responses.size(), 1U);
    const auto& response = j.responses.at("osapi-test");
    BOOST_TEST(response.status == "completed");
    BOOST_CHECK(response.data == result);
    BOOST_TEST(response.changed.value());
    BOOST_TEST(response.error == "");
    BOOST_TEST(response.hostname == "osapi-test");
    BOOST_REQUIRE_EQUAL(j.agent_states.size(), 1U);
    const auto& state = j.agent_states.at("osapi-test");
    BOOST_TEST(state.status == "completed");
    BOOST_TEST(state.error == "");
    BOOST_CHECK(state.duration == 2748032ns);
    BOOST_REQUIRE_EQUAL(j.timeline.size(), 3U);
    BOOST_CHECK(j.timeline[2] == (cojob::osapi::timeline_event{at(0, 28, 16), "completed", "osapi-test",
                                                               "Job completed successfully on osapi-test", ""}));
}

BOOST_AUTO_TEST_CASE(is_read_whole_when_it_has_failed)
{
    const auto j = read_job(recorded::job_failed.body).value();
    const std::string why = "command execution failed: command timed out after 1s";
    BOOST_CHECK(j.status == job_status::failed);
    BOOST_CHECK(!j.changed);
    BOOST_TEST(j.error == why);
    BOOST_CHECK(j.result.is_null());
    BOOST_TEST(j.responses.at("osapi-test").error == why);
    BOOST_CHECK(!j.responses.at("osapi-test").changed);
    BOOST_CHECK(j.responses.at("osapi-test").data.is_null());
    BOOST_TEST(j.agent_states.at("osapi-test").error == why);
    BOOST_CHECK(j.agent_states.at("osapi-test").duration == 1002363931ns);
    BOOST_TEST(j.timeline.back().error == why);
    BOOST_TEST(j.timeline.back().message == "Job failed on osapi-test");
}

BOOST_AUTO_TEST_CASE(has_little_to_tell_before_its_end)
{
    const auto waiting = read_job(recorded::job_submitted.body).value();
    BOOST_CHECK(waiting.status == job_status::submitted);
    BOOST_TEST(waiting.hostname == "");
    BOOST_TEST(waiting.responses.empty());
    BOOST_TEST(waiting.agent_states.empty());
    BOOST_TEST(waiting.timeline.front().hostname == "_api");
    const auto working = read_job(recorded::job_processing.body).value();
    BOOST_CHECK(working.status == job_status::processing);
    BOOST_TEST(working.agent_states.at("osapi-test").status == "started");
    BOOST_CHECK(!working.agent_states.at("osapi-test").duration);
    BOOST_TEST(working.timeline.size() == 3U);
}

BOOST_AUTO_TEST_CASE(tells_of_its_retry)
{
    const auto j = read_job(recorded::orig_after_retry.body).value();
    BOOST_CHECK(j.timeline.back() ==
                (cojob::osapi::timeline_event{at(0, 33, 34), "retried", "_api",
                                              "Job retried as 6ea6b0ae-35ce-4b87-8bd2-f95c6f03bea9", ""}));
    const auto receipt = read_receipt(recorded::retry_nobody.body).value();
    BOOST_TEST(receipt.job_id == "fc5ae9f3-f757-499f-8794-d9f401e5a68a");
    BOOST_TEST(receipt.status == "created");
    BOOST_TEST(receipt.revision.value() == 35);
    BOOST_CHECK(receipt.created == at(0, 28, 57));
}

BOOST_AUTO_TEST_CASE(comes_on_pages_without_details)
{
    const auto page = read_page(recorded::list.body).value();
    BOOST_TEST(page.total_items == 5);
    BOOST_CHECK(page.status_counts ==
                (std::map<std::string, std::int64_t>{
                    {"completed", 4}, {"failed", 1}, {"partial_failure", 0}, {"processing", 0}, {"submitted", 0}}));
    BOOST_REQUIRE_EQUAL(page.items.size(), 3U);
    for (const auto& item : page.items) {
        BOOST_TEST(item.timeline.empty());
        BOOST_TEST(item.responses.empty());
        BOOST_TEST(item.agent_states.empty());
        BOOST_CHECK(!item.changed);
        BOOST_TEST(item.hostname == "osapi-test");
    }
    BOOST_CHECK(page.items[0].result.as_object().at("exit_code") == 1);
    BOOST_CHECK(page.items[2].status == job_status::failed);
    BOOST_TEST(page.items[2].error.ends_with("executable file not found in $PATH"));
    BOOST_TEST(read_page(recorded::list_submitted.body).value().items[1].id == "5266a8ca-b774-4a80-afc5-884d4f4b7304");
}

BOOST_AUTO_TEST_CASE(comes_on_no_page_that_is_empty)
{
    const auto first = read_page(recorded::list_empty.body).value(); // before the first job counts are null
    BOOST_TEST(first.items.empty());
    BOOST_TEST(first.status_counts.empty());
    BOOST_TEST(first.total_items == 0);
    const auto past = read_page(recorded::list_offset_past.body).value();
    BOOST_TEST(past.items.empty());
    BOOST_TEST(past.status_counts.size() == 5U);
    BOOST_TEST(past.total_items == 5);
}

BOOST_AUTO_TEST_CASE(has_the_states_of_the_server_and_keeps_any_other_as_text)
{
    using enum job_status;
    struct row {
        const char* text;
        job_status status;
        bool is_finished;
    };
    for (const auto& [name, status, finished] :
         {row{"submitted", submitted, false}, row{"processing", processing, false}, row{"completed", completed, true},
          row{"failed", failed, true}, row{"partial_failure", partial_failure, true}, row{"skipped", skipped, true},
          row{"unprocessed", unknown, false}, row{"Completed", unknown, false}, row{"", unknown, false}})
        BOOST_TEST_CONTEXT(name)
        {
            const auto j = read_job(with(recorded::job_completed.body, "status", name)).value();
            BOOST_CHECK(j.status == status);
            BOOST_TEST(status_text(j) == name);
            BOOST_TEST(is_finished(j) == finished);
            BOOST_TEST(is_unknown(j) == (status == unknown));
            BOOST_TEST(job_id(j) == j.id);
        }
}

BOOST_AUTO_TEST_CASE(with_a_member_of_the_wrong_type_is_refused_with_its_path)
{
    check_members(recorded::job_failed.body, of_a_job, read_job);
    check_members(recorded::list.body, of_a_page, read_page);
    check_members(recorded::retry_nobody.body, of_a_receipt, read_receipt);
    for (const auto& [path, value] : std::vector<std::pair<std::string, json::value>>{
             {"created", "yesterday"}, {"updated_at", "2026-11-22"}, {"timeline[0].timestamp", "2026-11-22T00:29:15"}})
        BOOST_TEST(complaint(read_job(with(recorded::job_failed.body, path, value))) == path + ": expected " + moment);
}

BOOST_AUTO_TEST_CASE(may_lack_what_the_server_leaves_out)
{
    check_absence(recorded::job_failed.body, of_a_job, read_job);
    check_absence(recorded::list.body, of_a_page, read_page);
    check_absence(recorded::retry_nobody.body, of_a_receipt, read_receipt);
}

BOOST_AUTO_TEST_CASE(of_a_server_that_signs_jobs_has_no_time_of_creation)
{
    // Not recorded: such a server cannot read its own jobs, and writes "" (internal/job/client/jobs.go).
    const auto j = read_job(R"({"changed":null,"created":"","id":"j","status":"submitted"})").value();
    BOOST_CHECK(j.created == cojob::timestamp());
    BOOST_CHECK(!j.updated_at);
    BOOST_TEST(j.operation.empty());
    BOOST_CHECK(!read_job(with(recorded::job_failed.body, "agent_states.osapi-test.duration", ""))
                     .value()
                     .agent_states.at("osapi-test")
                     .duration);
}

BOOST_AUTO_TEST_CASE(does_not_put_the_servers_keys_into_a_complaint)
{
    auto body = json::parse(recorded::job_failed.body);
    body.as_object()["responses"].as_object()["\x1b[31mevil\r\n"] = 7;
    BOOST_TEST(complaint(read_job(json::serialize(body))) == "responses.*: expected an object");
}

BOOST_AUTO_TEST_CASE(may_have_members_that_nobody_knows)
{
    auto body = json::parse(recorded::job_failed.body);
    body.as_object()["cost"] = 12;
    body.as_object()["timeline"].as_array()[0].as_object()["id"] = json::array{1};
    body.as_object()["agent_states"].as_object()["osapi-test"].as_object()["load"] = "high";
    BOOST_CHECK(read_job(json::serialize(body)).value() == read_job(recorded::job_failed.body).value());
}

BOOST_AUTO_TEST_CASE(has_changed_when_any_member_has)
{
    const auto before = read_job(recorded::job_failed.body).value();
    for (const auto& m : of_a_job) {
        if (m.path == "id" || is_element(m) || m.expected == array)
            continue;
        json::value other = m.expected == moment ? "2026-11-22T01:00:00Z" : "other";
        if (m.expected == flag)
            other = true;
        else if (m.expected == object)
            other = json::object{{"other", json::object{}}};
        else if (m.path.ends_with("duration"))
            other = "3h";
        BOOST_TEST_CONTEXT(m.path)
        BOOST_CHECK(!(read_job(with(recorded::job_failed.body, m.path, other)).value() == before));
    }
}

BOOST_AUTO_TEST_SUITE_END()
