#ifndef TESTS_SUPPORT_DECODED_AGENT_HPP
#define TESTS_SUPPORT_DECODED_AGENT_HPP

#include "support/agent_calls.hpp"
#include "support/scripted_jobs.hpp"

#include <cojob/mintlify/agent.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// A job as in the vendor's documentation.
inline json::object sample()
{
    return json::parse(R"({"id":"job_1","status":"active","source":{"repository":"https://github.com/org/repo",)"
                       R"("ref":"mintlify/b1"},"model":"sonnet","prLink":"https://github.com/org/repo/pull/7",)"
                       R"("createdAt":"2026-01-02T03:04:05.000Z","archivedAt":"2026-01-03T00:00:00Z"})")
        .as_object();
}

/// Records the odd members that are reported.
class odd_observer final : public cojob::observer {
  public:
    void on_odd_member(const cojob::odd_member_event& e) noexcept override
    {
        told += std::string(e.api).append(" ").append(e.member).append(": ").append(e.problem) + '\n';
    }

    std::string told;
};

inline cojob::client_options observed(const std::shared_ptr<odd_observer>& observer)
{
    auto options = tests::one_attempt();
    options.observer = observer;
    return options;
}

/// The result of an operation for a response, and the odd members that it reports.
inline job_result outcome(const std::string& body, tests::agent_call call = get_job, std::string* told = nullptr)
{
    const auto observer = std::make_shared<odd_observer>();
    tests::scripted_agent bench(
        [&](const cojob::http::request&) {
            return cojob::testing::scripted_reply(200, body, {{"X-Request-Id", "r-1"}});
        },
        observed(observer));
    auto result = call(bench).get();
    if (told)
        *told = observer->told;
    return result;
}

inline job_result outcome(const json::object& body)
{
    return outcome(json::serialize(body));
}

/// The error message; empty for a success. Checks the error code.
inline std::string complaint(const job_result& result)
{
    if (result.has_value())
        return {};
    BOOST_TEST(result.error().code() == make_error_code(errc::invalid_response));
    return result.error().message;
}

enum class kind { id, text, time, object };

/// A member of a job, and how to read it from the decoded job.
struct member {
    std::string path;
    kind type;
    bool is_required; ///< in the response to a poll
    bool is_shown;    ///< in every job of the vendor's document: told when it is missing
    optional_text (*read)(const agent_job&);
};

inline optional_text if_any(const std::string& text)
{
    return text.empty() ? std::nullopt : optional_text(text);
}

inline optional_text print(const std::optional<timestamp>& time)
{
    return time ? optional_text(cojob::to_string(*time)) : std::nullopt;
}

inline const std::vector<member> members{
    {"id", kind::id, true, true, [](const agent_job& j) { return if_any(j.id); }},
    {"status", kind::text, true, true, [](const agent_job& j) { return if_any(j.status_text); }},
    {"source", kind::object, false, true, [](const agent_job& j) { return if_any(j.source.repository); }},
    {"source.repository", kind::text, false, true, [](const agent_job& j) { return if_any(j.source.repository); }},
    {"source.ref", kind::text, false, false, [](const agent_job& j) { return j.source.ref; }},
    {"model", kind::text, false, true, [](const agent_job& j) { return if_any(j.model); }},
    {"prLink", kind::text, false, false, [](const agent_job& j) { return j.pr_link; }},
    {"createdAt", kind::time, false, true, [](const agent_job& j) { return print(j.created_at); }},
    {"archivedAt", kind::time, false, false, [](const agent_job& j) { return print(j.archived_at); }},
};

/// The object that contains a member, and the member's name there.
inline std::pair<json::object*, std::string> locate(json::object& job, const std::string& path)
{
    const auto dot = path.find('.');
    if (dot == std::string::npos)
        return {&job, path};
    return {&job.at(path.substr(0, dot)).as_object(), path.substr(dot + 1)};
}

inline json::object without(const std::string& path)
{
    auto job = sample();
    const auto [parent, name] = locate(job, path);
    parent->erase(name);
    return job;
}

inline json::object with(const std::string& path, json::value value)
{
    auto job = sample();
    const auto [parent, name] = locate(job, path);
    (*parent)[name] = std::move(value);
    return job;
}

/// The expected complaint about a value for this member; empty: none.
inline std::string objection(const member& m, const json::value& value)
{
    static const std::map<kind, std::string> expectations{{kind::id, "expected an id"},
                                                          {kind::text, "expected a string"},
                                                          {kind::time, "expected a time"},
                                                          {kind::object, "expected an object"}};
    const bool fits = m.type == kind::id       ? value.is_string() || value.is_int64()
                      : m.type == kind::time   ? value.is_int64()
                      : m.type == kind::object ? value.is_object()
                                               : value.is_string();
    return fits || (value.is_null() && !m.is_required) ? "" : expectations.at(m.type);
}

inline std::string nested(int depth)
{
    const auto levels = static_cast<std::size_t>(depth);
    auto text = json::serialize(sample());
    text.back() = ',';
    return text + R"("extra":)" + std::string(levels, '[') + std::string(levels, ']') + '}';
}

} // namespace agent_decode_tests

#endif
