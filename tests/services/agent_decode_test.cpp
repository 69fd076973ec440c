#include <cojob/mintlify/agent.hpp>

#include "support/agent_calls.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent_decode_tests {

namespace json = boost::json;
using cojob::errc;
using cojob::timestamp;
using cojob::mintlify::agent_job;
using cojob::mintlify::agent_job_status;
using job_result = cojob::result<agent_job>;
using tests::create_job;
using tests::get_job;
using tests::send_message;
using optional_text = std::optional<std::string>;

/// A job of the shape that the vendor's document gives.
json::object sample()
{
    return json::parse(R"({"id":"job_1","status":"active","source":{"repository":"https://github.com/org/repo",)"
                       R"("ref":"mintlify/b1"},"model":"sonnet","prLink":"https://github.com/org/repo/pull/7",)"
                       R"("createdAt":"2026-01-02T03:04:05.000Z","archivedAt":"2026-01-03T00:00:00Z"})")
        .as_object();
}

/// What an operation makes of an answer.
job_result outcome(const std::string& body, tests::agent_call call = get_job)
{
    tests::scripted_agent bench([&](const cojob::http::request&) {
        return cojob::testing::scripted_reply(200, body, {{"X-Request-Id", "r-1"}});
    });
    return call(bench).get();
}

job_result outcome(const json::object& body)
{
    return outcome(json::serialize(body));
}

/// Empty for a success; the code is checked on the way.
std::string complaint(const job_result& result)
{
    if (result.has_value())
        return {};
    BOOST_TEST(result.error().code() == make_error_code(errc::invalid_response));
    return result.error().message;
}

enum class kind { text, time, object };

/// A member of a job, and how it is read back from the decoded one.
struct member {
    std::string path;
    kind type;
    bool is_required;
    optional_text (*read)(const agent_job&);
};

optional_text print(const std::optional<timestamp>& time)
{
    return time ? optional_text(cojob::to_string(*time)) : std::nullopt;
}

const std::vector<member> members{
    {"id", kind::text, true, [](const agent_job& j) { return optional_text(j.id); }},
    {"status", kind::text, true, [](const agent_job& j) { return optional_text(j.status_text); }},
    {"source", kind::object, true, [](const agent_job& j) { return optional_text(j.source.repository); }},
    {"source.repository", kind::text, true, [](const agent_job& j) { return optional_text(j.source.repository); }},
    {"source.ref", kind::text, false, [](const agent_job& j) { return j.source.ref; }},
    {"model", kind::text, true, [](const agent_job& j) { return optional_text(j.model); }},
    {"prLink", kind::text, false, [](const agent_job& j) { return j.pr_link; }},
    {"createdAt", kind::time, true, [](const agent_job& j) { return print(j.created_at); }},
    {"archivedAt", kind::time, false, [](const agent_job& j) { return print(j.archived_at); }},
};

/// The object a member is in, and its name there.
std::pair<json::object*, std::string> locate(json::object& job, const std::string& path)
{
    const auto dot = path.find('.');
    if (dot == std::string::npos)
        return {&job, path};
    return {&job.at(path.substr(0, dot)).as_object(), path.substr(dot + 1)};
}

json::object without(const std::string& path)
{
    auto job = sample();
    const auto [parent, name] = locate(job, path);
    parent->erase(name);
    return job;
}

json::object with(const std::string& path, json::value value)
{
    auto job = sample();
    const auto [parent, name] = locate(job, path);
    (*parent)[name] = std::move(value);
    return job;
}

/// What is to be said of a value where the member should be; empty: nothing.
std::string expected_complaint(const member& m, const json::value& value)
{
    static const std::map<kind, std::string> expectations{
        {kind::text, "a string"}, {kind::time, "an RFC 3339 time"}, {kind::object, "an object"}};
    if ((value.is_null() && !m.is_required) || (value.is_string() && m.type == kind::text))
        return {};
    if (value.is_object() && m.type == kind::object)
        return m.path + ".repository: missing";
    return m.path + ": expected " + expectations.at(m.type);
}

std::string nested(int depth)
{
    const auto levels = static_cast<std::size_t>(depth);
    auto text = json::serialize(sample());
    text.back() = ',';
    return text + R"("extra":)" + std::string(levels, '[') + std::string(levels, ']') + '}';
}

} // namespace agent_decode_tests

BOOST_AUTO_TEST_SUITE(an_agent_job)

using namespace agent_decode_tests;

BOOST_AUTO_TEST_CASE(is_read_whole)
{
    const auto job = outcome(sample()).value();
    const std::vector<optional_text> expected{"job_1",
                                              "active",
                                              "https://github.com/org/repo",
                                              "https://github.com/org/repo",
                                              "mintlify/b1",
                                              "sonnet",
                                              "https://github.com/org/repo/pull/7",
                                              "2026-01-02T03:04:05Z",
                                              "2026-01-03T00:00:00Z"};
    for (std::size_t i = 0; i < members.size(); ++i)
        BOOST_TEST_CONTEXT(members[i].path) BOOST_CHECK(members[i].read(job) == expected[i]);
}

BOOST_AUTO_TEST_CASE(has_the_states_of_the_vendors_document_and_keeps_any_other_as_text)
{
    using enum agent_job_status;
    struct row {
        const char* text;
        agent_job_status status;
        bool is_finished;
    };
    for (const auto& [text, status, finished] :
         {row{"active", active, false}, row{"completed", completed, true}, row{"failed", failed, true},
          row{"archived", archived, true}, row{"paused", unknown, false}, row{"Completed", unknown, false},
          row{"completed ", unknown, false}, row{"", unknown, false}}) {
        BOOST_TEST_CONTEXT(text)
        {
            const auto job = outcome(with("status", text)).value();
            BOOST_CHECK(job.status == status);
            BOOST_TEST(job.status_text == text);
            BOOST_TEST(is_finished(job) == finished);
            BOOST_TEST(is_unknown(job) == (status == unknown));
        }
    }
}

BOOST_AUTO_TEST_CASE(may_lack_exactly_the_members_that_the_vendors_document_lets_be_null)
{
    for (const auto& m : members) {
        BOOST_TEST_CONTEXT(m.path)
        {
            const auto result = outcome(without(m.path));
            BOOST_TEST(complaint(result) == (m.is_required ? m.path + ": missing" : ""));
            if (result)
                BOOST_TEST(!m.read(*result).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(with_a_member_of_the_wrong_type_is_refused_with_its_path)
{
    for (const auto& m : members)
        for (const json::value& value : {json::value(nullptr), json::value(7), json::value("text"), json::value(true),
                                         json::value(json::object()), json::value(json::array())}) {
            BOOST_TEST_CONTEXT(m.path << " is " << json::serialize(value))
            {
                const auto result = outcome(with(m.path, value));
                BOOST_TEST(complaint(result) == expected_complaint(m, value));
                if (result)
                    BOOST_CHECK(m.read(*result) == (value.is_null() ? std::nullopt : optional_text("text")));
            }
        }
}

BOOST_AUTO_TEST_CASE(may_have_members_that_nobody_knows)
{
    auto job = sample();
    job["tokens"] = 12;
    job["Id"] = "another";
    job["source"].as_object()["owner"] = json::object{{"id", 7}};
    BOOST_CHECK(outcome(job).value() == outcome(sample()).value());
}

BOOST_AUTO_TEST_CASE(has_times_in_any_form_of_rfc_3339)
{
    struct row {
        const char* text;
        timestamp time;
    };
    using namespace std::chrono;
    const timestamp noon = sys_days(2026y / 1 / 2) + 12h;
    for (const auto& [text, time] :
         {row{"2026-01-02T12:00:00Z", noon}, row{"2026-01-02t12:00:00z", noon},
          row{"2026-01-02T12:00:00.5Z", noon + 500ms}, row{"2026-01-02T12:00:00.123456789Z", noon + 123456789ns},
          row{"2026-01-02T14:00:00+02:00", noon}, row{"2026-01-02T06:30:00-05:30", noon},
          row{"2026-01-02T12:00:00-00:00", noon}, row{"0001-01-01T00:00:00Z", timestamp::min()},
          row{"9999-12-31T23:59:59Z", timestamp::max()}})
        BOOST_TEST_CONTEXT(text) BOOST_CHECK(outcome(with("createdAt", text)).value().created_at == time);
    for (const auto* text : {"", "2026-01-02", "2026-01-02T12:00:00", "2026-02-30T12:00:00Z", "2026-01-02 12:00:00Z",
                             "1767355200", "2026-01-02T12:00:00Z "})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(complaint(outcome(with("createdAt", text))) == "createdAt: expected an RFC 3339 time");
}

BOOST_AUTO_TEST_CASE(is_not_made_from_a_body_that_is_no_json_object)
{
    const auto whole = json::serialize(sample());
    struct row {
        std::string body, complaint;
    };
    for (const auto& [body, expected] : std::vector<row>{{"", "body: empty"},
                                                         {" \r\n", "body: empty"},
                                                         {"<!doctype html><p>Sign in</p>", "body: not JSON"},
                                                         {whole.substr(0, whole.size() / 2), "body: not JSON"},
                                                         {whole.substr(0, whole.size() - 1), "body: not JSON"},
                                                         {whole + '}', "body: not JSON"},
                                                         {whole + whole, "body: not JSON"},
                                                         {"\xEF\xBB\xBF" + whole, "body: not JSON"},
                                                         {"{\"id\":\"\xC3(\"}", "body: not JSON"},
                                                         {"{'id':'job_1'}", "body: not JSON"},
                                                         {nested(32), "body: nested deeper than 32"},
                                                         {nested(100'000), "body: nested deeper than 32"},
                                                         {nested(31), ""},
                                                         {"[" + whole + "]", "body: expected an object"},
                                                         {"null", "body: expected an object"},
                                                         {"\"job_1\"", "body: expected an object"},
                                                         {"\r\n" + whole + "\r\n", ""}})
        BOOST_TEST_CONTEXT(body.substr(0, 60)) BOOST_TEST(complaint(outcome(body)) == expected);
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_after_a_post_leaves_its_id_in_the_error_where_there_is_one)
{
    struct row {
        std::string body, id;
    };
    for (const auto& [body, id] :
         std::vector<row>{{R"({"id":"job_7","status":7})", "job_7"},
                          {R"({"id":"job_7"})", "job_7"},
                          {R"({"id":7})", ""},
                          {R"({"status":"active"})", ""},
                          {R"({"id":"job_7",)", ""},
                          {R"(["job_7"])", ""},
                          {"", ""},
                          {R"({"id":")" + std::string(2000, 'x') + R"("})", std::string(1024, 'x')}}) {
        BOOST_TEST_CONTEXT(body.substr(0, 60))
        {
            const auto created = outcome(body, create_job).error();
            BOOST_TEST(created.code() == make_error_code(errc::invalid_response));
            BOOST_TEST(created.job_id == id);
            BOOST_TEST(outcome(body, send_message).error().job_id == "job_1");
            BOOST_TEST(outcome(body, get_job).error().job_id == "job_1");
        }
    }
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_tells_which_request_it_answered)
{
    const auto error = outcome(json::serialize(without("model")), create_job).error();
    BOOST_TEST(error.http_status == 200);
    BOOST_TEST(error.method == "POST");
    BOOST_TEST(error.path == "/v2/agent/p/job");
    BOOST_TEST(error.request_id == "r-1");
    BOOST_TEST(std::string_view(cojob::api_error(error).what()) ==
               "invalid response (HTTP 200): POST /v2/agent/p/job: model: missing");
}

BOOST_AUTO_TEST_SUITE_END()
